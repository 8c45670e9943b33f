"""The roads of a deposit: withdrawn, paid out when its account closes, tipped, passed on."""

from daigou.domain.commands import FreezeReason
from daigou.domain.money import Money
from daigou.domain.order import State
from tests.chaos.roads.orders import BOUGHT, RECHARGE_FEN, buy
from tests.chaos.roads.road import TWO_SECONDS_A_DAY, Ends, Road, Walk
from tests.chaos.town import FROM_DEPOSIT, a_key

WITHDRAWN_FEN, TIP_FEN, BREACH_FEN = 400_00, 88_00, 100_00
LEFT_FEN = RECHARGE_FEN - FROM_DEPOSIT
"""What the deposit holds once it has paid its part of an order."""


async def _withdrawn(walk: Walk, method: str = "pm_ok") -> str:
    async with walk.hasty.client(walk.client) as client:
        asked = await client.request_withdrawal(
            key=a_key(), amount=Money(WITHDRAWN_FEN), payment_method=method
        )
    return asked.receipt.id


async def _returned(walk: Walk) -> str:
    return await _withdrawn(walk, "pm_ok_refund_fails")


async def _closed(walk: Walk) -> str:
    async with walk.hasty.client(walk.client) as client:
        asked = await client.close_account(walk.client.party, key=a_key(), payment_method="pm_ok")
    return asked.receipt.id


async def _tipped(walk: Walk) -> str:
    order = await buy(walk)
    async with walk.hasty.client(walk.client) as client:
        given = await client.give_tip(order, key=a_key(), amount=Money(TIP_FEN))
    return given.receipt.id


async def _tip_refunded(walk: Walk) -> str:
    tip = await _tipped(walk)
    async with walk.edge.client(walk.client) as client:
        await client.refund_tip(tip, key=a_key())
    return tip


async def _tip_returned(walk: Walk) -> str:
    tip = await _tipped(walk)
    await walk.reach(tip, State.EARNED)
    async with walk.edge.client(walk.town.provider) as provider:
        await provider.return_tip(tip, key=a_key())
    return tip


async def _passed_on(walk: Walk) -> str:
    """The client broke its contract, and goes to no court."""
    order = await buy(walk)
    async with walk.hasty.client(walk.town.provider) as provider:
        placed = await provider.place_freeze(
            walk.client.party,
            key=a_key(),
            reason=FreezeReason.BREACH,
            order_id=order,
            amount=Money(BREACH_FEN),
        )
    return placed.receipt.id


ROADS = (
    Road(
        name="withdrawal",
        deeds=("commit request-withdrawal", "payout withdrawal", "commit confirm-withdrawal"),
        short=("payout withdrawal/after",),
        walk=_withdrawn,
        ends=Ends(
            state=State.PAID_OUT,
            steps=("request-withdrawal", "confirm-withdrawal"),
            journals=(("withdrawal_reserved", WITHDRAWN_FEN), ("withdrawal_paid", WITHDRAWN_FEN)),
            institution=(("payout", WITHDRAWN_FEN, "done"),),
            deposit=RECHARGE_FEN - WITHDRAWN_FEN,
        ),
    ),
    Road(
        name="returned withdrawal",
        deeds=("commit request-withdrawal", "payout withdrawal", "commit decline-withdrawal"),
        walk=_returned,
        ends=Ends(
            state=State.RETURNED,
            steps=("request-withdrawal", "decline-withdrawal"),
            journals=(
                ("withdrawal_reserved", WITHDRAWN_FEN),
                ("withdrawal_returned", WITHDRAWN_FEN),
            ),
            institution=(("payout", WITHDRAWN_FEN, "rejected"),),
            deposit=RECHARGE_FEN,
        ),
    ),
    Road(
        name="closing",
        deeds=(
            "commit close-account",
            "commit wind-up",
            "payout closure",
            "commit confirm-payout",
        ),
        walk=_closed,
        ends=Ends(
            state=State.CLOSED,
            steps=("close-account", "wind-up", "confirm-payout"),
            journals=(("withdrawal_reserved", RECHARGE_FEN), ("withdrawal_paid", RECHARGE_FEN)),
            institution=(("payout", RECHARGE_FEN, "done"),),
            deposit=0,
        ),
    ),
    Road(
        name="refunded tip",
        deeds=("commit give-tip", "commit refund-tip"),
        short=("commit refund-tip/after",),
        walk=_tip_refunded,
        ends=Ends(
            state=State.REFUNDED,
            steps=("give-tip", "refund-tip"),
            journals=(("tip", TIP_FEN), ("tip_refunded", TIP_FEN)),
            deposit=LEFT_FEN,
            order=BOUGHT,
        ),
    ),
    Road(
        name="returned tip",
        deeds=("commit give-tip", "commit earn-tip", "commit return-tip"),
        walk=_tip_returned,
        time_scale=TWO_SECONDS_A_DAY,
        ends=Ends(
            state=State.RETURNED,
            steps=("give-tip", "earn-tip", "return-tip"),
            journals=(("tip", TIP_FEN), ("tip_earned", TIP_FEN), ("tip_refunded", TIP_FEN)),
            deposit=LEFT_FEN,
            order=BOUGHT,
        ),
    ),
    Road(
        name="breach",
        deeds=("commit place-freeze", "commit transfer-to-provider"),
        walk=_passed_on,
        time_scale=TWO_SECONDS_A_DAY,
        ends=Ends(
            state=State.TRANSFERRED,
            steps=("place-freeze", "transfer-to-provider"),
            journals=(("restriction_transferred", BREACH_FEN),),
            deposit=LEFT_FEN - BREACH_FEN,
            order=BOUGHT,
        ),
    ),
)
