"""Owns the lines that bodies name: fees that a provider or another party collects."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from daigou.domain import commands
from daigou.domain.commands import (
    Cause,
    CautionKind,
    Command,
    DriftLimit,
    LineCode,
    ObjectionReason,
    RefusalReason,
    UnrealizableReason,
)
from daigou.domain.ids import CouponId, MovementRef, PartyId
from daigou.domain.money import CNY, ZERO
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from gateway.principals import PrincipalBody
from gateway.wire import (
    Asked,
    Code,
    Country,
    Email,
    Moment,
    Note,
    PartyRef,
    Price,
    Reference,
    Text120,
    Text300,
)


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


def collectors_of(at: str, lines: tuple[AcceptLine, ...]) -> tuple[Named, ...]:
    """Who collects the lines that a body holds at a JSON pointer."""
    return tuple(
        Named(
            pointer=f"{at}/{index}/collector",
            party=line.collector,
            roles=frozenset(Role) - {Role.CLIENT},
        )
        for index, line in enumerate(lines)
    )
