"""Owns what others earn by an order: the provider its fee, the promoter its brokerage, the storage
its charges."""

from daigou.domain.book import (
    Account,
    AccountKind,
    Book,
    Effects,
    Journal,
    JournalKind,
    Paid,
)
from daigou.domain.commands import Command, Line, LineCode
from daigou.domain.money import Money, round_half_up
from daigou.domain.postings.legs import move, order_of


def earn_fee(book: Book, command: Command) -> Effects:
    """The provider's duty ended: its fee, and its other agreed fees, are earned (PSR-16).

    The promoter's brokerage is deducted from it, by the rate in force at payment (PSR-19).
    """
    return Effects(journals=earned(book, clause="PSR-16"))


def keep_forfeited(book: Book, command: Command) -> Effects:
    """The balance never came: the seller keeps the deposit, the provider its fee (PSR-15-2)."""
    return Effects(journals=earned(book, clause="PSR-15-2"))


def charge_storage(book: Book, command: Command) -> Effects:
    """A period beyond the free days, from the deposit to the storage (PSR-7, UA-1-8)."""
    return _storage(book, book.storage_charge)


def pay_storage(book: Book, command: Command) -> Effects:
    """What the deposit could not pay of the storage's charges before (PSR-7)."""
    return _storage(book, book.facts.storage_unpaid)


def earned(book: Book, *, clause: str) -> tuple[Journal, ...]:
    """All fees held become the provider's, less the promoter's brokerage."""
    _, provider = order_of(book)
    fees = book.holds(AccountKind.FEE_HELD)
    theirs = Account(AccountKind.PROVIDER, provider)
    return (
        *move(JournalKind.FEE_EARNED, clause, book.own(AccountKind.FEE_HELD), theirs, fees),
        *_brokerage(book, earned=book.fee_earned + fees, provider=theirs),
    )


def unearned(book: Book, fees: Money, *, clause: str) -> tuple[Journal, ...]:
    """So much of the fees that were earned is held again; the promoter gives back its brokerage.

    Whoever takes a fee back calls it, whenever that is; `fees` are at most what was earned.
    """
    _, provider = order_of(book)
    theirs = Account(AccountKind.PROVIDER, provider)
    held = book.own(AccountKind.FEE_HELD)
    return (
        *_brokerage(book, earned=book.fee_earned - fees, provider=theirs),
        *move(JournalKind.FEE_EARNED, clause, theirs, held, fees),
    )


def _brokerage(book: Book, *, earned: Money, provider: Account) -> tuple[Journal, ...]:
    """What the promoter gets or gives back so that it has its part of all that is earned then.

    It is the provider's to pay, and rounded once, of the whole: fees that are earned bit by bit, or
    taken back in part, leave not a fen astray (PSR-19).
    """
    if not book.promoter or not book.brokerage_rate:
        return ()
    promoter = Account(AccountKind.PROMOTER, book.promoter)
    due = Money(round_half_up(earned.amount * book.brokerage_rate), earned.currency)
    more = due + book.put_into(promoter)
    if more.amount < 0:
        return move(JournalKind.BROKERAGE, "PSR-19", promoter, provider, -more)
    return move(JournalKind.BROKERAGE, "PSR-19", provider, promoter, more)


def _storage(book: Book, amount: Money) -> Effects:
    if book.storage is None:
        raise TypeError(f"{book.subject} is not an order")
    return Effects(
        journals=move(
            JournalKind.STORAGE_CHARGE,
            "PSR-7",
            book.deposit,
            Account(AccountKind.THIRD_PARTY, book.storage),
            amount,
        ),
        lines=(
            Line(
                code=LineCode.STORAGE_CHARGE,
                label="storage beyond the free days",
                amount=amount,
                collector=book.storage,
            ),
        ),
        paid=Paid(from_deposit=amount),
    )
