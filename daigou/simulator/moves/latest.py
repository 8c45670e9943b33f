"""Owns how moves are about the latest of an order's items of a table: of talk, a case, a claim.

The items of each table are counted from 1.
"""

from daigou.domain.commands import Command
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.moves.happening import struck
from daigou.simulator.plans import Act, Cue, Move
from daigou.simulator.tally import Tally


def opens(
    tally: Tally,
    table: TableName,
    role: Role,
    trigger: Trigger,
    at: State,
    command: Command,
    *hands_in: str,
) -> tuple[Cue, ...]:
    """Somebody opens an item, where the order stands at `at`: the latest from then on."""
    tally.opened[table] += 1
    return (
        Act(
            role=role,
            trigger=trigger,
            at=at,
            command=command,
            table=table,
            item=tally.opened[table],
            opens=True,
            hands_in=hands_in,
        ),
    )


def on_latest(
    tally: Tally,
    table: TableName,
    role: Role,
    trigger: Trigger,
    at: State,
    command: Command,
    *hands_in: str,
    pays_back_fen: int = 0,
    pays_more_fen: int = 0,
) -> tuple[Cue, ...]:
    """Somebody does something with the latest item."""
    return (
        Act(
            role=role,
            trigger=trigger,
            at=at,
            command=command,
            table=table,
            item=tally.opened[table],
            hands_in=hands_in,
            pays_back_fen=pays_back_fen,
            pays_more_fen=pays_more_fen,
        ),
    )


def does(
    table: TableName, role: Role, trigger: Trigger, at: State, command: Command, *hands_in: str
) -> Move:
    """The move of an act on the latest item that changes nothing in the reckoning."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        return on_latest(tally, table, role, trigger, at, command, *hands_in)

    return move


def latest_struck(table: TableName, trigger: Trigger, at: State) -> Move:
    """A clock of the latest item strikes."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        return struck(trigger, at, table=table, item=tally.opened[table])(tally)

    return move
