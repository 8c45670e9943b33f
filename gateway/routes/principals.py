"""The endpoints of principal information: declared by the provider, read before paying (PSR-4)."""

from fastapi import APIRouter, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from daigou.domain.ids import PARTY_ID, PartyId
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from daigou.ledger.views import ApplicationView
from gateway.accepting import gives
from gateway.auth import Caller
from gateway.backend import Backend
from gateway.finding import visible_order
from gateway.keeping import keep
from gateway.once import Key
from gateway.openapi import CALLER, COMMAND, REPLAYED_HEADER, command, problems
from gateway.openapi import caller as needs_caller
from gateway.parsing import body_of, parse_or_refuse
from gateway.principals import DeclaredAnswer, PrincipalAnswer, PrincipalBody
from gateway.problems import EdgeCode, ProblemError, not_found

router = APIRouter(prefix="/v1", dependencies=[gives("application/json")])
_BODY = TypeAdapter(PrincipalBody)
_CLAUSE = "PSR-4"


@router.get(
    "/orders/{order_id}/principal",
    tags=["orders"],
    operation_id="getPrincipal",
    summary="For whom the purchasing person acts",
    description="The provider's legal entity, to be read before paying and ever after: the version "
    "that was in force when the order was accepted. Clause: PSR-4.\n\n"
    "Roles: everyone who sees the order.",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND),
    openapi_extra=needs_caller(),
)
async def get_principal(request: Request, caller: Caller, order_id: str) -> PrincipalAnswer:
    backend: Backend = request.app.state.backend
    order = await visible_order(request, caller, order_id)
    provider = order.parties.provider
    shown = await backend.records.principal_shown(order=order.id, provider=provider)
    return PrincipalAnswer.of(order.id, provider, shown)


@router.post(
    "/parties/{party_id}/principal",
    tags=["parties"],
    operation_id="declarePrincipal",
    summary="Declare a provider's legal entity",
    description="Makes a new version; orders that were accepted before go on showing the one that "
    "was in force then. The same again changes nothing.\n\n"
    "Roles: provider (its own), platform. Clause: PSR-4.",
    response_model=DeclaredAnswer,
    response_description="It is in force.",
    responses={200: {"headers": REPLAYED_HEADER}, **problems(*COMMAND, EdgeCode.NOT_FOUND)},
    openapi_extra=command(
        PrincipalBody, required=True, clauses=("PSR-4",), roles=("platform", "provider")
    ),
)
async def declare_principal(request: Request, caller: Caller, key: Key, party_id: str) -> Response:
    body = parse_or_refuse(_BODY, await body_of(request), clause_of=lambda _: _CLAUSE)
    backend: Backend = request.app.state.backend

    async def make() -> DeclaredAnswer:
        provider = await _provider(backend, caller, party_id)
        return DeclaredAnswer.of(
            await backend.records.declare_principal(
                provider=provider,
                principal=body.principal,
                purchasing_person=body.purchasing_person,
                author=caller.party,
            )
        )

    if not caller.roles & {Role.PLATFORM, Role.PROVIDER}:
        raise _not_theirs(caller)
    return await keep(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        clause=_CLAUSE,
        make=make,
    )


async def _provider(backend: Backend, caller: ApplicationView, party_id: str) -> PartyId:
    party = PartyId(party_id)
    known = await backend.party(party) if PARTY_ID.fullmatch(party_id) else None
    if known is None or known.role != Role.PROVIDER:
        raise not_found("provider of this id")
    if Role.PLATFORM not in caller.roles and caller.party != party:
        raise _not_theirs(caller)
    return party


def _not_theirs(caller: ApplicationView) -> ProblemError:
    return ProblemError(
        code=RefusalCode.NOT_YOUR_ROLE,
        detail="a principal is declared by its own provider or the platform, "
        f"not by {caller.party} as {' or '.join(sorted(caller.roles))}",
        clause=_CLAUSE,
    )
