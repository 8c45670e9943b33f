"""Owns the owners' side of notices: their webhook endpoints, the delivery log, and replays."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, case, select, update
from sqlalchemy.dialects.postgresql import insert

from daigou.domain.ids import AppKey, PartyId, SubjectId
from daigou.domain.notices import Channel, DeliveryState
from daigou.domain.order import Role
from daigou.ledger.engine import autocommit, transaction
from daigou.ledger.notice_views import EndpointView, NoticeView, Replayed, TryView
from daigou.ledger.registry import RegistryConflictError
from daigou.ledger.rows import differs
from daigou.ledger.tables import METADATA

LIMIT_MAX = 500
REPLAYED_AT_ONCE = 500
OLD_SECRET_SIGNS = timedelta(hours=24)
"""After a new secret was made, the old one signs as well for so long."""

_ENDPOINT = METADATA.tables["webhook_endpoint"]
_TARGET = METADATA.tables["notice_target"]

_LOG = """
SELECT d.message_id, d.run, d.subject, d.sequence, d.number, d.order_sequence, n.event,
    n.recipient_role, d.party, d.channel, d.target, d.state, d.notice_at, d.routed_at,
    d.next_try_at, d.out_at, d.refused, d.last_error, d.external_ref, n.sent_at, tries.tries,
    (SELECT count(*) FROM delivery_attempt a WHERE a.message_id = d.message_id) AS attempts
FROM delivery d
JOIN notice n ON (n.subject, n.sequence, n.number) = (d.subject, d.sequence, d.number)
LEFT JOIN LATERAL (
    SELECT coalesce(jsonb_agg(to_jsonb(last) ORDER BY run DESC, attempt_no DESC), '[]') AS tries
    FROM (SELECT run, attempt_no, at, outcome, code FROM delivery_attempt a
          WHERE a.message_id = d.message_id ORDER BY run DESC, attempt_no DESC LIMIT 10) AS last
) AS tries ON true
WHERE NOT EXISTS (SELECT FROM delivery later
                  WHERE later.message_id = d.message_id AND later.run > d.run)
    {chosen}
ORDER BY d.notice_at DESC, d.subject DESC, d.order_sequence DESC, d.message_id DESC
LIMIT %(most)s
"""
_CHOSEN = {
    "party": "AND d.party = %(party)s",
    "subject": "AND d.subject = %(subject)s",
    "message": "AND d.message_id = %(message)s",
    "states": "AND d.state = ANY(%(states)s)",
    "after": """AND (d.notice_at, d.subject, d.order_sequence, d.message_id) < (
        SELECT last.notice_at, last.subject, last.order_sequence, last.message_id
        FROM delivery last WHERE last.message_id = %(after)s LIMIT 1)""",
}
_COUNTS = """
SELECT channel, state, count(DISTINCT message_id) AS messages FROM delivery GROUP BY channel, state
UNION ALL
SELECT 'none', 'unrouted', count(*) FROM notice WHERE routed_at IS NULL
"""


class Notices:
    """Endpoints, log and replays. It may be shared by threads.

    `party` None means any: it is for those who may see everything. Every method raises
    `BooksUnavailableError` where the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_endpoint(
        self,
        *,
        id: str,  # noqa: A002 - the views call it so, too
        application: AppKey,
        party: PartyId,
        url: str,
        events: Iterable[str],
        secret: str,
        now: datetime,
    ) -> tuple[EndpointView, str]:
        """Has an application told at a URL of its party's events; patterns as `order.*`.

        Returns the endpoint and its secret; the same again changes nothing and returns the same.

        Raises:
            RegistryConflictError: the id is another endpoint's.
            StepForbiddenError: a constraint refuses it.
        """
        said = {"application": application, "party": party, "url": url, "events": list(events)}
        new = insert(_ENDPOINT).values(id=id, **said, secret=secret, created_at=now)
        with transaction(self._engine) as connection:
            connection.execute(new.on_conflict_do_nothing())
            row = connection.execute(_endpoints(None).where(_ENDPOINT.c.id == id)).mappings().one()
        if differs(row, said):
            raise RegistryConflictError(f"{id} is another endpoint")
        return _endpoint_view(row), row["secret"]

    def endpoint(self, endpoint: str, *, party: PartyId | None) -> EndpointView:
        """An endpoint, in use or disabled.

        Raises:
            LookupError: there is none, or it is another party's.
        """
        query = _endpoints(party).where(_ENDPOINT.c.id == endpoint)
        with autocommit(self._engine) as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise LookupError(f"no endpoint {endpoint}")
        return _endpoint_view(row)

    def endpoints(
        self, *, party: PartyId | None, limit: int, starting_after: str | None = None
    ) -> tuple[EndpointView, ...]:
        """Endpoints by their ids; `starting_after` is the last of the page before."""
        query = _endpoints(party).order_by(_ENDPOINT.c.id).limit(min(limit, LIMIT_MAX))
        if starting_after is not None:
            query = query.where(_ENDPOINT.c.id > starting_after)
        with autocommit(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(_endpoint_view(row) for row in rows)

    def rotate_secret(
        self, endpoint: str, *, party: PartyId | None, secret: str, now: datetime
    ) -> EndpointView:
        """Signs with a new secret, and for `OLD_SECRET_SIGNS` with the one before as well.

        Where the one before still signs, it goes on: a rotation whose answer was lost, and which
        is asked for again, does not cut the receiver off.

        Raises:
            LookupError: there is no such endpoint in use.
        """
        signs_still = _ENDPOINT.c.old_secret_until > now
        change = {
            "secret": secret,
            "old_secret": case((signs_still, _ENDPOINT.c.old_secret), else_=_ENDPOINT.c.secret),
            "old_secret_until": now + OLD_SECRET_SIGNS,
        }
        return self._change(endpoint, party, change)

    def disable_endpoint(
        self, endpoint: str, *, party: PartyId | None, now: datetime
    ) -> EndpointView:
        """Sends nothing more to an endpoint; what waits for it goes to the party's other channels.

        Raises:
            LookupError: there is no such endpoint in use.
        """
        return self._change(endpoint, party, {"disabled_at": now}, look_at=now)

    def log(
        self,
        *,
        party: PartyId | None,
        limit: int,
        subject: SubjectId | None = None,
        states: Collection[DeliveryState] = (),
        starting_after: str | None = None,
    ) -> tuple[NoticeView, ...]:
        """Notices of a party, the newest first, each channel by itself (PSR-27).

        `states` chooses those that stand so; empty: all of them.
        """
        return self._log(
            party=party,
            subject=subject,
            states=[state.value for state in states] or None,
            after=starting_after,
            most=min(limit, LIMIT_MAX),
        )

    def notice(self, message: str, *, party: PartyId | None) -> NoticeView:
        """One line of the log.

        Raises:
            LookupError: there is none, or it is another party's.
        """
        found = self._log(party=party, message=message, most=1)
        if not found:
            raise LookupError(f"no notice {message}")
        return found[0]

    def replay(self, message: str, *, now: datetime) -> bool:
        """Sends a notice again on its channel, at once and under the same id; whether it can be:
        not to a target that is closed, nor to a party that still has no channel."""
        with transaction(self._engine) as connection:
            found: bool = connection.exec_driver_sql(
                "SELECT replay_message(%s, %s)", (message, now)
            ).scalar_one()
        return found

    def replay_to(
        self,
        endpoint: str,
        *,
        now: datetime,
        since: datetime | None = None,
        subject: SubjectId | None = None,
        from_order_sequence: int = 1,
    ) -> Replayed:
        """Sends again to an endpoint what its party was told since a moment, or of one subject
        from a place in its order on; the oldest first, `REPLAYED_AT_ONCE` at most."""
        with transaction(self._engine) as connection:
            taken = connection.exec_driver_sql(
                "SELECT at FROM replay_to(%s, %s, %s, %s, %s, %s)",
                (endpoint, since, subject, from_order_sequence, REPLAYED_AT_ONCE, now),
            ).all()
        return Replayed(
            notices=len(taken),
            last_at=max((row.at for row in taken), default=None),
            has_more=len(taken) == REPLAYED_AT_ONCE,
        )

    def counts(self) -> dict[tuple[Channel, str], int]:
        """How many messages there are on each channel in each state; `unrouted` is a state here."""
        with autocommit(self._engine) as connection:
            rows = connection.exec_driver_sql(_COUNTS).all()
        return {(Channel(row.channel), row.state): row.messages for row in rows}

    def _log(self, **asked: Any) -> tuple[NoticeView, ...]:
        said = {name: value for name, value in asked.items() if value is not None}
        query = _LOG.format(chosen=" ".join(_CHOSEN[name] for name in said if name in _CHOSEN))
        with autocommit(self._engine) as connection:
            rows = connection.exec_driver_sql(query, said).mappings().all()
        return tuple(_notice_view(row) for row in rows)

    def _change(
        self,
        endpoint: str,
        party: PartyId | None,
        values: dict[str, Any],
        *,
        look_at: datetime | None = None,
    ) -> EndpointView:
        change = (
            update(_ENDPOINT)
            .where(_ENDPOINT.c.id == endpoint, _ENDPOINT.c.disabled_at.is_(None))
            .values(**values)
        )
        look = update(_TARGET).where(_TARGET.c.id == endpoint).values(due_at=look_at)
        with transaction(self._engine) as connection:
            if party is not None:
                change = change.where(_ENDPOINT.c.party == party)
            if connection.execute(change).rowcount != 1:
                raise LookupError(f"no endpoint {endpoint} in use")
            if look_at is not None:
                connection.execute(look)
        return self.endpoint(endpoint, party=party)


def _endpoints(party: PartyId | None) -> Any:
    query = select(_ENDPOINT, _TARGET.c.troubled_at, _TARGET.c.failures).join(
        _TARGET, _TARGET.c.id == _ENDPOINT.c.id, isouter=True
    )
    return query if party is None else query.where(_ENDPOINT.c.party == party)


def _endpoint_view(row: Any) -> EndpointView:
    return EndpointView(
        id=row["id"],
        application=AppKey(row["application"]),
        party=PartyId(row["party"]),
        url=row["url"],
        events=tuple(row["events"]),
        created_at=row["created_at"],
        disabled_at=row["disabled_at"],
        troubled_at=row["troubled_at"],
        failures=row["failures"] or 0,
    )


def _notice_view(row: Any) -> NoticeView:
    return NoticeView(
        message_id=row["message_id"],
        subject=SubjectId(row["subject"]),
        sequence=row["sequence"],
        number=row["number"],
        order_sequence=row["order_sequence"],
        event=row["event"],
        recipient_role=Role(row["recipient_role"]),
        party=None if row["party"] is None else PartyId(row["party"]),
        channel=Channel(row["channel"]),
        target=row["target"],
        state=DeliveryState(row["state"]),
        at=row["notice_at"],
        routed_at=row["routed_at"],
        next_try_at=row["next_try_at"],
        out_at=row["out_at"],
        sent_at=row["sent_at"],
        replays=row["run"],
        attempts=row["attempts"],
        refused=row["refused"],
        last_error=row["last_error"],
        external_ref=row["external_ref"],
        tries=tuple(
            TryView(
                at=datetime.fromisoformat(each["at"]),
                outcome=each["outcome"],
                code=each["code"],
            )
            for each in row["tries"]
        ),
    )
