"""Composition root of the worker: builds the adapters, registers workflows and activities, runs."""

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.notices import Telling
from activities.payments import Payments
from activities.purchasing import Purchasing
from activities.settlement import Settlement
from activities.sweeps import Sweeping
from daigou.adapters.smtp import Encryption, MailServer, Smtp
from daigou.adapters.webhooks import Webhooks
from daigou.domain.notices import Channel
from daigou.ledger.books import PostgresBooks
from daigou.ledger.engine import make_engine
from daigou.ledger.findings import PostgresFindings
from daigou.ledger.outbox import PostgresOutbox
from daigou.ledger.watch import PostgresWatch
from daigou.logs import configure_logs
from daigou.ports.books import Books
from daigou.ports.notices import Sender
from daigou.ports.payment_institution import PaymentInstitution
from daigou.ports.seller_platform import SellerPlatform
from daigou.settings import Settings, load_settings
from daigou.simulator.counterparties import simulated_counterparties
from daigou.temporal_setup import connect_temporal
from workflows import messages
from workflows.cases import Cancellation, Dissolution
from workflows.notices import Notices
from workflows.purchase_order import PurchaseOrder
from workflows.subjects import SUBJECTS
from workflows.sweeps import Sweep

COMMITS_AT_ONCE = 16
CALLS_AT_ONCE = 100
SENDERS_CONNECTIONS = 4
"""Of their own, so that telling people never waits for posting, nor the other way round."""
GRACE_SECONDS = 10
COUNTERPARTIES = {"simulator": simulated_counterparties}
"""What `DAIGOU_COUNTERPARTIES` may name; a real counterparty's adapter is added here."""

STORIES = (PurchaseOrder, Cancellation, Dissolution, *SUBJECTS)
"""The workflows that people read the life of a subject in."""

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
    telling: Telling | None = None,
) -> Worker:
    """A worker on a task queue, with every workflow and activity of the product.

    Without `sweeping` it runs no sweeps; without `telling`, notices stay in the outbox.
    """
    settlement = Settlement(books=books)
    payments = Payments(books=books, institution=institution)
    purchasing = Purchasing(books=books, sellers=sellers)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[*STORIES, Notices, *([Sweep] if sweeping else [])],
        activities=[
            settlement.commit,
            settlement.written,
            payments.capture,
            payments.refund,
            payments.ask_payment,
            purchasing.buy,
            purchasing.ask_seller,
            *([sweeping.sweep] if sweeping else []),
            *([telling.tell] if telling else []),
        ],
        activity_executor=ThreadPoolExecutor(COMMITS_AT_ONCE + CALLS_AT_ONCE),
        max_concurrent_local_activities=COMMITS_AT_ONCE,
        max_concurrent_activities=CALLS_AT_ONCE,
        graceful_shutdown_timeout=timedelta(seconds=GRACE_SECONDS),
        workflow_runner=SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*OUR_PURE_ROOMS)
        ),
    )


async def ensure_notices(client: Client, *, task_queue: str) -> None:
    """Has the one workflow that sends notices run; any number of workers may ask for it."""
    await client.start_workflow(
        messages.NOTICES,
        id=messages.NOTICES_ID,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary="tells everyone what happened · PSR-27",
    )


def _senders(settings: Settings, webhooks: Webhooks) -> dict[Channel, Sender[Any]]:
    senders: dict[Channel, Sender[Any]] = {Channel.WEBHOOK: webhooks}
    if settings.smtp_host:
        senders[Channel.EMAIL] = Smtp(
            MailServer(
                host=settings.smtp_host,
                port=settings.smtp_port,
                encryption=Encryption(settings.smtp_tls),
                user=settings.smtp_user,
                password=settings.smtp_password.get_secret_value(),
                sender=settings.notices_from,
            )
        )
    return senders


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
        Webhooks(allow_insecure=settings.webhooks_allow_insecure) as webhooks,
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
            telling=Telling(
                outbox=PostgresOutbox(
                    make_engine(settings.database_url, connections_max=SENDERS_CONNECTIONS)
                ),
                senders=_senders(settings, webhooks),
            ),
        ),
    ):
        await ensure_notices(client, task_queue=settings.task_queue)
        log.info("worker.started", task_queue=settings.task_queue)
        await stop.wait()
    log.info("worker.stopped")


if __name__ == "__main__":
    asyncio.run(main())
