"""Owns the making of a claim: held against what is known of its order, and begun once (PSR-25)."""

from datetime import UTC, datetime
from functools import partial

from fastapi import Request
from starlette.responses import Response
from temporalio.common import SearchAttributePair

from daigou.domain.claims import grounds_for
from daigou.domain.commands import Claim, Opponent
from daigou.domain.ids import ClaimId, SubjectId
from daigou.domain.lifecycle import CLAIM
from daigou.domain.lifecycle.table import Situation
from daigou.domain.order import Parties, Role, Trigger
from daigou.domain.steps import Receipt
from daigou.domain.terms import terms_of
from daigou.ledger.views import ApplicationView, OrderView
from gateway.answers import ReceiptAnswer
from gateway.answers.items import next_due
from gateway.backend import Backend
from gateway.finding import visible_order
from gateway.once import command_id, once
from gateway.opening import begin
from gateway.parsing import body_of
from gateway.placing import derived_id
from gateway.referring import check_references, parsed
from gateway.schemas import MakeClaimBody
from gateway.sending import actor_for, keep_note
from gateway.trace import note
from workflows import messages
from workflows.messages import OpenClaim

_CLAUSE = CLAIM.triggers[Trigger.MAKE_CLAIM].clause


async def make_claim(
    request: Request, *, caller: ApplicationView, key: str, order_id: str
) -> Response:
    """Makes a claim on an order, once a key, and answers with its receipt.

    Raises:
        ProblemError: the body is not valid, the order is not the caller's or does not give the
            claim, the id is another claim's, or nobody answered in time.
    """
    raw = await body_of(request)
    order = await visible_order(request, caller, order_id)
    backend: Backend = request.app.state.backend
    body = await parsed(backend, MakeClaimBody, raw, subject=SubjectId(order.id), clause=_CLAUSE)
    actor = actor_for(caller, CLAIM, Trigger.MAKE_CLAIM, order.parties)
    claim = ClaimId(body.claim_id or derived_id("clm", caller, key))
    note(request, subject=claim, role=actor.role, trigger=Trigger.MAKE_CLAIM)

    async def make() -> ReceiptAnswer:
        await check_references(backend, body, subject=SubjectId(order.id), clause=_CLAUSE)
        asked = body.to_command(
            order=order.id,
            grounds=grounds_for(order.grounds, against=body.against),
            note_ref=await keep_note(
                backend, body.note, subject=SubjectId(claim), author=actor, key=key
            ),
        )
        opening = OpenClaim(
            claim=claim,
            request=asked,
            parties=_between(order, asked),
            actor=actor,
            command_id=command_id(caller, key),
            terms_version=order.terms_version,
            time_scale=request.app.state.settings.time_scale,
        )
        if claim not in {each.id for each in order.claims}:
            _ask_the_table(opening)
        return ReceiptAnswer.of(await _begin(request, opening))

    return await once(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        make=make,
        status=201,
        location=f"/v1/claims/{claim}",
    )


def _between(order: OrderView, asked: Claim) -> Parties:
    """Between whom the claim is: logistics takes part where it is against it (PSR-17-2)."""
    of_logistics = asked.against == Opponent.LOGISTICS
    return Parties.of_claim(
        client=order.parties.client,
        provider=order.parties.provider,
        logistics=order.parties.logistics if of_logistics else None,
    )


def _ask_the_table(opening: OpenClaim) -> None:
    """Asks the table before a workflow is begun: what it refuses leaves no trace.

    Raises:
        Refused: everything that is wrong with the claim, by what is known of the order.
    """
    situation = Situation(
        actor=opening.actor,
        command=opening.request,
        parties=opening.parties,
        terms=terms_of(opening.terms_version),
        at=datetime.now(UTC),
    )
    CLAIM.fire(state=CLAIM.initial, trigger=Trigger.MAKE_CLAIM, situation=situation)


async def _begin(request: Request, opening: OpenClaim) -> Receipt:
    asked, parties = opening.request, opening.parties
    of_whom = asked.against if asked.against == Opponent.LOGISTICS else f"the {asked.against}"
    return await begin(
        request,
        opening,
        clause=_CLAUSE,
        find_again=partial(_found_again, request, opening),
        summary=f"claim of {asked.asked} of {of_whom} · {asked.order} · {asked.basis}",
        details="\n\n".join(
            (
                f"on {asked.order}",
                *(f"{loss.head.replace('_', ' ')}: {loss.amount}" for loss in asked.losses),
            )
        ),
        attributes=(
            SearchAttributePair(messages.ORDER_STATE, CLAIM.initial.value),
            SearchAttributePair(messages.CLIENT_ID, parties.client),
            SearchAttributePair(messages.PROVIDER_ID, parties.provider),
            SearchAttributePair(messages.NEXT_ACTOR, Role.CLIENT.value),
            SearchAttributePair(messages.AMOUNT_FEN, asked.asked.amount),
        ),
    )


async def _found_again(request: Request, opening: OpenClaim) -> Receipt | None:
    backend: Backend = request.app.state.backend
    found, asked = await backend.claim(opening.claim), opening.request
    if found is None or (found.order, found.basis, found.losses, found.evidence) != (
        asked.order,
        asked.basis,
        asked.losses,
        asked.evidence,
    ):
        return None
    return Receipt(
        subject=SubjectId(found.id),
        sequence=found.sequence,
        state=found.state,
        item="",
        order_state=found.state,
        at=found.made_at,
        next_actor=found.next_actor,
        due=next_due(found.clocks),
    )
