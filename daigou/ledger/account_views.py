"""Owns the shapes of what a client's account goes through: withdrawals, freezes, closings,
chargebacks, and the account itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from daigou.domain.account_facts import ChargedBack, Closing, Frozen
from daigou.domain.book import JournalKind
from daigou.domain.clocks import Clock
from daigou.domain.commands import Block, FreezeReason
from daigou.domain.facts import Facts, Sold
from daigou.domain.ids import (
    ChargebackId,
    ClosureId,
    FreezeId,
    MovementRef,
    OrderId,
    PartyId,
    SubjectId,
    WithdrawalId,
)
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Actor, Parties, Role, State
from daigou.ledger.subject_views import next_due


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalView:
    """Money on its way out of a deposit."""

    id: WithdrawalId
    client: PartyId
    amount: Money
    state: State
    sequence: int
    terms_version: str
    clocks: tuple[Clock, ...]
    next_actor: Role | None
    requested_at: datetime
    ended_at: datetime | None

    @property
    def parties(self) -> Parties:
        """Its client, and nobody else."""
        return Parties.alone(self.client)

    @property
    def facts(self) -> Facts:
        """Its table asks for none."""
        return Facts()

    @property
    def next_due_at(self) -> datetime | None:
        """When its next clock strikes."""
        return next_due(self.clocks)

    @property
    def opened_at(self) -> datetime:
        """When it was asked for."""
        return self.requested_at


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeView:
    """A freeze that somebody placed. `provider` or `logistics` is whom a contract was broken with;
    `transferred` is what of `amount` passed to it, none as long as nothing was decided."""

    id: FreezeId
    client: PartyId
    reason: FreezeReason
    clause: str
    blocks: tuple[Block, ...]
    author: Actor
    order: OrderId | None
    provider: PartyId | None
    logistics: PartyId | None
    amount: Money
    transferred: Money | None
    report: str
    inactive_since: datetime | None
    state: State
    sequence: int
    terms_version: str
    clocks: tuple[Clock, ...]
    next_actor: Role | None
    placed_at: datetime
    ended_at: datetime | None

    @property
    def parties(self) -> Parties:
        """The client, and whom it broke a contract with."""
        return parties_of_freeze(
            client=self.client, provider=self.provider, logistics=self.logistics
        )

    @property
    def facts(self) -> Facts:
        """Why it is."""
        return Facts(
            freeze=Frozen(
                reason=self.reason, amount=self.amount, inactive_since=self.inactive_since
            )
        )

    @property
    def next_due_at(self) -> datetime | None:
        """When its next clock strikes."""
        return next_due(self.clocks)

    @property
    def opened_at(self) -> datetime:
        """When it was placed."""
        return self.placed_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureView:
    """The closing of an account; `paid_out` is its rest, once that was paid."""

    id: ClosureId
    client: PartyId
    payment_method: str
    paid_out: Money | None
    state: State
    sequence: int
    terms_version: str
    clocks: tuple[Clock, ...]
    next_actor: Role | None
    requested_at: datetime
    ended_at: datetime | None

    @property
    def parties(self) -> Parties:
        """Its client, and nobody else."""
        return Parties.alone(self.client)

    @property
    def facts(self) -> Facts:
        """Where the rest is to be paid."""
        return Facts(closure=Closing(payment_method=self.payment_method))

    @property
    def next_due_at(self) -> datetime | None:
        """When its next clock strikes."""
        return next_due(self.clocks)

    @property
    def opened_at(self) -> datetime:
        """When it was asked for."""
        return self.requested_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargebackView:
    """A chargeback of a payment of an order. `owed` is what the client owes of it now, `returned`
    what its order gave back of it. `settled` says what of the debt is gone by journals of which
    kind, `given_back` what the deposit was given when it was won; `sold` are its order's goods."""

    id: ChargebackId
    order: OrderId
    client: PartyId
    provider: PartyId
    storage: PartyId
    logistics: PartyId | None
    institution: PartyId | None
    dispute: str
    payment: MovementRef
    charged_back: ChargedBack
    owed: Money
    returned: Money
    settled: Mapping[JournalKind, Money] = field(default_factory=dict)
    given_back: Money = ZERO
    sold: Sold | None = None
    state: State
    sequence: int
    terms_version: str
    clocks: tuple[Clock, ...]
    next_actor: Role | None
    reported_at: datetime
    ended_at: datetime | None

    @property
    def parties(self) -> Parties:
        """Those of its order, but for the promoter."""
        return Parties(
            client=self.client,
            provider=self.provider,
            storage=self.storage,
            logistics=self.logistics,
        )

    @property
    def facts(self) -> Facts:
        """What its table asks for."""
        return Facts(chargeback=self.charged_back)

    @property
    def next_due_at(self) -> datetime | None:
        """When its next clock strikes."""
        return next_due(self.clocks)

    @property
    def opened_at(self) -> datetime:
        """When it was reported."""
        return self.reported_at


class AccountState(StrEnum):
    """Where a client's account stands as a whole."""

    OPEN = "open"
    WINDING_UP = "winding_up"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtView:
    """What a client owes: of a chargeback of an order, or (of none) for what it cost others."""

    account: str
    amount: Money
    chargeback: ChargebackId | None
    order: OrderId | None
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezingView:
    """A freeze in force: what it forbids, and the subject whose step placed it and will lift it.

    A freeze of the time before subjects placed them has none. `note_ref` names the words with that
    step, `order` and `amount` what it is about, `state` where the subject stands.
    """

    reason: FreezeReason
    clause: str
    blocks: tuple[Block, ...]
    placed_at: datetime
    placed_by: Actor
    subject: SubjectId | None
    note_ref: str
    order: OrderId | None
    amount: Money | None
    state: State | None
    next_actor: Role | None
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedView:
    """Something of an account that goes on: an order, a withdrawal, a refund of an order, …"""

    id: str
    state: State
    next_actor: Role | None
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """A client's account. Of what is unfinished, `unfinished` has the first, `unfinished_in_all`
    counts it. `closure` is its closing, if it was not taken back."""

    client: PartyId
    state: AccountState
    balance: Money
    debts: tuple[DebtView, ...]
    freezes: tuple[FreezingView, ...]
    unfinished: tuple[UnfinishedView, ...]
    unfinished_in_all: int
    closure: ClosureId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """A payment of an order that was captured, and what of it was given back: to the client, or
    by chargebacks."""

    reference: MovementRef
    order: OrderId
    amount: Money
    refunded: Money
    disputed: Money

    @property
    def left(self) -> Money:
        """What of it can still be charged back."""
        return self.amount - self.refunded - self.disputed


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleView:
    """Evidence as it was staged, in canonical JSON; `words` are gone since `erased_at`."""

    chargeback: ChargebackId
    digest: str
    content: str
    words: str | None
    staged_at: datetime
    staged_by: PartyId
    erased_at: datetime | None


def parties_of_freeze(
    *, client: PartyId, provider: PartyId | None, logistics: PartyId | None
) -> Parties:
    """The client whose account is frozen, and whom it broke a contract with (UA-4-5)."""
    return Parties.of_claim(client=client, provider=provider or PartyId(""), logistics=logistics)
