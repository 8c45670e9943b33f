"""The sweeps' activity: looks, notes what it found, clears what is gone, and tells both."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.finders import FINDERS, Looking, Pace
from daigou.domain.sweeps import SWEEPS, Finding, Severity, Sweep, SweepName, Swept
from daigou.ports.watch import Findings, Watch

HEARTBEAT_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Sweeping:
    """Runs sweeps; each may run several times at once, and be tried again from its beginning."""

    watch: Watch
    findings: Findings
    temporal: Client
    time_scale: int = 1
    pace: Pace = field(default_factory=Pace)

    @activity.defn
    async def sweep(self, name: str) -> Swept:
        """One run of a sweep.

        Raises:
            ApplicationError: `UnknownSweep` (final).
        """
        sweep = _known(name)
        tally = _Tally()
        async with _heartbeats(tally):
            began = await asyncio.to_thread(self.watch.now)
            looking = Looking(
                sweep=sweep,
                watch=self.watch,
                temporal=self.temporal,
                pace=self.pace,
                time_scale=self.time_scale,
                before=began - sweep.grace_at(self.time_scale, least=self.pace.grace_least),
            )
            async for look in FINDERS[sweep.name](looking):
                opened = await asyncio.to_thread(
                    self.findings.keep, sweep=sweep.name, found=look.found, seen_at=look.at
                )
                tally.looked_at += look.looked_at
                tally.found += len(look.found)
                tally.opened += len(opened)
                _tell_opened(sweep, opened)
            # Only now: a run that fails on its way has not seen that anything is gone.
            while cleared := await asyncio.to_thread(
                self.findings.clear, sweep=sweep.name, before=began, limit=self.pace.batch
            ):
                tally.cleared += len(cleared)
                _tell_cleared(sweep, cleared)
            # What several batches saw was counted several times.
            tally.found = await asyncio.to_thread(self.findings.count_open, sweep.name)
        return tally.swept()


@dataclass(kw_only=True)
class _Tally:
    looked_at: int = 0
    found: int = 0
    opened: int = 0
    cleared: int = 0

    def swept(self) -> Swept:
        return Swept(
            looked_at=self.looked_at,
            found=self.found,
            opened=self.opened,
            cleared=self.cleared,
        )


def _known(name: str) -> Sweep:
    try:
        return SWEEPS[SweepName(name)]
    except ValueError as error:
        raise ApplicationError(
            f"no sweep {name!r}; there are {', '.join(SWEEPS)}",
            type="UnknownSweep",
            non_retryable=True,
        ) from error


@asynccontextmanager
async def _heartbeats(tally: _Tally) -> AsyncIterator[None]:
    async def beat() -> None:
        while True:
            activity.heartbeat(str(tally.swept()))
            await asyncio.sleep(HEARTBEAT_SECONDS)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


def _tell_opened(sweep: Sweep, found: Iterable[Finding]) -> None:
    say = activity.logger.error if sweep.severity == Severity.ALARM else activity.logger.warning
    for each in found:
        say("finding.opened", extra=_facts(sweep, each))


def _tell_cleared(sweep: Sweep, found: Iterable[Finding]) -> None:
    for each in found:
        activity.logger.info("finding.cleared", extra=_facts(sweep, each))


def _facts(sweep: Sweep, finding: Finding) -> dict[str, str]:
    return {
        "sweep": sweep.name.value,
        "severity": sweep.severity.value,
        "subject": finding.subject,
        "detail": finding.detail,
    }
