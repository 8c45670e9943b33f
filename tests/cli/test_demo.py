"""The demo itself, on real servers: killed by force in the middle, it goes on and ends right."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from daigou.stack import free_port

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]

RUN_SECONDS_MAX = 150


@pytest.fixture
def demo(tmp_path: Path) -> list[str]:
    """The command line of a small demo in a folder of its own, on ports of its own."""
    ports = ("--temporal-port", "--ui-port", "--gateway-port")
    return [
        sys.executable,
        "-c",
        "from daigou.cli import app; app()",
        "demo",
        "--exit",
        "--orders=12",
        f"--state-dir={tmp_path / 'state'}",
        *(f"{port}={free_port()}" for port in ports),
    ]


def start(demo: list[str], out: Path) -> subprocess.Popen[bytes]:
    with out.open("wb") as file:
        return subprocess.Popen(demo, stdout=file, stderr=subprocess.STDOUT)


def wait_for(text: str, out: Path) -> None:
    give_up_at = time.monotonic() + RUN_SECONDS_MAX
    while text not in out.read_text():
        assert time.monotonic() < give_up_at, out.read_text()
        time.sleep(0.1)


@pytest.mark.parametrize(("sent", "answer"), [(signal.SIGKILL, -9), (signal.SIGTERM, 130)])
def test_a_run_that_was_cut_off_goes_on_and_ends_right(
    demo: list[str], tmp_path: Path, sent: signal.Signals, answer: int
) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    process = start(demo, first)
    wait_for("orders ended", first)

    os.kill(process.pid, sent)
    cut_off = process.wait(timeout=60)
    code = start(demo, second).wait(timeout=RUN_SECONDS_MAX)

    told = second.read_text()
    assert (cut_off, code) == (answer, 0), told
    assert "Run 1 goes on" in told
    assert "12 as planned" in told
    assert "audit ok" in told
