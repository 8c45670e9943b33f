"""The endpoints of what wins orders: clients' coupons, and promoters' contracts with providers."""

import re
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.responses import Response

from daigou.domain.ids import CouponId, PartyId
from daigou.domain.order import ROLES_THAT_SEE_ALL, Role
from daigou.domain.refusals import RefusalCode
from daigou.ledger.views import ApplicationView
from gateway.accepting import gives
from gateway.auth import Caller
from gateway.backend import ConflictError
from gateway.finding import visible_client
from gateway.keeping import keep, only_for_the_platform
from gateway.once import Key, derived_id
from gateway.openapi import CALLER, COMMAND, REPLAYED_HEADER, command, problems
from gateway.openapi import caller as needs_caller
from gateway.parsing import body_of, parse_or_refuse
from gateway.problems import EdgeCode, Fault, FaultIn, ProblemError, invalid, not_found
from gateway.promoting import Promoting
from gateway.promotion import (
    ChangeRateBody,
    ContractAnswer,
    ContractBody,
    ContractList,
    CouponAnswer,
    CouponBody,
    CouponPage,
    EndContractBody,
)
from gateway.wire import CouponRef, PartyRef

router = APIRouter(prefix="/v1", tags=["promotion"], dependencies=[gives("application/json")])
_COUPON, _CONTRACT, _END, _RATE = (
    TypeAdapter(CouponBody),
    TypeAdapter(ContractBody),
    TypeAdapter(EndContractBody),
    TypeAdapter(ChangeRateBody),
)
_OF_COUPONS, _OF_CONTRACTS = "UA-1-10", "PSR-19"
_CONTRACT_ID = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


class CouponsQuery(BaseModel):
    """Whose coupons to list."""

    model_config = ConfigDict(extra="forbid")

    client: Annotated[PartyRef | None, Field(description="You, if you say nothing.")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[
        CouponRef | None, Field(description="The last coupon of the page before.")
    ] = None


class ContractsQuery(BaseModel):
    """Which contracts to list."""

    model_config = ConfigDict(extra="forbid")

    promoter: Annotated[PartyRef | None, Field(description="Contracts of this promoter.")] = None
    provider: Annotated[PartyRef | None, Field(description="Contracts with this provider.")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 100


@router.post(
    "/coupons",
    status_code=201,
    operation_id="issueCoupon",
    summary="Give a client a coupon",
    description="It takes up to its amount off the lines that it reduces, within its time, once. "
    "It cannot be cashed: what a refund gives back of it goes back to the platform, and the coupon "
    "to its client.\n\n"
    "Roles: platform. Clauses: UA-1-10, UA-1-1.",
    response_model=CouponAnswer,
    response_description="The client has it.",
    responses={
        201: {"headers": REPLAYED_HEADER},
        **problems(*COMMAND, EdgeCode.CONFLICT, RefusalCode.NOT_REGISTERED),
    },
    openapi_extra=command(
        CouponBody, required=True, clauses=("UA-1-10", "UA-1-1"), roles=("platform",)
    ),
)
async def issue_coupon(request: Request, caller: Caller, key: Key) -> Response:
    body = parse_or_refuse(_COUPON, await body_of(request), clause_of=lambda _: _OF_COUPONS)
    only_for_the_platform(caller, what="the issue of coupons", clause=_OF_COUPONS)

    async def make() -> CouponAnswer:
        issued = await _promotion(request).issue_coupon(
            id=body.coupon_id or CouponId(derived_id("cpn", caller, key)),
            client=body.client_id,
            amount=body.amount.money,
            reduces=body.reduces,
            valid_from=body.valid_from,
            valid_until=body.valid_until,
            issued_by=caller.party,
        )
        return CouponAnswer.of(issued)

    return await keep(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        clause=_OF_COUPONS,
        make=make,
        status=201,
    )


@router.get(
    "/coupons",
    operation_id="listCoupons",
    summary="List a client's coupons",
    description="Used and expired ones, too. Roles: the client itself; platform, support, payment "
    "institution. Clause: UA-1-10.",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def list_coupons(
    request: Request, caller: Caller, query: Annotated[CouponsQuery, Query()]
) -> CouponPage:
    if query.client is None and Role.CLIENT not in caller.roles:
        raise invalid(
            [Fault(where=FaultIn.QUERY, pointer="/client", code="missing", detail="is missing")]
        )
    client = await visible_client(request, caller, query.client or caller.party)
    found = await _promotion(request).coupons(
        client, limit=query.limit + 1, starting_after=query.starting_after
    )
    return CouponPage(
        data=tuple(CouponAnswer.of(each) for each in found[: query.limit]),
        has_more=len(found) > query.limit,
    )


@router.post(
    "/promoter-contracts",
    status_code=201,
    operation_id="signContract",
    summary="Record a promoter's contract with a provider",
    description="At any moment one rate holds between the two, or none. An order that the promoter "
    "won keeps the rate that holds when it is paid; none does while the promoter is not active."
    "\n\nRoles: platform. Clause: PSR-19.",
    response_model=ContractAnswer,
    response_description="It holds.",
    responses={201: {"headers": REPLAYED_HEADER}, **problems(*COMMAND, EdgeCode.CONFLICT)},
    openapi_extra=command(
        ContractBody, required=True, clauses=(_OF_CONTRACTS,), roles=("platform",)
    ),
)
async def sign_contract(request: Request, caller: Caller, key: Key) -> Response:
    body = parse_or_refuse(_CONTRACT, await body_of(request), clause_of=lambda _: _OF_CONTRACTS)
    only_for_the_platform(caller, what="the record of contracts", clause=_OF_CONTRACTS)

    async def make() -> ContractAnswer:
        signed = await _promotion(request).sign_contract(
            promoter=body.promoter_id,
            provider=body.provider_id,
            rate=Fraction(body.rate),
            begins_at=body.begins_at,
        )
        return ContractAnswer.of(signed)

    return await keep(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        clause=_OF_CONTRACTS,
        make=make,
        status=201,
    )


@router.post(
    "/promoter-contracts/{contract_id}/end",
    operation_id="endContract",
    summary="End a promoter's contract",
    description="For good, at a moment after it began; once. Orders that were paid before keep its "
    "rate.\n\nRoles: platform. Clause: PSR-19.",
    response_model=ContractAnswer,
    response_description="It is ended.",
    responses={
        200: {"headers": REPLAYED_HEADER},
        **problems(*COMMAND, EdgeCode.NOT_FOUND, EdgeCode.CONFLICT),
    },
    openapi_extra=command(
        EndContractBody, required=True, clauses=(_OF_CONTRACTS,), roles=("platform",)
    ),
)
async def end_contract(request: Request, caller: Caller, key: Key, contract_id: str) -> Response:
    body = parse_or_refuse(_END, await body_of(request), clause_of=lambda _: _OF_CONTRACTS)
    only_for_the_platform(caller, what="the end of contracts", clause=_OF_CONTRACTS)

    async def make() -> ContractAnswer:
        if not _CONTRACT_ID.fullmatch(contract_id):
            raise not_found("contract of this id")
        try:
            ended = await _promotion(request).end_contract(int(contract_id), ends_at=body.ends_at)
        except ConflictError:
            raise ProblemError(
                code=EdgeCode.CONFLICT,
                detail=f"contract {contract_id} was ended at another moment, or begins later",
                clause=_OF_CONTRACTS,
            ) from None
        if ended is None:
            raise not_found("contract of this id")
        return ContractAnswer.of(ended)

    return await keep(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        clause=_OF_CONTRACTS,
        make=make,
    )


@router.post(
    "/promoter-contracts/{contract_id}/change-rate",
    operation_id="changeRate",
    summary="Change the rate of a promoter's contract",
    description="The contract ends at that moment, and another one replaces it from then on. "
    "Orders that were paid before keep their rate.\n\nRoles: platform. Clause: PSR-19.",
    response_model=ContractAnswer,
    response_description="The contract that holds from then on.",
    responses={
        200: {"headers": REPLAYED_HEADER},
        **problems(*COMMAND, EdgeCode.NOT_FOUND, EdgeCode.CONFLICT),
    },
    openapi_extra=command(
        ChangeRateBody, required=True, clauses=(_OF_CONTRACTS,), roles=("platform",)
    ),
)
async def change_rate(request: Request, caller: Caller, key: Key, contract_id: str) -> Response:
    body = parse_or_refuse(_RATE, await body_of(request), clause_of=lambda _: _OF_CONTRACTS)
    only_for_the_platform(caller, what="the change of contracts", clause=_OF_CONTRACTS)

    async def make() -> ContractAnswer:
        if not _CONTRACT_ID.fullmatch(contract_id):
            raise not_found("contract of this id")
        changed = await _promotion(request).change_rate(
            int(contract_id), rate=Fraction(body.rate), since=body.since
        )
        if changed is None:
            raise not_found("contract of this id")
        return ContractAnswer.of(changed)

    return await keep(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        clause=_OF_CONTRACTS,
        make=make,
    )


@router.get(
    "/promoter-contracts",
    operation_id="listContracts",
    summary="List promoters' contracts",
    description="Ended ones, too. Roles: provider and promoter (their own); platform, support, "
    "payment institution. Clause: PSR-19.",
    responses=problems(*CALLER, RefusalCode.NOT_YOUR_ROLE, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def list_contracts(
    request: Request, caller: Caller, query: Annotated[ContractsQuery, Query()]
) -> ContractList:
    promoter, provider = _of_ones_own(caller, query)
    found = await _promotion(request).contracts(
        promoter=promoter, provider=provider, limit=query.limit + 1
    )
    shown = [
        each
        for each in found
        if query.promoter in (None, each.promoter) and query.provider in (None, each.provider)
    ]
    return ContractList(
        data=tuple(ContractAnswer.of(each) for each in shown[: query.limit]),
        has_more=len(found) > query.limit,
    )


def _of_ones_own(
    caller: ApplicationView, query: ContractsQuery
) -> tuple[PartyId | None, PartyId | None]:
    """The promoter and the provider to look for: what was asked, within what is the caller's."""
    if caller.roles & ROLES_THAT_SEE_ALL:
        return query.promoter, query.provider
    if Role.PROVIDER in caller.roles:
        return query.promoter, caller.party
    if Role.PROMOTER in caller.roles:
        return caller.party, query.provider
    raise ProblemError(
        code=RefusalCode.NOT_YOUR_ROLE,
        detail="contracts are read by the provider and the promoter that signed them",
        clause=_OF_CONTRACTS,
    )


def _promotion(request: Request) -> Promoting:
    promotion: Promoting = request.app.state.backend.promotion
    return promotion
