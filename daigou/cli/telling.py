"""Owns how commands tell where something stands: whose turn it is, its money, what may follow."""

from typing import TYPE_CHECKING

import typer

from daigou.cli.asking import print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from rich.console import Console

    from daigou.domain.lifecycle.table import Table
    from daigou.domain.order import Role, State
    from gateway.wire import Sum


def tell_turn(actor: "Role | None", due_at: "datetime | None", ended_at: "datetime | None") -> None:
    """Says whose turn it is and until when, or when it ended."""
    if ended_at is not None:
        typer.echo(f"ended at {moment(ended_at)}")
        return
    until = f" until {moment(due_at)}" if due_at else ""
    typer.echo(f"it is the turn of the {actor}{until}")


def print_sums(console: "Console", sums: "Iterable[tuple[str, str]]") -> None:
    """Prints what is known of its money, if anything is."""
    if rows := list(sums):
        print_table(console, title="Its money", heads=("what", "sum"), rows=rows)


def print_next(console: "Console", steps: "Iterable[tuple[str, ...]]") -> None:
    """Prints what may be done next, if anything may."""
    if rows := list(steps):
        heads = ("who", "command", "what", "clause")
        print_table(console, title="What may be done next", heads=heads, rows=rows)


def may_follow(table: "Table", state: "State") -> "Iterator[tuple[str, ...]]":
    """Who may do what from a state, by the table; a command's content is judged when it comes."""
    for trigger in table.commands:
        if rows := table.rows_from(state, trigger):
            roles = {role for row in rows for role in row.roles}
            yield " or ".join(sorted(roles)), trigger, table.triggers[trigger].says, rows[0].clause


def row_of(what: str, amount: "Sum | None") -> "Iterator[tuple[str, str]]":
    """A line of its money, if there is such a sum."""
    if amount is not None:
        yield what, str(amount.money)


def author(role: "Role", party: str) -> str:
    """Who did something: a party in its role, or the clock, which is nobody's."""
    return f"{role} {party}" if party != role else f"the {role}"


def moment(at: "datetime") -> str:
    """A moment as it is told."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def echo_json(said: object) -> None:
    """Says all of it, for programs."""
    import json

    typer.echo(json.dumps(said, indent=1))
