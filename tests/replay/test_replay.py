"""Every recorded history replays on the workflows as they are; a change that would not is told."""

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.workflow import NondeterminismError

from tests.replay import histories
from tests.replay.alone import ALONE
from tests.replay.changed import ImpatientOrder
from tests.replay.courses import BESIDE, ORDERS
from tests.replay.replaying import workers_replayer

HAPPY = "order-paid-from-the-deposit"
TIMER_STARTED = EventType.EVENT_TYPE_TIMER_STARTED
ACTIVITY_SCHEDULED = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
ACCEPTED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED


def test_every_course_has_a_history_and_every_history_a_course() -> None:
    assert histories.recorded() == sorted([*ORDERS, *BESIDE, *ALONE])


@pytest.mark.parametrize("name", histories.recorded())
async def test_what_was_recorded_replays(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    replayer = await workers_replayer(monkeypatch)

    await replayer.replay_workflow(histories.read(name))


async def test_a_changed_workflow_does_not_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    replayer = await workers_replayer(monkeypatch, workflows=[ImpatientOrder])

    with pytest.raises(NondeterminismError):
        await replayer.replay_workflow(histories.read(HAPPY))


async def test_a_timer_of_another_length_does_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A known blindness of replays: durations are held by the tests of deadlines, not by these."""
    history = histories.read(HAPPY)
    timer = _first(history, TIMER_STARTED).timer_started_event_attributes
    timer.start_to_fire_timeout.FromSeconds(1)

    await (await workers_replayer(monkeypatch)).replay_workflow(history)


async def test_an_activity_in_the_place_of_another_does_not_replay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    history = histories.read(HAPPY)
    scheduled = _first(history, ACTIVITY_SCHEDULED).activity_task_scheduled_event_attributes
    scheduled.activity_type.name = "capture"

    with pytest.raises(NondeterminismError):
        await (await workers_replayer(monkeypatch)).replay_workflow(history)


async def test_commands_in_another_order_do_not_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    history = histories.read(HAPPY)
    places = [place for place, event in enumerate(history.events) if event.event_type == ACCEPTED]
    first, second = (history.events[place] for place in places[1:3])
    one = first.workflow_execution_update_accepted_event_attributes
    other = second.workflow_execution_update_accepted_event_attributes
    one.accepted_request.input.name, other.accepted_request.input.name = (
        other.accepted_request.input.name,
        one.accepted_request.input.name,
    )

    with pytest.raises(NondeterminismError):
        await (await workers_replayer(monkeypatch)).replay_workflow(history)


def _first(history: WorkflowHistory, event_type: EventType.ValueType):  # type: ignore[no-untyped-def]
    return next(event for event in history.events if event.event_type == event_type)
