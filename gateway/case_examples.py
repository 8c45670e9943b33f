"""Owns what became of the example's order when it was delivered: a dissolution, and a claim."""

from dataclasses import replace
from datetime import timedelta

from daigou.domain.clocks import Clock
from daigou.domain.commands import Basis, Loss, LossHead, Opponent, Remedy
from daigou.domain.facts import Case
from daigou.domain.ids import ClaimId
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.own_facts import Claimed
from daigou.domain.terms import terms_of
from daigou.ledger.views import ClaimView, ItemView, OrderView
from gateway.answers import ClaimAnswer, ClaimList, ClaimStatementAnswer, DissolutionAnswer
from gateway.wire import Answered

_PROOF = "evd_a2b3c4d5e6f7"


def case_examples(order: OrderView) -> tuple[Answered, ...]:
    """An example of each large answer that cases and claims have."""
    claim = _claim(order)
    return (
        _dissolution(order),
        ClaimAnswer.of(claim),
        ClaimList(data=(ClaimAnswer.of(claim),)),
        ClaimStatementAnswer.of(claim, ()),
    )


def _dissolution(order: OrderView) -> DissolutionAnswer:
    """The seller agreed to pay all of the price back, and has paid some of it; the return cost
    something, too."""
    asked = order.placed_at + timedelta(days=30)
    item = ItemView(
        item=f"{order.id}/14",
        table=TableName.DISSOLUTION,
        state=State.AWAITING_REFUND,
        clocks=(
            Clock(
                term="seller_refund",
                trigger=Trigger.ESCALATE,
                due=asked
                + timedelta(days=9)
                + terms_of(order.terms_version).duration("seller_refund"),
                clause="PSR-13-6",
            ),
        ),
        next_actor=Role.PROVIDER,
        opening={
            "kind": "request-dissolution",
            "ground": "defective",
            "inspected": True,
            "evidence": [_PROOF],
            "note_ref": "",
        },
        amount=None,
        opened_at=asked,
        ended_at=None,
    )
    case = Case(
        item=item.item,
        table=item.table,
        state=item.state,
        granted=True,
        expected=order.facts.price,
        received=Money(80000),
        remedy=Remedy.RETURN,
        cost=Money(4800),
    )
    return DissolutionAnswer.of_case(
        item, number=1, order=replace(order, facts=replace(order.facts, case=case))
    )


def _claim(order: OrderView) -> ClaimView:
    """The client claims of the provider what the dissolution did not bring back: the fee."""
    made = order.placed_at + timedelta(days=45)
    fee = order.fee.amount if order.fee else ZERO
    return ClaimView(
        id=ClaimId("clm_2026_0001"),
        order=order.id,
        client=order.parties.client,
        provider=order.parties.provider,
        logistics=None,
        basis=Basis.DISSOLUTION_BY_PROVIDERS_FAULT,
        losses=(Loss(head=LossHead.DIRECT_LOSS, amount=fee),),
        evidence=(_PROOF,),
        claimed=Claimed(against=Opponent.PROVIDER, asked=fee),
        external_ref="",
        state=State.MADE,
        sequence=1,
        terms_version=order.terms_version,
        clocks=(
            Clock(
                term="claim_answer",
                trigger=Trigger.ESCALATE,
                due=made + terms_of(order.terms_version).duration("claim_answer"),
                clause="PSR-25",
            ),
        ),
        next_actor=Role.PROVIDER,
        made_at=made,
        ended_at=None,
    )
