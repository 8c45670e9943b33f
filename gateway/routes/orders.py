"""The endpoints of orders: placing and reading them."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from daigou.domain.ids import SubjectId
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode
from gateway.accepting import gives
from gateway.answers import (
    AllowedActionsAnswer,
    DeadlinesAnswer,
    FeeAnswer,
    JournalAnswer,
    LineAnswer,
    MovementAnswer,
    OrderAnswer,
    OrderPage,
    ReceiptAnswer,
    StatementAnswer,
    TimelineAnswer,
    refunds_of,
)
from gateway.auth import Caller
from gateway.axes import allowed_actions, deadlines_of
from gateway.backend import Backend, OrdersWanted
from gateway.diagram import order_svg
from gateway.finding import shown_to, visible_order
from gateway.notes import timeline_of
from gateway.once import Key
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
from gateway.placing import place
from gateway.problems import EdgeCode, Fault, FaultIn, invalid
from gateway.request_body import PlaceOrder
from gateway.sending import roles_of
from gateway.wire import Moment, OrderRef, PartyRef, Sum

router = APIRouter(prefix="/v1/orders", tags=["orders"])
_JSON = gives("application/json")
_ONE = problems(*CALLER, EdgeCode.NOT_FOUND)
_READERS = "Roles: client, provider, storage, logistics, promoter of the order; platform, support, \
payment institution of any. Everyone else gets 404 (OP-7-5-4)."


class OrdersQuery(BaseModel):
    """Which orders to list."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[
        State | None, Field(description="Orders in this state of the fulfilment axis.")
    ] = None
    client: Annotated[PartyRef | None, Field(description="Orders of this client.")] = None
    provider: Annotated[PartyRef | None, Field(description="Orders with this provider.")] = None
    due_before: Annotated[
        Moment | None, Field(description="Orders whose next deadline strikes before this.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[
        OrderRef | None, Field(description="The last order of the page before.")
    ] = None


@router.post(
    "",
    status_code=201,
    operation_id="placeOrder",
    summary="Ask for a purchase",
    description=(
        "Places a purchasing request. All missing or wrong facts are named at once. Left out and "
        "settled without doubt: `offer_id` from the product link, `delivery_address` from the "
        "storage (PSR-1-3). The answer comes once the request is in the books.\n\n"
        "Roles: client. Clauses: PSR-1-1, PSR-1-2, PSR-1-3, PSR-5, PSR-11, PSR-14, LM-22, UA-1-1."
    ),
    response_model=ReceiptAnswer,
    response_description="The request is in the books.",
    responses={
        201: {"headers": LOCATION_HEADER | REPLAYED_HEADER},
        **problems(
            *COMMAND,
            EdgeCode.ID_TAKEN,
            RefusalCode.NOT_REGISTERED,
            RefusalCode.UNKNOWN_MANDATE,
            RefusalCode.WRONG_DELIVERY_ADDRESS,
            RefusalCode.PROHIBITED_GOODS,
            RefusalCode.GOODS_SUSPENDED,
            RefusalCode.SERVICE_REFUSED,
        ),
    },
    openapi_extra=command(
        PlaceOrder,
        required=True,
        clauses=("PSR-1-1", "PSR-1-2", "PSR-1-3", "PSR-11", "PSR-14", "LM-22", "UA-1-1"),
        roles=sorted(roles_of(FULFILMENT, Trigger.REQUEST)),
    ),
    dependencies=[_JSON],
)
async def place_order(request: Request, caller: Caller, key: Key) -> Response:
    return await place(request, caller=caller, key=key)


@router.get(
    "",
    operation_id="listOrders",
    summary="List orders",
    description=f"Orders that you may see, the newest first. {_READERS}",
    responses=problems(*CALLER, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
    dependencies=[_JSON],
)
async def list_orders(
    request: Request, caller: Caller, query: Annotated[OrdersQuery, Query()]
) -> OrderPage:
    backend: Backend = request.app.state.backend
    found = await backend.orders(
        OrdersWanted(
            limit=query.limit + 1,
            seen_by=caller,
            state=query.state,
            client=query.client,
            provider=query.provider,
            due_before=query.due_before,
            starting_after=query.starting_after,
        )
    )
    if found is None:
        raise invalid(
            [
                Fault(
                    where=FaultIn.QUERY,
                    pointer="/starting_after",
                    code="invalid",
                    detail="is no order",
                )
            ]
        )
    return OrderPage(
        data=tuple(OrderAnswer.of(shown_to(caller, order)) for order in found[: query.limit]),
        has_more=len(found) > query.limit,
    )


@router.get(
    "/{order_id}",
    operation_id="getOrder",
    summary="Read an order",
    description=f"The order as it stands: state, parties, lines, money, deadlines. {_READERS}",
    responses=_ONE,
    openapi_extra=needs_caller(),
    dependencies=[_JSON],
)
async def get_order(request: Request, caller: Caller, order_id: str) -> OrderAnswer:
    return OrderAnswer.of(await visible_order(request, caller, order_id))


@router.get(
    "/{order_id}/allowed-actions",
    operation_id="getAllowedActions",
    summary="What may be done now, by when, and what forbids the rest",
    description=(
        "For each of your roles, every command to the order and to its parcels, requirements, "
        "questions, cancellations, dissolutions and refunds: whether it is allowed now, until "
        "when, where it is previewed, and if it is not allowed, the clause that forbids it. Guards "
        "on a command's content are judged when it arrives. "
        f"{_READERS}"
    ),
    responses=_ONE,
    openapi_extra=needs_caller(),
    dependencies=[_JSON],
)
async def get_allowed_actions(
    request: Request, caller: Caller, order_id: str
) -> AllowedActionsAnswer:
    order = await visible_order(request, caller, order_id)
    return allowed_actions(order, caller=caller, now=datetime.now(UTC))


@router.get(
    "/{order_id}/timeline",
    operation_id="getTimeline",
    summary="Everything that happened",
    description=(
        "Every transition on every axis, with actor, clause and notices. Free words are shown to "
        "client, provider, platform and support, to storage and logistics those about goods, and "
        f"to their author. {_READERS}"
    ),
    responses=_ONE,
    openapi_extra=needs_caller(),
    dependencies=[_JSON],
)
async def get_timeline(request: Request, caller: Caller, order_id: str) -> TimelineAnswer:
    order = await visible_order(request, caller, order_id)
    backend: Backend = request.app.state.backend
    steps = await timeline_of(backend, SubjectId(order.id), order.parties, caller)
    return TimelineAnswer(id=order.id, data=steps)


@router.get(
    "/{order_id}/statement",
    operation_id="getStatement",
    summary="The order's money",
    description=(
        "Every line with who collects it, what was paid and paid back, every journal entry behind "
        f"it, and every movement of money outside. Clauses: PSR-6, PSR-7, PSR-10-1. {_READERS}"
    ),
    responses=_ONE,
    openapi_extra=needs_caller(),
    dependencies=[_JSON],
)
async def get_statement(request: Request, caller: Caller, order_id: str) -> StatementAnswer:
    order = await visible_order(request, caller, order_id)
    backend: Backend = request.app.state.backend
    subject = SubjectId(order.id)
    return StatementAnswer(
        id=order.id,
        lines=tuple(LineAnswer.of(line) for line in order.lines),
        fee=FeeAnswer.of(order.fee) if order.fee else None,
        amount=Sum.of(order.amount) if order.amount is not None else None,
        collected=Sum.of(order.collected),
        refunded=Sum.of(order.refunded),
        fee_earned=Sum.of(order.fee_earned),
        refunds=refunds_of(order),
        journals=tuple(JournalAnswer.of(each) for each in await backend.journals(subject)),
        movements=tuple(MovementAnswer.of(each) for each in await backend.movements(subject)),
    )


@router.get(
    "/{order_id}/deadlines",
    operation_id="getDeadlines",
    summary="The deadlines that run now",
    description=f"What happens at which moment if nobody acts, the next one first. {_READERS}",
    responses=_ONE,
    openapi_extra=needs_caller(),
    dependencies=[_JSON],
)
async def get_deadlines(request: Request, caller: Caller, order_id: str) -> DeadlinesAnswer:
    order = await visible_order(request, caller, order_id)
    return DeadlinesAnswer(id=order.id, data=deadlines_of(order))


@router.get(
    "/{order_id}/diagram.svg",
    operation_id="getDiagram",
    summary="The order's way, drawn",
    description=(
        "The lifecycle table as a picture, with the present state filled and the way it came "
        f"numbered. {_READERS}"
    ),
    response_class=Response,
    responses={
        200: {
            "description": "The diagram.",
            "content": {"image/svg+xml": {"schema": {"type": "string"}}},
        },
        **_ONE,
    },
    openapi_extra=needs_caller(),
    dependencies=[gives("image/svg+xml")],
)
async def get_diagram(request: Request, caller: Caller, order_id: str) -> Response:
    order = await visible_order(request, caller, order_id)
    backend: Backend = request.app.state.backend
    steps = await backend.timeline(SubjectId(order.id))
    return Response(
        order_svg(order, steps),
        media_type="image/svg+xml",
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )
