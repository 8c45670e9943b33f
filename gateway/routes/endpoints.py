"""The endpoints of webhook endpoints: where an application wants to be told."""

import base64
import re
import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.responses import Response

from daigou.domain.ids import SubjectId
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from daigou.ledger.idempotency import New
from daigou.ledger.notice_views import EndpointView
from daigou.ledger.views import ApplicationView
from gateway.accepting import gives
from gateway.auth import Caller
from gateway.backend import Backend, ConflictError
from gateway.once import Key, derived_id, once
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
from gateway.parsing import FaultsError, body_of, parse, parse_or_refuse
from gateway.problems import EdgeCode, ProblemError, invalid, not_found
from gateway.routes.notices import CLAUSE, READERS, READERS_ROLES, seen_by
from gateway.telling import (
    AddEndpointBody,
    EndpointAnswer,
    EndpointPage,
    NewEndpointAnswer,
    ReplayedAnswer,
    ReplayEndpointBody,
    RotateSecretBody,
)

router = APIRouter(
    prefix="/v1/webhook-endpoints", tags=["notices"], dependencies=[gives("application/json")]
)
_ENDPOINT = re.compile(r"whk_[0-9A-Za-z_-]{4,60}")
_SECRET_BYTES = 32
_ADD = TypeAdapter(AddEndpointBody)
_ROTATE = TypeAdapter(RotateSecretBody)
_REPLAY = TypeAdapter(ReplayEndpointBody)
_CHANGERS_ROLES = tuple(role for role in READERS_ROLES if role != Role.SUPPORT)
_CHANGERS = "Roles: any but support, for its own party; platform for every party."


class EndpointsQuery(BaseModel):
    """Which page of endpoints to list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[
        str | None,
        Field(
            pattern=f"^{_ENDPOINT.pattern}$", description="The last endpoint of the page before."
        ),
    ] = None


@router.post(
    "",
    status_code=201,
    operation_id="addWebhookEndpoint",
    summary="Be told at an address",
    description=(
        "Sends the events of your party to an address of yours, as Standard Webhooks has it. The "
        "secret that verifies them is shown now and never again. What your party was told before "
        "and found no channel for is sent as well.\n\n"
        f"Clauses: PSR-27, UA-4-7. {_CHANGERS}"
    ),
    response_model=NewEndpointAnswer,
    response_description="The endpoint, and its secret.",
    responses={
        201: {"headers": LOCATION_HEADER | REPLAYED_HEADER},
        **problems(*COMMAND, EdgeCode.ID_TAKEN),
    },
    openapi_extra=command(
        AddEndpointBody, required=True, clauses=(CLAUSE, "UA-4-7"), roles=_CHANGERS_ROLES
    ),
)
async def add_endpoint(request: Request, caller: Caller, key: Key) -> Response:
    allow_insecure: bool = request.app.state.settings.webhooks_allow_insecure
    try:
        body = parse(
            _ADD,
            await body_of(request),
            clause_of=lambda _: CLAUSE,
            context={"allow_insecure": allow_insecure},
        )
    except FaultsError as error:
        raise invalid(error.faults) from None
    _may_change(caller)
    endpoint_id = derived_id("whk", caller, key)

    async def make(_: New) -> NewEndpointAnswer:
        backend: Backend = request.app.state.backend
        try:
            endpoint, secret = await backend.add_endpoint(
                endpoint=endpoint_id,
                application=caller,
                url=body.url,
                events=body.events,
                secret=_new_secret(),
            )
        except ConflictError:
            raise ProblemError(
                code=EdgeCode.ID_TAKEN, detail="the key made another endpoint before"
            ) from None
        return NewEndpointAnswer.with_secret(endpoint, secret)

    return await once(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        make=make,
        status=201,
        location=f"/v1/webhook-endpoints/{endpoint_id}",
    )


@router.get(
    "",
    operation_id="listWebhookEndpoints",
    summary="List where your party is told",
    description=f"Every webhook endpoint, also a disabled one, without its secret. {READERS}",
    responses=problems(*CALLER, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def list_endpoints(
    request: Request, caller: Caller, query: Annotated[EndpointsQuery, Query()]
) -> EndpointPage:
    backend: Backend = request.app.state.backend
    found = await backend.endpoints(
        party=seen_by(caller), limit=query.limit + 1, starting_after=query.starting_after
    )
    return EndpointPage(
        data=tuple(EndpointAnswer.of(endpoint) for endpoint in found[: query.limit]),
        has_more=len(found) > query.limit,
    )


@router.get(
    "/{endpoint_id}",
    operation_id="getWebhookEndpoint",
    summary="Read a webhook endpoint",
    description=f"How it does: since when it takes nothing, if it does not. {READERS}",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND),
    openapi_extra=needs_caller(),
)
async def get_endpoint(request: Request, caller: Caller, endpoint_id: str) -> EndpointAnswer:
    return EndpointAnswer.of(await _visible_endpoint(request, caller, endpoint_id))


@router.delete(
    "/{endpoint_id}",
    operation_id="disableWebhookEndpoint",
    summary="Be told there no more",
    description=(
        "Sends nothing more to the endpoint; its log stays. What waits for it goes to the party's "
        f"other channels, or is noted as having none. Clauses: PSR-27. {_CHANGERS}"
    ),
    response_description="The endpoint as it was disabled; once more, the same.",
    responses=problems(*CALLER, RefusalCode.NOT_YOUR_ROLE, EdgeCode.NOT_FOUND),
    openapi_extra=needs_caller(),
)
async def disable_endpoint(request: Request, caller: Caller, endpoint_id: str) -> EndpointAnswer:
    _may_change(caller)
    endpoint = await _visible_endpoint(request, caller, endpoint_id)
    backend: Backend = request.app.state.backend
    done = await backend.disable_endpoint(endpoint.id, party=seen_by(caller))
    return EndpointAnswer.of(done or await _visible_endpoint(request, caller, endpoint_id))


@router.post(
    "/{endpoint_id}/rotate-secret",
    operation_id="rotateWebhookSecret",
    summary="Change an endpoint's secret",
    description=(
        "Makes a new secret, shown now and never again. For a day each message is signed with the "
        f"one before as well.\n\nClauses: PSR-27. {_CHANGERS}"
    ),
    response_model=NewEndpointAnswer,
    response_description="The endpoint, and its new secret.",
    responses={
        200: {"headers": REPLAYED_HEADER},
        **problems(*COMMAND, EdgeCode.NOT_FOUND),
    },
    openapi_extra=command(
        RotateSecretBody, required=False, clauses=(CLAUSE,), roles=_CHANGERS_ROLES
    ),
)
async def rotate_secret(request: Request, caller: Caller, key: Key, endpoint_id: str) -> Response:
    raw = await body_of(request)
    endpoint = await _visible_endpoint(request, caller, endpoint_id)
    parse_or_refuse(_ROTATE, raw, clause_of=lambda _: CLAUSE)
    _may_change(caller)

    async def make(_: New) -> NewEndpointAnswer:
        backend: Backend = request.app.state.backend
        secret = _new_secret()
        changed = await backend.rotate_secret(endpoint.id, party=seen_by(caller), secret=secret)
        if changed is None:
            raise not_found("endpoint of this id in use")
        return NewEndpointAnswer.with_secret(changed, secret)

    return await once(request, caller, key, content=b"{}", make=make)


@router.post(
    "/{endpoint_id}/replay",
    operation_id="replayToWebhookEndpoint",
    summary="Send again what an endpoint missed",
    description=(
        "Sends again what the party was told since a moment, or of one order, recharge or claim "
        "from an `order_sequence` on: the oldest first, each under the `webhook-id` that it has, "
        "also what was told before the endpoint was added. At most 500 a call.\n\n"
        f"Clauses: PSR-27. {READERS}"
    ),
    response_model=ReplayedAnswer,
    response_description="They are sent again; the log tells what becomes of them.",
    responses={
        200: {"headers": REPLAYED_HEADER},
        **problems(*COMMAND, EdgeCode.NOT_FOUND),
    },
    openapi_extra=command(
        ReplayEndpointBody, required=False, clauses=(CLAUSE,), roles=READERS_ROLES
    ),
)
async def replay_to_endpoint(
    request: Request, caller: Caller, key: Key, endpoint_id: str
) -> Response:
    raw = await body_of(request)
    endpoint = await _visible_endpoint(request, caller, endpoint_id)
    body = parse_or_refuse(_REPLAY, raw, clause_of=lambda _: CLAUSE)
    if endpoint.disabled_at is not None:
        raise not_found("endpoint of this id in use")

    async def make(_: New) -> ReplayedAnswer:
        backend: Backend = request.app.state.backend
        replayed = await backend.replay_to(
            endpoint.id,
            since=body.since,
            subject=SubjectId(body.subject) if body.subject else None,
            from_order_sequence=body.from_order_sequence,
        )
        return ReplayedAnswer.of(replayed)

    return await once(request, caller, key, content=body.model_dump_json().encode(), make=make)


async def _visible_endpoint(
    request: Request, caller: ApplicationView, endpoint_id: str
) -> EndpointView:
    backend: Backend = request.app.state.backend
    if _ENDPOINT.fullmatch(endpoint_id):
        found = await backend.endpoint(endpoint_id, party=seen_by(caller))
        if found is not None:
            return found
    raise not_found("endpoint of this id")


def _may_change(caller: ApplicationView) -> None:
    if not caller.roles - {Role.SUPPORT}:
        raise ProblemError(
            code=RefusalCode.NOT_YOUR_ROLE,
            detail="support reads endpoints, and changes none",
            clause=CLAUSE,
        )


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
