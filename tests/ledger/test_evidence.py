"""Evidence in the database: nobody exchanges it, and what is erased leaves its digest."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from daigou.domain.evidence import MediaType, Piece
from daigou.domain.ids import OrderId
from daigou.ledger.evidence import EvidenceConflictError, EvidenceStore
from tests.ledger.road import ANNA, World
from tests.ledger.test_guards import CHECK, HISTORY, refused

DENT = Piece(media_type=MediaType.TEXT, body=b"a dent")
ERASE = "UPDATE evidence SET body = NULL, erased_at = now()"


@pytest.mark.clause("PSR-23")
def test_evidence_is_erased_once_and_its_digest_stays(
    engine: Engine, world: World, sql: psycopg.Connection[Any]
) -> None:
    store, order = EvidenceStore(engine), OrderId(world.order().id)
    given = store.add(id="evd_0001", order=order, author=ANNA, piece=DENT)

    assert store.add(id="evd_0001", order=order, author=ANNA, piece=DENT) == given
    other = Piece(media_type=MediaType.TEXT, body=b"no dent")
    with pytest.raises(EvidenceConflictError):
        store.add(id="evd_0001", order=order, author=ANNA, piece=other)
    assert refused(sql, "UPDATE evidence SET body = 'other'") == HISTORY
    assert refused(sql, f"{ERASE}, digest = repeat('0', 64)") == HISTORY
    assert refused(sql, "DELETE FROM evidence") == HISTORY
    assert refused(sql, "TRUNCATE evidence") == HISTORY
    copied = "INSERT INTO evidence SELECT 'evd_0002', subject, author, media_type, size, digest, "
    assert refused(sql, copied + "'other!', at, NULL FROM evidence") == CHECK
    assert store.read(order=order, id="evd_0001") == (given, DENT.body)
    assert refused(sql, ERASE) is None
    assert refused(sql, ERASE) == HISTORY
    view, body = store.read(order=order, id="evd_0001")
    assert (view.digest, view.size, body) == (DENT.digest, len(DENT.body), None)
    assert store.of_order(order) == (view,)
