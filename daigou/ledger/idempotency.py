"""Owns the promise behind `Idempotency-Key`: one outcome a key, whoever asks and however often."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Engine, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from daigou.domain.ids import AppKey
from daigou.ledger.engine import autocommit
from daigou.ledger.tables import METADATA

_KEPT = METADATA.tables["idempotency"]
_IS_TAKEN_OVER = literal_column("xmax <> 0", Boolean).label("is_taken_over")
"""Whether a row that is returned was there before: who inserts a row locks none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """The key is the caller's until its lease ends: carry the request out.

    `again` says that somebody tried before, and that nobody knows what became of that try: it may
    still be carried out.
    """

    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The key's answer is known: the first that was given."""

    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """The key was used for another request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The key's request is being carried out by someone else."""


Begun = New | Replay | Mismatch | Running


class Idempotency:
    """The keys of all applications. It may be shared by threads.

    The primary key lets one caller in; a caller that died is followed by the next one after its
    lease. Every method raises `BooksUnavailableError` where the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(
        self, *, app_key: AppKey, key: str, request_digest: str, now: datetime, lease_seconds: float
    ) -> Begun:
        """Takes the key for a request, or tells what became of it.

        `key` has 1 to 255 characters; `request_digest` says what is asked, in any form.

        Raises:
            StepForbiddenError: the application is not known, or the key has no such length.
        """
        taking = insert(_KEPT).values(
            app_key=app_key,
            key=key,
            request_digest=request_digest,
            leased_until=now + timedelta(seconds=lease_seconds),
            created_at=now,
        )
        # One statement decides: either the row is made or taken over here, or it is another's.
        taking_over = taking.on_conflict_do_update(
            index_elements=["app_key", "key"],
            set_={"leased_until": taking.excluded.leased_until},
            where=(
                _KEPT.c.status.is_(None)
                & (_KEPT.c.leased_until <= now)
                & (_KEPT.c.request_digest == taking.excluded.request_digest)
            ),
        ).returning(_IS_TAKEN_OVER)
        query = select(_KEPT).where(_KEPT.c.app_key == app_key, _KEPT.c.key == key)
        with autocommit(self._engine) as connection:
            if (taken := connection.execute(taking_over).first()) is not None:
                return New(again=taken.is_taken_over)
            kept = connection.execute(query).mappings().one()
        if kept["request_digest"] != request_digest:
            return Mismatch()
        if kept["status"] is None:
            return Running()
        return Replay(status=kept["status"], body=kept["body"], headers=kept["headers"])

    def finish(
        self, *, app_key: AppKey, key: str, status: int, body: bytes, headers: Mapping[str, str]
    ) -> None:
        """Keeps the key's answer; where there is one already, that one stands."""
        keeping = (
            update(_KEPT)
            .where(_KEPT.c.app_key == app_key, _KEPT.c.key == key, _KEPT.c.status.is_(None))
            .values(status=status, body=body, headers=dict(headers))
        )
        with autocommit(self._engine) as connection:
            connection.execute(keeping)

    def release(self, *, app_key: AppKey, key: str) -> None:
        """Ends the lease of a key whose outcome is unknown: the same request may go on now."""
        releasing = (
            update(_KEPT)
            .where(_KEPT.c.app_key == app_key, _KEPT.c.key == key, _KEPT.c.status.is_(None))
            .values(leased_until=_KEPT.c.created_at)
        )
        with autocommit(self._engine) as connection:
            connection.execute(releasing)
