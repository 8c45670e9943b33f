"""Owns how a step reaches the books: by a local activity, and by an ordinary one if that fails."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.refusals import as_application_error, as_refused
    from activities.settlement import Settlement
    from daigou.domain.ids import SubjectId
    from daigou.domain.steps import Committed, Step

T = TypeVar("T")


async def write(steps: tuple[Step, ...], *, summary: str) -> tuple[Committed, ...]:
    """Commits a step and those that follow from it, as long as the database takes to answer.

    Raises:
        ApplicationError: `Refused`.
    """
    return await _answer(Settlement.commit, steps, summary=summary)


async def find(subject: SubjectId, sequence: int) -> Committed | None:
    """The step that the books hold under a sequence, as long as the database takes to answer."""
    summary = f"look into the books for step {sequence}"
    return await _answer(Settlement.written, subject, sequence, summary=summary)


async def _answer(ask: Callable[..., T], *what: Any, summary: str) -> T:
    try:
        return await workflow.execute_local_activity_method(
            ask,
            args=what,
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(milliseconds=100), maximum_attempts=3
            ),
            summary=summary,
        )
    except (ActivityError, ApplicationError) as error:
        _raise_if_final(error)
    try:
        return await workflow.execute_activity_method(
            ask,
            args=what,
            start_to_close_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
            summary=f"{summary} · the database did not answer at first",
        )
    except ActivityError as error:
        _raise_if_final(error)
        raise


def _raise_if_final(error: ActivityError | ApplicationError) -> None:
    # A local activity's own error comes bare, an ordinary one's comes wrapped.
    cause = error.cause if isinstance(error, ActivityError) else error
    if (refused := as_refused(cause)) is not None:
        raise as_application_error(refused) from error
    if is_cancelled_exception(error):
        raise error
