"""Owns the shapes that queries answer with: frozen values, never table rows."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from daigou.domain.book import Effects, JournalKind, MovementKind, MovementState
from daigou.domain.claims import grounds_of, weight_of
from daigou.domain.clocks import Clock
from daigou.domain.commands import Basis, Grounds, Line, LineCode, Loss, Request, TipGrounds
from daigou.domain.facts import Facts
from daigou.domain.ids import (
    AppKey,
    ClaimId,
    CouponId,
    MovementRef,
    OrderId,
    PartyId,
    RechargeId,
    SubjectId,
)
from daigou.domain.money import ZERO, Fee, Money, service_fee, total
from daigou.domain.order import Actor, Parties, Role, State, TableName, Trigger
from daigou.domain.own_facts import Claimed
from daigou.domain.terms import current, terms_of
from daigou.domain.tips import WENT_BACK, tip_grounds_of
from daigou.ledger.account_views import ChargebackView
from daigou.ledger.side_views import TipView
from daigou.ledger.subject_views import next_due

PAID_IN = frozenset({State.ACCEPTED, State.AWAITING_TOP_UP, State.AWAITING_BALANCE})
"""The states in which a client has something to pay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """A registered party. `address` is a storage provider's receiving address.

    `agreement_version` and `agreed_at` are set for a client that accepted the user agreement
    (UA-1-1); `country` is ISO 3166-1 alpha-2.
    """

    id: PartyId
    role: Role
    name: str
    country: str
    address: str
    agreement_version: str | None
    agreed_at: datetime | None
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationView:
    """A calling application, its roles and the party that it acts for (OP-4-5)."""

    key: AppKey
    name: str
    roles: frozenset[Role]
    party: PartyId
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """An item of an order on its own axis: a parcel, a requirement, a question, a refund, …

    `opening` is the command that opened it, none for a refund; `amount` is a refund's.
    """

    item: str
    table: TableName
    state: State
    clocks: tuple[Clock, ...]
    next_actor: Role | None
    opening: dict[str, Any]
    amount: Money | None
    opened_at: datetime
    ended_at: datetime | None

    @property
    def number(self) -> str:
        """Its number in the path of its commands."""
        return self.item.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """A claim on an order. `logistics` is set where the claim is against it; `admitted` is nothing
    until it was answered, `external_ref` is the number under which it was paid."""

    id: ClaimId
    order: OrderId
    client: PartyId
    provider: PartyId
    logistics: PartyId | None
    basis: Basis
    losses: tuple[Loss, ...]
    evidence: tuple[str, ...]
    claimed: Claimed
    external_ref: str
    state: State
    sequence: int
    terms_version: str
    clocks: tuple[Clock, ...]
    next_actor: Role | None
    made_at: datetime
    ended_at: datetime | None

    @property
    def parties(self) -> Parties:
        """Between whom it is: nobody else of its order takes part."""
        return Parties.of_claim(
            client=self.client, provider=self.provider, logistics=self.logistics
        )

    @property
    def facts(self) -> Facts:
        """What its table asks for."""
        return Facts(claim=self.claimed)

    @property
    def next_due_at(self) -> datetime | None:
        """When its next clock strikes."""
        return next_due(self.clocks)

    @property
    def opened_at(self) -> datetime:
        """When it was made."""
        return self.made_at

    @property
    def weight(self) -> Money:
        """What it counts for in what its provider is liable for (PSR-24)."""
        return weight_of(
            against=self.claimed.against,
            state=self.state,
            asked=self.claimed.asked,
            admitted=self.claimed.admitted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order as the read model holds it; `clocks` are the deadlines that run now.

    `next_due_at` is when the next one strikes, of the order or of one of its items.
    """

    id: OrderId
    state: State
    sequence: int
    parties: Parties
    request: Request
    terms_version: str
    clocks: tuple[Clock, ...]
    next_actor: Role | None
    lines: tuple[Line, ...]
    fee: Fee | None
    amount: Money | None
    collected: Money
    refunded: Money
    fee_earned: Money
    items: tuple[ItemView, ...]
    facts: Facts
    brokerage_rate: Fraction | None
    next_due_at: datetime | None
    placed_at: datetime
    entered_at: datetime
    ended_at: datetime | None
    claims: tuple[ClaimView, ...] = ()
    chargebacks: tuple[ChargebackView, ...] = ()
    tips: tuple[TipView, ...] = ()

    @property
    def opened_at(self) -> datetime:
        """When it was placed."""
        return self.placed_at

    @property
    def grounds(self) -> Grounds:
        """What a further claim on it can rest on (PSR-25)."""
        return grounds_of(
            state=self.state,
            facts=self.facts,
            lines=self.lines,
            claimed=total([claim.weight for claim in self.claims]),
        )

    @property
    def tip_grounds(self) -> TipGrounds:
        """What a further tip for it depends on (PSR-21-1)."""
        given = sum(tip.state not in WENT_BACK for tip in self.tips)
        return tip_grounds_of(facts=self.facts, given=given)

    def items_of(self, table: TableName) -> tuple[ItemView, ...]:
        """Its items of one kind, in the order of their opening."""
        return tuple(item for item in self.items if item.table == table)

    @property
    def due_now(self) -> Money | None:
        """What the client is to pay now; none where nothing is to be paid."""
        if self.amount is None or self.state not in PAID_IN:
            return None
        advance = self.facts.advance
        if advance and not self.collected:
            fee = service_fee(
                goods=advance.amount, freight=ZERO, rate=terms_of(self.terms_version).fee_rate
            )
            return advance.amount + fee.amount
        on_the_way_back = total(
            [each.amount for each in self.items if each.amount and each.state == State.DUE]
        )
        return self.amount - self.collected + self.refunded + on_the_way_back


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionView:
    """One line of a subject's timeline."""

    subject: SubjectId
    sequence: int
    table: TableName
    item: str
    trigger: Trigger
    source: State
    target: State
    actor: Actor
    clause: str
    facts: dict[str, Any]
    at: datetime
    recorded_at: datetime
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegView:
    """One entry: a debit if positive."""

    account: str
    amount: Money
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalView:
    """One journal of a subject, with its legs."""

    subject: SubjectId
    sequence: int
    kind: JournalKind
    clause: str
    at: datetime
    legs: tuple[LegView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementView:
    """Money that moved outside, or is to: by our reference, with its outcome if it is known."""

    reference: MovementRef
    kind: MovementKind
    amount: Money
    state: MovementState
    external_ref: str
    reason: str
    sent_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargeView:
    """A recharge of a deposit."""

    id: RechargeId
    client: PartyId
    amount: Money
    state: State
    sequence: int
    clocks: tuple[Clock, ...]
    requested_at: datetime
    ended_at: datetime | None

    @property
    def parties(self) -> Parties:
        """Its client, and nobody else."""
        return Parties.alone(self.client)

    @property
    def terms_version(self) -> str:
        """Not kept: those of today rule it."""
        return current().version

    @property
    def facts(self) -> Facts:
        """Its table asks for none."""
        return Facts()

    @property
    def next_actor(self) -> Role | None:
        """Not kept: it waits for the payment institution, or has ended."""
        return None

    @property
    def next_due_at(self) -> datetime | None:
        """When its next clock strikes."""
        return next_due(self.clocks)

    @property
    def opened_at(self) -> datetime:
        """When it was asked for."""
        return self.requested_at


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositView:
    """A client's deposit: what it may spend, and what it has frozen on it."""

    client: PartyId
    balance: Money
    frozen_for: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponView:
    """A client's coupon: up to `amount` off the lines that it reduces, once (UA-1-10).

    `redeemed_for` is the order that it was used for; none while it may still be used.
    """

    id: CouponId
    client: PartyId
    amount: Money
    reduces: frozenset[LineCode]
    valid_from: datetime
    valid_until: datetime
    issued_by: PartyId
    issued_at: datetime
    redeemed_for: OrderId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractView:
    """What a provider pays a promoter: `rate` of its fees, for orders paid in its time while the
    promoter is active (PSR-19). `replaces` is the contract whose rate this one changed."""

    id: int
    promoter: PartyId
    provider: PartyId
    rate: Fraction
    begins_at: datetime
    ends_at: datetime | None
    replaces: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One line of an account's statement. `change` and `balance` are from the holder's side."""

    number: int
    kind: JournalKind
    clause: str
    subject: SubjectId
    change: Money
    balance: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceView:
    """What an account of the ledger stands at: debit-positive, so what is owed is negative."""

    account: str
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewView:
    """What a command would do now, named by its digest (see `daigou.domain.preview`).

    `effects` are all journals, lines and refunds.
    """

    order: OrderId
    item: str
    sequence: int
    trigger: Trigger
    target: State
    clause: str
    digest: str
    effects: Effects
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """What a sweep found; open until `cleared_at` is set. `number` is its place in lists."""

    number: int
    sweep: str
    subject: str
    detail: str
    first_seen: datetime
    last_seen: datetime
    cleared_at: datetime | None
    times: int
