"""A nursery of workers that kill themselves at a chosen point, and of those that take over.

`python -m tests.chaos.doomed '{"queue": "capture order/before", …}'` forks a worker for each task
queue. When one has died at its point, an ordinary worker takes its queue over, and a line says so:
`queue died of 9`. A queue whose point is empty has an ordinary worker from the start.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import NullPool, create_engine
from temporalio.worker._worker import load_default_build_id

from daigou.domain.book import Movement, MovementState
from daigou.domain.commands import PaymentHold
from daigou.domain.ids import MovementRef, SubjectId, kind_of
from daigou.domain.money import Money
from daigou.domain.steps import Committed, Step
from daigou.ledger.books import PostgresBooks
from daigou.logs import configure_logs
from daigou.ports.books import Books, ToBuy
from daigou.ports.counterparties import Reply
from daigou.ports.payment_institution import PaymentInstitution
from daigou.ports.seller_platform import SellerPlatform
from daigou.settings import Settings, load_settings
from daigou.simulator.counterparties import simulated_counterparties
from daigou.temporal_setup import connect_temporal
from worker import build_worker

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Doom:
    """The point of death: what is done there, and whether it is done first."""

    point: str

    def strike(self, deed: str, moment: str) -> None:
        """Dies, if this is the point."""
        if self.point == f"{deed}/{moment}":
            os.kill(os.getpid(), signal.SIGKILL)

    async def around(self, deed: str, do: Callable[[], Awaitable[T]]) -> T:
        """Does it; the worker may die before, or after and before anybody hears the answer."""
        self.strike(deed, "before")
        done = await do()
        self.strike(deed, "after")
        return done


@dataclass(frozen=True, slots=True)
class DoomedBooks:
    """Implements `Books`."""

    books: Books
    doom: Doom

    def commit(self, steps: tuple[Step, ...]) -> tuple[Committed, ...]:
        deed = _deed(steps[0])
        self.doom.strike(deed, "before")
        committed = self.books.commit(steps)
        self.doom.strike(deed, "after")
        return committed

    def written(self, subject: SubjectId, sequence: int) -> Committed | None:
        return self.books.written(subject, sequence)

    def movement(self, reference: MovementRef) -> tuple[Movement, MovementState]:
        return self.books.movement(reference)

    def to_buy(self, reference: MovementRef) -> ToBuy:
        return self.books.to_buy(reference)


@dataclass(frozen=True, slots=True)
class DoomedInstitution:
    """Implements `PaymentInstitution`."""

    institution: PaymentInstitution
    doom: Doom

    async def capture(self, *, reference: MovementRef, amount: Money, payment_method: str) -> Reply:
        return await self.doom.around(
            f"capture {kind_of(reference).name}",
            lambda: self.institution.capture(
                reference=reference, amount=amount, payment_method=payment_method
            ),
        )

    async def refund(
        self, *, reference: MovementRef, amount: Money, original: MovementRef
    ) -> Reply:
        return await self.doom.around(
            f"refund {kind_of(reference).name}",
            lambda: self.institution.refund(reference=reference, amount=amount, original=original),
        )

    async def pay_out(self, *, reference: MovementRef, amount: Money, payment_method: str) -> Reply:
        return await self.doom.around(
            f"payout {kind_of(reference).name}",
            lambda: self.institution.pay_out(
                reference=reference, amount=amount, payment_method=payment_method
            ),
        )

    async def ask(self, *, reference: MovementRef) -> Reply:
        return await self.institution.ask(reference=reference)


@dataclass(frozen=True, slots=True)
class DoomedSellers:
    """Implements `SellerPlatform`."""

    sellers: SellerPlatform
    doom: Doom

    async def buy(
        self,
        *,
        reference: MovementRef,
        offer_id: str,
        quantity: int,
        goods: Money,
        freight: Money,
        delivery_address: str,
        pay: Money,
    ) -> Reply:
        return await self.doom.around(
            "buy",
            lambda: self.sellers.buy(
                reference=reference,
                offer_id=offer_id,
                quantity=quantity,
                goods=goods,
                freight=freight,
                delivery_address=delivery_address,
                pay=pay,
            ),
        )

    async def ask(self, *, reference: MovementRef) -> Reply:
        return await self.sellers.ask(reference=reference)


def _deed(step: Step) -> str:
    """The deed of writing a step. An order is told of a chargeback more than once: of what, it says
    as well."""
    told = f" {step.command.stand}" if isinstance(step.command, PaymentHold) else ""
    return f"commit {step.trigger}{told}"


def main() -> None:
    """Keeps a worker on each queue until it is killed itself."""
    points: dict[str, str] = json.loads(sys.argv[1])
    settings = load_settings()
    # Forked before anything has threads: one import, and one hash of it, serve them all.
    load_default_build_id()
    queues = {_fork(settings, queue, Doom(point)): queue for queue, point in points.items()}
    while True:
        pid, status = os.wait()
        queue = queues.pop(pid)
        how = os.WTERMSIG(status) if os.WIFSIGNALED(status) else f"exit {status >> 8}"
        print(f"{queue} died of {how}", flush=True)
        queues[_fork(settings, queue, Doom(""))] = queue


def _fork(settings: Settings, queue: str, doom: Doom) -> int:
    if pid := os.fork():
        return pid
    code = 1
    try:
        asyncio.run(_work(settings, queue, doom))
    finally:
        os._exit(code)


async def _work(settings: Settings, queue: str, doom: Doom) -> None:
    configure_logs(settings)
    client = await connect_temporal(settings)
    # Dozens of workers share one small database: none keeps a connection.
    books = PostgresBooks(create_engine(settings.database_url, poolclass=NullPool))
    async with simulated_counterparties(settings.database_url) as outside:
        worker = build_worker(
            client,
            task_queue=queue,
            books=DoomedBooks(books, doom),
            institution=DoomedInstitution(outside.payment_institution, doom),
            sellers=DoomedSellers(outside.seller_platform, doom),
        )
        await worker.run()


if __name__ == "__main__":
    main()
