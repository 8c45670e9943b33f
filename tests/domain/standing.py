"""An order with its parcels, its case and its chargeback as the tables move them, money left aside:
every step that can be taken from a stand, and every stand that can be come to."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, cached_property

from daigou.domain import commands
from daigou.domain.commands import Command, Plain
from daigou.domain.commands import Stand as Payment
from daigou.domain.facts import PAST_CUSTOMS, WAY, Case, Facts, Parcel
from daigou.domain.lifecycle import CANCELLATION, DISSOLUTION, FULFILMENT, PARCEL
from daigou.domain.lifecycle.table import FOLLOWING, TOLD, Row, Situation, Table, taken
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples

Outcome = State | tuple[RefusalCode, str]
HALF = Money(samples.PRICE.amount // 2)
FOLLOWERS_MAX = 8
CASES = {table.name: table for table in (CANCELLATION, DISSOLUTION)}
SETTLED = {TableName.CANCELLATION: State.CANCELLED, TableName.DISSOLUTION: State.DISSOLVED}
"""The end of an order whose case was settled, by the kind of the case."""
CASE_ITEM = "ord_kettles/20"
QUANTITY = 2
UNTIL = samples.NOON + timedelta(days=30)
PART = replace(samples.PART, quantity=1)
LOWER = replace(samples.LOWER, quantity=QUANTITY)
HIGHER = replace(samples.HIGHER, quantity=QUANTITY)

_CAUSES = (commands.Cause.LOGISTICS,)

SAID: dict[Trigger, tuple[Command, ...]] = {
    Trigger.PAY: (samples.PAY_FROM_DEPOSIT, samples.PAY_FROM_BOTH),
    Trigger.REPORT_PRICE: (PART, LOWER, HIGHER),
    Trigger.QUOTE_ANEW: (PART, LOWER, HIGHER),
    Trigger.SETTLE_PACKAGE: (
        commands.CauseFound(cause=commands.Cause.LOGISTICS),
        commands.CauseFound(cause=commands.Cause.SELLER),
    ),
    Trigger.RECORD_SELLER_REFUND: (
        commands.SellerRefund(goods=ZERO, freight=ZERO, external_ref="sr_1"),
    ),
    Trigger.CONSENT_TO_CANCELLATION: tuple(
        commands.SellerConsent(refund=refund) for refund in (ZERO, HALF, samples.PRICE)
    ),
    Trigger.SETTLE_OBJECTION: (
        commands.CauseFound(cause=commands.Cause.LOGISTICS),
        commands.CauseFound(cause=commands.Cause.NONE_FOUND),
    ),
    Trigger.CONSENT_TO_DISSOLUTION: tuple(
        commands.SellerAgreement(refund=refund, remedy=commands.Remedy.RETURN)
        for refund in (ZERO, HALF, samples.PRICE)
    ),
    Trigger.PROVE_DISPOSAL: (replace(samples.PROOF, cost=ZERO), samples.PROOF),
    Trigger.RECORD_DISSOLUTION_REFUND: (commands.CaseRefund(amount=HALF, external_ref="sr_1"),),
    Trigger.RECORD_CANCELLATION_REFUND: (commands.CaseRefund(amount=HALF, external_ref="sr_1"),),
}
"""What is said with a trigger where it makes a difference to where things lead."""

TOLD_SINCE: dict[Payment | None, tuple[Payment, ...]] = {
    None: (Payment.HOLDS,),
    Payment.HOLDS: (Payment.OWING, Payment.JUSTIFIED, Payment.OVER),
    Payment.OWING: (Payment.OVER,),
}
"""What an order may hear of a chargeback next, by what it heard last; of one that does not hold it
up any more nothing that matters, but there may be another."""


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Where an order, its parcels and its case stand. `facts` hold no more than that."""

    order: State
    facts: Facts

    @property
    def case(self) -> Case | None:
        """The last cancellation or dissolution that was asked for."""
        return self.facts.case

    @property
    def kind(self) -> TableName | None:
        """Which of the two the case is; none where there is none."""
        return self.facts.case.table if self.facts.case else None

    @property
    def case_state(self) -> State:
        """Where the case stands; new where there is none."""
        return self.facts.case.state if self.facts.case else State.NEW

    @property
    def payment(self) -> Payment | None:
        """How a chargeback holds the order up; none where none does."""
        return self.facts.holds[0].stand if self.facts.holds else None

    @property
    def case_is_open(self) -> bool:
        """Whether the case is at no end of its table, and its order not settled either."""
        if self.case is None or self.case_state == State.CHASING:
            return False
        return self.case_state not in CASES[self.case.table].ends

    @property
    def ended(self) -> bool:
        """Whether the order is at its end."""
        return self.order in FULFILMENT.ends

    def situation(self, role: Role, command: Command | None, item: str = "") -> Situation:
        """What a guard sees when somebody of the order gives a command."""
        return replace(
            samples.situation(role, command, facts=self.facts, order=self.order), item=item
        )


@dataclass(frozen=True, kw_only=True)
class Step:
    """A row that was taken, by whom, with those that followed, and where it led."""

    source: Stand
    row: Row
    table: Table
    followed: tuple[Row, ...]
    target: Stand


def effective(*, with_advance: bool = False, quantity: int = QUANTITY) -> Stand:
    """An order that is agreed and paid; of goods with an advance deposit, that alone."""
    advance = samples.ADVANCE if with_advance else None
    return _settled(State.EFFECTIVE, replace(samples.FACTS, quantity=quantity, advance=advance))


@cache
def reached() -> "Reached":
    """Every stand of two goods in up to two parcels, with and without an advance deposit."""
    return Reached((effective(), effective(with_advance=True)))


@cache
def reached_with_chargebacks() -> "Reached":
    """Every stand of one good, or of one that is left of two, as chargebacks of its order come and
    go, one at a time."""
    one_left = replace(samples.FACTS, quantity=QUANTITY, offer=PART)
    starts = (
        effective(quantity=1),
        effective(with_advance=True, quantity=1),
        _settled(State.AWAITING_CHOICE, one_left),
    )
    return Reached(starts, chargebacks=True)


def steps() -> Iterator[Step]:
    """Every step from each of them."""
    return (step for each in reached().steps.values() for step in each)


@cache
def every_stand(kind: TableName) -> dict[tuple[State, State], Stand]:
    """One stand for each order state with each state of a case of that kind, or with none: that
    about which least has happened."""
    found: dict[tuple[State, State], Stand] = {}
    for stand in sorted(reached().steps, key=what_happened):
        if stand.kind in (None, kind):
            found.setdefault((stand.order, stand.case_state), stand)
    return found


def what_happened(stand: Stand) -> tuple[object, ...]:
    """What to sort stands by, so that those come first about which least has happened."""
    facts, case = stand.facts, stand.facts.case
    spent = (case.received.amount, case.losses, case.granted) if case else (0, 0, False)
    abroad = any(parcel.state in PAST_CUSTOMS for parcel in facts.parcels)
    return (
        abroad,
        bool(facts.causes),
        facts.advance is not None,
        len(facts.parcels),
        *spent,
        repr(facts),
    )


def outcome(
    stand: Stand, table: Table, state: State, trigger: Trigger, role: Role, item: str = ""
) -> Outcome:
    """Where a trigger leads there, or why it is refused."""
    command = samples.command_of(trigger, table.name)
    if trigger in {Trigger.REPORT_PRICE, Trigger.QUOTE_ANEW}:
        command = replace(samples.HIGHER, quantity=1)
    situation = stand.situation(role, command, item)
    try:
        return table.fire(state=state, trigger=trigger, situation=situation).target
    except Refused as refused:
        return refused.code, refused.clause


def wrong_of_a_refusal(found: Outcome, allowed: Collection[str], clause: str) -> str:
    """What is wrong with the answer to a role that may not pull a trigger there: if others are
    allowed to, it is not its role; otherwise the trigger's clause forbids it in that state."""
    if not allowed:
        expected: Outcome = (RefusalCode.NOT_IN_THIS_STATE, clause)
        return "" if found == expected else f"{found}, not {expected}"
    code = found[0] if isinstance(found, tuple) else found
    return "" if code == RefusalCode.NOT_YOUR_ROLE else f"{found}"


@dataclass(frozen=True)
class Reached:
    """Every stand that can be come to, and every step between them."""

    starts: tuple[Stand, ...]
    chargebacks: bool = False

    @cached_property
    def steps(self) -> dict[Stand, tuple[Step, ...]]:
        """The steps from each stand, however long the way to it."""
        found: dict[Stand, tuple[Step, ...]] = {}
        open_ones = list(self.starts)
        while open_ones:
            stand = open_ones.pop()
            if stand not in found:
                found[stand] = tuple(_steps_from(stand, chargebacks=self.chargebacks))
                open_ones += [step.target for step in found[stand]]
        return found

    def open_pairs(self, kind: TableName) -> set[tuple[State, State]]:
        """Where an order and its open case of a kind stand together."""
        stands = (each for each in self.steps if each.case_is_open and each.kind == kind)
        return {(each.order, each.case_state) for each in stands}

    def dead_ends(self) -> list[Stand]:
        """The stands from which no way leads to the order's end."""
        leads_to: dict[Stand, set[Stand]] = {}
        for stand, steps in self.steps.items():
            for step in steps:
                leads_to.setdefault(step.target, set()).add(stand)
        alive = {stand for stand in self.steps if stand.ended}
        open_ones = list(alive)
        while open_ones:
            for before in leads_to.get(open_ones.pop(), set()) - alive:
                alive.add(before)
                open_ones.append(before)
        return [stand for stand in self.steps if stand not in alive]


def _steps_from(stand: Stand, *, chargebacks: bool) -> Iterator[Step]:
    for table, row, item in _rows(stand):
        for command in SAID.get(row.trigger, (_command(row, table),)):
            if isinstance(command, commands.ActualPrice) and command is not PART:
                command = replace(command, quantity=stand.facts.quantity)
            if step := _taken(stand, table, row, item, command):
                yield step
    heeding = FULFILMENT.rows_from(stand.order, Trigger.HEED_CHARGEBACK)[:1] if chargebacks else ()
    for row in heeding:
        for told in TOLD_SINCE[stand.payment]:
            if step := _taken(stand, FULFILMENT, row, "", samples.a_hold(told)):
                yield step


def _rows(stand: Stand) -> Iterator[tuple[Table, Row, str]]:
    """The rows that could be taken, one a trigger, guards aside."""
    standing: list[tuple[Table, State, str]] = []
    if not stand.ended:
        standing.append((FULFILMENT, stand.order, ""))
        standing += [(PARCEL, each.state, each.item) for each in stand.facts.parcels]
        standing += [(table, State.NEW, "") for table in CASES.values()]
    if stand.order in WAY and stand.facts.missing:
        standing.append((PARCEL, State.NEW, ""))
    if stand.case:
        standing.append((CASES[stand.case.table], stand.case.state, stand.case.item))
    for table, state, item in standing:
        for trigger in dict.fromkeys(row.trigger for row in table.rows_from(state)):
            row = table.rows_from(state, trigger)[0]
            # An order that is held up has no clocks of its own.
            asleep = table is FULFILMENT and stand.facts.held and not row.roles
            if trigger not in FOLLOWING | TOLD and not asleep:
                yield table, row, item


def _taken(stand: Stand, table: Table, row: Row, item: str, command: Command) -> Step | None:
    role = min(row.roles or {Role.CLOCK})
    try:
        row = table.fire(
            state=row.source, trigger=row.trigger, situation=stand.situation(role, command, item)
        )
    except Refused:
        return None
    item = item or (CASE_ITEM if table.name in CASES else f"p{len(stand.facts.parcels) + 1}")
    now = _moved(stand, table, row, item, command)
    followed: list[Row] = []
    while after := _followed(now):
        follower, row_after, moved = after
        now = _moved(now, follower, row_after, moved, Plain())
        followed.append(row_after)
        if len(followed) > FOLLOWERS_MAX:
            raise AssertionError(f"a circle after {row}: {followed}")
    target = _settled(now.order, now.facts)
    return Step(source=stand, row=row, table=table, followed=tuple(followed), target=target)


def _followed(stand: Stand) -> tuple[Table, Row, str] | None:
    nobody = stand.situation(Role.CLOCK, Plain())
    if row := FULFILMENT.following(state=stand.order, situation=nobody):
        return FULFILMENT, row, ""
    if stand.case and stand.case.state not in (table := CASES[stand.case.table]).ends:
        nobody = replace(nobody, item=stand.case.item)
        if row := table.following(state=stand.case.state, situation=nobody):
            return table, row, stand.case.item
    return None


def _moved(stand: Stand, table: Table, row: Row, item: str, command: Command) -> Stand:
    facts = stand.facts.after(
        taken(table, row, item=item, command=command, terms=samples.TERMS, at=samples.NOON)
    )
    return Stand(order=row.target if table is FULFILMENT else stand.order, facts=facts)


def _command(row: Row, table: Table) -> Command:
    if row.trigger in {Trigger.DISPATCH, Trigger.EXCHANGE}:
        return commands.Dispatch(tracking_ref="trk_1", quantity=1)
    if (row.source, row.trigger) == (State.NEW, Trigger.WAREHOUSE_RECEIPT):
        return commands.WarehouseReceipt(parcel_ref="ref_1", quantity=1)
    return samples.command_of(row.trigger, table.name)


def _settled(order: State, facts: Facts) -> Stand:
    """The stand, without what makes no difference to where things can lead."""
    case = facts.case and replace(facts.case, item=CASE_ITEM, penalty=ZERO, evidence=(), late=())
    if case and case.state in CASES[case.table].ends:
        case = Case(item=CASE_ITEM, table=case.table, state=case.state)
    # Which parcel is which makes no difference.
    parcels = sorted(
        (each.state, each.quantity, each.returned and each.state not in PARCEL.ends)
        for each in facts.parcels
    )
    if order in samples.AFTER_DELIVERY:
        parcels = [(State.DELIVERED, facts.quantity, False)]
    on_its_way = order in WAY
    return Stand(
        order=order,
        facts=replace(
            samples.FACTS,
            quantity=facts.quantity,
            advance=None if on_its_way else facts.advance,
            advance_bought=facts.advance_bought and not on_its_way,
            paying_in=facts.paying_in if order == State.PAYING else None,
            offer=PART if facts.offer else None,
            cancellable_until=UNTIL,
            causes=_CAUSES if commands.Cause.LOGISTICS in facts.causes else (),
            case=case,
            held=facts.held,
            holds=facts.holds if order not in FULFILMENT.ends else (),
            parcels=tuple(
                Parcel(item=f"p{number}", quantity=quantity, state=state, returned=returned)
                for number, (state, quantity, returned) in enumerate(parcels, start=1)
            ),
        ),
    )
