"""Who is told of a question to the platform, and when it is pressed for an answer."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from daigou.domain.clocks import Clock, Timing, clocks_after, running
from daigou.domain.lifecycle import CONSULTATION
from daigou.domain.lifecycle.table import Row
from daigou.domain.notice_words import words_for
from daigou.domain.order import ROLES_BOUND_TO_AN_ORDER, Parties, Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples

DAY = timedelta(days=1)
DUE = samples.CONSULT.answer_by
TIMING = Timing(terms=samples.TERMS, agreed=DUE)


def clocks(
    at: datetime, *, struck: str | None = None, known: tuple[Clock, ...] = ()
) -> tuple[Clock, ...]:
    return clocks_after(
        table=CONSULTATION, state=State.ASKED, struck=struck, known=known, timing=TIMING, at=at
    )


def next_of(known: tuple[Clock, ...]) -> Clock:
    return running(table=CONSULTATION, state=State.ASKED, clocks=known)[0]


def fired(trigger: Trigger, role: Role, *, state: State = State.ASKED) -> Row:
    """The row that an asker or the platform takes of a provider's question."""
    situation = samples.situation(
        role,
        samples.command_of(trigger),
        parties=Parties.only(Role.PROVIDER, samples.PROVIDER),
    )
    return CONSULTATION.fire(state=state, trigger=trigger, situation=situation)


@pytest.mark.clause("UA-4-6")
def test_the_platform_is_reminded_then_it_is_overdue_at_the_instant_and_again_each_day() -> None:
    asked = clocks(samples.NOON)
    reminder = next_of(asked)
    reminded = clocks(reminder.due, struck=reminder.term, known=asked)
    overdue = next_of(reminded)
    escalated = clocks(overdue.due, struck=overdue.term, known=reminded)
    again = next_of(escalated)

    assert (reminder.trigger, reminder.due) == (Trigger.REMIND, samples.NOON + 10 * DAY)
    assert (overdue.trigger, overdue.due, overdue.clause) == (Trigger.ESCALATE, DUE, "UA-4-6")
    assert (again.trigger, again.due) == (Trigger.ESCALATE, DUE + DAY)


@pytest.mark.clause("UA-4-6")
def test_no_scale_of_time_moves_the_date_that_was_counted() -> None:
    scaled = clocks_after(
        table=CONSULTATION,
        state=State.ASKED,
        struck=None,
        known=(),
        timing=replace(TIMING, scale=86_400),
        at=samples.NOON,
    )

    assert {clock.due for clock in scaled if clock.trigger == Trigger.ESCALATE} == {DUE}


@pytest.mark.parametrize("role", sorted(ROLES_BOUND_TO_AN_ORDER))
def test_whoever_asks_holds_its_role_alone(role: Role) -> None:
    party = samples.PARTIES.holder(role)
    assert party is not None

    parties = Parties.only(role, party)

    held = {each: parties.holder(each) for each in ROLES_BOUND_TO_AN_ORDER}
    assert {each for each, holder in held.items() if holder} == {role}
    assert held[role] == party


@pytest.mark.clause("UA-4-6")
def test_a_question_is_taken_back_by_whoever_asked_and_by_no_other_party() -> None:
    assert fired(Trigger.WITHDRAW_CONSULTATION, Role.PROVIDER).target == State.WITHDRAWN
    with pytest.raises(Refused) as caught:
        fired(Trigger.WITHDRAW_CONSULTATION, Role.CLIENT)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.NOT_YOUR_ORDER, "UA-4-6")


@pytest.mark.clause("UA-4-6")
def test_the_platform_hears_of_each_step_and_the_asker_of_the_answer_and_of_its_delay() -> None:
    told = {
        row.trigger: {(notice.event, notice.to) for notice in row.notices}
        for row in CONSULTATION.rows
    }

    askers = sorted(ROLES_BOUND_TO_AN_ORDER)
    assert told == {
        Trigger.CONSULT: {("consultation.asked", Role.PLATFORM)},
        Trigger.ANSWER_CONSULTATION: {("consultation.answered", each) for each in askers},
        Trigger.WITHDRAW_CONSULTATION: {("consultation.withdrawn", Role.PLATFORM)},
        Trigger.REMIND: {("consultation.due_soon", Role.PLATFORM)},
        Trigger.ESCALATE: {("consultation.overdue", each) for each in (*askers, Role.PLATFORM)},
    }
    late = {words_for("consultation.overdue", each).subject for each in askers}
    assert late == {"Your question is not answered in time"}
    assert words_for("consultation.overdue", Role.PLATFORM).next.startswith("Answer it at once")
