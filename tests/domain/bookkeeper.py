"""The books in memory: balances per account, moved by journals, read back as a `Book`."""

from dataclasses import dataclass, field, replace
from fractions import Fraction

from daigou.domain.book import (
    CASH_KINDS,
    HELD_FOR_A_SUBJECT,
    Account,
    Book,
    Effects,
    Journal,
    Movement,
    Paid,
    Template,
)
from daigou.domain.commands import Command, Line, Request
from daigou.domain.ids import SubjectId
from daigou.domain.money import ZERO, Money
from tests.domain import samples

ORDER = SubjectId("ord_kettles")


class OverdrawnError(Exception):
    """An account that has a floor was taken below it."""


@dataclass
class Bookkeeper:
    """Applies templates to one order, one after the other, as the ledger would."""

    request: Request = samples.REQUEST
    balances: dict[Account, int] = field(default_factory=dict)
    journals: list[Journal] = field(default_factory=list)
    lines: tuple[Line, ...] = ()
    paid: Paid | None = None
    movement: Movement | None = None
    sequence: int = 0

    @property
    def book(self) -> Book:
        bare = Book(
            subject=ORDER,
            sequence=self.sequence + 1,
            fee_rate=Fraction(1, 1000),
            client=self.request.client,
            provider=self.request.provider,
            request=self.request,
            lines=self.lines,
            paid=self.paid,
            movement=self.movement,
        )
        held = {kind: self.owed(bare.own(kind)) for kind in HELD_FOR_A_SUBJECT}
        return replace(bare, held=held)

    def owed(self, account: Account) -> Money:
        """What the account owes; of a cash account, what it lacks."""
        return Money(-self.balances.get(account, 0))

    def fund_deposit(self, amount: Money) -> None:
        """As if recharged before."""
        self.balances[self.book.deposit] = -amount.amount

    def take(self, template: Template, command: Command) -> Effects:
        """What the template does, done."""
        effects = template(self.book, command)
        self.sequence += 1
        for journal in effects.journals:
            self._post(journal)
        self.lines += effects.lines
        self.paid = effects.paid or self.paid
        if effects.settles:
            self.movement = None
        if effects.intends:
            self.movement = effects.intends
        return effects

    def _post(self, journal: Journal) -> None:
        self.journals.append(journal)
        for leg in journal.legs:
            balance = self.balances.get(leg.account, 0) + leg.amount.amount
            if balance > 0 and leg.account.kind not in CASH_KINDS:
                raise OverdrawnError(f"{leg.account.id} at {Money(-balance)}")
            self.balances[leg.account] = balance


def legs_of(journal: Journal) -> dict[str, int]:
    """The journal as fen by account id, debits positive."""
    return {leg.account.id: leg.amount.amount for leg in journal.legs}


def all_legs(effects: Effects) -> list[dict[str, int]]:
    """Each journal of the effects as fen by account id."""
    return [legs_of(journal) for journal in effects.journals]


def is_sound(journal: Journal) -> bool:
    """Two legs or more, none of zero, one an account, one currency, summing to zero."""
    accounts = [leg.account for leg in journal.legs]
    return (
        len(accounts) >= 2
        and len(set(accounts)) == len(accounts)
        and all(leg.amount != ZERO for leg in journal.legs)
        and {leg.amount.currency for leg in journal.legs} == {"CNY"}
        and sum(leg.amount.amount for leg in journal.legs) == 0
    )
