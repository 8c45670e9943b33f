"""Owns where the boxes of a diagram stand: lines of columns, as wide and high as what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from daigou.domain.lifecycle.table import Row
from daigou.domain.order import State
from gateway import drawing
from gateway.diagram_plan import Join, Plan, WayOut
from gateway.diagram_words import Words, words
from gateway.drawing import Label

MARGIN = 34.0
START = 14.0
"""The dot that a subject comes from."""
TRUNK, TREE_TOP, ENTRY, GOAL_PITCH = 16.0, 12.0, 38.0, 31.0
CHANNEL = 58.0
"""Between two lines, where the road goes on to the next."""
LANE_HEAD, LANE_FOOT, LANE_PAD = 34.0, 48.0, 16.0
_WIDTH_LEAST, _HEIGHT_LEAST = 132.0, 70.0
_GAP_LEAST, _LANE_GAP = 76.0, 44.0
_NAME_HEIGHT, _SMALL_HEIGHT = 36.0, 17.0
_STEM_SPARE, _BESIDE_A_TREE = 30.0, 22.0
_LIFT = 18.0
"""Between a state beside the road, with what hangs under it, and the road below."""


@dataclass(frozen=True)
class Layout:
    """A plan on paper. Measures are in pixels from the sheet's upper left corner."""

    plan: Plan
    words: Words

    @cached_property
    def width(self) -> float:
        """How wide the sheet is."""
        return max(self.right(number) for number, _ in enumerate(self.plan.lines)) + MARGIN

    @cached_property
    def height(self) -> float:
        """How high the sheet is."""
        return sum(self._line_height(line) for line in self.plan.lines) - CHANNEL + 2 * MARGIN

    @cached_property
    def box(self) -> tuple[float, float]:
        """The width and height of every box: the one that holds the most decides."""
        states = [state for line in self.plan.lines for state in line]
        small = {state: self.words.small_lines(state) for state in states}
        return (
            max(
                _WIDTH_LEAST,
                *(drawing.width_of(words(state), size=14.6) + 26 for state in states),
                *(each.width + 22 for lines in small.values() for each in lines),
            ),
            max(
                _HEIGHT_LEAST,
                *(_NAME_HEIGHT + _SMALL_HEIGHT * len(lines) for lines in small.values()),
            ),
        )

    def places(self, top: float) -> dict[State, drawing.Point]:
        """The upper left corner of every box, on a sheet that begins at a height."""
        found = {}
        for number, line in enumerate(self.plan.lines):
            road = top + self._road_below(line)
            for state, x in zip(line, self._columns[number], strict=True):
                found[state] = (x, road - self._raised(state))
            top += self._line_height(line)
        return found

    def right(self, number: int) -> float:
        """Where a line ends, with what hangs under its last states, and the turn to the next."""
        line, width = self.plan.lines[number], self.box[0]
        ends = [
            x + max(width, self.tree_width(state))
            for state, x in zip(line, self._columns[number], strict=True)
        ]
        turn = 22 if line != self.plan.lines[-1] else 0
        return max(ends) + turn + (LANE_PAD if self.is_lane(line) else 0)

    def channel(self, line: tuple[State, ...], road: float) -> float:
        """The height at which the road goes on from a line to the next."""
        foot = LANE_FOOT if self.is_lane(line) else 0
        return road + self.box[1] + self._trees_on_the_road(line) + foot + 30

    def band(self, line: tuple[State, ...], road: float) -> tuple[float, float, float, float]:
        """The rectangle around a line of the lane: left, top, width, height."""
        number = self.plan.lines.index(line)
        left, right = self._columns[number][0] - LANE_PAD, self.right(number) - 22
        top = road - max(self._raised(state) for state in line) - LANE_HEAD
        bottom = road + self.box[1] + self._trees_on_the_road(line) + LANE_FOOT
        return left, top, right - left, bottom - top

    def is_lane(self, line: tuple[State, ...]) -> bool:
        """Whether a line holds the states that follow the order's parcels."""
        return bool(self.plan.lane.intersection(line))

    def says(self, way: WayOut) -> Label:
        """What a way out says."""
        return self.words.label(way.rows)

    def stem(self, ways: Sequence[WayOut]) -> float:
        """How far the goals of a tree stand from its trunk."""
        return _STEM_SPARE + max(self._label_width(self.says(way)) for way in ways)

    def tree_width(self, state: State) -> float:
        """How wide the tree under a state is."""
        ways = self.plan.ways_out(state)
        goals = [goal_width(goal) for way in ways for goal in way.goals if goal != state]
        return TRUNK + self.stem(ways) + max([14.0, *goals]) if ways else 0.0

    @cached_property
    def _columns(self) -> tuple[tuple[float, ...], ...]:
        return tuple(self._columns_of(number) for number, _ in enumerate(self.plan.lines))

    def _columns_of(self, number: int) -> tuple[float, ...]:
        line, x = self.plan.lines[number], MARGIN
        if self.plan.starts_from_nothing and number == 0:
            initial = self.plan.table.initial
            x += START + max(self._gap(initial, line[0], False), self.tree_width(initial))
        elif len(self.plan.lines) > 1:
            x += 34
        found = [x]
        for state, after in pairwise(line):
            wide = self.box[0] + self._gap(state, after, self.is_lane(line))
            tree = self.tree_width(state)
            x += max(wide, tree + _BESIDE_A_TREE if tree else 0)
            found.append(x)
        return tuple(found)

    def _gap(self, state: State, after: State, lane: bool) -> float:
        """How far two boxes stand apart: the arrows between them must say what they are."""
        labels = [
            self._label_width(said) + (8 if join in (Join.ROAD, Join.BESIDE) else -8)
            for source, target, join, rows in self.plan.joins()
            if {source, target} == {state, after}
            for said in self.arrow_labels(rows)
        ]
        return max([_LANE_GAP if lane else _GAP_LEAST, *(width + 26 for width in labels)])

    def arrow_labels(self, rows: Sequence[Row]) -> tuple[Label, ...]:
        """What an arrow says: each of its triggers. In the lane only its numbers are said."""
        if all(row.source in self.plan.lane and row.target in self.plan.lane for row in rows):
            said = self.words.label(rows)
            return (Label(name="", who="", numbers=said.numbers, tooltip=said.tooltip),)
        return tuple(
            self.words.label([row for row in rows if row.trigger == trigger])
            for trigger in dict.fromkeys(row.trigger for row in rows)
        )

    def _label_width(self, said: Label) -> float:
        icon = 14 if said.by_clock else 0
        who = drawing.width_of(said.who, size=11) + icon
        return max(drawing.width_of(said.name), who) + drawing.badge_width(said.numbers)

    def _raised(self, state: State) -> float:
        """How much higher than the road a state stands."""
        if state not in self.plan.side:
            return 0.0
        return self.box[1] + self._tree_height(state) + _LIFT

    def _road_below(self, line: tuple[State, ...]) -> float:
        """How far the road lies below the top of its line."""
        lane = LANE_HEAD if self.is_lane(line) else 0
        back = any(
            join == Join.STEP_BACK and source in line for source, _, join, _ in self.plan.joins()
        )
        return lane + max(8.0, 62.0 if back else 0, *(self._raised(state) for state in line))

    def _line_height(self, line: tuple[State, ...]) -> float:
        foot = LANE_FOOT if self.is_lane(line) else 0
        below = self.box[1] + self._trees_on_the_road(line) + foot
        return self._road_below(line) + below + CHANNEL

    def _trees_on_the_road(self, line: tuple[State, ...]) -> float:
        return max(
            (self._tree_height(state) for state in line if state not in self.plan.side),
            default=0.0,
        )

    def _tree_height(self, state: State) -> float:
        ways = self.plan.ways_out(state)
        return TREE_TOP + sum(way_height(way) for way in ways) if ways else 0.0


def way_height(way: WayOut) -> float:
    """How high a way out is, with all its goals under each other."""
    return ENTRY + GOAL_PITCH * (len(way.goals) - 1)


def goal_width(goal: State) -> float:
    """How wide the name of a goal is drawn, with its frame."""
    return drawing.width_of(words(goal), size=12.5) + 22
