"""Walks a plan on the lifecycle tables, with books in memory: no servers and no database."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from daigou.domain.book import AccountKind, Effects
from daigou.domain.claims import grounds_of, weight_of
from daigou.domain.clocks import Clock, Timing
from daigou.domain.commands import (
    ActualPrice,
    Cause,
    Claim,
    Command,
    EvidenceBundle,
    Footing,
    Grounds,
    Mandate,
    Outcome,
    PaymentHold,
    Plain,
    RecordPurchase,
    ReportChargeback,
    Stand,
    Tip,
    TipGrounds,
)
from daigou.domain.facts import Facts
from daigou.domain.ids import ChargebackId, MovementRef, OrderId
from daigou.domain.lifecycle import CHARGEBACK, CLAIM, FULFILMENT, REFUND, TABLES, TIP
from daigou.domain.lifecycle.chargeback import STANDS
from daigou.domain.lifecycle.table import Answer, Call, Row, Situation, taken
from daigou.domain.money import Money, total
from daigou.domain.order import CLOCK, Actor, Parties, Role, State, TableName, Trigger
from daigou.domain.refusals import Refused
from daigou.domain.terms import current
from daigou.domain.tips import WENT_BACK, tip_grounds_of
from daigou.ports.counterparties import Standing
from daigou.simulator.conduct import Conduct, payment_method
from daigou.simulator.plans import (
    BESIDE,
    Act,
    Deal,
    Happened,
    Path,
    Plan,
    beside_of,
    command_now,
    has_ended,
    item_of,
    next_act,
    plan_of,
    proved,
)
from daigou.simulator.world import World
from tests.simulator.books import MemoryBooks
from workflows.axis import Axis

RECEIVED_NORMALLY = frozenset(
    {
        State.STORED,
        State.EXPORTED,
        State.PACKAGE_REFUSED,
        State.DELIVERED,
        State.CLAIMED,
        State.ABANDONED,
    }
)
STEPS_MAX = 300
ORDER = OrderId("ord_test")
MORNING = datetime(2026, 11, 22, 9, tzinfo=UTC)
BALANCE_BY = MORNING + timedelta(days=3)
MANDATE = Mandate(version="2026-11", digest="0" * 64, agreed_at=MORNING)


def deal_of(path: Path, *, index: int = 3) -> Deal:
    """A deal for an order of that path."""
    world = World(11)
    return Deal(
        order=ORDER,
        client=world.clients(1)[0],
        provider=world.providers(1)[0],
        storage=world.storages(1)[0],
        logistics=world.logistics(1)[0],
        basket=world.basket(index, path.block, pieces=path.pieces),
        promoter=world.promoters(1)[0] if path.promoter else None,
        extra_lines=path.extra_lines,
    )


@dataclass(frozen=True, kw_only=True)
class Walked:
    """The plan of an order, all that happened to it, and its books at the end."""

    plan: Plan
    history: list[Happened]
    rows: list[Row]
    books: MemoryBooks


def walk(path: Path, deal: Deal | None = None) -> Walked:
    """An order of that path, walked to its end."""
    walker = _Walker(plan_of(path, deal or deal_of(path)))
    walker.to_the_end()
    return Walked(plan=walker.plan, history=walker.history, rows=walker.rows, books=walker.books)


@dataclass
class _Walker:
    plan: Plan
    history: list[Happened] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    now: datetime = MORNING
    facts: Facts = field(default_factory=Facts)
    items: dict[str, Axis] = field(default_factory=dict)
    beside: dict[str, Facts] = field(default_factory=dict)
    """What each subject beside the order knows, by its id."""
    heard: dict[str, Stand] = field(default_factory=dict)
    """Where the order knows each chargeback to stand."""

    def __post_init__(self) -> None:
        self.request = self.plan.request(mandate=MANDATE, balance_by=BALANCE_BY)
        self.timing = Timing(terms=current(), country="RU", agreed=BALANCE_BY)
        self.main = Axis(table=FULFILMENT, timing=self.timing)
        self.books = MemoryBooks(self.plan, self.request)
        self.logistics = self.request.logistics
        self.tries = 0

    def to_the_end(self) -> None:
        self.take(self.main, Trigger.REQUEST, Role.CLIENT, self.request)
        while not has_ended(self.plan, self.history):
            assert len(self.history) < STEPS_MAX, "walks in circles"
            self.now += timedelta(minutes=1)
            self.step()

    def step(self) -> None:
        if act := next_act(self.plan, self.history):
            self.do(act)
        elif answer := self.answer():
            self.take(*answer)
        else:
            axis, clock = self.next_clock()
            self.now = max(self.now, clock.due)
            self.take(axis, clock.trigger, Role.CLOCK, Plain())

    def do(self, act: Act) -> None:
        for paid in self.books.put_into_deposit(act.recharges_fen):
            self.take(self.items[paid], Trigger.COLLECT_DEBT, Role.CLOCK, Plain())
        item = item_of(act, self.history)
        axis = self.items[item] if item else self.main
        if act.opens:
            axis = Axis(table=TABLES[act.table], timing=self.timing)
        if act.opens and act.table in BESIDE:
            axis.item = beside_of(act, ORDER)
            self.beside[axis.item] = Facts()
        command = command_now(act, self.plan.deal.order, self.history)
        evidence = [f"evd_{number}" for number, _ in enumerate(act.hands_in)]
        if isinstance(command, Claim):
            command = replace(command, grounds=self.grounds())
        if isinstance(command, Tip):
            command = replace(command, grounds=self.tip_grounds(apart_from=axis.item))
        if isinstance(command, ReportChargeback):
            command = replace(command, footing=self.footing())
        if isinstance(command, EvidenceBundle):
            command = replace(command, digest="0" * 64)
        self.take(axis, act.trigger, act.role, proved(command, evidence))

    def take(self, axis: Axis, trigger: Trigger, role: Role, command: Command) -> None:
        situation = self.situation(axis, role, command)
        row = axis.table.fire(state=axis.state, trigger=trigger, situation=situation)
        sequence = len(self.history) + 1
        item = f"{ORDER}/{sequence}" if axis.table.items and not axis.item else axis.item
        while True:
            try:
                effects = self.books.post(
                    row,
                    command,
                    facts=situation.facts,
                    sequence=sequence,
                    item=item,
                    grounds=self.grounds(apart_from=item) if axis.table is CLAIM else None,
                    tip_grounds=self.tip_grounds(apart_from=item) if axis.table is TIP else None,
                    table=axis.table.name,
                )
                break
            except Refused as refused:
                if refused.code not in row.gives_way:
                    raise
                passed_over = (*situation.passed_over, row)
                situation = replace(situation, passed_over=passed_over)
                row = axis.table.fire(state=axis.state, trigger=trigger, situation=situation)
        facts = situation.facts.after(
            taken(axis.table, row, item=item, command=command, terms=current(), at=self.now)
        )
        if axis.table.name in BESIDE:
            self.beside[item] = facts
        else:
            self.facts = facts
        axis.item = item
        if item:
            self.items[item] = axis
        reference = effects.intends.reference if effects.intends else ""
        held = self.facts.held and axis is self.main
        axis.enter(row, at=self.now, reference=reference, held=held)
        self.tries += row.trigger == Trigger.PURCHASE
        self.note(axis, row)
        for refund in effects.refunds:
            opened = Axis(table=REFUND, timing=self.timing, item=refund.reference)
            opened.begin(refund.reference, at=self.now)
            self.items[refund.reference] = opened
        self.tell(axis, effects)
        self.follow()

    def tell(self, axis: Axis, effects: Effects) -> None:
        """The order hears where its chargeback stands, and a chargeback what paid its debt."""
        self.books.order = self.main.state
        stand = STANDS.get(axis.state) if axis.table is CHARGEBACK else None
        if stand and self.heard.get(axis.item) != stand:
            self.heard[axis.item] = stand
            if not self.main.ended:
                told = PaymentHold(chargeback=ChargebackId(axis.item), stand=stand)
                self.take(self.main, Trigger.HEED_CHARGEBACK, Role.CLOCK, told)
        legs = (leg for journal in effects.journals for leg in journal.legs)
        paid = {leg.account.owner for leg in legs if leg.account.kind == AccountKind.CHARGED_BACK}
        for other in paid - {axis.item}:
            if self.items[other].table.rows_from(self.items[other].state, Trigger.COLLECT_DEBT):
                self.take(self.items[other], Trigger.COLLECT_DEBT, Role.CLOCK, Plain())

    def follow(self) -> None:
        """The order stands where its slowest parcel does, and makes what it must of its case; the
        case makes what it must of its order."""
        for axis in (self.main, *self.items.values()):
            situation = self.situation(axis, Role.CLOCK, Plain())
            if follows := axis.table.following(state=axis.state, situation=situation):
                self.take(axis, follows.trigger, Role.CLOCK, Plain())
                return

    def note(self, axis: Axis, row: Row) -> None:
        self.rows.append(row)
        self.history.append(
            Happened(
                table=axis.table.name,
                item=axis.item,
                trigger=row.trigger,
                source=row.source,
                target=row.target,
                sequence=len(self.history) + 1,
                at=self.now,
            )
        )

    def living(self) -> list[Axis]:
        return [self.main] + [
            axis
            for axis in self.items.values()
            if axis.table.name in BESIDE or axis.table.outlives or not self.main.ended
        ]

    def next_clock(self) -> tuple[Axis, Clock]:
        waiting = [(axis, axis.next_clock) for axis in self.living()]
        running = [(axis, clock) for axis, clock in waiting if clock]
        return min(running, key=lambda pair: pair[1].due)

    def answer(self) -> tuple[Axis, Trigger, Role, Command] | None:
        """What a counterparty answers, sooner or later; None if all stay silent."""
        for axis in self.living():
            if axis.errand is None or axis.reference is None:
                continue
            conduct = self.conduct(axis.errand.call, axis.reference)
            if conduct.pending is not None:
                trigger = axis.errand.answers[Answer(conduct.outcome.value)]
                said = self.said(conduct.outcome, axis.reference, call=axis.errand.call)
                return axis, trigger, Role.PLATFORM, said
        return None

    def said(self, outcome: Standing, reference: MovementRef, *, call: Call) -> Command:
        facts, block = self.facts, self.plan.path.block
        if call == Call.BUY and outcome == Standing.DONE:
            goods = block.charges.goods(facts.goods.amount, facts.quantity)
            return RecordPurchase(
                seller_order_no="900000000000000001",
                goods=Money(goods),
                freight=facts.freight,
                delivery_address=self.plan.deal.storage.address,
            )
        if outcome == Standing.REPRICED:
            return ActualPrice(
                goods=Money(block.offers.goods(facts.goods.amount, facts.quantity)),
                freight=facts.freight,
                quantity=block.offers.pieces(facts.quantity),
                reference=reference,
            )
        return Outcome(reference=reference)

    def conduct(self, call: Call, reference: MovementRef) -> Conduct:
        if call == Call.BUY:
            return self.plan.path.block.conduct(tried_before=self.tries > 1)
        method = payment_method(self.books.methods[reference])
        conducts = {Call.CAPTURE: method.capture, Call.PAYOUT: method.payout}
        return conducts.get(call, method.refund)

    def grounds(self, *, apart_from: str = "") -> Grounds:
        """What a claim can rest on; what the others are for counts, too."""
        weights = [
            weight_of(
                against=facts.claim.against,
                state=self.items[item].state,
                asked=facts.claim.asked,
                admitted=facts.claim.admitted,
            )
            for item, facts in self.beside.items()
            if facts.claim and item != apart_from
        ]
        return grounds_of(
            state=self.main.state,
            facts=self.facts,
            lines=self.books.lines,
            claimed=total(weights),
        )

    def footing(self) -> Footing:
        """What a chargeback is judged by."""
        return Footing(
            received=any(each.state in RECEIVED_NORMALLY for each in self.facts.parcels),
            providers_fault=Cause.PROVIDER in self.facts.causes,
        )

    def tip_grounds(self, *, apart_from: str = "") -> TipGrounds:
        """What a tip depends on; the others that did not go back count."""
        others = (self.items[item] for item in self.beside if item in self.items)
        given = sum(
            axis.table is TIP and axis.item != apart_from and axis.state not in WENT_BACK
            for axis in others
        )
        return tip_grounds_of(facts=self.facts, given=given)

    def situation(self, axis: Axis, role: Role, command: Command) -> Situation:
        deal = self.plan.deal
        return Situation(
            actor=Actor(role=role, party=deal.party(role) or CLOCK.party),
            command=command,
            parties=Parties(
                client=deal.client.id,
                provider=deal.provider.id,
                storage=deal.storage.id,
                logistics=deal.logistics.id,
                promoter=deal.promoter.id if deal.promoter else None,
            ),
            terms=current(),
            at=self.now,
            facts=self.beside[axis.item] if axis.table.name in BESIDE else self.facts,
            order=self.main.state,
            item=axis.item,
        )


def items_in(history: list[Happened], table: TableName) -> list[State]:
    """Where the items of a table stood at the end, in the order of their opening."""
    found = {step.item: step.target for step in history if step.table == table}
    return list(found.values())
