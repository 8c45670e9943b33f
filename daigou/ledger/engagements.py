"""Owns promoters' engagements in the books: the word of their promotion providers, and what the
promoters earned under it."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, select
from sqlalchemy.dialects.postgresql import insert

from daigou.domain.book import AccountKind
from daigou.domain.engagements import (
    CLAUSE,
    EngagementReason,
    EngagementState,
    EngagementWord,
    change,
)
from daigou.domain.ids import EngagementId, OrderId, PartyId
from daigou.domain.money import Money
from daigou.ledger.engine import autocommit, transaction
from daigou.ledger.promotion_views import BrokerageView, EngagementChangeView, EngagementView
from daigou.ledger.queries import LIMIT_MAX
from daigou.ledger.registry import RegistryConflictError
from daigou.ledger.tables import METADATA

_ENGAGEMENT = METADATA.tables["promoter_engagement"]
_CHANGE = METADATA.tables["engagement_change"]
_ORDER = METADATA.tables["purchase_order"]
_ENTRY = METADATA.tables["entry"]
_ACCOUNT = METADATA.tables["account"]


class Engagements:
    """Promoters' contracts with promotion providers (UA-1-11-13). It may be shared by threads.

    Every method raises `BooksUnavailableError` where the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def propose(
        self,
        *,
        id: EngagementId,  # noqa: A002 - the views call it so, too
        promoter: PartyId,
        promotion_provider: PartyId,
        author: PartyId,
        command_id: str,
        at: datetime,
    ) -> EngagementView:
        """Opens an engagement, which earns nothing yet; the same again answers what stands.

        Raises:
            Refused: one of them is not registered as such, the author is neither the promotion
                provider nor the platform, or the promoter has an engagement that has not ended.
            RegistryConflictError: the id is an engagement of others.
        """
        parties = {"promoter": promoter, "promotion_provider": promotion_provider}
        new = insert(_ENGAGEMENT).values(id=id, **parties).on_conflict_do_nothing()
        with transaction(self._engine) as connection:
            if connection.execute(new.returning(_ENGAGEMENT.c.id)).first():
                said = _Said(EngagementWord.PROPOSE, EngagementReason.AGREED, author, command_id)
                _write(connection, id, (), said, at)
            found = _found(connection, id)
        if (found.promoter, found.promotion_provider) != (promoter, promotion_provider):
            raise RegistryConflictError(f"{id} is an engagement of others")
        return found

    def say(
        self,
        engagement: EngagementId,
        *,
        word: EngagementWord,
        reason: EngagementReason,
        author: PartyId,
        command_id: str,
        at: datetime,
    ) -> EngagementView:
        """Activates, suspends or ends an engagement from `at` on; the same command counts once.

        Orders that were paid before keep their rate (PSR-19).

        Raises:
            LookupError: no such engagement.
            Refused: it does not stand so, the reason does not fit, the author is neither the
                promotion provider nor the platform, or `at` is not after the last word on the
                promoter.
        """
        with transaction(self._engine) as connection:
            # Words on one engagement come one after the other: whoever waits here sees the last.
            connection.execute(
                select(_ENGAGEMENT.c.id).where(_ENGAGEMENT.c.id == engagement).with_for_update()
            )
            found = _found(connection, engagement)
            if not _is_said(connection, engagement, command_id):
                said = _Said(word, reason, author, command_id)
                _write(connection, engagement, found.changes, said, at)
                found = _found(connection, engagement)
        return found

    def engagement(self, engagement: EngagementId) -> EngagementView:
        """One engagement with all that was said of it.

        Raises:
            LookupError: no such engagement.
        """
        with autocommit(self._engine) as connection:
            return _found(connection, engagement)

    def engagements(
        self,
        *,
        promoter: PartyId | None = None,
        promotion_provider: PartyId | None = None,
        limit: int = LIMIT_MAX,
        starting_after: EngagementId | None = None,
    ) -> tuple[EngagementView, ...]:
        """The engagements of a promoter, a promotion provider, or between both, by their ids.

        Ended ones are among them; `LIMIT_MAX` at most.
        """
        query = _views().order_by(_ENGAGEMENT.c.id).limit(min(limit, LIMIT_MAX))
        if promoter is not None:
            query = query.where(_ENGAGEMENT.c.promoter == promoter)
        if promotion_provider is not None:
            query = query.where(_ENGAGEMENT.c.promotion_provider == promotion_provider)
        if starting_after is not None:
            query = query.where(_ENGAGEMENT.c.id > starting_after)
        with autocommit(self._engine) as connection:
            return tuple(_view(row) for row in connection.execute(query))

    def brokerage(
        self,
        engagement: EngagementId,
        *,
        limit: int = LIMIT_MAX,
        starting_after: OrderId | None = None,
    ) -> tuple[BrokerageView, ...]:
        """What the promoter got by each order that was paid under an engagement, by order.

        It is owed to the promoter, and paid out through the promotion provider (UA-1-11-13).
        """
        got = (
            select(-func.coalesce(func.sum(_ENTRY.c.amount), 0))
            .join(_ACCOUNT, _ACCOUNT.c.id == _ENTRY.c.account)
            .where(_ENTRY.c.subject == _ORDER.c.id, _ACCOUNT.c.kind == AccountKind.PROMOTER)
            .scalar_subquery()
        )
        query = (
            select(
                _ORDER.c.id,
                _ORDER.c.promoter,
                _ORDER.c.provider,
                _ORDER.c.brokerage_numerator,
                _ORDER.c.brokerage_denominator,
                _ORDER.c.fee_earned,
                got.label("brokerage"),
            )
            .where(_ORDER.c.brokerage_engagement == engagement)
            .order_by(_ORDER.c.id)
            .limit(min(limit, LIMIT_MAX))
        )
        if starting_after is not None:
            query = query.where(_ORDER.c.id > starting_after)
        with autocommit(self._engine) as connection:
            return tuple(_brokerage(row) for row in connection.execute(query))


@dataclass(frozen=True, slots=True)
class _Said:
    """A word: why, by whom, by which command."""

    word: EngagementWord
    reason: EngagementReason
    author: PartyId
    command_id: str


def _write(
    connection: Connection,
    engagement: EngagementId,
    before: tuple[EngagementChangeView, ...],
    said: _Said,
    at: datetime,
) -> None:
    state = before[-1].state if before else EngagementState.NEW
    connection.execute(
        insert(_CHANGE).values(
            engagement=engagement,
            sequence=len(before) + 1,
            state=change(state=state, word=said.word, reason=said.reason).value,
            reason=said.reason.value,
            clause=CLAUSE,
            author=said.author,
            command_id=said.command_id,
            at=at,
        )
    )


def _is_said(connection: Connection, engagement: EngagementId, command_id: str) -> bool:
    query = select(_CHANGE.c.sequence).where(
        _CHANGE.c.engagement == engagement, _CHANGE.c.command_id == command_id
    )
    return connection.execute(query).first() is not None


def _found(connection: Connection, engagement: EngagementId) -> EngagementView:
    row = connection.execute(_views().where(_ENGAGEMENT.c.id == engagement)).one_or_none()
    if row is None:
        raise LookupError(f"no engagement {engagement}")
    return _view(row)


def _views() -> Select[Any]:
    """Engagements with their changes as JSON: one trip, and a snapshot by itself."""
    said = (
        select(
            func.jsonb_agg(
                func.jsonb_build_object(
                    "state",
                    _CHANGE.c.state,
                    "reason",
                    _CHANGE.c.reason,
                    "clause",
                    _CHANGE.c.clause,
                    "author",
                    _CHANGE.c.author,
                    "at",
                    _CHANGE.c.at,
                ).op("ORDER BY")(_CHANGE.c.sequence)
            )
        )
        .where(_CHANGE.c.engagement == _ENGAGEMENT.c.id)
        .scalar_subquery()
    )
    return select(_ENGAGEMENT, said.label("changes"))


def _view(row: Row[Any]) -> EngagementView:
    return EngagementView(
        id=EngagementId(row.id),
        promoter=PartyId(row.promoter),
        promotion_provider=PartyId(row.promotion_provider),
        changes=tuple(
            EngagementChangeView(
                state=EngagementState(each["state"]),
                reason=EngagementReason(each["reason"]),
                clause=each["clause"],
                author=PartyId(each["author"]),
                at=datetime.fromisoformat(each["at"]),
            )
            for each in row.changes
        ),
    )


def _brokerage(row: Any) -> BrokerageView:
    return BrokerageView(
        order=OrderId(row.id),
        promoter=PartyId(row.promoter),
        provider=PartyId(row.provider),
        rate=Fraction(row.brokerage_numerator, row.brokerage_denominator),
        fee_earned=Money(row.fee_earned),
        brokerage=Money(int(row.brokerage)),
    )
