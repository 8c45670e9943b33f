"""How what was collected goes back: to the deposit, through the institution, or both."""

from datetime import timedelta

import pytest

from daigou.domain.commands import ActualPrice, Line, LineCode, Outcome
from daigou.domain.ids import MovementRef
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
RISE = Money(100_10)
"""What 1,300.00 of goods cost more than 1,200.00, with the fee on it."""


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

    escalated = await order.until_first(Trigger.ESCALATE)
    with refused(RefusalCode.WRONG_REFERENCE, "PSR-9"):
        await order.pull(Trigger.CONFIRM_REFUND, order.outcome(5), item="ord_other/5")
    receipt = await order.pull(
        Trigger.CONFIRM_REFUND,
        order.outcome(unrealizable.sequence),
        item=f"{order.id}/{unrealizable.sequence}",
    )
    ending = await order.ending()

    assert escalated.at == unrealizable.at + 3 * DAY / TWO_SECONDS_A_DAY
    assert stage.notices(order.id, "order.refund_overdue", escalated) == ["platform"]
    assert receipt.state == State.REFUNDED
    # The order itself ended long ago; its workflow waited for the refund.
    assert (ending.state, ending.transitions) == (State.UNREALIZABLE, order.last.sequence)


# ---- of two captures --------------------------------------------------------------------------


async def _captured_twice(stage: Stage, first: str, second: str) -> Order:
    """An order at 1,330.00 and 1.33, paid by two captures, that turns out unrealizable."""
    order = await stage.order(deposit=ZERO)
    await order.reach(State.ACCEPTED)
    await order.pay(institution=WHOLE, method=first)
    dearer = ActualPrice(goods=Money(1_300_00), freight=Money(30_00), quantity=300)
    await order.pull(Trigger.REPORT_PRICE, dearer)
    await order.pay(institution=RISE, method=second)
    await order.pull(Trigger.REPORT_UNREALIZABLE)
    return order


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-10-2")
async def test_what_two_captures_paid_goes_back_by_a_refund_of_each(stage: Stage) -> None:
    order = await _captured_twice(stage, "pm_ok", "pm_ok")

    ending = await order.ending()

    assert ending.state == State.UNREALIZABLE
    assert sorted(await stage.moved(order.id, "refund"), key=_fen) == [RISE, WHOLE]
    assert stage.movements(order.id) == 2 * [("capture", "done")] + 2 * [("refund", "done")]
    assert order.held("refund_transit") == ZERO
    assert set(stage.read_model(order.id).items.values()) == {State.REFUNDED}


@pytest.mark.clause("PSR-9")
async def test_of_two_silent_refunds_each_is_told_of_by_its_name_and_ends_alone(
    stage: Stage,
) -> None:
    order = await _captured_twice(stage, "pm_ok_refund_silent", "pm_ok_refund_silent")
    latest, first = stage.read_model(order.id).items

    def outcome(reference: str) -> Outcome:
        return Outcome(reference=MovementRef(reference))

    with refused(RefusalCode.WHICH_ITEM, "PSR-9"):
        await order.pull(Trigger.CONFIRM_REFUND, outcome(first))
    with refused(RefusalCode.WRONG_REFERENCE, "PSR-6"):
        await order.pull(Trigger.CONFIRM_REFUND, outcome(first), item=latest)
    await order.pull(Trigger.FAIL_REFUND, outcome(first), item=first)
    between = stage.read_model(order.id).items
    await order.pull(Trigger.CONFIRM_REFUND, outcome(latest))
    await order.ending()

    assert (latest, first) == (f"{order.id}/8", f"{order.id}/8.2")
    assert between == {latest: State.DUE, first: State.CREDITED}
    assert order.deposit == WHOLE
    assert order.held("refund_transit") == ZERO


def _fen(money: Money) -> int:
    return money.amount


@pytest.mark.clause("PSR-9")
async def test_a_silent_refund_that_fails_after_all_is_credited(stage: Stage) -> None:
    order = await _unrealizable(stage, "pm_ok_refund_silent")
    sequence = order.last.sequence

    receipt = await order.pull(
        Trigger.FAIL_REFUND, order.outcome(sequence), item=f"{order.id}/{sequence}"
    )

    assert receipt.state == State.CREDITED
    assert order.deposit == WHOLE
