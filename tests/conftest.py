"""What every test has: Hypothesis's profiles, marks that cannot cite a clause there is not, and
the way that tests are shared out among processes.
"""

import gc
import os
import sys
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from daigou.domain.clauses import CATALOGUE

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# A folder is one process's: its tests share what is dear, servers above all. What takes longest
# comes first, so that no process waits for it at the end, and what is in a hurry, as its time is
# scaled, beside what waits. Files of other folders, which share nothing, follow one by one.
FOLDERS = (
    *("journeys", "workflows", "gateway", "chaos", "stack", "ledger"),
    *("browser", "readme", "privacy", "sweeps", "replay", "notices"),
)
TOGETHER = {"budgets": "replay"}
"""Folders whose tests read the same recorded histories."""

# httpx asks at every request for this, and Python looks through every folder again.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

# All that is imported and collected stays: nothing of it is looked through for garbage, neither
# while it is made nor ever after. It was a sixth of what collecting the tests takes.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


class ByFolder(LoadScopeScheduling):
    """Gives a process a folder at a time, or a file that needs nothing of its folder's."""

    def _split_scope(self, nodeid: str) -> str:
        folder = folder_of(nodeid)
        return folder if folder in FOLDERS else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFolder:
    return ByFolder(config, log)


def folder_of(nodeid: str) -> str:
    """The folder under `tests` whose process a test runs in."""
    folder = nodeid.partition("::")[0].removeprefix("tests/").partition("/")[0]
    return TOGETHER.get(folder, folder)


def _turn(item: pytest.Item) -> int:
    folder = folder_of(item.nodeid)
    return FOLDERS.index(folder) if folder in FOLDERS else len(FOLDERS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)
    unknown = [
        f"{item.nodeid} proves {mark.args}"
        for item in items
        for mark in item.iter_markers("clause")
        if len(mark.args) != 1 or mark.args[0] not in CATALOGUE
    ]
    if unknown:
        raise pytest.UsageError("marks that name no clause of the catalogue: " + "; ".join(unknown))
