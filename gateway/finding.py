"""Owns what a caller may see: everything else is not there (OP-7-5-4)."""

from dataclasses import replace

from fastapi import Request

from daigou.domain.ids import PARTY_ID, PartyId, SubjectId
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.lifecycle.table import Table
from daigou.domain.order import ROLES_THAT_SEE_ALL, Parties, Role
from daigou.ledger.account_views import AccountView
from daigou.ledger.subject_views import SubjectView
from daigou.ledger.views import ApplicationView, DepositView, OrderView, PartyView
from gateway.auth import may_see
from gateway.backend import Backend
from gateway.kinds import CHARGEBACKS, CLAIMS, ORDERS, TIPS, EdgeKind, V
from gateway.problems import not_found
from gateway.sending import Target
from gateway.trace import note


async def visible_subject(
    request: Request, caller: ApplicationView, kind: EdgeKind[V], subject: str
) -> V:
    """The subject of that kind and id.

    Raises:
        ProblemError: 404 where there is none, or none for this caller.
    """
    backend: Backend = request.app.state.backend
    if kind.pattern.fullmatch(subject):
        note(request, subject=subject)
        found = await kind.read(backend, subject)
        if found is not None and kind.may_be_seen(caller, found.parties):
            return found
    raise not_found(f"{kind.name} of this id")


async def visible_order(request: Request, caller: ApplicationView, order_id: str) -> OrderView:
    """The order of that id, as it is shown to the caller; raises as `visible_subject`."""
    return shown_to(caller, await visible_subject(request, caller, ORDERS, order_id))


def shown_to(caller: ApplicationView, order: OrderView) -> OrderView:
    """An order that the caller may see, with those of its claims, tips and chargebacks that it may
    see, too."""
    return replace(
        order,
        claims=CLAIMS.seen_of(caller, order.claims),
        chargebacks=CHARGEBACKS.seen_of(caller, order.chargebacks),
        tips=TIPS.seen_of(caller, order.tips),
    )


async def visible_client(request: Request, caller: ApplicationView, client: str) -> PartyId:
    """The client of that id, whose account the caller may see.

    Raises:
        ProblemError: 404 where there is none, or none for this caller.
    """
    backend: Backend = request.app.state.backend
    id_ = PartyId(client)
    if PARTY_ID.fullmatch(client) and may_see(caller, Parties.alone(id_)):
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


async def subject_target(
    request: Request, caller: ApplicationView, kind: EdgeKind[V], subject: str
) -> Target:
    """A subject as the target of a command; raises as `visible_subject`."""
    return _target(kind.table, await visible_subject(request, caller, kind, subject))


async def order_target(request: Request, caller: ApplicationView, order_id: str) -> Target:
    """An order as the target of a command; raises as `visible_order`."""
    order = await visible_order(request, caller, order_id)
    return replace(_target(FULFILMENT, order), request=order.request)


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
    return replace(
        _target(table, order),
        state=item.state if item else table.initial,
        item=item.item if item else "",
    )


def _target(table: Table, found: SubjectView) -> Target:
    return Target(
        subject=SubjectId(found.id),
        table=table,
        state=found.state,
        sequence=found.sequence,
        parties=found.parties,
        terms_version=found.terms_version,
        order=found.state,
        facts=found.facts,
    )


async def visible_account(request: Request, caller: ApplicationView, client: str) -> AccountView:
    """The account of that client.

    Raises:
        ProblemError: 404 where there is none, or none for this caller.
    """
    backend: Backend = request.app.state.backend
    found = await backend.accounting.account(await visible_client(request, caller, client))
    if found is None:
        raise not_found("account of this client")
    return found
