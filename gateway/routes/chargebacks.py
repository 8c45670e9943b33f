"""The endpoints of chargebacks: reported on an order, read by its parties, with their evidence."""

from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from daigou.domain.lifecycle import CHARGEBACK
from daigou.domain.order import Role, Trigger
from daigou.domain.preview import DIGEST
from daigou.ledger.account_views import ChargebackView
from daigou.ledger.views import ApplicationView
from gateway.answers import (
    BundleAnswer,
    BundleHeadAnswer,
    BundleList,
    ChargebackAnswer,
    ChargebackList,
    ChargebackPage,
    ChargebackStatementAnswer,
)
from gateway.auth import Caller, may_see
from gateway.backend import Backend
from gateway.disputing import report_chargeback
from gateway.finding import visible_subject
from gateway.kinds import CHARGEBACKS
from gateway.once import Key
from gateway.openapi import CALLER, problems
from gateway.openapi import caller as needs_caller
from gateway.problems import EdgeCode, not_found
from gateway.routes.subjects import (
    Reads,
    add_list_on_accounts,
    add_list_on_orders,
    add_reading,
    add_statement,
    add_story,
    opens,
    router_of,
)
from gateway.schemas import ReportChargebackBody

router = router_of(CHARGEBACKS)
_CLAUSES = sorted(
    {row.clause for row in CHARGEBACK.rows if row.trigger == Trigger.REPORT_CHARGEBACK}
)
_READS = Reads(
    kind=CHARGEBACKS,
    answer=ChargebackAnswer,
    shows="why, under which head, what is owed, the verdict, the evidence",
    readers="Roles: client, provider, storage, logistics of its order; platform, support, payment "
    "institution. Everyone else gets 404 (OP-7-5-4).",
)
_NO_BUNDLES_FOR = frozenset({Role.CLIENT, Role.STORAGE, Role.LOGISTICS})
_SEE_BUNDLES = (
    "Roles: provider of the order; platform, support; the payment institution, once it was "
    "submitted. Clauses: PSR-22-1, PSR-23."
)


@opens(
    router,
    CHARGEBACKS,
    body=ReportChargebackBody,
    operation_id="reportChargeback",
    summary="Say that a payment was charged back",
    description="The payment institution took back a payment of the order, or a part of it; the "
    "order may have ended long ago. What is known of it decides whether there can be just cause: "
    "where facts do not settle that, the platform examines it. The institution's own messages come "
    "in by `POST /v1/webhooks/payment-institution`.\n\n"
    f"Roles: payment_institution, platform. Clauses: {', '.join(_CLAUSES)}.",
    says="The chargeback is in the books.",
    clauses=_CLAUSES,
    refusals=ReportChargebackBody.refusals,
)
async def post_chargeback(request: Request, caller: Caller, key: Key, order_id: str) -> Response:
    return await report_chargeback(request, caller=caller, key=key, order_id=order_id)


add_list_on_orders(router, _READS, listed=ChargebackList, of=lambda order: order.chargebacks)
add_list_on_accounts(
    router,
    _READS,
    page=ChargebackPage,
    of=lambda backend, client, **page: backend.accounting.chargebacks(client, **page),
)
add_reading(router, _READS)
add_story(router, _READS)
add_statement(
    router,
    _READS,
    says="What was charged back, what is owed of it, every journal entry behind it, and what of it "
    "moved outside. Clauses: PSR-22-1 to PSR-22-4.",
    answer=ChargebackStatementAnswer,
    of=ChargebackStatementAnswer.of,
)


@router.get(
    f"{CHARGEBACKS.path}/evidence",
    operation_id="listBundles",
    summary="The bundles of evidence that were staged",
    description=f"The newest first, without what is in them. {_SEE_BUNDLES}",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND),
    openapi_extra=needs_caller(),
)
async def list_bundles(request: Request, caller: Caller, chargeback_id: str) -> BundleList:
    backend: Backend = request.app.state.backend
    found = await visible_subject(request, caller, CHARGEBACKS, chargeback_id)
    submitted = found.charged_back.submitted
    bundles = await backend.accounting.bundles(found.id)
    return BundleList(
        data=tuple(
            BundleHeadAnswer.of(each, submitted=submitted)
            for each in bundles
            if _may_see(caller, found, each.digest)
        )
    )


@router.get(
    f"{CHARGEBACKS.path}/evidence/{{digest}}",
    operation_id="getBundle",
    summary="Read a bundle of evidence",
    description="The mandate, the order as requested and its checkout, parcels, receipt, messages, "
    "timeline, ledger lines and notices, as they stood when it was staged: canonical JSON that its "
    f"digest proves; free words and names apart, as they can be erased. {_SEE_BUNDLES}",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND),
    openapi_extra=needs_caller(),
)
async def get_bundle(
    request: Request, caller: Caller, chargeback_id: str, digest: Annotated[str, Path()]
) -> BundleAnswer:
    backend: Backend = request.app.state.backend
    found = await visible_subject(request, caller, CHARGEBACKS, chargeback_id)
    if DIGEST.fullmatch(digest) and _may_see(caller, found, digest):
        bundle = await backend.accounting.bundle(found.id, digest)
        if bundle is not None:
            return BundleAnswer.whole(bundle, submitted=found.charged_back.submitted)
    raise not_found("evidence of this digest")


def _may_see(caller: ApplicationView, chargeback: ChargebackView, digest: str) -> bool:
    """Whether a bundle is for a caller: the institution sees what was submitted to it."""
    hidden = _NO_BUNDLES_FOR
    if digest != chargeback.charged_back.submitted:
        hidden |= {Role.PAYMENT_INSTITUTION}
    return may_see(caller, chargeback.parties, hidden_from=hidden)
