"""Owns the commands about clients' accounts: withdrawals, freezes, closing, chargebacks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from daigou.domain.ids import ChargebackId, MovementRef, OrderId, PartyId
from daigou.domain.money import ZERO, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWithdrawal:
    """A client takes money out of its deposit (UA-1-8)."""

    client: PartyId
    amount: Money
    payment_method: str
    kind: Literal["request-withdrawal"] = "request-withdrawal"


class Block(StrEnum):
    """What a freeze can forbid: taking money out of the deposit, paying from it, putting money into
    it, and asking for purchases."""

    WITHDRAWAL = "withdrawal"
    USE = "use"
    RECHARGE = "recharge"
    SERVICE = "service"


class FreezeReason(StrEnum):
    """Why an account is frozen. Reasons stack: it is free when none is left."""

    SUSPICION = "suspicion"
    LOST_CREDENTIAL = "lost_credential"
    BREACH = "breach"
    INACTIVITY = "inactivity"
    CHARGEBACK = "chargeback"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFreeze:
    """Somebody has a client's account frozen, for a reason; its words are stored apart.

    `blocks` chooses of what the reason can forbid; none means all of it. For a breach it names the
    order and the sum that the other party is owed (UA-4-5). `report` is the number of a report to
    the authorities, if one was filed (UA-1-9). `inactive_since` is the client's last act (UA-1-15).
    """

    client: PartyId
    reason: FreezeReason
    blocks: tuple[Block, ...] = ()
    order: OrderId | None = None
    amount: Money = ZERO
    report: str = ""
    inactive_since: datetime | None = None
    note_ref: str = ""
    kind: Literal["place-freeze"] = "place-freeze"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAccount:
    """A client closes its account; what is left is paid to `payment_method` (UA-1-20)."""

    client: PartyId
    payment_method: str
    note_ref: str = ""
    kind: Literal["close-account"] = "close-account"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutMethod:
    """Where the rest of a closed account is to be paid, if it could not be paid before."""

    payment_method: str
    kind: Literal["payout-method"] = "payout-method"


class DisputeReason(StrEnum):
    """Why a client had the payment institution refuse the transfer, as the institution tells it."""

    NOT_RECEIVED = "not_received"
    NOT_AS_DESCRIBED = "not_as_described"
    ACCOUNT_STOLEN = "account_stolen"
    PAYMENT_MISUSED = "payment_misused"
    CHANGED_MIND = "changed_mind"
    DUPLICATE = "duplicate"
    OTHER = "other"


class Head(StrEnum):
    """The five heads of what is no just cause, by their numbers in PSR-22-4."""

    RECEIVED_NORMALLY = "1"
    NOT_THE_PROVIDERS = "2"
    ACCOUNT_STOLEN = "3"
    PAYMENT_MISUSED = "4"
    OTHER = "5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """What is known of an order that a chargeback is judged by (PSR-22-4).

    `received` says that logistics received goods of it normally, `providers_fault` that the
    platform found a cause with the provider.
    """

    received: bool = False
    providers_fault: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportChargeback:
    """The payment institution took a payment back, or a part of it (PSR-22-1).

    `payment` is our reference of the capture, `dispute` the institution's own id. Evidence is taken
    strictly before `evidence_due`. `footing` is what was known of the order when it was reported.
    """

    order: OrderId
    dispute: str
    payment: MovementRef
    amount: Money
    reason: DisputeReason
    evidence_due: datetime
    footing: Footing
    kind: Literal["report-chargeback"] = "report-chargeback"


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyJustCause:
    """The platform finds no just cause, under one of the heads (PSR-22-4); why stands in a note."""

    head: Head
    note_ref: str
    kind: Literal["deny-just-cause"] = "deny-just-cause"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayChargeback:
    """The client pays what it had charged back: the whole of it (PSR-22-1)."""

    from_deposit: Money = ZERO
    from_institution: Money = ZERO
    payment_method: str = ""
    kind: Literal["pay-chargeback"] = "pay-chargeback"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstitutionVerdict:
    """The institution decided the dispute; `external_ref` is its number of the decision."""

    external_ref: str
    kind: Literal["institution-verdict"] = "institution-verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceBundle:
    """A bundle of evidence for the institution, named by its digest: SHA-256 in hex."""

    digest: str
    kind: Literal["evidence-bundle"] = "evidence-bundle"


class Stand(StrEnum):
    """What a chargeback means for its order."""

    HOLDS = "holds"
    """Fulfilment waits."""
    OWING = "owing"
    """The deposit did not cover it: service is refused, goods are retained (PSR-22-3)."""
    JUSTIFIED = "justified"
    """The client had just cause: an order that was not bought yet is at its end."""
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentHold:
    """A chargeback on the order stands so now; it is told by the chargeback itself."""

    chargeback: ChargebackId
    stand: Stand
    kind: Literal["payment-hold"] = "payment-hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposeGoods:
    """Retained goods were sold: what they fetched, and what the storage is owed of it (PSR-22-3).

    `external_ref` is the buyer's number of the payment.
    """

    proceeds: Money
    storage_costs: Money
    external_ref: str
    note_ref: str = ""
    kind: Literal["dispose-goods"] = "dispose-goods"
