"""The commands on exchange rates: load a file of them, and see which are used."""

from pathlib import Path
from typing import Annotated

import typer

from daigou.cli.common import STATE_DIR, USAGE, Database, StateDir, fail, find_database, reached

rates = typer.Typer(help="Exchange rates, for estimates that bind nobody.")


@rates.callback(invoke_without_command=True)
def list_rates(
    context: typer.Context, database: Database = None, state_dir: StateDir = STATE_DIR
) -> None:
    """Without a command: the newest rate of every currency."""
    if context.invoked_subcommand:
        return
    from rich.console import Console
    from rich.table import Table

    from daigou.ledger.rates import Rates

    with reached(find_database(database, state_dir)) as engine:
        newest = Rates(engine).newest()
    table = Table("", "yuan a unit", "as of", "source", box=None, padding=(0, 2, 0, 0))
    for view in newest:
        rate = view.rate
        table.add_row(rate.currency, rate.plain, str(rate.as_of), rate.source)
    Console().print(table)


@rates.command()
def load(
    file: Annotated[Path, typer.Argument(help="CSV: currency,as_of,cny_per_unit,source.")],
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Load rates, all of a file or none. The same file again changes nothing."""
    from datetime import datetime, timedelta, timezone

    from daigou.ledger.rates import RateConflictError, Rates
    from daigou.rate_file import RateFileError, read_rates

    if not file.is_file():
        fail(f"There is no file {file}.", code=USAGE)
    # Where it is latest: a rate of this morning in China is not of tomorrow.
    today = datetime.now(timezone(timedelta(hours=8))).date()
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            found = read_rates(lines, today=today)
    except UnicodeDecodeError:
        fail(f"{file} is not in UTF-8.")
    except RateFileError as error:
        fail(f"{file} cannot be loaded:\n{error}")
    with reached(find_database(database, state_dir)) as engine:
        try:
            loaded = Rates(engine).load(found)
        except RateConflictError as error:
            fail(f"{error}. A rate is never changed: load one of another date.")
    typer.echo(f"{loaded.new} rates are new, {loaded.known} were there.")
