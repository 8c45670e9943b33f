"""One stack with its UI, a few orders on it, and one browser for all tests of a session."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from daigou.domain.commands import Line, LineCode, ObjectionReason
from daigou.domain.money import Money
from daigou.domain.order import State
from daigou.ledger.engine import make_engine
from daigou.stack import Stack, StackOptions, free_port
from tests.browser.chromium import BINARY, Chromium, running_chromium
from tests.chaos.town import (
    ALL_FROM_DEPOSIT,
    FROM_BOTH,
    FROM_INSTITUTION,
    NORMAL,
    SOLD_OUT,
    STORAGE,
    App,
    Edge,
    Town,
    a_key,
    fen,
    kettles,
)

LOOK_SECONDS = 0.1
REPACKING_FEN = 200
REFUND_FEN, PENALTY_FEN = 1_100_00, 25_00


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What support staff look at: the UI's list of orders, the API, and a client's credentials.

    `runs` has the run of each order, and of its case, which its page is addressed by.
    """

    orders: str
    runs: dict[str, str]
    gateway: str
    client: App


@pytest.fixture(scope="session")
async def desk() -> AsyncIterator[Desk]:
    """A stack at the pace of life, so that every order stays where the tests left it."""
    folder = Path(tempfile.mkdtemp(prefix="dg-b-", dir="/tmp"))
    options = StackOptions(
        state_dir=folder / "state",
        temporal_port=free_port(),
        ui_port=free_port(),
        gateway_port=free_port(),
        durable=False,
    )
    try:
        async with Stack(options) as stack:
            engine = make_engine(stack.database_url, connections_max=2)
            town = await asyncio.to_thread(Town, engine)
            client = await asyncio.to_thread(town.new_client)
            engine.dispose()
            await _bring_orders(Edge(stack.gateway_url), town, client)
            temporal = await stack.connect_temporal()
            runs = {
                order: (await temporal.get_workflow_handle(f"order/{order}").describe()).run_id
                for order in (
                    "ord_delivered",
                    "ord_silent_payment",
                    "ord_silent_refund",
                    "ord_cancelling",
                    "ord_cancelling/cancellation/1",
                )
            }
            yield Desk(
                orders=stack.ui_url or "", runs=runs, gateway=stack.gateway_url, client=client
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """A browser on a fresh profile."""
    if BINARY is None:
        pytest.skip("chromium is not installed: `apt-get install chromium`")
    profile = Path(tempfile.mkdtemp(prefix="dg-chromium-", dir="/tmp"))
    try:
        with running_chromium(profile) as browser:
            yield browser
    finally:
        shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """Where screenshots go: to the folder that `DAIGOU_SCREENSHOTS` names, to be looked at."""
    folder = Path(os.environ.get("DAIGOU_SCREENSHOTS", tmp_path)).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def _bring_orders(edge: Edge, town: Town, client: App) -> None:
    """An order that was delivered, one whose payment is silent, one whose refund is, and one that
    is to be cancelled on the seller's terms."""
    async with edge.client(client) as buyer:
        await buyer.request_recharge(key=a_key(), amount=Money(5_000_00), payment_method="pm_ok")
    await asyncio.gather(
        _delivered(edge, town, client),
        _paying(edge, town, client, "ord_silent_payment", NORMAL, "pm_silent"),
        _paying(edge, town, client, "ord_silent_refund", SOLD_OUT, "pm_ok_refund_silent"),
        _cancelling(edge, town, client, "ord_cancelling"),
    )


async def _delivered(edge: Edge, town: Town, client: App) -> None:
    order = "ord_delivered"
    repacking = Line(
        code=LineCode.STORAGE_FEE,
        label="repacking",
        amount=Money(REPACKING_FEN),
        collector=STORAGE,
    )
    async with (
        edge.client(client) as buyer,
        edge.client(town.provider) as provider,
        edge.client(town.storage) as storage,
        edge.client(town.logistics) as logistics,
    ):
        await buyer.place(kettles(order_id=order), key=a_key())
        await provider.accept(order, key=a_key(), lines=[repacking])
        whole = FROM_BOTH | {"from_institution": fen(FROM_INSTITUTION + REPACKING_FEN)}
        await buyer.command(order, "pay", whole, key=a_key())
        await provider.purchase(order, key=a_key())
        await storage.warehouse_receipt(order, key=a_key(), parcel_ref="NB-1")
        await logistics.object_to_goods(order, key=a_key(), reason=ObjectionReason.DAMAGED)
        await logistics.resolve_objection(order, key=a_key())
        await logistics.clear_customs(order, key=a_key(), tracking_ref="SW-1")
        await logistics.deliver(order, key=a_key(), tracking_ref="SW-1")


async def _paying(edge: Edge, town: Town, client: App, order: str, offer: str, method: str) -> None:
    async with edge.client(client) as buyer, edge.client(town.provider) as provider:
        await buyer.place(kettles(order_id=order, offer=offer), key=a_key())
        await provider.accept(order, key=a_key())
        paid = await buyer.command(
            order, "pay", FROM_BOTH | {"payment_method": method}, key=a_key()
        )
        if paid.receipt.state == State.EFFECTIVE:
            await provider.purchase(order, key=a_key())
            while (await buyer.order(order)).state != State.UNREALIZABLE:
                await asyncio.sleep(LOOK_SECONDS)


async def _cancelling(edge: Edge, town: Town, client: App, order: str) -> None:
    async with edge.client(client) as buyer, edge.client(town.provider) as provider:
        await buyer.place(kettles(order_id=order), key=a_key())
        await provider.accept(order, key=a_key())
        await buyer.command(order, "pay", ALL_FROM_DEPOSIT, key=a_key())
        await provider.purchase(order, key=a_key())
        await buyer.request_cancellation(order, key=a_key())
        await provider.consent_to_cancellation(
            order, key=a_key(), refund=Money(REFUND_FEN), penalty=Money(PENALTY_FEN)
        )
