"""Owns the findings: noted once however often they are seen, cleared once they are gone.

Several runs of a sweep may be under way at once. Every row bears the moment at which the thing was
looked at, by the database's clock: a later look is never undone by an earlier one.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Engine, func, select

from daigou.domain.sweeps import SWEEPS, Finding, SweepName
from daigou.ledger.engine import autocommit
from daigou.ledger.queries import LIMIT_MAX
from daigou.ledger.tables import METADATA
from daigou.ledger.views import FindingView

_FINDING = METADATA.tables["finding"]

# In the order of the key: two runs that write the same rows never wait for each other in a ring.
_KEEP = """
    INSERT INTO finding (sweep, subject, detail, first_seen, last_seen, times)
    SELECT %(sweep)s, subject, detail, %(seen_at)s, %(seen_at)s, 1
    FROM unnest(%(subjects)s::varchar[], %(details)s::varchar[]) AS seen (subject, detail)
    ORDER BY subject, detail
    ON CONFLICT (sweep, subject, detail) DO UPDATE SET
        first_seen = CASE WHEN finding.cleared_at IS NULL
            THEN finding.first_seen ELSE excluded.first_seen END,
        last_seen = greatest(finding.last_seen, excluded.last_seen),
        times = finding.times + CASE WHEN finding.cleared_at IS NULL THEN 0 ELSE 1 END,
        cleared_at = NULL
    WHERE finding.cleared_at IS NULL OR finding.cleared_at < excluded.last_seen
    RETURNING subject, detail, first_seen = %(seen_at)s
"""
_CLEAR = """
    UPDATE finding SET cleared_at = %(before)s
    FROM (
        SELECT sweep, subject, detail FROM finding
        WHERE sweep = %(sweep)s AND cleared_at IS NULL AND last_seen < %(before)s
        ORDER BY subject, detail LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    ) AS gone
    WHERE finding.sweep = gone.sweep AND finding.subject = gone.subject
        AND finding.detail = gone.detail
    RETURNING finding.subject, finding.detail
"""


class PostgresFindings:
    """The `Findings` port on PostgreSQL, and its reads. It may be shared by threads.

    Every method raises `BooksUnavailableError` where the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(
        self, *, sweep: SweepName, found: Collection[Finding], seen_at: datetime
    ) -> tuple[Finding, ...]:
        """See `Findings.keep`."""
        if not found:
            return ()
        unique = sorted(set(found))
        parameters = {
            "sweep": sweep.value,
            "seen_at": seen_at,
            "subjects": [each.subject for each in unique],
            "details": [each.detail for each in unique],
        }
        with autocommit(self._engine) as connection:
            rows = list(connection.exec_driver_sql(_KEEP, parameters))
        return tuple(Finding(subject, detail) for subject, detail, opened in rows if opened)

    def clear(self, *, sweep: SweepName, before: datetime, limit: int) -> tuple[Finding, ...]:
        """See `Findings.clear`."""
        parameters = {"sweep": sweep.value, "before": before, "limit": limit}
        with autocommit(self._engine) as connection:
            rows = list(connection.exec_driver_sql(_CLEAR, parameters))
        return tuple(Finding(subject, detail) for subject, detail in rows)

    def count_open(self, sweep: SweepName) -> int:
        """See `Findings.count_open`."""
        return self.open_counts()[sweep]

    def findings(
        self,
        *,
        limit: int,
        sweep: SweepName | None = None,
        open: bool | None = None,  # noqa: A002 - it is the query's own word
        starting_after: int | None = None,
    ) -> tuple[FindingView, ...]:
        """Findings, those first that were first noted last; at most `limit`, and `LIMIT_MAX`.

        `open` chooses those that are still there, or those that are cleared; `starting_after` is
        the number of the last one of the page before.
        """
        query = select(_FINDING).order_by(_FINDING.c.number.desc()).limit(min(limit, LIMIT_MAX))
        if sweep is not None:
            query = query.where(_FINDING.c.sweep == sweep.value)
        if open is not None:
            cleared = _FINDING.c.cleared_at
            query = query.where(cleared.is_(None) if open else cleared.is_not(None))
        if starting_after is not None:
            query = query.where(_FINDING.c.number < starting_after)
        with autocommit(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(
            FindingView(
                number=row["number"],
                sweep=row["sweep"],
                subject=row["subject"],
                detail=row["detail"],
                first_seen=row["first_seen"],
                last_seen=row["last_seen"],
                cleared_at=row["cleared_at"],
                times=row["times"],
            )
            for row in rows
        )

    def open_counts(self) -> Mapping[SweepName, int]:
        """How many findings of each sweep are open."""
        query = (
            select(_FINDING.c.sweep, func.count().label("open"))
            .where(_FINDING.c.cleared_at.is_(None))
            .group_by(_FINDING.c.sweep)
        )
        with autocommit(self._engine) as connection:
            counts = {row.sweep: row.open for row in connection.execute(query)}
        return {name: counts.get(name.value, 0) for name in SWEEPS}
