"""Owns the templates of a withdrawal: the sum leaves the deposit first, then the platform."""

from daigou.domain.book import (
    INSTITUTION,
    Account,
    AccountKind,
    Book,
    Effects,
    JournalKind,
    Movement,
    MovementKind,
    MovementState,
)
from daigou.domain.commands import Command, RequestWithdrawal
from daigou.domain.money import Money
from daigou.domain.postings.legs import answered, expect, move, settled


def reserve_withdrawal(book: Book, command: Command) -> Effects:
    """The sum is set aside and sent; the database refuses what a freeze or the balance forbids."""
    asked = expect(command, RequestWithdrawal)
    return pay_out(book, asked.amount, payment_method=asked.payment_method, clause="UA-1-8")


def pay_out(book: Book, amount: Money, *, payment_method: str, clause: str) -> Effects:
    """So much of the deposit is on its way to the client."""
    return Effects(
        journals=move(
            JournalKind.WITHDRAWAL_RESERVED, clause, book.deposit, _transit(book), amount
        ),
        intends=Movement(
            reference=book.reference,
            kind=MovementKind.PAYOUT,
            amount=amount,
            payment_method=payment_method,
        ),
    )


def confirm_withdrawal(book: Book, command: Command) -> Effects:
    """The institution paid it to the client."""
    movement = answered(book, command)
    return Effects(
        journals=move(
            JournalKind.WITHDRAWAL_PAID, "UA-1-8", _transit(book), INSTITUTION, movement.amount
        ),
        settles=settled(command, MovementState.DONE),
    )


def return_withdrawal(book: Book, command: Command) -> Effects:
    """The institution cannot pay it: the deposit has it again."""
    movement = answered(book, command)
    return Effects(
        journals=move(
            JournalKind.WITHDRAWAL_RETURNED, "UA-1-8", _transit(book), book.deposit, movement.amount
        ),
        settles=settled(command, MovementState.FAILED),
    )


def _transit(book: Book) -> Account:
    return book.own(AccountKind.WITHDRAWAL_TRANSIT)
