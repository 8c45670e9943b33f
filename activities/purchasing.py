"""The seller platform's activities: buying, and the question what became of it."""

import asyncio
from dataclasses import dataclass

from temporalio import activity

from activities.answers import Answered, ask_until_known, send_once, why_not
from daigou.domain.commands import ActualPrice, Outcome, RecordPurchase
from daigou.domain.ids import MovementRef
from daigou.ports.books import Books
from daigou.ports.counterparties import Reply, Standing
from daigou.ports.seller_platform import SellerPlatform


@dataclass(frozen=True)
class Purchasing:
    """Orders goods from sellers; what to buy, and for how much, is read from the books."""

    books: Books
    sellers: SellerPlatform

    @activity.defn
    async def buy(self, reference: MovementRef) -> Answered:
        """Orders at no more than the agreed price, to the storage's address (PSR-8, PSR-11)."""

        async def send() -> Reply:
            buy = await asyncio.to_thread(self.books.to_buy, reference)
            return await self.sellers.buy(
                reference=reference,
                offer_id=buy.offer_id,
                quantity=buy.quantity,
                goods=buy.goods,
                freight=buy.freight,
                delivery_address=buy.delivery_address,
                pay=buy.pay,
            )

        return await send_once(reference, send, _outcome)

    @activity.defn
    async def ask_seller(self, reference: MovementRef) -> Answered:
        """Asks what became of a purchase, until the seller platform knows."""
        return await ask_until_known(
            reference, lambda: self.sellers.ask(reference=reference), _outcome
        )


def _outcome(reference: MovementRef, reply: Reply) -> Outcome | RecordPurchase | ActualPrice:
    if reply.goods is None or reply.freight is None:
        return Outcome(reference=reference, external_ref=reply.external_ref, reason=why_not(reply))
    if reply.standing == Standing.DONE:
        return RecordPurchase(
            seller_order_no=reply.external_ref,
            goods=reply.goods,
            freight=reply.freight,
            delivery_address=reply.delivery_address,
        )
    if reply.standing == Standing.REPRICED and reply.quantity is not None:
        return ActualPrice(
            goods=reply.goods,
            freight=reply.freight,
            quantity=reply.quantity,
            reference=reference,
        )
    return Outcome(reference=reference, external_ref=reply.external_ref, reason=why_not(reply))
