"""Owns what is a chargeback's own in the rows that a step writes: it is held against its order."""

from dataclasses import replace

from pydantic import TypeAdapter

from daigou.domain.account_facts import ChargedBack
from daigou.domain.book import AccountKind, Book, Effects
from daigou.domain.commands import Footing, ReportChargeback
from daigou.domain.facts import Facts
from daigou.domain.lifecycle.case_guards import NOT_BOUGHT
from daigou.domain.money import ZERO, Money, total
from daigou.domain.order import Role, State, TableName
from daigou.domain.steps import Committed, MoneyLine
from daigou.ledger.found import Rows
from daigou.ledger.rows import Row, facts_in
from daigou.ledger.subject_writer import SubjectWriter
from daigou.ports.books import StepConflictError

_KNOWN = TypeAdapter(ChargedBack)
_FOOTING = TypeAdapter(Footing)
_COLLECTED = (AccountKind.ESCROW, AccountKind.FEE_HELD)


class ChargebackWriter(SubjectWriter):
    """A chargeback's read model, moved on by a step."""

    table = TableName.CHARGEBACK
    _owed = ZERO

    def new_row(self) -> Rows:
        """Whose payment it is of, how much, why, and until when the institution takes evidence."""
        order, said = self.order, self.step.command
        if not isinstance(said, ReportChargeback):
            raise StepConflictError(f"{self.step.subject} was never reported")
        by = self.step.actor
        return {
            "order_id": said.order,
            "client": order["client"],
            "provider": order["provider"],
            "storage": order["storage"],
            "logistics": order["logistics"],
            "institution": by.party if by.role == Role.PAYMENT_INSTITUTION else None,
            "dispute": said.dispute,
            "payment": said.payment,
            "amount": said.amount.amount,
            "reason": said.reason,
            "footing": _FOOTING.dump_python(said.footing, mode="json"),
            "evidence_due": said.evidence_due,
            "reported_at": self.step.at,
        }

    def facts_in(self, row: Row) -> Facts:
        """What is known of it."""
        return Facts(chargeback=charged_back_in(row))

    def book_of(self, common: Book) -> Book:
        """With what its order holds of the money, as long as nothing was bought with it."""
        held = self.found.order_held or {}
        bought = State(self.order["state"]) not in NOT_BOUGHT
        collected = [Money(held.get(kind, 0)) for kind in _COLLECTED]
        return replace(common, order_holds=ZERO if bought else total(collected))

    def write(self, effects: Effects) -> tuple[Rows, Committed]:
        """The row of the read model, and the step's result, by what the step leaves owing."""
        debt = self.book.own(AccountKind.CHARGED_BACK)
        moved = [
            leg.amount
            for journal in effects.journals
            for leg in journal.legs
            if leg.account == debt
        ]
        self._owed = self.book.owed + total(moved)
        return super().write(effects)

    def changes(self) -> Rows:
        """What is known of it since."""
        known = self.facts_after.chargeback
        if known is None:
            raise StepConflictError(f"{self.step.subject} was never reported")
        return {
            "head": known.head,
            "paying_in": known.paying_in,
            "won": known.won,
            "lost": known.lost,
            "staged": known.staged,
            "submitted": known.submitted,
        }

    def amount(self) -> Money:
        """What was charged back."""
        return Money(self.row["amount"])

    def money(self) -> tuple[MoneyLine, ...]:
        """What was charged back, what is owed of it, and what its goods fetched."""
        sold = facts_in(self.order["facts"]).sold
        return (
            MoneyLine(what="charged back", amount=self.amount()),
            MoneyLine(what="still owed", amount=self._owed),
            *(
                (
                    MoneyLine(what="the goods had cost", amount=sold.cost),
                    MoneyLine(what="and fetched, sold for the debt", amount=sold.proceeds),
                    MoneyLine(what="so they lost", amount=sold.cost - sold.proceeds),
                )
                if sold
                else ()
            ),
        )


def charged_back_in(row: Row) -> ChargedBack:
    """What a chargeback knows of itself, from its row."""
    return _KNOWN.validate_python(
        {
            "amount": Money(row["amount"]),
            "reason": row["reason"],
            "footing": row["footing"],
            "evidence_due": row["evidence_due"],
            "head": row["head"],
            "paying_in": row["paying_in"],
            "won": row["won"],
            "lost": row["lost"],
            "staged": row["staged"],
            "submitted": row["submitted"],
        }
    )
