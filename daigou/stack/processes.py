"""One supervised server process: started apart, watched, stopped in time, never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from daigou.stack.errors import PartFailed

WATCH_SECONDS = 0.05
LOG_TAIL_LINES = 20
_LOG_TAIL_BYTES = 16_384
_KILL_SECONDS_MAX = 5.0
_LEASH = (sys.executable, "-I", "-S", str(Path(__file__).with_name("leash.py")))


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a process runs as, where the supervisor is root and the process must not be."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run, and how to end it."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    cwd: Path
    log: Path
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds_max: float = 10.0
    orphan_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends it should the supervisor itself be killed (Linux only)."""


class Child:
    """A running `Command`, in a session of its own: the terminal's Ctrl-C does not reach it.

    On Linux it dies with the thread that started it, even if that is killed by force. Elsewhere
    a supervisor that was killed by force leaves it; the next start on its state folder ends it.
    """

    def __init__(self, command: Command) -> None:
        _keep_last_log(command.log)
        self.command = command
        with command.log.open("wb") as log:
            self._process = subprocess.Popen(
                (*_LEASH, *_leash_of(command), *command.argv),
                cwd=command.cwd,
                env=dict(command.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # What it keeps is for its account alone.
                umask=0o077,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the number of the signal that ended it."""
        return self._process.poll()

    async def until_ready(
        self, probe: Callable[[], Awaitable[bool]], *, seconds_max: float
    ) -> None:
        """Return once `probe` is true; raise `PartFailed` if the process ends first or is late."""
        give_up_at = time.monotonic() + seconds_max
        while not await probe():
            if self.exit_code is not None:
                raise PartFailed(self.obituary())
            if time.monotonic() > give_up_at:
                raise PartFailed(
                    f"{self.command.name} was not ready within {seconds_max:.0f} s.{self._quote()}"
                )
            await asyncio.sleep(WATCH_SECONDS)

    async def stop(self) -> None:
        """Ask it to end, and end it by force when it has not in its time."""
        self._process.send_signal(self.command.stop_signal)
        give_up_at = time.monotonic() + self.command.stop_seconds_max
        while self.exit_code is None and time.monotonic() < give_up_at:
            await asyncio.sleep(WATCH_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it and all that it started, by force and at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait(timeout=_KILL_SECONDS_MAX)

    def obituary(self) -> str:
        """How it ended, with the end of its log."""
        code = self.exit_code
        if code is None:
            return f"{self.command.name} is running"
        how = f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
        return f"{self.command.name} (pid {self.pid}) ended {how}.{self._quote()}"

    def log_tail(self) -> str:
        """The last lines of what it printed."""
        with self.command.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_TAIL_BYTES))
            text = log.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-LOG_TAIL_LINES:])

    def _quote(self) -> str:
        tail = self.log_tail()
        said = f"\nThe end of {self.command.log}:\n{tail}" if tail else ""
        return said or f"\n{self.command.log} is empty."


def _keep_last_log(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_name(log.name + ".1"))


def _leash_of(command: Command) -> tuple[str, ...]:
    account = command.account
    user = (str(account.uid), str(account.gid)) if account else ("-", "-")
    return (str(os.getpid()), str(int(command.orphan_signal)), *user)
