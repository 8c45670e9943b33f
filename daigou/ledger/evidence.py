"""Owns the evidence on orders: bytes apart from the books, and their digests for good."""

from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects.postgresql import insert

from daigou.domain.evidence import PIECES_MAX, MediaType, Piece
from daigou.domain.ids import OrderId, PartyId
from daigou.ledger.engine import autocommit, transaction
from daigou.ledger.reference_views import EvidenceView
from daigou.ledger.registry import RegistryConflictError
from daigou.ledger.rows import differs
from daigou.ledger.tables import METADATA

_EVIDENCE = METADATA.tables["evidence"]
_ORDER = METADATA.tables["purchase_order"]
_TOLD = [column for column in _EVIDENCE.c if column.name != "body"]


class EvidenceConflictError(RegistryConflictError):
    """The id holds something else, or the order has too many pieces: nothing was changed."""


class EvidenceStore:
    """The evidence. It may be shared by threads.

    Every method raises `BooksUnavailableError` where the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        *,
        id: str,  # noqa: A002 - the id of the piece, as commands name it
        order: OrderId,
        author: PartyId,
        piece: Piece,
    ) -> EvidenceView:
        """Stores a piece; the same id and bytes do it once.

        Raises:
            EvidenceConflictError: the id holds other bytes, or the order has enough.
        """
        said = {
            "subject": order,
            "author": author,
            "media_type": piece.media_type.value,
            "digest": piece.digest,
        }
        # Pieces of one order are stored one by one: nobody counts past another.
        lock = select(_ORDER.c.id).where(_ORDER.c.id == order).with_for_update(key_share=True)
        known = select(*_TOLD).where(_EVIDENCE.c.id == id)
        count = select(func.count()).select_from(_EVIDENCE).where(_EVIDENCE.c.subject == order)
        new = insert(_EVIDENCE).values(id=id, **said, size=len(piece.body), body=piece.body)
        with transaction(self._engine) as connection:
            connection.execute(lock)
            row = connection.execute(known).mappings().one_or_none()
            if row is None:
                if connection.execute(count).scalar_one() >= PIECES_MAX:
                    raise EvidenceConflictError(f"{order} has {PIECES_MAX} pieces of evidence")
                row = connection.execute(new.returning(*_TOLD)).mappings().one()
        if differs(row, said):
            raise EvidenceConflictError(f"{id} holds something else")
        return _view(row)

    def of_order(self, order: OrderId) -> tuple[EvidenceView, ...]:
        """Every piece of an order, without its bytes, the oldest first."""
        query = (
            select(*_TOLD)
            .where(_EVIDENCE.c.subject == order)
            .order_by(_EVIDENCE.c.at, _EVIDENCE.c.id)
        )
        with autocommit(self._engine) as connection:
            return tuple(_view(row) for row in connection.execute(query).mappings())

    def read(self, *, order: OrderId, id: str) -> tuple[EvidenceView, bytes | None]:  # noqa: A002
        """A piece with its bytes; with None once they were erased.

        Raises:
            LookupError: the order has no such piece.
        """
        query = select(_EVIDENCE).where(_EVIDENCE.c.subject == order, _EVIDENCE.c.id == id)
        with autocommit(self._engine) as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise LookupError(f"{order} has no evidence {id}")
        return _view(row), row["body"]


def _view(row: Any) -> EvidenceView:
    return EvidenceView(
        id=row["id"],
        order=OrderId(row["subject"]),
        author=PartyId(row["author"]),
        media_type=MediaType(row["media_type"]),
        size=row["size"],
        digest=row["digest"],
        at=row["at"],
        erased_at=row["erased_at"],
    )
