"""Steps that follow from each other are written in one transaction: all of them, or none."""

import threading
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from daigou.domain import commands
from daigou.domain.commands import Plain
from daigou.domain.lifecycle import PARCEL
from daigou.domain.order import State, TableName, Trigger
from daigou.domain.steps import Recorded
from daigou.ledger.books import PostgresBooks
from daigou.ledger.queries import Queries
from daigou.ports.books import BooksUnavailableError, StepConflictError
from tests.ledger.killing import kill_the_waiting
from tests.ledger.road import Subject, Turn, World, dispatch, receive
from tests.ledger.sums import balances

pytestmark = pytest.mark.usefixtures("proved")


@pytest.fixture
def order(world: World) -> Subject:
    """An order whose only parcel is at the storage: the window of logistics is open."""
    order = world.purchased()
    receive(order)
    return order


@pytest.fixture
def end_of_duty(order: Subject) -> tuple[Turn, ...]:
    """The parcel is stored, and the order follows and earns the provider its fee."""
    (parcel,) = order.items
    turns = order.turns(Trigger.END_DUTY, item=parcel)
    assert [turn.step.table for turn in turns] == [TableName.PARCEL, TableName.FULFILMENT]
    return turns


def steps_of(turns: tuple[Turn, ...]) -> tuple[Any, ...]:
    return tuple(turn.step for turn in turns)


def untouched(order: Subject, queries: Queries) -> bool:
    view = queries.order(order.id)
    return (
        (view.state, view.sequence, len(queries.timeline(order.id)))
        == (State.WAREHOUSED, order.sequence, order.sequence)
        and view.items[0].state == State.WAREHOUSED
        and balances(queries)[f"fee_held:{order.id}"] == -123
    )


@pytest.mark.clause("PSR-16")
def test_parcels_step_and_the_orders_are_both_written(
    order: Subject, end_of_duty: tuple[Turn, ...], queries: Queries
) -> None:
    order.take(*end_of_duty)

    view = queries.order(order.id)
    assert (view.state, view.items[0].state, view.sequence) == (State.STORED, State.STORED, 10)
    assert [step.table for step in queries.timeline(order.id)[-2:]] == ["parcel", "fulfilment"]
    assert {step.at for step in queries.timeline(order.id)[-2:]} == {order.at}


@pytest.mark.parametrize(
    "spoiled",
    [
        {"source": State.PURCHASED, "target": State.WAREHOUSED},
        {"sequence": 99},
        {"target": State.CLOSED},
        {"command_id": "ord_0001-1"},
    ],
)
def test_second_step_that_fails_takes_the_first_one_along(
    order: Subject,
    end_of_duty: tuple[Turn, ...],
    books: PostgresBooks,
    queries: Queries,
    spoiled: dict[str, Any],
) -> None:
    first, second = steps_of(end_of_duty)

    with pytest.raises(StepConflictError):
        books.commit((first, replace(second, **spoiled)))

    assert untouched(order, queries)
    order.take(*end_of_duty)


def test_first_step_that_fails_keeps_the_second_one_out(
    order: Subject, end_of_duty: tuple[Turn, ...], books: PostgresBooks, queries: Queries
) -> None:
    first, second = steps_of(end_of_duty)

    with pytest.raises(StepConflictError):
        books.commit((replace(first, source=State.STORED), second))

    assert untouched(order, queries)


def test_both_are_found_again_by_the_same_commands(
    order: Subject, end_of_duty: tuple[Turn, ...], books: PostgresBooks, queries: Queries
) -> None:
    steps = steps_of(end_of_duty)
    written = books.commit(steps)

    later = tuple(replace(step, at=step.recorded_at, clocks=()) for step in steps)
    assert books.commit(later) == written
    assert [committed.sequence for committed in written] == [9, 10]
    assert len(queries.timeline(order.id)) == 10


def test_first_that_is_another_step_is_returned_alone(
    order: Subject, end_of_duty: tuple[Turn, ...], books: PostgresBooks, queries: Queries
) -> None:
    (parcel,) = order.items
    objection = commands.Objection(reason=commands.ObjectionReason.DAMAGED)
    order.pull(Trigger.OBJECT_TO_GOODS, objection, item=parcel, command_id="faster")

    (stands,) = books.commit(steps_of(end_of_duty))

    assert stands.instead == Recorded(
        table=TableName.PARCEL,
        item=parcel,
        trigger=Trigger.OBJECT_TO_GOODS,
        source=State.WAREHOUSED,
        target=State.WAREHOUSE_OBJECTION,
        command_id="faster",
        command=objection,
    )
    assert queries.order(order.id).state == State.WAREHOUSE_OBJECTION


def test_step_that_is_found_tells_which_of_its_rows_it_took(
    world: World, books: PostgresBooks
) -> None:
    order = world.stored()
    (parcel,) = order.items
    other = order.step(Trigger.ABANDON_GOODS, commands.Noted(), item=parcel, command_id="slower")
    order.pull(Trigger.CHARGE_STORAGE, item=parcel)

    (found,) = books.commit((other,))

    # The deposit is empty: the row that charges it gave way to the one that only notes it.
    assert found.instead is not None
    assert (found.instead.trigger, found.instead.variant) == (Trigger.CHARGE_STORAGE, 1)
    assert (found.instead.item, found.instead.command) == (parcel, Plain())


def test_command_that_was_written_by_its_other_row_is_found_with_that_row(
    world: World, books: PostgresBooks
) -> None:
    order = world.stored()
    (parcel,) = order.items
    first_tried = order.step(Trigger.CHARGE_STORAGE, item=parcel)
    order.pull(Trigger.CHARGE_STORAGE, item=parcel)
    world.recharged(9_000)

    # The answer was lost, and by now the deposit could pay: what was written stands.
    (found,) = books.commit((first_tried,))

    assert found.instead is not None
    assert (first_tried.variant, found.instead.variant) == (0, 1)
    assert found.instead.command_id == first_tried.command_id


def test_two_steps_take_four_statements(
    order: Subject, end_of_duty: tuple[Turn, ...], engine: Engine
) -> None:
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    order.take(*end_of_duty)

    assert [statement.split("(")[0] for statement in statements] == [
        "SELECT open_book",
        "SELECT write_step",
    ] * 2


def test_connection_killed_between_two_steps_leaves_neither(
    order: Subject,
    end_of_duty: tuple[Turn, ...],
    queries: Queries,
    sql: psycopg.Connection[Any],
) -> None:
    # Whoever holds the fee's account lets the parcel's step through and stops the order's.
    sql.execute("SELECT FROM account WHERE id LIKE 'fee_held:%' FOR UPDATE")
    raised: list[BaseException] = []

    def commit() -> None:
        try:
            order.take(*end_of_duty)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
            raised.append(error)

    thread = threading.Thread(target=commit)
    thread.start()
    kill_the_waiting(sql)
    thread.join()
    sql.rollback()

    assert [type(error) for error in raised] == [BooksUnavailableError]
    assert untouched(order, queries)

    order.take(*end_of_duty)
    assert queries.order(order.id).fee_earned.amount == 123


def test_first_commit_after_a_lost_answer_finds_what_was_written(
    order: Subject, end_of_duty: tuple[Turn, ...], books: PostgresBooks, engine: Engine
) -> None:
    steps = steps_of(end_of_duty)

    @event.listens_for(engine, "commit", once=True)
    def lose_the_answer(connection: Any) -> None:
        # The server commits; what it says of it is lost on the way.
        connection.connection.driver_connection.commit()
        connection.connection.driver_connection.close()

    with pytest.raises(BooksUnavailableError):
        books.commit(steps)

    assert [committed.sequence for committed in books.commit(steps)] == [9, 10]


# ---- items -------------------------------------------------------------------------------------


def test_each_item_is_named_by_the_step_that_opened_it(world: World, queries: Queries) -> None:
    order = world.purchased()
    first, second = dispatch(order, 100), dispatch(order, 200)

    assert (first, second) == (f"{order.id}/7", f"{order.id}/8")
    order.pull(Trigger.TRACK, commands.Transport(tracking_ref="t-2"), item=second)
    order.pull(Trigger.REPORT_LOST, commands.Noted(), item=first)
    states = {item.item: item.state for item in queries.order(order.id).items}
    assert states == {first: State.LOST, second: State.DISPATCHED}


def test_step_of_an_item_that_there_is_not_is_an_alarm(
    order: Subject, books: PostgresBooks, queries: Queries
) -> None:
    (parcel,) = order.items
    (step, _) = order.steps_of(Trigger.END_DUTY, item=parcel)

    with pytest.raises(StepConflictError, match="begins at warehoused, but parcel stands at new"):
        books.commit((replace(step, item=f"{order.id}/3"),))

    assert untouched(order, queries)


def test_item_of_another_order_is_out_of_reach(
    world: World, order: Subject, books: PostgresBooks
) -> None:
    (parcel,) = order.items
    other = world.purchased()
    receive(other)
    (mine,) = other.items
    (step, _) = other.steps_of(Trigger.END_DUTY, item=mine)

    with pytest.raises(StepConflictError):
        books.commit((replace(step, item=parcel),))


def test_item_stands_on_one_axis_alone(order: Subject, books: PostgresBooks) -> None:
    (parcel,) = order.items
    asked = order.step(Trigger.ASK_QUESTION, commands.Message(note_ref="txt_0001"))

    with pytest.raises(StepConflictError):
        books.commit((replace(asked, item=parcel),))


def test_what_is_said_stands_beside_the_order(world: World, queries: Queries) -> None:
    order = world.order()
    order.pull(Trigger.REQUIRE, commands.Require(note_ref="txt_0001", needed=True))
    order.pull(Trigger.ASK_QUESTION, commands.Message(note_ref="txt_0002"))
    order.pull(Trigger.GIVE_OPINION, commands.Message(note_ref="txt_0003"))
    question = order.steps[-2].item
    order.pull(Trigger.ANSWER_QUESTION, commands.Message(note_ref="txt_0004"), item=question)

    view = queries.order(order.id)
    assert view.state == State.REQUESTED
    assert [(item.table, item.state, item.opening) for item in view.items] == [
        ("requirement", State.PROPOSED, {"note_ref": "txt_0001", "needed": True}),
        ("question", State.ANSWERED, {"note_ref": "txt_0002"}),
        ("opinion", State.GIVEN, {"note_ref": "txt_0003"}),
    ]
    assert [item.number for item in view.items] == ["2", "3", "4"]
    assert view.facts.requirements[0].needed


def test_parcels_that_nobody_announced_are_told_apart(world: World, queries: Queries) -> None:
    order = world.purchased()
    order.pull(
        Trigger.WAREHOUSE_RECEIPT,
        commands.WarehouseReceipt(parcel_ref="p-1", quantity=100),
        table=PARCEL,
    )
    order.pull(Trigger.WAREHOUSE_RECEIPT, commands.WarehouseReceipt(parcel_ref="p-2"), table=PARCEL)

    view = queries.order(order.id)
    assert [parcel.quantity for parcel in view.facts.parcels] == [100, 200]
    assert view.state == State.WAREHOUSED
