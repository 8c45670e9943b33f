"""Owns the lines that bodies name: fees that a provider or another party collects."""

from typing import Annotated

from pydantic import Field

from daigou.domain import commands
from daigou.domain.commands import LineCode
from daigou.domain.order import Role
from gateway.schemas.body import EACH, Names
from gateway.wire import Asked, PartyRef, Price, Text120


class AcceptLine(Asked):
    """A fee that the checkout shows beside goods, freight and service fee (PSR-6, PSR-7)."""

    code: Annotated[LineCode, Field(examples=["storage_fee"])]
    label: Annotated[Text120, Field(examples=["90 days of storage"])]
    amount: Price
    collector: Annotated[PartyRef, Field(description="Who collects it.", examples=["sto_yiwu"])]


def lines_of(lines: tuple[AcceptLine, ...]) -> tuple[commands.Line, ...]:
    """The lines of a body as the order knows them."""
    return tuple(
        commands.Line(
            code=line.code,
            label=line.label,
            amount=line.amount.money,
            collector=line.collector,
        )
        for line in lines
    )


def collectors_of(field: str) -> Names:
    """Who collects the lines that a body holds in a field."""
    return Names(path=(field, EACH, "collector"), roles=frozenset(Role) - {Role.CLIENT})
