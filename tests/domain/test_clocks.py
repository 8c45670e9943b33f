"""Clocks start once, strike at their due moment and not when it was noticed, and end with ends."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daigou.domain.clocks import Clock, Timing, clocks_after, running
from daigou.domain.lifecycle import (
    CANCELLATION,
    DISSOLUTION,
    FULFILMENT,
    PARCEL,
    QUESTION,
    RECHARGE,
    REFUND,
    REQUIREMENT,
    TABLES,
)
from daigou.domain.lifecycle.table import Row, Table
from daigou.domain.order import State, Trigger
from daigou.domain.terms import AGREED_DATE
from tests.domain.samples import NOON, TERMS

TIMING = Timing(terms=TERMS, country="DE")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DATED = replace(TIMING, agreed=NOON + 21 * DAY)


class Subject:
    """Walks a table, keeping its clocks as a workflow does."""

    def __init__(self, table: Table = FULFILMENT, timing: Timing = TIMING) -> None:
        self.table = table
        self.timing = timing
        self.state = table.initial
        self.clocks: tuple[Clock, ...] = ()

    def reach(
        self,
        state: State,
        at: datetime,
        *,
        struck: str | None = None,
        restarts: tuple[str, ...] = (),
    ) -> "Subject":
        self.state = state
        self.clocks = clocks_after(
            table=self.table,
            state=state,
            struck=struck,
            known=self.clocks,
            timing=self.timing,
            at=at,
            restarts=restarts,
        )
        return self

    @property
    def due(self) -> dict[str, datetime]:
        return {
            clock.term: clock.due
            for clock in running(table=self.table, state=self.state, clocks=self.clocks)
        }


@pytest.mark.parametrize(
    ("table", "state", "term", "after"),
    [
        (FULFILMENT, State.IN_REVIEW, "review", timedelta(hours=24)),
        (FULFILMENT, State.IN_REVIEW, "review_most", timedelta(hours=48)),
        (FULFILMENT, State.REQUESTED, "acceptance", timedelta(hours=24)),
        (FULFILMENT, State.ACCEPTED, "payment", timedelta(hours=24)),
        (FULFILMENT, State.PAYING, "payment_outcome", timedelta(hours=24)),
        (FULFILMENT, State.EFFECTIVE, "purchase_reminder", timedelta(hours=36)),
        (FULFILMENT, State.EFFECTIVE, "purchase", timedelta(hours=48)),
        (FULFILMENT, State.AWAITING_CHOICE, "part_choice", timedelta(hours=24)),
        (FULFILMENT, State.AWAITING_TOP_UP, "top_up", timedelta(hours=24)),
        (FULFILMENT, State.PURCHASING, "purchase_outcome", timedelta(hours=24)),
        (FULFILMENT, State.PURCHASED, "dispatch_reminder", timedelta(days=2)),
        (FULFILMENT, State.PURCHASED, "dispatch", timedelta(days=3)),
        (FULFILMENT, State.PURCHASED, "feedback", timedelta(days=5)),
        (FULFILMENT, State.DISPATCHED, "feedback_reminder", timedelta(days=4)),
        (FULFILMENT, State.DISPATCHED, "feedback", timedelta(days=5)),
        (FULFILMENT, State.DELIVERED, "receipt_advice", timedelta(days=3)),
        (FULFILMENT, State.DELIVERED, "receipt", timedelta(days=10)),
        (FULFILMENT, State.RECEIPT_OBJECTION, "receipt_objection", timedelta(days=3)),
        # Germany's, shorter than China's 15.
        (FULFILMENT, State.RECEIVED, "statutory", timedelta(days=14)),
        (PARCEL, State.DISPATCHED, "movement", timedelta(days=4)),
        (PARCEL, State.DISPATCHED, "arrival_reminder", timedelta(days=8)),
        (PARCEL, State.DISPATCHED, "arrival", timedelta(days=10)),
        (PARCEL, State.LOST, "loss", timedelta(days=10)),
        (PARCEL, State.WAREHOUSED, "warehouse_objection_window", timedelta(hours=24)),
        (PARCEL, State.WAREHOUSE_OBJECTION, "warehouse_objection", timedelta(days=3)),
        (PARCEL, State.STORED, "free_storage_warning", timedelta(days=80)),
        (PARCEL, State.STORED, "free_storage", timedelta(days=90)),
        (PARCEL, State.STORED, "abandonment_warning", timedelta(days=170)),
        (PARCEL, State.STORED, "abandonment", timedelta(days=180)),
        (PARCEL, State.EXPORTED, "transit", timedelta(days=30)),
        (PARCEL, State.PACKAGE_REFUSED, "package_check", timedelta(days=3)),
        (REQUIREMENT, State.PROPOSED, "requirement_answer", timedelta(hours=24)),
        (QUESTION, State.ASKED, "answer", timedelta(hours=24)),
        (REFUND, State.DUE, "refund_outcome", timedelta(days=3)),
        (RECHARGE, State.DUE, "payment_outcome", timedelta(hours=24)),
    ],
    ids=lambda each: getattr(each, "name", str(each)),
)
def test_each_wait_has_its_deadline(
    table: Table, state: State, term: str, after: timedelta
) -> None:
    subject = Subject(table).reach(state, NOON)

    assert subject.due[term] == NOON + after


def test_no_state_waits_without_a_clock_unless_its_items_have_theirs() -> None:
    for table in TABLES.values():
        for wait in table.waits:
            if wait.state != State.NEW and not wait.follows_items:
                assert Subject(table, timing=DATED).reach(wait.state, NOON).due, (
                    f"{table.name} {wait.state}"
                )


def test_a_state_that_follows_its_items_has_no_clock_of_its_own() -> None:
    for wait in FULFILMENT.waits:
        if wait.follows_items:
            assert Subject().reach(wait.state, NOON).due == {}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_an_end_has_no_clocks(table: Table) -> None:
    last = next((wait.state for wait in table.waits if wait.deadlines), table.initial)

    for end in table.ends:
        subject = Subject(table, timing=DATED).reach(last, NOON).reach(end, NOON + HOUR)

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

    assert order.due["purchase"] == NOON + 2 * DAY


def test_a_clock_asleep_in_another_state_does_not_run() -> None:
    order = Subject().reach(State.ACCEPTED, NOON).reach(State.PAYING, NOON + HOUR)

    assert set(order.due) == {"payment_outcome"}


@pytest.mark.clause("PSR-8")
def test_an_escalation_repeats_from_the_due_moment_and_not_from_when_it_was_noticed() -> None:
    order = Subject().reach(State.EFFECTIVE, NOON)
    first = order.due["purchase"]
    noticed = first + timedelta(minutes=7)

    order.reach(State.EFFECTIVE, noticed, struck="purchase")
    second = order.due["purchase"]
    order.reach(State.EFFECTIVE, second, struck="purchase")
    third = order.due["purchase"]

    assert [first, second, third] == [NOON + 2 * DAY, NOON + 3 * DAY, NOON + 4 * DAY]


@pytest.mark.clause("PSR-18-1")
def test_the_advice_is_given_once_and_the_receipt_clock_runs_on() -> None:
    order = Subject().reach(State.DELIVERED, NOON)

    order.reach(State.DELIVERED, NOON + 3 * DAY, struck="receipt_advice")

    assert order.due == {"receipt": NOON + 10 * DAY}


def test_a_clock_that_struck_its_last_stays_silent_however_often_the_state_is_entered() -> None:
    order = Subject().reach(State.DELIVERED, NOON)
    order.reach(State.DELIVERED, NOON + 3 * DAY, struck="receipt_advice")

    order.reach(State.DELIVERED, NOON + 4 * DAY)

    assert order.due == {"receipt": NOON + 10 * DAY}


@pytest.mark.clause("PSR-7")
def test_the_storage_charges_every_thirty_days_once_the_free_days_are_over() -> None:
    parcel = Subject(PARCEL).reach(State.STORED, NOON)

    parcel.reach(State.STORED, NOON + 90 * DAY, struck="free_storage")
    first = parcel.due["free_storage"]
    parcel.reach(State.STORED, first, struck="free_storage")

    assert [first, parcel.due["free_storage"]] == [NOON + 120 * DAY, NOON + 150 * DAY]


@pytest.mark.clause("PSR-7")
def test_goods_count_as_abandoned_and_are_not_charged_for_at_that_same_instant() -> None:
    parcel = Subject(PARCEL).reach(State.STORED, NOON)

    for days in (90, 120, 150):
        parcel.reach(State.STORED, NOON + days * DAY, struck="free_storage")

    assert parcel.due["abandonment"] == parcel.due["free_storage"] == NOON + 180 * DAY
    assert next(clock for clock in parcel.due if "warning" not in clock) == "abandonment"


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


# ---- clocks that begin anew ------------------------------------------------------------------


@pytest.mark.clause("PSR-8")
def test_news_of_a_parcel_restart_the_clock_that_asks_for_news_and_no_other() -> None:
    parcel = Subject(PARCEL).reach(State.DISPATCHED, NOON)

    parcel.reach(State.DISPATCHED, NOON + 3 * DAY, restarts=("movement",))

    assert parcel.due["movement"] == NOON + 7 * DAY
    assert parcel.due["arrival"] == NOON + 10 * DAY


@pytest.mark.clause("PSR-16")
def test_an_exchanged_parcel_has_a_way_and_a_window_of_its_own() -> None:
    exchange = PARCEL.rows_from(State.WAREHOUSE_OBJECTION, Trigger.EXCHANGE)[0]
    receipt = PARCEL.rows_from(State.DISPATCHED, Trigger.WAREHOUSE_RECEIPT)[0]
    parcel = Subject(PARCEL).reach(State.DISPATCHED, NOON).reach(State.WAREHOUSED, NOON + DAY)
    parcel.reach(State.WAREHOUSE_OBJECTION, NOON + DAY + HOUR)

    parcel.reach(State.DISPATCHED, NOON + 3 * DAY, restarts=exchange.restarts)
    again = parcel.due["arrival"]
    parcel.reach(State.WAREHOUSED, NOON + 5 * DAY, restarts=receipt.restarts)

    assert again == NOON + 13 * DAY
    assert parcel.due == {"warehouse_objection_window": NOON + 6 * DAY}


@pytest.mark.clause("PSR-10-2")
def test_a_second_rise_of_the_price_gives_the_client_time_of_its_own() -> None:
    asked = FULFILMENT.rows_from(State.EFFECTIVE, Trigger.REPORT_PRICE)[-1]
    paid = FULFILMENT.rows_from(State.AWAITING_TOP_UP, Trigger.PAY)[0]
    order = Subject().reach(State.EFFECTIVE, NOON)
    order.reach(State.AWAITING_TOP_UP, NOON + HOUR, restarts=asked.restarts)
    order.reach(State.EFFECTIVE, NOON + 20 * HOUR, restarts=paid.restarts)

    order.reach(State.AWAITING_TOP_UP, NOON + 30 * HOUR, restarts=asked.restarts)

    assert order.due == {"top_up": NOON + 54 * HOUR}


@pytest.mark.clause("PSR-8")
def test_a_top_up_gives_the_provider_its_time_to_buy_again() -> None:
    paid = FULFILMENT.rows_from(State.AWAITING_TOP_UP, Trigger.PAY)[0]
    order = Subject().reach(State.EFFECTIVE, NOON).reach(State.AWAITING_TOP_UP, NOON + DAY)

    order.reach(State.EFFECTIVE, NOON + 40 * HOUR, restarts=paid.restarts)

    assert order.due["purchase"] == NOON + 88 * HOUR


def test_a_restarted_clock_strikes_though_it_had_struck_its_last() -> None:
    order = Subject().reach(State.EFFECTIVE, NOON)
    order.reach(State.EFFECTIVE, NOON + 36 * HOUR, struck="purchase_reminder")
    silent = dict(order.due)

    order.reach(State.EFFECTIVE, NOON + 40 * HOUR, restarts=("purchase_reminder",))

    assert "purchase_reminder" not in silent
    assert order.due["purchase_reminder"] == NOON + 76 * HOUR


# ---- clocks that stand still -----------------------------------------------------------------


@pytest.mark.clause("PSR-18-3")
def test_an_objection_stops_the_clock_of_receipt() -> None:
    order = Subject().reach(State.DELIVERED, NOON)

    order.reach(State.RECEIPT_OBJECTION, NOON + DAY)

    assert set(order.due) == {"receipt_objection"}


@pytest.mark.clause("PSR-18-3")
@pytest.mark.parametrize(
    "objected", [timedelta(0), timedelta(microseconds=1), 10 * DAY - timedelta(microseconds=1)]
)
def test_what_was_left_at_the_objection_is_left_after_it_to_the_microsecond(
    objected: timedelta,
) -> None:
    order = Subject().reach(State.DELIVERED, NOON)
    order.reach(State.RECEIPT_OBJECTION, NOON + objected)

    order.reach(State.DELIVERED, NOON + 30 * DAY)

    assert order.due["receipt"] == NOON + 30 * DAY + (10 * DAY - objected)


MOMENTS = st.lists(
    st.tuples(
        st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=20)),
        st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40)),
    ),
    max_size=10,
)


@pytest.mark.clause("PSR-18-3")
@given(spells=MOMENTS)
def test_however_often_it_stands_still_the_clock_runs_ten_days_in_all(
    spells: list[tuple[timedelta, timedelta]],
) -> None:
    order, now = Subject().reach(State.DELIVERED, NOON), NOON
    stood_still = timedelta(0)

    for ran, stood in spells:
        now += ran
        order.reach(State.RECEIPT_OBJECTION, now, restarts=("receipt_objection",))
        now += stood
        stood_still += stood
        order.reach(State.DELIVERED, now)

    assert order.due["receipt"] == NOON + 10 * DAY + stood_still


@pytest.mark.clause("PSR-18-3")
def test_an_objection_that_is_escalated_leaves_what_stands_still_alone() -> None:
    order = Subject().reach(State.DELIVERED, NOON).reach(State.RECEIPT_OBJECTION, NOON + 4 * DAY)

    order.reach(State.RECEIPT_OBJECTION, NOON + 7 * DAY, struck="receipt_objection")
    order.reach(State.DELIVERED, NOON + 9 * DAY)

    assert order.due["receipt"] == NOON + 15 * DAY


@pytest.mark.clause("PSR-18-3")
def test_a_second_objection_gives_the_platform_its_three_days_again() -> None:
    objects = FULFILMENT.rows_from(State.DELIVERED, Trigger.OBJECT_TO_RECEIPT)[0]
    order = Subject().reach(State.DELIVERED, NOON)
    order.reach(State.RECEIPT_OBJECTION, NOON + DAY, restarts=objects.restarts)
    order.reach(State.DELIVERED, NOON + 3 * DAY)

    order.reach(State.RECEIPT_OBJECTION, NOON + 5 * DAY, restarts=objects.restarts)

    assert order.due == {"receipt_objection": NOON + 8 * DAY}


@pytest.mark.clause("PSR-18-1")
@pytest.mark.clause("PSR-18-3")
def test_advice_that_was_given_before_an_objection_is_not_given_again() -> None:
    order = Subject().reach(State.DELIVERED, NOON)
    order.reach(State.DELIVERED, NOON + 3 * DAY, struck="receipt_advice")
    order.reach(State.RECEIPT_OBJECTION, NOON + 4 * DAY)

    order.reach(State.DELIVERED, NOON + 6 * DAY)

    assert order.due == {"receipt": NOON + 12 * DAY}


# ---- the agreed date -------------------------------------------------------------------------


@pytest.mark.clause("PSR-15-2")
@pytest.mark.parametrize(
    ("agreed", "due"),
    [
        (20 * DAY, 20 * DAY),
        (25 * HOUR, 25 * HOUR),
        (24 * HOUR - timedelta(microseconds=1), 24 * HOUR),
        (-3 * DAY, 24 * HOUR),
    ],
)
def test_the_balance_is_due_at_the_agreed_date_with_a_day_at_least(
    agreed: timedelta, due: timedelta
) -> None:
    timing = Timing(terms=TERMS, country="DE", agreed=NOON + agreed)

    order = Subject(timing=timing).reach(State.AWAITING_BALANCE, NOON)

    assert order.due == {"balance": NOON + due}


@pytest.mark.clause("PSR-15-2")
def test_a_declined_payment_of_the_balance_does_not_move_its_date() -> None:
    timing = Timing(terms=TERMS, agreed=NOON + 5 * DAY)
    order = Subject(timing=timing).reach(State.AWAITING_BALANCE, NOON)

    order.reach(State.PAYING, NOON + 2 * DAY).reach(State.AWAITING_BALANCE, NOON + 6 * DAY)

    assert order.due == {"balance": NOON + 5 * DAY}


@pytest.mark.parametrize("scale", [1, 86_400])
def test_the_clock_of_an_agreed_date_strikes_at_that_date_on_every_scale_of_time(
    scale: int,
) -> None:
    agreed = NOON + timedelta(days=21, microseconds=1)

    timing = Timing(terms=TERMS, scale=scale, agreed=agreed)

    assert timing.due(AGREED_DATE, NOON) == agreed
    assert timing.due(AGREED_DATE, agreed + DAY) == agreed


def test_no_clock_strikes_at_a_date_that_was_not_agreed_on() -> None:
    with pytest.raises(ValueError, match="no date was agreed on"):
        Timing(terms=TERMS).due(AGREED_DATE, NOON)


# ---- clocks of a case, and those of its order meanwhile ----------------------------------------


@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.clause("PSR-12-5")
@pytest.mark.parametrize(
    ("state", "term", "after"),
    [
        (State.AWAITING_OUTCOME, "case_outcome", timedelta(hours=24)),
        (State.ASKING_SELLER, "seller_answer", timedelta(hours=48)),
        (State.ASKING_SELLER, "seller_answer_most", timedelta(days=5)),
        (State.TERMS_OFFERED, "terms_answer", timedelta(hours=48)),
        (State.RETURNING, "goods_return", timedelta(days=15)),
        (State.AWAITING_REFUND, "seller_refund", timedelta(days=7)),
        (State.SETTLING, "settlement_reminder", timedelta(hours=48)),
        (State.SETTLING, "settlement", timedelta(days=3)),
        (State.CHASING, "seller_refund", timedelta(days=7)),
        (State.CHASING, "seller_refund_chase", timedelta(days=60)),
    ],
)
def test_each_wait_of_a_cancellation_has_its_deadline(
    state: State, term: str, after: timedelta
) -> None:
    case = Subject(CANCELLATION).reach(state, NOON)

    assert case.due[term] == NOON + after


@pytest.mark.clause("PSR-13-1")
@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-13-5")
@pytest.mark.parametrize(
    ("state", "due"),
    [
        (State.CHECKING, {"formal_check": timedelta(hours=24)}),
        (State.AWAITING_EVIDENCE, {"evidence": timedelta(days=5)}),
        (
            State.ASKING_SELLER,
            {"seller_answer": timedelta(hours=48), "seller_answer_most": timedelta(days=5)},
        ),
        (
            State.AWAITING_PROOF,
            {"disposal": timedelta(days=15), "disposal_most": timedelta(days=30)},
        ),
        (State.AWAITING_REFUND, {"seller_refund": timedelta(days=7)}),
        (
            State.CHASING,
            {"seller_refund": timedelta(days=7), "seller_refund_chase": timedelta(days=60)},
        ),
    ],
)
def test_each_wait_of_a_dissolution_has_its_deadlines(
    state: State, due: dict[str, timedelta]
) -> None:
    case = Subject(DISSOLUTION).reach(state, NOON)

    assert case.due == {term: NOON + after for term, after in due.items()}


@pytest.mark.clause("PSR-12-3")
@pytest.mark.clause("PSR-13-1")
@pytest.mark.parametrize(
    ("table", "row"),
    [
        pytest.param(table, row, id=f"{row.source}-{row.trigger}-{row.target}")
        for table in (CANCELLATION, DISSOLUTION)
        for row in table.rows
        if not row.stays and row.target not in table.ends
    ],
)
def test_a_case_has_its_whole_time_wherever_it_comes_to_however_often(
    table: Table, row: Row
) -> None:
    """Else a second settlement would be overdue before anybody could settle."""
    later = NOON + 100 * DAY
    first = Subject(table).reach(row.target, NOON).reach(row.source, NOON + DAY)

    again = first.reach(row.target, later, restarts=row.restarts)

    assert again.due == Subject(table).reach(row.target, later).due


@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.clause("PSR-13-6")
@pytest.mark.parametrize("table", [CANCELLATION, DISSOLUTION], ids=lambda table: table.name)
def test_what_the_seller_owes_is_asked_for_every_week_until_it_is_given_up(table: Table) -> None:
    case = Subject(table).reach(State.CHASING, NOON)

    case.reach(State.CHASING, NOON + 9 * DAY, struck="seller_refund")

    assert case.due == {"seller_refund": NOON + 14 * DAY, "seller_refund_chase": NOON + 60 * DAY}


@pytest.mark.clause("PSR-7")
@pytest.mark.parametrize("source", [State.GOING_BACK, State.LOST])
def test_goods_that_come_back_to_the_storage_have_their_free_days_again(source: State) -> None:
    """Else they would count as abandoned the moment they came."""
    (row,) = PARCEL.rows_from(source, Trigger.WAREHOUSE_RECEIPT)
    parcel = Subject(PARCEL).reach(State.STORED, NOON).reach(source, NOON + 170 * DAY)
    back = NOON + 185 * DAY

    parcel.reach(State.WAREHOUSED, back, restarts=row.restarts).reach(State.STORED, back + DAY)

    assert parcel.due["free_storage"] == back + 91 * DAY
    assert parcel.due["abandonment"] == back + 181 * DAY


def _held(order: Subject, state: State, at: datetime, *, held: bool, released: bool) -> Subject:
    order.state = state
    order.clocks = clocks_after(
        table=FULFILMENT,
        state=state,
        struck=None,
        known=order.clocks,
        timing=TIMING,
        at=at,
        held=held,
        released=released,
    )
    return order


@pytest.mark.clause("PSR-12-1-B")
@given(
    before=st.integers(min_value=0, max_value=48 * 3600 * 10**6 - 1),
    case=st.integers(min_value=0, max_value=10**13),
)
def test_what_an_order_had_left_when_its_case_was_opened_it_has_left_after_it(
    before: int, case: int
) -> None:
    opened = NOON + timedelta(microseconds=before)
    over = opened + timedelta(microseconds=case)
    order = Subject().reach(State.EFFECTIVE, NOON)

    _held(order, State.EFFECTIVE, opened, held=True, released=False)
    while_held = order.due
    _held(order, State.EFFECTIVE, over, held=False, released=True)

    assert while_held == {}
    assert order.due["purchase"] == NOON + 48 * HOUR + (over - opened)


def test_a_clock_of_a_call_outside_runs_on_while_the_case_waits_for_its_outcome() -> None:
    order = Subject().reach(State.EFFECTIVE, NOON).reach(State.PURCHASING, NOON + HOUR)

    _held(order, State.PURCHASING, NOON + 2 * HOUR, held=True, released=False)

    assert order.due == {"purchase_outcome": NOON + 25 * HOUR}


@pytest.mark.clause("PSR-12-1-B")
def test_clocks_asleep_stand_still_with_the_others_and_what_begins_meanwhile_waits() -> None:
    """The purchase fails under a case that is withdrawn later: the time to buy is what it was."""
    order = Subject().reach(State.EFFECTIVE, NOON).reach(State.PURCHASING, NOON + HOUR)
    _held(order, State.PURCHASING, NOON + 2 * HOUR, held=True, released=False)

    _held(order, State.EFFECTIVE, NOON + 10 * HOUR, held=True, released=False)
    while_held = order.due
    _held(order, State.EFFECTIVE, NOON + 20 * HOUR, held=False, released=True)

    assert while_held == {}
    assert order.due["purchase"] == NOON + (48 + 18) * HOUR


def test_a_clock_that_begins_while_the_order_is_held_has_its_whole_time_after() -> None:
    order = Subject().reach(State.PURCHASING, NOON)
    _held(order, State.PURCHASING, NOON + HOUR, held=True, released=False)

    _held(order, State.PURCHASED, NOON + 2 * HOUR, held=True, released=False)
    _held(order, State.PURCHASED, NOON + 50 * HOUR, held=False, released=True)

    assert order.due["dispatch"] == NOON + 50 * HOUR + 3 * DAY


def test_a_held_order_that_comes_to_its_end_has_no_clocks() -> None:
    order = Subject().reach(State.EFFECTIVE, NOON)
    _held(order, State.EFFECTIVE, NOON, held=True, released=False)

    assert _held(order, State.CANCELLED, NOON, held=False, released=True).clocks == ()
