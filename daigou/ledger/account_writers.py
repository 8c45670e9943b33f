"""Owns what withdrawals, freezes and closings say of their own in the rows that a step writes."""

from dataclasses import replace

from daigou.domain.account_facts import Closing, Frozen
from daigou.domain.book import Book
from daigou.domain.commands import (
    CloseAccount,
    FreezeReason,
    PayoutMethod,
    PlaceFreeze,
    RequestWithdrawal,
)
from daigou.domain.facts import Facts
from daigou.domain.freezes import FREEZES, blocked_by
from daigou.domain.ids import PartyId
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName
from daigou.domain.steps import MoneyLine
from daigou.ledger.found import Rows
from daigou.ledger.rows import Row, moment_of
from daigou.ledger.subject_writer import SubjectWriter
from daigou.ports.books import StepConflictError


class WithdrawalWriter(SubjectWriter):
    """A withdrawal's read model, moved on by a step."""

    table = TableName.WITHDRAWAL

    def new_row(self) -> Rows:
        """Whose it is, how much, and where it is to be paid."""
        asked = self.step.command
        if not isinstance(asked, RequestWithdrawal):
            raise StepConflictError(f"{self.step.subject} has no request yet")
        return {
            "client": asked.client,
            "amount": asked.amount.amount,
            "payment_method": asked.payment_method,
            "requested_at": self.step.at,
        }

    def amount(self) -> Money:
        """What is taken out."""
        return Money(self.row["amount"])

    def money(self) -> tuple[MoneyLine, ...]:
        """What is taken out."""
        return (MoneyLine(what="withdrawal from the deposit", amount=self.amount()),)


class FreezeWriter(SubjectWriter):
    """A freeze's read model, moved on by a step."""

    table = TableName.FREEZE

    def new_row(self) -> Rows:
        """Whose account is frozen, why, by whom, and what that forbids."""
        step, asked = self.step, self.step.command
        if not isinstance(asked, PlaceFreeze):
            raise StepConflictError(f"{step.subject} was never placed")
        return {
            "client": asked.client,
            "reason": asked.reason,
            "clause": FREEZES[asked.reason].clause,
            "blocks": sorted(blocked_by(asked)),
            "author_role": step.actor.role,
            "author": step.actor.party,
            "order_id": asked.order,
            **self._wronged(asked),
            "amount": asked.amount.amount,
            "transferred": None,
            "report": asked.report,
            "inactive_since": asked.inactive_since,
            "placed_at": step.at,
        }

    def facts_in(self, row: Row) -> Facts:
        """Why it is, and what is owed by a breach."""
        return Facts(freeze=frozen_in(row))

    def book_of(self, common: Book) -> Book:
        """With whom a broken contract is paid to."""
        wronged = self.row["provider"] or self.row["logistics"]
        return replace(common, provider=None if wronged is None else PartyId(wronged))

    def changes(self) -> Rows:
        """What passed to whom the client had broken with."""
        if self.step.target != State.TRANSFERRED:
            return {}
        return {"transferred": min(self.row["amount"], self.book.personal.balance.amount)}

    def amount(self) -> Money | None:
        """What is owed by a breach."""
        return Money(self.row["amount"]) if self.row["amount"] else None

    def money(self) -> tuple[MoneyLine, ...]:
        """What is owed by a breach, and what passed on of it."""
        passed = self.changes().get("transferred", self.row["transferred"]) or 0
        return (
            MoneyLine(what="owed by a broken contract", amount=Money(self.row["amount"])),
            MoneyLine(what="passed to whom it was broken with", amount=Money(passed)),
        )

    def _wronged(self, asked: PlaceFreeze) -> Rows:
        """Who asked for it; what the platform asks for is for the order's provider."""
        if asked.reason != FreezeReason.BREACH:
            return {"provider": None, "logistics": None}
        order, by = self.order, self.step.actor
        if by.role == Role.LOGISTICS:
            return {"provider": None, "logistics": by.party}
        return {"provider": order["provider"], "logistics": None}


class ClosureWriter(SubjectWriter):
    """The read model of an account's closing, moved on by a step."""

    table = TableName.CLOSURE

    def new_row(self) -> Rows:
        """Whose account is closed, and where its rest is to be paid."""
        asked = self.step.command
        if not isinstance(asked, CloseAccount):
            raise StepConflictError(f"{self.step.subject} was never asked for")
        return {
            "client": asked.client,
            "payment_method": asked.payment_method,
            "paid_out": None,
            "requested_at": self.step.at,
        }

    def facts_in(self, row: Row) -> Facts:
        """Where the rest is to be paid."""
        return Facts(closure=Closing(payment_method=row["payment_method"]))

    def changes(self) -> Rows:
        """Where else the rest is to be paid, and what of it was."""
        if isinstance(self.step.command, PayoutMethod):
            return {"payment_method": self.step.command.payment_method}
        movement = self.book.movement
        if self.step.target == State.CLOSED and movement:
            return {"paid_out": movement.amount.amount}
        return {}

    def money(self) -> tuple[MoneyLine, ...]:
        """What is in the deposit, and what was paid out."""
        paid = self.changes().get("paid_out", self.row["paid_out"]) or 0
        return (
            MoneyLine(what="in the deposit before this step", amount=self.book.personal.balance),
            MoneyLine(what="paid out", amount=Money(paid)),
        )


def frozen_in(row: Row) -> Frozen:
    """What a freeze knows of itself, from its row."""
    return Frozen(
        reason=FreezeReason(row["reason"]),
        amount=Money(row["amount"]),
        inactive_since=moment_of(row["inactive_since"]),
    )
