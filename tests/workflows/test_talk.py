"""What is said on an order: requirements, questions, opinions; and what ends with the order."""

import asyncio
from datetime import timedelta

import pytest

from daigou.domain import commands
from daigou.domain.money import ZERO
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.domain.screening import Finding, Verdict
from tests.workflows.stage import WHOLE, Order, Stage, refused
from tests.workflows.troubled_books import Held

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TWO_SECONDS_A_DAY = 43_200
"""A silent counterparty is asked every half hour: skipping through a day of that takes longer."""

IN_DOUBT = Finding(
    rule=1, verdict=Verdict.DOUBTFUL, matched="blade", reason="knife", clause="PSR-14"
)


# ---- requirements -----------------------------------------------------------------------------


@pytest.mark.clause("PSR-3-1")
async def test_a_requirement_that_is_not_answered_does_not_bind_from_its_instant(
    stage: Stage,
) -> None:
    order = await stage.order()
    required = await order.pull(Trigger.REQUIRE)
    await order.reach(State.EFFECTIVE)

    await order.past(required.at + DAY)
    lapsed = await order.until_written(lambda rows: rows[-1].axis == TableName.REQUIREMENT)
    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-3-1"):
        await order.pull(Trigger.AGREE_REQUIREMENT)

    assert (lapsed.trigger, lapsed.target, lapsed.at) == ("lapse", "declined", required.at + DAY)
    assert await order.seen() == {"effective"}


@pytest.mark.clause("PSR-3-1")
@pytest.mark.clause("PSR-3-2")
async def test_requirements_are_agreed_or_declined_each_by_its_name(stage: Stage) -> None:
    order = await stage.order()
    one, two = [(await order.pull(Trigger.REQUIRE)).item for _ in range(2)]

    with refused(RefusalCode.WHICH_ITEM, "PSR-3-1"):
        await order.pull(Trigger.AGREE_REQUIREMENT)
    agreed = await order.pull(Trigger.AGREE_REQUIREMENT, item=one)
    await order.accepted()
    await order.pull(Trigger.DECLINE_REQUIREMENT)
    refusal = commands.Refuse(reason=commands.RefusalReason.REQUIREMENT, requirement=one)
    with refused(RefusalCode.REASON_NOT_ALLOWED, "PSR-3-2"):
        await order.pull(Trigger.REFUSE, refusal)
    refusal = commands.Refuse(reason=commands.RefusalReason.REQUIREMENT, requirement=two)
    ended = await order.pull(Trigger.REFUSE, refusal)

    assert (agreed.state, agreed.order_state) == (State.AGREED, State.REQUESTED)
    assert ended.state == State.REFUSED


# ---- questions --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-26")
async def test_a_question_is_escalated_every_day_until_it_is_answered(stage: Stage) -> None:
    order = await stage.order()
    await order.reach(State.STORED)
    asked = await order.pull(Trigger.ASK_QUESTION)

    await order.past(asked.at + 3 * DAY)
    await order.until_written(lambda rows: rows[-1].at == asked.at + 3 * DAY)
    await order.pull(Trigger.ANSWER_QUESTION)
    await order.forward(5 * DAY)

    assert order.struck(TableName.QUESTION) == [
        (Trigger.ESCALATE, asked.at + days * DAY) for days in (1, 2, 3)
    ]
    assert stage.notices(order.id, "question.unanswered") == 3 * ["provider", "platform"]
    assert order.last.trigger == Trigger.ANSWER_QUESTION


@pytest.mark.clause("PSR-20")
async def test_an_opinion_is_given_and_changes_nothing(stage: Stage) -> None:
    order = await stage.order()
    await order.reach(State.STORED)

    given = await order.pull(Trigger.GIVE_OPINION)

    assert (given.state, given.order_state) == (State.GIVEN, State.STORED)
    assert stage.notices(order.id, "opinion.given") == ["client", "provider"]


# ---- goods in doubt ---------------------------------------------------------------------------


@pytest.mark.clause("PSR-14")
async def test_goods_in_doubt_wait_for_a_person_and_then_for_the_provider_its_whole_time(
    stage: Stage,
) -> None:
    order = await stage.order(findings=(IN_DOUBT,))
    requested = order.last.at

    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-2-1"):
        await order.pull(Trigger.ACCEPT)
    await order.past(requested + DAY)
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.ESCALATE)
    permitted = await order.pull(Trigger.PERMIT_GOODS)
    accepted = await order.pull(Trigger.ACCEPT)

    assert order.struck() == [(Trigger.ESCALATE, requested + DAY)]
    assert (permitted.state, permitted.due) == (State.REQUESTED, permitted.at + DAY)
    assert accepted.state == State.ACCEPTED


@pytest.mark.clause("PSR-2-1")
@pytest.mark.clause("PSR-14")
async def test_goods_that_nobody_looks_at_lapse_at_the_instant(stage: Stage) -> None:
    order = await stage.order(findings=(IN_DOUBT,))
    requested = order.last.at

    await order.past(requested + 2 * DAY)
    ending = await order.ending()

    assert (ending.state, ending.at) == (State.LAPSED, requested + 2 * DAY)


# ---- items and the end of their order ---------------------------------------------------------


@pytest.mark.clause("PSR-2-1")
async def test_items_end_with_their_order_and_leave_no_timer(stage: Stage) -> None:
    order = await stage.order()
    await order.pull(Trigger.REQUIRE)
    await order.pull(Trigger.ASK_QUESTION)

    await order.pull(Trigger.REFUSE)
    ending = await order.ending()

    assert (ending.state, ending.transitions) == (State.REFUSED, 4)
    events = await order.events()
    assert events.count("TIMER_STARTED") == events.count("TIMER_CANCELED") == 3


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-26")
async def test_a_refund_outlives_its_order_but_a_question_does_not(stage: Stage) -> None:
    order = await _waiting_for_a_refund(stage)
    ended = order.last

    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-26"):
        await order.pull(Trigger.ANSWER_QUESTION)
    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-26"):
        await order.pull(Trigger.ASK_QUESTION)
    card = await order.card()
    await order.forward(timedelta(seconds=3))
    await order.pull(Trigger.CONFIRM_REFUND, order.outcome(ended.sequence))
    ending = await order.ending()

    assert ended.target == ending.state == State.UNREALIZABLE
    assert order.triggers[-2:] == ["report-unrealizable", "confirm-refund"]
    assert "**Refund" in card
    assert "**Question" not in card


@pytest.mark.clause("PSR-26")
async def test_the_clock_of_a_question_that_waits_while_its_order_ends_does_not_strike(
    stage: Stage,
) -> None:
    order = await stage.order(deposit=ZERO)
    asked = await order.pull(Trigger.ASK_QUESTION)
    await order.accepted()
    # A refund that stays pending keeps the workflow alive after the order's end.
    await order.pay(institution=WHOLE, method="pm_ok_refund_silent")
    writing = Held()
    stage.books.trouble(order.id, Trigger.REPORT_UNREALIZABLE, writing)
    await order.forward_to(asked.at + DAY - timedelta(seconds=3))

    ending = asyncio.create_task(order.pull(Trigger.REPORT_UNREALIZABLE))
    while await order.now() < asked.at + DAY + timedelta(seconds=0.3):
        await asyncio.sleep(0.05)
    writing.let_go.set()
    ended = await ending
    await order.forward(HOUR)

    assert ended.state == State.UNREALIZABLE
    assert order.struck(TableName.QUESTION) == []
    assert "**Question" not in await order.card()


async def _waiting_for_a_refund(stage: Stage) -> Order:
    order = await stage.order(deposit=ZERO, time_scale=TWO_SECONDS_A_DAY)
    await order.reach(State.ACCEPTED)
    await order.pay(institution=WHOLE, method="pm_ok_refund_silent")
    await order.pull(Trigger.ASK_QUESTION, by=Role.CLIENT)
    await order.pull(Trigger.REPORT_UNREALIZABLE)
    return order
