"""Owns how a command asks the gateway, shows the answer, and tells a no: with what to do next."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

from daigou.cli.common import GATEWAY, USAGE, fail

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from typing import TypeVar

    from rich.console import Console

    from gateway.client import DaigouClient
    from gateway.problems import Problem

    T = TypeVar("T")

GIVE_UP_SECONDS = 20.0

Order = Annotated[str, typer.Argument(metavar="ORDER", help="The order's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="All of it, for programs.")]

_NO_HINTS: Mapping[str, str] = MappingProxyType({})


def check_order(order: str) -> None:
    """Ends where this is no order's id."""
    check_id(order, of="order", such_as="ord_2026_0001")


def check_id(said: str, *, of: str, such_as: str) -> None:
    """Ends where this is no id of that kind of subject: of an order, a claim, …"""
    from daigou.domain.ids import SUBJECT_ID, kind_of

    if not SUBJECT_ID.fullmatch(said) or kind_of(said).name != of:
        fail(f"{said} is no {of} id such as {such_as}.", code=USAGE)


def answered(
    gateway: str,
    key: str,
    secret: str,
    ask: "Callable[[DaigouClient], Awaitable[T]]",
    *,
    of: str,
    hints: Mapping[str, str] = _NO_HINTS,
) -> "T":
    """What the gateway answers; ends where it refuses, or does not answer.

    `of` is the id that is asked about; `hints` say by the code of a refusal what to do next.
    """
    import asyncio

    from gateway.client import DaigouClient, RefusalError, UnansweredError

    _check_url(gateway)

    async def asked() -> "T":
        async with DaigouClient(gateway, key, secret, give_up_seconds=GIVE_UP_SECONDS) as client:
            return await ask(client)

    try:
        return asyncio.run(asked())
    except RefusalError as refusal:
        fail(_told(refusal.problem, of=of, hints=hints))
    except UnansweredError as error:
        fail(
            f"The gateway at {gateway} does not answer ({error}).\nIs it running (`daigou up`)? "
            "Then run this again: it is carried out once."
        )


def plain_console() -> "Console":
    """Standard output, for tables; what it says is not coloured by guesses."""
    from rich.console import Console

    return Console(highlight=False)


def print_table(
    console: "Console", *, title: str, heads: tuple[str, ...], rows: "Iterable[tuple[str, ...]]"
) -> None:
    """Prints rows of cells; sums stand to the right."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    for head in heads:
        table.add_column(head, justify="right" if head == "sum" else "left", overflow="fold")
    for row in rows:
        # What others wrote is no markup of ours.
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _check_url(gateway: str) -> None:
    import httpx

    try:
        url = httpx.URL(gateway)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        fail(f"--gateway {gateway} is no URL such as {GATEWAY}.", code=USAGE)


def _told(problem: "Problem", *, of: str, hints: Mapping[str, str]) -> str:
    """A refusal in words, with what to do next."""
    from gateway.problems import EdgeCode

    known = {
        EdgeCode.UNAUTHENTICATED: "Check DAIGOU_APP_KEY and DAIGOU_APP_SECRET.",
        EdgeCode.NOT_FOUND: f"Check the id {of}, and that your application's party takes part in "
        "it.",
        **hints,
    }
    clause = f", {problem.clause}" if problem.clause else ""
    lines = [f"Refused ({problem.code}{clause}): {problem.detail}."]
    lines += [f"  {fault.pointer} {fault.detail}" for fault in problem.errors]
    if hint := known.get(problem.code):
        lines.append(hint)
    return "\n".join(lines)
