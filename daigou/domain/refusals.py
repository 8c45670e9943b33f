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


@dataclass(eq=False)  # not frozen: Python itself sets an exception's traceback.
class Refused(Exception):
    """A command that the rules forbid. Nothing was changed by it.

    `detail` is one sentence for a person; `allowed_actions` names what may be done instead.
    """

    code: RefusalCode
    clause: str
    detail: str
    allowed_actions: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        clause(self.clause)

    def __str__(self) -> str:
        return f"{self.detail} ({self.clause})"

    @property
    def clause_id(self) -> ClauseId:
        """The clause that forbids."""
        return ClauseId(self.clause)
