"""Owns the drawing of one table: its boxes, the arrows between them, and what hangs under them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from daigou.domain.lifecycle.table import Row
from daigou.domain.order import State
from daigou.domain.terms import Terms
from gateway import drawing
from gateway.diagram_layout import (
    ENTRY,
    GOAL_PITCH,
    LANE_PAD,
    MARGIN,
    START,
    TREE_TOP,
    TRUNK,
    Layout,
    goal_width,
    way_height,
)
from gateway.diagram_plan import Join, Plan, WayOut
from gateway.diagram_words import SmallLine, Trail, Words, numbers_of, words
from gateway.drawing import Label, Point

TIP, SHARED_LEAST = 9.0, 24.0
_FOLLOWS = "the order stands where its slowest parcel does, passes over stages, and may go back"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One table on paper."""

    plan: Plan
    terms: Terms
    country: str
    trail: Trail

    @property
    def width(self) -> float:
        """How wide it is drawn."""
        return self._layout.width

    @property
    def height(self) -> float:
        """How high it is drawn."""
        return self._layout.height

    def draw(self, top: float) -> Iterable[str]:
        """Everything, arrows first, so that boxes lie on them."""
        places = self._layout.places(top)
        yield from self._lane(places)
        yield from self._start(places)
        for source, target, join, rows in self.plan.joins():
            if source in places:
                yield from self._join(join, source, target, rows, places)
        for state, (x, y) in places.items():
            yield from self._tree(state, x + TRUNK, y + self._layout.box[1])
            yield self._station(state, x, y)

    def described(self, says: str) -> str:
        """The picture in words."""
        way = " → ".join(dict.fromkeys(words(step.target) for step in self.trail.steps))
        return f"{says}. The way it came: {way}." if way else f"{says}."

    @cached_property
    def _words(self) -> Words:
        return Words(
            table=self.plan.table, terms=self.terms, country=self.country, trail=self.trail
        )

    @cached_property
    def _layout(self) -> Layout:
        return Layout(self.plan, self._words)

    # Arrows.

    def _start(self, places: dict[State, Point]) -> Iterable[str]:
        if not self.plan.starts_from_nothing:
            return
        initial, height = self.plan.table.initial, self._layout.box[1]
        dot = (MARGIN + START / 2, places[self.plan.road[1]][1] + height / 2)
        for source, target, join, rows in self.plan.joins():
            if source != initial:
                continue
            x, y = places[target]
            if join == Join.ROAD:
                yield from self._arrow([(MARGIN + START, dot[1]), (x, dot[1])], rows)
            else:
                level = y + height / 2
                points = [(dot[0], dot[1]), (dot[0], level), (x, level)]
                yield from self._arrow(points, rows, middle=(dot[0] + x - TIP) / 2)
        yield from self._tree(initial, *dot, drop=START)
        yield drawing.group(
            [drawing.dot(*dot, START / 2, f"start {self._css(initial)}")], "", words(initial)
        )

    def _join(
        self,
        join: Join,
        source: State,
        target: State,
        rows: tuple[Row, ...],
        places: dict[State, Point],
    ) -> Iterable[str]:
        (sx, sy), (tx, ty) = places[source], places[target]
        width, height = self._layout.box
        match join:
            case Join.ASIDE:
                there_and_back = self.plan.join(target, source) == Join.BACK_TO
                level = ty + (height * 0.27 if there_and_back else height / 2)
                x = sx + width - (58 if there_and_back else 26)
                points = [(x, sy), (x, level), (tx, level)]
                yield from self._arrow(points, rows, middle=(x + tx - TIP) / 2)
            case Join.BACK_TO:
                there_and_back = self.plan.join(target, source) == Join.ASIDE
                level, x = sy + height * (0.76 if there_and_back else 0.5), tx + width - 26
                points = [(sx, level), (x, level), (x, ty)]
                yield from self._arrow(points, rows, middle=(x + sx) / 2)
            case Join.BACK_ON:
                level = sy + height / 2
                x = tx + (width / 2 if target in self.plan.table.ends else 26)
                points = [(sx + width, level), (x, level), (x, ty)]
                yield from self._arrow(points, rows, middle=(sx + width + min(x, tx + 26)) / 2)
            case Join.BESIDE:
                yield from self._beside(
                    (sx + width, tx) if sx < tx else (sx, tx + width), (sy, ty), rows
                )
            case Join.STEP_BACK:
                level = sy - 20
                points = [(sx + 26, sy), (sx + 26, level), (tx + width - 26, level)]
                points.append((tx + width - 26, ty))
                yield from self._arrow(points, rows, middle=(sx + tx + width) / 2, level=level)
            case Join.ROAD if sy == ty:
                level = sy + height / 2
                yield from self._arrow([(sx + width, level), (tx, level)], rows)
            case Join.ROAD:
                yield from self._to_the_next_line(source, (sx, sy), (tx, ty), rows)

    def _beside(
        self, ends: tuple[float, float], tops: tuple[float, float], rows: Sequence[Row]
    ) -> Iterable[str]:
        """An arrow between boxes that may hang at different heights: level if they overlap."""
        (left, right), height = ends, self._layout.box[1]
        shared = min(tops) + height - max(tops)
        if shared >= SHARED_LEAST:
            level = max(tops) + shared / 2
            yield from self._arrow([(left, level), (right, level)], rows)
            return
        near = right + (2 * TIP if right < left else -2 * TIP)
        start, goal = (top + height / 2 for top in tops)
        points = [(left, start), (near, start), (near, goal), (right, goal)]
        yield from self._arrow(points, rows, middle=(left + near) / 2, level=start)

    def _to_the_next_line(
        self, source: State, start: Point, goal: Point, rows: Sequence[Row]
    ) -> Iterable[str]:
        (sx, sy), (tx, ty) = start, goal
        width, height = self._layout.box
        number = next(n for n, line in enumerate(self.plan.lines) if source in line)
        right, left = self._layout.right(number), MARGIN
        channel = self._layout.channel(self.plan.lines[number], sy)
        y, into = sy + height / 2, ty + height / 2
        points = [(sx + width, y), (right, y), (right, channel)]
        points += [(left, channel), (left, into), (tx, into)]
        yield from self._arrow(points, rows, middle=(left + right) / 2, level=channel)

    def _arrow(
        self,
        points: list[Point],
        rows: Sequence[Row],
        *,
        middle: float | None = None,
        level: float | None = None,
    ) -> Iterable[str]:
        """An arrow with what it says: the first trigger over the line, a second one under it."""
        yield drawing.arrow(points, taken=bool(self.trail.of(rows)))
        if middle is None:
            middle = (points[0][0] + points[-1][0] - 6) / 2
        if level is None:
            # The longest level piece carries the label.
            level = max(pairwise(points), key=lambda piece: abs(piece[0][0] - piece[1][0]))[0][1]
        labels = self._layout.arrow_labels(rows)
        for number, said in enumerate(labels):
            x = middle + drawing.badge_width(said.numbers) / 2
            if not said.name:
                if said.numbers:
                    width = drawing.badge_width(said.numbers) - 5
                    yield drawing.badge(middle + width / 2, level - 8, said.numbers)
            elif len(labels) == 1:
                yield drawing.centred(x, level, said)
            else:
                yield drawing.label(x, level, said, above=number % 2 == 0)

    # The lane.

    def _lane(self, places: dict[State, Point]) -> Iterable[str]:
        for line in self.plan.lines:
            if not self._layout.is_lane(line):
                continue
            road = next(places[state][1] for state in line if state in self.plan.road)
            left, top, width, height = self._layout.band(line, road)
            yield drawing.box(left, top, width, height, round_by=16, css="lane")
            name = "follow-parcels"
            yield drawing.text(left + LANE_PAD, top + 22, name, "trigger")
            yield drawing.text(
                left + LANE_PAD + drawing.width_of(name) + 10, top + 22, _FOLLOWS, "soft"
            )
            yield from self._lane_ends(left + LANE_PAD, top + height - 20)

    def _lane_ends(self, x: float, level: float) -> Iterable[str]:
        if not self.plan.lane_ends:
            return
        says = "where no goods arrive"
        yield drawing.text(x, level + 4, says, "soft")
        x += drawing.width_of(says, size=11) + 12
        for goal, rows in self.plan.lane_ends.items():
            numbers = numbers_of(self.trail.of(rows))
            x += drawing.badge_width(numbers)
            if numbers:
                yield drawing.badge(x - 4, level + 4, numbers)
            yield self._goal(goal, rows, x, level)
            x += goal_width(goal) + 12

    # What hangs under a state.

    def _tree(self, state: State, trunk: float, top: float, *, drop: float = 0.0) -> Iterable[str]:
        ways = self.plan.ways_out(state)
        if not ways:
            return
        goal, level = trunk + self._layout.stem(ways), top + drop + TREE_TOP + ENTRY * 0.55
        drawn: list[tuple[bool, str]] = []
        for way in ways:
            said = self._layout.says(way)
            begin = trunk + 10 + drawing.badge_width(said.numbers)
            drawn += self._branches(way, state, trunk, top, goal, level)
            drawn.append((True, drawing.astride(begin, level, said)))
            level += way_height(way)
        # The way that was taken lies over the others.
        yield from (part for _, part in sorted(drawn, key=lambda each: each[0]))

    def _branches(
        self, way: WayOut, state: State, trunk: float, top: float, x: float, level: float
    ) -> Iterable[tuple[bool, str]]:
        fork = x - 16
        for number, goal in enumerate(way.goals):
            rows, at = way.to(goal), level + GOAL_PITCH * number
            taken = bool(self.trail.of(rows))
            if goal == state:
                css = "taken" if taken else ""
                line = f'<path d="M{trunk:g} {level:g}H{fork:g}V{at:g}H{x - 2:g}" class="line"/>'
                parts = [drawing.group([line, drawing.loop(x + 5, at)], css)]
                parts.append(drawing.arrow_stem(trunk, top, level, taken=taken))
            else:
                points = [(trunk, top), (trunk, level), (fork, level), (fork, at), (x, at)]
                corners = points if number else [points[0], points[1], points[-1]]
                parts = [drawing.arrow(corners, taken=taken), self._goal(goal, rows, x, at)]
            yield taken, "".join(parts)

    def _goal(self, goal: State, rows: Sequence[Row], x: float, level: float) -> str:
        end, width = goal in self.plan.table.ends, goal_width(goal)
        css = "passed" if self.trail.of(rows) else ""
        if self.trail.present == goal and self.trail.came_last_by(rows):
            css = "now"
        return drawing.group(
            [
                drawing.box(x, level - 13, width, 26, round_by=13 if end else 6),
                drawing.text(x + width / 2, level + 4.5, words(goal), "mid trigger"),
            ],
            f"end {css}",
            self.plan.table.says(goal),
        )

    # Boxes.

    def _station(self, state: State, x: float, y: float) -> str:
        width, height = self._layout.box
        end = state in self.plan.table.ends
        parts = []
        if end:
            parts.append(
                drawing.box(x - 4, y - 4, width + 8, height + 8, round_by=height / 2, css="halo")
            )
        parts.append(drawing.box(x, y, width, height, round_by=height / 2 if end else 10))
        lines = self._words.small_lines(state) + self._jumps(state)
        name_y = y + height / 2 + 5 - 8.5 * len(lines)
        parts.append(drawing.text(x + width / 2, name_y, words(state), "state"))
        for number, line in enumerate(lines):
            parts.append(line.drawn(x + width / 2, name_y + 17 * (number + 1)))
        return drawing.group(
            parts, f"{'end ' if end else ''}{self._css(state)}", self.plan.table.says(state)
        )

    def _jumps(self, state: State) -> list[SmallLine]:
        """What the lane says once, but the way that was taken shows: a jump to this state."""
        rows = [
            row
            for row in self.plan.table.rows
            if row.target == state and self.plan.is_said_by_the_lane(row)
        ]
        taken = self.trail.of(rows)
        if not taken:
            return []
        return [SmallLine(says="come to", numbers=numbers_of(taken), tooltip=self._tooltip(rows))]

    def _tooltip(self, rows: Sequence[Row]) -> str:
        said: Label = self._words.label(rows)
        return said.tooltip

    def _css(self, state: State) -> str:
        if state == self.trail.present:
            return "now"
        return "passed" if self.trail.has_been(state) else ""
