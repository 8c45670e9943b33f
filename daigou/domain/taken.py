"""Owns the row that was taken, as far as facts follow from it."""

from dataclasses import dataclass
from datetime import datetime

from daigou.domain.commands import Command
from daigou.domain.money import Money
from daigou.domain.order import State, TableName, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A row that was taken, as far as facts follow from it.

    `ends` says whether its table ends with it, `posts` whether it moved money; `storage_charge` is
    what the terms ask for a period of storage. `cancellable_until` is when the period of
    cancellation ends that begins with it.
    """

    table: TableName
    item: str
    trigger: Trigger
    source: State
    target: State
    command: Command
    ends: bool
    posts: bool
    storage_charge: Money
    cancellable_until: datetime
