"""The endpoints of claims: made on an order, read by those between whom they are (PSR-25)."""

from fastapi import Request
from starlette.responses import Response

from daigou.domain.lifecycle import CLAIM
from daigou.domain.order import Trigger
from daigou.domain.refusals import RefusalCode
from gateway.answers import ClaimAnswer, ClaimList, ClaimStatementAnswer
from gateway.auth import Caller
from gateway.claiming import make_claim
from gateway.kinds import CLAIMS
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
from gateway.schemas import MakeClaimBody

router = router_of(CLAIMS)
_CLAUSES = sorted({row.clause for row in CLAIM.rows if row.trigger == Trigger.MAKE_CLAIM})
_READS = Reads(
    kind=CLAIMS,
    answer=ClaimAnswer,
    shows="its heads of loss, its basis, its deadline",
    readers="Roles: client and provider of the claim, the logistics provider that it is against; "
    "platform, support. Everyone else gets 404 (OP-7-5-4).",
)


@opens(
    router,
    CLAIMS,
    body=MakeClaimBody,
    operation_id="makeClaim",
    summary="Claim a loss of the provider, of logistics or of the seller",
    description="Makes a claim on an order, which may have ended long ago. Everything that stands "
    "in its way is named at once. What is claimed of a provider comes to the order amount at most, "
    "over all claims that were not rejected or taken back.\n\n"
    f"Roles: client. Clauses: PSR-25, {', '.join(_CLAUSES)}.",
    says="The claim is in the books.",
    clauses=("PSR-25", *_CLAUSES),
    refusals=(
        RefusalCode.NOT_YOUR_ORDER,
        RefusalCode.NOT_IN_THIS_STATE,
        *MakeClaimBody.refusals,
    ),
)
async def post_claim(request: Request, caller: Caller, key: Key, order_id: str) -> Response:
    return await make_claim(request, caller=caller, key=key, order_id=order_id)


add_list_on_orders(router, _READS, listed=ClaimList, of=lambda order: order.claims)
add_reading(router, _READS)
add_story(router, _READS)
add_statement(
    router,
    _READS,
    says="What is claimed and admitted, and every journal entry behind what was paid. Clause: "
    "PSR-24.",
    answer=ClaimStatementAnswer,
    of=lambda claim, journals, _: ClaimStatementAnswer.of(claim, journals),
)
