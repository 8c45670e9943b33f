"""What a history costs, and where its events go: counted apart from those of the test's clock."""

from collections.abc import Iterator
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from tests.replay.histories import payloads

OF_THE_TEST = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
    }
)
"""Time is skipped by these; in production it passes by itself."""

OF_A_CASE = frozenset(
    {
        EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
        EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED,
        EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED,
        EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
        EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED,
    }
)
"""By these an order speaks with its case, and with what is beside it."""

DEADLINE, ANSWER, OTHER = "a deadline", "an answer", "something else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The cost of one history; each local activity is one marker."""

    events: int
    workflow_tasks: int
    activities: int
    local_activities: int
    timers: int
    payload_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The events of one workflow task, and those that brought it about.

    `cause` is the update that it handled, or what else it was scheduled for. `strands` is how many
    waits it ended or began, or how often it went to the books: one, or more where a parcel takes
    its order along, a refund opens, or a row gives way. `tells` says whether a case was told of it,
    or its workflow began or ended.
    """

    cause: str
    events: int
    strands: int
    tells: bool


def cost_of(history: WorkflowHistory) -> Cost:
    """What a history costs."""
    events = _of_the_workflow(history)
    types = [event.event_type for event in events]
    return Cost(
        events=len(events),
        workflow_tasks=types.count(EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED),
        activities=types.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED),
        local_activities=types.count(EventType.EVENT_TYPE_MARKER_RECORDED),
        timers=types.count(EventType.EVENT_TYPE_TIMER_STARTED),
        payload_bytes=sum(payload.ByteSize() for event in events for payload in payloads(event)),
    )


def shares_of(history: WorkflowHistory) -> list[Share]:
    """The events of a history by the workflow task that they belong to, in order."""
    return [
        Share(
            cause=_cause(task),
            events=len(task),
            strands=_strands(task),
            tells=any(event.event_type in OF_A_CASE for event in task),
        )
        for task in _tasks(history)
    ]


def _of_the_workflow(history: WorkflowHistory) -> list[HistoryEvent]:
    return [event for event in history.events if event.event_type not in OF_THE_TEST]


def _tasks(history: WorkflowHistory) -> Iterator[list[HistoryEvent]]:
    """Events up to the next outside one that leads to a task: timer, answer, caller, or news."""
    task: list[HistoryEvent] = []
    completed = False
    for event in _of_the_workflow(history):
        begins = event.event_type in (
            EventType.EVENT_TYPE_TIMER_FIRED,
            EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED,
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
            EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
        )
        if completed and begins:
            yield task
            task, completed = [], False
        completed = completed or event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
        task.append(event)
    yield task


def _strands(task: list[HistoryEvent]) -> int:
    types = [event.event_type for event in task]
    ended = (EventType.EVENT_TYPE_TIMER_FIRED, EventType.EVENT_TYPE_TIMER_CANCELED)
    began = (EventType.EVENT_TYPE_TIMER_STARTED, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    written = (EventType.EVENT_TYPE_MARKER_RECORDED,)
    return max(sum(types.count(each) for each in which) for which in (ended, began, written))


def _cause(task: list[HistoryEvent]) -> str:
    for event in task:
        if event.HasField("workflow_execution_update_accepted_event_attributes"):
            accepted = event.workflow_execution_update_accepted_event_attributes
            return accepted.accepted_request.input.name
    return {
        EventType.EVENT_TYPE_TIMER_FIRED: DEADLINE,
        EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED: ANSWER,
    }.get(task[0].event_type, OTHER)
