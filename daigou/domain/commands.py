"""Owns the commands: one frozen value a trigger, parsed at the edge and never changed after."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from daigou.domain.account_commands import (
    Block as Block,
)
from daigou.domain.account_commands import (
    CloseAccount as CloseAccount,
)
from daigou.domain.account_commands import (
    DenyJustCause as DenyJustCause,
)
from daigou.domain.account_commands import (
    DisposeGoods as DisposeGoods,
)
from daigou.domain.account_commands import (
    DisputeReason as DisputeReason,
)
from daigou.domain.account_commands import (
    EvidenceBundle as EvidenceBundle,
)
from daigou.domain.account_commands import (
    Footing as Footing,
)
from daigou.domain.account_commands import (
    FreezeReason as FreezeReason,
)
from daigou.domain.account_commands import (
    Head as Head,
)
from daigou.domain.account_commands import (
    InstitutionVerdict as InstitutionVerdict,
)
from daigou.domain.account_commands import (
    PayChargeback as PayChargeback,
)
from daigou.domain.account_commands import (
    PaymentHold as PaymentHold,
)
from daigou.domain.account_commands import (
    PayoutMethod as PayoutMethod,
)
from daigou.domain.account_commands import (
    PlaceFreeze as PlaceFreeze,
)
from daigou.domain.account_commands import (
    ReportChargeback as ReportChargeback,
)
from daigou.domain.account_commands import (
    RequestWithdrawal as RequestWithdrawal,
)
from daigou.domain.account_commands import (
    Stand as Stand,
)
from daigou.domain.ids import CouponId, MovementRef, OrderId, PartyId
from daigou.domain.money import ZERO, Money, total
from daigou.domain.order import Parties, State
from daigou.domain.screening import Finding
from daigou.domain.side_commands import Calendar as Calendar
from daigou.domain.side_commands import Consult as Consult
from daigou.domain.side_commands import Tip as Tip
from daigou.domain.side_commands import TipGrounds as TipGrounds
from daigou.domain.side_commands import Topic as Topic


class LineCode(StrEnum):
    """What a line of the order amount is for (PSR-6, PSR-7)."""

    GOODS = "goods"
    FREIGHT = "freight"
    SERVICE_FEE = "service_fee"
    OTHER_FEE = "other_fee"
    STORAGE_FEE = "storage_fee"
    FIXED_LOSS = "fixed_loss"
    PAYMENT_CHANNEL_FEE = "payment_channel_fee"
    INSPECTION_FEE = "inspection_fee"
    STORAGE_CHARGE = "storage_charge"
    CANCELLATION_COST = "cancellation_cost"
    SELLER_PENALTY = "seller_penalty"


THIRD_PARTY_CODES = frozenset(
    {
        LineCode.STORAGE_FEE,
        LineCode.FIXED_LOSS,
        LineCode.PAYMENT_CHANNEL_FEE,
        LineCode.INSPECTION_FEE,
        LineCode.STORAGE_CHARGE,
    }
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


class CautionKind(StrEnum):
    """Goods that a client is cautioned about before an order for them is accepted (PSR-15)."""

    CUSTOMISED = "customised"
    ADVANCE_DEPOSIT = "advance_deposit"
    LOW_REPUTATION = "low_reputation"
    NO_MARKET_PRICE = "no_market_price"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceDeposit:
    """Goods that are paid in two steps: `amount` of their price first, the rest by the agreed date
    (PSR-15-2). `balance_by` is a moment, UTC."""

    amount: Money
    balance_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftLimit:
    """How much more the seller may charge than was quoted without the client being asked first
    (PSR-10-2): up to `amount`, or anything."""

    amount: Money = ZERO
    any: bool = False

    def allows(self, rise: Money) -> bool:
        """Whether the client agreed beforehand to a rise."""
        return self.any or rise <= self.amount


NO_DRIFT = DriftLimit()
NO_MOVEMENT = MovementRef("")


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
    promoter: PartyId | None = None
    cautions: tuple[CautionKind, ...] = ()
    advance: AdvanceDeposit | None = None
    drift_limit: DriftLimit = NO_DRIFT
    findings: tuple[Finding, ...] = ()
    kind: Literal["request"] = "request"

    @property
    def goods(self) -> Money:
        """Unit price times quantity."""
        return Money(self.unit_price.amount * self.quantity, self.unit_price.currency)

    @property
    def parties(self) -> Parties:
        """Whose order it asks for."""
        return Parties(
            client=self.client,
            provider=self.provider,
            storage=self.storage,
            logistics=self.logistics,
            promoter=self.promoter,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """The provider accepts and opens the checkout with every line it or others collect.

    `findings` are those of the screening list as it stands now: goods may have been suspended from
    ordering since they were asked for (LM-22).
    """

    lines: tuple[Line, ...] = ()
    findings: tuple[Finding, ...] = ()
    kind: Literal["accept"] = "accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A person's decision on goods that the screening was in doubt about (PSR-14)."""

    note_ref: str = ""
    kind: Literal["verdict"] = "verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """A caution about the goods (PSR-15); a note in free words is stored apart.

    When a caution about customised goods is acknowledged, the note holds what the client and the
    seller agreed.
    """

    caution: CautionKind
    note_ref: str = ""
    kind: Literal["caution"] = "caution"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitPriceDrift:
    """The client says how much more the seller may charge without asking (PSR-10-2)."""

    limit: DriftLimit
    kind: Literal["limit-price-drift"] = "limit-price-drift"


class RefusalReason(StrEnum):
    """Why a provider refuses (PSR-2-1, PSR-14); the last two also after the acceptance (PSR-3-2,
    PSR-15-5)."""

    OUT_OF_SCOPE = "out_of_scope"
    NO_CAPACITY = "no_capacity"
    PROHIBITED_GOODS = "prohibited_goods"
    SELLER_UNSUITABLE = "seller_unsuitable"
    OTHER = "other"
    REQUIREMENT = "requirement"
    SENSITIVE_GOODS = "sensitive_goods"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """The provider refuses, with a reason; a note in free words is stored apart.

    `requirement` names the special requirement that stands in the way (PSR-3-2). `costs` were
    incurred for sensitive goods after the payment and are the client's (PSR-15-5). `loss` is what
    the provider says that a request for prohibited goods cost it: recorded, not collected (PSR-14).
    """

    reason: RefusalReason
    note_ref: str = ""
    requirement: str = ""
    costs: tuple[Line, ...] = ()
    loss: Money = ZERO
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
    """The client pays the whole of what is due: from deposit, institution, or both (UA-1-8).

    `coupons` reduce what is due by what the platform's rules allow (UA-1-10).
    """

    from_deposit: Money = ZERO
    from_institution: Money = ZERO
    payment_method: str = ""
    coupons: tuple[CouponId, ...] = ()
    kind: Literal["pay"] = "pay"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualPrice:
    """What the seller asks now, for how many of the goods (PSR-10-2). Sums are for all of them.

    `reference` is our movement that the seller answered so; empty where the provider reports it.
    `digest` is that of the preview which was shown, if one was.
    """

    goods: Money
    freight: Money
    quantity: int
    reference: MovementRef = NO_MOVEMENT
    digest: str = ""
    kind: Literal["actual-price"] = "actual-price"

    @property
    def total(self) -> Money:
        """Goods and freight together."""
        return self.goods + self.freight


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """The provider orders the goods from the seller; the seller is paid from the escrow."""

    kind: Literal["purchase"] = "purchase"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPurchase:
    """The seller took the order, to the storage's address (PSR-11), at no more than was agreed.

    `digest` is that of the preview which was shown, if one was.
    """

    seller_order_no: str
    goods: Money
    freight: Money
    delivery_address: str
    digest: str = ""
    kind: Literal["record-purchase"] = "record-purchase"


class UnrealizableReason(StrEnum):
    """Why the purchase cannot be made (PSR-9)."""

    SELLER_STOPPED = "seller_stopped"
    SOLD_OUT = "sold_out"
    PRICE_CHANGED = "price_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportUnrealizable:
    """The seller stopped selling, has no stock or changed the price (PSR-9).

    `seller_refund` is what the seller gave back of an advance deposit that it had already taken.
    """

    reason: UnrealizableReason
    note_ref: str = ""
    seller_refund: Money = ZERO
    kind: Literal["report-unrealizable"] = "report-unrealizable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A command that says nothing beyond its trigger but a note, stored apart."""

    note_ref: str = ""
    kind: Literal["noted"] = "noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """The seller sent a parcel to the storage, or another one instead (PSR-8).

    `quantity` is how many of the goods are in it; none means all that are not on their way yet.
    """

    tracking_ref: str
    quantity: int | None = None
    kind: Literal["dispatch"] = "dispatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseReceipt:
    """The storage received a parcel; `parcel_ref` is the storage's own number for it.

    `quantity` counts for a parcel that nobody announced; none means all that are still missing.
    """

    parcel_ref: str
    quantity: int | None = None
    kind: Literal["warehouse-receipt"] = "warehouse-receipt"


class ObjectionReason(StrEnum):
    """What is wrong with goods or a package (PSR-16, PSR-17-1, PSR-18-3)."""

    DAMAGED = "damaged"
    WRONG_GOODS = "wrong_goods"
    WRONG_QUANTITY = "wrong_quantity"
    NOT_SHIPPABLE = "not_shippable"
    NOT_AS_PROMISED = "not_as_promised"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Somebody objects, with a reason; a note and evidence are stored apart."""

    reason: ObjectionReason
    note_ref: str = ""
    evidence: tuple[str, ...] = ()
    kind: Literal["objection"] = "objection"


class Cause(StrEnum):
    """Where the platform found the cause of an objection to lie (PSR-17-2)."""

    NONE_FOUND = "none_found"
    LOGISTICS = "logistics"
    SELLER = "seller"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseFound:
    """What came of checking an objection with logistics (PSR-17-2)."""

    cause: Cause
    note_ref: str = ""
    kind: Literal["cause-found"] = "cause-found"


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerRefund:
    """The seller paid back, for goods and freight of a parcel that is not coming or not kept."""

    goods: Money
    freight: Money
    external_ref: str
    kind: Literal["seller-refund"] = "seller-refund"


class FeeChoice(StrEnum):
    """What the provider does with its fee when the client cancels (PSR-12-3)."""

    KEPT = "kept"
    WAIVED = "waived"


class CostKind(StrEnum):
    """What a cancellation costs, before it or by it (PSR-12-4)."""

    CUSTODY = "custody"
    TRANSPORT = "transport"
    PAYMENT = "payment"
    PACKAGING = "packaging"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A cost of the cancellation: who is paid for it, and the evidence that it was incurred."""

    cost: CostKind
    amount: Money
    payee: PartyId
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerConsent:
    """The seller agrees to cancel: it pays `refund` back, and charges the provider a `penalty`.

    What was lost or damaged on the way back to it, it may want paid for: that is a penalty, too
    (PSR-12-5, PSR-12-6).
    """

    refund: Money
    penalty: Money = ZERO
    note_ref: str = ""
    kind: Literal["seller-consent"] = "seller-consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRefund:
    """The seller paid back, in whole or in part; `external_ref` is its own number of the payment,
    by which it is posted once. `digest` is that of the preview which was shown, if one was."""

    amount: Money
    external_ref: str
    digest: str = ""
    kind: Literal["case-refund"] = "case-refund"


class Ground(StrEnum):
    """Why goods that were delivered may be given back (PSR-13-1)."""

    NOT_AS_PROMISED = "not_as_promised"
    DEFECTIVE = "defective"
    INFRINGING = "infringing"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDissolution:
    """The client inspected the goods in person and asks for the purchase to be undone (PSR-13-1).

    `evidence` names pieces that were handed in before; a note in free words is stored apart.
    """

    ground: Ground
    inspected: bool
    evidence: tuple[str, ...] = ()
    note_ref: str = ""
    kind: Literal["request-dissolution"] = "request-dissolution"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreEvidence:
    """Evidence that comes after the request; once the seller has been asked it is late."""

    evidence: tuple[str, ...]
    note_ref: str = ""
    kind: Literal["more-evidence"] = "more-evidence"


class Remedy(StrEnum):
    """What the seller wants done with the goods (PSR-13-5)."""

    RETURN = "return"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerAgreement:
    """The seller agrees to dissolve: what it pays back, and what is to be done with the goods.

    The place that they are to be returned to stands in the note.
    """

    refund: Money
    remedy: Remedy
    note_ref: str = ""
    kind: Literal["seller-agreement"] = "seller-agreement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposal:
    """The goods were returned, or destroyed on site, with the proof of it, and what that cost the
    client: it is asked of the seller (PSR-13-5)."""

    remedy: Remedy
    evidence: tuple[str, ...]
    cost: Money = ZERO
    note_ref: str = ""
    kind: Literal["disposal"] = "disposal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCost:
    """The seller paid for the return or the destruction, in whole or in part (PSR-13-5)."""

    amount: Money
    external_ref: str
    kind: Literal["return-cost"] = "return-cost"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleCancellation:
    """The provider settles a cancellation: its costs, and whether it keeps its fee (PSR-12-3).

    `digest` is that of the preview which was shown; the settlement is as it was shown, or refused.
    """

    digest: str
    fee: FeeChoice = FeeChoice.KEPT
    costs: tuple[Cost, ...] = ()
    note_ref: str = ""
    kind: Literal["settle-cancellation"] = "settle-cancellation"


class LossHead(StrEnum):
    """What a claim is for (PSR-25)."""

    DIRECT_LOSS = "direct_loss"
    PAID_TO_OTHERS = "paid_to_others"
    COST_OF_DISPUTE = "cost_of_dispute"


class Opponent(StrEnum):
    """Whom a client claims against."""

    PROVIDER = "provider"
    LOGISTICS = "logistics"
    SELLER = "seller"


class Basis(StrEnum):
    """What a claim rests on: the clause that gives it."""

    PROVIDERS_FAULT = "PSR-24"
    DISSOLUTION_BY_PROVIDERS_FAULT = "PSR-13-7"
    CAUSE_WITH_LOGISTICS = "PSR-17-2"
    SELLER_REFUSED_DISSOLUTION = "PSR-13-4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A part of a claim: what for, and how much."""

    head: LossHead
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What is known of an order that a claim on it can rest on.

    `agreed` says that an agreement was made on it, `with_logistics` that the platform found a cause
    with logistics (PSR-17-2), `seller_refused` that the seller refused to dissolve (PSR-13-4).
    `amount` is the order amount, `claimed` what is claimed of the provider already (PSR-24).
    """

    state: State
    agreed: bool = False
    with_logistics: bool = False
    seller_refused: bool = False
    amount: Money = ZERO
    claimed: Money = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A client's claim, with its heads of loss, its basis, and the grounds as they were seen when
    it was made (PSR-25)."""

    order: OrderId
    against: Opponent
    basis: Basis
    losses: tuple[Loss, ...]
    grounds: Grounds
    evidence: tuple[str, ...] = ()
    note_ref: str = ""
    kind: Literal["claim"] = "claim"

    @property
    def asked(self) -> Money:
        """All that is claimed."""
        return total([each.amount for each in self.losses])


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    """So much of the claim is admitted."""

    amount: Money
    note_ref: str = ""
    kind: Literal["admit"] = "admit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compensation:
    """What was admitted was paid; `external_ref` is the payer's own number of the payment."""

    amount: Money
    external_ref: str
    kind: Literal["compensation"] = "compensation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """A step of a parcel's way; `tracking_ref` is the carrier's number (customs, delivery)."""

    tracking_ref: str
    kind: Literal["transport"] = "transport"


@dataclass(frozen=True, slots=True, kw_only=True)
class Require:
    """A special requirement as a message (PSR-3-1); its words are stored apart.

    `needed` says that the order is of no use to the client without it.
    """

    note_ref: str
    needed: bool = False
    kind: Literal["require"] = "require"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Words from one party to another, stored apart: a question, an answer, an opinion."""

    note_ref: str
    kind: Literal["message"] = "message"


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


@runtime_checkable
class AboutAnOrder(Protocol):
    """A command that opens a subject about an order: it is written under the order's lock."""

    @property
    def order(self) -> OrderId:
        """The order that it is about."""


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
    | Verdict
    | Caution
    | LimitPriceDrift
    | Accept
    | Refuse
    | Withdraw
    | ChooseLogistics
    | Pay
    | ActualPrice
    | Purchase
    | RecordPurchase
    | ReportUnrealizable
    | Noted
    | Dispatch
    | WarehouseReceipt
    | Objection
    | CauseFound
    | SellerRefund
    | SellerConsent
    | CaseRefund
    | SettleCancellation
    | RequestDissolution
    | MoreEvidence
    | SellerAgreement
    | Disposal
    | ReturnCost
    | Claim
    | Admit
    | Compensation
    | Transport
    | Require
    | Message
    | Outcome
    | RequestRecharge
    | RequestWithdrawal
    | PlaceFreeze
    | CloseAccount
    | PayoutMethod
    | ReportChargeback
    | DenyJustCause
    | PayChargeback
    | InstitutionVerdict
    | EvidenceBundle
    | PaymentHold
    | DisposeGoods
    | Tip
    | Consult
    | Plain
)
