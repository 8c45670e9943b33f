"""A real PostgreSQL with peopled books, a mail server, a receiver, and someone who sends."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Engine

from daigou.simulator.mailbox import MailServer
from daigou.simulator.receiver import Receiver
from tests.ledger.conftest import (  # noqa: F401 - these are fixtures
    _numbers,
    books,
    database,
    database_url,
    engine,
    promotion,
    server_url,
    sql,
    template,
    world,
)
from tests.notices.post import Post, open_post


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with MailServer() as mail:
        yield mail


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def post(
    engine: Engine,  # noqa: F811
    mail: MailServer,
    receiver: Receiver,
) -> AsyncIterator[Post]:
    async with open_post(engine, mail=mail, receiver=receiver) as post:
        yield post
