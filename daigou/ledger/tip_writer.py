"""Owns what is a tip's own in the rows that a step writes: it is held against its order."""

from dataclasses import replace

from daigou.domain.book import Book
from daigou.domain.commands import Tip
from daigou.domain.money import Money
from daigou.domain.order import State, TableName
from daigou.domain.steps import MoneyLine
from daigou.domain.terms import terms_of
from daigou.domain.tips import WENT_BACK, tip_grounds_of
from daigou.ledger.found import Rows
from daigou.ledger.rows import facts_in
from daigou.ledger.subject_writer import SubjectWriter
from daigou.ports.books import StepConflictError

_STANDS = {
    State.HELD: "held of the tip",
    State.REFUNDED: "tip refunded",
    State.EARNED: "tip, the provider's",
    State.RETURNED: "tip given back by the provider",
    State.CLOSED: "tip, the provider's",
}


class TipWriter(SubjectWriter):
    """A tip's read model, moved on by a step."""

    table = TableName.TIP

    def new_row(self) -> Rows:
        """Between whom it is, and how much it is."""
        order, tip = self.order, self.step.command
        if not isinstance(tip, Tip):
            raise StepConflictError(f"{self.step.subject} was never given")
        return {
            "order_id": tip.order,
            "client": order["client"],
            "provider": order["provider"],
            "amount": tip.amount.amount,
            "given_at": self.step.at,
        }

    def book_of(self, common: Book) -> Book:
        """With what it depends on, by the books of its order as they are now, and its limits."""
        given = sum(State(each["state"]) not in WENT_BACK for each in self.found.beside)
        return replace(
            common,
            tip_grounds=tip_grounds_of(facts=facts_in(self.order["facts"]), given=given),
            limits=terms_of(self.step.terms_version).limits,
        )

    def amount(self) -> Money:
        """What is tipped."""
        return Money(self.row["amount"])

    def money(self) -> tuple[MoneyLine, ...]:
        """Where the whole of it is now."""
        return (MoneyLine(what=_STANDS[self.step.target], amount=self.amount()),)
