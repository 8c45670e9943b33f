"""Owns the giving of a tip: held against what is known of its order, and begun once (PSR-21-1)."""

from fastapi import Request
from starlette.responses import Response

from daigou.domain.order import Parties
from daigou.ledger.side_views import TipView
from daigou.ledger.views import ApplicationView
from gateway.finding import visible_order
from gateway.kinds import TIPS
from gateway.opening import Beginning, asking_for, open_once
from gateway.parsing import body_of
from gateway.schemas import GiveTipBody
from workflows.messages import OpenSubject


async def give_tip(
    request: Request, *, caller: ApplicationView, key: str, order_id: str
) -> Response:
    """Gives a tip for an order, once a key, and answers with its receipt.

    Raises:
        ProblemError: the body is not valid, the order is not the caller's, the id is another
            tip's, or nobody answered in time.
    """
    raw = await body_of(request)
    order = await visible_order(request, caller, order_id)
    asking = await asking_for(request, TIPS, GiveTipBody, raw, caller=caller, key=key, about=order)
    parties = Parties.between(client=order.parties.client, provider=order.parties.provider)

    async def beginning() -> Beginning[TipView]:
        tip = asking.body.to_command(
            order=order.id,
            grounds=order.tip_grounds,
            note_ref=await asking.keep_note(asking.body.note),
        )
        return Beginning(
            opening=OpenSubject(
                subject=asking.subject,
                request=tip,
                parties=parties,
                actor=asking.actor,
                command_id=asking.command_id,
                terms_version=order.terms_version,
                time_scale=asking.time_scale,
            ),
            parties=parties,
            is_same=lambda found: (found.order, found.amount) == (tip.order, tip.amount),
            summary=f"tip of {tip.amount} · {tip.order} · PSR-21-1",
            amount=tip.amount,
        )

    return await open_once(asking, beginning)
