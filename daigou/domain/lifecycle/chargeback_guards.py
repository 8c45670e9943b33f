"""Owns the guards and conditions of chargebacks: what is no just cause, what is known, what is in
time."""

from daigou.domain.account_facts import ChargedBack, head_of
from daigou.domain.commands import (
    EvidenceBundle,
    PayChargeback,
    PaymentHold,
    ReportChargeback,
    Stand,
)
from daigou.domain.lifecycle.table import Situation
from daigou.domain.money import ZERO
from daigou.domain.order import State
from daigou.domain.refusals import RefusalCode, Refused

# The report, and its just cause.


def something_was_paid(situation: Situation) -> None:
    """PSR-22-1: only what was paid is charged back. Which payment it was, the books look at."""
    if situation.command is None and situation.facts.cancellable_until is None:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "PSR-22-1",
            "nothing was ever paid for this order: there is nothing to charge back",
        )


def facts_settle_it(situation: Situation) -> bool:
    """PSR-22-4: whether what is known already says that there is no just cause."""
    command = situation.command
    if not isinstance(command, ReportChargeback):
        return False
    return head_of(command.reason, command.footing) is not None


def freeze_is_standing(situation: Situation) -> bool:
    """PSR-22-1: whether the terms hold the providers' request to freeze for made."""
    return situation.terms.freeze_on_chargeback


def facts_settle_it_and_freeze_stands(situation: Situation) -> bool:
    """Whether the client is urged and its account frozen at once."""
    return facts_settle_it(situation) and freeze_is_standing(situation)


# The payment.


def needs_no_institution(situation: Situation) -> bool:
    """Whether the client's deposit pays all of it."""
    command = situation.command
    return isinstance(command, PayChargeback) and not command.from_institution


def is_paid_at_once_and_decided(situation: Situation) -> bool:
    """Whether the deposit pays it, and nothing more is to come."""
    return needs_no_institution(situation) and verdict_is_known(situation)


def names_its_method(situation: Situation) -> None:
    """PSR-22-1: what the institution is to capture needs a payment method."""
    command = situation.command
    if (
        isinstance(command, PayChargeback)
        and command.from_institution > ZERO
        and not command.payment_method
    ):
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-22-1",
            "say by which payment method the institution is to be paid (payment_method)",
        )


def verdict_is_known(situation: Situation) -> bool:
    """Whether the institution has decided, so that nothing more is to come."""
    return _chargeback(situation).decided


def was_won(situation: Situation) -> bool:
    """Whether the institution gave the money back while a payment was under way."""
    return _chargeback(situation).won


def was_owed_when_paid(situation: Situation) -> bool:
    """Whether the payment under way was made after the deposit had not covered the debt."""
    return _chargeback(situation).paying_in == State.OWING


def is_not_decided(situation: Situation) -> None:
    """PSR-22-1: the institution decides a dispute once."""
    if _chargeback(situation).decided:
        raise Refused(
            RefusalCode.ALREADY_RECORDED, "PSR-22-1", "the institution has decided this already"
        )


# Evidence for the institution.


def evidence_is_in_time(situation: Situation) -> None:
    """PSR-22-1: the institution takes evidence strictly before its due time."""
    due = _chargeback(situation).evidence_due
    if situation.at >= due:
        raise Refused(
            RefusalCode.TOO_LATE,
            "PSR-22-1",
            f"the institution took evidence until {due.isoformat()}",
        )


def evidence_is_staged(situation: Situation) -> None:
    """PSR-22-1: what is submitted was staged before, as it is."""
    command, staged = situation.command, _chargeback(situation).staged
    if not staged:
        raise Refused(RefusalCode.NO_EVIDENCE, "PSR-22-1", "no evidence is staged: stage it first")
    if isinstance(command, EvidenceBundle) and command.digest != staged:
        raise Refused(
            RefusalCode.WRONG_REFERENCE,
            "PSR-22-1",
            f"the bundle that is staged is {staged}, not {command.digest}",
        )


def evidence_is_new(situation: Situation) -> None:
    """PSR-22-1: evidence is submitted once."""
    if submitted := _chargeback(situation).submitted:
        raise Refused(
            RefusalCode.ALREADY_RECORDED, "PSR-22-1", f"{submitted} was submitted already"
        )


# What the order makes of it.


def debt_is_open(situation: Situation) -> None:
    """PSR-22-3: service is refused and goods are disposed of where the deposit did not cover."""
    if not situation.facts.has_a_hold(Stand.OWING):
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "PSR-22-3",
            "no chargeback of this order is left uncovered by the client's deposit",
        )


def chargeback_was_just(situation: Situation) -> bool:
    """PSR-22-4: whether the client had just cause, and no case decides the order's end."""
    told = situation.command
    justified = isinstance(told, PaymentHold) and told.stand == Stand.JUSTIFIED
    return justified and not situation.facts.case_is_open


def _chargeback(situation: Situation) -> ChargedBack:
    if situation.facts.chargeback is None:
        raise TypeError("this is no chargeback")
    return situation.facts.chargeback
