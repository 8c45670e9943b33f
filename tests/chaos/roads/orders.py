"""The roads of orders and recharges: paid, bought, paid back."""

import asyncio

from daigou.domain.order import State
from gateway.answers import OrderAnswer
from gateway.client import DaigouClient
from tests.chaos.roads.road import LOOK_SECONDS, Record, Road, Walk
from tests.chaos.town import FROM_BOTH, NORMAL, SOLD_OUT, a_key, kettles, recharge, triggers

RECHARGE_FEN = 1_000_00
PAID = ("request", "accept", "pay", "confirm-payment")
BOUGHT = (*PAID, "purchase", "record-purchase")


async def pay(walk: Walk, *, offer: str = NORMAL) -> str:
    """An order that is paid from both sources."""
    order = walk.order
    async with (
        walk.edge.client(walk.client) as buyer,
        walk.edge.client(walk.town.provider) as provider,
    ):
        await buyer.place(kettles(offer=offer, order_id=order), key=a_key())
        await provider.accept(order, key=a_key())
        await buyer.command(order, "pay", FROM_BOTH, key=a_key())
        # An answer that the worker took with it is asked for, and not waited for.
        while (await buyer.order(order)).state == State.PAYING:
            await asyncio.sleep(LOOK_SECONDS)
    return order


async def buy(walk: Walk, *, offer: str = NORMAL) -> str:
    """An order that is paid, and bought or paid back."""
    order = await pay(walk, offer=offer)
    async with (
        walk.edge.client(walk.client) as buyer,
        walk.edge.client(walk.town.provider) as provider,
    ):
        await provider.purchase(order, key=a_key())
        await until(buyer, order, State.PURCHASED)
    return order


async def until(buyer: DaigouClient, order: str, *states: State) -> OrderAnswer:
    """The order, once it is in one of the states, or was paid back through the institution."""
    while True:
        found = await buyer.order(order)
        if found.state in states or State.REFUNDED in {refund.state for refund in found.refunds}:
            return found
        await asyncio.sleep(LOOK_SECONDS)


async def tell_order(walk: Walk) -> Record:
    """What became of the order, and of its client's money."""
    async with walk.edge.client(walk.client) as buyer:
        order = await buyer.order(walk.order)
        timeline = await buyer.timeline(walk.order)
        statement = await buyer.statement(walk.order)
        deposit = await buyer.deposit(walk.client.party)
    return {
        "subject": walk.order,
        "state": order.state,
        "refunds": [refund.state for refund in order.refunds],
        "triggers": triggers(timeline.data),
        "collected": order.collected.amount,
        "refunded": order.refunded.amount,
        "movements": [
            [each.reference, each.kind, each.amount.amount, each.state]
            for each in statement.movements
        ],
        "deposit": deposit.balance.amount,
    }


async def _bought(walk: Walk) -> Record:
    await buy(walk)
    return await tell_order(walk)


async def _sold_out(walk: Walk) -> Record:
    await buy(walk, offer=SOLD_OUT)
    return await tell_order(walk)


async def _recharged(walk: Walk) -> Record:
    number = await recharge(walk.edge, walk.client, RECHARGE_FEN)
    async with walk.edge.client(walk.client) as buyer:
        found = await buyer.recharge(number)
        deposit = await buyer.deposit(walk.client.party)
    return {"subject": number, "state": found.state, "deposit": deposit.balance.amount}


ROADS = (
    Road(
        name="payment",
        deeds=("commit pay", "capture order", "commit confirm-payment"),
        short=("commit pay/before", "capture order/after"),
        walk=_bought,
    ),
    Road(
        name="purchase",
        deeds=("commit purchase", "buy", "commit record-purchase"),
        short=("commit purchase/before", "buy/after"),
        walk=_bought,
    ),
    Road(
        name="refund",
        deeds=("commit reject-purchase", "refund order", "commit confirm-refund"),
        short=("commit reject-purchase/before", "refund order/after"),
        walk=_sold_out,
    ),
    Road(
        name="recharge",
        deeds=("commit request", "capture recharge", "commit confirm-recharge"),
        short=("commit request/before", "capture recharge/after"),
        walk=_recharged,
    ),
)
