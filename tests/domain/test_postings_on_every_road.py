"""Whatever the sums, the sources and the road: journals balance, floors hold, refunds are whole."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daigou.domain import postings
from daigou.domain.book import BANK, HELD_FOR_A_SUBJECT, INSTITUTION, Account, AccountKind, Movement
from daigou.domain.commands import (
    Accept,
    Line,
    LineCode,
    Outcome,
    Pay,
    Plain,
    Purchase,
    RecordPurchase,
    ReportUnrealizable,
    UnrealizableReason,
)
from daigou.domain.ids import PartyId
from daigou.domain.lifecycle import TABLES
from daigou.domain.money import ZERO, Money, total
from daigou.domain.order import TableName
from tests.domain import samples
from tests.domain.bookkeeper import Bookkeeper, is_sound

PROVIDER = Account(AccountKind.PROVIDER, samples.PROVIDER)
FEN = st.integers(min_value=0, max_value=10**7)
THIRD_PARTIES = [samples.STORAGE, PartyId("pin_pay"), samples.LOGISTICS]


@dataclass(frozen=True)
class Payment:
    """An accepted order, and how much of it the deposit pays."""

    goods: int
    freight: int
    lines: tuple[Line, ...]
    share: int


LINES = st.one_of(
    st.builds(samples.line, st.just(LineCode.OTHER_FEE), FEN, st.just(samples.PROVIDER)),
    st.builds(
        samples.line,
        st.sampled_from([LineCode.STORAGE_FEE, LineCode.FIXED_LOSS, LineCode.PAYMENT_CHANNEL_FEE]),
        FEN,
        st.sampled_from(THIRD_PARTIES),
    ),
)
PAYMENTS = st.builds(
    Payment,
    goods=st.integers(min_value=1, max_value=10**7),
    freight=FEN,
    lines=st.lists(LINES, max_size=5).map(tuple),
    share=st.integers(min_value=0, max_value=100),
)
FAILED_PURCHASES = st.integers(min_value=0, max_value=3)


def _answer(books: Bookkeeper) -> Outcome:
    if books.movement is None:
        raise LookupError("nothing is open")
    return Outcome(reference=books.movement.reference)


def _paid(payment: Payment) -> Bookkeeper:
    """An order on which all of it was paid, after one payment was declined."""
    books = Bookkeeper(
        request=samples.request(
            quantity=1, unit_price=Money(payment.goods), freight=Money(payment.freight)
        )
    )
    books.take(postings.open_checkout, Accept(lines=payment.lines))
    due = total([line.amount for line in books.lines])
    deposit = Money(due.amount * payment.share // 100)
    pay = Pay(from_deposit=deposit, from_institution=due - deposit)
    books.fund_deposit(deposit)
    if not pay.from_institution:
        books.take(postings.pay_from_deposit, pay)
        return books
    books.take(postings.reserve_payment, pay)
    books.take(postings.release_payment, _answer(books))
    books.take(postings.reserve_payment, pay)
    books.take(postings.confirm_payment, _answer(books))
    return books


def _try_to_buy(books: Bookkeeper, times: int) -> None:
    for _ in range(times):
        books.take(postings.reserve_purchase, Purchase())
        books.take(postings.release_purchase, _answer(books))


def _held_by_provider(books: Bookkeeper) -> Money:
    return total([line.amount for line in books.lines if not line.of_third_party])


def _held_by_others(books: Bookkeeper) -> dict[str, Money]:
    collectors = {line.collector for line in books.lines if line.of_third_party and line.amount}
    return {each: books.owed(Account(AccountKind.THIRD_PARTY, each)) for each in collectors}


def _still_held(books: Bookkeeper) -> list[Money]:
    return [books.book.holds(kind) for kind in HELD_FOR_A_SUBJECT]


@pytest.mark.clause("PSR-2-2")
@given(payment=PAYMENTS)
def test_what_is_paid_is_on_its_lines_to_the_fen(payment: Payment) -> None:
    books = _paid(payment)

    by_collector: dict[str, Money] = {}
    for line in books.lines:
        if line.of_third_party and line.amount:
            by_collector[line.collector] = by_collector.get(line.collector, ZERO) + line.amount
    assert all(is_sound(journal) for journal in books.journals)
    assert books.book.holds(AccountKind.ESCROW) == Money(payment.goods + payment.freight)
    assert books.book.holds(AccountKind.PAYMENT_RESERVED) == ZERO
    assert _held_by_others(books) == by_collector
    assert books.paid is not None
    assert books.owed(INSTITUTION) == -books.paid.from_institution


@pytest.mark.clause("PSR-8")
@pytest.mark.clause("PSR-16")
@given(payment=PAYMENTS, failed=FAILED_PURCHASES)
def test_a_finished_order_holds_nothing_back(payment: Payment, failed: int) -> None:
    books = _paid(payment)
    _try_to_buy(books, failed)

    books.take(postings.reserve_purchase, Purchase())
    books.take(
        postings.record_purchase,
        RecordPurchase(
            seller_order_no="so_1",
            goods=Money(payment.goods),
            freight=Money(payment.freight),
            delivery_address=books.request.delivery_address,
        ),
    )
    books.take(postings.earn_fee, Plain())

    assert all(is_sound(journal) for journal in books.journals)
    assert _still_held(books) == [ZERO] * len(HELD_FOR_A_SUBJECT)
    assert books.owed(BANK) == Money(payment.goods + payment.freight)
    assert books.owed(PROVIDER) == _held_by_provider(books) - books.owed(BANK)


@pytest.mark.clause("PSR-7")
@pytest.mark.clause("PSR-9")
@given(
    payment=PAYMENTS, failed=FAILED_PURCHASES, by_the_seller=st.booleans(), paid_back=st.booleans()
)
def test_an_unrealizable_order_gives_back_just_what_the_provider_collected(
    payment: Payment, failed: int, *, by_the_seller: bool, paid_back: bool
) -> None:
    books = _paid(payment)
    _try_to_buy(books, failed)
    of_others, of_provider = _held_by_others(books), _held_by_provider(books)

    refund = _unrealizable(books, by_the_seller=by_the_seller)
    to_deposit = books.owed(books.book.deposit)
    if refund:
        template = postings.confirm_refund if paid_back else postings.credit_refund
        books.take(template, _answer(books))

    through_institution = refund.amount if refund else ZERO
    assert all(is_sound(journal) for journal in books.journals)
    assert to_deposit + through_institution == of_provider
    assert _held_by_others(books) == of_others
    assert _still_held(books) == [ZERO] * len(HELD_FOR_A_SUBJECT)
    assert books.paid is not None
    assert to_deposit <= books.paid.from_deposit
    assert through_institution <= books.paid.from_institution
    left = books.owed(books.book.deposit) - to_deposit
    assert left == (ZERO if paid_back else through_institution)


def _unrealizable(books: Bookkeeper, *, by_the_seller: bool) -> Movement | None:
    if by_the_seller:
        books.take(postings.reserve_purchase, Purchase())
        effects = books.take(postings.refund_collected, _answer(books))
    else:
        said = ReportUnrealizable(reason=UnrealizableReason.SOLD_OUT)
        effects = books.take(postings.refund_collected, said)
    assert effects.opens_refund == (effects.intends is not None)
    return effects.intends


def test_every_template_of_the_tables_is_tried_here_or_is_a_recharges() -> None:
    on_the_tables = {row.posts for table in TABLES.values() for row in table.rows if row.posts}

    tried_above = {
        postings.open_checkout,
        postings.pay_from_deposit,
        postings.reserve_payment,
        postings.confirm_payment,
        postings.release_payment,
        postings.reserve_purchase,
        postings.release_purchase,
        postings.record_purchase,
        postings.refund_collected,
        postings.confirm_refund,
        postings.credit_refund,
        postings.earn_fee,
    }
    of_recharges = {row.posts for row in TABLES[TableName.RECHARGE].rows if row.posts}
    assert on_the_tables - of_recharges == tried_above
