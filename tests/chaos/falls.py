"""Owns the run in which workers die by their own hand: one road a point of death, many at once."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from daigou.ledger.audit import audit
from daigou.ledger.engine import make_engine
from daigou.ledger.queries import Queries
from daigou.simulator.counterparties import SimulatedCounterparties, simulated_counterparties
from daigou.stack import Part, Stack, StackOptions, free_port
from gateway.app import create_app
from gateway.backend import Backend
from tests.chaos.roads import accounts, cases, chargebacks, orders
from tests.chaos.roads.road import TIME_SCALE, Record, Walk
from tests.chaos.town import Edge, Town, recharge

AT_ONCE = 18
"""How many walk at once: with more workers than that, none is in time for anything."""
STOP_SECONDS_MAX = 10
WAIT_SECONDS_MAX = 60

ROADS = {
    road.name: road for road in (*orders.ROADS, *cases.ROADS, *accounts.ROADS, *chargebacks.ROADS)
}
"""Every road on which money moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """One worker's death, on a task queue of its own."""

    road: str
    point: str

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.road}: {self.point}"

    @property
    def queue(self) -> str:
        """The task queue, whose one worker dies at the point."""
        return self.name.replace(": ", ".").replace("/", ".").replace(" ", ".")

    @property
    def is_short(self) -> bool:
        """Whether the short form has it; the long tests have them all."""
        return self.point in ROADS[self.road].short


FALLS = tuple(Fall(road=road.name, point=point) for road in ROADS.values() for point in road.points)


@dataclass
class Nursery:
    """The process that keeps a worker on each queue. `deaths` says of which signal each died."""

    process: asyncio.subprocess.Process
    deaths: dict[str, str] = field(default_factory=dict)

    async def listen(self) -> None:
        """Hears of deaths, until the process ends."""
        if self.process.stdout is None:
            raise RuntimeError("nobody listens to the nursery")
        async for line in self.process.stdout:
            queue, _, how = line.decode().strip().partition(" died of ")
            self.deaths.setdefault(queue, how)


async def record_falls(falls: tuple[Fall, ...]) -> Record:
    """Lets a worker die at each point, and tells what became of everyone's money."""
    folder = Path(tempfile.mkdtemp(prefix="dg-c-", dir="/tmp"))
    options = StackOptions(
        state_dir=folder / "state",
        parts={Part.DATABASE, Part.TEMPORAL},
        temporal_port=free_port(),
        ui_port=None,
        time_scale=TIME_SCALE,
        durable=False,
    )
    try:
        async with AsyncExitStack() as exits:
            stack = await exits.enter_async_context(Stack(options))
            outside = await exits.enter_async_context(simulated_counterparties(stack.database_url))
            engine = make_engine(stack.database_url, connections_max=4)
            exits.callback(engine.dispose)
            backend = Backend(database_url=stack.database_url)
            exits.push_async_callback(backend.close)
            town, told = Town(engine), dict[str, Record]()
            for first in range(0, len(falls), AT_ONCE):
                wave = falls[first : first + AT_ONCE]
                async with _nursery(stack, folder / "nursery.log", wave) as nursery:
                    scene = _Scene(stack, town, Queries(engine), backend, outside)
                    told |= await _walk(scene, nursery, wave)
            return {"falls": told, **await _reckon(engine, outside)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _nursery(stack: Stack, log: Path, falls: tuple[Fall, ...]) -> AsyncIterator[Nursery]:
    points = {fall.queue: fall.point for fall in falls} | {"calm": ""}
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.chaos.doomed",
            json.dumps(points),
            env=stack.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    nursery = Nursery(process)
    listening = asyncio.create_task(nursery.listen())
    try:
        yield nursery
    finally:
        # The workers are of its group: they go with it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
        await listening


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where everybody walks."""

    stack: Stack
    town: Town
    books: Queries
    backend: Backend
    outside: SimulatedCounterparties

    def edge(self, queue: str, **changes: Any) -> Edge:
        """A gateway that has the workers of a queue do the work."""
        settings = self.stack.settings.model_copy(update={"task_queue": queue, **changes})
        return Edge(create_app(settings, backend=self.backend))

    def walk(self, fall: Fall) -> Walk:
        """The way of a new client."""
        return Walk(
            number=FALLS.index(fall),
            town=self.town,
            client=self.town.new_client(),
            edge=self.edge(fall.queue),
            hasty=self.edge(fall.queue, time_scale=ROADS[fall.road].time_scale),
            books=self.books,
            institution=self.outside.payment_institution,
        )


async def _walk(scene: _Scene, nursery: Nursery, falls: tuple[Fall, ...]) -> dict[str, Record]:
    walks = {fall: scene.walk(fall) for fall in falls}
    # Nobody dies there: its first answer says that the workers are up.
    calm = scene.edge("calm", update_wait_seconds_max=WAIT_SECONDS_MAX)
    await asyncio.gather(
        *(
            recharge(calm, walk.client, orders.RECHARGE_FEN)
            for fall, walk in walks.items()
            if fall.road != "recharge"
        )
    )
    async with asyncio.TaskGroup() as group:
        told = {
            fall: group.create_task(ROADS[fall.road].walked(walk)) for fall, walk in walks.items()
        }
    return {
        fall.name: {**task.result(), "died_of": nursery.deaths.get(fall.queue, "nothing")}
        for fall, task in told.items()
    }


async def _reckon(engine: Engine, outside: SimulatedCounterparties) -> Record:
    """What everybody's books say in the end."""
    statement = await outside.payment_institution.statement()
    bought = await outside.seller_platform.orders()
    report = await asyncio.to_thread(audit, engine)
    balances = await asyncio.to_thread(Queries(engine).account_balances)
    return {
        "institution": [
            [line.reference, line.kind, line.amount.amount, line.standing]
            for line in statement.lines
        ],
        "sellers": [[order.reference, order.price.amount, order.standing] for order in bought],
        "ledger": {each.account: each.balance.amount for each in balances},
        "audit": {"ok": report.ok, "says": str(report)},
    }
