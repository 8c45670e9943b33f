"""The command that shows how the duties stand."""

from typing import TYPE_CHECKING, Annotated

import typer

from daigou.cli.common import fail

if TYPE_CHECKING:
    from rich.console import Console

    from daigou.clause_matrix import Line

PLACES_SHOWN = 4


def clauses(
    not_kept: Annotated[
        bool, typer.Option("--not-kept", help="Only those that are not kept yet.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All of it, for programs.")] = False,
) -> None:
    """Show every duty with the code that keeps it and the tests that prove it.

    Ends with 1 if a clause is claimed to be kept and is not proved.
    """
    import json
    from pathlib import Path

    from rich.console import Console

    import daigou
    from daigou.clause_matrix import KeptError, Status, matrix

    root = Path(daigou.__file__).parent.parent
    if not (root / "tests").is_dir():
        fail(f"The tests are not here ({root}/tests): the matrix is of a checkout.")
    try:
        lines = matrix(root)
    except KeptError as error:
        fail(str(error))
    shown = [line for line in lines if not (not_kept and line.status == Status.KEPT)]
    if as_json:
        typer.echo(json.dumps([_as_json(line) for line in shown], ensure_ascii=False, indent=1))
    else:
        console = Console(highlight=False)
        for line in shown:
            _print(console, line)
        counts = {status: sum(line.status == status for line in lines) for status in Status}
        console.print(" · ".join(f"{count} {status}" for status, count in counts.items() if count))
    if any(line.status == Status.UNPROVED for line in lines):
        raise typer.Exit(1)


def _as_json(line: "Line") -> dict[str, object]:
    return {
        "clause": line.clause.id,
        "duty": line.clause.duty,
        "say": line.clause.say,
        "status": line.status,
        "code": line.code,
        "tests": line.tests,
    }


def _print(console: "Console", line: "Line") -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from daigou.clause_matrix import Status

    style = {Status.KEPT: "green", Status.UNPROVED: "bold red", Status.NOT_YET: "yellow"}
    head = Text.assemble(
        (f"{line.clause.id:<12}", "bold"),
        (f"{line.clause.duty:<9}", "dim"),
        (line.status.value, style[line.status]),
    )
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    table.add_row("duty", Text(line.clause.say))
    table.add_row("code", Text(_places(line.code)))
    table.add_row("tests", Text(_places(line.tests)))
    console.print(head)
    console.print(Padding(table, (0, 0, 1, 2)))


def _places(places: tuple[str, ...]) -> str:
    if not places:
        return "–"
    more = len(places) - PLACES_SHOWN
    return "\n".join(places[:PLACES_SHOWN]) + (f"\n… and {more} more" if more > 0 else "")
