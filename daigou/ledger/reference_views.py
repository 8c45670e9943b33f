"""Owns the shapes of what orders refer to: frozen values, never table rows."""

from dataclasses import dataclass
from datetime import datetime

from daigou.domain.estimates import Rate
from daigou.domain.evidence import MediaType
from daigou.domain.ids import OrderId, PartyId
from daigou.domain.principal import Principal
from daigou.domain.screening import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule of the screening list with its history: who placed it, and who lifted it."""

    rule: Rule
    author: str
    placed_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalView:
    """A version of a provider's principal; `purchasing_person` is None once it was erased."""

    provider: PartyId
    version: int
    principal: Principal
    purchasing_person: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RateView:
    """A rate, and when it was loaded."""

    rate: Rate
    loaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """A piece of evidence without its bytes, which are gone since `erased_at` if that is set."""

    id: str
    order: OrderId
    author: PartyId
    media_type: MediaType
    size: int
    digest: str
    at: datetime
    erased_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureView:
    """What was erased of a party, in counts; `forced` says that orders of it had not ended."""

    party: PartyId
    author: str
    forced: bool
    contacts: int
    purchasing_persons: int
    notes: int
    evidence: int
    at: datetime
