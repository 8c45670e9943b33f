"""The endpoints of previews: what a command would do to the money, and what was shown of it."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from daigou.domain.clauses import clause
from daigou.domain.preview import DIGEST
from daigou.domain.refusals import RefusalCode
from gateway.accepting import gives
from gateway.answers import PreviewAnswer, PreviewPage
from gateway.auth import Caller
from gateway.backend import Backend
from gateway.once import Key
from gateway.openapi import CALLER, COMMAND, REPLAYED_HEADER, command, problems
from gateway.openapi import caller as needs_caller
from gateway.previewing import PREVIEWS, Previewed, as_shown, order_with_previews, preview
from gateway.problems import EdgeCode, Fault, FaultIn, invalid, not_found
from gateway.routes.commands import refusals_of

router = APIRouter(prefix="/v1/orders/{order_id}/previews", tags=["previews"])
_JSON = gives("application/json")
_READERS = "Roles: client and provider of the order, platform, support. Everyone else gets 404."

Endpoint = Callable[..., Awaitable[Response]]


class PreviewsQuery(BaseModel):
    """Which previews to list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[
        str | None,
        Field(
            pattern=f"^{DIGEST.pattern}$",
            description="The digest of the last preview of the page before.",
        ),
    ] = None


@router.get(
    "",
    operation_id="listPreviews",
    summary="What was shown before money moved",
    description="Every preview that somebody asked for, as it was shown then, the newest first. "
    f"{_READERS} Clauses: PSR-12-3, PSR-13-6, PSR-10-2.",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
    dependencies=[_JSON],
)
async def list_previews(
    request: Request, caller: Caller, order_id: str, query: Annotated[PreviewsQuery, Query()]
) -> PreviewPage:
    backend: Backend = request.app.state.backend
    order = await order_with_previews(request, caller, order_id)
    found = await backend.showing.of_order(
        order.id, limit=query.limit + 1, starting_after=query.starting_after
    )
    if found is None:
        raise invalid(
            [
                Fault(
                    where=FaultIn.QUERY,
                    pointer="/starting_after",
                    code="invalid",
                    detail="is no preview of this order",
                )
            ]
        )
    return PreviewPage(
        data=tuple(as_shown(each) for each in found[: query.limit]),
        has_more=len(found) > query.limit,
    )


@router.get(
    "/{digest}",
    operation_id="getPreview",
    summary="Read a preview again",
    description="As it was shown, whatever has happened since, to all who may see it alike. "
    f"{_READERS} Clauses: PSR-12-3, PSR-13-6, PSR-10-2.",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND),
    openapi_extra=needs_caller(),
    dependencies=[_JSON],
)
async def get_preview(
    request: Request, caller: Caller, order_id: str, digest: str
) -> PreviewAnswer:
    backend: Backend = request.app.state.backend
    order = await order_with_previews(request, caller, order_id)
    found = await backend.showing.shown(order.id, digest) if DIGEST.fullmatch(digest) else None
    if found is None:
        raise not_found("preview of this digest")
    return as_shown(found)


def _endpoint(previewed: Previewed) -> Endpoint:
    async def endpoint(request: Request, caller: Caller, key: Key, order_id: str) -> Response:
        return await preview(
            request, caller=caller, key=key, previewed=previewed, order_id=order_id
        )

    return endpoint


def _add(previewed: Previewed) -> None:
    trigger, body = previewed.trigger, previewed.body
    spec = previewed.table.triggers[trigger]
    rows = [row for row in previewed.table.rows if row.trigger == trigger]
    clauses = sorted({spec.clause, *body.clauses.values(), *(row.clause for row in rows)})
    roles = sorted(previewed.roles)
    name = "preview" + "".join(word.capitalize() for word in trigger.split("-"))
    router.add_api_route(
        f"/{trigger}",
        _endpoint(previewed),
        methods=["POST"],
        operation_id=name,
        name=name,
        summary=f"What it would come to: {spec.says}",
        description=(
            f"Every line, journal and refund that `{trigger}` would write now, who gets what, and "
            "the digest that it is named by. Nothing is written, but what was shown is kept for "
            "client, provider, platform and support. The body is the command's; its words and its "
            "digest are passed over. A client sees what the seller pays back, and what the terms "
            "do by themselves, where they do. "
            "\n\n"
            f"Roles: {', '.join(roles)}. Clauses: "
            + " ".join(f"{each}: {clause(each).say}" for each in clauses)
        ),
        response_model=PreviewAnswer,
        response_description="What it would do; nothing was done.",
        responses={
            200: {"headers": REPLAYED_HEADER},
            **problems(
                *COMMAND,
                EdgeCode.NOT_FOUND,
                EdgeCode.CONFLICT,
                RefusalCode.NOT_IN_THIS_STATE,
                RefusalCode.TOO_LATE,
                *(code for code in body.refusals if code != RefusalCode.STALE_PREVIEW),
                *refusals_of(trigger, rows),
            ),
        },
        openapi_extra=command(
            body,
            required=any(field.is_required() for field in body.model_fields.values()),
            clauses=clauses,
            roles=roles,
        ),
        dependencies=[_JSON],
    )


for _previewed in PREVIEWS.values():
    _add(_previewed)
