"""How what was collected goes back: to the deposit, through the institution, or both."""

from datetime import timedelta

import pytest

from daigou.domain.commands import Line, LineCode
from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode
from tests.workflows.stage import STORAGE, WHOLE, Order, Stage, refused

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
TWO_SECONDS_A_DAY = 43_200
"""A silent counterparty is asked every half hour: skipping through three days takes longer."""

FROM_DEPOSIT = Money(231_23)
CAPTURED = Money(1_000_00)


async def _unrealizable(stage: Stage, method: str, *lines: Line, time_scale: int = 1) -> Order:
    order = await stage.order(deposit=FROM_DEPOSIT, time_scale=time_scale)
    await order.accepted(*lines)
    more = sum((line.amount for line in lines), start=CAPTURED)
    await order.pay(deposit=FROM_DEPOSIT, institution=more, method=method)
    await order.pull(Trigger.REPORT_UNREALIZABLE)
    return order


@pytest.mark.clause("PSR-9")
async def test_what_the_deposit_paid_goes_back_to_it_at_once(stage: Stage) -> None:
    order = await stage.order()
    await order.reach(State.EFFECTIVE)

    await order.pull(Trigger.REPORT_UNREALIZABLE)
    ending = await order.ending()

    assert (ending.state, ending.transitions) == (State.UNREALIZABLE, 4)
    assert order.deposit == WHOLE
    assert stage.movements(order.id) == []


@pytest.mark.clause("PSR-9")
async def test_what_the_institution_captured_goes_back_through_it(stage: Stage) -> None:
    order = await stage.order(deposit=ZERO)
    await order.reach(State.ACCEPTED)
    await order.pay(institution=WHOLE, method="pm_ok")

    await order.pull(Trigger.REPORT_UNREALIZABLE)
    ending = await order.ending()

    assert ending.state == State.UNREALIZABLE
    assert (order.last.trigger, order.last.target) == ("confirm-refund", "refunded")
    assert await stage.moved(order.id, "refund") == [WHOLE]
    assert (order.deposit, order.held("refund_transit")) == (ZERO, ZERO)


@pytest.mark.clause("PSR-9")
async def test_what_came_from_both_goes_back_to_both(stage: Stage) -> None:
    order = await _unrealizable(stage, "pm_ok")

    await order.ending()

    assert order.deposit == FROM_DEPOSIT
    assert await stage.moved(order.id, "refund") == [CAPTURED]
    assert stage.movements(order.id) == [("capture", "done"), ("refund", "done")]


@pytest.mark.clause("PSR-7")
@pytest.mark.clause("PSR-9")
async def test_a_third_partys_line_is_not_refunded(stage: Stage) -> None:
    before = stage.balance(f"third_party:{STORAGE}")
    unloading = Line(
        code=LineCode.STORAGE_FEE, label="unloading", amount=Money(20_00), collector=STORAGE
    )

    order = await _unrealizable(stage, "pm_ok", unloading)
    await order.ending()

    assert await stage.moved(order.id, "capture") == [CAPTURED + Money(20_00)]
    assert await stage.moved(order.id, "refund") == [CAPTURED]
    assert stage.balance(f"third_party:{STORAGE}") - before == Money(20_00)


@pytest.mark.clause("PSR-9")
async def test_a_refund_that_the_institution_cannot_pay_is_credited_to_the_deposit(
    stage: Stage,
) -> None:
    order = await _unrealizable(stage, "pm_ok_refund_fails")

    await order.ending()

    assert (order.last.trigger, order.last.target) == ("fail-refund", "credited")
    assert order.deposit == WHOLE
    assert await stage.moved(order.id, "refund") == []
    assert stage.notices(order.id, "order.refund_credited") == ["client"]


@pytest.mark.clause("PSR-9")
@pytest.mark.parametrize(
    "method", ["pm_ok_refund_pending", "pm_ok_refund_timeout", "pm_ok_refund_unheard"]
)
async def test_a_refund_of_unknown_outcome_is_asked_about_and_paid_once(
    stage: Stage, method: str
) -> None:
    order = await _unrealizable(stage, method)

    await order.forward(5 * MINUTE)
    await order.ending()

    assert order.last.target == State.REFUNDED
    assert await stage.moved(order.id, "refund") == [CAPTURED]


@pytest.mark.clause("PSR-9")
async def test_a_silent_refund_is_escalated_and_told_of_by_the_institution_in_person(
    stage: Stage,
) -> None:
    order = await _unrealizable(stage, "pm_ok_refund_silent", time_scale=TWO_SECONDS_A_DAY)
    unrealizable = order.last

    escalated = await order.until_written(lambda rows: rows[-1].trigger == Trigger.ESCALATE)
    with refused(RefusalCode.WRONG_REFERENCE, "PSR-9"):
        await order.pull(Trigger.CONFIRM_REFUND, order.outcome(5), item="ord_other/5")
    receipt = await order.pull(
        Trigger.CONFIRM_REFUND,
        order.outcome(unrealizable.sequence),
        item=f"{order.id}/{unrealizable.sequence}",
    )
    ending = await order.ending()

    assert escalated.at == unrealizable.at + 3 * DAY / TWO_SECONDS_A_DAY
    assert stage.notices(order.id, "order.refund_overdue") == ["platform"]
    assert receipt.state == State.REFUNDED
    # The order itself ended long ago; its workflow waited for the refund.
    assert (ending.state, ending.transitions) == (State.UNREALIZABLE, order.last.sequence)


@pytest.mark.clause("PSR-9")
async def test_a_silent_refund_that_fails_after_all_is_credited(stage: Stage) -> None:
    order = await _unrealizable(stage, "pm_ok_refund_silent")
    sequence = order.last.sequence

    receipt = await order.pull(
        Trigger.FAIL_REFUND, order.outcome(sequence), item=f"{order.id}/{sequence}"
    )

    assert receipt.state == State.CREDITED
    assert order.deposit == WHOLE
