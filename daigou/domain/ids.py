"""Owns the types of ids; each is a prefixed string that says what it names."""

import re
from typing import NewType

OrderId = NewType("OrderId", str)
PartyId = NewType("PartyId", str)
RechargeId = NewType("RechargeId", str)
RefundId = NewType("RefundId", str)
AppKey = NewType("AppKey", str)
CouponId = NewType("CouponId", str)
MovementRef = NewType("MovementRef", str)
SubjectId = NewType("SubjectId", str)
"""Whatever has transitions of its own: an order or a recharge."""

ORDER_ID = re.compile(r"ord_[0-9A-Za-z_-]{4,60}")
RECHARGE_ID = re.compile(r"rch_[0-9A-Za-z_-]{4,60}")
EVIDENCE_ID = re.compile(r"evd_[0-9A-Za-z_-]{4,60}")
PARTY_ID = re.compile(r"(cli|prv|sto|log|pro|plt|pin)_[0-9A-Za-z_-]{2,60}")
_KINDS = {"ord": "order", "rch": "recharge"}


def workflow_id(subject: SubjectId | OrderId | RechargeId) -> str:
    """The Temporal workflow id of a subject, e.g. `order/ord_01J…`."""
    return f"{_KINDS[subject.partition('_')[0]]}/{subject}"


def case_workflow_id(subject: SubjectId, case: str, number: int) -> str:
    """The Temporal workflow id of an order's nth case, e.g. `order/ord_…/cancellation/1`."""
    return f"{workflow_id(subject)}/{case}/{number}"


def subject_of(workflow: str) -> SubjectId | None:
    """The subject that a Temporal workflow id names, if it names one."""
    kind, _, subject = workflow.partition("/")
    known = _KINDS.get(subject.partition("_")[0]) == kind and "/" not in subject
    return SubjectId(subject) if known else None
