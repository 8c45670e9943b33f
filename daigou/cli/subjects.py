"""Owns how a kind of subject gets its group of commands, and is shown: `daigou claim show`, …"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Annotated, Any, Generic, Protocol, TypeVar

import typer

from daigou.cli.asking import AsJson, answered, check_id, plain_console
from daigou.cli.common import GATEWAY, AppKey, AppSecret, Gateway, need_credentials
from daigou.cli.telling import (
    echo_json,
    may_follow,
    print_next,
    print_sums,
    tell_turn,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from daigou.domain.order import Role, State
    from gateway.client import DaigouClient


class Shown(Protocol):
    """What the answer of every kind that is shown says of it."""

    @property
    def state(self) -> "State":
        """Where it stands."""

    @property
    def says(self) -> str:
        """The state in words."""

    @property
    def next_actor(self) -> "Role | None":
        """Whose turn it is."""

    @property
    def due_at(self) -> "datetime | None":
        """Until when."""

    @property
    def ended_at(self) -> "datetime | None":
        """When it ended."""

    @property
    def workflow_id(self) -> str:
        """Its history in the Temporal UI."""

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        """All of it, for programs."""


A = TypeVar("A", bound=Shown)


class Standing(ABC, Generic[A]):
    """How a kind is shown. `name` is that of its table, too; `such_as` is an id for examples."""

    name: str
    such_as: str
    help: str

    @abstractmethod
    async def ask(self, client: "DaigouClient", subject: str) -> A:
        """How it stands."""

    @abstractmethod
    def heads(self, seen: A) -> "Iterable[str]":
        """What it is, in lines."""

    def details(self, seen: A) -> "Iterable[str]":
        """What else is known of it, in lines."""
        return ()

    @abstractmethod
    def sums(self, seen: A) -> "Iterable[tuple[str, str]]":
        """What is known of its money."""

    def may_follow(self, seen: A) -> "Iterable[tuple[str, ...]]":
        """Who may do what with it; by the table alone, unless a kind knows better."""
        from daigou.domain.lifecycle import TABLES
        from daigou.domain.order import TableName

        return may_follow(TABLES[TableName(self.name)], seen.state)


def group_of(kind: Standing[A]) -> typer.Typer:
    """The group of commands on a kind."""
    group = typer.Typer(help=kind.help, no_args_is_help=True)

    @group.command(
        help=f"Show a {kind.name}: where it stands, whose turn it is and until when, its money, "
        "and what may be done next."
    )
    def show(
        subject: Annotated[
            str, typer.Argument(metavar=kind.name.upper(), help=f"The {kind.name}'s id.")
        ],
        as_json: AsJson = False,
        gateway: Gateway = GATEWAY,
        app_key: AppKey = "",
        app_secret: AppSecret = "",
    ) -> None:
        need_credentials(app_key, app_secret, does="asks")
        check_id(subject, of=kind.name, such_as=kind.such_as)

        async def ask(client: "DaigouClient") -> A:
            return await kind.ask(client, subject)

        seen = answered(gateway, app_key, app_secret, ask, of=subject)
        if as_json:
            echo_json(seen.model_dump(mode="json"))
            return
        _print(kind, seen)

    return group


def _print(kind: Standing[A], seen: A) -> None:
    for line in kind.heads(seen):
        typer.echo(line)
    typer.echo(f"is {seen.state}: {seen.says}")
    tell_turn(seen.next_actor, seen.due_at, seen.ended_at)
    for line in kind.details(seen):
        typer.echo(line)
    typer.echo(f"its history in the Temporal UI: {seen.workflow_id}")
    console = plain_console()
    print_sums(console, kind.sums(seen))
    print_next(console, kind.may_follow(seen))
