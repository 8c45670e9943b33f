import pytest

from tests.journeys.journeys import JOURNEYS
from tests.journeys.recording import Record, record_journeys


@pytest.fixture(scope="session")
async def record(request: pytest.FixtureRequest) -> Record:
    """What became of every journey asked for: all of them walked once a session, on one stack."""
    asked = {
        item.callspec.params.get("journey")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    }
    return await record_journeys(journey for journey in JOURNEYS if journey in asked)
