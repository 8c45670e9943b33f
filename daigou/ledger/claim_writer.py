"""Owns what a step writes of a claim: its read model, held against that of its order."""

from typing import Any

from pydantic import TypeAdapter

from daigou.domain.book import Book, Effects
from daigou.domain.claims import grounds_of, weight_of
from daigou.domain.commands import Admit, Claim, Compensation, Loss, Opponent
from daigou.domain.facts import Claimed, Facts
from daigou.domain.ids import PartyId
from daigou.domain.lifecycle import TABLES
from daigou.domain.lifecycle.table import Row as LifecycleRow
from daigou.domain.money import CNY, ZERO, Money, total
from daigou.domain.order import Role, State
from daigou.domain.steps import Committed, MoneyLine, Step
from daigou.domain.terms import terms_of
from daigou.ledger.found import Found, Rows
from daigou.ledger.rows import Row, clockwork, facts_in, line_of
from daigou.ports.books import StepConflictError

_LOSSES = TypeAdapter(tuple[Loss, ...])


class ClaimWriter:
    """A claim's read model, moved on by a step."""

    def __init__(self, *, step: Step, row: LifecycleRow, found: Found) -> None:
        if found.order is None:
            raise StepConflictError(f"{step.subject} is about no order")
        self._step = step
        self._opens = found.own is None
        self._row = found.own or self._new_row(found.order)
        self._claimed = claimed_in(self._row)
        self.book = Book(
            subject=step.subject,
            sequence=step.sequence,
            fee_rate=terms_of(step.terms_version).fee_rate,
            client=PartyId(self._row["client"]),
            provider=PartyId(self._row["provider"]),
            facts=Facts(claim=self._claimed),
            grounds=grounds_of(
                state=State(found.order["state"]),
                facts=facts_in(found.order["facts"]),
                lines=tuple(line_of(line) for line in found.lines),
                claimed=total([weight_in(each) for each in found.beside]),
            ),
        )

    def holder(self, role: Role) -> PartyId | None:
        """Who holds a role on this claim; logistics where the claim is against it."""
        if role not in (Role.CLIENT, Role.PROVIDER, Role.LOGISTICS):
            return None
        party = self._row[role.value]
        return None if party is None else PartyId(party)

    def write(self, effects: Effects) -> tuple[Rows, Committed]:
        """The row of the read model, and the step's result."""
        step, command = self._step, self._step.command
        clocks = clockwork(table=step.table, state=step.target, clocks=step.clocks)
        moved: Rows = {
            "id": step.subject,
            "state": step.target,
            "sequence": step.sequence,
            "clocks": clocks.clocks,
            "next_due_at": clocks.next_due_at,
            "next_actor": step.next_actor,
            "ended_at": step.at if step.target in TABLES[step.table].ends else None,
        }
        claimed, paid = self._claimed, ZERO
        if isinstance(command, Admit):
            moved["admitted"] = command.amount.amount
            claimed = Claimed(against=claimed.against, asked=claimed.asked, admitted=command.amount)
        elif isinstance(command, Compensation):
            moved["external_ref"] = command.external_ref
            paid = command.amount
        rows = {"new_own": self._row | moved} if self._opens else {"own": moved}
        return rows, Committed(
            sequence=step.sequence,
            at=step.at,
            amount=claimed.asked,
            money=tuple(
                MoneyLine(what=what, amount=sum_)
                for what, sum_ in (
                    (f"claimed of {_who(claimed.against)}", claimed.asked),
                    ("admitted", claimed.admitted),
                    ("paid", paid),
                )
                if sum_
            ),
        )

    def _new_row(self, order: Rows) -> Rows:
        step, claim = self._step, self._step.command
        if not isinstance(claim, Claim):
            raise StepConflictError(f"{step.subject} was never made")
        return {
            "id": step.subject,
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
            "currency": CNY,
            "terms_version": step.terms_version,
            "made_at": step.at,
        }


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
