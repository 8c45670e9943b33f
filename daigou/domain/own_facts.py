"""Owns what subjects that are no orders know of themselves: a small class a kind, with its fold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from daigou.domain.commands import Admit, Claim, Opponent
from daigou.domain.money import ZERO, Money
from daigou.domain.order import TableName
from daigou.domain.taken import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a claim knows of itself; `admitted` is nothing until somebody answered it."""

    against: Opponent
    asked: Money
    admitted: Money = ZERO

    @staticmethod
    def after(known: "Claimed | None", row: Taken) -> "Claimed | None":
        """What it knows once a row was taken."""
        match row.command:
            case Claim(against=against, asked=asked):
                return Claimed(against=against, asked=asked)
            case Admit(amount=amount) if known:
                return replace(known, admitted=amount)
            case _:
                return known


OWN_FACTS: Mapping[TableName, Callable[[Any, Taken], Any]] = MappingProxyType(
    {TableName.CLAIM: Claimed.after}
)
"""By the main table of a kind, how what it knows follows from the rows it takes; `Facts` has it in
a field of the table's name."""
