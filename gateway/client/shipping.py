"""Owns the client's commands of the goods' way: parcels, storage, receipt, and objections."""

from collections.abc import Iterable

from daigou.domain.commands import Cause, ObjectionReason
from daigou.domain.money import Money
from daigou.domain.order import Trigger
from gateway.calling import Body
from gateway.client.calls import Calls, Done, price


class Shipping(Calls):
    """Parcels and receipt. `parcel` is a parcel's number; it may be left out if only one fits."""

    async def report_progress(self, order_id: str, *, key: str, note: str | None = None) -> Done:
        """The provider reports how the order goes, or what goes wrong (PSR-8)."""
        return await self.command(order_id, Trigger.REPORT_PROGRESS, {"note": note}, key=key)

    # From the seller to the storage.

    async def dispatch(
        self, order_id: str, *, key: str, tracking_ref: str, quantity: int | None = None
    ) -> Done:
        """The seller sent a parcel, with so many of the goods or all that are missing (PSR-8)."""
        body = {"tracking_ref": tracking_ref, "quantity": quantity}
        return await self.command(order_id, Trigger.DISPATCH, body, key=key)

    async def track(
        self, order_id: str, *, key: str, tracking_ref: str, parcel: str | None = None
    ) -> Done:
        """A parcel moves (PSR-8)."""
        return await self._parcel(
            order_id, Trigger.TRACK, parcel, {"tracking_ref": tracking_ref}, key=key
        )

    async def warehouse_receipt(
        self,
        order_id: str,
        *,
        key: str,
        parcel_ref: str,
        quantity: int | None = None,
        parcel: str | None = None,
    ) -> Done:
        """The storage received a parcel, announced or not (PSR-16)."""
        body = {"parcel_ref": parcel_ref, "quantity": quantity}
        return await self._parcel(order_id, Trigger.WAREHOUSE_RECEIPT, parcel, body, key=key)

    async def report_lost(
        self, order_id: str, *, key: str, parcel: str | None = None, note: str | None = None
    ) -> Done:
        """A parcel is lost on its way to the storage (PSR-8)."""
        return await self._parcel(order_id, Trigger.REPORT_LOST, parcel, {"note": note}, key=key)

    async def object_to_goods(
        self,
        order_id: str,
        *,
        key: str,
        reason: ObjectionReason,
        note: str | None = None,
        evidence: Iterable[str] = (),
        parcel: str | None = None,
    ) -> Done:
        """Logistics objects to the goods at the storage (PSR-16)."""
        body = _objection(reason, note, evidence)
        return await self._parcel(order_id, Trigger.OBJECT_TO_GOODS, parcel, body, key=key)

    async def resolve_objection(
        self, order_id: str, *, key: str, parcel: str | None = None, note: str | None = None
    ) -> Done:
        """Logistics says that its objection is settled (PSR-16)."""
        return await self._parcel(
            order_id, Trigger.RESOLVE_OBJECTION, parcel, {"note": note}, key=key
        )

    async def accept_goods(self, order_id: str, *, key: str, parcel: str | None = None) -> Done:
        """The client takes goods that were objected to as they are (PSR-16)."""
        return await self._parcel(order_id, Trigger.ACCEPT_GOODS, parcel, {}, key=key)

    async def exchange(
        self, order_id: str, *, key: str, tracking_ref: str, parcel: str | None = None
    ) -> Done:
        """The seller sends other goods instead of a parcel's (PSR-8)."""
        return await self._parcel(
            order_id, Trigger.EXCHANGE, parcel, {"tracking_ref": tracking_ref}, key=key
        )

    async def record_seller_refund(
        self,
        order_id: str,
        *,
        key: str,
        goods: Money,
        freight: Money,
        external_ref: str,
        parcel: str | None = None,
    ) -> Done:
        """The seller paid back for a parcel: it goes to the client, with the fee on it (PSR-9)."""
        body = {"goods": price(goods), "freight": price(freight), "external_ref": external_ref}
        return await self._parcel(order_id, Trigger.RECORD_SELLER_REFUND, parcel, body, key=key)

    # At the storage, and abroad.

    async def pay_storage(self, order_id: str, *, key: str, parcel: str | None = None) -> Done:
        """The client pays the storage's unpaid charges from its deposit (PSR-7)."""
        return await self._parcel(order_id, Trigger.PAY_STORAGE, parcel, {}, key=key)

    async def abandon_goods(
        self, order_id: str, *, key: str, parcel: str | None = None, note: str | None = None
    ) -> Done:
        """The client gives the goods at the storage up (PSR-7)."""
        return await self._parcel(order_id, Trigger.ABANDON_GOODS, parcel, {"note": note}, key=key)

    async def clear_customs(
        self, order_id: str, *, key: str, tracking_ref: str, parcel: str | None = None
    ) -> Done:
        """A parcel cleared export customs (PSR-12-7)."""
        return await self._parcel(
            order_id, Trigger.CLEAR_CUSTOMS, parcel, {"tracking_ref": tracking_ref}, key=key
        )

    async def deliver(
        self, order_id: str, *, key: str, tracking_ref: str, parcel: str | None = None
    ) -> Done:
        """A parcel was delivered (PSR-17-1)."""
        return await self._parcel(
            order_id, Trigger.DELIVER, parcel, {"tracking_ref": tracking_ref}, key=key
        )

    async def refuse_package(
        self,
        order_id: str,
        *,
        key: str,
        reason: ObjectionReason,
        note: str | None = None,
        evidence: Iterable[str] = (),
        parcel: str | None = None,
    ) -> Done:
        """The client refuses a package at the door (PSR-17-1)."""
        body = _objection(reason, note, evidence)
        return await self._parcel(order_id, Trigger.REFUSE_PACKAGE, parcel, body, key=key)

    async def settle_package(
        self,
        order_id: str,
        *,
        key: str,
        cause: Cause,
        note: str | None = None,
        parcel: str | None = None,
    ) -> Done:
        """The platform says where the cause of a refused package lies (PSR-17-2)."""
        body = {"cause": cause, "note": note}
        return await self._parcel(order_id, Trigger.SETTLE_PACKAGE, parcel, body, key=key)

    # Receipt.

    async def object_to_receipt(
        self,
        order_id: str,
        *,
        key: str,
        reason: ObjectionReason,
        note: str | None = None,
        evidence: Iterable[str] = (),
    ) -> Done:
        """The client objects to what was delivered (PSR-18-3)."""
        body = _objection(reason, note, evidence)
        return await self.command(order_id, Trigger.OBJECT_TO_RECEIPT, body, key=key)

    async def settle_objection(
        self, order_id: str, *, key: str, cause: Cause, note: str | None = None
    ) -> Done:
        """The platform says what came of checking an objection with logistics (PSR-17-2)."""
        body = {"cause": cause, "note": note}
        return await self.command(order_id, Trigger.SETTLE_OBJECTION, body, key=key)

    async def confirm_receipt(self, order_id: str, *, key: str) -> Done:
        """The client confirms receipt without objection (PSR-18-2)."""
        return await self.command(order_id, Trigger.CONFIRM_RECEIPT, key=key)


def _objection(reason: ObjectionReason, note: str | None, evidence: Iterable[str]) -> Body:
    return {"reason": reason, "note": note, "evidence": list(evidence)}
