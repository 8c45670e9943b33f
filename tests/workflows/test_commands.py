"""Commands that come twice, late, at once, or not at all: each counts once or not."""

import asyncio

import pytest
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from daigou.domain import commands
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.steps import Receipt
from tests.workflows.stage import WHOLE, Stage, refused
from tests.workflows.troubled_books import Held


async def test_the_same_command_twice_is_answered_twice_and_done_once(stage: Stage) -> None:
    order = await stage.order()

    first = await order.pull(Trigger.ACCEPT, command_id="key-1")
    second = await order.pull(Trigger.ACCEPT, command_id="key-1")

    assert first == second
    assert order.triggers == ["request", "accept"]


async def test_a_command_sent_again_after_the_order_went_on_hears_its_own_answer(
    stage: Stage,
) -> None:
    order = await stage.order()
    first = await order.pull(Trigger.ACCEPT, command_id="key-1")
    await order.pull(Trigger.PAY)

    again = await order.pull(Trigger.ACCEPT, command_id="key-1")

    assert again == first
    assert again.state == State.ACCEPTED


@pytest.mark.clause("UA-1-8")
async def test_a_payment_sent_again_under_another_update_is_not_made_twice(stage: Stage) -> None:
    order = await stage.order(deposit=WHOLE + WHOLE)
    await order.reach(State.EFFECTIVE)
    paid = order.last.command_id

    again = await order.pull(Trigger.PAY, command_id=paid, update_id="another")

    assert (again.state, again.at) == (State.EFFECTIVE, order.last.at)
    assert order.triggers.count(Trigger.PAY) == 1
    assert order.deposit == WHOLE


async def test_a_command_that_stays_in_its_state_is_not_written_twice_under_another_update(
    stage: Stage,
) -> None:
    order = await stage.order()
    first = await order.pull(Trigger.CHOOSE_LOGISTICS, command_id="key-1")

    again = await order.pull(Trigger.CHOOSE_LOGISTICS, command_id="key-1", update_id="another")

    assert again == first
    assert order.triggers == ["request", "choose-logistics"]


async def test_a_command_that_its_caller_gave_up_is_applied_later_and_found_by_its_key(
    stage: Stage,
) -> None:
    order = await stage.order()
    writing = Held()
    stage.books.trouble(order.id, Trigger.ACCEPT, writing)
    with pytest.raises(WorkflowUpdateRPCTimeoutOrCancelledError):
        await asyncio.wait_for(order.pull(Trigger.ACCEPT, command_id="key-1"), timeout=0.3)

    writing.let_go.set()
    later = await order.pull(Trigger.ACCEPT, command_id="key-1")

    assert later.state == State.ACCEPTED
    assert order.triggers == ["request", "accept"]


@pytest.mark.clause("PSR-2-1")
async def test_of_commands_that_race_for_one_state_just_one_wins(stage: Stage) -> None:
    order = await stage.order()

    outcomes = await asyncio.gather(
        *(order.pull(trigger) for trigger in 4 * (Trigger.ACCEPT, Trigger.REFUSE)),
        return_exceptions=True,
    )

    won = [outcome for outcome in outcomes if isinstance(outcome, Receipt)]
    lost = [outcome for outcome in outcomes if not isinstance(outcome, Receipt)]
    assert len(won) == 1
    assert order.triggers == ["request", order.last.trigger]
    assert won[0].state == order.last.target
    # Who comes to an order that has ended hears so from the engine; the gateway looks up why.
    assert all(isinstance(each, Refused | RPCError) or _is_closed(each) for each in lost)


@pytest.mark.clause("PSR-2-2")
@pytest.mark.clause("UA-1-8")
async def test_of_payments_that_race_just_one_is_taken(stage: Stage) -> None:
    order = await stage.order(deposit=Money(5 * WHOLE.amount))
    await order.reach(State.ACCEPTED)

    outcomes = await asyncio.gather(
        *(order.pay(deposit=WHOLE) for _ in range(5)), return_exceptions=True
    )

    won = [outcome for outcome in outcomes if isinstance(outcome, Receipt)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert (len(won), len(lost)) == (1, 4)
    assert {each.clause for each in lost} == {"PSR-2-2"}
    assert order.deposit == Money(4 * WHOLE.amount)
    assert order.held("escrow") == Money(1_230_00)


@pytest.mark.clause("UA-1-8")
async def test_two_orders_that_race_for_one_deposit_do_not_overdraw_it(stage: Stage) -> None:
    client = await stage.client(deposit=WHOLE)
    orders = [stage.unopened(client=client) for _ in range(2)]
    for order in orders:
        await order.open()
        await order.reach(State.ACCEPTED)

    outcomes = await asyncio.gather(
        *(order.pay(deposit=WHOLE) for order in orders), return_exceptions=True
    )

    codes = sorted(each.code for each in outcomes if isinstance(each, Refused))
    assert codes == [RefusalCode.DEPOSIT_TOO_SMALL]
    assert orders[0].deposit == ZERO
    assert sorted(order.last.target for order in orders) == ["accepted", "effective"]


@pytest.mark.clause("PSR-2-1")
async def test_a_refused_command_costs_no_history(stage: Stage) -> None:
    order = await stage.order()
    before = len(await order.events())

    with refused(RefusalCode.NOT_YOUR_ROLE, "PSR-2-1"):
        await order.pull(Trigger.ACCEPT, by=Role.CLIENT)

    assert len(await order.events()) == before
    assert order.triggers == ["request"]


@pytest.mark.clause("PSR-5")
async def test_logistics_can_be_chosen_up_to_the_payment_and_not_paid_without(
    stage: Stage,
) -> None:
    order = await stage.order(logistics=None)
    await order.reach(State.ACCEPTED)

    with refused(RefusalCode.NO_LOGISTICS_CHOSEN, "PSR-5"):
        await order.pull(Trigger.PAY)
    await order.pull(Trigger.CHOOSE_LOGISTICS)
    receipt = await order.pull(Trigger.PAY)

    assert receipt.state == State.EFFECTIVE


async def test_a_command_that_changes_no_deadline_leaves_the_timer_alone(stage: Stage) -> None:
    order = await stage.order()
    before = await order.events()

    await order.pull(Trigger.CHOOSE_LOGISTICS)
    await order.pull(Trigger.LIMIT_PRICE_DRIFT)

    more = (await order.events())[len(before) :]
    assert "WORKFLOW_EXECUTION_UPDATE_COMPLETED" in more
    assert [each for each in more if each.startswith("TIMER")] == []


@pytest.mark.clause("PSR-2-2")
async def test_what_the_books_refuse_leaves_the_order_as_it_was(stage: Stage) -> None:
    order = await stage.order()
    await order.reach(State.ACCEPTED)

    with refused(RefusalCode.PART_PAYMENT, "PSR-2-2"):
        await order.pay(deposit=WHOLE - Money(1))
    receipt = await order.pay(deposit=WHOLE)

    assert receipt.state == State.EFFECTIVE
    assert [each.sequence for each in order.written] == [1, 2, 3]


@pytest.mark.clause("UA-1-8")
async def test_a_deposit_that_is_too_small_pays_nothing(stage: Stage) -> None:
    order = await stage.order(deposit=WHOLE - Money(1))
    await order.reach(State.ACCEPTED)

    with refused(RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8"):
        await order.pay(deposit=WHOLE)

    assert order.deposit == WHOLE - Money(1)
    assert order.last.target == State.ACCEPTED


async def test_nothing_but_the_tables_ends_an_order(stage: Stage) -> None:
    order = await stage.order()

    await order.handle.cancel()
    receipt = await order.pull(Trigger.ACCEPT)

    assert receipt.state == State.ACCEPTED


@pytest.mark.clause("PSR-6")
@pytest.mark.clause("PSR-7")
async def test_a_line_that_names_no_collector_is_refused_and_the_next_try_is_taken(
    stage: Stage,
) -> None:
    order = await stage.order()
    storage_fee = commands.Line(
        code=commands.LineCode.STORAGE_FEE,
        label="unloading",
        amount=Money(20_00),
        collector=order.request.provider,
    )

    with refused(RefusalCode.LINE_NOT_ALLOWED, "PSR-7"):
        await order.accepted(storage_fee)
    receipt = await order.accepted()

    assert receipt.state == State.ACCEPTED


def _is_closed(error: object) -> bool:
    return "AcceptedUpdateCompletedWorkflow" in repr(getattr(error, "cause", ""))
