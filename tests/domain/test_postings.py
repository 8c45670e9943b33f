"""Each posting template, with the sums done by hand.

The order: 300 kettles at ¥4.00 are ¥1,200.00, freight ¥30.00; the fee is 0.1 % of ¥1,230.00, so
¥1.23; together ¥1,231.23. Debits are positive.
"""

from dataclasses import replace

import pytest

from daigou.domain import commands, postings
from daigou.domain.book import (
    INSTITUTION,
    Account,
    AccountKind,
    Book,
    Effects,
    JournalKind,
    Movement,
    MovementKind,
    MovementState,
    Template,
)
from daigou.domain.commands import Accept, Line, LineCode, Outcome, Pay, Purchase
from daigou.domain.ids import MovementRef, PartyId
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import ORDER, Bookkeeper, all_legs, is_sound

DEPOSIT = "deposit:cli_anna"
RESERVED = "payment_reserved:ord_kettles"
ESCROW = "escrow:ord_kettles"
FEE_HELD = "fee_held:ord_kettles"
TRANSIT = "seller_transit:ord_kettles"
BACK = "refund_transit:ord_kettles"

STORAGE_LINE = samples.line(LineCode.STORAGE_FEE, 20_00, samples.STORAGE)
CHANNEL_LINE = samples.line(LineCode.PAYMENT_CHANNEL_FEE, 6_00, PartyId("pin_pay"))
FIXED_LOSS_LINE = samples.line(LineCode.FIXED_LOSS, 4_00, samples.STORAGE)
PHOTO_LINE = samples.line(LineCode.OTHER_FEE, 5_00, samples.PROVIDER)

BOUGHT = samples.command_of(Trigger.RECORD_PURCHASE)


def _accepted(*lines: Line) -> Bookkeeper:
    books = Bookkeeper()
    books.take(postings.open_checkout, Accept(lines=lines))
    return books


def _paid(*lines: Line, deposit: int, institution: int) -> Bookkeeper:
    books = _accepted(*lines)
    books.fund_deposit(Money(deposit))
    pay = Pay(from_deposit=Money(deposit), from_institution=Money(institution))
    if institution:
        books.take(postings.reserve_payment, pay)
        books.take(postings.confirm_payment, _answer(books))
    else:
        books.take(postings.pay_from_deposit, pay)
    return books


def _answer(books: Bookkeeper, **changes: str) -> Outcome:
    if books.movement is None:
        raise LookupError("nothing is open")
    return replace(Outcome(reference=books.movement.reference, external_ref="x_1"), **changes)


# ---- the checkout ---------------------------------------------------------------------------


@pytest.mark.clause("PSR-6")
@pytest.mark.clause("PSR-10-1")
def test_the_checkout_shows_goods_freight_and_fee_as_lines_of_their_own() -> None:
    effects = Bookkeeper().take(postings.open_checkout, Accept())

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
    effects = Bookkeeper().take(postings.open_checkout, Accept(lines=(PHOTO_LINE, STORAGE_LINE)))

    assert effects.lines[3:] == (PHOTO_LINE, STORAGE_LINE)
    assert effects.fee is not None
    assert effects.fee.amount == Money(1_23), "what is added is not in the base of the fee"


# ---- payment --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-2-2")
@pytest.mark.clause("UA-1-8")
def test_a_payment_from_the_deposit_goes_to_its_lines_at_once() -> None:
    books = _accepted()
    books.fund_deposit(Money(2_000_00))

    effects = books.take(postings.pay_from_deposit, Pay(from_deposit=Money(1_231_23)))

    # 1,231.23 = 1,200.00 + 30.00 in escrow + 1.23 held as the fee.
    assert all_legs(effects) == [{DEPOSIT: 1_231_23, ESCROW: -1_230_00, FEE_HELD: -1_23}]
    assert effects.journals[0].kind == JournalKind.PAYMENT
    assert effects.intends is None
    assert books.owed(books.book.deposit) == Money(768_77)


@pytest.mark.clause("PSR-7")
def test_third_party_lines_are_paid_to_who_collects_them() -> None:
    books = _accepted(PHOTO_LINE, STORAGE_LINE, FIXED_LOSS_LINE, CHANNEL_LINE)
    books.fund_deposit(Money(1_266_23))

    effects = books.take(postings.pay_from_deposit, Pay(from_deposit=Money(1_266_23)))

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
    books = _accepted()
    books.fund_deposit(Money(231_23))

    effects = books.take(postings.reserve_payment, samples.PAY_FROM_BOTH)

    assert all_legs(effects) == [{DEPOSIT: 231_23, RESERVED: -231_23}]
    assert effects.intends == Movement(
        reference=MovementRef("ord_kettles/2"),
        kind=MovementKind.CAPTURE,
        amount=Money(1_000_00),
        payment_method="card",
    )
    assert effects.paid is None, "nothing is paid before the whole is"


@pytest.mark.clause("UA-1-8")
def test_a_payment_through_the_institution_alone_sets_nothing_aside() -> None:
    effects = _accepted().take(postings.reserve_payment, Pay(from_institution=Money(1_231_23)))

    assert effects.journals == ()
    assert effects.intends is not None
    assert effects.intends.amount == Money(1_231_23)


@pytest.mark.clause("PSR-2-2")
def test_a_captured_payment_goes_to_its_lines_from_both_sources() -> None:
    books = _accepted(STORAGE_LINE)
    books.fund_deposit(Money(251_23))
    pay = Pay(from_deposit=Money(251_23), from_institution=Money(1_000_00))
    books.take(postings.reserve_payment, pay)

    effects = books.take(postings.confirm_payment, _answer(books))

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
    assert effects.paid.capture == "ord_kettles/2"
    assert effects.settles is not None
    assert effects.settles.state == MovementState.DONE
    assert effects.settles.external_ref == "x_1"


@pytest.mark.clause("UA-1-8")
def test_a_declined_payment_gives_the_deposits_part_back() -> None:
    books = _accepted()
    books.fund_deposit(Money(231_23))
    books.take(postings.reserve_payment, samples.PAY_FROM_BOTH)

    effects = books.take(postings.release_payment, _answer(books, reason="no funds"))

    assert all_legs(effects) == [{RESERVED: 231_23, DEPOSIT: -231_23}]
    assert effects.settles is not None
    assert (effects.settles.state, effects.settles.reason) == (MovementState.FAILED, "no funds")
    assert books.owed(books.book.deposit) == Money(231_23)


def test_a_declined_payment_of_the_institution_alone_moves_nothing() -> None:
    books = _accepted()
    books.take(postings.reserve_payment, Pay(from_institution=Money(1_231_23)))

    effects = books.take(postings.release_payment, _answer(books))

    assert effects.journals == ()


@pytest.mark.clause("PSR-2-2")
@pytest.mark.parametrize(
    ("deposit", "institution"),
    [(1_231_22, 0), (1_231_24, 0), (0, 0), (231_23, 999_99), (231_23, 1_000_01), (0, 1)],
)
@pytest.mark.parametrize("template", [postings.pay_from_deposit, postings.reserve_payment])
def test_part_payment_is_refused_and_so_is_too_much(
    template: Template, deposit: int, institution: int
) -> None:
    books = _accepted()

    with pytest.raises(Refused) as caught:
        template(
            books.book,
            Pay(from_deposit=Money(deposit), from_institution=Money(institution)),
        )

    assert (caught.value.code, caught.value.clause) == (RefusalCode.PART_PAYMENT, "PSR-2-2")
    assert "¥1,231.23" in caught.value.detail


@pytest.mark.clause("PSR-6")
def test_a_line_not_shown_at_the_checkout_cannot_be_collected() -> None:
    books = _accepted()

    with pytest.raises(Refused) as caught:
        postings.pay_from_deposit(books.book, Pay(from_deposit=Money(1_231_23 + 5_00)))

    assert caught.value.code == RefusalCode.PART_PAYMENT


# ---- the purchase ---------------------------------------------------------------------------


def test_the_sellers_price_waits_outside_the_escrow() -> None:
    books = _paid(STORAGE_LINE, deposit=1_251_23, institution=0)

    effects = books.take(postings.reserve_purchase, Purchase())

    # Goods and freight: neither the fee nor what others collect is the seller's.
    assert all_legs(effects) == [{ESCROW: 1_230_00, TRANSIT: -1_230_00}]
    assert effects.intends is not None
    assert (effects.intends.kind, effects.intends.amount) == (MovementKind.BUY, Money(1_230_00))


def test_the_seller_is_paid_from_the_bank_once_the_order_was_taken() -> None:
    books = _paid(deposit=1_231_23, institution=0)
    books.take(postings.reserve_purchase, Purchase())

    effects = books.take(postings.record_purchase, BOUGHT)

    assert all_legs(effects) == [{TRANSIT: 1_230_00, "bank": -1_230_00}]
    assert effects.settles is not None
    assert (effects.settles.state, effects.settles.external_ref) == (MovementState.DONE, "so_1")


def test_a_seller_that_was_not_paid_leaves_the_price_in_escrow() -> None:
    books = _paid(deposit=1_231_23, institution=0)
    books.take(postings.reserve_purchase, Purchase())

    effects = books.take(postings.release_purchase, _answer(books))

    assert all_legs(effects) == [{TRANSIT: 1_230_00, ESCROW: -1_230_00}]
    assert effects.settles is not None
    assert effects.settles.state == MovementState.FAILED


@pytest.mark.clause("PSR-9")
@pytest.mark.parametrize(
    ("goods", "freight"),
    [
        (1_200_01, 30_00),
        (1_199_99, 30_00),
        (1_200_00, 29_99),
        (1_201_00, 29_00),  # the same sum, in other parts
    ],
)
def test_a_purchase_at_another_price_is_refused(goods: int, freight: int) -> None:
    books = _paid(deposit=1_231_23, institution=0)
    books.take(postings.reserve_purchase, Purchase())
    bought = commands.RecordPurchase(
        seller_order_no="so_1",
        goods=Money(goods),
        freight=Money(freight),
        delivery_address="adr_yiwu",
    )

    with pytest.raises(Refused) as caught:
        postings.record_purchase(books.book, bought)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.PRICE_CHANGED, "PSR-9")


@pytest.mark.clause("PSR-11")
def test_a_purchase_to_another_address_is_refused() -> None:
    books = _paid(deposit=1_231_23, institution=0)
    books.take(postings.reserve_purchase, Purchase())
    bought = commands.RecordPurchase(
        seller_order_no="so_1",
        goods=Money(1_200_00),
        freight=Money(30_00),
        delivery_address="adr_elsewhere",
    )

    with pytest.raises(Refused) as caught:
        postings.record_purchase(books.book, bought)

    assert (caught.value.code, caught.value.clause) == (
        RefusalCode.WRONG_DELIVERY_ADDRESS,
        "PSR-11",
    )


# ---- unrealizable ---------------------------------------------------------------------------


def _report(books: Bookkeeper) -> Effects:
    return books.take(postings.refund_collected, samples.command_of(Trigger.REPORT_UNREALIZABLE))


@pytest.mark.clause("PSR-9")
def test_an_unrealizable_order_gives_the_deposit_all_back_fee_included() -> None:
    books = _paid(deposit=1_231_23, institution=0)

    effects = _report(books)

    assert all_legs(effects) == [{ESCROW: 1_230_00, FEE_HELD: 1_23, DEPOSIT: -1_231_23}]
    assert (effects.intends, effects.opens_refund) == (None, False)
    assert books.owed(books.book.deposit) == Money(1_231_23)


@pytest.mark.clause("PSR-9")
def test_what_the_institution_captured_goes_back_through_it() -> None:
    books = _paid(deposit=0, institution=1_231_23)

    effects = _report(books)

    assert all_legs(effects) == [{ESCROW: 1_230_00, FEE_HELD: 1_23, BACK: -1_231_23}]
    assert effects.opens_refund
    assert effects.intends == Movement(
        reference=MovementRef("ord_kettles/4"),
        kind=MovementKind.REFUND,
        amount=Money(1_231_23),
        original=MovementRef("ord_kettles/2"),
    )


@pytest.mark.clause("PSR-9")
def test_what_came_from_both_goes_back_to_both() -> None:
    books = _paid(deposit=231_23, institution=1_000_00)

    effects = _report(books)

    assert all_legs(effects) == [
        {ESCROW: 1_230_00, FEE_HELD: 1_23, DEPOSIT: -231_23, BACK: -1_000_00}
    ]
    assert effects.intends is not None
    assert effects.intends.amount == Money(1_000_00)


@pytest.mark.clause("PSR-7")
@pytest.mark.clause("PSR-9")
def test_third_party_lines_stay_with_their_collectors() -> None:
    # 1,231.23 + 5.00 photo + 20.00 storage + 6.00 channel = 1,262.23, all from the deposit.
    books = _paid(PHOTO_LINE, STORAGE_LINE, CHANNEL_LINE, deposit=1_262_23, institution=0)

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
    books = _paid(STORAGE_LINE, deposit=1_241_23, institution=10_00)

    effects = _report(books)

    assert all_legs(effects) == [{ESCROW: 1_230_00, FEE_HELD: 1_23, DEPOSIT: -1_231_23}]
    assert (effects.intends, effects.opens_refund) == (None, False)


@pytest.mark.clause("PSR-7")
@pytest.mark.clause("PSR-9")
def test_third_party_lines_come_off_what_goes_back_through_the_institution() -> None:
    # 1,251.23 with 20.00 of storage: 251.23 from the deposit, 1,000.00 captured. 1,231.23 go back:
    # 251.23 to the deposit, 980.00 through the institution.
    books = _paid(STORAGE_LINE, deposit=251_23, institution=1_000_00)

    effects = _report(books)

    assert all_legs(effects) == [
        {ESCROW: 1_230_00, FEE_HELD: 1_23, DEPOSIT: -251_23, BACK: -980_00}
    ]


@pytest.mark.clause("PSR-9")
def test_a_seller_that_will_not_sell_gives_the_price_back_first() -> None:
    books = _paid(deposit=1_231_23, institution=0)
    books.take(postings.reserve_purchase, Purchase())

    effects = books.take(postings.refund_collected, _answer(books, reason="sold_out"))

    assert all_legs(effects) == [
        {TRANSIT: 1_230_00, ESCROW: -1_230_00},
        {ESCROW: 1_230_00, FEE_HELD: 1_23, DEPOSIT: -1_231_23},
    ]
    assert effects.settles is not None
    assert (effects.settles.state, effects.settles.reason) == (MovementState.FAILED, "sold_out")


@pytest.mark.clause("PSR-9")
def test_nothing_goes_back_where_nothing_was_paid() -> None:
    books = _accepted()

    with pytest.raises(Refused) as caught:
        _report(books)

    assert caught.value.clause == "PSR-9"


# ---- the refund's way back ------------------------------------------------------------------


@pytest.mark.clause("PSR-9")
def test_a_paid_refund_leaves_through_the_institution() -> None:
    books = _paid(deposit=231_23, institution=1_000_00)
    _report(books)

    effects = books.take(postings.confirm_refund, _answer(books))

    assert all_legs(effects) == [{BACK: 1_000_00, "payment_institution": -1_000_00}]
    assert effects.settles is not None
    assert effects.settles.state == MovementState.DONE
    assert books.owed(INSTITUTION) == ZERO


@pytest.mark.clause("PSR-9")
def test_a_refund_that_cannot_be_paid_goes_to_the_deposit() -> None:
    books = _paid(deposit=231_23, institution=1_000_00)
    _report(books)

    effects = books.take(postings.credit_refund, _answer(books))

    assert all_legs(effects) == [{BACK: 1_000_00, DEPOSIT: -1_000_00}]
    assert effects.settles is not None
    assert effects.settles.state == MovementState.FAILED
    assert books.owed(books.book.deposit) == Money(1_231_23)


# ---- the provider's fee ---------------------------------------------------------------------


@pytest.mark.clause("PSR-16")
def test_the_fee_is_the_providers_once_its_duty_ended() -> None:
    books = _paid(PHOTO_LINE, STORAGE_LINE, deposit=1_256_23, institution=0)

    effects = books.take(postings.earn_fee, commands.Plain())

    # 1.23 service fee + 5.00 photos.
    assert all_legs(effects) == [{FEE_HELD: 6_23, "provider:prv_kai": -6_23}]


def test_an_order_too_small_for_a_fee_earns_none_and_posts_nothing() -> None:
    # One cup at ¥4.99 without freight: 0.499 fen.
    books = Bookkeeper(request=samples.request(quantity=1, unit_price=Money(4_99), freight=ZERO))
    books.take(postings.open_checkout, Accept())
    books.fund_deposit(Money(4_99))
    paid = books.take(postings.pay_from_deposit, Pay(from_deposit=Money(4_99)))

    earned = books.take(postings.earn_fee, commands.Plain())

    assert all_legs(paid) == [{DEPOSIT: 4_99, ESCROW: -4_99}]
    assert earned.journals == ()


# ---- recharge -------------------------------------------------------------------------------


def _recharge(movement: Movement | None = None) -> Book:
    return replace(Bookkeeper().book, subject=ORDER, request=None, provider=None, movement=movement)


@pytest.mark.clause("UA-1-8")
def test_a_recharge_is_in_no_deposit_before_it_is_captured() -> None:
    asked = commands.RequestRecharge(
        client=samples.CLIENT, amount=Money(500_00), payment_method="card"
    )

    effects = postings.send_recharge(_recharge(), asked)

    assert effects.journals == ()
    assert effects.intends is not None
    assert (effects.intends.kind, effects.intends.amount, effects.intends.payment_method) == (
        MovementKind.CAPTURE,
        Money(500_00),
        "card",
    )


@pytest.mark.clause("UA-1-8")
def test_a_captured_recharge_is_in_the_deposit() -> None:
    movement = Movement(
        reference=MovementRef("rch_1/1"), kind=MovementKind.CAPTURE, amount=Money(500_00)
    )

    effects = postings.credit_recharge(
        _recharge(movement), Outcome(reference=MovementRef("rch_1/1"))
    )

    assert all_legs(effects) == [{"payment_institution": 500_00, DEPOSIT: -500_00}]
    assert is_sound(effects.journals[0])


@pytest.mark.clause("UA-1-8")
def test_a_declined_recharge_moves_nothing() -> None:
    movement = Movement(
        reference=MovementRef("rch_1/1"), kind=MovementKind.CAPTURE, amount=Money(500_00)
    )

    effects = postings.drop_recharge(_recharge(movement), Outcome(reference=MovementRef("rch_1/1")))

    assert effects.journals == ()
    assert effects.settles is not None
    assert effects.settles.state == MovementState.FAILED


# ---- answers that belong to nothing ---------------------------------------------------------

OUTCOME_TEMPLATES = [
    postings.confirm_payment,
    postings.release_payment,
    postings.release_purchase,
    postings.refund_collected,
    postings.confirm_refund,
    postings.credit_refund,
    postings.credit_recharge,
    postings.drop_recharge,
]


@pytest.mark.clause("PSR-6")
@pytest.mark.parametrize("template", OUTCOME_TEMPLATES)
def test_an_answer_about_another_movement_is_refused(template: Template) -> None:
    books = _paid(deposit=1_231_23, institution=0)
    books.take(postings.reserve_purchase, Purchase())

    with pytest.raises(Refused) as caught:
        template(books.book, Outcome(reference=MovementRef("ord_others/9")))

    assert caught.value.code == RefusalCode.WRONG_REFERENCE


@pytest.mark.parametrize(
    "template", [each for each in OUTCOME_TEMPLATES if each != postings.refund_collected]
)
def test_an_answer_while_nothing_is_open_is_refused(template: Template) -> None:
    books = _paid(deposit=1_231_23, institution=0)

    with pytest.raises(Refused) as caught:
        template(books.book, Outcome(reference=MovementRef("ord_kettles/2")))

    assert caught.value.code == RefusalCode.WRONG_REFERENCE
