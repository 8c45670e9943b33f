"""Owns the types of ids; each is a prefixed string that says what it names."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, NewType

OrderId = NewType("OrderId", str)
PartyId = NewType("PartyId", str)
RechargeId = NewType("RechargeId", str)
ClaimId = NewType("ClaimId", str)
WithdrawalId = NewType("WithdrawalId", str)
FreezeId = NewType("FreezeId", str)
ClosureId = NewType("ClosureId", str)
ChargebackId = NewType("ChargebackId", str)
"""`cbk_{what follows in the order's id}.{the institution's own id of the dispute}`."""
TipId = NewType("TipId", str)
ConsultationId = NewType("ConsultationId", str)
RefundId = NewType("RefundId", str)
AppKey = NewType("AppKey", str)
CouponId = NewType("CouponId", str)
EngagementId = NewType("EngagementId", str)
InvitationCode = NewType("InvitationCode", str)
MovementRef = NewType("MovementRef", str)
SubjectId = NewType("SubjectId", str)
"""Whatever has transitions of its own: an order, a recharge, a claim, a chargeback, …"""


class Kind(NamedTuple):
    """A kind of subject: its name, the type of the workflow that it lives in, and whether that one
    shows where it stands as a search attribute."""

    name: str
    workflow: str
    shows_its_state: bool


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "ord": Kind("order", "PurchaseOrder", shows_its_state=True),
        "rch": Kind("recharge", "Recharge", shows_its_state=False),
        "clm": Kind("claim", "Claim", shows_its_state=True),
        "wdr": Kind("withdrawal", "Withdrawal", shows_its_state=True),
        "frz": Kind("freeze", "Freeze", shows_its_state=True),
        "acl": Kind("closure", "AccountClosure", shows_its_state=True),
        "cbk": Kind("chargeback", "Chargeback", shows_its_state=True),
        "tip": Kind("tip", "Tip", shows_its_state=True),
        "cns": Kind("consultation", "Consultation", shows_its_state=True),
    }
)
"""By the prefix of their ids."""
_BY_NAME = {kind.name: kind for kind in KINDS.values()}

WORKFLOW_TYPES = tuple(kind.workflow for kind in KINDS.values())

ORDER_ID = re.compile(r"ord_[0-9A-Za-z_-]{4,60}")
RECHARGE_ID = re.compile(r"rch_[0-9A-Za-z_-]{4,60}")
CLAIM_ID = re.compile(r"clm_[0-9A-Za-z_-]{4,60}")
WITHDRAWAL_ID = re.compile(r"wdr_[0-9A-Za-z_-]{4,60}")
FREEZE_ID = re.compile(r"frz_[0-9A-Za-z_-]{4,60}")
CLOSURE_ID = re.compile(r"acl_[0-9A-Za-z_-]{4,60}")
CHARGEBACK_ID = re.compile(r"cbk_([0-9A-Za-z_-]{4,60})\.([0-9A-Za-z_-]{1,60})")
DISPUTE_ID = re.compile(r"[0-9A-Za-z_-]{1,60}")
"""How the payment institution names a dispute."""
TIP_ID = re.compile(r"tip_[0-9A-Za-z_-]{4,60}")
CONSULTATION_ID = re.compile(r"cns_[0-9A-Za-z_-]{4,60}")
SUBJECT_ID = re.compile(
    rf"({'|'.join(kind for kind in KINDS if kind != 'cbk')})_[0-9A-Za-z_-]{{4,60}}"
    rf"|{CHARGEBACK_ID.pattern}"
)
ENGAGEMENT_ID = re.compile(r"eng_[0-9A-Za-z_-]{4,60}")
EVIDENCE_ID = re.compile(r"evd_[0-9A-Za-z_-]{4,60}")
PARTY_ID = re.compile(r"(cli|prv|sto|log|pro|psp|plt|pin)_[0-9A-Za-z_-]{2,60}")
_CHARGEBACK = re.compile(rf"order/({ORDER_ID.pattern})/chargeback/({DISPUTE_ID.pattern})")


def kind_of(subject: str) -> Kind:
    """What a subject is.

    Raises:
        KeyError: no kind has this prefix.
    """
    return KINDS[subject.partition("_")[0]]


def kind_named(name: str) -> Kind:
    """The kind of subjects of that name: it is that of their main table, but for orders.

    Raises:
        KeyError: no kind has this name.
    """
    return _BY_NAME[name]


def chargeback_of(order: OrderId, dispute: str) -> ChargebackId:
    """The chargeback of a dispute about a payment of an order."""
    return ChargebackId(f"cbk_{order.removeprefix('ord_')}.{dispute}")


def order_of(chargeback: str) -> OrderId:
    """The order of whose payment a chargeback is.

    Raises:
        ValueError: it is no chargeback's id.
    """
    if found := CHARGEBACK_ID.fullmatch(chargeback):
        return OrderId(f"ord_{found[1]}")
    raise ValueError(f"{chargeback} is no chargeback")


def workflow_id(subject: str) -> str:
    """The Temporal workflow id of a subject, e.g. `order/ord_01J…`; that of a chargeback lies under
    its order's, e.g. `order/ord_01J…/chargeback/dp_77`."""
    if found := CHARGEBACK_ID.fullmatch(subject):
        return f"order/ord_{found[1]}/chargeback/{found[2]}"
    return f"{kind_of(subject).name}/{subject}"


def case_workflow_id(subject: SubjectId, case: str, number: int) -> str:
    """The Temporal workflow id of an order's nth case, e.g. `order/ord_…/cancellation/1`."""
    return f"{workflow_id(subject)}/{case}/{number}"


def subject_of(workflow: str) -> SubjectId | None:
    """The subject that a Temporal workflow id names, if it names one."""
    if found := _CHARGEBACK.fullmatch(workflow):
        return SubjectId(chargeback_of(OrderId(found[1]), found[2]))
    kind, _, subject = workflow.partition("/")
    known = KINDS.get(subject.partition("_")[0])
    is_one = known is not None and known.name == kind and "/" not in subject
    return SubjectId(subject) if is_one else None
