"""Owns what a step writes of a recharge: its read model."""

from daigou.domain.book import Book, Effects
from daigou.domain.commands import RequestRecharge
from daigou.domain.ids import MovementRef, PartyId
from daigou.domain.lifecycle import TABLES
from daigou.domain.lifecycle.table import Row as LifecycleRow
from daigou.domain.money import Money
from daigou.domain.order import Role
from daigou.domain.steps import Committed, MoneyLine, Step
from daigou.domain.terms import terms_of
from daigou.ledger.found import Found, Rows
from daigou.ledger.rows import clockwork, movement_of
from daigou.ports.books import StepConflictError


class RechargeWriter:
    """A recharge's read model, moved on by a step."""

    def __init__(self, *, step: Step, row: LifecycleRow, found: Found) -> None:
        self._step = step
        self._found = found
        self._client, self._amount = self._whose()
        self.book = Book(
            subject=step.subject,
            sequence=step.sequence,
            fee_rate=terms_of(step.terms_version).fee_rate,
            client=self._client,
            movement=movement_of(found.movement) if found.movement else None,
        )

    def holder(self, role: Role) -> PartyId | None:
        """Who holds a role on this recharge; None where nobody does."""
        return self._client if role == Role.CLIENT else None

    def write(self, effects: Effects) -> tuple[Rows, Committed]:
        """The row of the read model, and the step's result."""
        step = self._step
        clocks = clockwork(table=step.table, state=step.target, clocks=step.clocks)
        row: Rows = {
            "id": step.subject,
            "state": step.target,
            "sequence": step.sequence,
            "clocks": clocks.clocks,
            "next_due_at": clocks.next_due_at,
            "ended_at": step.at if step.target in TABLES[step.table].ends else None,
        }
        rows: Rows = {"own": row}
        if isinstance(step.command, RequestRecharge) and self._found.own is None:
            row |= {
                "client": step.command.client,
                "amount": step.command.amount.amount,
                "currency": step.command.amount.currency,
                "payment_method": step.command.payment_method,
                "requested_at": step.at,
            }
            rows = {"new_own": row}
        return rows, Committed(
            sequence=step.sequence,
            at=step.at,
            intends=effects.intends.reference if effects.intends else MovementRef(""),
            money=(MoneyLine(what="recharge of the deposit", amount=self._amount),),
        )

    def _whose(self) -> tuple[PartyId, Money]:
        if self._found.own:
            return PartyId(self._found.own["client"]), Money(self._found.own["amount"])
        if isinstance(self._step.command, RequestRecharge):
            return self._step.command.client, self._step.command.amount
        raise StepConflictError(f"{self._step.subject} has no request yet")
