"""Owns the screening list: what is prohibited, suspended, doubtful or sensitive, and since when."""

from typing import Any

from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from daigou.domain.screening import CLAUSES, Rule, RuleKind, Verdict, plain
from daigou.ledger.engine import autocommit, transaction
from daigou.ledger.reference_views import RuleView
from daigou.ledger.registry import RegistryConflictError
from daigou.ledger.rows import differs
from daigou.ledger.tables import METADATA

_RULE = METADATA.tables["screening_rule"]

RULES_MAX = 2_000
"""So many rules may be in force: each new request is held against all of them."""


class RuleConflictError(RegistryConflictError):
    """The list says otherwise already, or is full: nothing was changed."""


class ScreeningList:
    """The list, changeable at run time. It may be shared by threads.

    Every method raises `BooksUnavailableError` where the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def in_force(self) -> tuple[Rule, ...]:
        """Every rule that a new request is held against, the oldest first."""
        query = select(_RULE).where(_RULE.c.lifted_at.is_(None)).order_by(_RULE.c.id)
        with autocommit(self._engine) as connection:
            return tuple(_rule(row) for row in connection.execute(query).mappings())

    def rules(
        self, *, limit: int, lifted: bool = False, starting_after: int = 0
    ) -> tuple[RuleView, ...]:
        """Rules, the oldest first, those `lifted` among them if asked for."""
        query = select(_RULE).where(_RULE.c.id > starting_after).order_by(_RULE.c.id).limit(limit)
        if not lifted:
            query = query.where(_RULE.c.lifted_at.is_(None))
        with autocommit(self._engine) as connection:
            return tuple(_view(row) for row in connection.execute(query).mappings())

    def add(
        self, *, kind: RuleKind, pattern: str, verdict: Verdict, reason: str, author: str
    ) -> RuleView:
        """Puts a rule on the list; the same again answers with the one that is there.

        `pattern` is stored as it is compared: see `plain`.

        Raises:
            RuleConflictError: another rule on the pattern is in force, or the list is full.
        """
        said = {
            "kind": kind.value,
            "pattern": plain(pattern),
            "verdict": verdict.value,
            "reason": reason,
            "clause": CLAUSES[verdict],
        }
        in_force = select(_RULE).where(
            _RULE.c.lifted_at.is_(None),
            _RULE.c.kind == said["kind"],
            _RULE.c.pattern == said["pattern"],
        )
        count = select(func.count()).select_from(_RULE).where(_RULE.c.lifted_at.is_(None))
        with transaction(self._engine) as connection:
            # Two who add at once would not see each other's rule; readers are not held up.
            connection.execute(text("LOCK TABLE screening_rule IN SHARE ROW EXCLUSIVE MODE"))
            row = connection.execute(in_force).mappings().one_or_none()
            if row is None:
                if connection.execute(count).scalar_one() >= RULES_MAX:
                    raise RuleConflictError(f"the list holds {RULES_MAX:,} rules: lift some first")
                new = insert(_RULE).values(**said, author=author).returning(_RULE)
                row = connection.execute(new).mappings().one()
        if differs(row, said):
            raise RuleConflictError(
                f"rule {row['id']} says {row['verdict']} of {row['pattern']}: lift it first"
            )
        return _view(row)

    def lift(self, *, rule: int, by: str) -> RuleView:
        """Takes a rule off the list; one that was lifted before stays as it was.

        Raises:
            LookupError: no such rule.
        """
        change = (
            update(_RULE)
            .where(_RULE.c.id == rule, _RULE.c.lifted_at.is_(None))
            .values(lifted_at=func.now(), lifted_by=by)
        )
        query = select(_RULE).where(_RULE.c.id == rule)
        with transaction(self._engine) as connection:
            connection.execute(change)
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise LookupError(f"no screening rule {rule}")
        return _view(row)


def _rule(row: Any) -> Rule:
    return Rule(
        id=row["id"],
        kind=RuleKind(row["kind"]),
        pattern=row["pattern"],
        verdict=Verdict(row["verdict"]),
        reason=row["reason"],
        clause=row["clause"],
    )


def _view(row: Any) -> RuleView:
    return RuleView(
        rule=_rule(row),
        author=row["author"],
        placed_at=row["placed_at"],
        lifted_at=row["lifted_at"],
        lifted_by=row["lifted_by"],
    )
