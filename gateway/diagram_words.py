"""Owns what a diagram says: names, who acts, deadlines, and the numbers of the way it came."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from daigou.domain.lifecycle.table import Deadline, Row, Table
from daigou.domain.order import Role, State
from daigou.domain.terms import DATES, STATUTORY, Terms
from daigou.ledger.views import TransitionView
from gateway import drawing
from gateway.diagram_plan import is_follower
from gateway.drawing import Label

_SHORT = {Role.PAYMENT_INSTITUTION: "institution"}


@dataclass(frozen=True, kw_only=True)
class Trail:
    """What a diagram shows beyond its table: the present state, and the way it came."""

    present: State | None = None
    steps: Sequence[TransitionView] = ()
    due: dict[str, datetime] = field(default_factory=dict)

    def of(self, rows: Sequence[Row]) -> tuple[TransitionView, ...]:
        """The times that one of the rows was taken."""
        keys = {(row.trigger, row.source, row.target) for row in rows}
        return tuple(
            step for step in self.steps if (step.trigger, step.source, step.target) in keys
        )

    def has_been(self, state: State) -> bool:
        """Whether the way led through a state."""
        return any(state in (step.source, step.target) for step in self.steps)

    def came_last_by(self, rows: Sequence[Row]) -> bool:
        """Whether the present state was reached by one of the rows."""
        return bool(self.steps) and self.steps[-1] in self.of(rows)


@dataclass(frozen=True, kw_only=True)
class SmallLine:
    """A line under the name of a state: who acts, or a deadline."""

    says: str
    clock: bool = False
    numbers: str = ""
    tooltip: str = ""

    @property
    def width(self) -> float:
        """How wide it is drawn."""
        icon = 13 if self.clock else 0
        return drawing.width_of(self.says, size=11) + icon + drawing.badge_width(self.numbers)

    def drawn(self, x: float, y: float) -> str:
        """The line, centred."""
        if not self.clock and not self.numbers:
            return drawing.text(x, y, self.says, "soft mid")
        left, parts = x - self.width / 2, []
        right = left + self.width
        if self.clock:
            parts.append(drawing.clock(left + 5, y - 4))
            left += 13
        parts.append(drawing.text(left, y, self.says, "clock" if self.clock else "soft"))
        if self.numbers:
            parts.append(drawing.badge(right, y, self.numbers))
        return drawing.group(parts, "", self.tooltip)


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is said of a table, by the terms and the country of an order, on its trail."""

    table: Table
    terms: Terms
    country: str
    trail: Trail

    def label(self, rows: Sequence[Row]) -> Label:
        """What an arrow of these rows says. They share a trigger, or are told together."""
        steps = sorted(self.trail.of(rows), key=lambda step: step.sequence)
        roles = sorted({role for row in rows for role in row.roles})
        names = dict.fromkeys(row.trigger.value for row in rows)
        told = dict.fromkeys(
            f"{self.table.triggers[row.trigger].says} ({row.clause})" for row in rows
        )
        who = ", ".join(_SHORT.get(role, words(role)) for role in roles) or self._when(rows[0])
        return Label(
            name=", ".join(names),
            who=who,
            by_clock=not roles and bool(who),
            numbers=numbers_of(steps),
            tooltip="\n".join(_told(step) for step in steps) or "\n".join(told),
        )

    def small_lines(self, state: State) -> list[SmallLine]:
        """Who acts next in a state, and the clocks that run there."""
        if state in self.table.ends:
            return []
        wait = self.table.wait(state)
        # What only a deadline moves on says so by its clocks.
        acts = (
            []
            if wait.next_actor == Role.CLOCK
            else [SmallLine(says=f"{_SHORT.get(wait.next_actor, words(wait.next_actor))} acts")]
        )
        return acts + [self._clock_line(state, deadline) for deadline in wait.deadlines]

    def _clock_line(self, state: State, deadline: Deadline) -> SmallLine:
        rows = self.table.rows_from(state, deadline.trigger)
        numbers = numbers_of(self.trail.of([row for row in rows if row.stays]))
        due = self.trail.due.get(deadline.term) if state == self.trail.present else None
        after, clause = self._after(deadline.term), rows[0].clause
        if due is not None:
            return SmallLine(
                says=f"by {due.astimezone(UTC):%d %b %H:%M} UTC",
                clock=True,
                numbers=numbers,
                tooltip=f"{deadline.trigger} at {due.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC "
                f"({clause})",
            )
        return SmallLine(
            says=f"{after}: {deadline.trigger}",
            clock=True,
            numbers=numbers,
            tooltip=f"{deadline.trigger} after {after} ({clause})",
        )

    def _when(self, row: Row) -> str:
        deadlines = self.table.wait(row.source).deadlines
        term = next((each.term for each in deadlines if each.trigger == row.trigger), "")
        if not term or is_follower(row):
            return ""
        return f"at the {self._after(term)}" if term in DATES else f"after {self._after(term)}"

    def _after(self, term: str) -> str:
        if term in DATES:
            return "agreed date"
        country = self.country or (self.terms.sales_location if term == STATUTORY else "")
        return _span(self.terms.duration(term, country=country))


def words(name: str) -> str:
    """A state or role as people write it."""
    return name.replace("_", " ")


def numbers_of(steps: Sequence[TransitionView]) -> str:
    """The numbers of some steps; of many only the first and the last."""
    told = [str(step.sequence) for step in steps]
    return ",".join(told) if len(told) <= 3 else f"{told[0]}…{told[-1]}"


def _told(step: TransitionView) -> str:
    return (
        f"{step.sequence}. {step.trigger} · {step.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC · "
        f"{step.actor.role} {step.actor.party} · {step.clause}"
    )


def _span(duration: timedelta) -> str:
    hours = duration.total_seconds() / 3600
    if hours >= 72 and hours % 24 == 0:
        return f"{hours / 24:g} d"
    return f"{hours:g} h" if hours >= 1 else f"{hours * 60:g} min"
