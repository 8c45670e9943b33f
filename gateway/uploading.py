"""Owns the taking in of evidence: bounded while it is read, and held against its type."""

from fastapi import Request

from daigou.domain.evidence import SIZE_MAX, MediaType, Piece
from daigou.domain.refusals import RefusalCode
from gateway.problems import EdgeCode, ProblemError

CLAUSE = "PSR-17-1"


async def piece_of(request: Request) -> Piece:
    """The piece that a request carries as its body; nothing past the bound is read.

    Raises:
        ProblemError: too large, empty, or not of one of the types.
    """
    media_type = _media_type(request)
    if _told_length(request) > SIZE_MAX:
        raise _too_large()
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > SIZE_MAX:
            raise _too_large()
    piece = Piece(media_type=media_type, body=bytes(raw))
    if not raw:
        raise ProblemError(
            code=RefusalCode.INVALID_REQUEST, detail="the body is empty", clause=CLAUSE
        )
    if not piece.is_what_it_says:
        raise _wrong_type(f"the body is no {media_type}, which its first bytes would say")
    return piece


def _media_type(request: Request) -> MediaType:
    said, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise _wrong_type("send the body without Content-Encoding")
    try:
        found = MediaType(said.strip().lower())
    except ValueError:
        raise _wrong_type(
            f"evidence is {', '.join(MediaType)}: say which as Content-Type"
        ) from None
    if found == MediaType.TEXT and charset not in ("", "utf-8", "utf8"):
        raise _wrong_type("send a text in UTF-8")
    return found


def _told_length(request: Request) -> int:
    told = request.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 20 else 0


def _wrong_type(detail: str) -> ProblemError:
    return ProblemError(code=EdgeCode.UNSUPPORTED_MEDIA_TYPE, detail=detail, clause=CLAUSE)


def _too_large() -> ProblemError:
    return ProblemError(
        code=EdgeCode.BODY_TOO_LARGE,
        detail=f"a piece of evidence has at most {SIZE_MAX:,} bytes",
        clause=CLAUSE,
        headers={"Connection": "close"},
    )
