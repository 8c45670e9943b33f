"""The endpoints of claims: made on an order, read by those between whom they are (PSR-25)."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from daigou.domain.ids import SubjectId
from daigou.domain.lifecycle import CLAIM
from daigou.domain.order import Trigger
from daigou.domain.refusals import RefusalCode
from gateway.accepting import gives
from gateway.answers import (
    AllowedActionsAnswer,
    ClaimAnswer,
    ClaimList,
    ClaimStatementAnswer,
    ReceiptAnswer,
    TimelineAnswer,
)
from gateway.auth import Caller
from gateway.axes import allowed_actions
from gateway.backend import Backend
from gateway.claiming import make_claim
from gateway.finding import visible_claim, visible_order
from gateway.notes import timeline_of
from gateway.once import Key
from gateway.openapi import (
    CALLER,
    COMMAND,
    LOCATION_HEADER,
    REPLAYED_HEADER,
    command,
    problems,
)
from gateway.openapi import caller as needs_caller
from gateway.problems import EdgeCode
from gateway.schemas import MakeClaimBody
from gateway.sending import roles_of

router = APIRouter(prefix="/v1", tags=["claims"], dependencies=[gives("application/json")])
_ONE = problems(*CALLER, EdgeCode.NOT_FOUND)
_READERS = "Roles: client and provider of the claim, the logistics provider that it is against; \
platform, support. Everyone else gets 404 (OP-7-5-4)."
_CLAUSES = sorted({row.clause for row in CLAIM.rows if row.trigger == Trigger.MAKE_CLAIM})


@router.post(
    "/orders/{order_id}/claims",
    status_code=201,
    operation_id="makeClaim",
    summary="Claim a loss of the provider, of logistics or of the seller",
    description="Makes a claim on an order, which may have ended long ago. Everything that stands "
    "in its way is named at once. What is claimed of a provider comes to the order amount at most, "
    "over all claims that were not rejected or taken back.\n\n"
    f"Roles: client. Clauses: PSR-25, {', '.join(_CLAUSES)}.",
    response_model=ReceiptAnswer,
    response_description="The claim is in the books.",
    responses={
        201: {"headers": LOCATION_HEADER | REPLAYED_HEADER},
        **problems(
            *COMMAND,
            EdgeCode.NOT_FOUND,
            EdgeCode.ID_TAKEN,
            RefusalCode.NOT_YOUR_ORDER,
            RefusalCode.NOT_IN_THIS_STATE,
            *MakeClaimBody.refusals,
        ),
    },
    openapi_extra=command(
        MakeClaimBody,
        required=True,
        clauses=("PSR-25", *_CLAUSES),
        roles=sorted(roles_of(CLAIM, Trigger.MAKE_CLAIM)),
    ),
)
async def post_claim(request: Request, caller: Caller, key: Key, order_id: str) -> Response:
    return await make_claim(request, caller=caller, key=key, order_id=order_id)


@router.get(
    "/orders/{order_id}/claims",
    operation_id="listClaims",
    summary="The claims on an order",
    description="Those that you may see, the oldest first. Roles: everyone who sees the order.",
    responses=_ONE,
    openapi_extra=needs_caller(),
)
async def list_claims(request: Request, caller: Caller, order_id: str) -> ClaimList:
    order = await visible_order(request, caller, order_id)
    return ClaimList(data=tuple(ClaimAnswer.of(claim) for claim in order.claims))


@router.get(
    "/claims/{claim_id}",
    operation_id="getClaim",
    summary="Read a claim",
    description=f"The claim as it stands: its heads of loss, its basis, its deadline. {_READERS}",
    responses=_ONE,
    openapi_extra=needs_caller(),
)
async def get_claim(request: Request, caller: Caller, claim_id: str) -> ClaimAnswer:
    return ClaimAnswer.of(await visible_claim(request, caller, claim_id))


@router.get(
    "/claims/{claim_id}/allowed-actions",
    operation_id="getAllowedActionsOfClaim",
    summary="What may be done with a claim now, by when, and what forbids the rest",
    description="For each of your roles, every command to the claim: whether it is allowed now, "
    f"and if it is not, the clause that forbids it. {_READERS}",
    responses=_ONE,
    openapi_extra=needs_caller(),
)
async def get_allowed_actions(
    request: Request, caller: Caller, claim_id: str
) -> AllowedActionsAnswer:
    claim = await visible_claim(request, caller, claim_id)
    return allowed_actions(claim, caller=caller, now=datetime.now(UTC))


@router.get(
    "/claims/{claim_id}/timeline",
    operation_id="getTimelineOfClaim",
    summary="Everything that happened to a claim",
    description=f"Every transition with actor, clause, notices and words. {_READERS}",
    responses=_ONE,
    openapi_extra=needs_caller(),
)
async def get_timeline(request: Request, caller: Caller, claim_id: str) -> TimelineAnswer:
    claim = await visible_claim(request, caller, claim_id)
    backend: Backend = request.app.state.backend
    steps = await timeline_of(backend, SubjectId(claim.id), claim.parties, caller)
    return TimelineAnswer(id=claim.id, data=steps)


@router.get(
    "/claims/{claim_id}/statement",
    operation_id="getStatementOfClaim",
    summary="A claim's money",
    description="What is claimed and admitted, and every journal entry behind what was paid. "
    f"Clause: PSR-24. {_READERS}",
    responses=_ONE,
    openapi_extra=needs_caller(),
)
async def get_statement(request: Request, caller: Caller, claim_id: str) -> ClaimStatementAnswer:
    claim = await visible_claim(request, caller, claim_id)
    backend: Backend = request.app.state.backend
    return ClaimStatementAnswer.of(claim, await backend.journals(SubjectId(claim.id)))
