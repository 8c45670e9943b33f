"""Owns the words of notices on the wire: endpoints, the delivery log, replays (PSR-27)."""

from datetime import datetime
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from daigou.domain.ids import SUBJECT_ID
from daigou.domain.lifecycle import TABLES
from daigou.domain.notices import Channel, DeliveryState
from daigou.domain.order import Role
from daigou.ledger.notice_views import EndpointView, NoticeView, Replayed
from gateway.wire import Answered, Asked, Moment

EVENTS = frozenset(
    notice.event for table in TABLES.values() for row in table.rows for notice in row.notices
)
PATTERNS = EVENTS | {event.partition(".")[0] + ".*" for event in EVENTS} | {"*"}
EVENTS_MAX = 50

EventPattern = Annotated[
    str, Field(pattern=r"^(\*|[a-z_]+\.(\*|[a-z_]+))$", max_length=80, examples=["order.*"])
]


class AddEndpointBody(Asked):
    """Where an application wants to be told of its party's events."""

    url: Annotated[
        str,
        Field(
            max_length=2000,
            pattern=r"^https?://[!-~]+$",
            description="An https address that anyone can reach; redirects are not followed.",
            examples=["https://shop.example.org/daigou"],
        ),
    ]
    events: Annotated[
        tuple[EventPattern, ...],
        Field(
            min_length=1,
            max_length=EVENTS_MAX,
            description="Events (`order.accepted`), families (`order.*`) or all (`*`).",
        ),
    ] = ("*",)

    @field_validator("url")
    @classmethod
    def _can_be_reached(cls, value: str, info: ValidationInfo) -> str:
        try:
            parts = urlsplit(value)
            named = bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            named = False
        if not named:
            raise PydanticCustomError("url", "names no host")
        if "@" in parts.netloc or parts.fragment:
            raise PydanticCustomError("url", "has neither a user nor a fragment")
        if parts.scheme != "https" and not (info.context or {}).get("allow_insecure"):
            raise PydanticCustomError("url", "is an https address")
        return value

    @field_validator("events")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(value) - PATTERNS):
            raise PydanticCustomError(
                "unknown_event", "names no event: {unknown}", {"unknown": ", ".join(unknown)}
            )
        return tuple(dict.fromkeys(value))


class RotateSecretBody(Asked):
    """A new secret; the old one signs as well for a day."""


class ReplayBody(Asked):
    """Once more, at once."""


class ReplayEndpointBody(Asked):
    """What to send again: all since a moment, or one order's (or recharge's) from a place on."""

    since: Moment | None = None
    subject: Annotated[
        str | None,
        Field(pattern=f"^({SUBJECT_ID.pattern})$", description="An order, a recharge or a claim."),
    ] = None
    from_order_sequence: Annotated[int, Field(ge=1, le=10**6)] = 1

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"subject": "ord_2026_0001", "from_order_sequence": 3}]}
    )

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if (self.since is None) == (self.subject is None):
            raise PydanticCustomError("contradiction", "names either `since` or `subject`")
        return self


class EndpointAnswer(Answered):
    """A webhook endpoint."""

    id: Annotated[str, Field(examples=["whk_2f1c"])]
    application: str
    party_id: str
    url: str
    events: tuple[str, ...]
    created_at: Moment
    disabled_at: Moment | None
    troubled_at: Annotated[
        Moment | None,
        Field(description="Since when it does not take what is sent; it is still tried."),
    ]
    failures: Annotated[int, Field(description="Tries in a row that it did not take.")]

    @classmethod
    def of(cls, endpoint: EndpointView) -> Self:
        """The endpoint as it travels."""
        return cls(**_endpoint(endpoint))


class NewEndpointAnswer(EndpointAnswer):
    """A webhook endpoint with its secret, which is shown now and never again."""

    secret: Annotated[
        str,
        Field(description="Verifies each message's signature (Standard Webhooks)."),
    ]

    @classmethod
    def with_secret(cls, endpoint: EndpointView, secret: str) -> Self:
        """The endpoint and its secret as they travel."""
        return cls(**_endpoint(endpoint), secret=secret)


class EndpointPage(Answered):
    """Some endpoints, by their ids; ask on with `starting_after` the last one's."""

    data: tuple[EndpointAnswer, ...]
    has_more: bool


class TryAnswer(Answered):
    """One try: `out`, `later` (the target did not answer) or `refused` (it said no)."""

    at: Moment
    outcome: Annotated[str, Field(examples=["later"])]
    code: Annotated[str | None, Field(examples=["http_503"])]


class NoticeAnswer(Answered):
    """A notice on one channel: what, to whom, and what became of it (PSR-27). A notice counts as
    delivered once the first of its channels took it: `sent_at`."""

    id: Annotated[str, Field(description="The `webhook-id` under which it is sent.")]
    subject: Annotated[str, Field(description="The order, recharge or claim.")]
    event: Annotated[str, Field(examples=["order.accepted"])]
    sequence: Annotated[int, Field(description="The transition that it tells of.")]
    number: int
    order_sequence: Annotated[
        int, Field(description="Its place among all that the party is told of the subject.")
    ]
    recipient_role: Role
    recipient_party: str | None
    channel: Channel
    endpoint_id: Annotated[str | None, Field(description="The endpoint of a webhook.")]
    state: DeliveryState
    at: Annotated[Moment, Field(description="When it happened.")]
    sent_at: Moment | None
    out_at: Annotated[Moment | None, Field(description="When this channel took it.")]
    next_try_at: Moment | None
    attempts: int
    replays: int
    refused: Annotated[bool, Field(description="The last try was turned down; it goes on.")]
    last_error: Annotated[str | None, Field(examples=["http_503"])]
    tries: Annotated[tuple[TryAnswer, ...], Field(description="The last ten, newest first.")]

    @classmethod
    def of(cls, notice: NoticeView) -> Self:
        """The line of the log as it travels."""
        return cls(
            id=notice.message_id,
            subject=notice.subject,
            event=notice.event,
            sequence=notice.sequence,
            number=notice.number,
            order_sequence=notice.order_sequence,
            recipient_role=notice.recipient_role,
            recipient_party=notice.party,
            channel=notice.channel,
            endpoint_id=notice.target if notice.channel == Channel.WEBHOOK else None,
            state=notice.state,
            at=notice.at,
            sent_at=notice.sent_at,
            out_at=notice.out_at,
            next_try_at=notice.next_try_at,
            attempts=notice.attempts,
            replays=notice.replays,
            refused=notice.refused,
            last_error=notice.last_error,
            tries=tuple(
                TryAnswer(at=each.at, outcome=each.outcome, code=each.code) for each in notice.tries
            ),
        )


class NoticePage(Answered):
    """Some notices, the newest first; ask on with `starting_after` the last one's id."""

    data: tuple[NoticeAnswer, ...]
    has_more: bool


class ReplayedAnswer(Answered):
    """What is sent again. With `has_more`, ask on with `since` this `last_at`: what waits already
    is not sent twice."""

    notices: int
    last_at: Moment | None
    has_more: bool

    @classmethod
    def of(cls, replayed: Replayed) -> Self:
        """The answer as it travels."""
        return cls(notices=replayed.notices, last_at=replayed.last_at, has_more=replayed.has_more)


def _endpoint(endpoint: EndpointView) -> dict[str, Any]:
    created: datetime = endpoint.created_at
    return {
        "id": endpoint.id,
        "application": endpoint.application,
        "party_id": endpoint.party,
        "url": endpoint.url,
        "events": endpoint.events,
        "created_at": created,
        "disabled_at": endpoint.disabled_at,
        "troubled_at": endpoint.troubled_at,
        "failures": endpoint.failures,
    }
