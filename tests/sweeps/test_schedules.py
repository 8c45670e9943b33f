"""The schedules in Temporal equal the table, however often and by however many they are set up."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client, ScheduleOverlapPolicy
from temporalio.service import RPCError

from daigou.domain.sweeps import SWEEPS, SweepName
from daigou.schedules import (
    Change,
    Scheduled,
    last_run,
    schedule_id,
    set_up_schedules,
    show_schedules,
    sweep_by_hand,
)
from tests.sweeps.house import House
from tests.workflows.stage import TASK_QUEUE

ALL = tuple(SWEEPS.values())
SOME: dict[str, Any] = {"task_queue": TASK_QUEUE, "time_scale": 1}


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    yield house.temporal
    for sweep in SWEEPS:
        with suppress(RPCError):
            await house.temporal.get_schedule_handle(schedule_id(sweep)).delete()
    await _until_shown(house.temporal, 0)


async def test_setting_up_makes_a_schedule_a_sweep_and_again_changes_nothing(
    client: Client,
) -> None:
    first = await set_up_schedules(client, **SOME)
    shown = await _until_shown(client, len(ALL))
    again = await set_up_schedules(client, **SOME)

    assert Counter(first.values()) == {Change.CREATED: len(ALL)}
    assert Counter(again.values()) == {Change.UNCHANGED: len(ALL)}
    assert {each.id: each.every for each in shown} == {
        f"sweep/{sweep.name}": sweep.every for sweep in ALL
    }
    assert all(each.next_run is not None for each in shown)
    books = await client.get_schedule_handle("sweep/books").describe()
    assert books.schedule.policy.overlap == ScheduleOverlapPolicy.SKIP
    assert books.schedule.policy.catchup_window <= timedelta(minutes=1)
    assert (books.schedule.state.note or "").startswith(SWEEPS[SweepName.BOOKS].says)


async def test_several_at_once_set_up_the_same(client: Client) -> None:
    all_changes = await asyncio.gather(*(set_up_schedules(client, **SOME) for _ in range(3)))

    created = Counter(change for changes in all_changes for change in changes.values())
    assert created[Change.CREATED] == len(ALL)
    assert created[Change.REMOVED] == 0


async def test_what_is_no_longer_in_the_table_is_removed(client: Client) -> None:
    await set_up_schedules(client, **SOME)
    await _until_shown(client, len(ALL))

    changes = await set_up_schedules(client, **SOME, sweeps=ALL[1:])

    assert changes[schedule_id(ALL[0].name)] == Change.REMOVED
    assert ALL[0].name not in {each.id for each in await _until_shown(client, len(ALL) - 1)}


async def test_another_interval_another_scale_or_other_words_are_updated(client: Client) -> None:
    await set_up_schedules(client, **SOME, sweeps=ALL[:1])
    id_ = schedule_id(ALL[0].name)
    slower = replace(ALL[0], every=timedelta(hours=1))
    told = replace(slower, says="something else")

    for sweep, scale, every in ((slower, 1, 3600), (told, 1, 3600), (told, 30, 120)):
        changes = await set_up_schedules(
            client, task_queue=TASK_QUEUE, time_scale=scale, sweeps=[sweep]
        )
        found = await client.get_schedule_handle(id_).describe()

        assert changes[id_] == Change.UPDATED
        assert [each.every.total_seconds() for each in found.schedule.spec.intervals] == [every]
        assert sweep.says in (found.schedule.state.note or "")


async def test_a_schedule_that_an_operator_paused_stays_paused(client: Client) -> None:
    await set_up_schedules(client, **SOME, sweeps=ALL[:1])
    handle = client.get_schedule_handle(schedule_id(ALL[0].name))
    await handle.pause(note="while the database is moved")

    unchanged = await set_up_schedules(client, **SOME, sweeps=ALL[:1])
    updated = await set_up_schedules(
        client, **SOME, sweeps=[replace(ALL[0], every=timedelta(hours=1))]
    )

    assert [*unchanged.values(), *updated.values()] == [Change.UNCHANGED, Change.UPDATED]
    state = (await handle.describe()).schedule.state
    assert (state.paused, state.note) == (True, "while the database is moved")


async def test_a_schedule_runs_its_sweep_and_the_run_is_known(client: Client, house: House) -> None:
    order = await house.stage.order()
    await set_up_schedules(client, **SOME)

    await client.get_schedule_handle("sweep/notices").trigger()

    async with asyncio.timeout(20):
        while house.open(SweepName.NOTICES, order.id) != ["order.requested"]:
            await asyncio.sleep(0.05)
        while (run := await last_run(client, SweepName.NOTICES)) is None or run.closed is None:
            await asyncio.sleep(0.05)
    assert run.status == "completed"


async def test_who_asks_by_hand_twice_waits_for_one_run(house: House) -> None:
    both = await asyncio.gather(
        *(sweep_by_hand(house.temporal, SweepName.AUDIT, task_queue=TASK_QUEUE) for _ in range(2))
    )

    assert both[0].found == both[1].found == 0


async def _until_shown(client: Client, count: int) -> tuple[Scheduled, ...]:
    async with asyncio.timeout(20):
        while len(shown := await show_schedules(client)) != count:
            await asyncio.sleep(0.05)
    return shown
