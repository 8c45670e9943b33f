"""The endpoint that erases a party's personal data (PSR-23)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from gateway.accepting import gives
from gateway.auth import Caller
from gateway.backend import Backend
from gateway.erasing import ErasureAnswer
from gateway.finding import visible_party
from gateway.keeping import only_for_the_platform
from gateway.openapi import CALLER, problems
from gateway.openapi import caller as needs_caller
from gateway.problems import EdgeCode, ProblemError

router = APIRouter(prefix="/v1/parties", tags=["parties"], dependencies=[gives("application/json")])
_CLAUSE = "PSR-23"
_NAMED_MAX = 5


class ErasingQuery(BaseModel):
    """Whether to erase what is still needed."""

    model_config = ConfigDict(extra="forbid")

    force: Annotated[
        bool,
        Field(description="Although orders run, which then nobody is told of: the platform alone."),
    ] = False


@router.delete(
    "/{party_id}/personal-data",
    operation_id="erasePersonalData",
    summary="Erase a party's personal data",
    description="For good: contact, purchasing persons, notes, and the bytes of evidence; of a "
    "client, those that others wrote or gave on its orders as well. The commercial data and the "
    "books stay as they are, and what was erased is recorded in counts. While orders, refunds, "
    "recharges or claims of the party have not ended it is refused: notices need the contact until "
    "then (PSR-27). May be sent again.\n\n"
    "Roles: the party itself, platform. Clause: PSR-23.",
    responses=problems(
        *CALLER,
        EdgeCode.NOT_FOUND,
        RefusalCode.NOT_YOUR_ROLE,
        EdgeCode.STILL_RUNNING,
        RefusalCode.INVALID_REQUEST,
    ),
    openapi_extra=needs_caller(),
)
async def erase_personal_data(
    request: Request, caller: Caller, party_id: str, query: Annotated[ErasingQuery, Query()]
) -> ErasureAnswer:
    party = await visible_party(request, caller, party_id)
    if party.id != caller.party:
        only_for_the_platform(caller, what="erasing others' personal data", clause=_CLAUSE)
    if query.force:
        only_for_the_platform(caller, what="erasing while orders run", clause=_CLAUSE)
    backend: Backend = request.app.state.backend
    done = await backend.records.erase(party.id, author=caller.key, forced=query.force)
    if isinstance(done, tuple):
        named = ", ".join(done[:_NAMED_MAX])
        more = f" and {len(done) - _NAMED_MAX} more" if len(done) > _NAMED_MAX else ""
        forcing = "; ?force=true erases all the same" if Role.PLATFORM in caller.roles else ""
        raise ProblemError(
            code=EdgeCode.STILL_RUNNING,
            detail=f"{named}{more} have not ended, and notices on them need the contact{forcing}",
            clause="PSR-27",
        )
    return ErasureAnswer.of(done)
