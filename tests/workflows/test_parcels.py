"""An order's goods on their way: in one parcel or several, each at its own pace."""

import asyncio
from datetime import timedelta

import pytest

from daigou.domain import commands
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.workflows.stage import STORAGE, WHOLE, Order, Stage, refused
from tests.workflows.troubled_books import Held

DAY = timedelta(days=1)
THIRD = 100
"""Of the order's 300 kettles."""


async def _purchased(stage: Stage, *, deposit: Money = WHOLE) -> Order:
    order = await stage.order(deposit=deposit)
    await order.reach(State.PURCHASED)
    return order


async def _stored(stage: Stage, *, deposit: Money = WHOLE) -> Order:
    order = await stage.order(deposit=deposit)
    await order.reach(State.STORED)
    return order


# ---- the order stands where its slowest parcel stands -----------------------------------------


@pytest.mark.clause("PSR-8")
@pytest.mark.clause("PSR-16")
async def test_an_order_stands_where_the_slowest_of_three_parcels_stands_wherever_one_looks(
    stage: Stage,
) -> None:
    order = await _purchased(stage)
    stood: list[State] = []
    seen: list[set[str]] = []

    async def move(trigger: Trigger, *parcels: str) -> None:
        for parcel in parcels:
            stood.append((await order.pull(trigger, item=parcel)).order_state)
            seen.append(await order.seen())

    one, two, three = [await order.dispatched(THIRD) for _ in range(3)]
    await move(Trigger.WAREHOUSE_RECEIPT, one, two, three)
    await move(Trigger.OBJECT_TO_GOODS, one, two, three)
    await move(Trigger.RESOLVE_OBJECTION, two, three, one)
    await move(Trigger.CLEAR_CUSTOMS, three, one, two)
    await move(Trigger.DELIVER, one, three, two)

    assert stood == [
        *("dispatched", "dispatched", "warehoused"),
        *("warehouse_objection", "warehouse_objection", "warehouse_objection"),
        *("warehouse_objection", "warehouse_objection", "stored"),
        *("stored", "stored", "exported"),
        *("exported", "exported", "delivered"),
    ]
    assert seen == [{state.value} for state in stood]


@pytest.mark.clause("PSR-8")
async def test_an_order_is_not_on_its_way_until_all_of_its_goods_are(stage: Stage) -> None:
    order = await _purchased(stage)

    await order.dispatched(299)
    still = await order.seen()
    await order.dispatched(1)

    assert still == {"purchased"}
    assert await order.seen() == {"dispatched"}


async def test_a_parcels_step_and_the_orders_are_written_in_one_transaction(
    stage: Stage,
) -> None:
    order = await _purchased(stage)
    one = await order.dispatched(200)

    await order.dispatched(100)
    await order.pull(Trigger.WAREHOUSE_RECEIPT, item=one)

    assert stage.transactions(order.id)[-3:] == [
        ["dispatch"],
        ["dispatch", "follow-parcels"],
        ["warehouse-receipt"],
    ]
    dispatched, followed = order.written[-3:-1]
    assert (followed.at, followed.actor_role) == (dispatched.at, dispatched.actor_role)
    assert (dispatched.axis, followed.axis) == (TableName.PARCEL, TableName.FULFILMENT)


@pytest.mark.clause("PSR-16")
async def test_the_duty_ends_with_the_last_parcels_window_and_only_then_the_fee_is_earned(
    stage: Stage,
) -> None:
    order = await _purchased(stage)
    one, two = await order.dispatched(200), await order.dispatched(100)
    first = await order.pull(Trigger.WAREHOUSE_RECEIPT, item=one)
    await order.forward(timedelta(hours=5))
    second = await order.pull(Trigger.WAREHOUSE_RECEIPT, item=two)

    await order.past(first.at + DAY)
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.END_DUTY)
    between = (await order.seen(), order.held("fee_held"))
    await order.past(second.at + DAY)
    stored = await order.until(State.STORED)

    assert between == ({"warehoused"}, Money(1_23))
    assert (stored.trigger, stored.at) == (Trigger.FOLLOW_PARCELS, second.at + DAY)
    assert order.held("fee_held") == ZERO


@pytest.mark.clause("PSR-8")
async def test_exchanged_goods_take_the_order_back_with_time_of_its_own_for_news(
    stage: Stage,
) -> None:
    order = await stage.order()
    await order.reach(State.WAREHOUSE_OBJECTION)
    await order.forward(7 * DAY)
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.ESCALATE)

    exchanged = await order.pull(Trigger.EXCHANGE)
    await order.forward(timedelta(hours=1))

    assert (exchanged.state, exchanged.order_state) == (State.DISPATCHED, State.DISPATCHED)
    assert await order.seen() == {"dispatched"}
    assert order.struck() == [], "no clock of the first way strikes on the second"


# ---- the parcel that a command is for ---------------------------------------------------------


async def test_a_command_that_names_no_parcel_is_for_the_only_one_that_fits(stage: Stage) -> None:
    order = await _purchased(stage)

    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-16"):
        await order.pull(Trigger.OBJECT_TO_GOODS)
    one, two = await order.dispatched(200), await order.dispatched(100)
    with refused(RefusalCode.WHICH_ITEM, "PSR-8"):
        await order.pull(Trigger.TRACK)
    with refused(RefusalCode.WRONG_REFERENCE, "PSR-8"):
        await order.pull(Trigger.TRACK, item=f"{order.id}/99")
    tracked = await order.pull(Trigger.TRACK, item=two)
    await order.pull(Trigger.WAREHOUSE_RECEIPT, item=one)
    objected = await order.pull(Trigger.OBJECT_TO_GOODS)

    assert (tracked.item, tracked.state) == (two, State.DISPATCHED)
    assert (objected.item, objected.state) == (one, State.WAREHOUSE_OBJECTION)


@pytest.mark.clause("PSR-8")
async def test_a_parcel_that_nobody_announced_is_opened_by_the_storage_and_holds_no_more_than_all(
    stage: Stage,
) -> None:
    order = await _purchased(stage)
    await order.dispatched(200)
    await order.pull(Trigger.WAREHOUSE_RECEIPT)

    def unannounced(quantity: int) -> commands.WarehouseReceipt:
        return commands.WarehouseReceipt(parcel_ref="NB-2", quantity=quantity)

    with refused(RefusalCode.TOO_MANY_GOODS, "PSR-8"):
        await order.pull(Trigger.WAREHOUSE_RECEIPT, unannounced(101))
    receipt = await order.pull(Trigger.WAREHOUSE_RECEIPT, unannounced(100))

    assert (receipt.state, receipt.order_state) == (State.WAREHOUSED, State.WAREHOUSED)
    assert receipt.item == f"{order.id}/{receipt.sequence - 1}"
    assert len(stage.read_model(order.id).items) == 2


async def test_the_card_and_the_attributes_name_whoever_is_next_on_any_parcel(
    stage: Stage,
) -> None:
    order = await _purchased(stage)
    await order.dispatched(200)
    await order.pull(Trigger.WAREHOUSE_RECEIPT)

    model, card = stage.read_model(order.id), await order.card()

    # The order waits for the rest until the second day; logistics may object for one.
    assert (model.next_actor, model.next_due_at) == (Role.LOGISTICS, order.last.at + DAY)
    assert "**Parcel" in card
    assert "at the storage; logistics may object" in card


# ---- on the way to the storage ----------------------------------------------------------------


@pytest.mark.clause("PSR-8")
async def test_goods_that_are_not_sent_are_reminded_of_before_and_escalated_after(
    stage: Stage,
) -> None:
    order = await _purchased(stage)
    bought = order.last.at
    await order.forward(DAY)
    news = (await order.pull(Trigger.REPORT_PROGRESS)).at

    await order.past(news + 5 * DAY)
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.CHASE)

    assert order.struck() == [
        (Trigger.REMIND, bought + 2 * DAY),
        (Trigger.ESCALATE, bought + 3 * DAY),
        (Trigger.ESCALATE, bought + 4 * DAY),
        (Trigger.ESCALATE, bought + 5 * DAY),
        (Trigger.PROMPT, news + 4 * DAY),
        (Trigger.ESCALATE, bought + 6 * DAY),
        (Trigger.CHASE, news + 5 * DAY),
    ]
    assert stage.notices(order.id, "order.dispatch_due") == ["provider"]
    assert stage.notices(order.id, "order.feedback_due") == ["provider"]
    assert stage.notices(order.id, "order.feedback_overdue") == ["provider", "platform"]


@pytest.mark.clause("PSR-8")
async def test_a_parcel_that_does_not_move_or_arrive_is_asked_about_at_its_instants(
    stage: Stage,
) -> None:
    order = await _purchased(stage)
    await order.pull(Trigger.DISPATCH)
    sent = order.last.at
    await order.forward(DAY)
    moved = (await order.pull(Trigger.TRACK)).at

    await order.past(sent + 11 * DAY)
    await order.until_written(lambda rows: (Trigger.ESCALATE, sent + 11 * DAY) in _told(rows))

    assert order.struck(TableName.PARCEL) == [
        (Trigger.PROMPT, moved + 4 * DAY),
        (Trigger.REMIND, sent + 8 * DAY),
        (Trigger.PROMPT, moved + 8 * DAY),
        (Trigger.ESCALATE, sent + 10 * DAY),
        (Trigger.ESCALATE, sent + 11 * DAY),
    ]
    assert stage.notices(order.id, "parcel.arrival_due") == ["provider"]
    assert stage.notices(order.id, "parcel.arrival_overdue") == 2 * ["provider", "platform"]


def _told(rows: list) -> list[tuple[Trigger, object]]:
    return [(Trigger(row.trigger), row.at) for row in rows]


@pytest.mark.clause("PSR-8")
@pytest.mark.clause("PSR-9")
async def test_a_lost_parcel_may_still_arrive_be_sent_again_or_be_paid_back(stage: Stage) -> None:
    order = await _purchased(stage)
    one, two, three = [await order.dispatched(THIRD) for _ in range(3)]
    for parcel in (one, two, three):
        await order.pull(Trigger.REPORT_LOST, item=parcel)
    lost = await order.seen()

    await order.pull(Trigger.WAREHOUSE_RECEIPT, item=one)
    await order.pull(Trigger.EXCHANGE, item=two)
    back = commands.SellerRefund(goods=Money(400_00), freight=Money(10_00), external_ref="sr_1")
    returned = await order.pull(Trigger.RECORD_SELLER_REFUND, back, item=three)
    received = await order.pull(Trigger.WAREHOUSE_RECEIPT, item=two)

    assert lost == {"dispatched"}
    assert (returned.state, returned.order_state) == (State.RETURNED, State.DISPATCHED)
    # The order goes on with what came; the fee on what did not goes back as well.
    assert received.order_state == State.WAREHOUSED
    assert order.deposit == Money(410_00) + Money(41)


# ---- ends that the parcels bring --------------------------------------------------------------


@pytest.mark.clause("PSR-9")
async def test_an_order_of_which_no_parcel_comes_is_unrealizable_and_all_is_back_with_the_client(
    stage: Stage,
) -> None:
    order = await _purchased(stage)
    one, two = await order.dispatched(200), await order.dispatched(100)
    for parcel in (one, two):
        await order.pull(Trigger.REPORT_LOST, item=parcel)

    def back(fen: int) -> commands.SellerRefund:
        return commands.SellerRefund(goods=Money(fen), freight=Money(15_00), external_ref="sr_1")

    await order.pull(Trigger.RECORD_SELLER_REFUND, back(800_00), item=one)
    receipt = await order.pull(Trigger.RECORD_SELLER_REFUND, back(400_00), item=two)
    ending = await order.ending()

    assert (receipt.state, receipt.order_state) == (State.RETURNED, State.UNREALIZABLE)
    assert ending.state == State.UNREALIZABLE
    assert (order.deposit, order.held("escrow"), order.held("fee_held")) == (WHOLE, ZERO, ZERO)


@pytest.mark.clause("PSR-9")
async def test_who_waits_while_a_parcel_ends_the_order_is_refused_by_name(stage: Stage) -> None:
    order = await stage.order(deposit=ZERO)
    await order.reach(State.ACCEPTED)
    # A refund that stays pending keeps the workflow alive after the order's end.
    await order.pay(institution=WHOLE, method="pm_ok_refund_silent")
    await order.pull(Trigger.PURCHASE)
    await order.pull(Trigger.DISPATCH)
    await order.pull(Trigger.REPORT_LOST)
    writing = Held()
    stage.books.trouble(order.id, Trigger.RECORD_SELLER_REFUND, writing)
    back = commands.SellerRefund(goods=Money(1_200_00), freight=Money(30_00), external_ref="sr_1")
    ending = asyncio.create_task(order.pull(Trigger.RECORD_SELLER_REFUND, back))
    await asyncio.to_thread(writing.reached.wait, 5.0)

    waiting = [
        asyncio.create_task(order.pull(trigger))
        for trigger in (Trigger.EXCHANGE, Trigger.ASK_QUESTION, Trigger.REPORT_PROGRESS)
    ]
    await asyncio.sleep(0.3)
    writing.let_go.set()
    receipt = await ending
    answers = await asyncio.gather(*waiting, return_exceptions=True)

    assert receipt.order_state == State.UNREALIZABLE
    assert [each.code for each in answers if isinstance(each, Refused)] == 3 * [
        RefusalCode.NOT_IN_THIS_STATE
    ]
    assert [each.clause for each in answers if isinstance(each, Refused)] == [
        "PSR-8",
        "PSR-26",
        "PSR-8",
    ]
    assert await order.seen() == {"unrealizable"}


@pytest.mark.clause("PSR-17-1")
@pytest.mark.clause("PSR-17-2")
async def test_a_package_refused_at_the_door_is_checked_and_goes_on_or_is_claimed(
    stage: Stage,
) -> None:
    order = await stage.order()
    await order.reach(State.EXPORTED)

    refusal = await order.pull(Trigger.REFUSE_PACKAGE)
    await order.past(refusal.at + 3 * DAY)
    overdue = await order.until_written(lambda rows: rows[-1].trigger == Trigger.ESCALATE)
    nothing = commands.CauseFound(cause=commands.Cause.NONE_FOUND)
    again = await order.pull(Trigger.SETTLE_PACKAGE, nothing)
    await order.pull(Trigger.REFUSE_PACKAGE)
    theirs = commands.CauseFound(cause=commands.Cause.LOGISTICS)
    claimed = await order.pull(Trigger.SETTLE_PACKAGE, theirs)
    ending = await order.ending()

    assert (refusal.state, refusal.order_state) == (State.PACKAGE_REFUSED, State.EXPORTED)
    assert overdue.at == refusal.at + 3 * DAY
    assert (again.state, claimed.state) == (State.EXPORTED, State.CLAIMED)
    assert ending.state == State.CLOSED


# ---- at the storage ---------------------------------------------------------------------------


@pytest.mark.clause("PSR-7")
async def test_storage_is_charged_period_by_period_from_the_deposit_and_owed_when_that_is_empty(
    stage: Stage,
) -> None:
    order = await _stored(stage, deposit=WHOLE + Money(60_00))
    stored, earned = order.last.at, stage.balance(f"third_party:{STORAGE}")

    await order.past(stored + 150 * DAY)
    await order.until_written(lambda rows: rows[-1].at == stored + 150 * DAY)
    left, unpaid = order.deposit, stage.notices(order.id, "parcel.storage_unpaid")
    with refused(RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8"):
        await order.pull(Trigger.PAY_STORAGE)
    await stage.recharge(client=order.request.client, amount=Money(30_00)).open()
    await order.pull(Trigger.PAY_STORAGE)
    with refused(RefusalCode.NOTHING_TO_PAY, "PSR-7"):
        await order.pull(Trigger.PAY_STORAGE)

    assert order.struck(TableName.PARCEL) == [
        (Trigger.WARN_OF_CHARGES, stored + 80 * DAY),
        *((Trigger.CHARGE_STORAGE, stored + days * DAY) for days in (90, 120, 150)),
    ]
    assert (left, unpaid) == (ZERO, ["client", "storage", "platform"])
    assert order.deposit == ZERO
    assert stage.balance(f"third_party:{STORAGE}") - earned == Money(90_00)


@pytest.mark.clause("PSR-7")
async def test_goods_that_nobody_fetches_are_warned_of_and_count_as_abandoned_at_the_instant(
    stage: Stage,
) -> None:
    order = await _stored(stage)
    stored = order.last.at

    await order.past(stored + 180 * DAY)
    ending = await order.ending()

    assert (ending.state, ending.at) == (State.ABANDONED, stored + 180 * DAY)
    assert order.struck(TableName.PARCEL)[-2:] == [
        (Trigger.WARN_OF_ABANDONMENT, stored + 170 * DAY),
        (Trigger.DEEM_ABANDONED, stored + 180 * DAY),
    ]
    assert set(stage.notices(order.id, "order.abandoned")) == {"client", "provider"}


@pytest.mark.clause("PSR-7")
async def test_an_order_of_which_a_part_is_abandoned_goes_on_with_the_rest(stage: Stage) -> None:
    order = await _purchased(stage)
    one, two = await order.dispatched(200), await order.dispatched(100)
    for parcel in (one, two):
        await order.pull(Trigger.WAREHOUSE_RECEIPT, item=parcel)
        await order.pull(Trigger.OBJECT_TO_GOODS, item=parcel)
        await order.pull(Trigger.ACCEPT_GOODS, item=parcel)
    await order.pull(Trigger.CLEAR_CUSTOMS, item=one)
    await order.pull(Trigger.DELIVER)
    half_way = await order.seen()

    given_up = await order.pull(Trigger.ABANDON_GOODS)

    assert half_way == {"stored"}
    assert (given_up.item, given_up.order_state) == (two, State.DELIVERED)
    assert await order.seen() == {"delivered"}
