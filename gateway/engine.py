"""Owns the way to the workflows: commands as Temporal updates, and what can come back from them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import structlog
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from daigou.domain.ids import SubjectId, kind_of, workflow_id
from daigou.domain.order import Trigger
from daigou.domain.steps import Receipt
from daigou.temporal_setup import TemporalSetupError
from gateway.problems import unavailable
from workflows.messages import (
    OPENED,
    Opening,
    Pull,
    as_refused,
    update_name,
)

log = structlog.get_logger("gateway")

CONNECT_SECONDS_MAX = 5.0
HEALTH_SECONDS_MAX = 2.0
OVERTAKEN_PAUSE_SECONDS = 0.05

T = TypeVar("T")
Connect = Callable[[], Awaitable[Client]]


class EndedError(Exception):
    """The workflow has ended, or never was; this update was never a part of it."""


class TakenError(Exception):
    """A subject of this id has begun before."""


class WorkflowEngine:
    """Temporal, as the gateway needs it. Connects when it is first needed, and not before.

    Every method raises `ProblemError` (503) when nobody answers in time; the same update id then
    finds the same update again. `Refused` is the rules' own no.
    """

    def __init__(self, *, connect: Connect, task_queue: str, wait_seconds_max: float) -> None:
        self._connect = connect
        self._task_queue = task_queue
        self._wait_seconds_max = wait_seconds_max
        self._client: Client | None = None
        self._connecting: asyncio.Task[Client] | None = None

    async def open(
        self,
        opening: Opening,
        *,
        summary: str,
        details: str,
        attributes: Sequence[SearchAttributePair[Any]],
    ) -> Receipt:
        """Starts a subject; answers once its opening is written, and what it calls outside has
        answered, or has not in its first moments.

        Raises:
            TakenError: a subject of this id has begun before.
        """

        async def send() -> Receipt:
            client = await self._connected()
            start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
                kind_of(opening.subject).workflow,
                opening,
                id=workflow_id(opening.subject),
                task_queue=self._task_queue,
                # A success says that it is ours; who comes second is told so, and looks.
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                # A refused opening wrote nothing: the same id may be asked for again.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                search_attributes=TypedSearchAttributes(attributes),
                static_summary=summary,
                static_details=details or None,
            )
            receipt: Receipt = await client.execute_update_with_start_workflow(
                OPENED, start_workflow_operation=start, id=opening.command_id, result_type=Receipt
            )
            return receipt

        try:
            return await self._answer(send)
        except WorkflowAlreadyStartedError:
            raise TakenError from None

    async def opened(self, subject: SubjectId, *, update_id: str) -> Receipt:
        """What the opening of a subject that has begun before answers.

        Raises:
            EndedError: it has ended, and was not opened by this update.
        """
        return await self._update(subject, OPENED, None, update_id=update_id)

    async def is_under_way(self, subject: SubjectId) -> bool:
        """Whether a subject's workflow has begun and not ended."""

        async def look() -> bool:
            client = await self._connected()
            told = await client.get_workflow_handle(workflow_id(subject)).describe()
            return told.status == WorkflowExecutionStatus.RUNNING

        try:
            return await self._answer(look)
        except EndedError:
            return False

    async def pull(self, subject: SubjectId, trigger: Trigger, pull: Pull) -> Receipt:
        """Sends a command to a living subject.

        Raises:
            EndedError: it has ended, and not with this command.
        """
        return await self._update(subject, update_name(trigger), pull, update_id=pull.command_id)

    async def is_well(self) -> bool:
        """Whether Temporal answers."""
        try:
            async with asyncio.timeout(HEALTH_SECONDS_MAX):
                client = await self._connected()
                return await client.service_client.check_health()
        except (TimeoutError, RPCError, TemporalSetupError):
            return False

    async def _update(
        self, subject: SubjectId, name: str, pull: Pull | None, *, update_id: str
    ) -> Receipt:
        arguments = [] if pull is None else [pull]

        async def send() -> Receipt:
            client = await self._connected()
            handle = client.get_workflow_handle(workflow_id(subject))
            receipt: Receipt = await handle.execute_update(
                name, args=arguments, id=update_id, result_type=Receipt
            )
            return receipt

        async def look_up() -> Receipt:
            client = await self._connected()
            handle = client.get_workflow_handle(workflow_id(subject))
            receipt: Receipt = await handle.get_update_handle(
                update_id, result_type=Receipt
            ).result()
            return receipt

        try:
            return await self._answer(send)
        except EndedError:
            # It may have been this very command that ended it.
            return await self._answer(look_up)

    async def _answer(self, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._wait_seconds_max):
                return await _until_not_overtaken(ask)
        except WorkflowUpdateFailedError as error:
            raise _meaning(error) from None
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
            raise unavailable(
                "nobody answered in time; what becomes of the command is not known yet: "
                "ask again with the same Idempotency-Key"
            ) from None
        except TemporalSetupError:
            raise unavailable("the engine cannot be reached") from None
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND and "amespace" not in error.message:
                raise EndedError from None
            log.warning("engine.failed", status=error.status.name)
            raise unavailable("the engine does not answer") from None

    async def _connected(self) -> Client:
        if self._client is None:
            if self._connecting is None or self._connecting.done():
                self._connecting = asyncio.create_task(self._try_to_connect())
                self._connecting.add_done_callback(_look_at)
            # One attempt serves all who wait for it, and outlives those who give up.
            self._client = await asyncio.shield(self._connecting)
        return self._client

    async def _try_to_connect(self) -> Client:
        try:
            async with asyncio.timeout(CONNECT_SECONDS_MAX):
                return await self._connect()
        except TimeoutError:
            raise TemporalSetupError("no Temporal answered in time") from None


async def _until_not_overtaken(ask: Callable[[], Awaitable[T]]) -> T:
    """Asks again where the server lost the workflow task to an event that came meanwhile.

    The same update is found again; the caller's time-out bounds the tries.
    """
    while True:
        try:
            return await ask()
        except RPCError as error:
            if error.status != RPCStatusCode.FAILED_PRECONDITION:
                raise
            await asyncio.sleep(OVERTAKEN_PAUSE_SECONDS)


def _look_at(task: asyncio.Task[Client]) -> None:
    """Takes note of a failure that all who waited for it had given up on before."""
    if not task.cancelled():
        task.exception()


def _meaning(error: WorkflowUpdateFailedError) -> Exception:
    cause = error.cause
    if (refused := as_refused(cause)) is not None:
        return refused
    if isinstance(cause, ApplicationError) and cause.type == "AcceptedUpdateCompletedWorkflow":
        return EndedError()
    log.error("command.failed", cause=getattr(cause, "type", type(cause).__name__))
    return unavailable("the command met something unforeseen; a person has to look at it")
