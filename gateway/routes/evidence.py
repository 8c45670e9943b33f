"""The endpoints of evidence: given with an order, read by those who see it (PSR-17-1)."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from daigou.domain.evidence import ENDINGS, SIZE_MAX, MediaType
from daigou.domain.ids import EVIDENCE_ID
from daigou.domain.order import ROLES_BOUND_TO_AN_ORDER, Role
from daigou.domain.refusals import RefusalCode
from gateway.accepting import gives
from gateway.auth import Caller, acts_as
from gateway.backend import Backend
from gateway.evidence import EvidenceAnswer, EvidencePage
from gateway.finding import visible_order
from gateway.keeping import keep
from gateway.once import Key, derived_id
from gateway.openapi import (
    CALLER,
    COMMAND,
    LOCATION_HEADER,
    REPLAYED_HEADER,
    problems,
    upload,
)
from gateway.openapi import caller as needs_caller
from gateway.problems import EdgeCode, ProblemError, not_found
from gateway.uploading import CLAUSE, piece_of

router = APIRouter(prefix="/v1/orders/{order_id}/evidence", tags=["orders"])
_JSON = gives("application/json")
_GIVERS = ROLES_BOUND_TO_AN_ORDER | {Role.PLATFORM}
_READERS = "Roles: everyone who sees the order."


@router.post(
    "",
    status_code=201,
    operation_id="addEvidence",
    summary="Give a piece of evidence",
    description=f"The bytes as they are, {SIZE_MAX:,} at most, their type as Content-Type. "
    "Commands name the piece by its id. The bytes stay apart from the commercial data, and can be "
    "erased; their digest is kept (PSR-23).\n\n"
    "Roles: client, provider, storage, logistics, promoter of the order, platform. "
    "Clause: PSR-17-1.",
    response_model=EvidenceAnswer,
    response_description="It is stored.",
    responses={
        201: {"headers": LOCATION_HEADER | REPLAYED_HEADER},
        **problems(*COMMAND, EdgeCode.NOT_FOUND, EdgeCode.CONFLICT),
    },
    openapi_extra=upload(MediaType, clauses=(CLAUSE,), roles=sorted(_GIVERS)),
    dependencies=[_JSON],
)
async def add_evidence(request: Request, caller: Caller, key: Key, order_id: str) -> Response:
    order = await visible_order(request, caller, order_id)
    actor = acts_as(caller, _GIVERS, order.parties)
    if actor is None:
        raise ProblemError(
            code=RefusalCode.NOT_YOUR_ROLE,
            detail=f"evidence is given by {', '.join(sorted(_GIVERS))}, "
            f"not by {' or '.join(sorted(caller.roles))}",
            clause=CLAUSE,
        )
    piece = await piece_of(request)
    backend: Backend = request.app.state.backend

    async def make() -> EvidenceAnswer:
        return EvidenceAnswer.of(
            await backend.records.add_evidence(
                id=derived_id("evd", caller, key),
                order=order.id,
                author=actor.party,
                piece=piece,
            )
        )

    return await keep(
        request,
        caller,
        key,
        content=f"{piece.media_type} {piece.digest}".encode(),
        clause=CLAUSE,
        make=make,
        status=201,
        location=f"/v1/orders/{order.id}/evidence/{derived_id('evd', caller, key)}",
    )


@router.get(
    "",
    operation_id="listEvidence",
    summary="What evidence an order has",
    description=f"Every piece without its bytes, the erased ones too. {_READERS} Clause: PSR-17-1.",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND),
    openapi_extra=needs_caller(),
    dependencies=[_JSON],
)
async def list_evidence(request: Request, caller: Caller, order_id: str) -> EvidencePage:
    order = await visible_order(request, caller, order_id)
    backend: Backend = request.app.state.backend
    found = await backend.records.evidence_of(order.id)
    return EvidencePage(data=tuple(EvidenceAnswer.of(each) for each in found))


@router.get(
    "/{evidence_id}",
    operation_id="getEvidence",
    summary="Read a piece of evidence",
    description=f"Its bytes, as a file to keep and not to show. {_READERS} Clause: PSR-17-1.",
    response_class=Response,
    responses={
        200: {
            "description": "The bytes.",
            "content": {
                each.value: {"schema": {"type": "string", "format": "binary"}} for each in MediaType
            },
        },
        **problems(*CALLER, EdgeCode.NOT_FOUND, EdgeCode.ERASED),
    },
    openapi_extra=needs_caller(),
    dependencies=[gives(*MediaType)],
)
async def get_evidence(
    request: Request, caller: Caller, order_id: str, evidence_id: str
) -> Response:
    order = await visible_order(request, caller, order_id)
    backend: Backend = request.app.state.backend
    found = (
        await backend.records.read_evidence(order=order.id, id=evidence_id)
        if EVIDENCE_ID.fullmatch(evidence_id)
        else None
    )
    if found is None:
        raise not_found("evidence of this id")
    piece, body = found
    if body is None:
        raise ProblemError(
            code=EdgeCode.ERASED,
            detail=f"the bytes of {piece.id} were erased on {piece.erased_at:%Y-%m-%d}; "
            f"their SHA-256 was {piece.digest}",
            clause="PSR-23",
        )
    return Response(
        body,
        media_type=piece.media_type.value,
        headers={
            # Whatever is in it, no browser takes it for a page of ours.
            "Content-Disposition": f'attachment; filename="{piece.id}.{ENDINGS[piece.media_type]}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
