"""What the watch sees of the books: a page at a time, each thing once, from an index."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.ids import PartyId, SubjectId
from daigou.domain.order import State, Trigger
from daigou.domain.sweeps import SWEEPS, SweepName
from daigou.ledger.watch import PostgresWatch
from daigou.ports.watch import START, Place
from tests.ledger.account_road import chargeback
from tests.ledger.road import (
    ANNA,
    NOON,
    WHOLE,
    World,
    agree,
    ask_to_cancel,
    dispatch,
    settle_case,
    sold_out,
)

LATER = NOON + timedelta(days=400)
BATCH = 3


@pytest.fixture
def watch(engine: Engine) -> PostgresWatch:
    return PostgresWatch(engine)


def late(watch: PostgresWatch, sweep: SweepName, *, before: datetime = LATER) -> list[Any]:
    """Every page of what is late."""
    return _all_pages(
        lambda place: watch.late(sweep, before=before, limit=BATCH, after=place), "found"
    )


def _all_pages(read: Callable[[Place], Any], of: str) -> list[Any]:
    place: Place | None = START
    pages = []
    while place is not None:
        page = read(place)
        pages.append(getattr(page, of))
        place = page.after
    assert all(len(page) <= BATCH for page in pages)
    return [each for page in pages for each in page]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
def test_everything_overdue_is_seen_once_whatever_the_number(
    world: World, watch: PostgresWatch, count: int
) -> None:
    orders = [world.accepted() for _ in range(count)]

    found = late(watch, SweepName.OVERDUE)

    assert sorted(each.subject for each in found) == sorted(order.id for order in orders)
    assert {each.detail for each in found} <= {"fulfilment/accepted"}
    assert watch.waiting(SweepName.OVERDUE) == count


def test_what_is_not_yet_due_is_not_overdue(world: World, watch: PostgresWatch) -> None:
    order = world.accepted()
    due = min(clock.due for clock in order.clocks)

    assert late(watch, SweepName.OVERDUE, before=due) == []


def test_everything_open_is_seen_once(world: World, watch: PostgresWatch) -> None:
    orders = [world.accepted() for _ in range(7)]
    orders[0].pull(Trigger.WITHDRAW)

    found = _all_pages(lambda place: watch.open_subjects(limit=BATCH, after=place), "subjects")

    assert found == sorted(order.id for order in orders[1:])


def test_standings_tell_what_is_open_and_leave_out_the_unknown(
    world: World, watch: PostgresWatch
) -> None:
    open_, over = world.accepted(), world.accepted()
    over.pull(Trigger.WITHDRAW)

    found = watch.standings([open_.id, over.id, SubjectId("ord_none")])

    assert {id_: (each.state, each.open) for id_, each in found.items()} == {
        open_.id: (State.ACCEPTED, True),
        over.id: (State.WITHDRAWN, False),
    }
    assert all(each.since >= NOON for each in found.values())


def test_notices_are_seen_once_an_event_until_they_are_sent(
    world: World, watch: PostgresWatch, sql: psycopg.Connection[Any]
) -> None:
    order = world.accepted()
    events = {"order.requested", "order.accepted", "order.payment_due"}

    assert {each.detail for each in late(watch, SweepName.NOTICES)} == events
    sql.execute("UPDATE notice SET sent_at = now() WHERE event <> 'order.accepted'")
    sql.commit()
    assert [(each.subject, each.detail) for each in late(watch, SweepName.NOTICES)] == [
        (order.id, "order.accepted")
    ]


def test_questions_are_seen_once_they_were_escalated(world: World, watch: PostgresWatch) -> None:
    asked = commands.Message(note_ref="txt_0001")
    orders = [world.accepted() for _ in range(7)]
    for order in orders:
        order.pull(Trigger.ASK_QUESTION, asked)
    assert late(watch, SweepName.QUESTIONS) == []
    assert watch.waiting(SweepName.QUESTIONS) == 7
    for order in orders[:5]:
        for _ in range(2):
            order.pull(Trigger.ESCALATE, item=f"{order.id}/3")

    orders[0].pull(Trigger.ANSWER_QUESTION, asked, item=f"{orders[0].id}/3")
    orders[1].pull(Trigger.WITHDRAW)

    assert [(each.subject, each.detail) for each in late(watch, SweepName.QUESTIONS)] == [
        (order.id, "question/3") for order in orders[2:5]
    ]


def test_parcel_that_is_overdue_is_seen_with_its_order(world: World, watch: PostgresWatch) -> None:
    order = world.purchased()
    dispatch(order)

    assert [(each.subject, each.detail) for each in late(watch, SweepName.OVERDUE)] == [
        (order.id, "fulfilment/dispatched")
    ]


def test_refund_that_is_due_outlives_its_order(world: World, watch: PostgresWatch) -> None:
    order = world.effective()
    order.pull(Trigger.ASK_QUESTION, commands.Message(note_ref="txt_0001"))
    sold_out(order)

    assert [(each.subject, each.detail) for each in late(watch, SweepName.OVERDUE)] == [
        (order.id, "refund/6")
    ]
    assert _all_pages(lambda place: watch.open_subjects(limit=BATCH, after=place), "subjects") == [
        order.id
    ]
    assert watch.standings([order.id])[order.id].open


def test_case_whose_money_is_still_to_come_outlives_its_order(
    world: World, watch: PostgresWatch, engine: Engine
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    case = ask_to_cancel(order)
    agree(order, order.facts.price.amount)
    order.pull(Trigger.PROCEED_WITHOUT_REFUND, commands.Noted(), item=case)
    settle_case(order, engine)
    assert (order.state, order.items[case].state) == (State.CANCELLED, State.CHASING)

    assert [(each.subject, each.detail) for each in late(watch, SweepName.OVERDUE)] == [
        (order.id, f"cancellation/{case.rpartition('/')[2]}")
    ]
    assert watch.waiting(SweepName.OVERDUE) == 1
    assert _all_pages(lambda place: watch.open_subjects(limit=BATCH, after=place), "subjects") == [
        order.id
    ]
    assert watch.standings([order.id])[order.id].open
    order.pull(Trigger.GIVE_UP, item=case)
    assert late(watch, SweepName.OVERDUE) == []
    assert not watch.standings([order.id])[order.id].open


def test_the_audit_names_each_broken_invariant_by_a_code(
    world: World, watch: PostgresWatch, sql: psycopg.Connection[Any]
) -> None:
    world.effective()
    journals, found = watch.audit()
    assert (journals > 0, found) == (True, ())

    sql.execute("ALTER TABLE entry DISABLE TRIGGER USER")
    sql.execute("UPDATE entry SET amount = amount + 1 WHERE account LIKE 'escrow:%'")
    sql.commit()

    _, broken = watch.audit()
    codes = [each.detail for each in broken]
    assert "each-journal-has-two-legs-at-least-and-sums-to-zero-per-currency" in codes
    assert "imbalance" in codes
    assert {each.subject for each in broken} == {"ledger"}


@pytest.mark.clause("UA-1-15")
def test_a_client_is_not_inactive_while_something_is_between_it_and_others(
    world: World, watch: PostgresWatch
) -> None:
    before = NOON + timedelta(days=10 * 365)

    def asleep() -> set[PartyId]:
        pages = _all_pages(
            lambda place: watch.inactive(before=before, limit=BATCH, after=place), "clients"
        )
        return {each.client for each in pages}

    order = world.delivered()
    going_on = asleep()
    order.pull(Trigger.CONFIRM_RECEIPT)
    order.pull(Trigger.CLOSE, at=order.main.running()[0].due)
    over = asleep()
    disputed = chargeback(world, order, WHOLE)
    owing = asleep()
    disputed.pull(Trigger.WIN_CHARGEBACK, commands.InstitutionVerdict(external_ref="vd-1"))
    won = asleep()
    world.claim(order)
    claiming = asleep()

    assert (ANNA in over, ANNA in won) == (True, True)
    assert ANNA not in going_on | owing | claiming


def test_time_is_the_databases(watch: PostgresWatch) -> None:
    assert abs(watch.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_table_of_sweeps_can_be_kept_by_the_database() -> None:
    for name, sweep in SWEEPS.items():
        assert name.isalpha()
        assert name.islower()
        assert sweep.every_at(1) == sweep.every
        assert sweep.every_at(10**9) == timedelta(minutes=1)
        assert sweep.grace_at(10**9) in (timedelta(0), timedelta(seconds=30))
    assert set(SWEEPS) == set(SweepName)


@pytest.mark.parametrize(
    ("table", "where", "order"),
    [
        ("purchase_order", "next_due_at < '2020-01-01'", "next_due_at, id"),
        ("purchase_order", "ended_at IS NULL AND id > 'ord_0'", "id"),
        ("recharge", "next_due_at < '2020-01-01'", "next_due_at, id"),
        ("recharge", "ended_at IS NULL AND id > 'rch_0'", "id"),
        ("order_item", "next_due_at < '2020-01-01'", "next_due_at"),
        ("order_item", "ended_at IS NULL AND subject > 'ord_0'", "subject"),
        ("notice", "sent_at IS NULL AND at < '2020-01-01'", "at, subject, sequence, number"),
        ("finding", "cleared_at IS NULL AND sweep = 'books' AND last_seen < now()", "last_seen"),
    ],
)
def test_each_look_has_its_index(
    sql: psycopg.Connection[Any], table: str, where: str, order: str
) -> None:
    sql.execute("SET enable_seqscan = off")

    plan = sql.execute(
        f"EXPLAIN SELECT * FROM {table} WHERE {where} ORDER BY {order} LIMIT 3"
    ).fetchall()

    assert not any("Seq Scan" in line for (line,) in plan), plan
