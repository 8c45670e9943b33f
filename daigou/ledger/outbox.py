"""Owns the sender's side of notices: routed, claimed under a lease, and what became of each try."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from daigou.domain.ids import SubjectId
from daigou.domain.notices import TROUBLED_AFTER, Channel, back_off
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.ledger.engine import autocommit, transaction
from daigou.ledger.rows import Row
from daigou.ports.notices import (
    Address,
    Batch,
    Due,
    Endpoint,
    Later,
    LeaseLostError,
    Mailbox,
    Message,
    Outcome,
    Rejected,
    Taken,
)

LEASE = timedelta(seconds=45)
"""Longer than any one try takes; after a crash another sender takes the target over."""
ROUTED_AT_ONCE = 200
DUE_AT_ONCE = 50

_CLAIM = """
UPDATE notice_target AS t SET leased_by = %(lease)s, leased_until = %(until)s
FROM (SELECT id FROM notice_target
      WHERE due_at <= %(now)s AND channel = ANY(%(channels)s)
          AND (leased_until IS NULL OR leased_until <= %(now)s)
      ORDER BY due_at LIMIT %(most)s
      FOR UPDATE SKIP LOCKED) AS due
WHERE t.id = due.id
RETURNING t.id, t.channel, t.party, t.failures
"""
_MAILBOX = """
SELECT c.email, coalesce(nullif(c.name, ''), p.name) AS name
FROM contact c JOIN party p ON p.id = c.party
WHERE c.party = %(target)s AND c.email <> ''
"""
_ENDPOINT = """
SELECT e.url, e.secret, CASE WHEN e.old_secret_until > %(now)s THEN e.old_secret END AS old_secret
FROM webhook_endpoint e JOIN application a ON a.key = e.application
WHERE e.id = %(target)s AND e.disabled_at IS NULL AND a.revoked_at IS NULL
"""
# In the order of the notices, so that a batch holds the first that a subject has waiting.
_DUE = """
SELECT d.message_id, d.run, d.attempts, d.subject, d.sequence, d.number, d.order_sequence,
    d.notice_at, n.event, n.recipient_role, t.axis, t.trigger, t.target AS state, t.clause,
    CASE WHEN o.state = t.target THEN o.next_due_at
         WHEN i.state = t.target THEN i.next_due_at END AS due_at
FROM delivery d
JOIN notice n ON (n.subject, n.sequence, n.number) = (d.subject, d.sequence, d.number)
JOIN transition t ON (t.subject, t.sequence) = (d.subject, d.sequence)
LEFT JOIN purchase_order o ON o.id = d.subject AND t.axis = 'fulfilment'
LEFT JOIN order_item i ON i.item = t.item AND t.item <> ''
WHERE d.target = %(target)s AND d.state = 'waiting' AND d.next_try_at <= %(now)s
ORDER BY d.notice_at, d.subject, d.order_sequence
LIMIT %(most)s
"""
_OURS = """
UPDATE notice_target SET leased_until = %(until)s
WHERE id = %(target)s AND leased_by = %(lease)s RETURNING failures
"""
_LOG = """
INSERT INTO delivery_attempt (message_id, run, attempt_no, at, outcome, code, external_ref)
VALUES (%(message)s, %(run)s, %(attempt)s, %(now)s, %(outcome)s, %(code)s, %(external_ref)s)
"""
_OUT = """
UPDATE delivery SET state = 'out', out_at = %(now)s, next_try_at = NULL, attempts = %(attempt)s,
    refused = false, last_error = NULL, external_ref = %(external_ref)s
WHERE message_id = %(message)s AND run = %(run)s
"""
_NOT_OUT = """
UPDATE delivery SET attempts = %(attempt)s, next_try_at = %(again)s, refused = %(refused)s,
    last_error = %(code)s
WHERE message_id = %(message)s AND run = %(run)s
"""
_WELL = """
UPDATE notice_target SET failures = 0, troubled_at = NULL, retry_at = NULL WHERE id = %(target)s
"""
_FAILED = """
UPDATE notice_target SET failures = %(failures)s, retry_at = %(retry)s,
    troubled_at = CASE WHEN %(failures)s >= %(troubled)s THEN coalesce(troubled_at, %(now)s) END
WHERE id = %(target)s
"""
_HELD = "SELECT FROM notice_target WHERE id = %(target)s AND leased_by = %(lease)s FOR UPDATE"
_RELEASE = """
UPDATE notice_target AS t SET leased_by = NULL, leased_until = NULL,
    due_at = CASE WHEN first.at IS NULL THEN NULL ELSE greatest(t.retry_at, first.at) END
FROM (SELECT min(next_try_at) AS at FROM delivery
      WHERE target = %(target)s AND state = 'waiting') AS first
WHERE t.id = %(target)s
"""


class PostgresOutbox:
    """The `Outbox` port on PostgreSQL. It may be shared by threads and by processes."""

    def __init__(self, engine: Engine, *, lease: timedelta = LEASE) -> None:
        self._engine = engine
        self._lease = lease

    def route(self, *, now: datetime) -> int:
        """Gives new notices to the channels of their parties: see `Outbox.route` (PSR-27)."""
        with autocommit(self._engine) as connection:
            found: int = connection.exec_driver_sql(
                "SELECT route_notices(%s, %s)", (ROUTED_AT_ONCE, now)
            ).scalar_one()
        return found

    def claim(
        self, *, now: datetime, lease: str, channels: Collection[Channel], targets_max: int
    ) -> tuple[Batch, ...]:
        """Takes targets at which something is due: see `Outbox.claim`."""
        asked = {
            "now": now,
            "lease": lease,
            "until": now + self._lease,
            "channels": [channel.value for channel in channels],
            "most": targets_max,
        }
        with autocommit(self._engine) as connection:
            targets = connection.exec_driver_sql(_CLAIM, asked).mappings().all()
        batches = (self._batch(target, lease=lease, now=now) for target in targets)
        return tuple(batch for batch in batches if batch is not None)

    def record(self, batch: Batch, due: Due, outcome: Outcome, *, now: datetime) -> None:
        """Notes what became of a try: see `Outbox.record`.

        Raises:
            LeaseLostError: nothing was noted.
        """
        with transaction(self._engine) as connection:
            ours = connection.exec_driver_sql(
                _OURS,
                {"target": batch.target, "lease": batch.lease, "until": now + self._lease},
            ).one_or_none()
            if ours is None:
                raise LeaseLostError(batch.target)
            _note(connection, batch, due, outcome, failed_before=ours.failures, now=now)

    def release(self, batch: Batch, *, now: datetime) -> None:
        """Lets the target go until something is due at it again: see `Outbox.release`."""
        with transaction(self._engine) as connection:
            _release(connection, target=batch.target, lease=batch.lease)

    def _batch(self, target: Row, *, lease: str, now: datetime) -> Batch | None:
        """What is due at a claimed target; None, and let go, where there is nothing to send."""
        failures: int = target["failures"]
        asked = {"target": target["id"], "now": now, "most": 1 if failures else DUE_AT_ONCE}
        channel = Channel(target["channel"])
        with transaction(self._engine) as connection:
            address = _address(connection, channel, asked)
            due = connection.exec_driver_sql(_DUE, asked).mappings().all() if address else ()
            if address is None:
                # Closed, or erased (PSR-23): it takes nothing any more.
                connection.exec_driver_sql(
                    "SELECT withdraw_from(%s, %s, %s)", (target["id"], ROUTED_AT_ONCE, now)
                )
            if address is None or not due:
                _release(connection, target=target["id"], lease=lease)
                return None
        return Batch(
            target=target["id"],
            channel=channel,
            lease=lease,
            failures=failures,
            address=address,
            due=tuple(_due(row) for row in due),
        )


def _note(
    connection: Connection,
    batch: Batch,
    due: Due,
    outcome: Outcome,
    *,
    failed_before: int,
    now: datetime,
) -> None:
    said: dict[str, Any] = {
        "target": batch.target,
        "message": due.message.id,
        "run": due.run,
        "attempt": due.attempt_no,
        "now": now,
        "code": None,
        "external_ref": None,
    }
    # Tries that were under way together fail together: that is one failure of the target.
    failures = min(failed_before, batch.failures) + 1
    match outcome:
        case Taken(external_ref=external_ref):
            said |= {"outcome": "out", "external_ref": external_ref}
            steps = (_LOG, _OUT, _WELL)
        case Later(code=code, wait=wait):
            again = now + max(back_off(failures), wait or timedelta())
            said |= {"outcome": "later", "code": code, "refused": False}
            said |= {"again": again, "retry": again}
            steps = (_LOG, _NOT_OUT, _FAILED)
        case Rejected(code=code):
            again = now + back_off(due.attempt_no)
            said |= {"outcome": "refused", "code": code, "refused": True}
            said |= {"again": again, "retry": None}
            steps = (_LOG, _NOT_OUT, _FAILED)
    said |= {"failures": failures, "troubled": TROUBLED_AFTER}
    for step in steps:
        connection.exec_driver_sql(step, said)


def _release(connection: Connection, *, target: str, lease: str) -> None:
    asked = {"target": target, "lease": lease}
    # Two statements: what the router gave out while we waited for the row is seen by the second.
    if connection.exec_driver_sql(_HELD, asked).one_or_none() is not None:
        connection.exec_driver_sql(_RELEASE, asked)


def _address(connection: Connection, channel: Channel, asked: dict[str, Any]) -> Address | None:
    query = _MAILBOX if channel == Channel.EMAIL else _ENDPOINT
    row = connection.exec_driver_sql(query, asked).one_or_none()
    if row is None:
        return None
    if channel == Channel.EMAIL:
        return Mailbox(email=row.email, name=row.name)
    secrets = (row.secret,) if row.old_secret is None else (row.secret, row.old_secret)
    return Endpoint(url=row.url, secrets=secrets)


def _due(row: Row) -> Due:
    return Due(
        message=Message(
            id=row["message_id"],
            event=row["event"],
            subject=SubjectId(row["subject"]),
            table=TableName(row["axis"]),
            sequence=row["sequence"],
            number=row["number"],
            order_sequence=row["order_sequence"],
            trigger=Trigger(row["trigger"]),
            state=State(row["state"]),
            clause=row["clause"],
            at=row["notice_at"],
            recipient_role=Role(row["recipient_role"]),
            due_at=row["due_at"],
        ),
        run=row["run"],
        attempt_no=row["attempts"] + 1,
    )
