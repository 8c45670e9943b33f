"""Owns what goes where in a diagram: the main road of a table, its side states, its ways out.

The plan is made from the lifecycle table alone, so a new row or state needs no word here. What
fits no simple arrow (a far jump, a way back over others) becomes a way out that names its goal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from daigou.domain.lifecycle.table import Row, Table
from daigou.domain.order import State

COLUMNS_MAX = 5


@dataclass(frozen=True)
class Plan:
    """The shape of a table: rows of columns, and how each pair of states is joined."""

    table: Table

    @cached_property
    def road(self) -> tuple[State, ...]:
        """The shortest way to the end that is the farthest from the start."""
        came_from: dict[State, State] = {}
        queue = [self.table.initial]
        for state in queue:
            for row in self.table.rows_from(state):
                if row.target not in came_from and row.target != self.table.initial:
                    came_from[row.target] = state
                    queue.append(row.target)

        def way_to(end: State) -> tuple[State, ...]:
            way = [end]
            while way[-1] in came_from:
                way.append(came_from[way[-1]])
            return tuple(reversed(way))

        return max((way_to(end) for end in self.table.ends), key=len)

    @cached_property
    def starts_from_nothing(self) -> bool:
        """Whether the first state is only the moment before the subject is."""
        return not self.table.wait(self.table.initial).deadlines

    @cached_property
    def side(self) -> dict[State, State]:
        """The states beside the road, each with the road's state that it is first entered from."""
        found: dict[State, State] = {}
        for state in self.road:
            for row in self.table.rows_from(state):
                if row.target not in self.road and row.target not in self.table.ends:
                    found.setdefault(row.target, state)
        for wait in self.table.waits:
            if wait.state not in self.road:
                found.setdefault(wait.state, self.road[-2])
        return found

    @cached_property
    def lines(self) -> tuple[tuple[State, ...], ...]:
        """The columns of the diagram from left to right, line by line."""
        columns = [
            column
            for state in self.road[self.starts_from_nothing :]
            for column in (state, *(s for s, anchor in self.side.items() if anchor == state))
        ]
        lines = []
        while len(columns) > COLUMNS_MAX:
            cut = next(
                (n for n in range(COLUMNS_MAX, 1, -1) if self._is_clean(columns, n)), COLUMNS_MAX
            )
            lines.append(tuple(columns[:cut]))
            columns = columns[cut:]
        return (*lines, tuple(columns))

    def joins(self) -> Iterator[tuple[State, State, tuple[Row, ...]]]:
        """Every pair of states that rows join, with those rows; ways to stay are left out."""
        pairs = dict.fromkeys((row.source, row.target) for row in self.table.rows if not row.stays)
        for source, target in pairs:
            yield (
                source,
                target,
                tuple(row for row in self.table.rows_from(source) if row.target == target),
            )

    def is_next(self, source: State, target: State) -> bool:
        """Whether the road goes from one straight to the other."""
        return (source, target) in zip(self.road, self.road[1:], strict=False)

    def goes_aside(self, source: State, target: State) -> bool:
        """Whether this leaves the road for a state beside it."""
        return self.side.get(target) == source and self._same_line(source, target)

    def comes_back(self, source: State, target: State) -> bool:
        """Whether this returns from beside the road to the state after it."""
        anchor = self.side.get(source)
        return (
            anchor is not None and self.is_next(anchor, target) and self._same_line(source, target)
        )

    def turns_back(self, source: State, target: State) -> bool:
        """Whether this returns from beside the road to the state it was left from."""
        return self.side.get(source) == target and self._same_line(source, target)

    def steps_back(self, source: State, target: State) -> bool:
        """Whether this goes one state back on the road, with nothing beside it in between."""
        return (
            self.is_next(target, source)
            and target not in self.side.values()
            and self._same_line(source, target)
        )

    def is_drawn(self, source: State, target: State) -> bool:
        """Whether an arrow joins the two boxes; if not, a way out names its goal."""
        return (
            self.is_next(source, target)
            or self.goes_aside(source, target)
            or self.comes_back(source, target)
            or self.turns_back(source, target)
            or self.steps_back(source, target)
        )

    def ways_out(self, state: State) -> tuple[Row, ...]:
        """The rows that hang under a state: its ways out, then what leaves it where it is."""
        rows = self.table.rows_from(state)
        out = [row for row in rows if not row.stays and not self.is_drawn(state, row.target)]
        stay = [row for row in rows if row.stays and row.roles]
        return (*out, *stay)

    def _same_line(self, one: State, other: State) -> bool:
        return any(one in line and other in line for line in self.lines)

    def _is_clean(self, columns: list[State], cut: int) -> bool:
        """Whether only the road itself passes between two columns."""
        before, after = set(columns[:cut]), set(columns[cut:])
        crossing = {
            (row.source, row.target)
            for row in self.table.rows
            if (row.source in before and row.target in after)
            or (row.source in after and row.target in before)
        }
        return all(self.is_next(*pair) for pair in crossing) and columns[cut] in self.road
