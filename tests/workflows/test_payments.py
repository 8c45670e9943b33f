"""What may become of a payment through the institution, known or not."""

from datetime import timedelta

import pytest

from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode
from tests.workflows.stage import Order, Stage, refused

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FOUR_SECONDS_A_DAY = 21_600
"""A silent counterparty is asked every half hour: skipping through a day of that takes longer."""

FROM_DEPOSIT = Money(231_23)
CAPTURED = Money(1_000_00)


async def _accepted(stage: Stage) -> Order:
    order = await stage.order(deposit=FROM_DEPOSIT)
    await order.reach(State.ACCEPTED)
    return order


@pytest.mark.clause("PSR-2-2")
@pytest.mark.clause("UA-1-8")
async def test_a_captured_payment_takes_effect_before_its_caller_is_answered(
    stage: Stage,
) -> None:
    order = await _accepted(stage)

    receipt = await order.pay(deposit=FROM_DEPOSIT, institution=CAPTURED, method="pm_ok")

    assert receipt.state == State.EFFECTIVE
    assert (order.held("escrow"), order.held("fee_held")) == (Money(1_230_00), Money(1_23))
    assert (order.deposit, order.held("payment_reserved")) == (ZERO, ZERO)
    assert await stage.moved(order.id, "capture") == [CAPTURED]


@pytest.mark.clause("PSR-2-2")
@pytest.mark.clause("UA-1-8")
async def test_a_declined_payment_leaves_the_order_where_it_was_with_its_own_deadline(
    stage: Stage,
) -> None:
    order = await _accepted(stage)
    due = order.last.at + DAY
    await order.forward(HOUR)

    declined = await order.pay(deposit=FROM_DEPOSIT, institution=CAPTURED, method="pm_declined")
    back = order.deposit
    paid = await order.pay(deposit=FROM_DEPOSIT, institution=CAPTURED, method="pm_ok")

    assert (declined.state, declined.due) == (State.ACCEPTED, due)
    assert back == FROM_DEPOSIT
    assert paid.state == State.EFFECTIVE
    assert stage.movements(order.id) == [("capture", "failed"), ("capture", "done")]
    assert await stage.moved(order.id, "capture") == [CAPTURED]


@pytest.mark.clause("PSR-2-2")
@pytest.mark.parametrize(
    "method", ["pm_pending_then_ok", "pm_timeout_then_ok", "pm_timeout_then_unheard"]
)
async def test_a_payment_of_unknown_outcome_is_asked_about_and_captured_once(
    stage: Stage, method: str
) -> None:
    order = await _accepted(stage)

    await order.pay(deposit=FROM_DEPOSIT, institution=CAPTURED, method=method)
    await order.forward(5 * MINUTE)
    last = await order.until(State.EFFECTIVE)

    assert (last.trigger, last.actor_role) == ("confirm-payment", "payment_institution")
    assert order.triggers == ["request", "accept", "pay", "confirm-payment"]
    assert await stage.moved(order.id, "capture") == [CAPTURED]
    assert order.held("escrow") == Money(1_230_00)


async def test_a_caller_is_not_kept_waiting_for_an_answer_that_is_pending(stage: Stage) -> None:
    order = await _accepted(stage)

    receipt = await order.pay(deposit=FROM_DEPOSIT, institution=CAPTURED, method="pm_silent")

    assert (receipt.state, receipt.next_actor) == (State.PAYING, "payment_institution")
    assert receipt.due == order.last.at + DAY
    assert order.held("payment_reserved") == FROM_DEPOSIT


@pytest.mark.clause("PSR-2-2")
@pytest.mark.parametrize("method", ["pm_pending_then_declined", "pm_timeout_then_declined"])
async def test_a_payment_that_turns_out_declined_may_be_made_another_way(
    stage: Stage, method: str
) -> None:
    order = await _accepted(stage)

    await order.pay(deposit=FROM_DEPOSIT, institution=CAPTURED, method=method)
    await order.forward(5 * MINUTE)
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.DECLINE_PAYMENT)
    receipt = await order.pay(deposit=FROM_DEPOSIT, institution=CAPTURED, method="pm_ok")

    assert receipt.state == State.EFFECTIVE
    assert await stage.moved(order.id, "capture") == [CAPTURED]


@pytest.mark.clause("PSR-2-2")
async def test_a_silent_payment_is_told_of_by_the_institution_in_person(stage: Stage) -> None:
    order = await _accepted(stage)
    await order.pay(deposit=FROM_DEPOSIT, institution=CAPTURED, method="pm_silent")

    with refused(RefusalCode.WRONG_REFERENCE, "PSR-6"):
        await order.pull(Trigger.CONFIRM_PAYMENT, order.outcome(2))
    receipt = await order.pull(Trigger.CONFIRM_PAYMENT, order.outcome(3, external_ref="pi_1"))

    assert receipt.state == State.EFFECTIVE
    assert order.held("escrow") == Money(1_230_00)
    assert stage.movements(order.id) == [("capture", "done")]


@pytest.mark.clause("PSR-2-2")
async def test_a_silent_payment_that_the_institution_denies_may_be_made_another_way(
    stage: Stage,
) -> None:
    order = await _accepted(stage)
    await order.pay(deposit=FROM_DEPOSIT, institution=CAPTURED, method="pm_silent")

    denied = await order.pull(Trigger.DECLINE_PAYMENT, order.outcome(3, reason="unknown"))
    paid = await order.pay(deposit=FROM_DEPOSIT, institution=CAPTURED, method="pm_ok")

    assert (denied.state, paid.state) == (State.ACCEPTED, State.EFFECTIVE)
    assert stage.movements(order.id) == [("capture", "failed"), ("capture", "done")]


@pytest.mark.clause("PSR-2-2")
async def test_an_unknown_payment_is_escalated_and_outlives_the_payment_window_but_a_declined_not(
    stage: Stage,
) -> None:
    order = await stage.order(deposit=FROM_DEPOSIT, time_scale=FOUR_SECONDS_A_DAY)
    payment_due = (await order.accepted()).due
    receipt = await order.pay(deposit=FROM_DEPOSIT, institution=CAPTURED, method="pm_silent")

    escalated = await order.until_first(Trigger.ESCALATE)
    await order.pull(Trigger.DECLINE_PAYMENT, order.outcome(3))
    ending = await order.ending()

    assert (escalated.target, escalated.at) == (State.PAYING, receipt.due)
    assert stage.notices(order.id, "order.payment_outcome_unknown", escalated) == ["platform"]
    assert (ending.state, ending.at) == (State.LAPSED, payment_due)
    assert order.deposit == FROM_DEPOSIT
