"""Owns how evidence is told of: its digest and size, never its bytes."""

from typing import Annotated, Self

from pydantic import Field

from daigou.domain.evidence import MediaType
from daigou.ledger.reference_views import EvidenceView
from gateway.wire import Answered, Moment


class EvidenceAnswer(Answered):
    """A piece of evidence on an order; its bytes are read apart."""

    id: Annotated[str, Field(description="What commands name it by.", examples=["evd_a2b3c4d5"])]
    order_id: str
    author_id: str
    media_type: MediaType
    size: Annotated[int, Field(description="Bytes.")]
    sha256: Annotated[str, Field(description="The digest of the bytes, in hex; kept for good.")]
    at: Moment
    erased_at: Annotated[Moment | None, Field(description="When the bytes were erased (PSR-23).")]

    @classmethod
    def of(cls, view: EvidenceView) -> Self:
        """The piece as it travels."""
        return cls(
            id=view.id,
            order_id=view.order,
            author_id=view.author,
            media_type=view.media_type,
            size=view.size,
            sha256=view.digest,
            at=view.at,
            erased_at=view.erased_at,
        )


class EvidencePage(Answered):
    """Every piece of evidence on an order, the oldest first."""

    data: tuple[EvidenceAnswer, ...]
