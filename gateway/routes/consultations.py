"""The endpoints of consultations: asked by whoever is registered, answered by the platform."""

from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from daigou.domain.ids import CONSULTATION_ID, ConsultationId
from daigou.domain.order import State
from daigou.domain.refusals import RefusalCode
from gateway.answers import ConsultationAnswer, ConsultationPage
from gateway.auth import Caller
from gateway.backend import Backend, ConsultationsWanted
from gateway.consulting import consult
from gateway.kinds import CONSULTATIONS
from gateway.once import Key
from gateway.openapi import CALLER, problems
from gateway.openapi import caller as needs_caller
from gateway.problems import Fault, FaultIn, invalid
from gateway.routes.subjects import Reads, add_reading, add_story, opens, router_of
from gateway.schemas import ConsultBody
from gateway.wire import Moment

router = router_of(CONSULTATIONS)
_READERS = "Roles: whoever asked; platform, support. Everyone else gets 404 (OP-7-5-4)."
_READS = Reads(
    kind=CONSULTATIONS,
    answer=ConsultationAnswer,
    shows="who asks what about, and by when it is answered",
    readers=_READERS,
)


class ConsultationsQuery(BaseModel):
    """Which consultations to list."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[State | None, Field(description="Consultations in this state.")] = None
    due_before: Annotated[
        Moment | None, Field(description="Consultations to be answered before this.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[
        Annotated[str, StringConstraints(pattern=f"^{CONSULTATION_ID.pattern}$")] | None,
        Field(description="The last consultation of the page before."),
    ] = None


@opens(
    router,
    CONSULTATIONS,
    body=ConsultBody,
    operation_id="consult",
    summary="Put a question to the platform",
    description="Asks about the platform's services or its agreement. It is answered by the end of "
    "the 15th business day of mainland China after that of asking; the answer says which moment "
    "that is.\n\nRoles: client, provider, storage, logistics, promoter. Clause: UA-4-6.",
    says="The question is with the platform.",
    clauses=("UA-4-6",),
    refusals=(RefusalCode.NOT_REGISTERED,),
)
async def post_consultation(request: Request, caller: Caller, key: Key) -> Response:
    return await consult(request, caller=caller, key=key)


@router.get(
    "/consultations",
    operation_id="listConsultations",
    summary="List consultations",
    description="Those that you may see, the newest first. Roles: client, provider, storage, "
    "logistics, promoter: their own; platform, support: everybody's.",
    responses=problems(*CALLER, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def list_consultations(
    request: Request, caller: Caller, query: Annotated[ConsultationsQuery, Query()]
) -> ConsultationPage:
    backend: Backend = request.app.state.backend
    found = await backend.consultations(
        ConsultationsWanted(
            limit=query.limit + 1,
            roles=caller.roles - CONSULTATIONS.hidden_from,
            party=caller.party,
            state=query.state,
            due_before=query.due_before,
            starting_after=ConsultationId(query.starting_after) if query.starting_after else None,
        )
    )
    if found is None:
        raise invalid(
            [
                Fault(
                    where=FaultIn.QUERY,
                    pointer="/starting_after",
                    code="invalid",
                    detail="is no consultation",
                )
            ]
        )
    return ConsultationPage(
        data=tuple(ConsultationAnswer.of(each) for each in found[: query.limit]),
        has_more=len(found) > query.limit,
    )


add_reading(router, _READS)
add_story(router, _READS)
