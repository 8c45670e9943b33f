"""Owns what a deadline brings about."""

from daigou.domain.order import State, TableName, Trigger
from daigou.simulator.plans import Cue, Event, Move
from daigou.simulator.tally import Tally


def struck(
    trigger: Trigger, at: State, *, table: TableName = TableName.FULFILMENT, item: int = 0
) -> Move:
    """A clock strikes, of the order or of one of its items; what follows waits for it."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        return (Event(trigger=trigger, at=at, table=table, item=item),)

    return move
