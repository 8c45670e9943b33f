"""Owns what goes where in a diagram: the main road of a table, its side states, its ways out.

Only the road is declared, for the tables that have several; all else is made from the table, so a
new row or state needs no word here. What fits no simple arrow (a far jump, a way back over others)
becomes a way out that names its goal. States that only follow an order's parcels share a lane: what
moves between them is said once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

from daigou.domain.lifecycle.table import Row, Table
from daigou.domain.order import State, TableName, Trigger

COLUMNS_MAX = 6
LANE_COLUMNS_MAX = 7

ROADS: Mapping[TableName, tuple[State, ...]] = MappingProxyType(
    {
        TableName.FULFILMENT: (
            State.NEW,
            State.REQUESTED,
            State.ACCEPTED,
            State.EFFECTIVE,
            State.PURCHASING,
            State.PURCHASED,
            State.DISPATCHED,
            State.WAREHOUSED,
            State.STORED,
            State.EXPORTED,
            State.DELIVERED,
            State.RECEIVED,
            State.CLOSED,
        ),
        TableName.PARCEL: (
            State.NEW,
            State.DISPATCHED,
            State.WAREHOUSED,
            State.STORED,
            State.EXPORTED,
            State.DELIVERED,
        ),
        TableName.CANCELLATION: (
            State.NEW,
            State.ASKING_SELLER,
            State.RETURNING,
            State.AWAITING_REFUND,
            State.SETTLING,
            State.CANCELLED,
        ),
        TableName.DISSOLUTION: (
            State.NEW,
            State.CHECKING,
            State.ASKING_SELLER,
            State.AWAITING_PROOF,
            State.AWAITING_REFUND,
            State.DISSOLVED,
        ),
        TableName.CLOSURE: (State.NEW, State.WINDING_UP, State.PAYING_OUT, State.CLOSED),
        TableName.CHARGEBACK: (
            State.NEW,
            State.EXAMINING,
            State.DEMANDED,
            State.OWING,
            State.COVERED,
            State.SETTLED,
        ),
    }
)
"""The road that people hope for, where a table has shorter ways to its first end."""


class Join(Enum):
    """How an arrow joins two boxes."""

    ROAD = auto()
    """From one state of the road straight to the next, maybe on the next line."""
    ASIDE = auto()
    """From the road to a state beside it."""
    BESIDE = auto()
    """From one state beside the road to the one next to it."""
    BACK_ON = auto()
    """From beside the road on to the state after it."""
    BACK_TO = auto()
    """From beside the road back to the state that it was left from."""
    STEP_BACK = auto()
    """One state back on the road."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """What hangs under a state: a trigger with all that it may come to there.

    `rows` leave the state by no arrow; where one of them stays, the state is a goal, too.
    """

    trigger: Trigger
    rows: tuple[Row, ...]

    @property
    def goals(self) -> tuple[State, ...]:
        """Where it leads to, each once."""
        return tuple(dict.fromkeys(row.target for row in self.rows))

    def to(self, goal: State) -> tuple[Row, ...]:
        """The rows that lead to one of its goals."""
        return tuple(row for row in self.rows if row.target == goal)


@dataclass(frozen=True)
class Plan:
    """The shape of a table: lines of columns, and how each pair of states is joined."""

    table: Table

    @cached_property
    def road(self) -> tuple[State, ...]:
        """The way to the table's first end: the declared one, or the shortest."""
        if self.table.name in ROADS:
            return ROADS[self.table.name]
        came_from: dict[State, State] = {}
        queue = [self.table.initial]
        for state in queue:
            for row in self.table.rows_from(state):
                if row.target not in came_from and row.target != self.table.initial:
                    came_from[row.target] = state
                    queue.append(row.target)
        way = [next(iter(self.table.ends))]
        while way[-1] in came_from:
            way.append(came_from[way[-1]])
        return tuple(reversed(way))

    @cached_property
    def starts_from_nothing(self) -> bool:
        """Whether the first state is only the moment before the subject is."""
        return not self.table.wait(self.table.initial).deadlines

    @cached_property
    def lane(self) -> frozenset[State]:
        """The states that follow what the order's parcels do."""
        return frozenset(row.source for row in self.table.rows if is_follower(row))

    @cached_property
    def side(self) -> dict[State, State]:
        """The states beside the road, each with the road's state that it hangs on.

        That is the first one that it is entered from; in the lane the last, which is the nearest.
        """
        found: dict[State, State] = {}
        for wait in self.table.waits:
            if wait.state in self.road:
                continue
            entered = {row.source for row in self.table.rows if row.target == wait.state}
            anchors = [state for state in self.road if state in entered] or [self.road[-2]]
            found[wait.state] = anchors[-1 if wait.state in self.lane else 0]
        return found

    @cached_property
    def lines(self) -> tuple[tuple[State, ...], ...]:
        """The columns of the diagram from left to right, line by line; the lane has its own."""
        before: list[State] = []
        within: list[State] = []
        after: list[State] = []
        for column in self._columns():
            if column in self.lane:
                within.append(column)
            else:
                (after if within else before).append(column)
        return tuple(
            line
            for columns, most in (
                (before, COLUMNS_MAX),
                (within, LANE_COLUMNS_MAX),
                (after, COLUMNS_MAX),
            )
            for line in self._cut(columns, most)
        )

    def joins(self) -> Iterator[tuple[State, State, Join, tuple[Row, ...]]]:
        """Every pair of states that an arrow joins, how, and by which rows."""
        pairs = dict.fromkeys((row.source, row.target) for row in self.table.rows if not row.stays)
        for source, target in pairs:
            join = self.join(source, target)
            if join is not None:
                rows = self.table.rows_from(source)
                yield source, target, join, tuple(row for row in rows if row.target == target)

    def join(self, source: State, target: State) -> Join | None:
        """How an arrow joins two boxes; if none does, a way out names its goal."""
        if (source, target) in pairwise(self.road):
            return Join.ROAD
        step = self._columns_between(source, target)
        if source in self.side and target in self.side:
            both = any(row.target == source for row in self.table.rows_from(target))
            return Join.BESIDE if step == 1 or (step == -1 and not both) else None
        if self.side.get(target) == source:
            return Join.ASIDE if step == 1 else None
        if source in self.side:
            if self.side[source] == target and step == -1:
                return Join.BACK_TO
            return Join.BACK_ON if target in self.road and step == 1 else None
        return Join.STEP_BACK if (target, source) in pairwise(self.road) and step == -1 else None

    def is_said_by_the_lane(self, row: Row) -> bool:
        """Whether the lane says it once for all its states, and no arrow or way out does."""
        return is_follower(row) and self.join(row.source, row.target) is None

    @cached_property
    def lane_ends(self) -> dict[State, tuple[Row, ...]]:
        """The ends that the lane comes to, each with its rows."""
        found: dict[State, tuple[Row, ...]] = {}
        for row in self.table.rows:
            if self.is_said_by_the_lane(row) and row.target in self.table.ends:
                found[row.target] = (*found.get(row.target, ()), row)
        return found

    def ways_out(self, state: State) -> tuple[WayOut, ...]:
        """What hangs under a state: what leaves it, then what leaves it where it is."""
        found: dict[Trigger, list[Row]] = {}
        for row in self.table.rows_from(state):
            if self._hangs(row):
                found.setdefault(row.trigger, []).append(row)
        ways = [WayOut(trigger, tuple(rows)) for trigger, rows in found.items()]
        return tuple(sorted(ways, key=lambda way: way.goals == (state,)))

    def _hangs(self, row: Row) -> bool:
        if row.stays:
            return bool(row.roles)  # What a clock does without moving on is said by the clock.
        return self.join(row.source, row.target) is None and not is_follower(row)

    def _columns(self) -> Iterable[State]:
        for state in self.road:
            beside = [each for each, anchor in self.side.items() if anchor == state]
            if state != self.table.initial or not self.starts_from_nothing:
                yield state
            yield from beside

    def _cut(self, columns: Sequence[State], most: int) -> list[tuple[State, ...]]:
        """As few lines as can be, and of these the ones that the fewest ways out cross."""
        if not columns:
            return []
        best: list[tuple[tuple[int, int], list[tuple[State, ...]]]] = [((0, 0), [])]
        for end in range(1, len(columns) + 1):
            tries = []
            for start in range(max(0, end - most), end):
                if start and columns[start] in self.side and end - start < most:
                    continue
                (lines, crossed), cut = best[start]
                crossing = self._crossing(columns[:start], columns[start:]) if start else 0
                tries.append(
                    ((lines + 1, crossed + crossing), [*cut, tuple(columns[start:end])]),
                )
            best.append(min(tries, key=lambda each: each[0]))
        return best[-1][1]

    def _crossing(self, before: Sequence[State], after: Sequence[State]) -> int:
        pairs = {
            (row.source, row.target)
            for row in self.table.rows
            if (row.source in before and row.target in after)
            or (row.source in after and row.target in before)
        }
        return len(pairs - set(pairwise(self.road)))

    def _columns_between(self, source: State, target: State) -> int | None:
        if source == self.table.initial and self.starts_from_nothing:
            # It is drawn as the dot before the first line.
            return self.lines[0].index(target) + 1 if target in self.lines[0] else None
        for line in self.lines:
            if source in line and target in line:
                return line.index(target) - line.index(source)
        return None


def is_follower(row: Row) -> bool:
    """Whether a row is taken because of what the order's parcels did."""
    return row.trigger == Trigger.FOLLOW_PARCELS
