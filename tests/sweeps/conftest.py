"""One pair of servers for all tests of a session (of each worker of pytest-xdist)."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sweeps.house import House, open_house


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    # Short enough that a socket in it can be addressed, which pytest's own folders may not be.
    folder = Path(tempfile.mkdtemp(prefix="dg-sw-", dir="/tmp"))
    try:
        async with open_house(folder / "state") as house:
            yield house
    finally:
        shutil.rmtree(folder)
