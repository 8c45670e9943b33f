"""Owns the moves of a dissolution: delivered goods are given back, and the seller pays back.

Dissolutions are counted from 1. Each move but the first is of the order's latest.
"""

from daigou.domain.commands import (
    CaseRefund,
    Command,
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
from daigou.simulator.moves.cancelling import ALL
from daigou.simulator.moves.goods import WHAT_IS_SEEN
from daigou.simulator.moves.happening import struck
from daigou.simulator.plans import Act, Cue, Move, Share
from daigou.simulator.tally import Tally

_WHAT_WAS_DONE = "a receipt of who took the goods (invented)"


def ask_to_dissolve(at: State = State.DELIVERED, *, ground: Ground = Ground.DEFECTIVE) -> Move:
    """The client has looked at the goods, and asks for the purchase to be undone."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        return (
            Act(
                role=Role.CLIENT,
                trigger=Trigger.REQUEST_DISSOLUTION,
                at=at,
                command=RequestDissolution(ground=ground, inspected=True),
                table=TableName.DISSOLUTION,
                item=tally.ask_to_dissolve(),
                opens=True,
                hands_in=(WHAT_IS_SEEN,),
            ),
        )

    return move


def keep_after_all(at: State = State.CHECKING) -> Move:
    """The client takes the dissolution back."""
    return _act(Role.CLIENT, Trigger.WITHDRAW_DISSOLUTION, at, Noted())


def ask_for_evidence(tally: Tally) -> tuple[Cue, ...]:
    """The provider cannot read what the client handed in."""
    command = Noted(note_ref="the picture is too dark (invented)")
    return _of_case(tally, Role.PROVIDER, Trigger.ASK_FOR_EVIDENCE, State.CHECKING, command)


def add_evidence(at: State) -> Move:
    """The client hands in more."""
    return _act(
        Role.CLIENT, Trigger.SUPPLEMENT_EVIDENCE, at, MoreEvidence(evidence=()), WHAT_IS_SEEN
    )


def apply_to_seller(*, by: Role = Role.PROVIDER) -> Move:
    """The seller is asked."""
    return _act(by, Trigger.APPLY_TO_SELLER, State.CHECKING, Noted())


def agree_to_dissolve(
    *, remedy: Remedy = Remedy.RETURN, keeps: Share | None = None, by: Role = Role.PROVIDER
) -> Move:
    """The seller agrees, keeps a share of the price, and says what is to be done with the goods."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        refund = tally.agree_to_dissolve(keeps_of_ten=keeps.of_ten if keeps else 0)
        command = SellerAgreement(refund=Money(refund), remedy=remedy)
        return _of_case(tally, by, Trigger.CONSENT_TO_DISSOLUTION, State.ASKING_SELLER, command)

    return move


def refuse_to_dissolve(*, by: Role = Role.PROVIDER) -> Move:
    """The seller refuses."""
    command = Noted(note_ref="the goods left us whole (invented)")
    return _act(by, Trigger.REFUSE_DISSOLUTION, State.ASKING_SELLER, command)


def prove(*, remedy: Remedy = Remedy.RETURN, cost_fen: int = 0) -> Move:
    """The client proves that the goods were returned or destroyed, and says what that cost."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.return_cost = cost_fen
        command = Disposal(remedy=remedy, evidence=(), cost=Money(cost_fen))
        return _of_case(
            tally,
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
        command = CaseRefund(amount=Money(amount), external_ref=_number(tally))
        return _paid(tally, Trigger.RECORD_DISSOLUTION_REFUND, at, command, back=amount)

    return move


def seller_pays_for_the_return(share: Share = ALL, *, at: State = State.AWAITING_REFUND) -> Move:
    """The seller pays a share of what the return cost the client, and it has not paid yet."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        amount = share.of(tally.return_cost)
        tally.pay_for_the_return(amount)
        command = ReturnCost(amount=Money(amount), external_ref=_number(tally))
        return _paid(tally, Trigger.RECORD_RETURN_COST, at, command, more=amount)

    return move


def close_dissolution(tally: Tally) -> tuple[Cue, ...]:
    """The platform has the case go on without what the seller has not paid back."""
    command = Noted(note_ref="the seller does not answer any more (invented)")
    return _of_case(tally, Role.PLATFORM, Trigger.CLOSE_DISSOLUTION, State.AWAITING_REFUND, command)


def dissolution_struck(trigger: Trigger, at: State) -> Move:
    """A clock of the dissolution strikes."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        return struck(trigger, at, table=TableName.DISSOLUTION, item=tally.dissolutions)(tally)

    return move


def _number(tally: Tally) -> str:
    """The seller's own number of its next payment."""
    tally.payments_back += 1
    return f"SR-{tally.deal.basket.offer.id}-{tally.payments_back}"


def _act(role: Role, trigger: Trigger, at: State, command: Command, *hands_in: str) -> Move:
    def move(tally: Tally) -> tuple[Cue, ...]:
        return _of_case(tally, role, trigger, at, command, *hands_in)

    return move


def _of_case(
    tally: Tally, role: Role, trigger: Trigger, at: State, command: Command, *hands_in: str
) -> tuple[Cue, ...]:
    return (
        Act(
            role=role,
            trigger=trigger,
            at=at,
            command=command,
            table=TableName.DISSOLUTION,
            item=tally.dissolutions,
            hands_in=hands_in,
        ),
    )


def _paid(
    tally: Tally, trigger: Trigger, at: State, command: Command, *, back: int = 0, more: int = 0
) -> tuple[Cue, ...]:
    return (
        Act(
            role=Role.PROVIDER,
            trigger=trigger,
            at=at,
            command=command,
            table=TableName.DISSOLUTION,
            item=tally.dissolutions,
            pays_back_fen=back,
            pays_more_fen=more,
        ),
    )
