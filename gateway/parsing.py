"""Owns the way from bytes to a valid body: bounded, strict, and every fault found at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Self, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json

from daigou.domain.refusals import RefusalCode
from gateway.problems import EdgeCode, Fault, FaultIn, ProblemError, invalid

BODY_BYTES_MAX = 64 * 1024
_PART_CHARS_MAX = 60
_OWN_CODES = {code.value for code in RefusalCode}

T = TypeVar("T")
ClauseOf = Callable[[tuple[str | int, ...]], str | None]


class FaultsError(Exception):
    """The body is JSON, but not a valid one; holds every fault, and what was read."""

    def __init__(self, faults: tuple[Fault, ...], fields: dict[str, object]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults
        self.fields = fields


async def body_of(request: Request) -> bytes:
    """The request's body; an absent one is an empty object.

    Raises:
        ProblemError: it is not JSON by its media type, or too large.
    """
    raw = await bounded(request, bytes_max=BODY_BYTES_MAX, what="a body")
    if raw or "content-type" in request.headers:
        _check_media_type(request)
    return raw or b"{}"


async def bounded(
    request: Request, *, bytes_max: int, what: str, clause: str | None = None
) -> bytes:
    """The bytes of a request's body; nothing past the bound is read.

    Raises:
        ProblemError: there are more.
    """
    too_large = ProblemError(
        code=EdgeCode.BODY_TOO_LARGE,
        detail=f"{what} has at most {bytes_max:,} bytes",
        clause=clause,
        headers={"Connection": "close"},
    )
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and len(told) < 20 and int(told) > bytes_max:
        raise too_large
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > bytes_max:
            raise too_large
    return bytes(raw)


class Sent(NamedTuple):
    """How a request says that its body is written."""

    media_type: str
    in_utf_8: bool
    encoded: bool

    @classmethod
    def of(cls, request: Request) -> Self:
        """What the headers say, in small letters; a body is in UTF-8 unless they deny it."""
        media_type, _, parameters = request.headers.get("content-type", "").partition(";")
        charset = parameters.strip().lower().removeprefix("charset=").strip('"')
        return cls(
            media_type=media_type.strip().lower(),
            in_utf_8=charset in ("", "utf-8", "utf8"),
            encoded=request.headers.get("content-encoding", "identity").lower() != "identity",
        )


def parse(
    adapter: TypeAdapter[T],
    raw: bytes,
    *,
    clause_of: ClauseOf,
    tag: str = "",
    context: Mapping[str, Any] | None = None,
) -> T:
    """The body as its model. `tag` is the field that chooses between models, if one does.

    Raises:
        ProblemError: it is no JSON.
        FaultsError: it is JSON, but not valid.
    """
    try:
        return adapter.validate_json(raw, context=dict(context or {}))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        raise ProblemError(code=EdgeCode.MALFORMED_JSON, detail=_json_detail(found[0]))
    fields = from_json(raw)
    raise FaultsError(
        tuple(_fault(each, tag=tag, clause_of=clause_of) for each in found),
        fields if isinstance(fields, dict) else {},
    )


def parse_or_refuse(
    adapter: TypeAdapter[T], raw: bytes, *, clause_of: ClauseOf, tag: str = ""
) -> T:
    """The body as its model.

    Raises:
        ProblemError: it is no JSON, or not valid; every fault is named.
    """
    try:
        return parse(adapter, raw, clause_of=clause_of, tag=tag)
    except FaultsError as error:
        raise invalid(error.faults) from None


def faults_outside_the_body(errors: Sequence[Any]) -> tuple[Fault, ...]:
    """The faults that FastAPI found in a query."""
    return tuple(
        Fault(
            where=FaultIn.HEADER if each["loc"][0] == "header" else FaultIn.QUERY,
            pointer=_pointer(each["loc"][1:]),
            code=_code(each),
            detail=_detail(each),
        )
        for each in errors
    )


def _check_media_type(request: Request) -> None:
    sent = Sent.of(request)
    if sent.media_type != "application/json" or not sent.in_utf_8:
        raise ProblemError(
            code=EdgeCode.UNSUPPORTED_MEDIA_TYPE,
            detail="send JSON in UTF-8, with Content-Type: application/json",
        )
    if sent.encoded:
        raise ProblemError(
            code=EdgeCode.UNSUPPORTED_MEDIA_TYPE, detail="send the body without Content-Encoding"
        )


def _fault(error: ErrorDetails, *, tag: str, clause_of: ClauseOf) -> Fault:
    loc = error["loc"]
    if error["type"].startswith("union_tag"):
        loc = (tag,)
    elif tag:
        loc = loc[1:]
    clause = (error.get("ctx") or {}).get("clause") or (
        None if error["type"] == "extra_forbidden" else clause_of(loc)
    )
    return Fault(pointer=_pointer(loc), code=_code(error), detail=_detail(error), clause=clause)


def _code(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind in ("missing", "union_tag_not_found"):
        return "missing"
    if kind == "extra_forbidden":
        return "unknown_field"
    return kind if kind in _OWN_CODES else "invalid"


def _detail(error: ErrorDetails) -> str:
    match error["type"]:
        case "extra_forbidden":
            return "is not a field of this request"
        case "string_pattern_mismatch":
            return f"does not match {(error.get('ctx') or {}).get('pattern', 'the pattern')}"
        case "missing":
            return error["msg"] if error["msg"].startswith("is ") else "is missing"
        case "union_tag_not_found":
            return "is missing"
        case _:
            message = error["msg"].removeprefix("Value error, ")
            return message.replace("Input should be ", "is to be ", 1)


def _pointer(loc: tuple[str | int, ...]) -> str:
    return "".join(
        "/" + str(part)[:_PART_CHARS_MAX].replace("~", "~0").replace("/", "~1") for part in loc
    )


def _json_detail(error: ErrorDetails) -> str:
    return f"the body is no JSON: {error['msg'].removeprefix('Invalid JSON: ')}"
