"""A tip's own workflow: given, had back or earned at its instant, and given back all the same."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from daigou.domain import commands
from daigou.domain.commands import TipGrounds
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode
from tests.replay.replaying import workers_replayer
from tests.workflows.beside import BesideOnStage, a_tip, paid_order
from tests.workflows.resetting import reset
from tests.workflows.stage import Stage, refused

DAY = timedelta(days=1)
DUE = "provider:prv_kai"


async def _given(stage: Stage, fen: int = 50_00) -> BesideOnStage:
    tip = a_tip(stage, await paid_order(stage), fen)
    await tip.open()
    return tip


def _deposit(stage: Stage, tip: BesideOnStage) -> Money:
    return stage.balance(f"deposit:{tip.parties.client}")


@pytest.mark.clause("PSR-21-1")
@pytest.mark.clause("PSR-21-2")
async def test_a_tip_is_had_back_just_before_its_instant(stage: Stage) -> None:
    tip = await _given(stage)
    due = tip.last.at + 30 * DAY
    held = stage.balance(f"tip_held:{tip.id}")
    await tip.just_before(due)

    back = await tip.pull(Trigger.REFUND_TIP, Role.CLIENT)
    ending = await tip.ending()

    assert due - timedelta(minutes=1) < back.at < due
    assert held == Money(50_00)
    assert (ending.state, ending.transitions) == (State.REFUNDED, 2)
    assert tip.struck(TableName.TIP) == []
    assert _deposit(stage, tip) == Money(500_00)


@pytest.mark.clause("PSR-21-1")
@pytest.mark.clause("PSR-21-2")
async def test_at_its_instant_the_clock_wins_and_a_refund_is_too_late(stage: Stage) -> None:
    tip = await _given(stage, 77_01)
    earned, due = stage.balance(DUE), tip.last.at + 30 * DAY

    await tip.past(due)
    await tip.until(State.EARNED)
    with refused(RefusalCode.TOO_LATE, "PSR-21-2"):
        await tip.pull(Trigger.REFUND_TIP, Role.CLIENT)

    assert tip.struck(TableName.TIP) == [(Trigger.EARN_TIP, due)]
    assert stage.balance(DUE) - earned == Money(77_01)
    assert stage.balance(f"tip_held:{tip.id}") == ZERO
    assert _deposit(stage, tip) == Money(500_00 - 77_01)
    assert stage.notices(tip.id, "tip.earned") == ["client", "provider"]


@pytest.mark.clause("PSR-21-2")
async def test_a_provider_gives_back_what_it_need_not(stage: Stage) -> None:
    tip = await _given(stage)
    before, due = stage.balance(DUE), tip.last.at + 30 * DAY
    await tip.past(due)
    await tip.until(State.EARNED)
    await tip.just_before(due + 30 * DAY)

    returned = await tip.pull(Trigger.RETURN_TIP, Role.PROVIDER)

    assert (returned.state, (await tip.ending()).state) == (State.RETURNED, State.RETURNED)
    assert stage.balance(DUE) == before
    assert _deposit(stage, tip) == Money(500_00)


@pytest.mark.clause("PSR-21-2")
async def test_in_the_end_it_is_the_providers_for_good(stage: Stage) -> None:
    tip = await _given(stage)
    due = tip.last.at + 30 * DAY
    await tip.past(due)
    await tip.until(State.EARNED)

    await tip.past(due + 30 * DAY)
    ending = await tip.ending()

    assert (ending.state, ending.at) == (State.CLOSED, due + 30 * DAY)
    assert tip.struck(TableName.TIP) == [
        (Trigger.EARN_TIP, due),
        (Trigger.CLOSE, due + 30 * DAY),
    ]


@pytest.mark.clause("PSR-21-1")
async def test_what_the_books_refuse_never_came_to_be_and_its_id_is_free(stage: Stage) -> None:
    order = await paid_order(stage)
    tip = a_tip(stage, order, 499_99)
    await a_tip(stage, order, 1_00).open()

    with refused(RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8"):
        await a_tip(stage, order, 499_01).open()
    with refused(RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8"):
        await tip.open()
    tip.asked = a_tip(stage, order, 499_00).asked

    assert tip.written == []
    assert (await tip.open()).state == State.HELD


@pytest.mark.clause("PSR-21-1")
async def test_what_its_sender_knew_is_judged_before_anything_is_written(stage: Stage) -> None:
    tip = a_tip(stage, await paid_order(stage))
    tip.asked = commands.Tip(
        order=tip.asked.order, amount=Money(50_00), grounds=TipGrounds(paid=True, given=3)
    )

    with refused(RefusalCode.TOO_MANY_TIPS, "PSR-21-1"):
        await tip.open()

    assert tip.written == []


async def test_staff_find_a_tip_and_read_where_it_stands(stage: Stage) -> None:
    tip = await _given(stage, 77_01)
    held, card = await tip.attributes(), await tip.card()
    await tip.pull(Trigger.REFUND_TIP, Role.CLIENT)
    await tip.ending()

    assert (held["OrderState"], held["NextActor"]) == ("held", "clock")
    assert held["DueAt"] == tip.written[0].at + 30 * DAY
    assert card.startswith("### held\n\nheld; the client has it back on request")
    assert "| held of the tip | ¥77.01 |" in card
    assert "· give-tip: new → held · PSR-21-1" in card
    assert (await tip.attributes())["OrderState"] == "refunded"


async def test_a_tip_that_forgot_what_happened_follows_its_books(stage: Stage) -> None:
    tip = await _given(stage)
    due = tip.last.at + 30 * DAY
    await tip.past(due)
    await tip.until(State.EARNED)
    await reset(stage.env.client, tip.handle.id, forgets=True)

    receipt = await tip.pull(Trigger.RETURN_TIP, Role.PROVIDER, seen=2)

    assert (receipt.state, receipt.sequence) == (State.RETURNED, 3)
    assert _deposit(stage, tip) == Money(500_00)


async def test_the_history_of_a_tip_replays(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    tip = await _given(stage)
    due = tip.last.at + 30 * DAY
    await tip.past(due)
    await tip.until(State.EARNED)
    await tip.past(due + 30 * DAY)
    await tip.ending()

    history = await tip.handle.fetch_history()
    await (await workers_replayer(monkeypatch)).replay_workflow(history)

    assert len(history.events) < 50


@pytest.mark.clause("PSR-21-2")
async def test_a_refund_that_came_with_the_instant_itself_is_refused_and_the_clock_is_written(
    stage: Stage,
) -> None:
    tip = a_tip(stage, await paid_order(stage))
    tip.task_queue = f"own-{uuid4().hex[:8]}"
    async with stage.worker(tip.task_queue):
        await tip.open()
    due = tip.last.at + 30 * DAY
    await tip.stranded_at(due)
    asking = asyncio.create_task(tip.pull(Trigger.REFUND_TIP, Role.CLIENT))
    await asyncio.sleep(0.2)

    async with stage.worker(tip.task_queue):
        with refused(RefusalCode.TOO_LATE, "PSR-21-2"):
            await asking
        struck = await tip.until(State.EARNED)

    assert struck.at == due
    assert _deposit(stage, tip) == Money(450_00)
