"""Hypothesis cancels orders however it can be done: facts, steps of cases, clocks, parcels and the
seller's money in any order. After each of them the audit holds, and nobody is better off than is
right."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import Command, FeeChoice, LineCode
from daigou.domain.facts import WAY
from daigou.domain.lifecycle import CANCELLATION, PARCEL
from daigou.domain.money import ZERO, Money, total
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.ledger.promotion import Promotion
from daigou.ledger.queries import Queries
from tests.ledger.cases import AnyCase, run_machine
from tests.ledger.road import (
    MIA,
    NINGBO,
    NOON,
    SWIFT,
    YIWU,
    Lane,
    World,
    a_cost,
    a_price,
    a_purchase,
    agree,
    ask_to_cancel,
    buy,
    other_fee,
    paid_back,
    receive,
    send_back,
    settle,
    settle_case,
    shown,
    third_party_line,
)
from tests.ledger.sums import balances

OPEN = {
    State.AWAITING_OUTCOME,
    State.ASKING_SELLER,
    State.TERMS_OFFERED,
    State.RETURNING,
    State.AWAITING_REFUND,
    State.SETTLING,
}
SETTLED = {State.CHASING, State.CANCELLED}
PAYEES = (YIWU, NINGBO, SWIFT)
parts = st.integers(min_value=0, max_value=4)


class Cancelling(AnyCase):
    """One order, whose client may think better of it at any time."""

    may_be_refused = frozenset(
        {
            RefusalCode.ALREADY_RECORDED,
            RefusalCode.CASE_OPEN,
            RefusalCode.CUSTOMS_CLEARED,
            RefusalCode.DEPOSIT_TOO_SMALL,
            RefusalCode.INVALID_REQUEST,
            RefusalCode.NOT_IN_THIS_STATE,
            RefusalCode.NOTHING_TO_PAY,
            RefusalCode.PART_PAYMENT,
            RefusalCode.STALE_PREVIEW,
            RefusalCode.TOO_LATE,
        }
    )

    @initialize(
        unit_price=st.integers(1, 500_000),
        quantity=st.integers(1, 4),
        freight=st.integers(0, 20_000),
        from_deposit=parts,
        others=st.booleans(),
        promoted=st.booleans(),
        coupon=st.sampled_from([0, 60, 100_000]),
        begins=st.sampled_from(["paid", "bought", "stored", "agreed", "paid back", "chased"]),
    )
    def begins(
        self,
        unit_price: int,
        quantity: int,
        freight: int,
        from_deposit: int,
        others: bool,
        promoted: bool,
        coupon: int,
        begins: str,
    ) -> None:
        """The client pays: from the deposit, through the institution, or both. What is likely to
        come then may have come already, so that the rest of it is met as often."""
        lines = (other_fee(700), third_party_line(500)) if others else ()
        self.order = self.world.accepted(
            *lines,
            unit_price=Money(unit_price),
            quantity=quantity,
            freight=Money(freight),
            promoter=MIA if promoted else None,
        )
        view = self.queries.order(self.order.id)
        fees = total([each.amount for each in view.lines if each.code.endswith("fee")])
        fees -= total([each.amount for each in view.lines if each.of_third_party])
        assert view.amount is not None
        coupons = (self.world.coupon(coupon),) if coupon and fees else ()
        off = min(coupon, fees.amount) if coupons else 0
        share = (view.amount.amount - off) * from_deposit // 4
        if share:
            self._recharge(share)
        settle(
            self.order,
            amount=view.amount.amount,
            from_deposit=share,
            coupons=coupons,
            off=off,
        )
        if begins != "paid":
            buy(self.order)
        if begins in ("stored", "agreed", "paid back", "chased"):
            receive(self.order, quantity=1)
        if begins in ("agreed", "paid back", "chased"):
            self._comes_as_far_as(begins)

    def _comes_as_far_as(self, begins: str) -> None:
        """The seller agrees; the first parcel is back with it; it has paid back a part."""
        (parcel,) = self._parcels()
        ask_to_cancel(self.order)
        agree(self.order, self.order.facts.refundable.amount)
        if begins == "agreed":
            return
        send_back(self.order, parcel.item)
        if half := self.order.facts.refundable.amount // 2:
            paid_back(self.order, half, "sr-0")
        if begins == "chased" and self._case_is(State.AWAITING_REFUND):
            self._pull(Trigger.PROCEED_WITHOUT_REFUND, commands.Noted(), lane=self._case())
            settle_case(self.order, self.engine, a_cost(half + 1))

    # ---- the purchase --------------------------------------------------------------------

    @precondition(lambda self: self.order.state == State.EFFECTIVE)
    @rule()
    def the_provider_orders(self) -> None:
        self._pull(Trigger.PURCHASE, commands.Purchase())

    @precondition(lambda self: self.order.state == State.PURCHASING)
    @rule(
        answer=st.sampled_from(
            [
                Trigger.RECORD_PURCHASE,
                Trigger.RECORD_PURCHASE,
                Trigger.RECORD_PURCHASE,
                Trigger.FAIL_PURCHASE,
                Trigger.REJECT_PURCHASE,
                Trigger.QUOTE_ANEW,
            ]
        ),
        asked=st.integers(1, 150),
    )
    def the_seller_answers(self, answer: Trigger, asked: int) -> None:
        facts = self.order.facts
        if answer == Trigger.RECORD_PURCHASE:
            self._pull(answer, a_purchase(goods=facts.goods, freight=facts.freight))
        elif answer == Trigger.QUOTE_ANEW:
            price = self._price(asked)
            self._pull(answer, replace(price, reference=self.order.intended()))
        else:
            self._answer(answer)

    @precondition(lambda self: self.order.state == State.EFFECTIVE)
    @rule(asked=st.integers(1, 150))
    def the_price_changes(self, asked: int) -> None:
        self._pull(Trigger.REPORT_PRICE, self._price(asked))

    @precondition(lambda self: self.order.state == State.AWAITING_TOP_UP)
    @rule(institution=st.booleans())
    def the_client_tops_up(self, institution: bool) -> None:
        due = self.queries.order(self.order.id).due_now
        assert due is not None
        if not institution:
            self._recharge(due.amount)
        said = commands.Pay(
            from_institution=due if institution else ZERO,
            from_deposit=ZERO if institution else due,
            payment_method="pm_1" if institution else "",
        )
        self._pull(Trigger.PAY, said)

    @precondition(lambda self: self.order.state == State.PAYING)
    @rule(captured=st.booleans())
    def the_institution_answers(self, captured: bool) -> None:
        self._answer(Trigger.CONFIRM_PAYMENT if captured else Trigger.DECLINE_PAYMENT)

    @precondition(lambda self: self.order.state == State.EFFECTIVE)
    @rule(really=st.integers(0, 3))
    def it_is_sold_out(self, really: int) -> None:
        if not really:
            reason = commands.UnrealizableReason.SOLD_OUT
            self._pull(Trigger.REPORT_UNREALIZABLE, commands.ReportUnrealizable(reason=reason))

    # ---- the parcels ---------------------------------------------------------------------

    @precondition(lambda self: self.order.state in WAY and self.order.facts.missing)
    @rule(
        data=st.data(),
        trigger=st.sampled_from([Trigger.DISPATCH, Trigger.WAREHOUSE_RECEIPT, Trigger.DISPATCH]),
    )
    def goods_are_on_their_way(self, data: st.DataObject, trigger: Trigger) -> None:
        count = data.draw(st.integers(1, self.order.facts.missing), "in the parcel")
        said: Command = commands.Dispatch(tracking_ref="t-1", quantity=count)
        if trigger == Trigger.WAREHOUSE_RECEIPT:
            said = commands.WarehouseReceipt(parcel_ref="p-1", quantity=count)
        self._pull(trigger, said, lane=Lane(table=PARCEL))

    @precondition(lambda self: not self._ended and self._parcels())
    @rule(data=st.data())
    def something_happens_to_a_parcel(self, data: st.DataObject) -> None:
        lane = data.draw(st.sampled_from(self._parcels()), "parcel")
        triggers = sorted({row.trigger for row in PARCEL.rows_from(lane.state) if row.roles})
        trigger = data.draw(st.sampled_from(triggers), "what happens")
        if trigger in _SELDOM and data.draw(st.integers(0, 3), "seldom"):
            return
        self._pull(trigger, self._of_a_parcel(trigger, data), lane=lane)

    def _of_a_parcel(self, trigger: Trigger, data: st.DataObject) -> Command:
        match trigger:
            case Trigger.RECORD_SELLER_REFUND:
                facts = self.order.facts
                return commands.SellerRefund(
                    goods=Money(data.draw(st.integers(0, facts.goods.amount), "goods")),
                    freight=Money(data.draw(st.integers(0, facts.freight.amount), "freight")),
                    external_ref=data.draw(_references, "reference"),
                )
            case Trigger.EXCHANGE | Trigger.DISPATCH:
                return commands.Dispatch(tracking_ref="t-2")
            case Trigger.WAREHOUSE_RECEIPT:
                return commands.WarehouseReceipt(parcel_ref="p-2")
            case Trigger.OBJECT_TO_GOODS | Trigger.REFUSE_PACKAGE:
                return commands.Objection(reason=commands.ObjectionReason.DAMAGED)
            case Trigger.SETTLE_PACKAGE:
                return commands.CauseFound(cause=commands.Cause.SELLER)
            case Trigger.TRACK | Trigger.SEND_BACK | Trigger.CLEAR_CUSTOMS | Trigger.DELIVER:
                return commands.Transport(tracking_ref="t-3")
            case Trigger.ACCEPT_GOODS | Trigger.PAY_STORAGE:
                return commands.Plain()
            case _:
                return commands.Noted()

    # ---- the cancellation ----------------------------------------------------------------

    @precondition(lambda self: not self._ended)
    @rule()
    def the_client_asks(self) -> None:
        self._pull(Trigger.REQUEST_CANCELLATION, commands.Noted(), lane=Lane(table=CANCELLATION))

    @precondition(lambda self: self._case_is(State.ASKING_SELLER))
    @rule(
        refund=st.sampled_from([0, 1, 2, 4, 4, 4]),
        penalty=st.sampled_from([0, 0, 150, 20_000_000]),
    )
    def the_seller_agrees(self, refund: int, penalty: int) -> None:
        back = Money(self.order.facts.refundable.amount * refund // 4)
        said = commands.SellerConsent(refund=back, penalty=Money(penalty))
        self._pull(Trigger.CONSENT_TO_CANCELLATION, said, lane=self._case())

    @precondition(lambda self: self._case_is(State.TERMS_OFFERED))
    @rule()
    def the_client_takes_the_terms(self) -> None:
        self._pull(Trigger.ACCEPT_TERMS, lane=self._case())

    @precondition(lambda self: self._case_is(*OPEN))
    @rule(
        trigger=st.sampled_from(
            [
                Trigger.WITHDRAW_CANCELLATION,
                Trigger.REFUSE_CANCELLATION,
                Trigger.PROCEED_WITHOUT_REFUND,
            ]
        ),
        really=st.integers(0, 2),
    )
    def somebody_wants_it_otherwise(self, trigger: Trigger, really: int) -> None:
        if not really:
            self._pull(trigger, commands.Noted(), lane=self._case(), by=Role.PLATFORM)

    @precondition(lambda self: self._case_is(State.AWAITING_REFUND, State.SETTLING, State.CHASING))
    @rule(share=st.integers(1, 5), reference=st.sampled_from(["sr-1", "sr-2", "sr-3"]))
    def the_seller_pays_back(self, share: int, reference: str) -> None:
        """In part, in whole or too much, and now and then under a number that was used before."""
        outstanding = self.order.facts.refundable.amount * share // 4
        said = commands.CaseRefund(amount=Money(outstanding), external_ref=reference)
        self._pull(Trigger.RECORD_CANCELLATION_REFUND, said, lane=self._case())

    @precondition(lambda self: self._case_is(State.SETTLING))
    @rule(
        fee=st.sampled_from(FeeChoice),
        costs=st.lists(
            st.tuples(
                st.one_of(st.integers(1, 900), st.integers(1, 3_000_000)), st.sampled_from(PAYEES)
            ),
            max_size=3,
        ),
        recharged=st.sampled_from([0, 0, 100, 9_000_000]),
        stale=st.integers(0, 5),
    )
    def the_provider_settles(
        self, fee: FeeChoice, costs: list[tuple[int, str]], recharged: int, stale: int
    ) -> None:
        if recharged:
            self.world.recharged(recharged)
        said = commands.SettleCancellation(
            digest="", fee=fee, costs=tuple(a_cost(fen, payee) for fen, payee in costs)
        )
        preview = shown(self.order, said, self.engine)
        if not stale:
            said = replace(said, fee=_other(fee))
        before = self.order.sequence
        self._pull(
            Trigger.SETTLE_CANCELLATION, replace(said, digest=preview.digest), lane=self._case()
        )
        as_shown = self.order.sequence > before
        assert as_shown or not stale, "what was shown is not refused"

    # ---- time, and the institution -------------------------------------------------------

    @rule(strikes=st.integers(1, 3))
    def time_passes(self, strikes: int) -> None:
        """Up to the next deadline, or the one after it."""
        for _ in range(strikes):
            if due := self._next_due():
                lane, clock = due
                at = max(clock.due, self.order.at)
                self._pull(clock.trigger, lane=lane, by=Role.CLOCK, at=at)

    # ---- what holds, whatever happened ---------------------------------------------------

    @invariant()
    def the_books_know_what_the_order_knows(self) -> None:
        view = self.queries.order(self.order.id)
        assert (view.state, view.sequence) == (self.order.state, self.order.sequence)
        assert view.facts == self.order.facts
        assert {each.item: each.state for each in view.items} == {
            lane.item: lane.state for lane in self.order.items.values()
        }

    @invariant()
    def the_client_gets_back_no_more_than_it_paid(self) -> None:
        view = self.queries.order(self.order.id)
        on_its_way = total([each.amount or ZERO for each in view.items if each.state == State.DUE])
        assert view.refunded + on_its_way <= view.collected

    @invariant()
    def third_party_lines_are_untouched(self) -> None:
        """Who collects what the provider never held, has it: no more and no less (PSR-7)."""
        view = self.queries.order(self.order.id)
        collected = [each for each in view.lines if each.of_third_party]
        collected += [
            each
            for each in view.lines
            if each.code == LineCode.CANCELLATION_COST and each.collector != YIWU
        ]
        legs = [
            leg.amount.amount
            for journal in self.queries.journals(self.order.id)
            for leg in journal.legs
            if leg.account.startswith("third_party:")
        ]
        assert -sum(legs) == total([each.amount for each in collected]).amount

    @invariant()
    def no_case_is_half_open(self) -> None:
        facts, state = self.order.facts, self.order.state
        case = facts.case.state if facts.case else None
        assert facts.held == (case in OPEN and not self._ended)
        assert (state == State.CANCELLED) == (case in SETTLED)
        assert not (self._ended and case in OPEN)
        due = self.queries.order(self.order.id).clocks
        running_outside = state in (State.PAYING, State.PURCHASING)
        assert not (facts.held and due and not running_outside)

    @invariant()
    def an_end_holds_nothing(self) -> None:
        if self._ended:
            held = balances(self.queries)
            for kind in ("escrow", "fee_held", "seller_transit", "payment_reserved"):
                assert held.get(f"{kind}:{self.order.id}", 0) == 0, kind

    def teardown(self) -> None:
        if not hasattr(self, "order"):
            return
        for refund in self.order.refunds():
            self.order.answer(Trigger.FAIL_REFUND, item=refund)
        held = balances(self.queries)
        assert held.get(f"refund_transit:{self.order.id}", 0) == 0
        self.the_audit_holds()

    # ---- how it is done ------------------------------------------------------------------

    def _parcels(self) -> list[Lane]:
        return [
            lane
            for lane in self.order.items.values()
            if lane.table == PARCEL
            and not lane.ended
            and any(row.roles for row in PARCEL.rows_from(lane.state))
        ]

    def _price(self, percent: int) -> commands.ActualPrice:
        return a_price(self.order, max(1, self.order.facts.goods.amount * percent // 100))

    def _recharge(self, fen: int) -> None:
        """So much more is in the deposit, whatever the client owes of orders before (UA-1-19)."""
        self.world.recharged(fen + balances(self.queries).get("receivable:cli_anna", 0))

    def _answer(self, trigger: Trigger) -> None:
        said = commands.Outcome(reference=self.order.intended(), external_ref="x-1")
        self._pull(trigger, said)


_SELDOM = {Trigger.CLEAR_CUSTOMS, Trigger.ABANDON_GOODS, Trigger.TRACK}
_references = st.sampled_from(["sr-1", "sr-2", "sr-9"])


def _other(fee: FeeChoice) -> FeeChoice:
    return FeeChoice.KEPT if fee == FeeChoice.WAIVED else FeeChoice.WAIVED


def _run(
    world: World, queries: Queries, promotion: Promotion, engine: Engine, examples: int
) -> None:
    promotion.sign_contract(promoter=MIA, provider=YIWU, rate=Fraction(1, 3), begins_at=NOON)

    run_machine(
        Cancelling, engine=engine, world=world, queries=queries, examples=examples, steps=30
    )


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.clause("PSR-12-3")
@pytest.mark.clause("PSR-12-4")
@pytest.mark.clause("PSR-12-5")
@pytest.mark.clause("PSR-12-6")
@pytest.mark.clause("PSR-12-7")
@pytest.mark.timeout(300)
def test_however_an_order_is_cancelled_the_books_are_whole(
    world: World, queries: Queries, promotion: Promotion, engine: Engine
) -> None:
    _run(world, queries, promotion, engine, examples=8)


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_however_hundreds_of_orders_are_cancelled_the_books_are_whole(
    world: World, queries: Queries, promotion: Promotion, engine: Engine
) -> None:
    _run(world, queries, promotion, engine, examples=300)
