"""Owns how the books are reached: one pool of connections, each bounded in time."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine

from daigou.ledger.failures import database_answers

CONNECT_SECONDS_MAX = 2
STATEMENT_MILLISECONDS_MAX = 2_000
LOCK_MILLISECONDS_MAX = 1_500
"""All well under the five seconds that an activity gives a commit."""


def make_engine(database_url: str, *, connections_max: int = 20) -> Engine:
    """An engine for `postgresql+psycopg://…`; it connects at the first use.

    A statement, a lock or a lost peer never holds a thread for longer than the bounds above; a
    thread waits `CONNECT_SECONDS_MAX` for a free connection.
    """
    return create_engine(
        database_url,
        pool_size=connections_max,
        max_overflow=0,
        pool_timeout=CONNECT_SECONDS_MAX,
        connect_args={
            "connect_timeout": CONNECT_SECONDS_MAX,
            "tcp_user_timeout": STATEMENT_MILLISECONDS_MAX,
            "application_name": "daigou",
            "options": (
                f"-c statement_timeout={STATEMENT_MILLISECONDS_MAX}"
                f" -c lock_timeout={LOCK_MILLISECONDS_MAX}"
                f" -c idle_in_transaction_session_timeout={2 * STATEMENT_MILLISECONDS_MAX}"
                " -c timezone=UTC"
            ),
        },
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """All that is executed in it, or nothing; it raises what `database_answers` raises."""
    with database_answers(), engine.begin() as connection:
        yield connection


@contextmanager
def autocommit(engine: Engine) -> Iterator[Connection]:
    """Each statement in it is whole by itself: two trips less than a transaction of one statement.

    It raises what `database_answers` raises.
    """
    with database_answers(), engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")
