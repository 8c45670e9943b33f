"""Owns the client's previews: what commands would come to, and what was shown."""

from uuid import uuid4

from daigou.domain.order import Trigger
from gateway.answers import PreviewAnswer, PreviewPage
from gateway.calling import Body
from gateway.client.calls import Calls, said


class Previewing(Calls):
    """What commands would do to the money, before they do (PSR-12-3)."""

    async def preview(
        self,
        order_id: str,
        trigger: Trigger | str,
        body: Body | None = None,
        *,
        key: str | None = None,
    ) -> PreviewAnswer:
        """What a command with this body would do to the money now. Without a key it is asked anew
        whenever it is called."""
        at = f"/v1/orders/{order_id}/previews/{trigger}"
        # It writes nothing but what was shown: asked twice, no harm is done.
        return await self._made(at, said(body or {}), PreviewAnswer, key=key or str(uuid4()))

    async def shown(self, order_id: str, digest: str) -> PreviewAnswer:
        """A preview as it was shown."""
        return await self._calling.get(f"/v1/orders/{order_id}/previews/{digest}", PreviewAnswer)

    async def previews(
        self, order_id: str, *, limit: int = 20, starting_after: str | None = None
    ) -> PreviewPage:
        """One page of what was shown of an order, the newest first."""
        query = {"limit": limit, "starting_after": starting_after}
        return await self._calling.get(f"/v1/orders/{order_id}/previews", PreviewPage, query=query)
