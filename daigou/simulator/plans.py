"""Owns what a plan for one order is: the acts of its parties, and what it must come to.

The expected sums are worked out here in plain integers, apart from the domain's code, as a check
of it. The paths themselves stand in `paths`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from daigou.domain.commands import Command, Line, LineCode
from daigou.domain.ids import MovementRef, OrderId, PartyId
from daigou.domain.lifecycle import FULFILMENT, REFUND
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.ports.counterparties import Standing
from daigou.simulator.conduct import NORMAL, OfferBlock
from daigou.simulator.world import Basket, Party

OTHER_FEE_FEN = 8_00
STORAGE_FEE_FEN = 3_50


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """One order to be: who takes part, what is bought, and what it costs."""

    order: OrderId
    client: Party
    provider: Party
    storage: Party
    logistics: Party
    basket: Basket
    extra_lines: bool = False
    """Whether the provider adds a fee of its own and one of the storage's at the checkout."""

    @property
    def goods_fen(self) -> int:
        """Unit price times quantity."""
        return self.basket.offer.unit_price.amount * self.basket.quantity

    @property
    def freight_fen(self) -> int:
        """Freight to the warehouse."""
        return self.basket.offer.freight.amount

    @property
    def service_fee_fen(self) -> int:
        """A thousandth of goods and freight, half a fen up (PSR-10-1)."""
        return (self.goods_fen + self.freight_fen + 500) // 1000

    @property
    def other_fee_fen(self) -> int:
        """The provider's own other fee."""
        return OTHER_FEE_FEN if self.extra_lines else 0

    @property
    def third_party_fen(self) -> int:
        """What a third party collects, and the provider never gives back (PSR-7)."""
        return STORAGE_FEE_FEN if self.extra_lines else 0

    @property
    def amount_fen(self) -> int:
        """The whole order amount."""
        of_provider = self.goods_fen + self.freight_fen + self.service_fee_fen
        return of_provider + self.other_fee_fen + self.third_party_fen

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines that the provider adds at the checkout."""
        if not self.extra_lines:
            return ()
        return (
            Line(
                code=LineCode.OTHER_FEE,
                label="photographs of the goods",
                amount=Money(self.other_fee_fen),
                collector=self.provider.id,
            ),
            Line(
                code=LineCode.STORAGE_FEE,
                label="repacking at the storage",
                amount=Money(self.third_party_fen),
                collector=self.storage.id,
            ),
        )

    def party(self, role: Role) -> PartyId | None:
        """Who holds a role in this deal; None for a role that is not the deal's."""
        held = {
            Role.CLIENT: self.client,
            Role.PROVIDER: self.provider,
            Role.STORAGE: self.storage,
            Role.LOGISTICS: self.logistics,
        }.get(role)
        return held.id if held else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody does once the order stands at `at`, and once the clock `after` struck there.

    `decides` is what a person at the silent counterparty enters in its own books before. Of a
    command that answers a movement, the reference is left empty: it is known only then.
    """

    role: Role
    trigger: Trigger
    at: State
    command: Command
    after: Trigger | None = None
    decides: Standing | None = None


Move = Callable[[Deal], Act]
"""Makes the act of a path for one deal."""


@dataclass(frozen=True, slots=True)
class Share:
    """The part of an amount that the deposit pays: `of_ten` tenths, rounded down."""

    of_ten: int

    def of(self, amount_fen: int) -> int:
        """The part in fen."""
        return amount_fen * self.of_ten // 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A way that an order may go.

    `deposit_share` is the part of the amount that the deposit pays, None where nothing is paid;
    `refund` is how the refund through the institution ends, if there is one. `besides` is what
    clocks and counterparties must have pulled besides the acts. `days` is how long it takes about,
    the statutory period aside.
    """

    name: str
    moves: tuple[Move, ...]
    end: State
    block: OfferBlock = NORMAL
    deposit_share: Share | None = None
    refund: State | None = None
    besides: tuple[Trigger, ...] = ()
    extra_lines: bool = False
    logistics_later: bool = False
    days: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an order must come to, in fen. `deposit_change` is what the client's deposit gains."""

    state: State
    collected: int
    refunded: int
    fee: int
    deposit_change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One order of a path, ready to be driven."""

    path: Path
    deal: Deal
    acts: tuple[Act, ...]
    expected: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One transition of the order, as its timeline tells it."""

    table: TableName
    item: str
    trigger: Trigger
    source: State
    target: State
    sequence: int
    at: datetime


def plan_of(path: Path, deal: Deal) -> Plan:
    """The plan for an order of that path."""
    return Plan(
        path=path,
        deal=deal,
        acts=tuple(move(deal) for move in path.moves),
        expected=_expected(path, deal),
    )


def next_act(plan: Plan, history: Sequence[Happened]) -> Act | None:
    """The act that is to be done now; None where somebody else, or a clock, comes first.

    An act whose state was left before it was done is passed over: a deadline overtook it.
    """
    states = {state_of(history)} | ({State.DUE} if _refund_is_due(plan, history) else set())
    done = Counter(step.trigger for step in history)
    for act in plan.acts:
        if done[act.trigger]:
            done[act.trigger] -= 1
        elif act.at in states:
            return act if _is_ripe(act, history) else None
    return None


def has_ended(plan: Plan, history: Sequence[Happened]) -> bool:
    """Whether the order is at its end, and the refund that it should open too."""
    return state_of(history) in FULFILMENT.ends and not _refund_is_due(plan, history)


def strays(plan: Plan, history: Sequence[Happened]) -> tuple[str, ...]:
    """Where an order that ended left its path: what should have happened, and did not."""
    happened = Counter(step.trigger for step in history)
    wanted = Counter([act.trigger for act in plan.acts] + list(plan.path.besides))
    found = []
    if (state := state_of(history)) != plan.expected.state:
        found.append(f"ended as {state}")
    found += [f"no {trigger}" for trigger, times in wanted.items() if happened[trigger] < times]
    if plan.path.refund and plan.path.refund not in _refund_ends(history):
        found.append(f"no refund that ended as {plan.path.refund}")
    return tuple(found)


def state_of(history: Sequence[Happened]) -> State:
    """Where the order stands; `NEW` while it is not placed."""
    targets = [step.target for step in history if step.table == TableName.FULFILMENT]
    return targets[-1] if targets else State.NEW


def movement_in(state: State, order: OrderId, history: Sequence[Happened]) -> MovementRef:
    """Our reference of the movement that is open in a state: the step that intended it.

    Raises:
        LookupError: no movement is open there.
    """
    opener = {
        State.PAYING: State.PAYING,
        State.PURCHASING: State.PURCHASING,
        State.DUE: State.UNREALIZABLE,
    }.get(state)
    for step in reversed(history):
        if step.target == opener and step.source != opener:
            return MovementRef(f"{order}/{step.sequence}")
    raise LookupError(f"{order} has no movement open in {state}")


def _refund_is_due(plan: Plan, history: Sequence[Happened]) -> bool:
    return (
        plan.path.refund is not None
        and state_of(history) == State.UNREALIZABLE
        and not _refund_ends(history)
    )


def _refund_ends(history: Sequence[Happened]) -> set[State]:
    return {
        step.target
        for step in history
        if step.table == TableName.REFUND and step.target in REFUND.ends
    }


def _is_ripe(act: Act, history: Sequence[Happened]) -> bool:
    if act.after is None:
        return True
    for step in reversed(history):
        if step.trigger == act.after and step.target == act.at:
            return True
        if step.target == act.at:
            return False
    return False


def _expected(path: Path, deal: Deal) -> Expected:
    paid = deal.amount_fen if path.deposit_share is not None else 0
    from_deposit = path.deposit_share.of(paid) if path.deposit_share is not None else 0
    if path.end == State.CLOSED:
        return Expected(
            state=path.end,
            collected=paid,
            refunded=0,
            fee=deal.service_fee_fen + deal.other_fee_fen,
            deposit_change=-from_deposit,
        )
    # Whatever else was paid for was not bought: all but the third parties' lines goes back, to
    # the deposit first what it paid, unless the institution cannot pay its part.
    back = max(paid - deal.third_party_fen, 0)
    to_deposit = back if path.refund == State.CREDITED else min(from_deposit, back)
    return Expected(
        state=path.end,
        collected=paid,
        refunded=back,
        fee=0,
        deposit_change=to_deposit - from_deposit,
    )
