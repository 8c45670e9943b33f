"""Owns what the closing of an account does to the books: nothing new, then the rest is paid out."""

from dataclasses import replace

from daigou.domain.book import Book, Effects
from daigou.domain.commands import Command, FreezeReason
from daigou.domain.money import ZERO, Money, total
from daigou.domain.postings.freezing import of_reason
from daigou.domain.postings.recharge import pay_debts
from daigou.domain.postings.withdrawal import pay_out
from daigou.domain.refusals import RefusalCode, Refused


def begin_closing(book: Book, command: Command) -> Effects:
    """Nothing new is asked for or put in from now on (UA-1-20)."""
    return Effects(freezes=(of_reason(FreezeReason.CLOSING),))


def close_empty(book: Book, command: Command) -> Effects:
    """Everything has ended, and what the client owes leaves nothing to pay out (UA-1-19, UA-1-20).

    Raises:
        Refused: something goes on, or there is money left.
    """
    _must_be_over(book)
    if rest := _rest(book):
        raise Refused(RefusalCode.NOT_IN_THIS_STATE, "UA-1-20", f"the deposit still holds {rest}")
    return Effects(journals=pay_debts(book, book.personal.balance))


def pay_out_rest(book: Book, command: Command) -> Effects:
    """Everything has ended: what the client owes is paid, and what is left is paid out (UA-1-19,
    UA-1-20).

    Raises:
        Refused: something goes on, or there is nothing left.
    """
    _must_be_over(book)
    closure, rest = book.facts.closure, _rest(book)
    if closure is None or not rest:
        raise Refused(RefusalCode.NOTHING_TO_PAY, "UA-1-20", "the deposit has nothing to pay out")
    paid_out = pay_out(book, rest, payment_method=closure.payment_method, clause="UA-1-20")
    debts = pay_debts(book, book.personal.balance)
    return replace(paid_out, journals=(*debts, *paid_out.journals))


def _rest(book: Book) -> Money:
    """What the deposit holds beyond all that its client owes."""
    owed = total([debt.amount for debt in book.personal.debts])
    return max(ZERO, book.personal.balance - owed)


def _must_be_over(book: Book) -> None:
    if left := book.personal.unfinished:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "UA-1-20",
            f"the account is closed once this has ended: {', '.join(left)}",
        )
