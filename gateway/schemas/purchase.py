"""Owns the bodies of the purchase: what the seller asks, sells, or does not."""

from typing import Annotated

from pydantic import Field

from daigou.domain import commands
from daigou.domain.commands import Command, UnrealizableReason
from daigou.domain.ids import MovementRef
from daigou.domain.money import ZERO
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from gateway.schemas.body import CommandBody, Digest, NotedBody
from gateway.wire import Price, Reference, Text300

_LIMITS = current().limits


class ActualPriceBody(CommandBody):
    """What the seller asks now, for all of the goods that it has: sums for the whole quantity."""

    refusals = (
        RefusalCode.PRICE_CHANGED,
        RefusalCode.WRONG_REFERENCE,
        RefusalCode.STALE_PREVIEW,
    )

    goods: Price
    freight: Price
    quantity: Annotated[int, Field(ge=1, le=_LIMITS.quantity_max)]
    reference: Annotated[
        Reference | None,
        Field(description="Our reference of the purchase that the seller answered so."),
    ] = None
    digest: Digest | None = None

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.ActualPrice(
            goods=self.goods.money,
            freight=self.freight.money,
            quantity=self.quantity,
            reference=MovementRef(self.reference or ""),
            digest=self.digest or "",
        )


class PurchaseBody(CommandBody):
    """The provider orders from the seller; the price and the address are the order's own."""

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Purchase()


class RecordPurchaseBody(CommandBody):
    """What the seller's confirmed order says: the agreed address, and no more than the agreed
    price; what it is less goes back."""

    refusals = (
        RefusalCode.PRICE_CHANGED,
        RefusalCode.WRONG_DELIVERY_ADDRESS,
        RefusalCode.WRONG_REFERENCE,
        RefusalCode.STALE_PREVIEW,
    )

    seller_order_no: Annotated[Reference, Field(examples=["900000000000000001"])]
    goods: Price
    freight: Price
    delivery_address: Text300
    digest: Digest | None = None

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.RecordPurchase(
            seller_order_no=self.seller_order_no,
            goods=self.goods.money,
            freight=self.freight.money,
            delivery_address=self.delivery_address,
            digest=self.digest or "",
        )


class ReportUnrealizableBody(NotedBody):
    """Why the purchase cannot be made."""

    reason: UnrealizableReason
    seller_refund: Annotated[
        Price | None, Field(description="What the seller gave back of an advance deposit.")
    ] = None

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.ReportUnrealizable(
            reason=self.reason,
            note_ref=note_ref,
            seller_refund=self.seller_refund.money if self.seller_refund else ZERO,
        )
