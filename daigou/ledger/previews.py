"""Owns previews: what a command would do to the books, found by doing it and undoing it again.

So a preview is what will be written, floors, freezes and all; or the refusal that will be heard.
What was shown of it is kept for good.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from daigou.domain.book import Effects
from daigou.domain.commands import Command
from daigou.domain.ids import AppKey, OrderId, PartyId, SubjectId
from daigou.domain.lifecycle import TABLES
from daigou.domain.lifecycle.table import Row, Situation
from daigou.domain.order import Actor, Role, State, TableName, Trigger
from daigou.domain.preview import digest_of
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.steps import Step
from daigou.domain.terms import terms_of
from daigou.ledger.doors import open_book, write_step
from daigou.ledger.engine import autocommit
from daigou.ledger.failures import database_answers
from daigou.ledger.found import Found, Rows
from daigou.ledger.rows import facts_in, parties_of
from daigou.ledger.step_writer import compose
from daigou.ledger.tables import METADATA
from daigou.ledger.views import PreviewView

LIMIT_MAX = 500
"""No page of previews is longer."""
_COMMAND_ID = "preview"
_PREVIEW = METADATA.tables["preview"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command as it would be sent: by whom, for which item of an order, at which moment."""

    order: OrderId
    table: TableName
    item: str
    trigger: Trigger
    command: Command
    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A preview as it was shown: `answer` is what its asker got, as JSON."""

    order: OrderId
    digest: str
    sequence: int
    item: str
    trigger: Trigger
    asker: Actor
    at: datetime
    answer: Rows


class Previews:
    """What commands would do, and what was shown of it. It may be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, asked: Asked) -> PreviewView:
        """What the command would write now. Nothing is written.

        Raises:
            Refused: the rules or the books forbid it, or no such item goes on.
            LookupError: there is no such order.
            StepConflictError: a guard of the database forbids it.
            BooksUnavailableError: the database did not answer.
        """
        passed_over: tuple[Row, ...] = ()
        while True:
            row: Row | None = None
            try:
                with database_answers(), self._engine.connect() as connection:
                    # Closed without a commit: whatever is written here is undone.
                    found = open_book(
                        connection,
                        subject=SubjectId(asked.order),
                        sequence=0,
                        command_id=_COMMAND_ID,
                        item=asked.item,
                        at=asked.at,
                    )
                    row = _row(asked, found, passed_over)
                    step = _step(asked, found, row)
                    composed = compose(step=step, digest="0" * 64, found=found)
                    write_step(connection, composed.rows)
                    return _view(step, row, composed.effects)
            except Refused as refused:
                if row is None or refused.code not in row.gives_way:
                    raise
                rows_here = TABLES[asked.table].rows_from(row.source, row.trigger)
                passed_over = rows_here[: rows_here.index(row) + 1]

    def keep(self, shown: Shown) -> Shown:
        """Keeps what was shown; where the same preview was shown before, that one stands.

        Raises:
            StepForbiddenError: there is no such order.
            BooksUnavailableError: the database did not answer.
        """
        keeping = insert(_PREVIEW).values(
            subject=shown.order,
            digest=shown.digest,
            sequence=shown.sequence,
            item=shown.item,
            trigger=shown.trigger,
            asker_role=shown.asker.role,
            asker_party=shown.asker.party,
            asker_app=shown.asker.app,
            at=shown.at,
            answer=shown.answer,
        )
        with autocommit(self._engine) as connection:
            connection.execute(keeping.on_conflict_do_nothing(index_elements=["subject", "digest"]))
        return self.shown(shown.order, shown.digest)

    def shown(self, order: OrderId, digest: str) -> Shown:
        """A preview as it was shown.

        Raises:
            LookupError: no such preview of the order was shown.
            BooksUnavailableError: the database did not answer.
        """
        query = select(_PREVIEW).where(_PREVIEW.c.subject == order, _PREVIEW.c.digest == digest)
        with autocommit(self._engine) as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise LookupError(f"no preview {digest} of {order} was shown")
        return _shown_in(row)

    def of_order(
        self, order: OrderId, *, limit: int, starting_after: str | None = None
    ) -> tuple[Shown, ...]:
        """Previews of an order that were shown, the newest first.

        At most `limit` of them, and never more than `LIMIT_MAX`; `starting_after` is the last
        digest of the page before.

        Raises:
            LookupError: no preview `starting_after` of the order was shown.
            BooksUnavailableError: the database did not answer.
        """
        place = (_PREVIEW.c.at, _PREVIEW.c.digest)
        query = (
            select(_PREVIEW)
            .where(_PREVIEW.c.subject == order)
            .order_by(*(column.desc() for column in place))
            .limit(min(limit, LIMIT_MAX))
        )
        if starting_after is not None:
            last = self.shown(order, starting_after)
            query = query.where(tuple_(*place) < tuple_(last.at, last.digest))
        with autocommit(self._engine) as connection:
            return tuple(_shown_in(row) for row in connection.execute(query).mappings())


def _row(asked: Asked, found: Found, passed_over: tuple[Row, ...]) -> Row:
    if found.order is None:
        raise LookupError(f"no order {asked.order}")
    situation = Situation(
        actor=asked.actor,
        command=asked.command,
        parties=parties_of(found.order),
        terms=terms_of(found.order["terms_version"]),
        at=asked.at,
        facts=facts_in(found.order["facts"]),
        order=State(found.order["state"]),
        item=asked.item,
        passed_over=passed_over,
    )
    state = _state(asked, found)
    return TABLES[asked.table].fire(state=state, trigger=asked.trigger, situation=situation)


def _state(asked: Asked, found: Found) -> State:
    if not asked.item and found.order:
        return State(found.order["state"])
    for each in found.items:
        if each["item"] == asked.item:
            return State(each["state"])
    raise Refused(
        RefusalCode.NOT_IN_THIS_STATE,
        TABLES[asked.table].triggers[asked.trigger].clause,
        f"{asked.order} has no {asked.table} {asked.item} that goes on",
    )


def _step(asked: Asked, found: Found, row: Row) -> Step:
    if found.order is None:
        raise LookupError(f"no order {asked.order}")
    table = TABLES[asked.table]
    return Step(
        subject=SubjectId(asked.order),
        sequence=found.order["sequence"] + 1,
        table=asked.table,
        item=asked.item,
        trigger=row.trigger,
        source=row.source,
        target=row.target,
        clause=row.clause,
        actor=asked.actor,
        command=asked.command,
        command_id=_COMMAND_ID,
        at=asked.at,
        recorded_at=asked.at,
        terms_version=found.order["terms_version"],
        clocks=(),
        next_actor=None,
        variant=table.variant(row),
    )


def _view(step: Step, row: Row, effects: Effects) -> PreviewView:
    return PreviewView(
        order=OrderId(step.subject),
        item=step.item,
        sequence=step.sequence,
        trigger=row.trigger,
        target=row.target,
        clause=row.clause,
        digest=digest_of(
            subject=step.subject,
            sequence=step.sequence,
            command=step.command,
            effects=effects,
        ),
        effects=effects,
        at=step.at,
    )


def _shown_in(row: Any) -> Shown:
    return Shown(
        order=OrderId(row["subject"]),
        digest=row["digest"],
        sequence=row["sequence"],
        item=row["item"],
        trigger=Trigger(row["trigger"]),
        asker=Actor(
            role=Role(row["asker_role"]),
            party=PartyId(row["asker_party"]),
            app=AppKey(row["asker_app"]) if row["asker_app"] else None,
        ),
        at=row["at"],
        answer=row["answer"],
    )
