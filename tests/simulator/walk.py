"""Walks a plan on the lifecycle tables alone: no servers and no ledger."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from daigou.domain.clocks import Clock, Timing, clocks_after, running
from daigou.domain.commands import (
    Command,
    Mandate,
    Outcome,
    Pay,
    Plain,
    RecordPurchase,
    Request,
)
from daigou.domain.ids import MovementRef, OrderId
from daigou.domain.lifecycle import FULFILMENT, REFUND
from daigou.domain.lifecycle.table import Answer, Call, Situation, Table
from daigou.domain.money import Money
from daigou.domain.order import CLOCK, Actor, Parties, Role, State, TableName, Trigger
from daigou.domain.terms import current
from daigou.simulator.conduct import Conduct, payment_method
from daigou.simulator.plans import (
    Deal,
    Happened,
    Path,
    Plan,
    has_ended,
    next_act,
    plan_of,
    state_of,
)
from daigou.simulator.world import World

STEPS_MAX = 60
ORDER = OrderId("ord_test")
MORNING = datetime(2026, 11, 22, 9, tzinfo=UTC)
TIMING = Timing(terms=current(), country="RU")


def deal_of(path: Path, *, index: int = 3) -> Deal:
    """A deal for an order of that path."""
    world = World(11)
    return Deal(
        order=ORDER,
        client=world.clients(1)[0],
        provider=world.providers(1)[0],
        storage=world.storages(1)[0],
        logistics=world.logistics(1)[0],
        basket=world.basket(index, path.block),
        extra_lines=path.extra_lines,
    )


def request_of(deal: Deal) -> Request:
    """The client's request."""
    offer = deal.basket.offer
    return Request(
        client=deal.client.id,
        provider=deal.provider.id,
        storage=deal.storage.id,
        logistics=deal.logistics.id,
        product_link=offer.link,
        offer_id=offer.id,
        title=offer.title,
        seller_name=offer.seller,
        specification=offer.specification,
        category=offer.category,
        quantity=deal.basket.quantity,
        unit_price=offer.unit_price,
        freight=offer.freight,
        delivery_address=deal.storage.address,
        client_country=deal.client.country,
        mandate=Mandate(version="2026-11", digest="0" * 64, agreed_at=MORNING),
    )


def answer_of(deal: Deal, table: Table, trigger: Trigger) -> Command:
    """What a counterparty says when its answer pulls that trigger."""
    if table.triggers[trigger].command is RecordPurchase:
        return RecordPurchase(
            seller_order_no="900000000000000001",
            goods=Money(deal.goods_fen),
            freight=Money(deal.freight_fen),
            delivery_address=deal.storage.address,
        )
    return Outcome(reference=MovementRef("ord_test/1"))


def walk(path: Path) -> tuple[Plan, list[Happened]]:
    """The plan of an order of that path, and all that happens to the order."""
    walker = _Walker(plan_of(path, deal_of(path)))
    walker.to_the_end()
    return walker.plan, walker.history


@dataclass
class _Walker:
    plan: Plan
    history: list[Happened] = field(default_factory=list)
    clocks: dict[TableName, tuple[Clock, ...]] = field(default_factory=dict)
    refund: State | None = None
    method: str = ""
    now: datetime = MORNING

    def to_the_end(self) -> None:
        self.take(FULFILMENT, Trigger.REQUEST, Role.CLIENT, request_of(self.plan.deal))
        while not has_ended(self.plan, self.history):
            assert len(self.history) < STEPS_MAX, "walks in circles"
            self.now += timedelta(minutes=1)
            self.step()

    def step(self) -> None:
        if act := next_act(self.plan, self.history):
            table = REFUND if act.at == State.DUE else FULFILMENT
            if isinstance(act.command, Pay):
                self.method = act.command.payment_method
            self.take(table, act.trigger, act.role, act.command)
        elif answer := self.answer():
            table, trigger = answer
            self.take(table, trigger, Role.PLATFORM, answer_of(self.plan.deal, table, trigger))
        else:
            table, clock = self.next_clock()
            self.now = max(self.now, clock.due)
            self.take(table, clock.trigger, Role.CLOCK, Plain())

    def take(self, table: Table, trigger: Trigger, role: Role, command: Command) -> None:
        row = table.fire(
            state=self.state(table), trigger=trigger, situation=self.situation(role, command)
        )
        self.history.append(
            Happened(
                table=table.name,
                item="",
                trigger=row.trigger,
                source=row.source,
                target=row.target,
                sequence=len(self.history) + 1,
                at=self.now,
            )
        )
        self.wind_clocks(table, row.target, struck=trigger if not row.roles else None)
        if table is REFUND:
            self.refund = row.target
        elif row.target == State.UNREALIZABLE and self.plan.path.refund:
            self.refund = State.DUE
            self.wind_clocks(REFUND, State.DUE, struck=None)

    def wind_clocks(self, table: Table, state: State, *, struck: Trigger | None) -> None:
        self.clocks[table.name] = clocks_after(
            table=table,
            state=state,
            struck=struck,
            known=self.clocks.get(table.name, ()),
            timing=TIMING,
            at=self.now,
        )

    def state(self, table: Table) -> State:
        return self.refund or State.DUE if table is REFUND else state_of(self.history)

    def next_clock(self) -> tuple[Table, Clock]:
        return min(
            (
                (table, clock)
                for table in (FULFILMENT, REFUND)
                for clock in running(
                    table=table,
                    state=self.state(table),
                    clocks=self.clocks.get(table.name, ()),
                )
            ),
            key=lambda pair: pair[1].due,
        )

    def answer(self) -> tuple[Table, Trigger] | None:
        """What a counterparty answers, sooner or later; None if it stays silent."""
        table = REFUND if self.refund else FULFILMENT
        errand = table.wait(self.state(table)).errand
        if errand is None or (conduct := self.conduct(errand.call)).pending is None:
            return None
        return table, errand.answers[Answer(conduct.outcome.value)]

    def conduct(self, call: Call) -> Conduct:
        method, purchase = payment_method(self.method), self.plan.path.block.purchase
        if purchase.once and sum(step.trigger == Trigger.PURCHASE for step in self.history) > 1:
            purchase = Conduct()
        return {Call.CAPTURE: method.capture, Call.REFUND: method.refund, Call.BUY: purchase}[call]

    def situation(self, role: Role, command: Command) -> Situation:
        deal = self.plan.deal
        return Situation(
            actor=Actor(role=role, party=deal.party(role) or CLOCK.party),
            command=command,
            parties=Parties(
                client=deal.client.id,
                provider=deal.provider.id,
                storage=deal.storage.id,
                logistics=deal.logistics.id,
            ),
            terms=current(),
        )
