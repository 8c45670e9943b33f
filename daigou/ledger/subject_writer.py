"""Owns what a step writes of a subject that is no order: its read model, whatever its kind.

A kind adds what its row says beyond what every row does, and how people read its money.
"""

from typing import ClassVar

from daigou.domain.book import AccountKind, Book, Effects
from daigou.domain.facts import Facts
from daigou.domain.ids import PartyId
from daigou.domain.lifecycle import TABLES
from daigou.domain.lifecycle.table import Row as LifecycleRow
from daigou.domain.lifecycle.table import taken
from daigou.domain.money import CNY, Money
from daigou.domain.order import Role, TableName
from daigou.domain.steps import Committed, MoneyLine, Step
from daigou.domain.terms import terms_of
from daigou.ledger.found import Found, Rows
from daigou.ledger.rows import (
    Row,
    account_named,
    captured_of,
    clockwork,
    disputed_of,
    movement_of,
    personal_of,
)
from daigou.ledger.subjects import READ_MODELS
from daigou.ledger.tables import METADATA
from daigou.ports.books import StepConflictError

_COLUMNS = {Role.PAYMENT_INSTITUTION: "institution"}
"""The columns of a read model that name who holds a role, where they have another name."""


class SubjectWriter:
    """A subject's read model, opened or moved on by a step.

    `row` is the subject's, as it is before the step, or as it is opened; `facts` are those before
    the step.
    """

    table: ClassVar[TableName]
    """The main table of the kind."""

    def __init__(self, *, step: Step, row: LifecycleRow, found: Found) -> None:
        self.step = step
        self.found = found
        self._opens = found.own is None
        self.row: Rows = self._opened() if found.own is None else found.own
        self.facts = Facts() if self._opens else self.facts_in(self.row)
        self.facts_after = self.facts.after(
            taken(
                TABLES[step.table],
                row,
                item=step.item,
                command=step.command,
                terms=terms_of(step.terms_version),
                at=step.at,
                scale=step.time_scale,
            )
        )
        self.book = self.book_of(self._common_book())

    # What a kind says of itself.

    def new_row(self) -> Rows:
        """What the row of a new subject says beyond its id and terms, and where it stands.

        Raises:
            StepConflictError: the step's command opens no such subject.
        """
        raise NotImplementedError

    def facts_in(self, row: Row) -> Facts:
        """What the subject knows of itself, from its row."""
        return Facts()

    def book_of(self, common: Book) -> Book:
        """What the step's template reads, beyond what is common to all kinds."""
        return common

    def changes(self) -> Rows:
        """What the step changes of the row, beyond where it stands."""
        return {}

    def amount(self) -> Money | None:
        """What the subject is for, as its lists show it; None where there is no such sum."""
        return None

    def money(self) -> tuple[MoneyLine, ...]:
        """Its money after the step, as people read it; what is nothing is left out."""
        return ()

    # What all kinds share.

    @property
    def order(self) -> Rows:
        """The row of the order that the subject is about.

        Raises:
            StepConflictError: it is about none.
        """
        if self.found.order is None:
            raise StepConflictError(f"{self.step.subject} is about no order")
        return self.found.order

    def holder(self, role: Role) -> PartyId | None:
        """Who holds a role on the subject; None where nobody does."""
        party = self.row.get(_COLUMNS.get(role, role.value))
        return None if party is None else PartyId(party)

    def write(self, effects: Effects) -> tuple[Rows, Committed]:
        """The row of the read model, and the step's result."""
        step = self.step
        moved = self._standing() | self.changes()
        rows = {"new_own": self.row | moved} if self._opens else {"own": moved}
        return rows, Committed(
            sequence=step.sequence,
            at=step.at,
            intends=effects.intends.reference if effects.intends else "",
            amount=self.amount(),
            money=tuple(line for line in self.money() if line.amount),
        )

    def _opened(self) -> Rows:
        common: Rows = {
            "id": self.step.subject,
            "terms_version": self.step.terms_version,
            "currency": CNY,
        }
        return self._that_it_has(common) | self.new_row()

    def _standing(self) -> Rows:
        step = self.step
        clocks = clockwork(table=step.table, state=step.target, clocks=step.clocks)
        return self._that_it_has(
            {
                "id": step.subject,
                "state": step.target,
                "sequence": step.sequence,
                "clocks": clocks.clocks,
                "next_due_at": clocks.next_due_at,
                "next_actor": step.next_actor,
                "ended_at": step.at if step.target in TABLES[step.table].ends else None,
            }
        )

    def _that_it_has(self, columns: Rows) -> Rows:
        """Those of the columns that the kind's read model has."""
        has = METADATA.tables[READ_MODELS[self.table]].columns
        return {name: value for name, value in columns.items() if name in has}

    def _common_book(self) -> Book:
        found = self.found
        return Book(
            subject=self.step.subject,
            sequence=self.step.sequence,
            fee_rate=terms_of(self.step.terms_version).fee_rate,
            client=PartyId(self.row["client"] or ""),
            provider=self.holder(Role.PROVIDER),
            facts=self.facts,
            held={AccountKind(kind): Money(owed) for kind, owed in found.held.items()},
            moved={account_named(id_): Money(fen) for id_, fen in found.moved.items()},
            captured=tuple(captured_of(row) for row in found.captured),
            disputes=tuple(disputed_of(row) for row in found.disputes),
            movement=movement_of(found.movement) if found.movement else None,
            personal=personal_of(found.personal),
        )
