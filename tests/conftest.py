"""What every test has: Hypothesis's profiles, and marks that cannot cite a clause there is not."""

import os

import pytest
from hypothesis import settings

from daigou.domain.clauses import CATALOGUE

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    unknown = [
        f"{item.nodeid} proves {mark.args}"
        for item in items
        for mark in item.iter_markers("clause")
        if len(mark.args) != 1 or mark.args[0] not in CATALOGUE
    ]
    if unknown:
        raise pytest.UsageError("marks that name no clause of the catalogue: " + "; ".join(unknown))
