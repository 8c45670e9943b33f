"""The postings of each road, held against sums done by hand."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.money import Money
from daigou.domain.order import State, Trigger
from daigou.domain.steps import Committed
from daigou.ledger.audit import audit
from daigou.ledger.queries import Queries
from tests.ledger.road import ANNA, World, a_purchase, pay, third_party_line


@pytest.fixture(autouse=True)
def _books_are_proved(engine: Engine) -> Iterator[None]:
    yield
    report = audit(engine)
    assert report.ok, str(report)


def balances(queries: Queries) -> dict[str, int]:
    """What every account that is not empty stands at, in fen, debit-positive."""
    return {
        view.account: view.balance.amount for view in queries.account_balances() if view.balance
    }


def card(committed: Committed | None) -> dict[str, str]:
    assert committed is not None
    return {line.what: str(line.amount) for line in committed.money}


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
    order = world.purchased()
    order.pull(Trigger.WAREHOUSE_RECEIPT, commands.WarehouseReceipt(parcel_ref="p-1"))
    order.pull(Trigger.END_DUTY)

    assert balances(queries) == {
        "payment_institution": 123_123,
        "bank": -123_000,
        "provider:prv_yiwu": -123,
    }
    assert queries.order(order.id).fee_earned == Money(123)


def test_whole_road_ends_with_nothing_held(world: World, queries: Queries) -> None:
    order = world.purchased(from_deposit=20_000)
    order.pull(Trigger.WAREHOUSE_RECEIPT, commands.WarehouseReceipt(parcel_ref="p-1"))
    order.pull(Trigger.END_DUTY)
    order.pull(Trigger.CLEAR_CUSTOMS, commands.Transport(tracking_ref="t-1"))
    order.pull(Trigger.DELIVER, commands.Transport(tracking_ref="t-1"))
    order.pull(Trigger.ADVISE)
    order.pull(Trigger.DEEM_RECEIVED)
    order.pull(Trigger.CLOSE)

    view = queries.order(order.id)
    assert (view.state, view.ended_at, view.clocks) == (State.CLOSED, order.at, ())
    assert [step.sequence for step in queries.timeline(order.id)] == list(range(1, 14))


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-7")
def test_unrealizable_gives_back_all_but_third_party_lines_to_where_it_came_from(
    world: World, queries: Queries
) -> None:
    order = world.effective(third_party_line(500), from_deposit=20_000)
    committed = order.pull(
        Trigger.REPORT_UNREALIZABLE,
        commands.ReportUnrealizable(reason=commands.UnrealizableReason.SOLD_OUT),
    )

    # The deposit's ¥200.00 at once; ¥1,031.23 through the institution; the storage keeps ¥5.00.
    assert committed.opens_refund
    assert balances(queries) == {
        "payment_institution": 123_623,
        "deposit:cli_anna": -20_000,
        f"refund_transit:{order.id}": -103_123,
        "third_party:sto_ningbo": -500,
    }
    assert card(committed)["refunded to the client"] == "¥200.00"
    assert card(committed)["on its way back to the client"] == "¥1,031.23"

    order.answer(Trigger.CONFIRM_REFUND, item=committed.intends)

    assert balances(queries) == {
        "payment_institution": 20_500,
        "deposit:cli_anna": -20_000,
        "third_party:sto_ningbo": -500,
    }
    view = queries.order(order.id)
    assert view.refunded == Money(123_123)
    assert [(refund.state, refund.amount.amount) for refund in view.refunds] == [
        (State.REFUNDED, 103_123)
    ]


def test_refund_that_the_institution_cannot_pay_goes_to_the_deposit(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    committed = order.pull(
        Trigger.REPORT_UNREALIZABLE,
        commands.ReportUnrealizable(reason=commands.UnrealizableReason.SELLER_STOPPED),
    )
    order.pull(Trigger.ESCALATE, item=committed.intends)
    order.answer(Trigger.FAIL_REFUND, item=committed.intends, reason="card closed")

    assert balances(queries) == {"payment_institution": 123_123, "deposit:cli_anna": -123_123}
    view = queries.order(order.id)
    assert (view.refunded, view.refunds[0].state) == (Money(123_123), State.CREDITED)


def test_rejected_purchase_takes_the_price_back_first(world: World, queries: Queries) -> None:
    order = world.effective(from_deposit=123_123)
    order.pull(Trigger.PURCHASE, commands.Purchase())
    committed = order.answer(Trigger.REJECT_PURCHASE, reason="sold_out")

    assert not committed.opens_refund
    assert balances(queries) == {"payment_institution": 123_123, "deposit:cli_anna": -123_123}
    assert queries.order(order.id).refunded == Money(123_123)


def test_chosen_logistics_is_the_orders_and_the_request_stays_as_it_was(
    world: World, queries: Queries
) -> None:
    order = world.order(logistics=None)
    order.pull(Trigger.CHOOSE_LOGISTICS, commands.ChooseLogistics(logistics="log_swift"))

    view = queries.order(order.id)
    assert view.parties.logistics == "log_swift"
    assert view.request.logistics is None
    assert view.entered_at == order.steps[0].at
