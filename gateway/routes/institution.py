"""The endpoint that the payment institution calls by itself: signed, with no key of ours."""

from fastapi import APIRouter, Request

from daigou.domain.refusals import RefusalCode
from gateway.accepting import gives
from gateway.institution import InstitutionMessage, TakenAnswer, hear_institution
from gateway.openapi import BOOKS, problems, signed
from gateway.problems import EdgeCode

router = APIRouter(
    prefix="/v1/webhooks", tags=["institution"], dependencies=[gives("application/json")]
)


@router.post(
    "/payment-institution",
    operation_id="hearPaymentInstitution",
    summary="Take a message of the payment institution about a dispute",
    description="Signed as Standard Webhooks has it; the secret is the institution's and ours. "
    "`dispute.opened` reports a chargeback, `dispute.won` and `dispute.lost` decide one; messages "
    "of other types are taken and passed over. The same message again, under its id or another "
    "one, is answered the same. A verdict that comes before its dispute gets 503: it is to be sent "
    "again. What fits no payment of ours is taken, and shown to a person as a finding.\n\n"
    "Role: whoever has the secret. Clause: PSR-22-1.",
    response_model=TakenAnswer,
    response_description="It was taken.",
    responses=problems(
        *BOOKS,
        EdgeCode.UNAUTHENTICATED,
        EdgeCode.MALFORMED_JSON,
        EdgeCode.BODY_TOO_LARGE,
        RefusalCode.INVALID_REQUEST,
    ),
    openapi_extra=signed(InstitutionMessage, name="InstitutionMessage", clauses=("PSR-22-1",)),
)
async def hear(request: Request) -> TakenAnswer:
    return await hear_institution(request)
