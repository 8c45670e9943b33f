"""How the guards are attacked: by rows that go around the one door, and what refuses them."""

from copy import deepcopy
from typing import Any

import psycopg
from pydantic_core import to_json

from daigou.domain.commands import AboutAnOrder, Pay
from daigou.domain.steps import Step
from daigou.ledger.found import Found
from daigou.ledger.rows import digest_of
from daigou.ledger.step_writer import compose

Sql = psycopg.Connection[Any]
Rows = dict[str, Any]

FLOOR, FROZEN, STRANGER, HISTORY = "DG001", "DG002", "DG003", "DG004"
UNBALANCED, CHAIN, READ_MODEL, COUPON = "DG005", "DG006", "DG007", "DG008"
TWICE = "DG010"
ENGAGEMENT, INVITATION = "DG120", "DG121"
CHECK, FOREIGN_KEY, UNIQUE = "23514", "23503", "23505"


def refused(sql: Sql, statement: str, *params: Any) -> str | None:
    """The SQLSTATE that refuses a statement, at once or at the commit."""
    try:
        sql.execute(statement, params or None)
        sql.commit()
    except psycopg.DatabaseError as error:
        sql.rollback()
        if error.sqlstate is None:
            raise
        return error.sqlstate
    return None


def composed(sql: Sql, step: Step) -> Rows:
    """The rows that the door would write for a step."""
    found = sql.execute(
        "SELECT open_book(%s, %s, %s, %s, %s, %s, %s)",
        (
            step.subject,
            step.sequence,
            step.command_id,
            step.item,
            list(step.command.coupons) if isinstance(step.command, Pay) else [],
            step.at,
            step.command.order if isinstance(step.command, AboutAnOrder) else None,
        ),
    ).fetchone()
    sql.rollback()
    assert found is not None
    return compose(step=step, digest=digest_of(step), found=Found(**found[0])).rows


def spoiled(rows: Rows, *path: str | int, change: Rows) -> Rows:
    """A copy of a step's rows with a change to one of them, e.g. of `"order_line", 2`."""
    copy = deepcopy(rows)
    row: Any = copy
    for name in path:
        row = row[name]
    row |= change
    return copy


def written(sql: Sql, rows: Rows) -> str | None:
    """The SQLSTATE that refuses a step's rows, spoiled or not."""
    return refused(sql, "SELECT write_step(%s::jsonb)", to_json(rows).decode())
