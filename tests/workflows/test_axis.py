"""An act counts strictly before its deadline; at the deadline's instant the deadline wins."""

from datetime import datetime, timedelta

import pytest

from daigou.domain.clocks import Timing
from daigou.domain.commands import Accept, ChooseLogistics, LineCode, Pay
from daigou.domain.ids import MovementRef, PartyId
from daigou.domain.lifecycle import FULFILMENT, REFUND
from daigou.domain.lifecycle.table import Row, Situation
from daigou.domain.money import Money
from daigou.domain.order import CLOCK, Actor, Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.samples import NOON
from workflows.axis import Axis

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
TIMING = Timing(terms=samples.TERMS, country="KR")
ROAD = [
    (Trigger.REQUEST, Role.CLIENT),
    (Trigger.ACCEPT, Role.PROVIDER),
    (Trigger.PAY, Role.CLIENT),
    (Trigger.CONFIRM_PAYMENT, Role.PLATFORM),
    (Trigger.PURCHASE, Role.PROVIDER),
    (Trigger.RECORD_PURCHASE, Role.PLATFORM),
    (Trigger.WAREHOUSE_RECEIPT, Role.STORAGE),
    (Trigger.END_DUTY, Role.CLOCK),
    (Trigger.CLEAR_CUSTOMS, Role.LOGISTICS),
    (Trigger.DELIVER, Role.LOGISTICS),
    (Trigger.DEEM_RECEIVED, Role.CLOCK),
]


def _situation(trigger: Trigger, role: Role) -> Situation:
    if role == Role.CLOCK:
        return Situation(
            actor=CLOCK,
            command=samples.command_of(trigger),
            parties=samples.PARTIES,
            terms=samples.TERMS,
        )
    return samples.situation(role, samples.command_of(trigger))


def _take(axis: Axis, trigger: Trigger, role: Role, *, at: datetime) -> Row:
    row = axis.table.fire(state=axis.state, trigger=trigger, situation=_situation(trigger, role))
    axis.enter(row, at=at, reference=_reference(row))
    return row


def _reference(row: Row) -> str:
    calls = {State.PAYING: "ord_kettles/3", State.PURCHASING: "ord_kettles/5"}
    return calls.get(row.target, "")


def _reach(state: State, *, at: datetime = NOON) -> Axis:
    """An order that took every step of the road at one moment."""
    axis = Axis(table=FULFILMENT, timing=TIMING)
    for trigger, role in ROAD:
        if axis.state == state:
            return axis
        _take(axis, trigger, role, at=at)
    return axis


def _arrives(axis: Axis, trigger: Trigger, role: Role, *, now: datetime) -> Row:
    return axis.row_for(trigger, _situation(trigger, role), now=now)


DEADLINES = [
    pytest.param(
        State.REQUESTED, Trigger.ACCEPT, Role.PROVIDER, DAY, "PSR-2-1",
        id="acceptance", marks=pytest.mark.clause("PSR-2-1"),
    ),
    pytest.param(
        State.REQUESTED, Trigger.REFUSE, Role.PROVIDER, DAY, "PSR-2-1",
        id="refusal", marks=pytest.mark.clause("PSR-2-1"),
    ),
    pytest.param(
        State.ACCEPTED, Trigger.PAY, Role.CLIENT, DAY, "PSR-2-2",
        id="payment", marks=pytest.mark.clause("PSR-2-2"),
    ),
    pytest.param(
        State.ACCEPTED, Trigger.WITHDRAW, Role.CLIENT, DAY, "PSR-2-2",
        id="withdrawal", marks=pytest.mark.clause("PSR-2-2"),
    ),
    pytest.param(
        State.WAREHOUSED, Trigger.OBJECT_TO_GOODS, Role.LOGISTICS, DAY, "PSR-16",
        id="objection", marks=pytest.mark.clause("PSR-16"),
    ),
    pytest.param(
        State.DELIVERED, Trigger.CONFIRM_RECEIPT, Role.CLIENT, 10 * DAY, "PSR-18-2",
        id="receipt", marks=pytest.mark.clause("PSR-18-2"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("state", "trigger", "role", "window", "clause"), DEADLINES)
def test_an_act_counts_a_microsecond_before_its_deadline(
    state: State, trigger: Trigger, role: Role, window: timedelta, clause: str
) -> None:
    axis = _reach(state)

    row = _arrives(axis, trigger, role, now=NOON + window - MICROSECOND)

    assert (row.source, row.trigger, row.clause) == (state, trigger, clause)


@pytest.mark.parametrize("late", [timedelta(0), MICROSECOND, DAY])
@pytest.mark.parametrize(("state", "trigger", "role", "window", "clause"), DEADLINES)
def test_at_the_deadline_and_after_the_act_is_refused_by_the_clocks_clause(
    state: State, trigger: Trigger, role: Role, window: timedelta, clause: str, late: timedelta
) -> None:
    axis = _reach(state)

    with pytest.raises(Refused) as caught:
        _arrives(axis, trigger, role, now=NOON + window + late)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.TOO_LATE, clause)
    assert (NOON + window).isoformat() in caught.value.detail


@pytest.mark.clause("PSR-8")
@pytest.mark.parametrize(
    ("state", "trigger", "role"),
    [
        (State.EFFECTIVE, Trigger.PURCHASE, Role.PROVIDER),
        (State.PAYING, Trigger.CONFIRM_PAYMENT, Role.PAYMENT_INSTITUTION),
        (State.PURCHASING, Trigger.RECORD_PURCHASE, Role.PLATFORM),
        (State.PURCHASED, Trigger.WAREHOUSE_RECEIPT, Role.STORAGE),
        (State.STORED, Trigger.CLEAR_CUSTOMS, Role.LOGISTICS),
        (State.EXPORTED, Trigger.DELIVER, Role.LOGISTICS),
    ],
)
def test_a_fact_that_comes_after_an_escalation_counts_all_the_same(
    state: State, trigger: Trigger, role: Role
) -> None:
    axis = _reach(state)

    row = _arrives(axis, trigger, role, now=NOON + 365 * DAY)

    assert row.trigger == trigger


@pytest.mark.clause("PSR-18-1")
def test_the_advice_is_due_before_receipt_is_deemed_and_ends_no_right() -> None:
    axis = _reach(State.DELIVERED)

    early, due = axis.overdue(NOON + 3 * DAY - MICROSECOND), axis.overdue(NOON + 3 * DAY)
    row = _arrives(axis, Trigger.CONFIRM_RECEIPT, Role.CLIENT, now=NOON + 3 * DAY)

    assert early is None
    assert due is not None
    assert due.trigger == Trigger.ADVISE
    assert row.target == State.RECEIVED


def test_whose_turn_it_is_not_hears_so_even_after_the_deadline() -> None:
    axis = _reach(State.ACCEPTED)

    with pytest.raises(Refused) as caught:
        _arrives(axis, Trigger.PAY, Role.PROVIDER, now=NOON + 2 * DAY)

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
    _take(axis, Trigger.PAY, Role.CLIENT, at=NOON + timedelta(hours=1))

    _take(axis, Trigger.DECLINE_PAYMENT, Role.PLATFORM, at=NOON + timedelta(hours=2))

    assert axis.next_clock is not None
    assert axis.next_clock.due == NOON + DAY
    with pytest.raises(Refused):
        _arrives(axis, Trigger.PAY, Role.CLIENT, now=NOON + DAY)


def test_the_deadline_of_a_deemed_receipt_starts_the_next_clock_at_its_own_instant() -> None:
    axis = _reach(State.DELIVERED)
    due = NOON + 10 * DAY

    _take(axis, Trigger.DEEM_RECEIVED, Role.CLOCK, at=due)

    assert axis.next_clock is not None
    assert axis.next_clock.due == due + 7 * DAY, "Korea's statutory period"


def test_a_state_with_a_call_waits_for_its_answer_and_an_escalation_does_not_end_that() -> None:
    axis = _reach(State.PAYING)
    first = (axis.calling, axis.reference)

    _take(axis, Trigger.ESCALATE, Role.CLOCK, at=NOON + DAY)

    assert first == (True, "ord_kettles/3")
    assert (axis.calling, axis.reference) == (True, "ord_kettles/3")


def test_a_caller_that_was_let_go_is_not_held_again_by_an_escalation() -> None:
    axis = _reach(State.PAYING)
    axis.stop_waiting()

    _take(axis, Trigger.ESCALATE, Role.CLOCK, at=NOON + DAY)

    assert not axis.calling
    assert axis.errand is not None


def test_the_answer_ends_the_call() -> None:
    axis = _reach(State.PAYING)

    _take(axis, Trigger.CONFIRM_PAYMENT, Role.PLATFORM, at=NOON)

    assert (axis.calling, axis.errand, axis.reference) == (False, None, None)


def test_a_payment_from_the_deposit_calls_nobody() -> None:
    axis = _reach(State.ACCEPTED)
    pay = samples.situation(Role.CLIENT, Pay(from_deposit=Money(1_231_23)))
    row = axis.row_for(Trigger.PAY, pay, now=NOON)

    axis.enter(row, at=NOON, reference="")

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

    _take(axis, Trigger.LAPSE, Role.CLOCK, at=NOON + DAY)

    assert axis.ended
    assert (axis.wait, axis.next_actor, axis.clocks) == (None, None, ())
    assert axis.overdue(NOON + 365 * DAY) is None


def test_every_turn_is_counted() -> None:
    axis = _reach(State.REQUESTED)
    choose = Situation(
        actor=Actor(role=Role.CLIENT, party=samples.CLIENT),
        command=ChooseLogistics(logistics=PartyId("log_other")),
        parties=samples.PARTIES,
        terms=samples.TERMS,
    )
    row = axis.row_for(Trigger.CHOOSE_LOGISTICS, choose, now=NOON)
    before = axis.turn

    axis.enter(row, at=NOON, reference="")

    assert (axis.state, axis.turn) == (State.REQUESTED, before + 1)
