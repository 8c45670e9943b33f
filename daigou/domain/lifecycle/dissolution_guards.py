"""Owns the guards and conditions of dissolutions: who may give back what was delivered, and why."""

from collections.abc import Iterator

from daigou.domain.cautions import CAUTIONS
from daigou.domain.commands import (
    CaseRefund,
    Cause,
    Disposal,
    MoreEvidence,
    RequestDissolution,
    ReturnCost,
    SellerAgreement,
)
from daigou.domain.lifecycle.case_guards import case_of, number_is_new, refund_is_awaited
from daigou.domain.lifecycle.table import Situation
from daigou.domain.money import ZERO
from daigou.domain.order import State
from daigou.domain.refusals import Reason, RefusalCode, Refused

DELIVERED = (State.DELIVERED, State.RECEIVED)
"""Where an order stands whose goods the client has, and whose period has not ended."""
_AFTER = (State.CLOSED, State.UNREALIZABLE, State.ABANDONED, State.CANCELLED, State.DISSOLVED)

Reasons = Iterator[Reason]

# Asking for a dissolution.


def may_dissolve(situation: Situation) -> None:
    """PSR-13-1, PSR-13-2, PSR-13-3, PSR-17-2: all that stands in the way is named at once."""
    checks = (_delivered, _inspected, _proved, _not_known, _not_by_logistics, _no_other_case)
    reasons = tuple(reason for check in checks for reason in check(situation))
    if reasons:
        raise Refused.for_all(reasons)


def _delivered(situation: Situation) -> Reasons:
    order = situation.order
    if order in DELIVERED:
        return
    if order == State.CLOSED:
        detail = "the statutory period ended, and the order with it"
        yield Reason(code=RefusalCode.TOO_LATE, clause="PSR-13-2", detail=detail)
    elif order == State.RECEIPT_OBJECTION:
        detail = "the platform is checking with logistics where the cause of your objection lies"
        yield Reason(code=RefusalCode.NOT_IN_THIS_STATE, clause="PSR-17-2", detail=detail)
    else:
        detail = f"only what was delivered can be dissolved; the order is {order}"
        yield Reason(code=RefusalCode.NOT_IN_THIS_STATE, clause="PSR-13-1", detail=detail)


def _inspected(situation: Situation) -> Reasons:
    command = situation.command
    if isinstance(command, RequestDissolution) and not command.inspected:
        detail = "inspect the goods in person first, and say so (inspected)"
        yield Reason(code=RefusalCode.NOT_INSPECTED, clause="PSR-13-1", detail=detail)


def _proved(situation: Situation) -> Reasons:
    command = situation.command
    if isinstance(command, RequestDissolution) and not command.evidence:
        detail = "hand in evidence first, and name it (evidence)"
        yield Reason(code=RefusalCode.NO_EVIDENCE, clause="PSR-13-1", detail=detail)


def _not_known(situation: Situation) -> Reasons:
    command = situation.command
    if not isinstance(command, RequestDissolution):
        return
    for each in situation.facts.cautions:
        rule = CAUTIONS[each.caution]
        if command.ground in rule.excludes_grounds:
            yield Reason(
                code=RefusalCode.EXCLUDED_BY_CAUTION,
                clause="PSR-13-3",
                detail=f"before buying you were told of this: {rule.says} ({rule.clause})",
            )


def _not_by_logistics(situation: Situation) -> Reasons:
    if Cause.LOGISTICS in situation.facts.causes:
        detail = "the cause lies with logistics: claim against the logistics provider"
        yield Reason(code=RefusalCode.CAUSE_WITH_LOGISTICS, clause="PSR-17-2", detail=detail)


def _no_other_case(situation: Situation) -> Reasons:
    if situation.facts.case_is_open:
        detail = "a case of this order is open; wait for its outcome"
        yield Reason(code=RefusalCode.CASE_OPEN, clause="PSR-13-4", detail=detail)


def names_evidence(situation: Situation) -> None:
    """PSR-13-1, PSR-13-5: evidence and proof are named pieces that were handed in."""
    command = situation.command
    if isinstance(command, MoreEvidence | Disposal) and not command.evidence:
        raise Refused(
            RefusalCode.NO_EVIDENCE,
            "PSR-13-5" if isinstance(command, Disposal) else "PSR-13-1",
            "hand in evidence first, and name it (evidence)",
        )


# The seller's answer, the goods, the money.


def agreement_can_be(situation: Situation) -> None:
    """PSR-13-6: the seller pays back no more than it was paid."""
    command, facts = situation.command, situation.facts
    if isinstance(command, SellerAgreement) and command.refund > facts.price:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-13-6",
            f"the seller was paid {facts.price} and cannot pay back {command.refund}",
        )


def remedy_is_the_agreed_one(situation: Situation) -> None:
    """PSR-13-5: goods are returned where the seller wants them back, else destroyed on site."""
    command, agreed = situation.command, case_of(situation.facts).remedy
    if isinstance(command, Disposal) and command.remedy != agreed:
        raise Refused(
            RefusalCode.REASON_NOT_ALLOWED,
            "PSR-13-5",
            f"the seller agreed to {agreed} the goods, not to {command.remedy} them",
        )


def refund_is_outstanding(situation: Situation) -> bool:
    """PSR-13-6: whether the seller still owes of what it agreed to pay back."""
    return refund_is_awaited(situation)


def cost_is_outstanding(situation: Situation) -> bool:
    """PSR-13-5: whether the seller has not paid for the return, or not all of it."""
    command, case = situation.command, case_of(situation.facts)
    cost = command.cost if isinstance(command, Disposal) else case.cost
    come = command.amount if isinstance(command, ReturnCost) else ZERO
    return case.cost_paid + come < cost


def something_is_outstanding(situation: Situation) -> bool:
    """PSR-13-5, PSR-13-6: whether the seller owes anything yet."""
    return refund_is_outstanding(situation) or cost_is_outstanding(situation)


def seller_has_not_paid(situation: Situation) -> None:
    """PSR-13-6: a client that has the seller's money cannot keep the goods as well."""
    case = situation.facts.case
    if case and case.received:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "PSR-13-6",
            f"the seller has paid {case.received} back already: prove what became of the goods",
        )


def seller_paid_back(situation: Situation) -> bool:
    """PSR-13-6: whether anything has come from the seller, who did not wait for the proof."""
    return case_of(situation.facts).received > ZERO


def payment_is_new(situation: Situation) -> None:
    """PSR-13-6: a payment of the seller is posted once, and none is more than it can be."""
    command, case = situation.command, case_of(situation.facts)
    if not isinstance(command, CaseRefund | ReturnCost):
        return
    if isinstance(command, CaseRefund):
        most, clause = situation.facts.price - case.received, "PSR-13-6"
    else:
        most, clause = case.cost - case.cost_paid, "PSR-13-5"
    number_is_new(situation.facts, command.external_ref, clause=clause)
    if not ZERO < command.amount <= most:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            clause,
            f"the seller can pay {most} more, not {command.amount}",
        )


# What befalls an open case.


def cause_was_found_with_logistics(situation: Situation) -> bool:
    """PSR-17-2: whether the platform found meanwhile that the cause lies with logistics."""
    return Cause.LOGISTICS in situation.facts.causes


def order_ended_otherwise(situation: Situation) -> bool:
    """Whether the order came to an end meanwhile."""
    return situation.order in _AFTER
