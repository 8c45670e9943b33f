"""Owns what counts as evidence: media types, their first bytes, and bounds (PSR-17-1)."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

SIZE_MAX = 10 * 1024 * 1024
PIECES_MAX = 50
"""So many pieces an order may have."""


class MediaType(StrEnum):
    """What evidence may be."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"
    MP4 = "video/mp4"
    TEXT = "text/plain"


ENDINGS = {
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.PDF: "pdf",
    MediaType.MP4: "mp4",
    MediaType.TEXT: "txt",
}
"""How the name of a file of the type ends."""

_BEGINS = {
    MediaType.JPEG: (0, b"\xff\xd8\xff"),
    MediaType.PNG: (0, b"\x89PNG\r\n\x1a\n"),
    MediaType.PDF: (0, b"%PDF-"),
    MediaType.MP4: (4, b"ftyp"),
}
_CONTROLS = bytes(range(32)).translate(None, b"\t\n\r") + b"\x7f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of evidence: its type and its bytes."""

    media_type: MediaType
    body: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def is_what_it_says(self) -> bool:
        """Whether the bytes begin as those of the type do; a text is UTF-8 without controls."""
        if self.media_type == MediaType.TEXT:
            return _is_text(self.body)
        offset, begin = _BEGINS[self.media_type]
        return self.body[offset : offset + len(begin)] == begin


def _is_text(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return body.translate(None, _CONTROLS) == body
