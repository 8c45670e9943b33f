"""The endpoints of invitations: a client's code, and whom it invited."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from daigou.domain.ids import PartyId
from daigou.domain.invitations import CLAUSE
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from daigou.ledger.views import ApplicationView
from gateway.accepting import gives
from gateway.auth import Caller
from gateway.engagements import InvitationAnswer, InvitationCodeAnswer, InvitationPage
from gateway.engaging import Engaging
from gateway.finding import visible_client
from gateway.openapi import CALLER, problems
from gateway.openapi import caller as needs_caller
from gateway.problems import EdgeCode, Fault, FaultIn, invalid
from gateway.wire import PartyRef

router = APIRouter(prefix="/v1", tags=["promotion"], dependencies=[gives("application/json")])


class CodeQuery(BaseModel):
    """Whose code to read."""

    model_config = ConfigDict(extra="forbid")

    client: Annotated[PartyRef | None, Field(description="You, if you say nothing.")] = None


class InvitationsQuery(CodeQuery):
    """Whose invitees to list."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[
        PartyRef | None, Field(description="The last invitee of the page before.")
    ] = None


@router.get(
    "/invitation-code",
    operation_id="getInvitationCode",
    summary="Read a client's invitation code",
    description="Every client has one from its registration on. Whoever registers with it was "
    "invited by this client. Roles: the client itself; platform, support, payment institution. "
    f"Clause: {CLAUSE}.",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def get_invitation_code(
    request: Request, caller: Caller, query: Annotated[CodeQuery, Query()]
) -> InvitationCodeAnswer:
    client = await _client(request, caller, query.client)
    return InvitationCodeAnswer.of(client, await _engaging(request).code(client))


@router.get(
    "/invitations",
    operation_id="listInvitations",
    summary="List whom a client invited",
    description="What an invitee orders within a year of its registration, without naming a "
    "promoter, is won by the promoter of the inviter's account, where that is active and has a "
    "contract with the provider. Roles: the client itself; platform, support, payment "
    f"institution. Clause: {CLAUSE}.",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def list_invitations(
    request: Request, caller: Caller, query: Annotated[InvitationsQuery, Query()]
) -> InvitationPage:
    client = await _client(request, caller, query.client)
    found = await _engaging(request).invitations(
        client, limit=query.limit + 1, starting_after=query.starting_after
    )
    return InvitationPage(
        data=tuple(InvitationAnswer.of(each) for each in found[: query.limit]),
        has_more=len(found) > query.limit,
    )


async def _client(request: Request, caller: ApplicationView, client: PartyId | None) -> PartyId:
    if client is None and Role.CLIENT not in caller.roles:
        raise invalid(
            [Fault(where=FaultIn.QUERY, pointer="/client", code="missing", detail="is missing")]
        )
    return await visible_client(request, caller, client or caller.party)


def _engaging(request: Request) -> Engaging:
    engaging: Engaging = request.app.state.backend.engaging
    return engaging
