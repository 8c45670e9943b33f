"""A case beside its order on the real engine: its clocks, its order's clocks, its own history."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus

from daigou.domain import commands
from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, TableName, Trigger
from daigou.domain.refusals import RefusalCode
from tests.workflows.stage import Order, Stage, refused
from workflows import messages

PRICE = Money(1_230_00)
"""What the seller was paid: goods and freight."""
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

ASK = commands.Noted()
ALL_BACK = commands.SellerConsent(refund=PRICE)


async def at(stage: Stage, state: State) -> Order:
    order = await stage.order()
    await order.reach(state)
    return order


# ---- what the order's own clocks do ------------------------------------------------------------


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.clause("PSR-12-3")
async def test_what_is_not_bought_is_granted_at_once_and_settled_by_the_terms_at_the_instant(
    stage: Stage,
) -> None:
    order = await at(stage, State.EFFECTIVE)
    granted = await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    assert granted.state == State.SETTLING
    due = granted.at + 3 * DAY

    await order.just_before(due)
    before = order.triggers[-1]
    await order.past(due + MINUTE)
    await order.until(State.CANCELLED)

    assert before == Trigger.REMIND
    assert order.struck(TableName.CANCELLATION) == [
        (Trigger.REMIND, granted.at + 2 * DAY),
        (Trigger.SETTLE_BY_DEFAULT, due),
    ]
    assert order.deposit == PRICE
    assert order.held("escrow") == order.held("fee_held") == ZERO
    assert (await order.ending()).state == State.CANCELLED


@pytest.mark.clause("PSR-12-1-A")
async def test_while_it_is_open_the_provider_does_not_buy_and_is_not_late(stage: Stage) -> None:
    order = await at(stage, State.EFFECTIVE)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)

    with refused(RefusalCode.CASE_OPEN, "PSR-12-1-A"):
        await order.pull(Trigger.PURCHASE)
    with refused(RefusalCode.CASE_OPEN, "PSR-12-1-A"):
        await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    running = order.clocks
    await order.forward(2 * DAY + timedelta(hours=12))

    assert running == {}
    assert order.struck() == []


@pytest.mark.clause("PSR-12-1-B")
async def test_a_seller_that_refuses_gives_the_order_back_its_clocks_with_what_they_had_left(
    stage: Stage,
) -> None:
    order = await at(stage, State.PURCHASED)
    before = order.clocks
    await order.forward(DAY)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    stopped = order.last.at
    await order.forward(DAY)

    answer = await order.pull(Trigger.REFUSE_CANCELLATION, commands.Noted())
    stood_still = order.last.at - stopped
    after = order.clocks

    assert (answer.state, answer.order_state) == (State.REFUSED, State.PURCHASED)
    assert stood_still >= DAY
    assert after == {term: due + stood_still for term, due in before.items()}


@pytest.mark.clause("PSR-12-1-B")
async def test_a_silent_seller_is_escalated_and_counts_as_refusing_at_the_instant(
    stage: Stage,
) -> None:
    order = await at(stage, State.PURCHASED)
    asked = await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    due = asked.at + 5 * DAY

    await order.past(due + MINUTE)
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.FOLLOW_CASE)

    assert order.struck(TableName.CANCELLATION) == [
        (Trigger.ESCALATE, asked.at + 2 * DAY),
        (Trigger.DEEM_REFUSED, due),
    ]
    assert stage.read_model(order.id).state == State.PURCHASED


@pytest.mark.clause("PSR-12-5")
async def test_terms_are_the_clients_to_take_until_the_instant(stage: Stage) -> None:
    taken, missed = await at(stage, State.PURCHASED), await at(stage, State.PURCHASED)
    terms = commands.SellerConsent(refund=Money(1_000_00), penalty=Money(20_00))
    for order in (taken, missed):
        await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    offered = await taken.pull(Trigger.CONSENT_TO_CANCELLATION, terms)
    lapses = await missed.pull(Trigger.CONSENT_TO_CANCELLATION, terms)
    assert offered.due is not None
    assert lapses.due is not None

    await taken.just_before(offered.due)
    accepted = await taken.pull(Trigger.ACCEPT_TERMS)
    await missed.past(lapses.due + MINUTE)
    await missed.until_written(lambda rows: rows[-1].trigger == Trigger.FOLLOW_CASE)

    assert accepted.state == State.AWAITING_REFUND
    assert missed.struck(TableName.CANCELLATION) == [(Trigger.LAPSE, lapses.due)]
    assert stage.read_model(missed.id).state == State.PURCHASED


@pytest.mark.clause("PSR-12-2")
async def test_the_period_ends_at_its_instant(stage: Stage) -> None:
    order = await at(stage, State.STORED)
    effective = next(each.at for each in order.written if each.target == State.EFFECTIVE)
    until = effective + 30 * DAY

    await order.just_before(until)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    await order.pull(Trigger.WITHDRAW_CANCELLATION, commands.Noted())
    await order.end_stories()
    await order.past(until)

    with refused(RefusalCode.TOO_LATE, "PSR-12-2"):
        await order.pull(Trigger.REQUEST_CANCELLATION, ASK)


# ---- customs against consent ---------------------------------------------------------------------


@pytest.mark.clause("PSR-12-7")
async def test_customs_that_clear_first_end_the_case_and_the_consent_comes_too_late(
    stage: Stage,
) -> None:
    order = await at(stage, State.STORED)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)

    await order.pull(Trigger.CLEAR_CUSTOMS)
    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-12-1-B"):
        await order.pull(Trigger.CONSENT_TO_CANCELLATION, ALL_BACK)
    with refused(RefusalCode.CUSTOMS_CLEARED, "PSR-12-7"):
        await order.pull(Trigger.REQUEST_CANCELLATION, ASK)

    assert stage.transactions(order.id)[-1] == [
        Trigger.CLEAR_CUSTOMS,
        Trigger.FOLLOW_PARCELS,
        Trigger.FOLLOW_ORDER,
        Trigger.FOLLOW_CASE,
    ]
    assert stage.read_model(order.id).state == State.EXPORTED


@pytest.mark.clause("PSR-12-7")
async def test_a_consent_that_comes_first_is_overtaken_by_customs_all_the_same(
    stage: Stage,
) -> None:
    order = await at(stage, State.STORED)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    await order.pull(Trigger.CONSENT_TO_CANCELLATION, ALL_BACK)

    await order.pull(Trigger.CLEAR_CUSTOMS)

    assert State.OVERTAKEN in stage.read_model(order.id).items.values()
    assert stage.read_model(order.id).state == State.EXPORTED


# ---- its own workflow --------------------------------------------------------------------------


async def test_an_order_goes_on_though_its_cases_history_was_ended_by_hand(stage: Stage) -> None:
    order = await at(stage, State.PURCHASED)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    story = await order.story()
    await story.terminate("by hand")

    await order.pull(Trigger.CONSENT_TO_CANCELLATION, ALL_BACK)
    await order.pull(
        Trigger.RECORD_CANCELLATION_REFUND,
        commands.CaseRefund(amount=PRICE, external_ref="sr_1"),
    )
    ended_as = (await order.settle()).order_state

    assert (await story.describe()).status == WorkflowExecutionStatus.TERMINATED
    assert ended_as == State.CANCELLED
    assert (await order.ending()).state == State.CANCELLED


async def test_a_case_keeps_its_own_clock_and_tells_its_order_when_it_strikes(
    stage: Stage,
) -> None:
    # A day lasts two and a half seconds: nothing is skipped, the clocks run.
    order = await stage.order(time_scale=34_560)
    await order.reach(State.PURCHASED)
    asked = await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    story = await order.story()

    last = await order.until_written(
        lambda rows: (
            rows[-1].target == State.REFUSED
            or (rows[-1].trigger == Trigger.FOLLOW_CASE and rows[-2].target == State.REFUSED)
        )
    )
    events = [
        event.workflow_execution_signaled_event_attributes.signal_name
        for event in (await order.handle.fetch_history()).events
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]

    assert order.struck(TableName.CANCELLATION)[-1] == (
        Trigger.DEEM_REFUSED,
        asked.at + 5 * DAY / 34_560,
    )
    assert messages.STRIKE in events
    assert last.recorded_at - last.at < timedelta(seconds=30)
    assert (await story.result())["state"] == State.REFUSED
