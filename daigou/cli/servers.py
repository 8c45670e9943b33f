"""The commands that run the servers, or make them ready."""

from pathlib import Path
from typing import Annotated

import typer

from daigou.cli.common import (
    DEMO_STATE_DIR,
    STATE_DIR,
    Database,
    StateDir,
    fail,
    find_database,
    stack_can_run,
)

TemporalPort = Annotated[int, typer.Option(min=1, max=65535, help="Temporal's own port.")]
UiPort = Annotated[int, typer.Option(min=1, max=65535, help="The Temporal UI's port.")]
GatewayPort = Annotated[int, typer.Option(min=1, max=65535, help="The API's port.")]

setup = typer.Typer(help="Make ready what the service runs on.", no_args_is_help=True)


def up(
    state_dir: Annotated[
        Path, typer.Option(help="Where everything is kept; remove it to begin anew.")
    ] = STATE_DIR,
    temporal_port: TemporalPort = 7233,
    ui_port: UiPort = 8233,
    gateway_host: Annotated[str, typer.Option(help="The address the API listens on.")] = (
        "127.0.0.1"
    ),
    gateway_port: GatewayPort = 8080,
    time_scale: Annotated[
        int | None,
        typer.Option(
            min=1, help="Divides every duration (86400: a day lasts a second); fixed at first."
        ),
    ] = None,
) -> None:
    """Start database, Temporal with its UI, worker and gateway; Ctrl-C stops all of it."""
    stack_can_run(_import_stack)
    from daigou.stack import StackOptions, run_up

    raise typer.Exit(
        run_up(
            StackOptions(
                state_dir=state_dir,
                temporal_port=temporal_port,
                ui_port=ui_port,
                gateway_host=gateway_host,
                gateway_port=gateway_port,
                time_scale=time_scale,
            )
        )
    )


def demo(
    orders: Annotated[
        int | None,
        typer.Option(min=1, max=999, show_default="each path once", help="How many orders."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another world.")] = 1,
    exit_: Annotated[
        bool, typer.Option("--exit", help="End when the last order has, on a terminal too.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Stay up afterwards, away from a terminal too.")
    ] = False,
    state_dir: Annotated[
        Path, typer.Option(help="Where everything is kept; apart from that of `daigou up`.")
    ] = DEMO_STATE_DIR,
    temporal_port: TemporalPort = 7233,
    ui_port: UiPort = 8233,
    gateway_port: GatewayPort = 8080,
) -> None:
    """Watch dozens of orders live their lives, a day a second, down every path there is.

    A run that was cut off goes on when the demo is started again.
    """
    if exit_ and keep:
        fail("--exit and --keep contradict each other.", code=2)
    stack_can_run(_import_stack)
    from daigou.demo.run import DAY_SECONDS, DemoOptions, run_demo
    from daigou.stack import StackOptions

    raise typer.Exit(
        run_demo(
            DemoOptions(orders=orders, seed=seed, stays=None if not (exit_ or keep) else keep),
            StackOptions(
                state_dir=state_dir,
                temporal_port=temporal_port,
                ui_port=ui_port,
                gateway_port=gateway_port,
                time_scale=DAY_SECONDS,
            ),
        )
    )


def migrate(database: Database = None, state_dir: StateDir = STATE_DIR) -> None:
    """Bring the database to the newest schema; any number of processes may ask at once."""
    from sqlalchemy.exc import OperationalError

    from daigou.ledger.migrate import upgrade

    try:
        upgrade(find_database(database, state_dir))
    except OperationalError as error:
        fail(f"The database does not answer: {error.orig}\nIs it running?")
    typer.echo("The schema is the newest.")


@setup.command()
def temporal() -> None:
    """Have the namespace and the search attributes that the service needs.

    Where Temporal is, TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say.
    """
    import asyncio

    from pydantic import ValidationError
    from temporalio.service import RPCError

    from daigou.settings import DATABASE_URL_EXAMPLE, Settings
    from daigou.temporal_setup import TemporalSetupError, connect_temporal, set_up_temporal

    async def set_up() -> str:
        # No database is spoken to here, so none needs to be named.
        client = await connect_temporal(Settings(database_url=DATABASE_URL_EXAMPLE))
        await set_up_temporal(client)
        return client.namespace

    try:
        namespace = asyncio.run(set_up())
    except (TemporalSetupError, RPCError, ValidationError) as error:
        fail(str(error))
    typer.echo(f"The namespace {namespace} is ready.")


def _import_stack() -> None:
    import daigou.stack  # noqa: F401 - whether it can be is the question
