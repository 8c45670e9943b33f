"""The notices' activity: for a while, whatever is due goes out, each target by itself (PSR-27)."""

import asyncio
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from temporalio import activity

from activities.refusals import books_answer
from daigou.domain.notices import Channel
from daigou.ports.notices import Batch, Due, Later, LeaseLostError, Outbox, Sender, Taken

PASS_SECONDS = 120.0
LOOK_SECONDS = 1.0
"""How soon something new is seen. A look is one index lookup; a NOTIFY in the posting path would
make every commit wait for every other."""
TARGETS_AT_ONCE = 32
SUBJECTS_AT_ONCE = 8
"""So many subjects at once at one target; those of one subject one after the other."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a pass came to: tries that were taken, and tries that were not."""

    out: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Telling:
    """Sends what is due. Any number may run at once: a target is one sender's at a time."""

    outbox: Outbox
    senders: Mapping[Channel, Sender[Any]]
    pass_seconds: float = PASS_SECONDS
    look_seconds: float = LOOK_SECONDS
    now: Callable[[], datetime] = _now

    @activity.defn
    async def tell(self) -> Told:
        """Sends for `pass_seconds`, or until the worker shuts down.

        A crash between sending and noting it means that the same message, under the same id, is
        sent again: receivers take each id once.

        Raises:
            ApplicationError: `BooksUnavailable` (try again).
        """
        with books_answer():
            return await _Pass(self).run()


class _Pass:
    """One run of the activity: a dead target takes a place among many, and holds up no other."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._outbox = telling.outbox
        self._lease = uuid.uuid4().hex
        self._running: set[asyncio.Task[None]] = set()
        self._is_over = False
        self._out = self._failed = 0

    async def run(self) -> Told:
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._telling.pass_seconds
        try:
            while loop.time() < ends_at and not activity.is_worker_shutdown():
                activity.heartbeat(self._out, self._failed)
                found = await self._begin()
                await self._settle(0 if found else self._telling.look_seconds)
            self._is_over = True
            while self._running:
                activity.heartbeat(self._out, self._failed)
                await self._settle(self._telling.look_seconds)
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
        return Told(out=self._out, failed=self._failed)

    async def _begin(self) -> bool:
        """Routes and claims; whether there was anything."""
        now = self._telling.now()
        routed = await asyncio.to_thread(self._outbox.route, now=now)
        free = TARGETS_AT_ONCE - len(self._running)
        batches = await asyncio.to_thread(
            self._outbox.claim,
            now=now,
            lease=self._lease,
            channels=tuple(self._telling.senders),
            targets_max=free,
        )
        for batch in batches:
            self._running.add(asyncio.create_task(self._to_target(batch)))
        return bool(routed or batches)

    async def _settle(self, seconds_max: float) -> None:
        """Waits until a target is done with, at most so long."""
        if not self._running:
            await asyncio.sleep(seconds_max)
            return
        done, self._running = await asyncio.wait(
            self._running, timeout=seconds_max, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            task.result()

    async def _to_target(self, batch: Batch) -> None:
        """All that is due at one target, until it fails; each subject's in their order."""
        at_once = asyncio.Semaphore(SUBJECTS_AT_ONCE)
        fails = asyncio.Event()

        async def of_subject(due: tuple[Due, ...]) -> None:
            async with at_once:
                for each in due:
                    if self._is_over or fails.is_set() or not await self._try(batch, each):
                        fails.set()
                        return

        in_order = sorted(batch.due, key=_place_in_order)
        by_subject = groupby(in_order, key=lambda due: due.message.subject)
        # Another sender has the target by now; it goes on with it.
        with suppress(LeaseLostError):
            try:
                async with asyncio.TaskGroup() as group:
                    for _, due in by_subject:
                        group.create_task(of_subject(tuple(due)))
            except BaseExceptionGroup as failures:
                raise failures.exceptions[0] from None
            await asyncio.to_thread(self._outbox.release, batch, now=self._telling.now())

    async def _try(self, batch: Batch, due: Due) -> bool:
        """Sends one; whether the target may be sent more."""
        sender = self._telling.senders[batch.channel]
        outcome = await sender.send(due.message, batch.address, now=self._telling.now())
        await asyncio.to_thread(self._outbox.record, batch, due, outcome, now=self._telling.now())
        if isinstance(outcome, Taken):
            self._out += 1
            return True
        self._failed += 1
        activity.logger.info(
            "notice.not_taken",
            extra={
                "message_id": due.message.id,
                "target": batch.target,
                "attempt": due.attempt_no,
                "code": outcome.code,
            },
        )
        return not isinstance(outcome, Later)


def _place_in_order(due: Due) -> tuple[str, int]:
    return due.message.subject, due.message.order_sequence
