"""How a connection is taken away from the books while they write."""

from typing import Any

import psycopg
import pytest


def kill_the_waiting(sql: psycopg.Connection[Any]) -> None:
    """Ends the backend of whoever waits for a lock, as soon as somebody does."""
    with psycopg.connect(sql.info.dsn, autocommit=True) as killer:
        for _ in range(500):
            killed = killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ).fetchall()
            if killed:
                return
            killer.execute("SELECT pg_sleep(0.01)")
    pytest.fail("nobody waited for the lock")
