"""The postings of each road, held against sums done by hand."""

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.lifecycle import PARCEL
from daigou.domain.money import Money
from daigou.domain.order import State, TableName, Trigger
from daigou.ledger.audit import audit
from daigou.ledger.queries import Queries
from tests.ledger.road import (
    ANNA,
    World,
    a_price,
    a_purchase,
    buy,
    dispatch,
    pay,
    settle,
    sold_out,
    third_party_line,
)
from tests.ledger.sums import balances, card

pytestmark = pytest.mark.usefixtures("proved")


def test_empty_ledger_is_in_order(engine: Engine) -> None:
    assert str(audit(engine)) == "audit ok: 0 journals, 0 entries, imbalance 0"


@pytest.mark.clause("UA-1-8")
def test_recharge_puts_the_captured_sum_into_the_deposit(world: World, queries: Queries) -> None:
    world.recharged(50_000)

    assert balances(queries) == {"payment_institution": 50_000, "deposit:cli_anna": -50_000}
    assert queries.deposit(ANNA).balance == Money(50_000)


def test_declined_recharge_leaves_no_trace_in_the_books(world: World, queries: Queries) -> None:
    recharge = world.recharge(50_000)
    recharge.answer(Trigger.DECLINE_RECHARGE, reason="no cover")

    assert balances(queries) == {}
    assert queries.recharge(recharge.id).state == State.DECLINED


@pytest.mark.clause("PSR-10-1")
@pytest.mark.clause("PSR-6")
def test_checkout_says_every_line_and_what_the_fee_was_computed_from(
    world: World, queries: Queries
) -> None:
    order = world.accepted(third_party_line(500))

    view = queries.order(order.id)
    assert view.amount == Money(120_000 + 3_000 + 123 + 500)
    assert [line.amount.amount for line in view.lines] == [120_000, 3_000, 123, 500]
    assert view.fee is not None
    assert (view.fee.base, view.fee.rate, view.fee.rounding) == (
        Money(123_000),
        "1/1000",
        "half_up",
    )
    assert card(order.last) == {
        "kettle": "¥1,200.00",
        "freight to the warehouse": "¥30.00",
        "order service fee": "¥1.23",
        "storage (collected by sto_ningbo)": "¥5.00",
        "order amount": "¥1,236.23",
    }


@pytest.mark.clause("PSR-10-1")
@pytest.mark.parametrize(
    ("unit_price", "freight", "fee"),
    [(499, 0, 0), (500, 0, 1), (1_499, 0, 1), (1_500, 0, 2), (1_000, 499, 1), (1_000, 500, 2)],
)
def test_fee_of_exactly_half_a_fen_goes_up(
    world: World, queries: Queries, unit_price: int, freight: int, fee: int
) -> None:
    order = world.accepted(quantity=1, unit_price=Money(unit_price), freight=Money(freight))

    assert queries.order(order.id).fee.amount == Money(fee)


def test_payment_from_the_deposit_alone(world: World, queries: Queries) -> None:
    order = world.effective(third_party_line(500), from_deposit=123_623)

    assert order.state == State.EFFECTIVE
    assert balances(queries) == {
        "payment_institution": 123_623,
        f"escrow:{order.id}": -123_000,
        f"fee_held:{order.id}": -123,
        "third_party:sto_ningbo": -500,
    }


@pytest.mark.clause("UA-1-8")
def test_payment_from_both_sets_the_deposits_part_aside_until_the_capture(
    world: World, queries: Queries
) -> None:
    world.recharged(30_000)
    order = world.accepted()
    pay(order, from_deposit=20_000)

    assert balances(queries) == {
        "payment_institution": 30_000,
        "deposit:cli_anna": -10_000,
        f"payment_reserved:{order.id}": -20_000,
    }

    order.answer(Trigger.CONFIRM_PAYMENT)

    assert balances(queries) == {
        "payment_institution": 30_000 + 103_123,
        "deposit:cli_anna": -10_000,
        f"escrow:{order.id}": -123_000,
        f"fee_held:{order.id}": -123,
    }
    view = queries.order(order.id)
    assert (view.collected, view.refunded) == (Money(123_123), Money(0))


def test_declined_payment_frees_the_deposits_part(world: World, queries: Queries) -> None:
    world.recharged(30_000)
    order = world.accepted()
    pay(order, from_deposit=20_000)
    order.answer(Trigger.DECLINE_PAYMENT, reason="declined")

    assert order.state == State.ACCEPTED
    assert balances(queries) == {"payment_institution": 30_000, "deposit:cli_anna": -30_000}
    pay(order, from_deposit=30_000)
    order.answer(Trigger.CONFIRM_PAYMENT)
    assert queries.deposit(ANNA).balance == Money(0)


def test_seller_is_paid_once_it_took_the_order(world: World, queries: Queries) -> None:
    order = world.effective()
    order.pull(Trigger.PURCHASE, commands.Purchase())

    assert balances(queries)[f"seller_transit:{order.id}"] == -123_000

    order.pull(Trigger.RECORD_PURCHASE, a_purchase())

    assert balances(queries) == {
        "payment_institution": 123_123,
        "bank": -123_000,
        f"fee_held:{order.id}": -123,
    }
    assert card(order.last)["paid to the seller"] == "¥1,230.00"


def test_failed_purchase_may_be_tried_again(world: World, queries: Queries) -> None:
    order = world.effective()
    order.pull(Trigger.PURCHASE, commands.Purchase())
    order.answer(Trigger.FAIL_PURCHASE, reason="seller not paid")

    assert balances(queries)[f"escrow:{order.id}"] == -123_000
    order.pull(Trigger.PURCHASE, commands.Purchase())
    order.pull(Trigger.RECORD_PURCHASE, a_purchase())
    assert [view.state for view in queries.movements(order.id)] == ["done", "failed", "done"]


@pytest.mark.clause("PSR-16")
def test_fee_is_earned_when_the_duty_ends(world: World, queries: Queries) -> None:
    order = world.stored()

    assert order.state == State.STORED
    assert balances(queries) == {
        "payment_institution": 123_123,
        "bank": -123_000,
        "provider:prv_yiwu": -123,
    }
    assert queries.order(order.id).fee_earned == Money(123)


def test_whole_road_ends_with_nothing_held(world: World, queries: Queries) -> None:
    order = world.purchased(from_deposit=20_000)
    parcel = dispatch(order)
    order.pull(Trigger.WAREHOUSE_RECEIPT, commands.WarehouseReceipt(parcel_ref="p-1"), item=parcel)
    order.pull(Trigger.END_DUTY, item=parcel)
    order.pull(Trigger.CLEAR_CUSTOMS, commands.Transport(tracking_ref="t-1"), item=parcel)
    order.pull(Trigger.DELIVER, commands.Transport(tracking_ref="t-1"), item=parcel)
    order.pull(Trigger.ADVISE)
    order.pull(Trigger.DEEM_RECEIVED)
    order.pull(Trigger.CLOSE)

    view = queries.order(order.id)
    assert (view.state, view.ended_at, view.clocks) == (State.CLOSED, order.at, ())
    assert [item.state for item in view.items] == [State.DELIVERED]
    # Six to the purchase; five of the parcel, each with one of the order; three of the receipt.
    assert [step.sequence for step in queries.timeline(order.id)] == list(range(1, 6 + 10 + 4))


@pytest.mark.clause("PSR-16")
def test_fee_is_earned_once_the_slowest_parcel_is_stored(world: World, queries: Queries) -> None:
    order = world.purchased()
    first, second = dispatch(order, 100), dispatch(order, 200)
    arrived = commands.WarehouseReceipt(parcel_ref="p-1")
    order.pull(Trigger.WAREHOUSE_RECEIPT, arrived, item=first)
    order.pull(Trigger.END_DUTY, item=first)

    assert order.state == State.DISPATCHED
    assert queries.order(order.id).fee_earned == Money(0)

    order.pull(Trigger.WAREHOUSE_RECEIPT, arrived, item=second)
    order.pull(Trigger.END_DUTY, item=second)

    view = queries.order(order.id)
    assert (view.state, view.fee_earned) == (State.STORED, Money(123))
    assert [item.table for item in view.items] == [TableName.PARCEL] * 2


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-7")
def test_unrealizable_gives_back_all_but_third_party_lines_to_where_it_came_from(
    world: World, queries: Queries
) -> None:
    order = world.effective(third_party_line(500), from_deposit=20_000)
    committed = sold_out(order)

    # The deposit's ¥200.00 at once; ¥1,031.23 through the institution; the storage keeps ¥5.00.
    assert committed.refunds == (f"{order.id}/5",)
    assert balances(queries) == {
        "payment_institution": 123_623,
        "deposit:cli_anna": -20_000,
        f"refund_transit:{order.id}": -103_123,
        "third_party:sto_ningbo": -500,
    }
    assert card(committed)["refunded to the client"] == "¥200.00"
    assert card(committed)["on its way back to the client"] == "¥1,031.23"

    order.answer(Trigger.CONFIRM_REFUND, item=committed.refunds[0])

    assert balances(queries) == {
        "payment_institution": 20_500,
        "deposit:cli_anna": -20_000,
        "third_party:sto_ningbo": -500,
    }
    view = queries.order(order.id)
    assert view.refunded == Money(123_123)
    assert [(refund.state, refund.amount) for refund in view.items_of(TableName.REFUND)] == [
        (State.REFUNDED, Money(103_123))
    ]


def test_refund_that_the_institution_cannot_pay_goes_to_the_deposit(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    (refund,) = sold_out(order).refunds
    order.pull(Trigger.ESCALATE, item=refund)
    order.answer(Trigger.FAIL_REFUND, item=refund, reason="card closed")

    assert balances(queries) == {"payment_institution": 123_123, "deposit:cli_anna": -123_123}
    view = queries.order(order.id)
    assert (view.refunded, view.items[0].state) == (Money(123_123), State.CREDITED)


def test_rejected_purchase_takes_the_price_back_first(world: World, queries: Queries) -> None:
    order = world.effective(from_deposit=123_123)
    order.pull(Trigger.PURCHASE, commands.Purchase())
    committed = order.answer(Trigger.REJECT_PURCHASE, reason="sold_out")

    assert not committed.refunds
    assert balances(queries) == {"payment_institution": 123_123, "deposit:cli_anna": -123_123}
    assert queries.order(order.id).refunded == Money(123_123)


# ---- the price changes -------------------------------------------------------------------------


@pytest.mark.clause("PSR-10-2")
def test_fallen_price_goes_back_with_the_fee_on_it(world: World, queries: Queries) -> None:
    order = world.effective(from_deposit=10_000)
    committed = order.pull(Trigger.REPORT_PRICE, a_price(order, 100_000))

    # ¥200.00 of goods and ¥0.20 of fee: ¥100.00 that the deposit paid first, then the capture's.
    assert card(committed)["order amount"] == "¥1,031.03"
    assert balances(queries) == {
        "payment_institution": 123_123,
        "deposit:cli_anna": -10_000,
        f"escrow:{order.id}": -103_000,
        f"fee_held:{order.id}": -103,
        f"refund_transit:{order.id}": -10_020,
    }
    order.answer(Trigger.CONFIRM_REFUND, item=committed.refunds[0])
    buy(order)
    view = queries.order(order.id)
    assert (view.amount, view.collected, view.refunded) == (
        Money(103_103),
        Money(123_123),
        Money(20_020),
    )
    assert [line.amount.amount for line in view.lines] == [100_000, 3_000, 103]


@pytest.mark.clause("PSR-10-2")
def test_risen_price_is_shown_and_paid_beside_what_was_paid(world: World, queries: Queries) -> None:
    order = world.effective()
    order.pull(Trigger.REPORT_PRICE, a_price(order, 140_000))

    view = queries.order(order.id)
    assert (view.state, view.due_now) == (State.AWAITING_TOP_UP, Money(20_020))
    assert view.fee is not None
    assert (view.fee.base, view.fee.amount) == (Money(143_000), Money(143))

    settle(order, amount=20_020)
    assert order.state == State.EFFECTIVE
    assert balances(queries) == {
        "payment_institution": 143_143,
        f"escrow:{order.id}": -143_000,
        f"fee_held:{order.id}": -143,
    }


@pytest.mark.clause("PSR-10-2")
def test_rise_that_the_client_allowed_is_charged_to_its_deposit(
    world: World, queries: Queries
) -> None:
    order = world.effective(drift_limit=commands.DriftLimit(amount=Money(2_000)))
    world.recharged(5_000)
    order.pull(Trigger.REPORT_PRICE, a_price(order, 122_000))

    assert (order.state, order.steps[-1].variant) == (State.EFFECTIVE, 2)
    assert balances(queries)["deposit:cli_anna"] == -(5_000 - 2_002)
    assert queries.order(order.id).collected == Money(125_125)


@pytest.mark.clause("PSR-10-2")
def test_row_gives_way_where_the_deposit_cannot_pay_the_rise(
    world: World, queries: Queries
) -> None:
    order = world.effective(drift_limit=commands.DriftLimit(any=True))
    world.recharged(2_001)
    order.pull(Trigger.REPORT_PRICE, a_price(order, 122_000))

    assert (order.state, order.steps[-1].variant) == (State.AWAITING_TOP_UP, 3)
    assert queries.deposit(ANNA).balance == Money(2_001)
    assert queries.order(order.id).due_now == Money(2_002)
    assert [step.trigger for step in queries.timeline(order.id)].count(Trigger.REPORT_PRICE) == 1


def test_sellers_own_answer_with_another_price_takes_the_price_back_first(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    order.pull(Trigger.PURCHASE, commands.Purchase())
    asked = a_price(order, 130_000, reference=f"{order.id}/5")
    order.pull(Trigger.QUOTE_ANEW, asked)

    assert order.state == State.AWAITING_TOP_UP
    assert balances(queries)[f"escrow:{order.id}"] == -123_000
    assert [(view.state, view.reason) for view in queries.movements(order.id)][-1] == (
        "failed",
        "repriced",
    )


@pytest.mark.clause("PSR-9")
def test_part_that_is_in_stock_is_taken_at_its_price(world: World, queries: Queries) -> None:
    order = world.effective()
    order.pull(Trigger.REPORT_PRICE, a_price(order, 40_000, quantity=100))

    assert (order.state, queries.order(order.id).amount) == (State.AWAITING_CHOICE, Money(123_123))

    order.pull(Trigger.ACCEPT_PART)
    view = queries.order(order.id)
    assert (view.state, view.amount, view.facts.quantity) == (
        State.EFFECTIVE,
        Money(43_043),
        100,
    )


def test_seller_that_charges_less_leaves_the_rest_in_escrow_and_it_goes_back(
    world: World, queries: Queries
) -> None:
    order = world.effective(from_deposit=123_123)
    buy(order, goods=Money(110_000))

    assert balances(queries) == {
        "payment_institution": 123_123,
        "bank": -113_000,
        f"fee_held:{order.id}": -113,
        "deposit:cli_anna": -10_010,
    }


# ---- several payments, several refunds ---------------------------------------------------------


def test_refunds_of_one_step_go_over_two_captures_the_latest_first(
    world: World, queries: Queries
) -> None:
    order = world.effective(from_deposit=1_000)
    order.pull(Trigger.REPORT_PRICE, a_price(order, 140_000))
    settle(order, amount=20_020)
    committed = sold_out(order)

    assert committed.refunds == (f"{order.id}/8", f"{order.id}/8.2")
    movements = {view.reference: view for view in queries.movements(order.id)}
    assert {ref: movements[ref].amount.amount for ref in committed.refunds} == {
        f"{order.id}/8": 20_020,
        f"{order.id}/8.2": 122_123,
    }
    order.answer(Trigger.CONFIRM_REFUND, item=f"{order.id}/8.2")
    assert balances(queries) == {
        "payment_institution": 143_143 - 122_123,
        "deposit:cli_anna": -1_000,
        f"refund_transit:{order.id}": -20_020,
    }
    order.answer(Trigger.FAIL_REFUND, item=f"{order.id}/8")

    view = queries.order(order.id)
    assert view.refunded == view.collected == Money(143_143)
    assert [(item.item, item.state) for item in view.items] == [
        (f"{order.id}/8", State.CREDITED),
        (f"{order.id}/8.2", State.REFUNDED),
    ]


def test_refund_that_was_credited_does_not_stand_in_the_way_of_the_next(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    (refund,) = order.pull(Trigger.REPORT_PRICE, a_price(order, 110_000)).refunds
    order.answer(Trigger.FAIL_REFUND, item=refund, reason="card closed")
    order.pull(Trigger.REPORT_PRICE, a_price(order, 115_000))
    pay(order, amount=5_005, from_deposit=5_005)
    assert order.state == State.EFFECTIVE

    for refund in sold_out(order).refunds:
        order.answer(Trigger.CONFIRM_REFUND, item=refund)

    view = queries.order(order.id)
    assert view.refunded == view.collected == Money(128_128)
    # The deposit keeps what was credited to it, and got back what it paid.
    assert sum(balances(queries).values()) == 0
    assert queries.deposit(ANNA).balance.amount == balances(queries)["payment_institution"]


@pytest.mark.clause("PSR-15-2")
def test_goods_with_an_advance_deposit_are_paid_and_bought_in_two_steps(
    world: World, queries: Queries
) -> None:
    advance = commands.AdvanceDeposit(
        amount=Money(30_000), balance_by=world.subject().at.replace(month=12)
    )
    order = world.accepted(third_party_line(500), advance=advance)
    assert queries.order(order.id).due_now == Money(30_030)
    settle(order, amount=30_030)
    buy(order)

    view = queries.order(order.id)
    assert (view.state, view.due_now) == (State.AWAITING_BALANCE, Money(93_593))
    assert balances(queries)["bank"] == -30_000

    settle(order, amount=93_593)
    buy(order)
    assert order.state == State.PURCHASED
    assert balances(queries) == {
        "payment_institution": 123_623,
        "bank": -123_000,
        f"fee_held:{order.id}": -123,
        "third_party:sto_ningbo": -500,
    }


@pytest.mark.clause("PSR-15-2")
def test_deposit_of_a_balance_that_never_came_is_lost(world: World, queries: Queries) -> None:
    advance = commands.AdvanceDeposit(
        amount=Money(30_000), balance_by=world.subject().at.replace(month=12)
    )
    order = world.accepted(advance=advance)
    settle(order, amount=30_030)
    buy(order)
    order.pull(Trigger.FORFEIT)

    assert order.state == State.FORFEITED
    assert balances(queries) == {
        "payment_institution": 30_030,
        "bank": -30_000,
        "provider:prv_yiwu": -30,
    }


@pytest.mark.clause("PSR-15-5")
def test_costs_of_sensitive_goods_are_kept_and_the_rest_goes_back(
    world: World, queries: Queries
) -> None:
    order = world.effective(from_deposit=123_123)
    refusal = commands.Refuse(
        reason=commands.RefusalReason.SENSITIVE_GOODS, costs=(third_party_line(2_000),)
    )
    order.pull(Trigger.REFUSE, refusal)

    assert order.state == State.REFUSED
    assert balances(queries) == {
        "payment_institution": 123_123,
        "deposit:cli_anna": -121_123,
        "third_party:sto_ningbo": -2_000,
    }


# ---- parcels -----------------------------------------------------------------------------------


@pytest.mark.clause("PSR-9")
def test_lost_parcel_that_the_seller_pays_back_goes_to_the_client(
    world: World, queries: Queries
) -> None:
    order = world.purchased(from_deposit=123_123)
    kept, lost = dispatch(order, 200), dispatch(order, 100)
    order.pull(Trigger.REPORT_LOST, commands.Noted(), item=lost)
    paid_back = commands.SellerRefund(goods=Money(40_000), freight=Money(0), external_ref="r-1")
    order.pull(Trigger.RECORD_SELLER_REFUND, paid_back, item=lost)

    view = queries.order(order.id)
    assert (view.amount, view.refunded) == (Money(83_083), Money(40_040))
    assert balances(queries) == {
        "payment_institution": 123_123,
        "bank": -83_000,
        f"fee_held:{order.id}": -83,
        "deposit:cli_anna": -40_040,
    }
    order.pull(Trigger.WAREHOUSE_RECEIPT, commands.WarehouseReceipt(parcel_ref="p"), item=kept)
    order.pull(Trigger.END_DUTY, item=kept)
    assert (order.state, queries.order(order.id).fee_earned) == (State.STORED, Money(83))


@pytest.mark.clause("PSR-9")
def test_order_of_which_no_parcel_is_left_is_unrealizable(world: World, queries: Queries) -> None:
    order = world.purchased()
    lost = dispatch(order)
    order.pull(Trigger.REPORT_LOST, commands.Noted(), item=lost)
    paid_back = commands.SellerRefund(
        goods=Money(120_000), freight=Money(3_000), external_ref="r-1"
    )
    order.pull(Trigger.RECORD_SELLER_REFUND, paid_back, item=lost)

    assert order.state == State.UNREALIZABLE
    (refund,) = order.refunds()
    order.answer(Trigger.CONFIRM_REFUND, item=refund)
    assert balances(queries) == {}
    view = queries.order(order.id)
    assert (view.amount, view.refunded) == (Money(0), Money(123_123))


@pytest.mark.clause("PSR-7")
def test_storage_charges_the_deposit_or_is_owed(world: World, queries: Queries) -> None:
    order = world.stored()
    world.recharged(4_000)
    (parcel,) = order.items
    order.pull(Trigger.CHARGE_STORAGE, item=parcel)
    order.pull(Trigger.CHARGE_STORAGE, item=parcel)

    assert [step.variant for step in order.steps[-2:]] == [0, 1]
    view = queries.order(order.id)
    assert (view.amount, view.facts.storage_unpaid) == (Money(126_123), Money(3_000))
    assert balances(queries)["third_party:sto_ningbo"] == -3_000

    world.recharged(4_000)
    order.pull(Trigger.PAY_STORAGE, table=PARCEL, item=parcel)
    view = queries.order(order.id)
    assert (view.amount, view.facts.storage_unpaid) == (Money(129_123), Money(0))
    assert queries.deposit(ANNA).balance == Money(2_000)


@pytest.mark.clause("PSR-7")
def test_abandoned_goods_end_the_order_with_nothing_held(world: World, engine: Engine) -> None:
    order = world.stored()
    (parcel,) = order.items
    order.pull(Trigger.ABANDON_GOODS, commands.Noted(), item=parcel)

    assert order.state == State.ABANDONED
    assert audit(engine).ok


def test_chosen_logistics_is_the_orders_and_the_request_stays_as_it_was(
    world: World, queries: Queries
) -> None:
    order = world.order(logistics=None)
    order.pull(Trigger.CHOOSE_LOGISTICS, commands.ChooseLogistics(logistics="log_swift"))

    view = queries.order(order.id)
    assert view.parties.logistics == "log_swift"
    assert view.request.logistics is None
    assert view.entered_at == order.steps[0].at
