"""The command that places many orders."""

from pathlib import Path
from typing import Annotated

import typer

from daigou.cli.common import USAGE, fail


def submit(
    file: Annotated[
        Path, typer.Argument(help="One request body a line, as POST /v1/orders takes it.")
    ],
    gateway: Annotated[
        str, typer.Option(help="Where the API is.", envvar="DAIGOU_GATEWAY")
    ] = "http://127.0.0.1:8080",
    app_key: Annotated[
        str, typer.Option(help="The application's key.", envvar="DAIGOU_APP_KEY")
    ] = "",
    app_secret: Annotated[
        str,
        typer.Option(
            help="Its secret; better given by the environment.", envvar="DAIGOU_APP_SECRET"
        ),
    ] = "",
    report: Annotated[
        Path | None, typer.Option(help="Write what became of each line here, as JSON lines.")
    ] = None,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Lines under way at once.")] = 8,
) -> None:
    """Place the orders of a file. Safe to run again after an abort: nothing is placed twice.

    Ends with 0 if every line is placed, with 1 if any was refused.
    """
    if not app_key or not app_secret:
        fail(
            "Say which application places the orders: DAIGOU_APP_KEY and DAIGOU_APP_SECRET "
            "(`daigou app create` makes one).",
            code=USAGE,
        )
    if not file.is_file():
        fail(f"There is no file {file}.", code=USAGE)

    from daigou.submit import Submission, run_submit

    raise typer.Exit(
        run_submit(
            Submission(
                file=file,
                gateway=gateway,
                key=app_key,
                secret=app_secret,
                report=report,
                at_once=at_once,
            )
        )
    )
