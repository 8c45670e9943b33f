"""Owns how an outside call is answered: sent once, asked about until known, never guessed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from daigou.domain.book import Movement
from daigou.domain.commands import ActualPrice, Outcome, RecordPurchase
from daigou.domain.ids import MovementRef
from daigou.domain.lifecycle.table import Answer
from daigou.ports.books import Books
from daigou.ports.counterparties import OutcomeUnknownError, Reply, Standing


class Certainty(StrEnum):
    """How much is known after a call."""

    KNOWN = "known"
    ASK = "ask"
    UNHEARD = "unheard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A counterparty's answer: what to do next, and the command that carries it if it is known.

    `UNHEARD` means that nothing moved: the same reference may be sent.
    """

    certainty: Certainty
    answer: Answer | None = None
    command: Outcome | RecordPurchase | ActualPrice | None = None


ToCommand = Callable[[MovementRef, Reply], Outcome | RecordPurchase | ActualPrice]


async def send_once(
    reference: MovementRef, send: Callable[[], Awaitable[Reply]], to_command: ToCommand
) -> Answered:
    """Sends; no answer, or none that is final, means that the counterparty is to be asked."""
    try:
        return _answered(reference, await send(), to_command)
    except OutcomeUnknownError:
        return Answered(certainty=Certainty.ASK)


async def ask_until_known(
    reference: MovementRef, ask: Callable[[], Awaitable[Reply]], to_command: ToCommand
) -> Answered:
    """Asks once.

    Raises:
        ApplicationError: `OutcomeUnknown` while nothing final is known; its retries are the asking.
    """
    try:
        answered = _answered(reference, await ask(), to_command)
    except OutcomeUnknownError as error:
        raise _unknown(f"no answer about {reference}") from error
    if answered.certainty == Certainty.ASK:
        raise _unknown(f"{reference} is still pending")
    return answered


async def movement_of(books: Books, reference: MovementRef) -> Movement:
    """The movement as the books intend it."""
    movement, _ = await asyncio.to_thread(books.movement, reference)
    return movement


def why_not(reply: Reply) -> str:
    """The counterparty's reason, where it did not do as asked."""
    return "" if reply.standing == Standing.DONE else reply.reason


def _unknown(detail: str) -> ApplicationError:
    # Benign: its retries are the asking, and nobody needs to read of each.
    return ApplicationError(detail, type="OutcomeUnknown", category=ApplicationErrorCategory.BENIGN)


def _answered(reference: MovementRef, reply: Reply, to_command: ToCommand) -> Answered:
    match reply.standing:
        case Standing.PENDING:
            return Answered(certainty=Certainty.ASK)
        case Standing.UNHEARD:
            return Answered(certainty=Certainty.UNHEARD)
        case _:
            return Answered(
                certainty=Certainty.KNOWN,
                answer=Answer(reply.standing.value),
                command=to_command(reference, reply),
            )
