"""Owns the typed no: every refusal carries a code, the clause that forbids, and what to do."""

from dataclasses import dataclass, field
from enum import StrEnum

from daigou.domain.clauses import ClauseId, clause


class RefusalCode(StrEnum):
    """The stable names that callers may branch on."""

    NOT_IN_THIS_STATE = "not_in_this_state"
    NOT_YOUR_ROLE = "not_your_role"
    NOT_YOUR_ORDER = "not_your_order"
    TOO_LATE = "too_late"
    NO_LOGISTICS_CHOSEN = "no_logistics_chosen"
    PART_PAYMENT = "part_payment"
    FEE_NOT_SHOWN = "fee_not_shown"
    DEPOSIT_TOO_SMALL = "deposit_too_small"
    ACCOUNT_FROZEN = "account_frozen"
    WRONG_DELIVERY_ADDRESS = "wrong_delivery_address"
    PRICE_CHANGED = "price_changed"
    NOT_REGISTERED = "not_registered"
    INVALID_REQUEST = "invalid_request"
    PROHIBITED_GOODS = "prohibited_goods"
    GOODS_SUSPENDED = "goods_suspended"
    UNKNOWN_MANDATE = "unknown_mandate"
    LINE_NOT_ALLOWED = "line_not_allowed"
    WRONG_REFERENCE = "wrong_reference"
    WHICH_ITEM = "which_item"
    COUPON_NOT_USABLE = "coupon_not_usable"
    CAUTION_NOT_ACKNOWLEDGED = "caution_not_acknowledged"
    EXCLUDED_BY_CAUTION = "excluded_by_caution"
    TOO_MANY_GOODS = "too_many_goods"
    REASON_NOT_ALLOWED = "reason_not_allowed"
    NOTHING_TO_PAY = "nothing_to_pay"
    CASE_OPEN = "case_open"
    CUSTOMS_CLEARED = "customs_cleared"
    ALREADY_RECORDED = "already_recorded"
    STALE_PREVIEW = "stale_preview"
    NO_EVIDENCE = "no_evidence"
    NOT_INSPECTED = "not_inspected"
    CAUSE_WITH_LOGISTICS = "cause_with_logistics"
    NO_BASIS = "no_basis"
    LOSS_NOT_COVERED = "loss_not_covered"
    CLAIM_TOO_HIGH = "claim_too_high"
    TOO_MANY_TIPS = "too_many_tips"
    DUE_TOO_SMALL = "due_too_small"
    ENGAGEMENT_NOT_POSSIBLE = "engagement_not_possible"
    UNKNOWN_INVITATION = "unknown_invitation"
    PAYMENT_HELD = "payment_held"
    SERVICE_REFUSED = "service_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One of several things that forbid a command, each by a clause of its own."""

    code: RefusalCode
    clause: str
    detail: str


@dataclass(eq=False)  # not frozen: Python itself sets an exception's traceback.
class Refused(Exception):
    """A command that the rules forbid. Nothing was changed by it.

    `detail` is one sentence for a person; `allowed_actions` names what may be done instead. Where
    several things forbid it, `reasons` has them all, and the refusal speaks by the first.
    """

    code: RefusalCode
    clause: str
    detail: str
    allowed_actions: tuple[str, ...] = field(default=())
    reasons: tuple[Reason, ...] = field(default=())

    def __post_init__(self) -> None:
        clause(self.clause)

    @classmethod
    def for_all(cls, reasons: tuple[Reason, ...]) -> "Refused":
        """What is forbidden by several clauses at once; there is at least one."""
        first = reasons[0]
        said = "; ".join(f"{each.detail} ({each.clause})" for each in reasons)
        return cls(first.code, first.clause, said, reasons=reasons if len(reasons) > 1 else ())

    def __str__(self) -> str:
        return f"{self.detail} ({self.clause})"

    @property
    def clause_id(self) -> ClauseId:
        """The clause that forbids."""
        return ClauseId(self.clause)
