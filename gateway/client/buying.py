"""Owns the client's commands of the purchase: its price, its outcome, and what is paid back."""

from daigou.domain.commands import UnrealizableReason
from daigou.domain.money import ZERO, Money
from daigou.domain.order import TableName, Trigger
from gateway.calling import Body
from gateway.client.calls import Calls, Done, outcome, price, some


class Buying(Calls):
    """The purchase from the seller, and refunds."""

    async def report_price(
        self,
        order_id: str,
        *,
        key: str,
        goods: Money,
        freight: Money,
        quantity: int,
        digest: str | None = None,
    ) -> Done:
        """The provider reports what the seller asks now, for how many (PSR-9, PSR-10-2); with a
        digest, exactly as it was previewed."""
        body = {**_asked(goods, freight, quantity), "digest": digest}
        return await self.command(order_id, Trigger.REPORT_PRICE, body, key=key)

    async def quote_anew(
        self,
        order_id: str,
        *,
        key: str,
        goods: Money,
        freight: Money,
        quantity: int,
        reference: str,
    ) -> Done:
        """The seller answered a purchase with another price, or a part (PSR-9, PSR-10-2)."""
        body = {**_asked(goods, freight, quantity), "reference": reference}
        return await self.command(order_id, Trigger.QUOTE_ANEW, body, key=key)

    async def accept_part(self, order_id: str, *, key: str) -> Done:
        """The client takes the part that the seller has (PSR-9)."""
        return await self.command(order_id, Trigger.ACCEPT_PART, key=key)

    async def decline_offer(self, order_id: str, *, key: str) -> Done:
        """The client declines the higher price, or the part (PSR-9, PSR-10-2)."""
        return await self.command(order_id, Trigger.DECLINE_OFFER, key=key)

    async def purchase(self, order_id: str, *, key: str) -> Done:
        """The provider orders the goods from the seller (PSR-8)."""
        return await self.command(order_id, Trigger.PURCHASE, key=key)

    async def record_purchase(
        self,
        order_id: str,
        *,
        key: str,
        seller_order_no: str,
        goods: Money,
        freight: Money,
        delivery_address: str,
        digest: str | None = None,
    ) -> Done:
        """The seller took the order and was paid (PSR-8, PSR-11); with a digest, exactly as it was
        previewed."""
        body = {
            "seller_order_no": seller_order_no,
            "goods": price(goods),
            "freight": price(freight),
            "delivery_address": delivery_address,
            "digest": digest,
        }
        return await self.command(order_id, Trigger.RECORD_PURCHASE, body, key=key)

    async def fail_purchase(
        self, order_id: str, *, key: str, reference: str, reason: str | None = None
    ) -> Done:
        """The seller was not paid; it can be tried again (PSR-8)."""
        body = outcome(reference, reason=reason)
        return await self.command(order_id, Trigger.FAIL_PURCHASE, body, key=key)

    async def reject_purchase(
        self, order_id: str, *, key: str, reference: str, reason: str | None = None
    ) -> Done:
        """The seller cannot or will not sell (PSR-9)."""
        body = outcome(reference, reason=reason)
        return await self.command(order_id, Trigger.REJECT_PURCHASE, body, key=key)

    async def report_unrealizable(
        self,
        order_id: str,
        *,
        key: str,
        reason: UnrealizableReason,
        note: str | None = None,
        seller_refund: Money = ZERO,
    ) -> Done:
        """The provider reports that the purchase cannot be made (PSR-9), and what the seller gave
        back of an advance deposit (PSR-15-2)."""
        body = {"reason": reason, "note": note, "seller_refund": some(seller_refund)}
        return await self.command(order_id, Trigger.REPORT_UNREALIZABLE, body, key=key)

    async def confirm_refund(
        self, order_id: str, *, key: str, refund: str, external_ref: str | None = None
    ) -> Done:
        """The institution paid a refund (PSR-9); `refund` is its number."""
        body = {"external_ref": external_ref}
        item = (TableName.REFUND, refund)
        return await self.command(order_id, Trigger.CONFIRM_REFUND, body, key=key, item=item)

    async def fail_refund(
        self, order_id: str, *, key: str, refund: str, reason: str | None = None
    ) -> Done:
        """The institution cannot pay a refund (PSR-9); `refund` is its number."""
        item = (TableName.REFUND, refund)
        return await self.command(
            order_id, Trigger.FAIL_REFUND, {"reason": reason}, key=key, item=item
        )


def _asked(goods: Money, freight: Money, quantity: int) -> Body:
    return {"goods": price(goods), "freight": price(freight), "quantity": quantity}
