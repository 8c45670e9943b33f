"""Owns how each sweep looks: one finder a sweep, which yields what is amiss a batch at a time."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from temporalio.client import Client

from activities.comparing import BEHIND, differences
from activities.inactivity import warn
from activities.visibility import catch_up, count_running, stuck_pages
from daigou.domain.ids import SubjectId, subject_of
from daigou.domain.sweeps import GRACE_FLOOR, Finding, Sweep, SweepName
from daigou.ports.watch import START, Place, Watch

_NO_CODE = re.compile(r"[^0-9A-Za-z_./:-]")
_SUBJECT_CHARS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much is looked at at once, and how patiently.

    What differs must differ twice, `pause_seconds` apart; no grace is under `grace_least`.
    """

    batch: int = 1000
    ids_at_once: int = 100
    pause_seconds: float = 5.0
    grace_least: timedelta = GRACE_FLOOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What a finder looks with; `before` is the moment since which a thing may be amiss."""

    sweep: Sweep
    watch: Watch
    temporal: Client
    pace: Pace
    before: datetime
    time_scale: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A batch: when it was looked at, how many things, and what of them is amiss."""

    at: datetime
    looked_at: int = 0
    found: tuple[Finding, ...] = ()


async def _late(looking: Looking) -> AsyncIterator[Look]:
    watch, sweep = looking.watch, looking.sweep.name
    place: Place | None = START
    yield Look(
        at=await asyncio.to_thread(watch.now),
        looked_at=await asyncio.to_thread(watch.waiting, sweep),
    )
    while place is not None:
        at = await asyncio.to_thread(watch.now)
        page = await asyncio.to_thread(
            watch.late, sweep, before=looking.before, limit=looking.pace.batch, after=place
        )
        yield Look(at=at, found=page.found)
        place = page.after


async def _books(looking: Looking) -> AsyncIterator[Look]:
    async for batch in differences(
        watch=looking.watch,
        client=looking.temporal,
        before=looking.before,
        batch=looking.pace.batch,
        ids_at_once=looking.pace.ids_at_once,
        pause_seconds=looking.pace.pause_seconds,
    ):
        yield Look(at=batch.at, looked_at=batch.compared, found=batch.found)
        behind = [SubjectId(each.subject) for each in batch.found if each.detail in BEHIND]
        await catch_up(looking.temporal, behind)


async def _stuck(looking: Looking) -> AsyncIterator[Look]:
    at = await asyncio.to_thread(looking.watch.now)
    yield Look(at=at, looked_at=await count_running(looking.temporal))
    async for page in stuck_pages(looking.temporal, page=looking.pace.batch):
        yield Look(
            at=at,
            found=tuple(Finding(_subject(each.workflow), each.why) for each in page),
        )
        at = await asyncio.to_thread(looking.watch.now)


async def _inactive(looking: Looking) -> AsyncIterator[Look]:
    """Has each account warned once; what is warned already is not looked at again (UA-1-15)."""
    place: Place | None = START
    while place is not None:
        at = await asyncio.to_thread(looking.watch.now)
        page = await asyncio.to_thread(
            looking.watch.inactive,
            before=looking.before,
            limit=looking.pace.ids_at_once,
            after=place,
        )
        failed = await warn(looking.temporal, page.clients, time_scale=looking.time_scale)
        yield Look(
            at=at,
            looked_at=len(page.clients),
            found=tuple(Finding(client, "not-warned") for client in failed),
        )
        place = page.after


async def _audit(looking: Looking) -> AsyncIterator[Look]:
    at = await asyncio.to_thread(looking.watch.now)
    journals, found = await asyncio.to_thread(looking.watch.audit)
    yield Look(at=at, looked_at=journals, found=found)


def _subject(workflow: str) -> str:
    return subject_of(workflow) or _NO_CODE.sub("_", workflow)[:_SUBJECT_CHARS_MAX]


Finder = Callable[[Looking], AsyncIterator[Look]]

FINDERS: Mapping[SweepName, Finder] = MappingProxyType(
    {
        SweepName.QUESTIONS: _late,
        SweepName.OVERDUE: _late,
        SweepName.BOOKS: _books,
        SweepName.STUCK: _stuck,
        SweepName.NOTICES: _late,
        SweepName.DISPUTES: _late,
        SweepName.AUDIT: _audit,
        SweepName.INACTIVITY: _inactive,
    }
)
