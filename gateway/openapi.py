"""Owns what the API says of itself: bodies, answers and every error, exactly, in OpenAPI 3.1."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from daigou.domain.ids import ENGAGEMENT_ID, EVIDENCE_ID, PARTY_ID
from daigou.domain.preview import DIGEST
from daigou.domain.refusals import RefusalCode
from gateway import auth, once
from gateway.examples import examples
from gateway.kinds import KINDS
from gateway.problems import (
    MEDIA_TYPE,
    STATUSES,
    TITLES,
    EdgeCode,
    Fault,
    Problem,
    ProblemCode,
    ProblemError,
)

Responses = dict[int | str, dict[str, Any]]
_REF = "#/components/schemas/{model}"
_TAKES = "x-takes"
_BODIES: dict[str, TypeAdapter[Any]] = {}
"""The bodies that operations take, by the names of their schemas."""

READ = (EdgeCode.NOT_ACCEPTABLE, EdgeCode.INTERNAL_ERROR)
"""What every read can answer instead."""
BOOKS = (*READ, EdgeCode.UNAVAILABLE)
"""A read of the books."""
CALLER = (*BOOKS, EdgeCode.UNAUTHENTICATED)
"""A read of the books for a proved caller."""
COMMAND = (
    *CALLER,
    EdgeCode.MALFORMED_JSON,
    EdgeCode.IDEMPOTENCY_KEY_MISSING,
    EdgeCode.IDEMPOTENCY_KEY_INVALID,
    RefusalCode.NOT_YOUR_ROLE,
    EdgeCode.IDEMPOTENCY_KEY_RUNNING,
    EdgeCode.BODY_TOO_LARGE,
    EdgeCode.UNSUPPORTED_MEDIA_TYPE,
    EdgeCode.IDEMPOTENCY_KEY_REUSED,
    RefusalCode.INVALID_REQUEST,
)
"""What every command can answer instead."""

_SAYS: Mapping[ProblemCode, str] = {
    EdgeCode.MALFORMED_JSON: "the body is no JSON",
    EdgeCode.IDEMPOTENCY_KEY_MISSING: "the header Idempotency-Key is missing",
    EdgeCode.IDEMPOTENCY_KEY_INVALID: "the Idempotency-Key is too long, or not visible ASCII",
    EdgeCode.UNAUTHENTICATED: "the application's key or secret is missing, wrong or revoked",
    RefusalCode.NOT_YOUR_ROLE: "none of the application's roles may do this",
    EdgeCode.NOT_FOUND: "there is no such thing, or it is not yours to see",
    RefusalCode.NOT_YOUR_ORDER: "the application's party does not hold that role on this order",
    EdgeCode.METHOD_NOT_ALLOWED: "the path has no such method",
    EdgeCode.NOT_ACCEPTABLE: "the Accept header rules out every form of the answer",
    EdgeCode.ID_TAKEN: "the id names something else",
    EdgeCode.CONFLICT: "what is there already says otherwise, or there is no room for more",
    EdgeCode.STILL_RUNNING: "orders of the party have not ended and need what is to go",
    EdgeCode.IDEMPOTENCY_KEY_RUNNING: "the request with this key is still being carried out",
    RefusalCode.NOT_IN_THIS_STATE: "it is not possible in the present state",
    RefusalCode.TOO_LATE: "the window for it has ended",
    RefusalCode.NO_LOGISTICS_CHOSEN: "a logistics provider must be chosen first",
    RefusalCode.DEPOSIT_TOO_SMALL: "the deposit does not hold the sum",
    RefusalCode.ACCOUNT_FROZEN: "the deposit is frozen",
    RefusalCode.PRICE_CHANGED: "the seller charges another price than agreed",
    RefusalCode.WHICH_ITEM: "several parcels, questions, … fit: name the one that is meant",
    RefusalCode.COUPON_NOT_USABLE: "a coupon is not yours, out of its time, used, or of no use",
    RefusalCode.CAUTION_NOT_ACKNOWLEDGED: "the client has not acknowledged every caution",
    RefusalCode.TOO_MANY_GOODS: "the order has not so many goods that are not on their way",
    RefusalCode.NOTHING_TO_PAY: "nothing is unpaid",
    RefusalCode.CASE_OPEN: "a case of the order is open: it waits for its outcome",
    RefusalCode.PAYMENT_HELD: "a payment of the order was charged back: it waits until that "
    "is paid or decided",
    RefusalCode.SERVICE_REFUSED: "the client owes what it took back: nothing new is bought for it",
    RefusalCode.CUSTOMS_CLEARED: "goods have cleared export customs: no cancellation any more",
    RefusalCode.ALREADY_RECORDED: "it is in the books already: the payment of this number, the "
    "institution's verdict, the evidence",
    RefusalCode.STALE_PREVIEW: "the digest is not that of what would be written now: something "
    "changed since, or it was never shown; ask for a new preview",
    EdgeCode.ERASED: "it was there, and was erased",
    EdgeCode.BODY_TOO_LARGE: "the body is larger than is taken here; JSON has 64 KiB at most",
    EdgeCode.UNSUPPORTED_MEDIA_TYPE: "the body is of another type than is taken here; JSON is in "
    "UTF-8",
    EdgeCode.IDEMPOTENCY_KEY_REUSED: "the Idempotency-Key was used for another request",
    RefusalCode.INVALID_REQUEST: "fields are missing or wrong; `errors` names all of them",
    RefusalCode.PART_PAYMENT: "the parts do not make up the order amount exactly",
    RefusalCode.FEE_NOT_SHOWN: "the fee was not shown at the checkout",
    RefusalCode.WRONG_DELIVERY_ADDRESS: "the address is not the chosen storage's",
    RefusalCode.NOT_REGISTERED: "a party is not registered in the role it is named for",
    RefusalCode.PROHIBITED_GOODS: "such goods are not purchased",
    RefusalCode.GOODS_SUSPENDED: "such goods are suspended from ordering for now",
    RefusalCode.UNKNOWN_MANDATE: "no such mandate declaration, or not its digest",
    RefusalCode.LINE_NOT_ALLOWED: "the line cannot be added, or names the wrong collector",
    RefusalCode.WRONG_REFERENCE: "the reference is not the movement that is open",
    RefusalCode.EXCLUDED_BY_CAUTION: "a caution about the goods excludes it",
    RefusalCode.REASON_NOT_ALLOWED: "it cannot be done for this reason, as things stand",
    RefusalCode.CAUSE_WITH_LOGISTICS: "the cause lies with logistics: claim from there",
    RefusalCode.NO_BASIS: "nothing that is known of the order gives such a claim",
    RefusalCode.CLAIM_TOO_HIGH: "a provider is liable for the order amount at most, over all "
    "claims",
    RefusalCode.TOO_MANY_TIPS: "the order has as many tips as it can have",
    RefusalCode.DUE_TOO_SMALL: "the provider is not due so much",
    RefusalCode.LOSS_NOT_COVERED: "a provider is liable for direct loss alone",
    RefusalCode.NO_EVIDENCE: "evidence is to be handed in first, and named",
    RefusalCode.NOT_INSPECTED: "the goods are to be inspected in person first",
    RefusalCode.ENGAGEMENT_NOT_POSSIBLE: "the promoter has another engagement that has not ended, "
    "or a later word was given",
    RefusalCode.UNKNOWN_INVITATION: "it is nobody's invitation code",
    EdgeCode.INTERNAL_ERROR: "something went wrong here; it is logged",
    EdgeCode.UNAVAILABLE: "database or engine did not answer in time; send the same again",
}

_HEADERS: Mapping[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    409: {
        "Retry-After": {
            "description": "Seconds; with `idempotency_key_running`.",
            "schema": {"type": "integer"},
        }
    },
    503: {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}},
}

KEY_PARAMETER: dict[str, Any] = {
    "name": once.HEADER,
    "in": "header",
    "required": True,
    "description": "Your own name for this command. The same key and body get the first answer "
    "again; the same key with another body is refused. What nobody answered in time (503) may be "
    "sent again with the same key, and is still carried out once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": once.KEY_PATTERN},
    "example": "pay-ord_2026_0001-1",
}


def _in_path(pattern: str, example: str, description: str) -> dict[str, Any]:
    return {
        "schema": {"type": "string", "pattern": f"^{pattern}$"},
        "example": example,
        "description": f"{description} Anything else is not found.",
    }


_IN_PATH: Mapping[str, dict[str, Any]] = {
    **{
        kind.id_name: _in_path(kind.pattern.pattern, kind.such_as, f"The {kind.name}.")
        for kind in KINDS
    },
    "client_id": _in_path(PARTY_ID.pattern, "cli_anna", "The client."),
    "party_id": _in_path(PARTY_ID.pattern, "sto_yiwu", "The party."),
    "endpoint_id": _in_path("whk_[0-9A-Za-z_-]{4,60}", "whk_2f1c9a", "The webhook endpoint."),
    "message_id": _in_path("msg_[0-9a-f]{32}", f"msg_{'0' * 31}1", "The notice's id."),
    "evidence_id": _in_path(EVIDENCE_ID.pattern, "evd_a2b3c4d5e6f7", "The piece of evidence."),
    "digest": _in_path(DIGEST.pattern, "0" * 64, "The digest of the preview."),
    "contract_id": _in_path("[1-9][0-9]{0,8}", "3", "The promoter's contract."),
    "engagement_id": _in_path(ENGAGEMENT_ID.pattern, "eng_mia_bund", "The promoter's engagement."),
    "rule_id": _in_path("[1-9][0-9]{0,8}", "12", "The rule of the screening list."),
    "number": _in_path(
        r"[1-9][0-9]{0,8}(\.[1-9][0-9]{0,2})?",
        "9",
        "The item's number: what follows the slash of its id, e.g. in `parcels` of the order.",
    ),
}

REPLAYED_HEADER: dict[str, Any] = {
    "Idempotency-Replayed": {
        "description": "`true` where a first answer is told again.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
LOCATION_HEADER: dict[str, Any] = {
    "Location": {"description": "Where it can be read.", "schema": {"type": "string"}}
}


def problems(*codes: ProblemCode) -> Responses:
    """The error answers of an operation, by status, each with its codes and an example."""
    by_status: dict[int, list[ProblemCode]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(STATUSES[code], []).append(code)
    return {status: _problem_response(status, found) for status, found in sorted(by_status.items())}


def command(
    body: Any,
    *,
    required: bool,
    name: str = "",
    clauses: Iterable[str] = (),
    roles: Iterable[str] = (),
) -> dict[str, Any]:
    """What an operation that takes a body adds: the body, the key, the caller.

    `name` is the schema's, where the body is not a model but a choice of models.
    """
    name = name or body.__name__
    _BODIES[name] = TypeAdapter(body)
    return {
        **caller(),
        "parameters": [KEY_PARAMETER],
        "requestBody": {
            "required": required,
            "content": {"application/json": {"schema": {_TAKES: name}}},
        },
        "x-clauses": list(clauses),
        "x-roles": list(roles),
    }


def signed(body: Any, *, name: str, clauses: Iterable[str] = ()) -> dict[str, Any]:
    """What an operation that takes signed messages adds: the body, and what proves it."""
    _BODIES[name] = TypeAdapter(body)
    says = {
        "webhook-id": "The sender's own id of the message: the same however often it is sent.",
        "webhook-timestamp": "Seconds since 1970, at most five minutes off.",
        "webhook-signature": "`v1,` and the base64 of HMAC-SHA256 over id, timestamp and body.",
    }
    return {
        "parameters": [
            {
                "name": header,
                "in": "header",
                "required": True,
                "description": said,
                "schema": {"type": "string", "maxLength": 2000},
            }
            for header, said in says.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {_TAKES: name}}},
        },
        "x-clauses": list(clauses),
        "x-roles": [],
    }


def upload(
    media_types: Iterable[str], *, clauses: Iterable[str] = (), roles: Iterable[str] = ()
) -> dict[str, Any]:
    """What an operation that takes bytes of some types adds: the bytes, the key, the caller."""
    return {
        **caller(),
        "parameters": [KEY_PARAMETER],
        "requestBody": {
            "required": True,
            "content": {
                str(each): {"schema": {"type": "string", "format": "binary"}}
                for each in media_types
            },
        },
        "x-clauses": list(clauses),
        "x-roles": list(roles),
    }


def caller() -> dict[str, Any]:
    """What an operation for proved callers adds."""
    return {"security": [{"application": []}]}


def described(app: FastAPI) -> dict[str, Any]:
    """The application's OpenAPI document, computed once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
        )
        _finish(document)
        app.openapi_schema = document
    return app.openapi_schema


def _problem_response(status: int, codes: list[ProblemCode]) -> dict[str, Any]:
    listed = "\n".join(f"- `{code}`: {_SAYS[code]}" for code in codes)
    return {
        "description": f"{TITLES[status]}\n\n{listed}",
        "headers": _HEADERS.get(status, {}),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": _REF.format(model=Problem.__name__)},
                "examples": {code.value: {"value": _example(code)} for code in codes},
            }
        },
    }


def _example(code: ProblemCode) -> Any:
    faults: tuple[Fault, ...] = ()
    if code == RefusalCode.INVALID_REQUEST:
        faults = (Fault(pointer="/quantity", code="missing", detail="is missing"),)
    error = ProblemError(code=code, detail=_SAYS[code], errors=faults)
    return error.problem.model_dump(mode="json", by_alias=True)


def _finish(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for operation in _operations(document):
        _drop_unused_default(operation)
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                parameter.update(_IN_PATH[parameter["name"]])
        for body in operation.get("requestBody", {}).get("content", {}).values():
            if name := body["schema"].get(_TAKES):
                body["schema"] = {"$ref": _REF.format(model=name)}
                _add(schemas, name, _BODIES[name], mode="validation")
        for response in operation["responses"].values():
            if not response.get("headers", True):
                del response["headers"]
    for name, example in examples().items():
        schemas[name]["examples"] = [example]
    _add(schemas, Problem.__name__, TypeAdapter(Problem), mode="serialization")
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {"application": auth.SCHEME}


def _operations(document: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _drop_unused_default(operation: dict[str, Any]) -> None:
    # FastAPI lists a 422 of its own for any parameter; a path's id that fits nothing is a 404.
    content = operation["responses"].get("422", {}).get("content", {})
    if "application/json" in content:
        del operation["responses"]["422"]


def _add(
    schemas: dict[str, Any], name: str, adapter: TypeAdapter[Any], *, mode: JsonSchemaMode
) -> None:
    schema = adapter.json_schema(mode=mode, ref_template=_REF)
    schemas.update(schema.pop("$defs", {}))
    schemas[name] = schema
