"""An act counts strictly before its deadline; at the deadline's instant the deadline wins."""

from datetime import datetime, timedelta

import pytest

from daigou.domain.clocks import Timing
from daigou.domain.commands import Accept, AdvanceDeposit, LineCode
from daigou.domain.ids import MovementRef
from daigou.domain.lifecycle import FULFILMENT, PARCEL, QUESTION, REFUND, REQUIREMENT
from daigou.domain.lifecycle.table import Row, Table
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.samples import NOON
from workflows.axis import Axis

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
TIMING = Timing(terms=samples.TERMS, country="KR")

# The ways on which every wait with a deadline is come by.
ROADS = {
    FULFILMENT.name: (
        (Trigger.REQUEST, State.REQUESTED),
        (Trigger.ACCEPT, State.ACCEPTED),
        (Trigger.PAY, State.PAYING),
        (Trigger.CONFIRM_PAYMENT, State.EFFECTIVE),
        (Trigger.REPORT_PRICE, State.AWAITING_CHOICE),
        (Trigger.ACCEPT_PART, State.AWAITING_TOP_UP),
        (Trigger.PAY, State.EFFECTIVE),
        (Trigger.PURCHASE, State.PURCHASING),
        (Trigger.RECORD_PURCHASE, State.AWAITING_BALANCE),
        (Trigger.PAY, State.EFFECTIVE),
        (Trigger.PURCHASE, State.PURCHASING),
        (Trigger.RECORD_PURCHASE, State.PURCHASED),
        (Trigger.FOLLOW_PARCELS, State.WAREHOUSED),
        (Trigger.FOLLOW_PARCELS, State.STORED),
        (Trigger.FOLLOW_PARCELS, State.EXPORTED),
        (Trigger.FOLLOW_PARCELS, State.DELIVERED),
        (Trigger.OBJECT_TO_RECEIPT, State.RECEIPT_OBJECTION),
        (Trigger.CONFIRM_RECEIPT, State.RECEIVED),
    ),
    PARCEL.name: (
        (Trigger.DISPATCH, State.DISPATCHED),
        (Trigger.REPORT_LOST, State.LOST),
        (Trigger.EXCHANGE, State.DISPATCHED),
        (Trigger.WAREHOUSE_RECEIPT, State.WAREHOUSED),
        (Trigger.OBJECT_TO_GOODS, State.WAREHOUSE_OBJECTION),
        (Trigger.RESOLVE_OBJECTION, State.STORED),
        (Trigger.CLEAR_CUSTOMS, State.EXPORTED),
        (Trigger.REFUSE_PACKAGE, State.PACKAGE_REFUSED),
    ),
    REQUIREMENT.name: ((Trigger.REQUIRE, State.PROPOSED),),
    QUESTION.name: ((Trigger.ASK_QUESTION, State.ASKED),),
}
CALLS = {State.PAYING: "ord_kettles/3", State.PURCHASING: "ord_kettles/5"}


def _rows(axis: Axis, trigger: Trigger, target: State | None = None) -> tuple[Row, ...]:
    rows = axis.table.rows_from(axis.state, trigger)
    return tuple(row for row in rows if target in (None, row.target))


def _take(axis: Axis, trigger: Trigger, target: State | None = None, *, at: datetime) -> Row:
    row = _rows(axis, trigger, target)[0]
    axis.enter(row, at=at, reference="" if row.stays else CALLS.get(row.target, ""))
    return row


def _reach(
    state: State, table: Table = FULFILMENT, *, at: datetime = NOON, timing: Timing = TIMING
) -> Axis:
    """An axis that took every step of its road at one moment."""
    axis = Axis(table=table, timing=timing)
    for trigger, target in ROADS[table.name]:
        _take(axis, trigger, target, at=at)
        if axis.state == state:
            return axis
    raise LookupError(f"no road to {state}")


def _arrives(axis: Axis, trigger: Trigger, *, now: datetime, role: Role | None = None) -> Row:
    row = _rows(axis, trigger)[0]
    return axis.row_for(trigger, samples.situation_for(axis.table, row, role=role), now=now)


def _deadline(
    table: Table, state: State, trigger: Trigger, window: timedelta, clause: str
) -> object:
    return pytest.param(
        table, state, trigger, window, clause,
        id=f"{table.name}-{state}-{trigger}", marks=pytest.mark.clause(clause),
    )  # fmt: skip


DEADLINES = [
    _deadline(FULFILMENT, State.REQUESTED, Trigger.ACCEPT, DAY, "PSR-2-1"),
    _deadline(FULFILMENT, State.REQUESTED, Trigger.REFUSE, DAY, "PSR-2-1"),
    _deadline(FULFILMENT, State.ACCEPTED, Trigger.PAY, DAY, "PSR-2-2"),
    _deadline(FULFILMENT, State.ACCEPTED, Trigger.WITHDRAW, DAY, "PSR-2-2"),
    _deadline(FULFILMENT, State.AWAITING_CHOICE, Trigger.ACCEPT_PART, DAY, "PSR-9"),
    _deadline(FULFILMENT, State.AWAITING_CHOICE, Trigger.DECLINE_OFFER, DAY, "PSR-9"),
    _deadline(FULFILMENT, State.AWAITING_TOP_UP, Trigger.PAY, DAY, "PSR-10-2"),
    _deadline(FULFILMENT, State.AWAITING_TOP_UP, Trigger.DECLINE_OFFER, DAY, "PSR-10-2"),
    _deadline(FULFILMENT, State.AWAITING_BALANCE, Trigger.PAY, DAY, "PSR-15-2"),
    _deadline(FULFILMENT, State.AWAITING_BALANCE, Trigger.WITHDRAW, DAY, "PSR-15-2"),
    _deadline(FULFILMENT, State.DELIVERED, Trigger.CONFIRM_RECEIPT, 10 * DAY, "PSR-18-2"),
    _deadline(FULFILMENT, State.DELIVERED, Trigger.OBJECT_TO_RECEIPT, 10 * DAY, "PSR-18-2"),
    _deadline(PARCEL, State.WAREHOUSED, Trigger.OBJECT_TO_GOODS, DAY, "PSR-16"),
    _deadline(PARCEL, State.STORED, Trigger.CLEAR_CUSTOMS, 180 * DAY, "PSR-7"),
    _deadline(PARCEL, State.STORED, Trigger.ABANDON_GOODS, 180 * DAY, "PSR-7"),
    _deadline(REQUIREMENT, State.PROPOSED, Trigger.AGREE_REQUIREMENT, DAY, "PSR-3-1"),
    _deadline(REQUIREMENT, State.PROPOSED, Trigger.DECLINE_REQUIREMENT, DAY, "PSR-3-1"),
]


@pytest.mark.parametrize(("table", "state", "trigger", "window", "clause"), DEADLINES)
def test_an_act_counts_a_microsecond_before_its_deadline(
    table: Table, state: State, trigger: Trigger, window: timedelta, clause: str
) -> None:
    axis = _reach(state, table)

    row = _arrives(axis, trigger, now=NOON + window - MICROSECOND)

    assert (row.source, row.trigger) == (state, trigger)


@pytest.mark.parametrize("late", [timedelta(0), MICROSECOND, DAY])
@pytest.mark.parametrize(("table", "state", "trigger", "window", "clause"), DEADLINES)
def test_at_the_deadline_and_after_the_act_is_refused_by_the_clocks_clause(
    table: Table, state: State, trigger: Trigger, window: timedelta, clause: str, late: timedelta
) -> None:
    axis = _reach(state, table)

    with pytest.raises(Refused) as caught:
        _arrives(axis, trigger, now=NOON + window + late)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.TOO_LATE, clause)
    assert (NOON + window).isoformat() in caught.value.detail


@pytest.mark.clause("PSR-8")
@pytest.mark.parametrize(
    ("table", "state", "trigger"),
    [
        (FULFILMENT, State.EFFECTIVE, Trigger.PURCHASE),
        (FULFILMENT, State.PAYING, Trigger.CONFIRM_PAYMENT),
        (FULFILMENT, State.PURCHASING, Trigger.RECORD_PURCHASE),
        (FULFILMENT, State.RECEIPT_OBJECTION, Trigger.CONFIRM_RECEIPT),
        (PARCEL, State.DISPATCHED, Trigger.WAREHOUSE_RECEIPT),
        (PARCEL, State.LOST, Trigger.WAREHOUSE_RECEIPT),
        (PARCEL, State.EXPORTED, Trigger.DELIVER),
        (PARCEL, State.PACKAGE_REFUSED, Trigger.DELIVER),
        (QUESTION, State.ASKED, Trigger.ANSWER_QUESTION),
    ],
)
def test_a_fact_that_comes_after_an_escalation_counts_all_the_same(
    table: Table, state: State, trigger: Trigger
) -> None:
    axis = _reach(state, table)

    row = _arrives(axis, trigger, now=NOON + 365 * DAY)

    assert row.trigger == trigger


@pytest.mark.clause("PSR-18-1")
def test_the_advice_is_due_before_receipt_is_deemed_and_ends_no_right() -> None:
    axis = _reach(State.DELIVERED)

    early, due = axis.overdue(NOON + 3 * DAY - MICROSECOND), axis.overdue(NOON + 3 * DAY)
    row = _arrives(axis, Trigger.CONFIRM_RECEIPT, now=NOON + 3 * DAY)

    assert early is None
    assert due is not None
    assert due.trigger == Trigger.ADVISE
    assert row.target == State.RECEIVED


@pytest.mark.clause("PSR-18-3")
def test_an_objection_stops_the_clocks_of_receipt_and_its_end_lets_them_go_on() -> None:
    axis = _reach(State.DELIVERED)
    _take(axis, Trigger.OBJECT_TO_RECEIPT, at=NOON + DAY)
    _take(axis, Trigger.SETTLE_OBJECTION, at=NOON + 3 * DAY)
    _take(axis, Trigger.OBJECT_TO_RECEIPT, at=NOON + 4 * DAY)

    objected = [(clock.term, clock.due) for clock in axis.clocks]
    _take(axis, Trigger.SETTLE_OBJECTION, at=NOON + 9 * DAY)

    assert objected == [("receipt_objection", NOON + 7 * DAY)]
    # The client had a day, then another: 1 of 3 days to the advice and 8 of 10 of the window left.
    assert [(clock.term, clock.due) for clock in axis.clocks] == [
        ("receipt_advice", NOON + 10 * DAY),
        ("receipt", NOON + 17 * DAY),
    ]


@pytest.mark.clause("PSR-15-2")
@pytest.mark.parametrize(
    ("agreed", "due"),
    [
        pytest.param(20 * DAY, 20 * DAY, id="the date"),
        pytest.param(2 * HOUR, DAY, id="the least notice, where the date is too near"),
        pytest.param(-DAY, DAY, id="the least notice, where the date has passed"),
    ],
)
def test_the_balance_is_due_at_the_agreed_date_but_never_at_less_than_a_days_notice(
    agreed: timedelta, due: timedelta
) -> None:
    advance = AdvanceDeposit(amount=Money(400_00), balance_by=NOON + agreed)
    timing = Timing(terms=samples.TERMS, country="KR", agreed=advance.balance_by)

    axis = _reach(State.AWAITING_BALANCE, timing=timing)

    assert [(clock.trigger, clock.due) for clock in axis.clocks] == [(Trigger.FORFEIT, NOON + due)]


def test_whose_turn_it_is_not_hears_so_even_after_the_deadline() -> None:
    axis = _reach(State.ACCEPTED)

    with pytest.raises(Refused) as caught:
        _arrives(axis, Trigger.PAY, role=Role.PROVIDER, now=NOON + 2 * DAY)

    assert caught.value.code == RefusalCode.NOT_YOUR_ROLE


def test_a_guard_speaks_before_the_deadline_passed() -> None:
    axis = _reach(State.REQUESTED)
    line = samples.line(LineCode.GOODS, 1, samples.PROVIDER)
    accept = samples.situation(Role.PROVIDER, Accept(lines=(line,)))

    with pytest.raises(Refused) as caught:
        axis.row_for(Trigger.ACCEPT, accept, now=NOON)

    assert caught.value.code == RefusalCode.LINE_NOT_ALLOWED


@pytest.mark.clause("PSR-2-2")
def test_a_declined_payment_leaves_the_payment_window_where_it_was() -> None:
    axis = _reach(State.ACCEPTED)
    _take(axis, Trigger.PAY, State.PAYING, at=NOON + HOUR)

    _take(axis, Trigger.DECLINE_PAYMENT, State.ACCEPTED, at=NOON + 2 * HOUR)

    assert axis.next_clock is not None
    assert axis.next_clock.due == NOON + DAY
    with pytest.raises(Refused):
        _arrives(axis, Trigger.PAY, now=NOON + DAY)


def test_the_deadline_of_a_deemed_receipt_starts_the_next_clock_at_its_own_instant() -> None:
    axis = _reach(State.DELIVERED)
    due = NOON + 10 * DAY

    _take(axis, Trigger.DEEM_RECEIVED, at=due)

    assert axis.next_clock is not None
    assert axis.next_clock.due == due + 7 * DAY, "Korea's statutory period"


def test_a_state_with_a_call_waits_for_its_answer_and_an_escalation_does_not_end_that() -> None:
    axis = _reach(State.PAYING)
    first = (axis.calling, axis.reference)

    _take(axis, Trigger.ESCALATE, at=NOON + DAY)

    assert first == (True, "ord_kettles/3")
    assert (axis.calling, axis.reference) == (True, "ord_kettles/3")


def test_a_caller_that_was_let_go_is_not_held_again_by_an_escalation() -> None:
    axis = _reach(State.PAYING)
    axis.stop_waiting()

    _take(axis, Trigger.ESCALATE, at=NOON + DAY)

    assert not axis.calling
    assert axis.errand is not None


def test_the_answer_ends_the_call() -> None:
    axis = _reach(State.PAYING)

    _take(axis, Trigger.CONFIRM_PAYMENT, at=NOON)

    assert (axis.calling, axis.errand, axis.reference) == (False, None, None)


def test_a_payment_from_the_deposit_calls_nobody() -> None:
    axis = _reach(State.ACCEPTED)

    _take(axis, Trigger.PAY, State.EFFECTIVE, at=NOON)

    assert (axis.state, axis.calling, axis.errand) == (State.EFFECTIVE, False, None)


@pytest.mark.clause("PSR-9")
def test_a_refund_begins_with_its_call_and_its_clock() -> None:
    refund = Axis(table=REFUND, timing=TIMING, item="ord_kettles/4")

    refund.begin(MovementRef("ord_kettles/4"), at=NOON)

    assert (refund.state, refund.calling) == (State.DUE, True)
    assert refund.next_clock is not None
    assert (refund.next_clock.trigger, refund.next_clock.due) == (
        Trigger.ESCALATE,
        NOON + 3 * DAY,
    )


def test_an_ended_axis_waits_for_nothing() -> None:
    axis = _reach(State.REQUESTED)

    _take(axis, Trigger.LAPSE, at=NOON + DAY)

    assert axis.ended
    assert (axis.wait, axis.next_actor, axis.clocks) == (None, None, ())
    assert axis.overdue(NOON + 365 * DAY) is None


@pytest.mark.parametrize(
    ("table", "state", "trigger", "turns"),
    [
        pytest.param(FULFILMENT, State.REQUESTED, Trigger.ACCEPT, 1, id="another state"),
        pytest.param(FULFILMENT, State.EFFECTIVE, Trigger.REMIND, 1, id="the clock struck"),
        pytest.param(PARCEL, State.DISPATCHED, Trigger.TRACK, 1, id="the clock is set anew"),
        pytest.param(FULFILMENT, State.REQUESTED, Trigger.CHOOSE_LOGISTICS, 0, id="nothing"),
        pytest.param(PARCEL, State.STORED, Trigger.PAY_STORAGE, 0, id="nothing, of an item"),
    ],
)
def test_a_turn_is_what_gives_the_axis_another_timer_to_wait_for(
    table: Table, state: State, trigger: Trigger, turns: int
) -> None:
    axis = _reach(state, table)
    before = axis.turn

    _take(axis, trigger, at=NOON + HOUR)

    assert axis.turn - before == turns
