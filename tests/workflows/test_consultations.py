"""A question's own workflow: answered in time, or pressed for at its instants."""

from datetime import timedelta

import pytest

from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode
from tests.replay.replaying import workers_replayer
from tests.workflows.beside import a_question
from tests.workflows.stage import Stage, refused

DAY = timedelta(days=1)


@pytest.mark.clause("UA-4-6")
async def test_a_question_is_answered_just_before_its_due_date(stage: Stage) -> None:
    question, due = await a_question(stage)
    await question.just_before(due)

    answered = await question.pull(Trigger.ANSWER_CONSULTATION, Role.PLATFORM)
    ending = await question.ending()

    assert due - timedelta(minutes=1) < answered.at < due
    assert (ending.state, ending.transitions) == (State.ANSWERED, 3)
    assert question.triggers == [
        Trigger.CONSULT,
        Trigger.REMIND,
        Trigger.ANSWER_CONSULTATION,
    ]
    assert stage.notices(question.id, "consultation.asked") == ["platform"]
    assert stage.notices(question.id, "consultation.answered") == ["client"]


@pytest.mark.clause("UA-4-6")
async def test_the_platform_is_reminded_then_escalated_to_at_the_instant_and_each_day_again(
    stage: Stage,
) -> None:
    question, due = await a_question(stage, role=Role.PROVIDER)
    asked = question.last.at

    await question.past(asked + 10 * DAY)
    await question.until_written(lambda rows: rows[-1].trigger == Trigger.REMIND)
    await question.past(due)
    await question.until_written(lambda rows: rows[-1].at == due)
    await question.past(due + DAY)
    await question.until_written(lambda rows: rows[-1].at == due + DAY)
    late = await question.pull(Trigger.ANSWER_CONSULTATION, Role.PLATFORM)

    assert question.struck(TableName.CONSULTATION) == [
        (Trigger.REMIND, asked + 10 * DAY),
        (Trigger.ESCALATE, due),
        (Trigger.ESCALATE, due + DAY),
    ]
    assert stage.notices(question.id, "consultation.due_soon") == ["platform"]
    assert stage.notices(question.id, "consultation.overdue") == ["platform", "provider"] * 2
    assert late.state == State.ANSWERED, "a late answer is one all the same"


@pytest.mark.clause("UA-4-6")
async def test_whoever_asked_takes_it_back_and_nobody_else(stage: Stage) -> None:
    question, _ = await a_question(stage)

    with refused(RefusalCode.NOT_YOUR_ORDER, "UA-4-6"):
        await question.pull(Trigger.WITHDRAW_CONSULTATION, Role.PROVIDER)
    await question.pull(Trigger.WITHDRAW_CONSULTATION, Role.CLIENT)

    assert (await question.ending()).state == State.WITHDRAWN


async def test_staff_find_a_question_and_read_by_when_it_is_answered(stage: Stage) -> None:
    question, _ = await a_question(stage)

    attributes, card = await question.attributes(), await question.card()

    assert (attributes["OrderState"], attributes["NextActor"]) == ("asked", "platform")
    assert attributes["DueAt"] == question.last.at + 10 * DAY
    assert card.startswith("### asked\n\nwaits for the platform's answer")


async def test_the_history_of_a_question_replays(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, due = await a_question(stage)
    await question.past(due)
    await question.until_written(lambda rows: rows[-1].at == due)
    await question.pull(Trigger.ANSWER_CONSULTATION, Role.PLATFORM)
    await question.ending()

    history = await question.handle.fetch_history()
    await (await workers_replayer(monkeypatch)).replay_workflow(history)

    assert len(history.events) < 40
