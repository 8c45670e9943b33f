"""Owns what a caller may see: everything else is not there (OP-7-5-4)."""

from dataclasses import replace

from fastapi import Request

from daigou.domain.facts import Facts
from daigou.domain.ids import (
    CLAIM_ID,
    ORDER_ID,
    PARTY_ID,
    RECHARGE_ID,
    ClaimId,
    OrderId,
    PartyId,
    RechargeId,
    SubjectId,
)
from daigou.domain.lifecycle import CLAIM, FULFILMENT, RECHARGE
from daigou.domain.lifecycle.table import Table
from daigou.domain.order import ROLES_THAT_SEE_ALL, Parties, Role
from daigou.domain.terms import current
from daigou.ledger.views import (
    ApplicationView,
    ClaimView,
    DepositView,
    OrderView,
    PartyView,
    RechargeView,
)
from gateway.auth import may_see_claim, may_see_order
from gateway.backend import Backend
from gateway.problems import not_found
from gateway.sending import Target
from gateway.trace import note


async def visible_order(request: Request, caller: ApplicationView, order_id: str) -> OrderView:
    """The order of that id.

    Raises:
        ProblemError: 404 where there is none, or none for this caller.
    """
    backend: Backend = request.app.state.backend
    if ORDER_ID.fullmatch(order_id):
        note(request, subject=order_id)
        order = await backend.order(OrderId(order_id))
        if order is not None and may_see_order(caller, order.parties):
            return shown_to(caller, order)
    raise not_found("order of this id")


def shown_to(caller: ApplicationView, order: OrderView) -> OrderView:
    """An order that the caller may see, with those of its claims that it may see, too."""
    seen = tuple(claim for claim in order.claims if may_see_claim(caller, claim.parties))
    return replace(order, claims=seen)


async def visible_claim(request: Request, caller: ApplicationView, claim_id: str) -> ClaimView:
    """The claim of that id.

    Raises:
        ProblemError: 404 where there is none, or none for this caller.
    """
    backend: Backend = request.app.state.backend
    if CLAIM_ID.fullmatch(claim_id):
        note(request, subject=claim_id)
        claim = await backend.claim(ClaimId(claim_id))
        if claim is not None and may_see_claim(caller, claim.parties):
            return claim
    raise not_found("claim of this id")


async def visible_recharge(
    request: Request, caller: ApplicationView, recharge_id: str
) -> RechargeView:
    """The recharge of that id.

    Raises:
        ProblemError: 404 where there is none, or none for this caller.
    """
    backend: Backend = request.app.state.backend
    if RECHARGE_ID.fullmatch(recharge_id):
        note(request, subject=recharge_id)
        found = await backend.recharge(RechargeId(recharge_id))
        if found is not None and may_see_order(caller, Parties.alone(found.client)):
            return found
    raise not_found("recharge of this id")


async def visible_client(request: Request, caller: ApplicationView, client: str) -> PartyId:
    """The client of that id, whose account the caller may see.

    Raises:
        ProblemError: 404 where there is none, or none for this caller.
    """
    backend: Backend = request.app.state.backend
    id_ = PartyId(client)
    if PARTY_ID.fullmatch(client) and may_see_order(caller, Parties.alone(id_)):
        found = await backend.party(id_)
        if found is not None and found.role == Role.CLIENT:
            return id_
    raise not_found("client of this id")


async def visible_deposit(request: Request, caller: ApplicationView, client: str) -> DepositView:
    """The deposit of that client.

    Raises:
        ProblemError: 404 where there is none, or none for this caller.
    """
    backend: Backend = request.app.state.backend
    found = await backend.deposit(await visible_client(request, caller, client))
    if found is None:
        raise not_found("deposit of this client")
    return found


async def visible_party(request: Request, caller: ApplicationView, party: str) -> PartyView:
    """A party: businesses are open to every application, clients to themselves and overseers.

    Raises:
        ProblemError: 404 where there is none, or none for this caller.
    """
    backend: Backend = request.app.state.backend
    if PARTY_ID.fullmatch(party):
        found = await backend.party(PartyId(party))
        if found is not None and (
            found.role != Role.CLIENT
            or found.id == caller.party
            or caller.roles & ROLES_THAT_SEE_ALL
        ):
            return found
    raise not_found("party of this id")


async def order_target(request: Request, caller: ApplicationView, order_id: str) -> Target:
    """An order as the target of a command; raises as `visible_order`."""
    order = await visible_order(request, caller, order_id)
    return Target(
        subject=SubjectId(order.id),
        table=FULFILMENT,
        state=order.state,
        sequence=order.sequence,
        parties=order.parties,
        terms_version=order.terms_version,
        order=order.state,
        facts=order.facts,
        request=order.request,
    )


async def item_target(
    request: Request, caller: ApplicationView, order_id: str, table: Table, number: str | None
) -> Target:
    """An item of an order as the target of a command; without a number, whichever it is for.

    Raises:
        ProblemError: 404 where there is none, or none for this caller.
    """
    order = await visible_order(request, caller, order_id)
    items = {item.number: item for item in order.items_of(table.name)}
    if number is not None and number not in items:
        raise not_found(f"{table.name} of this number")
    item = items[number] if number is not None else None
    return Target(
        subject=SubjectId(order.id),
        table=table,
        state=item.state if item else table.initial,
        sequence=order.sequence,
        parties=order.parties,
        terms_version=order.terms_version,
        item=item.item if item else "",
        order=order.state,
        facts=order.facts,
    )


async def claim_target(request: Request, caller: ApplicationView, claim_id: str) -> Target:
    """A claim as the target of a command; raises as `visible_claim`."""
    claim = await visible_claim(request, caller, claim_id)
    return Target(
        subject=SubjectId(claim.id),
        table=CLAIM,
        state=claim.state,
        sequence=claim.sequence,
        parties=claim.parties,
        terms_version=claim.terms_version,
        order=claim.state,
        facts=Facts(claim=claim.claimed),
    )


async def recharge_target(request: Request, caller: ApplicationView, recharge_id: str) -> Target:
    """A recharge as the target of a command; raises as `visible_recharge`."""
    found = await visible_recharge(request, caller, recharge_id)
    return Target(
        subject=SubjectId(found.id),
        table=RECHARGE,
        state=found.state,
        sequence=found.sequence,
        parties=Parties.alone(found.client),
        terms_version=current().version,
    )
