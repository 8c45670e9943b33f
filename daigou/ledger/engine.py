"""Owns how the books are reached: one pool of connections, each bounded in time."""

from sqlalchemy import Engine, create_engine

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
