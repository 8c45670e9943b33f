"""A real PostgreSQL for the simulated companies' memory."""

from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from daigou.simulator.counterparties import SimulatedCounterparties, simulated_counterparties
from daigou.stack import Part, Stack, StackOptions


@pytest.fixture(scope="session")
async def database_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """An empty database, for the whole session."""
    folder: Path = tmp_path_factory.mktemp("simulator")
    options = StackOptions(state_dir=folder, parts={Part.DATABASE}, migrate=False, durable=False)
    async with Stack(options) as stack:
        yield stack.database_url


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[SimulatedCounterparties]:
    """Counterparties that remember nothing yet."""
    plain_url = database_url.replace("+psycopg", "", 1)
    async with await psycopg.AsyncConnection.connect(plain_url) as connection:
        await connection.execute("drop schema if exists simulator cascade")
    async with simulated_counterparties(database_url) as counterparties:
        yield counterparties
