"""Owns how the books are watched: what is late, what is open, from an index, a page at a time."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine

from daigou.domain.ids import PartyId, SubjectId
from daigou.domain.lifecycle import OUTLIVING
from daigou.domain.order import TableName
from daigou.domain.sweeps import Finding, SweepName
from daigou.ledger.audit import audit
from daigou.ledger.engine import autocommit
from daigou.ledger.subjects import READ_MODELS
from daigou.ports.watch import (
    START,
    BooksStanding,
    Inactive,
    InactivePage,
    LatePage,
    OpenPage,
    Place,
)

DETAIL_CHARS_MAX = 100


class PostgresWatch:
    """The `Watch` port on PostgreSQL. It may be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self) -> datetime:
        """See `Watch.now`."""
        ((now,),) = self._rows("SELECT clock_timestamp()")
        moment: datetime = now
        return moment

    def waiting(self, sweep: SweepName) -> int:
        """See `Watch.waiting`."""
        return sum(count for source in _LATE[sweep] for (count,) in self._rows(source.all))

    def late(
        self, sweep: SweepName, *, before: datetime, limit: int, after: Place = START
    ) -> LatePage:
        """See `Watch.late`."""
        sources = _LATE[sweep]
        rows, then = self._page(sources, after=after, limit=limit, parameters={"before": before})
        found = {Finding(*row[-2:]) for row in rows}
        return LatePage(found=tuple(sorted(found)), after=then)

    def inactive(self, *, before: datetime, limit: int, after: Place = START) -> InactivePage:
        """See `Watch.inactive`."""
        rows, then = self._page(_INACTIVE, after=after, limit=limit, parameters={"before": before})
        found = tuple(Inactive(client=PartyId(row[0]), since=row[1]) for row in rows)
        return InactivePage(clients=found, after=then)

    def open_subjects(self, *, limit: int, after: Place = START) -> OpenPage:
        """See `Watch.open_subjects`."""
        rows, then = self._page(_OPEN, after=after, limit=limit, parameters={})
        return OpenPage(subjects=tuple(SubjectId(row[-1]) for row in rows), after=then)

    def standings(self, subjects: Collection[SubjectId]) -> Mapping[SubjectId, BooksStanding]:
        """See `Watch.standings`."""
        rows = self._rows(_STANDINGS, {"subjects": list(subjects)})
        return {
            SubjectId(subject): BooksStanding(state=state, open=open_, since=since)
            for subject, state, open_, since in rows
        }

    def audit(self) -> tuple[int, tuple[Finding, ...]]:
        """See `Watch.audit`."""
        report = audit(self._engine)
        broken = {_code(line) for line in report.differences}
        if report.imbalance:
            broken.add("imbalance")
        return report.journals, tuple(Finding("ledger", code) for code in sorted(broken))

    def _page(
        self,
        sources: "tuple[_Source, ...]",
        *,
        after: Place,
        limit: int,
        parameters: Mapping[str, Any],
    ) -> tuple[list[Any], Place | None]:
        if after.source >= len(sources):
            return [], None
        source = sources[after.source]
        key = after.key or source.first
        named = {f"k{index}": value for index, value in enumerate(key)}
        rows = self._rows(source.page, {**parameters, **named, "limit": limit})
        if len(rows) == limit:
            return rows, Place(after.source, tuple(rows[-1][: len(key)]))
        there_is_more = after.source + 1 < len(sources)
        return rows, Place(after.source + 1) if there_is_more else None

    def _rows(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[Any]:
        with autocommit(self._engine) as connection:
            return list(connection.exec_driver_sql(query, dict(parameters or {})))


class _Source(NamedTuple):
    """A query for a page: its first columns are the key to go on after, from `first` onwards.

    `all` counts what there is to look at.
    """

    page: str
    first: tuple[Any, ...]
    all: str = ""


_LONG_AGO = "-infinity"
_OUTLIVES = "axis IN ({})".format(", ".join(f"'{name}'" for name in OUTLIVING))
"""Items that go on when their order has ended."""

_LATE: Mapping[SweepName, tuple[_Source, ...]] = {
    SweepName.OVERDUE: (
        *(
            _Source(
                f"""
                SELECT next_due_at, id, id, '{table}/' || state
                FROM "{read_model}"
                WHERE next_due_at < %(before)s
                    AND (next_due_at, id) > (%(k0)s::timestamptz, %(k1)s)
                ORDER BY next_due_at, id LIMIT %(limit)s
                """,
                (_LONG_AGO, ""),
                f'SELECT count(*) FROM "{read_model}" WHERE next_due_at IS NOT NULL',
            )
            for table, read_model in READ_MODELS.items()
        ),
        _Source(
            f"""
            SELECT i.next_due_at, item, subject, axis || '/' || split_part(item, '/', 2)
            FROM order_item i JOIN purchase_order o ON o.id = subject
            WHERE i.next_due_at < %(before)s AND {_OUTLIVES} AND o.ended_at IS NOT NULL
                AND (i.next_due_at, item) > (%(k0)s::timestamptz, %(k1)s)
            ORDER BY i.next_due_at, item LIMIT %(limit)s
            """,
            (_LONG_AGO, ""),
            f"SELECT count(*) FROM order_item WHERE {_OUTLIVES} AND next_due_at IS NOT NULL",
        ),
    ),
    # An escalated question is due again every day: that it was escalated at all is what counts.
    SweepName.QUESTIONS: (
        _Source(
            """
            SELECT i.opened_at, i.item, i.subject, 'question/' || split_part(i.item, '/', 2)
            FROM order_item i JOIN purchase_order o ON o.id = i.subject
            WHERE i.axis = 'question' AND i.ended_at IS NULL AND o.ended_at IS NULL
                AND i.opened_at < %(before)s
                AND (i.opened_at, i.item) > (%(k0)s::timestamptz, %(k1)s)
                AND EXISTS (SELECT FROM transition t
                            WHERE t.subject = i.subject AND t.item = i.item
                                AND t.trigger = 'escalate')
            ORDER BY i.opened_at, i.item LIMIT %(limit)s
            """,
            (_LONG_AGO, ""),
            "SELECT count(*) FROM order_item WHERE axis = 'question' AND ended_at IS NULL",
        ),
        # UA-4-6: by when the platform answers was counted when it was asked.
        _Source(
            """
            SELECT answer_by, id, id, 'consultation/' || state
            FROM consultation
            WHERE ended_at IS NULL AND answer_by < %(before)s
                AND (answer_by, id) > (%(k0)s::timestamptz, %(k1)s)
            ORDER BY answer_by, id LIMIT %(limit)s
            """,
            (_LONG_AGO, ""),
            "SELECT count(*) FROM consultation WHERE ended_at IS NULL",
        ),
    ),
    # By when it was recorded: a deadline that struck late bears the moment at which it was due.
    SweepName.NOTICES: (
        _Source(
            """
            SELECT n.at, n.subject, n.sequence, n.number, n.subject, n.event
            FROM notice n JOIN transition t USING (subject, sequence)
            WHERE n.sent_at IS NULL AND n.at < %(before)s AND t.recorded_at < %(before)s
                AND (n.at, n.subject, n.sequence, n.number)
                    > (%(k0)s::timestamptz, %(k1)s, %(k2)s::integer, %(k3)s::integer)
            ORDER BY n.at, n.subject, n.sequence, n.number LIMIT %(limit)s
            """,
            (_LONG_AGO, "", 0, 0),
            "SELECT count(*) FROM notice WHERE sent_at IS NULL",
        ),
    ),
    # A dispute is done with once a person has placed it, or the institution gave the money back. A
    # verdict that fits nothing is shown for a month: nothing in the books can say that it is done.
    SweepName.DISPUTES: (
        _Source(
            """
            SELECT m.received_at, m.id, m.dispute, m.detail
            FROM institution_message m
            WHERE m.outcome = 'for_a_person' AND m.dealt_at <= %(before)s
                AND (m.received_at, m.id) > (%(k0)s::timestamptz, %(k1)s)
                AND CASE m.type WHEN 'dispute.opened' THEN NOT EXISTS (
                    SELECT FROM chargeback c WHERE c.dispute = m.dispute
                ) AND NOT EXISTS (
                    SELECT FROM institution_message v
                    WHERE v.dispute = m.dispute AND v.type = 'dispute.won'
                ) ELSE m.received_at > now() - interval '30 days' END
            ORDER BY m.received_at, m.id LIMIT %(limit)s
            """,
            (_LONG_AGO, ""),
            "SELECT count(*) FROM institution_message WHERE outcome = 'for_a_person'",
        ),
    ),
}

# What is still between a client and others: nobody is left out of its account meanwhile.
_NOTHING_BETWEEN = " AND ".join(
    f'NOT EXISTS (SELECT FROM "{READ_MODELS[table]}" WHERE client = p.id AND ended_at IS NULL)'
    for table in (TableName.FULFILMENT, TableName.CLAIM, TableName.CHARGEBACK)
)
_INACTIVE = (
    _Source(
        f"""
        SELECT p.id, coalesce(last.at, p.registered_at)
        FROM party p
        CROSS JOIN LATERAL (
            SELECT max(at) AS at FROM transition
            WHERE actor_party = p.id AND actor_role = 'client') AS last
        WHERE p.role = 'client' AND p.agreement_version IS NOT NULL AND p.id > %(k0)s
            AND p.registered_at < %(before)s
            AND coalesce(last.at, p.registered_at) < %(before)s
            AND {_NOTHING_BETWEEN}
            AND NOT EXISTS (
                SELECT FROM "freeze" f WHERE f.client = p.id AND f.reason = 'inactivity'
                    AND (f.ended_at IS NULL OR f.state = 'cancelled'))
            AND NOT EXISTS (
                SELECT FROM closure c WHERE c.client = p.id AND c.state <> 'withdrawn')
        ORDER BY p.id LIMIT %(limit)s
        """,
        ("",),
    ),
)

_OPEN = (
    *(
        _Source(
            f'SELECT id FROM "{read_model}" WHERE ended_at IS NULL AND id > %(k0)s'
            " ORDER BY id LIMIT %(limit)s",
            ("",),
        )
        for read_model in READ_MODELS.values()
    ),
    _Source(
        "SELECT DISTINCT subject FROM order_item"
        f" WHERE {_OUTLIVES} AND ended_at IS NULL AND subject > %(k0)s"
        " ORDER BY subject LIMIT %(limit)s",
        ("",),
    ),
)

_ALL_STANDINGS = " UNION ALL ".join(
    f'SELECT id, state, sequence, ended_at FROM "{read_model}" WHERE id = ANY (%(subjects)s)'
    for read_model in READ_MODELS.values()
)
_STANDINGS = f"""
    SELECT s.id, s.state,
        s.ended_at IS NULL OR EXISTS (
            SELECT FROM order_item i
            WHERE i.subject = s.id AND {_OUTLIVES} AND i.ended_at IS NULL
        ),
        t.recorded_at
    FROM ({_ALL_STANDINGS}) AS s
    JOIN transition t ON t.subject = s.id AND t.sequence = s.sequence
"""


def _code(difference: str) -> str:
    """The broken invariant as a code: `not so: each entry is of a journal: …` and so on."""
    holds = difference.split(": ")[1]
    return re.sub(r"[^a-z0-9]+", "-", holds.lower()).strip("-")[:DETAIL_CHARS_MAX]
