"""Notices: the outbox that holds what is to go out, and the channels that take it (PSR-27)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from daigou.domain.ids import SubjectId
from daigou.domain.notices import Channel
from daigou.domain.order import Role, State, TableName, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said: a transition, told to the party that holds a role on its subject.

    `id` is the same under every try and every replay: a receiver takes it once. `order_sequence`
    counts, without a gap, what the party is told of this subject. `due_at` is when the next
    deadline strikes, if the subject still is where the transition left it.
    """

    id: str
    event: str
    subject: SubjectId
    table: TableName
    sequence: int
    number: int
    order_sequence: int
    trigger: Trigger
    state: State
    clause: str
    at: datetime
    recipient_role: Role
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A person's or a business's e-mail address. Read when it is used, kept nowhere (PSR-23)."""

    email: str = field(repr=False)
    name: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A webhook's address. Each of `secrets` signs: while one is replaced there are two."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)


Address = Mailbox | Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The channel took it; `external_ref` is what it calls it."""

    external_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """The target did not answer, or asks for patience: nothing else reaches it either."""

    code: str
    wait: timedelta | None = None
    """At least so long, if the target said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The target is there and says no to this message. It is tried again all the same (PSR-27),
    but holds up no other."""

    code: str


Outcome = Taken | Later | Rejected
"""What became of a try. A `code` is lower case, digits and `_`, e.g. `http_503`, `smtp_550`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A delivery whose time has come: the try that is to be made now."""

    message: Message
    run: int
    attempt_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is due at one target, in the order of each subject; the target is ours by `lease`.

    `failures` is how often in a row the target failed before: one that failed is tried with a
    single delivery first.
    """

    target: str
    channel: Channel
    lease: str
    failures: int
    address: Address
    due: tuple[Due, ...]


class LeaseLostError(Exception):
    """Another sender has the target by now: what was sent here, it sends again."""


class Outbox(Protocol):
    """Where notices wait until they are out. Every method raises `BooksUnavailableError` where the
    database does not answer; what it was to note is then unknown, and may be done again."""

    def route(self, *, now: datetime) -> int:
        """Gives new notices to the channels of their parties; how many were looked at."""

    def claim(
        self, *, now: datetime, lease: str, channels: Collection[Channel], targets_max: int
    ) -> tuple[Batch, ...]:
        """Takes targets at which something is due, so that no other sender has them meanwhile."""

    def record(self, batch: Batch, due: Due, outcome: Outcome, *, now: datetime) -> None:
        """Notes what became of a try, and prolongs the lease.

        Raises:
            LeaseLostError: nothing was noted.
        """

    def release(self, batch: Batch, *, now: datetime) -> None:
        """Lets the target go until something is due at it again."""


A = TypeVar("A", contravariant=True)


class Sender(Protocol[A]):
    """A channel: sends one message to one address, once, and says what became of it."""

    async def send(self, message: Message, to: A, *, now: datetime) -> Outcome:
        """Never raises for what the other side does or does not do; bounded in time."""
