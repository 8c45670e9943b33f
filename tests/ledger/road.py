"""Someone who walks orders and recharges down their road, step by step, through the one door."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from daigou.domain import commands
from daigou.domain.clocks import Clock, Timing, clocks_after
from daigou.domain.commands import Command, Line, LineCode, Outcome, Plain, Request
from daigou.domain.ids import MovementRef, PartyId, SubjectId
from daigou.domain.lifecycle import TABLES
from daigou.domain.money import ZERO, Money
from daigou.domain.order import CLOCK, Actor, State, TableName, Trigger
from daigou.domain.steps import Committed, Step
from daigou.domain.terms import current
from daigou.ports.books import Books

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = PartyId("cli_anna")
BEN = PartyId("cli_ben")
STRANGER = PartyId("cli_stranger")
YIWU = PartyId("prv_yiwu")
NINGBO = PartyId("sto_ningbo")
SWIFT = PartyId("log_swift")
PAYCO = PartyId("pin_payco")
NINGBO_ADDRESS = "1 Harbour Road, Ningbo"


def a_request(**changes: Any) -> Request:
    """300 kettles for ¥1,230.00, freight included: the fee is ¥1.23."""
    return Request(
        **{
            "client": ANNA,
            "provider": YIWU,
            "storage": NINGBO,
            "logistics": SWIFT,
            "product_link": "https://detail.1688.com/offer/900000000001.html",
            "offer_id": "900000000001",
            "title": "kettle",
            "seller_name": "Yiwu Kitchenware",
            "specification": "1.5 l, steel",
            "category": "kitchen",
            "quantity": 300,
            "unit_price": Money(400),
            "freight": Money(3000),
            "delivery_address": NINGBO_ADDRESS,
            "client_country": "DE",
            "mandate": commands.Mandate(version="2026-11", digest="d" * 64, agreed_at=NOON),
            "inferred": (commands.Inference(fact="seller_name", source="product_link"),),
            **changes,
        }
    )


def third_party_line(amount: int = 500) -> Line:
    """A storage's own line: the provider never holds it (PSR-7)."""
    return Line(code=LineCode.STORAGE_FEE, label="storage", amount=Money(amount), collector=NINGBO)


@dataclass(kw_only=True)
class Subject:
    """One order or recharge on its way; `pull` takes the next step through the door."""

    id: SubjectId
    commit: Callable[[Step], Committed]
    table: TableName = TableName.FULFILMENT
    state: State = State.NEW
    sequence: int = 0
    at: datetime = NOON
    clocks: tuple[Clock, ...] = ()
    last: Committed | None = None
    steps: list[Step] = field(default_factory=list)

    def step(
        self,
        trigger: Trigger,
        command: Command | None = None,
        *,
        target: State | None = None,
        item: str = "",
        actor: Actor = CLOCK,
        **changes: Any,
    ) -> Step:
        """The next step, not yet taken: `target` chooses between rows of one trigger."""
        table = TABLES[TableName.REFUND if item else self.table]
        source = State.DUE if item else self.state
        row = next(
            row
            for row in table.rows_from(source, trigger)
            if target is None or row.target == target
        )
        at = self.at + timedelta(minutes=1)
        clocks = clocks_after(
            table=table,
            state=row.target,
            struck=None,
            known=() if item else self.clocks,
            timing=Timing(terms=current(), country="DE"),
            at=at,
        )
        ended = row.target in table.ends
        return Step(
            **{
                "subject": self.id,
                "sequence": self.sequence + 1,
                "table": table.name,
                "item": item,
                "trigger": trigger,
                "source": source,
                "target": row.target,
                "clause": row.clause,
                "actor": actor,
                "command": command or Plain(),
                "command_id": f"{self.id}-{self.sequence + 1}",
                "at": at,
                "recorded_at": at + timedelta(seconds=1),
                "terms_version": current().version,
                "clocks": clocks,
                "next_actor": None if ended else table.wait(row.target).next_actor,
                **changes,
            }
        )

    def opening(self, **changes: Any) -> Step:
        """The first step of an order, not yet taken."""
        return self.step(Trigger.REQUEST, a_request(**changes))

    def take(self, step: Step) -> Committed:
        """Commits a step and stands where it leads; a refused one changes nothing here."""
        self.last = self.commit(step)
        self.sequence, self.at = step.sequence, step.at
        if not step.item:
            self.state, self.clocks = step.target, step.clocks
        self.steps.append(step)
        return self.last

    def pull(self, trigger: Trigger, command: Command | None = None, **changes: Any) -> Committed:
        return self.take(self.step(trigger, command, **changes))

    def answer(self, trigger: Trigger, *, item: str = "", **outcome: Any) -> Committed:
        """The counterparty's answer to the movement that is open (or to the refund `item`)."""
        reference = item or self._intended()
        return self.pull(
            trigger,
            Outcome(reference=MovementRef(reference), external_ref="ext-1", **outcome),
            item=item,
        )

    def _intended(self) -> str:
        return next(
            f"{self.id}/{step.sequence}"
            for step in reversed(self.steps)
            if step.trigger in (Trigger.PAY, Trigger.PURCHASE, Trigger.REQUEST)
        )


@dataclass(kw_only=True)
class World:
    """Makes subjects and brings them some way down the road."""

    books: Books
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def subject(self) -> Subject:
        """An order that is to be."""
        return Subject(id=SubjectId(f"ord_{next(self._ids):04d}"), commit=self.books.commit)

    def order(self, **changes: Any) -> Subject:
        """A placed order: ¥1,231.23 with its fee, and whatever lines the provider adds."""
        order = self.subject()
        order.take(order.opening(**changes))
        return order

    def accepted(self, *lines: Line, **changes: Any) -> Subject:
        order = self.order(**changes)
        order.pull(Trigger.ACCEPT, commands.Accept(lines=lines))
        return order

    def effective(
        self, *lines: Line, from_deposit: int = 0, client: PartyId = ANNA, **changes: Any
    ) -> Subject:
        """A paid order: `from_deposit` fen from a deposit recharged for it, the rest captured."""
        if from_deposit:
            self.recharged(from_deposit, client=client)
        order = self.accepted(*lines, client=client, **changes)
        assert order.last is not None
        assert order.last.amount is not None
        pay(order, from_deposit=from_deposit)
        if order.state == State.PAYING:
            order.answer(Trigger.CONFIRM_PAYMENT)
        return order

    def purchased(self, **changes: Any) -> Subject:
        order = self.effective(**changes)
        order.pull(Trigger.PURCHASE, commands.Purchase())
        order.pull(Trigger.RECORD_PURCHASE, a_purchase())
        return order

    def recharged(self, amount: int, *, client: PartyId = ANNA) -> Subject:
        recharge = self.recharge(amount, client=client)
        recharge.answer(Trigger.CONFIRM_RECHARGE)
        return recharge

    def recharge(self, amount: int, *, client: PartyId = ANNA) -> Subject:
        recharge = Subject(
            id=SubjectId(f"rch_{next(self._ids):04d}"),
            commit=self.books.commit,
            table=TableName.RECHARGE,
        )
        recharge.pull(
            Trigger.REQUEST,
            commands.RequestRecharge(client=client, amount=Money(amount), payment_method="pm_1"),
        )
        return recharge


def pay(order: Subject, *, from_deposit: int = 0) -> Committed:
    """Pays the whole amount: so much from the deposit, the rest through the institution."""
    assert order.last is not None
    assert order.last.amount is not None
    rest = order.last.amount.amount - from_deposit
    return order.pull(
        Trigger.PAY,
        commands.Pay(
            from_deposit=Money(from_deposit),
            from_institution=Money(rest) if rest else ZERO,
            payment_method="pm_1" if rest else "",
        ),
        target=State.PAYING if rest else State.EFFECTIVE,
    )


def a_purchase(**changes: Any) -> commands.RecordPurchase:
    return commands.RecordPurchase(
        **{
            "seller_order_no": "1688-77",
            "goods": Money(120_000),
            "freight": Money(3_000),
            "delivery_address": NINGBO_ADDRESS,
            **changes,
        }
    )
