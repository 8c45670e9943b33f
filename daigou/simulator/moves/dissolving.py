"""Owns the moves of a dissolution: delivered goods are given back, and the seller pays back.

Dissolutions are counted from 1. Each move but the first is of the order's latest.
"""

from daigou.domain.commands import (
    CaseRefund,
    Disposal,
    Ground,
    MoreEvidence,
    Noted,
    Remedy,
    RequestDissolution,
    ReturnCost,
    SellerAgreement,
)
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.moves.goods import WHAT_IS_SEEN
from daigou.simulator.moves.latest import does, latest_struck, on_latest, opens
from daigou.simulator.plans import ALL, NONE, Cue, Move, Share
from daigou.simulator.tally import Tally

_CASE = TableName.DISSOLUTION
_WHAT_WAS_DONE = "a receipt of who took the goods (invented)"


def ask_to_dissolve(at: State = State.DELIVERED, *, ground: Ground = Ground.DEFECTIVE) -> Move:
    """The client has looked at the goods, and asks for the purchase to be undone."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        return opens(
            tally,
            _CASE,
            Role.CLIENT,
            Trigger.REQUEST_DISSOLUTION,
            at,
            RequestDissolution(ground=ground, inspected=True),
            WHAT_IS_SEEN,
        )

    return move


def keep_after_all(at: State = State.CHECKING) -> Move:
    """The client takes the dissolution back."""
    return does(_CASE, Role.CLIENT, Trigger.WITHDRAW_DISSOLUTION, at, Noted())


def ask_for_evidence(tally: Tally) -> tuple[Cue, ...]:
    """The provider cannot read what the client handed in."""
    command = Noted(note_ref="the picture is too dark (invented)")
    return on_latest(tally, _CASE, Role.PROVIDER, Trigger.ASK_FOR_EVIDENCE, State.CHECKING, command)


def add_evidence(at: State) -> Move:
    """The client hands in more."""
    command = MoreEvidence(evidence=())
    return does(_CASE, Role.CLIENT, Trigger.SUPPLEMENT_EVIDENCE, at, command, WHAT_IS_SEEN)


def apply_to_seller(*, by: Role = Role.PROVIDER) -> Move:
    """The seller is asked."""
    return does(_CASE, by, Trigger.APPLY_TO_SELLER, State.CHECKING, Noted())


def agree_to_dissolve(
    *, remedy: Remedy = Remedy.RETURN, keeps: Share = NONE, by: Role = Role.PROVIDER
) -> Move:
    """The seller agrees, keeps a share of the price, and says what is to be done with the goods."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        refund = tally.agree_to_dissolve(keeps_of_ten=keeps.of_ten)
        command = SellerAgreement(refund=Money(refund), remedy=remedy)
        return on_latest(
            tally, _CASE, by, Trigger.CONSENT_TO_DISSOLUTION, State.ASKING_SELLER, command
        )

    return move


def refuse_to_dissolve(*, by: Role = Role.PROVIDER) -> Move:
    """The seller refuses."""
    command = Noted(note_ref="the goods left us whole (invented)")
    return does(_CASE, by, Trigger.REFUSE_DISSOLUTION, State.ASKING_SELLER, command)


def prove(*, remedy: Remedy = Remedy.RETURN, cost_fen: int = 0) -> Move:
    """The client proves that the goods were returned or destroyed, and says what that cost."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.return_cost = cost_fen
        command = Disposal(remedy=remedy, evidence=(), cost=Money(cost_fen))
        return on_latest(
            tally,
            _CASE,
            Role.CLIENT,
            Trigger.PROVE_DISPOSAL,
            State.AWAITING_PROOF,
            command,
            _WHAT_WAS_DONE,
        )

    return move


def seller_refunds(share: Share = ALL, *, at: State = State.AWAITING_REFUND) -> Move:
    """The seller pays back a share of what it is still to pay back; the client has it at once."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        amount = share.of(tally.promised)
        tally.pass_on(amount)
        return on_latest(
            tally,
            _CASE,
            Role.PROVIDER,
            Trigger.RECORD_DISSOLUTION_REFUND,
            at,
            CaseRefund(amount=Money(amount), external_ref=tally.number_payment_back()),
            pays_back_fen=amount,
        )

    return move


def seller_pays_for_the_return(share: Share = ALL, *, at: State = State.AWAITING_REFUND) -> Move:
    """The seller pays a share of what the return cost the client, and it has not paid yet."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        amount = share.of(tally.return_cost)
        tally.pay_for_the_return(amount)
        return on_latest(
            tally,
            _CASE,
            Role.PROVIDER,
            Trigger.RECORD_RETURN_COST,
            at,
            ReturnCost(amount=Money(amount), external_ref=tally.number_payment_back()),
            pays_more_fen=amount,
        )

    return move


def close_dissolution(tally: Tally) -> tuple[Cue, ...]:
    """The platform has the case go on without what the seller has not paid back."""
    command = Noted(note_ref="the seller does not answer any more (invented)")
    return on_latest(
        tally, _CASE, Role.PLATFORM, Trigger.CLOSE_DISSOLUTION, State.AWAITING_REFUND, command
    )


def dissolution_struck(trigger: Trigger, at: State) -> Move:
    """A clock of the dissolution strikes."""
    return latest_struck(_CASE, trigger, at)
