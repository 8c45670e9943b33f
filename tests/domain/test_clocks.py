"""Clocks start once, strike at their due moment and not when it was noticed, and end with ends."""

from datetime import datetime, timedelta

import pytest

from daigou.domain.clocks import Clock, Timing, clocks_after, running
from daigou.domain.lifecycle import TABLES
from daigou.domain.lifecycle.table import Table
from daigou.domain.order import State, TableName, Trigger
from tests.domain.samples import NOON, TERMS

FULFILMENT = TABLES[TableName.FULFILMENT]
TIMING = Timing(terms=TERMS, country="DE")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Subject:
    """Walks a table, keeping its clocks as a workflow does."""

    def __init__(self, table: Table = FULFILMENT, timing: Timing = TIMING) -> None:
        self.table = table
        self.timing = timing
        self.state = table.initial
        self.clocks: tuple[Clock, ...] = ()

    def reach(self, state: State, at: datetime, *, struck: Trigger | None = None) -> "Subject":
        self.state = state
        self.clocks = clocks_after(
            table=self.table,
            state=state,
            struck=struck,
            known=self.clocks,
            timing=self.timing,
            at=at,
        )
        return self

    @property
    def due(self) -> dict[str, datetime]:
        return {
            clock.term: clock.due
            for clock in running(table=self.table, state=self.state, clocks=self.clocks)
        }


@pytest.mark.parametrize(
    ("state", "term", "after"),
    [
        (State.REQUESTED, "acceptance", timedelta(hours=24)),
        (State.ACCEPTED, "payment", timedelta(hours=24)),
        (State.PAYING, "payment_outcome", timedelta(hours=24)),
        (State.EFFECTIVE, "purchase", timedelta(hours=48)),
        (State.PURCHASING, "purchase_outcome", timedelta(hours=24)),
        (State.PURCHASED, "arrival", timedelta(days=10)),
        (State.WAREHOUSED, "warehouse_objection_window", timedelta(hours=24)),
        (State.WAREHOUSE_OBJECTION, "warehouse_objection", timedelta(days=3)),
        (State.STORED, "free_storage", timedelta(days=90)),
        (State.EXPORTED, "transit", timedelta(days=30)),
        (State.DELIVERED, "receipt_advice", timedelta(days=3)),
        (State.DELIVERED, "receipt", timedelta(days=10)),
        (State.RECEIVED, "statutory", timedelta(days=14)),  # Germany's, shorter than China's 15
    ],
)
def test_each_wait_has_its_deadline(state: State, term: str, after: timedelta) -> None:
    order = Subject().reach(state, NOON)

    assert order.due[term] == NOON + after


def test_no_state_waits_without_a_clock() -> None:
    for table in TABLES.values():
        for state in set(table.states) - set(table.ends) - {State.NEW}:
            assert Subject(table).reach(state, NOON).due, f"{table.name} {state}"


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_an_end_has_no_clocks(table: Table) -> None:
    last = next(wait.state for wait in table.waits if wait.deadlines)

    for end in table.ends:
        subject = Subject(table).reach(last, NOON).reach(end, NOON + HOUR)

        assert subject.clocks == ()
        assert subject.due == {}


@pytest.mark.clause("PSR-2-2")
def test_a_declined_payment_does_not_prolong_the_payment_window() -> None:
    order = Subject().reach(State.ACCEPTED, NOON)

    order.reach(State.PAYING, NOON + HOUR)
    order.reach(State.ACCEPTED, NOON + 2 * HOUR)

    assert order.due == {"payment": NOON + DAY}


@pytest.mark.clause("PSR-5")
def test_choosing_logistics_does_not_prolong_the_acceptance_window() -> None:
    order = Subject().reach(State.REQUESTED, NOON)

    order.reach(State.REQUESTED, NOON + HOUR)

    assert order.due == {"acceptance": NOON + DAY}


def test_a_second_payment_gives_the_institution_time_of_its_own() -> None:
    order = Subject().reach(State.PAYING, NOON)

    order.reach(State.ACCEPTED, NOON + HOUR)
    order.reach(State.PAYING, NOON + 23 * HOUR)

    assert order.due == {"payment_outcome": NOON + 47 * HOUR}


@pytest.mark.clause("PSR-8")
def test_a_failed_purchase_does_not_prolong_the_time_to_buy() -> None:
    order = Subject().reach(State.EFFECTIVE, NOON)

    order.reach(State.PURCHASING, NOON + HOUR)
    order.reach(State.EFFECTIVE, NOON + 2 * HOUR)

    assert order.due == {"purchase": NOON + 2 * DAY}


def test_a_clock_asleep_in_another_state_does_not_run() -> None:
    order = Subject().reach(State.ACCEPTED, NOON).reach(State.PAYING, NOON + HOUR)

    assert set(order.due) == {"payment_outcome"}


@pytest.mark.clause("PSR-8")
def test_an_escalation_repeats_from_the_due_moment_and_not_from_when_it_was_noticed() -> None:
    order = Subject().reach(State.EFFECTIVE, NOON)
    first = order.due["purchase"]
    noticed = first + timedelta(minutes=7)

    order.reach(State.EFFECTIVE, noticed, struck=Trigger.ESCALATE)
    second = order.due["purchase"]
    order.reach(State.EFFECTIVE, second, struck=Trigger.ESCALATE)
    third = order.due["purchase"]

    assert [first, second, third] == [NOON + 2 * DAY, NOON + 3 * DAY, NOON + 4 * DAY]


@pytest.mark.clause("PSR-18-1")
def test_the_advice_is_given_once_and_the_receipt_clock_runs_on() -> None:
    order = Subject().reach(State.DELIVERED, NOON)

    order.reach(State.DELIVERED, NOON + 3 * DAY, struck=Trigger.ADVISE)

    assert order.due == {"receipt": NOON + 10 * DAY}


def test_a_clock_that_struck_its_last_stays_silent_however_often_the_state_is_entered() -> None:
    order = Subject().reach(State.DELIVERED, NOON)
    order.reach(State.DELIVERED, NOON + 3 * DAY, struck=Trigger.ADVISE)

    order.reach(State.DELIVERED, NOON + 4 * DAY)

    assert order.due == {"receipt": NOON + 10 * DAY}


@pytest.mark.clause("PSR-7")
def test_the_end_of_free_storage_is_told_again_every_thirty_days() -> None:
    order = Subject().reach(State.STORED, NOON)

    order.reach(State.STORED, NOON + 90 * DAY, struck=Trigger.END_FREE_STORAGE)

    assert order.due == {"free_storage": NOON + 120 * DAY}


def test_the_next_clock_to_strike_comes_first() -> None:
    order = Subject().reach(State.DELIVERED, NOON)

    assert list(order.due) == ["receipt_advice", "receipt"]


def test_a_clock_carries_the_clause_that_it_enforces() -> None:
    order = Subject().reach(State.DELIVERED, NOON)

    assert {clock.trigger: clock.clause for clock in order.clocks} == {
        Trigger.ADVISE: "PSR-18-1",
        Trigger.DEEM_RECEIVED: "PSR-18-2",
    }


@pytest.mark.clause("PSR-13-2")
@pytest.mark.parametrize(("country", "days"), [("KR", 7), ("DE", 14), ("US", 15), ("BR", 15)])
def test_the_order_closes_after_the_shorter_statutory_period(country: str, days: int) -> None:
    order = Subject(timing=Timing(terms=TERMS, country=country)).reach(State.RECEIVED, NOON)

    assert order.due == {"statutory": NOON + days * DAY}


def test_a_scaled_order_keeps_its_proportions() -> None:
    order = Subject(timing=Timing(terms=TERMS, scale=86_400)).reach(State.DELIVERED, NOON)

    assert order.due == {
        "receipt_advice": NOON + timedelta(seconds=3),
        "receipt": NOON + timedelta(seconds=10),
    }
