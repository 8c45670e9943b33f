"""The folder that keeps a stack's state: who holds it, at what pace it runs, what it left."""

import fcntl
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from daigou.stack.errors import AlreadyRunning, StackError
from daigou.stack.processes import Child

_LEFTOVER_SECONDS_MAX = 10.0
_BIRTH_SECONDS_TOLERANCE = 0.1


class StateDir:
    """Everything under one folder, `.daigou` as a rule; removing it begins the world anew."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.logs = self.root / "logs"
        self.postgres = self.root / "postgres"
        self.temporal = self.root / "temporal.db"
        self.mail = self.root / "mail"
        self._pace_file = self.root / "time_scale"
        self._pids_file = self.root / "pids.json"
        self._lock_file = self.root / "lock"
        self._lock: int | None = None

    def log(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def hold(self) -> None:
        """Take the folder for this process; raises `AlreadyRunning` while another has it."""
        # Orders and money lie in here. The database's account, where it is another, need only
        # pass through.
        self.root.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        self.logs.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode().strip() or "unknown"
            os.close(lock)
            raise AlreadyRunning(
                f"a stack already runs on {self.root}, with pid {holder}: stop that one (Ctrl-C in "
                f"its terminal, or `kill {holder}`), or choose another folder with --state-dir"
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        self._lock = lock

    def let_go(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def settle_time_scale(self, wanted: int | None) -> int:
        """The pace of this folder's orders, fixed by the first start (1 unless it says otherwise).

        Raises `StackError` if another is wanted later: the deadlines of the orders that are under
        way were reckoned with the first.
        """
        if not self._pace_file.exists():
            settled = 1 if wanted is None else wanted
            self._pace_file.write_text(f"{settled}\n")
            return settled
        settled = int(self._pace_file.read_text())
        if wanted not in (None, settled):
            raise StackError(
                f"the orders in {self.root} began at a time scale of {settled}, so {wanted} would "
                f"break their deadlines: start with --time-scale {settled}, choose another folder "
                "with --state-dir, or remove that one to begin anew"
            )
        return settled

    def remember(self, children: Iterable[Child]) -> None:
        """Note who runs, so that the next start can end what a killed supervisor left behind."""
        notes = {}
        for child in children:
            with suppress(psutil.NoSuchProcess):
                born = psutil.Process(child.pid).create_time()
                notes[child.pid] = (born, child.command.orphan_signal)
        draft = self._pids_file.with_suffix(".new")
        draft.write_text(json.dumps(notes))
        draft.replace(self._pids_file)

    def end_leftovers(self) -> None:
        """End what an earlier stack on this folder left running when it was killed by force."""
        leftovers = self._leftovers()
        for process, orphan_signal in leftovers.items():
            with suppress(psutil.NoSuchProcess):
                process.send_signal(orphan_signal)
        _, alive = psutil.wait_procs(list(leftovers), timeout=_LEFTOVER_SECONDS_MAX)
        for process in alive:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(alive, timeout=_LEFTOVER_SECONDS_MAX)

    def _leftovers(self) -> dict[psutil.Process, int]:
        try:
            notes: dict[str, tuple[float, int]] = json.loads(self._pids_file.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        found = {}
        for pid, (born, orphan_signal) in notes.items():
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(int(pid))
                # Another process may have been given the number since.
                if abs(process.create_time() - born) < _BIRTH_SECONDS_TOLERANCE:
                    found[process] = orphan_signal
        return found
