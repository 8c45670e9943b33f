"""Owns the moves of talk: special requirements, questions, the platform's opinion."""

from daigou.domain.commands import Command, Message, Noted, Require
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.plans import Act, Cue, Move
from daigou.simulator.tally import Tally


def require(at: State, *, needed: bool = False) -> Move:
    """The client makes a special requirement."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.requirements += 1
        return _opens(
            Role.CLIENT,
            Trigger.REQUIRE,
            at,
            TableName.REQUIREMENT,
            tally.requirements,
            Require(note_ref="no brand names on the cartons (invented)", needed=needed),
        )

    return move


def agree_requirement(tally: Tally) -> tuple[Cue, ...]:
    """The provider agrees to the latest requirement."""
    return _on_latest(Trigger.AGREE_REQUIREMENT, State.PROPOSED, tally, Noted())


def decline_requirement(tally: Tally) -> tuple[Cue, ...]:
    """The provider declines the latest requirement."""
    command = Noted(note_ref="the seller packs as it always does (invented)")
    return _on_latest(Trigger.DECLINE_REQUIREMENT, State.PROPOSED, tally, command)


def ask_question(at: State) -> Move:
    """The client asks the purchasing person."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.questions += 1
        return _opens(
            Role.CLIENT,
            Trigger.ASK_QUESTION,
            at,
            TableName.QUESTION,
            tally.questions,
            Message(note_ref="when will the seller send the goods? (invented)"),
        )

    return move


def answer_question(*, by: Role = Role.PROVIDER) -> Move:
    """The purchasing person, or the platform, answers the latest question."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        return (
            Act(
                role=by,
                trigger=Trigger.ANSWER_QUESTION,
                at=State.ASKED,
                command=Message(note_ref="the day after tomorrow (invented)"),
                table=TableName.QUESTION,
                item=tally.questions,
            ),
        )

    return move


def give_opinion(at: State) -> Move:
    """The platform gives its opinion, which is not final."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.opinions += 1
        return _opens(
            Role.PLATFORM,
            Trigger.GIVE_OPINION,
            at,
            TableName.OPINION,
            tally.opinions,
            Message(note_ref="the goods seem to be as described (invented)"),
        )

    return move


def _opens(
    role: Role, trigger: Trigger, at: State, table: TableName, number: int, command: Command
) -> tuple[Cue, ...]:
    return (
        Act(
            role=role,
            trigger=trigger,
            at=at,
            command=command,
            table=table,
            item=number,
            opens=True,
        ),
    )


def _on_latest(trigger: Trigger, at: State, tally: Tally, command: Command) -> tuple[Cue, ...]:
    return (
        Act(
            role=Role.PROVIDER,
            trigger=trigger,
            at=at,
            command=command,
            table=TableName.REQUIREMENT,
            item=tally.requirements,
        ),
    )
