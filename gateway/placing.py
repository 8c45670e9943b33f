"""Owns the placing of an order: the request made whole (PSR-1), and its workflow begun once."""

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from fastapi import Request as HttpRequest
from starlette.responses import Response
from temporalio.common import SearchAttributePair

from daigou.domain.commands import NO_DRIFT, AdvanceDeposit, Inference, Mandate, Request
from daigou.domain.ids import OrderId, PartyId, SubjectId
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.lifecycle.table import Situation
from daigou.domain.money import Money, service_fee
from daigou.domain.order import Actor, Role, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.steps import Receipt
from daigou.domain.terms import current
from daigou.ledger.views import ApplicationView, OrderView, PartyView
from daigou.settings import Settings
from gateway.answers import ReceiptAnswer
from gateway.backend import Backend
from gateway.once import command_id, once
from gateway.opening import begin
from gateway.parsing import body_of
from gateway.problems import Fault, invalid, refusal
from gateway.records import findings_in
from gateway.referring import faults_of_named, parsed
from gateway.request_body import PlaceOrder, offer_in, seller_in
from gateway.sending import actor_for
from gateway.trace import note
from workflows import messages
from workflows.messages import OpenOrder

_CLAUSE = FULFILMENT.triggers[Trigger.REQUEST].clause
_SUMMARY_BYTES_MAX = 400
"""Temporal's own bound on a static summary."""


async def place(request: HttpRequest, *, caller: ApplicationView, key: str) -> Response:
    """Places an order, once a key, and answers with its first receipt.

    Raises:
        ProblemError: the request is not valid (every fault is named), its id is another order's,
            the caller is no client, or nobody answered in time.
    """
    backend: Backend = request.app.state.backend
    raw = await body_of(request)
    actor = actor_for(caller, FULFILMENT, Trigger.REQUEST)
    body = await parsed(
        backend, PlaceOrder, raw, clause=_CLAUSE, context={"now": datetime.now(UTC)}
    )
    order = body.order_id or OrderId(derived_id("ord", caller, key))
    note(request, subject=order, role=actor.role, trigger=Trigger.REQUEST)

    async def make() -> ReceiptAnswer:
        asked = await _whole(backend, caller, body)
        _screen(asked, actor)
        placing = _Placing(
            order=order, asked=asked, actor=actor, command_id=command_id(caller, key)
        )
        return ReceiptAnswer.of(await _open(request, placing))

    return await once(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        make=make,
        status=201,
        location=f"/v1/orders/{order}",
    )


def derived_id(prefix: str, caller: ApplicationView, key: str) -> str:
    """The id of what a caller names by its key alone: the same for every try."""
    digest = hashlib.sha256(f"{prefix}\0{caller.key}\0{key}".encode()).digest()
    return f"{prefix}_{base64.b32encode(digest).decode()[:26].lower()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placing:
    order: OrderId
    asked: Request
    actor: Actor
    command_id: str


async def _whole(backend: Backend, caller: ApplicationView, body: PlaceOrder) -> Request:
    """The request with what can be inferred without doubt (PSR-1-3).

    Raises:
        ProblemError: the client may not ask, a party is not registered, or the address is wrong.
    """
    client_id = body.client_id or caller.party
    named = tuple(PlaceOrder.named_in(body.model_dump(mode="json")))
    known = await backend.parties([client_id, *(each.party for each in named)])
    faults = [
        *_faults_of_client(client_id, caller, known),
        *await faults_of_named(backend, named, clause=_CLAUSE),
    ]
    storage = known.get(body.storage_id)
    address = body.delivery_address or (storage.address if storage else "")
    if storage is not None and storage.role == Role.STORAGE and address != storage.address:
        faults.append(
            Fault(
                pointer="/delivery_address",
                code=RefusalCode.WRONG_DELIVERY_ADDRESS,
                detail=f"is not the registered address of {storage.id}",
                clause="PSR-11",
            )
        )
    if faults:
        raise invalid(faults)
    asked = _request(body, client=known[client_id], address=address)
    return replace(asked, findings=await findings_in(backend.records, asked))


def _faults_of_client(
    client_id: PartyId, caller: ApplicationView, known: dict[PartyId, PartyView]
) -> list[Fault]:
    client = known.get(client_id)
    if client_id != caller.party:
        detail = f"is not the client that the application acts for, {caller.party}"
    elif client is None or client.role != Role.CLIENT or client.agreement_version is None:
        detail = "is not registered as a client that accepted the user agreement"
    else:
        return []
    return [
        Fault(
            pointer="/client_id",
            code=RefusalCode.NOT_REGISTERED,
            detail=detail,
            clause="UA-1-1",
        )
    ]


def _request(body: PlaceOrder, *, client: PartyView, address: str) -> Request:
    inferred = []
    if body.offer_id is None:
        inferred.append(Inference(fact="offer_id", source="product_link"))
    if body.seller_name is None:
        inferred.append(Inference(fact="seller_name", source="product_link"))
    if body.delivery_address is None:
        inferred.append(Inference(fact="delivery_address", source=f"storage {body.storage_id}"))
    return Request(
        client=client.id,
        provider=body.provider_id,
        storage=body.storage_id,
        logistics=body.logistics_id,
        product_link=body.product_link,
        offer_id=body.offer_id or offer_in(body.product_link) or "",
        title=body.title,
        seller_name=body.seller_name or seller_in(body.product_link) or "",
        specification=body.specification,
        category=body.category,
        quantity=body.quantity,
        unit_price=body.unit_price.money,
        freight=body.freight.money,
        delivery_address=address,
        client_country=client.country,
        mandate=Mandate(
            version=body.mandate.version,
            digest=body.mandate.digest,
            agreed_at=body.mandate.agreed_at,
        ),
        inferred=tuple(inferred),
        promoter=body.promoter_id,
        cautions=tuple(dict.fromkeys(body.cautions)),
        advance=AdvanceDeposit(amount=body.advance.amount.money, balance_by=body.advance.balance_by)
        if body.advance
        else None,
        drift_limit=body.price_drift.limit if body.price_drift else NO_DRIFT,
    )


def _screen(asked: Request, actor: Actor) -> None:
    """Asks the table before a workflow is begun: what it refuses leaves no trace (PSR-14)."""
    situation = Situation(
        actor=actor,
        command=asked,
        parties=asked.parties,
        terms=current(),
        at=datetime.now(UTC),
    )
    try:
        FULFILMENT.fire(state=FULFILMENT.initial, trigger=Trigger.REQUEST, situation=situation)
    except Refused as refused:
        raise refusal(refused) from refused


async def _open(request: HttpRequest, placing: _Placing) -> Receipt:
    settings: Settings = request.app.state.settings
    asked, terms = placing.asked, current()
    fee = service_fee(goods=asked.goods, freight=asked.freight, rate=terms.fee_rate)
    amount = asked.goods + asked.freight + fee.amount
    opening = OpenOrder(
        order=placing.order,
        request=asked,
        actor=placing.actor,
        command_id=placing.command_id,
        terms_version=terms.version,
        time_scale=settings.time_scale,
    )
    return await begin(
        request,
        opening,
        clause=_CLAUSE,
        find_again=partial(_found_again, request, placing),
        summary=summary_of(asked, amount),
        details=_details(asked),
        attributes=(
            SearchAttributePair(messages.ORDER_STATE, FULFILMENT.initial.value),
            SearchAttributePair(messages.ORDER_CASE, "none"),
            SearchAttributePair(messages.PAYMENT_HOLD, "none"),
            SearchAttributePair(messages.CLIENT_ID, asked.client),
            SearchAttributePair(messages.PROVIDER_ID, asked.provider),
            SearchAttributePair(messages.NEXT_ACTOR, Role.CLIENT.value),
            SearchAttributePair(messages.AMOUNT_FEN, amount.amount),
        ),
    )


async def _found_again(request: HttpRequest, placing: _Placing) -> Receipt | None:
    backend: Backend = request.app.state.backend
    found = await backend.order(placing.order)
    if found is None or not _is_same(found.request, placing.asked):
        return None
    return _as_it_stands(found)


def _is_same(found: Request, asked: Request) -> bool:
    # The logistics provider may have been chosen anew since (PSR-5), the screening list changed.
    return replace(found, logistics=asked.logistics, findings=asked.findings) == asked


def _as_it_stands(order: OrderView) -> Receipt:
    return Receipt(
        subject=SubjectId(order.id),
        sequence=order.sequence,
        state=order.state,
        item="",
        order_state=order.state,
        at=order.placed_at,
        next_actor=order.next_actor,
        due=order.next_due_at,
    )


def summary_of(asked: Request, amount: Money) -> str:
    """The order as one line for people, e.g. `¥1,231.23 · 300 × kettle · Yiwu Kitchenware`."""
    line = f"{amount} · {asked.quantity} × {asked.title[:80]} · {asked.seller_name[:60]}"
    return line.encode()[:_SUMMARY_BYTES_MAX].decode(errors="ignore")


def _details(asked: Request) -> str:
    return (
        f"{asked.title}, {asked.specification}\n\n"
        f"offer {asked.offer_id} of {asked.seller_name}\n\n{asked.product_link}"
    )
