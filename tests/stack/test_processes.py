import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from daigou.stack import PartFailed
from daigou.stack.processes import Child, Command

STANDINS = Path(__file__).with_name("standins.py")


def command(
    folder: Path, *argv: str, stop_signal: signal.Signals = signal.SIGTERM, patience: float = 10.0
) -> Command:
    return Command(
        name="part",
        argv=argv,
        environment=dict(os.environ),
        cwd=folder,
        log=folder / "logs" / "part.log",
        stop_signal=stop_signal,
        stop_seconds_max=patience,
    )


async def said(child: Child, word: str) -> bool:
    return word in child.log_tail()


async def test_a_part_that_ends_early_is_reported_with_its_log(tmp_path: Path) -> None:
    child = Child(command(tmp_path, sys.executable, str(STANDINS), "broken"))

    with pytest.raises(PartFailed) as failure:
        await child.until_ready(lambda: said(child, "never"), seconds_max=30)

    assert "exit code 3" in str(failure.value)
    assert "this cannot work" in str(failure.value)


async def test_a_part_that_is_late_is_reported(tmp_path: Path) -> None:
    child = Child(command(tmp_path, "sleep", "60"))

    with pytest.raises(PartFailed, match=r"not ready within 0 s"):
        await child.until_ready(lambda: said(child, "never"), seconds_max=0.2)

    child.kill()


async def test_a_deaf_part_is_ended_by_force_after_its_time(tmp_path: Path) -> None:
    argv = (sys.executable, str(STANDINS), "deaf")
    child = Child(command(tmp_path, *argv, patience=0.3))
    await child.until_ready(lambda: said(child, "ready"), seconds_max=30)

    await child.stop()

    assert child.exit_code == -signal.SIGKILL


async def test_what_a_part_started_ends_with_it(tmp_path: Path) -> None:
    child = Child(command(tmp_path, "sh", "-c", "sleep 60 & echo $!; wait"))
    while not child.log_tail():
        await asyncio.sleep(0.05)
    grandchild = int(child.log_tail())

    await child.stop()

    while running(grandchild):
        await asyncio.sleep(0.05)


async def test_the_terminals_interrupt_does_not_reach_a_part(tmp_path: Path) -> None:
    child = Child(command(tmp_path, "sleep", "60"))

    assert os.getsid(child.pid) != os.getsid(0)

    child.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_a_part_does_not_ignore_what_python_ignores(tmp_path: Path) -> None:
    child = Child(command(tmp_path, "grep", "SigIgn", "/proc/self/status"))
    while child.exit_code is None:
        await asyncio.sleep(0.01)

    assert child.exit_code == 0
    ignored = int(child.log_tail().split()[1], base=16)
    assert [each for each in (signal.SIGPIPE, signal.SIGXFSZ) if ignored & 1 << each - 1] == []


async def test_the_last_log_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    for word in ("first", "second", "third"):
        child = Child(command(tmp_path, "echo", word))
        while child.exit_code is None:
            await asyncio.sleep(0.05)

    assert (tmp_path / "logs" / "part.log").read_text() == "third\n"
    assert (tmp_path / "logs" / "part.log.1").read_text() == "second\n"


def running(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False
