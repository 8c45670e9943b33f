"""Hypothesis moves the money of several clients at once: into deposits and out, through orders,
refunds, chargebacks with every way out, goods sold, freezes and broken contracts. After each step
the audit holds, and every client has exactly what it should, reckoned by itself."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import Block, DisputeReason, FreezeReason, Head, Stand
from daigou.domain.ids import PartyId
from daigou.domain.lifecycle.case_guards import NOT_BOUGHT
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.ledger.queries import Queries
from daigou.ledger.registry import Registry
from tests.ledger.account_road import (
    chargeback,
    freeze,
    heed,
    institution_says,
    lift,
    pay_back,
    withdrawal,
)
from tests.ledger.cases import Audited, run_machine
from tests.ledger.road import NOON, WHOLE, Subject, World, buy, pay, sold_out
from tests.ledger.sums import balances

CLIENTS = 2
FEE = 123
PRICE = WHOLE - FEE
NOTE = commands.Message(note_ref="txt_0001")
VERDICT = commands.InstitutionVerdict(external_ref="vd-1")
REASONS = st.sampled_from(
    [DisputeReason.CHANGED_MIND, DisputeReason.CHANGED_MIND, DisputeReason.NOT_RECEIVED]
)
SUMS = st.sampled_from([100, 5_000, 60_000, WHOLE, 200_000])
NUMBERS = count(1)
_HELD = {"deposit", "escrow", "fee_held", "payment_reserved", "refund_transit", "seller_transit"}
_KINDS = _HELD | {"withdrawal_transit", "charged_back", "receivable"}


@dataclass(kw_only=True)
class Client:
    """One client with all that it began; `has` is what it should have, held or on its way, less
    what it owes."""

    id: PartyId
    has: int = 0
    orders: list[Subject] = field(default_factory=list)
    recharges: list[Subject] = field(default_factory=list)
    withdrawals: list[Subject] = field(default_factory=list)
    freezes: list[Subject] = field(default_factory=list)
    broken: list[Subject] = field(default_factory=list)
    disputes: list["Dispute"] = field(default_factory=list)

    @property
    def subjects(self) -> set[str]:
        """The ids of all that has accounts of its own."""
        each = (*self.orders, *self.withdrawals, *(dispute.subject for dispute in self.disputes))
        return {self.id, *(str(subject.id) for subject in each)}


@dataclass(kw_only=True)
class Dispute:
    """A chargeback of an order; `borne` is what the provider owes of it."""

    subject: Subject
    order: Subject
    fen: int
    borne: int = 0
    captures: int = 0
    won: bool = False

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.subject.state


class Accounts(Audited):
    """Clients whose money moves; each story has clients of its own."""

    may_be_refused = frozenset(
        {
            RefusalCode.ACCOUNT_FROZEN,
            RefusalCode.ALREADY_RECORDED,
            RefusalCode.DEPOSIT_TOO_SMALL,
            RefusalCode.INVALID_REQUEST,
            RefusalCode.SERVICE_REFUSED,
        }
    )

    @initialize(
        deposits=st.lists(SUMS, min_size=CLIENTS, max_size=CLIENTS),
        bought=st.lists(st.booleans(), min_size=CLIENTS, max_size=CLIENTS),
        disputed=st.lists(st.integers(0, 4), min_size=CLIENTS, max_size=CLIENTS),
        reason=REASONS,
    )
    def begins(
        self, deposits: list[int], bought: list[bool], disputed: list[int], reason: DisputeReason
    ) -> None:
        """Clients with an order each that the institution paid, and something in their deposits;
        the payment may be charged back already, so that all that follows is met as often."""
        registry = Registry(self.engine)
        self.clients = [Client(id=PartyId(f"cli_any_{next(NUMBERS)}")) for _ in range(CLIENTS)]
        for client, fen, buys, share in zip(self.clients, deposits, bought, disputed, strict=True):
            registry.register_party(
                id=client.id,
                role=Role.CLIENT,
                country="DE",
                agreement_version="2026-11",
                agreed_at=NOON,
            )
            self.world.recharged(fen, client=client.id)
            order = (self.world.purchased if buys else self.world.effective)(client=client.id)
            client.has = fen + WHOLE - (PRICE if buys else 0)
            client.orders.append(order)
            if share:
                self._charge_back(client, order, WHOLE * share // 4, reason)

    # ---- deposits ------------------------------------------------------------------------

    @rule(data=st.data(), fen=SUMS, answer=st.sampled_from([True, True, False, None]))
    def a_client_recharges(self, data: st.DataObject, fen: int, answer: bool | None) -> None:
        client = self._one_of(data)
        begun: list[Subject] = []
        if self._goes(lambda: begun.append(self.world.recharge(fen, client=client.id))):
            client.recharges += begun
            if answer is not None:
                self._answer_recharge(client, begun[0], answer)

    @precondition(lambda self: any(client.recharges for client in self.clients))
    @rule(data=st.data(), captured=st.booleans())
    def the_institution_answers_a_recharge(self, data: st.DataObject, captured: bool) -> None:
        client = data.draw(st.sampled_from([each for each in self.clients if each.recharges]))
        self._answer_recharge(client, client.recharges[0], captured)

    @rule(data=st.data(), fen=SUMS)
    def a_client_withdraws(self, data: st.DataObject, fen: int) -> None:
        client = self._one_of(data)
        self._goes(lambda: client.withdrawals.append(withdrawal(self.world, fen, client=client.id)))

    @precondition(lambda self: self._all("withdrawals", State.DUE))
    @rule(data=st.data(), paid=st.booleans())
    def the_institution_answers_a_withdrawal(self, data: st.DataObject, paid: bool) -> None:
        client, asked = self._drawn(data, "withdrawals", State.DUE)
        institution_says(asked, Trigger.CONFIRM_WITHDRAWAL if paid else Trigger.DECLINE_WITHDRAWAL)
        command = asked.steps[0].command
        assert isinstance(command, commands.RequestWithdrawal)
        client.has -= command.amount.amount if paid else 0

    # ---- orders --------------------------------------------------------------------------

    @rule(data=st.data(), share=st.integers(0, 4), buys=st.booleans())
    def a_client_orders_and_pays(self, data: st.DataObject, share: int, buys: bool) -> None:
        client = self._one_of(data)
        placed: list[Subject] = []
        if not self._goes(lambda: placed.append(self.world.accepted(client=client.id))):
            return
        (order,) = placed
        from_deposit = WHOLE * share // 4
        if not self._goes(partial(pay, order, from_deposit=from_deposit)):
            from_deposit = 0
            pay(order)
        if order.state == State.PAYING:
            order.answer(Trigger.CONFIRM_PAYMENT)
        client.has += WHOLE - from_deposit
        client.orders.append(order)
        if buys:
            buy(order)
            client.has -= PRICE

    @precondition(lambda self: self._all("orders", State.EFFECTIVE))
    @rule(data=st.data(), buys=st.booleans())
    def the_provider_buys_or_cannot(self, data: st.DataObject, buys: bool) -> None:
        client, order = self._drawn(data, "orders", State.EFFECTIVE)
        if buys and not order.facts.payment_is_held:
            buy(order)
            client.has -= PRICE
        else:
            sold_out(order)

    @precondition(lambda self: any(each.refunds() for each in self._subjects("orders")))
    @rule(data=st.data(), paid=st.booleans())
    def the_institution_pays_back_or_cannot(self, data: st.DataObject, paid: bool) -> None:
        due = [
            (client, order, item)
            for client in self.clients
            for order in client.orders
            for item in order.refunds()
        ]
        client, order, item = data.draw(st.sampled_from(due))
        on_its_way = balances(self.queries)[f"refund_transit:{order.id}"]
        order.answer(Trigger.CONFIRM_REFUND if paid else Trigger.FAIL_REFUND, item=item)
        left = balances(self.queries).get(f"refund_transit:{order.id}", 0)
        client.has -= left - on_its_way if paid else 0

    # ---- freezes -------------------------------------------------------------------------

    @precondition(lambda self: len(self._all("freezes", State.PLACED)) < 2)
    @rule(data=st.data(), blocks=st.sets(st.sampled_from(Block), min_size=1))
    def the_platform_freezes(self, data: st.DataObject, blocks: set[Block]) -> None:
        client = self._one_of(data)
        client.freezes.append(freeze(self.world, client=client.id, blocks=tuple(sorted(blocks))))

    @precondition(lambda self: self._all("freezes", State.PLACED))
    @rule(data=st.data())
    def the_platform_lifts(self, data: st.DataObject) -> None:
        lift(self._drawn(data, "freezes", State.PLACED)[1])

    @precondition(lambda self: len(self._all("broken", State.RESTRICTED)) < 2)
    @rule(data=st.data(), fen=SUMS)
    def a_contract_is_broken(self, data: st.DataObject, fen: int) -> None:
        client = self._one_of(data)
        order = data.draw(st.sampled_from(client.orders))
        client.broken.append(
            freeze(
                self.world,
                FreezeReason.BREACH,
                client=client.id,
                of=order,
                amount=Money(fen),
                by=Role.PROVIDER,
            )
        )

    @precondition(lambda self: self._all("broken", State.RESTRICTED))
    @rule(data=st.data(), passes=st.booleans())
    def a_breach_is_paid_or_lifted(self, data: st.DataObject, passes: bool) -> None:
        client, broken = self._drawn(data, "broken", State.RESTRICTED)
        if not passes:
            lift(broken)
            return
        assert broken.facts.freeze is not None
        passed = min(broken.facts.freeze.amount, self.queries.deposit(client.id).balance)
        broken.pull(Trigger.TRANSFER_TO_PROVIDER)
        client.has -= passed.amount

    # ---- chargebacks ---------------------------------------------------------------------

    @rule(data=st.data(), share=st.integers(1, 4), reason=REASONS)
    def a_payment_is_charged_back(
        self, data: st.DataObject, share: int, reason: DisputeReason
    ) -> None:
        client = self._one_of(data)
        order = data.draw(st.sampled_from(client.orders))
        self._charge_back(client, order, WHOLE * share // 4, reason)

    @precondition(lambda self: self._going_on())
    @rule(data=st.data(), shares=st.lists(st.integers(0, 4), min_size=1, max_size=3))
    def a_chargeback_goes_on(self, data: st.DataObject, shares: list[int]) -> None:
        """By whatever its state allows, up to three steps of the way."""
        client, dispute = data.draw(st.sampled_from(self._going_on()))
        for share in shares:
            if dispute.state not in dispute.subject.table.ends:
                self._go_on(data, client, dispute, share)

    def _go_on(self, data: st.DataObject, client: Client, dispute: Dispute, share: int) -> None:
        ways: dict[State, tuple[Callable[[Client, Dispute, int], None], ...]] = {
            State.EXAMINING: (self._deny, self._justify, self._win, self._lose),
            State.DEMANDED: (
                self._pay,
                self._offset,
                self._justify,
                self._collect,
                self._win,
                self._lose,
            ),
            State.PAYING: (self._confirm, self._decline, self._win, self._lose),
            State.OWING: (self._pay, self._collect, self._win, self._lose),
            State.COVERED: (self._win, self._lose, self._close),
            State.JUSTIFIED: (self._collect, self._win, self._lose, self._close),
        }
        data.draw(st.sampled_from(ways[dispute.state]))(client, dispute, share)
        heed(dispute.order, dispute.subject)

    @precondition(lambda self: self._sellable())
    @rule(data=st.data(), fetched=SUMS, storage=st.sampled_from([0, 100]))
    def goods_are_sold(self, data: st.DataObject, fetched: int, storage: int) -> None:
        client, order = data.draw(st.sampled_from(self._sellable()))
        sold = commands.DisposeGoods(
            proceeds=Money(fetched), storage_costs=Money(storage), external_ref="buyer-1"
        )
        order.pull(Trigger.DISPOSE_GOODS, sold, by=Role.PROVIDER)
        client.has += fetched - storage - FEE

    # ---- what holds, whatever happened ---------------------------------------------------

    @invariant()
    def every_client_has_what_it_should(self) -> None:
        stands = balances(self.queries)
        for client in getattr(self, "clients", []):
            theirs = client.subjects
            has = -sum(
                fen
                for account, fen in stands.items()
                if account.partition(":")[0] in _KINDS and account.partition(":")[2] in theirs
            )
            assert has == client.has, client.id

    @invariant()
    def an_account_is_frozen_for_what_goes_on_and_for_nothing_else(self) -> None:
        for client in getattr(self, "clients", []):
            expected = Counter(
                {
                    "suspicion": sum(each.state == State.PLACED for each in client.freezes),
                    "breach": sum(each.state == State.RESTRICTED for each in client.broken),
                }
            )
            frozen = Counter(self.queries.deposit(client.id).frozen_for)
            disputed = any(
                each.state in (State.DEMANDED, State.PAYING, State.OWING) and not each.won
                for each in client.disputes
            )
            assert (frozen.pop("chargeback", 0) > 0) == disputed
            assert frozen == +expected

    @invariant()
    def a_provider_owes_what_it_bears(self) -> None:
        borne = [each.borne for client in getattr(self, "clients", []) for each in client.disputes]
        before = getattr(self, "borne_before", None)
        now = balances(self.queries).get("receivable:prv_yiwu", 0)
        if before is None:
            self.borne_before = now
        else:
            assert now - before == sum(borne)

    # ---- how it is done ------------------------------------------------------------------

    def _charge_back(self, client: Client, order: Subject, fen: int, reason: DisputeReason) -> None:
        name, reported = f"dp_{next(NUMBERS)}", []
        if self._goes(
            lambda: reported.append(chargeback(self.world, order, fen, dispute=name, reason=reason))
        ):
            client.disputes.append(Dispute(subject=reported[0], order=order, fen=fen))
            client.has -= fen

    def _pay(self, client: Client, dispute: Dispute, share: int) -> None:
        owed = self._owed(dispute)
        if not owed:
            return
        deposit = min(owed * share // 4, self.queries.deposit(client.id).balance.amount)
        pay_back(dispute.subject, deposit=deposit, institution=owed - deposit)
        dispute.captures = owed - deposit

    def _confirm(self, client: Client, dispute: Dispute, share: int) -> None:
        institution_says(dispute.subject, Trigger.CONFIRM_CHARGEBACK_PAYMENT)
        client.has += dispute.captures

    def _decline(self, client: Client, dispute: Dispute, share: int) -> None:
        institution_says(dispute.subject, Trigger.DECLINE_CHARGEBACK_PAYMENT)

    def _offset(self, client: Client, dispute: Dispute, share: int) -> None:
        dispute.subject.pull(Trigger.OFFSET_DEPOSIT)

    def _collect(self, client: Client, dispute: Dispute, share: int) -> None:
        if dispute.state == State.JUSTIFIED:
            self._bears(client, dispute)
        dispute.subject.pull(Trigger.COLLECT_DEBT)

    def _deny(self, client: Client, dispute: Dispute, share: int) -> None:
        denied = commands.DenyJustCause(head=Head.OTHER, note_ref="txt_0001")
        dispute.subject.pull(Trigger.DENY_JUST_CAUSE, denied)

    def _justify(self, client: Client, dispute: Dispute, share: int) -> None:
        self._bears(client, dispute)
        dispute.subject.pull(Trigger.FIND_JUST_CAUSE, NOTE)

    def _bears(self, client: Client, dispute: Dispute) -> None:
        """What nobody holds any more is the provider's to bear."""
        held = WHOLE if dispute.order.state in NOT_BOUGHT else 0
        borne = max(0, self._owed(dispute) - held)
        dispute.borne += borne
        client.has += borne

    def _win(self, client: Client, dispute: Dispute, share: int) -> None:
        if self._decided(dispute):
            return
        dispute.subject.pull(Trigger.WIN_CHARGEBACK, VERDICT)
        client.has += dispute.fen - dispute.borne
        dispute.borne, dispute.won = 0, True

    def _lose(self, client: Client, dispute: Dispute, share: int) -> None:
        if not self._decided(dispute):
            dispute.subject.pull(Trigger.LOSE_CHARGEBACK, VERDICT)

    def _close(self, client: Client, dispute: Dispute, share: int) -> None:
        dispute.subject.pull(Trigger.CLOSE)

    def _answer_recharge(self, client: Client, recharge: Subject, captured: bool) -> None:
        recharge.answer(Trigger.CONFIRM_RECHARGE if captured else Trigger.DECLINE_RECHARGE)
        client.recharges.remove(recharge)
        command = recharge.steps[0].command
        assert isinstance(command, commands.RequestRecharge)
        client.has += command.amount.amount if captured else 0

    def _one_of(self, data: st.DataObject) -> Client:
        return data.draw(st.sampled_from(self.clients))

    def _subjects(self, kind: str) -> list[Subject]:
        return [each for client in self.clients for each in getattr(client, kind)]

    def _all(self, kind: str, state: State) -> list[tuple[Client, Subject]]:
        return [
            (client, each)
            for client in self.clients
            for each in getattr(client, kind)
            if each.state == state
        ]

    def _drawn(self, data: st.DataObject, kind: str, state: State) -> tuple[Client, Subject]:
        return data.draw(st.sampled_from(self._all(kind, state)))

    def _going_on(self) -> list[tuple[Client, Dispute]]:
        return [
            (client, each)
            for client in self.clients
            for each in client.disputes
            if each.state not in each.subject.table.ends
        ]

    def _sellable(self) -> list[tuple[Client, Subject]]:
        return [
            (client, order)
            for client, order in self._all("orders", State.PURCHASED)
            if order.facts.has_a_hold(Stand.OWING)
        ]

    def _owed(self, dispute: Dispute) -> int:
        return balances(self.queries).get(f"charged_back:{dispute.subject.id}", 0)

    @staticmethod
    def _decided(dispute: Dispute) -> bool:
        known = dispute.subject.facts.chargeback
        return known is None or known.decided


@pytest.mark.clause("UA-1-8")
@pytest.mark.clause("UA-1-9")
@pytest.mark.clause("UA-1-19")
@pytest.mark.clause("UA-4-5")
@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-2")
@pytest.mark.clause("PSR-22-3")
@pytest.mark.clause("PSR-22-4")
@pytest.mark.timeout(300)
def test_however_clients_move_their_money_each_has_what_it_should(
    world: World, queries: Queries, engine: Engine
) -> None:
    run_machine(Accounts, engine=engine, world=world, queries=queries, examples=5, steps=15)


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_however_hundreds_of_clients_move_their_money_each_has_what_it_should(
    world: World, queries: Queries, engine: Engine
) -> None:
    run_machine(Accounts, engine=engine, world=world, queries=queries, examples=150, steps=40)
