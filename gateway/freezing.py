"""Owns the placing of a freeze: by whom its reason concerns, and its workflow begun once."""

from dataclasses import replace
from functools import partial

from fastapi import Request
from starlette.responses import Response

from daigou.domain.commands import FreezeReason, PlaceFreeze
from daigou.domain.freezes import FREEZES, blocked_by
from daigou.domain.ids import PartyId
from daigou.domain.order import Actor, Parties, Role
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from daigou.ledger.account_views import FreezeView, parties_of_freeze
from daigou.ledger.views import ApplicationView, OrderView
from gateway.auth import acts_as, may_see
from gateway.finding import visible_client, visible_order
from gateway.kinds import FREEZES as KIND
from gateway.opening import Asking, Beginning, asking_for, open_once
from gateway.parsing import body_of
from gateway.problems import Fault, ProblemError, invalid, not_found
from gateway.schemas import PlaceFreezeBody
from workflows.messages import OpenSubject


async def place_freeze(
    request: Request, *, caller: ApplicationView, key: str, client_id: str
) -> Response:
    """Places a freeze on a client's account, once a key, and answers with its receipt.

    Raises:
        ProblemError: the body is not valid, there is no such client for the caller, the reason is
            not for it to give, the id is another freeze's, or nobody answered in time.
    """
    raw = await body_of(request)
    asking = await asking_for(request, KIND, PlaceFreezeBody, raw, caller=caller, key=key)
    client, order = await _of_whom(request, asking, client_id)
    asking = replace(asking, actor=_actor(asking, order))
    return await open_once(asking, partial(_beginning, asking, client, order))


async def _of_whom(
    request: Request, asking: Asking[FreezeView, PlaceFreezeBody], client_id: str
) -> tuple[PartyId, OrderView | None]:
    """The client, and the order whose contract it broke, if one is named.

    Who does not see the client's account knows it by an order of its own with that client alone.
    """
    body, caller = asking.body, asking.caller
    order = await visible_order(request, caller, body.order_id) if body.order_id else None
    if may_see(caller, Parties.alone(PartyId(client_id))):
        client = await visible_client(request, caller, client_id)
        if order is not None and order.parties.client != client:
            raise invalid([_fault("is no order of this client", RefusalCode.WRONG_REFERENCE)])
        return client, order
    if order is None:
        raise invalid([_fault("is missing: name the order whose contract was broken", "missing")])
    if order.parties.client != client_id:
        raise not_found("client of this id")
    return order.parties.client, order


def _actor(asking: Asking[FreezeView, PlaceFreezeBody], order: OrderView | None) -> Actor:
    """The caller, in a role for which the reason is."""
    rule = FREEZES[asking.body.reason]
    actor = acts_as(asking.caller, rule.placed_by, order.parties if order else None)
    if actor is None:
        by = " or ".join(sorted(rule.placed_by - {Role.CLOCK})) or "nobody by hand"
        raise ProblemError(
            code=RefusalCode.NOT_YOUR_ROLE,
            detail=f"a freeze for {rule.says} is placed by {by}, "
            f"not by {' or '.join(sorted(asking.caller.roles))}",
            clause=rule.clause,
        )
    return actor


async def _beginning(
    asking: Asking[FreezeView, PlaceFreezeBody], client: PartyId, order: OrderView | None
) -> Beginning[FreezeView]:
    asked = asking.body.to_command(client=client, note_ref=await asking.keep_note(asking.body.note))
    parties = _between(asked, asking.actor, order)
    rule = FREEZES[asked.reason]
    return Beginning(
        opening=OpenSubject(
            subject=asking.subject,
            request=asked,
            parties=parties,
            actor=asking.actor,
            command_id=asking.command_id,
            terms_version=current().version,
            time_scale=asking.time_scale,
        ),
        parties=parties,
        is_same=lambda found: (
            (found.client, found.reason, found.order, found.amount, frozenset(found.blocks))
            == (client, asked.reason, asked.order, asked.amount, blocked_by(asked))
        ),
        summary=f"freeze of {client} · {rule.says} · {rule.clause}",
        amount=asked.amount or None,
    )


def _between(asked: PlaceFreeze, actor: Actor, order: OrderView | None) -> Parties:
    """The client and, of a breach, to whom the sum is owed: what the platform asks for is for the
    order's provider (UA-4-5)."""
    if asked.reason != FreezeReason.BREACH or order is None:
        return Parties.alone(asked.client)
    if actor.role == Role.LOGISTICS:
        return parties_of_freeze(client=asked.client, provider=None, logistics=actor.party)
    return parties_of_freeze(client=asked.client, provider=order.parties.provider, logistics=None)


def _fault(detail: str, code: str) -> Fault:
    return Fault(pointer="/order_id", code=code, detail=detail, clause="UA-4-5")
