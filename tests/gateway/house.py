"""A gateway on real servers, with an application for every role, and bodies that are right."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.worker import Worker

from daigou.domain.ids import PartyId
from daigou.domain.mandate import MANDATES
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.terms import current
from daigou.ledger.books import PostgresBooks
from daigou.ledger.engine import make_engine
from daigou.ledger.registry import Registry
from daigou.settings import Settings
from daigou.simulator.counterparties import SimulatedCounterparties, simulated_counterparties
from daigou.stack import Part, Stack, StackOptions, free_port
from gateway.answers import OrderAnswer
from gateway.app import create_app
from gateway.client import DaigouClient, Done
from tests.gateway.listed import Listed
from worker import build_worker

PROVIDER, STORAGE, LOGISTICS = PartyId("prv_kai"), PartyId("sto_yiwu"), PartyId("log_sino")
INSTITUTION, PLATFORM = PartyId("pin_pay"), PartyId("plt_platform")
ADDRESS = "Dock 4, Beiyuan Road, Yiwu"
BASE = "http://gateway.test"
WHOLE = Money(1_231_23)
"""What 300 kettles cost: 1,200.00 goods, 30.00 freight, 1.23 fee."""
AGREED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

_numbers = count(1)


def a_key() -> str:
    """An Idempotency-Key that no other test has."""
    return f"key-{uuid4().hex[:8]}-{next(_numbers)}"


def an_order(**changes: Any) -> dict[str, Any]:
    """A valid body of `POST /v1/orders`: 300 kettles for ¥1,231.23 with the fee."""
    version = current().mandate
    return {
        "provider_id": PROVIDER,
        "storage_id": STORAGE,
        "logistics_id": LOGISTICS,
        "product_link": "https://detail.1688.com/offer/900000000001.html",
        "title": "kettle",
        "seller_name": "Yiwu Kitchenware",
        "specification": "1.7 l, steel",
        "category": "kitchen",
        "quantity": 300,
        "unit_price": {"amount": 4_00, "currency": "CNY"},
        "freight": {"amount": 30_00, "currency": "CNY"},
        "mandate": {
            "version": version,
            "digest": MANDATES[version].digest,
            "agreed_at": AGREED.isoformat(),
        },
        **changes,
    }


def basic(key: str, secret: str) -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An application's credentials, and the party that it acts for."""

    key: str
    secret: str
    party: PartyId

    @property
    def headers(self) -> dict[str, str]:
        return basic(self.key, self.secret)


@dataclass(kw_only=True)
class House:
    """Everything that a test of the gateway on real servers wants."""

    settings: Settings
    temporal: Client
    registry: Registry
    books: PostgresBooks
    app: FastAPI
    world: SimulatedCounterparties
    apps: dict[Role, App] = field(default_factory=dict)

    @property
    def transport(self) -> Listed:
        return Listed(self.app)

    def http(
        self, app: App | Role | None = None, *, on: FastAPI | None = None
    ) -> httpx.AsyncClient:
        """A bare client, as one of the applications."""
        found = self.apps[app] if isinstance(app, Role) else app
        return httpx.AsyncClient(
            transport=Listed(on or self.app),
            base_url=BASE,
            headers=found.headers if found else {},
            timeout=30,
        )

    def client(self, app: App | Role, **options: Any) -> DaigouClient:
        """The typed client, as one of the applications."""
        found = self.apps[app] if isinstance(app, Role) else app
        options = {"transport": self.transport, **options}
        return DaigouClient(BASE, found.key, found.secret, **options)

    def application(self, party: PartyId, *roles: Role) -> App:
        """A new application of a party."""
        view, secret = self.registry.create_application(name="test", roles=roles, party=party)
        return App(key=view.key, secret=secret, party=party)

    def new_client(self, *, agreed: bool = True, country: str = "KR") -> App:
        """A new client with its application."""
        party = PartyId(f"cli_{uuid4().hex[:12]}")
        self.registry.register_party(
            id=party,
            role=Role.CLIENT,
            country=country,
            agreement_version="2026-11" if agreed else None,
            agreed_at=AGREED if agreed else None,
        )
        return self.application(party, Role.CLIENT)

    async def rich_client(self, deposit: Money = WHOLE) -> App:
        """A new client with that much in its deposit."""
        app = self.new_client()
        async with self.client(app) as client:
            done = await client.request_recharge(
                key=a_key(), amount=deposit, payment_method="pm_ok"
            )
        assert done.receipt.state == State.CREDITED
        return app

    async def placed(self, app: App, **changes: Any) -> str:
        """A new order of a client; its id."""
        async with self.client(app) as client:
            return (await client.place(an_order(**changes), key=a_key())).receipt.id

    async def do(
        self, order: str, trigger: Trigger, by: App | Role, body: Mapping[str, Any] | None = None
    ) -> Done:
        """A command under a key of its own."""
        async with self.client(by) as client:
            return await client.command(order, trigger, body, key=a_key())

    async def balance(self, app: App) -> Money:
        """What a client's deposit holds."""
        async with self.client(app) as client:
            return (await client.deposit(app.party)).balance.money

    async def paid(self, app: App, **changes: Any) -> str:
        """An order that was accepted and wholly paid from the deposit; its id."""
        order = await self.placed(app, **changes)
        await self.do(order, Trigger.ACCEPT, Role.PROVIDER)
        due = (await self.order(order)).due_now
        assert due is not None
        async with self.client(app) as client:
            await client.pay(order, key=a_key(), from_deposit=due.money)
        return order

    async def bought(self, app: App, **changes: Any) -> str:
        """An order whose goods were bought; its id."""
        order = await self.paid(app, **changes)
        done = await self.do(order, Trigger.PURCHASE, Role.PROVIDER)
        assert done.receipt.state == State.PURCHASED
        return order

    async def order(self, order: str) -> OrderAnswer:
        """An order as the platform sees it."""
        async with self.client(Role.PLATFORM) as client:
            return await client.order(order)

    def worker(self, task_queue: str) -> Worker:
        """A worker of the product, on a task queue."""
        return build_worker(
            self.temporal,
            task_queue=task_queue,
            books=self.books,
            institution=self.world.payment_institution,
            sellers=self.world.seller_platform,
        )

    def another(self, **changes: Any) -> FastAPI:
        """Another gateway on the same servers, with other settings."""
        app = create_app(self.settings.model_copy(update=changes))
        app.openapi_schema = self.app.openapi()
        return app


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    """Starts all of it; nothing of it is left after."""
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(
            Stack(
                StackOptions(
                    state_dir=folder,
                    parts={Part.DATABASE, Part.TEMPORAL},
                    temporal_port=free_port(),
                    ui_port=None,
                    durable=False,
                )
            )
        )
        settings = servers.settings.model_copy(update={"task_queue": "house"})
        temporal = await servers.connect_temporal()
        world = await stack.enter_async_context(simulated_counterparties(servers.database_url))
        engine = make_engine(servers.database_url)
        stack.callback(engine.dispose)
        registry = Registry(engine)
        app = create_app(settings)
        stack.push_async_callback(app.state.backend.close)
        house = House(
            settings=settings,
            temporal=temporal,
            registry=registry,
            books=PostgresBooks(engine),
            app=app,
            world=world,
        )
        await stack.enter_async_context(house.worker(settings.task_queue))
        _people(house)
        yield house


def _people(house: House) -> None:
    for party, role, name, address in (
        (PROVIDER, Role.PROVIDER, "Kai Purchasing", ""),
        (STORAGE, Role.STORAGE, "Yiwu Storage", ADDRESS),
        (LOGISTICS, Role.LOGISTICS, "Sino Freight", ""),
        (INSTITUTION, Role.PAYMENT_INSTITUTION, "the institution", ""),
        (PLATFORM, Role.PLATFORM, "the platform", ""),
    ):
        if role != Role.PLATFORM:
            house.registry.register_party(
                id=party, role=role, country="CN", name=name, address=address
            )
        house.apps[role] = house.application(party, role)
    house.apps[Role.SUPPORT] = house.application(PLATFORM, Role.SUPPORT)
