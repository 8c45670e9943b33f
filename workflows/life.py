"""Owns the life of a subject: under one lock, one command or deadline at a time takes one row.

Every workflow that lives by a lifecycle table holds a `Life`; what differs between them is the
table, what they were opened with, and what they show.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.answers import Answered
    from activities.refusals import as_application_error, as_refused
    from daigou.domain.clocks import Clock, Timing
    from daigou.domain.commands import ChooseLogistics, Command, Plain
    from daigou.domain.facts import Facts
    from daigou.domain.ids import MovementRef, SubjectId
    from daigou.domain.items import choose_item, too_late_for_items
    from daigou.domain.lifecycle import REFUND, TABLES
    from daigou.domain.lifecycle.table import Row, Situation, Table, taken
    from daigou.domain.order import CLOCK, Parties, Trigger
    from daigou.domain.refusals import RefusalCode, Refused
    from daigou.domain.steps import Committed, Receipt, Recorded, Step
    from workflows.axis import Axis
    from workflows.errands import CALLS, make_call, pause_before
    from workflows.heralds import Heralds, Tells, of_paid_debts
    from workflows.hosting import Hosts
    from workflows.messages import Ending, Pull
    from workflows.writing import find, write

FOLLOWERS_MAX = 8
"""No step moves more axes than this after it."""
CASE_GRACE = timedelta(minutes=1)
"""A case keeps its own clocks; where it failed to, its order strikes them this much later."""

Show = Callable[[Committed], None]
Summarise = Callable[[Row, Command], str]


class Life:
    """A subject's life by its tables. State is changed by `open`, `obey` and the clocks alone."""

    def __init__(
        self,
        *,
        subject: SubjectId,
        table: Table,
        parties: Parties,
        timing: Timing,
        show: Show,
        summarise: Summarise,
        tells: Tells = of_paid_debts,
    ) -> None:
        self.subject = subject
        self.parties = parties
        self.sequence = 0
        self.main = Axis(table=table, timing=timing)
        self.facts = Facts()
        self.items: dict[str, Axis] = {}
        self.steps: list[tuple[datetime, Row]] = []
        self._timing = timing
        self._show = show
        self._summarise = summarise
        self._lock = asyncio.Lock()
        self._living: dict[str, asyncio.Task[None]] = {}
        self._refusal: ApplicationError | None = None
        self._committed: Committed | None = None
        self._taken: dict[str, tuple[Axis, datetime]] = {}
        self._tells = tells
        self._heralds = Heralds(subject)
        self._hosts = Hosts(subject=subject, client=parties.client, provider=parties.provider)

    # What the workflows call.

    async def open(self, trigger: Trigger, pull: Pull) -> None:
        """Takes the row that opens the subject.

        Raises:
            ApplicationError: `Refused`; the subject never came to be, and whoever waits for
                `opened` has heard why.
        """
        now = workflow.now()
        try:
            async with self._lock:
                while not self._has_taken(pull):
                    axis, row = self._row(self.main.table, trigger, pull, now=now)
                    await self._take(axis, row, pull, at=now)
        except ApplicationError as refusal:
            self._refusal = refusal
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise

    async def opened(self) -> Receipt:
        """Where the subject stands once its opening is written.

        Raises:
            ApplicationError: `Refused`, with the clause that forbids.
        """
        await workflow.wait_condition(lambda: self.sequence > 0 or self._refusal is not None)
        if self._refusal is not None:
            raise self._refusal
        await workflow.wait_condition(lambda: not self.main.calling)
        return self.receipt(self.main, at=self.steps[0][0])

    def check(self, table: Table, trigger: Trigger, pull: Pull) -> None:
        """Refuses a command before it costs any history, unless its sender knows more than this.

        Raises:
            ApplicationError: `Refused`, with the clause that forbids.
        """
        if pull.seen <= self.sequence and not self._has_taken(pull):
            with _refusals_as_errors():
                axis = self._axis(table, trigger, pull)
            self._fire(axis, trigger, pull)

    async def obey(self, table: Table, trigger: Trigger, pull: Pull) -> Receipt:
        """Takes the row of a command, and waits for the answer to the call that it makes.

        An answer that is pending or unknown is not waited for.

        Raises:
            ApplicationError: `Refused`, with the clause that forbids.
        """
        arrived = workflow.now()
        async with self._lock:
            if pull.seen > self.sequence:
                await self._take_over_the_rest()
            await self._take_in_turn(table, trigger, pull, arrived)
        axis, at = self._taken[pull.command_id]
        await workflow.wait_condition(lambda: not axis.calling)
        return self.receipt(axis, at=at)

    async def heed(self, table: Table, trigger: Trigger, pull: Pull) -> None:
        """Takes the row that a step of another subject asks for; nothing if there is none now."""
        try:
            await self.obey(table, trigger, pull)
        except ApplicationError as error:
            if as_refused(error) is None:
                raise
            workflow.logger.info("news.unheeded", extra={"trigger": trigger, "why": str(error)})

    async def catch_up(self) -> None:
        """Takes over what the books hold and the history does not.

        A try that wrote its step may be lost with the machine that made it. Its caller comes again
        and finds it; if it never does, the order would stand behind its books until a clock
        strikes.
        """
        async with self._lock:
            await self._take_over_the_rest()

    async def strike(self) -> None:
        """Strikes every clock that has come to its moment: a case says that one of its own has."""
        await self._strike_all(lambda: True)

    async def live(self) -> None:
        """Until the subject ended, what outlives it did, and every caller has its answer.

        A cancel request from the Temporal UI changes nothing: the tables alone end a subject.
        """
        whole = asyncio.create_task(self._whole_life())
        while not whole.done():
            try:
                await asyncio.shield(whole)
            except asyncio.CancelledError:
                workflow.logger.warning("life.cancel_ignored")

    def ending(self) -> Ending:
        """How the subject ended, for its history."""
        return Ending(state=self.main.state, at=self.steps[-1][0], transitions=self.sequence)

    def receipt(self, axis: Axis, *, at: datetime) -> Receipt:
        """Where an axis stands now."""
        clock = axis.next_clock
        return Receipt(
            subject=self.subject,
            sequence=self.sequence,
            state=axis.state,
            item=axis.item,
            order_state=self.main.state,
            at=at,
            next_actor=axis.next_actor,
            due=clock.due if clock else None,
        )

    @property
    def living_items(self) -> tuple[Axis, ...]:
        """The items that have not ended, by themselves or with the subject."""
        return tuple(axis for axis in self.items.values() if self._lives(axis))

    @property
    def waiting(self) -> Axis:
        """The axis whose clock strikes next: it says who is to act, and by when."""
        axes = [axis for axis in (self.main, *self.living_items) if axis.next_clock]
        return min(axes, key=_next_due, default=self.main)

    async def _whole_life(self) -> None:
        self._start_living(self.main)
        while self._living:
            await workflow.wait_condition(
                lambda: any(task.done() for task in self._living.values())
            )
            for item in [item for item, task in self._living.items() if task.done()]:
                # What breaks an item breaks the workflow's task, so that support sees it.
                self._living.pop(item).result()
        await self._hosts.told()
        await self._heralds.told()
        await workflow.wait_condition(workflow.all_handlers_finished)

    def _lives(self, axis: Axis) -> bool:
        """Whether an axis goes on: it ended neither by itself nor with the subject."""
        return not axis.ended and (axis.table.outlives or not self.main.ended)

    # The turns of an axis: a command moved it, a call was answered, or a clock strikes.

    async def _live(self, axis: Axis) -> None:
        call: asyncio.Task[Answered] | None = None
        called_for: MovementRef | None = None
        while self._lives(axis):
            if axis.reference != called_for:
                if call:
                    call.cancel()
                called_for = axis.reference
                call = self._start_call(axis)
            turned = await self._turn(axis, call)
            if not turned and call and called_for:
                await self._answer(axis, called_for, await call)
                call = None
        if call:
            call.cancel()

    async def _turn(self, axis: Axis, call: asyncio.Task[Answered] | None) -> bool:
        """Waits for the next turn; false if it is the call's answer, which is still to be taken."""
        turn, clock = axis.turn, axis.next_clock

        def turned() -> bool:
            over = axis.turn != turn or not self._lives(axis)
            return over or (call is not None and call.done())

        if axis.calling:
            # A first call is bounded by its own time-outs: a timer beside it would be for nothing.
            await workflow.wait_condition(lambda: turned() or not axis.calling)
        elif clock is None:
            await workflow.wait_condition(turned)
        else:
            left = clock.due - workflow.now()
            left += CASE_GRACE if axis.table.hosted else timedelta(0)
            try:
                if left > timedelta(0):
                    await workflow.wait_condition(
                        turned, timeout=left, timeout_summary=_timer_summary(axis, clock)
                    )
                elif not turned():
                    raise TimeoutError
            except TimeoutError:
                await self._strike_if_due(axis, turn=turn)
                return True
        return axis.turn != turn or not turned()

    async def _take_in_turn(
        self, table: Table, trigger: Trigger, pull: Pull, arrived: datetime
    ) -> None:
        """Takes the command's row; what was due before it arrived strikes first.

        A command that a deadline overtook hears of the deadline, not of what came of it. But the
        books may hold it already, from a try that was lost: then it was in time.

        Raises:
            ApplicationError: `Refused`, by the table or by a deadline that the command missed.
        """
        refusal: ApplicationError | None = None
        while not self._has_taken(pull):
            overdue = self._overdue(arrived)
            try:
                axis, row = self._row(table, trigger, pull, now=arrived)
            except ApplicationError as error:
                refusal = refusal or error
                if overdue is None:
                    raise refusal from None
            if overdue:
                await self._strike(*overdue)
            else:
                await self._take(axis, row, pull, at=arrived)

    def _overdue(self, by: datetime) -> tuple[Axis, Clock] | None:
        """The clock that was due first by a moment, of whichever axis; at a draw the main one's."""
        axes = (self.main, *self.living_items)
        due = [(axis, clock) for axis in axes if (clock := axis.overdue(by))]
        return min(due, key=lambda each: each[1].due, default=None)

    async def _strike_if_due(self, axis: Axis, *, turn: int) -> None:
        if not await self._strike_all(lambda: axis.turn == turn):
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: axis.turn != turn or not self._lives(axis),
                    timeout=pause_before("ask_most", self._timing),
                )

    async def _strike_all(self, still: Callable[[], bool]) -> bool:
        """Strikes every clock that is due, as long as something is `still` so; false if refused."""
        try:
            async with self._lock:
                while still() and (overdue := self._overdue(workflow.now())):
                    await self._strike(*overdue)
        except ApplicationError as error:
            if as_refused(error) is None:
                raise
            # An alarm: no deadline may be refused. The order stands here until the cause is gone.
            workflow.logger.error("deadline.refused", extra={"why": str(error)})
            return False
        return True

    async def _strike(self, axis: Axis, clock: Clock) -> None:
        pull = Pull(
            actor=CLOCK,
            command=Plain(),
            command_id=f"{self.subject}/{axis.item}{clock.term}/{clock.due.isoformat()}",
            item=axis.item,
        )
        await self._take(axis, self._fire(axis, clock.trigger, pull), pull, at=clock.due)

    def _start_call(self, axis: Axis) -> asyncio.Task[Answered] | None:
        if axis.errand is None or axis.reference is None:
            return None
        return asyncio.create_task(
            make_call(
                axis.errand.call,
                axis.reference,
                timing=self._timing,
                on_unknown=partial(self._stop_waiting, axis),
            )
        )

    async def _answer(self, axis: Axis, reference: MovementRef, answered: Answered) -> None:
        errand = axis.errand
        if errand is None or answered.answer is None or answered.command is None:
            raise RuntimeError(f"{reference} was answered without an answer")
        pull = Pull(
            actor=CALLS[errand.call].answers_as,
            command=answered.command,
            command_id=f"{reference}/{answered.answer}",
            item=axis.item,
        )
        trigger = errand.answers[answered.answer]
        try:
            async with self._lock:
                while axis.reference == reference and not self._has_taken(pull):
                    row = self._fire(axis, trigger, pull)
                    await self._take(axis, row, pull, at=workflow.now())
        except ApplicationError as error:
            if as_refused(error) is None:
                raise
            # The rules or the books refuse what the counterparty says it did: from here on a person
            # decides, and the state's clock keeps calling for one.
            workflow.logger.error("answer.refused", extra={"reference": reference})
            self._stop_waiting(axis)

    def _stop_waiting(self, axis: Axis) -> None:
        """Lets callers go, and shows staff where the subject is held up."""
        axis.stop_waiting()
        if self._committed:
            self._show(self._committed)

    # The one door: a row is taken by writing its step.

    def _has_taken(self, pull: Pull) -> bool:
        return pull.command_id in self._taken

    async def _take(self, axis: Axis, row: Row, pull: Pull, *, at: datetime) -> None:
        """Writes the row's step, with what follows from it, and enters its target.

        Where the books refuse the row and it gives way, the next one that fits is tried. Where they
        hold another step instead, that one is taken over, and this one is not taken: the caller
        judges anew.
        """
        while True:
            steps = self._steps(axis, row, pull, at=at)
            try:
                written = await write(
                    tuple(step for _, _, step in steps),
                    summary=", then ".join(
                        self._summarise(taken_row, step.command) for _, taken_row, step in steps
                    ),
                )
                break
            except ApplicationError as error:
                row = self._next_row(axis, row, pull, error)
        # Nothing is told of the steps after one that was found instead.
        for (moved, taken_row, step), committed in zip(steps, written, strict=False):
            if committed.instead:
                self._take_over(committed.instead, committed)
            else:
                self._enter(moved, taken_row, step, committed)
        self._tell(*written)
        if written[-1].instead:
            # Where it moved the slowest parcel, the order's own step was written with it.
            await self._take_over_the_rest()

    async def _take_over_the_rest(self) -> None:
        while found := await find(self.subject, self.sequence + 1):
            if found.instead is None:
                raise RuntimeError(f"the books found nothing under {found.sequence}")
            self._take_over(found.instead, found)
            self._tell(found)

    def _tell(self, *written: Committed) -> None:
        """Shows the last of the steps, and tells others of each: of any of them a debt is paid."""
        self._committed = written[-1]
        self._show(self._committed)
        for committed in written:
            self._heralds.tell(self._tells(committed), sequence=committed.sequence)

    def _steps(
        self, axis: Axis, row: Row, pull: Pull, *, at: datetime
    ) -> list[tuple[Axis, Row, Step]]:
        """The row's step, and those of the axes that follow it, each what the last one changed."""
        drafts = {known: copy(known) for known in (self.main, *self._followers())}
        steps: list[tuple[Axis, Row, Step]] = []
        facts = self.facts
        moved: tuple[Axis, Row, Pull] | None = (axis, row, pull)
        while moved:
            axis, row, pull = moved
            draft = drafts.setdefault(axis, copy(axis))
            sequence = self.sequence + len(steps) + 1
            item = self._item_of(axis, sequence)
            facts = self._facts_after(axis, row, item, pull.command, before=facts, at=at)
            held = facts.held and axis is self.main
            step = self._step(draft, row, pull, sequence=sequence, at=at, held=held)
            draft.enter(row, at=at, reference="", held=held)
            steps.append((axis, row, step))
            moved = self._next_to_follow(drafts, facts, pull, steps)
        return steps

    def _followers(self) -> tuple[Axis, ...]:
        return tuple(axis for axis in self.items.values() if axis.table.follows and not axis.ended)

    def _next_to_follow(
        self,
        drafts: dict[Axis, Axis],
        facts: Facts,
        pull: Pull,
        steps: list[tuple[Axis, Row, Step]],
    ) -> tuple[Axis, Row, Pull] | None:
        if len(steps) > FOLLOWERS_MAX:
            raise RuntimeError(f"{self.subject}: axes follow each other in a circle")
        number = f"/{len(steps)}" if len(steps) > 1 else ""
        follow = replace(
            pull, command=Plain(), command_id=f"{self.subject}/{self.sequence + 1}/followed{number}"
        )
        order = drafts[self.main].state
        for axis, draft in drafts.items():
            if axis.table.items and not axis.item:
                continue  # It has only just been opened.
            situation = replace(self._situation(axis, follow), facts=facts, order=order)
            row = axis.table.following(state=draft.state, situation=situation)
            if row is not None:
                return axis, row, follow
        return None

    def _next_row(self, axis: Axis, row: Row, pull: Pull, error: ApplicationError) -> Row:
        refused = as_refused(error)
        if refused is None or refused.code not in row.gives_way:
            raise error
        rows = axis.table.rows_from(axis.state, row.trigger)
        return self._fire(axis, row.trigger, pull, passed_over=rows[: rows.index(row) + 1])

    def _step(
        self, axis: Axis, row: Row, pull: Pull, *, sequence: int, at: datetime, held: bool
    ) -> Step:
        wait = None if row.target in axis.table.ends else axis.table.wait(row.target)
        return Step(
            subject=self.subject,
            sequence=sequence,
            table=axis.table.name,
            item=self._item_of(axis, sequence),
            trigger=row.trigger,
            source=row.source,
            target=row.target,
            clause=row.clause,
            actor=pull.actor,
            command=pull.command,
            command_id=pull.command_id,
            at=at,
            recorded_at=workflow.now(),
            terms_version=self._timing.terms.version,
            clocks=axis.clocks_if(row, at=at, held=held),
            next_actor=(row.next_actor or wait.next_actor) if wait else None,
            variant=axis.table.variant(row),
            time_scale=self._timing.scale,
        )

    def _item_of(self, axis: Axis, sequence: int) -> str:
        """The axis's item: a new one is named by the step that opens it."""
        opens = axis.table.items and not axis.item
        return f"{self.subject}/{sequence}" if opens else axis.item

    def _enter(self, axis: Axis, row: Row, step: Step | Recorded, committed: Committed) -> None:
        self.sequence = committed.sequence
        self.steps.append((committed.at, row))
        if isinstance(step.command, ChooseLogistics):
            self.parties = replace(self.parties, logistics=step.command.logistics)
        self.facts = self._facts_after(
            axis, row, step.item, step.command, before=self.facts, at=committed.at
        )
        axis.item = step.item
        axis.enter(
            row,
            at=committed.at,
            reference=committed.intends,
            held=self.facts.held and axis is self.main,
        )
        if step.item and step.item not in self.items:
            self._let_live(axis)
        for reference in committed.refunds:
            self._open_refund(reference, at=committed.at)
        self._taken[step.command_id] = (axis, committed.at)
        if axis.table.hosted:
            self._hosts.tell(axis, row, committed, facts=self.facts, order=self.main.state)

    def _take_over(self, found: Recorded, committed: Committed) -> None:
        workflow.logger.warning("step.found", extra={"sequence": committed.sequence})
        table = TABLES[found.table]
        axis = self.main if table == self.main.table else self.items.get(found.item)
        if axis is None and found.source == table.initial:
            axis = Axis(table=table, timing=self._timing)
        rows = table.rows_from(found.source, found.trigger)
        if axis is None or axis.state != found.source or found.variant >= len(rows):
            # The books and the history contradict each other. The task is tried for ever, and
            # support sees it standing there.
            raise RuntimeError(f"{self.subject} cannot go on by {found}")
        self._enter(axis, rows[found.variant], found, committed)

    def _facts_after(
        self, axis: Axis, row: Row, item: str, command: Command, *, before: Facts, at: datetime
    ) -> Facts:
        return before.after(
            taken(
                axis.table,
                row,
                item=item,
                command=command,
                terms=self._timing.terms,
                at=at,
                scale=self._timing.scale,
            )
        )

    def _open_refund(self, reference: str, *, at: datetime) -> None:
        refund = Axis(table=REFUND, timing=self._timing, item=reference)
        refund.begin(MovementRef(reference), at=at)
        self._let_live(refund)

    def _let_live(self, axis: Axis) -> None:
        self.items[axis.item] = axis
        if not axis.ended:
            self._start_living(axis)

    def _start_living(self, axis: Axis) -> None:
        self._living[axis.item] = asyncio.create_task(self._live(axis))

    def _row(
        self, table: Table, trigger: Trigger, pull: Pull, *, now: datetime
    ) -> tuple[Axis, Row]:
        with _refusals_as_errors():
            axis = self._axis(table, trigger, pull)
            return axis, axis.row_for(trigger, self._situation(axis, pull, at=now), now=now)

    def _fire(
        self, axis: Axis, trigger: Trigger, pull: Pull, *, passed_over: tuple[Row, ...] = ()
    ) -> Row:
        situation = replace(self._situation(axis, pull), passed_over=passed_over)
        with _refusals_as_errors():
            return axis.table.fire(state=axis.state, trigger=trigger, situation=situation)

    def _axis(self, table: Table, trigger: Trigger, pull: Pull) -> Axis:
        """The axis that a command is for: the one it names, the only one that fits, or a new one.

        Raises:
            Refused: there is no such item, or several fit.
        """
        if table == self.main.table:
            return self.main
        if not self.sequence:
            detail = f"{trigger} is not possible: {self.subject} is not open yet"
            raise Refused(RefusalCode.NOT_IN_THIS_STATE, table.triggers[trigger].clause, detail)
        if self.main.ended and not table.outlives:
            raise too_late_for_items(table, trigger, self.main.state)
        chosen = choose_item(
            table=table,
            trigger=trigger,
            named=pull.item,
            states={axis.item: axis.state for axis in self.items.values() if axis.table == table},
            subject=self.subject,
        )
        return self.items[chosen] if chosen else Axis(table=table, timing=self._timing)

    def _situation(self, axis: Axis, pull: Pull, *, at: datetime | None = None) -> Situation:
        return Situation(
            actor=pull.actor,
            command=pull.command,
            parties=self.parties,
            terms=self._timing.terms,
            at=at or workflow.now(),
            facts=self.facts,
            order=self.main.state,
            item=axis.item,
        )


@contextmanager
def _refusals_as_errors() -> Iterator[None]:
    # A refusal of the table would make the workflow task fail; this error is an answer.
    try:
        yield
    except Refused as refused:
        raise as_application_error(refused) from refused


def _next_due(axis: Axis) -> datetime:
    return axis.next_clock.due if axis.next_clock else datetime.max.replace(tzinfo=UTC)


def _timer_summary(axis: Axis, clock: Clock) -> str:
    return f"{clock.term.replace('_', ' ')} ends: {clock.trigger} · {clock.clause}"
