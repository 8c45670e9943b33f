"""The promoter's part of the fee, however the fee is earned and taken back: never a fen astray."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daigou.domain.book import Account, AccountKind, Book, Journal, JournalKind
from daigou.domain.ids import SubjectId
from daigou.domain.money import ZERO, Money, round_half_up
from daigou.domain.postings.earning import earned, unearned
from tests.domain import samples

PROVIDER = Account(AccountKind.PROVIDER, samples.PROVIDER)
PROMOTER = Account(AccountKind.PROMOTER, samples.PROMOTER)
HELD = Account(AccountKind.FEE_HELD, "ord_kettles")

RATES = st.fractions(min_value=0, max_value=1, max_denominator=10**4)
FEES = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=12)


def a_book(rate: Fraction | None) -> Book:
    return Book(
        subject=SubjectId("ord_kettles"),
        sequence=9,
        fee_rate=Fraction(1, 1000),
        client=samples.CLIENT,
        provider=samples.PROVIDER,
        promoter=samples.PROMOTER,
        request=samples.REQUEST,
        brokerage_rate=rate,
    )


def after(book: Book, journals: tuple[Journal, ...], *, more: int = 0) -> Book:
    """The book with what was posted, and `more` held for the next time."""
    moved: dict[Account, Money] = dict(book.moved)
    for journal in journals:
        assert sum(leg.amount.amount for leg in journal.legs) == 0
        for leg in journal.legs:
            moved[leg.account] = moved.get(leg.account, ZERO) + leg.amount
    return replace(
        book,
        moved=moved,
        held={AccountKind.FEE_HELD: Money(more)},
        fee_earned=-_fees(book.fee_earned, journals),
    )


def _fees(before: Money, journals: tuple[Journal, ...]) -> Money:
    moved = -before
    for journal in journals:
        if journal.kind == JournalKind.FEE_EARNED:
            moved += sum((leg.amount for leg in journal.legs if leg.account == PROVIDER), ZERO)
    return moved


def owed(moved: Mapping[Account, Money], account: Account) -> int:
    return -moved.get(account, ZERO).amount


@pytest.mark.clause("PSR-19")
@given(rate=RATES, fees=FEES, back=st.lists(st.fractions(0, 1), max_size=12))
# A tenth of 5 is half a fen, which goes up; a tenth of 10 is one fen, and not two.
@example(rate=Fraction(1, 10), fees=[5, 5], back=[Fraction(0)])
def test_the_promoter_has_its_part_of_what_is_earned_at_every_moment(
    rate: Fraction, fees: list[int], back: list[Fraction]
) -> None:
    book = a_book(rate)
    for number, fee in enumerate(fees):
        book = after(book, (), more=fee)
        book = after(book, earned(book, clause="PSR-16"))
        _prove(book, rate)
        if number < len(back):
            part = Money(int(book.fee_earned.amount * back[number]))
            book = after(book, unearned(book, part, clause="PSR-9"))
            _prove(book, rate)
    book = after(book, unearned(book, book.fee_earned, clause="PSR-12-3"))

    assert [owed(book.moved, account) for account in (PROVIDER, PROMOTER)] == [0, 0]


def _prove(book: Book, rate: Fraction) -> None:
    whole = book.fee_earned.amount
    part = round_half_up(whole * rate)
    assert owed(book.moved, PROMOTER) == part
    assert owed(book.moved, PROVIDER) == whole - part
    assert {account.kind for account in book.moved} <= {
        AccountKind.PROVIDER,
        AccountKind.PROMOTER,
        AccountKind.FEE_HELD,
    }, "the client pays nothing of it"


@pytest.mark.clause("PSR-19")
@pytest.mark.parametrize("rate", [None, Fraction(0)])
def test_a_promoter_without_a_rate_gets_nothing_and_gives_nothing_back(
    rate: Fraction | None,
) -> None:
    book = after(a_book(rate), (), more=123)

    journals = earned(book, clause="PSR-16")
    book = after(book, journals)

    assert [journal.kind for journal in journals] == [JournalKind.FEE_EARNED]
    back = unearned(book, Money(123), clause="PSR-12-3")
    assert [journal.kind for journal in back] == [JournalKind.FEE_EARNED]
