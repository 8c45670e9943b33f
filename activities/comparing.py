"""Owns the comparison of the books with the workflows: from both sides, and twice before it counts.

Both move meanwhile, and Temporal's lists lag behind its workflows. So a difference counts only if
neither side moved for a while, and a second look some seconds later still sees the same.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from temporalio.client import Client

from activities.visibility import Running, running_of, running_pages
from daigou.domain.ids import SubjectId, kind_of
from daigou.domain.sweeps import Finding
from daigou.ports.watch import START, BooksStanding, Place, Watch

SUSPECTS_MAX = 2000
"""So many are looked at again together, after one pause."""

NO_WORKFLOW = "no_workflow"
UNKNOWN = "unknown_to_the_books"
ENDED = "ended_in_the_books"
OTHER_STATE = "shows_another_state"
BEHIND = frozenset({ENDED, OTHER_STATE})
"""What is gone once the workflow has looked into the books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A batch: when it was looked at for the second time, how many in all, what still differs."""

    at: datetime
    compared: int
    found: tuple[Finding, ...]


async def differences(
    *,
    watch: Watch,
    client: Client,
    before: datetime,
    batch: int,
    ids_at_once: int,
    pause_seconds: float,
) -> AsyncIterator[Compared]:
    """What differs between the books and the workflows, and did not move after `before`."""
    suspects: set[Finding] = set()
    compared = 0
    comparing = _Comparing(watch=watch, client=client, before=before, ids_at_once=ids_at_once)
    async for count, found in comparing.everything(batch=batch):
        compared += count
        suspects |= found
        if len(suspects) >= SUSPECTS_MAX:
            yield await comparing.again(suspects, compared, pause_seconds=pause_seconds)
            suspects, compared = set(), 0
    yield await comparing.again(suspects, compared, pause_seconds=pause_seconds)


def compare(
    books: Mapping[SubjectId, BooksStanding],
    running: Mapping[SubjectId, Running],
    *,
    before: datetime,
) -> Iterator[Finding]:
    """What differs between two looks at the same subjects."""
    for subject in books.keys() | running.keys():
        detail = _difference(subject, books.get(subject), running.get(subject), before)
        if detail:
            yield Finding(subject, detail)


def _difference(
    subject: SubjectId, books: BooksStanding | None, running: Running | None, before: datetime
) -> str | None:
    if books is None:
        return UNKNOWN if running and running.started < before else None
    if books.since >= before:
        return None
    if running is None:
        return NO_WORKFLOW if books.open else None
    if not books.open:
        return ENDED
    is_shown = kind_of(subject).shows_its_state
    return OTHER_STATE if is_shown and running.state != books.state else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparing:
    watch: Watch
    client: Client
    before: datetime
    ids_at_once: int

    async def everything(self, *, batch: int) -> AsyncIterator[tuple[int, set[Finding]]]:
        """A first look, from the books and from Temporal: how many were compared, what differs."""
        place: Place | None = START
        while place is not None:
            page = await asyncio.to_thread(self.watch.open_subjects, limit=batch, after=place)
            yield len(page.subjects), await self._look(page.subjects)
            place = page.after
        async for running in running_pages(self.client, page=batch):
            books = await asyncio.to_thread(self.watch.standings, tuple(running))
            yield len(running), set(compare(books, running, before=self.before))

    async def again(
        self, suspects: set[Finding], compared: int, *, pause_seconds: float
    ) -> Compared:
        """Those of the suspects that still differ in the same way after a pause."""
        if suspects:
            await asyncio.sleep(pause_seconds)
        at = await asyncio.to_thread(self.watch.now)
        subjects = {SubjectId(suspect.subject) for suspect in suspects}
        still = suspects & await self._look(subjects)
        return Compared(at=at, compared=compared, found=tuple(sorted(still)))

    async def _look(self, subjects: Collection[SubjectId]) -> set[Finding]:
        found: set[Finding] = set()
        for some in _chunks(subjects, self.ids_at_once):
            books = await asyncio.to_thread(self.watch.standings, some)
            running = await running_of(self.client, some)
            found |= set(compare(books, running, before=self.before))
        return found


def _chunks(subjects: Iterable[SubjectId], size: int) -> Iterator[tuple[SubjectId, ...]]:
    waiting = iter(subjects)
    while some := tuple(islice(waiting, size)):
        yield some
