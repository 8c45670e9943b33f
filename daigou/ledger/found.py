"""Owns what `open_book` finds of a subject, before a step of it is written."""

from dataclasses import dataclass
from typing import Any

Rows = dict[str, Any]
"""Rows by table, as `write_step` takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What `open_book` found of a subject: its rows, as JSON; None where there are none yet.

    `order` is the subject, or the order that it is about; `own` is the row of a subject that is no
    order, and `beside` are the others of its kind that are about the same order. `written`
    is what the step's sequence already holds, `command_sequence` the sequence that its command was
    written under; `held` is owed in fen, by kind of the subject's own accounts, and `moved` is what
    its journals put into each account. `lines` are the order's checkout as it is now, of
    `lines_written` in all; `items` are those that have not ended. `captured` are the order's
    payments through the institution, `disputes` the chargebacks of them, the subject itself among
    them if it is one, `order_held` what the order of a chargeback holds, `client_owes` what the
    client of an order owes for cancellations, `owing` the chargebacks that the client has not
    covered. `personal` is what is known of the client's account,
    for a subject that is no order.
    """

    written: Rows | None
    command_sequence: int | None
    order: Rows | None
    request: Rows | None
    own: Rows | None
    beside: list[Rows]
    lines: list[Rows]
    lines_written: int
    items: list[Rows]
    held: dict[str, int]
    moved: dict[str, int]
    captured: list[Rows]
    disputes: list[Rows]
    order_held: dict[str, int] | None
    client_owes: int | None
    owing: list[str]
    personal: Rows | None
    coupons: list[Rows]
    brokerage: Rows | None
    movement: Rows | None
