"""`kill -9` in the middle of the demo, then the demo again: every order ends right."""

import asyncio
import os
import re
import shutil
import signal
import sys
import sysconfig
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest

from daigou.simulator.paths import PATHS
from daigou.stack import free_port

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

DAIGOU = str(Path(sysconfig.get_path("scripts")) / "daigou")
INTO_THE_RUN_SECONDS = 12.0
LOOK_SECONDS = 0.1
FOUND_SECONDS_MAX = 60.0
RUN_SECONDS_MAX = 400.0
GONE_SECONDS_MAX = 30.0

VICTIMS = {
    "worker": r"worker\.py",
    "gateway": r"-m gateway",
    "Temporal": r"temporal server start-dev",
    "PostgreSQL": r"postgres .*-D",
    "demo": r"daigou demo ",
    "all": r".",
}


@pytest.fixture
def state_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dg-d-", dir="/tmp"))
    yield folder / "state"
    for process in processes_of(folder):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("victim", VICTIMS)
async def test_a_demo_that_is_killed_goes_on_and_every_order_ends_right(
    state_dir: Path, victim: str
) -> None:
    ports = [str(free_port()) for _ in range(3)]

    async with running_demo(state_dir, ports) as demo:
        await until_under_way(demo)
        await asyncio.sleep(INTO_THE_RUN_SECONDS)
        kill(state_dir, victim)
        cut_off, _ = await ended(demo)
    left_over = await gone(state_dir)
    async with running_demo(state_dir, ports) as demo:
        code, said = await ended(demo)

    assert cut_off != 0
    assert left_over == []
    assert code == 0, said
    assert "Run 1 goes on" in said
    assert " 0 failed" in said
    assert "audit ok" in said
    # The promotion is held against the ledger only where no order left its plan.
    assert {"institution", "sellers"} <= set(re.findall(r"✓ (\w+): .*; the ledger agrees", said))
    assert "✗" not in said
    assert int(re.findall(r"(\d+) as planned", said)[0]) >= len(PATHS)
    assert await gone(state_dir) == []


@asynccontextmanager
async def running_demo(
    state_dir: Path, ports: list[str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    temporal, ui, gateway = ports
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, DAIGOU, "demo", "--exit"),
        *("--orders", str(len(PATHS)), "--state-dir", str(state_dir)),
        *("--temporal-port", temporal, "--ui-port", ui, "--gateway-port", gateway),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield demo
    finally:
        with suppress(ProcessLookupError):
            os.killpg(demo.pid, signal.SIGKILL)
        await demo.wait()


async def until_under_way(demo: asyncio.subprocess.Process) -> None:
    """Until the demo tells its first progress."""
    if demo.stdout is None:
        raise RuntimeError("nobody hears the demo")
    async with asyncio.timeout(FOUND_SECONDS_MAX):
        while b"orders ended" not in await demo.stdout.readline():
            pass


async def ended(demo: asyncio.subprocess.Process) -> tuple[int, str]:
    """The demo's exit code, and all that it said since."""
    async with asyncio.timeout(RUN_SECONDS_MAX):
        said, _ = await demo.communicate()
    return demo.returncode or 0, said.decode()


def kill(state_dir: Path, victim: str) -> None:
    """Kills as `kill -9` does whoever is meant."""
    found = [each for each in processes_of(state_dir) if matches(each, VICTIMS[victim])]
    assert found
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def matches(process: psutil.Process, pattern: str) -> bool:
    with suppress(psutil.Error):
        return re.search(pattern, " ".join(process.cmdline())) is not None
    return False


async def gone(state_dir: Path) -> list[str]:
    """What is still alive of the stack after a while; nothing, if all is well."""
    give_up_at = time.monotonic() + GONE_SECONDS_MAX
    while True:
        left = [str(process) for process in processes_of(state_dir)]
        if not left or time.monotonic() > give_up_at:
            return left
        await asyncio.sleep(LOOK_SECONDS)


def processes_of(state_dir: Path) -> list[psutil.Process]:
    """Everything alive that was started on this state folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            said = " ".join([*process.cmdline(), process.environ().get("DAIGOU_DATABASE_URL", "")])
            alive = process.status() != psutil.STATUS_ZOMBIE
            if alive and str(state_dir) in said.replace("%2F", "/"):
                found.append(process)
    return found
