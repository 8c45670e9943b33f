"""Owns the client's way to who was told what, and to what is amiss."""

from collections.abc import Iterable
from datetime import datetime

from daigou.domain.notices import DeliveryState
from daigou.domain.sweeps import SweepName
from gateway.answers import FindingPage
from gateway.client.calls import Calls
from gateway.telling import (
    EndpointAnswer,
    EndpointPage,
    NewEndpointAnswer,
    NoticeAnswer,
    NoticePage,
    ReplayedAnswer,
)


class Watching(Calls):
    """Webhook endpoints, notices, and findings."""

    async def add_webhook_endpoint(
        self, *, key: str, url: str, events: Iterable[str] = ("*",)
    ) -> NewEndpointAnswer:
        """Has this application told of its party's events (PSR-27); keep the `secret`."""
        body = {"url": url, "events": list(events)}
        return await self._made("/v1/webhook-endpoints", body, NewEndpointAnswer, key=key)

    async def webhook_endpoints(
        self, *, limit: int = 20, starting_after: str | None = None
    ) -> EndpointPage:
        """One page of endpoints."""
        query = {"limit": limit, "starting_after": starting_after}
        return await self._calling.get("/v1/webhook-endpoints", EndpointPage, query=query)

    async def webhook_endpoint(self, endpoint_id: str) -> EndpointAnswer:
        """An endpoint, and how it does."""
        return await self._calling.get(f"/v1/webhook-endpoints/{endpoint_id}", EndpointAnswer)

    async def disable_webhook_endpoint(self, endpoint_id: str) -> EndpointAnswer:
        """Sends nothing more there."""
        response = await self._calling.send("DELETE", f"/v1/webhook-endpoints/{endpoint_id}")
        return EndpointAnswer.model_validate_json(response.content)

    async def rotate_webhook_secret(self, endpoint_id: str, *, key: str) -> NewEndpointAnswer:
        """Gives an endpoint a new secret; the one before signs as well for a day."""
        return await self._made(
            f"/v1/webhook-endpoints/{endpoint_id}/rotate-secret", {}, NewEndpointAnswer, key=key
        )

    async def replay_to_webhook_endpoint(
        self,
        endpoint_id: str,
        *,
        key: str,
        since: datetime | None = None,
        subject: str | None = None,
        from_order_sequence: int | None = None,
    ) -> ReplayedAnswer:
        """Sends again what was told since a moment, or of a subject from a place on (PSR-27)."""
        body = {
            "since": since.isoformat() if since else None,
            "subject": subject,
            "from_order_sequence": from_order_sequence,
        }
        return await self._made(
            f"/v1/webhook-endpoints/{endpoint_id}/replay", body, ReplayedAnswer, key=key
        )

    async def notices(
        self,
        *,
        state: DeliveryState | None = None,
        limit: int = 20,
        starting_after: str | None = None,
    ) -> NoticePage:
        """One page of what this application's party was told, the newest first (PSR-27)."""
        query = {"state": state, "limit": limit, "starting_after": starting_after}
        return await self._calling.get("/v1/notices", NoticePage, query=query)

    async def order_notices(
        self, order_id: str, *, limit: int = 20, starting_after: str | None = None
    ) -> NoticePage:
        """One page of an order's delivery log."""
        query = {"limit": limit, "starting_after": starting_after}
        return await self._calling.get(f"/v1/orders/{order_id}/notices", NoticePage, query=query)

    async def replay_notice(self, message_id: str, *, key: str) -> NoticeAnswer:
        """Sends a notice again, under the same id."""
        return await self._made(f"/v1/notices/{message_id}/replay", {}, NoticeAnswer, key=key)

    async def findings(
        self,
        *,
        sweep: SweepName | None = None,
        open: bool | None = None,  # noqa: A002 - it is the query's own word
        limit: int = 20,
        starting_after: int | None = None,
    ) -> FindingPage:
        """One page of what the sweeps found, the newest first."""
        query = {
            "sweep": sweep,
            "open": None if open is None else str(open).lower(),
            "limit": limit,
            "starting_after": starting_after,
        }
        return await self._calling.get("/v1/findings", FindingPage, query=query)
