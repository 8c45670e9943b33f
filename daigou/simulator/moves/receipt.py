"""Owns the moves of receipt: confirmation, and objections to what was delivered."""

from daigou.domain.commands import Cause, CauseFound, Objection, ObjectionReason, Plain
from daigou.domain.order import Role, State, Trigger
from daigou.simulator.moves.goods import WHAT_IS_SEEN
from daigou.simulator.plans import Act, Cue, Move
from daigou.simulator.tally import Tally


def confirm_receipt(at: State = State.DELIVERED) -> Move:
    """The client confirms receipt; an objection of its own is dropped with it."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        return (Act(role=Role.CLIENT, trigger=Trigger.CONFIRM_RECEIPT, at=at, command=Plain()),)

    return move


def object_to_receipt(tally: Tally) -> tuple[Cue, ...]:
    """The client objects to what was delivered."""
    command = Objection(reason=ObjectionReason.NOT_AS_PROMISED)
    return (
        Act(
            role=Role.CLIENT,
            trigger=Trigger.OBJECT_TO_RECEIPT,
            at=State.DELIVERED,
            command=command,
            hands_in=(WHAT_IS_SEEN,),
        ),
    )


def settle_objection(cause: Cause) -> Move:
    """The platform says what came of checking with logistics."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        return (
            Act(
                role=Role.PLATFORM,
                trigger=Trigger.SETTLE_OBJECTION,
                at=State.RECEIPT_OBJECTION,
                command=CauseFound(cause=cause),
            ),
        )

    return move
