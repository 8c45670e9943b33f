"""Owns one axis of a subject: its state, its clocks, and the outside call that it waits for."""

from datetime import datetime

from daigou.domain.clocks import Clock, Timing, clocks_after, running
from daigou.domain.ids import MovementRef
from daigou.domain.lifecycle.table import Errand, Row, Situation, Table, Wait
from daigou.domain.order import Role, Trigger
from daigou.domain.refusals import RefusalCode, Refused


class Axis:
    """Where a subject stands on one lifecycle table. Only `enter` moves it."""

    def __init__(self, *, table: Table, timing: Timing, item: str = "") -> None:
        self.table = table
        self.item = item
        self.state = table.initial
        self.reference: MovementRef | None = None
        self.calling = False
        self.turn = 0
        self.held = False
        self._instead: Role | None = None
        self._timing = timing
        self._clocks: tuple[Clock, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether the axis is at an end."""
        return self.state in self.table.ends

    @property
    def wait(self) -> Wait | None:
        """What the state waits for; nothing at an end."""
        return None if self.ended else self.table.wait(self.state)

    @property
    def errand(self) -> Errand | None:
        """The outside call of the state, if it has one that is still to be answered."""
        return self.wait.errand if self.wait and self.reference else None

    @property
    def next_actor(self) -> Role | None:
        """Who is to act next: whom the last row named, or else whom the state waits for."""
        return (self._instead or self.wait.next_actor) if self.wait else None

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """The clocks that run now, the next to strike first."""
        return running(table=self.table, state=self.state, clocks=self._clocks)

    @property
    def next_clock(self) -> Clock | None:
        """The clock that strikes next."""
        return next(iter(self.clocks), None)

    def row_for(self, trigger: Trigger, situation: Situation, *, now: datetime) -> Row:
        """The row that a command takes if it arrives now.

        Raises:
            Refused: the table, a guard, or a deadline that has passed forbids it.
        """
        row = self.table.fire(state=self.state, trigger=trigger, situation=situation)
        for clock in self.clocks:
            if clock.due <= now and not self._row_of(clock).stays:
                raise Refused(
                    RefusalCode.TOO_LATE,
                    clock.clause,
                    f"the {clock.term.replace('_', ' ')} window ended at {clock.due.isoformat()}",
                )
        return row

    def overdue(self, now: datetime) -> Clock | None:
        """The first clock that is due by now and has not struck."""
        clock = self.next_clock
        return clock if clock and clock.due <= now else None

    def clocks_if(self, row: Row, *, at: datetime, held: bool = False) -> tuple[Clock, ...]:
        """Every clock, running and asleep, once the row was taken at a moment; `held`, they stand
        still."""
        struck = next((clock.term for clock in self.clocks if clock.trigger == row.trigger), None)
        return clocks_after(
            table=self.table,
            state=row.target,
            struck=None if row.roles else struck,
            known=self._clocks,
            timing=self._timing,
            at=at,
            restarts=row.restarts,
            held=held,
            released=self.held and not held,
        )

    def begin(self, reference: MovementRef, *, at: datetime) -> None:
        """Starts an axis that another axis opened, in its initial state."""
        self.reference = reference
        self.calling = self.errand is not None
        self._clocks = clocks_after(
            table=self.table,
            state=self.state,
            struck=None,
            known=(),
            timing=self._timing,
            at=at,
        )

    def enter(self, row: Row, *, at: datetime, reference: str, held: bool = False) -> None:
        """Takes the row, after it was written. `reference` is a movement that is now to be made."""
        before = self.next_clock
        self._clocks = self.clocks_if(row, at=at, held=held)
        self.held = held
        self.state = row.target
        self._instead = row.next_actor
        if not row.stays or self.next_clock != before:
            self.turn += 1  # A timer that need not be set anew is left alone.
        if not row.stays:
            self.reference = MovementRef(reference) if reference else None
        self.calling = self.errand is not None and (self.calling or not row.stays)

    def stop_waiting(self) -> None:
        """Lets callers go: the answer is not known yet, or is a person's to give."""
        self.calling = False

    def _row_of(self, clock: Clock) -> Row:
        return self.table.rows_from(self.state, clock.trigger)[0]
