"""Owns the run in which workers die by their own hand: one order a point of death, all at once."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from daigou.domain.commands import (
    Basis,
    FeeChoice,
    Ground,
    Loss,
    LossHead,
    ObjectionReason,
    Opponent,
    Remedy,
)
from daigou.domain.evidence import MediaType
from daigou.domain.money import Money
from daigou.domain.order import State
from daigou.ledger.audit import audit
from daigou.ledger.engine import make_engine
from daigou.simulator.counterparties import SimulatedCounterparties, simulated_counterparties
from daigou.stack import Part, Stack, StackOptions, free_port
from gateway.answers import OrderAnswer
from gateway.app import create_app
from gateway.backend import Backend
from gateway.client import DaigouClient
from tests.chaos.town import (
    FROM_BOTH,
    GOODS_FEN,
    NORMAL,
    SOLD_OUT,
    App,
    Edge,
    Town,
    a_key,
    kettles,
    triggers,
)

TIME_SCALE = 240
"""A day lasts six minutes, far longer than any takeover; a lost call is asked about in 0.25 s."""
RECHARGE_FEN = 1_000_00
COMPENSATION_FEN = 45_67
LOOK_SECONDS = 0.5
STOP_SECONDS_MAX = 10
WAIT_SECONDS_MAX = 60


def _around(*deeds: str) -> list[str]:
    """The points of death before and after each deed."""
    return [f"{deed}/{moment}" for deed in deeds for moment in ("before", "after")]


PAYMENT = _around("commit pay", "capture", "commit confirm-payment")
PURCHASE = _around("commit purchase", "buy", "commit record-purchase")
REFUND = _around("commit reject-purchase", "refund", "commit confirm-refund")
RECHARGE = _around("commit request", "capture", "commit confirm-recharge")
SETTLEMENT = _around(
    "commit request-cancellation",
    "commit record-cancellation-refund",
    "commit settle-cancellation",
    "refund",
    "commit confirm-refund",
)
DISSOLUTION = _around(
    "commit request-dissolution",
    "commit record-dissolution-refund",
    "refund",
    "commit confirm-refund",
)
COMPENSATION = _around("commit make-claim", "commit record-compensation")

Record = dict[str, Any]


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


FALLS = tuple(
    Fall(road=road, point=point)
    for road, points in (
        ("payment", PAYMENT),
        ("purchase", PURCHASE),
        ("refund", REFUND),
        ("recharge", RECHARGE),
        ("settlement", SETTLEMENT),
        ("dissolution", DISSOLUTION),
        ("compensation", COMPENSATION),
    )
    for point in points
)
_LONG_ROADS = {
    "settlement": {"commit settle-cancellation/after", "refund/before"},
    "dissolution": {"commit record-dissolution-refund/after"},
    "compensation": {"commit record-compensation/after"},
}
"""Roads that take long, and which deaths on them the short form has."""
SHORT_FORM = (
    *[fall for fall in FALLS if fall.road not in _LONG_ROADS][::3],
    *[fall for fall in FALLS if fall.point in _LONG_ROADS.get(fall.road, ())],
)
"""Deaths on every road, before and after; the long tests have them all."""


@dataclass
class Nursery:
    """The process that keeps a worker on each queue. `deaths` says of which signal each died."""

    process: asyncio.subprocess.Process
    deaths: dict[str, tuple[str, float]] = field(default_factory=dict)

    async def listen(self) -> None:
        """Hears of deaths, until the process ends."""
        if self.process.stdout is None:
            raise RuntimeError("nobody listens to the nursery")
        async for line in self.process.stdout:
            queue, _, how = line.decode().strip().partition(" died of ")
            self.deaths.setdefault(queue, (how, time.monotonic()))


async def record_falls(falls: tuple[Fall, ...]) -> Record:
    """Lets a worker die at each point, and tells what became of each order or recharge."""
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
            nursery = await exits.enter_async_context(
                _nursery(stack, folder / "nursery.log", falls)
            )
            return await _record(stack, engine, backend, nursery, outside, falls)
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


async def _record(
    stack: Stack,
    engine: Engine,
    backend: Backend,
    nursery: Nursery,
    outside: SimulatedCounterparties,
    falls: tuple[Fall, ...],
) -> Record:
    town = Town(engine)

    def edge(queue: str, **changes: Any) -> Edge:
        settings = stack.settings.model_copy(update={"task_queue": queue, **changes})
        return Edge(create_app(settings, backend=backend))

    clients = {fall.queue: town.new_client() for fall in falls}
    # Nobody dies there: its first answer says that the workers are up.
    calm = edge("calm", update_wait_seconds_max=WAIT_SECONDS_MAX)
    await asyncio.gather(
        *(_recharge(calm, clients[fall.queue]) for fall in falls if fall.road != "recharge")
    )
    async with asyncio.TaskGroup() as group:
        tasks = {
            fall.name: group.create_task(_fall(fall, edge(fall.queue), town, clients[fall.queue]))
            for fall in falls
        }
    statement = await outside.payment_institution.statement()
    orders = await outside.seller_platform.orders()
    report = await asyncio.to_thread(audit, engine)
    return {
        "falls": {
            fall.name: {
                **tasks[fall.name].result(),
                "died_of": nursery.deaths.get(fall.queue, ("nothing", 0))[0],
                "deaths": nursery.deaths.get(fall.queue, ("nothing", 0))[1],
            }
            for fall in falls
        },
        "institution": [
            [line.reference, line.kind, line.amount.amount, line.standing]
            for line in statement.lines
        ],
        "sellers": [[order.reference, order.price.amount, order.standing] for order in orders],
        "audit": {"ok": report.ok, "says": str(report)},
    }


async def _fall(fall: Fall, edge: Edge, town: Town, client: App) -> Record:
    if fall.road == "recharge":
        subject = await _recharge(edge, client)
        async with edge.client(client) as reader:
            recharge = await reader.recharge(subject)
            deposit = await reader.deposit(client.party)
        return {
            "subject": subject,
            "state": recharge.state,
            "deposit": deposit.balance.amount,
            "took_until": time.monotonic(),
        }
    subject = f"ord_fall_{FALLS.index(fall):02d}"
    offer = SOLD_OUT if fall.road == "refund" else NORMAL
    async with edge.client(client) as buyer, edge.client(town.provider) as provider:
        await buyer.place(kettles(offer=offer, order_id=subject), key=a_key())
        await provider.accept(subject, key=a_key())
        await buyer.command(subject, "pay", FROM_BOTH, key=a_key())
        # An answer that the worker took with it is asked for, and not waited for.
        while (await buyer.order(subject)).state == State.PAYING:
            await asyncio.sleep(LOOK_SECONDS)
        await provider.purchase(subject, key=a_key())
        order, refunds = await _until(buyer, subject, State.PURCHASED)
        if fall.road == "settlement":
            await _cancel(buyer, provider, subject)
            order, refunds = await _until(buyer, subject)
        if fall.road == "dissolution":
            await _bring_home(edge, town, subject)
            await _dissolve(buyer, provider, subject)
            order, refunds = await _until(buyer, subject)
        if fall.road == "compensation":
            await _compensate(edge, town, buyer, provider, subject)
        took_until = time.monotonic()
        timeline = await buyer.timeline(subject)
        statement = await buyer.statement(subject)
        deposit = await buyer.deposit(client.party)
    return {
        "subject": subject,
        "state": order.state,
        "refunds": refunds,
        "triggers": triggers(timeline.data),
        "collected": order.collected.amount,
        "refunded": order.refunded.amount,
        "movements": [
            [each.reference, each.kind, each.amount.amount, each.state]
            for each in statement.movements
        ],
        "deposit": deposit.balance.amount,
        "took_until": took_until,
    }


async def _until(
    buyer: DaigouClient, order: str, *states: State
) -> tuple[OrderAnswer, list[State]]:
    """The order, once it is in one of the states, or was paid back through the institution."""
    while True:
        found = await buyer.order(order)
        refunds = [refund.state for refund in found.refunds]
        if found.state in states or State.REFUNDED in refunds:
            return found, refunds
        await asyncio.sleep(LOOK_SECONDS)


async def _cancel(buyer: DaigouClient, provider: DaigouClient, order: str) -> None:
    """The seller agrees and pays all back; the provider waives its fee, and settles as shown."""
    await buyer.request_cancellation(order, key=a_key())
    price = Money(GOODS_FEN)
    await provider.consent_to_cancellation(order, key=a_key(), refund=price)
    await provider.record_cancellation_refund(
        order, key=a_key(), amount=price, external_ref=f"sr-{order}"
    )
    shown = await provider.preview_settlement(order, fee=FeeChoice.WAIVED)
    await provider.settle_cancellation(
        order, key=a_key(), digest=shown.digest, fee=FeeChoice.WAIVED
    )


async def _bring_home(edge: Edge, town: Town, order: str) -> None:
    """The goods come to the storage, where logistics objects and is content, and to the client."""
    async with edge.client(town.storage) as storage, edge.client(town.logistics) as logistics:
        await storage.warehouse_receipt(order, key=a_key(), parcel_ref="NB-1")
        await logistics.object_to_goods(order, key=a_key(), reason=ObjectionReason.OTHER)
        await logistics.resolve_objection(order, key=a_key())
        await logistics.clear_customs(order, key=a_key(), tracking_ref="SW-1")
        await logistics.deliver(order, key=a_key(), tracking_ref="SW-1")


async def _dissolve(buyer: DaigouClient, provider: DaigouClient, order: str) -> None:
    """The seller has the goods destroyed and pays all back, as it was shown."""
    piece = await buyer.add_evidence(
        order, b"thirty lids do not close", key=a_key(), media_type=MediaType.TEXT
    )
    proof, price = (piece.id,), Money(GOODS_FEN)
    await buyer.request_dissolution(
        order, key=a_key(), ground=Ground.DEFECTIVE, inspected=True, evidence=proof
    )
    await provider.apply_to_seller(order, key=a_key())
    await provider.consent_to_dissolution(order, key=a_key(), refund=price, remedy=Remedy.DESTROY)
    await buyer.prove_disposal(order, key=a_key(), remedy=Remedy.DESTROY, evidence=proof)
    number = f"sr-{order}"
    shown = await provider.preview_dissolution_refund(order, amount=price, external_ref=number)
    await provider.record_dissolution_refund(
        order, key=a_key(), amount=price, external_ref=number, digest=shown.digest
    )


async def _compensate(
    edge: Edge, town: Town, buyer: DaigouClient, provider: DaigouClient, order: str
) -> None:
    """The provider admits that a loss is its fault, and pays."""
    lost = Money(COMPENSATION_FEN)
    claim = f"clm_of_{order.removeprefix('ord_')}"
    await buyer.make_claim(
        order,
        key=a_key(),
        against=Opponent.PROVIDER,
        basis=Basis.PROVIDERS_FAULT,
        losses=(Loss(head=LossHead.DIRECT_LOSS, amount=lost),),
        claim_id=claim,
    )
    await provider.admit_claim(claim, key=a_key(), amount=lost)
    async with edge.client(town.platform) as platform:
        await platform.record_compensation(
            claim, key=a_key(), amount=lost, external_ref=f"cp-{order}"
        )
    while (await buyer.claim(claim)).state != State.COMPENSATED:
        await asyncio.sleep(LOOK_SECONDS)


async def _recharge(edge: Edge, client: App) -> str:
    async with edge.client(client) as buyer:
        done = await buyer.request_recharge(
            key=a_key(), amount=Money(RECHARGE_FEN), payment_method="pm_ok"
        )
        recharge = done.receipt.id
        while (await buyer.recharge(recharge)).state == State.DUE:
            await asyncio.sleep(LOOK_SECONDS)
        return recharge
