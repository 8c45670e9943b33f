"""The endpoint of findings: what the sweeps found amiss, so that a backend can raise alarms."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from daigou.domain.sweeps import SweepName
from gateway.accepting import gives
from gateway.answers import FindingAnswer, FindingPage
from gateway.auth import Caller
from gateway.backend import Backend
from gateway.openapi import CALLER, problems
from gateway.openapi import caller as needs_caller
from gateway.problems import ProblemError

router = APIRouter(
    prefix="/v1/findings", tags=["findings"], dependencies=[gives("application/json")]
)
READERS = frozenset({Role.PLATFORM, Role.SUPPORT})


class FindingsQuery(BaseModel):
    """Which findings to list."""

    model_config = ConfigDict(extra="forbid")

    sweep: Annotated[SweepName | None, Field(description="What this sweep found.")] = None
    open: Annotated[
        bool | None, Field(description="`true`: what is still there; `false`: what is cleared.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[
        int | None, Field(ge=0, le=2**53, description="The last finding of the page before.")
    ] = None


@router.get(
    "",
    operation_id="listFindings",
    summary="List what the sweeps found amiss",
    description=(
        "Orders without a workflow, deadlines that did not strike, notices that were not sent, and "
        "so on: each once, however often it is seen, the newest first. The worker logs "
        "`finding.opened` and `finding.cleared` as they happen.\n\n"
        "Roles: platform, support."
    ),
    responses=problems(*CALLER, RefusalCode.NOT_YOUR_ROLE, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def list_findings(
    request: Request, caller: Caller, query: Annotated[FindingsQuery, Query()]
) -> FindingPage:
    if not caller.roles & READERS:
        raise ProblemError(
            code=RefusalCode.NOT_YOUR_ROLE,
            detail="findings are read by the platform and by support",
        )
    backend: Backend = request.app.state.backend
    found = await backend.findings(
        limit=query.limit + 1,
        sweep=query.sweep,
        open=query.open,
        starting_after=query.starting_after,
    )
    return FindingPage(
        data=tuple(FindingAnswer.of(each) for each in found[: query.limit]),
        has_more=len(found) > query.limit,
    )
