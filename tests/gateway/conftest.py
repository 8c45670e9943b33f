"""One pair of servers for all tests of a session (of each worker of pytest-xdist)."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from daigou.domain import terms
from gateway import placing
from tests.gateway.house import House, open_house


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    # Short enough that a socket in it can be addressed, which pytest's own folders may not be.
    folder = Path(tempfile.mkdtemp(prefix="dg-gw-", dir="/tmp"))
    try:
        async with open_house(folder / "state") as house:
            yield house
    finally:
        shutil.rmtree(folder)


HASTY = "2026-10-hasty"
"""A version of the terms in which the goods are stored soon, and charged for soon after."""


@pytest.fixture(scope="package")
def hasty_terms() -> Iterator[terms.Terms]:
    """The present terms with short waits at the storage. Orders outlive their test."""
    present = terms.current()
    waits = {
        "warehouse_objection_window": timedelta(seconds=0.5),
        "free_storage_warning": timedelta(seconds=0.7),
        "free_storage": timedelta(seconds=1),
    }
    hasty = replace(
        present, version=HASTY, durations=MappingProxyType({**present.durations, **waits})
    )
    known = terms.VERSIONS
    terms.VERSIONS = MappingProxyType({**known, HASTY: hasty})
    yield hasty
    terms.VERSIONS = known


@pytest.fixture
def in_haste(hasty_terms: terms.Terms, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders that are placed now begin with the hasty terms."""
    monkeypatch.setattr(placing, "current", lambda: hasty_terms)
