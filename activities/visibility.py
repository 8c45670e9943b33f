"""Owns what is asked of Temporal about many workflows: which run, which are stuck, who lags."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecution
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from daigou.domain.ids import WORKFLOW_TYPES, SubjectId, subject_of, workflow_id

T = TypeVar("T")

ASKED_AT_ONCE = 16
CATCH_UP = "catch-up"
"""The signal that has a workflow look into the books for steps that its history lacks."""
TRIES_BEFORE_STUCK = 3
"""So many tries of one workflow task in a row are no accident."""

_TYPES = ", ".join(f'"{workflow}"' for workflow in WORKFLOW_TYPES)
_SUBJECTS = f'WorkflowType IN ({_TYPES}) AND ExecutionStatus = "Running"'
_STUCK = 'TemporalReportedProblems IS NOT NULL AND ExecutionStatus = "Running"'
_ORDER_STATE = SearchAttributeKey.for_keyword("OrderState")
_PROBLEMS = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
_IN_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A workflow that runs; `state` is the order state that it shows, if it shows one."""

    state: str | None
    started: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A workflow whose next task fails; `why` is Temporal's own code for it."""

    workflow: str
    why: str


async def running_pages(client: Client, *, page: int) -> AsyncIterator[Mapping[SubjectId, Running]]:
    """Every subject's workflow that runs, a page at a time."""
    async for found in _pages(client, _SUBJECTS, page=page):
        yield _by_subject(found)


async def running_of(
    client: Client, subjects: Collection[SubjectId]
) -> Mapping[SubjectId, Running]:
    """Those of the subjects whose workflows run; ask for a hundred or so at once."""
    if not subjects:
        return {}
    ids = ", ".join(f'"{workflow_id(subject)}"' for subject in subjects)
    found: dict[SubjectId, Running] = {}
    async for page in _pages(
        client, f'WorkflowId IN ({ids}) AND ExecutionStatus = "Running"', page=len(subjects)
    ):
        found |= _by_subject(page)
    return found


async def count_running(client: Client) -> int:
    """How many subjects' workflows run."""
    return (await client.count_workflows('ExecutionStatus = "Running"')).count


async def stuck_pages(client: Client, *, page: int) -> AsyncIterator[tuple[Stuck, ...]]:
    """Every workflow whose task fails again and again, a page at a time."""
    if not await reports_problems(client):
        async for pending in tried_pages(client, page=page):
            yield pending
        return
    async for found in _pages(client, _STUCK, page=page):
        yield tuple(Stuck(workflow=each.id, why=_problem_of(each)) for each in found)


async def reports_problems(client: Client) -> bool:
    """Whether this server marks the workflows whose tasks fail."""
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    return described.namespace_info.capabilities.reported_problems_search_attribute


async def tried_pages(client: Client, *, page: int) -> AsyncIterator[tuple[Stuck, ...]]:
    """The same on a server that does not mark them: each is asked for its pending task."""
    at_once = asyncio.Semaphore(ASKED_AT_ONCE)

    async def look(workflow: str) -> Stuck | None:
        async with at_once:
            described = await _if_there(client.get_workflow_handle(workflow).describe())
        if described is None:
            return None
        tries = described.raw_description.pending_workflow_task.attempt
        return Stuck(workflow=workflow, why="pending") if tries >= TRIES_BEFORE_STUCK else None

    async for found in _pages(client, 'ExecutionStatus = "Running"', page=page):
        looked = await asyncio.gather(*(look(each.id) for each in found))
        yield tuple(stuck for stuck in looked if stuck)


async def catch_up(client: Client, subjects: Collection[SubjectId]) -> None:
    """Has the workflows of those subjects that still run look into the books."""
    at_once = asyncio.Semaphore(ASKED_AT_ONCE)

    async def call(subject: SubjectId) -> None:
        async with at_once:
            await _if_there(client.get_workflow_handle(workflow_id(subject)).signal(CATCH_UP))

    await asyncio.gather(*(call(subject) for subject in subjects))


async def _if_there(asked: Awaitable[T]) -> T | None:
    """What was asked of a workflow; none if it is gone."""
    try:
        return await asked
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return None


async def _pages(
    client: Client, query: str, *, page: int
) -> AsyncIterator[tuple[WorkflowExecution, ...]]:
    found = client.list_workflows(query, page_size=page)
    while True:
        await found.fetch_next_page()
        yield tuple(found.current_page or ())
        if not found.next_page_token:
            return


def _by_subject(found: Collection[WorkflowExecution]) -> dict[SubjectId, Running]:
    return {
        subject: Running(
            state=each.typed_search_attributes.get(_ORDER_STATE), started=each.start_time
        )
        for each in found
        if (subject := subject_of(each.id))
    }


def _problem_of(stuck: WorkflowExecution) -> str:
    """E.g. `workflow_task_failed`, out of `category=WorkflowTaskFailed`."""
    for said in stuck.typed_search_attributes.get(_PROBLEMS) or ():
        name, _, value = said.partition("=")
        if name == "category":
            return _IN_CAPITALS.sub("_", value).lower()
    return "reported"
