"""Someone who walks subjects of each kind down their road, step by step, through the one door."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.claims import OPPONENTS
from daigou.domain.clocks import Clock, Timing, clocks_after, running
from daigou.domain.commands import (
    Basis,
    ChooseLogistics,
    Command,
    Line,
    LineCode,
    Loss,
    LossHead,
    Outcome,
    Plain,
    Request,
)
from daigou.domain.facts import Case, Facts
from daigou.domain.ids import CouponId, EngagementId, MovementRef, OrderId, PartyId, SubjectId
from daigou.domain.lifecycle import (
    CLAIM,
    CONSULTATION,
    FULFILMENT,
    RECHARGE,
    REFUND,
    TABLES,
    TIP,
)
from daigou.domain.lifecycle.table import Row, Situation, Table, taken
from daigou.domain.money import Money
from daigou.domain.order import CLOCK, Actor, Parties, Role, State, TableName, Trigger
from daigou.domain.refusals import Refused
from daigou.domain.steps import Committed, Step
from daigou.domain.terms import current
from daigou.ledger.previews import Asked, Previews
from daigou.ledger.promotion import Promotion
from daigou.ledger.views import PreviewView
from daigou.ports.books import Books

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = PartyId("cli_anna")
BEN = PartyId("cli_ben")
STRANGER = PartyId("cli_stranger")
YIWU = PartyId("prv_yiwu")
NINGBO = PartyId("sto_ningbo")
SWIFT = PartyId("log_swift")
PAYCO = PartyId("pin_payco")
MIA = PartyId("pro_mia")
BUND = PartyId("psp_bund")
MIAS_ENGAGEMENT = EngagementId("eng_mia_bund")
PLATFORM = PartyId("plt_platform")
NINGBO_ADDRESS = "1 Harbour Road, Ningbo"

FOLLOWERS_MAX = 8
WHOLE = 123_123
"""What the order of `a_request` costs, in fen: its fee is 123."""


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


def other_fee(amount: int) -> Line:
    """A fee of the provider's own, agreed beside the service fee."""
    return Line(code=LineCode.OTHER_FEE, label="packing", amount=Money(amount), collector=YIWU)


@dataclass(kw_only=True)
class Lane:
    """One axis of a subject: where it stands and which clocks it has."""

    table: Table
    item: str = ""
    state: State = State.NEW
    clocks: tuple[Clock, ...] = ()
    held: bool = False

    @property
    def ended(self) -> bool:
        return self.state in self.table.ends

    def running(self) -> tuple[Clock, ...]:
        """The clocks that run now, the next to strike first."""
        return running(table=self.table, state=self.state, clocks=self.clocks)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A step with the lane and the row that it takes."""

    lane: Lane
    row: Row
    step: Step


@dataclass(kw_only=True)
class Subject:
    """One order, recharge or claim on its way; `pull` takes the next step through the door.

    It does what the subject's workflow does, without its guards: they are not the books'.
    """

    id: SubjectId
    commit: Callable[[tuple[Step, ...]], tuple[Committed, ...]]
    table: Table = FULFILMENT
    sequence: int = 0
    at: datetime = NOON
    scale: int = 1
    facts: Facts = field(default_factory=Facts)
    last: Committed | None = None
    steps: list[Step] = field(default_factory=list)
    items: dict[str, Lane] = field(default_factory=dict)
    balance_by: datetime | None = None
    parties: Parties = field(
        default_factory=lambda: Parties(client=ANNA, provider=YIWU, storage=NINGBO, logistics=SWIFT)
    )

    def __post_init__(self) -> None:
        self.main = Lane(table=self.table)

    @property
    def state(self) -> State:
        return self.main.state

    @property
    def clocks(self) -> tuple[Clock, ...]:
        return self.main.clocks

    def turns(
        self,
        trigger: Trigger,
        command: Command | None = None,
        *,
        table: Table | None = None,
        item: str = "",
        target: State | None = None,
        by: Role | None = None,
        passed_over: tuple[Row, ...] = (),
        **changes: Any,
    ) -> tuple[Turn, ...]:
        """The next step, and those of the axes that follow it; none is taken yet.

        Pulled `by` somebody, it has to pass the guards; otherwise it is nobody's question.
        """
        lane = self._lane(trigger, table, item)
        said = command or Plain()
        situation = replace(self._situation(lane, said), passed_over=passed_over)
        if by is not None:
            situation = replace(situation, actor=self.actor(by))
            row = lane.table.fire(state=lane.state, trigger=trigger, situation=situation)
            changes = {"actor": situation.actor, **changes}
        else:
            row = next(
                row
                for row in lane.table.rows_from(lane.state, trigger)
                if row not in passed_over
                and (target is None or row.target == target)
                and (target is not None or row.when is None or row.when(situation))
            )
        return self._with_what_follows(lane, row, said, changes)

    def actor(self, role: Role) -> Actor:
        """The order's own party of a role."""
        party = self.parties.holder(role) or {Role.PAYMENT_INSTITUTION: PAYCO}.get(role, PLATFORM)
        return CLOCK if role == Role.CLOCK else Actor(role=role, party=party)

    def _with_what_follows(
        self, lane: Lane, row: Row, command: Command, changes: dict[str, Any]
    ) -> tuple[Turn, ...]:
        moment = {key: changes[key] for key in ("at", "recorded_at") if key in changes}
        drafts = {id(each): replace(each) for each in (self.main, *self.items.values(), lane)}
        facts, turns = self.facts, []
        while True:
            draft = drafts[id(lane)]
            turn = self._turn(
                lane, draft, row, command, facts, number=len(turns) + 1, **(changes or moment)
            )
            turns.append(turn)
            facts = self._facts_after(turn, facts)
            draft.state, draft.clocks = turn.step.target, turn.step.clocks
            draft.held = facts.held and lane is self.main
            after = self._next_to_follow(drafts, facts)
            if after is None:
                return tuple(turns)
            if len(turns) > FOLLOWERS_MAX:
                raise AssertionError(f"{self.id}: axes follow each other in a circle")
            (lane, row), command, changes = after, Plain(), {}

    def _next_to_follow(self, drafts: dict[int, Lane], facts: Facts) -> tuple[Lane, Row] | None:
        order = drafts[id(self.main)].state
        for lane in (self.main, *self.items.values()):
            draft = drafts[id(lane)]
            situation = replace(self._situation(draft, Plain()), facts=facts, order=order)
            if not draft.ended and (
                row := draft.table.following(state=draft.state, situation=situation)
            ):
                return lane, row
        return None

    def step(self, trigger: Trigger, command: Command | None = None, **changes: Any) -> Step:
        """The next step, not yet taken."""
        return self.turns(trigger, command, **changes)[0].step

    def steps_of(
        self, trigger: Trigger, command: Command | None = None, **changes: Any
    ) -> tuple[Step, ...]:
        """The next step with the one that follows from it, not yet taken."""
        return tuple(turn.step for turn in self.turns(trigger, command, **changes))

    def opening(self, **changes: Any) -> Step:
        """The first step of an order, not yet taken."""
        return self.step(Trigger.REQUEST, a_request(**changes))

    def take(self, *turns: Turn) -> Committed:
        """Commits steps and stands where they lead; refused ones change nothing here."""
        written = self.commit(tuple(turn.step for turn in turns))
        for turn, committed in zip(turns, written, strict=True):
            self._enter(turn, committed)
        return written[0]

    def pull(self, trigger: Trigger, command: Command | None = None, **changes: Any) -> Committed:
        """Takes the next step; where the books refuse a row that gives way, the one after it."""
        passed_over: tuple[Row, ...] = ()
        while True:
            turns = self.turns(trigger, command, passed_over=passed_over, **changes)
            try:
                return self.take(*turns)
            except Refused as refused:
                if refused.code not in turns[0].row.gives_way:
                    raise
                passed_over = (*passed_over, turns[0].row)

    def answer(self, trigger: Trigger, *, item: str = "", **outcome: Any) -> Committed:
        """The counterparty's answer to the movement that is open (or to the refund `item`)."""
        reference = item or self.intended()
        return self.pull(
            trigger,
            Outcome(reference=MovementRef(reference), external_ref="ext-1", **outcome),
            item=item,
        )

    def refunds(self) -> tuple[str, ...]:
        """The refunds that are on their way."""
        return tuple(
            lane.item
            for lane in self.items.values()
            if lane.table == REFUND and lane.state == State.DUE
        )

    def _lane(self, trigger: Trigger, table: Table | None, item: str) -> Lane:
        if item:
            return self.items[item]
        if table is not None and table != self.table:
            return Lane(table=table)
        if self.table.rows_from(self.state, trigger):
            return self.main
        opens = [each for each in TABLES.values() if each.opens(trigger)]
        return Lane(table=opens[0]) if opens else self.main

    def _turn(
        self,
        lane: Lane,
        draft: Lane,
        row: Row,
        command: Command,
        before: Facts,
        *,
        number: int,
        **changes: Any,
    ) -> Turn:
        sequence = self.sequence + number
        at = changes.get("at", self.at + timedelta(minutes=1))
        ended = row.target in draft.table.ends
        item = draft.item or (f"{self.id}/{sequence}" if draft.table.items else "")
        after = before.after(
            taken(
                draft.table,
                row,
                item=item,
                command=command,
                terms=current(),
                at=at,
                scale=self.scale,
            )
        )
        step = Step(
            **{
                "subject": self.id,
                "sequence": sequence,
                "table": draft.table.name,
                "item": item,
                "trigger": row.trigger,
                "source": draft.state,
                "target": row.target,
                "variant": draft.table.variant(row),
                "clause": row.clause,
                "actor": CLOCK,
                "command": command,
                "command_id": f"{self.id}-{sequence}",
                "at": at,
                "recorded_at": at + timedelta(seconds=1),
                "terms_version": current().version,
                "clocks": self._clocks(
                    draft, row, changes.get("at", at), held=after.held and lane is self.main
                ),
                "next_actor": None
                if ended
                else row.next_actor or draft.table.wait(row.target).next_actor,
                "time_scale": self.scale,
                **changes,
            }
        )
        return Turn(lane=lane, row=row, step=step)

    def _clocks(self, lane: Lane, row: Row, at: datetime, *, held: bool) -> tuple[Clock, ...]:
        struck = next((clock.term for clock in lane.clocks if clock.trigger == row.trigger), None)
        return clocks_after(
            table=lane.table,
            state=row.target,
            struck=None if row.roles else struck,
            known=lane.clocks,
            timing=Timing(terms=current(), country="DE", scale=self.scale, agreed=self.balance_by),
            at=at,
            restarts=row.restarts,
            held=held,
            released=lane.held and not held,
        )

    def _enter(self, turn: Turn, committed: Committed) -> None:
        lane, step = turn.lane, turn.step
        self.facts = self._facts_after(turn, self.facts)
        self.sequence, self.at, self.last = step.sequence, step.at, committed
        lane.state, lane.clocks, lane.item = step.target, step.clocks, step.item
        lane.held = self.facts.held and lane is self.main
        if step.item:
            self.items[step.item] = lane
        for reference in committed.refunds:
            self.items[reference] = Lane(table=REFUND, item=reference, state=State.DUE)
        if isinstance(step.command, Request):
            self.parties = Parties(
                client=step.command.client,
                provider=step.command.provider,
                storage=step.command.storage,
                logistics=step.command.logistics,
                promoter=step.command.promoter,
            )
            self.balance_by = step.command.advance.balance_by if step.command.advance else None
        if isinstance(step.command, ChooseLogistics):
            self.parties = replace(self.parties, logistics=step.command.logistics)
        self.steps.append(step)

    def _situation(self, lane: Lane, command: Command) -> Situation:
        return Situation(
            actor=Actor(role=CLOCK.role, party=CLOCK.party),
            command=command,
            parties=self.parties,
            terms=current(),
            at=self.at,
            facts=self.facts,
            order=self.state,
            item=lane.item,
        )

    def _facts_after(self, turn: Turn, before: Facts) -> Facts:
        return before.after(
            taken(
                turn.lane.table,
                turn.row,
                item=turn.step.item,
                command=turn.step.command,
                terms=current(),
                at=turn.step.at,
                scale=self.scale,
            )
        )

    def intended(self) -> MovementRef:
        """Our reference of the last movement of a payment or purchase."""
        return next(
            MovementRef(f"{self.id}/{step.sequence}")
            for step in reversed(self.steps)
            if step.trigger in (Trigger.PAY, Trigger.PURCHASE, Trigger.REQUEST)
        )


@dataclass(kw_only=True)
class World:
    """Makes subjects and brings them some way down the road."""

    books: Books
    promotion: Promotion
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def subject(self, **changes: Any) -> Subject:
        """An order that is to be."""
        id_ = SubjectId(f"ord_{next(self._ids):04d}")
        return Subject(id=id_, commit=self.books.commit, **changes)

    def order(self, *, scale: int = 1, **changes: Any) -> Subject:
        """A placed order: ¥1,231.23 with its fee, and whatever lines the provider adds."""
        order = self.subject(scale=scale)
        order.pull(Trigger.REQUEST, a_request(**changes), target=State.REQUESTED)
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
        settle(order, from_deposit=from_deposit)
        return order

    def purchased(self, *lines: Line, **changes: Any) -> Subject:
        order = self.effective(*lines, **changes)
        buy(order)
        return order

    def stored(self, *lines: Line, **changes: Any) -> Subject:
        """An order whose only parcel is stored: the provider's duty ended."""
        order = self.purchased(*lines, **changes)
        parcel = receive(order)
        order.pull(Trigger.END_DUTY, item=parcel)
        return order

    def delivered(self, *lines: Line, **changes: Any) -> Subject:
        """An order whose only parcel is with its client."""
        order = self.stored(*lines, **changes)
        (parcel,) = order.items
        for trigger in (Trigger.CLEAR_CUSTOMS, Trigger.DELIVER):
            order.pull(trigger, commands.Transport(tracking_ref="t-1"), item=parcel)
        return order

    def recharged(self, amount: int, *, client: PartyId = ANNA) -> Subject:
        recharge = self.recharge(amount, client=client)
        recharge.answer(Trigger.CONFIRM_RECHARGE)
        return recharge

    def recharge(self, amount: int, *, client: PartyId = ANNA) -> Subject:
        id_ = SubjectId(f"rch_{next(self._ids):04d}")
        recharge = Subject(id=id_, commit=self.books.commit, table=RECHARGE)
        recharge.pull(
            Trigger.REQUEST,
            commands.RequestRecharge(client=client, amount=Money(amount), payment_method="pm_1"),
        )
        return recharge

    def claim(self, order: Subject, amount: int = 10_000, **changes: Any) -> Subject:
        """A claim on an order, made: by default of its provider, for its own fault."""
        claim = self.unmade_claim(order)
        claim.pull(Trigger.MAKE_CLAIM, a_claim(order, amount, **changes))
        return claim

    def unmade_claim(self, order: Subject) -> Subject:
        """A claim that nobody has made yet."""
        id_ = SubjectId(f"clm_{next(self._ids):04d}")
        return Subject(
            id=id_, commit=self.books.commit, table=CLAIM, at=order.at, parties=order.parties
        )

    def tip(self, order: Subject, amount: int = 5_000, **changes: Any) -> Subject:
        """A tip for an order, given from its client's deposit, which has to hold it."""
        tip = self.ungiven_tip(order)
        tip.pull(Trigger.GIVE_TIP, a_tip(order, amount, **changes))
        return tip

    def ungiven_tip(self, order: Subject) -> Subject:
        """A tip that nobody has given yet."""
        id_ = SubjectId(f"tip_{next(self._ids):04d}")
        return Subject(
            id=id_, commit=self.books.commit, table=TIP, at=order.at, parties=order.parties
        )

    def consultation(self, role: Role = Role.CLIENT, party: PartyId = ANNA) -> Subject:
        """A question to the platform, asked at noon and to be answered three weeks later."""
        consultation = self.unasked_consultation(role, party)
        consultation.pull(Trigger.CONSULT, a_question(), by=role)
        return consultation

    def unasked_consultation(self, role: Role = Role.CLIENT, party: PartyId = ANNA) -> Subject:
        """A question that nobody has asked yet."""
        return Subject(
            id=SubjectId(f"cns_{next(self._ids):04d}"),
            commit=self.books.commit,
            table=CONSULTATION,
            parties=Parties.only(role, party),
            balance_by=a_question().answer_by,
        )

    def coupon(self, amount: int = 100, *, client: PartyId = ANNA, **changes: Any) -> CouponId:
        """A coupon of the client's, valid for ninety days from noon."""
        issued = {
            "id": CouponId(f"cpn_{next(self._ids):04d}"),
            "client": client,
            "amount": Money(amount),
            "reduces": frozenset({LineCode.SERVICE_FEE, LineCode.OTHER_FEE}),
            "valid_from": NOON,
            "valid_until": NOON + timedelta(days=90),
            "issued_by": PLATFORM,
        }
        return self.promotion.issue_coupon(**issued | changes).id

    def contract(self, rate: Fraction = Fraction(1, 10), **changes: Any) -> None:
        """Mia's contract with the provider: a tenth of its fee."""
        agreed = {"promoter": MIA, "provider": YIWU, "rate": rate, "begins_at": NOON}
        self.promotion.sign_contract(**agreed | changes)


def pay(
    order: Subject,
    *,
    amount: int | None = None,
    from_deposit: int = 0,
    coupons: tuple[CouponId, ...] = (),
    off: int = 0,
    **changes: Any,
) -> Committed:
    """Pays what is due, by default the whole: so much from the deposit, `off` by the coupons, the
    rest through the institution."""
    if amount is None:
        assert order.last is not None
        assert order.last.amount is not None
        amount = order.last.amount.amount
    rest = amount - from_deposit - off
    return order.pull(
        Trigger.PAY,
        commands.Pay(
            from_deposit=Money(from_deposit),
            from_institution=Money(rest),
            payment_method="pm_1" if rest else "",
            coupons=coupons,
        ),
        **changes,
    )


def settle(order: Subject, **payment: Any) -> None:
    """Pays, and has whatever goes through the institution captured."""
    pay(order, **payment)
    if order.state == State.PAYING:
        order.answer(Trigger.CONFIRM_PAYMENT)


def buy(order: Subject, **changes: Any) -> Committed:
    """Orders the goods, and the seller takes it at what is agreed."""
    order.pull(Trigger.PURCHASE, commands.Purchase())
    agreed = {"goods": order.facts.goods, "freight": order.facts.freight}
    return order.pull(Trigger.RECORD_PURCHASE, a_purchase(**agreed | changes))


def receive(order: Subject, quantity: int | None = None) -> str:
    """The storage receives a parcel, by default with all the goods: its item."""
    order.pull(
        Trigger.WAREHOUSE_RECEIPT, commands.WarehouseReceipt(parcel_ref="p-1", quantity=quantity)
    )
    return list(order.items)[-1]


def earn(order: Subject) -> None:
    """Buys and stores the goods: the provider's duty ends."""
    buy(order)
    order.pull(Trigger.END_DUTY, item=receive(order))


def dispatch(order: Subject, quantity: int | None = None) -> str:
    """The seller sends a parcel: its item."""
    order.pull(Trigger.DISPATCH, commands.Dispatch(tracking_ref="t-1", quantity=quantity))
    return list(order.items)[-1]


def sold_out(order: Subject, **changes: Any) -> Committed:
    """The provider cannot buy: all goes back (PSR-9)."""
    return order.pull(
        Trigger.REPORT_UNREALIZABLE,
        commands.ReportUnrealizable(reason=commands.UnrealizableReason.SOLD_OUT, **changes),
    )


def a_claim(order: Subject, amount: int = 10_000, **changes: Any) -> commands.Claim:
    """A claim of so many fen for direct loss, by what its sender saw of the order."""
    basis = changes.get("basis", Basis.PROVIDERS_FAULT)
    return commands.Claim(
        **{
            "order": OrderId(order.id),
            "against": OPPONENTS[basis],
            "basis": basis,
            "losses": (Loss(head=LossHead.DIRECT_LOSS, amount=Money(amount)),),
            "grounds": commands.Grounds(
                state=order.state,
                agreed=True,
                with_logistics=True,
                seller_refused=True,
                amount=Money(1_000_000),
            ),
            "evidence": ("evd_0001",),
            "note_ref": "txt_0001",
            **changes,
        }
    )


def a_tip(order: Subject, amount: int = 5_000, **changes: Any) -> commands.Tip:
    """A tip of so many fen, by what its sender saw of the order."""
    return commands.Tip(
        **{
            "order": OrderId(order.id),
            "amount": Money(amount),
            "grounds": commands.TipGrounds(paid=True),
            **changes,
        }
    )


def a_question(**changes: Any) -> commands.Consult:
    """A question about the platform's services."""
    return commands.Consult(
        **{
            "topic": commands.Topic.SERVICES,
            "answer_by": NOON + timedelta(days=21),
            "calendar": commands.Calendar.STATE_COUNCIL,
            "note_ref": "txt_0001",
            **changes,
        }
    )


def a_price(order: Subject, goods: int, **changes: Any) -> commands.ActualPrice:
    """What the seller asks now, freight as it was."""
    said = {"freight": order.facts.freight, "quantity": order.facts.quantity}
    return commands.ActualPrice(**{"goods": Money(goods), **said, **changes})


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


# ---- cases -------------------------------------------------------------------------------------


def case_of(order: Subject) -> Case:
    """The cancellation or dissolution of an order that was asked for last."""
    assert order.facts.case is not None
    return order.facts.case


def of_the_case(
    order: Subject, trigger: Trigger, command: Command | None = None, *, by: Role = Role.PROVIDER
) -> Committed:
    """The next step of an order's case, taken by somebody within the rules."""
    return order.pull(trigger, command or commands.Noted(), item=case_of(order).item, by=by)


# ---- cancellation ------------------------------------------------------------------------------


def ask_to_cancel(order: Subject) -> str:
    """The client asks for the order to be cancelled: the case."""
    order.pull(Trigger.REQUEST_CANCELLATION, commands.Noted(), by=Role.CLIENT)
    return case_of(order).item


def agree(order: Subject, refund: int, penalty: int = 0) -> None:
    """The seller agrees to a cancellation, and the client to its terms."""
    said = commands.SellerConsent(refund=Money(refund), penalty=Money(penalty))
    of_the_case(order, Trigger.CONSENT_TO_CANCELLATION, said)
    if case_of(order).state == State.TERMS_OFFERED:
        of_the_case(order, Trigger.ACCEPT_TERMS, Plain(), by=Role.CLIENT)


def send_back(order: Subject, parcel: str) -> None:
    """The storage sends a parcel back, and the seller has it."""
    sent = commands.Transport(tracking_ref="t-9")
    order.pull(Trigger.SEND_BACK, sent, item=parcel, by=Role.STORAGE)
    order.pull(Trigger.HAND_BACK, commands.Noted(), item=parcel, by=Role.PROVIDER)


def paid_back(order: Subject, fen: int, reference: str = "sr-1") -> Committed:
    """The seller pays back for a cancellation."""
    said = commands.CaseRefund(amount=Money(fen), external_ref=reference)
    return of_the_case(order, Trigger.RECORD_CANCELLATION_REFUND, said)


def a_cost(fen: int, payee: PartyId = NINGBO) -> commands.Cost:
    """What a cancellation costs, with its evidence."""
    return commands.Cost(
        cost=commands.CostKind.CUSTODY, amount=Money(fen), payee=payee, evidence=("evd_1",)
    )


def shown(order: Subject, settlement: commands.SettleCancellation, engine: Engine) -> PreviewView:
    """What a settlement would do, as the provider is shown it now."""
    return Previews(engine).of(
        Asked(
            order=OrderId(order.id),
            table=TableName.CANCELLATION,
            item=case_of(order).item,
            trigger=Trigger.SETTLE_CANCELLATION,
            command=settlement,
            actor=order.actor(Role.PROVIDER),
            at=order.at,
        )
    )


def settle_case(
    order: Subject,
    engine: Engine,
    *costs: commands.Cost,
    fee: commands.FeeChoice = commands.FeeChoice.KEPT,
) -> Committed:
    """The provider settles a cancellation as it was shown."""
    said = commands.SettleCancellation(digest="", fee=fee, costs=costs)
    said = replace(said, digest=shown(order, said, engine).digest)
    return of_the_case(order, Trigger.SETTLE_CANCELLATION, said)


# ---- dissolution -------------------------------------------------------------------------------

ASKED = commands.RequestDissolution(
    ground=commands.Ground.DEFECTIVE, inspected=True, evidence=("evd_1",)
)


def ask_to_dissolve(order: Subject) -> str:
    """The client asks for the purchase to be undone, and the seller is asked: the case."""
    order.pull(Trigger.REQUEST_DISSOLUTION, ASKED, by=Role.CLIENT)
    of_the_case(order, Trigger.APPLY_TO_SELLER)
    return case_of(order).item


def take_back(order: Subject, refund: int, *, cost: int = 0) -> None:
    """The seller agrees to take the goods back, and the client proves that they went."""
    said = commands.SellerAgreement(refund=Money(refund), remedy=commands.Remedy.RETURN)
    of_the_case(order, Trigger.CONSENT_TO_DISSOLUTION, said)
    proof = commands.Disposal(remedy=commands.Remedy.RETURN, evidence=("evd_2",), cost=Money(cost))
    of_the_case(order, Trigger.PROVE_DISPOSAL, proof, by=Role.CLIENT)


def refunded(order: Subject, fen: int, reference: str = "sr-1") -> Committed:
    """The seller pays back for a dissolution."""
    said = commands.CaseRefund(amount=Money(fen), external_ref=reference)
    return of_the_case(order, Trigger.RECORD_DISSOLUTION_REFUND, said)


def cost_paid(order: Subject, fen: int, reference: str = "rc-1") -> Committed:
    """The seller pays for the return."""
    said = commands.ReturnCost(amount=Money(fen), external_ref=reference)
    return of_the_case(order, Trigger.RECORD_RETURN_COST, said)
