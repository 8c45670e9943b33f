"""Owns the moves of talk: special requirements, questions, the platform's opinion."""

from daigou.domain.commands import Message, Noted, Require
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.moves.latest import does, on_latest, opens
from daigou.simulator.plans import Cue, Move
from daigou.simulator.tally import Tally


def require(at: State, *, needed: bool = False) -> Move:
    """The client makes a special requirement."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        command = Require(note_ref="no brand names on the cartons (invented)", needed=needed)
        return opens(tally, TableName.REQUIREMENT, Role.CLIENT, Trigger.REQUIRE, at, command)

    return move


def agree_requirement(tally: Tally) -> tuple[Cue, ...]:
    """The provider agrees to the latest requirement."""
    return _answers(tally, Trigger.AGREE_REQUIREMENT, Noted())


def decline_requirement(tally: Tally) -> tuple[Cue, ...]:
    """The provider declines the latest requirement."""
    command = Noted(note_ref="the seller packs as it always does (invented)")
    return _answers(tally, Trigger.DECLINE_REQUIREMENT, command)


def ask_question(at: State) -> Move:
    """The client asks the purchasing person."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        command = Message(note_ref="when will the seller send the goods? (invented)")
        return opens(tally, TableName.QUESTION, Role.CLIENT, Trigger.ASK_QUESTION, at, command)

    return move


def answer_question(*, by: Role = Role.PROVIDER) -> Move:
    """The purchasing person, or the platform, answers the latest question."""
    command = Message(note_ref="the day after tomorrow (invented)")
    return does(TableName.QUESTION, by, Trigger.ANSWER_QUESTION, State.ASKED, command)


def give_opinion(at: State) -> Move:
    """The platform gives its opinion, which is not final."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        command = Message(note_ref="the goods seem to be as described (invented)")
        return opens(tally, TableName.OPINION, Role.PLATFORM, Trigger.GIVE_OPINION, at, command)

    return move


def _answers(tally: Tally, trigger: Trigger, command: Noted) -> tuple[Cue, ...]:
    """The provider answers the latest requirement."""
    return on_latest(tally, TableName.REQUIREMENT, Role.PROVIDER, trigger, State.PROPOSED, command)
