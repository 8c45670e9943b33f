"""The purchase at the price that the seller asks in the end, with the sums done by hand.

The order: ¥1,200.00 of goods, ¥30.00 freight, ¥1.23 fee (0.1 % of ¥1,230.00). Debits are positive.
"""

from dataclasses import replace

import pytest

from daigou.domain import commands
from daigou.domain.book import JournalKind, MovementKind, MovementState
from daigou.domain.commands import ActualPrice, Command, LineCode, Outcome, RecordPurchase
from daigou.domain.ids import MovementRef
from daigou.domain.money import Money
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import Bookkeeper, accepted, all_legs, bought, paid, pay

DEPOSIT = "deposit:cli_anna"
ESCROW = "escrow:ord_kettles"
FEE_HELD = "fee_held:ord_kettles"
TRANSIT = "seller_transit:ord_kettles"
BACK = "refund_transit:ord_kettles"

STORAGE_LINE = samples.line(LineCode.STORAGE_FEE, 20_00, samples.STORAGE)
PHOTO_LINE = samples.line(LineCode.OTHER_FEE, 5_00, samples.PROVIDER)
PURCHASE = samples.command_of(Trigger.PURCHASE)


def _price(goods: int, freight: int = 30_00, quantity: int = 300) -> ActualPrice:
    return ActualPrice(goods=Money(goods), freight=Money(freight), quantity=quantity)


def _record(goods: int = 1_200_00, freight: int = 30_00, address: str = "adr_yiwu") -> Command:
    return RecordPurchase(
        seller_order_no="so_1",
        goods=Money(goods),
        freight=Money(freight),
        delivery_address=address,
    )


def _purchasing(*, deposit: int = 1_231_23, institution: int = 0) -> Bookkeeper:
    books = paid(deposit=deposit, institution=institution)
    books.pull(Trigger.PURCHASE, PURCHASE)
    return books


def _computed(books: Bookkeeper) -> list[int]:
    """Goods, freight and service fee as the checkout shows them."""
    return [line.amount.amount for line in books.lines[:3]]


# ---- bought as agreed -----------------------------------------------------------------------


@pytest.mark.clause("PSR-8")
def test_the_sellers_price_waits_outside_the_escrow() -> None:
    books = paid(STORAGE_LINE, deposit=1_251_23)

    effects = books.pull(Trigger.PURCHASE, PURCHASE)

    # Goods and freight: neither the fee nor what others collect is the seller's.
    assert all_legs(effects) == [{ESCROW: 1_230_00, TRANSIT: -1_230_00}]
    assert effects.intends is not None
    assert (effects.intends.kind, effects.intends.amount) == (MovementKind.BUY, Money(1_230_00))


@pytest.mark.clause("PSR-8")
def test_the_seller_is_paid_from_the_bank_once_the_order_was_taken() -> None:
    books = _purchasing()

    effects = books.pull(Trigger.RECORD_PURCHASE, _record())

    assert all_legs(effects) == [{TRANSIT: 1_230_00, "bank": -1_230_00}]
    assert effects.settles is not None
    assert (effects.settles.state, effects.settles.external_ref) == (MovementState.DONE, "so_1")
    assert books.state == State.PURCHASED


def test_a_seller_that_was_not_paid_leaves_the_price_in_escrow() -> None:
    books = _purchasing()

    effects = books.answer(Trigger.FAIL_PURCHASE)

    assert all_legs(effects) == [{TRANSIT: 1_230_00, ESCROW: -1_230_00}]
    assert effects.settles is not None
    assert effects.settles.state == MovementState.FAILED
    assert books.state == State.EFFECTIVE


@pytest.mark.clause("PSR-11")
def test_a_purchase_to_another_address_is_refused() -> None:
    books = _purchasing()

    with pytest.raises(Refused) as caught:
        books.pull(Trigger.RECORD_PURCHASE, _record(address="adr_elsewhere"))

    assert (caught.value.code, caught.value.clause) == (
        RefusalCode.WRONG_DELIVERY_ADDRESS,
        "PSR-11",
    )


@pytest.mark.clause("PSR-9")
@pytest.mark.parametrize(("goods", "freight"), [(1_200_01, 30_00), (1_200_00, 30_01)])
def test_a_purchase_for_more_than_was_agreed_is_refused(goods: int, freight: int) -> None:
    books = _purchasing()

    with pytest.raises(Refused) as caught:
        books.pull(Trigger.RECORD_PURCHASE, _record(goods, freight))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.PRICE_CHANGED, "PSR-9")
    assert "report-price" in caught.value.detail


@pytest.mark.parametrize("trigger", [Trigger.FAIL_PURCHASE, Trigger.REJECT_PURCHASE])
def test_an_answer_about_another_purchase_is_refused(trigger: Trigger) -> None:
    books = _purchasing()

    with pytest.raises(Refused) as caught:
        books.pull(trigger, Outcome(reference=MovementRef("ord_others/9")))

    assert caught.value.code == RefusalCode.WRONG_REFERENCE


# ---- the price fell -------------------------------------------------------------------------


@pytest.mark.clause("PSR-10-2")
@pytest.mark.parametrize(
    ("price", "escrow", "fee"),
    [
        pytest.param(_price(1_190_00), 10_00, 1, id="goods: 0.1 % of 1,220.00 is 1.22"),
        pytest.param(_price(1_200_00, 20_00), 10_00, 1, id="freight: the same sum"),
        pytest.param(_price(1_195_00), 5_00, 0, id="0.1 % of 1,225.00 is 1.225, up to 1.23"),
        pytest.param(_price(1_194_99), 5_01, 1, id="0.1 % of 1,224.99 is 1.22499, down to 1.22"),
        pytest.param(_price(600_00, 0), 630_00, 63, id="half the price, no freight: 0.60"),
        pytest.param(_price(1, 0), 1_229_99, 1_23, id="a fen bears no fee"),
    ],
)
def test_what_the_price_fell_by_goes_back_with_the_fee_on_it(
    price: ActualPrice, escrow: int, fee: int
) -> None:
    books = paid(STORAGE_LINE, PHOTO_LINE, deposit=1_256_23)

    effects = books.pull(Trigger.REPORT_PRICE, price)

    back = {ESCROW: escrow, FEE_HELD: fee, DEPOSIT: -(escrow + fee)}
    assert all_legs(effects) == [{account: fen for account, fen in back.items() if fen}]
    assert _computed(books) == [price.goods.amount, price.freight.amount, 1_23 - fee]
    assert books.lines[3:] == (STORAGE_LINE, PHOTO_LINE)
    assert books.state == State.EFFECTIVE


@pytest.mark.clause("PSR-10-2")
def test_the_same_sum_in_other_parts_moves_nothing_and_is_shown() -> None:
    books = paid(deposit=1_231_23)

    effects = books.pull(Trigger.REPORT_PRICE, _price(1_205_00, 25_00))

    assert effects.journals == ()
    assert _computed(books) == [1_205_00, 25_00, 1_23]


@pytest.mark.clause("PSR-10-2")
def test_what_the_seller_charged_less_goes_back_when_the_purchase_is_recorded() -> None:
    books = _purchasing(deposit=231_23, institution=1_000_00)

    effects = books.pull(Trigger.RECORD_PURCHASE, _record(1_190_00))

    assert all_legs(effects) == [
        {TRANSIT: 1_220_00, "bank": -1_220_00},
        {TRANSIT: 10_00, ESCROW: -10_00},
        {ESCROW: 10_00, FEE_HELD: 1, DEPOSIT: -10_01},
    ]
    assert _computed(books) == [1_190_00, 30_00, 1_22]
    assert books.state == State.PURCHASED


@pytest.mark.clause("PSR-10-2")
def test_a_lower_price_by_the_sellers_own_answer_takes_the_first_one_back() -> None:
    books = _purchasing()
    movement = books.movements.sent()
    assert movement is not None

    effects = books.pull(Trigger.QUOTE_ANEW, replace(samples.LOWER, reference=movement.reference))

    assert all_legs(effects) == [
        {TRANSIT: 1_230_00, ESCROW: -1_230_00},
        {ESCROW: 10_00, FEE_HELD: 1, DEPOSIT: -10_01},
    ]
    assert effects.settles is not None
    assert (effects.settles.state, effects.settles.reason) == (MovementState.FAILED, "repriced")
    assert books.pull(Trigger.PURCHASE, PURCHASE).intends is not None


@pytest.mark.clause("PSR-10-2")
@pytest.mark.parametrize("reference", ["", "ord_others/9"])
@pytest.mark.parametrize("price", [samples.PART, samples.LOWER, samples.HIGHER])
def test_a_new_price_answers_the_purchase_that_is_open(price: ActualPrice, reference: str) -> None:
    books = _purchasing()

    with pytest.raises(Refused) as caught:
        books.pull(Trigger.QUOTE_ANEW, replace(price, reference=MovementRef(reference)))

    assert caught.value.code == RefusalCode.WRONG_REFERENCE


@pytest.mark.clause("PSR-10-2")
def test_a_price_that_is_reported_answers_no_purchase() -> None:
    books = paid(deposit=1_231_23)

    with pytest.raises(Refused) as caught:
        books.pull(
            Trigger.REPORT_PRICE, replace(samples.LOWER, reference=MovementRef("ord_kettles/3"))
        )

    assert caught.value.code == RefusalCode.WRONG_REFERENCE


# ---- the price rose -------------------------------------------------------------------------


def _allowing(fen: int, *, deposit: int = 1_231_23) -> Bookkeeper:
    limit = commands.DriftLimit(amount=Money(fen))
    return paid(deposit=deposit, request=samples.request(drift_limit=limit))


@pytest.mark.clause("PSR-10-2")
def test_a_rise_that_was_allowed_is_charged_to_the_deposit_with_the_fee_on_it() -> None:
    books = _allowing(10_00)
    books.fund_deposit(Money(10_01))

    effects = books.pull(Trigger.REPORT_PRICE, samples.WITHIN_LIMIT)

    # 1,210.00 + 30.00 = 1,240.00, the fee on it 1.24.
    assert all_legs(effects) == [{DEPOSIT: 10_01, ESCROW: -10_00, FEE_HELD: -1}]
    assert effects.journals[0].kind == JournalKind.PAYMENT
    assert _computed(books) == [1_210_00, 30_00, 1_24]
    assert books.state == State.EFFECTIVE


@pytest.mark.clause("PSR-10-2")
def test_a_rise_that_the_deposit_cannot_pay_is_asked_for() -> None:
    books = _allowing(10_00)
    books.fund_deposit(Money(10_00))

    effects = books.pull(Trigger.REPORT_PRICE, samples.WITHIN_LIMIT)

    assert effects.journals == ()
    assert books.state == State.AWAITING_TOP_UP
    assert books.deposit == Money(10_00)
    assert _computed(books) == [1_210_00, 30_00, 1_24]


@pytest.mark.clause("PSR-10-2")
def test_rises_add_up_until_the_client_is_asked() -> None:
    books = _allowing(10_00)
    books.fund_deposit(Money(100_00))

    books.pull(Trigger.REPORT_PRICE, _price(1_206_00))
    books.pull(Trigger.REPORT_PRICE, _price(1_210_00))
    charged = Money(100_00) - books.deposit
    books.pull(Trigger.REPORT_PRICE, _price(1_210_01))

    assert charged == Money(10_01)
    assert books.state == State.AWAITING_TOP_UP


@pytest.mark.clause("PSR-10-2")
def test_a_limit_that_is_said_anew_counts_from_the_price_agreed_by_then() -> None:
    books = _allowing(10_00)
    books.fund_deposit(Money(100_00))
    books.pull(Trigger.REPORT_PRICE, _price(1_210_00))

    books.pull(
        Trigger.LIMIT_PRICE_DRIFT,
        commands.LimitPriceDrift(limit=commands.DriftLimit(amount=Money(5_00))),
    )
    books.pull(Trigger.REPORT_PRICE, _price(1_215_00))

    assert books.state == State.EFFECTIVE
    assert books.facts.price == Money(1_245_00)


@pytest.mark.clause("PSR-10-2")
@pytest.mark.clause("UA-1-8")
@pytest.mark.parametrize(
    ("deposit", "institution"), [(10_02, 0), (0, 10_02), (5_00, 5_02)], ids=str
)
def test_a_top_up_is_paid_from_the_deposit_the_institution_or_both(
    deposit: int, institution: int
) -> None:
    books = paid(STORAGE_LINE, deposit=1_251_23)
    # 1,210.01 + 30.00 = 1,240.01, the fee on it 1.24: 10.01 + 0.01 are missing.
    asked = books.pull(Trigger.REPORT_PRICE, samples.HIGHER)

    effects = pay(books, deposit=deposit, institution=institution)

    legs = all_legs(effects)[0]
    assert asked.journals == ()
    assert (legs[ESCROW], legs[FEE_HELD]) == (-10_01, -1)
    assert "third_party:sto_yiwu" not in legs, "the storage's line was paid before"
    assert books.state == State.EFFECTIVE
    assert bought(books, goods=1_210_01)
    assert books.paid is not None
    assert books.paid.whole == Money(1_261_25)


@pytest.mark.clause("PSR-10-2")
@pytest.mark.parametrize("fen", [10_01, 10_03])
def test_a_part_of_a_top_up_is_refused(fen: int) -> None:
    books = paid(deposit=1_231_23)
    books.pull(Trigger.REPORT_PRICE, samples.HIGHER)

    with pytest.raises(Refused) as caught:
        pay(books, deposit=fen)

    assert caught.value.code == RefusalCode.PART_PAYMENT


@pytest.mark.clause("PSR-10-2")
def test_a_declined_top_up_waits_as_it_did() -> None:
    books = paid(deposit=1_231_23)
    books.pull(Trigger.REPORT_PRICE, samples.HIGHER)
    books.pull(Trigger.PAY, commands.Pay(from_institution=Money(10_02)))

    books.answer(Trigger.DECLINE_PAYMENT)

    assert books.state == State.AWAITING_TOP_UP
    assert books.paid is not None
    assert books.paid.whole == Money(1_231_23)


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-10-2")
@pytest.mark.parametrize("trigger", [Trigger.DECLINE_OFFER, Trigger.LAPSE])
def test_without_a_top_up_all_that_the_provider_collected_goes_back(trigger: Trigger) -> None:
    books = paid(STORAGE_LINE, PHOTO_LINE, deposit=1_256_23)
    books.pull(Trigger.REPORT_PRICE, samples.HIGHER)

    effects = books.pull(trigger)

    # 1,230.00 + 1.23 + 5.00; the 20.00 of the storage stay.
    assert all_legs(effects) == [{ESCROW: 1_230_00, FEE_HELD: 6_23, DEPOSIT: -1_236_23}]
    assert books.state == State.UNREALIZABLE
    assert books.paid_out == Money(20_00)


# ---- a part only ----------------------------------------------------------------------------


@pytest.mark.clause("PSR-9")
def test_while_the_client_chooses_nothing_moves_and_the_checkout_stays() -> None:
    books = paid(deposit=1_231_23)

    effects = books.pull(Trigger.REPORT_PRICE, samples.PART)

    assert (effects.journals, effects.lines) == ((), ())
    assert books.state == State.AWAITING_CHOICE
    assert books.facts.quantity == 300


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-10-2")
def test_a_part_that_is_taken_gives_the_rest_back() -> None:
    books = paid(deposit=1_231_23)
    books.pull(Trigger.REPORT_PRICE, samples.PART)

    effects = books.pull(Trigger.ACCEPT_PART)

    # 400.00 + 30.00, the fee on it 0.43: 800.00 + 0.80 go back.
    assert all_legs(effects) == [{ESCROW: 800_00, FEE_HELD: 80, DEPOSIT: -800_80}]
    assert _computed(books) == [400_00, 30_00, 43]
    assert (books.state, books.facts.quantity) == (State.EFFECTIVE, 100)


@pytest.mark.clause("PSR-10-2")
def test_a_part_that_costs_more_than_was_paid_is_topped_up() -> None:
    books = paid(deposit=1_231_23)
    books.pull(Trigger.REPORT_PRICE, samples.DEAR_PART)
    books.pull(Trigger.ACCEPT_PART)
    waits = books.state

    # 1,300.00 + 30.00, the fee on it 1.33.
    effects = pay(books, deposit=100_10)

    assert waits == State.AWAITING_TOP_UP
    assert all_legs(effects) == [{DEPOSIT: 100_10, ESCROW: -100_00, FEE_HELD: -10}]
    assert (books.state, books.facts.quantity) == (State.EFFECTIVE, 100)


@pytest.mark.clause("PSR-9")
@pytest.mark.parametrize("trigger", [Trigger.DECLINE_OFFER, Trigger.LAPSE])
def test_a_part_that_is_not_taken_undoes_the_order(trigger: Trigger) -> None:
    books = paid(deposit=231_23, institution=1_000_00)
    books.pull(Trigger.REPORT_PRICE, samples.PART)

    effects = books.pull(trigger)

    assert all_legs(effects) == [
        {ESCROW: 1_230_00, FEE_HELD: 1_23, DEPOSIT: -231_23, BACK: -1_000_00}
    ]
    assert books.state == State.UNREALIZABLE


@pytest.mark.clause("PSR-9")
def test_a_part_by_the_sellers_own_answer_takes_the_price_back_until_the_client_chose() -> None:
    books = _purchasing()
    movement = books.movements.sent()
    assert movement is not None

    effects = books.pull(Trigger.QUOTE_ANEW, replace(samples.PART, reference=movement.reference))
    books.pull(Trigger.ACCEPT_PART)

    assert all_legs(effects) == [{TRANSIT: 1_230_00, ESCROW: -1_230_00}]
    assert books.state == State.EFFECTIVE
    assert books.deposit == Money(800_80)


# ---- an advance deposit ---------------------------------------------------------------------


def _advanced(*lines: commands.Line, institution: bool = False) -> Bookkeeper:
    """The advance deposit of ¥400.00 is with the seller; 0.1 % of it, ¥0.40, is held."""
    books = accepted(*lines, request=samples.request(advance=samples.ADVANCE))
    pay(books, **({"institution": 400_40} if institution else {"deposit": 400_40}))
    bought(books)
    return books


@pytest.mark.clause("PSR-15-2")
def test_first_the_advance_deposit_is_paid_with_the_fee_on_it_alone() -> None:
    books = accepted(STORAGE_LINE, PHOTO_LINE, request=samples.request(advance=samples.ADVANCE))

    effects = pay(books, deposit=400_40)

    assert all_legs(effects) == [{DEPOSIT: 400_40, ESCROW: -400_00, FEE_HELD: -40}]
    assert books.state == State.EFFECTIVE


@pytest.mark.clause("PSR-15-2")
def test_the_whole_at_once_is_not_what_is_due_for_goods_with_an_advance_deposit() -> None:
    books = accepted(request=samples.request(advance=samples.ADVANCE))

    with pytest.raises(Refused) as caught:
        pay(books, deposit=1_231_23)

    assert caught.value.code == RefusalCode.PART_PAYMENT
    assert "¥400.40" in caught.value.detail


@pytest.mark.clause("PSR-15-2")
def test_the_seller_gets_the_advance_deposit_and_the_client_is_asked_for_the_balance() -> None:
    books = accepted(request=samples.request(advance=samples.ADVANCE))
    pay(books, deposit=400_40)

    effects = bought(books)

    assert all_legs(effects) == [{TRANSIT: 400_00, "bank": -400_00}]
    assert books.state == State.AWAITING_BALANCE
    assert books.facts.with_seller == Money(400_00)


@pytest.mark.clause("PSR-15-2")
@pytest.mark.parametrize(("goods", "freight"), [(1_190_00, 30_00), (1_200_01, 30_00)])
def test_an_advance_deposit_is_for_the_price_that_was_agreed(goods: int, freight: int) -> None:
    books = accepted(request=samples.request(advance=samples.ADVANCE))
    pay(books, deposit=400_40)

    with pytest.raises(Refused) as caught:
        bought(books, goods=goods, freight=freight)

    assert caught.value.code == RefusalCode.PRICE_CHANGED


@pytest.mark.clause("PSR-15-2")
def test_the_balance_is_all_that_is_left() -> None:
    books = _advanced(STORAGE_LINE, PHOTO_LINE)

    effects = pay(books, deposit=855_83)

    # 1,230.00 - 400.00, 1.23 + 5.00 - 0.40, and the storage's 20.00.
    assert all_legs(effects) == [
        {DEPOSIT: 855_83, ESCROW: -830_00, FEE_HELD: -5_83, "third_party:sto_yiwu": -20_00}
    ]
    assert books.state == State.EFFECTIVE


@pytest.mark.clause("PSR-15-2")
def test_the_seller_gets_the_balance_at_the_second_purchase() -> None:
    books = _advanced()
    pay(books, deposit=830_83)

    effects = bought(books)

    assert all_legs(effects) == [{TRANSIT: 830_00, "bank": -830_00}]
    assert books.state == State.PURCHASED
    assert books.paid_out == Money(1_230_00)


@pytest.mark.clause("PSR-10-2")
@pytest.mark.clause("PSR-15-2")
def test_a_seller_that_charges_less_in_all_gets_a_smaller_balance() -> None:
    books = _advanced()
    pay(books, deposit=830_83)

    effects = bought(books, goods=1_190_00)

    assert all_legs(effects) == [
        {TRANSIT: 820_00, "bank": -820_00},
        {TRANSIT: 10_00, ESCROW: -10_00},
        {ESCROW: 10_00, FEE_HELD: 1, DEPOSIT: -10_01},
    ]


@pytest.mark.clause("PSR-15-2")
def test_a_seller_cannot_charge_less_in_all_than_it_has() -> None:
    books = _advanced()
    pay(books, deposit=830_83)

    with pytest.raises(Refused) as caught:
        bought(books, goods=369_99)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.PRICE_CHANGED, "PSR-15-2")


@pytest.mark.clause("PSR-15-2")
def test_a_balance_that_was_declined_is_still_to_come() -> None:
    books = _advanced()
    books.pull(Trigger.PAY, commands.Pay(from_institution=Money(830_83)))

    books.answer(Trigger.DECLINE_PAYMENT)

    assert books.state == State.AWAITING_BALANCE


@pytest.mark.clause("PSR-15-2")
@pytest.mark.parametrize("trigger", [Trigger.FORFEIT, Trigger.WITHDRAW])
def test_without_the_balance_the_deposit_is_lost_and_the_provider_keeps_the_fee_on_it(
    trigger: Trigger,
) -> None:
    books = _advanced(STORAGE_LINE, PHOTO_LINE)

    effects = books.pull(trigger, samples.command_of(trigger))

    assert all_legs(effects) == [{FEE_HELD: 40, "provider:prv_kai": -40}]
    assert effects.journals[0].clause == "PSR-15-2"
    assert books.state == State.FORFEITED
    assert (books.deposit, books.paid_out) == (Money(0), Money(400_00))


@pytest.mark.clause("PSR-15-2")
def test_before_it_went_to_the_seller_the_advance_deposit_goes_back() -> None:
    books = accepted(request=samples.request(advance=samples.ADVANCE))
    pay(books, deposit=400_40)

    books.pull(Trigger.REPORT_UNREALIZABLE, samples.command_of(Trigger.REPORT_UNREALIZABLE))

    assert books.deposit == Money(400_40)


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-15-2")
@pytest.mark.parametrize("refund", [0, 150_00, 400_00])
def test_what_the_seller_gives_back_of_the_advance_deposit_goes_to_the_client(refund: int) -> None:
    books = _advanced()
    pay(books, deposit=830_83)
    said = replace(samples.command_of(Trigger.REPORT_UNREALIZABLE), seller_refund=Money(refund))

    books.pull(Trigger.REPORT_UNREALIZABLE, said)

    # The balance, the whole fee, and what came back.
    assert books.deposit == Money(830_00 + 1_23 + refund)
    assert books.paid_out == Money(400_00 - refund)


@pytest.mark.clause("PSR-9")
@pytest.mark.parametrize(("advance", "refund"), [(True, 400_01), (False, 1)])
def test_a_seller_cannot_give_back_more_than_it_has(*, advance: bool, refund: int) -> None:
    books = _advanced() if advance else paid(deposit=1_231_23)
    if advance:
        pay(books, deposit=830_83)
    said = replace(samples.command_of(Trigger.REPORT_UNREALIZABLE), seller_refund=Money(refund))

    with pytest.raises(Refused) as caught:
        books.pull(Trigger.REPORT_UNREALIZABLE, said)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "PSR-9")


@pytest.mark.clause("PSR-10-2")
@pytest.mark.clause("PSR-15-2")
def test_a_rise_after_the_balance_is_a_top_up_of_the_difference() -> None:
    books = _advanced(PHOTO_LINE)
    pay(books, deposit=835_83)
    books.pull(Trigger.REPORT_PRICE, samples.HIGHER)

    effects = pay(books, deposit=10_02)

    assert all_legs(effects) == [{DEPOSIT: 10_02, ESCROW: -10_01, FEE_HELD: -1}]
    assert all_legs(bought(books, goods=1_210_01)) == [{TRANSIT: 840_01, "bank": -840_01}]
