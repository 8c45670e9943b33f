"""Owns the clocks of a subject: which deadlines run, and when each strikes.

A clock is started when a state that has it is first entered, and keeps its moment when the state
is left and entered again: a declined payment does not prolong the payment window. Only the clock of
an outside call ends with the call: the next one is another call, with time of its own. A row may
restart clocks, and a state may pause them: what they had left then, they have left afterwards. So
it is with all clocks of an order that is held up by a case.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from daigou.domain.lifecycle.table import Deadline, Table
from daigou.domain.order import State, Trigger
from daigou.domain.terms import AGREED_DATE, BALANCE_DATE, LEAST_NOTICE, Terms

_NEVER = datetime.max.replace(tzinfo=UTC)
"""Where the hand of a clock stands that has struck and does not strike again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A running deadline: it pulls `trigger` at `due`. `clause` is the one that it enforces.

    `left` is what a paused clock has left; `due` is of no account meanwhile.
    """

    term: str
    trigger: Trigger
    due: datetime
    clause: str
    left: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What turns a term into a duration: the order's terms, its country, the scale of time.

    `agreed` is the date agreed on, e.g. for the balance of goods with an advance deposit
    (PSR-15-2); no scale divides what is left until then.
    """

    terms: Terms
    country: str = ""
    scale: int = 1
    agreed: datetime | None = None

    def due(self, term: str, since: datetime) -> datetime:
        """The moment at which a clock of that term strikes, started at `since`.

        The balance is due at the agreed date, but nobody has less than the least notice for it.

        Raises:
            ValueError: it strikes at an agreed date, and none was agreed on.
        """
        if term == BALANCE_DATE:
            least = self.due(LEAST_NOTICE, since)
            return max(self.agreed or least, least)
        if term == AGREED_DATE:
            if self.agreed is None:
                raise ValueError("no date was agreed on")
            return self.agreed
        return since + self.terms.duration(term, country=self.country, scale=self.scale)


def clocks_after(
    *,
    table: Table,
    state: State,
    struck: str | None,
    known: tuple[Clock, ...],
    timing: Timing,
    at: datetime,
    restarts: tuple[str, ...] = (),
    held: bool = False,
    released: bool = False,
) -> tuple[Clock, ...]:
    """All clocks of the subject once `state` was reached at `at`.

    `known` holds every clock started so far; `struck` is the term of the clock that brought the
    subject here, if one did. Clocks of other states are kept, asleep. While the subject is `held`
    its clocks stand still, but for that of a call outside; `released`, they go on.
    """
    if state in table.ends:
        return ()
    over = _terms_of_calls(table, except_in=state) | set(restarts)
    wait = table.wait(state)
    kept = {
        clock.term: _paused(clock, at) if clock.term in wait.pauses else clock
        for clock in known
        if clock.term not in over
    }
    if released:
        kept = {
            term: clock if term in wait.pauses else _resumed(clock, at)
            for term, clock in kept.items()
        }
    for deadline in wait.deadlines:
        clock = kept.get(deadline.term)
        if clock is None:
            kept[deadline.term] = _started(table, state, deadline, timing.due(deadline.term, at))
        elif clock.left is not None:
            kept[deadline.term] = _started(table, state, deadline, at + clock.left)
        elif clock.term == struck and deadline.again:
            kept[deadline.term] = _started(
                table, state, deadline, timing.due(deadline.again, clock.due)
            )
        elif clock.term == struck:
            kept[deadline.term] = _started(table, state, deadline, _NEVER)
    if held:
        of_a_call = {deadline.term for deadline in wait.deadlines} if wait.errand else set()
        kept = {
            term: clock if term in of_a_call else _paused(clock, at) for term, clock in kept.items()
        }
    return tuple(kept.values())


def running(*, table: Table, state: State, clocks: tuple[Clock, ...]) -> tuple[Clock, ...]:
    """The clocks that run in a state, the next to strike first."""
    if state in table.ends:
        return ()
    terms = {deadline.term for deadline in table.wait(state).deadlines}
    return tuple(
        sorted(
            (
                clock
                for clock in clocks
                if clock.term in terms and clock.due != _NEVER and clock.left is None
            ),
            key=lambda clock: (clock.due, clock.term),
        )
    )


def _paused(clock: Clock, at: datetime) -> Clock:
    if clock.left is not None or clock.due == _NEVER:
        return clock
    return replace(clock, left=clock.due - at)


def _resumed(clock: Clock, at: datetime) -> Clock:
    return clock if clock.left is None else replace(clock, due=at + clock.left, left=None)


def _terms_of_calls(table: Table, *, except_in: State) -> set[str]:
    return {
        deadline.term
        for wait in table.waits
        if wait.errand and wait.state != except_in
        for deadline in wait.deadlines
    }


def _started(table: Table, state: State, deadline: Deadline, due: datetime) -> Clock:
    return Clock(
        term=deadline.term,
        trigger=deadline.trigger,
        due=due,
        clause=table.rows_from(state, deadline.trigger)[0].clause,
    )
