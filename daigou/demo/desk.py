"""Owns the desk that an application sits at: what it can do over HTTP. TEMPORARY httpx version."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx

from daigou.demo.bodies import Body
from daigou.demo.notebook import Credentials
from daigou.domain.ids import MovementRef, OrderId
from daigou.domain.order import Trigger
from daigou.simulator.plans import Happened
from gateway.answers import OrderAnswer, ReceiptAnswer, TimelineAnswer


class RefusedError(Exception):
    """The API said no."""


class Desk:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def timeline(self, order: OrderId) -> Sequence[Happened]:
        r = await self._call("GET", f"/v1/orders/{order}/timeline")
        if r.status_code == 404:
            return []
        t = TimelineAnswer.model_validate_json(self._ok(r).content)
        return [
            Happened(
                table=s.axis,
                item=s.item or "",
                trigger=s.trigger,
                source=s.source,
                target=s.target,
                sequence=s.sequence,
                at=s.at,
            )
            for s in t.data
        ]

    async def order(self, order: OrderId) -> OrderAnswer:
        return OrderAnswer.model_validate_json(
            self._ok(await self._call("GET", f"/v1/orders/{order}")).content
        )

    async def diagram(self, order: OrderId) -> bytes:
        return self._ok(await self._call("GET", f"/v1/orders/{order}/diagram.svg")).content

    async def is_ready(self) -> bool:
        try:
            return (await self._http.get("/readyz")).is_success
        except httpx.HTTPError:
            return False

    async def place(self, body: Body, *, key: str) -> ReceiptAnswer:
        return ReceiptAnswer.model_validate_json(
            self._ok(await self._call("POST", "/v1/orders", body, key)).content
        )

    async def command(
        self,
        order: OrderId,
        trigger: Trigger,
        body: Body,
        *,
        key: str,
        refund_of: MovementRef | None,
    ) -> ReceiptAnswer:
        path = f"/v1/orders/{order}/{trigger}"
        if refund_of:
            body.pop("reference")
            path = f"/v1/orders/{order}/refunds/{refund_of.rpartition('/')[2]}/{trigger}"
        return ReceiptAnswer.model_validate_json(
            self._ok(await self._call("POST", path, body, key)).content
        )

    async def register(self, body: Body, *, key: str) -> None:
        self._ok(await self._call("POST", "/v1/parties", body, key))

    async def recharge(self, body: Body, *, key: str) -> None:
        self._ok(await self._call("POST", "/v1/recharges", body, key))

    async def _call(
        self, method: str, path: str, body: Body | None = None, key: str = ""
    ) -> httpx.Response:
        while True:
            try:
                r = await self._http.request(
                    method, path, json=body, headers={"Idempotency-Key": key} if key else {}
                )
                if r.status_code == 503 or (r.status_code == 409 and "key_running" in r.text):
                    await asyncio.sleep(0.3)
                    continue
                return r
            except httpx.TransportError:
                await asyncio.sleep(0.3)

    def _ok(self, r: httpx.Response) -> httpx.Response:
        if not r.is_success:
            raise RefusedError(f"{r.status_code} {r.text[:500]}")
        return r


@asynccontextmanager
async def opened_desk(gateway: str, credentials: Credentials) -> AsyncIterator[Desk]:
    async with httpx.AsyncClient(
        base_url=gateway, auth=(credentials.key, credentials.secret), timeout=20
    ) as http:
        yield Desk(http)
