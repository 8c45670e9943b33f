import pytest

from tests.journeys.once import once_a_session, shared_folder
from tests.journeys.recording import Record, record_journeys


@pytest.fixture(scope="session")
async def record(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Record:
    """What became of every journey: all of them walked once a session, on one stack."""
    folder = shared_folder(tmp_path_factory, worker_id)
    told: Record = await once_a_session(folder, "journeys", record_journeys)
    return told
