"""The checkout and its payment, with the sums done by hand.

The order: 300 kettles at ¥4.00 are ¥1,200.00, freight ¥30.00; the fee is 0.1 % of ¥1,230.00, so
¥1.23; together ¥1,231.23. Debits are positive.
"""

import pytest

from daigou.domain import commands
from daigou.domain.book import JournalKind, Movement, MovementKind, MovementState
from daigou.domain.commands import Accept, LineCode, Outcome, Pay
from daigou.domain.ids import CouponId, MovementRef, PartyId
from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import Bookkeeper, accepted, all_legs, coupon, paid, pay

DEPOSIT = "deposit:cli_anna"
RESERVED = "payment_reserved:ord_kettles"
COUPON_RESERVED = "coupon_reserved:ord_kettles"
ESCROW = "escrow:ord_kettles"
FEE_HELD = "fee_held:ord_kettles"

SERVICE, OTHER = LineCode.SERVICE_FEE, LineCode.OTHER_FEE
STORAGE_LINE = samples.line(LineCode.STORAGE_FEE, 20_00, samples.STORAGE)
CHANNEL_LINE = samples.line(LineCode.PAYMENT_CHANNEL_FEE, 6_00, PartyId("pin_pay"))
FIXED_LOSS_LINE = samples.line(LineCode.FIXED_LOSS, 4_00, samples.STORAGE)
PHOTO_LINE = samples.line(LineCode.OTHER_FEE, 5_00, samples.PROVIDER)


def _requested() -> Bookkeeper:
    books = Bookkeeper()
    books.pull(Trigger.REQUEST, samples.REQUEST)
    return books


# ---- the checkout ---------------------------------------------------------------------------


@pytest.mark.clause("PSR-6")
@pytest.mark.clause("PSR-10-1")
def test_the_checkout_shows_goods_freight_and_fee_as_lines_of_their_own() -> None:
    effects = _requested().pull(Trigger.ACCEPT, Accept())

    assert [(line.code, line.amount.amount, line.collector) for line in effects.lines] == [
        (LineCode.GOODS, 1_200_00, "prv_kai"),
        (LineCode.FREIGHT, 30_00, "prv_kai"),
        (LineCode.SERVICE_FEE, 1_23, "prv_kai"),
    ]
    assert effects.fee is not None
    assert effects.fee.base == Money(1_230_00)
    assert effects.journals == ()


@pytest.mark.clause("PSR-6")
@pytest.mark.clause("PSR-7")
def test_the_checkout_keeps_what_the_provider_adds_with_who_collects_it() -> None:
    effects = _requested().pull(Trigger.ACCEPT, Accept(lines=(PHOTO_LINE, STORAGE_LINE)))

    assert effects.lines[3:] == (PHOTO_LINE, STORAGE_LINE)
    assert effects.fee is not None
    assert effects.fee.amount == Money(1_23), "what is added is not in the base of the fee"


# ---- payment --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-2-2")
@pytest.mark.clause("UA-1-8")
def test_a_payment_from_the_deposit_goes_to_its_lines_at_once() -> None:
    books = accepted()
    books.fund_deposit(Money(768_77))

    effects = pay(books, deposit=1_231_23)

    # 1,231.23 = 1,200.00 + 30.00 in escrow + 1.23 held as the fee.
    assert all_legs(effects) == [{DEPOSIT: 1_231_23, ESCROW: -1_230_00, FEE_HELD: -1_23}]
    assert effects.journals[0].kind == JournalKind.PAYMENT
    assert effects.intends is None
    assert books.state == State.EFFECTIVE
    assert books.deposit == Money(768_77)


@pytest.mark.clause("PSR-7")
def test_third_party_lines_are_paid_to_who_collects_them() -> None:
    books = accepted(PHOTO_LINE, STORAGE_LINE, FIXED_LOSS_LINE, CHANNEL_LINE)

    effects = pay(books, deposit=1_266_23)

    # 1,231.23 + 5.00 + 20.00 + 4.00 + 6.00 = 1,266.23; the storage collects 20.00 + 4.00.
    assert all_legs(effects) == [
        {
            DEPOSIT: 1_266_23,
            ESCROW: -1_230_00,
            FEE_HELD: -6_23,
            "third_party:sto_yiwu": -24_00,
            "third_party:pin_pay": -6_00,
        }
    ]


@pytest.mark.clause("UA-1-8")
def test_a_payment_from_both_sets_the_deposits_part_aside_until_the_capture_is_known() -> None:
    books = accepted()
    books.fund_deposit(Money(231_23))

    effects = books.pull(Trigger.PAY, samples.PAY_FROM_BOTH)

    assert all_legs(effects) == [{DEPOSIT: 231_23, RESERVED: -231_23}]
    assert effects.intends == Movement(
        reference=MovementRef("ord_kettles/3"),
        kind=MovementKind.CAPTURE,
        amount=Money(1_000_00),
        payment_method="card",
    )
    assert effects.paid is None, "nothing is paid before the whole is"
    assert books.state == State.PAYING


@pytest.mark.clause("UA-1-8")
def test_a_payment_through_the_institution_alone_sets_nothing_aside() -> None:
    effects = accepted().pull(Trigger.PAY, Pay(from_institution=Money(1_231_23)))

    assert effects.journals == ()
    assert effects.intends is not None
    assert effects.intends.amount == Money(1_231_23)


@pytest.mark.clause("PSR-2-2")
def test_a_captured_payment_goes_to_its_lines_from_both_sources() -> None:
    books = accepted(STORAGE_LINE)

    effects = pay(books, deposit=251_23, institution=1_000_00)

    # 251.23 set aside + 1,000.00 captured = 1,230.00 + 1.23 + 20.00.
    assert all_legs(effects) == [
        {
            RESERVED: 251_23,
            "payment_institution": 1_000_00,
            ESCROW: -1_230_00,
            FEE_HELD: -1_23,
            "third_party:sto_yiwu": -20_00,
        }
    ]
    assert effects.paid is not None
    assert effects.paid.from_deposit == Money(251_23)
    assert effects.paid.from_institution == Money(1_000_00)
    assert effects.settles is not None
    assert effects.settles.state == MovementState.DONE
    assert effects.settles.external_ref == "x_1"


@pytest.mark.clause("UA-1-8")
def test_a_declined_payment_gives_the_deposits_part_back() -> None:
    books = accepted()
    books.fund_deposit(Money(231_23))
    books.pull(Trigger.PAY, samples.PAY_FROM_BOTH)

    effects = books.answer(Trigger.DECLINE_PAYMENT, reason="no funds")

    assert all_legs(effects) == [{RESERVED: 231_23, DEPOSIT: -231_23}]
    assert effects.settles is not None
    assert (effects.settles.state, effects.settles.reason) == (MovementState.FAILED, "no funds")
    assert books.deposit == Money(231_23)
    assert books.state == State.ACCEPTED


def test_a_declined_payment_of_the_institution_alone_moves_nothing() -> None:
    books = accepted()
    books.pull(Trigger.PAY, Pay(from_institution=Money(1_231_23)))

    effects = books.answer(Trigger.DECLINE_PAYMENT)

    assert effects.journals == ()
    assert not effects.frees_coupons


@pytest.mark.clause("PSR-2-2")
@pytest.mark.clause("PSR-6")
@pytest.mark.parametrize(
    ("deposit", "institution"),
    [
        (1_231_22, 0),
        (1_231_24, 0),
        (1_236_23, 0),
        (0, 0),
        (231_23, 999_99),
        (231_23, 1_000_01),
        (0, 1),
    ],
)
def test_part_payment_is_refused_and_so_is_more_than_the_checkout_shows(
    deposit: int, institution: int
) -> None:
    books = accepted()
    books.fund_deposit(Money(deposit))

    with pytest.raises(Refused) as caught:
        books.pull(
            Trigger.PAY, Pay(from_deposit=Money(deposit), from_institution=Money(institution))
        )

    assert (caught.value.code, caught.value.clause) == (RefusalCode.PART_PAYMENT, "PSR-2-2")
    assert "¥1,231.23" in caught.value.detail
    assert books.state == State.ACCEPTED


def test_an_order_too_small_for_a_fee_is_paid_without_one() -> None:
    # One cup at ¥4.99 without freight: 0.499 fen.
    request = samples.request(quantity=1, unit_price=Money(4_99), freight=ZERO)

    effects = pay(accepted(request=request), deposit=4_99)

    assert all_legs(effects) == [{DEPOSIT: 4_99, ESCROW: -4_99}]


# ---- coupons --------------------------------------------------------------------------------


def _with_photos(*coupons: object) -> Bookkeeper:
    """¥1,236.23 is due: ¥1.23 service fee and ¥5.00 for photos are what coupons may reduce."""
    books = accepted(PHOTO_LINE)
    for each in coupons:
        books.give(each)
    return books


@pytest.mark.clause("UA-1-10")
def test_a_coupon_pays_a_part_of_the_fees() -> None:
    books = _with_photos(coupon("c_1", 2_00, SERVICE, OTHER))

    effects = pay(books, deposit=1_234_23, coupons=("c_1",))

    assert all_legs(effects) == [
        {DEPOSIT: 1_234_23, "promotion": 2_00, ESCROW: -1_230_00, FEE_HELD: -6_23}
    ]
    assert effects.redeems == ("c_1",)
    assert effects.paid is not None
    assert effects.paid.from_coupons == Money(2_00)


@pytest.mark.clause("UA-1-10")
def test_what_a_coupon_has_beyond_its_lines_is_lost() -> None:
    books = _with_photos(coupon("c_1", 10_00, SERVICE))

    effects = pay(books, deposit=1_235_00, coupons=("c_1",))

    assert all_legs(effects) == [
        {DEPOSIT: 1_235_00, "promotion": 1_23, ESCROW: -1_230_00, FEE_HELD: -6_23}
    ]


@pytest.mark.clause("UA-1-10")
def test_two_coupons_share_the_lines_that_they_reduce() -> None:
    # The first takes the photos' 5.00, the second what is left: the service fee's 1.23.
    books = _with_photos(coupon("c_1", 5_00, OTHER), coupon("c_2", 3_00, SERVICE, OTHER))

    effects = pay(books, deposit=1_230_00, coupons=("c_1", "c_2"))

    assert all_legs(effects) == [
        {DEPOSIT: 1_230_00, "promotion": 6_23, ESCROW: -1_230_00, FEE_HELD: -6_23}
    ]


@pytest.mark.clause("UA-1-10")
def test_coupons_are_set_aside_with_the_deposit_until_the_capture_is_known() -> None:
    books = _with_photos(coupon("c_1", 2_00, OTHER))
    books.fund_deposit(Money(234_23))
    said = Pay(
        from_deposit=Money(234_23), from_institution=Money(1_000_00), coupons=(CouponId("c_1"),)
    )

    reserved = books.pull(Trigger.PAY, said)
    confirmed = books.answer(Trigger.CONFIRM_PAYMENT)

    assert all_legs(reserved) == [
        {DEPOSIT: 234_23, "promotion": 2_00, RESERVED: -234_23, COUPON_RESERVED: -2_00}
    ]
    assert all_legs(confirmed) == [
        {
            RESERVED: 234_23,
            "payment_institution": 1_000_00,
            COUPON_RESERVED: 2_00,
            ESCROW: -1_230_00,
            FEE_HELD: -6_23,
        }
    ]


@pytest.mark.clause("UA-1-10")
def test_a_declined_payment_frees_its_coupons() -> None:
    books = _with_photos(coupon("c_1", 2_00, OTHER))
    said = Pay(from_institution=Money(1_234_23), coupons=(CouponId("c_1"),))
    books.pull(Trigger.PAY, said)

    effects = books.answer(Trigger.DECLINE_PAYMENT)

    assert all_legs(effects) == [{COUPON_RESERVED: 2_00, "promotion": -2_00}]
    assert effects.frees_coupons


@pytest.mark.clause("UA-1-10")
@pytest.mark.parametrize(
    ("coupons", "named"),
    [
        pytest.param([coupon("c_1", 2_00, OTHER, usable=False)], ["c_1"], id="used or expired"),
        pytest.param([], ["c_1"], id="another's, or none there is"),
        pytest.param([coupon("c_1", 2_00, LineCode.GOODS)], ["c_1"], id="for goods"),
        pytest.param([coupon("c_1", 2_00, LineCode.STORAGE_FEE)], ["c_1"], id="for a third party"),
        pytest.param([coupon("c_1", 2_00, OTHER)], ["c_1", "c_1"], id="named twice"),
        pytest.param(
            [coupon("c_1", 9_00, OTHER), coupon("c_2", 1_00, OTHER)],
            ["c_1", "c_2"],
            id="nothing left to reduce",
        ),
    ],
)
@pytest.mark.parametrize("institution", [0, 1])
def test_a_coupon_that_cannot_be_used_is_refused(
    coupons: list[object], named: list[str], institution: int
) -> None:
    books = _with_photos(*coupons)
    said = Pay(
        from_deposit=Money(1_234_23),
        from_institution=Money(institution),
        coupons=tuple(CouponId(each) for each in named),
    )

    with pytest.raises(Refused) as caught:
        books.pull(Trigger.PAY, said)

    assert (caught.value.code, caught.value.clause) == (
        RefusalCode.COUPON_NOT_USABLE,
        "UA-1-10",
    )
    assert named[-1] in caught.value.detail


@pytest.mark.clause("UA-1-10")
def test_a_payment_that_counts_more_off_than_the_coupon_is_refused() -> None:
    books = _with_photos(coupon("c_1", 10_00, SERVICE))
    said = Pay(from_deposit=Money(1_226_23), coupons=(CouponId("c_1"),))

    with pytest.raises(Refused) as caught:
        books.pull(Trigger.PAY, said)

    assert caught.value.code == RefusalCode.PART_PAYMENT
    assert "less ¥1.23 by coupons" in caught.value.detail


@pytest.mark.clause("UA-1-10")
@pytest.mark.clause("PSR-15-2")
def test_a_coupon_takes_off_an_advance_deposit_no_more_than_the_fee_on_it() -> None:
    # 400.00 and 0.40 are due first; the coupon could pay the whole fee of 1.23.
    books = accepted(PHOTO_LINE, request=samples.request(advance=samples.ADVANCE))
    books.give(coupon("c_1", 5_00, SERVICE))

    effects = pay(books, deposit=400_00, coupons=("c_1",))

    assert all_legs(effects) == [{DEPOSIT: 400_00, "promotion": 40, ESCROW: -400_00, FEE_HELD: -40}]


@pytest.mark.clause("UA-1-10")
def test_a_coupon_for_other_fees_takes_nothing_off_a_top_up() -> None:
    books = paid(PHOTO_LINE, deposit=1_236_23)
    books.pull(Trigger.REPORT_PRICE, samples.HIGHER)
    books.give(coupon("c_1", 5_00, OTHER))

    with pytest.raises(Refused) as caught:
        pay(books, deposit=10_02, coupons=("c_1",))

    assert caught.value.code == RefusalCode.COUPON_NOT_USABLE


# ---- answers that belong to nothing ---------------------------------------------------------


@pytest.mark.clause("PSR-6")
@pytest.mark.parametrize("trigger", [Trigger.CONFIRM_PAYMENT, Trigger.DECLINE_PAYMENT])
def test_an_answer_about_another_payment_is_refused(trigger: Trigger) -> None:
    books = accepted()
    books.pull(Trigger.PAY, Pay(from_institution=Money(1_231_23)))

    with pytest.raises(Refused) as caught:
        books.pull(trigger, Outcome(reference=MovementRef("ord_others/9")))

    assert caught.value.code == RefusalCode.WRONG_REFERENCE


@pytest.mark.clause("PSR-2-2")
def test_what_is_asked_of_a_client_that_withdrew_is_nothing() -> None:
    books = accepted()

    effects = books.pull(Trigger.WITHDRAW, commands.Withdraw())

    assert effects.journals == ()
    assert books.state == State.WITHDRAWN
