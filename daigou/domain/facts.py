"""Owns what an order knows beyond its state: the facts that guards and templates decide by.

Facts are folded from the rows that an order took, the same way wherever they are needed: in its
workflow, in the books, and at the edge.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from daigou.domain.commands import (
    NO_DRIFT,
    ActualPrice,
    AdvanceDeposit,
    CaseRefund,
    Cause,
    CauseFound,
    Caution,
    CautionKind,
    Dispatch,
    Disposal,
    DriftLimit,
    LimitPriceDrift,
    MoreEvidence,
    Pay,
    RecordPurchase,
    Remedy,
    Request,
    RequestDissolution,
    Require,
    ReturnCost,
    SellerAgreement,
    SellerConsent,
    SellerRefund,
    WarehouseReceipt,
)
from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, TableName, Trigger
from daigou.domain.own_facts import OWN_FACTS, Claimed
from daigou.domain.screening import Verdict
from daigou.domain.taken import Taken

WAY = (
    State.PURCHASED,
    State.GOING_BACK,
    State.DISPATCHED,
    State.WAREHOUSE_OBJECTION,
    State.WAREHOUSED,
    State.STORED,
    State.EXPORTED,
    State.DELIVERED,
)
"""The stages of goods on their way, the slowest first. What logistics objects to is slower than
what it may still object to: the order stands where it is held up."""

_STAGE = {state: state for state in WAY} | {
    State.HANDED_BACK: State.GOING_BACK,
    State.LOST: State.DISPATCHED,
    State.PACKAGE_REFUSED: State.EXPORTED,
}
_WITHOUT_GOODS = {
    State.CLAIMED: State.CLOSED,
    State.ABANDONED: State.ABANDONED,
    State.RETURNED: State.UNREALIZABLE,
}
"""Where an order ends of which no parcel arrived, by what became of its parcels."""

PAST_CUSTOMS = frozenset({State.EXPORTED, State.PACKAGE_REFUSED, State.DELIVERED, State.CLAIMED})
TO_GO_BACK = frozenset(
    {
        State.DISPATCHED,
        State.WAREHOUSED,
        State.WAREHOUSE_OBJECTION,
        State.STORED,
        State.GOING_BACK,
    }
)
"""Where goods are that the seller gets back before it pays back."""
_HERE_AGAIN = frozenset({State.DISPATCHED, State.WAREHOUSED})
"""Where goods come from the seller, or from their way back to it."""
_OPEN = frozenset(
    {
        State.AWAITING_OUTCOME,
        State.ASKING_SELLER,
        State.TERMS_OFFERED,
        State.RETURNING,
        State.AWAITING_REFUND,
        State.SETTLING,
        State.CHECKING,
        State.AWAITING_EVIDENCE,
        State.AWAITING_PROOF,
    }
)
"""Where a case stands that holds its order up."""
_GRANTED = frozenset({State.RETURNING, State.AWAITING_REFUND, State.SETTLING, State.CHASING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel of the order: how many of the goods are in it, and where it is.

    `returned` says that it left for the seller, and is not here again.
    """

    item: str
    quantity: int
    state: State
    returned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A cancellation or a dissolution: the last one that was asked for.

    `granted` says that it cannot be taken back any more. Of what the seller agreed to pay back,
    `expected` in all, `received` has come; `penalty` is what it charges. `losses` counts the
    parcels lost on their way back that the seller has answered for, and that were not found since.
    `remedy` is what the seller wants done with delivered goods; of what that cost, `cost` in all,
    `cost_paid` has come back. `evidence` is what the client handed in for it (PSR-13-1), `late`
    what came once the seller had been asked.
    """

    item: str
    table: TableName
    state: State
    granted: bool = False
    expected: Money = ZERO
    received: Money = ZERO
    penalty: Money = ZERO
    losses: int = 0
    remedy: Remedy | None = None
    cost: Money = ZERO
    cost_paid: Money = ZERO
    evidence: tuple[str, ...] = ()
    late: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it holds the order up."""
        return self.state in _OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A special requirement, and what became of it (PSR-3-1)."""

    item: str
    needed: bool
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Cautioned:
    """A caution that was raised, and whether the client acknowledged it (PSR-15)."""

    caution: CautionKind
    acknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an order knows; or a subject that is no order, which has what it knows of itself alone,
    under the name of its table.

    `quantity`, `goods` and `freight` are what is agreed now; `offer` is what the seller offers
    instead, while the client decides. `paying_in` is the state that the payment under way was made
    in. `advance_bought` says that the advance deposit has gone to the seller (PSR-15-2). `drifted`
    is what was charged of the drift limit since the client said it (PSR-10-2). `cancellable_until`
    is fixed when the agreement takes effect (PSR-12-2). `seller_refused` says that the seller once
    refused to dissolve (PSR-13-4). `held` says that the order's own clocks stand still, for a case.
    `seller_refunds` are the seller's own numbers of what it paid.
    """

    quantity: int = 0
    goods: Money = ZERO
    freight: Money = ZERO
    offer: ActualPrice | None = None
    drift_limit: DriftLimit = NO_DRIFT
    drifted: Money = ZERO
    cautions: tuple[Cautioned, ...] = ()
    advance: AdvanceDeposit | None = None
    advance_bought: bool = False
    paying_in: State | None = None
    parcels: tuple[Parcel, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    storage_unpaid: Money = ZERO
    causes: tuple[Cause, ...] = ()
    cancellable_until: datetime | None = None
    case: Case | None = None
    seller_refused: bool = False
    held: bool = False
    seller_refunds: tuple[str, ...] = ()
    claim: Claimed | None = None

    @property
    def price(self) -> Money:
        """What the seller is agreed to charge."""
        return self.goods + self.freight

    @property
    def with_seller(self) -> Money:
        """What the seller has of the price before it is asked for the rest (PSR-15-2)."""
        return self.advance.amount if self.advance and self.advance_bought else ZERO

    @property
    def refundable(self) -> Money:
        """The most that the seller can pay back: an advance deposit is lost (PSR-15-2)."""
        return max(ZERO, self.price - (self.advance.amount if self.advance else ZERO))

    @property
    def case_is_open(self) -> bool:
        """Whether a case holds the order up."""
        return self.case is not None and self.case.is_open

    @property
    def lost_on_the_way_back(self) -> int:
        """How many parcels were lost on their way back to the seller."""
        return sum(each.returned and each.state == State.LOST for each in self.parcels)

    @property
    def missing(self) -> int:
        """How many of the goods are not on their way yet."""
        return self.quantity - sum(parcel.quantity for parcel in self.parcels)

    @property
    def unacknowledged(self) -> tuple[CautionKind, ...]:
        """The cautions that the client has not acknowledged."""
        return tuple(each.caution for each in self.cautions if not each.acknowledged)

    @property
    def stage(self) -> State:
        """Where the order stands: where its slowest parcel does."""
        stages = [_STAGE[each.state] for each in self.parcels if each.state in _STAGE]
        if self.missing or not self.parcels:
            return State.PURCHASED
        if stages:
            return min(stages, key=WAY.index)
        became = {parcel.state for parcel in self.parcels}
        return next(end for state, end in _WITHOUT_GOODS.items() if state in became)

    def cautioned_of(self, *kinds: CautionKind) -> bool:
        """Whether a caution of one of these kinds was raised."""
        return any(each.caution in kinds for each in self.cautions)

    def after(self, row: Taken) -> "Facts":
        """The facts once a row was taken."""
        if row.table in OWN_FACTS:
            return self._with_own(row)
        facts = self._after_trigger(row)
        match row.table:
            case TableName.PARCEL:
                return facts._with_parcel(row)
            case TableName.REQUIREMENT:
                return facts._with_requirement(row)
            case TableName.CANCELLATION | TableName.DISSOLUTION:
                return facts._with_case(row)
            case TableName.FULFILMENT if row.target == State.EFFECTIVE:
                return facts._agreed_at_last(row)
            case TableName.FULFILMENT if row.ends:
                return replace(facts, held=False)
            case _:
                return facts

    def _with_own(self, row: Taken) -> "Facts":
        own = row.table.value
        return replace(self, **{own: OWN_FACTS[row.table](getattr(self, own), row)})

    def _after_trigger(self, row: Taken) -> "Facts":
        command = row.command
        match command:
            case Request():
                return facts_of(command)
            case Caution():
                return self._cautioned(command, acknowledged=row.trigger != Trigger.RAISE_CAUTION)
            case LimitPriceDrift():
                return replace(self, drift_limit=command.limit, drifted=ZERO)
            case Pay() if row.table == TableName.FULFILMENT:
                return replace(self, paying_in=row.source)
            case ActualPrice() if row.target == State.AWAITING_CHOICE:
                return replace(self, offer=command)
            case ActualPrice() if row.target == State.EFFECTIVE and command.total > self.price:
                rise = command.total - self.price
                return replace(self._agreed(command), drifted=self.drifted + rise)
            case ActualPrice():
                return self._agreed(command)
            case RecordPurchase():
                return replace(
                    self,
                    goods=command.goods,
                    freight=command.freight,
                    advance_bought=self.advance is not None,
                )
            case SellerRefund():
                return replace(
                    self,
                    goods=self.goods - command.goods,
                    freight=self.freight - command.freight,
                    seller_refunds=(*self.seller_refunds, command.external_ref),
                )
            case CaseRefund() | ReturnCost():
                return replace(self, seller_refunds=(*self.seller_refunds, command.external_ref))
            case CauseFound():
                return replace(self, causes=(*self.causes, command.cause))
        match row.trigger:
            case Trigger.FOLLOW_CASE:
                return replace(self, held=self.case_is_open)
            case Trigger.ACCEPT_PART if self.offer:
                return self._agreed(self.offer)
            case Trigger.CHARGE_STORAGE if not row.posts:
                return replace(self, storage_unpaid=self.storage_unpaid + row.storage_charge)
            case Trigger.PAY_STORAGE:
                return replace(self, storage_unpaid=ZERO)
            case _:
                return self

    def _agreed(self, price: ActualPrice) -> "Facts":
        return replace(
            self, goods=price.goods, freight=price.freight, quantity=price.quantity, offer=None
        )

    def _cautioned(self, caution: Caution, *, acknowledged: bool) -> "Facts":
        others = tuple(each for each in self.cautions if each.caution != caution.caution)
        now = Cautioned(caution=caution.caution, acknowledged=acknowledged)
        return replace(self, cautions=(*others, now))

    def _with_parcel(self, row: Taken) -> "Facts":
        quantity = self.missing
        if isinstance(row.command, Dispatch | WarehouseReceipt) and row.command.quantity:
            quantity = row.command.quantity
        leaves = row.trigger == Trigger.SEND_BACK
        turned = {"returned": leaves} if leaves or row.target in _HERE_AGAIN else {}
        parcel = Parcel(item=row.item, quantity=quantity, state=row.target)
        moved = _moved(self.parcels, row, parcel, **turned)
        return replace(self, parcels=moved)._without_what_was_found()

    def _without_what_was_found(self) -> "Facts":
        case, lost = self.case, self.lost_on_the_way_back
        if case is None or case.losses <= lost:
            return self
        return replace(self, case=replace(case, losses=lost))

    def _agreed_at_last(self, row: Taken) -> "Facts":
        return replace(self, cancellable_until=self.cancellable_until or row.cancellable_until)

    def _with_case(self, row: Taken) -> "Facts":
        case = self.case
        if case is None or row.source == State.NEW:
            case = Case(item=row.item, table=row.table, state=row.target)
        command = row.command
        if isinstance(command, SellerConsent):
            case = replace(
                case,
                expected=command.refund,
                penalty=case.penalty + command.penalty,
                losses=self.lost_on_the_way_back,
            )
        elif isinstance(command, SellerAgreement):
            case = replace(case, expected=command.refund, remedy=command.remedy)
        elif isinstance(command, Disposal):
            case = replace(case, cost=command.cost)
        elif isinstance(command, RequestDissolution):
            case = replace(case, evidence=command.evidence)
        elif isinstance(command, MoreEvidence) and row.source == State.ASKING_SELLER:
            case = replace(case, late=(*case.late, *command.evidence))
        elif isinstance(command, MoreEvidence):
            case = replace(case, evidence=(*case.evidence, *command.evidence))
        elif isinstance(command, CaseRefund):
            case = replace(case, received=case.received + command.amount)
        elif isinstance(command, ReturnCost):
            case = replace(case, cost_paid=case.cost_paid + command.amount)
        granted = case.granted or row.target in _GRANTED
        refused = row.table == TableName.DISSOLUTION and row.target == State.REFUSED
        return replace(
            self,
            case=replace(case, state=row.target, granted=granted),
            seller_refused=self.seller_refused or refused,
        )

    def _with_requirement(self, row: Taken) -> "Facts":
        needed = isinstance(row.command, Require) and row.command.needed
        return replace(
            self,
            requirements=_moved(
                self.requirements,
                row,
                Requirement(item=row.item, needed=needed, state=row.target),
            ),
        )


def facts_of(request: Request) -> Facts:
    """What an order knows when it is requested."""
    return Facts(
        quantity=request.quantity,
        goods=request.goods,
        freight=request.freight,
        drift_limit=request.drift_limit,
        cautions=tuple(Cautioned(caution=each) for each in cautions_of(request)),
        advance=request.advance,
    )


def cautions_of(request: Request) -> tuple[CautionKind, ...]:
    """The cautions that a request itself gives rise to (PSR-15)."""
    implied = (CautionKind.ADVANCE_DEPOSIT,) if request.advance else ()
    found = (CautionKind.SENSITIVE,) if _are_sensitive(request) else ()
    return tuple(dict.fromkeys((*request.cautions, *implied, *found)))


def _are_sensitive(request: Request) -> bool:
    return any(each.verdict == Verdict.SENSITIVE for each in request.findings)


def _moved(items: tuple[Any, ...], row: Taken, opened: Any, **changes: Any) -> tuple[Any, ...]:
    if row.source == State.NEW:
        return (*items, opened)
    return tuple(
        replace(each, state=row.target, **changes) if each.item == row.item else each
        for each in items
    )
