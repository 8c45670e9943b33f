"""What stands beside an order on an axis of its own, attacked by someone who goes around the door."""

import pytest
from pydantic_core import to_json

from daigou.domain import commands
from daigou.domain.order import Trigger
from tests.ledger.attack import (
    CHAIN,
    CHECK,
    FOREIGN_KEY,
    HISTORY,
    READ_MODEL,
    UNIQUE,
    Rows,
    Sql,
    composed,
    refused,
    written,
)
from tests.ledger.road import Subject, World, dispatch, sold_out


@pytest.fixture
def order(world: World) -> Subject:
    """An order with a parcel on its way, ord_0001/7."""
    order = world.purchased()
    dispatch(order, 100)
    return order


@pytest.fixture
def opening(order: Subject, sql: Sql) -> Rows:
    """The rows of a step that opens a question, ord_0001/9."""
    assert order.sequence == 8
    return composed(sql, order.step(Trigger.ASK_QUESTION, commands.Message(note_ref="txt_0001")))


@pytest.fixture
def moving(order: Subject, sql: Sql) -> Rows:
    """The rows of a step that moves the parcel."""
    return composed(
        sql, order.step(Trigger.REPORT_LOST, commands.Noted(), item=f"{order.id}/7")
    )


def test_item_as_the_door_writes_it_is_accepted(opening: Rows, sql: Sql) -> None:
    assert written(sql, opening) is None


@pytest.mark.usefixtures("order")
def test_item_without_a_transition_is_refused(sql: Sql) -> None:
    item = "('{id}/9', '{id}', 'question', 9, 'asked', '[]', NULL, NULL, now(), NULL)"

    assert refused(sql, "INSERT INTO order_item VALUES " + item.format(id="ord_0001")) == HISTORY


@pytest.mark.parametrize(
    "change",
    [
        # A step of another axis, of another item, or that led elsewhere, opens no such item.
        {"axis": "parcel"},
        {"axis": "requirement"},
        {"axis": "opinion"},
        {"axis": "refund"},
        {"state": "answered", "ended_at": "2026-12-01T00:00:00Z"},
        {"state": "due", "axis": "refund"},
    ],
)
def test_item_under_a_foreign_transition_is_refused(
    opening: Rows, sql: Sql, change: Rows
) -> None:
    opening["new_item"][0] |= change

    assert written(sql, opening) == READ_MODEL


def test_second_item_under_one_transition_is_refused(opening: Rows, sql: Sql) -> None:
    more = opening["new_item"][0] | {"item": "ord_0001/9.2", "axis": "parcel", "state": "stored"}
    opening["new_item"].append(more)

    assert written(sql, opening) == READ_MODEL


def test_item_slipped_under_a_step_of_the_order_is_refused(order: Subject, sql: Sql) -> None:
    rows = composed(sql, order.step(Trigger.REPORT_PROGRESS, commands.Noted()))
    rows["new_item"] = [
        {
            "item": "ord_0001/9",
            "subject": "ord_0001",
            "axis": "parcel",
            "sequence": 9,
            "state": "stored",
            "clocks": [],
            "opened_at": order.at,
        }
    ]

    assert written(sql, rows) == READ_MODEL


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"sequence": 8}, HISTORY),
        ({"sequence": 99}, HISTORY),
        ({"subject": "ord_none"}, HISTORY),
        ({"item": "ord_0001/7"}, READ_MODEL),
    ],
)
def test_item_of_another_step_is_refused(
    opening: Rows, sql: Sql, change: Rows, state: str
) -> None:
    opening["new_item"][0] |= change

    assert written(sql, opening) == state


@pytest.mark.parametrize(
    "item", ["ord_0001/8", "ord_0001/9.1", "ord_0001/9.2", "ord_0001/99", "ordx0001/9", "9"]
)
def test_item_is_named_by_its_step(opening: Rows, sql: Sql, item: str) -> None:
    opening["new_item"][0]["item"] = item
    opening["transition"]["item"] = item

    assert written(sql, opening) == CHECK


@pytest.mark.parametrize("suffix", [".0", ".01", ".", ".x", "0", ".2.3"])
def test_refund_is_named_by_its_movement(world: World, sql: Sql, suffix: str) -> None:
    order = world.effective()
    step = order.step(
        Trigger.REPORT_UNREALIZABLE,
        commands.ReportUnrealizable(reason=commands.UnrealizableReason.SOLD_OUT),
    )
    rows = composed(sql, step)
    rows["new_item"][0]["item"] += suffix
    rows["movement"][0]["reference"] += suffix

    assert written(sql, rows) == CHECK


def test_refund_without_its_movement_is_refused(world: World, sql: Sql) -> None:
    order = world.effective()
    step = order.step(
        Trigger.REPORT_UNREALIZABLE,
        commands.ReportUnrealizable(reason=commands.UnrealizableReason.SOLD_OUT),
    )
    rows = composed(sql, step)
    del rows["movement"]

    assert written(sql, rows) == READ_MODEL


def test_transition_of_an_item_that_is_not_opened_is_refused(opening: Rows, sql: Sql) -> None:
    del opening["new_item"]

    assert written(sql, opening) == READ_MODEL


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"axis": "question"}, CHAIN),
        ({"item": "ord_0001/3"}, CHAIN),
        ({"item": ""}, CHAIN),
        ({"axis": "fulfilment", "source": "dispatched"}, CHECK),
        ({"source": "warehoused"}, CHAIN),
        ({"target": "stored"}, READ_MODEL),
        ({"variant": -1}, CHECK),
        ({"axis": "side"}, CHAIN),
    ],
)
def test_transitions_of_an_item_are_chained(
    moving: Rows, sql: Sql, change: Rows, state: str
) -> None:
    moving["transition"] |= change

    assert written(sql, moving) == state


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"axis": "recharge"}, CHECK),
        ({"axis": "side"}, CHECK),
        ({"axis": "fulfilment"}, CHECK),
        ({"item": ""}, CHECK),
    ],
)
def test_axis_fits_its_subject_and_its_item(
    opening: Rows, sql: Sql, change: Rows, state: str
) -> None:
    if opening["transition"] | change | {"axis": "fulfilment"} == opening["transition"] | change:
        opening["transition"]["source"] = "dispatched"
        opening["transition"] |= {"source": "purchased"}
    opening["transition"] |= change

    assert written(sql, opening) in {state, CHAIN}


def test_item_moves_only_with_a_transition(order: Subject, sql: Sql) -> None:
    for change in (
        "state = 'stored'",
        "state = 'dispatched'",
        "ended_at = now(), next_due_at = NULL",
        "next_due_at = now()",
    ):
        assert refused(sql, f"UPDATE order_item SET {change}") == READ_MODEL, change


def test_item_does_not_move_with_a_step_of_its_order(order: Subject, sql: Sql) -> None:
    rows = composed(sql, order.step(Trigger.REPORT_PROGRESS, commands.Noted()))
    kept = sql.execute("SELECT to_jsonb(i) FROM order_item i").fetchone()
    assert kept is not None
    rows["item"] = kept[0] | {"state": "stored"}

    assert written(sql, rows) == READ_MODEL


@pytest.mark.parametrize(
    "change",
    [
        "sequence = 8, item = 'ord_0001/8'",
        "axis = 'question'",
        "opened_at = now()",
        "item = 'ord_0001/8'",
    ],
)
def test_what_was_opened_does_not_change(moving: Rows, sql: Sql, change: str) -> None:
    sql.execute("SELECT write_step(%s::jsonb)", (to_json(moving).decode(),))

    assert refused(sql, f"UPDATE order_item SET {change}") == HISTORY


@pytest.mark.usefixtures("order")
def test_item_is_never_removed(sql: Sql) -> None:
    assert refused(sql, "DELETE FROM order_item") == HISTORY
    assert refused(sql, "TRUNCATE order_item") == HISTORY


def test_ended_item_waits_for_nothing(moving: Rows, sql: Sql) -> None:
    moving["item"]["ended_at"] = moving["transition"]["at"]

    assert written(sql, moving) == CHECK


def test_item_is_opened_once(world: World, sql: Sql) -> None:
    order = world.effective()
    sold_out(order)
    more = "INSERT INTO order_item SELECT * FROM order_item"

    assert refused(sql, more) == HISTORY
    assert UNIQUE not in {refused(sql, more)}
    assert FOREIGN_KEY not in {refused(sql, more)}
