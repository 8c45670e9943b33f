"""Owns the asking for a recharge: checked, and its workflow begun once (UA-1-8)."""

from functools import partial

from fastapi import Request
from pydantic import TypeAdapter
from starlette.responses import Response

from daigou.domain.commands import RequestRecharge
from daigou.domain.ids import RechargeId, SubjectId
from daigou.domain.lifecycle import RECHARGE
from daigou.domain.order import Role, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.domain.steps import Receipt
from daigou.domain.terms import current
from daigou.ledger.views import ApplicationView
from gateway.answers import ReceiptAnswer
from gateway.backend import Backend
from gateway.once import command_id, once
from gateway.opening import begin
from gateway.parsing import body_of, parse_or_refuse
from gateway.placing import derived_id
from gateway.problems import Fault, invalid
from gateway.schemas import RechargeBody
from gateway.sending import actor_for
from gateway.trace import note
from workflows.messages import OpenRecharge

_BODY = TypeAdapter(RechargeBody)
_CLAUSE = "UA-1-8"


async def recharge(request: Request, *, caller: ApplicationView, key: str) -> Response:
    """Asks for a recharge, once a key, and answers with its receipt.

    Raises:
        ProblemError: the body is not valid, the id is another recharge's, the caller is no
            registered client, or nobody answered in time.
    """
    body = parse_or_refuse(_BODY, await body_of(request), clause_of=lambda _: _CLAUSE)
    actor = actor_for(caller, RECHARGE, Trigger.REQUEST)
    subject = RechargeId(body.recharge_id or derived_id("rch", caller, key))
    note(request, subject=subject, role=actor.role, trigger=Trigger.REQUEST)
    asked = RequestRecharge(
        client=body.client_id or caller.party,
        amount=body.amount.money,
        payment_method=body.payment_method,
    )
    opening = OpenRecharge(
        recharge=subject,
        request=asked,
        actor=actor,
        command_id=command_id(caller, key),
        terms_version=current().version,
        time_scale=request.app.state.settings.time_scale,
    )

    async def make() -> ReceiptAnswer:
        await _check_client(request, caller, asked)
        return ReceiptAnswer.of(await _open(request, opening))

    return await once(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        make=make,
        status=201,
        location=f"/v1/recharges/{subject}",
    )


async def _check_client(request: Request, caller: ApplicationView, asked: RequestRecharge) -> None:
    backend: Backend = request.app.state.backend
    client = await backend.party(asked.client) if asked.client == caller.party else None
    if client is None or client.role != Role.CLIENT or client.agreement_version is None:
        raise invalid(
            [
                Fault(
                    pointer="/client_id",
                    code=RefusalCode.NOT_REGISTERED,
                    detail="is not a registered client that you act for",
                    clause="UA-1-1",
                )
            ]
        )


async def _open(request: Request, opening: OpenRecharge) -> Receipt:
    return await begin(
        request,
        opening,
        clause=_CLAUSE,
        find_again=partial(_found_again, request, opening),
        summary=f"recharge {opening.request.amount}",
    )


async def _found_again(request: Request, opening: OpenRecharge) -> Receipt | None:
    backend: Backend = request.app.state.backend
    found, asked = await backend.recharge(opening.recharge), opening.request
    if found is None or (found.client, found.amount) != (asked.client, asked.amount):
        return None
    return Receipt(
        subject=SubjectId(found.id),
        sequence=found.sequence,
        state=found.state,
        item="",
        order_state=found.state,
        at=found.requested_at,
        next_actor=None,
        due=None,
    )
