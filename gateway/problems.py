"""Owns the typed no of the edge: every problem's code, its status, and its form on the wire."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from daigou.domain.refusals import RefusalCode, Refused

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
FAULTS_MAX = 200


class EdgeCode(StrEnum):
    """The problems that arise before the rules are asked."""

    MALFORMED_JSON = "malformed_json"
    IDEMPOTENCY_KEY_MISSING = "idempotency_key_missing"
    IDEMPOTENCY_KEY_INVALID = "idempotency_key_invalid"
    UNAUTHENTICATED = "unauthenticated"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_ACCEPTABLE = "not_acceptable"
    ID_TAKEN = "id_taken"
    CONFLICT = "conflict"
    STILL_RUNNING = "still_running"
    IDEMPOTENCY_KEY_RUNNING = "idempotency_key_running"
    ERASED = "erased"
    BODY_TOO_LARGE = "body_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    INTERNAL_ERROR = "internal_error"
    UNAVAILABLE = "unavailable"


ProblemCode = EdgeCode | RefusalCode

STATUSES: Mapping[ProblemCode, int] = {
    EdgeCode.MALFORMED_JSON: 400,
    EdgeCode.IDEMPOTENCY_KEY_MISSING: 400,
    EdgeCode.IDEMPOTENCY_KEY_INVALID: 400,
    EdgeCode.UNAUTHENTICATED: 401,
    RefusalCode.NOT_YOUR_ROLE: 403,
    EdgeCode.NOT_FOUND: 404,
    RefusalCode.NOT_YOUR_ORDER: 404,
    EdgeCode.METHOD_NOT_ALLOWED: 405,
    EdgeCode.NOT_ACCEPTABLE: 406,
    EdgeCode.ID_TAKEN: 409,
    EdgeCode.CONFLICT: 409,
    EdgeCode.STILL_RUNNING: 409,
    EdgeCode.IDEMPOTENCY_KEY_RUNNING: 409,
    RefusalCode.NOT_IN_THIS_STATE: 409,
    RefusalCode.TOO_LATE: 409,
    RefusalCode.NO_LOGISTICS_CHOSEN: 409,
    RefusalCode.DEPOSIT_TOO_SMALL: 409,
    RefusalCode.ACCOUNT_FROZEN: 409,
    RefusalCode.PRICE_CHANGED: 409,
    RefusalCode.WHICH_ITEM: 409,
    RefusalCode.COUPON_NOT_USABLE: 409,
    RefusalCode.CAUTION_NOT_ACKNOWLEDGED: 409,
    RefusalCode.TOO_MANY_GOODS: 409,
    RefusalCode.NOTHING_TO_PAY: 409,
    RefusalCode.CASE_OPEN: 409,
    RefusalCode.PAYMENT_HELD: 409,
    RefusalCode.SERVICE_REFUSED: 409,
    RefusalCode.CUSTOMS_CLEARED: 409,
    RefusalCode.ALREADY_RECORDED: 409,
    RefusalCode.STALE_PREVIEW: 409,
    RefusalCode.CAUSE_WITH_LOGISTICS: 409,
    RefusalCode.NO_BASIS: 409,
    RefusalCode.CLAIM_TOO_HIGH: 409,
    RefusalCode.TOO_MANY_TIPS: 409,
    RefusalCode.DUE_TOO_SMALL: 409,
    RefusalCode.ENGAGEMENT_NOT_POSSIBLE: 409,
    EdgeCode.ERASED: 410,
    EdgeCode.BODY_TOO_LARGE: 413,
    EdgeCode.UNSUPPORTED_MEDIA_TYPE: 415,
    EdgeCode.IDEMPOTENCY_KEY_REUSED: 422,
    RefusalCode.INVALID_REQUEST: 422,
    RefusalCode.PART_PAYMENT: 422,
    RefusalCode.FEE_NOT_SHOWN: 422,
    RefusalCode.WRONG_DELIVERY_ADDRESS: 422,
    RefusalCode.NOT_REGISTERED: 422,
    RefusalCode.PROHIBITED_GOODS: 422,
    RefusalCode.GOODS_SUSPENDED: 422,
    RefusalCode.UNKNOWN_MANDATE: 422,
    RefusalCode.LINE_NOT_ALLOWED: 422,
    RefusalCode.WRONG_REFERENCE: 422,
    RefusalCode.EXCLUDED_BY_CAUTION: 422,
    RefusalCode.REASON_NOT_ALLOWED: 422,
    RefusalCode.NO_EVIDENCE: 422,
    RefusalCode.NOT_INSPECTED: 422,
    RefusalCode.LOSS_NOT_COVERED: 422,
    RefusalCode.UNKNOWN_INVITATION: 422,
    EdgeCode.INTERNAL_ERROR: 500,
    EdgeCode.UNAVAILABLE: 503,
}

TITLES: Mapping[int, str] = {
    400: "The request cannot be read",
    401: "Who is calling is not proved",
    403: "This application may not do that",
    404: "There is no such thing for you",
    405: "The path has no such method",
    406: "No form of the answer is acceptable to you",
    409: "It cannot be done as things stand",
    410: "It was erased",
    413: "The body is too large",
    415: "The body is not of a type that is taken here",
    422: "What is asked for is not valid",
    500: "Something went wrong here",
    503: "Nobody answered in time",
}


class FaultIn(StrEnum):
    """Where in the request a fault lies."""

    BODY = "body"
    QUERY = "query"
    HEADER = "header"


class Fault(BaseModel):
    """One thing wrong with a request; `pointer` is a JSON pointer into the part it lies in."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    where: Annotated[FaultIn, Field(alias="in")] = FaultIn.BODY
    pointer: Annotated[str, Field(examples=["/mandate/digest"])]
    code: Annotated[str, Field(examples=["missing"])]
    detail: Annotated[str, Field(examples=["is missing"])]
    clause: Annotated[str | None, Field(examples=["PSR-1-2"])] = None


class Problem(BaseModel):
    """Why the request was not carried out (RFC 9457). Nothing was changed by it, unless `status`
    is 503 or 500: then ask again with the same Idempotency-Key, and the outcome is told."""

    model_config = ConfigDict(frozen=True)

    type: Annotated[str, Field(description="`urn:daigou:problem:` and the code.")]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    code: Annotated[str, Field(description="The stable name to branch on.")]
    clause: Annotated[
        str | None, Field(description="The clause that forbids it; see GET /v1/clauses.")
    ] = None
    detail: Annotated[str, Field(description="One sentence for a person.")]
    allowed_actions: Annotated[
        tuple[str, ...], Field(description="The commands that you may give instead.")
    ] = ()
    errors: Annotated[tuple[Fault, ...], Field(description="Every fault of the request.")] = ()


@dataclass(eq=False)
class ProblemError(Exception):
    """A problem on its way out of the edge."""

    code: ProblemCode
    detail: str
    clause: str | None = None
    allowed_actions: tuple[str, ...] = ()
    errors: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return STATUSES[self.code]

    @property
    def problem(self) -> Problem:
        """The problem as it travels."""
        return Problem(
            type=f"urn:daigou:problem:{self.code}",
            title=TITLES[self.status],
            status=self.status,
            code=self.code.value,
            clause=self.clause,
            detail=self.detail,
            allowed_actions=self.allowed_actions,
            errors=self.errors,
        )


def refusal(refused: Refused) -> ProblemError:
    """A refusal of the rules as a problem."""
    return ProblemError(
        code=refused.code,
        detail=refused.detail,
        clause=refused.clause,
        allowed_actions=refused.allowed_actions,
        errors=tuple(
            Fault(pointer="", code=each.code, detail=each.detail, clause=each.clause)
            for each in refused.reasons
        ),
    )


def invalid(faults: Iterable[Fault]) -> ProblemError:
    """All faults of a request as one problem; a code or clause they share is the problem's own.

    Where they share no clause, the first one that cites a clause speaks for all.
    """
    found = tuple(faults)
    codes = {fault.code for fault in found}
    only = codes.pop() if len(codes) == 1 else ""
    code = RefusalCode(only) if only in set(RefusalCode) else RefusalCode.INVALID_REQUEST
    shown = "; ".join(f"{fault.pointer or 'the body'} {fault.detail}" for fault in found[:5])
    more = f"; and {len(found) - 5} more" if len(found) > 5 else ""
    return ProblemError(
        code=code,
        detail=f"{shown}{more}",
        clause=next((fault.clause for fault in found if fault.clause), None),
        errors=found[:FAULTS_MAX],
    )


def not_found(what: str) -> ProblemError:
    """There is no such thing, or it is not for this caller to know."""
    return ProblemError(code=EdgeCode.NOT_FOUND, detail=f"there is no {what} that you may see")


def unavailable(detail: str) -> ProblemError:
    """Nobody answered in time; the same request may be sent again."""
    return ProblemError(
        code=EdgeCode.UNAVAILABLE,
        detail=detail,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
