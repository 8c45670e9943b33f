"""Owns changes of what is no subject of a table: by whom, once a key, answered as it stands."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from starlette.responses import Response

from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from daigou.ledger.idempotency import New
from daigou.ledger.views import ApplicationView
from gateway.backend import ConflictError
from gateway.once import once
from gateway.problems import EdgeCode, ProblemError
from gateway.wire import Answered


def only_for_the_platform(caller: ApplicationView, *, what: str, clause: str) -> None:
    """Checks that the caller acts for the platform.

    Raises:
        ProblemError: it does not.
    """
    if Role.PLATFORM not in caller.roles:
        raise ProblemError(
            code=RefusalCode.NOT_YOUR_ROLE,
            detail=f"{what} is for the platform, not for {' or '.join(sorted(caller.roles))}",
            clause=clause,
        )


async def keep(
    request: Request,
    caller: ApplicationView,
    key: str,
    *,
    content: bytes,
    clause: str,
    make: Callable[[], Awaitable[Answered]],
    status: int = 200,
    location: str = "",
) -> Response:
    """Makes something, once a key, and answers with what was made.

    Raises:
        ProblemError: what is there already says otherwise, or `make`'s own.
    """

    async def made(_: New) -> Answered:
        try:
            return await make()
        except ConflictError as error:
            raise ProblemError(code=EdgeCode.CONFLICT, detail=str(error), clause=clause) from None

    return await once(
        request, caller, key, content=content, make=made, status=status, location=location
    )
