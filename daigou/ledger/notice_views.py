"""Owns the shapes that the delivery log and the endpoints are answered in."""

from dataclasses import dataclass
from datetime import datetime

from daigou.domain.ids import AppKey, PartyId, SubjectId
from daigou.domain.notices import Channel, DeliveryState
from daigou.domain.order import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointView:
    """A webhook endpoint, without its secret. `troubled_at`: since when nothing reaches it."""

    id: str
    application: AppKey
    party: PartyId
    url: str
    events: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None
    troubled_at: datetime | None
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TryView:
    """One try of a delivery: `out`, `later` or `refused`, with a code where it is not out."""

    at: datetime
    outcome: str
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A notice on one channel, as the log has it (PSR-27). `replays` counts how often it was asked
    for again, `tries` has the last ten, the newest first; `sent_at` is the notice's own."""

    message_id: str
    subject: SubjectId
    sequence: int
    number: int
    order_sequence: int
    event: str
    recipient_role: Role
    party: PartyId | None
    channel: Channel
    target: str | None
    state: DeliveryState
    at: datetime
    routed_at: datetime
    next_try_at: datetime | None
    out_at: datetime | None
    sent_at: datetime | None
    replays: int
    attempts: int
    refused: bool
    last_error: str | None
    external_ref: str | None
    tries: tuple[TryView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How many notices are sent again, and whether there are more from `last_at` on."""

    notices: int
    last_at: datetime | None
    has_more: bool
