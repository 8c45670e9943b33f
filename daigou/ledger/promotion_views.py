"""Owns the shapes in which promoters' engagements, their brokerage and invitations are answered."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from daigou.domain.engagements import EngagementReason, EngagementState
from daigou.domain.ids import EngagementId, OrderId, PartyId
from daigou.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementChangeView:
    """A word on an engagement: it stands at `state` from `at` on (UA-1-11-13)."""

    state: EngagementState
    reason: EngagementReason
    clause: str
    author: PartyId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementView:
    """A promoter's contract with a promotion provider, with every word on it, the first first."""

    id: EngagementId
    promoter: PartyId
    promotion_provider: PartyId
    changes: tuple[EngagementChangeView, ...]

    @property
    def state(self) -> EngagementState:
        """Where it stands by its last word."""
        return self.changes[-1].state


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerageView:
    """What a promoter got by an order, to be paid out through its promotion provider (UA-1-13)."""

    order: OrderId
    promoter: PartyId
    provider: PartyId
    rate: Fraction
    fee_earned: Money
    brokerage: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView:
    """Who registered with whose code; the benefit is for orders before `benefit_until`, and before
    `ended_at` where the invitee closed its account (UA-1-14)."""

    invitee: PartyId
    inviter: PartyId
    registered_at: datetime
    benefit_until: datetime
    ended_at: datetime | None
