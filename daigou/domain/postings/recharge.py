"""Owns the templates of a recharge: a deposit has money only once the institution captured it."""

from dataclasses import replace

from daigou.domain.book import (
    INSTITUTION,
    AccountKind,
    Book,
    Effects,
    Journal,
    JournalKind,
    Movement,
    MovementKind,
    MovementState,
)
from daigou.domain.commands import Command, RequestRecharge
from daigou.domain.money import Money, total
from daigou.domain.postings.legs import answered, expect, move, settled
from daigou.domain.refusals import RefusalCode, Refused


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
    """The recharge was captured: the deposit takes it (UA-1-8).

    Raises:
        Refused: the client owes something, which comes first.
    """
    if debts := book.personal.debts:
        owed = total([debt.amount for debt in debts])
        raise Refused(RefusalCode.NOT_IN_THIS_STATE, "UA-1-19", f"{owed} are owed, and come first")
    return _credited(book, command)


def credit_debtor(book: Book, command: Command) -> Effects:
    """The recharge was captured: what the client owes is paid from it first, the oldest debt first
    (PSR-22-3, UA-1-19); the deposit has the rest."""
    credited = _credited(book, command)
    debts = pay_debts(book, answered(book, command).amount)
    return replace(credited, journals=(*credited.journals, *debts))


def pay_debts(book: Book, left: Money) -> tuple[Journal, ...]:
    """So much of the deposit pays what its client owes, the oldest debt first (UA-1-19)."""
    journals: tuple[Journal, ...] = ()
    for debt in book.personal.debts:
        share = min(left, debt.amount)
        left -= share
        kind = (
            JournalKind.OFFSET
            if debt.account.kind == AccountKind.CHARGED_BACK
            else JournalKind.DEBT_PAID
        )
        journals += move(kind, "UA-1-19", book.deposit, debt.account, share)
    return journals


def drop_recharge(book: Book, command: Command) -> Effects:
    """The recharge was declined: the books never saw it."""
    answered(book, command)
    return Effects(settles=settled(command, MovementState.FAILED))


def _credited(book: Book, command: Command) -> Effects:
    amount = answered(book, command).amount
    return Effects(
        journals=move(JournalKind.RECHARGE, "UA-1-8", INSTITUTION, book.deposit, amount),
        settles=settled(command, MovementState.DONE),
    )
