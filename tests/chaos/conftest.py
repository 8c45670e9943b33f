from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from tests.chaos.falls import FALLS, Record, record_falls
from tests.chaos.house import House, open_house
from tests.journeys.once import once_a_session, shared_folder


@pytest.fixture(scope="session")
async def record(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Record:
    """What became of everything whose worker died: all of them at once, once a session."""
    asked = {params.get("fall") for params in map(_params, request.session.items)}
    falls = tuple(fall for fall in FALLS if fall in asked)
    folder = shared_folder(tmp_path_factory, worker_id)
    told: Record = await once_a_session(folder, "falls", partial(record_falls, falls))
    return told


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """A whole stack of processes. A test that breaks it mends it."""
    async with open_house() as house:
        yield house


def _params(item: pytest.Item) -> dict[str, Any]:
    return item.callspec.params if hasattr(item, "callspec") else {}
