"""Owns the step: one transition with all that its transaction needs, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime

from daigou.domain.clocks import Clock
from daigou.domain.commands import Command
from daigou.domain.ids import SubjectId
from daigou.domain.money import Money
from daigou.domain.order import Actor, Role, State, TableName, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One transition of one subject, as it is to be written.

    `sequence` counts the subject's transitions from 1, without a gap, over all its axes; `item`
    names the parcel, question, refund, … on a side axis and is empty elsewhere. `at` is the moment
    that counts: for a deadline the instant it was due. `command_id` is the caller's idempotency
    key, or is derived from the subject where no caller acted; it is used once a subject. `variant`
    counts from 0 among the rows that share source and trigger. `time_scale` divides durations.
    """

    subject: SubjectId
    sequence: int
    table: TableName
    item: str
    trigger: Trigger
    source: State
    target: State
    clause: str
    actor: Actor
    command: Command
    command_id: str
    at: datetime
    recorded_at: datetime
    terms_version: str
    clocks: tuple[Clock, ...]
    next_actor: Role | None
    variant: int = 0
    time_scale: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLine:
    """A line of the order card: what, and how much, as people read it."""

    what: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A step that the books already hold, as far as a workflow must know it to take it over."""

    table: TableName
    item: str
    trigger: Trigger
    source: State
    target: State
    command_id: str
    command: Command
    variant: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What the transaction wrote, as the workflow shows it.

    `at` is the moment that counts; for a step that was found written it is the one written then.
    `instead` is another step that was found under the sequence: it was written by a try of the
    same workflow task that was lost before the history had it. It stands, and this describes it.

    `intends` is our reference of a movement outside that is now to be made; `refunds` are those of
    refunds that were opened, each with an axis of its own. `amount` is the whole order amount
    once the checkout is open. `pays` are the chargebacks whose debts the step of another subject
    paid, all or some of them, or can be paid of what it put into the deposit.
    """

    sequence: int
    at: datetime
    instead: Recorded | None = None
    intends: str = ""
    refunds: tuple[str, ...] = ()
    amount: Money | None = None
    money: tuple[MoneyLine, ...] = field(default=())
    pays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to a command: where the axis that it moved stands, and the subject itself.

    `item` names the parcel, question, refund, …; it is empty where the command moved the subject.
    """

    subject: SubjectId
    sequence: int
    state: State
    item: str
    order_state: State
    at: datetime
    next_actor: Role | None
    due: datetime | None
