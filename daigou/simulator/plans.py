"""Owns what a plan for one order is: the acts of its parties, in turn with what befalls it.

The paths themselves stand in `paths`, the moves that they are made of in `moves`; what an order of
a path must come to is worked out by `tally`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from types import MappingProxyType

from daigou.domain.commands import (
    NO_DRIFT,
    ActualPrice,
    AdvanceDeposit,
    CaseRefund,
    CautionKind,
    Claim,
    Command,
    Compensation,
    Disposal,
    DriftLimit,
    Inference,
    Mandate,
    MoreEvidence,
    Objection,
    Outcome,
    RefusalReason,
    Refuse,
    ReportChargeback,
    Request,
    RequestDissolution,
    ReturnCost,
    SettleCancellation,
)
from daigou.domain.ids import MovementRef, OrderId, SubjectId, chargeback_of
from daigou.domain.invitations import SOURCE
from daigou.domain.lifecycle import FULFILMENT, TABLES
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.ports.counterparties import Standing
from daigou.simulator.conduct import NORMAL, OfferBlock, payment_method
from daigou.simulator.deals import Deal as Deal
from daigou.simulator.sums import Expected as Expected
from daigou.simulator.sums import Refund
from daigou.simulator.tally import Tally
from daigou.simulator.world import found_in

_ASKED = (TableName.FULFILMENT, Trigger.PAY, State.PAYING)
_REFUND_ENDS = {
    Standing.DONE: (Trigger.CONFIRM_REFUND, State.REFUNDED),
    Standing.REJECTED: (Trigger.FAIL_REFUND, State.CREDITED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody does once the order, or an item of it, stands at `at`.

    `item` says which of the order's items of that table it is for, counted from 1; where it `opens`
    that item, `at` is where the order stands. Before the act, a person at the silent counterparty
    enters in its own books what it `decides`, the seller pays `pays_back_fen` back, the seller or
    the provider pays `pays_more_fen` out of its own pocket, a buyer pays `sells_fen` for the goods,
    the client puts `recharges_fen` into its deposit, whoever acts `hands_in` pieces of evidence, in
    words.
    References to movements and items that are known only then are left empty in the command:
    `command_now` fills them in, and `proved` the evidence.
    """

    role: Role
    trigger: Trigger
    at: State
    command: Command
    table: TableName = TableName.FULFILMENT
    item: int = 0
    opens: bool = False
    decides: Standing | None = None
    pays_back_fen: int = 0
    pays_more_fen: int = 0
    sells_fen: int = 0
    recharges_fen: int = 0
    hands_in: tuple[str, ...] = ()

    @property
    def payback(self) -> str:
        """What tells the payment that is made before it from the others for the order."""
        match self.command:
            case CaseRefund() | ReturnCost() | Compensation():
                return f"{self.trigger}/{self.command.external_ref}"
            case _:
                return f"{self.trigger}/{self.item}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a clock or a counterparty does before the next act: a trigger pulled from `at`."""

    trigger: Trigger
    at: State
    table: TableName = TableName.FULFILMENT
    item: int = 0

    @property
    def by_clock(self) -> bool:
        """Whether a deadline brings it about, and no counterparty's answer."""
        deadlines = TABLES[self.table].wait(self.at).deadlines
        return any(deadline.trigger == self.trigger for deadline in deadlines)


Cue = Act | Event

BESIDE: Mapping[TableName, str] = MappingProxyType(
    {
        TableName.CLAIM: "clm",
        TableName.TIP: "tip",
        TableName.CHARGEBACK: "cbk",
        TableName.WITHDRAWAL: "wdr",
        TableName.FREEZE: "frz",
        TableName.CLOSURE: "acl",
    }
)
"""What is opened on an order, or by its client beside it, and is a subject of its own, with the
prefix of its ids."""

Move = Callable[[Tally], tuple[Cue, ...]]
"""Puts the next cues of a path together, and reckons what they do to the order's money."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of an amount: `of_ten` tenths, rounded down."""

    of_ten: int

    def of(self, amount_fen: int) -> int:
        """The part in fen."""
        return amount_fen * self.of_ten // 10


NONE, HALF, ALL = Share(0), Share(5), Share(10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A way that an order may go.

    What is special about its request: `category`, `cautions`, `advance_tenths` of the goods' price
    as an advance deposit, with the balance due after `balance_days` or late enough, `drift`, a
    `promoter`, at least so many `pieces`. An `invited` client does not name the promoter: it is
    the one of who invited it (UA-1-14). Of a `poor` client the deposit is empty, `coupon_fen` is
    a coupon that it has. A client who `plays_alone` has no other order, and in its deposit just
    what this one needs: what becomes of its account is of no other order's concern. `days` is how
    long the order takes about, the statutory period aside; `pace` says that its days pass so many
    times as fast as the others', where it takes months.
    """

    name: str
    moves: tuple[Move, ...]
    end: State
    block: OfferBlock = NORMAL
    category: str = ""
    cautions: tuple[CautionKind, ...] = ()
    advance_tenths: int = 0
    balance_days: int = 0
    drift: DriftLimit = NO_DRIFT
    promoter: bool = False
    invited: bool = False
    coupon_fen: int = 0
    pieces: int = 1
    poor: bool = False
    plays_alone: bool = False
    extra_lines: bool = False
    logistics_later: bool = False
    days: int = 1
    pace: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One order of a path, ready to be driven. `deposit_fen` is the most it takes of a deposit."""

    path: Path
    deal: Deal
    cues: tuple[Cue, ...]
    expected: Expected
    deposit_fen: int

    @property
    def acts(self) -> tuple[Act, ...]:
        """What its parties do."""
        return tuple(cue for cue in self.cues if isinstance(cue, Act))

    @property
    def beside(self) -> tuple[SubjectId, ...]:
        """The ids of what is opened beside it, claims, tips, chargebacks, …: subjects of their own,
        which its history tells of as if they were items of the order."""
        return tuple(subject for table in BESIDE for subject in self.beside_in(table))

    def beside_in(self, table: TableName) -> tuple[SubjectId, ...]:
        """Those of one table."""
        opened = [act for act in self.acts if act.opens and act.table == table]
        return tuple(beside_of(act, self.deal.order) for act in opened)

    @property
    def avoids(self) -> frozenset[State]:
        """Where nothing of it ever comes: on the way back to the seller, unless it is sent back."""
        is_sent_back = any(act.trigger == Trigger.SEND_BACK for act in self.acts)
        return frozenset() if is_sent_back else frozenset({State.GOING_BACK})

    @property
    def advance_fen(self) -> int:
        """The advance deposit, if the seller wants one."""
        return _advance(self.path, self.deal)

    def request(self, *, mandate: Mandate, balance_by: datetime) -> Request:
        """The client's request; `balance_by` counts for goods with an advance deposit."""
        deal, path, offer = self.deal, self.path, self.deal.basket.offer
        advance = AdvanceDeposit(amount=Money(self.advance_fen), balance_by=balance_by)
        return Request(
            client=deal.client.id,
            provider=deal.provider.id,
            storage=deal.storage.id,
            logistics=None if path.logistics_later else deal.logistics.id,
            product_link=offer.link,
            offer_id=offer.id,
            title=offer.title,
            seller_name=offer.seller,
            specification=offer.specification,
            category=path.category or offer.category,
            quantity=deal.basket.quantity,
            unit_price=offer.unit_price,
            freight=offer.freight,
            delivery_address=deal.storage.address,
            client_country=deal.client.country,
            mandate=mandate,
            inferred=(Inference(fact="promoter_id", source=SOURCE),) if path.invited else (),
            promoter=deal.promoter.id if deal.promoter else None,
            cautions=path.cautions,
            advance=advance if self.advance_fen else None,
            drift_limit=path.drift,
            findings=found_in(path.category),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One transition of the order, as its timeline tells it; or one of what stands beside it, a
    claim, a tip, a chargeback, which is the item then. In a history these steps stand first, so
    that the order's latest is the last.
    """

    table: TableName
    item: str
    trigger: Trigger
    source: State
    target: State
    sequence: int
    at: datetime


def plan_of(path: Path, deal: Deal) -> Plan:
    """The plan for an order of that path."""
    tally = Tally(
        deal=deal,
        block=path.block,
        advance=_advance(path, deal),
        coupon=path.coupon_fen,
        drift=path.drift,
        poor=path.poor,
    )
    cues: list[Cue] = []
    for move in path.moves:
        known = len(tally.refunds)
        cues += move(tally)
        for number, refund in enumerate(tally.refunds[known:], start=known + 1):
            cues.append(_outcome_of(refund, number, tally))
    return Plan(
        path=path,
        deal=deal,
        cues=tuple(cues),
        expected=tally.expected(path.end),
        deposit_fen=0 if path.poor else tally.deposit_needs,
    )


def next_cue(plan: Plan, history: Sequence[Happened]) -> Cue | None:
    """What comes next, and may not be possible yet; None where the plan is over.

    A cue that cannot come any more is passed over: a deadline overtook it.
    """
    told = _Told.of(history)
    done = told.counts()
    for cue in plan.cues:
        key = _key(cue)
        if done[key]:
            done[key] -= 1
        elif told.may_come(cue, avoids=plan.avoids):
            return cue
    return None


def next_act(plan: Plan, history: Sequence[Happened]) -> Act | None:
    """The act that is to be done now; None where somebody else, or a clock, comes first."""
    cue = next_cue(plan, history)
    return cue if isinstance(cue, Act) and _Told.of(history).is_there(cue) else None


def has_ended(plan: Plan, history: Sequence[Happened]) -> bool:
    """Whether the order is at its end, and the refunds that it should open too."""
    state = state_of(history)
    if state not in FULFILMENT.ends:
        return False
    return state != plan.expected.state or next_cue(plan, history) is None


def strays(plan: Plan, history: Sequence[Happened]) -> tuple[str, ...]:
    """Where an order that ended left its path: what should have happened and did not, or what cost
    more than it should have."""
    happened = _Told.of(history).counts()
    wanted = Counter(_key(cue) for cue in plan.cues)
    found = []
    if (state := state_of(history)) != plan.expected.state:
        found.append(f"ended as {state}")
    found += [f"no {key.trigger}" for key, times in wanted.items() if happened[key] < times]
    found += [
        f"{key.trigger} once more"
        for key, times in happened.items()
        if key.trigger == Trigger.CHARGE_STORAGE and times > wanted[key]
    ]
    return tuple(found)


def state_of(history: Sequence[Happened]) -> State:
    """Where the order stands; `NEW` while it is not placed."""
    targets = [step.target for step in history if step.table == TableName.FULFILMENT]
    return targets[-1] if targets else State.NEW


def items_of(history: Sequence[Happened], table: TableName) -> tuple[str, ...]:
    """The ids of an order's items of a table, in the order of their opening."""
    return tuple(dict.fromkeys(step.item for step in history if step.table == table))


def item_of(act: Act, history: Sequence[Happened]) -> str:
    """The id of the item that an act is for; empty if it is for the order, or opens one."""
    if act.opens or not act.item:
        return ""
    return items_of(history, act.table)[act.item - 1]


def dispute_of(order: OrderId, number: int) -> str:
    """The institution's id of the nth dispute about a payment of an order."""
    return f"dp_{order.removeprefix('ord_')}_{number}"


def beside_of(act: Act, order: OrderId) -> SubjectId:
    """The id of what stands beside an order, that an act is about: a claim on it, a tip, …"""
    if act.table == TableName.CHARGEBACK:
        return SubjectId(chargeback_of(order, dispute_of(order, act.item)))
    return SubjectId(f"{BESIDE[act.table]}_{order.removeprefix('ord_')}_{act.item}")


def movement_of(act: Act, order: OrderId, history: Sequence[Happened]) -> MovementRef:
    """Our reference of the movement that an act is about.

    Raises:
        LookupError: none is open.
    """
    if act.table == TableName.REFUND:
        return MovementRef(item_of(act, history))
    for step in reversed(history):
        if step.table == TableName.FULFILMENT and step.target == act.at != step.source:
            return MovementRef(f"{order}/{step.sequence}")
    raise LookupError(f"{order} has no movement open in {act.at}")


def payment_of(order: OrderId, history: Sequence[Happened]) -> MovementRef:
    """Our reference of the latest payment of an order that the institution captured.

    Raises:
        LookupError: there is none.
    """
    asked = captured = 0
    for step in history:
        if (step.table, step.trigger, step.target) == _ASKED:
            asked = step.sequence
        if step.table == TableName.FULFILMENT and step.trigger == Trigger.CONFIRM_PAYMENT:
            captured = asked
    if not captured:
        raise LookupError(f"{order} has no payment through the institution")
    return MovementRef(f"{order}/{captured}")


def command_now(act: Act, order: OrderId, history: Sequence[Happened]) -> Command:
    """The act's command, with the references that are known only now."""
    command = act.command
    match command:
        case Outcome() | ActualPrice() if act.decides:
            return replace(command, reference=movement_of(act, order, history))
        case ReportChargeback():
            return replace(command, payment=payment_of(order, history))
        case Refuse(reason=RefusalReason.REQUIREMENT):
            return replace(command, requirement=items_of(history, TableName.REQUIREMENT)[-1])
        case _:
            return command


def proved(command: Command, evidence: Sequence[str]) -> Command:
    """The command with the ids of the evidence that was handed in for it: of each cost its own."""
    match command:
        case Objection() | RequestDissolution() | MoreEvidence() | Disposal() | Claim():
            return replace(command, evidence=tuple(evidence))
        case SettleCancellation():
            pairs = zip(command.costs, evidence, strict=True)
            costs = tuple(replace(cost, evidence=(piece,)) for cost, piece in pairs)
            return replace(command, costs=costs)
        case _:
            return command


@dataclass(frozen=True, slots=True)
class _Key:
    """What tells one cue, or one step of a history, from the others."""

    table: TableName
    item: int
    trigger: Trigger
    source: State


def _key(cue: Cue) -> _Key:
    source = State.NEW if isinstance(cue, Act) and cue.opens else cue.at
    return _Key(cue.table, cue.item, cue.trigger, source)


@dataclass(frozen=True, slots=True)
class _Item:
    item: str
    state: State


@dataclass(frozen=True, slots=True)
class _Told:
    """What a history tells: where the order and each of its items stand."""

    history: Sequence[Happened]
    state: State
    items: Mapping[TableName, tuple[_Item, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, history: Sequence[Happened]) -> "_Told":
        found: dict[TableName, dict[str, State]] = {name: {} for name in TableName}
        for step in history:
            if step.item:
                found[step.table][step.item] = step.target
        items = {
            table: tuple(_Item(item, state) for item, state in states.items())
            for table, states in found.items()
        }
        return cls(history, state_of(history), items)

    def counts(self) -> "Counter[_Key]":
        """How often each thing happened."""
        numbers = {
            each.item: number
            for items in self.items.values()
            for number, each in enumerate(items, start=1)
        }
        return Counter(
            _Key(step.table, numbers.get(step.item, 0), step.trigger, step.source)
            for step in self.history
        )

    def is_there(self, cue: Cue) -> bool:
        """Whether the order, or the item that the cue is about, stands where it is to be."""
        return self._stands_at(cue) == cue.at

    def may_come(self, cue: Cue, *, avoids: frozenset[State]) -> bool:
        """Whether it is there, or can still come there by states that it does not avoid."""
        table = TABLES[cue.table]
        if table.items and self.state in FULFILMENT.ends and not table.outlives:
            return False
        stands_at = self._stands_at(cue)
        if stands_at is None:
            return True
        of = FULFILMENT.name if isinstance(cue, Act) and cue.opens else cue.table
        return cue.at in _reachable(of, stands_at, avoids)

    def _stands_at(self, cue: Cue) -> State | None:
        """Where that stands which the cue is about; None of an item that is not there yet."""
        if not cue.item or (isinstance(cue, Act) and cue.opens):
            return self.state
        items = self.items[cue.table]
        return items[cue.item - 1].state if len(items) >= cue.item else None


@cache
def _reachable(name: TableName, state: State, avoids: frozenset[State]) -> frozenset[State]:
    """Every state that can follow on one of a table past those avoided, and that one."""
    rows = [row for row in TABLES[name].rows if row.target not in avoids]
    reached = {state}
    while more := {row.target for row in rows if row.source in reached} - reached:
        reached |= more
    return frozenset(reached)


def _outcome_of(refund: Refund, number: int, tally: Tally) -> Event:
    """How a refund fares; a silent one is overdue first, and a person decides it later."""
    conduct = payment_method(refund.method).refund
    trigger = Trigger.ESCALATE
    if conduct.pending is not None:
        trigger, end = _REFUND_ENDS[conduct.outcome]
        tally.settle_refund(refund, end)
    return Event(trigger=trigger, at=State.DUE, table=TableName.REFUND, item=number)


def _advance(path: Path, deal: Deal) -> int:
    return deal.goods_fen * path.advance_tenths // 10
