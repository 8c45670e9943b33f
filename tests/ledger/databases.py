"""Databases for tests: copies of a template, used again once they are as the template was.

To make a database costs ten times what a test does with it, so one that a test is done with is
emptied and filled again. One whose schema a test changed is dropped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql as to_sql
from sqlalchemy import Engine, event, make_url

from daigou.ledger.engine import make_engine

Sql = psycopg.Connection[Any]
CONNECTIONS_MAX, KEPT_MAX = 30, 4


@dataclass(frozen=True, kw_only=True)
class Spare:
    """A copy of a template, with what brings it back to where it began.

    `sql` and a few sessions of the engine are kept: a new one would read the catalogue again, and
    compile every guard.
    """

    url: str
    sql: Sql
    schema: str
    restoring: str
    engine: Engine
    pids: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        event.listen(self.engine, "connect", lambda new, _: self.pids.add(new.info.backend_pid))

    def restore(self) -> bool:
        """Makes its rows the template's again; false if the schema is another one now, or the
        test cut off every session, this one too.
        """
        if self.engine.pool.checkedin() > KEPT_MAX or self.engine.pool.checkedout():
            self.engine.dispose()
            self.pids.clear()
        try:
            self.sql.execute(_CUT_OFF, (list(self.pids),))
        except psycopg.errors.AdminShutdown:
            return False
        if _schema(self.sql) != self.schema:
            return False
        self.sql.execute(self.restoring)
        return True

    def close(self) -> None:
        """Lets go of its sessions."""
        self.engine.dispose()
        self.sql.close()


SPARES: dict[tuple[str, str], Spare] = {}
"""By server and template, the copy that nobody uses at the moment."""


@contextmanager
def borrowed(server_url: str, template: str, *, name: str) -> Iterator[Spare]:
    """A database that is like the template, for as long as it is needed; `name` if it is new."""
    spare = SPARES.pop((server_url, template), None) or _made(server_url, template, name)
    yield spare
    if spare.restore():
        SPARES[server_url, template] = spare
    else:
        spare.close()
        _drop(server_url, spare.url)


def close_spares(server_url: str) -> None:
    """Lets go of the copies on a server that is about to stop."""
    for key in [key for key in SPARES if key[0] == server_url]:
        SPARES.pop(key).close()


@contextmanager
def copied(server_url: str, template: str, *, name: str) -> Iterator[str]:
    """A copy of a database, for as long as it is needed."""
    with admin_of(server_url) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield named(server_url, name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def plain(url: str) -> str:
    """The URL as psycopg itself takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def admin_of(url: str) -> Sql:
    """A connection that may make databases."""
    return psycopg.connect(plain(url), autocommit=True)


def named(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _made(server_url: str, template: str, name: str) -> Spare:
    with admin_of(server_url) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    url = named(server_url, name)
    sql = psycopg.connect(plain(url), autocommit=True)
    sql.execute("CREATE SCHEMA pristine")
    engine = make_engine(url, connections_max=CONNECTIONS_MAX)
    return Spare(url=url, sql=sql, restoring=_restoring(sql), schema=_schema(sql), engine=engine)


def _drop(server_url: str, url: str) -> None:
    with admin_of(server_url) as admin:
        admin.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def _restoring(sql: Sql) -> str:
    """The statements that empty every table, fill it as it is now, and set its counters back."""
    # Guards and foreign keys are left out: this is what they are there to prevent.
    statements = [to_sql.SQL("SET session_replication_role = replica")]
    for (table,) in sql.execute(_TABLES).fetchall():
        public, kept = to_sql.Identifier(table), to_sql.Identifier("pristine", table)
        statements.append(to_sql.SQL("DELETE FROM {}").format(public))
        if sql.execute(to_sql.SQL("SELECT FROM {} LIMIT 1").format(public)).fetchone() is None:
            continue
        sql.execute(to_sql.SQL("CREATE TABLE {} AS TABLE {}").format(kept, public))
        statements.append(
            to_sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE SELECT * FROM {}").format(
                public, kept
            )
        )
    for sequence, last in sql.execute(_SEQUENCES).fetchall():
        statements.append(
            to_sql.SQL("SELECT setval({}, {}, {})").format(sequence, last or 1, last is not None)
        )
    return "; ".join(statement.as_string(sql) for statement in statements)


def _schema(sql: Sql) -> str:
    """A digest of everything in the schema that a test might change."""
    row = sql.execute(_DIGEST).fetchone()
    if row is None:
        raise LookupError("no schema")
    digest: str = row[0]
    return digest


# Whoever is none of the engine's, or still in the midst of something.
_CUT_OFF = """
    WITH strangers AS MATERIALIZED (
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND NOT (pid = ANY (%s) AND state = 'idle')
    ) SELECT pg_terminate_backend(pid, 5000) FROM strangers
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_SEQUENCES = """
    SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE schemaname = 'public'
"""
_DIGEST = """
    WITH ours AS (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace), said AS (
        SELECT format('%s %s', attrelid, attname || atttypid || attisdropped) AS what
        FROM pg_attribute WHERE attrelid IN (SELECT oid FROM ours)
        UNION ALL SELECT format('%s %s', oid, conname) FROM pg_constraint
        UNION ALL SELECT format('%s %s', oid, tgenabled)
        FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM ours)
        UNION ALL SELECT format('%s %s', oid, xmin)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) SELECT md5(string_agg(what, ';' ORDER BY what)) FROM said
"""
