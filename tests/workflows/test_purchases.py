"""What may become of a purchase from the seller, known or not."""

from datetime import timedelta

import pytest

from daigou.domain import commands
from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode
from tests.workflows.stage import ADDRESS, WHOLE, Order, Stage, refused

MINUTE = timedelta(minutes=1)
FOUR_SECONDS_A_DAY = 21_600
"""A silent counterparty is asked every half hour: skipping through a day of that takes longer."""
PRICE = Money(1_230_00)

# The first four digits of an offer's id say how its seller fares: see daigou.simulator.conduct.
SELLER_STOPPED, SOLD_OUT, PRICE_CHANGED = "900100000001", "900200000001", "900300000001"
UNPAID_ONCE, TIMEOUT_BUT_BOUGHT = "900400000001", "900500000001"
TIMEOUT_UNHEARD, PENDING_THEN_BOUGHT = "900600000001", "900700000001"
PENDING_THEN_SOLD_OUT, SILENT = "900800000001", "900900000001"
CHARGES_MORE, DELIVERS_ELSEWHERE = "901000000001", "901100000001"


async def _effective(stage: Stage, offer_id: str) -> Order:
    order = await stage.order(offer_id=offer_id)
    await order.reach(State.EFFECTIVE)
    return order


@pytest.mark.clause("PSR-9")
@pytest.mark.parametrize("offer_id", [SELLER_STOPPED, SOLD_OUT, PRICE_CHANGED])
async def test_a_seller_that_will_not_sell_makes_the_order_unrealizable_and_all_goes_back(
    stage: Stage, offer_id: str
) -> None:
    order = await _effective(stage, offer_id)

    receipt = await order.pull(Trigger.PURCHASE)
    ending = await order.ending()

    assert receipt.state == ending.state == State.UNREALIZABLE
    assert order.last.trigger == Trigger.REJECT_PURCHASE
    assert (order.deposit, order.held("escrow"), order.held("fee_held")) == (WHOLE, ZERO, ZERO)
    assert await stage.bought(order.id) == []
    assert set(stage.notices(order.id, "order.unrealizable")) == {"client", "provider"}


@pytest.mark.clause("PSR-9")
async def test_a_provider_that_learns_it_itself_reports_it_before_buying(stage: Stage) -> None:
    order = await _effective(stage, SOLD_OUT)

    receipt = await order.pull(Trigger.REPORT_UNREALIZABLE)

    assert receipt.state == State.UNREALIZABLE
    assert order.deposit == WHOLE
    assert stage.movements(order.id) == []


async def test_a_seller_that_was_not_paid_is_bought_from_under_another_reference(
    stage: Stage,
) -> None:
    order = await _effective(stage, UNPAID_ONCE)

    failed = await order.pull(Trigger.PURCHASE)
    in_escrow = order.held("escrow")
    bought = await order.pull(Trigger.PURCHASE)

    assert (failed.state, in_escrow, bought.state) == (State.EFFECTIVE, PRICE, State.PURCHASED)
    assert stage.movements(order.id) == [("buy", "failed"), ("buy", "done")]
    assert await stage.bought(order.id) == [PRICE]


@pytest.mark.clause("PSR-9")
async def test_an_order_may_turn_out_unrealizable_after_a_purchase_that_failed(
    stage: Stage,
) -> None:
    order = await _effective(stage, UNPAID_ONCE)
    await order.pull(Trigger.PURCHASE)

    receipt = await order.pull(Trigger.REPORT_UNREALIZABLE)

    assert receipt.state == State.UNREALIZABLE
    assert order.deposit == WHOLE
    assert stage.movements(order.id) == [("buy", "failed")]


@pytest.mark.parametrize("offer_id", [TIMEOUT_BUT_BOUGHT, TIMEOUT_UNHEARD, PENDING_THEN_BOUGHT])
async def test_a_purchase_of_unknown_outcome_is_asked_about_and_bought_once(
    stage: Stage, offer_id: str
) -> None:
    order = await _effective(stage, offer_id)

    await order.pull(Trigger.PURCHASE)
    await order.forward(5 * MINUTE)
    last = await order.until(State.PURCHASED)

    assert (last.trigger, last.actor_role) == ("record-purchase", "platform")
    assert await stage.bought(order.id) == [PRICE]
    assert (order.held("escrow"), order.held("seller_transit")) == (ZERO, ZERO)


@pytest.mark.clause("PSR-9")
async def test_a_pending_purchase_may_turn_out_sold_out(stage: Stage) -> None:
    order = await _effective(stage, PENDING_THEN_SOLD_OUT)

    pending = await order.pull(Trigger.PURCHASE)
    await order.forward(5 * MINUTE)
    ending = await order.ending()

    assert (pending.state, ending.state) == (State.PURCHASING, State.UNREALIZABLE)
    assert order.deposit == WHOLE


def _recorded(**changes: object) -> commands.RecordPurchase:
    said = {
        "seller_order_no": "so_1",
        "goods": Money(1_200_00),
        "freight": Money(30_00),
        "delivery_address": ADDRESS,
    }
    return commands.RecordPurchase(**{**said, **changes})


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-11")
async def test_a_silent_purchase_is_recorded_by_the_provider_at_the_agreed_price_and_address(
    stage: Stage,
) -> None:
    order = await _effective(stage, SILENT)
    await order.pull(Trigger.PURCHASE)

    with refused(RefusalCode.PRICE_CHANGED, "PSR-9"):
        await order.pull(Trigger.RECORD_PURCHASE, _recorded(goods=Money(1_200_01)))
    with refused(RefusalCode.WRONG_DELIVERY_ADDRESS, "PSR-11"):
        await order.pull(Trigger.RECORD_PURCHASE, _recorded(delivery_address="elsewhere"))
    receipt = await order.pull(Trigger.RECORD_PURCHASE, _recorded())

    assert receipt.state == State.PURCHASED
    assert order.held("seller_transit") == ZERO
    assert stage.movements(order.id) == [("buy", "done")]


@pytest.mark.clause("PSR-9")
async def test_a_silent_purchase_is_rejected_by_the_platform_by_its_reference(
    stage: Stage,
) -> None:
    order = await _effective(stage, SILENT)
    await order.pull(Trigger.PURCHASE)

    with refused(RefusalCode.WRONG_REFERENCE, "PSR-6"):
        await order.pull(Trigger.REJECT_PURCHASE, order.outcome(3))
    receipt = await order.pull(Trigger.REJECT_PURCHASE, order.outcome(4, reason="sold_out"))

    assert receipt.state == State.UNREALIZABLE
    assert order.deposit == WHOLE


@pytest.mark.clause("PSR-8")
async def test_a_silent_purchase_is_escalated_at_its_instant(stage: Stage) -> None:
    order = await stage.order(offer_id=SILENT, time_scale=FOUR_SECONDS_A_DAY)
    await order.reach(State.EFFECTIVE)
    receipt = await order.pull(Trigger.PURCHASE)

    escalated = await order.until_first(Trigger.ESCALATE)
    told = stage.notices(order.id, "order.purchase_outcome_unknown", escalated)

    assert (escalated.target, escalated.at) == (State.PURCHASING, receipt.due)
    assert told == ["provider", "platform"]


@pytest.mark.parametrize(
    "offer_id",
    [
        pytest.param(CHARGES_MORE, marks=pytest.mark.clause("PSR-9")),
        pytest.param(DELIVERS_ELSEWHERE, marks=pytest.mark.clause("PSR-11")),
    ],
)
async def test_a_purchase_otherwise_than_agreed_is_not_recorded_and_a_person_decides(
    stage: Stage, offer_id: str
) -> None:
    order = await _effective(stage, offer_id)

    receipt = await order.pull(Trigger.PURCHASE)
    waiting = order.last
    decided = await order.pull(Trigger.REJECT_PURCHASE, order.outcome(4, reason="price_changed"))

    assert (receipt.state, receipt.next_actor) == (State.PURCHASING, "platform")
    assert waiting.trigger == Trigger.PURCHASE
    assert decided.state == State.UNREALIZABLE
    assert order.deposit == WHOLE
