"""Owns what is shown of what may happen to an order: deadlines, and who may do what."""

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
