"""Owns what every part of the client is made of: its line to the gateway, and how it commands."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel

from daigou.domain.money import Money
from daigou.domain.order import TableName, Trigger
from gateway.addresses import address_of
from gateway.answers import ReceiptAnswer, collection_of
from gateway.calling import Body, Calling

ANSWER_SECONDS_MAX = 30.0
"""Longer than the gateway itself waits for an answer."""
GIVE_UP_SECONDS = 120.0
PAGE = 100

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A command was carried out; `replayed` says that it had been before, under the same key."""

    receipt: ReceiptAnswer
    replayed: bool


class Calls:
    """An application's line to the gateway."""

    def __init__(
        self,
        base_url: str,
        app_key: str,
        app_secret: str,
        *,
        give_up_seconds: float = GIVE_UP_SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url,
            auth=(app_key, app_secret),
            timeout=ANSWER_SECONDS_MAX,
            transport=transport,
            verify=_trusted(),
        )
        self._calling = Calling(http=self._http, give_up_seconds=give_up_seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Gives the connections back."""
        await self._http.aclose()

    async def command(
        self,
        subject_id: str,
        trigger: Trigger | str,
        body: Body | None = None,
        *,
        key: str,
        item: tuple[TableName, str] | None = None,
    ) -> Done:
        """Pulls any trigger of a subject: an order, a claim, …; or of an item of an order: which
        table, and its number or id."""
        at = at_subject(subject_id)
        if item is not None:
            table, named = item
            at = f"{at}/{collection_of(table)}/{named.rpartition('/')[2]}"
        return await self._command(f"{at}/{trigger}", body or {}, key=key)

    async def _parcel(
        self, order_id: str, trigger: Trigger, parcel: str | None, body: Body, *, key: str
    ) -> Done:
        return await self._of_item(order_id, trigger, (TableName.PARCEL, parcel), body, key=key)

    async def _of_item(
        self,
        order_id: str,
        trigger: Trigger,
        item: tuple[TableName, str | None],
        body: Body,
        *,
        key: str,
    ) -> Done:
        """Pulls a trigger of the item of that number; without one, of the only one that it fits."""
        table, named = item
        return await self.command(
            order_id, trigger, body, key=key, item=None if named is None else (table, named)
        )

    async def _command(self, path: str, body: Body, *, key: str) -> Done:
        response = await self._calling.post(path, said(body), key=key)
        return Done(
            receipt=ReceiptAnswer.model_validate_json(response.content),
            replayed=response.headers.get("Idempotency-Replayed") == "true",
        )

    async def _made(self, path: str, body: Body, answer: type[A], *, key: str) -> A:
        response = await self._calling.post(path, said(body), key=key)
        return answer.model_validate_json(response.content)


def at_subject(subject_id: str) -> str:
    """Where a subject is, by its id; one of no kind is looked for, and not found, among orders."""
    try:
        return address_of(subject_id)
    except KeyError:
        return f"/v1/orders/{subject_id}"


def said(body: Body) -> dict[str, Any]:
    """A body without what is left out."""
    return {name: value for name, value in body.items() if value is not None}


def price(money: Money) -> Mapping[str, Any]:
    """A sum as bodies say it."""
    return {"amount": money.amount, "currency": money.currency}


def some(money: Money) -> Mapping[str, Any] | None:
    """A sum as bodies say it; nothing is left out."""
    return price(money) if money else None


def outcome(reference: str, external_ref: str | None = None, *, reason: str | None = None) -> Body:
    """What became of a movement outside."""
    return {"reference": reference, "external_ref": external_ref, "reason": reason}


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are trusted; read once a process, for that takes a fifth of a second."""
    return httpx.create_ssl_context()
