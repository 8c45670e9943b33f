"""Owns the small words of the posting templates: journals of two legs, outcomes, expectations."""

from typing import TypeVar

from daigou.domain.book import (
    Account,
    Book,
    Journal,
    JournalKind,
    Leg,
    Movement,
    MovementState,
    Settled,
)
from daigou.domain.commands import Command, Outcome, Request
from daigou.domain.ids import PartyId
from daigou.domain.money import ZERO, Money
from daigou.domain.refusals import RefusalCode, Refused

C = TypeVar("C", bound=Command)


def move(
    kind: JournalKind, clause: str, source: Account, target: Account, amount: Money
) -> tuple[Journal, ...]:
    """One journal of two legs; none where there is nothing to move."""
    if not amount:
        return ()
    return (Journal(kind=kind, clause=clause, legs=legs((source, amount), (target, -amount))),)


def legs(*sums: tuple[Account, Money]) -> tuple[Leg, ...]:
    """The legs of sums that are not zero, one an account."""
    whole: dict[Account, Money] = {}
    for account, amount in sums:
        whole[account] = whole.get(account, ZERO) + amount
    return tuple(Leg(account, amount) for account, amount in whole.items() if amount)


def settled(command: Command, state: MovementState) -> Settled:
    """What the command says of a movement's outcome."""
    outcome = expect(command, Outcome)
    return Settled(
        reference=outcome.reference,
        state=state,
        external_ref=outcome.external_ref,
        reason=outcome.reason,
    )


def answered(book: Book, command: Command) -> Movement:
    """The open movement that an outcome answers.

    Raises:
        Refused: it answers another one.
    """
    outcome = expect(command, Outcome)
    movement = sent(book)
    if movement.reference != outcome.reference:
        raise Refused(
            RefusalCode.WRONG_REFERENCE,
            "PSR-6",
            f"{outcome.reference} is not the movement that is open; that is {movement.reference}",
        )
    return movement


def sent(book: Book) -> Movement:
    """The movement that is open.

    Raises:
        Refused: there is none.
    """
    if book.movement is None:
        raise Refused(
            RefusalCode.WRONG_REFERENCE, "PSR-6", f"no movement of {book.subject} is open"
        )
    return book.movement


def order_of(book: Book) -> tuple[Request, PartyId]:
    """The request and the provider of an order."""
    if book.request is None or book.provider is None:
        raise TypeError(f"{book.subject} is not an order")
    return book.request, book.provider


def expect(command: Command, kind: type[C]) -> C:
    """The command, of the type that the trigger takes."""
    if not isinstance(command, kind):
        raise TypeError(f"expected {kind.__name__}, got {type(command).__name__}")
    return command
