"""Owns the client's reads of orders, and those that every kind of subject has."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

from daigou.domain.order import State
from gateway.answers import (
    AllowedActionsAnswer,
    DeadlinesAnswer,
    OrderAnswer,
    OrderPage,
    StatementAnswer,
    TimelineAnswer,
)
from gateway.checkout import CheckoutAnswer
from gateway.client.calls import PAGE, Calls, at_subject
from gateway.principals import PrincipalAnswer


class Reading(Calls):
    """Orders as they stand, what may be done with them, and how they came."""

    async def order(self, order_id: str) -> OrderAnswer:
        """An order as it stands."""
        return await self._calling.get(f"/v1/orders/{order_id}", OrderAnswer)

    async def orders(
        self,
        *,
        state: State | None = None,
        client: str | None = None,
        provider: str | None = None,
        due_before: datetime | None = None,
        limit: int = 20,
        starting_after: str | None = None,
    ) -> OrderPage:
        """One page of orders, the newest first."""
        query = {
            "state": state,
            "client": client,
            "provider": provider,
            "due_before": due_before.isoformat() if due_before else None,
            "limit": limit,
            "starting_after": starting_after,
        }
        return await self._calling.get("/v1/orders", OrderPage, query=query)

    async def all_orders(self, **wanted: Any) -> AsyncIterator[OrderAnswer]:
        """Every order of a filter (as `orders`), page by page."""
        last: str | None = None
        while True:
            page = await self.orders(**{**wanted, "limit": PAGE, "starting_after": last})
            for order in page.data:
                yield order
            if not page.has_more:
                return
            last = page.data[-1].id

    async def allowed_actions(self, subject_id: str) -> AllowedActionsAnswer:
        """What may be done now with an order, a claim, …: by when, and what forbids the rest."""
        return await self._calling.get(
            f"{at_subject(subject_id)}/allowed-actions", AllowedActionsAnswer
        )

    async def timeline(self, subject_id: str) -> TimelineAnswer:
        """Everything that happened to an order, a claim, …"""
        return await self._calling.get(f"{at_subject(subject_id)}/timeline", TimelineAnswer)

    async def statement(self, order_id: str) -> StatementAnswer:
        """An order's money."""
        return await self._calling.get(f"/v1/orders/{order_id}/statement", StatementAnswer)

    async def deadlines(self, order_id: str) -> DeadlinesAnswer:
        """The deadlines of an order that run now."""
        return await self._calling.get(f"/v1/orders/{order_id}/deadlines", DeadlinesAnswer)

    async def diagram(self, order_id: str) -> str:
        """An order's diagram, as SVG."""
        response = await self._calling.send(
            "GET", f"/v1/orders/{order_id}/diagram.svg", headers={"Accept": "image/svg+xml"}
        )
        return response.text

    async def checkout(self, order_id: str, *, currencies: Iterable[str] = ()) -> CheckoutAnswer:
        """What an order costs and is to be paid until when, with estimates (PSR-6, UA-2-3)."""
        query = {"currency": list(currencies) or None}
        return await self._calling.get(
            f"/v1/orders/{order_id}/checkout", CheckoutAnswer, query=query
        )

    async def principal(self, order_id: str) -> PrincipalAnswer:
        """For whom the purchasing person of an order acts (PSR-4)."""
        return await self._calling.get(f"/v1/orders/{order_id}/principal", PrincipalAnswer)
