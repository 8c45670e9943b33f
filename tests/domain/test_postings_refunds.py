"""What goes back, to where it came from: sums done by hand. Debits are positive."""

from dataclasses import replace

import pytest

from daigou.domain import commands
from daigou.domain.book import (
    INSTITUTION,
    Account,
    AccountKind,
    Effects,
    Movement,
    MovementKind,
    MovementState,
)
from daigou.domain.commands import Dispatch, DriftLimit, LineCode, Outcome, Refuse, SellerRefund
from daigou.domain.ids import MovementRef, PartyId
from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, Trigger
from daigou.domain.postings import refund_collected
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import Bookkeeper, accepted, all_legs, bought, coupon, paid, pay

DEPOSIT = "deposit:cli_anna"
ESCROW = "escrow:ord_kettles"
FEE_HELD = "fee_held:ord_kettles"
TRANSIT = "seller_transit:ord_kettles"
BACK = "refund_transit:ord_kettles"

SERVICE = LineCode.SERVICE_FEE
STORAGE_LINE = samples.line(LineCode.STORAGE_FEE, 20_00, samples.STORAGE)
CHANNEL_LINE = samples.line(LineCode.PAYMENT_CHANNEL_FEE, 6_00, PartyId("pin_pay"))
PHOTO_LINE = samples.line(LineCode.OTHER_FEE, 5_00, samples.PROVIDER)


def _report(books: Bookkeeper) -> Effects:
    said = samples.command_of(Trigger.REPORT_UNREALIZABLE)
    return books.pull(Trigger.REPORT_UNREALIZABLE, said)


def _refunds(effects: Effects) -> list[tuple[str, int, str | None]]:
    return [(each.reference, each.amount.amount, each.original) for each in effects.refunds]


# ---- unrealizable ---------------------------------------------------------------------------


@pytest.mark.clause("PSR-9")
def test_an_unrealizable_order_gives_the_deposit_all_back_fee_included() -> None:
    books = paid(deposit=1_231_23)

    effects = _report(books)

    assert all_legs(effects) == [{ESCROW: 1_230_00, FEE_HELD: 1_23, DEPOSIT: -1_231_23}]
    assert effects.refunds == ()
    assert books.deposit == Money(1_231_23)


@pytest.mark.clause("PSR-9")
def test_what_the_institution_captured_goes_back_through_it() -> None:
    books = paid(deposit=0, institution=1_231_23)

    effects = _report(books)

    assert all_legs(effects) == [{ESCROW: 1_230_00, FEE_HELD: 1_23, BACK: -1_231_23}]
    assert effects.refunds == (
        Movement(
            reference=MovementRef("ord_kettles/5"),
            kind=MovementKind.REFUND,
            amount=Money(1_231_23),
            original=MovementRef("ord_kettles/3"),
        ),
    )


@pytest.mark.clause("PSR-9")
def test_what_came_from_both_goes_back_to_both() -> None:
    effects = _report(paid(deposit=231_23, institution=1_000_00))

    assert all_legs(effects) == [
        {ESCROW: 1_230_00, FEE_HELD: 1_23, DEPOSIT: -231_23, BACK: -1_000_00}
    ]


@pytest.mark.clause("PSR-7")
@pytest.mark.clause("PSR-9")
def test_third_party_lines_stay_with_their_collectors() -> None:
    # 1,231.23 + 5.00 photo + 20.00 storage + 6.00 channel = 1,262.23, all from the deposit.
    books = paid(PHOTO_LINE, STORAGE_LINE, CHANNEL_LINE, deposit=1_262_23)

    effects = _report(books)

    # Back: 1,230.00 + 1.23 + 5.00 = 1,236.23. The 26.00 of others stay.
    assert all_legs(effects) == [{ESCROW: 1_230_00, FEE_HELD: 6_23, DEPOSIT: -1_236_23}]
    assert books.owed(Account(AccountKind.THIRD_PARTY, "sto_yiwu")) == Money(20_00)
    assert books.owed(Account(AccountKind.THIRD_PARTY, "pin_pay")) == Money(6_00)


@pytest.mark.clause("PSR-7")
@pytest.mark.clause("PSR-9")
def test_the_deposit_counts_as_having_paid_the_providers_lines_first() -> None:
    # 1,251.23 with 20.00 of storage: 1,241.23 from the deposit, 10.00 captured. 1,231.23 go back:
    # all of it was the deposit's, and nothing of the capture.
    effects = _report(paid(STORAGE_LINE, deposit=1_241_23, institution=10_00))

    assert all_legs(effects) == [{ESCROW: 1_230_00, FEE_HELD: 1_23, DEPOSIT: -1_231_23}]
    assert effects.refunds == ()


@pytest.mark.clause("PSR-7")
@pytest.mark.clause("PSR-9")
def test_third_party_lines_come_off_what_goes_back_through_the_institution() -> None:
    # 1,251.23 with 20.00 of storage: 251.23 from the deposit, 1,000.00 captured. 1,231.23 go back:
    # 251.23 to the deposit, 980.00 through the institution.
    effects = _report(paid(STORAGE_LINE, deposit=251_23, institution=1_000_00))

    assert all_legs(effects) == [
        {ESCROW: 1_230_00, FEE_HELD: 1_23, DEPOSIT: -251_23, BACK: -980_00}
    ]


@pytest.mark.clause("PSR-9")
def test_a_seller_that_will_not_sell_gives_the_price_back_first() -> None:
    books = paid(deposit=1_231_23)
    books.pull(Trigger.PURCHASE, samples.command_of(Trigger.PURCHASE))

    effects = books.answer(Trigger.REJECT_PURCHASE, reason="sold_out")

    assert all_legs(effects) == [
        {TRANSIT: 1_230_00, ESCROW: -1_230_00},
        {ESCROW: 1_230_00, FEE_HELD: 1_23, DEPOSIT: -1_231_23},
    ]
    assert effects.settles is not None
    assert (effects.settles.state, effects.settles.reason) == (MovementState.FAILED, "sold_out")


@pytest.mark.clause("PSR-9")
def test_nothing_goes_back_where_nothing_was_paid() -> None:
    with pytest.raises(Refused) as caught:
        refund_collected(accepted().book(), commands.Plain())

    assert caught.value.clause == "PSR-9"


# ---- several captures -----------------------------------------------------------------------


def _topped_up() -> Bookkeeper:
    """1,231.23 were captured first (ord_kettles/3), then 10.02 for the rise (ord_kettles/6)."""
    books = paid(deposit=0, institution=1_231_23)
    books.pull(Trigger.REPORT_PRICE, samples.HIGHER)
    pay(books, institution=10_02)
    return books


@pytest.mark.clause("PSR-10-2")
def test_the_latest_capture_is_refunded_first_and_the_rest_of_the_one_before() -> None:
    books = _topped_up()

    # 1,240.01 fell to 1,220.01: 20.00 with 0.02 of the fee, 10.02 of it from the second capture.
    effects = books.pull(
        Trigger.REPORT_PRICE,
        commands.ActualPrice(goods=Money(1_190_01), freight=Money(30_00), quantity=300),
    )

    assert all_legs(effects) == [{ESCROW: 20_00, FEE_HELD: 2, BACK: -20_02}]
    assert _refunds(effects) == [
        ("ord_kettles/8", 10_02, "ord_kettles/6"),
        ("ord_kettles/8.2", 10_00, "ord_kettles/3"),
    ]


@pytest.mark.clause("PSR-9")
def test_each_capture_gives_back_no_more_than_it_took() -> None:
    books = _topped_up()
    first = books.pull(
        Trigger.REPORT_PRICE,
        commands.ActualPrice(goods=Money(1_205_01), freight=Money(30_00), quantity=300),
    )

    rest = _report(books)

    # 5.00 and 0.00 of the fee (1.24 on 1,235.01 too) came off the second capture before.
    assert _refunds(first) == [("ord_kettles/8", 5_00, "ord_kettles/6")]
    assert _refunds(rest) == [
        ("ord_kettles/9", 5_02, "ord_kettles/6"),
        ("ord_kettles/9.2", 1_231_23, "ord_kettles/3"),
    ]


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-15-2")
def test_a_lost_advance_deposit_is_missing_from_the_earlier_capture() -> None:
    books = accepted(request=samples.request(advance=samples.ADVANCE))
    pay(books, institution=400_40)
    bought(books)
    pay(books, institution=830_83)

    effects = _report(books)

    # 830.00 + 1.23: all of the balance's 830.83 and 0.40 of the first capture.
    assert [(fen, original) for _, fen, original in _refunds(effects)] == [
        (830_83, "ord_kettles/8"),
        (40, "ord_kettles/4"),
    ]


# ---- the refund's way back ------------------------------------------------------------------


@pytest.mark.clause("PSR-9")
def test_a_paid_refund_leaves_through_the_institution() -> None:
    books = paid(deposit=231_23, institution=1_000_00)
    _report(books)

    effects = books.answer(Trigger.CONFIRM_REFUND, item=books.refunds[0])

    assert all_legs(effects) == [{BACK: 1_000_00, "payment_institution": -1_000_00}]
    assert effects.settles is not None
    assert effects.settles.state == MovementState.DONE
    assert books.owed(INSTITUTION) == Money(-231_23), "what the deposit has, it still has"


@pytest.mark.clause("PSR-9")
def test_a_refund_that_cannot_be_paid_goes_to_the_deposit() -> None:
    books = paid(deposit=231_23, institution=1_000_00)
    _report(books)

    effects = books.answer(Trigger.FAIL_REFUND, item=books.refunds[0])

    assert all_legs(effects) == [{BACK: 1_000_00, DEPOSIT: -1_000_00}]
    assert effects.settles is not None
    assert effects.settles.state == MovementState.FAILED
    assert books.deposit == Money(1_231_23)


@pytest.mark.clause("PSR-9")
def test_each_of_several_refunds_has_an_answer_of_its_own() -> None:
    books = _topped_up()
    _report(books)
    newest, oldest = books.refunds

    failed = books.answer(Trigger.FAIL_REFUND, item=oldest)
    paid_back = books.answer(Trigger.CONFIRM_REFUND, item=newest)

    assert all_legs(failed) == [{BACK: 1_231_23, DEPOSIT: -1_231_23}]
    assert all_legs(paid_back) == [{BACK: 10_02, "payment_institution": -10_02}]
    assert books.refunds == ()


@pytest.mark.parametrize("trigger", [Trigger.CONFIRM_REFUND, Trigger.FAIL_REFUND])
def test_an_answer_about_another_refund_is_refused(trigger: Trigger) -> None:
    books = paid(deposit=0, institution=1_231_23)
    _report(books)

    with pytest.raises(Refused) as caught:
        books.pull(trigger, Outcome(reference=MovementRef("ord_others/9")))

    assert caught.value.code == RefusalCode.WRONG_REFERENCE


@pytest.mark.clause("PSR-9")
def test_a_refund_that_was_credited_is_not_taken_for_the_deposits_own_money() -> None:
    # 100.10 of the capture go to the deposit instead; 200.20 are charged to the deposit later.
    request = samples.request(drift_limit=DriftLimit(any=True))
    books = paid(deposit=0, institution=1_231_23, request=request)
    lower = commands.ActualPrice(goods=Money(1_100_00), freight=Money(30_00), quantity=300)
    books.pull(Trigger.REPORT_PRICE, lower)
    books.answer(Trigger.FAIL_REFUND, item=books.refunds[0])
    books.fund_deposit(Money(100_10))
    books.pull(Trigger.REPORT_PRICE, replace(lower, goods=Money(1_300_00)))

    effects = _report(books)

    # 1,330.00 + 1.33 are held: 200.20 were the deposit's, 1,131.13 are left of the capture.
    assert all_legs(effects) == [
        {ESCROW: 1_330_00, FEE_HELD: 1_33, DEPOSIT: -200_20, BACK: -1_131_13}
    ]


# ---- coupons are never cashed ---------------------------------------------------------------


@pytest.mark.clause("UA-1-10")
def test_fees_that_a_coupon_paid_go_back_to_the_promotion() -> None:
    books = accepted(PHOTO_LINE)
    books.give(coupon("c_1", 2_00, LineCode.OTHER_FEE))
    pay(books, deposit=1_234_23, coupons=("c_1",))

    effects = _report(books)

    assert all_legs(effects) == [
        {ESCROW: 1_230_00, FEE_HELD: 6_23, DEPOSIT: -1_234_23, "promotion": -2_00}
    ]
    assert effects.frees_coupons


@pytest.mark.clause("PSR-10-2")
@pytest.mark.clause("UA-1-10")
def test_a_smaller_fee_goes_back_to_the_promotion_first() -> None:
    books = accepted()
    books.give(coupon("c_1", 1_00, SERVICE))
    pay(books, deposit=1_230_23, coupons=("c_1",))

    # Half the goods: 600.00 + 30.00 bear 0.63, so that 0.60 of the fee go back, all the coupon's.
    first = books.pull(
        Trigger.REPORT_PRICE,
        commands.ActualPrice(goods=Money(600_00), freight=Money(30_00), quantity=300),
    )
    # Then 100.00 + 30.00 bear 0.13: 0.50 more, of which the coupon paid what it has left.
    second = books.pull(
        Trigger.REPORT_PRICE,
        commands.ActualPrice(goods=Money(100_00), freight=Money(30_00), quantity=300),
    )

    assert all_legs(first) == [{ESCROW: 600_00, FEE_HELD: 60, DEPOSIT: -600_00, "promotion": -60}]
    assert all_legs(second) == [{ESCROW: 500_00, FEE_HELD: 50, DEPOSIT: -500_10, "promotion": -40}]


# ---- the seller pays back for a parcel ------------------------------------------------------


def _two_parcels(*, deposit: int = 1_231_23, institution: int = 0) -> Bookkeeper:
    books = paid(deposit=deposit, institution=institution)
    bought(books)
    books.pull(Trigger.DISPATCH, Dispatch(tracking_ref="trk_1", quantity=100))
    books.pull(Trigger.DISPATCH, Dispatch(tracking_ref="trk_2", quantity=200))
    return books


def _seller_refund(books: Bookkeeper, item: str, goods: int, freight: int) -> Effects:
    said = SellerRefund(goods=Money(goods), freight=Money(freight), external_ref="sr_1")
    return books.pull(Trigger.RECORD_SELLER_REFUND, said, item=item)


@pytest.mark.clause("PSR-9")
def test_what_the_seller_pays_back_for_a_parcel_goes_on_with_the_fee_on_it() -> None:
    books = _two_parcels()
    lost, _ = books.parcels
    books.pull(Trigger.REPORT_LOST, commands.Noted(), item=lost)

    effects = _seller_refund(books, lost, 400_00, 10_00)

    # 1,230.00 - 410.00 = 820.00 bear 0.82: 0.41 of the fee go back.
    assert all_legs(effects) == [
        {"bank": 410_00, ESCROW: -410_00},
        {ESCROW: 410_00, FEE_HELD: 41, DEPOSIT: -410_41},
    ]
    assert [line.amount.amount for line in books.lines[:3]] == [800_00, 20_00, 82]
    assert (books.facts.goods, books.facts.freight) == (Money(800_00), Money(20_00))
    assert books.state == State.DISPATCHED


@pytest.mark.clause("PSR-9")
@pytest.mark.parametrize(("goods", "freight"), [(1_200_01, 0), (0, 30_01)])
def test_a_seller_pays_back_no_more_than_it_charged(goods: int, freight: int) -> None:
    books = _two_parcels()
    lost, _ = books.parcels
    books.pull(Trigger.REPORT_LOST, commands.Noted(), item=lost)

    with pytest.raises(Refused) as caught:
        _seller_refund(books, lost, goods, freight)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "PSR-9")


@pytest.mark.clause("PSR-9")
@pytest.mark.parametrize("second", [(800_00, 20_00), (300_00, 0), (0, 0)])
def test_where_no_parcel_is_coming_the_whole_fee_goes_back_too(second: tuple[int, int]) -> None:
    books = _two_parcels()
    for item in books.parcels:
        books.pull(Trigger.REPORT_LOST, commands.Noted(), item=item)

    _seller_refund(books, books.parcels[0], 400_00, 10_00)
    _seller_refund(books, books.parcels[1], *second)

    assert books.state == State.UNREALIZABLE
    assert books.holds(AccountKind.FEE_HELD) == ZERO
    # All that the seller gave back, and the fee of 1.23.
    assert books.deposit == Money(410_00 + sum(second) + 1_23)


@pytest.mark.clause("PSR-9")
def test_a_sellers_refund_goes_back_through_the_institution_that_captured_it() -> None:
    books = _two_parcels(deposit=31_23, institution=1_200_00)
    lost, _ = books.parcels
    books.pull(Trigger.REPORT_LOST, commands.Noted(), item=lost)

    effects = _seller_refund(books, lost, 400_00, 10_00)

    assert all_legs(effects)[1] == {ESCROW: 410_00, FEE_HELD: 41, DEPOSIT: -31_23, BACK: -379_18}


# ---- refused after the payment --------------------------------------------------------------


def _sensitive(*, deposit: int = 1_231_23) -> Bookkeeper:
    kinds = (commands.CautionKind.SENSITIVE,)
    return paid(deposit=deposit, request=samples.request(cautions=kinds))


def _refuse(books: Bookkeeper, *costs: commands.Line) -> Effects:
    said = Refuse(reason=commands.RefusalReason.SENSITIVE_GOODS, costs=costs)
    return books.pull(Trigger.REFUSE, said)


@pytest.mark.clause("PSR-3-2")
def test_an_order_that_is_refused_for_a_requirement_gives_everything_back() -> None:
    books = accepted()
    books.pull(Trigger.REQUIRE, commands.Require(note_ref="note_1", needed=True))
    pay(books, deposit=1_231_23)
    requirement = books.facts.requirements[0].item

    effects = books.pull(
        Trigger.REFUSE,
        Refuse(reason=commands.RefusalReason.REQUIREMENT, requirement=requirement),
    )

    assert all_legs(effects) == [{ESCROW: 1_230_00, FEE_HELD: 1_23, DEPOSIT: -1_231_23}]
    assert effects.journals[0].clause == "PSR-3-2"
    assert books.state == State.REFUSED


@pytest.mark.clause("PSR-15-5")
def test_costs_of_sensitive_goods_stay_with_who_had_them() -> None:
    books = _sensitive()
    own = samples.line(LineCode.OTHER_FEE, 3_00, samples.PROVIDER)
    storage = samples.line(LineCode.STORAGE_FEE, 8_00, samples.STORAGE)
    loss = samples.line(LineCode.FIXED_LOSS, 2_00, samples.STORAGE)

    effects = _refuse(books, own, storage, loss)

    assert all_legs(effects) == [
        {ESCROW: 13_00, "provider:prv_kai": -3_00, "third_party:sto_yiwu": -10_00},
        {ESCROW: 1_217_00, FEE_HELD: 1_23, DEPOSIT: -1_218_23},
    ]
    assert {journal.clause for journal in effects.journals} == {"PSR-15-5"}
    assert effects.frees_coupons


@pytest.mark.clause("PSR-15-5")
def test_without_costs_sensitive_goods_that_are_refused_give_everything_back() -> None:
    books = _sensitive()

    _refuse(books)

    assert books.deposit == Money(1_231_23)


@pytest.mark.clause("PSR-15-5")
@pytest.mark.parametrize(("fen", "taken"), [(1_230_00, True), (1_230_01, False)])
def test_costs_are_kept_up_to_what_is_held_for_the_goods(*, fen: int, taken: bool) -> None:
    books = _sensitive()
    line = samples.line(LineCode.STORAGE_FEE, fen, samples.STORAGE)

    if taken:
        _refuse(books, line)
        assert books.deposit == Money(1_23), "the fee is no cost"
        return
    with pytest.raises(Refused) as caught:
        _refuse(books, line)
    assert (caught.value.code, caught.value.clause) == (RefusalCode.LINE_NOT_ALLOWED, "PSR-15-5")
