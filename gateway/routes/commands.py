"""The endpoints of commands: one for every trigger of the lifecycle tables, made from them."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from daigou.domain.clauses import clause
from daigou.domain.lifecycle import FULFILMENT, ITEM_TABLES, RECHARGE, REFUND
from daigou.domain.lifecycle.table import Table
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode
from gateway.accepting import gives
from gateway.answers import ReceiptAnswer, collection_of
from gateway.auth import Caller
from gateway.finding import item_target, order_target, recharge_target
from gateway.once import Key
from gateway.openapi import COMMAND, REPLAYED_HEADER, Responses, command, problems
from gateway.problems import EdgeCode
from gateway.schemas import BODIES, CommandBody, RefundOutcomeBody
from gateway.sending import roles_of, send

router = APIRouter(prefix="/v1")
_JSON = gives("application/json")

Endpoint = Callable[..., Awaitable[Response]]
ItemNumber = Annotated[
    str, Path(description="What follows the slash of the item's id.", examples=["7"])
]


def _order_endpoint(trigger: Trigger, body: type[CommandBody]) -> Endpoint:
    async def endpoint(request: Request, caller: Caller, key: Key, order_id: str) -> Response:
        return await send(
            request,
            caller=caller,
            key=key,
            trigger=trigger,
            body_model=body,
            find=lambda: order_target(request, caller, order_id),
        )

    return endpoint


def _item_endpoint(table: Table, trigger: Trigger, body: type[CommandBody]) -> Endpoint:
    async def endpoint(
        request: Request, caller: Caller, key: Key, order_id: str, number: ItemNumber
    ) -> Response:
        return await send(
            request,
            caller=caller,
            key=key,
            trigger=trigger,
            body_model=body,
            find=lambda: item_target(request, caller, order_id, table, number),
        )

    return endpoint


def _any_item_endpoint(table: Table, trigger: Trigger, body: type[CommandBody]) -> Endpoint:
    async def endpoint(request: Request, caller: Caller, key: Key, order_id: str) -> Response:
        return await send(
            request,
            caller=caller,
            key=key,
            trigger=trigger,
            body_model=body,
            find=lambda: item_target(request, caller, order_id, table, None),
        )

    return endpoint


def _recharge_endpoint(trigger: Trigger, body: type[CommandBody]) -> Endpoint:
    async def endpoint(request: Request, caller: Caller, key: Key, recharge_id: str) -> Response:
        return await send(
            request,
            caller=caller,
            key=key,
            trigger=trigger,
            body_model=body,
            find=lambda: recharge_target(request, caller, recharge_id),
        )

    return endpoint


def _add(
    table: Table, trigger: Trigger, path: str, endpoint: Endpoint, *, tag: str, named: str = ""
) -> None:
    body = _body(table, trigger)
    spec = table.triggers[trigger]
    rows = [row for row in table.rows if row.trigger == trigger]
    clauses = sorted({spec.clause, *(row.clause for row in rows)})
    roles = sorted(roles_of(table, trigger))
    ways = "; ".join(dict.fromkeys(f"{row.source} → {row.target}" for row in rows))
    router.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        operation_id=_camel(trigger) + named,
        name=trigger.value + named,
        tags=[tag],
        summary=spec.says[0].upper() + spec.says[1:],
        description=(
            f"{ways}.\n\nRoles: {', '.join(roles)}. Clauses: "
            + " ".join(f"{each}: {clause(each).say}" for each in clauses)
        ),
        response_model=ReceiptAnswer,
        response_description="It is done.",
        responses=_responses(body),
        openapi_extra=command(
            body,
            required=any(field.is_required() for field in body.model_fields.values()),
            clauses=clauses,
            roles=roles,
        ),
        dependencies=[_JSON],
    )


def _body(table: Table, trigger: Trigger) -> type[CommandBody]:
    # A refund's movement is named by the path, and so not by the body again.
    return RefundOutcomeBody if table == REFUND else BODIES[table.triggers[trigger].command]


def _responses(body: type[CommandBody]) -> Responses:
    return {
        200: {"headers": REPLAYED_HEADER},
        **problems(
            *COMMAND,
            EdgeCode.NOT_FOUND,
            RefusalCode.NOT_YOUR_ORDER,
            RefusalCode.NOT_IN_THIS_STATE,
            RefusalCode.TOO_LATE,
            *body.refusals,
        ),
    }


def _camel(trigger: Trigger) -> str:
    first, *rest = trigger.split("-")
    return first + "".join(word.capitalize() for word in rest)


for _trigger in FULFILMENT.commands:
    _add(
        FULFILMENT,
        _trigger,
        f"/orders/{{order_id}}/{_trigger}",
        _order_endpoint(_trigger, _body(FULFILMENT, _trigger)),
        tag="commands",
    )
for _table in ITEM_TABLES:
    for _trigger in _table.commands:
        _collection = collection_of(_table)
        if any(row.source != State.NEW for row in _table.rows if row.trigger == _trigger):
            _add(
                _table,
                _trigger,
                f"/orders/{{order_id}}/{_collection}/{{number}}/{_trigger}",
                _item_endpoint(_table, _trigger, _body(_table, _trigger)),
                tag=_collection,
                named="" if _table == REFUND else "OfItem",
            )
        if _table != REFUND:
            # A refund is told of by its own number alone: money is not guessed about.
            _add(
                _table,
                _trigger,
                f"/orders/{{order_id}}/{_trigger}",
                _any_item_endpoint(_table, _trigger, _body(_table, _trigger)),
                tag=_collection,
            )
for _trigger in RECHARGE.commands:
    _add(
        RECHARGE,
        _trigger,
        f"/recharges/{{recharge_id}}/{_trigger}",
        _recharge_endpoint(_trigger, _body(RECHARGE, _trigger)),
        tag="accounts",
    )
