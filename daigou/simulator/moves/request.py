"""Owns the moves around the request: review, cautions, answer, and the ways out before payment."""

from daigou.domain.commands import (
    Accept,
    Caution,
    CautionKind,
    ChooseLogistics,
    DriftLimit,
    LimitPriceDrift,
    Line,
    LineCode,
    RefusalReason,
    Refuse,
    Verdict,
    Withdraw,
)
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.simulator.plans import Act, Cue, Move
from daigou.simulator.tally import Tally

TALKS = "agreed with the seller: as in the drawing, 3 cm larger, white cartons (invented)"
EXAMINATION_FEN = 1_20


def permit(tally: Tally) -> tuple[Cue, ...]:
    """The platform's reviewer lets goods in doubt pass."""
    return _of_reviewer(Trigger.PERMIT_GOODS)


def prohibit(tally: Tally) -> tuple[Cue, ...]:
    """The platform's reviewer forbids goods in doubt."""
    return _of_reviewer(Trigger.PROHIBIT_GOODS)


def raise_caution(caution: CautionKind, *, by: Role = Role.PROVIDER) -> Move:
    """The provider, or the platform, cautions the client about the goods."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        command = Caution(caution=caution, note_ref="seen on the seller's page (invented)")
        return (Act(role=by, trigger=Trigger.RAISE_CAUTION, at=State.REQUESTED, command=command),)

    return move


def acknowledge(caution: CautionKind) -> Move:
    """The client acknowledges a caution; of customised goods it tells what came of its talks."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        talks = TALKS if caution == CautionKind.CUSTOMISED else ""
        return (
            Act(
                role=Role.CLIENT,
                trigger=Trigger.ACKNOWLEDGE_CAUTION,
                at=State.REQUESTED,
                command=Caution(caution=caution, note_ref=talks),
            ),
        )

    return move


def accept(tally: Tally) -> tuple[Cue, ...]:
    """The provider accepts."""
    return (
        Act(
            role=Role.PROVIDER,
            trigger=Trigger.ACCEPT,
            at=State.REQUESTED,
            command=Accept(lines=tally.deal.lines),
        ),
    )


def refuse(
    at: State = State.REQUESTED,
    reason: RefusalReason = RefusalReason.NO_CAPACITY,
    *,
    with_costs: bool = False,
) -> Move:
    """The provider refuses; of a paid order for sensitive goods it keeps what they cost it."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        costs = _costs(tally) if with_costs else ()
        if tally.paid:
            tally.end_refused(costs=sum(line.amount.amount for line in costs))
        command = Refuse(reason=reason, costs=costs)
        return (Act(role=Role.PROVIDER, trigger=Trigger.REFUSE, at=at, command=command),)

    return move


def withdraw(at: State) -> Move:
    """The client takes the request back, or lets an advance deposit go."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        return (Act(role=Role.CLIENT, trigger=Trigger.WITHDRAW, at=at, command=Withdraw()),)

    return move


def choose_logistics(at: State) -> Move:
    """The client chooses logistics."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        command = ChooseLogistics(logistics=tally.deal.logistics.id)
        return (Act(role=Role.CLIENT, trigger=Trigger.CHOOSE_LOGISTICS, at=at, command=command),)

    return move


def limit_drift(at: State, limit: DriftLimit) -> Move:
    """The client says how much more the seller may charge without asking."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.drift, tally.drifted = limit, 0
        command = LimitPriceDrift(limit=limit)
        return (Act(role=Role.CLIENT, trigger=Trigger.LIMIT_PRICE_DRIFT, at=at, command=command),)

    return move


def _of_reviewer(trigger: Trigger) -> tuple[Cue, ...]:
    command = Verdict(note_ref="looked at the seller's page (invented)")
    return (Act(role=Role.PLATFORM, trigger=trigger, at=State.IN_REVIEW, command=command),)


def _costs(tally: Tally) -> tuple[Line, ...]:
    """What goods cost that are not shipped in the end."""
    return (
        Line(
            code=LineCode.OTHER_FEE,
            label="examination of the goods",
            amount=Money(EXAMINATION_FEN),
            collector=tally.deal.provider.id,
        ),
    )
