"""Owns the bodies of what stands beside orders: tips for them, and questions to the platform."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from daigou.domain import commands
from daigou.domain.commands import Calendar, TipGrounds, Topic
from daigou.domain.ids import CONSULTATION_ID, TIP_ID, OrderId
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from gateway.schemas.body import ReferringBody
from gateway.wire import Note, Price

_LIMITS = current().limits


class GiveTipBody(ReferringBody):
    """What the client gives its provider, of its own will, from its deposit (PSR-21-1)."""

    refusals = (
        RefusalCode.TOO_MANY_TIPS,
        RefusalCode.DEPOSIT_TOO_SMALL,
        RefusalCode.ACCOUNT_FROZEN,
    )

    tip_id: Annotated[
        str | None,
        Field(
            pattern=f"^{TIP_ID.pattern}$",
            description="Your own id; without it one is made from the Idempotency-Key.",
        ),
    ] = None
    amount: Annotated[
        Price,
        Field(description=f"From {_LIMITS.tip_fen_min} to {_LIMITS.tip_fen_max} fen."),
    ]
    note: Note | None = None

    def to_command(self, *, order: OrderId, grounds: TipGrounds, note_ref: str) -> commands.Tip:
        """The tip for an order, by what is known of that one now."""
        return commands.Tip(
            order=order, amount=self.amount.money, grounds=grounds, note_ref=note_ref
        )


class ConsultBody(ReferringBody):
    """A question to the platform, about its services or the agreement (UA-4-6)."""

    consultation_id: Annotated[
        str | None,
        Field(
            pattern=f"^{CONSULTATION_ID.pattern}$",
            description="Your own id; without it one is made from the Idempotency-Key.",
        ),
    ] = None
    topic: Topic
    question: Note

    def to_command(
        self, *, answer_by: datetime, calendar: Calendar, note_ref: str
    ) -> commands.Consult:
        """The question, and by when it is answered."""
        return commands.Consult(
            topic=self.topic, answer_by=answer_by, calendar=calendar, note_ref=note_ref
        )
