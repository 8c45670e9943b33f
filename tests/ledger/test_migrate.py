"""The schema: made once by however many ask for it, and the same as the tables say."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, make_url

from daigou.domain.book import (
    CASH_KINDS,
    HELD_FOR_A_SUBJECT,
    AccountKind,
    JournalKind,
    MovementKind,
    MovementState,
)
from daigou.domain.commands import LineCode
from daigou.domain.order import Role, TableName
from daigou.ledger.migrate import upgrade
from daigou.ledger.tables import METADATA


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    plain = make_url(server_url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute("CREATE DATABASE bare")
        yield make_url(server_url).set(database="bare").render_as_string(hide_password=False)
        admin.execute("DROP DATABASE bare WITH (FORCE)")


def test_tables_in_python_are_the_migrated_ones(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, METADATA) == []


def test_comparison_would_see_a_difference(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE journal ADD COLUMN extra integer")
        connection.exec_driver_sql("ALTER TABLE entry ALTER COLUMN amount TYPE integer")
        connection.exec_driver_sql("DROP INDEX order_by_client")
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert len(compare_metadata(context, METADATA)) == 3


def test_many_upgrades_at_once_make_one_schema(empty_url: str) -> None:
    with ThreadPoolExecutor(5) as threads:
        list(threads.map(upgrade, [empty_url] * 5))
    upgrade(empty_url)

    engine = create_engine(empty_url)
    assert set(inspect(engine).get_table_names()) == {*METADATA.tables, "alembic_version"}
    engine.dispose()


@pytest.mark.parametrize(
    ("table", "kinds"),
    [
        ("account", AccountKind),
        ("journal", JournalKind),
        ("movement", MovementKind),
        ("movement", MovementState),
        ("order_line", LineCode),
        ("transition", TableName),
        ("transition", Role),
    ],
)
def test_database_knows_every_kind_that_the_domain_has(
    engine: Engine, table: str, kinds: type
) -> None:
    allowed = " ".join(check["sqltext"] for check in inspect(engine).get_check_constraints(table))

    for kind in kinds:
        assert f"'{kind.value}'" in allowed


def test_floor_is_for_every_account_but_cash(engine: Engine) -> None:
    with engine.connect() as connection:
        guard = connection.exec_driver_sql(
            "SELECT prosrc FROM pg_proc WHERE proname = 'entry_runs_on'"
        ).scalar_one()

    assert "account_kind NOT IN ('payment_institution', 'bank')" in guard
    assert {"payment_institution", "bank"} == CASH_KINDS
    assert AccountKind.DEPOSIT not in HELD_FOR_A_SUBJECT
