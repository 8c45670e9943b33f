import pytest

from tests.journeys.recording import Record, record_journeys


@pytest.fixture(scope="session")
async def record() -> Record:
    """What became of every journey: all of them walked once a session, on one stack."""
    return await record_journeys()
