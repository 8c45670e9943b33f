"""How an order and a recharge come to be, and how they do not."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError

from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode
from tests.workflows.stage import Order, Stage, refused

MINUTE = timedelta(minutes=1)


@pytest.mark.clause("PSR-1-1")
@pytest.mark.clause("PSR-1-2")
async def test_a_request_is_written_before_its_caller_hears_of_it(stage: Stage) -> None:
    order = stage.unopened(client=await stage.client())

    receipt = await order.open()

    (requested,) = order.written
    assert (receipt.state, receipt.sequence, receipt.next_actor) == ("requested", 1, "provider")
    assert receipt.at == requested.at
    assert receipt.due == requested.at + timedelta(days=1)


@pytest.mark.clause("UA-1-1")
async def test_a_client_without_the_agreement_opens_no_order_and_may_try_again_once_it_has(
    stage: Stage,
) -> None:
    client = await stage.client(agreed=False)
    order = stage.unopened(client=client)

    with refused(RefusalCode.NOT_REGISTERED, "UA-1-1"):
        await order.open()
    with pytest.raises(WorkflowFailureError):
        await order.handle.result()
    nothing = order.written
    stage.registry.accept_agreement(party=client, version="2026-11", agreed_at=datetime.now(UTC))
    receipt = await order.open()

    assert nothing == []
    assert receipt.state == State.REQUESTED
    assert order.triggers == ["request"]


@pytest.mark.clause("UA-1-1")
async def test_a_client_whom_nobody_knows_opens_no_order(stage: Stage) -> None:
    order = stage.unopened(client="cli_nobody")

    with refused(RefusalCode.NOT_REGISTERED, "UA-1-1"):
        await order.open()

    assert order.written == []


@pytest.mark.clause("PSR-14")
async def test_a_request_for_prohibited_goods_never_comes_to_be(stage: Stage) -> None:
    order = stage.unopened(client=await stage.client(), category="wildlife")

    with refused(RefusalCode.PROHIBITED_GOODS, "PSR-14"):
        await order.open()

    description = await _described(order)
    assert description == WorkflowExecutionStatus.FAILED
    assert order.written == []


async def _described(order: Order) -> WorkflowExecutionStatus | None:
    with pytest.raises(WorkflowFailureError):
        await order.handle.result()
    return (await order.handle.describe()).status


async def test_an_order_cannot_be_opened_twice(stage: Stage) -> None:
    order = stage.unopened(client=await stage.client())
    await order.open()

    again = await order.open()

    assert again.sequence == 1
    assert order.triggers == ["request"]


# ---- recharges --------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-8")
async def test_a_captured_recharge_is_in_the_deposit_when_its_caller_hears_of_it(
    stage: Stage,
) -> None:
    client = await stage.client()
    recharge = stage.recharge(client=client, amount=Money(500_00))

    receipt = await recharge.open()
    ending = await recharge.ending()

    assert receipt.state == ending.state == State.CREDITED
    assert stage.balance(f"deposit:{client}") == Money(500_00)
    assert await stage.moved(recharge.id, "capture") == [Money(500_00)]


@pytest.mark.clause("UA-1-8")
async def test_a_declined_recharge_leaves_the_deposit_as_it_was(stage: Stage) -> None:
    client = await stage.client()
    recharge = stage.recharge(client=client, amount=Money(500_00), payment_method="pm_declined")

    receipt = await recharge.open()

    assert receipt.state == State.DECLINED
    assert stage.balance(f"deposit:{client}") == ZERO


@pytest.mark.clause("UA-1-8")
@pytest.mark.parametrize(
    "method", ["pm_pending_then_ok", "pm_timeout_then_ok", "pm_timeout_then_unheard"]
)
async def test_a_recharge_whose_outcome_is_unknown_is_credited_once_it_is_known(
    stage: Stage, method: str
) -> None:
    client = await stage.client()
    recharge = stage.recharge(client=client, amount=Money(500_00), payment_method=method)

    receipt = await recharge.open()
    await recharge.forward(5 * MINUTE)
    ending = await recharge.ending()

    assert receipt.state in {State.DUE, State.CREDITED}
    assert ending.state == State.CREDITED
    assert stage.balance(f"deposit:{client}") == Money(500_00)
    assert await stage.moved(recharge.id, "capture") == [Money(500_00)]


@pytest.mark.clause("UA-1-8")
async def test_a_recharge_of_which_nothing_is_heard_is_told_by_the_institution(
    stage: Stage,
) -> None:
    client = await stage.client()
    recharge = stage.recharge(client=client, amount=Money(500_00), payment_method="pm_silent")
    receipt = await recharge.open()

    told = await recharge.pull(Trigger.CONFIRM_RECHARGE, recharge.outcome(1))

    assert (receipt.state, told.state) == (State.DUE, State.CREDITED)
    assert (await recharge.ending()).state == State.CREDITED
    assert stage.balance(f"deposit:{client}") == Money(500_00)
