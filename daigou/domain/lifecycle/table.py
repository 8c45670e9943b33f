"""Owns the form of a lifecycle table, its check when it is loaded, and the one way to fire it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from transitions import EventData, Machine, Transition

from daigou.domain.book import Template
from daigou.domain.clauses import CATALOGUE
from daigou.domain.commands import Command, Plain, sums_in
from daigou.domain.facts import Facts
from daigou.domain.money import CNY
from daigou.domain.order import Actor, Parties, Role, State, TableName, Trigger, holds
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.taken import Taken
from daigou.domain.terms import CANCELLATION_PERIOD, Terms

NOBODY: frozenset[Role] = frozenset()
FOLLOWING = frozenset({Trigger.FOLLOW_PARCELS, Trigger.FOLLOW_CASE, Trigger.FOLLOW_ORDER})
"""The triggers that nobody pulls: one axis moves since another one did."""
TOLD = frozenset({Trigger.HEED_CHARGEBACK, Trigger.COLLECT_DEBT, Trigger.WIND_UP})
"""The triggers that one subject pulls on another, since it moved itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a guard may look at. `command` is None where only its possibility is asked for.

    `order` is where the order stands on its main axis, `facts` what it knows; `item` names the item
    that the trigger is for. `at` is the moment that counts. Rows in `passed_over` were tried, and
    the books did not let them.
    """

    actor: Actor
    command: Command | None
    parties: Parties
    terms: Terms
    at: datetime
    facts: Facts = field(default_factory=Facts)
    order: State = State.NEW
    item: str = ""
    passed_over: "tuple[Row, ...]" = ()


Guard = Callable[[Situation], None]
"""Returns, or raises `Refused` naming its clause."""

Condition = Callable[[Situation], bool]
"""Chooses between rows that share source and trigger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Tells a role of an event; the recipient is the role's party on the order (PSR-27)."""

    event: str
    to: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that may happen: in `source`, `roles` may pull `trigger` to reach `target`.

    Where the books refuse the row with a code of `gives_way`, the next row that fits is tried.
    `restarts` names the clocks of the target that begin anew. `next_actor` is who acts next after
    it, where that is not whom the target waits for otherwise.
    """

    trigger: Trigger
    source: State
    target: State
    clause: str
    roles: frozenset[Role] = NOBODY
    when: Condition | None = None
    guards: tuple[Guard, ...] = ()
    posts: Template | None = None
    notices: tuple[Notice, ...] = ()
    gives_way: frozenset[RefusalCode] = frozenset()
    restarts: tuple[str, ...] = ()
    next_actor: Role | None = None

    @property
    def stays(self) -> bool:
        """Whether the state is left as it is: a fact is recorded, nothing moves on."""
        return self.source == self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A clock that runs in a state and pulls `trigger` at its instant.

    `term` names the duration in the terms file. `again` names the duration after which a clock
    whose trigger stays in the state strikes again; without it such a clock strikes once.
    """

    term: str
    trigger: Trigger
    again: str = ""


class Answer(StrEnum):
    """A counterparty's definite answer to a movement of money outside."""

    DONE = "done"
    REPRICED = "repriced"
    REJECTED = "rejected"
    FAILED = "failed"


class Call(StrEnum):
    """The outside calls, one each kind of movement of money."""

    CAPTURE = "capture"
    BUY = "buy"
    REFUND = "refund"
    PAYOUT = "payout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """An outside call that a state makes on entry, and the trigger that each answer pulls."""

    call: Call
    answers: Mapping[Answer, Trigger]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a state waits for: who acts next, the clocks that run, the call it makes outside.

    Where nobody but a deadline moves it on, the clock is the next to act. Clocks in `pauses` stand
    still while the state lasts, and go on with what they had left. A state that `follows_items`
    has no clock of its own: its items' clocks move it.
    """

    state: State
    says: str
    next_actor: Role
    deadlines: tuple[Deadline, ...] = ()
    errand: Errand | None = None
    pauses: tuple[str, ...] = ()
    follows_items: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerSpec:
    """A trigger in words for people, the command it carries, and the clause that rules it.

    The clause answers where no row allows the trigger: it is the reason that it may not happen.
    In the states of `over_in` the time for it has passed.
    """

    says: str
    command: type[Command]
    clause: str
    over_in: frozenset[State] = frozenset()


class TableError(ValueError):
    """A lifecycle table contradicts itself; the message lists every fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A lifecycle, declared. Building it checks it.

    A table of `items` is a side axis: an order has any number of them. They end with the order,
    but for those that `outlive` it. An item is opened by a row from `new`, or by a template. One
    that is `hosted` tells its story in a workflow of its own.

    Raises:
        TableError: unreachable or dead-end states, a wait without a deadline, an unknown clause,
            a deadline or an answer whose trigger has no row.
    """

    name: TableName
    initial: State
    ends: Mapping[State, str]
    triggers: Mapping[Trigger, TriggerSpec]
    rows: tuple[Row, ...]
    waits: tuple[Wait, ...]
    items: bool = False
    outlives: bool = False
    hosted: bool = False
    machine: Machine = field(init=False, repr=False, compare=False)
    _row_of: dict[int, Row] = field(init=False, repr=False, compare=False, default_factory=dict)
    _rows_from: dict[State, tuple[Row, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    _followers: dict[State, tuple[Row, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for row in self.rows:
            self._rows_from[row.source] = (*self._rows_from.get(row.source, ()), row)
            if row.trigger in FOLLOWING:
                self._followers[row.source] = (*self._followers.get(row.source, ()), row)
        if faults := list(_faults(self)):
            raise TableError(f"table {self.name}: " + "; ".join(faults))
        object.__setattr__(self, "machine", self._build_machine())

    @property
    def states(self) -> tuple[State, ...]:
        """Every state, in the order of the declaration, the ends last."""
        return (*(wait.state for wait in self.waits), *self.ends)

    def wait(self, state: State) -> Wait:
        """What is waited for in a state that is not an end."""
        return next(wait for wait in self.waits if wait.state == state)

    def says(self, state: State) -> str:
        """The state in words for a person."""
        return self.ends[state] if state in self.ends else self.wait(state).says

    def rows_from(self, state: State, trigger: Trigger | None = None) -> tuple[Row, ...]:
        """The rows that leave a state (or stay in it), of one trigger or of all."""
        rows = self._rows_from.get(state, ())
        return rows if trigger is None else tuple(row for row in rows if row.trigger == trigger)

    def variant(self, row: Row) -> int:
        """The row's number, from 0, among those of its source and trigger."""
        return self.rows_from(row.source, row.trigger).index(row)

    @property
    def commands(self) -> tuple[Trigger, ...]:
        """The triggers that an application can pull, without the one that opens the subject."""
        return tuple(
            trigger
            for trigger in self.triggers
            if any(row.trigger == trigger and row.roles for row in self.rows)
            and (self.items or not self.rows_from(State.NEW, trigger))
        )

    def opens(self, trigger: Trigger) -> bool:
        """Whether the trigger can open an item."""
        return self.items and bool(self.rows_from(State.NEW, trigger))

    def following(self, *, state: State, situation: Situation) -> Row | None:
        """The row by which a state follows what other axes did; none if it stays as it is."""
        for row in self._followers.get(state, ()):
            if row.when is None or row.when(situation):
                return row
        return None

    @property
    def follows(self) -> bool:
        """Whether anything on this axis happens since another one moved."""
        return bool(self._followers)

    def fire(self, *, state: State, trigger: Trigger, situation: Situation) -> Row:
        """The row that this trigger takes now.

        Raises:
            Refused: no row from this state, not the actor's role or order, or a guard forbids.
        """
        rows = self.rows_from(state, trigger)
        if not rows:
            spec = self.triggers.get(trigger)
            over = spec is not None and state in spec.over_in
            raise Refused(
                RefusalCode.TOO_LATE if over else RefusalCode.NOT_IN_THIS_STATE,
                spec.clause if spec else "PSR-2-1",
                f"the time for {trigger} is over: {self.name} is {state}"
                if over
                else f"{trigger} is not possible while {self.name} is {state}",
                self.allowed_to(state=state, actor=situation.actor, parties=situation.parties),
            )
        _check_actor(rows[0], situation)
        _check_command(rows[0], self.triggers[trigger], situation)
        model = _Model(state)
        if not self.machine.events[trigger].trigger(model, situation):
            raise Refused(
                RefusalCode.NOT_IN_THIS_STATE,
                rows[0].clause,
                f"{trigger} is not possible in this situation while {self.name} is {state}",
            )
        return self._row_of[id(model.taken)]

    def allowed_to(self, *, state: State, actor: Actor, parties: Parties) -> tuple[str, ...]:
        """The triggers that the actor may pull in a state, guards aside."""
        return tuple(
            dict.fromkeys(
                row.trigger.value
                for row in self.rows_from(state)
                if actor.role in row.roles
                and holds(role=actor.role, party=actor.party, parties=parties)
            )
        )

    def _build_machine(self) -> Machine:
        machine = Machine(
            model=None,
            states=[state.value for state in self.states],
            initial=None,
            auto_transitions=False,
            send_event=True,
            before_state_change=_remember_transition,
        )
        for row in self.rows:
            machine.add_transition(
                row.trigger.value, row.source.value, row.target.value, conditions=_condition(row)
            )
            taken = machine.events[row.trigger.value].transitions[row.source.value][-1]
            self._row_of[id(taken)] = row
        return machine


class _Model:
    """What the shared machine moves: a state for the length of one firing, nothing more."""

    __slots__ = ("state", "taken")

    def __init__(self, state: State) -> None:
        self.state: str = state.value
        self.taken: Transition | None = None


def _remember_transition(event: EventData) -> None:
    model: Any = event.model
    model.taken = event.transition


def _condition(row: Row) -> Callable[[EventData], bool]:
    def fits(event: EventData) -> bool:
        (situation,) = event.args
        if row in situation.passed_over or not (row.when is None or row.when(situation)):
            return False
        for guard in row.guards:
            guard(situation)
        return True

    return fits


def with_their_time(rows: tuple[Row, ...], waits: tuple[Wait, ...]) -> tuple[Row, ...]:
    """The rows, so that a state which is come to again has its whole time again."""
    terms = {wait.state: tuple(each.term for each in wait.deadlines) for wait in waits}
    return tuple(
        row if row.stays else replace(row, restarts=terms.get(row.target, ())) for row in rows
    )


def taken(
    table: Table,
    row: Row,
    *,
    item: str,
    command: Command,
    terms: Terms,
    at: datetime,
    scale: int = 1,
) -> Taken:
    """A row that was taken at a moment, as far as facts follow from it; `scale` divides periods."""
    return Taken(
        table=table.name,
        item=item,
        trigger=row.trigger,
        source=row.source,
        target=row.target,
        command=command,
        ends=row.target in table.ends,
        posts=row.posts is not None,
        storage_charge=terms.storage_charge,
        cancellable_until=at + terms.duration(CANCELLATION_PERIOD, scale=scale),
    )


def _check_actor(row: Row, situation: Situation) -> None:
    actor = situation.actor
    allowed = row.roles or {Role.CLOCK}
    if actor.role not in allowed:
        raise Refused(
            RefusalCode.NOT_YOUR_ROLE,
            row.clause,
            f"{row.trigger} is for {' or '.join(sorted(allowed))}, not for {actor.role}",
        )
    if not holds(role=actor.role, party=actor.party, parties=situation.parties):
        raise Refused(
            RefusalCode.NOT_YOUR_ORDER,
            row.clause,
            f"{actor.party} is not the {actor.role} of this order",
        )


def _check_command(row: Row, spec: TriggerSpec, situation: Situation) -> None:
    # The edge parses; but whoever else sends a command must not get one past it either.
    command = situation.command
    if command is None:
        return
    if not isinstance(command, spec.command):
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            row.clause,
            f"{row.trigger} takes {spec.command.__name__}, not {type(command).__name__}",
        )
    for money in sums_in(command):
        if money.amount < 0 or money.currency != CNY:
            raise Refused(
                RefusalCode.INVALID_REQUEST,
                row.clause,
                f"{row.trigger} takes sums of {CNY} that are not negative, not {money}",
            )


def _faults(table: Table) -> Iterable[str]:
    declared = set(table.states)
    mentioned = {row.source for row in table.rows} | {row.target for row in table.rows}
    yield from (f"state {s} has no wait and is no end" for s in sorted(mentioned - declared))
    yield from (f"state {s} is declared twice" for s in sorted(_repeated(table.states)))

    reachable = _reachable(table)
    yield from (f"state {s} is unreachable" for s in table.states if s not in reachable)
    for wait in table.waits:
        leaving = [row for row in table.rows_from(wait.state) if not row.stays]
        if not leaving:
            yield f"state {wait.state} is a dead end"
        if wait.state != State.NEW and not wait.follows_items and not _always_ticks(table, wait):
            yield f"state {wait.state} waits without a deadline"
        able = {role for row in table.rows_from(wait.state) for role in row.roles} | {Role.CLOCK}
        reaching = [row for row in table.rows if row.target == wait.state]
        awaited = {wait.next_actor, *(row.next_actor or wait.next_actor for row in reaching)}
        yield from (
            f"state {wait.state} waits for {role}, who can do nothing there"
            for role in sorted(awaited - able)
        )
        for deadline in wait.deadlines:
            rows = table.rows_from(wait.state, deadline.trigger)
            if not rows:
                yield f"deadline {deadline.term} of {wait.state} pulls {deadline.trigger}: no row"
            elif table.triggers[deadline.trigger].command is not Plain:
                yield f"deadline {deadline.trigger} of {wait.state} has no command to give"
            elif any(row.roles for row in rows):
                yield f"deadline {deadline.trigger} of {wait.state} can be pulled by a person"
        yield from _untimely(table, wait)
        if wait.errand:
            for answer, trigger in wait.errand.answers.items():
                if not table.rows_from(wait.state, trigger):
                    yield f"answer {answer} in {wait.state} pulls {trigger}: no row"
    clocks = {deadline.term for wait in table.waits for deadline in wait.deadlines}
    named = {term for row in table.rows for term in row.restarts}
    named |= {term for wait in table.waits for term in wait.pauses}
    yield from (f"clock {term} is paused or restarted, but never runs" for term in named - clocks)

    for end in table.ends:
        if table.rows_from(end):
            yield f"end {end} is left again"

    for row in table.rows:
        if row.trigger not in table.triggers:
            yield f"trigger {row.trigger} is not described"
        if not (
            row.roles or row.trigger in TOLD or _struck_by_clock(table, row) or _follows(table, row)
        ):
            yield f"nobody can pull {row.trigger} in {row.source}"
    cited = {row.clause for row in table.rows} | {spec.clause for spec in table.triggers.values()}
    yield from (f"clause {c} is unknown" for c in sorted(cited) if c not in CATALOGUE)
    late = {state for spec in table.triggers.values() for state in spec.over_in}
    yield from (f"nothing can be over in {s}: no such state" for s in sorted(late - declared))
    used = {row.trigger for row in table.rows}
    yield from (f"trigger {t} has no row" for t in table.triggers if t not in used)


def _always_ticks(table: Table, wait: Wait) -> bool:
    """Whether some clock of the state leaves it or strikes again, however long it lasts."""
    return any(
        deadline.again or not all(r.stays for r in table.rows_from(wait.state, deadline.trigger))
        for deadline in wait.deadlines
    )


def _reachable(table: Table) -> set[State]:
    reached = {table.initial}
    while True:
        more = {row.target for row in table.rows if row.source in reached} - reached
        if not more:
            return reached
        reached |= more


def _struck_by_clock(table: Table, row: Row) -> bool:
    return any(
        wait.state == row.source and any(d.trigger == row.trigger for d in wait.deadlines)
        for wait in table.waits
    )


def _follows(table: Table, row: Row) -> bool:
    """Whether it follows another axis: items follow their order, an order follows its items."""
    return row.trigger in FOLLOWING and (row.trigger == Trigger.FOLLOW_ORDER) == table.items


def _untimely(table: Table, wait: Wait) -> Iterable[str]:
    pulled = [deadline.trigger for deadline in wait.deadlines]
    yield from (f"two clocks of {wait.state} pull {t}" for t in sorted(_repeated(tuple(pulled))))
    running = {deadline.term for deadline in wait.deadlines}
    yield from (f"{wait.state} pauses its own clock {t}" for t in wait.pauses if t in running)


def _repeated(items: tuple[Any, ...]) -> set[Any]:
    return {item for item in items if items.count(item) > 1}
