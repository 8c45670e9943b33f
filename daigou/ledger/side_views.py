"""Owns what is read of tips and of consultations: values that the gateway shows."""

from dataclasses import dataclass
from datetime import datetime

from daigou.domain.clocks import Clock
from daigou.domain.commands import Calendar, Topic
from daigou.domain.facts import Facts
from daigou.domain.ids import ConsultationId, OrderId, PartyId, TipId
from daigou.domain.money import Money
from daigou.domain.order import Parties, Role, State
from daigou.ledger.subject_views import next_due


@dataclass(frozen=True, slots=True, kw_only=True)
class TipView:
    """A tip for an order (PSR-21)."""

    id: TipId
    order: OrderId
    client: PartyId
    provider: PartyId
    amount: Money
    state: State
    sequence: int
    terms_version: str
    clocks: tuple[Clock, ...]
    next_actor: Role | None
    given_at: datetime
    ended_at: datetime | None

    @property
    def parties(self) -> Parties:
        """Who gives it, and to whom."""
        return Parties.between(client=self.client, provider=self.provider)

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
        """When it was given."""
        return self.given_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationView:
    """A question to the platform, and by when it is answered (UA-4-6)."""

    id: ConsultationId
    asker_role: Role
    asker: PartyId
    topic: Topic
    answer_by: datetime
    calendar: Calendar
    state: State
    sequence: int
    terms_version: str
    clocks: tuple[Clock, ...]
    next_actor: Role | None
    asked_at: datetime
    ended_at: datetime | None

    @property
    def parties(self) -> Parties:
        """Whoever asks, and nobody else."""
        return Parties.only(self.asker_role, self.asker)

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
        """When it was asked."""
        return self.asked_at
