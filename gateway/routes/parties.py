"""The endpoints of parties: who takes part in orders."""

from fastapi import APIRouter, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from daigou.domain.ids import InvitationCode
from daigou.domain.invitations import BENEFIT
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from daigou.ledger.idempotency import New
from daigou.ledger.invitations import Invitation
from gateway.accepting import gives
from gateway.answers import PartyAnswer
from gateway.auth import Caller
from gateway.backend import Backend, ConflictError, Registration
from gateway.finding import visible_party
from gateway.keeping import only_for_the_platform
from gateway.once import Key, once
from gateway.openapi import (
    CALLER,
    COMMAND,
    LOCATION_HEADER,
    REPLAYED_HEADER,
    command,
    problems,
)
from gateway.openapi import (
    caller as needs_caller,
)
from gateway.parsing import body_of, parse_or_refuse
from gateway.problems import EdgeCode, ProblemError
from gateway.schemas import (
    RegisterBusiness,
    RegisterClient,
    RegisterParty,
    RegisterPromoter,
    RegisterProvider,
    RegisterStorage,
)

router = APIRouter(prefix="/v1/parties", tags=["parties"], dependencies=[gives("application/json")])
_BODY: TypeAdapter[RegisterClient | RegisterBusiness] = TypeAdapter(RegisterParty)


@router.post(
    "",
    status_code=201,
    operation_id="registerParty",
    summary="Register a party",
    description=(
        "Registers a client with the user agreement that it accepted, a provider with its "
        "principal information (PSR-4; it may follow later), a storage with its receiving "
        "address, a logistics provider, a promoter, or a promotion provider. A client's contact is "
        "kept apart and never answered with; it may bring the invitation code of who invited it. "
        "The same particulars again change nothing.\n\n"
        "Roles: platform. Clauses: UA-1-1, UA-1-11-13, UA-1-14, PSR-4, PSR-11, PSR-19."
    ),
    response_model=PartyAnswer,
    response_description="It is registered.",
    responses={
        201: {"headers": LOCATION_HEADER | REPLAYED_HEADER},
        **problems(
            *COMMAND, EdgeCode.ID_TAKEN, RefusalCode.UNKNOWN_INVITATION, RefusalCode.NOT_REGISTERED
        ),
    },
    openapi_extra=command(
        RegisterParty,
        required=True,
        name="RegisterParty",
        clauses=("UA-1-1", "UA-1-11-13", "UA-1-14", "PSR-4", "PSR-11", "PSR-19"),
        roles=("platform",),
    ),
)
async def register_party(request: Request, caller: Caller, key: Key) -> Response:
    body = parse_or_refuse(_BODY, await body_of(request), clause_of=lambda _: "UA-1-1", tag="role")
    only_for_the_platform(caller, what="the registration of parties", clause="UA-1-1")

    async def make(_: New) -> PartyAnswer:
        backend: Backend = request.app.state.backend
        try:
            scale = request.app.state.settings.time_scale
            party = await backend.register(_registration(body, scale=scale))
            if isinstance(body, RegisterProvider) and body.principal is not None:
                await backend.records.declare_principal(
                    provider=party.id,
                    principal=body.principal.principal,
                    purchasing_person=body.principal.purchasing_person,
                    author=caller.party,
                    only_first=True,
                )
        except ConflictError:
            raise ProblemError(
                code=EdgeCode.ID_TAKEN,
                detail=f"{body.party_id} is registered with other particulars",
                clause="UA-1-1",
            ) from None
        return PartyAnswer.of(party)

    return await once(
        request,
        caller,
        key,
        content=body.model_dump_json(exclude_none=True).encode(),
        make=make,
        status=201,
        location=f"/v1/parties/{body.party_id}",
    )


@router.get(
    "/{party_id}",
    operation_id="getParty",
    summary="Read a party",
    description=(
        "A party's particulars, without contacts. Roles: any for a business; a client is seen by "
        "itself, platform, support and payment institution."
    ),
    responses=problems(*CALLER, EdgeCode.NOT_FOUND),
    openapi_extra=needs_caller(),
)
async def get_party(request: Request, caller: Caller, party_id: str) -> PartyAnswer:
    return PartyAnswer.of(await visible_party(request, caller, party_id))


def _registration(body: RegisterClient | RegisterBusiness, *, scale: int) -> Registration:
    if isinstance(body, RegisterClient):
        return Registration(
            id=body.party_id,
            role=body.role,
            country=body.country,
            agreement_version=body.agreement.version,
            agreed_at=body.agreement.agreed_at,
            contact_name=body.contact.name,
            email=body.contact.email,
            phone=body.contact.phone,
            invitation=_invitation(body.invitation_code, scale) if body.invitation_code else None,
        )
    return Registration(
        id=body.party_id,
        role=body.role,
        country=body.country,
        name=body.name,
        address=body.address if isinstance(body, RegisterStorage) else "",
        email=body.notice_email or "",
        client_account=body.client_id if isinstance(body, RegisterPromoter) else None,
    )


def _invitation(code: InvitationCode, scale: int) -> Invitation:
    terms = current()
    benefit = terms.duration(BENEFIT, scale=scale)
    return Invitation(code=code, benefit=benefit, terms_version=terms.version)
