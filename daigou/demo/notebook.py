"""Owns what the demo writes down in the state folder, so that a run that was cut off goes on.

Also when the stack was down: deadlines do not wait for it, and an order that one overtook meanwhile
is no fault.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BEAT_SECONDS = 0.5
PAUSE_SECONDS = 1.0
"""Without an answer for longer, the stack is down: no 24-hour window outlasts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An application's key and secret."""

    key: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the demo."""

    number: int
    seed: int
    orders: int
    began_at: str
    finished: bool = False

    @property
    def agreed_at(self) -> datetime:
        """The moment of every client's clicks: the same when the run goes on."""
        return datetime.fromisoformat(self.began_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time in which the stack was down."""

    begins: datetime
    ends: datetime

    def overlaps(self, begins: datetime, ends: datetime) -> bool:
        """Whether any of it lies between two moments."""
        return self.begins <= ends and begins <= self.ends


class Notebook:
    """The notes in one state folder: the run, the applications, the pauses, the heartbeat."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "demo.json"
        self._heart = folder / "demo.heartbeat"
        self._notes: dict[str, Any] = {"run": None, "applications": {}, "pauses": []}
        if self._file.exists():
            self._notes = json.loads(self._file.read_text(encoding="utf-8"))

    @property
    def run(self) -> Run | None:
        """The latest run."""
        return Run(**self._notes["run"]) if self._notes["run"] else None

    @property
    def pauses(self) -> tuple[Pause, ...]:
        """Every pause of the latest run."""
        return tuple(
            Pause(begins=datetime.fromisoformat(begins), ends=datetime.fromisoformat(ends))
            for begins, ends in self._notes["pauses"]
        )

    @property
    def applications(self) -> dict[str, Credentials]:
        """The demo's applications, by party."""
        return {
            party: Credentials(key=key, secret=secret)
            for party, (key, secret) in self._notes["applications"].items()
        }

    def begin(self, *, seed: int, orders: int) -> Run:
        """Goes on with the run that was cut off, or begins the next."""
        last = self.run
        if last and not last.finished:
            self.pause(self._last_beat(), datetime.now(UTC))
            return last
        run = Run(
            number=last.number + 1 if last else 1,
            seed=seed,
            orders=orders,
            began_at=datetime.now(UTC).isoformat(),
        )
        self._write(run=asdict(run), pauses=[], opening=None)
        self._heart.touch()
        return run

    def opening_balances(self, balances: Callable[[], dict[str, int]]) -> dict[str, int]:
        """What every account stood at when the run began, in fen."""
        if self._notes.get("opening") is None:
            self._write(opening=balances())
        opening: dict[str, int] = self._notes["opening"]
        return opening

    def first_moment(self) -> datetime:
        """When the demo first ran on this folder."""
        if "since" not in self._notes:
            self._write(since=datetime.now(UTC).isoformat())
        return datetime.fromisoformat(self._notes["since"])

    def receivers_port(self, free_port: Callable[[], int]) -> int:
        """Where the demo's receiver of webhooks listens, in every run on this folder."""
        if "receivers_port" not in self._notes:
            self._write(receivers_port=free_port())
        return int(self._notes["receivers_port"])

    def finish(self, run: Run) -> None:
        """The run is over."""
        self._write(run={**asdict(run), "finished": True})

    def keep_application(self, party: str, credentials: Credentials) -> None:
        """Keeps an application's secret: it is shown once."""
        known = self._notes["applications"]
        self._write(applications={**known, party: [credentials.key, credentials.secret]})

    def pause(self, begins: datetime, ends: datetime) -> None:
        """Notes a pause."""
        self._write(pauses=[*self._notes["pauses"], [begins.isoformat(), ends.isoformat()]])

    async def beat(self, is_alive: Callable[[], Awaitable[bool]]) -> None:
        """Beats while the stack answers; notes the pauses when it does not. Until cancelled."""
        last = datetime.now(UTC)
        while True:
            if await is_alive():
                now = datetime.now(UTC)
                if (now - last).total_seconds() > PAUSE_SECONDS:
                    self.pause(last, now)
                self._heart.touch()
                last = now
            await asyncio.sleep(BEAT_SECONDS)

    def _last_beat(self) -> datetime:
        try:
            return datetime.fromtimestamp(self._heart.stat().st_mtime, UTC)
        except FileNotFoundError:
            return datetime.now(UTC)

    def _write(self, **notes: Any) -> None:
        self._notes |= notes
        draft = self._file.with_suffix(".new")
        # Holds secrets of the demo's applications.
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(self._notes, file, indent=1)
        draft.replace(self._file)
