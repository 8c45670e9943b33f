"""One order in memory, driven by its tables: rows are taken, templates applied, facts folded.

It is what the workflow and the ledger do together, without either; after every step the books are
proved.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Protocol

from daigou.domain.book import (
    BANK,
    CASH_KINDS,
    HELD_FOR_A_SUBJECT,
    INSTITUTION,
    OWED_TO_THE_PLATFORM,
    PROMOTION,
    Account,
    AccountKind,
    Book,
    Captured,
    Coupon,
    Disputed,
    Effects,
    Journal,
    JournalKind,
    Movement,
    MovementKind,
    MovementState,
    Paid,
)
from daigou.domain.commands import (
    Accept,
    Caution,
    Command,
    Line,
    LineCode,
    Outcome,
    Pay,
    Plain,
    Request,
    WarehouseReceipt,
)
from daigou.domain.facts import Case, Facts
from daigou.domain.ids import ChargebackId, CouponId, MovementRef, SubjectId
from daigou.domain.items import choose_item
from daigou.domain.lifecycle import FULFILMENT, ITEM_TABLES, PARCEL, REFUND
from daigou.domain.lifecycle.table import Row, Situation, Table, taken
from daigou.domain.money import ZERO, Money, round_half_up, total
from daigou.domain.order import Role, State, Trigger
from daigou.domain.postings.checkout import COMPUTED
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.terms import Terms
from tests.domain import samples

ORDER = SubjectId("ord_kettles")
FOLLOWERS_MAX = 8
_NOT_COLLECTED = {AccountKind.PAYMENT_RESERVED, AccountKind.COUPON_RESERVED}
_BACK = {
    AccountKind.DEPOSIT,
    AccountKind.PROMOTION,
    AccountKind.PAYMENT_INSTITUTION,
    AccountKind.CHARGED_BACK,
    AccountKind.RECEIVABLE,
}
"""Where a refund comes to rest; one of a payment that was charged back pays for that."""
_REFUNDS = {
    JournalKind.REFUND,
    JournalKind.REFUND_PAID,
    JournalKind.REFUND_CREDITED,
    JournalKind.REFUND_DISPUTED,
}


class OverdrawnError(Exception):
    """An account that has a floor, and is no deposit, was taken below it."""


@dataclass
class Movements:
    """What moves outside: each intent, and what became of it."""

    all: dict[MovementRef, tuple[Movement, MovementState]] = field(default_factory=dict)

    def send(self, movement: Movement) -> None:
        self.all[movement.reference] = (movement, MovementState.SENT)

    def settle(self, reference: MovementRef, state: MovementState) -> None:
        self.all[reference] = (self.all[reference][0], state)

    def sent(self, *, item: str = "") -> Movement | None:
        """The one that an answer on the order, or on that refund, is for."""
        for movement, state in self.all.values():
            of_refund = movement.kind == MovementKind.REFUND
            if state == MovementState.SENT and (movement.reference if of_refund else "") == item:
                return movement
        return None

    @property
    def captured(self) -> tuple[Captured, ...]:
        return tuple(
            Captured(
                reference=each.reference,
                amount=each.amount,
                refunded=total([back.amount for back, _ in self._refunds_of(reference)]),
                credited=total(
                    [
                        back.amount
                        for back, end in self._refunds_of(reference)
                        if end == MovementState.FAILED
                    ]
                ),
            )
            for reference, (each, state) in self.all.items()
            if each.kind == MovementKind.CAPTURE and state == MovementState.DONE
        )

    def _refunds_of(self, capture: MovementRef) -> list[tuple[Movement, MovementState]]:
        return [each for each in self.all.values() if each[0].original == capture]


class Chargeback(Protocol):
    """A chargeback of one of the order's payments."""

    id: ChargebackId
    returned: Money
    moved: dict[Account, int]
    journals: list[Journal]

    @property
    def disputed(self) -> Disputed:
        """It as it weighs on its order."""

    def hear(self) -> None:
        """A step of something else paid it, all or some."""

    def prove(self) -> None:
        """Its own sums are right."""


@dataclass
class Bookkeeper:
    """An order with its books. `pull` is the one way to move it."""

    request: Request = samples.REQUEST
    contract_rate: Fraction | None = None
    fixed_rate: Fraction | None = None
    state: State = State.NEW
    facts: Facts = field(default_factory=Facts)
    items: dict[str, tuple[Table, State]] = field(default_factory=dict)
    balances: dict[Account, int] = field(default_factory=dict)
    moved: dict[Account, int] = field(default_factory=dict)
    journals: list[Journal] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    lines: tuple[Line, ...] = ()
    paid: Paid | None = None
    coupons: dict[CouponId, Coupon] = field(default_factory=dict)
    movements: Movements = field(default_factory=Movements)
    disputes: list[Chargeback] = field(default_factory=list)
    sequence: int = 0
    terms: Terms = samples.TERMS
    at: datetime = samples.NOON

    def book(self, *, item: str = "") -> Book:
        """What a template would read now."""
        bare = Book(
            subject=ORDER,
            sequence=self.sequence + 1,
            fee_rate=self.terms.fee_rate,
            client=self.request.client,
            provider=self.request.provider,
            storage=self.request.storage,
            promoter=self.request.promoter,
            request=self.request,
            facts=self.facts,
            lines=self.lines,
            paid=self.paid,
            captured=self.captured,
            disputes=tuple(each.disputed for each in self.disputes),
            coupons=tuple(self.coupons.values()),
            coupons_reduce=self.terms.coupons_reduce,
            storage_charge=self.terms.storage_charge,
            brokerage_rate=self.contract_rate if self.fixed_rate is None else self.fixed_rate,
            movement=self.movements.sent(item=item),
            moved={account: Money(fen) for account, fen in self.moved.items()},
            fee_earned=self.fee_earned,
            client_owes=self.claimed,
        )
        return replace(bare, held={kind: self.owed(bare.own(kind)) for kind in HELD_FOR_A_SUBJECT})

    @property
    def captured(self) -> tuple[Captured, ...]:
        """What the institution captured, and what of it went back, or was charged back."""
        return tuple(
            replace(
                capture,
                disputed=total(
                    [
                        each.disputed.weight
                        for each in self.disputes
                        if each.disputed.payment == capture.reference and each.journals
                    ]
                ),
            )
            for capture in self.movements.captured
        )

    @property
    def deposit(self) -> Money:
        """What the client's deposit has."""
        return self.owed(Account(AccountKind.DEPOSIT, self.request.client))

    @property
    def case(self) -> Case:
        """The last cancellation or dissolution that was asked for."""
        assert self.facts.case is not None
        return self.facts.case

    @property
    def row(self) -> Row:
        """The last row that was taken."""
        return self.rows[-1]

    @property
    def refunds(self) -> tuple[str, ...]:
        """The refunds that are on their way."""
        return tuple(
            item
            for item, (table, state) in self.items.items()
            if table == REFUND and state == State.DUE
        )

    @property
    def parcels(self) -> tuple[str, ...]:
        """The parcels, the first sent first."""
        return tuple(item for item, (table, _) in self.items.items() if table == PARCEL)

    def owed(self, account: Account) -> Money:
        """What the account owes; of a cash account, what it lacks."""
        return Money(-self.balances.get(account, 0))

    def holds(self, kind: AccountKind) -> Money:
        """What the order's own account of a kind owes."""
        return self.owed(Account(kind, ORDER))

    def fund_deposit(self, amount: Money) -> None:
        """As if recharged before."""
        account = Account(AccountKind.DEPOSIT, self.request.client)
        self.balances[account] = self.balances.get(account, 0) - amount.amount
        self.balances[INSTITUTION] = self.balances.get(INSTITUTION, 0) + amount.amount

    def give(self, coupon: Coupon) -> None:
        """As if issued before."""
        self.coupons[coupon.id] = coupon

    def pull(
        self,
        trigger: Trigger,
        command: Command | None = None,
        *,
        role: Role | None = None,
        item: str = "",
        table: Table | None = None,
    ) -> Effects:
        """Takes the row that the trigger takes now, and what follows from it on other axes."""
        command = Plain() if command is None else command
        table = table or _table_of(trigger)
        item = self._item(table, trigger, item)
        source = self.items[item][1] if item else table.initial
        if table == FULFILMENT:
            source = self.state
        role = role or min((table.rows_from(source, trigger) or table.rows)[0].roles or {"clock"})
        passed_over: tuple[Row, ...] = ()
        while True:
            situation = self._situation(Role(role), command, item, passed_over)
            row = table.fire(state=source, trigger=trigger, situation=situation)
            try:
                effects = self._take(table, row, command, item)
                break
            except Refused as refused:
                if refused.code not in row.gives_way:
                    raise
                rows = table.rows_from(source, trigger)
                passed_over = rows[: rows.index(row) + 1]
        self._follow()
        self.prove()
        self._tell_of_paid_debts(effects)
        return effects

    def answer(self, trigger: Trigger, *, item: str = "", reason: str = "") -> Effects:
        """The counterparty's answer to the movement that is open."""
        movement = self.movements.sent(item=item)
        if movement is None:
            raise LookupError(f"{trigger} answers nothing")
        outcome = Outcome(reference=movement.reference, external_ref="x_1", reason=reason)
        return self.pull(trigger, outcome, item=item)

    def prove(self) -> None:
        """The books are whole: what was collected is somewhere, and refunds have their captures."""
        assert sum(self.balances.values()) == 0
        for captured in self.captured:
            assert ZERO <= captured.left <= captured.amount
        for dispute in self.disputes:
            dispute.prove()
        assert self.moved.get(PROMOTION, 0) >= 0
        assert self.refunded + self.borne <= self.collected, "given back twice"
        assert self.collected + self.claimed == (
            self.refunded
            + self.earned
            + self.handed_over
            + self.passed_on
            + self.paid_out
            + self.sold_for
            + self.held
        )
        # PSR-19: after every step, and rounded once, of all that is earned.
        part = round_half_up(self.fee_earned.amount * (self.fixed_rate or 0))
        assert self.owed(Account(AccountKind.PROMOTER, samples.PROMOTER)) == Money(part)

    @property
    def collected(self) -> Money:
        """All that was paid for the order, coupons included."""
        return self.paid.whole if self.paid else ZERO

    @property
    def refunded(self) -> Money:
        """What is back with the client, its institution, or the promotion."""
        return -total(list(self._legs(_REFUNDS, _BACK)))

    @property
    def borne(self) -> Money:
        """What the provider owes of chargebacks that the client had just cause for."""
        return ZERO - self.owed(Account(AccountKind.RECEIVABLE, self.request.provider))

    @property
    def sold_for(self) -> Money:
        """What retained goods fetched for the client: it paid its debts, or is in its deposit."""
        got = {AccountKind.DEPOSIT, AccountKind.CHARGED_BACK}
        return -total(list(self._legs({JournalKind.DISPOSAL}, got)))

    @property
    def claimed(self) -> Money:
        """What the client owes for this order, beyond what was collected."""
        owed = Account(AccountKind.RECEIVABLE, self.request.client)
        return Money(self.moved.get(owed, 0))

    @property
    def handed_over(self) -> Money:
        """What the provider has of the seller's, to give it back."""
        return -total(list(self._legs({JournalKind.REFUND_RETURNED}, {AccountKind.PROVIDER})))

    @property
    def passed_on(self) -> Money:
        """What the seller paid for a return, on top of what it was paid: the client has it."""
        return -total(list(self._legs({JournalKind.COSTS_PASSED_ON}, {AccountKind.DEPOSIT})))

    @property
    def fee_earned(self) -> Money:
        """What the provider earned by its fees, brokerage included."""
        return -total(list(self._legs({JournalKind.FEE_EARNED}, {AccountKind.PROVIDER})))

    @property
    def earned(self) -> Money:
        """What the provider earned by its fees, brokerage included, and what it kept of costs."""
        kinds = {JournalKind.FEE_EARNED, JournalKind.COSTS}
        return -total(list(self._legs(kinds, {AccountKind.PROVIDER})))

    @property
    def paid_out(self) -> Money:
        """What third parties got, and the seller has."""
        third_parties = -total(list(self._legs(set(JournalKind), {AccountKind.THIRD_PARTY})))
        return third_parties + Money(-self.moved.get(BANK, 0))

    @property
    def held(self) -> Money:
        """What is collected and still held for the order."""
        return total(
            [self.holds(kind) for kind in HELD_FOR_A_SUBJECT if kind not in _NOT_COLLECTED]
        )

    def _legs(self, kinds: set[JournalKind], accounts: set[AccountKind]) -> Iterable[Money]:
        return (
            leg.amount
            for journal in self.journals
            if journal.kind in kinds
            for leg in journal.legs
            if leg.account.kind in accounts
        )

    def _item(self, table: Table, trigger: Trigger, named: str) -> str:
        if table == FULFILMENT:
            return ""
        states = {item: state for item, (of, state) in self.items.items() if of == table}
        return choose_item(table=table, trigger=trigger, named=named, states=states, subject=ORDER)

    def _situation(
        self, role: Role, command: Command, item: str, passed_over: tuple[Row, ...]
    ) -> Situation:
        return Situation(
            actor=samples.actor(role),
            command=command,
            parties=samples.PARTIES,
            terms=self.terms,
            at=self.at,
            facts=self.facts,
            order=self.state,
            item=item,
            passed_over=passed_over,
        )

    def _tell_of_paid_debts(self, effects: Effects) -> None:
        paid = {leg.account for journal in effects.journals for leg in journal.legs}
        for dispute in self.disputes:
            if dispute.disputed.account in paid:
                dispute.hear()

    def _follow(self) -> None:
        for _ in range(FOLLOWERS_MAX):
            followed = self._next_to_follow()
            if followed is None:
                return
            table, item, row = followed
            self._take(table, row, Plain(), item)
        raise AssertionError(f"axes follow each other in a circle: {self.rows[-FOLLOWERS_MAX:]}")

    def _next_to_follow(self) -> tuple[Table, str, Row] | None:
        axes = [(FULFILMENT, "", self.state)]
        axes += [(table, item, state) for item, (table, state) in self.items.items()]
        for table, item, state in axes:
            situation = self._situation(Role.CLOCK, Plain(), item, ())
            if row := table.following(state=state, situation=situation):
                return table, item, row
        return None

    def _take(self, table: Table, row: Row, command: Command, item: str) -> Effects:
        effects = row.posts(self.book(item=item), command) if row.posts else Effects()
        self.post(effects.journals, of=self)
        self.sequence += 1
        opened = table.items and not item
        item = f"{ORDER}/{self.sequence}" if opened else item
        self.rows.append(row)
        self.facts = self.facts.after(
            taken(table, row, item=item, command=command, terms=self.terms, at=self.at)
        )
        if table == FULFILMENT:
            self.state = row.target
        else:
            self.items[item] = (table, row.target)
        self._write(effects)
        return effects

    def _write(self, effects: Effects) -> None:
        codes = {line.code for line in effects.lines} & COMPUTED
        kept = tuple(line for line in self.lines if line.code not in codes)
        self.lines = (*effects.lines, *kept) if codes else (*kept, *effects.lines)
        if effects.paid:
            self.paid = (self.paid or Paid()) + effects.paid
        for share in effects.returns:
            of = next(each for each in self.disputes if each.id == share.chargeback)
            of.returned += share.amount
        if effects.settles:
            self.movements.settle(effects.settles.reference, effects.settles.state)
        for movement in ((effects.intends,) if effects.intends else ()) + effects.refunds:
            self.movements.send(movement)
        for refund in effects.refunds:
            self.items[refund.reference] = (REFUND, State.DUE)
        for id_ in effects.redeems:
            self.coupons[id_] = replace(self.coupons[id_], usable=False)
        if effects.fixes_brokerage is not None:
            self.fixed_rate = effects.fixes_brokerage

    def post(self, journals: tuple[Journal, ...], *, of: "Bookkeeper | Chargeback") -> None:
        """Writes journals of the order, or of a chargeback of it; all of them or none."""
        assert all(is_sound(journal) for journal in journals), journals
        balances = dict(self.balances)
        for leg in (leg for journal in journals for leg in journal.legs):
            balance = balances.get(leg.account, 0) + leg.amount.amount
            if balance > 0 and leg.account.kind == AccountKind.DEPOSIT:
                raise Refused(RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8", "the deposit is too small")
            owed_to_us = leg.account.kind in OWED_TO_THE_PLATFORM
            if balance > 0 and leg.account.kind not in CASH_KINDS and not owed_to_us:
                raise OverdrawnError(f"{leg.account.id} at {Money(-balance)}")
            if balance < 0 and owed_to_us:
                raise OverdrawnError(f"{leg.account.id} at {Money(-balance)}")
            balances[leg.account] = balance
        self.balances = balances
        for leg in (leg for journal in journals for leg in journal.legs):
            of.moved[leg.account] = of.moved.get(leg.account, 0) + leg.amount.amount
        of.journals += journals


def accepted(*lines: Line, request: Request = samples.REQUEST) -> Bookkeeper:
    """An order that was requested and accepted."""
    books = Bookkeeper(request=request)
    books.pull(Trigger.REQUEST, request)
    for caution in books.facts.unacknowledged:
        said = Caution(caution=caution, note_ref="note_1")
        books.pull(Trigger.ACKNOWLEDGE_CAUTION, said)
    books.pull(Trigger.ACCEPT, Accept(lines=lines))
    return books


def paid(
    *lines: Line, deposit: int, institution: int = 0, request: Request = samples.REQUEST
) -> Bookkeeper:
    """An order that was paid so, and is effective; the deposit has nothing left."""
    books = accepted(*lines, request=request)
    pay(books, deposit=deposit, institution=institution)
    return books


def pay(
    books: Bookkeeper, *, deposit: int = 0, institution: int = 0, coupons: tuple[str, ...] = ()
) -> Effects:
    """Pays what is due, captured at once; the deposit gets its part first, as if recharged."""
    books.fund_deposit(Money(deposit))
    said = Pay(
        from_deposit=Money(deposit),
        from_institution=Money(institution),
        coupons=tuple(CouponId(each) for each in coupons),
    )
    effects = books.pull(Trigger.PAY, said)
    return books.answer(Trigger.CONFIRM_PAYMENT) if institution else effects


def bought(books: Bookkeeper, *, goods: int = 1_200_00, freight: int = 30_00) -> Effects:
    """The seller took the order, at that price."""
    books.pull(Trigger.PURCHASE, samples.command_of(Trigger.PURCHASE))
    record = samples.command_of(Trigger.RECORD_PURCHASE)
    return books.pull(
        Trigger.RECORD_PURCHASE,
        replace(record, goods=Money(goods), freight=Money(freight)),  # type: ignore[call-arg]
    )


def received(books: Bookkeeper, quantity: int | None = None) -> str:
    """The storage received a parcel, by default with all the goods: its item."""
    said = WarehouseReceipt(parcel_ref="p", quantity=quantity)
    books.pull(Trigger.WAREHOUSE_RECEIPT, said)
    return books.parcels[-1]


def delivered(books: Bookkeeper) -> None:
    """All goods came in one parcel, and their client has it."""
    parcel = received(books)
    for trigger in (Trigger.END_DUTY, Trigger.CLEAR_CUSTOMS, Trigger.DELIVER):
        books.pull(trigger, samples.command_of(trigger), item=parcel)


def coupon(id_: str, amount: int, *reduces: LineCode, usable: bool = True) -> Coupon:
    """A coupon of that many fen."""
    return Coupon(id=CouponId(id_), amount=Money(amount), reduces=frozenset(reduces), usable=usable)


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


def _table_of(trigger: Trigger) -> Table:
    tables = [table for table in (FULFILMENT, *ITEM_TABLES) if trigger in table.triggers]
    return tables[0]
