"""The endpoints of tips: given for an order, read by its client and its provider (PSR-21)."""

from fastapi import Request
from starlette.responses import Response

from daigou.domain.refusals import RefusalCode
from gateway.answers import SubjectStatementAnswer, TipAnswer, TipList
from gateway.auth import Caller
from gateway.kinds import TIPS
from gateway.once import Key
from gateway.routes.subjects import (
    Reads,
    add_list_on_orders,
    add_reading,
    add_statement,
    add_story,
    opens,
    router_of,
)
from gateway.schemas import GiveTipBody
from gateway.tipping import give_tip

router = router_of(TIPS)
_READS = Reads(
    kind=TIPS,
    answer=TipAnswer,
    shows="how much it is, and until when the client has it back",
    readers="Roles: client and provider of the order; platform, support. Everyone else gets 404 "
    "(OP-7-5-4).",
)


@opens(
    router,
    TIPS,
    body=GiveTipBody,
    operation_id="giveTip",
    summary="Tip the provider of an order",
    description="Gives a tip from the deposit, of the client's own will, also when the order has "
    "long ended. It is held for 30 days, in which the client has it back on request; from then on "
    "it is the provider's, all of it. Everything that stands in its way is named at once.\n\n"
    "Roles: client. Clauses: PSR-21-1, PSR-21-2.",
    says="The tip is held.",
    clauses=("PSR-21-1", "PSR-21-2"),
    refusals=(
        RefusalCode.NOT_YOUR_ORDER,
        RefusalCode.NOT_IN_THIS_STATE,
        *GiveTipBody.refusals,
    ),
)
async def post_tip(request: Request, caller: Caller, key: Key, order_id: str) -> Response:
    return await give_tip(request, caller=caller, key=key, order_id=order_id)


add_list_on_orders(router, _READS, listed=TipList, of=lambda order: order.tips)
add_reading(router, _READS)
add_story(router, _READS)
add_statement(
    router,
    _READS,
    says="Every journal entry of the tip: held, had back or earned. Clauses: PSR-21-1, PSR-21-2.",
    answer=SubjectStatementAnswer,
    of=SubjectStatementAnswer.of,
)
