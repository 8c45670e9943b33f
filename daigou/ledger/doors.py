"""Owns the two doors of the posting path, as the database offers them: see migrations/sql."""

from collections.abc import Iterable
from datetime import datetime

from pydantic_core import to_json
from sqlalchemy import Connection

from daigou.domain.ids import CouponId, OrderId, SubjectId
from daigou.ledger.found import Found, Rows


def open_book(
    connection: Connection,
    *,
    subject: SubjectId,
    sequence: int,
    command_id: str,
    item: str,
    at: datetime,
    coupons: Iterable[CouponId] = (),
    order: OrderId | None = None,
) -> Found:
    """What the books hold of a subject, which is locked until the transaction ends.

    `order` is the one that a subject is to be about which is not in the books yet; it is locked
    as well, and so is the order of one that is.
    """
    return Found(
        **connection.exec_driver_sql(
            "SELECT open_book(%s, %s, %s, %s, %s, %s, %s)",
            (subject, sequence, command_id, item, list(coupons), at, order),
        ).scalar_one()
    )


def write_step(connection: Connection, rows: Rows) -> None:
    """Writes the rows of a step."""
    connection.exec_driver_sql("SELECT write_step(%s::jsonb)", (to_json(rows).decode(),))
