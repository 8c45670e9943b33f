"""The endpoints of promoters' engagements, by the word of their promotion providers."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.responses import Response

from daigou.domain.engagements import CLAUSE, WHO_MAY_SAY, EngagementWord
from daigou.domain.ids import ENGAGEMENT_ID, EngagementId, PartyId
from daigou.domain.order import ROLES_THAT_SEE_ALL, Role
from daigou.domain.refusals import RefusalCode
from daigou.ledger.promotion_views import EngagementView
from daigou.ledger.views import ApplicationView
from gateway.accepting import gives
from gateway.auth import Caller
from gateway.engagements import (
    BrokerageAnswer,
    BrokeragePage,
    EngagementAnswer,
    EngagementBody,
    EngagementPage,
    EngagementRef,
    EngagementWordBody,
)
from gateway.engaging import Engaging
from gateway.keeping import keep
from gateway.once import Key, command_id, derived_id
from gateway.openapi import CALLER, COMMAND, LOCATION_HEADER, REPLAYED_HEADER, command, problems
from gateway.openapi import caller as needs_caller
from gateway.parsing import body_of, parse_or_refuse
from gateway.problems import EdgeCode, Fault, ProblemError, invalid, not_found
from gateway.wire import OrderRef, PartyRef

router = APIRouter(
    prefix="/v1/promoter-engagements",
    tags=["promotion"],
    dependencies=[gives("application/json")],
)
_PROPOSAL, _WORD = TypeAdapter(EngagementBody), TypeAdapter(EngagementWordBody)
_ROLES = tuple(sorted(WHO_MAY_SAY))
_WHAT_IT_DOES = {
    EngagementWord.ACTIVATE: "From now on the promoter earns by what it wins, as its contracts "
    "with purchasing providers say.",
    EngagementWord.SUSPEND: "Orders that are paid from now on earn the promoter nothing, until it "
    "is activated again. Those paid before keep their rate.",
    EngagementWord.END: "For good. Orders that were paid before keep their rate; the promoter may "
    "be engaged anew, by anyone.",
}


class EngagementsQuery(BaseModel):
    """Which engagements to list."""

    model_config = ConfigDict(extra="forbid")

    promoter: Annotated[PartyRef | None, Field(description="Of this promoter.")] = None
    promotion_provider: Annotated[
        PartyRef | None, Field(description="With this promotion provider.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[
        EngagementRef | None, Field(description="The last engagement of the page before.")
    ] = None


class BrokerageQuery(BaseModel):
    """Which orders to list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[
        OrderRef | None, Field(description="The last order of the page before.")
    ] = None


@router.post(
    "",
    status_code=201,
    operation_id="proposeEngagement",
    summary="Engage a promoter",
    description="A promotion provider proposes the promoter that has a contract with it. A "
    "promoter has one engagement at a time. It earns nothing before it is activated.\n\n"
    "Roles: promotion provider (its own), platform (for it). Clause: UA-1-11-13.",
    response_model=EngagementAnswer,
    response_description="It is proposed.",
    responses={
        201: {"headers": LOCATION_HEADER | REPLAYED_HEADER},
        **problems(*COMMAND, EdgeCode.CONFLICT, RefusalCode.ENGAGEMENT_NOT_POSSIBLE),
    },
    openapi_extra=command(EngagementBody, required=True, clauses=(CLAUSE,), roles=_ROLES),
)
async def propose_engagement(request: Request, caller: Caller, key: Key) -> Response:
    body = parse_or_refuse(_PROPOSAL, await body_of(request), clause_of=lambda _: CLAUSE)
    provider = _speaks_for(caller, body.promotion_provider_id)
    id_ = body.engagement_id or EngagementId(derived_id("eng", caller, key))

    async def make() -> EngagementAnswer:
        proposed = await _engaging(request).propose(
            id=id_,
            promoter=body.promoter_id,
            promotion_provider=provider,
            author=caller.party,
            command_id=command_id(caller, key),
        )
        return EngagementAnswer.of(proposed)

    return await keep(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        clause=CLAUSE,
        make=make,
        status=201,
        location=f"{router.prefix}/{id_}",
    )


def _endpoint(word: EngagementWord) -> Callable[..., Awaitable[Response]]:
    async def say(request: Request, caller: Caller, key: Key, engagement_id: str) -> Response:
        body = parse_or_refuse(_WORD, await body_of(request), clause_of=lambda _: CLAUSE)

        async def make() -> EngagementAnswer:
            engagement = await _visible(request, caller, engagement_id)
            _speaks_for(caller, engagement.promotion_provider)
            said = await _engaging(request).say(
                engagement.id,
                word=word,
                reason=body.reason,
                author=caller.party,
                command_id=command_id(caller, key),
            )
            return EngagementAnswer.of(said)

        content = body.model_dump_json().encode()
        return await keep(request, caller, key, content=content, clause=CLAUSE, make=make)

    return say


for _word, _description in _WHAT_IT_DOES.items():
    router.add_api_route(
        f"/{{engagement_id}}/{_word}",
        _endpoint(_word),
        methods=["POST"],
        operation_id=f"{_word}Engagement",
        summary=f"{_word.capitalize()} a promoter's engagement",
        description=f"{_description}\n\nRoles: its promotion provider, platform (for it). "
        f"Clause: {CLAUSE}.",
        response_model=EngagementAnswer,
        response_description="It stands so from now on.",
        responses={
            200: {"headers": REPLAYED_HEADER},
            **problems(
                *COMMAND,
                EdgeCode.NOT_FOUND,
                EdgeCode.CONFLICT,
                RefusalCode.NOT_IN_THIS_STATE,
                RefusalCode.REASON_NOT_ALLOWED,
                RefusalCode.ENGAGEMENT_NOT_POSSIBLE,
            ),
        },
        openapi_extra=command(EngagementWordBody, required=True, clauses=(CLAUSE,), roles=_ROLES),
    )


@router.get(
    "",
    operation_id="listEngagements",
    summary="List promoters' engagements",
    description="Ended ones, too. Roles: promotion provider and promoter (their own); platform, "
    f"support, payment institution. Clause: {CLAUSE}.",
    responses=problems(*CALLER, RefusalCode.NOT_YOUR_ROLE, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def list_engagements(
    request: Request, caller: Caller, query: Annotated[EngagementsQuery, Query()]
) -> EngagementPage:
    promoter, provider = query.promoter, query.promotion_provider
    if not caller.roles & ROLES_THAT_SEE_ALL:
        if Role.PROMOTION_PROVIDER in caller.roles:
            provider = _only(caller, provider)
        elif Role.PROMOTER in caller.roles:
            promoter = _only(caller, promoter)
        else:
            raise _not_ones_own("engagements are read by those between whom they are")
    found = await _engaging(request).engagements(
        promoter=promoter,
        promotion_provider=provider,
        limit=query.limit + 1,
        starting_after=query.starting_after,
    )
    return EngagementPage(
        data=tuple(EngagementAnswer.of(each) for each in found[: query.limit]),
        has_more=len(found) > query.limit,
    )


@router.get(
    "/{engagement_id}",
    operation_id="getEngagement",
    summary="Read a promoter's engagement",
    description="With every word on it. Roles: its promotion provider and promoter; platform, "
    f"support, payment institution. Clause: {CLAUSE}.",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND),
    openapi_extra=needs_caller(),
)
async def get_engagement(request: Request, caller: Caller, engagement_id: str) -> EngagementAnswer:
    return EngagementAnswer.of(await _visible(request, caller, engagement_id))


@router.get(
    "/{engagement_id}/brokerage",
    operation_id="listBrokerage",
    summary="List what a promoter earned under an engagement",
    description="By order: what is owed to the promoter and paid out through the promotion "
    "provider under whose engagement the order was paid. Roles: its promotion provider and "
    f"promoter; platform, support, payment institution. Clauses: {CLAUSE}, PSR-19.",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def list_brokerage(
    request: Request,
    caller: Caller,
    engagement_id: str,
    query: Annotated[BrokerageQuery, Query()],
) -> BrokeragePage:
    engagement = await _visible(request, caller, engagement_id)
    found = await _engaging(request).brokerage(
        engagement.id, limit=query.limit + 1, starting_after=query.starting_after
    )
    return BrokeragePage(
        data=tuple(BrokerageAnswer.of(each) for each in found[: query.limit]),
        has_more=len(found) > query.limit,
    )


async def _visible(request: Request, caller: ApplicationView, engagement_id: str) -> EngagementView:
    if ENGAGEMENT_ID.fullmatch(engagement_id):
        found = await _engaging(request).engagement(EngagementId(engagement_id))
        if found is not None and (
            caller.roles & ROLES_THAT_SEE_ALL
            or caller.party in (found.promoter, found.promotion_provider)
        ):
            return found
    raise not_found("engagement of this id")


def _speaks_for(caller: ApplicationView, provider: PartyId | None) -> PartyId:
    """The promotion provider whose word the caller gives: its own, or, for the platform, any."""
    if not caller.roles & WHO_MAY_SAY:
        raise _not_ones_own("engagements change by the word of the promotion provider alone")
    if Role.PLATFORM in caller.roles:
        if provider is None:
            fault = Fault(pointer="/promotion_provider_id", code="missing", detail="is missing")
            raise invalid([fault])
        return provider
    if provider not in (None, caller.party):
        raise _not_ones_own(f"{provider} speaks for itself")
    return caller.party


def _only(caller: ApplicationView, asked: PartyId | None) -> PartyId:
    if asked not in (None, caller.party):
        raise _not_ones_own(f"engagements of {asked} are not yours to read")
    return caller.party


def _not_ones_own(detail: str) -> ProblemError:
    return ProblemError(code=RefusalCode.NOT_YOUR_ROLE, detail=detail, clause=CLAUSE)


def _engaging(request: Request) -> Engaging:
    engaging: Engaging = request.app.state.backend.engaging
    return engaging
