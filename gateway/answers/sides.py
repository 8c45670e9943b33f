"""Owns what is shown of what stands beside orders: tips for them, and questions to the platform."""

from typing import Annotated, Self

from pydantic import Field

from daigou.domain.commands import Calendar, Topic
from daigou.domain.ids import workflow_id
from daigou.domain.lifecycle import CONSULTATION, TIP
from daigou.domain.order import Role, State
from daigou.ledger.side_views import ConsultationView, TipView
from gateway.wire import Answered, Moment, Sum


class TipAnswer(Answered):
    """A tip for an order (PSR-21)."""

    id: Annotated[str, Field(examples=["tip_2026_0001"])]
    order_id: str
    state: State
    says: Annotated[str, Field(description="The state in words.")]
    sequence: int
    next_actor: Role | None
    due_at: Annotated[
        Moment | None,
        Field(
            description="While it is held: strictly before this the client has it back on request, "
            "from then on it is the provider's. Once it is earned: until then the provider may "
            "still give it back."
        ),
    ]
    client_id: str
    provider_id: str
    amount: Sum
    terms_version: str
    workflow_id: Annotated[
        str, Field(description="Its history in the Temporal UI.", examples=["tip/tip_2026_0001"])
    ]
    given_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, tip: TipView) -> Self:
        """The tip as it travels."""
        return cls(
            id=tip.id,
            order_id=tip.order,
            state=tip.state,
            says=TIP.says(tip.state),
            sequence=tip.sequence,
            next_actor=tip.next_actor,
            due_at=tip.next_due_at,
            client_id=tip.client,
            provider_id=tip.provider,
            amount=Sum.of(tip.amount),
            terms_version=tip.terms_version,
            workflow_id=workflow_id(tip.id),
            given_at=tip.given_at,
            ended_at=tip.ended_at,
        )


class TipList(Answered):
    """The tips for an order that you may see, the oldest first."""

    data: tuple[TipAnswer, ...]


class ConsultationAnswer(Answered):
    """A question to the platform (UA-4-6); its words and the answer's stand in its timeline."""

    id: Annotated[str, Field(examples=["cns_2026_0001"])]
    state: State
    says: Annotated[str, Field(description="The state in words.")]
    sequence: int
    next_actor: Role | None
    due_at: Annotated[Moment | None, Field(description="When its next clock strikes.")]
    asker_id: str
    asker_role: Role
    topic: Topic
    answer_by: Annotated[
        Moment,
        Field(
            description="The end of the 15th business day of mainland China after that of asking: "
            "an answer strictly before it is in time."
        ),
    ]
    calendar: Annotated[
        Calendar,
        Field(
            description="By what business days were counted: the State Council's calendar, or "
            "Mondays to Fridays where that was not announced yet."
        ),
    ]
    terms_version: str
    workflow_id: Annotated[
        str,
        Field(
            description="Its history in the Temporal UI.", examples=["consultation/cns_2026_0001"]
        ),
    ]
    asked_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, asked: ConsultationView) -> Self:
        """The consultation as it travels."""
        return cls(
            id=asked.id,
            state=asked.state,
            says=CONSULTATION.says(asked.state),
            sequence=asked.sequence,
            next_actor=asked.next_actor,
            due_at=asked.next_due_at,
            asker_id=asked.asker,
            asker_role=asked.asker_role,
            topic=asked.topic,
            answer_by=asked.answer_by,
            calendar=asked.calendar,
            terms_version=asked.terms_version,
            workflow_id=workflow_id(asked.id),
            asked_at=asked.asked_at,
            ended_at=asked.ended_at,
        )


class ConsultationPage(Answered):
    """Some consultations; ask on with `starting_after` the last one's id."""

    data: tuple[ConsultationAnswer, ...]
    has_more: bool
