"""The database fails before, after and for long: nothing is lost and nothing is done twice."""

from datetime import UTC, datetime, timedelta

import pytest

from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, Trigger
from tests.workflows.stage import ROAD, WHOLE, Stage
from tests.workflows.troubled_books import answer_lost, down

EVERY_STEP = (*(trigger for _, trigger in ROAD), Trigger.RECORD_PURCHASE)
SECOND = timedelta(seconds=1)


@pytest.mark.clause("UA-1-8")
async def test_a_payment_whose_commit_is_not_heard_of_is_found_and_not_made_again(
    stage: Stage,
) -> None:
    order = await stage.order(deposit=WHOLE + WHOLE)
    await order.reach(State.ACCEPTED)
    stage.books.trouble(order.id, Trigger.PAY, answer_lost)

    receipt = await order.pull(Trigger.PAY)

    assert receipt.state == State.EFFECTIVE
    assert stage.books.tries[order.id, Trigger.PAY] == 2
    assert order.triggers == ["request", "accept", "pay"]
    assert order.deposit == WHOLE
    assert order.held("escrow") == Money(1_230_00)


async def test_a_road_on_which_every_answer_is_lost_once_ends_as_any_other(stage: Stage) -> None:
    order = await stage.order()
    for trigger in EVERY_STEP:
        stage.books.trouble(order.id, trigger, answer_lost)
    bank = stage.balance("bank")

    await order.reach(State.RECEIVED)

    # Eleven acts, and the order's own steps that followed from five of the parcel's.
    assert [each.sequence for each in order.written] == list(range(1, 17))
    assert order.triggers.count(Trigger.FOLLOW_PARCELS) == 5
    assert len(stage.transactions(order.id)) == 11
    assert all(stage.books.tries[order.id, trigger] == 2 for trigger in EVERY_STEP)
    assert (order.deposit, order.held("escrow"), order.held("fee_held")) == (ZERO, ZERO, ZERO)
    assert stage.balance("bank") - bank == Money(1_230_00)
    assert await stage.bought(order.id) == [Money(1_230_00)]


async def test_a_short_failure_is_got_over_locally(stage: Stage) -> None:
    order = await stage.order()
    stage.books.trouble(order.id, Trigger.ACCEPT, down, down)

    receipt = await order.pull(Trigger.ACCEPT)

    assert receipt.state == State.ACCEPTED
    assert await order.ordinary_activities() == []


async def test_a_longer_failure_is_waited_for_where_support_can_see_it(stage: Stage) -> None:
    order = await stage.order()
    stage.books.trouble(order.id, Trigger.ACCEPT, down, down, down)

    receipt = await order.pull(Trigger.ACCEPT)

    assert receipt.state == State.ACCEPTED
    assert await order.ordinary_activities() == ["commit"]
    assert order.triggers == ["request", "accept"]


async def test_a_step_that_was_written_in_the_last_local_try_is_found_by_the_ordinary_one(
    stage: Stage,
) -> None:
    order = await stage.order()
    await order.reach(State.ACCEPTED)
    stage.books.trouble(order.id, Trigger.PAY, down, down, answer_lost)

    receipt = await order.pull(Trigger.PAY)

    assert receipt.state == State.EFFECTIVE
    assert await order.ordinary_activities() == ["commit"]
    assert (order.triggers.count(Trigger.PAY), order.deposit) == (1, ZERO)


async def test_an_order_is_opened_though_the_database_fails_at_first(stage: Stage) -> None:
    order = stage.unopened(client=await stage.client())
    stage.books.trouble(order.id, Trigger.REQUEST, down, answer_lost, down)

    receipt = await order.open()

    assert receipt.state == State.REQUESTED
    assert order.triggers == ["request"]


@pytest.mark.clause("PSR-2-1")
async def test_a_deadline_that_is_written_late_keeps_its_instant(stage: Stage) -> None:
    order = await stage.order()
    due = order.last.at + timedelta(days=1)
    stage.books.trouble(order.id, Trigger.LAPSE, *(5 * [down]))

    await order.past(due)
    await order.forward(10 * SECOND)
    ending = await order.ending()

    assert (ending.state, ending.at) == (State.LAPSED, due)
    assert order.last.recorded_at >= due
    assert stage.books.tries[order.id, Trigger.LAPSE] == 6


async def test_a_capture_waits_for_the_database_and_moves_money_once(stage: Stage) -> None:
    order = await stage.order(deposit=ZERO)
    await order.reach(State.ACCEPTED)
    stage.books.unreadable(order.id, times=1)

    receipt = await order.pay(institution=WHOLE, method="pm_ok")
    await order.forward(timedelta(minutes=2))
    await order.until(State.EFFECTIVE)

    assert receipt.state == State.PAYING
    assert await stage.moved(order.id, "capture") == [WHOLE]


async def test_an_outcome_that_cannot_be_written_at_once_is_written_later(stage: Stage) -> None:
    order = await stage.order(deposit=ZERO)
    await order.reach(State.ACCEPTED)
    stage.books.trouble(order.id, Trigger.CONFIRM_PAYMENT, down, down, down, answer_lost)

    receipt = await order.pay(institution=WHOLE, method="pm_ok")
    await order.forward(10 * SECOND)
    last = await order.until(State.EFFECTIVE)

    assert receipt.state == State.EFFECTIVE
    assert last.recorded_at <= datetime.now(UTC) + timedelta(days=1)
    assert order.triggers == ["request", "accept", "pay", "confirm-payment"]
    assert await stage.moved(order.id, "capture") == [WHOLE]
