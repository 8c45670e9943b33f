"""Owns what passes between us and the payment institution about disputes: the messages that it
sends, each dealt with once, and the evidence that it is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects.postgresql import insert

from daigou.domain.ids import ChargebackId, PartyId
from daigou.ledger.account_reading import bundle_view
from daigou.ledger.account_views import BundleView
from daigou.ledger.engine import autocommit
from daigou.ledger.tables import METADATA

_MESSAGE = METADATA.tables["institution_message"]
_BUNDLE = METADATA.tables["evidence_bundle"]
BUNDLES_MAX = 100
"""No list of a chargeback's bundles is longer."""


class Outcome(StrEnum):
    """What became of a message of the institution."""

    RECORDED = "recorded"
    IGNORED = "ignored"
    FOR_A_PERSON = "for_a_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """What became of a message: `detail` says what a person has to look at, in codes and ids."""

    outcome: Outcome
    detail: str = ""
    chargeback: ChargebackId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message that we have: the digest of its body, and what became of it, if anything yet."""

    digest: str
    dealt: Dealt | None


class InstitutionStore:
    """The messages and the evidence. It may be shared by threads.

    Every method raises `BooksUnavailableError` where the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def hear(
        self,
        *,
        id: str,  # noqa: A002 - the institution's own id of it
        digest: str,
        type: str,  # noqa: A002 - as the message calls it
        dispute: str | None,
        content: Mapping[str, Any],
        at: datetime,
    ) -> Heard:
        """Keeps a message, or finds it: the first of an id stands."""
        new = (
            insert(_MESSAGE)
            .values(
                id=id,
                digest=digest,
                type=type,
                dispute=dispute,
                content=dict(content),
                detail="",
                received_at=at,
            )
            .on_conflict_do_nothing(index_elements=["id"])
        )
        with autocommit(self._engine) as connection:
            connection.execute(new)
            row = connection.execute(select(_MESSAGE).where(_MESSAGE.c.id == id)).mappings().one()
        return Heard(digest=row["digest"], dealt=_dealt(row))

    def deal(self, *, id: str, dealt: Dealt, at: datetime) -> Dealt:  # noqa: A002 - as above
        """Notes what became of a message; where that is known already, it stands."""
        noting = (
            update(_MESSAGE)
            .where(_MESSAGE.c.id == id, _MESSAGE.c.outcome.is_(None))
            .values(
                outcome=dealt.outcome.value,
                detail=dealt.detail,
                chargeback=dealt.chargeback,
                dealt_at=at,
            )
        )
        with autocommit(self._engine) as connection:
            connection.execute(noting)
            row = connection.execute(select(_MESSAGE).where(_MESSAGE.c.id == id)).mappings().one()
        return _dealt(row) or dealt

    def was_left_to_a_person(self, dispute: str) -> bool:
        """Whether the opening of a dispute could not be recorded, and a person was told."""
        query = select(_MESSAGE.c.id).where(
            _MESSAGE.c.dispute == dispute, _MESSAGE.c.outcome == Outcome.FOR_A_PERSON.value
        )
        with autocommit(self._engine) as connection:
            return connection.execute(query.limit(1)).first() is not None

    def keep_bundle(
        self, *, chargeback: ChargebackId, digest: str, content: str, words: str, by: PartyId
    ) -> None:
        """Keeps a bundle of evidence as it is; the same again changes nothing."""
        new = (
            insert(_BUNDLE)
            .values(
                chargeback=chargeback, digest=digest, content=content, words=words, staged_by=by
            )
            .on_conflict_do_nothing(index_elements=["chargeback", "digest"])
        )
        with autocommit(self._engine) as connection:
            connection.execute(new)

    def bundle(self, chargeback: ChargebackId, digest: str) -> BundleView:
        """A bundle as it was staged.

        Raises:
            LookupError: the chargeback has no such bundle.
        """
        query = select(_BUNDLE).where(
            _BUNDLE.c.chargeback == chargeback, _BUNDLE.c.digest == digest
        )
        with autocommit(self._engine) as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise LookupError(f"{chargeback} has no bundle {digest}")
        return bundle_view(row)

    def bundles(self, chargeback: ChargebackId) -> tuple[BundleView, ...]:
        """The bundles of a chargeback, the newest first."""
        query = (
            select(_BUNDLE)
            .where(_BUNDLE.c.chargeback == chargeback)
            .order_by(_BUNDLE.c.staged_at.desc(), _BUNDLE.c.digest)
            .limit(BUNDLES_MAX)
        )
        with autocommit(self._engine) as connection:
            return tuple(bundle_view(row) for row in connection.execute(query).mappings())


def _dealt(row: Any) -> Dealt | None:
    if row["outcome"] is None:
        return None
    chargeback = row["chargeback"]
    return Dealt(
        outcome=Outcome(row["outcome"]),
        detail=row["detail"],
        chargeback=None if chargeback is None else ChargebackId(chargeback),
    )
