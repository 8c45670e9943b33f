"""Promoters and clients from before there were promotion providers keep what they had (UA-1-12)."""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from daigou.domain.engagements import EngagementReason, EngagementWord
from daigou.domain.ids import OrderId
from daigou.domain.invitations import CODE
from daigou.ledger.engagements import Engagements
from daigou.ledger.migrate import upgrade
from daigou.ledger.promotion import Promotion
from daigou.ledger.queries import Queries
from tests.ledger.conftest import engage, people
from tests.ledger.databases import admin_of, named, plain
from tests.ledger.road import (
    ANNA,
    BEN,
    BUND,
    MIA,
    MIAS_ENGAGEMENT,
    NOON,
    WHOLE,
    YIWU,
    World,
    pay,
)

BEFORE = "0009"
SIGNED = (
    "INSERT INTO promoter_contract (promoter, provider, numerator, denominator, begins_at)"
    " VALUES (%s, %s, 1, 10, %s)"
)
ACTIVE_SINCE = NOON - timedelta(days=1)
INSTANT = timedelta(microseconds=1)

pytestmark = pytest.mark.usefixtures("proved")


@pytest.fixture(scope="module")
def _in_use(server_url: str) -> Iterator[None]:
    """A database `direct` in which Mia had a contract before the upgrade."""
    admin = admin_of(server_url)
    admin.execute("CREATE DATABASE direct")
    url = named(server_url, "direct")
    try:
        engine = create_engine(url, poolclass=NullPool)
        config = Config()
        config.set_main_option("script_location", "daigou.ledger:migrations")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, BEFORE)
        people(url)
        with psycopg.connect(plain(url)) as sql:
            sql.execute(SIGNED, (MIA, YIWU, NOON - timedelta(days=100)))
        upgrade(url)
        yield
    finally:
        admin.execute("DROP DATABASE direct WITH (FORCE)")
        admin.close()


@pytest.fixture
def template(_in_use: None) -> str:
    return "direct"


def rate_at(world: World, queries: Queries, at: object) -> Fraction | None:
    """The rate on an order of Mia's that is paid at that moment."""
    world.recharged(WHOLE)
    order = world.accepted(promoter=MIA)
    pay(order, from_deposit=WHOLE, at=at)
    return queries.order(OrderId(order.id)).brokerage_rate


@pytest.mark.clause("UA-1-11-13")
@pytest.mark.clause("PSR-19")
def test_contract_from_before_holds_until_it_is_ended(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    (contract,) = promotion.contracts(promoter=MIA)
    end = NOON + timedelta(hours=1)

    promotion.end_contract(contract.id, ends_at=end)

    assert rate_at(world, queries, end - INSTANT) == Fraction(1, 10)
    assert rate_at(world, queries, end) == Fraction(0)


@pytest.mark.clause("UA-1-11-13")
def test_engagement_that_is_activated_decides_from_then_on(
    world: World, queries: Queries, engagements: Engagements, database_url: str
) -> None:
    engage(database_url)
    later = NOON + timedelta(hours=1)
    engagements.say(
        MIAS_ENGAGEMENT,
        word=EngagementWord.SUSPEND,
        reason=EngagementReason.SUSPICION,
        author=BUND,
        command_id="suspend",
        at=later,
    )

    assert rate_at(world, queries, ACTIVE_SINCE - INSTANT) == Fraction(1, 10)
    assert rate_at(world, queries, ACTIVE_SINCE) == Fraction(1, 10)
    assert rate_at(world, queries, later - INSTANT) == Fraction(1, 10)
    assert rate_at(world, queries, later) == Fraction(0)


@pytest.mark.clause("UA-1-11-13")
def test_promoter_whose_engagement_ended_is_none_by_its_contracts_from_before(
    world: World, queries: Queries, engagements: Engagements, database_url: str
) -> None:
    engage(database_url)
    engagements.say(
        MIAS_ENGAGEMENT,
        word=EngagementWord.END,
        reason=EngagementReason.NOTICE_GIVEN,
        author=BUND,
        command_id="end",
        at=NOON,
    )

    assert rate_at(world, queries, ACTIVE_SINCE - INSTANT) == Fraction(1, 10)
    assert rate_at(world, queries, NOON) == Fraction(0)


@pytest.mark.clause("UA-1-14")
def test_clients_from_before_have_codes_too(sql: psycopg.Connection[object]) -> None:
    rows = sql.execute("SELECT client, code FROM invitation_code ORDER BY client").fetchall()

    codes = dict(rows)  # type: ignore[arg-type]
    assert {ANNA, BEN} <= codes.keys()
    assert all(CODE.fullmatch(code) for code in codes.values())
    assert len(set(codes.values())) == len(codes)
