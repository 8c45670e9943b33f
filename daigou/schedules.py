"""Owns the schedules in Temporal: they equal the table of sweeps, and a sweep runs by hand as well.

What operators may change stays theirs: a schedule that was paused stays paused.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleDescription,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
    WorkflowExecutionStatus,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from daigou.domain.sweeps import SWEEPS, Sweep, SweepName, Swept
from workflows.sweeps import SWEEP

PREFIX = "sweep/"
RUN_MAX = timedelta(minutes=30)
"""With a worker or without one: then it has failed, where staff see it."""
CATCH_UP_MAX = timedelta(minutes=1)
"""After an outage each sweep runs once, not once for each time that it missed."""


class Change(StrEnum):
    """What became of a schedule."""

    CREATED = "created"
    UPDATED = "updated"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A schedule as Temporal has it."""

    id: str
    every: timedelta | None
    paused: bool
    note: str
    next_run: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The last run of a sweep, on schedule or by hand; `closed` is None while it is under way."""

    status: str
    started: datetime
    closed: datetime | None


async def set_up_schedules(
    client: Client,
    *,
    task_queue: str,
    time_scale: int,
    sweeps: Iterable[Sweep] = tuple(SWEEPS.values()),
) -> Mapping[str, Change]:
    """Has the schedules equal the table; may be run any number of times, by several at once."""
    wanted = {
        schedule_id(sweep.name): _schedule(sweep, task_queue=task_queue, time_scale=time_scale)
        for sweep in sweeps
    }
    changes = {id_: await _ensure(client, id_, schedule) for id_, schedule in wanted.items()}
    async for id_ in _ids(client):
        if id_ not in wanted and await _remove(client, id_):
            changes[id_] = Change.REMOVED
    return changes


async def show_schedules(client: Client) -> tuple[Scheduled, ...]:
    """The schedules of sweeps as they stand, by their ids."""
    found = []
    async for id_ in _ids(client):
        if (described := await _describe(client, id_)) is not None:
            found.append(_shown(described))
    return tuple(sorted(found, key=lambda each: each.id))


async def sweep_by_hand(client: Client, sweep: SweepName, *, task_queue: str) -> Swept:
    """Runs a sweep now, and waits for it. Who asks meanwhile waits for the same run.

    Raises:
        WorkflowFailureError: it could not be run to its end.
    """
    handle = await client.start_workflow(
        SWEEP,
        sweep.value,
        id=f"{schedule_id(sweep)}-by-hand",
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        execution_timeout=RUN_MAX,
        static_summary=SWEEPS[sweep].says,
        result_type=Swept,
    )
    swept: Swept = await handle.result()
    return swept


async def last_run(client: Client, sweep: SweepName) -> LastRun | None:
    """The newest run of a sweep that Temporal still knows."""
    query = f'WorkflowType = "{SWEEP}" AND WorkflowId STARTS_WITH "{schedule_id(sweep)}-"'
    async for run in client.list_workflows(query, page_size=1, limit=1):
        status = run.status or WorkflowExecutionStatus.RUNNING
        return LastRun(status=status.name.lower(), started=run.start_time, closed=run.close_time)
    return None


def schedule_id(sweep: SweepName) -> str:
    """The schedule of a sweep; its runs are `{this}-{when}`, those by hand `{this}-by-hand`."""
    return f"{PREFIX}{sweep}"


def _schedule(sweep: Sweep, *, task_queue: str, time_scale: int) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            SWEEP,
            sweep.name.value,
            id=schedule_id(sweep.name),
            task_queue=task_queue,
            execution_timeout=RUN_MAX,
            static_summary=sweep.says,
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=sweep.every_at(time_scale))]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP_MAX),
        state=ScheduleState(note=f"{sweep.says} · {sweep.severity}"),
    )


async def _ensure(client: Client, id_: str, wanted: Schedule) -> Change:
    found = await _describe(client, id_)
    if found is None:
        try:
            await client.create_schedule(id_, wanted)
        except ScheduleAlreadyRunningError:
            # Another set-up was quicker, and read the same table.
            return Change.UNCHANGED
        return Change.CREATED
    if await _same(client, found, wanted):
        return Change.UNCHANGED

    def update(before: ScheduleUpdateInput) -> ScheduleUpdate:
        state = before.description.schedule.state
        kept = replace(wanted.state, paused=state.paused)
        if state.paused:
            kept.note = state.note
        return ScheduleUpdate(schedule=replace(wanted, state=kept))

    await client.get_schedule_handle(id_).update(update)
    return Change.UPDATED


async def _same(client: Client, found: ScheduleDescription, wanted: Schedule) -> bool:
    schedule = found.schedule
    note = wanted.state.note if schedule.state.paused else schedule.state.note
    return (await _facts(client, schedule), note) == (
        await _facts(client, wanted),
        wanted.state.note,
    )


async def _facts(client: Client, schedule: Schedule) -> tuple[Any, ...]:
    action = schedule.action
    if not isinstance(action, ScheduleActionStartWorkflow):
        return ()
    return (
        action.workflow,
        await _plain(client, action.args),
        action.id,
        action.task_queue,
        action.execution_timeout,
        *(await _plain(client, [action.static_summary])),
        [interval.every for interval in schedule.spec.intervals],
        schedule.policy.overlap,
        schedule.policy.catchup_window,
    )


async def _plain(client: Client, values: Iterable[Any]) -> list[Any]:
    """The values, of which those that come from Temporal are still encoded."""
    converter = client.data_converter
    return [
        (await converter.decode([value]))[0] if hasattr(value, "metadata") else value
        for value in values
    ]


async def _ids(client: Client) -> AsyncIterator[str]:
    async for found in await client.list_schedules():
        if found.id.startswith(PREFIX):
            yield found.id


async def _describe(client: Client, id_: str) -> ScheduleDescription | None:
    """The schedule, if there is one: Temporal's list may still name those that are gone."""
    try:
        return await client.get_schedule_handle(id_).describe()
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return None


async def _remove(client: Client, id_: str) -> bool:
    try:
        await client.get_schedule_handle(id_).delete()
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True


def _shown(found: ScheduleDescription) -> Scheduled:
    intervals, state = found.schedule.spec.intervals, found.schedule.state
    return Scheduled(
        id=found.id,
        every=intervals[0].every if intervals else None,
        paused=state.paused,
        note=state.note or "",
        next_run=next(iter(found.info.next_action_times), None),
    )
