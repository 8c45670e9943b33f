"""A whole stack of processes, with the town's people, that tests may break and mend."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from daigou.ledger.audit import AuditReport, audit
from daigou.ledger.engine import make_engine
from daigou.stack import ALL_PARTS, Part, Stack, StackOptions, free_port
from gateway.app import create_app
from gateway.backend import Backend
from tests.chaos.town import App, Edge, Town, a_key, kettles, recharge

WAIT_SECONDS_MAX = 2
"""How long the gateway waits for an answer before it says 503."""
TIME_SCALE = 240
"""A day lasts six minutes: no deadline strikes meanwhile, and what is lost is soon asked about."""
_IN_ORDER = (Part.DATABASE, Part.TEMPORAL, Part.MAILBOX, Part.WORKER, Part.GATEWAY)


@dataclass(kw_only=True)
class House:
    """The stack and its people; `mend` brings back whatever is down."""

    stack: Stack
    engine: Engine
    town: Town

    @property
    def edge(self) -> Edge:
        """The gateway, at its address."""
        return Edge(self.stack.gateway_url)

    async def rich_client(self, fen: int) -> App:
        """A new client with that much in its deposit."""
        client = self.town.new_client()
        await recharge(self.edge, client, fen)
        return client

    async def placed(self, client: App, **changes: Any) -> str:
        """A new order of a client; its id."""
        async with self.edge.client(client) as buyer:
            return (await buyer.place(kettles(**changes), key=a_key())).receipt.id

    async def accepted(self, client: App, **changes: Any) -> str:
        """A new order of a client, accepted by the provider; its id."""
        order = await self.placed(client, **changes)
        async with self.edge.client(self.town.provider) as provider:
            await provider.accept(order, key=a_key())
        return order

    async def deposit(self, client: App) -> int:
        """What a client's deposit holds, in fen."""
        async with self.edge.client(client) as buyer:
            return (await buyer.deposit(client.party)).balance.amount

    @asynccontextmanager
    async def gateway(self, **settings: Any) -> AsyncIterator[Edge]:
        """A gateway in this process, with some settings of its own."""
        backend = Backend(database_url=self.stack.database_url)
        app = create_app(self.stack.settings.model_copy(update=settings), backend=backend)
        try:
            yield Edge(app)
        finally:
            await backend.close()

    def audit(self) -> AuditReport:
        """The ledger, proved again."""
        return audit(self.engine)

    def kill(self, *parts: Part) -> None:
        """Ends parts as `kill -9` does."""
        for part in parts:
            self.stack.kill(part)

    async def restart(self, *parts: Part) -> None:
        """Starts parts anew, those first that others need."""
        for part in _IN_ORDER:
            if part in parts:
                await self.stack.restart(part)
        # The connections of before are of no use to anybody.
        self.engine.dispose()


@asynccontextmanager
async def open_house(*, time_scale: int = TIME_SCALE, **environment: str) -> AsyncIterator[House]:
    """Starts all of it; nothing of it is left after."""
    folder = Path(tempfile.mkdtemp(prefix="dg-h-", dir="/tmp"))
    options = StackOptions(
        state_dir=folder / "state",
        parts=ALL_PARTS,
        temporal_port=free_port(),
        ui_port=None,
        gateway_port=free_port(),
        time_scale=time_scale,
        durable=False,
        environment={"DAIGOU_UPDATE_WAIT_SECONDS_MAX": str(WAIT_SECONDS_MAX), **environment},
    )
    try:
        async with AsyncExitStack() as exits:
            stack = await exits.enter_async_context(Stack(options))
            engine = make_engine(stack.database_url, connections_max=4)
            exits.callback(engine.dispose)
            yield House(stack=stack, engine=engine, town=Town(engine))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
