"""Hypothesis walks orders down any road, with any amounts, and the audit holds at its end."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import Line, LineCode
from daigou.domain.lifecycle import PARCEL
from daigou.domain.money import ZERO, Money, round_half_up, service_fee, total
from daigou.domain.order import State, TableName, Trigger
from daigou.domain.refusals import Refused
from daigou.domain.terms import current
from daigou.ledger.audit import audit
from daigou.ledger.promotion import Promotion
from daigou.ledger.queries import Queries
from daigou.ledger.views import OrderView
from tests.ledger.road import (
    ANNA,
    MIA,
    NINGBO,
    NOON,
    YIWU,
    Subject,
    World,
    buy,
    dispatch,
    pay,
    receive,
    sold_out,
)

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

Turn = Callable[[Subject, st.DataObject], object]


# ---- what may come after the payment -----------------------------------------------------------


def _fail_once_and_buy(order: Subject, data: st.DataObject) -> object:
    order.pull(Trigger.PURCHASE, commands.Purchase())
    order.answer(Trigger.FAIL_PURCHASE)
    return buy(order)


def _buy_cheaper(order: Subject, data: st.DataObject) -> object:
    goods = data.draw(st.integers(min_value=1, max_value=order.facts.goods.amount), "goods")
    freight = data.draw(st.integers(min_value=0, max_value=order.facts.freight.amount), "freight")
    return buy(order, goods=Money(goods), freight=Money(freight))


def _keep(order: Subject, data: st.DataObject) -> object:
    buy(order)
    parcel = receive(order)
    order.pull(Trigger.END_DUTY, item=parcel)
    for _ in range(data.draw(st.integers(min_value=0, max_value=3), "periods")):
        order.pull(Trigger.CHARGE_STORAGE, item=parcel)
    if data.draw(st.booleans(), "abandoned"):
        return order.pull(Trigger.ABANDON_GOODS, commands.Noted(), item=parcel)
    if order.facts.storage_unpaid:
        with pytest.raises(Refused, match="the deposit holds"):
            order.pull(Trigger.PAY_STORAGE, table=PARCEL, item=parcel)
    order.pull(Trigger.CLEAR_CUSTOMS, commands.Transport(tracking_ref="t-1"), item=parcel)
    return order.pull(Trigger.DELIVER, commands.Transport(tracking_ref="t-1"), item=parcel)


def _lose_some(order: Subject, data: st.DataObject) -> object:
    """Parcels of any sizes; each arrives, or is lost and paid back by the seller in any part."""
    buy(order)
    while order.facts.missing:
        dispatch(order, data.draw(st.integers(1, order.facts.missing), "in the parcel"))
        if len(order.items) == 3 and order.facts.missing:
            dispatch(order)
    for parcel in [lane.item for lane in order.items.values() if lane.table == PARCEL]:
        if data.draw(st.booleans(), "lost"):
            order.pull(Trigger.REPORT_LOST, commands.Noted(), item=parcel)
            back = commands.SellerRefund(
                goods=Money(data.draw(st.integers(0, order.facts.goods.amount), "goods back")),
                freight=Money(data.draw(st.integers(0, order.facts.freight.amount), "freight")),
                external_ref="r-1",
            )
            order.pull(Trigger.RECORD_SELLER_REFUND, back, item=parcel)
        else:
            arrived = commands.WarehouseReceipt(parcel_ref="p-1")
            order.pull(Trigger.WAREHOUSE_RECEIPT, arrived, item=parcel)
            order.pull(Trigger.END_DUTY, item=parcel)
    return None


def _refuse(order: Subject, data: st.DataObject) -> object:
    order.pull(Trigger.PURCHASE, commands.Purchase())
    return order.answer(Trigger.REJECT_PURCHASE, reason="sold_out")


def _give_back(order: Subject, data: st.DataObject) -> object:
    return sold_out(order)


def _refuse_at_a_cost(order: Subject, data: st.DataObject) -> object:
    held = order.facts.price.amount
    cost = data.draw(st.integers(min_value=0, max_value=held), "cost")
    costs = (
        Line(code=LineCode.STORAGE_FEE, label="return", amount=Money(cost), collector=NINGBO),
        Line(code=LineCode.OTHER_FEE, label="work", amount=Money(held - cost), collector=YIWU),
    )
    kept = data.draw(st.lists(st.sampled_from(costs), unique=True), "kept")
    reason = commands.RefusalReason.SENSITIVE_GOODS
    return order.pull(Trigger.REFUSE, commands.Refuse(reason=reason, costs=tuple(kept)))


def _wait(order: Subject, data: st.DataObject) -> object:
    return order.pull(Trigger.ESCALATE)


TURNS = [
    _fail_once_and_buy,
    _buy_cheaper,
    _keep,
    _lose_some,
    _refuse,
    _give_back,
    _refuse_at_a_cost,
    _wait,
]


# ---- the road ----------------------------------------------------------------------------------


@given(
    unit_price=fen,
    freight=st.integers(min_value=0, max_value=100_000),
    quantity=st.integers(min_value=1, max_value=300),
    added=lines,
    recharged=st.integers(min_value=0, max_value=50_000_000),
    coupons=st.lists(st.integers(min_value=1, max_value=2_000_000), max_size=2),
    rate=st.sampled_from([None, Fraction(1, 3), Fraction(1)]),
    repriced=st.booleans(),
    turn=st.sampled_from(TURNS),
    data=st.data(),
)
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_road_with_any_amounts_keeps_the_books_in_order(
    world: World,
    queries: Queries,
    promotion: Promotion,
    engine: Engine,
    unit_price: int,
    freight: int,
    quantity: int,
    added: list[Line],
    recharged: int,
    coupons: list[int],
    rate: Fraction | None,
    repriced: bool,
    turn: Turn,
    data: st.DataObject,
) -> None:
    _sign(promotion, rate)
    if recharged:
        world.recharged(recharged)
    order = world.accepted(
        *added,
        unit_price=Money(unit_price),
        freight=Money(freight),
        quantity=quantity,
        promoter=None if rate is None else MIA,
        drift_limit=commands.DriftLimit(any=data.draw(st.booleans(), "drift allowed")),
    )
    view = queries.order(order.id)
    base = unit_price * quantity + freight
    assert view.fee == service_fee(
        goods=Money(base - freight), freight=Money(freight), rate=current().fee_rate
    )
    assert view.fee.amount.amount == round_half_up(base * current().fee_rate)

    _pay_what_is_due(world, queries, order, coupons, data)
    if repriced:
        _reprice(world, queries, order, data)
    if order.state == State.EFFECTIVE:
        turn(order, data)
    _answer_refunds(order, data)

    report = audit(engine)
    assert report.ok, str(report)
    assert _all_is_accounted_for(queries.order(order.id))


def _sign(promotion: Promotion, rate: Fraction | None) -> None:
    """Mia's contract at that rate, from a moment before any order on."""
    held = promotion.contracts(promoter=MIA, limit=1)
    if rate is None or (held and held[0].rate == rate and held[0].ends_at is None):
        return
    begins_at = held[0].begins_at if held else NOON
    if held:
        # Each begins a microsecond after the last: orders are paid later than all of them.
        begins_at += (NOON.resolution) * 2
        promotion.end_contract(held[0].id, ends_at=begins_at)
    promotion.sign_contract(promoter=MIA, provider=YIWU, rate=rate, begins_at=begins_at)


def _pay_what_is_due(
    world: World, queries: Queries, order: Subject, coupons: list[int], data: st.DataObject
) -> None:
    """Pays from any sources; a payment may be declined first, or the deposit be too small."""
    due = queries.order(order.id).due_now
    assert due is not None
    named = tuple(world.coupon(amount) for amount in coupons)
    fees = total(
        [
            line.amount
            for line in queries.order(order.id).lines
            if line.code in (LineCode.SERVICE_FEE, LineCode.OTHER_FEE)
        ]
    )
    off = min(sum(coupons), fees.amount)
    if len(coupons) > 1 and coupons[0] >= fees.amount:
        # The second one finds nothing left to reduce.
        named, off = named[:1], min(coupons[0], fees.amount)
    if not fees:
        named, off = (), 0
    rest = due.amount - off
    from_deposit = rest * data.draw(st.integers(min_value=0, max_value=4), "share") // 4
    payment = {
        "amount": due.amount,
        "from_deposit": from_deposit,
        "coupons": named,
        "off": off,
    }
    deposit = queries.deposit(ANNA).balance.amount
    if from_deposit > deposit:
        with pytest.raises(Refused, match="the deposit holds"):
            pay(order, **payment)
        return
    if from_deposit < rest and data.draw(st.booleans(), "declined first"):
        pay(order, **payment)
        order.answer(Trigger.DECLINE_PAYMENT, reason="no cover")
        assert queries.deposit(ANNA).balance.amount == deposit
    pay(order, **payment)
    if order.state == State.PAYING:
        order.answer(Trigger.CONFIRM_PAYMENT)


def _reprice(world: World, queries: Queries, order: Subject, data: st.DataObject) -> None:
    """The seller asks something else, before the purchase or as its answer to it."""
    if order.state != State.EFFECTIVE:
        return
    price = {
        "goods": Money(data.draw(st.integers(1, 2 * order.facts.goods.amount), "goods asked")),
        "freight": Money(data.draw(st.integers(0, 100_000), "freight asked")),
        "quantity": data.draw(st.integers(1, order.facts.quantity), "in stock"),
    }
    if data.draw(st.booleans(), "asked while buying"):
        order.pull(Trigger.PURCHASE, commands.Purchase())
        reference = f"{order.id}/{order.sequence}"
        order.pull(Trigger.QUOTE_ANEW, commands.ActualPrice(**price, reference=reference))
    else:
        order.pull(Trigger.REPORT_PRICE, commands.ActualPrice(**price))
    if order.state == State.AWAITING_CHOICE:
        order.pull(data.draw(st.sampled_from([Trigger.ACCEPT_PART, Trigger.LAPSE]), "choice"))
    _answer_refunds(order, data)
    if order.state == State.AWAITING_TOP_UP:
        if data.draw(st.booleans(), "topped up"):
            _pay_what_is_due(world, queries, order, [], data)
        else:
            order.pull(Trigger.LAPSE)


def _answer_refunds(order: Subject, data: st.DataObject) -> None:
    for refund in order.refunds():
        answer = data.draw(
            st.sampled_from([Trigger.CONFIRM_REFUND, Trigger.FAIL_REFUND, None]), "refund"
        )
        if answer is not None:
            order.answer(answer, item=refund)


def _all_is_accounted_for(view: OrderView) -> bool:
    """Whether an order that came to nothing gave everything back but what others collect."""
    if view.state != State.UNREALIZABLE or view.facts.parcels:
        return True
    due = total(
        [item.amount or ZERO for item in view.items_of(TableName.REFUND) if not item.ended_at]
    )
    others = total([line.amount for line in view.lines if line.of_third_party])
    return view.collected - view.refunded - due in (others, ZERO)
