"""Owns the placing of an order: the request made whole (PSR-1), and its workflow begun once."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from fastapi import Request as HttpRequest
from starlette.responses import Response
from temporalio.common import SearchAttributePair

from daigou.domain.commands import NO_DRIFT, AdvanceDeposit, Block, Inference, Mandate, Request
from daigou.domain.ids import OrderId, PartyId
from daigou.domain.invitations import SOURCE
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.money import Money, service_fee
from daigou.domain.order import Role, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from daigou.ledger.views import ApplicationView, OrderView, PartyView
from gateway.backend import Backend
from gateway.blocking import refuse_if_blocked
from gateway.kinds import ORDERS
from gateway.opening import Asking, Beginning, asking_for, open_once
from gateway.parsing import body_of
from gateway.problems import Fault, invalid
from gateway.records import findings_in
from gateway.referring import faults_of_named
from gateway.request_body import PlaceOrder, offer_in, seller_in
from gateway.sending import actor_for
from workflows import messages
from workflows.messages import OpenOrder

_BY_INVITATION = Inference(fact="promoter_id", source=SOURCE)
_SUMMARY_BYTES_MAX = 400
"""Temporal's own bound on a static summary."""


async def place(request: HttpRequest, *, caller: ApplicationView, key: str) -> Response:
    """Places an order, once a key, and answers with its first receipt.

    Raises:
        ProblemError: the request is not valid (every fault is named), its id is another order's,
            the caller is no client, or nobody answered in time.
    """
    raw = await body_of(request)
    # Who may not ask at all is told that first.
    actor_for(caller, FULFILMENT, Trigger.REQUEST)
    asking = await asking_for(
        request,
        ORDERS,
        PlaceOrder,
        raw,
        caller=caller,
        key=key,
        context={"now": datetime.now(UTC)},
    )

    async def beginning() -> Beginning[OrderView]:
        return _beginning(asking, await _whole(asking.backend, caller, asking.body))

    return await open_once(asking, beginning)


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
        *await faults_of_named(backend, named, clause=ORDERS.clause),
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
    if asked.promoter is None:
        asked = await _won_by_invitation(backend, asked)
    return replace(asked, findings=await findings_in(backend.records, asked))


async def _won_by_invitation(backend: Backend, asked: Request) -> Request:
    """What an invited client orders is won by the promoter of who invited it (UA-1-14)."""
    promoter = await backend.engaging.promoter_of(asked.client, provider=asked.provider)
    if promoter is None:
        return asked
    return replace(asked, promoter=promoter, inferred=(*asked.inferred, _BY_INVITATION))


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


def _beginning(asking: Asking[OrderView, PlaceOrder], asked: Request) -> Beginning[OrderView]:
    terms = current()
    fee = service_fee(goods=asked.goods, freight=asked.freight, rate=terms.fee_rate)
    amount = asked.goods + asked.freight + fee.amount
    return Beginning(
        opening=OpenOrder(
            order=OrderId(asking.subject),
            request=asked,
            actor=asking.actor,
            command_id=asking.command_id,
            terms_version=terms.version,
            time_scale=asking.time_scale,
        ),
        parties=asked.parties,
        is_same=lambda found: _is_same(found.request, asked),
        summary=summary_of(asked, amount),
        details=_details(asked),
        amount=amount,
        checks=(partial(refuse_if_blocked, asking.backend, asked.client, Block.SERVICE),),
        attributes=(
            SearchAttributePair(messages.ORDER_CASE, "none"),
            SearchAttributePair(messages.PAYMENT_HOLD, "none"),
        ),
    )


def _is_same(found: Request, asked: Request) -> bool:
    # The logistics provider may have been chosen anew since (PSR-5), the screening list changed; an
    # inviter's benefit may have ended (UA-1-14).
    then, now = _without_invitation(found), _without_invitation(asked)
    return replace(then, logistics=now.logistics, findings=now.findings) == now


def _without_invitation(request: Request) -> Request:
    if _BY_INVITATION not in request.inferred:
        return request
    rest = tuple(each for each in request.inferred if each != _BY_INVITATION)
    return replace(request, promoter=None, inferred=rest)


def summary_of(asked: Request, amount: Money) -> str:
    """The order as one line for people, e.g. `¥1,231.23 · 300 × kettle · Yiwu Kitchenware`."""
    line = f"{amount} · {asked.quantity} × {asked.title[:80]} · {asked.seller_name[:60]}"
    return line.encode()[:_SUMMARY_BYTES_MAX].decode(errors="ignore")


def _details(asked: Request) -> str:
    return (
        f"{asked.title}, {asked.specification}\n\n"
        f"offer {asked.offer_id} of {asked.seller_name}\n\n{asked.product_link}"
    )
