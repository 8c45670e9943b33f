"""Records the history of every course anew, on real servers: `make histories`, by hand.

Names of courses as arguments record these alone. With an order those of its cases are recorded,
and of all that is beside it.
"""

import asyncio
import logging
import shutil
import sys
import tempfile
from pathlib import Path

from rich.progress import Progress
from temporalio.api.enums.v1 import EventType

from tests.replay import histories
from tests.replay.alone import ALONE
from tests.replay.courses import BESIDE, ORDERS
from tests.replay.driving import drive_alone, drive_order, register_businesses
from tests.workflows.stage import Stage, set_stage

AT_ONCE = 6


async def record(names: list[str]) -> list[str]:
    """Records the courses of these names; histories of courses that there are not go.

    Those are told that are to be recorded again: something came in the middle of a task of theirs,
    which was lost by it.
    """
    folder = Path(tempfile.mkdtemp(prefix="dg-rec-"))
    busy = asyncio.Semaphore(AT_ONCE)
    try:
        async with set_stage(folder / "state") as stage:
            register_businesses(stage)
            with Progress() as progress:
                bar = progress.add_task("recording", total=len(names))

                async def one(name: str) -> None:
                    async with busy:
                        await _record_one(stage, name)
                    progress.advance(bar)

                async with asyncio.TaskGroup() as group:
                    for name in names:
                        group.create_task(one(name))
    finally:
        shutil.rmtree(folder)
    for name in set(histories.recorded()) - {*ORDERS, *BESIDE, *ALONE}:
        histories.path_of(name).unlink()
    return [name for name in names if _has_lost_a_task(name)]


async def _record_one(stage: Stage, name: str) -> None:
    if name in ORDERS:
        driven = await drive_order(stage, ORDERS[name])
        for beside, handle in zip(ORDERS[name].beside, driven.beside, strict=True):
            histories.write(beside, await handle.fetch_history())
    else:
        driven = await drive_alone(stage, ALONE[name])
    histories.write(name, await driven.handle.fetch_history())


def _has_lost_a_task(name: str) -> bool:
    events = histories.read(name).events
    return any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED for event in events)


if __name__ == "__main__":
    # Counterparties that stay silent are asked for days: each time is a warning.
    logging.getLogger("temporalio").setLevel(logging.ERROR)
    if again := asyncio.run(record(sys.argv[1:] or [*ORDERS, *ALONE])):
        sys.exit(f"record these again: {' '.join(again)}")
