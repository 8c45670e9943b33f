"""What stands beside an order on an axis of its own, attacked by who goes around the one door."""

import pytest
from pydantic_core import to_json

from daigou.domain import commands
from daigou.domain.order import Trigger
from tests.ledger.attack import (
    CHAIN,
    CHECK,
    HISTORY,
    READ_MODEL,
    Rows,
    Sql,
    composed,
    refused,
    spoiled,
    written,
)
from tests.ledger.road import Subject, World, dispatch


@pytest.fixture
def order(world: World) -> Subject:
    """An order with a parcel on its way, ord_0001/7."""
    order = world.purchased()
    dispatch(order)
    return order


@pytest.fixture
def opening(order: Subject, sql: Sql) -> Rows:
    """The rows of a step that opens a question, ord_0001/9."""
    assert order.sequence == 8
    return composed(sql, order.step(Trigger.ASK_QUESTION, commands.Message(note_ref="txt_0001")))


@pytest.fixture
def moving(order: Subject, sql: Sql) -> Rows:
    """The rows of a step that moves the parcel."""
    return composed(sql, order.step(Trigger.REPORT_LOST, commands.Noted(), item=f"{order.id}/7"))


def test_item_as_the_door_writes_it_is_accepted(opening: Rows, sql: Sql) -> None:
    assert written(sql, opening) is None


@pytest.mark.usefixtures("order")
def test_item_without_a_transition_is_refused(sql: Sql) -> None:
    item = "('{id}/9', '{id}', 'question', 9, 'asked', '[]', NULL, NULL, now(), NULL)"

    assert refused(sql, "INSERT INTO order_item VALUES " + item.format(id="ord_0001")) == HISTORY


def test_item_under_a_foreign_transition_is_refused(opening: Rows, sql: Sql) -> None:
    # A step of another axis, of another item, or that led elsewhere, opens no such item.
    for change in (
        {"axis": "parcel"},
        {"axis": "requirement"},
        {"axis": "opinion"},
        {"axis": "refund"},
        {"axis": "refund", "state": "due"},
        {"item": "ord_0001/7"},
        {"state": "answered", "ended_at": opening["new_item"][0]["opened_at"], "next_due_at": None},
    ):
        rows = spoiled(opening, "new_item", 0, change=change)
        assert written(sql, rows) == READ_MODEL, change
    for change in ({"sequence": 8}, {"sequence": 99}, {"subject": "ord_none"}):
        rows = spoiled(opening, "new_item", 0, change=change)
        assert written(sql, rows) == HISTORY, change
    assert written(sql, opening) is None


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


def test_item_is_named_by_its_step(opening: Rows, sql: Sql) -> None:
    for item in ("ord_0001/8", "ord_0001/9.1", "ord_0001/9.2", "ord_0001/99", "ordx0001/9", "9"):
        rows = spoiled(opening, "new_item", 0, change={"item": item})
        rows["transition"]["item"] = item
        assert written(sql, rows) == CHECK, item


@pytest.fixture
def giving_up(world: World, sql: Sql) -> Rows:
    """The rows of a step that opens a refund."""
    step = world.effective().step(
        Trigger.REPORT_UNREALIZABLE,
        commands.ReportUnrealizable(reason=commands.UnrealizableReason.SOLD_OUT),
    )
    return composed(sql, step)


def test_refund_is_named_by_its_movement(giving_up: Rows, sql: Sql) -> None:
    reference = giving_up["movement"][0]["reference"]
    for suffix in (".0", ".01", ".", ".x", "0", ".2.3"):
        rows = spoiled(giving_up, "new_item", 0, change={"item": reference + suffix})
        rows["movement"][0]["reference"] += suffix
        assert written(sql, rows) == CHECK, suffix
    assert written(sql, giving_up) is None


def test_refund_without_its_movement_is_refused(giving_up: Rows, sql: Sql) -> None:
    reference = giving_up["movement"][0]["reference"]
    for change in (
        {"reference": f"{reference}.2"},
        {"kind": "buy", "original": None},
        {"state": "done", "settled_at": "2026-11-23T00:00:00Z", "settled_sequence": 5},
    ):
        rows = spoiled(giving_up, "movement", 0, change=change)
        assert written(sql, rows) == READ_MODEL, change
    rows = spoiled(giving_up, "new_item", 0, change={"state": "refunded"})
    assert written(sql, rows) == READ_MODEL
    del giving_up["movement"]
    assert written(sql, giving_up) == READ_MODEL


def test_transition_of_an_item_that_is_not_opened_is_refused(opening: Rows, sql: Sql) -> None:
    del opening["new_item"]

    assert written(sql, opening) == READ_MODEL


def test_transitions_of_an_item_are_chained(moving: Rows, sql: Sql) -> None:
    for change, state in (
        ({"axis": "question"}, CHAIN),
        ({"item": "ord_0001/3"}, CHAIN),
        ({"item": ""}, CHAIN),
        ({"source": "warehoused"}, CHAIN),
        ({"source": "new"}, CHAIN),
        ({"target": "stored"}, READ_MODEL),
        ({"variant": -1}, CHECK),
    ):
        assert written(sql, spoiled(moving, "transition", change=change)) == state, change
    assert written(sql, moving) is None


def test_axis_fits_its_subject_and_its_item(opening: Rows, sql: Sql) -> None:
    for change in ({"axis": "recharge"}, {"axis": "side"}, {"axis": "fulfilment"}, {"item": ""}):
        assert written(sql, spoiled(opening, "transition", change=change)) == CHECK, change


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


def test_what_was_opened_does_not_change(moving: Rows, sql: Sql) -> None:
    for change in (
        "sequence = 8, item = 'ord_0001/8'",
        "axis = 'question'",
        "opened_at = now()",
        "item = 'ord_0001/8'",
    ):
        sql.execute("SELECT write_step(%s::jsonb)", (to_json(moving).decode(),))
        assert refused(sql, f"UPDATE order_item SET {change}") == HISTORY, change


@pytest.mark.usefixtures("order")
def test_item_is_never_removed(sql: Sql) -> None:
    assert refused(sql, "DELETE FROM order_item") == HISTORY
    assert refused(sql, "TRUNCATE order_item") == HISTORY


def test_ended_item_waits_for_nothing(moving: Rows, sql: Sql) -> None:
    moving["item"]["ended_at"] = moving["transition"]["at"]

    assert written(sql, moving) == CHECK
