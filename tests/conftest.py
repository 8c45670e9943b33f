"""What every test has: Hypothesis's profiles, and marks that cannot cite a clause there is not."""

import gc
import os
import sys
from importlib.util import find_spec

import pytest
from hypothesis import settings

from daigou.domain.clauses import CATALOGUE

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# httpx asks at every request for this, and Python looks through every folder again.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

# All that is imported and collected stays: nothing of it is looked through for garbage, neither
# while it is made nor ever after. It was a sixth of what collecting the tests takes.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    unknown = [
        f"{item.nodeid} proves {mark.args}"
        for item in items
        for mark in item.iter_markers("clause")
        if len(mark.args) != 1 or mark.args[0] not in CATALOGUE
    ]
    if unknown:
        raise pytest.UsageError("marks that name no clause of the catalogue: " + "; ".join(unknown))
