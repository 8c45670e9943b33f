"""Owns what is a recharge's own in the rows that a step writes."""

from daigou.domain.commands import RequestRecharge
from daigou.domain.money import Money
from daigou.domain.order import TableName
from daigou.domain.steps import MoneyLine
from daigou.ledger.found import Rows
from daigou.ledger.subject_writer import SubjectWriter
from daigou.ports.books import StepConflictError


class RechargeWriter(SubjectWriter):
    """A recharge's read model, moved on by a step."""

    table = TableName.RECHARGE

    def new_row(self) -> Rows:
        """Whose it is, and how much it is to be."""
        asked = self.step.command
        if not isinstance(asked, RequestRecharge):
            raise StepConflictError(f"{self.step.subject} has no request yet")
        return {
            "client": asked.client,
            "amount": asked.amount.amount,
            "payment_method": asked.payment_method,
            "requested_at": self.step.at,
        }

    def money(self) -> tuple[MoneyLine, ...]:
        """What is put in."""
        return (MoneyLine(what="recharge of the deposit", amount=Money(self.row["amount"])),)
