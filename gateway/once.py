"""Owns the promise of the Idempotency-Key: one outcome a key, told again whenever it is asked."""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Self

import anyio
import structlog
from fastapi import Depends, Request
from starlette.responses import Response

from daigou.domain.refusals import Refused
from daigou.ledger.idempotency import Mismatch, New, Replay, Running
from daigou.ledger.views import ApplicationView
from gateway.backend import Backend
from gateway.edge import problem_response
from gateway.problems import EdgeCode, ProblemError, refusal
from gateway.trace import note
from gateway.wire import Answered

log = structlog.get_logger("gateway")

HEADER = "Idempotency-Key"
KEY_PATTERN = r"^[!-~]{1,255}$"
LEASE_SPARE_SECONDS = 20
"""How much longer than the longest answer a crashed gateway keeps a key to itself."""


def _key_of(request: Request) -> str:
    key = request.headers.get(HEADER)
    if key is None:
        raise ProblemError(
            code=EdgeCode.IDEMPOTENCY_KEY_MISSING,
            detail=f"send the header {HEADER}: a name of your own for this command, so that it is "
            "carried out once however often you send it",
        )
    if not re.fullmatch(KEY_PATTERN, key, re.ASCII):
        raise ProblemError(
            code=EdgeCode.IDEMPOTENCY_KEY_INVALID,
            detail=f"the header {HEADER} has 1 to 255 visible ASCII characters",
        )
    return key


Key = Annotated[str, Depends(_key_of)]
"""The caller's own name for its command."""


Make = Callable[[New], Awaitable[Answered]]
"""Carries a command out, of which an earlier try may still be under way. `Refused` is the rules'
no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An answer worth keeping: it is told again under the same key."""

    status: int
    body: bytes
    headers: dict[str, str]

    @classmethod
    def of(cls, answer: Answered, *, status: int, location: str) -> Self:
        headers = {"content-type": "application/json"}
        if location:
            headers["location"] = location
        return cls(status=status, body=answer.model_dump_json().encode(), headers=headers)

    @classmethod
    def no(cls, problem: ProblemError) -> Self:
        answer = problem_response(problem)
        return cls(
            status=answer.status_code,
            body=bytes(answer.body),
            headers={"content-type": answer.headers["content-type"]},
        )


def command_id(caller: ApplicationView, key: str) -> str:
    """What the command is known by further in; the same for every try under the key."""
    return hashlib.sha256(f"{caller.key}\0{key}".encode()).hexdigest()


def derived_id(prefix: str, caller: ApplicationView, key: str) -> str:
    """The id of what a caller names by its key alone: the same for every try."""
    digest = hashlib.sha256(f"{prefix}\0{caller.key}\0{key}".encode()).digest()
    return f"{prefix}_{base64.b32encode(digest).decode()[:26].lower()}"


async def once(
    request: Request,
    caller: ApplicationView,
    key: str,
    *,
    content: bytes,
    make: Make,
    status: int = 200,
    location: str = "",
) -> Response:
    """The answer to a command: carried out now, or told again.

    Kept is what the rules answered, yes or no; nothing personal may stand in it (PSR-23). A
    request that never came to the rules, or that nobody answered in time, leaves the key free for
    the same request. `location` is where the answer's subject is read.

    Raises:
        ProblemError: the key is in use, or was used for something else; or the command's own.
    """
    backend: Backend = request.app.state.backend
    longest: float = request.app.state.settings.update_wait_seconds_max
    digest = hashlib.sha256(
        b"\0".join((request.method.encode(), request.url.path.encode(), content))
    ).hexdigest()
    begun = await backend.begin(
        app=caller.key, key=key, digest=digest, lease_seconds=longest + LEASE_SPARE_SECONDS
    )
    match begun:
        case Replay(status=before, body=body, headers=headers):
            note(request, replayed=1)
            return Response(body, before, {**headers, "Idempotency-Replayed": "true"})
        case Mismatch():
            raise ProblemError(
                code=EdgeCode.IDEMPOTENCY_KEY_REUSED,
                detail=f"this {HEADER} was used for another request; choose a new one",
            )
        case Running():
            raise ProblemError(
                code=EdgeCode.IDEMPOTENCY_KEY_RUNNING,
                detail=f"the request with this {HEADER} is still being carried out",
                headers={"Retry-After": "1"},
            )
        case New():
            pass
    try:
        told = _Told.of(await make(begun), status=status, location=location)
    except Refused as refused:
        problem = refusal(refused)
        await _keep(backend, caller, key, _Told.no(problem))
        raise problem from refused
    except BaseException:
        with anyio.CancelScope(shield=True):
            await _release(backend, caller, key)
        raise
    await _keep(backend, caller, key, told)
    return Response(told.body, told.status, told.headers)


async def _keep(backend: Backend, caller: ApplicationView, key: str, told: _Told) -> None:
    try:
        await backend.finish(
            app=caller.key, key=key, status=told.status, body=told.body, headers=told.headers
        )
    except ProblemError:
        # It is done, and the caller shall know. Once the lease is over the same key asks again,
        # and the same update answers the same.
        log.warning("answer.not_kept", app=caller.key)


async def _release(backend: Backend, caller: ApplicationView, key: str) -> None:
    try:
        await backend.release(app=caller.key, key=key)
    except ProblemError:
        log.warning("key.not_released", app=caller.key)
