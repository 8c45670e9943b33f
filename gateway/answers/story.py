"""Owns what is shown of what happened to an order, or to a claim on one."""

from typing import Annotated, Any, Self

from pydantic import Field

from daigou.domain.order import Role, State, TableName, Trigger
from daigou.ledger.views import TransitionView
from gateway.wire import Answered, Moment


class TransitionAnswer(Answered):
    """One step of the way: what was done, by whom, by which clause, and what it changed."""

    sequence: int
    axis: Annotated[TableName, Field(description="The lifecycle table that moved.")]
    item: Annotated[str | None, Field(description="The parcel, refund, … on a side axis.")]
    trigger: Trigger
    source: State
    target: State
    role: Role
    party: str
    app: str | None
    clause: str
    facts: Annotated[dict[str, Any], Field(description="What the command said.")]
    note: Annotated[
        str | None,
        Field(description="Free words with it, if they are for you and were not erased."),
    ]
    note_erased: Annotated[bool, Field(description="There were words, and they were erased.")]
    at: Annotated[Moment, Field(description="The moment that counts.")]
    recorded_at: Moment
    notices: Annotated[tuple[str, ...], Field(description="Who was told of it, and what.")]

    @classmethod
    def of(cls, step: TransitionView, *, note: str | None = None, erased: bool = False) -> Self:
        """The transition as it travels."""
        return cls(
            sequence=step.sequence,
            axis=step.table,
            item=step.item or None,
            trigger=step.trigger,
            source=step.source,
            target=step.target,
            role=step.actor.role,
            party=step.actor.party,
            app=step.actor.app or None,
            clause=step.clause,
            facts=step.facts,
            note=note,
            note_erased=erased,
            at=step.at,
            recorded_at=step.recorded_at,
            notices=step.notices,
        )


class TimelineAnswer(Answered):
    """Everything that happened to an order, or to a claim, in the order of its happening."""

    id: str
    data: tuple[TransitionAnswer, ...]
