"""Owns the diagrams: a table as a picture, and on it where an order stands and how it came."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from daigou.domain.lifecycle import FULFILMENT, TABLES
from daigou.domain.lifecycle.table import Deadline, Row, Table
from daigou.domain.order import Role, State, TableName
from daigou.domain.terms import STATUTORY, Terms, current, terms_of
from daigou.ledger.views import ItemView, OrderView, TransitionView
from gateway import drawing
from gateway.diagram_plan import Plan
from gateway.drawing import Label

WIDTH, HEIGHT, GAP = 156.0, 86.0, 150.0
ENTRY, TREE_TOP = 38.0, 12.0
MARGIN, HEAD = 34.0, 92.0
START_GAP = 92.0
RAISED = HEIGHT + 16
CHANNEL = 58.0
DRAWN = frozenset({TableName.PARCEL, TableName.REFUND})
"""The items whose way is worth a picture on an order's own diagram."""
_SHORT = {Role.PAYMENT_INSTITUTION: "institution"}


@dataclass(frozen=True, kw_only=True)
class Trail:
    """What a diagram shows beyond its table: the present state, and the way it came."""

    present: State | None = None
    steps: Sequence[TransitionView] = ()
    due: dict[str, datetime] = field(default_factory=dict)

    def of(self, row: Row) -> tuple[TransitionView, ...]:
        """The times that a row was taken."""
        key = (row.trigger, row.source, row.target)
        return tuple(step for step in self.steps if (step.trigger, step.source, step.target) == key)

    def has_been(self, state: State) -> bool:
        """Whether the way led through a state."""
        return any(state in (step.source, step.target) for step in self.steps)


def order_svg(order: OrderView, steps: Sequence[TransitionView]) -> str:
    """An order's own diagram: its state filled, its way numbered, its parcels and refunds below."""
    terms = terms_of(order.terms_version)
    country = order.request.client_country
    main = _Sheet(
        plan=Plan(FULFILMENT),
        terms=terms,
        country=country,
        trail=Trail(
            present=order.state,
            steps=[step for step in steps if step.table == TableName.FULFILMENT],
            due={clock.term: clock.due for clock in order.clocks},
        ),
    )
    items = [
        (
            _title(item),
            _Sheet(
                plan=Plan(TABLES[item.table]),
                terms=terms,
                country=country,
                trail=Trail(
                    present=item.state,
                    steps=[step for step in steps if step.item == item.item],
                    due={clock.term: clock.due for clock in item.clocks},
                ),
            ),
        )
        for item in order.items
        if item.table in DRAWN
    ]
    state, says = _words(order.state), FULFILMENT.says(order.state)
    says = says if says.startswith(state) else f"{state}: {says}"
    return _document(f"Order {order.id}", says, main, items)


def _title(item: ItemView) -> str:
    amount = f" · {item.amount}" if item.amount else ""
    return f"{_words(item.table).capitalize()} {item.item}{amount}"


def lifecycle_svg(table: Table, *, terms: Terms | None = None) -> str:
    """A table's diagram, of no order in particular."""
    sheet = _Sheet(plan=Plan(table), terms=terms or current(), country="", trail=Trail())
    head, says = _words(table.name).capitalize(), "every state, and what leads where"
    return _document(head, says, sheet, [])


def _document(head: str, says: str, main: "_Sheet", below: Sequence[tuple[str, "_Sheet"]]) -> str:
    width = max(sheet.width for sheet in (main, *(sheet for _, sheet in below)))
    parts = [
        drawing.text(MARGIN, 44, head, "head"),
        drawing.text(MARGIN, 68, says, "sub"),
        _legend(width, told=bool(main.trail.steps)),
        *main.draw(HEAD),
    ]
    top = HEAD + main.height
    for title, sheet in below:
        parts.append(drawing.text(MARGIN, top + 26, title, "below"))
        parts += sheet.draw(top + 44)
        top += 44 + sheet.height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {top:g}" '
        f'width="{width:g}" height="{top:g}" role="img" aria-labelledby="title desc">'
        f'<title id="title">{escape(head)}</title>'
        f'<desc id="desc">{escape(main.described(says))}</desc>'
        f"<style>{drawing.STYLE}</style>"
        f'<rect width="{width:g}" height="{top:g}" class="paper"/>{"".join(parts)}</svg>'
    )


def _legend(width: float, *, told: bool) -> str:
    items = [(drawing.clock, "a deadline"), (drawing.loop, "the state stays")]
    x = width - MARGIN
    parts = []
    for icon, says in items:
        x -= drawing.width_of(says, size=11)
        parts.append(drawing.text(x, 44, says, "soft"))
        parts.append(icon(x - 12, 40))
        x -= 38
    if told:
        for css, says in (("passed", "the way it came"), ("now", "now")):
            x -= drawing.width_of(says, size=11)
            parts.append(drawing.text(x, 44, says, "soft"))
            parts.append(drawing.group([drawing.box(x - 26, 33, 20, 14, round_by=4)], css))
            x -= 44
    return drawing.group(parts)


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """One table on paper."""

    plan: Plan
    terms: Terms
    country: str
    trail: Trail

    @property
    def width(self) -> float:
        """How wide it is drawn."""
        return max(self._right(number) for number, _ in enumerate(self.plan.lines)) + MARGIN

    @property
    def height(self) -> float:
        """How high it is drawn."""
        return sum(self._line_height(line) for line in self.plan.lines) - CHANNEL + 2 * MARGIN

    def draw(self, top: float) -> Iterable[str]:
        """Everything, arrows first, so that boxes lie on them."""
        places = dict(self._places(top))
        yield from self._start(places)
        for source, target, rows in self.plan.joins():
            if source in places and target in places and self.plan.is_drawn(source, target):
                yield from self._join(source, target, rows, places)
        for state, (x, y) in places.items():
            yield from self._tree(state, x, y)
            yield self._station(state, x, y)

    def described(self, says: str) -> str:
        """The picture in words."""
        way = " → ".join(dict.fromkeys(_words(step.target) for step in self.trail.steps))
        return f"{says}. The way it came: {way}." if way else f"{says}."

    # Where things are.

    def _left(self, line: int) -> float:
        starts = self.plan.starts_from_nothing and line == 0
        return MARGIN + (START_GAP + 14 if starts else (34 if len(self.plan.lines) > 1 else 0))

    def _right(self, number: int) -> float:
        """Where a line ends, with what hangs under its last states, and the turn to the next."""
        line = self.plan.lines[number]
        ends = [
            self._left(number) + column * (WIDTH + GAP) + max(WIDTH, self._tree_width(state))
            for column, state in enumerate(line)
        ]
        return max(ends) + (22 if line != self.plan.lines[-1] else 0)

    def _tree_width(self, state: State) -> float:
        rows = self.plan.ways_out(state)
        goals = [drawing.width_of(_words(row.target), size=12.5) + 22 for row in rows]
        return 16 + self._stem(rows) + max(goals) if rows else 0.0

    def _stem(self, rows: Sequence[Row]) -> float:
        """How far the goals of a tree stand from its trunk."""
        labels = [self._label(row) for row in rows]
        return 30 + max(
            max(drawing.width_of(said.name), drawing.width_of(said.who, size=11) + 14)
            + drawing.badge_width(said.numbers)
            for said in labels
        )

    def _raised(self, line: tuple[State, ...]) -> float:
        if any(state in self.plan.side for state in line):
            return RAISED
        back = any(
            self.plan.steps_back(row.source, row.target)
            for row in self.plan.table.rows
            if row.source in line
        )
        return 62.0 if back else 8.0

    def _line_height(self, line: tuple[State, ...]) -> float:
        return self._raised(line) + HEIGHT + self._tree_height(line) + CHANNEL

    def _tree_height(self, line: tuple[State, ...]) -> float:
        entries = max(len(self.plan.ways_out(state)) for state in line)
        return TREE_TOP + entries * ENTRY if entries else 0.0

    def _places(self, top: float) -> Iterable[tuple[State, drawing.Point]]:
        for number, line in enumerate(self.plan.lines):
            y = top + self._raised(line)
            for column, state in enumerate(line):
                x = self._left(number) + column * (WIDTH + GAP)
                yield state, (x, y - RAISED if state in self.plan.side else y)
            top += self._line_height(line)

    # What is drawn.

    def _start(self, places: dict[State, drawing.Point]) -> Iterable[str]:
        if not self.plan.starts_from_nothing:
            return
        first = self.plan.lines[0][0]
        x, y = places[first][0], places[first][1] + HEIGHT / 2
        rows = self.plan.table.rows_from(self.plan.table.initial)
        yield drawing.group(
            [drawing.dot(MARGIN + 7, y, 7, f"start {self._css(self.plan.table.initial)}")],
            "",
            _words(self.plan.table.initial),
        )
        yield from self._straight(MARGIN + 14, x, y, rows)

    def _join(
        self,
        source: State,
        target: State,
        rows: tuple[Row, ...],
        places: dict[State, drawing.Point],
    ) -> Iterable[str]:
        (sx, sy), (tx, ty) = places[source], places[target]
        plan = self.plan
        if plan.goes_aside(source, target):
            level, x = ty + HEIGHT / 2, sx + WIDTH - 26
            points = [(x, sy), (x, level), (tx, level)]
            yield from self._bent(points, rows, (x + tx) / 2 + 4, level)
        elif plan.comes_back(source, target):
            level, x = sy + HEIGHT / 2, tx + 26
            points = [(sx + WIDTH, level), (x, level), (x, ty)]
            yield from self._bent(points, rows, (sx + WIDTH + x) / 2 - 4, level)
        elif plan.turns_back(source, target):
            level, x = ty + 22, sx + 30
            points = [(x, sy + HEIGHT), (x, level), (tx + WIDTH, level)]
            yield from self._bent(points, rows, (tx + WIDTH + sx) / 2 + 4, level)
        elif plan.steps_back(source, target):
            level = sy - 20
            points = [(sx + 26, sy), (sx + 26, level), (tx + WIDTH - 26, level)]
            points.append((tx + WIDTH - 26, ty))
            yield from self._bent(points, rows, (sx + tx + WIDTH) / 2, level)
        elif sy == ty:
            yield from self._straight(sx + WIDTH, tx, sy + HEIGHT / 2, rows)
        else:
            yield from self._to_the_next_line(source, (sx, sy), (tx, ty), rows)

    def _straight(self, left: float, right: float, y: float, rows: Sequence[Row]) -> Iterable[str]:
        taken = any(self.trail.of(row) for row in rows)
        yield drawing.arrow([(left, y), (right, y)], taken=taken)
        middle = (left + right - 6) / 2
        for number, row in enumerate(rows):
            said = self._label(row)
            yield drawing.label(
                middle + drawing.badge_width(said.numbers) / 2, y, said, above=number % 2 == 0
            )

    def _bent(
        self, points: list[drawing.Point], rows: Sequence[Row], middle: float, level: float
    ) -> Iterable[str]:
        yield drawing.arrow(points, taken=any(self.trail.of(row) for row in rows))
        for row in rows[:1]:
            said = self._label(row, also=rows[1:])
            yield drawing.centred(middle + drawing.badge_width(said.numbers) / 2, level, said)

    def _to_the_next_line(
        self,
        source: State,
        start: drawing.Point,
        goal: drawing.Point,
        rows: Sequence[Row],
    ) -> Iterable[str]:
        (sx, sy), (tx, ty) = start, goal
        number = next(n for n, line in enumerate(self.plan.lines) if source in line)
        line = self.plan.lines[number]
        right, left = self._right(number), tx - 34
        channel = sy + HEIGHT + self._tree_height(line) + 30
        y, into = sy + HEIGHT / 2, ty + HEIGHT / 2
        points = [
            (sx + WIDTH, y),
            (right, y),
            (right, channel),
            (left, channel),
            (left, into),
            (tx, into),
        ]
        yield from self._bent(points, rows, (left + right) / 2, channel)

    def _tree(self, state: State, x: float, y: float) -> Iterable[str]:
        rows = self.plan.ways_out(state)
        if not rows:
            return
        trunk, top = x + 16, y + HEIGHT
        labels = [self._label(row) for row in rows]
        goal = trunk + self._stem(rows)
        drawn = []
        for number, (row, said) in enumerate(zip(rows, labels, strict=True)):
            level = top + TREE_TOP + ENTRY * (number + 0.55)
            taken = bool(said.numbers)
            begin = trunk + 10 + drawing.badge_width(said.numbers)
            branch = [(trunk, top), (trunk, level), (goal, level)]
            parts = [drawing.astride(begin, level, said)]
            if row.stays:
                parts.append(
                    drawing.group(
                        [
                            f'<path d="M{trunk:g} {level:g}H{goal - 2:g}" class="line"/>',
                            drawing.loop(goal + 5, level),
                        ],
                        "taken" if taken else "",
                    )
                )
                parts.append(drawing.arrow_stem(trunk, top, level, taken=taken))
            else:
                parts.append(drawing.arrow(branch, taken=taken))
                parts.append(self._goal(row, goal, level))
            # The way that was taken lies over the others.
            drawn.append((taken, "".join(parts)))
        yield from (part for _, part in sorted(drawn, key=lambda each: each[0]))

    def _goal(self, row: Row, x: float, level: float) -> str:
        name = _words(row.target)
        end = row.target in self.plan.table.ends
        width = drawing.width_of(name, size=12.5) + 22
        last = bool(self.trail.steps) and self.trail.steps[-1] in self.trail.of(row)
        css = "now" if last and self.trail.present == row.target else ""
        css = css or ("passed" if self.trail.of(row) else "")
        return drawing.group(
            [
                drawing.box(x, level - 13, width, 26, round_by=13 if end else 6),
                drawing.text(x + width / 2, level + 4.5, name, "mid trigger"),
            ],
            f"end {css}",
            self.plan.table.says(row.target),
        )

    def _station(self, state: State, x: float, y: float) -> str:
        end = state in self.plan.table.ends
        parts = []
        if end:
            parts.append(
                drawing.box(x - 4, y - 4, WIDTH + 8, HEIGHT + 8, round_by=HEIGHT / 2, css="halo")
            )
        parts.append(drawing.box(x, y, WIDTH, HEIGHT, round_by=HEIGHT / 2 if end else 10))
        lines = [] if end else self._small_lines(state)
        name_y = y + HEIGHT / 2 + 5 - 8.5 * len(lines)
        parts.append(drawing.text(x + WIDTH / 2, name_y, _words(state), "state"))
        for number, line in enumerate(lines):
            parts.append(line.drawn(x + WIDTH / 2, name_y + 17 * (number + 1)))
        return drawing.group(
            parts, f"{'end ' if end else ''}{self._css(state)}", self.plan.table.says(state)
        )

    def _small_lines(self, state: State) -> "list[_SmallLine]":
        wait = self.plan.table.wait(state)
        actor = _SHORT.get(wait.next_actor, _words(wait.next_actor))
        # What only a deadline moves on says so by its clocks.
        acts = [] if wait.next_actor == Role.CLOCK else [_SmallLine(says=f"{actor} acts")]
        return acts + [self._clock_line(state, deadline) for deadline in wait.deadlines]

    def _clock_line(self, state: State, deadline: Deadline) -> "_SmallLine":
        row = self.plan.table.rows_from(state, deadline.trigger)[0]
        numbers = _numbers(self.trail.of(row)) if row.stays else ""
        due = self.trail.due.get(deadline.term) if state == self.trail.present else None
        after = _span(self._duration(deadline.term))
        if due is not None:
            return _SmallLine(
                says=f"by {due.astimezone(UTC):%d %b %H:%M} UTC",
                clock=True,
                numbers=numbers,
                tooltip=f"{deadline.trigger} at {due.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC "
                f"({row.clause})",
            )
        return _SmallLine(
            says=f"{after}: {deadline.trigger}",
            clock=True,
            numbers=numbers,
            tooltip=f"{deadline.trigger} after {after} ({row.clause})",
        )

    def _label(self, row: Row, *, also: Sequence[Row] = ()) -> Label:
        rows = (row, *also)
        steps = sorted(
            (step for each in rows for step in self.trail.of(each)), key=lambda s: s.sequence
        )
        if row.roles:
            who = ", ".join(_SHORT.get(role, _words(role)) for role in sorted(row.roles))
        else:
            who = self._when(row)
        return Label(
            name=", ".join(dict.fromkeys(each.trigger.value for each in rows)),
            who=who,
            by_clock=not row.roles,
            numbers=_numbers(steps),
            tooltip="\n".join(_told(step) for step in steps)
            or f"{self.plan.table.triggers[row.trigger].says} ({row.clause})",
        )

    def _when(self, row: Row) -> str:
        deadlines = self.plan.table.wait(row.source).deadlines
        term = next((d.term for d in deadlines if d.trigger == row.trigger), "")
        return f"after {_span(self._duration(term))}" if term else ""

    def _duration(self, term: str) -> timedelta:
        if term == STATUTORY and not self.country:
            return self.terms.duration(term, country=self.terms.sales_location)
        return self.terms.duration(term, country=self.country)

    def _css(self, state: State) -> str:
        if state == self.trail.present:
            return "now"
        return "passed" if self.trail.has_been(state) else ""


@dataclass(frozen=True, kw_only=True)
class _SmallLine:
    """A line under the name of a state: who acts, or a deadline."""

    says: str
    clock: bool = False
    numbers: str = ""
    tooltip: str = ""

    def drawn(self, x: float, y: float) -> str:
        """The line, centred."""
        if not self.clock:
            return drawing.text(x, y, self.says, "soft mid")
        width = drawing.width_of(self.says, size=11)
        shift = (13 + drawing.badge_width(self.numbers)) / 2
        left = x - width / 2 - shift
        parts = [drawing.clock(left + 5, y - 4), drawing.text(left + 13, y, self.says, "clock")]
        if self.numbers:
            right = left + 13 + width + drawing.badge_width(self.numbers)
            parts.append(drawing.badge(right, y, self.numbers))
        return drawing.group(parts, "", self.tooltip)


def _told(step: TransitionView) -> str:
    return (
        f"{step.sequence}. {step.trigger} · {step.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC · "
        f"{step.actor.role} {step.actor.party} · {step.clause}"
    )


def _numbers(steps: Sequence[TransitionView]) -> str:
    told = [str(step.sequence) for step in steps]
    return ",".join(told) if len(told) <= 3 else f"{told[0]}…{told[-1]}"


def _span(duration: timedelta) -> str:
    hours = duration.total_seconds() / 3600
    if hours >= 72 and hours % 24 == 0:
        return f"{hours / 24:g} d"
    return f"{hours:g} h" if hours >= 1 else f"{hours * 60:g} min"


def _words(name: str) -> str:
    return name.replace("_", " ")
