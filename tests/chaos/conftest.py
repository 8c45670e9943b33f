from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.chaos.falls import FALLS, Record, record_falls
from tests.chaos.house import House, open_house


@pytest.fixture(scope="session")
async def record(request: pytest.FixtureRequest) -> Record:
    """What became of everything whose worker died: all of them at once, once a session."""
    asked = {params.get("fall") for params in map(_params, request.session.items)}
    falls = tuple(fall for fall in FALLS if fall in asked)
    return await record_falls(falls)


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """A whole stack of processes. A test that breaks it mends it."""
    async with open_house() as house:
        yield house


def _params(item: pytest.Item) -> dict[str, Any]:
    return item.callspec.params if hasattr(item, "callspec") else {}
