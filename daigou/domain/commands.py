"""Owns the commands: one frozen value a trigger, parsed at the edge and never changed after."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from daigou.domain.ids import MovementRef, PartyId
from daigou.domain.money import ZERO, Money
from daigou.domain.screening import Finding


class LineCode(StrEnum):
    """What a line of the order amount is for (PSR-6, PSR-7)."""

    GOODS = "goods"
    FREIGHT = "freight"
    SERVICE_FEE = "service_fee"
    OTHER_FEE = "other_fee"
    STORAGE_FEE = "storage_fee"
    FIXED_LOSS = "fixed_loss"
    PAYMENT_CHANNEL_FEE = "payment_channel_fee"


THIRD_PARTY_CODES = frozenset(
    {LineCode.STORAGE_FEE, LineCode.FIXED_LOSS, LineCode.PAYMENT_CHANNEL_FEE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the order amount; `collector` is the party that collects it (PSR-6, PSR-7)."""

    code: LineCode
    label: str
    amount: Money
    collector: PartyId

    @property
    def of_third_party(self) -> bool:
        """Whether the provider never holds it, and so never refunds it (PSR-7)."""
        return self.code in THIRD_PARTY_CODES


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """The client's agreement to the mandate declaration (PSR-1-2)."""

    version: str
    digest: str
    agreed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """A missing fact that could be settled without doubt, and from what (PSR-1-3)."""

    fact: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A client's valid purchasing request (PSR-1-1). Prices are those quoted by the seller.

    `findings` are those of the screening list as it stood when the request was made (PSR-14).
    """

    client: PartyId
    provider: PartyId
    storage: PartyId
    logistics: PartyId | None
    product_link: str
    offer_id: str
    title: str
    seller_name: str
    specification: str
    category: str
    quantity: int
    unit_price: Money
    freight: Money
    delivery_address: str
    client_country: str
    mandate: Mandate
    inferred: tuple[Inference, ...] = ()
    findings: tuple[Finding, ...] = ()
    kind: Literal["request"] = "request"

    @property
    def goods(self) -> Money:
        """Unit price times quantity."""
        return Money(self.unit_price.amount * self.quantity, self.unit_price.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """The provider accepts and opens the checkout with every line it or others collect."""

    lines: tuple[Line, ...] = ()
    kind: Literal["accept"] = "accept"


class RefusalReason(StrEnum):
    """Why a provider refuses a request (PSR-2-1, PSR-14)."""

    OUT_OF_SCOPE = "out_of_scope"
    NO_CAPACITY = "no_capacity"
    PROHIBITED_GOODS = "prohibited_goods"
    SELLER_UNSUITABLE = "seller_unsuitable"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """The provider refuses, with a reason; a note in free words is stored apart."""

    reason: RefusalReason
    note_ref: str = ""
    kind: Literal["refuse"] = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """The client takes the request back before paying."""

    note_ref: str = ""
    kind: Literal["withdraw"] = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseLogistics:
    """The client chooses who ships the goods abroad (PSR-5)."""

    logistics: PartyId
    kind: Literal["choose-logistics"] = "choose-logistics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """The client pays the whole order amount: from deposit, institution, or both (UA-1-8)."""

    from_deposit: Money = ZERO
    from_institution: Money = ZERO
    payment_method: str = ""
    kind: Literal["pay"] = "pay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """The provider orders the goods from the seller; the seller is paid from the escrow."""

    kind: Literal["purchase"] = "purchase"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPurchase:
    """The seller took the order at the quoted price, to the storage's address (PSR-11)."""

    seller_order_no: str
    goods: Money
    freight: Money
    delivery_address: str
    kind: Literal["record-purchase"] = "record-purchase"


class UnrealizableReason(StrEnum):
    """Why the purchase cannot be made (PSR-9)."""

    SELLER_STOPPED = "seller_stopped"
    SOLD_OUT = "sold_out"
    PRICE_CHANGED = "price_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportUnrealizable:
    """The seller stopped selling, has no stock or changed the price (PSR-9)."""

    reason: UnrealizableReason
    note_ref: str = ""
    kind: Literal["report-unrealizable"] = "report-unrealizable"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseReceipt:
    """The storage received the goods; `parcel_ref` is the storage's own number for them."""

    parcel_ref: str
    kind: Literal["warehouse-receipt"] = "warehouse-receipt"


class ObjectionReason(StrEnum):
    """What logistics found wrong with the goods at the storage (PSR-16)."""

    DAMAGED = "damaged"
    WRONG_GOODS = "wrong_goods"
    WRONG_QUANTITY = "wrong_quantity"
    NOT_SHIPPABLE = "not_shippable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectToGoods:
    """Logistics objects to the goods within the window (PSR-16)."""

    reason: ObjectionReason
    note_ref: str = ""
    kind: Literal["object-to-goods"] = "object-to-goods"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """A step of the way abroad; `tracking_ref` is the carrier's number (customs, delivery)."""

    tracking_ref: str
    kind: Literal["transport"] = "transport"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of money that moved outside: our reference, theirs, and a reason if it failed."""

    reference: MovementRef
    external_ref: str = ""
    reason: str = ""
    kind: Literal["outcome"] = "outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecharge:
    """A client puts money into its deposit (UA-1-8)."""

    client: PartyId
    amount: Money
    payment_method: str
    kind: Literal["request-recharge"] = "request-recharge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A command that says nothing beyond its trigger."""

    kind: Literal["plain"] = field(default="plain")


def sums_in(said: object) -> Iterator[Money]:
    """Every sum of money that a command or a part of it names."""
    if isinstance(said, Money):
        yield said
    elif isinstance(said, tuple):
        for each in said:
            yield from sums_in(each)
    elif is_dataclass(said):
        for each in fields(said):
            yield from sums_in(getattr(said, each.name))


Command = (
    Request
    | Accept
    | Refuse
    | Withdraw
    | ChooseLogistics
    | Pay
    | Purchase
    | RecordPurchase
    | ReportUnrealizable
    | WarehouseReceipt
    | ObjectToGoods
    | Transport
    | Outcome
    | RequestRecharge
    | Plain
)
