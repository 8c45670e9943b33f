"""Whole stacks of real servers: what they promise on start, stop, failure and return."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from temporalio.client import Client

from daigou.stack import AlreadyRunning, Part, PortTaken, Stack, StackError, StackOptions, free_port

STANDINS = Path(__file__).with_name("standins.py")
SERVERS = frozenset({Part.DATABASE, Part.TEMPORAL})
SECONDS_MAX = 60


def options(state_dir: Path, *parts: Part) -> StackOptions:
    me = (sys.executable, str(STANDINS))
    return StackOptions(
        state_dir=state_dir,
        parts=parts or SERVERS,
        temporal_port=free_port(),
        ui_port=None,
        gateway_port=free_port(),
        migrate=False,
        durable=False,
        commands={Part.WORKER: (*me, "worker"), Part.GATEWAY: (*me, "gateway")},
    )


def database(stack: Stack) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(stack.database_url.replace("+psycopg", ""), autocommit=True)


async def start_nothing(client: Client, workflow_id: str) -> None:
    await client.start_workflow("Nothing", id=workflow_id, task_queue="daigou")


def processes_of(state_dir: Path) -> list[int]:
    """Everything alive that was started on this state folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            command_line = " ".join(process.cmdline())
            env = process.environ() if "standins.py" in command_line else {}
            if str(state_dir) in command_line + env.get("DAIGOU_DATABASE_URL", "").replace(
                "%2F", "/"
            ):
                found.append(process.pid)
    return found


def command_line(pid: int) -> str:
    return " ".join(psutil.Process(pid).cmdline())


def wait_until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + SECONDS_MAX
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


async def test_database_and_temporal_are_ready_and_of_the_promised_kind(state_dir: Path) -> None:
    async with Stack(options(state_dir)) as stack:
        with database(stack) as connection:
            row = connection.execute(
                "SELECT current_database(), current_user, usesuper, "
                "current_setting('server_version_num')::int / 10000, "
                "current_setting('listen_addresses') FROM pg_user WHERE usename = current_user"
            ).fetchone()
        client = await stack.connect_temporal()
        found = await client.count_workflows("OrderState = 'accepted' AND AmountFen > 1")

    assert row == ("daigou", "daigou", False, 18, "")
    assert client.namespace == "daigou"
    assert found.count == 0


async def test_state_is_kept_across_a_restart(begun_dir: Path) -> None:
    async with Stack(options(begun_dir)) as stack:
        with database(stack) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        await start_nothing(await stack.connect_temporal(), "kept")

    async with Stack(options(begun_dir)) as stack:
        with database(stack) as connection:
            answer = connection.execute("SELECT answer FROM kept").fetchone()
        client = await stack.connect_temporal()
        described = await client.get_workflow_handle("kept").describe()

    assert answer == (42,)
    assert described.id == "kept"


async def test_state_is_kept_when_every_server_is_killed_by_force(begun_dir: Path) -> None:
    async with Stack(options(begun_dir)) as stack:
        with database(stack) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        await start_nothing(await stack.connect_temporal(), "kept")
        for part in SERVERS:
            stack.kill(part)

    async with Stack(options(begun_dir)) as stack:
        with database(stack) as connection:
            answer = connection.execute("SELECT answer FROM kept").fetchone()
        await (await stack.connect_temporal()).get_workflow_handle("kept").describe()

    assert answer == (42,)


async def test_the_death_of_each_part_is_noticed_and_named_and_it_can_start_again(
    begun_dir: Path,
) -> None:
    async with Stack(options(begun_dir, *Part)) as stack:
        for part in Part:
            os.kill(stack.pid(part), signal.SIGKILL)

            death = await asyncio.wait_for(stack.wait_for_death(), SECONDS_MAX)

            assert death.part is part
            assert death.exit_code == -signal.SIGKILL
            assert "SIGKILL" in death.obituary
            await stack.restart(part)

        assert httpx.get(f"{stack.gateway_url}/healthz").status_code == 200
        with database(stack) as connection:
            connection.execute("SELECT 1")
        log = stack.log(Part.WORKER)

    assert "worker.stopped" in log.read_text(), "the worker may finish before its servers go"
    assert processes_of(begun_dir) == []


async def test_an_abort_while_starting_leaves_nothing(state_dir: Path) -> None:
    stack = Stack(options(state_dir))
    starting = asyncio.ensure_future(stack.__aenter__())
    while not processes_of(state_dir):
        await asyncio.sleep(0.02)

    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting

    # A process that was killed is there until the kernel has cleared it away.
    async with asyncio.timeout(10):
        while processes_of(state_dir):
            await asyncio.sleep(0.05)


async def test_a_part_that_cannot_start_is_quoted_and_the_rest_stopped(begun_dir: Path) -> None:
    broken = (sys.executable, str(STANDINS), "broken")
    chosen = replace(
        options(begun_dir, *Part), commands={Part.WORKER: broken, Part.GATEWAY: broken}
    )

    with pytest.raises(StackError, match="this cannot work"):
        async with Stack(chosen):
            pass

    assert processes_of(begun_dir) == []


async def test_a_taken_port_stops_the_start_before_anything_runs(state_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        chosen = replace(options(state_dir), temporal_port=listener.getsockname()[1])

        with pytest.raises(PortTaken, match=rf"pid {os.getpid()}.*--temporal-port"):
            async with Stack(chosen):
                pass

    assert not (state_dir / "postgres").exists()


async def test_a_second_stack_on_the_same_state_is_refused_with_the_firsts_pid(
    begun_dir: Path,
) -> None:
    async with Stack(options(begun_dir, Part.DATABASE)):
        with pytest.raises(AlreadyRunning, match=rf"pid {os.getpid()}"):
            async with Stack(options(begun_dir, Part.DATABASE)):
                pass


async def test_the_time_scale_is_fixed_by_the_first_start(begun_dir: Path) -> None:
    first = replace(options(begun_dir, Part.DATABASE), time_scale=86_400)
    async with Stack(first) as stack:
        assert stack.time_scale == 86_400

    with pytest.raises(StackError, match=r"--time-scale 86400"):
        async with Stack(replace(first, time_scale=1)):
            pass

    async with Stack(replace(first, time_scale=None)) as stack:
        assert stack.time_scale == 86_400
        assert stack.environment["DAIGOU_TIME_SCALE"] == "86400"


async def test_a_stale_pid_file_of_the_database_is_no_obstacle(begun_dir: Path) -> None:
    async with Stack(options(begun_dir, Part.DATABASE)) as stack:
        pid_file = stack.state.postgres / "postmaster.pid"
        stale = pid_file.read_text()
    # As after a power failure, with the number given to another process since.
    pid_file.write_text(stale.replace(stale.splitlines()[0], str(os.getpid()), 1))

    async with Stack(options(begun_dir, Part.DATABASE)) as stack:
        with database(stack) as connection:
            connection.execute("SELECT 1")


@pytest.mark.parametrize("name", ["a b, %s 'é'", "long-" * 25])
async def test_awkward_folders_work(state_dir: Path, name: str) -> None:
    awkward = state_dir / name

    async with Stack(options(awkward)) as stack:
        with database(stack) as connection:
            socket_dir = Path(connection.info.host)

    if socket_dir != stack.state.postgres:
        assert not socket_dir.exists()


def test_only_what_can_run_is_asked_for() -> None:
    with pytest.raises(StackError, match="need the database"):
        StackOptions(parts={Part.WORKER})


class Up:
    """`daigou up` in a process of its own."""

    def __init__(self, state_dir: Path, **more: object) -> None:
        self.gateway_port = free_port()
        asked = {
            "state_dir": str(state_dir),
            "temporal_port": free_port(),
            "ui_port": free_port(),
            "gateway_port": self.gateway_port,
        }
        self.process = subprocess.Popen(
            [sys.executable, str(STANDINS), "up", json.dumps({**asked, **more})],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        self.printed = ""
        while "Ctrl-C stops" not in self.printed:
            line = self.process.stdout.readline()
            assert line, self.printed
            self.printed += line

    def end(self) -> tuple[int, str]:
        rest, _ = self.process.communicate(timeout=SECONDS_MAX)
        return self.process.returncode, rest


@pytest.fixture
def up(begun_dir: Path) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def start(**more: object) -> Up:
        started.append(Up(begun_dir, **more))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()
        if each.process.stdout:
            each.process.stdout.close()
    wait_until(lambda: processes_of(begun_dir) == [])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_stops_all_of_it(
    up: Callable[..., Up], state_dir: Path, number: signal.Signals
) -> None:
    running = up(parts=["database", "temporal"])
    running.wait_until_ready()

    running.process.send_signal(number)
    code, _ = running.end()

    assert code == 0
    assert processes_of(state_dir) == []
    assert f":{running.gateway_port}/docs" in running.printed
    assert "/namespaces/daigou/workflows" in running.printed


def test_a_death_stops_all_of_it_and_names_the_culprit(
    up: Callable[..., Up], state_dir: Path
) -> None:
    running = up(parts=["database", "temporal"])
    running.wait_until_ready()
    victim = next(pid for pid in processes_of(state_dir) if "start-dev" in command_line(pid))

    os.kill(victim, signal.SIGKILL)
    code, printed = running.end()

    assert code == 1
    assert "The temporal died" in printed
    assert processes_of(state_dir) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's end")
def test_nothing_outlives_a_supervisor_killed_by_force(
    up: Callable[..., Up], state_dir: Path
) -> None:
    running = up()
    running.wait_until_ready()
    assert len(processes_of(state_dir)) > 3

    running.process.kill()
    running.process.wait()
    # At once, while the servers are still going down.
    again = up()
    again.wait_until_ready()
    again.process.terminate()

    assert again.end()[0] == 0
    assert processes_of(state_dir) == []


def test_a_taken_port_is_told_and_nothing_starts(up: Callable[..., Up], state_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code, printed = up(ui_port=listener.getsockname()[1]).end()

    assert code == 1
    assert "--ui-port" in printed
    assert str(os.getpid()) in printed
    assert processes_of(state_dir) == []
