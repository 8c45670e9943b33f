"""Owns the money of retained goods: they are sold for a debt, and what is left is the client's."""

from daigou.domain.book import BANK, Account, AccountKind, Book, Effects, Journal, JournalKind
from daigou.domain.commands import Command, DisposeGoods
from daigou.domain.money import ZERO, Money
from daigou.domain.postings.earning import earned
from daigou.domain.postings.legs import expect, legs, move
from daigou.domain.refusals import RefusalCode, Refused

_CLAUSE = "PSR-22-3"


def dispose_goods(book: Book, command: Command) -> Effects:
    """What the goods fetched pays the storage, then what is owed of the order's chargebacks, the
    oldest first; the surplus goes to the deposit. The provider did what it had to: its fee is
    earned (PSR-22-3).

    Raises:
        Refused: the storage would get more than the goods fetched.
    """
    sold = expect(command, DisposeGoods)
    if sold.storage_costs > sold.proceeds:
        raise Refused(
            RefusalCode.LINE_NOT_ALLOWED,
            _CLAUSE,
            f"the goods fetched {sold.proceeds}: the storage cannot get {sold.storage_costs} of it",
        )
    fund = book.own(AccountKind.DISPOSAL)
    debts = tuple(_paid(book, sold.proceeds - sold.storage_costs))
    surplus = sold.proceeds - sold.storage_costs - sum((paid for _, paid in debts), ZERO)
    spent = Journal(
        kind=JournalKind.DISPOSAL,
        clause=_CLAUSE,
        legs=legs(
            (fund, sold.proceeds),
            (_storage(book), -sold.storage_costs),
            *((account, -paid) for account, paid in debts),
            (book.deposit, -surplus),
        ),
    )
    return Effects(
        journals=(
            *move(JournalKind.DISPOSAL, _CLAUSE, BANK, fund, sold.proceeds),
            *((spent,) if spent.legs else ()),
            *earned(book, clause=_CLAUSE),
        )
    )


def _paid(book: Book, left: Money) -> list[tuple[Account, Money]]:
    paid: list[tuple[Account, Money]] = []
    for dispute in book.disputes:
        share = min(left, dispute.owed)
        left -= share
        paid.append((dispute.account, share))
    return paid


def _storage(book: Book) -> Account:
    if book.storage is None:
        raise TypeError(f"{book.subject} is not an order")
    return Account(AccountKind.THIRD_PARTY, book.storage)
