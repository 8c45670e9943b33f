"""Owns the bodies of the goods' way: parcels, objections, and where their cause lies."""

from typing import Annotated

from pydantic import Field

from daigou.domain import commands
from daigou.domain.commands import Cause, Command, ObjectionReason
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from gateway.schemas.body import EACH, EVIDENCE_MAX, CommandBody, EvidenceRef, NotedBody
from gateway.wire import Price, Reference

_LIMITS = current().limits


class DispatchBody(CommandBody):
    """A parcel that the seller sent, under the carrier's number."""

    tracking_ref: Annotated[Reference, Field(examples=["SF1234567890"])]
    quantity: Annotated[
        int | None,
        Field(
            ge=1,
            le=_LIMITS.quantity_max,
            description="How many of the goods are in a new parcel; all that are not on their "
            "way yet if left out. An exchange holds as many as the parcel did.",
        ),
    ] = None

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Dispatch(tracking_ref=self.tracking_ref, quantity=self.quantity)


class WarehouseReceiptBody(CommandBody):
    """The storage's own number for the parcel that it received; a parcel that nobody announced
    comes to be by it."""

    parcel_ref: Annotated[Reference, Field(examples=["YW-2026-000123"])]
    quantity: Annotated[
        int | None,
        Field(
            ge=1,
            le=_LIMITS.quantity_max,
            description="How many of the goods are in a parcel that nobody announced; all that are "
            "not on their way yet if left out.",
        ),
    ] = None

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.WarehouseReceipt(parcel_ref=self.parcel_ref, quantity=self.quantity)


class TransportBody(CommandBody):
    """A step of a parcel's way, under the carrier's number."""

    tracking_ref: Annotated[Reference, Field(examples=["EX123456789CN"])]

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Transport(tracking_ref=self.tracking_ref)


class ObjectionBody(NotedBody):
    """What is wrong, with evidence that was handed in before."""

    refusals = (RefusalCode.WRONG_REFERENCE,)
    proves = (("evidence", EACH),)

    reason: ObjectionReason
    evidence: Annotated[
        tuple[EvidenceRef, ...],
        Field(
            max_length=EVIDENCE_MAX,
            description="Ids of evidence on this order: see POST …/evidence.",
        ),
    ] = ()

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Objection(reason=self.reason, note_ref=note_ref, evidence=self.evidence)


class CauseFoundBody(NotedBody):
    """Where the cause lies, as far as was found out with logistics (PSR-17-2)."""

    cause: Cause

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.CauseFound(cause=self.cause, note_ref=note_ref)


class SellerRefundBody(CommandBody):
    """What the seller paid back for a parcel: all of it, with the fee on it, goes to the client."""

    goods: Price
    freight: Price
    external_ref: Annotated[Reference, Field(examples=["SR-2026-0001"])]

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.SellerRefund(
            goods=self.goods.money, freight=self.freight.money, external_ref=self.external_ref
        )
