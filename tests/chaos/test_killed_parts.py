"""`kill -9` of worker, gateway, Temporal and PostgreSQL while orders are on their way."""

import asyncio
import random
from dataclasses import dataclass, field

import pytest

from daigou.domain.commands import ObjectionReason
from daigou.domain.order import State
from daigou.ports.counterparties import Standing
from daigou.simulator.counterparties import simulated_counterparties
from daigou.stack import ALL_PARTS, Part
from tests.chaos.house import House
from tests.chaos.town import (
    FROM_BOTH,
    FROM_DEPOSIT,
    FROM_INSTITUTION,
    GOODS_FEN,
    KETTLES_FEN,
    LOOK_SECONDS,
    NORMAL,
    SOLD_OUT,
    App,
    a_key,
    triggers,
)

LANES = 4
RECHARGE_FEN = 50_000_00
SECONDS_BETWEEN = 1.5

PAID = ["request", "accept", "pay", "confirm-payment", "purchase"]
RECEIVED = [
    *PAID,
    "record-purchase",
    *(
        trigger
        for parcel_moves in (
            "warehouse-receipt",
            "object-to-goods",
            "resolve-objection",
            "clear-customs",
            "deliver",
        )
        for trigger in (parcel_moves, "follow-parcels")
    ),
    "confirm-receipt",
]
UNREALIZABLE = [*PAID, "reject-purchase", "confirm-refund"]

ONE_BY_ONE = tuple((part,) for part in (Part.WORKER, Part.GATEWAY, Part.TEMPORAL, Part.DATABASE))
ALL_AT_ONCE = (tuple(sorted(ALL_PARTS)),)


@dataclass
class Lane:
    """One client that orders again and again, the good and the sold out in turn."""

    client: App
    received: list[str] = field(default_factory=list)
    unrealizable: list[str] = field(default_factory=list)


@pytest.mark.timeout(240)
async def test_every_order_ends_right_when_all_parts_are_killed_at_once(house: House) -> None:
    await prove_that_orders_survive(house, (*ALL_AT_ONCE,))


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_every_order_ends_right_whatever_part_is_killed_and_however_often(
    house: House,
) -> None:
    """As above, and each part alone, in fifteen rounds."""
    rounds = [*ONE_BY_ONE, *ALL_AT_ONCE] * 3
    random.Random(7).shuffle(rounds)

    await prove_that_orders_survive(house, tuple(rounds))


async def prove_that_orders_survive(house: House, deaths: tuple[tuple[Part, ...], ...]) -> None:
    """Kills parts while orders run in several lanes, and checks every order and every fen."""
    lanes = [Lane(await house.rich_client(RECHARGE_FEN)) for _ in range(LANES)]
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for lane in lanes:
            group.create_task(drive(house, lane, over))
        for parts in deaths:
            await asyncio.sleep(SECONDS_BETWEEN)
            house.kill(*parts)
            await house.restart(*parts)
        await asyncio.sleep(SECONDS_BETWEEN)
        over.set()

    for lane in lanes:
        assert lane.received
        assert lane.unrealizable
        assert await came_to(house, lane.client, lane.received) == [
            (State.RECEIVED, RECEIVED, KETTLES_FEN, 0)
        ] * len(lane.received)
        assert await came_to(house, lane.client, lane.unrealizable) == [
            (State.UNREALIZABLE, UNREALIZABLE, KETTLES_FEN, KETTLES_FEN)
        ] * len(lane.unrealizable)
        assert await house.deposit(lane.client) == RECHARGE_FEN - FROM_DEPOSIT * len(lane.received)
        assert await at_the_counterparties(house, lane.received) == (
            FROM_INSTITUTION * len(lane.received),
            0,
            GOODS_FEN * len(lane.received),
        )
        assert await at_the_counterparties(house, lane.unrealizable) == (
            FROM_INSTITUTION * len(lane.unrealizable),
            FROM_INSTITUTION * len(lane.unrealizable),
            0,
        )
    report = await asyncio.to_thread(house.audit)
    assert report.ok, str(report)


async def drive(house: House, lane: Lane, over: asyncio.Event) -> None:
    """Drives orders to their ends, one after another, until it is over."""
    while not over.is_set():
        lane.received.append(await drive_one(house, lane.client, NORMAL))
        lane.unrealizable.append(await drive_one(house, lane.client, SOLD_OUT))


async def drive_one(house: House, client: App, offer: str) -> str:
    """Drives one order to its end; whatever is away, every command is asked until answered."""
    edge, town = house.edge, house.town
    async with (
        edge.client(client) as buyer,
        edge.client(town.provider) as provider,
        edge.client(town.storage) as storage,
        edge.client(town.logistics) as logistics,
    ):
        order = await house.accepted(client, offer=offer)
        await buyer.command(order, "pay", FROM_BOTH, key=a_key())
        while (await buyer.order(order)).state == State.PAYING:
            await asyncio.sleep(LOOK_SECONDS)
        await provider.purchase(order, key=a_key())
        while (found := await buyer.order(order)).state == State.PURCHASING:
            await asyncio.sleep(LOOK_SECONDS)
        if found.state == State.UNREALIZABLE:
            while (await buyer.order(order)).refunds[0].state == State.DUE:
                await asyncio.sleep(LOOK_SECONDS)
            return order
        await storage.warehouse_receipt(order, key=a_key(), parcel_ref="NB-1")
        await logistics.object_to_goods(order, key=a_key(), reason=ObjectionReason.DAMAGED)
        await logistics.resolve_objection(order, key=a_key())
        await logistics.clear_customs(order, key=a_key(), tracking_ref="SW-1")
        await logistics.deliver(order, key=a_key(), tracking_ref="SW-1")
        await buyer.confirm_receipt(order, key=a_key())
        return order


async def came_to(
    house: House, client: App, orders: list[str]
) -> list[tuple[State, list[str], int, int]]:
    """What each order came to: its state, all that happened, what was collected and refunded."""
    found = []
    async with house.edge.client(client) as buyer:
        for each in orders:
            order, steps = await buyer.order(each), await buyer.timeline(each)
            happened = triggers(steps.data)
            found.append((order.state, happened, order.collected.amount, order.refunded.amount))
    return found


async def at_the_counterparties(house: House, orders: list[str]) -> tuple[int, int, int]:
    """What the institution took and gave back by these orders, and what the sellers have."""
    # Opened anew: connections of before a kill are of no use.
    async with simulated_counterparties(house.stack.database_url) as outside:
        statement = await outside.payment_institution.statement()
        bought = await outside.seller_platform.orders()

    def is_done(reference: str, standing: Standing) -> bool:
        return reference.rpartition("/")[0] in orders and standing == Standing.DONE

    lines = [line for line in statement.lines if is_done(line.reference, line.standing)]
    return (
        sum(line.amount.amount for line in lines if line.kind == "capture"),
        sum(line.amount.amount for line in lines if line.kind == "refund"),
        sum(each.price.amount for each in bought if is_done(each.reference, each.standing)),
    )
