"""The tables as Python sees them: columns, keys and indexes.

What a row may hold (CHECKs) and what rows may do (triggers) is said once, in the migrations; a
test holds these classes against a migrated database.
"""

from sqlmodel import SQLModel

from daigou.ledger.tables.accounts import (
    Chargeback,
    Closure,
    DisputedRefund,
    Freeze,
    Withdrawal,
)
from daigou.ledger.tables.actors import Application, Contact, Idempotency, Note, Party
from daigou.ledger.tables.findings import Finding
from daigou.ledger.tables.institution import EvidenceBundle, InstitutionMessage
from daigou.ledger.tables.money import (
    Account,
    AccountFreeze,
    BrokerageContract,
    Coupon,
    Entry,
    Journal,
    Movement,
)
from daigou.ledger.tables.notices import (
    ChannelOpened,
    Delivery,
    DeliveryAttempt,
    NoticeTarget,
    WebhookEndpoint,
)
from daigou.ledger.tables.previews import Preview
from daigou.ledger.tables.promotion import (
    EngagementChange,
    Invitation,
    InvitationCode,
    PromoterAccount,
    PromoterEngagement,
)
from daigou.ledger.tables.reference import (
    Erasure,
    Evidence,
    ExchangeRate,
    Principal,
    PurchasingPerson,
    ScreeningRule,
)
from daigou.ledger.tables.side import Consultation, Tip, TipLimits
from daigou.ledger.tables.story import (
    Claim,
    Notice,
    OrderItem,
    OrderLine,
    PurchaseOrder,
    PurchaseRequest,
    Recharge,
    Transition,
)

METADATA = SQLModel.metadata

__all__ = [
    "METADATA",
    "Account",
    "AccountFreeze",
    "Application",
    "BrokerageContract",
    "ChannelOpened",
    "Chargeback",
    "Claim",
    "Closure",
    "Consultation",
    "Contact",
    "Coupon",
    "Delivery",
    "DeliveryAttempt",
    "DisputedRefund",
    "EngagementChange",
    "Entry",
    "Erasure",
    "Evidence",
    "EvidenceBundle",
    "ExchangeRate",
    "Finding",
    "Freeze",
    "Idempotency",
    "InstitutionMessage",
    "Invitation",
    "InvitationCode",
    "Journal",
    "Movement",
    "Note",
    "Notice",
    "NoticeTarget",
    "OrderItem",
    "OrderLine",
    "Party",
    "Preview",
    "Principal",
    "PromoterAccount",
    "PromoterEngagement",
    "PurchaseOrder",
    "PurchaseRequest",
    "PurchasingPerson",
    "Recharge",
    "ScreeningRule",
    "Tip",
    "TipLimits",
    "Transition",
    "WebhookEndpoint",
    "Withdrawal",
]
