"""Real servers with a town's orders on them, a worker, and sweeps that have little patience."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import Engine, text
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.finders import Pace
from activities.sweeps import Sweeping
from daigou.domain.sweeps import SweepName, Swept
from daigou.ledger.books import PostgresBooks
from daigou.ledger.engine import make_engine
from daigou.ledger.findings import PostgresFindings
from daigou.ledger.watch import PostgresWatch
from daigou.settings import Settings
from daigou.simulator.counterparties import simulated_counterparties
from daigou.stack import Part, Stack, StackOptions, free_port
from tests.workflows.stage import TASK_QUEUE, Stage, register_parties
from tests.workflows.troubled_books import TroubledBooks
from worker import build_worker
from workflows.sweeps import SWEEP

IMPATIENT = Pace(batch=3, ids_at_once=2, pause_seconds=0.1, grace_least=timedelta(0))
NOBODY = "nobody polls this"
PATIENCE_SECONDS = 20.0
_runs = count(1)


@dataclass(kw_only=True)
class House:
    """The servers, what stands on them, and what the sweeps find there."""

    settings: Settings
    temporal: Client
    engine: Engine
    stage: Stage
    sweeping: Sweeping

    def worker(self, task_queue: str, *, sweeping: Sweeping | None = None) -> Worker:
        """A worker of the product, on a task queue."""
        return build_worker(
            self.temporal,
            task_queue=task_queue,
            books=self.stage.books,
            institution=self.stage.world.payment_institution,
            sellers=self.stage.world.seller_platform,
            sweeping=sweeping or self.sweeping,
        )

    async def sweep(self, name: SweepName | str, *, task_queue: str = TASK_QUEUE) -> Swept:
        """One run of a sweep."""
        swept: Swept = await self.temporal.execute_workflow(
            SWEEP,
            str(name),
            id=f"sweep/{name}-test-{next(_runs)}",
            task_queue=task_queue,
            result_type=Swept,
        )
        return swept

    def open(self, name: SweepName, subject: str) -> list[str]:
        """What a sweep has found amiss with a subject, and still is."""
        return sorted(
            found.detail
            for found in PostgresFindings(self.engine).findings(sweep=name, open=True, limit=500)
            if found.subject == subject
        )

    async def until_found(self, name: SweepName, subject: str, *wanted: str) -> None:
        """Sweeps until exactly that is found amiss with a subject: Temporal's lists lag behind."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            await self.sweep(name)
            if (found := self.open(name, subject)) == sorted(wanted):
                return
            if time.monotonic() > give_up:
                raise TimeoutError(f"{name} finds {found} with {subject}, not {wanted}")
            await asyncio.sleep(0.1)

    def run_sql(self, statement: str, **parameters: Any) -> None:
        """A change of the database by someone who goes around every door."""
        with self.engine.begin() as connection:
            connection.execute(text(statement), parameters)

    def impatient(self, **changes: Any) -> Sweeping:
        """The sweeps with something else in them."""
        return replace(self.sweeping, **changes)


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    """Starts all of it; nothing of it is left after."""
    async with AsyncExitStack() as exits:
        options = StackOptions(
            state_dir=folder,
            parts={Part.DATABASE, Part.TEMPORAL},
            temporal_port=free_port(),
            ui_port=None,
            durable=False,
        )
        servers = await exits.enter_async_context(Stack(options))
        temporal = await servers.connect_temporal()
        world = await exits.enter_async_context(simulated_counterparties(servers.database_url))
        engine = make_engine(servers.database_url)
        exits.callback(engine.dispose)
        stage = Stage(
            env=cast("WorkflowEnvironment", SimpleNamespace(client=temporal)),
            engine=engine,
            books=TroubledBooks(PostgresBooks(engine)),
            world=world,
        )
        register_parties(stage.registry)
        house = House(
            settings=servers.settings.model_copy(update={"task_queue": TASK_QUEUE}),
            temporal=temporal,
            engine=engine,
            stage=stage,
            sweeping=Sweeping(
                watch=PostgresWatch(engine),
                findings=PostgresFindings(engine),
                temporal=temporal,
                time_scale=86_400 * 1000,
                pace=IMPATIENT,
            ),
        )
        await exits.enter_async_context(house.worker(TASK_QUEUE))
        yield house


def an_id(prefix: str) -> str:
    """An id that nobody else has."""
    return f"{prefix}_{uuid4().hex[:16]}"
