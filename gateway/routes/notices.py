"""The endpoints of the delivery log: who was told what, on which channel, and once more."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.responses import Response

from daigou.domain.ids import PartyId, SubjectId
from daigou.domain.notices import DeliveryState
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from daigou.ledger.idempotency import New
from daigou.ledger.notice_views import NoticeView
from daigou.ledger.views import ApplicationView
from gateway.accepting import gives
from gateway.auth import Caller
from gateway.backend import Backend
from gateway.finding import visible_order
from gateway.once import Key, once
from gateway.openapi import CALLER, COMMAND, REPLAYED_HEADER, command, problems
from gateway.openapi import caller as needs_caller
from gateway.parsing import body_of, parse_or_refuse
from gateway.problems import EdgeCode, ProblemError, not_found
from gateway.telling import NoticeAnswer, NoticePage, ReplayBody

router = APIRouter(prefix="/v1", tags=["notices"], dependencies=[gives("application/json")])

CLAUSE = "PSR-27"
READERS = "Roles: any, for its own party; platform and support for every party."
READERS_ROLES = tuple(sorted(role.value for role in Role if role != Role.CLOCK))
_SEE_EVERY_PARTYS = frozenset({Role.PLATFORM, Role.SUPPORT})
_MESSAGE = re.compile(r"msg_[0-9a-f]{32}")
_BODY = TypeAdapter(ReplayBody)


class PageQuery(BaseModel):
    """Which page to read."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[
        str | None,
        Field(pattern=f"^{_MESSAGE.pattern}$", description="The last notice of the page before."),
    ] = None


class NoticesQuery(PageQuery):
    """Which notices to list."""

    state: Annotated[
        DeliveryState | None, Field(description="Notices whose delivery stands so.")
    ] = None


@router.get(
    "/notices",
    operation_id="listNotices",
    summary="List what your party was told",
    description=(
        "Every notice on every channel, with each try: an e-mail, a webhook, or `no_channel` where "
        "the party registered neither; that is not lost, and goes out once there is one. "
        f"Clauses: PSR-27, UA-4-7. {READERS}"
    ),
    responses=problems(*CALLER, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def list_notices(
    request: Request, caller: Caller, query: Annotated[NoticesQuery, Query()]
) -> NoticePage:
    backend: Backend = request.app.state.backend
    found = await backend.notices(
        party=seen_by(caller),
        limit=query.limit + 1,
        state=query.state,
        starting_after=query.starting_after,
    )
    return _page(found, query.limit)


@router.get(
    "/orders/{order_id}/notices",
    operation_id="listOrderNotices",
    summary="Who was told of the order",
    description=(
        "The delivery log of one order: what, to whom, on which channel and when. "
        f"Clauses: PSR-27. {READERS}"
    ),
    responses=problems(*CALLER, EdgeCode.NOT_FOUND, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def list_order_notices(
    request: Request, caller: Caller, order_id: str, query: Annotated[PageQuery, Query()]
) -> NoticePage:
    order = await visible_order(request, caller, order_id)
    backend: Backend = request.app.state.backend
    found = await backend.notices(
        party=seen_by(caller),
        subject=SubjectId(order.id),
        limit=query.limit + 1,
        starting_after=query.starting_after,
    )
    return _page(found, query.limit)


@router.post(
    "/notices/{message_id}/replay",
    operation_id="replayNotice",
    summary="Send a notice again",
    description=(
        "Sends a notice on its channel once more, at once and under the same `webhook-id`; one "
        "that still waits is tried now.\n\n"
        f"Clauses: PSR-27. {READERS}"
    ),
    response_model=NoticeAnswer,
    response_description="It is sent again; the log tells what becomes of it.",
    responses={
        200: {"headers": REPLAYED_HEADER},
        **problems(*COMMAND, EdgeCode.NOT_FOUND, RefusalCode.NOT_IN_THIS_STATE),
    },
    openapi_extra=command(ReplayBody, required=False, clauses=(CLAUSE,), roles=READERS_ROLES),
)
async def replay_notice(request: Request, caller: Caller, key: Key, message_id: str) -> Response:
    raw = await body_of(request)
    notice = await _visible_notice(request, caller, message_id)
    parse_or_refuse(_BODY, raw, clause_of=lambda _: CLAUSE)

    async def make(_: New) -> NoticeAnswer:
        backend: Backend = request.app.state.backend
        if not await backend.replay(notice.message_id):
            raise ProblemError(
                code=RefusalCode.NOT_IN_THIS_STATE,
                detail="its endpoint is disabled, or the party has no channel",
                clause=CLAUSE,
            )
        return NoticeAnswer.of(await _visible_notice(request, caller, message_id))

    return await once(request, caller, key, content=b"{}", make=make)


def seen_by(caller: ApplicationView) -> PartyId | None:
    """The party whose notices a caller may see; None for those of every party."""
    return None if caller.roles & _SEE_EVERY_PARTYS else caller.party


async def _visible_notice(request: Request, caller: ApplicationView, message_id: str) -> NoticeView:
    backend: Backend = request.app.state.backend
    if _MESSAGE.fullmatch(message_id):
        found = await backend.notice(message_id, party=seen_by(caller))
        if found is not None:
            return found
    raise not_found("notice of this id")


def _page(found: tuple[NoticeView, ...], limit: int) -> NoticePage:
    return NoticePage(
        data=tuple(NoticeAnswer.of(notice) for notice in found[:limit]),
        has_more=len(found) > limit,
    )
