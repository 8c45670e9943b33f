"""Owns the audit: the whole ledger proved again from its rows, with the guards left out of it."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from daigou.domain.facts import WAY
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.order import State
from daigou.ledger.audit_check import Check
from daigou.ledger.audit_checks import CHECKS
from daigou.ledger.failures import database_answers

DIFFERENCES_MAX = 20
"""How many differences of one kind are named; more of them teach nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit found. `imbalance` sums what every journal is off by, in fen."""

    journals: int
    entries: int
    imbalance: int
    differences: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing at all differs."""
        return not self.differences and not self.imbalance

    def __str__(self) -> str:
        verdict = "ok" if self.ok else "FAILED"
        return "\n".join(
            (
                f"audit {verdict}: {self.journals} journals, {self.entries} entries, "
                f"imbalance {self.imbalance}",
                *self.differences,
            )
        )


def audit(engine: Engine) -> AuditReport:
    """Proves every invariant of the books, all on one snapshot.

    It runs in the database, for as long as it takes, and holds nobody up.

    Raises:
        BooksUnavailableError: the database did not answer.
    """
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with database_answers(), snapshot.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        journals, entries, imbalance = connection.execute(_TOTALS).one()
        return AuditReport(
            journals=journals,
            entries=entries,
            imbalance=int(imbalance),
            differences=tuple(line for check in CHECKS for line in _differences(connection, check)),
        )


_TOTALS = text(
    """
    SELECT (SELECT count(*) FROM journal), coalesce(sum(legs), 0), coalesce(sum(abs(total)), 0)
    FROM (SELECT count(*) AS legs, sum(amount) AS total FROM entry
          GROUP BY subject, sequence, journal_no, currency) AS sums
    """
)


_STATES = {
    "ends": [state.value for state in FULFILMENT.ends],
    "fulfilled": [
        state.value for state in (*WAY, State.RECEIPT_OBJECTION, State.RECEIVED, State.ABANDONED)
    ],
}


def _differences(connection: Connection, check: Check) -> list[str]:
    query = text(f"SELECT difference FROM ({check.sql}) AS found LIMIT {DIFFERENCES_MAX}")
    found = connection.execute(query, _STATES)
    return [f"not so: {check.holds}: {difference}" for difference in found.scalars()]
