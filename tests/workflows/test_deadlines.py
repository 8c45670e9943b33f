"""Each deadline on the real engine: an act before it counts, it strikes at its instant, then no."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.steps import Receipt
from tests.workflows.stage import WHOLE, Order, Stage, refused
from tests.workflows.troubled_books import Held

DAY = timedelta(days=1)
TRIES_ON_A_SLOW_MACHINE = 4


async def _at(stage: Stage, state: State) -> Order:
    order = await stage.order()
    if state != State.REQUESTED:
        await order.reach(state)
    return order


# ---- what ends by its deadline ----------------------------------------------------------------

WINDOWS = [
    pytest.param(
        State.REQUESTED, Trigger.ACCEPT, State.ACCEPTED, "PSR-2-1",
        id="acceptance", marks=pytest.mark.clause("PSR-2-1"),
    ),
    pytest.param(
        State.ACCEPTED, Trigger.PAY, State.EFFECTIVE, "PSR-2-2",
        id="payment", marks=pytest.mark.clause("PSR-2-2"),
    ),
    pytest.param(
        State.WAREHOUSED, Trigger.OBJECT_TO_GOODS, State.WAREHOUSE_OBJECTION, "PSR-16",
        id="objection", marks=pytest.mark.clause("PSR-16"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("state", "trigger", "target", "clause"), WINDOWS)
async def test_an_act_just_before_its_deadline_counts(
    stage: Stage, state: State, trigger: Trigger, target: State, clause: str
) -> None:
    order = await _at(stage, state)
    due = order.last.at + DAY
    await order.just_before(due)

    receipt = await order.pull(trigger)

    assert receipt.state == target
    assert due - timedelta(minutes=1) < order.last.at < due


@pytest.mark.parametrize(
    ("state", "strikes", "end"),
    [
        pytest.param(
            State.REQUESTED, Trigger.LAPSE, State.LAPSED,
            id="acceptance", marks=pytest.mark.clause("PSR-2-1"),
        ),
        pytest.param(
            State.ACCEPTED, Trigger.LAPSE, State.LAPSED,
            id="payment", marks=pytest.mark.clause("PSR-2-2"),
        ),
        pytest.param(
            State.WAREHOUSED, Trigger.END_DUTY, State.STORED,
            id="objection", marks=pytest.mark.clause("PSR-16"),
        ),
    ],
)  # fmt: skip
async def test_a_window_that_passes_unused_ends_at_its_instant(
    stage: Stage, state: State, strikes: Trigger, end: State
) -> None:
    order = await _at(stage, state)
    due = order.last.at + DAY

    await order.past(due)
    last = await order.until(end)
    struck = await order.until_first(strikes)

    assert (struck.actor_role, struck.at, last.at) == (Role.CLOCK, due, due)
    assert struck.recorded_at >= due


@pytest.mark.clause("PSR-16")
async def test_the_fee_is_earned_when_the_objection_window_ends_and_not_before(
    stage: Stage,
) -> None:
    order = await _at(stage, State.WAREHOUSED)
    due = order.last.at + DAY
    earned_before = stage.balance("provider:prv_kai")
    held_before = order.held("fee_held")

    await order.past(due)
    await order.until(State.STORED)

    assert held_before == Money(1_23)
    assert order.held("fee_held") == ZERO
    assert stage.balance("provider:prv_kai") - earned_before == Money(1_23)
    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-16"):
        await order.pull(Trigger.OBJECT_TO_GOODS)


async def test_an_order_that_lapsed_took_no_money(stage: Stage) -> None:
    order = await _at(stage, State.ACCEPTED)

    await order.past(order.last.at + DAY)
    ending = await order.ending()

    assert (ending.state, order.deposit) == (State.LAPSED, WHOLE)
    assert set(stage.notices(order.id, "order.lapsed")) == {"client", "provider"}


# ---- receipt ----------------------------------------------------------------------------------


@pytest.mark.clause("PSR-18-1")
@pytest.mark.clause("PSR-18-2")
@pytest.mark.clause("PSR-13-2")
async def test_unconfirmed_goods_are_advised_of_then_deemed_received_and_the_order_closes(
    stage: Stage,
) -> None:
    order = await _at(stage, State.DELIVERED)
    delivered = order.last.at

    await order.past(delivered + 3 * DAY)
    advised = await order.until_written(lambda rows: rows[-1].trigger == Trigger.ADVISE)
    await order.past(delivered + 10 * DAY)
    received = await order.until(State.RECEIVED)
    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-18-2"):
        await order.pull(Trigger.CONFIRM_RECEIPT)
    await order.past(delivered + 17 * DAY)
    ending = await order.ending()

    # Each at its due moment, to the microsecond, however late the timer was heard of.
    assert advised.at == delivered + 3 * DAY
    assert (received.trigger, received.at) == (Trigger.DEEM_RECEIVED, delivered + 10 * DAY)
    # Korea's statutory period of 7 days runs from the deemed receipt itself.
    assert (ending.state, ending.at) == (State.CLOSED, delivered + 17 * DAY)
    assert order.triggers.count(Trigger.ADVISE) == 1
    assert stage.notices(order.id, "order.check_advised") == ["client"]


@pytest.mark.clause("PSR-18-2")
async def test_receipt_can_be_confirmed_just_before_it_is_deemed(stage: Stage) -> None:
    order = await _at(stage, State.DELIVERED)
    due = order.last.at + 10 * DAY
    await order.past(order.last.at + 3 * DAY)
    await order.just_before(due)

    receipt = await order.pull(Trigger.CONFIRM_RECEIPT)

    assert receipt.state == State.RECEIVED
    assert order.last.trigger == Trigger.CONFIRM_RECEIPT
    assert receipt.due == order.last.at + 7 * DAY


@pytest.mark.clause("PSR-18-2")
@pytest.mark.clause("PSR-18-3")
async def test_the_clock_of_receipt_stands_still_while_an_objection_is_checked(
    stage: Stage,
) -> None:
    order = await _at(stage, State.DELIVERED)
    delivered = order.last.at
    await order.forward_to(delivered + 4 * DAY)
    objected = await order.pull(Trigger.OBJECT_TO_RECEIPT)
    await order.forward(2 * DAY)
    settled = await order.pull(Trigger.SETTLE_OBJECTION)
    left = delivered + 10 * DAY - objected.at

    await order.just_before(settled.at + left)
    before = await order.seen()
    await order.past(settled.at + left)
    received = await order.until(State.RECEIVED)

    assert objected.due == objected.at + 3 * DAY
    assert settled.due == settled.at + left
    assert 6 * DAY - timedelta(minutes=1) < left < 6 * DAY
    assert before == {"delivered"}
    assert (received.trigger, received.at) == (Trigger.DEEM_RECEIVED, settled.at + left)
    assert order.triggers.count(Trigger.ADVISE) == 1, "it was given before the objection"


@pytest.mark.clause("PSR-18-3")
async def test_an_objection_that_is_not_checked_is_escalated_and_may_be_let_go(
    stage: Stage,
) -> None:
    order = await _at(stage, State.DELIVERED)
    objected = await order.pull(Trigger.OBJECT_TO_RECEIPT)

    await order.past(objected.at + 4 * DAY)
    await order.until_written(lambda rows: rows[-1].at == objected.at + 4 * DAY)
    receipt = await order.pull(Trigger.CONFIRM_RECEIPT)

    assert order.struck() == [(Trigger.ESCALATE, objected.at + days * DAY) for days in (3, 4)]
    assert receipt.state == State.RECEIVED


# ---- what is escalated ------------------------------------------------------------------------


@pytest.mark.clause("PSR-8")
async def test_an_overdue_purchase_is_escalated_at_its_instant_and_every_day_again(
    stage: Stage,
) -> None:
    order = await _at(stage, State.EFFECTIVE)
    effective = order.last.at

    await order.past(effective + 2 * DAY)
    await order.past(effective + 3 * DAY)
    await order.until_written(lambda rows: rows[-1].at == effective + 3 * DAY)

    escalated = [each for each in order.written if each.trigger == Trigger.ESCALATE]
    assert [each.at for each in escalated] == [effective + 2 * DAY, effective + 3 * DAY]
    assert {(each.source, each.target) for each in escalated} == {("effective", "effective")}
    assert stage.notices(order.id, "order.purchase_overdue") == 2 * ["provider", "platform"]
    receipt = await order.pull(Trigger.PURCHASE)
    assert receipt.state == State.PURCHASED


@pytest.mark.parametrize(
    ("state", "after", "trigger", "event", "told"),
    [
        pytest.param(
            State.EFFECTIVE, timedelta(hours=36), Trigger.REMIND, "order.purchase_due",
            ["provider"],
            id="purchase", marks=pytest.mark.clause("PSR-8"),
        ),
        pytest.param(
            State.WAREHOUSE_OBJECTION, 3 * DAY, Trigger.ESCALATE, "parcel.objection_unresolved",
            ["provider", "platform"],
            id="objection", marks=pytest.mark.clause("PSR-16"),
        ),
        pytest.param(
            State.STORED, 80 * DAY, Trigger.WARN_OF_CHARGES, "parcel.free_storage_ending",
            ["client"],
            id="free storage", marks=pytest.mark.clause("PSR-7"),
        ),
        pytest.param(
            State.EXPORTED, 30 * DAY, Trigger.ESCALATE, "parcel.transit_overdue",
            ["logistics", "platform"],
            id="transit", marks=pytest.mark.clause("PSR-8"),
        ),
    ],
)  # fmt: skip
async def test_a_wait_that_is_overdue_is_told_of_at_its_instant_and_goes_on(
    stage: Stage, state: State, after: timedelta, trigger: Trigger, event: str, told: list[str]
) -> None:
    order = await _at(stage, state)
    due = order.last.at + after

    await order.past(due)
    last = await order.until_written(lambda rows: rows[-1].trigger == trigger)

    assert (last.source, last.target, last.at) == (state, state, due)
    assert stage.notices(order.id, event) == told


# ---- when nobody was there at the deadline ----------------------------------------------------


async def _deserted(stage: Stage, state: State, *, deadline: timedelta) -> tuple[Order, datetime]:
    """An order whose only worker left, and whose time came to the deadline after that."""
    order = stage.unopened(client=await stage.client(deposit=WHOLE))
    order.task_queue = f"own-{uuid4().hex[:8]}"
    async with stage.worker(order.task_queue):
        await order.open()
        if state != State.REQUESTED:
            await order.reach(state)
    due = order.last.at + deadline
    await order.stranded_at(due)
    return order, due


@pytest.mark.parametrize(("state", "trigger", "target", "clause"), WINDOWS)
async def test_an_act_that_came_with_the_deadline_itself_is_refused_by_its_clause(
    stage: Stage, state: State, trigger: Trigger, target: State, clause: str
) -> None:
    order, due = await _deserted(stage, state, deadline=DAY)
    acting = asyncio.create_task(order.pull(trigger))
    await asyncio.sleep(0.2)

    async with stage.worker(order.task_queue):
        with refused(RefusalCode.TOO_LATE, clause):
            await acting
        struck = await order.until_written(lambda rows: rows[-1].actor_role == Role.CLOCK)

    assert struck.at == due
    assert struck.target != target


@pytest.mark.clause("PSR-8")
async def test_a_reminder_that_nobody_heard_is_written_before_the_act_that_came_after_it(
    stage: Stage,
) -> None:
    order, due = await _deserted(stage, State.EFFECTIVE, deadline=timedelta(hours=36))
    reporting = asyncio.create_task(order.pull(Trigger.REPORT_UNREALIZABLE))
    await asyncio.sleep(0.2)

    async with stage.worker(order.task_queue):
        await reporting

    reminded, reported = order.written[-2:]
    assert (reminded.trigger, reminded.at) == (Trigger.REMIND, due)
    assert reported.trigger == Trigger.REPORT_UNREALIZABLE
    assert reported.at > due


@pytest.mark.clause("PSR-8")
async def test_of_clocks_that_nobody_heard_the_first_due_strikes_first_on_whichever_axis(
    stage: Stage,
) -> None:
    order = stage.unopened(client=await stage.client(deposit=WHOLE))
    order.task_queue = f"own-{uuid4().hex[:8]}"
    async with stage.worker(order.task_queue):
        await order.open()
        await order.reach(State.PURCHASED)
        bought = order.last.at
        await order.dispatched(300)
        sent = order.last.at
    await order.stranded_at(bought + 4 * DAY)
    while await order.now() < sent + 4 * DAY:
        await asyncio.sleep(0.02)
    reporting = asyncio.create_task(order.pull(Trigger.REPORT_PROGRESS))
    await asyncio.sleep(0.2)

    async with stage.worker(order.task_queue):
        await reporting

    struck = [(each.axis, Trigger(each.trigger), each.at) for each in order.written[-3:-1]]
    assert struck == [
        (TableName.FULFILMENT, Trigger.PROMPT, bought + 4 * DAY),
        (TableName.PARCEL, Trigger.PROMPT, sent + 4 * DAY),
    ]
    assert order.last.trigger == Trigger.REPORT_PROGRESS


@pytest.mark.clause("PSR-2-1")
async def test_an_act_that_arrived_in_time_counts_however_long_it_waited_its_turn(
    stage: Stage,
) -> None:
    for _ in range(TRIES_ON_A_SLOW_MACHINE):
        order, due, answer = await _wait_in_turn_past_the_deadline(stage)
        if not isinstance(answer, Refused) and order.last.recorded_at > due:
            break

    assert isinstance(answer, Receipt)
    assert answer.state == State.ACCEPTED
    assert order.triggers == ["request", "choose-logistics", "accept"]
    assert answer.at < due < order.last.recorded_at


async def _wait_in_turn_past_the_deadline(
    stage: Stage,
) -> tuple[Order, datetime, Receipt | Refused]:
    """Two acts come with one task, and the first is held until the deadline has passed.

    Less is left than a local activity may take, so that a worker that starts slowly is too late.
    """
    order = stage.unopened(client=await stage.client())
    order.task_queue = f"own-{uuid4().hex[:8]}"
    async with stage.worker(order.task_queue):
        await order.open()
    due = order.last.at + DAY
    writing = Held()
    stage.books.trouble(order.id, Trigger.CHOOSE_LOGISTICS, writing)
    await order.forward_to(due - timedelta(seconds=4))
    first = asyncio.create_task(order.pull(Trigger.CHOOSE_LOGISTICS))
    await asyncio.sleep(0.3)
    second = asyncio.create_task(order.pull(Trigger.ACCEPT))
    await asyncio.sleep(0.3)

    async with stage.worker(order.task_queue):
        await asyncio.to_thread(writing.reached.wait, 2.0)
        await asyncio.sleep(max(0.0, (due - await order.now()).total_seconds()) + 0.2)
        writing.let_go.set()
        _, answer = await asyncio.gather(first, second, return_exceptions=True)
    if not isinstance(answer, Receipt | Refused):
        raise answer
    return order, due, answer
