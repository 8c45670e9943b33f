"""Owns the guards and conditions of what happens to a client's account: its money, its freezes."""

from daigou.domain.commands import (
    CloseAccount,
    FreezeReason,
    PayoutMethod,
    PlaceFreeze,
    RequestWithdrawal,
)
from daigou.domain.freezes import FREEZES
from daigou.domain.lifecycle.table import Condition, Situation
from daigou.domain.money import ZERO, Money
from daigou.domain.refusals import Reason, RefusalCode, Refused


def withdrawal_is_within_limits(situation: Situation) -> None:
    """UA-1-8: a withdrawal is neither a trifle nor a fortune, and goes to a place that is named."""
    command, limits = situation.command, situation.terms.limits
    if not isinstance(command, RequestWithdrawal):
        return
    reasons = []
    if not limits.withdrawal_fen_min <= command.amount.amount <= limits.withdrawal_fen_max:
        reasons.append(
            f"a withdrawal is from {Money(limits.withdrawal_fen_min)} "
            f"to {Money(limits.withdrawal_fen_max)}"
        )
    if not command.payment_method:
        reasons.append("say where the money is to be paid (payment_method)")
    _refuse_all(reasons, "UA-1-8")


def says_where_the_rest_goes(situation: Situation) -> None:
    """UA-1-20: what an account holds in the end is paid to a place that is named."""
    command = situation.command
    if isinstance(command, CloseAccount | PayoutMethod) and not command.payment_method:
        _refuse_all(["say where the rest is to be paid (payment_method)"], "UA-1-20")


# Freezes.


def is_frozen_for(*reasons: FreezeReason) -> Condition:
    """Whether the freeze is, or is asked for, for one of these reasons."""

    def holds(situation: Situation) -> bool:
        return _reason(situation) in reasons

    return holds


def may_place_it(situation: Situation) -> None:
    """UA-1-2, UA-1-9, UA-1-15, UA-4-5: each reason is for those to name whom it concerns."""
    command = situation.command
    if not isinstance(command, PlaceFreeze):
        return
    rule = FREEZES[command.reason]
    if situation.actor.role not in rule.placed_by:
        by = " or ".join(sorted(rule.placed_by)) or "nobody by hand"
        raise Refused(
            RefusalCode.NOT_YOUR_ROLE,
            rule.clause,
            f"a freeze for {rule.says} is placed by {by}, not by {situation.actor.role}",
        )


def says_what_is_to_be_frozen(situation: Situation) -> None:
    """UA-4-5, UA-1-9: all that is wrong with a freeze is named at once."""
    command = situation.command
    if not isinstance(command, PlaceFreeze):
        return
    rule, reasons = FREEZES[command.reason], []
    if excess := sorted(set(command.blocks) - rule.blocks):
        reasons.append(f"a freeze for {rule.says} does not forbid {', '.join(excess)}")
    if command.reason == FreezeReason.BREACH:
        if command.order is None:
            reasons.append("name the order whose contract was broken (order_id)")
        if not command.amount > ZERO:
            reasons.append("say what you are owed (amount)")
    elif command.order is not None or command.amount:
        reasons.append("an order and a sum are named for a breach alone")
    if command.report and command.reason != FreezeReason.SUSPICION:
        reasons.append("a report to the authorities belongs to a suspicion (report)")
    _refuse_all(reasons, rule.clause)


def _reason(situation: Situation) -> FreezeReason | None:
    command, freeze = situation.command, situation.facts.freeze
    if isinstance(command, PlaceFreeze):
        return command.reason
    return freeze.reason if freeze else None


def _refuse_all(details: list[str], clause: str) -> None:
    if details:
        raise Refused.for_all(
            tuple(
                Reason(code=RefusalCode.INVALID_REQUEST, clause=clause, detail=detail)
                for detail in details
            )
        )
