"""Owns the templates of a recharge: a deposit has money only once the institution captured it."""

from daigou.domain.book import (
    INSTITUTION,
    Book,
    Effects,
    JournalKind,
    Movement,
    MovementKind,
    MovementState,
)
from daigou.domain.commands import Command, RequestRecharge
from daigou.domain.postings.legs import answered, expect, move, settled


def send_recharge(book: Book, command: Command) -> Effects:
    """A recharge is to be captured; nothing is in the deposit yet (UA-1-8)."""
    recharge = expect(command, RequestRecharge)
    return Effects(
        intends=Movement(
            reference=book.reference,
            kind=MovementKind.CAPTURE,
            amount=recharge.amount,
            payment_method=recharge.payment_method,
        )
    )


def credit_recharge(book: Book, command: Command) -> Effects:
    """The recharge was captured: the deposit takes it (UA-1-8)."""
    movement = answered(book, command)
    return Effects(
        journals=move(JournalKind.RECHARGE, "UA-1-8", INSTITUTION, book.deposit, movement.amount),
        settles=settled(command, MovementState.DONE),
    )


def drop_recharge(book: Book, command: Command) -> Effects:
    """The recharge was declined: the books never saw it."""
    answered(book, command)
    return Effects(settles=settled(command, MovementState.FAILED))
