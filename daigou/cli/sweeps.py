"""The commands on sweeps: set their schedules up, run one now, see what they found."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from daigou.cli.common import (
    STATE_DIR,
    USAGE,
    Database,
    StateDir,
    fail,
    find_database,
    find_time_scale,
    reached,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table
    from temporalio.client import Client

    from daigou.domain.sweeps import SweepName, Swept
    from daigou.ledger.views import FindingView
    from daigou.settings import Settings

COULD_NOT_RUN = 2
SHOWN_MAX = 100

T = TypeVar("T")


def sweep(
    name: Annotated[
        str | None, typer.Argument(help="Which; left out, all are listed with what they found.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say it as JSON.")] = False,
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Run a sweep now, and show what is amiss: ends with 0 for nothing, 1 for something.

    It ends with 2 if the sweep could not be run.
    """
    from daigou.domain.sweeps import SweepName

    if name is not None and name not in {each.value for each in SweepName}:
        fail(f"There is no sweep {name!r}: {', '.join(SweepName)}.", code=USAGE)
    try:
        url = find_database(database, state_dir)
        found = _list(url, as_json=as_json) if name is None else _run(url, SweepName(name), as_json)
    except typer.Exit as error:
        raise typer.Exit(COULD_NOT_RUN) from error
    raise typer.Exit(1 if found else 0)


def schedules(
    show: Annotated[
        bool, typer.Option("--show", help="Change nothing; show the schedules as they stand.")
    ] = False,
    time_scale: Annotated[
        int | None,
        typer.Option(
            min=1,
            envvar="DAIGOU_TIME_SCALE",
            show_default="as the running embedded stack, or 1",
            help="Divides every pause between two runs.",
        ),
    ] = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Have the schedules of all sweeps in Temporal as this version wants them.

    Where Temporal is, TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say.
    """
    from daigou.schedules import set_up_schedules, show_schedules
    from daigou.settings import DATABASE_URL_EXAMPLE

    # No database is spoken to here, so none needs to be named.
    settings = _settings(DATABASE_URL_EXAMPLE)
    if show:
        _print(_schedule_table(_ask(settings, show_schedules)))
        return
    scale = find_time_scale(time_scale, state_dir)
    changes = _ask(
        settings,
        lambda client: set_up_schedules(client, task_queue=settings.task_queue, time_scale=scale),
    )
    for id_, change in sorted(changes.items()):
        typer.echo(f"{id_:20} {change}")


def _run(url: str, name: "SweepName", as_json: bool) -> bool:
    from rich.console import Console

    from daigou.domain.sweeps import SWEEPS
    from daigou.ledger.findings import PostgresFindings
    from daigou.schedules import sweep_by_hand

    settings = _settings(url)
    with Console(stderr=True).status(f"Looking for {SWEEPS[name].says} …"):
        swept = _ask(
            settings, lambda client: sweep_by_hand(client, name, task_queue=settings.task_queue)
        )
    with reached(url) as engine:
        found = PostgresFindings(engine).findings(sweep=name, open=True, limit=SHOWN_MAX)
    if as_json:
        typer.echo(_run_as_json(name, swept, found))
        return bool(swept.found)
    if found:
        _print(_finding_table(found))
    if swept.found > len(found):
        typer.echo(f"… and {swept.found - len(found)} more: GET /v1/findings?sweep={name}")
    typer.echo(f"{name}: {swept}")
    return bool(swept.found)


def _list(url: str, *, as_json: bool) -> bool:
    """Lists all sweeps; that something was found earlier is no failure of this command."""
    import json

    from daigou.domain.sweeps import SWEEPS
    from daigou.ledger.findings import PostgresFindings
    from daigou.schedules import LastRun, last_run

    async def runs(client: "Client") -> "dict[SweepName, LastRun | None]":
        return {name: await last_run(client, name) for name in SWEEPS}

    found = _ask(_settings(url), runs)
    with reached(url) as engine:
        counts = PostgresFindings(engine).open_counts()
    rows = [
        {
            "sweep": name.value,
            "says": row.says,
            "severity": row.severity.value,
            "last_run": run.started.isoformat(timespec="seconds") if run else None,
            "status": run.status if run else None,
            "open": counts[name],
        }
        for name, row in SWEEPS.items()
        for run in [found[name]]
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return False
    _print(_sweep_table(rows))
    return False


def _settings(url: str) -> "Settings":
    from pydantic import ValidationError

    from daigou.settings import Settings

    try:
        return Settings(database_url=url)
    except ValidationError as error:
        fail(str(error))


def _ask(settings: "Settings", ask: "Callable[[Client], Awaitable[T]]") -> T:
    import asyncio

    from temporalio.client import WorkflowFailureError
    from temporalio.service import RPCError

    from daigou.temporal_setup import TemporalSetupError, connect_temporal

    async def connect_and_ask() -> T:
        return await ask(await connect_temporal(settings))

    try:
        return asyncio.run(connect_and_ask())
    except (TemporalSetupError, RPCError) as error:
        fail(str(error))
    except WorkflowFailureError as error:
        cause = getattr(error.cause, "cause", None) or error.cause
        fail(f"The sweep failed: {cause}")


def _run_as_json(name: "SweepName", swept: "Swept", found: "Sequence[FindingView]") -> str:
    import json
    from dataclasses import asdict

    said: dict[str, Any] = {"sweep": name.value, **asdict(swept)}
    said["findings"] = [
        {
            "subject": each.subject,
            "detail": each.detail,
            "first_seen": each.first_seen.isoformat(),
            "last_seen": each.last_seen.isoformat(),
            "times": each.times,
        }
        for each in found
    ]
    return json.dumps(said, indent=2)


def _finding_table(found: "Sequence[FindingView]") -> "Table":
    from rich.table import Table

    table = Table("subject", "what", "since", "seen last", "times")
    for each in found:
        table.add_row(
            each.subject,
            each.detail,
            f"{each.first_seen:%Y-%m-%d %H:%M:%S}",
            f"{each.last_seen:%Y-%m-%d %H:%M:%S}",
            str(each.times),
        )
    return table


def _sweep_table(rows: "list[dict[str, Any]]") -> "Table":
    from rich.table import Table

    table = Table("sweep", "looks for", "severity", "last run", "ended", "open")
    for row in rows:
        table.add_row(
            row["sweep"],
            row["says"],
            row["severity"],
            row["last_run"] or "never",
            row["status"] or "–",
            str(row["open"]),
        )
    return table


def _schedule_table(found: "Sequence[Any]") -> "Table":
    from rich.table import Table

    table = Table("schedule", "every", "next run", "looks for")
    for each in found:
        when = f"{each.next_run:%Y-%m-%d %H:%M:%S}" if each.next_run else "–"
        table.add_row(each.id, str(each.every), "paused" if each.paused else when, each.note)
    return table


def _print(table: "Table") -> None:
    from rich.console import Console

    Console().print(table)
