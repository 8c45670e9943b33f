"""Owns how a subject is begun: its workflow is started once, however often it is asked for."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from temporalio.common import SearchAttributePair

from daigou.domain.ids import kind_of
from daigou.domain.steps import Receipt
from gateway.engine import EndedError, TakenError, WorkflowEngine
from gateway.problems import EdgeCode, ProblemError
from workflows.messages import Opening

FindAgain = Callable[[], Awaitable[Receipt | None]]
"""Where the subject of that id stands by the books, if it is the very one that is asked for."""


async def begin(
    request: Request,
    opening: Opening,
    *,
    clause: str,
    find_again: FindAgain,
    summary: str,
    details: str = "",
    attributes: tuple[SearchAttributePair[Any], ...] = (),
) -> Receipt:
    """Begins a subject, or finds it begun before; answers once its opening is written.

    Raises:
        Refused: the rules forbid it.
        ProblemError: the id is another's (by `clause`), or nobody answered in time.
    """
    engine: WorkflowEngine = request.app.state.engine
    try:
        return await engine.open(opening, summary=summary, details=details, attributes=attributes)
    except TakenError:
        return await _begun_before(engine, opening, clause=clause, find_again=find_again)


async def _begun_before(
    engine: WorkflowEngine, opening: Opening, *, clause: str, find_again: FindAgain
) -> Receipt:
    """The receipt of a subject that was begun before, if it is this very one."""
    receipt: Receipt | None = None
    with contextlib.suppress(EndedError):
        receipt = await engine.opened(opening.subject, update_id=opening.command_id)
    stands = await find_again()
    if stands is None:
        raise ProblemError(
            code=EdgeCode.ID_TAKEN,
            detail=f"{opening.subject} is another {kind_of(opening.subject).name}; choose another "
            "id",
            clause=clause,
        )
    return receipt or stands
