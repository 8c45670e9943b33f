"""How many whole orders a second, held against a bare workflow of as many updates: `make bench`.

Orders and yardsticks are measured in turn, on the same servers, in one run; what counts is their
ratio. Then orders are opened that stay open, to see what the next one costs.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from temporalio.client import Client

from benchmarks.callers import Callers, Deal, prepare
from benchmarks.gauges import POSTGRES, TEMPORAL, WORKER, Processes, Usage
from benchmarks.report import Batch, Result, show
from daigou.domain.ids import OrderId
from daigou.ledger.engine import make_engine
from daigou.ledger.registry import Registry
from daigou.stack import Part, Stack, StackOptions, free_port

WARM_UP = 4
OPEN_BATCHES = 5


@dataclass
class Bench:
    """The servers that are measured, and those who call them."""

    client: Client
    worker: Processes
    servers: list[Processes]
    yardsticks_worker: Processes
    at_once: int
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def orders(self, many: int, usage: Usage, tick: Callable[[], None]) -> None:
        """Orders from the request to their receipt."""
        callers = Callers(self.client, usage, at_once=self.at_once)
        with usage.watching([self.worker, *self.servers]):
            await _all((callers.order(self._deal()) for _ in range(many)), tick)
        await callers.drop()

    async def yardsticks(self, many: int, usage: Usage, tick: Callable[[], None]) -> None:
        """As many bare workflows."""
        callers = Callers(self.client, usage, at_once=self.at_once)
        with usage.watching([self.yardsticks_worker, *self.servers]):
            await _all((callers.yardstick(str(next(self._numbers))) for _ in range(many)), tick)

    async def stay_open(self, many: int, tick: Callable[[], None]) -> list[Batch]:
        """Orders that are accepted and stay so, batch upon batch."""
        batches = []
        for _ in range(OPEN_BATCHES):
            usage = Usage()
            callers = Callers(self.client, usage, at_once=self.at_once)
            before = self.worker.resident_bytes()
            orders = many // OPEN_BATCHES
            with usage.watching([self.worker, *self.servers]):
                await _all((callers.open_order(self._deal()) for _ in range(orders)), tick)
            grown = self.worker.resident_bytes() - before
            batches.append(Batch(orders=orders, usage=usage, worker_bytes=grown))
        return batches

    def _deal(self) -> Deal:
        number = next(self._numbers)
        return Deal(id=OrderId(f"ord_bench_{number:06d}"), number=number)


async def measure(
    *, orders: int, rounds: int, at_once: int, stay_open: int, console: Console
) -> Result:
    """Measures all of it on servers of its own, of which nothing is left after."""
    folder = Path(tempfile.mkdtemp(prefix="dg-bench-"))
    try:
        async with _bench(folder, at_once=at_once) as bench:
            with Progress(console=console) as progress:
                bar = progress.add_task("measuring", total=2 * rounds * orders + stay_open)

                def tick() -> None:
                    progress.advance(bar)

                await bench.orders(WARM_UP, Usage(), _nothing)
                await bench.yardsticks(WARM_UP, Usage(), _nothing)
                ours, bare = [], []
                for _ in range(rounds):
                    ours.append(Usage())
                    await bench.orders(orders, ours[-1], tick)
                    bare.append(Usage())
                    await bench.yardsticks(orders, bare[-1], tick)
                batches = await bench.stay_open(stay_open, tick)
    finally:
        shutil.rmtree(folder)
    return Result(orders=orders, at_once=at_once, ours=ours, bare=bare, open_batches=batches)


@asynccontextmanager
async def _bench(folder: Path, *, at_once: int) -> AsyncIterator[Bench]:
    options = StackOptions(
        state_dir=folder / "state",
        temporal_port=free_port(),
        ui_port=None,
        parts={Part.DATABASE, Part.TEMPORAL, Part.WORKER},
    )
    async with Stack(options) as stack:
        engine = make_engine(stack.database_url)
        client = await stack.connect_temporal()
        await prepare(client, Registry(engine))
        engine.dispose()
        with (folder / "bare.log").open("w") as log:
            yardsticks = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "benchmarks.bare_worker",
                env=stack.environment,
                stdout=log,
                stderr=log,
            )
            try:
                yield Bench(
                    client=client,
                    worker=Processes(WORKER, stack.pid(Part.WORKER)),
                    servers=[
                        Processes(TEMPORAL, stack.pid(Part.TEMPORAL)),
                        Processes(POSTGRES, stack.pid(Part.DATABASE)),
                    ],
                    yardsticks_worker=Processes(WORKER, yardsticks.pid),
                    at_once=at_once,
                )
            finally:
                yardsticks.terminate()
                await yardsticks.wait()


async def _all(calls: Iterable[Awaitable[None]], tick: Callable[[], None]) -> None:
    async def one(call: Awaitable[None]) -> None:
        await call
        tick()

    async with asyncio.TaskGroup() as group:
        for call in calls:
            group.create_task(one(call))


def _nothing() -> None:
    """Nobody counts the warm-up."""


def main(
    orders: Annotated[int, typer.Option(min=2, help="Orders of each round.")] = 40,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of orders and of yardsticks.")] = 3,
    at_once: Annotated[int, typer.Option(min=1, help="Callers at work at once.")] = 16,
    stay_open: Annotated[
        int, typer.Option(min=OPEN_BATCHES, help="Orders that stay open, for the marginal cost.")
    ] = 200,
) -> None:
    """Measures orders against a bare workflow of as many updates and local activities."""
    console = Console()
    result = asyncio.run(
        measure(orders=orders, rounds=rounds, at_once=at_once, stay_open=stay_open, console=console)
    )
    show(result, console)


if __name__ == "__main__":
    typer.run(main)
