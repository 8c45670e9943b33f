"""Owns when a client can tip, how much, and how often for one order (PSR-21-1)."""

from collections.abc import Iterator

from daigou.domain.commands import Tip, TipGrounds
from daigou.domain.facts import Facts
from daigou.domain.money import Money
from daigou.domain.order import State
from daigou.domain.refusals import Reason, RefusalCode
from daigou.domain.terms import Limits

WENT_BACK = frozenset({State.REFUNDED, State.RETURNED})
"""Where a tip ends that its client has back."""


def tip_grounds_of(*, facts: Facts, given: int = 0) -> TipGrounds:
    """What an order's tips depend on; `given` counts those before that did not go back."""
    return TipGrounds(paid=was_paid(facts), given=given)


def was_paid(facts: Facts) -> bool:
    """Whether an order was ever paid: its agreement took effect with that (PSR-2-2)."""
    return facts.cancellable_until is not None


def faults_of_tip(tip: Tip, grounds: TipGrounds, limits: Limits) -> tuple[Reason, ...]:
    """All that is wrong with a tip, by what is known of its order; nothing if it can be given."""
    return (
        *(() if grounds.paid else (not_paid(),)),
        *_amount(tip, limits),
        *_number(grounds, limits),
    )


def not_paid() -> Reason:
    """Nothing was paid on the order, so there is no service to tip for (PSR-21-1)."""
    detail = "this order was never paid: there is nothing to tip for"
    return Reason(code=RefusalCode.NOT_IN_THIS_STATE, clause="PSR-21-1", detail=detail)


def _amount(tip: Tip, limits: Limits) -> Iterator[Reason]:
    if not limits.tip_fen_min <= tip.amount.amount <= limits.tip_fen_max:
        yield Reason(
            code=RefusalCode.INVALID_REQUEST,
            clause="PSR-21-1",
            detail=f"a tip is from {Money(limits.tip_fen_min)} to {Money(limits.tip_fen_max)}",
        )


def _number(grounds: TipGrounds, limits: Limits) -> Iterator[Reason]:
    if grounds.given >= limits.tips_per_order_max:
        yield Reason(
            code=RefusalCode.TOO_MANY_TIPS,
            clause="PSR-21-1",
            detail=f"an order has {limits.tips_per_order_max} tips at most, and this one has "
            f"{grounds.given}",
        )
