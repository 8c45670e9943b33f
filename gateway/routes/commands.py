"""The endpoints of commands: one for every trigger of the lifecycle tables, made from them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from daigou.domain.clauses import clause
from daigou.domain.lifecycle import ITEM_TABLES, REFUND, case_guards
from daigou.domain.lifecycle.table import Guard, Row, Table
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.ledger.views import ApplicationView
from gateway.accepting import gives
from gateway.answers import ReceiptAnswer, collection_of
from gateway.auth import Caller
from gateway.finding import item_target, order_target, subject_target
from gateway.kinds import KINDS, ORDERS, EdgeKind, V
from gateway.once import Key
from gateway.openapi import COMMAND, REPLAYED_HEADER, command, problems
from gateway.problems import EdgeCode
from gateway.schemas import BODIES, BODIES_OF_TRIGGERS, CommandBody, RefundOutcomeBody
from gateway.sending import Target, send

router = APIRouter(prefix="/v1")
_JSON = gives("application/json")

Endpoint = Callable[..., Awaitable[Response]]
FindSubject = Callable[[Request, ApplicationView, str], Awaitable[Target]]
"""Finds what a command is for by the id that its path names."""
ItemNumber = Annotated[
    str, Path(description="What follows the slash of the item's id.", examples=["7"])
]


REFUSALS: Mapping[Trigger, tuple[RefusalCode, ...]] = MappingProxyType(
    {
        Trigger.DISPATCH: (RefusalCode.TOO_MANY_GOODS,),
        Trigger.WAREHOUSE_RECEIPT: (RefusalCode.TOO_MANY_GOODS,),
        Trigger.PAY_STORAGE: (
            RefusalCode.NOTHING_TO_PAY,
            RefusalCode.DEPOSIT_TOO_SMALL,
            RefusalCode.ACCOUNT_FROZEN,
        ),
        Trigger.REQUEST_FREEZE: (RefusalCode.ALREADY_RECORDED,),
        Trigger.RETURN_TIP: (RefusalCode.DUE_TOO_SMALL,),
    }
)
"""What the rules may say to a trigger, beyond what they may say to its body."""
_REFUSALS_OF_GUARDS: Mapping[Guard, RefusalCode] = MappingProxyType(
    {
        case_guards.no_case_is_open: RefusalCode.CASE_OPEN,
        case_guards.no_payment_is_held: RefusalCode.PAYMENT_HELD,
        case_guards.customs_are_not_cleared: RefusalCode.CUSTOMS_CLEARED,
    }
)


def refusals_of(trigger: Trigger, rows: Iterable[Row]) -> tuple[RefusalCode, ...]:
    """What the rules may say to a trigger that could take these rows."""
    guards = {guard for row in rows for guard in row.guards}
    said = (code for guard, code in _REFUSALS_OF_GUARDS.items() if guard in guards)
    return (*REFUSALS.get(trigger, ()), *said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the triggers of a table have endpoints: at a subject, at an item of it that the path
    names, or at whichever item fits.

    `suffix` is added to the trigger in the operation's name, `says` to what it says of itself.
    """

    table: Table
    path: str
    tag: str
    suffix: str = ""
    says: str = ""
    names_an_item: bool = False
    refusals: tuple[RefusalCode, ...] = ()

    def rows(self, trigger: Trigger) -> tuple[Row, ...]:
        """The rows that a trigger can take here: an item that is named is there already."""
        return tuple(
            row
            for row in self.table.rows
            if row.trigger == trigger and not (self.names_an_item and row.source == State.NEW)
        )


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


def _subject_endpoint(
    trigger: Trigger, body: type[CommandBody], *, named: str, find: FindSubject
) -> Endpoint:
    """The path calls the id of the subject as `named`."""

    async def endpoint(
        request: Request, caller: Caller, key: Key, id_: Annotated[str, Path(alias=named)]
    ) -> Response:
        return await send(
            request,
            caller=caller,
            key=key,
            trigger=trigger,
            body_model=body,
            find=lambda: find(request, caller, id_),
        )

    return endpoint


def _add(place: Place, trigger: Trigger, endpoint: Endpoint) -> None:
    spec, rows = place.table.triggers[trigger], place.rows(trigger)
    body = _body(place.table, trigger)
    clauses = sorted({spec.clause, *body.clauses.values(), *(row.clause for row in rows)})
    roles = sorted({role for row in rows for role in row.roles})
    ways = "; ".join(dict.fromkeys(f"{row.source} → {row.target}" for row in rows))
    router.add_api_route(
        f"{place.path}/{trigger}",
        endpoint,
        methods=["POST"],
        operation_id=_camel(trigger) + place.suffix,
        name=trigger.value + place.suffix,
        tags=[place.tag],
        summary=spec.says[0].upper() + spec.says[1:],
        description=(
            f"{ways}. {place.says}\n\nRoles: {', '.join(roles)}. Clauses: "
            + " ".join(f"{each}: {clause(each).say}" for each in clauses)
        ),
        response_model=ReceiptAnswer,
        response_description="It is done.",
        responses={
            200: {"headers": REPLAYED_HEADER},
            **problems(
                *COMMAND,
                EdgeCode.NOT_FOUND,
                RefusalCode.NOT_YOUR_ORDER,
                RefusalCode.NOT_IN_THIS_STATE,
                RefusalCode.TOO_LATE,
                *body.refusals,
                *refusals_of(trigger, rows),
                *place.refusals,
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


def _add_to_subjects(kind: EdgeKind[V], *, find: FindSubject | None = None) -> None:
    """Found by what is said of its kind, unless there is more to it than that."""
    place = Place(table=kind.table, path=kind.path, tag=kind.tag)
    for trigger in kind.table.commands:
        endpoint = _subject_endpoint(
            trigger,
            _body(kind.table, trigger),
            named=kind.id_name,
            find=find or partial(_any_subject_of, kind),
        )
        _add(place, trigger, endpoint)


async def _any_subject_of(
    kind: EdgeKind[V], request: Request, caller: ApplicationView, subject: str
) -> Target:
    return await subject_target(request, caller, kind, subject)


def _add_to_items(table: Table) -> None:
    collection = collection_of(table.name)
    at_one = Place(
        table=table,
        path=f"/orders/{{order_id}}/{collection}/{{number}}",
        tag=collection,
        suffix="" if table == REFUND else "OfItem",
        says=f"For the {table.name} of this number.",
        names_an_item=True,
    )
    at_any = Place(
        table=table,
        path="/orders/{order_id}",
        tag=collection,
        refusals=(RefusalCode.WHICH_ITEM,),
    )
    for trigger in table.commands:
        body = _body(table, trigger)
        if at_one.rows(trigger):
            _add(at_one, trigger, _item_endpoint(table, trigger, body))
        if table != REFUND:
            # A refund is told of by its own number alone: money is not guessed about.
            place = replace(at_any, says=_which(table, trigger, opens=not at_one.rows(trigger)))
            endpoint = _subject_endpoint(trigger, body, named="order_id", find=_any_item_of(table))
            _add(place, trigger, endpoint)


def _any_item_of(table: Table) -> FindSubject:
    """Finds whichever item of an order a command fits."""

    async def find(request: Request, caller: ApplicationView, order_id: str) -> Target:
        return await item_target(request, caller, order_id, table, None)

    return find


def _which(table: Table, trigger: Trigger, *, opens: bool) -> str:
    if opens:
        return f"Opens a new {table.name}."
    fits = f"For the only {table.name} of the order that it fits"
    return f"{fits}; where none does, it opens one." if table.opens(trigger) else f"{fits}."


def _body(table: Table, trigger: Trigger) -> type[CommandBody]:
    # A refund's movement is named by the path, and so not by the body again.
    if table == REFUND:
        return RefundOutcomeBody
    return BODIES_OF_TRIGGERS.get(trigger) or BODIES[table.triggers[trigger].command]


def _camel(trigger: Trigger) -> str:
    first, *rest = trigger.split("-")
    return first + "".join(word.capitalize() for word in rest)


_add_to_subjects(ORDERS, find=order_target)
for _table in ITEM_TABLES:
    _add_to_items(_table)
for _kind in KINDS:
    if _kind is not ORDERS:
        _add_to_subjects(_kind)
