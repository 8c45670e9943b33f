"""Owns what a client's claim can rest on, against whom, for which losses, and up to how much."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from daigou.domain.commands import (
    Basis,
    Cause,
    Claim,
    Grounds,
    Line,
    LineCode,
    LossHead,
    Opponent,
)
from daigou.domain.facts import Facts
from daigou.domain.money import ZERO, Money, total
from daigou.domain.order import State
from daigou.domain.refusals import Reason, RefusalCode

OPPONENTS: Mapping[Basis, Opponent] = MappingProxyType(
    {
        Basis.PROVIDERS_FAULT: Opponent.PROVIDER,
        Basis.DISSOLUTION_BY_PROVIDERS_FAULT: Opponent.PROVIDER,
        Basis.CAUSE_WITH_LOGISTICS: Opponent.LOGISTICS,
        Basis.SELLER_REFUSED_DISSOLUTION: Opponent.SELLER,
    }
)
"""Against whom each basis gives a claim."""

_COSTS_OF_LEAVING = frozenset({LineCode.CANCELLATION_COST, LineCode.SELLER_PENALTY})
"""Lines that a cancellation adds: they are no part of what was ordered."""


def grounds_of(
    *, state: State, facts: Facts, lines: Iterable[Line], claimed: Money = ZERO
) -> Grounds:
    """What an order's claims can rest on; `claimed` is claimed of its provider already."""
    return Grounds(
        state=state,
        agreed=facts.cancellable_until is not None,
        with_logistics=Cause.LOGISTICS in facts.causes,
        seller_refused=facts.seller_refused,
        amount=total([line.amount for line in lines if line.code not in _COSTS_OF_LEAVING]),
        claimed=claimed,
    )


def grounds_for(known: Grounds, *, against: Opponent) -> Grounds:
    """What a claim can rest on, of what is known of its order: what is claimed of the provider is
    none of the others' business, who read what was said of a claim against them."""
    if against == Opponent.PROVIDER:
        return known
    return Grounds(
        state=known.state,
        agreed=known.agreed,
        with_logistics=known.with_logistics,
        seller_refused=known.seller_refused,
    )


def weight_of(*, against: Opponent, state: State, asked: Money, admitted: Money) -> Money:
    """What a claim counts for in what a provider is liable for: what was admitted, or else what is
    asked; nothing if it is over without either, or against somebody else (PSR-24)."""
    if against != Opponent.PROVIDER or state in (State.REJECTED, State.WITHDRAWN):
        return ZERO
    return admitted or asked


def faults_of(claim: Claim, grounds: Grounds) -> tuple[Reason, ...]:
    """All that is wrong with a claim, by what is known of its order; nothing if it can be made."""
    checks = (_agreement, _opponent, _basis, _losses, _heads, _cap)
    return tuple(reason for check in checks for reason in check(claim, grounds))


def no_agreement() -> Reason:
    """Nothing was ever agreed on the order, so nothing can have been broken (PSR-25)."""
    detail = "no agreement was ever made on this order: there is nothing to claim"
    return Reason(code=RefusalCode.NOT_IN_THIS_STATE, clause="PSR-25", detail=detail)


def above_the_cap(amount: Money, grounds: Grounds) -> Iterator[Reason]:
    """PSR-24: a provider is liable for the order amount at most, over all claims."""
    if amount + grounds.claimed > grounds.amount:
        beside = f" beside {grounds.claimed} in other claims" if grounds.claimed else ""
        yield Reason(
            code=RefusalCode.CLAIM_TOO_HIGH,
            clause="PSR-24",
            detail=f"a provider is liable for the order amount at most, {grounds.amount}; this is "
            f"{amount}{beside}",
        )


def _agreement(claim: Claim, grounds: Grounds) -> Iterator[Reason]:
    if not grounds.agreed:
        yield no_agreement()


def _opponent(claim: Claim, grounds: Grounds) -> Iterator[Reason]:
    right = OPPONENTS[claim.basis]
    if claim.against != right:
        yield Reason(
            code=RefusalCode.NO_BASIS,
            clause=claim.basis.value,
            detail=f"{claim.basis} gives a claim against {right}, not against {claim.against}",
        )


def _basis(claim: Claim, grounds: Grounds) -> Iterator[Reason]:
    detail = ""
    match claim.basis:
        case Basis.PROVIDERS_FAULT:
            pass  # Whether it is the provider's fault is what the claim is about.
        case Basis.DISSOLUTION_BY_PROVIDERS_FAULT:
            detail = "" if grounds.state == State.DISSOLVED else "the order was not dissolved"
        case Basis.CAUSE_WITH_LOGISTICS if not grounds.with_logistics:
            detail = "the platform has not found that the cause lies with logistics"
        case Basis.SELLER_REFUSED_DISSOLUTION if not grounds.seller_refused:
            detail = "the seller has not refused to dissolve the purchase"
    if detail:
        yield Reason(code=RefusalCode.NO_BASIS, clause=claim.basis.value, detail=detail)


def _losses(claim: Claim, grounds: Grounds) -> Iterator[Reason]:
    if not claim.losses or not all(each.amount for each in claim.losses):
        detail = "name at least one loss, and with each what it comes to (losses)"
        yield Reason(code=RefusalCode.INVALID_REQUEST, clause="PSR-25", detail=detail)


def _heads(claim: Claim, grounds: Grounds) -> Iterator[Reason]:
    others = {each.head: None for each in claim.losses if each.head != LossHead.DIRECT_LOSS}
    if claim.against == Opponent.PROVIDER and others:
        detail = f"a provider is liable for direct loss alone, not for {', '.join(others)}"
        yield Reason(code=RefusalCode.LOSS_NOT_COVERED, clause="PSR-24", detail=detail)


def _cap(claim: Claim, grounds: Grounds) -> Iterator[Reason]:
    if claim.against == Opponent.PROVIDER:
        yield from above_the_cap(claim.asked, grounds)
