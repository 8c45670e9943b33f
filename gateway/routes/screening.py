"""The endpoints of the screening list: open to read, the platform's to change."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.responses import Response

from daigou.domain.refusals import RefusalCode
from gateway.accepting import gives
from gateway.auth import Caller
from gateway.keeping import keep, only_for_the_platform
from gateway.once import Key
from gateway.openapi import BOOKS, COMMAND, REPLAYED_HEADER, command, problems
from gateway.parsing import body_of, parse_or_refuse
from gateway.problems import EdgeCode, not_found
from gateway.records import Records
from gateway.schemas import PlainBody
from gateway.screening import RuleAnswer, RuleBody, RulePage

router = APIRouter(
    prefix="/v1/screening-rules", tags=["reference"], dependencies=[gives("application/json")]
)
_CLAUSE = "PSR-14"
_BODY, _NOTHING = TypeAdapter(RuleBody), TypeAdapter(PlainBody)
_RULE_ID = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


class RulesQuery(BaseModel):
    """Which rules to list."""

    model_config = ConfigDict(extra="forbid")

    lifted: Annotated[bool, Field(description="Those that were lifted, too.")] = False
    limit: Annotated[int, Field(ge=1, le=100)] = 100
    starting_after: Annotated[
        int | None, Field(ge=1, le=2**53, description="The last rule of the page before.")
    ] = None


@router.get(
    "",
    operation_id="listScreeningRules",
    summary="What is prohibited, suspended, doubtful or sensitive",
    description="The list that every new request is held against: its category, title and "
    "specification. Open to everyone. Clauses: PSR-14, PSR-15-5, LM-22.",
    responses=problems(*BOOKS, RefusalCode.INVALID_REQUEST),
)
async def list_rules(request: Request, query: Annotated[RulesQuery, Query()]) -> RulePage:
    records: Records = request.app.state.backend.records
    found = await records.rules(
        limit=query.limit + 1, lifted=query.lifted, starting_after=query.starting_after or 0
    )
    return RulePage(
        data=tuple(RuleAnswer.of(each) for each in found[: query.limit]),
        has_more=len(found) > query.limit,
    )


@router.post(
    "",
    status_code=201,
    operation_id="addScreeningRule",
    summary="Put a rule on the screening list",
    description="It holds for every request from now on; orders that were placed before are not "
    "touched. To change a rule, lift it and add another.\n\n"
    "Roles: platform. Clauses: PSR-14, PSR-15-5, LM-22.",
    response_model=RuleAnswer,
    response_description="It is in force.",
    responses={
        201: {"headers": REPLAYED_HEADER},
        **problems(*COMMAND, EdgeCode.CONFLICT),
    },
    openapi_extra=command(
        RuleBody, required=True, clauses=("PSR-14", "PSR-15-5", "LM-22"), roles=("platform",)
    ),
)
async def add_rule(request: Request, caller: Caller, key: Key) -> Response:
    body = parse_or_refuse(_BODY, await body_of(request), clause_of=lambda _: _CLAUSE)
    only_for_the_platform(caller, what="the screening list", clause=_CLAUSE)
    records: Records = request.app.state.backend.records

    async def make() -> RuleAnswer:
        return RuleAnswer.of(
            await records.add_rule(
                kind=body.kind,
                pattern=body.pattern,
                verdict=body.verdict,
                reason=body.reason,
                author=caller.party,
            )
        )

    return await keep(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        clause=_CLAUSE,
        make=make,
        status=201,
    )


@router.post(
    "/{rule_id}/lift",
    operation_id="liftScreeningRule",
    summary="Take a rule off the screening list",
    description="It is kept with who lifted it and when, and holds for no request from now on. "
    "One that was lifted before stays as it was.\n\n"
    "Roles: platform. Clauses: PSR-14, LM-22.",
    response_model=RuleAnswer,
    response_description="It is lifted.",
    responses={200: {"headers": REPLAYED_HEADER}, **problems(*COMMAND, EdgeCode.NOT_FOUND)},
    openapi_extra=command(
        PlainBody, required=False, clauses=("PSR-14", "LM-22"), roles=("platform",)
    ),
)
async def lift_rule(request: Request, caller: Caller, key: Key, rule_id: str) -> Response:
    body = parse_or_refuse(_NOTHING, await body_of(request), clause_of=lambda _: _CLAUSE)
    only_for_the_platform(caller, what="the screening list", clause=_CLAUSE)
    records: Records = request.app.state.backend.records

    async def make() -> RuleAnswer:
        known = _RULE_ID.fullmatch(rule_id)
        lifted = await records.lift_rule(int(rule_id), by=caller.party) if known else None
        if lifted is None:
            raise not_found("rule of this id")
        return RuleAnswer.of(lifted)

    return await keep(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        clause=_CLAUSE,
        make=make,
    )
