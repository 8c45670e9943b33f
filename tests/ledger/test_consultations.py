"""Questions to the platform in the books: whose, by when, read by pages, moved by steps alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import Calendar, Topic
from daigou.domain.ids import ConsultationId, PartyId, SubjectId
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.sweeps import SweepName
from daigou.ledger.erasing import Erasing, StillRunningError
from daigou.ledger.queries import Queries
from daigou.ledger.registry import Registry
from daigou.ledger.watch import PostgresWatch
from daigou.ports.watch import START, Place
from tests.ledger.attack import (
    CHECK,
    FOREIGN_KEY,
    HISTORY,
    READ_MODEL,
    STRANGER,
    Rows,
    Sql,
    composed,
    refused,
    spoiled,
    written,
)
from tests.ledger.road import ANNA, BEN, NINGBO, NOON, SWIFT, YIWU, Subject, World, a_question

DAY = timedelta(days=1)
DUE = a_question().answer_by


def answer(question: Subject, **changes: Any) -> None:
    question.pull(
        Trigger.ANSWER_CONSULTATION,
        commands.Message(note_ref="txt_0002"),
        by=Role.PLATFORM,
        **changes,
    )


@pytest.mark.clause("UA-4-6")
@pytest.mark.usefixtures("proved")
@pytest.mark.parametrize(
    ("role", "party"),
    [
        (Role.CLIENT, ANNA),
        (Role.PROVIDER, YIWU),
        (Role.STORAGE, NINGBO),
        (Role.LOGISTICS, SWIFT),
    ],
)
def test_a_question_stands_with_who_asked_and_by_when_it_is_answered(
    world: World, queries: Queries, role: Role, party: PartyId
) -> None:
    question = world.consultation(role, party)

    view = queries.consultation(ConsultationId(question.id))

    assert (view.asker_role, view.asker, view.topic) == (role, party, Topic.SERVICES)
    assert (view.answer_by, view.calendar) == (DUE, Calendar.STATE_COUNCIL)
    assert (view.state, view.next_actor) == (State.ASKED, Role.PLATFORM)
    assert {clock.term: clock.due for clock in view.clocks} == {
        "consultation_reminder": view.asked_at + 10 * DAY,
        "agreed_date": DUE,
    }
    assert view.parties.holder(role) == party


@pytest.mark.clause("UA-4-6")
@pytest.mark.usefixtures("proved")
def test_an_answered_question_waits_for_nothing_and_who_asked_is_told(
    world: World, queries: Queries, sql: Sql
) -> None:
    question = world.consultation(Role.PROVIDER, YIWU)
    question.pull(Trigger.REMIND, at=NOON + 10 * DAY)
    question.pull(Trigger.ESCALATE, at=DUE)

    answer(question)

    view = queries.consultation(ConsultationId(question.id))
    told = sql.execute(
        "SELECT event, recipient_party FROM notice WHERE subject = %s ORDER BY sequence, number",
        (question.id,),
    ).fetchall()
    assert (view.state, view.next_due_at, view.ended_at) == (State.ANSWERED, None, question.at)
    assert told == [
        ("consultation.asked", "plt_platform"),
        ("consultation.due_soon", "plt_platform"),
        ("consultation.overdue", "plt_platform"),
        ("consultation.overdue", "prv_yiwu"),
        ("consultation.answered", "prv_yiwu"),
    ]


def test_each_reads_its_own_and_overseers_all_the_newest_first(
    world: World, queries: Queries
) -> None:
    first, second = world.consultation(), world.consultation()
    others = world.consultation(Role.CLIENT, BEN)
    providers = world.consultation(Role.PROVIDER, YIWU)
    answer(first)

    def ids(role: Role, party: PartyId, **changes: Any) -> list[str]:
        asked = {"roles": {role}, "party": party, "limit": 9, **changes}
        return [view.id for view in queries.consultations(**asked)]

    assert ids(Role.CLIENT, ANNA) == [second.id, first.id]
    assert ids(Role.CLIENT, ANNA, state=State.ASKED) == [second.id]
    assert ids(Role.CLIENT, ANNA, limit=1) == [second.id]
    assert ids(Role.CLIENT, ANNA, starting_after=second.id) == [first.id]
    assert ids(Role.CLIENT, ANNA, due_before=DUE) == []
    assert ids(Role.CLIENT, ANNA, due_before=DUE + DAY) == [second.id, first.id]
    assert ids(Role.PROVIDER, YIWU) == [providers.id]
    assert ids(Role.CLIENT, YIWU) == []
    assert set(ids(Role.SUPPORT, PartyId("plt_platform"))) == {
        first.id,
        second.id,
        others.id,
        providers.id,
    }
    with pytest.raises(LookupError):
        ids(Role.CLIENT, ANNA, starting_after="cns_none")


@pytest.mark.clause("UA-1-1")
def test_a_client_that_is_not_registered_asks_in_vain(world: World) -> None:
    with pytest.raises(Refused) as caught:
        world.consultation(Role.CLIENT, PartyId("cli_nobody"))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.NOT_REGISTERED, "UA-1-1")


# ---- whoever goes around the one door ------------------------------------------------------------


@pytest.fixture
def asking(world: World, sql: Sql) -> Rows:
    """The rows of a question that is to be asked."""
    question = world.unasked_consultation()
    return composed(sql, question.step(Trigger.CONSULT, a_question(), by=Role.CLIENT))


def test_rows_of_a_question_as_the_door_writes_them_are_taken(asking: Rows, sql: Sql) -> None:
    assert written(sql, asking) is None


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"provider": "prv_yiwu"}, CHECK),
        ({"client": None}, CHECK),
        ({"client": None, "provider": "cli_anna"}, STRANGER),
        ({"client": "cli_nobody"}, STRANGER),
        ({"topic": "weather"}, CHECK),
        ({"calendar": "lunar"}, CHECK),
        ({"answer_by": "2020-01-01T00:00:00Z"}, CHECK),
        ({"state": "answered"}, CHECK),
        ({"ended_at": "2026-11-22T12:00:00Z"}, CHECK),
        ({"sequence": 2}, FOREIGN_KEY),
    ],
)
def test_the_database_refuses_a_question_that_must_not_be(
    asking: Rows, sql: Sql, change: Rows, state: str
) -> None:
    assert written(sql, spoiled(asking, "new_own", change=change)) == state


def test_by_when_it_is_answered_stays_as_it_was_counted(world: World, sql: Sql) -> None:
    question = world.consultation()

    for change in ("answer_by = now()", "state = 'answered', ended_at = now()"):
        assert refused(sql, f"UPDATE consultation SET {change}") == READ_MODEL, change
    assert refused(sql, "DELETE FROM consultation") == HISTORY
    assert refused(sql, "TRUNCATE consultation") == HISTORY
    rows = composed(sql, question.step(Trigger.WITHDRAW_CONSULTATION, commands.Noted()))
    later = spoiled(rows, "own", change={"answer_by": "2030-01-01T00:00:00Z"})
    assert written(sql, later) == HISTORY


# ---- what else looks at questions ----------------------------------------------------------------


def test_a_question_whose_clock_did_not_strike_is_found(world: World, engine: Engine) -> None:
    watch = PostgresWatch(engine)
    question = world.consultation()

    def late(before: datetime) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        place: Place | None = START
        while place is not None:
            page = watch.late(SweepName.OVERDUE, before=before, limit=99, after=place)
            found += [(each.subject, each.detail) for each in page.found]
            place = page.after
        return found

    reminder = question.at + 10 * DAY
    assert late(reminder) == []
    assert late(reminder + timedelta(seconds=1)) == [(question.id, "consultation/asked")]


@pytest.mark.clause("UA-4-6")
def test_a_question_that_is_not_answered_in_time_is_found_until_it_is(
    world: World, engine: Engine
) -> None:
    watch = PostgresWatch(engine)
    question, _ = world.consultation(), answer(world.consultation())

    def late(before: datetime) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        place: Place | None = START
        while place is not None:
            page = watch.late(SweepName.QUESTIONS, before=before, limit=99, after=place)
            found += [(each.subject, each.detail) for each in page.found]
            place = page.after
        return found

    assert watch.waiting(SweepName.QUESTIONS) == 1
    assert late(DUE) == []
    assert late(DUE + timedelta(seconds=1)) == [(question.id, "consultation/asked")]
    answer(question)
    assert late(DUE + DAY) == []


@pytest.mark.clause("PSR-23")
def test_the_words_of_a_question_are_erased_with_who_asked(world: World, engine: Engine) -> None:
    registry, erasing = Registry(engine), Erasing(engine)
    question = world.consultation(Role.CLIENT, BEN)
    notes = [
        registry.add_note(subject=SubjectId(question.id), author=author, body="Ben", id=id_)
        for author, id_ in ((BEN, "txt_asked"), (PartyId("plt_platform"), "txt_answered"))
    ]

    with pytest.raises(StillRunningError) as running:
        erasing.erase(party=BEN, author="plt_platform")
    answer(question)
    erased = erasing.erase(party=BEN, author="plt_platform")

    assert running.value.subjects == (question.id,)
    assert erased.notes == 2
    for note in notes:
        with pytest.raises(LookupError):
            registry.note(note)


def test_there_is_no_question_that_nobody_asked(queries: Queries) -> None:
    with pytest.raises(LookupError):
        queries.consultation(ConsultationId("cns_none"))
