"""The people of the chaos tests: registered, each with an application, and what they ask for."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine

from daigou.domain.ids import PartyId
from daigou.domain.mandate import MANDATES
from daigou.domain.money import Money
from daigou.domain.order import Role, State
from daigou.domain.terms import current
from daigou.ledger.registry import Registry
from gateway.client import DaigouClient

AGREED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
GIVE_UP_SECONDS = 200.0
LOOK_SECONDS = 0.2
PROVIDER, STORAGE, LOGISTICS = PartyId("prv_yiwu"), PartyId("sto_ningbo"), PartyId("log_swift")
PLATFORM = PartyId("plt_platform")
ADDRESS = "1 Harbour Road, Ningbo"

# 300 kettles at ¥4.10: goods 1230.00, freight 0.00, fee 1.23.
KETTLES_FEN = 123123
GOODS_FEN = 123000
# Four tenths from the deposit, rounded down, the rest through the institution.
FROM_DEPOSIT, FROM_INSTITUTION = 49249, 73874

NORMAL, SOLD_OUT = "900000000001", "900200000001"

_numbers = count(1)


def a_key() -> str:
    """An Idempotency-Key that nobody else has."""
    return f"key-{uuid4().hex[:8]}-{next(_numbers)}"


def fen(amount: int) -> dict[str, Any]:
    """A sum as it travels."""
    return {"amount": amount, "currency": "CNY"}


def kettles(*, offer: str = NORMAL, **changes: Any) -> dict[str, Any]:
    """A body of `POST /v1/orders`: 300 kettles."""
    version = current().mandate
    return {
        "provider_id": PROVIDER,
        "storage_id": STORAGE,
        "logistics_id": LOGISTICS,
        "product_link": f"https://detail.1688.com/offer/{offer}.html",
        "title": "kettle",
        "seller_name": "Yiwu Kitchenware",
        "specification": "1.7 l, steel",
        "category": "kitchen",
        "quantity": 300,
        "unit_price": fen(410),
        "freight": fen(0),
        "mandate": {
            "version": version,
            "digest": MANDATES[version].digest,
            "agreed_at": AGREED.isoformat(),
        },
        **changes,
    }


FROM_BOTH = {
    "from_deposit": fen(FROM_DEPOSIT),
    "from_institution": fen(FROM_INSTITUTION),
    "payment_method": "pm_ok",
}
ALL_FROM_DEPOSIT = {"from_deposit": fen(KETTLES_FEN)}


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An application's credentials, and the party that it acts for."""

    key: str
    secret: str = field(repr=False)
    party: PartyId

    @property
    def auth(self) -> tuple[str, str]:
        """As HTTP Basic has it."""
        return self.key, self.secret


class Town:
    """Everyone who takes part in orders, known to a database."""

    def __init__(self, engine: Engine) -> None:
        self._registry = Registry(engine)
        for party, role, address in (
            (PROVIDER, Role.PROVIDER, ""),
            (STORAGE, Role.STORAGE, ADDRESS),
            (LOGISTICS, Role.LOGISTICS, ""),
        ):
            self._registry.register_party(
                id=party, role=role, country="CN", name=party, address=address
            )
        self.provider = self.application(PROVIDER, Role.PROVIDER)
        self.storage = self.application(STORAGE, Role.STORAGE)
        self.logistics = self.application(LOGISTICS, Role.LOGISTICS)
        self.platform = self.application(PLATFORM, Role.PLATFORM)

    def new_client(self) -> App:
        """A new client with its application."""
        party = PartyId(f"cli_{uuid4().hex[:12]}")
        self._registry.register_party(
            id=party, role=Role.CLIENT, country="KR", agreement_version="2026-11", agreed_at=AGREED
        )
        return self.application(party, Role.CLIENT)

    def application(self, party: PartyId, role: Role) -> App:
        """A new application of a party that is registered."""
        view, secret = self._registry.create_application(name=party, roles=[role], party=party)
        return App(key=view.key, secret=secret, party=party)


@dataclass(frozen=True, slots=True)
class Edge:
    """A gateway: at an address, or in this process."""

    at: str | FastAPI

    def client(self, app: App, *, give_up_seconds: float = GIVE_UP_SECONDS) -> DaigouClient:
        """The typed client, which asks again until it is answered."""
        base, transport = self._way()
        return DaigouClient(base, *app.auth, give_up_seconds=give_up_seconds, transport=transport)

    def http(self, app: App, *, timeout: float = 60.0) -> httpx.AsyncClient:
        """A bare client, which asks once."""
        base, transport = self._way()
        return httpx.AsyncClient(base_url=base, auth=app.auth, timeout=timeout, transport=transport)

    def _way(self) -> tuple[str, httpx.AsyncBaseTransport]:
        if isinstance(self.at, str):
            # Nothing is encrypted here: to read the world's certificates costs more than a request.
            limits = httpx.Limits(max_connections=None)
            return self.at, httpx.AsyncHTTPTransport(verify=False, limits=limits)
        return "http://gateway.test", httpx.ASGITransport(app=self.at)


def triggers(steps: Iterable[Any]) -> list[str]:
    """What happened, in order."""
    return [step.trigger.value for step in steps]


async def recharge(edge: Edge, client: App, amount: int) -> str:
    """A client puts so many fen into its deposit; the recharge's id, once that is answered."""
    async with edge.client(client) as buyer:
        done = await buyer.request_recharge(
            key=a_key(), amount=Money(amount), payment_method="pm_ok"
        )
        # After an outage, or with a worker that died, the institution's first answer may be lost.
        while (await buyer.recharge(done.receipt.id)).state == State.DUE:
            await asyncio.sleep(LOOK_SECONDS)
    return done.receipt.id
