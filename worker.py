"""Composition root of the worker: builds the adapters, registers workflows and activities, runs."""

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.payments import Payments
from activities.purchasing import Purchasing
from activities.settlement import Settlement
from activities.sweeps import Sweeping
from daigou.ledger.books import PostgresBooks
from daigou.ledger.engine import make_engine
from daigou.ledger.findings import PostgresFindings
from daigou.ledger.watch import PostgresWatch
from daigou.logs import configure_logs
from daigou.ports.books import Books
from daigou.ports.payment_institution import PaymentInstitution
from daigou.ports.seller_platform import SellerPlatform
from daigou.settings import load_settings
from daigou.simulator.counterparties import simulated_counterparties
from daigou.temporal_setup import connect_temporal
from workflows.purchase_order import PurchaseOrder
from workflows.recharge import Recharge
from workflows.sweeps import Sweep

COMMITS_AT_ONCE = 16
CALLS_AT_ONCE = 100
GRACE_SECONDS = 10
COUNTERPARTIES = {"simulator": simulated_counterparties}
"""What `DAIGOU_COUNTERPARTIES` may name; a real counterparty's adapter is added here."""

OUR_PURE_ROOMS = ("activities", "daigou", "transitions", "structlog", "workflows")
"""Imported once a process, not once a workflow: none of them keeps anything in a module."""


def build_worker(
    client: Client,
    *,
    task_queue: str,
    books: Books,
    institution: PaymentInstitution,
    sellers: SellerPlatform,
    sweeping: Sweeping | None = None,
) -> Worker:
    """A worker on a task queue, with every workflow and activity of the product.

    Without `sweeping` it runs no sweeps.
    """
    payments = Payments(books=books, institution=institution)
    purchasing = Purchasing(books=books, sellers=sellers)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[PurchaseOrder, Recharge, *([Sweep] if sweeping else [])],
        activities=[
            Settlement(books=books).commit,
            payments.capture,
            payments.refund,
            payments.ask_payment,
            purchasing.buy,
            purchasing.ask_seller,
            *([sweeping.sweep] if sweeping else []),
        ],
        activity_executor=ThreadPoolExecutor(COMMITS_AT_ONCE + CALLS_AT_ONCE),
        max_concurrent_local_activities=COMMITS_AT_ONCE,
        max_concurrent_activities=CALLS_AT_ONCE,
        graceful_shutdown_timeout=timedelta(seconds=GRACE_SECONDS),
        workflow_runner=SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*OUR_PURE_ROOMS)
        ),
    )


async def main() -> None:
    """Runs until SIGINT or SIGTERM; what is under way is finished first."""
    settings = load_settings()
    configure_logs(settings)
    log = structlog.get_logger("worker")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    client = await connect_temporal(settings)
    engine = make_engine(settings.database_url)
    async with (
        COUNTERPARTIES[settings.counterparties](settings.database_url) as outside,
        build_worker(
            client,
            task_queue=settings.task_queue,
            books=PostgresBooks(engine),
            institution=outside.payment_institution,
            sellers=outside.seller_platform,
            sweeping=Sweeping(
                watch=PostgresWatch(engine),
                findings=PostgresFindings(engine),
                temporal=client,
                time_scale=settings.time_scale,
            ),
        ),
    ):
        log.info("worker.started", task_queue=settings.task_queue)
        await stop.wait()
    log.info("worker.stopped")


if __name__ == "__main__":
    asyncio.run(main())
