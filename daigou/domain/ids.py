"""Owns the types of ids; each is a prefixed string that says what it names."""

import re
from typing import NamedTuple, NewType

OrderId = NewType("OrderId", str)
PartyId = NewType("PartyId", str)
RechargeId = NewType("RechargeId", str)
ClaimId = NewType("ClaimId", str)
RefundId = NewType("RefundId", str)
AppKey = NewType("AppKey", str)
CouponId = NewType("CouponId", str)
MovementRef = NewType("MovementRef", str)
SubjectId = NewType("SubjectId", str)
"""Whatever has transitions of its own: an order, a recharge, a claim."""


class Kind(NamedTuple):
    """A kind of subject: its name, the type of the workflow that it lives in, and whether that one
    shows where it stands as a search attribute."""

    name: str
    workflow: str
    shows_its_state: bool


_KINDS = {
    "ord": Kind("order", "PurchaseOrder", shows_its_state=True),
    "rch": Kind("recharge", "Recharge", shows_its_state=False),
    "clm": Kind("claim", "Claim", shows_its_state=True),
}
"""By the prefix of their ids."""

WORKFLOW_TYPES = tuple(kind.workflow for kind in _KINDS.values())

ORDER_ID = re.compile(r"ord_[0-9A-Za-z_-]{4,60}")
RECHARGE_ID = re.compile(r"rch_[0-9A-Za-z_-]{4,60}")
CLAIM_ID = re.compile(r"clm_[0-9A-Za-z_-]{4,60}")
SUBJECT_ID = re.compile(rf"({'|'.join(_KINDS)})_[0-9A-Za-z_-]{{4,60}}")
EVIDENCE_ID = re.compile(r"evd_[0-9A-Za-z_-]{4,60}")
PARTY_ID = re.compile(r"(cli|prv|sto|log|pro|plt|pin)_[0-9A-Za-z_-]{2,60}")


def kind_of(subject: str) -> Kind:
    """What a subject is.

    Raises:
        KeyError: no kind has this prefix.
    """
    return _KINDS[subject.partition("_")[0]]


def workflow_id(subject: str) -> str:
    """The Temporal workflow id of a subject, e.g. `order/ord_01J…`."""
    return f"{kind_of(subject).name}/{subject}"


def case_workflow_id(subject: SubjectId, case: str, number: int) -> str:
    """The Temporal workflow id of an order's nth case, e.g. `order/ord_…/cancellation/1`."""
    return f"{workflow_id(subject)}/{case}/{number}"


def subject_of(workflow: str) -> SubjectId | None:
    """The subject that a Temporal workflow id names, if it names one."""
    kind, _, subject = workflow.partition("/")
    known = _KINDS.get(subject.partition("_")[0])
    is_one = known is not None and known.name == kind and "/" not in subject
    return SubjectId(subject) if is_one else None
