"""A chargeback in memory, beside the books of its order: what workflow and ledger do together."""

from dataclasses import dataclass, field, replace

from daigou.domain import commands
from daigou.domain.book import (
    INSTITUTION,
    Account,
    AccountKind,
    Book,
    Disputed,
    Effects,
    Journal,
    Personal,
)
from daigou.domain.commands import Command, DisputeReason, Outcome, Plain
from daigou.domain.facts import Facts
from daigou.domain.ids import ChargebackId, MovementRef, SubjectId
from daigou.domain.lifecycle import CHARGEBACK, FULFILMENT
from daigou.domain.lifecycle.case_guards import NOT_BOUGHT
from daigou.domain.lifecycle.chargeback import HOLDING, JUST, STANDS
from daigou.domain.lifecycle.table import Row, Situation, taken
from daigou.domain.money import ZERO, Money, total
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import Refused
from daigou.domain.terms import Terms
from tests.domain import samples
from tests.domain.bookkeeper import Bookkeeper, Movements

_HELD = (AccountKind.PAYMENT_RESERVED, AccountKind.CHARGED_BACK)
_COLLECTED = (AccountKind.ESCROW, AccountKind.FEE_HELD)
_PAID = {State.COVERED, State.WON, State.SETTLED, State.BORNE}


@dataclass
class Dispute:
    """A chargeback with its books. `pull` is the one way to move it."""

    books: Bookkeeper
    id: ChargebackId
    said: commands.ReportChargeback
    terms: Terms = samples.TERMS
    state: State = State.NEW
    facts: Facts = field(default_factory=Facts)
    moved: dict[Account, int] = field(default_factory=dict)
    journals: list[Journal] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    movements: Movements = field(default_factory=Movements)
    returned: Money = ZERO
    blocks: list[frozenset[commands.Block]] = field(default_factory=list)
    sequence: int = 0

    @property
    def account(self) -> Account:
        """The account of the debt."""
        return Account(AccountKind.CHARGED_BACK, self.id)

    @property
    def owed(self) -> Money:
        """What is owed of it."""
        return ZERO - self.books.owed(self.account)

    @property
    def frozen(self) -> frozenset[commands.Block]:
        """What it forbids the account."""
        return frozenset().union(*self.blocks)

    @property
    def disputed(self) -> Disputed:
        """It as it weighs on its order."""
        known = self.facts.chargeback
        return Disputed(
            chargeback=self.id,
            payment=self.said.payment,
            amount=self.said.amount,
            owed=self.owed,
            returned=self.returned,
            holds=self.state in HOLDING,
            won=known is not None and known.won,
            just=self.state in JUST,
        )

    @property
    def row(self) -> Row:
        """The last row that was taken."""
        return self.rows[-1]

    def book(self) -> Book:
        """What a template would read now."""
        books = self.books
        bought = books.state not in NOT_BOUGHT
        bare = Book(
            subject=SubjectId(self.id),
            sequence=self.sequence + 1,
            fee_rate=self.terms.fee_rate,
            client=books.request.client,
            provider=books.request.provider,
            facts=self.facts,
            captured=books.captured,
            disputes=tuple(each.disputed for each in books.disputes),
            movement=self.movements.sent(),
            moved={account: Money(fen) for account, fen in self.moved.items()},
            personal=Personal(balance=books.deposit, frozen=bool(self.blocks)),
            order_holds=ZERO if bought else total([books.holds(kind) for kind in _COLLECTED]),
        )
        return replace(bare, held={kind: books.owed(bare.own(kind)) for kind in _HELD})

    def pull(
        self, trigger: Trigger, command: Command | None = None, *, role: Role | None = None
    ) -> Effects:
        """Takes the row that the trigger takes now; its order hears of it."""
        command = Plain() if command is None else command
        rows = CHARGEBACK.rows_from(self.state, trigger)
        role = role or min((rows[0].roles if rows else ()) or {Role.CLOCK})
        passed_over: tuple[Row, ...] = ()
        while True:
            row = CHARGEBACK.fire(
                state=self.state,
                trigger=trigger,
                situation=self._situation(role, command, passed_over),
            )
            try:
                effects = self._take(row, command)
                break
            except Refused as refused:
                if refused.code not in row.gives_way:
                    raise
                passed_over = rows[: rows.index(row) + 1]
        self._tell_the_order()
        self.books.prove()
        return effects

    def answer(self, trigger: Trigger) -> Effects:
        """The institution's answer to the payment that is open."""
        movement = self.movements.sent()
        if movement is None:
            raise LookupError(f"{trigger} answers nothing")
        return self.pull(trigger, Outcome(reference=movement.reference, external_ref="x_1"))

    def hear(self) -> None:
        """A step of something else paid it, all or some."""
        if CHARGEBACK.rows_from(self.state, Trigger.COLLECT_DEBT):
            self.pull(Trigger.COLLECT_DEBT)

    def prove(self) -> None:
        """No more is owed than was taken back, nothing once it is paid; the institution has what
        it took, or gave it back."""
        assert ZERO <= self.owed <= self.said.amount
        assert self.state not in _PAID or self.owed == ZERO, f"{self.state} owes {self.owed}"
        assert ZERO <= self.returned <= self.said.amount
        took = -total(
            [
                leg.amount
                for journal in self.journals
                if journal.kind in {"chargeback", "chargeback_won"}
                for leg in journal.legs
                if leg.account == INSTITUTION
            ]
        )
        assert took == (ZERO if self.disputed.won else self.said.amount)
        of_debt = self.books.owed(Account(AccountKind.PAYMENT_RESERVED, self.id))
        assert of_debt == ZERO or self.state == State.PAYING

    def _situation(self, role: Role, command: Command, passed_over: tuple[Row, ...]) -> Situation:
        return Situation(
            actor=samples.actor(role),
            command=command,
            parties=samples.PARTIES,
            terms=self.terms,
            at=self.books.at,
            facts=self.facts,
            order=self.state,
            passed_over=passed_over,
        )

    def _take(self, row: Row, command: Command) -> Effects:
        effects = row.posts(self.book(), command) if row.posts else Effects()
        self.books.post(effects.journals, of=self)
        self.sequence += 1
        self.rows.append(row)
        self.facts = self.facts.after(
            taken(CHARGEBACK, row, item="", command=command, terms=self.terms, at=self.books.at)
        )
        self.state = row.target
        if effects.lifts:
            self.blocks = []
        self.blocks += [each.blocks for each in effects.freezes]
        if effects.intends:
            self.movements.send(effects.intends)
        if effects.settles:
            self.movements.settle(effects.settles.reference, effects.settles.state)
        return effects

    def _tell_the_order(self) -> None:
        stand = STANDS.get(self.state)
        told = any(
            each.chargeback == self.id and each.stand == stand for each in self.books.facts.holds
        )
        if stand is None or told or self.books.state in FULFILMENT.ends:
            return
        hold = commands.PaymentHold(chargeback=self.id, stand=stand)
        self.books.pull(Trigger.HEED_CHARGEBACK, hold)


def dispute(
    books: Bookkeeper,
    fen: int,
    *,
    reason: DisputeReason = DisputeReason.CHANGED_MIND,
    payment: MovementRef | None = None,
    terms: Terms = samples.TERMS,
    **footing: bool,
) -> Dispute:
    """So much of a payment of the order was charged back, of its first one if none is named."""
    number = len(books.disputes) + 1
    said = replace(
        samples.REPORT,
        dispute=f"dp_{number}",
        payment=payment or books.captured[0].reference,
        amount=Money(fen),
        reason=reason,
        footing=commands.Footing(**footing),
    )
    found = Dispute(books, ChargebackId(f"cbk_kettles.dp_{number}"), said, terms)
    books.disputes.append(found)
    try:
        found.pull(Trigger.REPORT_CHARGEBACK, said)
    except Refused:
        books.disputes.remove(found)
        raise
    return found


def pay_debt(dispute_: Dispute, *, deposit: int = 0, institution: int = 0) -> Effects:
    """The client pays what it owes; the deposit gets its part first, as if recharged."""
    dispute_.books.fund_deposit(Money(deposit))
    said = commands.PayChargeback(
        from_deposit=Money(deposit), from_institution=Money(institution), payment_method="card"
    )
    return dispute_.pull(Trigger.PAY_CHARGEBACK, said)


WON = commands.InstitutionVerdict(external_ref="vd_1")
JUST_CAUSE = commands.Message(note_ref="note_1")
