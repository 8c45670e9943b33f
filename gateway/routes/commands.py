"""The endpoints of commands: one for every trigger of the lifecycle tables, made from them."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from daigou.domain.clauses import clause
from daigou.domain.lifecycle import FULFILMENT, RECHARGE, REFUND
from daigou.domain.lifecycle.table import Table
from daigou.domain.order import Trigger
from daigou.domain.refusals import RefusalCode
from gateway.accepting import gives
from gateway.answers import ReceiptAnswer
from gateway.auth import Caller
from gateway.finding import order_target, recharge_target, refund_target
from gateway.once import Key
from gateway.openapi import COMMAND, REPLAYED_HEADER, Responses, command, problems
from gateway.problems import EdgeCode
from gateway.schemas import BODIES, CommandBody, RefundOutcomeBody
from gateway.sending import roles_of, send

router = APIRouter(prefix="/v1")
_JSON = gives("application/json")

Endpoint = Callable[..., Awaitable[Response]]


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


def _refund_endpoint(trigger: Trigger, body: type[CommandBody]) -> Endpoint:
    async def endpoint(
        request: Request, caller: Caller, key: Key, order_id: str, number: str
    ) -> Response:
        return await send(
            request,
            caller=caller,
            key=key,
            trigger=trigger,
            body_model=body,
            find=lambda: refund_target(request, caller, order_id, number),
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


def _add(table: Table, trigger: Trigger, path: str, endpoint: Endpoint, *, tag: str) -> None:
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
        operation_id=_camel(trigger),
        name=trigger.value,
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
for _trigger in REFUND.commands:
    _add(
        REFUND,
        _trigger,
        f"/orders/{{order_id}}/refunds/{{number}}/{_trigger}",
        _refund_endpoint(_trigger, _body(REFUND, _trigger)),
        tag="refunds",
    )
for _trigger in RECHARGE.commands:
    _add(
        RECHARGE,
        _trigger,
        f"/recharges/{{recharge_id}}/{_trigger}",
        _recharge_endpoint(_trigger, _body(RECHARGE, _trigger)),
        tag="accounts",
    )
