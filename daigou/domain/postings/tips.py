"""Owns what tips do to the books: held for the client, then the provider's, or given back."""

from daigou.domain.book import Account, AccountKind, Book, Effects, JournalKind
from daigou.domain.commands import Command, Tip
from daigou.domain.postings.legs import expect, move
from daigou.domain.refusals import Refused
from daigou.domain.tips import faults_of_tip

HELD = AccountKind.TIP_HELD


def give_tip(book: Book, command: Command) -> Effects:
    """A tip goes from the deposit, whole, and is held for as long as the client may have it back;
    by the books as they are, under the order's lock (PSR-21-1)."""
    tip = expect(command, Tip)
    if book.tip_grounds is None or book.limits is None:
        raise TypeError(f"{book.subject} is no tip")
    if reasons := faults_of_tip(tip, book.tip_grounds, book.limits):
        raise Refused.for_all(reasons)
    return Effects(
        journals=move(JournalKind.TIP, "PSR-21-1", book.deposit, book.own(HELD), tip.amount)
    )


def refund_tip(book: Book, command: Command) -> Effects:
    """The client has its tip back, whole (PSR-21-2)."""
    held = book.holds(HELD)
    return Effects(
        journals=move(JournalKind.TIP_REFUNDED, "PSR-21-2", book.own(HELD), book.deposit, held)
    )


def earn_tip(book: Book, command: Command) -> Effects:
    """The tip is the provider's, whole: no fee or brokerage is taken of it (PSR-21-2)."""
    held = book.holds(HELD)
    return Effects(
        journals=move(JournalKind.TIP_EARNED, "PSR-21-2", book.own(HELD), _due(book), held)
    )


def return_tip(book: Book, command: Command) -> Effects:
    """The provider gives back, of what it is due, a tip that it has earned (PSR-21-2)."""
    earned = -book.put_into(_due(book))
    return Effects(
        journals=move(JournalKind.TIP_REFUNDED, "PSR-21-2", _due(book), book.deposit, earned)
    )


def _due(book: Book) -> Account:
    if book.provider is None:
        raise TypeError(f"{book.subject} is no tip")
    return Account(AccountKind.PROVIDER, book.provider)
