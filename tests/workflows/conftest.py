"""One pair of servers for all tests of a session (of each worker of pytest-xdist)."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.workflows.stage import Stage, set_stage


@pytest.fixture(scope="session")
async def stage() -> AsyncIterator[Stage]:
    # Short enough that a socket in it can be addressed, which pytest's own folders may not be.
    folder = Path(tempfile.mkdtemp(prefix="dg-wf-", dir="/tmp"))
    try:
        async with set_stage(folder / "state") as stage:
            yield stage
    finally:
        shutil.rmtree(folder)
