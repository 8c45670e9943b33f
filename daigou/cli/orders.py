"""The command that places many orders."""

from pathlib import Path
from typing import Annotated

import typer

from daigou.cli.common import GATEWAY, USAGE, AppKey, AppSecret, Gateway, fail, need_credentials


def submit(
    file: Annotated[
        Path, typer.Argument(help="One request body a line, as POST /v1/orders takes it.")
    ],
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
    report: Annotated[
        Path | None, typer.Option(help="Write what became of each line here, as JSON lines.")
    ] = None,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Lines under way at once.")] = 8,
) -> None:
    """Place the orders of a file. Safe to run again after an abort: nothing is placed twice.

    Ends with 0 if every line is placed, with 1 if any was refused.
    """
    need_credentials(app_key, app_secret, does="places the orders")
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
