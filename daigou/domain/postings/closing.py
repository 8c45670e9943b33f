"""Owns what the closing of an account does to the books: nothing new, then the rest is paid out."""

from daigou.domain.book import Book, Effects
from daigou.domain.commands import Command, FreezeReason
from daigou.domain.money import ZERO
from daigou.domain.postings.freezing import of_reason
from daigou.domain.postings.withdrawal import pay_out
from daigou.domain.refusals import RefusalCode, Refused


def begin_closing(book: Book, command: Command) -> Effects:
    """Nothing new is asked for or put in from now on (UA-1-20)."""
    return Effects(freezes=(of_reason(FreezeReason.CLOSING),))


def close_empty(book: Book, command: Command) -> Effects:
    """Everything has ended, and there is nothing to pay out (UA-1-20).

    Raises:
        Refused: something goes on, or there is money left.
    """
    _must_be_over(book)
    if book.personal.balance > ZERO:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "UA-1-20",
            f"the deposit still holds {book.personal.balance}",
        )
    return Effects()


def pay_out_rest(book: Book, command: Command) -> Effects:
    """Everything has ended: what is left is paid out (UA-1-20).

    Raises:
        Refused: something goes on, or there is nothing left.
    """
    _must_be_over(book)
    closure = book.facts.closure
    if closure is None or not book.personal.balance:
        raise Refused(RefusalCode.NOTHING_TO_PAY, "UA-1-20", "the deposit is empty")
    return pay_out(
        book,
        book.personal.balance,
        payment_method=closure.payment_method,
        clause="UA-1-20",
    )


def _must_be_over(book: Book) -> None:
    if left := book.personal.unfinished:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "UA-1-20",
            f"the account is closed once this has ended: {', '.join(left)}",
        )
