"""A step was written by a try of which the history never heard: the order takes it over."""

from datetime import timedelta

import pytest

from daigou.domain import commands
from daigou.domain.clocks import Timing, clocks_after
from daigou.domain.commands import Command
from daigou.domain.ids import PartyId
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.money import ZERO
from daigou.domain.order import CLOCK, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.domain.steps import Step
from daigou.domain.terms import current
from tests.workflows.stage import WHO, WHOLE, Order, Stage, refused

DAY = timedelta(days=1)
EARLIER = timedelta(seconds=9)
"""So long ago the lost try was made."""


def _write_as_if_lost(
    stage: Stage, order: Order, trigger: Trigger, command: Command, *, to: State
) -> Step:
    """Writes the order's next step into the books alone, behind the back of its workflow."""
    last = order.last
    at = last.at + timedelta(milliseconds=1)
    rows = FULFILMENT.rows_from(State(last.target), trigger)
    row = next(row for row in rows if row.target == to)
    step = Step(
        subject=order.id,
        sequence=last.sequence + 1,
        table=TableName.FULFILMENT,
        item="",
        trigger=trigger,
        source=row.source,
        target=row.target,
        clause=row.clause,
        actor=order.actor(WHO[trigger]) if trigger in WHO else CLOCK,
        command=command,
        command_id="key-1",
        at=at,
        recorded_at=at,
        terms_version=current().version,
        clocks=clocks_after(
            table=FULFILMENT,
            state=row.target,
            struck=None,
            known=(),
            timing=Timing(terms=current(), country="KR"),
            at=at,
        ),
        next_actor=FULFILMENT.wait(row.target).next_actor,
    )
    stage.books.commit((step,))
    return step


async def test_the_same_command_again_finds_its_work_and_the_first_moment_counts(
    stage: Stage,
) -> None:
    order = await stage.order()
    lost = _write_as_if_lost(stage, order, Trigger.ACCEPT, commands.Accept(), to=State.ACCEPTED)
    await order.forward(EARLIER)

    receipt = await order.pull(Trigger.ACCEPT, command_id="key-1")

    assert (receipt.state, receipt.at) == (State.ACCEPTED, lost.at)
    assert receipt.due == lost.at + DAY, "the due moment shown is the one that fires"
    assert order.triggers == ["request", "accept"]


@pytest.mark.clause("PSR-2-1")
async def test_another_command_is_judged_by_what_was_written(stage: Stage) -> None:
    order = await stage.order()
    _write_as_if_lost(stage, order, Trigger.ACCEPT, commands.Accept(), to=State.ACCEPTED)

    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-2-1"):
        await order.pull(Trigger.REFUSE)
    receipt = await order.pull(Trigger.PAY)

    assert receipt.state == State.EFFECTIVE
    assert order.triggers == ["request", "accept", "pay"]


@pytest.mark.clause("PSR-2-1")
@pytest.mark.clause("PSR-2-2")
async def test_a_deadline_that_an_act_had_met_does_not_strike(stage: Stage) -> None:
    order = await stage.order()
    lost = _write_as_if_lost(stage, order, Trigger.ACCEPT, commands.Accept(), to=State.ACCEPTED)

    # What the workflow takes for the end of the acceptance window shows it that the order was
    # accepted; what ends then is the payment window.
    await order.past(lost.at + DAY)
    ending = await order.ending()

    assert order.triggers == ["request", "accept", "lapse"]
    assert (ending.state, ending.at) == (State.LAPSED, lost.at + DAY)


@pytest.mark.clause("PSR-2-2")
async def test_a_payment_that_was_written_in_time_counts_though_it_is_heard_of_too_late(
    stage: Stage,
) -> None:
    order = await stage.order()
    await order.reach(State.ACCEPTED)
    pay = commands.Pay(from_deposit=WHOLE)
    _write_as_if_lost(stage, order, Trigger.PAY, pay, to=State.EFFECTIVE)
    await order.past(order.written[1].at + DAY)

    receipt = await order.pull(Trigger.PAY, pay, command_id="key-1")

    assert receipt.state == State.EFFECTIVE
    assert order.deposit == ZERO
    assert order.triggers == ["request", "accept", "pay"]


async def test_a_logistics_provider_chosen_by_a_lost_try_is_the_orders(stage: Stage) -> None:
    order = await stage.order(logistics=None)
    chosen = commands.ChooseLogistics(logistics=PartyId("log_sino"))
    _write_as_if_lost(stage, order, Trigger.CHOOSE_LOGISTICS, chosen, to=State.REQUESTED)

    await order.pull(Trigger.ACCEPT)
    receipt = await order.pull(Trigger.PAY)

    assert receipt.state == State.EFFECTIVE
    assert order.triggers == ["request", "choose-logistics", "accept", "pay"]


@pytest.mark.clause("UA-1-8")
async def test_a_capture_intended_by_a_lost_try_is_made_once(stage: Stage) -> None:
    order = await stage.order(deposit=ZERO)
    await order.reach(State.ACCEPTED)
    pay = commands.Pay(from_institution=WHOLE, payment_method="pm_ok")
    _write_as_if_lost(stage, order, Trigger.PAY, pay, to=State.PAYING)

    receipt = await order.pull(Trigger.PAY, pay, command_id="key-1")

    assert receipt.state == State.EFFECTIVE
    assert await stage.moved(order.id, "capture") == [WHOLE]
