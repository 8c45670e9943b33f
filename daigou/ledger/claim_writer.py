"""Owns what is a claim's own in the rows that a step writes: it is held against its order."""

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from daigou.domain.book import Book
from daigou.domain.claims import grounds_of, weight_of
from daigou.domain.commands import Admit, Claim, Compensation, Loss, Opponent
from daigou.domain.facts import Facts
from daigou.domain.money import ZERO, Money, total
from daigou.domain.order import State, TableName
from daigou.domain.own_facts import Claimed
from daigou.domain.steps import MoneyLine
from daigou.ledger.found import Rows
from daigou.ledger.rows import Row, facts_in, line_of
from daigou.ledger.subject_writer import SubjectWriter
from daigou.ports.books import StepConflictError

_LOSSES = TypeAdapter(tuple[Loss, ...])


class ClaimWriter(SubjectWriter):
    """A claim's read model, moved on by a step."""

    table = TableName.CLAIM

    def new_row(self) -> Rows:
        """Between whom it is, what it rests on, and what is claimed."""
        order, claim = self.order, self.step.command
        if not isinstance(claim, Claim):
            raise StepConflictError(f"{self.step.subject} was never made")
        return {
            "order_id": claim.order,
            "client": order["client"],
            "provider": order["provider"],
            "logistics": order["logistics"] if claim.against == Opponent.LOGISTICS else None,
            "against": claim.against,
            "basis": claim.basis,
            "losses": _LOSSES.dump_python(claim.losses, mode="json"),
            "evidence": list(claim.evidence),
            "asked": claim.asked.amount,
            "admitted": None,
            "external_ref": "",
            "made_at": self.step.at,
        }

    def facts_in(self, row: Row) -> Facts:
        """Against whom it is, what is asked and what was admitted."""
        return Facts(claim=claimed_in(row))

    def book_of(self, common: Book) -> Book:
        """With what it can rest on, by the books of its order as they are now."""
        return replace(
            common,
            grounds=grounds_of(
                state=State(self.order["state"]),
                facts=facts_in(self.order["facts"]),
                lines=tuple(line_of(line) for line in self.found.lines),
                claimed=total([weight_in(each) for each in self.found.beside]),
            ),
        )

    def changes(self) -> Rows:
        """What was admitted, and the number under which it was paid."""
        match self.step.command:
            case Admit(amount=amount):
                return {"admitted": amount.amount}
            case Compensation(external_ref=number):
                return {"external_ref": number}
            case _:
                return {}

    def amount(self) -> Money:
        """What is asked."""
        return self._claimed.asked

    def money(self) -> tuple[MoneyLine, ...]:
        """What is asked of whom, what was admitted, and what is paid now."""
        command, claimed = self.step.command, self._claimed
        paid = command.amount if isinstance(command, Compensation) else ZERO
        return (
            MoneyLine(what=f"claimed of {_who(claimed.against)}", amount=claimed.asked),
            MoneyLine(what="admitted", amount=claimed.admitted),
            MoneyLine(what="paid", amount=paid),
        )

    @property
    def _claimed(self) -> Claimed:
        if self.facts_after.claim is None:
            raise StepConflictError(f"{self.step.subject} was never made")
        return self.facts_after.claim


def claimed_in(row: Row) -> Claimed:
    """What a claim knows of itself, from its row."""
    return Claimed(
        against=Opponent(row["against"]),
        asked=Money(row["asked"]),
        admitted=ZERO if row["admitted"] is None else Money(row["admitted"]),
    )


def losses_in(json: Any) -> tuple[Loss, ...]:
    """The losses of a claim, from its row."""
    return _LOSSES.validate_python(json)


def weight_in(row: Row) -> Money:
    """What a claim's row counts for in what its provider is liable for (PSR-24)."""
    claimed = claimed_in(row)
    return weight_of(
        against=claimed.against,
        state=State(row["state"]),
        asked=claimed.asked,
        admitted=claimed.admitted,
    )


def _who(against: Opponent) -> str:
    return "logistics" if against == Opponent.LOGISTICS else f"the {against}"
