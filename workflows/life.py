"""Owns the life of a subject: under one lock, one command or deadline at a time takes one row.

Every workflow that lives by a lifecycle table holds a `Life`; what differs between them is the
table, what they were opened with, and what they show.
"""

import asyncio
from collections.abc import Callable
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
    from daigou.domain.ids import MovementRef, SubjectId
    from daigou.domain.lifecycle import REFUND
    from daigou.domain.lifecycle.table import Row, Situation, Table
    from daigou.domain.order import CLOCK, Parties, Trigger
    from daigou.domain.refusals import RefusalCode, Refused
    from daigou.domain.steps import Committed, Receipt, Recorded, Step
    from workflows.axis import Axis
    from workflows.errands import CALLS, make_call, pause_before
    from workflows.messages import Ending, Pull
    from workflows.writing import write

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
    ) -> None:
        self.subject = subject
        self.parties = parties
        self.sequence = 0
        self.main = Axis(table=table, timing=timing)
        self.refunds: dict[str, Axis] = {}
        self.steps: list[tuple[datetime, Row]] = []
        self._timing = timing
        self._show = show
        self._summarise = summarise
        self._lock = asyncio.Lock()
        self._refunding: list[asyncio.Task[None]] = []
        self._refusal: ApplicationError | None = None
        self._committed: Committed | None = None
        self._taken: dict[str, datetime] = {}

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
        """Refuses a command before it costs any history.

        Raises:
            ApplicationError: `Refused`, with the clause that forbids.
        """
        if self._has_taken(pull):
            return
        try:
            axis = self._axis(table, trigger, pull)
            axis.table.fire(state=axis.state, trigger=trigger, situation=self._situation(pull))
        except Refused as refused:
            raise as_application_error(refused) from refused

    async def obey(self, table: Table, trigger: Trigger, pull: Pull) -> Receipt:
        """Takes the row of a command, and waits for the answer to the call that it makes.

        An answer that is pending or unknown is not waited for.

        Raises:
            ApplicationError: `Refused`, with the clause that forbids.
        """
        arrived = workflow.now()
        async with self._lock:
            while not self._has_taken(pull):
                await self._take_or_strike(table, trigger, pull, arrived)
        axis = self._axis(table, trigger, pull)
        await workflow.wait_condition(lambda: not axis.calling)
        return self.receipt(axis, at=self._taken[pull.command_id])

    async def live(self) -> None:
        """Until the subject ended, every refund of it did, and every caller has its answer.

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
            at=at,
            next_actor=axis.next_actor,
            due=clock.due if clock else None,
        )

    @property
    def waiting(self) -> Axis:
        """The axis whose clock strikes next: it says who is to act, and by when."""
        axes = [axis for axis in (self.main, *self.refunds.values()) if axis.next_clock]
        return min(axes, key=_next_due, default=self.main)

    async def _whole_life(self) -> None:
        await self._live(self.main)
        while self._refunding:
            await self._refunding.pop()
        await workflow.wait_condition(workflow.all_handlers_finished)

    # The turns of an axis: a command moved it, a call was answered, or a clock strikes.

    async def _live(self, axis: Axis) -> None:
        call: asyncio.Task[Answered] | None = None
        called_for: MovementRef | None = None
        while not axis.ended:
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
            return axis.turn != turn or (call is not None and call.done())

        if axis.calling:
            # A first call is bounded by its own time-outs: a timer beside it would be for nothing.
            await workflow.wait_condition(lambda: turned() or not axis.calling)
        elif clock is None:
            await workflow.wait_condition(turned)
        else:
            left = clock.due - workflow.now()
            try:
                if left > timedelta(0):
                    await workflow.wait_condition(
                        turned, timeout=left, timeout_summary=_timer_summary(axis, clock)
                    )
                elif not turned():
                    raise TimeoutError
            except TimeoutError:
                await self._strike_if_due(axis, clock, turn=turn)
                return True
        return axis.turn != turn or not turned()

    async def _take_or_strike(
        self, table: Table, trigger: Trigger, pull: Pull, arrived: datetime
    ) -> None:
        """Takes the command's row; what was due before it arrived strikes first.

        Raises:
            ApplicationError: `Refused`, by the table or by a deadline that the command missed.
        """
        overdue = self._axis(table, trigger, pull).overdue(arrived)
        try:
            axis, row = self._row(table, trigger, pull, now=arrived)
        except ApplicationError:
            if overdue is None:
                raise
            # Unless the books hold the command already, from a try that was lost, it is too late.
            await self._strike(self._axis(table, trigger, pull), overdue)
            if not self._has_taken(pull):
                raise
            return
        if overdue:
            await self._strike(axis, overdue)
        else:
            await self._take(axis, row, pull, at=arrived)

    async def _strike_if_due(self, axis: Axis, clock: Clock, *, turn: int) -> None:
        try:
            async with self._lock:
                if axis.turn == turn and axis.overdue(workflow.now()):
                    await self._strike(axis, clock)
        except ApplicationError as error:
            if as_refused(error) is None:
                raise
            # An alarm: no deadline may be refused. The order stands here until the cause is gone.
            workflow.logger.error("deadline.refused", extra={"term": clock.term})
            await workflow.sleep(pause_before("ask_most", self._timing))

    async def _strike(self, axis: Axis, clock: Clock) -> None:
        pull = Pull(
            actor=CLOCK,
            command=Plain(),
            command_id=f"{self.subject}/{axis.item}{clock.term}/{clock.due.isoformat()}",
            item=axis.item,
        )
        row = axis.table.fire(
            state=axis.state, trigger=clock.trigger, situation=self._situation(pull)
        )
        await self._take(axis, row, pull, at=clock.due)

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
                    row = axis.table.fire(
                        state=axis.state, trigger=trigger, situation=self._situation(pull)
                    )
                    await self._take(axis, row, pull, at=workflow.now())
        except ApplicationError as error:
            if as_refused(error) is None:
                raise
            # The books refuse what the counterparty says it did: from here on a person decides,
            # and the state's clock keeps calling for one.
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
        """Writes the row's step and enters its target.

        Where the books hold another step instead, that one is taken over, and this one is not
        taken: the caller judges anew.
        """
        step = self._step(axis, row, pull, at=at)
        committed = await write(step, summary=self._summarise(row, pull.command))
        found = committed.instead
        if found is None:
            self._enter(axis, row, pull.command, committed)
            self._taken[pull.command_id] = committed.at
        else:
            workflow.logger.warning("step.found", extra={"sequence": step.sequence})
            axis, row = self._place_of(found)
            self._enter(axis, row, found.command, committed)
            self._taken[found.command_id] = committed.at

    def _step(self, axis: Axis, row: Row, pull: Pull, *, at: datetime) -> Step:
        wait = None if row.target in axis.table.ends else axis.table.wait(row.target)
        return Step(
            subject=self.subject,
            sequence=self.sequence + 1,
            table=axis.table.name,
            item=axis.item,
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
            clocks=axis.clocks_if(row, at=at),
            next_actor=wait.next_actor if wait else None,
        )

    def _enter(self, axis: Axis, row: Row, command: Command, committed: Committed) -> None:
        self.sequence = committed.sequence
        self.steps.append((committed.at, row))
        if isinstance(command, ChooseLogistics):
            self.parties = replace(self.parties, logistics=command.logistics)
        refunds, calls = committed.opens_refund, committed.intends
        axis.enter(row, at=committed.at, reference="" if refunds else calls)
        if refunds:
            self._open_refund(calls, at=committed.at)
        self._committed = committed
        self._show(committed)

    def _place_of(self, found: Recorded) -> tuple[Axis, Row]:
        axis = self.refunds[found.item] if found.item else self.main
        for row in axis.table.rows_from(axis.state, found.trigger):
            if row.source == found.source and row.target == found.target:
                return axis, row
        # The books and the history contradict each other. The task is tried for ever, and support
        # sees it standing there.
        raise RuntimeError(f"{self.subject} cannot go on from {axis.state} by {found}")

    def _open_refund(self, reference: str, *, at: datetime) -> None:
        refund = Axis(table=REFUND, timing=self._timing, item=reference)
        refund.begin(MovementRef(reference), at=at)
        self.refunds[reference] = refund
        self._refunding.append(asyncio.create_task(self._live(refund)))

    def _row(
        self, table: Table, trigger: Trigger, pull: Pull, *, now: datetime
    ) -> tuple[Axis, Row]:
        try:
            axis = self._axis(table, trigger, pull)
            return axis, axis.row_for(trigger, self._situation(pull), now=now)
        except Refused as refused:
            raise as_application_error(refused) from refused

    def _axis(self, table: Table, trigger: Trigger, pull: Pull) -> Axis:
        if table == self.main.table:
            return self.main
        if pull.item not in self.refunds:
            raise Refused(
                RefusalCode.WRONG_REFERENCE,
                table.triggers[trigger].clause,
                f"{self.subject} has no refund {pull.item!r}",
            )
        return self.refunds[pull.item]

    def _situation(self, pull: Pull) -> Situation:
        return Situation(
            actor=pull.actor,
            command=pull.command,
            parties=self.parties,
            terms=self._timing.terms,
        )


def _next_due(axis: Axis) -> datetime:
    return axis.next_clock.due if axis.next_clock else datetime.max.replace(tzinfo=UTC)


def _timer_summary(axis: Axis, clock: Clock) -> str:
    return f"{clock.term.replace('_', ' ')} ends: {clock.trigger} · {clock.clause}"
