"""Owns the moves of a cancellation: asked for, answered by the seller, settled by the provider.

Cancellations are counted from 1. Each move but the first is of the order's latest.
"""

from dataclasses import dataclass

from daigou.domain.commands import (
    CaseRefund,
    Cost,
    CostKind,
    FeeChoice,
    Noted,
    Plain,
    SellerConsent,
    SettleCancellation,
)
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.moves.latest import does, latest_struck, on_latest, opens
from daigou.simulator.plans import ALL, NONE, Cue, Move, Share
from daigou.simulator.tally import Tally

_CASE = TableName.CANCELLATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What a cancellation cost: so many fen, to be paid to the order's storage, logistics or
    provider. One that goes `beyond` what is held costs that and so many fen more."""

    cost: CostKind
    fen: int
    to: Role = Role.STORAGE
    beyond: bool = False


def ask_to_cancel(at: State) -> Move:
    """The client asks for the order to be cancelled."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.ask_to_cancel()
        command = Noted(note_ref="found it at home for less (invented)")
        return opens(tally, _CASE, Role.CLIENT, Trigger.REQUEST_CANCELLATION, at, command)

    return move


def take_back(at: State = State.ASKING_SELLER) -> Move:
    """The client takes the cancellation back."""
    return does(_CASE, Role.CLIENT, Trigger.WITHDRAW_CANCELLATION, at, Noted())


def agree(*, keeps: Share = NONE, penalty_fen: int = 0) -> Move:
    """The seller agrees; it keeps a share of what it could pay back, and charges a penalty."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        refund = tally.agree(keeps_of_ten=keeps.of_ten, penalty=penalty_fen)
        command = SellerConsent(refund=Money(refund), penalty=Money(penalty_fen))
        at = State.ASKING_SELLER
        return on_latest(tally, _CASE, Role.PROVIDER, Trigger.CONSENT_TO_CANCELLATION, at, command)

    return move


def take_terms(tally: Tally) -> tuple[Cue, ...]:
    """The client takes the terms on which the seller agrees."""
    return on_latest(tally, _CASE, Role.CLIENT, Trigger.ACCEPT_TERMS, State.TERMS_OFFERED, Plain())


def refuse_to_cancel(at: State = State.ASKING_SELLER, *, by: Role = Role.PROVIDER) -> Move:
    """The seller refuses."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.come_to_nothing()
        command = Noted(note_ref="the seller has begun to pack (invented)")
        return on_latest(tally, _CASE, by, Trigger.REFUSE_CANCELLATION, at, command)

    return move


def seller_pays_back(share: Share = ALL, *, at: State = State.AWAITING_REFUND) -> Move:
    """The seller pays back a share of what it is still to pay back."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        amount = share.of(tally.promised)
        tally.come_back(amount)
        return on_latest(
            tally,
            _CASE,
            Role.PROVIDER,
            Trigger.RECORD_CANCELLATION_REFUND,
            at,
            CaseRefund(amount=Money(amount), external_ref=tally.number_payment_back()),
            pays_back_fen=amount,
        )

    return move


def proceed(tally: Tally) -> tuple[Cue, ...]:
    """The platform has the case go on without what the seller has not paid back."""
    return on_latest(
        tally,
        _CASE,
        Role.PLATFORM,
        Trigger.PROCEED_WITHOUT_REFUND,
        State.AWAITING_REFUND,
        Noted(note_ref="the seller does not answer any more (invented)"),
    )


def settle(*bills: Bill, waived: bool = False) -> Move:
    """The provider settles: with these costs, and its fee waived or kept."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        left = max(0, tally.escrow - tally.penalties)
        costs: list[Cost] = []
        for bill in bills:
            amount = bill.fen + (left if bill.beyond else 0)
            left = max(0, left - amount)
            payee = tally.deal.party(bill.to) or tally.deal.provider.id
            costs.append(Cost(cost=bill.cost, amount=Money(amount), payee=payee, evidence=()))
        own = sum(cost.amount.amount for cost in costs if cost.payee == tally.deal.provider.id)
        whole = sum(cost.amount.amount for cost in costs)
        tally.settle(own=own, others=whole - own, waived=waived)
        fee = FeeChoice.WAIVED if waived else FeeChoice.KEPT
        return on_latest(
            tally,
            _CASE,
            Role.PROVIDER,
            Trigger.SETTLE_CANCELLATION,
            State.SETTLING,
            SettleCancellation(digest="", fee=fee, costs=tuple(costs)),
            *(f"a bill of {cost.amount} for {cost.cost} (invented)" for cost in costs),
        )

    return move


def settled_by_default(tally: Tally) -> tuple[Cue, ...]:
    """The provider says nothing: it keeps its fee, and has no costs."""
    tally.settle(own=0, others=0, waived=False)
    return case_struck(Trigger.SETTLE_BY_DEFAULT, State.SETTLING)(tally)


def deemed_refused(tally: Tally) -> tuple[Cue, ...]:
    """The seller never answers."""
    tally.come_to_nothing()
    return case_struck(Trigger.DEEM_REFUSED, State.ASKING_SELLER)(tally)


def overtaken(tally: Tally) -> tuple[Cue, ...]:
    """What befell the order ended its case."""
    tally.come_to_nothing()
    return ()


def case_struck(trigger: Trigger, at: State) -> Move:
    """A clock of the cancellation strikes."""
    return latest_struck(_CASE, trigger, at)
