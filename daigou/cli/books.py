"""The commands on the books: prove them, take them along."""

from pathlib import Path
from typing import Annotated

import typer

from daigou.cli.common import STATE_DIR, Database, StateDir, fail, find_database, reached

ledger = typer.Typer(help="Take the books along.", no_args_is_help=True)


def audit(database: Database = None, state_dir: StateDir = STATE_DIR) -> None:
    """Prove the whole ledger from its entries; ends with 1 on any difference."""
    from daigou.ledger.audit import audit as prove

    with reached(find_database(database, state_dir)) as engine:
        report = prove(engine)
    typer.echo(str(report))
    if not report.ok:
        raise typer.Exit(1)


@ledger.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; standard output if left out.")
    ] = None,
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Write the ledger as Beancount, which `bean-check` accepts."""
    import sys

    from daigou.ledger.beancount import export as write

    with reached(find_database(database, state_dir)) as engine:
        try:
            if file is None:
                write(engine, sys.stdout)
                return
            with file.open("w", encoding="utf-8") as out:
                write(engine, out)
        except OSError as error:
            fail(f"{file} cannot be written: {error.strerror}.")
    typer.echo(f"Written to {file}.", err=True)
