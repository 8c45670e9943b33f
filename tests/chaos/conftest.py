from collections.abc import AsyncIterator

import pytest

from tests.chaos.falls import Record, record_falls
from tests.chaos.house import House, open_house
from tests.journeys.once import once_a_session, shared_folder


@pytest.fixture(scope="session")
async def record(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Record:
    """What became of everything whose worker died: all of them at once, once a session."""
    folder = shared_folder(tmp_path_factory, worker_id)
    told: Record = await once_a_session(folder, "falls", record_falls)
    return told


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """A whole stack of processes. A test that breaks it mends it."""
    async with open_house() as house:
        yield house
