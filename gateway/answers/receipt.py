"""Owns what a command is answered with."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field

from daigou.domain.order import Role, State
from daigou.domain.steps import Receipt
from gateway.wire import Answered, Moment


class ReceiptAnswer(Answered):
    """A command was carried out; this is where its subject stands after it."""

    id: Annotated[
        str, Field(description="The order, recharge or claim.", examples=["ord_2026_0001"])
    ]
    sequence: Annotated[int, Field(description="The number of its latest transition.")]
    state: Annotated[State, Field(description="Of the item that moved, or of the order itself.")]
    item: Annotated[str | None, Field(description="The parcel, question, … that moved.")] = None
    order_state: State
    at: Annotated[Moment, Field(description="The moment that counts for the command.")]
    next_actor: Role | None
    due_at: Annotated[Moment | None, Field(description="When the next deadline strikes.")]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "ord_2026_0001",
                    "sequence": 2,
                    "state": "accepted",
                    "item": None,
                    "order_state": "accepted",
                    "at": "2026-11-22T01:30:00Z",
                    "next_actor": "client",
                    "due_at": "2026-11-23T01:30:00Z",
                }
            ]
        }
    )

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        """The receipt as it travels."""
        return cls(
            id=receipt.subject,
            sequence=receipt.sequence,
            state=receipt.state,
            item=receipt.item or None,
            order_state=receipt.order_state,
            at=receipt.at,
            next_actor=receipt.next_actor,
            due_at=receipt.due,
        )
