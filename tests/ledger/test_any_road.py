"""Hypothesis walks orders down any road, with any amounts, and the audit holds at its end."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import Line, LineCode
from daigou.domain.money import Money, round_half_up, service_fee
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import Refused
from daigou.domain.terms import current
from daigou.ledger.audit import audit
from daigou.ledger.queries import Queries
from tests.ledger.road import NINGBO, YIWU, Subject, World, pay

fen = st.integers(min_value=1, max_value=5_000_000)
lines = st.lists(
    st.one_of(
        st.builds(
            lambda amount: Line(
                code=LineCode.OTHER_FEE, label="packing", amount=Money(amount), collector=YIWU
            ),
            fen,
        ),
        st.builds(
            lambda amount: Line(
                code=LineCode.STORAGE_FEE, label="storage", amount=Money(amount), collector=NINGBO
            ),
            fen,
        ),
    ),
    max_size=3,
)

Turn = Callable[[Subject], object]


def _buy(order: Subject) -> object:
    order.pull(Trigger.PURCHASE, commands.Purchase())
    request = order.steps[0].command
    assert isinstance(request, commands.Request)
    return order.pull(
        Trigger.RECORD_PURCHASE,
        commands.RecordPurchase(
            seller_order_no="s-1",
            goods=request.goods,
            freight=request.freight,
            delivery_address=request.delivery_address,
        ),
    )


def _fail_once_and_buy(order: Subject) -> object:
    order.pull(Trigger.PURCHASE, commands.Purchase())
    order.answer(Trigger.FAIL_PURCHASE)
    return _buy(order)


def _keep(order: Subject) -> object:
    _buy(order)
    order.pull(Trigger.WAREHOUSE_RECEIPT, commands.WarehouseReceipt(parcel_ref="p-1"))
    return order.pull(Trigger.END_DUTY)


def _refuse(order: Subject) -> object:
    order.pull(Trigger.PURCHASE, commands.Purchase())
    return order.answer(Trigger.REJECT_PURCHASE, reason="sold_out")


def _give_back(order: Subject) -> object:
    sold_out = commands.ReportUnrealizable(reason=commands.UnrealizableReason.SOLD_OUT)
    refund = order.pull(Trigger.REPORT_UNREALIZABLE, sold_out)
    if refund.opens_refund:
        order.answer(Trigger.CONFIRM_REFUND, item=refund.intends)
    return refund


def _wait(order: Subject) -> object:
    return order.pull(Trigger.ESCALATE)


@given(
    unit_price=fen,
    freight=st.integers(min_value=0, max_value=100_000),
    quantity=st.integers(min_value=1, max_value=300),
    added=lines,
    recharged=st.integers(min_value=0, max_value=50_000_000),
    share=st.integers(min_value=0, max_value=4),
    declined_first=st.booleans(),
    turn=st.sampled_from([_buy, _fail_once_and_buy, _keep, _refuse, _give_back, _wait]),
)
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_road_with_any_amounts_keeps_the_books_in_order(
    world: World,
    queries: Queries,
    engine: Engine,
    unit_price: int,
    freight: int,
    quantity: int,
    added: list[Line],
    recharged: int,
    share: int,
    declined_first: bool,
    turn: Turn,
) -> None:
    if recharged:
        world.recharged(recharged)
    order = world.accepted(
        *added, unit_price=Money(unit_price), freight=Money(freight), quantity=quantity
    )
    view = queries.order(order.id)
    assert view.amount is not None
    base = unit_price * quantity + freight
    assert view.fee == service_fee(
        goods=Money(base - freight), freight=Money(freight), rate=current().fee_rate
    )
    assert view.fee.amount.amount == round_half_up(base * current().fee_rate)

    deposit = queries.deposit("cli_anna").balance.amount
    from_deposit = view.amount.amount * share // 4
    if declined_first and share < 4 and from_deposit <= deposit:
        pay(order, from_deposit=from_deposit)
        order.answer(Trigger.DECLINE_PAYMENT, reason="no cover")
        assert queries.deposit("cli_anna").balance.amount == deposit
    if from_deposit > deposit:
        with pytest.raises(Refused, match="the deposit holds"):
            pay(order, from_deposit=from_deposit)
    else:
        pay(order, from_deposit=from_deposit)
        if order.state == State.PAYING:
            order.answer(Trigger.CONFIRM_PAYMENT)
        turn(order)

    report = audit(engine)
    assert report.ok, str(report)
