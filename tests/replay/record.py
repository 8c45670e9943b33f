"""Records the history of every course anew, on real servers: `make histories`, by hand.

Names of courses as arguments record these alone.
"""

import asyncio
import logging
import shutil
import sys
import tempfile
from pathlib import Path

from rich.progress import Progress

from tests.replay import histories
from tests.replay.courses import ORDERS, RECHARGES
from tests.replay.driving import drive_order, drive_recharge, register_businesses
from tests.workflows.stage import Stage, set_stage

AT_ONCE = 6


async def record(names: list[str]) -> None:
    """Records the courses of these names; histories of courses that there are not go."""
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
    for name in set(histories.recorded()) - {*ORDERS, *RECHARGES}:
        histories.path_of(name).unlink()


async def _record_one(stage: Stage, name: str) -> None:
    if name in ORDERS:
        driven = await drive_order(stage, ORDERS[name])
    else:
        driven = await drive_recharge(stage, RECHARGES[name])
    histories.write(name, await driven.handle.fetch_history())


if __name__ == "__main__":
    # Counterparties that stay silent are asked for days: each time is a warning.
    logging.getLogger("temporalio").setLevel(logging.ERROR)
    asyncio.run(record(sys.argv[1:] or [*ORDERS, *RECHARGES]))
