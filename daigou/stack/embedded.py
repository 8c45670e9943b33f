"""The whole stack on one machine: database, Temporal with its UI, worker and gateway."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

import daigou
from daigou.schedules import set_up_schedules
from daigou.settings import ENVIRONMENT_PREFIX, Settings
from daigou.stack.errors import StackError
from daigou.stack.ports import LOOPBACK, WantedPort, check_ports, free_port
from daigou.stack.postgres import Postgres, prepare_postgres
from daigou.stack.processes import WATCH_SECONDS, Child, Command
from daigou.stack.state import StateDir
from daigou.stack.temporal import NAMESPACE, temporal_command, without_temporal
from daigou.temporal_setup import TemporalSetupError, connect_as_configured, set_up_temporal

PROJECT_ROOT = Path(daigou.__file__).parent.parent
READY_SECONDS_MAX = 60.0
_PROBE_SECONDS_MAX = 2.0


class Part(StrEnum):
    DATABASE = "database"
    TEMPORAL = "temporal"
    MAILBOX = "mailbox"
    """A mail server that keeps what it is handed: see `daigou.simulator.mailbox`."""
    WORKER = "worker"
    GATEWAY = "gateway"


ALL_PARTS = frozenset(Part)
# What is needed longest ends last.
_STOP_ORDER = (Part.GATEWAY, Part.WORKER, Part.MAILBOX, Part.TEMPORAL, Part.DATABASE)
_COMMANDS: Mapping[Part, tuple[str, ...]] = {
    Part.WORKER: (sys.executable, str(PROJECT_ROOT / "worker.py")),
    Part.GATEWAY: (sys.executable, "-m", "gateway"),
}

_MAILBOX = (sys.executable, "-m", "daigou.simulator.mailbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOptions:
    """What to start, where, and how; the defaults are those of `daigou up`."""

    state_dir: Path = Path(".daigou")
    parts: Collection[Part] = ALL_PARTS
    temporal_port: int = 7233
    ui_port: int | None = 8233
    """None: no Temporal UI."""
    gateway_host: str = LOOPBACK
    gateway_port: int = 8080
    time_scale: int | None = None
    """Divides every duration; None: as the state folder has it, 1 in a new one."""
    migrate: bool = True
    """False: the database is left empty."""
    durable: bool = True
    """False, for tests: quicker, and as safe while only processes fail, not the machine."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """More of it for the worker and the gateway."""
    commands: Mapping[Part, Sequence[str]] = field(default_factory=dict)
    """Other programs in the place of the worker and the gateway."""

    def __post_init__(self) -> None:
        ours = {Part.WORKER, Part.GATEWAY}
        if ours & set(self.parts) and not {Part.DATABASE, Part.TEMPORAL} <= set(self.parts):
            raise StackError("the worker and the gateway need the database and Temporal")
        if set(self.commands) - ours:
            raise StackError("only the worker and the gateway can be other programs")


@dataclass(frozen=True, slots=True)
class Death:
    """The end of a part that nobody asked to end."""

    part: Part
    exit_code: int
    """Negative: the number of the signal that ended it."""
    log_tail: str
    obituary: str
    """All of it, for people."""


class Stack:
    """The embedded servers, as an async context manager: inside it, all of them are ready.

    Entering raises a `StackError` that says what to do; whatever had been started is stopped then.
    Enter it on the main thread: on Linux the servers die with the thread that started them.
    """

    def __init__(self, options: StackOptions | None = None) -> None:
        self.options = options or StackOptions()
        self.state = StateDir(self.options.state_dir)
        self.notes: tuple[str, ...] = ()
        """What a person should know of how it was started."""
        self._time_scale = 1
        self._mail_port = free_port()
        self._postgres: Postgres | None = None
        self._children: dict[Part, Child] = {}

    async def __aenter__(self) -> Self:
        self.state.hold()
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self._stop()

    @property
    def database_url(self) -> str:
        """For SQLAlchemy; of the database `daigou`, as its owner."""
        if self._postgres is None:
            raise StackError("this stack has no database")
        return self._postgres.database_url

    @property
    def temporal_address(self) -> str:
        return f"{LOOPBACK}:{self.options.temporal_port}"

    @property
    def ui_url(self) -> str | None:
        """The list of orders in the Temporal UI; None without a UI."""
        if self.options.ui_port is None:
            return None
        return f"http://{LOOPBACK}:{self.options.ui_port}/namespaces/{NAMESPACE}/workflows"

    @property
    def gateway_url(self) -> str:
        host = self.options.gateway_host
        reachable = LOOPBACK if host in ("0.0.0.0", "::") else host
        return f"http://{reachable}:{self.options.gateway_port}"

    @property
    def mail(self) -> Path | None:
        """The folder of the letters that went out; None without a mailbox."""
        return self.state.mail if Part.MAILBOX in self.options.parts else None

    @property
    def time_scale(self) -> int:
        return self._time_scale

    @property
    def settings(self) -> Settings:
        """What the worker and the gateway run with."""
        return Settings(
            database_url=self.database_url,
            temporal_address=self.temporal_address,
            temporal_namespace=NAMESPACE,
            gateway_host=self.options.gateway_host,
            gateway_port=self.options.gateway_port,
            time_scale=self._time_scale,
            webhooks_allow_insecure=True,
        )

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of the worker and the gateway."""
        return {
            **without_temporal(os.environ),
            "PYTHONUNBUFFERED": "1",
            "TEMPORAL_ADDRESS": self.temporal_address,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            f"{ENVIRONMENT_PREFIX}DATABASE_URL": self.database_url,
            f"{ENVIRONMENT_PREFIX}GATEWAY_HOST": self.options.gateway_host,
            f"{ENVIRONMENT_PREFIX}GATEWAY_PORT": str(self.options.gateway_port),
            f"{ENVIRONMENT_PREFIX}TIME_SCALE": str(self._time_scale),
            f"{ENVIRONMENT_PREFIX}WEBHOOKS_ALLOW_INSECURE": "true",
            **self._mail_environment,
            **self.options.environment,
        }

    @property
    def _mail_environment(self) -> dict[str, str]:
        if Part.MAILBOX not in self.options.parts:
            return {}
        return {
            f"{ENVIRONMENT_PREFIX}SMTP_HOST": LOOPBACK,
            f"{ENVIRONMENT_PREFIX}SMTP_PORT": str(self._mail_port),
            f"{ENVIRONMENT_PREFIX}SMTP_TLS": "none",
        }

    async def connect_temporal(self) -> Client:
        """A client of the embedded server, whatever the process's own environment says."""
        return await connect_as_configured(
            {"target_host": self.temporal_address, "namespace": NAMESPACE}
        )

    def pid(self, part: Part) -> int:
        return self._children[part].pid

    def log(self, part: Part) -> Path:
        return self.state.log(part)

    async def wait_for_death(self) -> Death:
        """Return when a part has ended that should not have."""
        while True:
            for part, child in self._children.items():
                if (code := child.exit_code) is not None:
                    return Death(part, code, child.log_tail(), child.obituary())
            await asyncio.sleep(WATCH_SECONDS)

    def kill(self, part: Part) -> None:
        """End a part by force, as `kill -9` does: for tests."""
        self._children[part].kill()

    async def restart(self, part: Part) -> None:
        """Start a part anew on the same state, and wait until it is ready."""
        await self._children[part].stop()
        await self._start_part(part)

    async def _start(self) -> None:
        self._time_scale = self.state.settle_time_scale(self.options.time_scale)
        self.state.end_leftovers()
        check_ports(self._wanted_ports())
        servers = (Part.DATABASE, Part.TEMPORAL, Part.MAILBOX)
        for together in (servers, (Part.WORKER, Part.GATEWAY)):
            await _all(self._start_part(part) for part in together if part in self.options.parts)

    async def _start_part(self, part: Part) -> None:
        match part:
            case Part.DATABASE:
                await self._start_database()
            case Part.TEMPORAL:
                await self._start_temporal()
            case Part.MAILBOX:
                await self._start_mailbox()
            case Part.WORKER:
                await self._start_worker()
            case Part.GATEWAY:
                await self._start_gateway()

    async def _start_database(self) -> None:
        postgres = await asyncio.to_thread(
            prepare_postgres, self.state, durable=self.options.durable
        )
        self._postgres, self.notes = postgres, postgres.notes
        await self._spawn(Part.DATABASE, postgres.command, postgres.is_ready)
        await postgres.ensure_database()
        if self.options.migrate:
            await asyncio.to_thread(_migrate, postgres.database_url)

    async def _start_temporal(self) -> None:
        command = temporal_command(
            self.state,
            port=self.options.temporal_port,
            ui_port=self.options.ui_port,
            durable=self.options.durable,
        )
        await self._spawn(Part.TEMPORAL, command, self._temporal_is_ready)
        await set_up_temporal(await self.connect_temporal())

    async def _start_mailbox(self) -> None:
        command = Command(
            name=Part.MAILBOX,
            argv=(*_MAILBOX, str(self._mail_port), str(self.state.mail)),
            environment=without_temporal(os.environ),
            cwd=PROJECT_ROOT,
            log=self.state.log(Part.MAILBOX),
        )
        await self._spawn(Part.MAILBOX, command, lambda: _is_listening(self._mail_port))

    async def _start_worker(self) -> None:
        client = await self.connect_temporal()
        task_queue = self.environment.get(f"{ENVIRONMENT_PREFIX}TASK_QUEUE", "daigou")
        await set_up_schedules(client, task_queue=task_queue, time_scale=self._time_scale)
        began = datetime.now(UTC)
        await self._spawn(
            Part.WORKER,
            self._own_command(Part.WORKER),
            lambda: _is_polled(client, task_queue, since=began),
        )

    async def _start_gateway(self) -> None:
        async with httpx.AsyncClient(timeout=_PROBE_SECONDS_MAX, trust_env=False) as http:
            await self._spawn(
                Part.GATEWAY,
                self._own_command(Part.GATEWAY),
                lambda: _is_healthy(http, f"{self.gateway_url}/healthz"),
            )

    async def _spawn(
        self, part: Part, command: Command, probe: Callable[[], Awaitable[bool]]
    ) -> None:
        child = Child(command)
        self._children[part] = child
        self.state.remember(self._children.values())
        await child.until_ready(probe, seconds_max=READY_SECONDS_MAX)

    async def _temporal_is_ready(self) -> bool:
        try:
            return await (await self.connect_temporal()).service_client.check_health()
        except (TemporalSetupError, RPCError):
            return False

    def _own_command(self, part: Part) -> Command:
        return Command(
            name=part,
            argv=tuple(self.options.commands.get(part, _COMMANDS[part])),
            environment=self.environment,
            cwd=PROJECT_ROOT,
            log=self.state.log(part),
            # The worker lets its activities end.
            stop_seconds_max=15.0,
        )

    def _wanted_ports(self) -> list[WantedPort]:
        options, wanted = self.options, []
        if Part.TEMPORAL in options.parts:
            port = WantedPort("Temporal", LOOPBACK, options.temporal_port, "--temporal-port")
            wanted.append(port)
            if options.ui_port is not None:
                wanted.append(WantedPort("Temporal's UI", LOOPBACK, options.ui_port, "--ui-port"))
        if Part.GATEWAY in options.parts:
            host, port_number = options.gateway_host, options.gateway_port
            wanted.append(WantedPort("the gateway", host, port_number, "--gateway-port"))
        return wanted

    async def _stop(self) -> None:
        try:
            for part in _STOP_ORDER:
                if child := self._children.get(part):
                    await child.stop()
        except BaseException:
            # Told twice: no more patience.
            for child in self._children.values():
                child.kill()
            raise
        finally:
            if self._postgres:
                self._postgres.clean_up()
            self.state.let_go()


def _migrate(database_url: str) -> None:
    # Imported late: a stack of bare servers needs neither the ledger nor alembic.
    from daigou.ledger.migrate import upgrade

    upgrade(database_url)


async def _is_polled(client: Client, task_queue: str, *, since: datetime) -> bool:
    """Whether a worker that started after `since` asks this queue for work."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        answer = await client.workflow_service.describe_task_queue(request)
    except RPCError:
        return False
    return any(poller.last_access_time.ToDatetime(tzinfo=UTC) >= since for poller in answer.pollers)


async def _is_healthy(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).is_success
    except httpx.TransportError:
        return False


async def _is_listening(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True


async def _all(starts: Iterable[Coroutine[None, None, None]]) -> None:
    """Run them at once; the first that fails ends the others, and its error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for start in starts:
                group.create_task(start)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
