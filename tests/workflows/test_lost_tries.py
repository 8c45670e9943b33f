"""A step was written by a try of which the history never heard: the order takes it over."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from daigou.domain import commands
from daigou.domain.clocks import Timing, clocks_after
from daigou.domain.commands import Command, Plain
from daigou.domain.ids import PartyId
from daigou.domain.lifecycle import FULFILMENT, PARCEL
from daigou.domain.lifecycle.table import Row, Table
from daigou.domain.money import ZERO, Money
from daigou.domain.order import CLOCK, State, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.domain.steps import Step
from daigou.domain.terms import current
from tests.domain.samples import command_of
from tests.workflows.stage import WHO, WHOLE, Order, Stage, refused
from workflows.messages import CATCH_UP

DAY = timedelta(days=1)
EARLIER = timedelta(seconds=9)
"""So long ago the lost try was made."""


def _write_as_if_lost(
    stage: Stage, order: Order, trigger: Trigger, command: Command, *, to: State
) -> Step:
    """Writes the order's next step into the books alone, behind the back of its workflow."""
    row = _row(FULFILMENT, order.last.target, trigger, to)
    step = _step(order, FULFILMENT, row, command, sequence=order.last.sequence + 1)
    stage.books.commit((step,))
    return step


def _write_parcels_as_if_lost(
    stage: Stage, order: Order, parcel: str, trigger: Trigger, *, to: State
) -> tuple[Step, ...]:
    """Writes the next step of an order's only parcel, and the order's own that follows from it."""
    standing, sequence = stage.read_model(order.id), order.last.sequence
    source = standing.items.get(parcel, State.NEW)
    moved = _row(PARCEL, source, trigger, to)
    follows = _row(FULFILMENT, standing.state, Trigger.FOLLOW_PARCELS, to)
    steps = (
        _step(order, PARCEL, moved, command_of(trigger), sequence=sequence + 1, item=parcel),
        replace(
            _step(order, FULFILMENT, follows, Plain(), sequence=sequence + 2),
            actor=order.actor(WHO[trigger]) if trigger in WHO else CLOCK,
            command_id=f"{order.id}/{sequence + 1}/followed",
        ),
    )
    stage.books.commit(steps)
    return steps


def _row(table: Table, source: str, trigger: Trigger, target: State) -> Row:
    return next(row for row in table.rows_from(State(source), trigger) if row.target == target)


def _step(
    order: Order, table: Table, row: Row, command: Command, *, sequence: int, item: str = ""
) -> Step:
    at = order.last.at + timedelta(milliseconds=1)
    ended = row.target in table.ends
    return Step(
        subject=order.id,
        sequence=sequence,
        table=table.name,
        item=item,
        trigger=row.trigger,
        source=row.source,
        target=row.target,
        clause=row.clause,
        actor=order.actor(WHO[row.trigger]) if row.trigger in WHO else CLOCK,
        command=command,
        command_id="key-1",
        at=at,
        recorded_at=at,
        terms_version=current().version,
        clocks=clocks_after(
            table=table,
            state=row.target,
            struck=None,
            known=(),
            timing=Timing(terms=current(), country="KR"),
            at=at,
        ),
        next_actor=None if ended else table.wait(row.target).next_actor,
        variant=table.variant(row),
    )


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

    with refused(RefusalCode.REASON_NOT_ALLOWED, "PSR-3-2"):
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


# ---- two steps in one transaction -------------------------------------------------------------


async def test_a_parcels_command_again_finds_its_step_and_the_orders(stage: Stage) -> None:
    order, parcel = await _exported(stage)
    deliver, _ = _write_parcels_as_if_lost(
        stage, order, parcel, Trigger.DELIVER, to=State.DELIVERED
    )
    await order.forward(EARLIER)

    receipt = await order.pull(Trigger.DELIVER, command_id="key-1")

    assert (receipt.state, receipt.order_state, receipt.at) == (
        "delivered",
        "delivered",
        deliver.at,
    )
    assert order.triggers[-2:] == ["deliver", "follow-parcels"]
    assert await order.seen() == {"delivered"}


@pytest.mark.clause("PSR-17-1")
async def test_a_command_refused_for_a_parcels_lost_step_finds_the_orders_step_as_well(
    stage: Stage,
) -> None:
    order, parcel = await _exported(stage)
    _write_parcels_as_if_lost(stage, order, parcel, Trigger.DELIVER, to=State.DELIVERED)

    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-17-1"):
        await order.pull(Trigger.DELIVER, command_id="key-2")
    seen = await order.seen()
    receipt = await order.pull(Trigger.CONFIRM_RECEIPT)

    assert seen == {"delivered"}
    assert receipt.state == State.RECEIVED
    assert order.triggers[-3:] == ["deliver", "follow-parcels", "confirm-receipt"]


async def test_a_parcel_opened_by_a_lost_try_is_the_orders_and_its_clock_runs(
    stage: Stage,
) -> None:
    order = await stage.order()
    await order.reach(State.PURCHASED)
    parcel = f"{order.id}/{order.last.sequence + 1}"
    received, _ = _write_parcels_as_if_lost(
        stage, order, parcel, Trigger.WAREHOUSE_RECEIPT, to=State.WAREHOUSED
    )

    asked = await order.pull(Trigger.ASK_QUESTION)
    await order.pull(Trigger.ANSWER_QUESTION)
    await order.past(received.at + DAY)
    stored = await order.until(State.STORED)

    assert (asked.order_state, asked.sequence) == (State.WAREHOUSED, received.sequence + 2)
    assert (stored.at, stage.read_model(order.id).items[parcel]) == (received.at + DAY, "stored")


async def test_a_clock_that_finds_two_lost_steps_instead_does_not_strike(stage: Stage) -> None:
    order = await stage.order()
    await order.reach(State.WAREHOUSED)
    (parcel,) = stage.read_model(order.id).items
    due = order.last.at + DAY
    _write_parcels_as_if_lost(
        stage, order, parcel, Trigger.OBJECT_TO_GOODS, to=State.WAREHOUSE_OBJECTION
    )

    await order.past(due)
    await order.until(State.WAREHOUSE_OBJECTION)
    receipt = await order.pull(Trigger.RESOLVE_OBJECTION)

    assert (receipt.state, receipt.order_state) == (State.STORED, State.STORED)
    assert Trigger.END_DUTY not in order.triggers
    assert order.held("fee_held") == ZERO


async def test_a_seller_refund_by_a_lost_try_is_paid_through_the_institution_once(
    stage: Stage,
) -> None:
    order = await stage.order(deposit=ZERO)
    await order.reach(State.ACCEPTED)
    await order.pay(institution=WHOLE, method="pm_ok")
    await order.pull(Trigger.PURCHASE)
    parcel = await order.dispatched(100)
    await order.pull(Trigger.REPORT_LOST)
    back = commands.SellerRefund(goods=Money(400_00), freight=ZERO, external_ref="sr_1")
    row = _row(PARCEL, State.LOST, Trigger.RECORD_SELLER_REFUND, State.RETURNED)
    step = _step(order, PARCEL, row, back, sequence=order.last.sequence + 1, item=parcel)
    stage.books.commit((step,))

    receipt = await order.pull(Trigger.RECORD_SELLER_REFUND, back, command_id="key-1")
    await order.until(State.REFUNDED)

    assert (receipt.state, receipt.order_state) == (State.RETURNED, State.PURCHASED)
    assert await stage.moved(order.id, "refund") == [Money(400_40)]


# ---- whoever made the lost try never comes again ----------------------------------------------


async def test_a_command_of_one_who_saw_the_lost_steps_is_judged_by_them(stage: Stage) -> None:
    order, parcel = await _exported(stage)
    steps = _write_parcels_as_if_lost(stage, order, parcel, Trigger.DELIVER, to=State.DELIVERED)

    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-18-2"):
        await order.pull(Trigger.CONFIRM_RECEIPT)
    receipt = await order.pull(Trigger.CONFIRM_RECEIPT, seen=steps[-1].sequence)

    assert receipt.state == State.RECEIVED
    assert order.triggers[-3:] == ["deliver", "follow-parcels", "confirm-receipt"]


async def test_what_the_lost_steps_forbid_is_refused_by_them(stage: Stage) -> None:
    order = await stage.order()
    lost = _write_as_if_lost(stage, order, Trigger.ACCEPT, commands.Accept(), to=State.ACCEPTED)

    with refused(RefusalCode.REASON_NOT_ALLOWED, "PSR-3-2"):
        await order.pull(Trigger.REFUSE, seen=lost.sequence)

    assert await order.seen() == {"accepted"}
    assert order.triggers == ["request", "accept"]


async def test_a_workflow_that_is_told_to_catch_up_makes_the_call_that_is_due(
    stage: Stage,
) -> None:
    order = await stage.order(deposit=ZERO)
    await order.reach(State.ACCEPTED)
    pay = commands.Pay(from_institution=WHOLE, payment_method="pm_ok")
    _write_as_if_lost(stage, order, Trigger.PAY, pay, to=State.PAYING)

    await order.handle.signal(CATCH_UP)
    await order.until(State.EFFECTIVE)

    assert await stage.moved(order.id, "capture") == [WHOLE]
    assert order.triggers[-2:] == ["pay", "confirm-payment"]


async def test_there_may_be_nothing_to_catch_up_with(stage: Stage) -> None:
    order = await stage.order()

    await order.handle.signal(CATCH_UP)
    receipt = await order.pull(Trigger.ACCEPT, seen=order.last.sequence)

    assert receipt.state == State.ACCEPTED
    assert order.triggers == ["request", "accept"]


async def test_books_that_do_not_answer_are_asked_again(stage: Stage) -> None:
    order = await stage.order()
    lost = _write_as_if_lost(stage, order, Trigger.ACCEPT, commands.Accept(), to=State.ACCEPTED)
    stage.books.unreadable(order.id, times=4)

    receipt = await order.pull(Trigger.PAY, seen=lost.sequence)

    assert receipt.state == State.EFFECTIVE
    assert order.triggers == ["request", "accept", "pay"]


# ---- a row that gave way ----------------------------------------------------------------------


@pytest.mark.clause("PSR-10-2")
async def test_a_row_that_gave_way_in_a_lost_try_stands_though_the_deposit_could_pay_now(
    stage: Stage,
) -> None:
    order = await stage.order(drift_limit=commands.DriftLimit(any=True))
    await order.reach(State.EFFECTIVE)
    dearer = commands.ActualPrice(
        goods=Money(1_300_00), freight=order.request.freight, quantity=300
    )
    _write_as_if_lost(stage, order, Trigger.REPORT_PRICE, dearer, to=State.AWAITING_TOP_UP)
    await stage.recharge(client=order.request.client, amount=WHOLE).open()

    async with asyncio.timeout(4):
        receipt = await order.pull(Trigger.REPORT_PRICE, dearer, command_id="key-1")

    assert receipt.state == State.AWAITING_TOP_UP
    assert order.deposit == WHOLE


async def _exported(stage: Stage) -> tuple[Order, str]:
    order = await stage.order()
    await order.reach(State.EXPORTED)
    (parcel,) = stage.read_model(order.id).items
    return order, parcel
