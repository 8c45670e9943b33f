"""The schema: made once by however many ask for it, and the same as the tables say."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url

from daigou.domain.book import (
    CASH_KINDS,
    HELD_FOR_A_SUBJECT,
    OWED_TO_THE_PLATFORM,
    AccountKind,
    JournalKind,
    MovementKind,
    MovementState,
)
from daigou.domain.commands import LineCode
from daigou.domain.ids import KINDS
from daigou.domain.lifecycle import ITEM_TABLES
from daigou.domain.order import Role
from daigou.domain.terms import current
from daigou.ledger.migrate import upgrade
from daigou.ledger.subjects import READ_MODELS
from daigou.ledger.tables import METADATA


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    plain = make_url(server_url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute("CREATE DATABASE bare")
        yield make_url(server_url).set(database="bare").render_as_string(hide_password=False)
        admin.execute("DROP DATABASE bare WITH (FORCE)")


@contextmanager
def _patiently(engine: Engine) -> Iterator[Connection]:
    """A connection that holds no transaction open while Python compares, however long it takes."""
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


def test_tables_in_python_are_the_migrated_ones(engine: Engine) -> None:
    with _patiently(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, METADATA) == []


def test_comparison_would_see_a_difference(engine: Engine) -> None:
    with _patiently(engine) as connection:
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
        ("order_item", [table.name for table in ITEM_TABLES]),
        ("transition", [table.name for table in ITEM_TABLES]),
        ("transition", Role),
    ],
)
def test_database_knows_every_kind_that_the_domain_has(
    engine: Engine, table: str, kinds: Iterable[StrEnum]
) -> None:
    allowed = " ".join(check["sqltext"] for check in inspect(engine).get_check_constraints(table))

    for kind in kinds:
        assert f"'{kind.value}'" in allowed


def test_database_knows_every_kind_of_subjects_by_its_main_table(engine: Engine) -> None:
    with engine.connect() as connection:
        axes = connection.exec_driver_sql("SELECT main_axes()").scalar_one()
        named = {
            kind.name: connection.exec_driver_sql(
                "SELECT main_axis(%s)", (f"{prefix}_0001",)
            ).scalar_one()
            for prefix, kind in KINDS.items()
        }

    assert set(axes) == set(READ_MODELS)
    assert {axis for axis in named.values() if axis is not None} == set(READ_MODELS)


def test_floor_is_for_every_account_but_cash(engine: Engine) -> None:
    with engine.connect() as connection:
        guard = connection.exec_driver_sql(
            "SELECT prosrc FROM pg_proc WHERE proname = 'entry_runs_on'"
        ).scalar_one()

    without = ("payment_institution", "bank", "promotion", "receivable", "charged_back")
    owed = ("promotion", "receivable", "charged_back")
    said = " ".join(guard.split())
    assert f"account_kind NOT IN ( {str(without)[1:]}" in said
    assert f"account_kind IN {owed}" in said
    assert set(without) == CASH_KINDS | OWED_TO_THE_PLATFORM
    assert set(owed) == OWED_TO_THE_PLATFORM
    assert AccountKind.DEPOSIT not in HELD_FOR_A_SUBJECT


@pytest.mark.clause("UA-1-10")
def test_coupons_reduce_in_the_database_what_the_terms_let_them(engine: Engine) -> None:
    checks = inspect(engine).get_check_constraints("coupon")
    (allowed,) = [check["sqltext"] for check in checks if "reduces <@" in check["sqltext"]]

    assert {code.value for code in LineCode if f"'{code.value}'" in allowed} == set(
        current().coupons_reduce
    )
