"""Who earns what by an order: provider, promoter, storage. Sums by hand; debits are positive."""

from fractions import Fraction

import pytest

from daigou.domain import commands
from daigou.domain.book import Account, AccountKind
from daigou.domain.commands import LineCode
from daigou.domain.lifecycle import FULFILMENT, PARCEL
from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, Trigger
from tests.domain import samples
from tests.domain.bookkeeper import Bookkeeper, accepted, all_legs, bought, paid, pay, received

DEPOSIT = "deposit:cli_anna"
PROVIDER = Account(AccountKind.PROVIDER, samples.PROVIDER)
PROMOTER = Account(AccountKind.PROMOTER, samples.PROMOTER)
STORAGE = Account(AccountKind.THIRD_PARTY, samples.STORAGE)

STORAGE_LINE = samples.line(LineCode.STORAGE_FEE, 20_00, samples.STORAGE)
PHOTO_LINE = samples.line(LineCode.OTHER_FEE, 5_00, samples.PROVIDER)
PROMOTED = samples.request(promoter=samples.PROMOTER)


def _stored(*lines: commands.Line, deposit: int = 1_231_23) -> Bookkeeper:
    books = paid(*lines, deposit=deposit)
    bought(books)
    received(books)
    books.pull(Trigger.END_DUTY)
    return books


# ---- the provider's fee ---------------------------------------------------------------------


@pytest.mark.clause("PSR-16")
def test_the_fee_is_the_providers_once_its_duty_ended() -> None:
    books = _stored(PHOTO_LINE, STORAGE_LINE, deposit=1_256_23)

    # 1.23 service fee + 5.00 photos.
    assert books.owed(PROVIDER) == Money(6_23)
    assert books.journals[-1].clause == "PSR-16"
    assert books.holds(AccountKind.FEE_HELD) == ZERO


@pytest.mark.clause("PSR-16")
def test_the_fee_waits_for_the_last_parcel() -> None:
    books = paid(deposit=1_231_23)
    bought(books)
    first, second = received(books, 100), received(books, 200)

    books.pull(Trigger.END_DUTY, item=first)
    after_one = books.owed(PROVIDER)
    books.pull(Trigger.END_DUTY, item=second)

    assert (after_one, books.owed(PROVIDER)) == (ZERO, Money(1_23))


@pytest.mark.clause("PSR-16")
def test_the_fee_is_earned_once_however_far_the_goods_go() -> None:
    books = _stored()
    parcel = books.parcels[0]

    for trigger in (Trigger.CLEAR_CUSTOMS, Trigger.DELIVER):
        books.pull(trigger, samples.command_of(trigger), item=parcel)

    assert books.state == State.DELIVERED
    assert books.earned == Money(1_23)


def test_an_order_too_small_for_a_fee_earns_none_and_posts_nothing() -> None:
    # One cup at ¥4.99 without freight: 0.499 fen.
    request = samples.request(quantity=1, unit_price=Money(4_99), freight=ZERO)
    books = paid(deposit=4_99, request=request)
    bought(books, goods=4_99, freight=0)
    received(books)

    books.pull(Trigger.END_DUTY)

    assert books.state == State.STORED
    assert books.earned == ZERO


# ---- brokerage ------------------------------------------------------------------------------


def _promoted(rate: Fraction | None) -> Bookkeeper:
    books = accepted(PHOTO_LINE, request=PROMOTED)
    books.contract_rate = rate
    pay(books, deposit=1_236_23)
    bought(books)
    received(books)
    return books


@pytest.mark.clause("PSR-19")
@pytest.mark.parametrize(
    ("rate", "brokerage"),
    [
        (Fraction(3, 10), 1_87),  # 0.3 of 6.23 is 1.869
        (Fraction(1, 2), 3_12),  # 3.115: exactly half goes up
        (Fraction(1, 1000), 1),  # 0.623 fen
        (Fraction(1, 2000), 0),  # 0.3115 fen
    ],
)
def test_brokerage_comes_out_of_what_the_provider_is_due(rate: Fraction, brokerage: int) -> None:
    books = _promoted(rate)

    books.pull(Trigger.END_DUTY)

    assert books.owed(PROMOTER) == Money(brokerage)
    assert books.owed(PROVIDER) == Money(6_23 - brokerage)
    assert books.collected == Money(1_236_23), "the client pays nothing of it"


@pytest.mark.clause("PSR-19")
@pytest.mark.parametrize("later", [None, Fraction(9, 10)])
def test_the_rate_at_payment_counts_whatever_the_contract_says_later(
    later: Fraction | None,
) -> None:
    books = _promoted(Fraction(1, 2))
    books.contract_rate = later

    books.pull(Trigger.END_DUTY)

    assert books.owed(PROMOTER) == Money(3_12)


@pytest.mark.clause("PSR-19")
def test_a_contract_that_is_made_after_the_payment_earns_nothing() -> None:
    books = _promoted(None)
    books.contract_rate = Fraction(1, 2)

    books.pull(Trigger.END_DUTY)

    assert books.owed(PROMOTER) == ZERO
    assert books.owed(PROVIDER) == Money(6_23)


@pytest.mark.clause("PSR-19")
def test_an_order_without_a_promoter_owes_no_brokerage() -> None:
    books = paid(deposit=1_231_23)
    books.contract_rate = Fraction(1, 2)
    bought(books)
    received(books)

    books.pull(Trigger.END_DUTY)

    assert books.fixed_rate is None
    assert books.owed(PROVIDER) == Money(1_23)


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-19")
def test_what_goes_back_bears_no_brokerage() -> None:
    books = accepted(request=PROMOTED)
    books.contract_rate = Fraction(1, 2)
    pay(books, deposit=1_231_23)

    books.pull(Trigger.REPORT_UNREALIZABLE, samples.command_of(Trigger.REPORT_UNREALIZABLE))

    assert books.owed(PROMOTER) == ZERO
    assert books.deposit == Money(1_231_23)


@pytest.mark.clause("PSR-15-2")
@pytest.mark.clause("PSR-19")
def test_a_forfeited_orders_fee_bears_brokerage_too() -> None:
    books = accepted(request=samples.request(promoter=samples.PROMOTER, advance=samples.ADVANCE))
    books.contract_rate = Fraction(1, 2)
    pay(books, deposit=400_40)
    bought(books)

    books.pull(Trigger.FORFEIT)

    assert (books.owed(PROVIDER), books.owed(PROMOTER)) == (Money(20), Money(20))


# ---- storage --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-7")
@pytest.mark.clause("UA-1-8")
def test_the_storage_charges_the_deposit_for_each_period_beyond_the_free_days() -> None:
    books = _stored(STORAGE_LINE, deposit=1_251_23)
    books.fund_deposit(Money(70_00))

    effects = books.pull(Trigger.CHARGE_STORAGE)

    assert all_legs(effects) == [{DEPOSIT: 30_00, "third_party:sto_yiwu": -30_00}]
    assert effects.lines[0].code == LineCode.STORAGE_CHARGE
    assert effects.lines[0].collector == samples.STORAGE
    assert books.owed(STORAGE) == Money(50_00)
    assert books.lines[-1].amount == Money(30_00)
    assert books.facts.storage_unpaid == ZERO


@pytest.mark.clause("PSR-7")
def test_a_charge_that_the_deposit_cannot_pay_is_owed_and_paid_later_whole() -> None:
    books = _stored()
    books.fund_deposit(Money(29_99))
    first = books.pull(Trigger.CHARGE_STORAGE)
    books.pull(Trigger.CHARGE_STORAGE)
    owed = books.facts.storage_unpaid
    books.fund_deposit(Money(40_00))

    effects = books.pull(Trigger.PAY_STORAGE)

    assert first.journals == ()
    assert owed == Money(60_00)
    assert all_legs(effects) == [{DEPOSIT: 60_00, "third_party:sto_yiwu": -60_00}]
    assert books.facts.storage_unpaid == ZERO
    assert books.deposit == Money(9_99)


@pytest.mark.clause("PSR-7")
def test_each_parcel_is_charged_for_itself() -> None:
    books = paid(deposit=1_231_23)
    bought(books)
    for quantity in (100, 200):
        books.pull(Trigger.END_DUTY, item=received(books, quantity))
    books.fund_deposit(Money(100_00))

    for parcel in books.parcels:
        books.pull(Trigger.CHARGE_STORAGE, item=parcel)

    assert books.owed(STORAGE) == Money(60_00)


@pytest.mark.clause("PSR-7")
@pytest.mark.clause("PSR-9")
def test_what_the_storage_charged_does_not_go_back_with_another_parcel() -> None:
    books = paid(deposit=231_23, institution=1_000_00)
    bought(books)
    first = received(books, 100)
    books.pull(Trigger.END_DUTY, item=first)
    books.pull(Trigger.DISPATCH, commands.Dispatch(tracking_ref="trk_2"))
    books.fund_deposit(Money(30_00))
    books.pull(Trigger.CHARGE_STORAGE, item=first)
    second = books.parcels[-1]
    books.pull(Trigger.REPORT_LOST, commands.Noted(), item=second)

    effects = books.pull(
        Trigger.RECORD_SELLER_REFUND,
        commands.SellerRefund(goods=Money(800_00), freight=Money(0), external_ref="sr_1"),
        item=second,
    )

    # 800.00 with 0.80 of the fee: the deposit paid 231.23 for the order, and gets no more.
    assert all_legs(effects)[1][DEPOSIT] == -231_23
    assert books.owed(STORAGE) == Money(30_00)
    assert books.state == State.STORED


@pytest.mark.clause("PSR-7")
def test_goods_that_are_given_up_end_the_order_and_leave_the_provider_its_fee() -> None:
    books = _stored()

    books.pull(Trigger.DEEM_ABANDONED)

    assert books.state == State.ABANDONED
    assert books.owed(PROVIDER) == Money(1_23)
    assert books.deposit == ZERO


@pytest.mark.clause("PSR-16")
def test_goods_that_are_here_count_where_the_others_were_paid_back() -> None:
    books = paid(deposit=1_231_23)
    bought(books)
    books.pull(Trigger.END_DUTY, item=received(books, 100))
    books.pull(Trigger.DISPATCH, commands.Dispatch(tracking_ref="trk_2"))
    lost = books.parcels[-1]
    books.pull(Trigger.REPORT_LOST, commands.Noted(), item=lost)

    books.pull(
        Trigger.RECORD_SELLER_REFUND,
        commands.SellerRefund(goods=Money(800_00), freight=Money(20_00), external_ref="sr_1"),
        item=lost,
    )

    # From lost to stored in one step; 0.1 % of the 410.00 that are left is earned.
    assert books.state == State.STORED
    assert books.owed(PROVIDER) == Money(41)


def test_every_way_to_the_end_of_the_duty_earns_the_fee() -> None:
    ends_duty = {State.STORED, State.EXPORTED, State.DELIVERED, State.ABANDONED, State.CLOSED}

    rows = [row for row in FULFILMENT.rows if row.trigger == Trigger.FOLLOW_PARCELS]

    assert all((row.posts is not None) for row in rows if row.target in ends_duty)
    assert not any(row.posts for row in PARCEL.rows if row.trigger == Trigger.END_DUTY)
