"""Owns what is shown of what may happen to an order: deadlines, and who may do what."""

from typing import Annotated

from pydantic import Field

from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode
from gateway.wire import Answered, Moment


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
    preview: Annotated[
        str | None,
        Field(
            description="Where it is previewed, if it can be.",
            examples=["POST /v1/orders/ord_2026_0001/previews/settle-cancellation"],
        ),
    ]
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
