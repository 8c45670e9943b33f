"""Owns the taking in of evidence: bounded while it is read, and held against its type."""

from fastapi import Request

from daigou.domain.evidence import SIZE_MAX, MediaType, Piece
from daigou.domain.refusals import RefusalCode
from gateway.parsing import Sent, bounded
from gateway.problems import EdgeCode, ProblemError

CLAUSE = "PSR-17-1"


async def piece_of(request: Request) -> Piece:
    """The piece that a request carries as its body; nothing past the bound is read.

    Raises:
        ProblemError: too large, empty, or not of one of the types.
    """
    media_type = _media_type(request)
    raw = await bounded(request, bytes_max=SIZE_MAX, what="a piece of evidence", clause=CLAUSE)
    piece = Piece(media_type=media_type, body=raw)
    if not raw:
        raise ProblemError(
            code=RefusalCode.INVALID_REQUEST, detail="the body is empty", clause=CLAUSE
        )
    if not piece.is_what_it_says:
        raise _wrong_type(f"the body is no {media_type}, which its first bytes would say")
    return piece


def _media_type(request: Request) -> MediaType:
    sent = Sent.of(request)
    if sent.encoded:
        raise _wrong_type("send the body without Content-Encoding")
    try:
        found = MediaType(sent.media_type)
    except ValueError:
        raise _wrong_type(
            f"evidence is {', '.join(MediaType)}: say which as Content-Type"
        ) from None
    if found == MediaType.TEXT and not sent.in_utf_8:
        raise _wrong_type("send a text in UTF-8")
    return found


def _wrong_type(detail: str) -> ProblemError:
    return ProblemError(code=EdgeCode.UNSUPPORTED_MEDIA_TYPE, detail=detail, clause=CLAUSE)
