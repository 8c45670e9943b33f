"""Hypothesis gives delivered goods back however it can be done: evidence, the seller's word and its
money early, late, in parts and twice, clocks, objections, and claims beside it all. After each step
the audit holds, and nobody is better off than is right."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.claims import OPPONENTS
from daigou.domain.commands import Basis
from daigou.domain.lifecycle import DISSOLUTION
from daigou.domain.money import ZERO, Money, total
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.ledger.queries import Queries
from tests.ledger.cases import AnyCase, run_machine
from tests.ledger.road import (
    ANNA,
    ASKED,
    Lane,
    Subject,
    World,
    ask_to_dissolve,
    other_fee,
    take_back,
    third_party_line,
)

OPEN = {
    State.CHECKING,
    State.AWAITING_EVIDENCE,
    State.ASKING_SELLER,
    State.AWAITING_PROOF,
    State.AWAITING_REFUND,
}
SETTLED = {State.CHASING, State.DISSOLVED}
NOTED = [
    Trigger.ASK_FOR_EVIDENCE,
    Trigger.APPLY_TO_SELLER,
    Trigger.APPLY_TO_SELLER,
    Trigger.WITHDRAW_DISSOLUTION,
    Trigger.REFUSE_DISSOLUTION,
    Trigger.CLOSE_DISSOLUTION,
]
_references = st.sampled_from(["sr-1", "sr-2", "sr-3"])


class Dissolving(AnyCase):
    """One delivered order, whose client may want none of it."""

    may_be_refused = frozenset(
        {
            RefusalCode.ALREADY_RECORDED,
            RefusalCode.CASE_OPEN,
            RefusalCode.CAUSE_WITH_LOGISTICS,
            RefusalCode.CLAIM_TOO_HIGH,
            RefusalCode.INVALID_REQUEST,
            RefusalCode.NO_BASIS,
            RefusalCode.NOT_IN_THIS_STATE,
            RefusalCode.TOO_LATE,
        }
    )

    @initialize(
        unit_price=st.integers(1, 500_000),
        freight=st.integers(0, 20_000),
        quarters=st.integers(0, 4),
        others=st.booleans(),
        begins=st.sampled_from(["delivered", "asked", "proved", "proved", "proved"]),
        cost=st.sampled_from([0, 1, 2_000]),
    )
    def begins(
        self, unit_price: int, freight: int, quarters: int, others: bool, begins: str, cost: int
    ) -> None:
        """The deposit pays some quarters of the price, the institution the rest."""
        lines = (other_fee(700), third_party_line(500)) if others else ()
        self.order = self.world.delivered(
            *lines,
            unit_price=Money(unit_price),
            quantity=1,
            freight=Money(freight),
            from_deposit=(unit_price + freight) * quarters // 4,
        )
        self.claims: list[Subject] = []
        self.paid_for_claims = 0
        self.in_deposit = self.queries.deposit(ANNA).balance.amount
        if begins != "delivered":
            ask_to_dissolve(self.order)
        if begins == "proved":
            take_back(self.order, self.order.facts.price.amount, cost=cost)

    # ---- the dissolution -----------------------------------------------------------------

    @precondition(lambda self: not self._ended)
    @rule()
    def the_client_asks(self) -> None:
        self._pull(Trigger.REQUEST_DISSOLUTION, ASKED, lane=Lane(table=DISSOLUTION))

    @precondition(lambda self: self._case_is(*OPEN))
    @rule(trigger=st.sampled_from(NOTED))
    def somebody_says_what_is_next(self, trigger: Trigger) -> None:
        self._pull(trigger, commands.Noted(), lane=self._case())

    @precondition(lambda self: self._case_is(*OPEN))
    @rule()
    def more_evidence_comes(self) -> None:
        said = commands.MoreEvidence(evidence=("evd_3",))
        self._pull(Trigger.SUPPLEMENT_EVIDENCE, said, lane=self._case())

    @precondition(lambda self: self._case_is(State.ASKING_SELLER))
    @rule(quarters=st.sampled_from([0, 1, 2, 4, 4, 5]))
    def the_seller_agrees(self, quarters: int) -> None:
        said = commands.SellerAgreement(
            refund=Money(self.order.facts.price.amount * quarters // 4),
            remedy=commands.Remedy.RETURN,
        )
        self._pull(Trigger.CONSENT_TO_DISSOLUTION, said, lane=self._case())

    @precondition(lambda self: self._case_is(State.AWAITING_PROOF))
    @rule(cost=st.sampled_from([0, 1, 2_000]))
    def the_goods_go_back(self, cost: int) -> None:
        proof = commands.Disposal(
            remedy=commands.Remedy.RETURN, evidence=("evd_2",), cost=Money(cost)
        )
        self._pull(Trigger.PROVE_DISPOSAL, proof, lane=self._case())

    @precondition(lambda self: self._case_is(*OPEN, State.CHASING))
    @rule(quarters=st.integers(0, 5), reference=_references)
    def the_seller_pays_back(self, quarters: int, reference: str) -> None:
        """In part, in whole or too much, and now and then under a number that was used before."""
        fen = self.order.facts.price.amount * quarters // 4
        said = commands.CaseRefund(amount=Money(fen), external_ref=reference)
        self._pull(Trigger.RECORD_DISSOLUTION_REFUND, said, lane=self._case())

    @precondition(lambda self: self._case_is(State.AWAITING_REFUND, State.CHASING))
    @rule(fen=st.sampled_from([1, 1_000, 2_000]), reference=_references)
    def the_seller_pays_for_the_return(self, fen: int, reference: str) -> None:
        said = commands.ReturnCost(amount=Money(fen), external_ref=reference)
        self._pull(Trigger.RECORD_RETURN_COST, said, lane=self._case())

    # ---- the order, the institution, time ------------------------------------------------

    @precondition(lambda self: not self._ended)
    @rule(trigger=st.sampled_from([Trigger.CONFIRM_RECEIPT, Trigger.OBJECT_TO_RECEIPT]))
    def the_client_says_how_it_is(self, trigger: Trigger) -> None:
        objection = commands.Objection(reason=commands.ObjectionReason.DAMAGED)
        said = objection if trigger == Trigger.OBJECT_TO_RECEIPT else commands.Plain()
        self._pull(trigger, said)

    @precondition(lambda self: self.order.state == State.RECEIPT_OBJECTION)
    @rule(cause=st.sampled_from(commands.Cause))
    def the_platform_finds_the_cause(self, cause: commands.Cause) -> None:
        self._pull(Trigger.SETTLE_OBJECTION, commands.CauseFound(cause=cause))

    @rule()
    def time_passes(self) -> None:
        """Up to the next deadline."""
        if due := self._next_due():
            lane, clock = due
            self._pull(clock.trigger, lane=lane, at=max(clock.due, self.order.at))

    # ---- claims beside it ----------------------------------------------------------------

    @rule(basis=st.sampled_from(Basis), quarters=st.integers(1, 5))
    def the_client_claims(self, basis: Basis, quarters: int) -> None:
        claim = self.world.unmade_claim(self.order)
        fen = max(1, self._amount.amount * quarters // 4)
        loss = commands.Loss(head=commands.LossHead.DIRECT_LOSS, amount=Money(fen))
        said = commands.Claim(
            order=self.order.id,  # type: ignore[arg-type]
            against=OPPONENTS[basis],
            basis=basis,
            losses=(loss,),
            grounds=commands.Grounds(state=self.order.state),
            evidence=("evd_1",),
            note_ref="txt_1",
        )
        if self._goes(lambda: claim.pull(Trigger.MAKE_CLAIM, said)):
            self.claims.append(claim)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), admitted=st.booleans())
    def a_claim_is_answered_and_paid(self, data: st.DataObject, admitted: bool) -> None:
        claim = self.claims.pop(data.draw(st.integers(0, len(self.claims) - 1), "claim"))
        assert claim.facts.claim is not None
        if not admitted:
            claim.pull(Trigger.REJECT_CLAIM, commands.Message(note_ref="txt_2"))
            return
        asked = claim.facts.claim.asked
        claim.pull(Trigger.ADMIT_CLAIM, commands.Admit(amount=asked))
        paid = commands.Compensation(amount=asked, external_ref=f"wire-{claim.id}")
        claim.pull(Trigger.RECORD_COMPENSATION, paid)
        if claim.facts.claim.against == commands.Opponent.PROVIDER:
            self.paid_for_claims += asked.amount

    # ---- what holds, whatever happened ---------------------------------------------------

    @invariant()
    def the_books_know_what_the_order_knows(self) -> None:
        view = self.queries.order(self.order.id)
        assert (view.state, view.sequence) == (self.order.state, self.order.sequence)
        assert view.facts == self.order.facts

    @invariant()
    def what_the_seller_paid_is_the_clients_to_the_fen_and_nothing_else_moved(self) -> None:
        view = self.queries.order(self.order.id)
        case = self.order.facts.case
        came, cost = (case.received, case.cost_paid) if case else (ZERO, ZERO)
        on_its_way = total([each.amount or ZERO for each in view.items if each.state == State.DUE])
        assert view.refunded + on_its_way == came
        gained = self.queries.deposit(ANNA).balance.amount - self.in_deposit
        back = gained - self.paid_for_claims - cost.amount
        assert 0 <= back <= came.amount

    @invariant()
    def a_provider_is_liable_for_no_more_than_the_order(self) -> None:
        assert self.paid_for_claims <= self._amount.amount

    @invariant()
    def no_case_is_half_open(self) -> None:
        facts, state = self.order.facts, self.order.state
        case = facts.case.state if facts.case else None
        assert facts.held == (case in OPEN and not self._ended)
        assert (state == State.DISSOLVED) == (case in SETTLED)
        assert not (facts.held and self.queries.order(self.order.id).clocks)

    # ---- how it is done ------------------------------------------------------------------

    @property
    def _amount(self) -> Money:
        amount = self.queries.order(self.order.id).amount
        assert amount is not None
        return amount


def _run(world: World, queries: Queries, engine: Engine, examples: int) -> None:
    run_machine(
        Dissolving, engine=engine, world=world, queries=queries, examples=examples, steps=25
    )


@pytest.mark.clause("PSR-13-1")
@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
@pytest.mark.clause("PSR-17-2")
@pytest.mark.clause("PSR-24")
@pytest.mark.timeout(300)
def test_however_an_order_is_dissolved_the_books_are_whole(
    world: World, queries: Queries, engine: Engine
) -> None:
    _run(world, queries, engine, examples=6)


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_however_hundreds_of_orders_are_dissolved_the_books_are_whole(
    world: World, queries: Queries, engine: Engine
) -> None:
    _run(world, queries, engine, examples=200)
