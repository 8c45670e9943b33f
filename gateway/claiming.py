"""Owns the making of a claim: held against what is known of its order, and begun once (PSR-25)."""

from fastapi import Request
from starlette.responses import Response

from daigou.domain.claims import grounds_for
from daigou.domain.commands import Claim, Opponent
from daigou.domain.ids import ClaimId, SubjectId
from daigou.domain.order import Parties
from daigou.ledger.views import ApplicationView, ClaimView, OrderView
from gateway.finding import visible_order
from gateway.kinds import CLAIMS
from gateway.opening import Asking, Beginning, asking_for, open_once
from gateway.parsing import body_of
from gateway.referring import check_references
from gateway.schemas import MakeClaimBody
from workflows.messages import OpenClaim


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
    asking = await asking_for(
        request, CLAIMS, MakeClaimBody, raw, caller=caller, key=key, about=order
    )

    async def beginning() -> Beginning[ClaimView]:
        return _beginning(asking, order, await _command(asking, order))

    return await open_once(asking, beginning)


async def _command(asking: Asking[ClaimView, MakeClaimBody], order: OrderView) -> Claim:
    body = asking.body
    await check_references(
        asking.backend, body, subject=SubjectId(order.id), clause=asking.kind.clause
    )
    return body.to_command(
        order=order.id,
        grounds=grounds_for(order.grounds, against=body.against),
        note_ref=await asking.keep_note(body.note),
    )


def _beginning(
    asking: Asking[ClaimView, MakeClaimBody], order: OrderView, asked: Claim
) -> Beginning[ClaimView]:
    of_whom = asked.against if asked.against == Opponent.LOGISTICS else f"the {asked.against}"
    parties = _between(order, asked)
    return Beginning(
        opening=OpenClaim(
            claim=ClaimId(asking.subject),
            request=asked,
            parties=parties,
            actor=asking.actor,
            command_id=asking.command_id,
            terms_version=order.terms_version,
            time_scale=asking.time_scale,
        ),
        parties=parties,
        is_same=lambda found: (
            (found.order, found.basis, found.losses, found.evidence)
            == (asked.order, asked.basis, asked.losses, asked.evidence)
        ),
        summary=f"claim of {asked.asked} of {of_whom} · {asked.order} · {asked.basis}",
        details="\n\n".join(
            (
                f"on {asked.order}",
                *(f"{loss.head.replace('_', ' ')}: {loss.amount}" for loss in asked.losses),
            )
        ),
        amount=asked.asked,
    )


def _between(order: OrderView, asked: Claim) -> Parties:
    """Between whom the claim is: logistics takes part where it is against it (PSR-17-2)."""
    of_logistics = asked.against == Opponent.LOGISTICS
    return Parties.of_claim(
        client=order.parties.client,
        provider=order.parties.provider,
        logistics=order.parties.logistics if of_logistics else None,
    )
