"""Owns what the API answers with: the ledger's views as they travel."""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from daigou.domain.book import JournalKind, MovementKind, MovementState
from daigou.domain.cautions import CAUTIONS
from daigou.domain.clauses import Clause, Duty
from daigou.domain.clocks import Clock
from daigou.domain.commands import CautionKind, Line, LineCode
from daigou.domain.facts import Cautioned
from daigou.domain.lifecycle import FULFILMENT, TABLES
from daigou.domain.lifecycle.table import Table
from daigou.domain.mandate import MandateText
from daigou.domain.money import Fee
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.domain.steps import Receipt
from daigou.domain.sweeps import SWEEPS, Severity, SweepName
from daigou.domain.terms import Terms
from daigou.ledger.views import (
    DepositView,
    EntryView,
    FindingView,
    ItemView,
    JournalView,
    MovementView,
    OrderView,
    PartyView,
    RechargeView,
    TransitionView,
)
from gateway.wire import Answered, Moment, Sum


class ReceiptAnswer(Answered):
    """A command was carried out; this is where its subject stands after it."""

    id: Annotated[str, Field(description="The order or recharge.", examples=["ord_2026_0001"])]
    sequence: Annotated[int, Field(description="The number of its latest transition.")]
    state: Annotated[State, Field(description="Of the item that moved, or of the order itself.")]
    item: Annotated[str | None, Field(description="The parcel, question, … that moved.")] = None
    order_state: State
    at: Annotated[Moment, Field(description="The moment that counts for the command.")]
    next_actor: Role | None
    due_at: Annotated[Moment | None, Field(description="When the next deadline strikes.")]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "ord_2026_0001",
                    "sequence": 2,
                    "state": "accepted",
                    "item": None,
                    "order_state": "accepted",
                    "at": "2026-11-22T01:30:00Z",
                    "next_actor": "client",
                    "due_at": "2026-11-23T01:30:00Z",
                }
            ]
        }
    )

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        """The receipt as it travels."""
        return cls(
            id=receipt.subject,
            sequence=receipt.sequence,
            state=receipt.state,
            item=receipt.item or None,
            order_state=receipt.order_state,
            at=receipt.at,
            next_actor=receipt.next_actor,
            due_at=receipt.due,
        )


class LineAnswer(Answered):
    """A line of the order amount, and who collects it (PSR-6, PSR-7)."""

    code: LineCode
    label: str
    amount: Sum
    collector: str

    @classmethod
    def of(cls, line: Line) -> Self:
        """The line as it travels."""
        return cls(
            code=line.code, label=line.label, amount=Sum.of(line.amount), collector=line.collector
        )


class FeeAnswer(Answered):
    """The service fee, with all that it was computed from (PSR-10-1)."""

    base: Sum
    rate: Annotated[str, Field(examples=["1/1000"])]
    rounding: Annotated[str, Field(examples=["half_up"])]
    amount: Sum

    @classmethod
    def of(cls, fee: Fee) -> Self:
        """The fee as it travels."""
        return cls(
            base=Sum.of(fee.base), rate=fee.rate, rounding=fee.rounding, amount=Sum.of(fee.amount)
        )


class RefundAnswer(Answered):
    """A refund through the payment institution, on an axis of its own (PSR-9)."""

    item: Annotated[str, Field(examples=["ord_2026_0001/5"])]
    number: Annotated[str, Field(description="Its number in the path of its commands.")]
    state: State
    amount: Sum


class ItemAnswer(Answered):
    """Something of an order with a life of its own: a parcel, a requirement, a question, …"""

    item: Annotated[str, Field(examples=["ord_2026_0001/5"])]
    number: Annotated[str, Field(description="Its number in the path of its commands.")]
    state: State
    says: Annotated[str, Field(description="The state in words.")]
    next_actor: Role | None
    due_at: Moment | None
    opening: Annotated[dict[str, Any], Field(description="What the command said that opened it.")]
    opened_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, item: ItemView) -> Self:
        """The item as it travels."""
        return cls(
            item=item.item,
            number=item.number,
            state=item.state,
            says=TABLES[item.table].says(item.state),
            next_actor=item.next_actor if item.ended_at is None else None,
            due_at=_next_due(item.clocks),
            opening=item.opening,
            opened_at=item.opened_at,
            ended_at=item.ended_at,
        )


class CautionAnswer(Answered):
    """A caution about the goods: what it warns of, and what it excludes later (PSR-15)."""

    caution: CautionKind
    says: str
    clause: str
    acknowledged: bool
    excludes: tuple[str, ...]

    @classmethod
    def of(cls, cautioned: Cautioned) -> Self:
        """The caution as it travels."""
        rule = CAUTIONS[cautioned.caution]
        excluded = {
            "inspection": rule.excludes_inspection,
            "deposit_refund": rule.excludes_deposit_refund,
            "dissolution": rule.excludes_dissolution,
        }
        return cls(
            caution=cautioned.caution,
            says=rule.says,
            clause=rule.clause,
            acknowledged=cautioned.acknowledged,
            excludes=tuple(name for name, is_so in excluded.items() if is_so),
        )


class AgreedAnswer(Answered):
    """What is agreed now: it changes with the seller's price (PSR-10-2)."""

    quantity: int
    goods: Sum
    freight: Sum


class AdvanceAnswer(Answered):
    """An advance deposit, and by when the balance is due (PSR-15-2)."""

    amount: Sum
    balance_by: Moment
    bought: Annotated[bool, Field(description="Whether it has gone to the seller.")]


class ProductAnswer(Answered):
    """What is bought, as it was asked for."""

    link: str
    offer_id: str
    title: str
    seller_name: str
    specification: str
    category: str
    quantity: int
    unit_price: Sum


class InferenceAnswer(Answered):
    """A fact that was settled without doubt, and from what (PSR-1-3)."""

    fact: str
    source: str


class MandateAnswer(Answered):
    """What the client agreed to, and when (PSR-1-2)."""

    version: str
    digest: str
    agreed_at: Moment


class DeadlineAnswer(Answered):
    """A deadline that runs now: at `due_at` it pulls `trigger`."""

    term: Annotated[str, Field(examples=["payment"])]
    item: Annotated[str | None, Field(description="Whose deadline it is, if not the order's own.")]
    trigger: Trigger
    says: str
    due_at: Moment
    clause: str
    ends_the_state: Annotated[
        bool, Field(description="False for a reminder, which leaves the order where it is.")
    ]


class OrderAnswer(Answered):
    """An order."""

    id: str
    state: State
    says: Annotated[str, Field(description="The state in words.")]
    sequence: int
    next_actor: Role | None
    due_at: Moment | None
    client_id: str
    provider_id: str
    storage_id: str
    logistics_id: str | None
    promoter_id: str | None
    product: ProductAnswer
    freight: Sum
    delivery_address: str
    mandate: MandateAnswer
    inferred: tuple[InferenceAnswer, ...]
    terms_version: str
    lines: Annotated[tuple[LineAnswer, ...], Field(description="Empty until the provider accepts.")]
    fee: FeeAnswer | None
    amount: Annotated[Sum | None, Field(description="The whole order amount.")]
    collected: Sum
    refunded: Sum
    fee_earned: Sum
    due_now: Annotated[Sum | None, Field(description="What the client is to pay now, in whole.")]
    agreed: AgreedAnswer
    offer: Annotated[
        AgreedAnswer | None, Field(description="A part that the seller offers instead (PSR-9).")
    ]
    advance: AdvanceAnswer | None
    cautions: tuple[CautionAnswer, ...]
    storage_unpaid: Annotated[Sum, Field(description="Charges that the deposit could not pay.")]
    brokerage_rate: Annotated[
        str | None, Field(description="Fixed at payment (PSR-19).", examples=["1/5"])
    ]
    parcels: tuple[ItemAnswer, ...]
    requirements: tuple[ItemAnswer, ...]
    questions: tuple[ItemAnswer, ...]
    opinions: Annotated[
        tuple[ItemAnswer, ...], Field(description="The platform's; none is final (PSR-20).")
    ]
    refunds: tuple[RefundAnswer, ...]
    placed_at: Moment
    entered_at: Annotated[Moment, Field(description="Since when it is in this state.")]
    ended_at: Moment | None

    @classmethod
    def of(cls, order: OrderView) -> Self:
        """The order as it travels."""
        request, parties, facts = order.request, order.parties, order.facts
        return cls(
            id=order.id,
            state=order.state,
            says=FULFILMENT.says(order.state),
            sequence=order.sequence,
            next_actor=order.next_actor,
            due_at=order.next_due_at,
            client_id=parties.client,
            provider_id=parties.provider,
            storage_id=parties.storage,
            logistics_id=parties.logistics,
            promoter_id=parties.promoter,
            product=ProductAnswer(
                link=request.product_link,
                offer_id=request.offer_id,
                title=request.title,
                seller_name=request.seller_name,
                specification=request.specification,
                category=request.category,
                quantity=request.quantity,
                unit_price=Sum.of(request.unit_price),
            ),
            freight=Sum.of(request.freight),
            delivery_address=request.delivery_address,
            mandate=MandateAnswer(
                version=request.mandate.version,
                digest=request.mandate.digest,
                agreed_at=request.mandate.agreed_at,
            ),
            inferred=tuple(
                InferenceAnswer(fact=each.fact, source=each.source) for each in request.inferred
            ),
            terms_version=order.terms_version,
            lines=tuple(LineAnswer.of(line) for line in order.lines),
            fee=FeeAnswer.of(order.fee) if order.fee else None,
            amount=Sum.of(order.amount) if order.amount is not None else None,
            collected=Sum.of(order.collected),
            refunded=Sum.of(order.refunded),
            fee_earned=Sum.of(order.fee_earned),
            due_now=Sum.of(order.due_now) if order.due_now is not None else None,
            agreed=AgreedAnswer(
                quantity=facts.quantity,
                goods=Sum.of(facts.goods),
                freight=Sum.of(facts.freight),
            ),
            offer=AgreedAnswer(
                quantity=facts.offer.quantity,
                goods=Sum.of(facts.offer.goods),
                freight=Sum.of(facts.offer.freight),
            )
            if facts.offer
            else None,
            advance=AdvanceAnswer(
                amount=Sum.of(facts.advance.amount),
                balance_by=facts.advance.balance_by,
                bought=facts.advance_bought,
            )
            if facts.advance
            else None,
            cautions=tuple(CautionAnswer.of(each) for each in facts.cautions),
            storage_unpaid=Sum.of(facts.storage_unpaid),
            brokerage_rate=str(order.brokerage_rate) if order.brokerage_rate else None,
            parcels=_items(order, TableName.PARCEL),
            requirements=_items(order, TableName.REQUIREMENT),
            questions=_items(order, TableName.QUESTION),
            opinions=_items(order, TableName.OPINION),
            refunds=refunds_of(order),
            placed_at=order.placed_at,
            entered_at=order.entered_at,
            ended_at=order.ended_at,
        )


class OrderPage(Answered):
    """Some orders, the newest first; ask on with `starting_after` the last one's id."""

    data: tuple[OrderAnswer, ...]
    has_more: bool


class TransitionAnswer(Answered):
    """One step of the way: what was done, by whom, by which clause, and what it changed."""

    sequence: int
    axis: Annotated[TableName, Field(description="The lifecycle table that moved.")]
    item: Annotated[str | None, Field(description="The parcel, refund, … on a side axis.")]
    trigger: Trigger
    source: State
    target: State
    role: Role
    party: str
    app: str | None
    clause: str
    facts: Annotated[dict[str, Any], Field(description="What the command said.")]
    note: Annotated[str | None, Field(description="Free words with it, unless they were erased.")]
    note_erased: Annotated[bool, Field(description="There were words, and they were erased.")]
    at: Annotated[Moment, Field(description="The moment that counts.")]
    recorded_at: Moment
    notices: Annotated[tuple[str, ...], Field(description="Who was told of it, and what.")]

    @classmethod
    def of(cls, step: TransitionView, *, note: str | None = None) -> Self:
        """The transition as it travels."""
        return cls(
            sequence=step.sequence,
            axis=step.table,
            item=step.item or None,
            trigger=step.trigger,
            source=step.source,
            target=step.target,
            role=step.actor.role,
            party=step.actor.party,
            app=step.actor.app or None,
            clause=step.clause,
            facts=step.facts,
            note=note,
            note_erased=note is None and bool(step.facts.get("note_ref")),
            at=step.at,
            recorded_at=step.recorded_at,
            notices=step.notices,
        )


class TimelineAnswer(Answered):
    """Everything that happened to an order, in the order of its happening."""

    id: str
    data: tuple[TransitionAnswer, ...]


class LegAnswer(Answered):
    """One entry: a debit if positive; the account's balance after it."""

    account: Annotated[str, Field(examples=["escrow:ord_2026_0001"])]
    amount: Sum
    balance: Sum


class JournalAnswer(Answered):
    """Entries that belong together and sum to zero."""

    sequence: Annotated[int, Field(description="The transition that it belongs to.")]
    kind: JournalKind
    clause: str
    at: Moment
    legs: tuple[LegAnswer, ...]

    @classmethod
    def of(cls, journal: JournalView) -> Self:
        """The journal as it travels."""
        return cls(
            sequence=journal.sequence,
            kind=journal.kind,
            clause=journal.clause,
            at=journal.at,
            legs=tuple(
                LegAnswer(
                    account=leg.account, amount=Sum.of(leg.amount), balance=Sum.of(leg.balance)
                )
                for leg in journal.legs
            ),
        )


class MovementAnswer(Answered):
    """Money that moved outside, or is to, by our reference for it."""

    reference: Annotated[str, Field(examples=["ord_2026_0001/3"])]
    kind: MovementKind
    amount: Sum
    state: MovementState
    external_ref: str | None
    reason: str | None
    sent_at: Moment
    settled_at: Moment | None

    @classmethod
    def of(cls, movement: MovementView) -> Self:
        """The movement as it travels."""
        return cls(
            reference=movement.reference,
            kind=movement.kind,
            amount=Sum.of(movement.amount),
            state=movement.state,
            external_ref=movement.external_ref or None,
            reason=movement.reason or None,
            sent_at=movement.sent_at,
            settled_at=movement.settled_at,
        )


class StatementAnswer(Answered):
    """The order's money: what is charged and by whom, what was paid, every entry behind it."""

    id: str
    lines: tuple[LineAnswer, ...]
    fee: FeeAnswer | None
    amount: Sum | None
    collected: Sum
    refunded: Sum
    fee_earned: Sum
    refunds: tuple[RefundAnswer, ...]
    journals: tuple[JournalAnswer, ...]
    movements: tuple[MovementAnswer, ...]


class DeadlinesAnswer(Answered):
    """The deadlines that run now, the next one first."""

    id: str
    data: tuple[DeadlineAnswer, ...]


class ActionAnswer(Answered):
    """One command: whether it is allowed now, until when, and if not, which clause forbids it."""

    trigger: Trigger
    method: Annotated[str, Field(examples=["POST /v1/orders/ord_2026_0001/accept"])]
    says: str
    allowed: bool
    leads_to: Annotated[State | None, Field(description="The state after it, if allowed.")]
    until: Annotated[Moment | None, Field(description="The deadline that ends it; null for none.")]
    clause: Annotated[str, Field(description="The clause that allows it, or forbids it.")]
    clause_says: str
    code: Annotated[RefusalCode | None, Field(description="Why it is not allowed.")]
    detail: str | None


class RoleActionsAnswer(Answered):
    """What one role of the calling application may do."""

    role: Role
    party: str
    actions: tuple[ActionAnswer, ...]


class AllowedActionsAnswer(Answered):
    """What may be done with an order now, role by role. Amounts and lines are judged on arrival."""

    id: str
    state: State
    at: Moment
    roles: tuple[RoleActionsAnswer, ...]


class DepositAnswer(Answered):
    """A client's deposit."""

    client_id: str
    balance: Sum
    frozen_for: Annotated[tuple[str, ...], Field(description="Why it is frozen; empty if not.")]

    @classmethod
    def of(cls, deposit: DepositView) -> Self:
        """The deposit as it travels."""
        return cls(
            client_id=deposit.client,
            balance=Sum.of(deposit.balance),
            frozen_for=deposit.frozen_for,
        )


class EntryAnswer(Answered):
    """One line of a deposit's statement, from the client's side."""

    number: int
    kind: JournalKind
    clause: str
    subject: Annotated[str, Field(description="The order or recharge that it belongs to.")]
    change: Sum
    balance: Sum
    at: Moment

    @classmethod
    def of(cls, entry: EntryView) -> Self:
        """The entry as it travels."""
        return cls(
            number=entry.number,
            kind=entry.kind,
            clause=entry.clause,
            subject=entry.subject,
            change=Sum.of(entry.change),
            balance=Sum.of(entry.balance),
            at=entry.at,
        )


class EntryPage(Answered):
    """Some entries; ask on with `starting_after` the last one's number."""

    data: tuple[EntryAnswer, ...]
    has_more: bool


class FindingAnswer(Answered):
    """Something amiss that a sweep found. Ids and codes only."""

    number: Annotated[int, Field(description="Its place in lists.", examples=[17])]
    sweep: SweepName
    severity: Severity
    subject: Annotated[
        str, Field(description="The order, recharge or other thing.", examples=["ord_2026_0001"])
    ]
    detail: Annotated[str, Field(description="What is amiss.", examples=["no_workflow"])]
    open: Annotated[bool, Field(description="Whether it was still there at the last look.")]
    first_seen: Annotated[Moment, Field(description="Of its present or last opening.")]
    last_seen: Moment
    cleared_at: Moment | None
    times: Annotated[int, Field(description="How often it opened.", examples=[1])]

    @classmethod
    def of(cls, finding: FindingView) -> Self:
        """The finding as it travels."""
        sweep = SweepName(finding.sweep)
        return cls(
            number=finding.number,
            sweep=sweep,
            severity=SWEEPS[sweep].severity,
            subject=finding.subject,
            detail=finding.detail,
            open=finding.cleared_at is None,
            first_seen=finding.first_seen,
            last_seen=finding.last_seen,
            cleared_at=finding.cleared_at,
            times=finding.times,
        )


class FindingPage(Answered):
    """Some findings; ask on with `starting_after` the last one's number."""

    data: tuple[FindingAnswer, ...]
    has_more: bool


class RechargeAnswer(Answered):
    """A recharge of a deposit."""

    id: str
    client_id: str
    amount: Sum
    state: State
    sequence: int
    due_at: Moment | None
    requested_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, recharge: RechargeView) -> Self:
        """The recharge as it travels."""
        return cls(
            id=recharge.id,
            client_id=recharge.client,
            amount=Sum.of(recharge.amount),
            state=recharge.state,
            sequence=recharge.sequence,
            due_at=_next_due(recharge.clocks),
            requested_at=recharge.requested_at,
            ended_at=recharge.ended_at,
        )


class AgreementAnswer(Answered):
    """The user agreement that a client accepted (UA-1-1)."""

    version: str
    agreed_at: Moment


class PartyAnswer(Answered):
    """A registered party. Contacts are kept apart and never answered with."""

    id: str
    role: Role
    name: Annotated[str | None, Field(description="Of a business; a client is not named.")]
    country: str
    address: Annotated[str | None, Field(description="Of a storage: where goods are received.")]
    agreement: AgreementAnswer | None
    registered_at: Moment

    @classmethod
    def of(cls, party: PartyView) -> Self:
        """The party as it travels."""
        agreed = party.agreement_version, party.agreed_at
        return cls(
            id=party.id,
            role=party.role,
            name=party.name or None,
            country=party.country,
            address=party.address or None,
            agreement=AgreementAnswer(version=agreed[0], agreed_at=agreed[1])
            if agreed[0] is not None and agreed[1] is not None
            else None,
            registered_at=party.registered_at,
        )


class MandateDeclarationAnswer(Answered):
    """The mandate declaration, to be shown to the client before the click (PSR-1-2)."""

    version: str
    text: str
    digest: Annotated[str, Field(description="SHA-256 of the text in UTF-8, in hex.")]

    @classmethod
    def of(cls, mandate: MandateText) -> Self:
        """The declaration as it travels."""
        return cls(version=mandate.version, text=mandate.text, digest=mandate.digest)


class LimitsAnswer(Answered):
    """Bounds on what one command may ask."""

    quantity_max: int
    order_fen_max: int
    recharge_fen_min: int
    recharge_fen_max: int
    lines_max: int
    rate_age_days_max: int


class TermsAnswer(Answered):
    """The terms that a new order begins with. Durations are those of the rules, unscaled."""

    version: str
    mandate: str
    fee_rate: Annotated[str, Field(examples=["1/1000"])]
    fee_rounding: str
    time_scale: Annotated[int, Field(description="Every duration is divided by it (demos).")]
    durations_seconds: dict[str, int]
    statutory_seconds: Annotated[dict[str, int], Field(description="By country (PSR-13-2).")]
    statutory_elsewhere_seconds: int
    sales_location: str
    limits: LimitsAnswer
    prohibited_categories: tuple[str, ...]

    @classmethod
    def of(cls, terms: Terms, *, time_scale: int) -> Self:
        """The terms as they travel."""
        limits = terms.limits
        return cls(
            version=terms.version,
            mandate=terms.mandate,
            fee_rate=f"{terms.fee_rate.numerator}/{terms.fee_rate.denominator}",
            fee_rounding="half_up",
            time_scale=time_scale,
            durations_seconds={
                name: int(each.total_seconds()) for name, each in terms.durations.items()
            },
            statutory_seconds={
                country: int(each.total_seconds())
                for country, each in terms.statutory_by_country.items()
            },
            statutory_elsewhere_seconds=int(terms.statutory_elsewhere.total_seconds()),
            sales_location=terms.sales_location,
            limits=LimitsAnswer(
                quantity_max=limits.quantity_max,
                order_fen_max=limits.order_fen_max,
                recharge_fen_min=limits.recharge_fen_min,
                recharge_fen_max=limits.recharge_fen_max,
                lines_max=limits.lines_max,
                rate_age_days_max=limits.rate_age_days_max,
            ),
            prohibited_categories=tuple(sorted(terms.prohibited_categories)),
        )


class ClauseAnswer(Answered):
    """A duty out of the rules, in our own words."""

    id: Annotated[str, Field(examples=["PSR-12-7"])]
    duty: Duty
    say: str

    @classmethod
    def of(cls, clause: Clause) -> Self:
        """The clause as it travels."""
        return cls(id=clause.id, duty=clause.duty, say=clause.say)


class ClausesAnswer(Answered):
    """The catalogue of duties."""

    data: tuple[ClauseAnswer, ...]


class HealthAnswer(Answered):
    """The process, or all that it needs, is well."""

    status: Annotated[str, Field(examples=["ok"])]


def collection_of(table: Table) -> str:
    """What the items of a table are called in a path."""
    return f"{table.name}s"


def refunds_of(order: OrderView) -> tuple[RefundAnswer, ...]:
    """The refunds of an order, each with its number in the path of its commands."""
    return tuple(
        RefundAnswer(
            item=each.item, number=each.number, state=each.state, amount=Sum.of(each.amount)
        )
        for each in order.items_of(TableName.REFUND)
        if each.amount is not None
    )


def _items(order: OrderView, table: TableName) -> tuple[ItemAnswer, ...]:
    return tuple(ItemAnswer.of(item) for item in order.items_of(table))


def _next_due(clocks: tuple[Clock, ...]) -> Any:
    return min((clock.due for clock in clocks), default=None)
