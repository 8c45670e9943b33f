"""The roads of orders whose goods go back, and of a claim that is paid."""

import asyncio

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
from tests.chaos.roads.orders import buy, tell_order, until
from tests.chaos.roads.road import LOOK_SECONDS, Record, Road, Walk
from tests.chaos.town import GOODS_FEN, a_key

COMPENSATION_FEN = 45_67


async def _cancelled(walk: Walk) -> Record:
    """The seller agrees and pays all back; the provider waives its fee, and settles as shown."""
    order, price = await buy(walk), Money(GOODS_FEN)
    async with (
        walk.edge.client(walk.client) as buyer,
        walk.edge.client(walk.town.provider) as provider,
    ):
        await buyer.request_cancellation(order, key=a_key())
        await provider.consent_to_cancellation(order, key=a_key(), refund=price)
        await provider.record_cancellation_refund(
            order, key=a_key(), amount=price, external_ref=f"sr-{order}"
        )
        shown = await provider.preview_settlement(order, fee=FeeChoice.WAIVED)
        await provider.settle_cancellation(
            order, key=a_key(), digest=shown.digest, fee=FeeChoice.WAIVED
        )
        await until(buyer, order)
    return await tell_order(walk)


async def _dissolved(walk: Walk) -> Record:
    """The seller has the goods destroyed and pays all back, as it was shown."""
    order, price, number = await buy(walk), Money(GOODS_FEN), f"sr-{walk.order}"
    await _bring_home(walk)
    async with (
        walk.edge.client(walk.client) as buyer,
        walk.edge.client(walk.town.provider) as provider,
    ):
        piece = await buyer.add_evidence(
            order, b"thirty lids do not close", key=a_key(), media_type=MediaType.TEXT
        )
        await buyer.request_dissolution(
            order, key=a_key(), ground=Ground.DEFECTIVE, inspected=True, evidence=(piece.id,)
        )
        await provider.apply_to_seller(order, key=a_key())
        await provider.consent_to_dissolution(
            order, key=a_key(), refund=price, remedy=Remedy.DESTROY
        )
        await buyer.prove_disposal(order, key=a_key(), remedy=Remedy.DESTROY, evidence=(piece.id,))
        shown = await provider.preview_dissolution_refund(order, amount=price, external_ref=number)
        await provider.record_dissolution_refund(
            order, key=a_key(), amount=price, external_ref=number, digest=shown.digest
        )
        await until(buyer, order)
    return await tell_order(walk)


async def _bring_home(walk: Walk) -> None:
    """The goods come to the storage, where logistics objects and is content, and to the client."""
    order, edge, town = walk.order, walk.edge, walk.town
    async with edge.client(town.storage) as storage, edge.client(town.logistics) as logistics:
        await storage.warehouse_receipt(order, key=a_key(), parcel_ref="NB-1")
        await logistics.object_to_goods(order, key=a_key(), reason=ObjectionReason.OTHER)
        await logistics.resolve_objection(order, key=a_key())
        await logistics.clear_customs(order, key=a_key(), tracking_ref="SW-1")
        await logistics.deliver(order, key=a_key(), tracking_ref="SW-1")


async def _compensated(walk: Walk) -> Record:
    """The provider admits that a loss is its fault, and pays."""
    order, lost = await buy(walk), Money(COMPENSATION_FEN)
    claim = f"clm_of_{order.removeprefix('ord_')}"
    async with (
        walk.edge.client(walk.client) as buyer,
        walk.edge.client(walk.town.provider) as provider,
        walk.edge.client(walk.town.platform) as platform,
    ):
        await buyer.make_claim(
            order,
            key=a_key(),
            against=Opponent.PROVIDER,
            basis=Basis.PROVIDERS_FAULT,
            losses=(Loss(head=LossHead.DIRECT_LOSS, amount=lost),),
            claim_id=claim,
        )
        await provider.admit_claim(claim, key=a_key(), amount=lost)
        await platform.record_compensation(
            claim, key=a_key(), amount=lost, external_ref=f"cp-{order}"
        )
        while (await buyer.claim(claim)).state != State.COMPENSATED:
            await asyncio.sleep(LOOK_SECONDS)
    return await tell_order(walk)


ROADS = (
    Road(
        name="settlement",
        deeds=(
            "commit request-cancellation",
            "commit record-cancellation-refund",
            "commit settle-cancellation",
            "refund order",
            "commit confirm-refund",
        ),
        short=("commit settle-cancellation/after", "refund order/before"),
        walk=_cancelled,
    ),
    Road(
        name="dissolution",
        deeds=(
            "commit request-dissolution",
            "commit record-dissolution-refund",
            "refund order",
            "commit confirm-refund",
        ),
        short=("commit record-dissolution-refund/after",),
        walk=_dissolved,
    ),
    Road(
        name="compensation",
        deeds=("commit make-claim", "commit record-compensation"),
        short=("commit record-compensation/after",),
        walk=_compensated,
    ),
)
