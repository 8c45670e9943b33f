"""Owns the client's way to promoters' engagements and to invitations."""

from daigou.domain.engagements import EngagementReason, EngagementWord
from gateway.client.calls import Calls
from gateway.engagements import (
    BrokeragePage,
    EngagementAnswer,
    EngagementPage,
    InvitationCodeAnswer,
    InvitationPage,
)

_AT = "/v1/promoter-engagements"


class Engaging(Calls):
    """Promoters' engagements, and invitations."""

    async def propose_engagement(
        self,
        *,
        key: str,
        promoter_id: str,
        promotion_provider_id: str | None = None,
        engagement_id: str | None = None,
    ) -> EngagementAnswer:
        """A promotion provider engages a promoter, who earns nothing yet (UA-1-11-13)."""
        body = {
            "engagement_id": engagement_id,
            "promoter_id": promoter_id,
            "promotion_provider_id": promotion_provider_id,
        }
        return await self._made(_AT, body, EngagementAnswer, key=key)

    async def activate_engagement(
        self, engagement_id: str, *, key: str, reason: EngagementReason
    ) -> EngagementAnswer:
        """From now on the promoter earns (UA-1-11-13)."""
        return await self._say(engagement_id, EngagementWord.ACTIVATE, reason, key=key)

    async def suspend_engagement(
        self, engagement_id: str, *, key: str, reason: EngagementReason
    ) -> EngagementAnswer:
        """What is paid from now on earns the promoter nothing (UA-1-11-13)."""
        return await self._say(engagement_id, EngagementWord.SUSPEND, reason, key=key)

    async def end_engagement(
        self, engagement_id: str, *, key: str, reason: EngagementReason
    ) -> EngagementAnswer:
        """The promoter is engaged no more (UA-1-11-13)."""
        return await self._say(engagement_id, EngagementWord.END, reason, key=key)

    async def engagement(self, engagement_id: str) -> EngagementAnswer:
        """An engagement, with every word on it."""
        return await self._calling.get(f"{_AT}/{engagement_id}", EngagementAnswer)

    async def engagements(
        self,
        *,
        promoter: str | None = None,
        promotion_provider: str | None = None,
        limit: int = 20,
        starting_after: str | None = None,
    ) -> EngagementPage:
        """One page of the engagements that one may see."""
        query = {
            "promoter": promoter,
            "promotion_provider": promotion_provider,
            "limit": limit,
            "starting_after": starting_after,
        }
        return await self._calling.get(_AT, EngagementPage, query=query)

    async def brokerage(
        self, engagement_id: str, *, limit: int = 20, starting_after: str | None = None
    ) -> BrokeragePage:
        """One page of what the promoter earned under an engagement, by order (PSR-19)."""
        query = {"limit": limit, "starting_after": starting_after}
        at = f"{_AT}/{engagement_id}/brokerage"
        return await self._calling.get(at, BrokeragePage, query=query)

    async def invitation_code(self, *, client: str | None = None) -> InvitationCodeAnswer:
        """A client's own code (UA-1-14)."""
        query = {"client": client}
        return await self._calling.get("/v1/invitation-code", InvitationCodeAnswer, query=query)

    async def invitations(
        self, *, client: str | None = None, limit: int = 20, starting_after: str | None = None
    ) -> InvitationPage:
        """One page of whom a client invited (UA-1-14)."""
        query = {"client": client, "limit": limit, "starting_after": starting_after}
        return await self._calling.get("/v1/invitations", InvitationPage, query=query)

    async def _say(
        self, engagement_id: str, word: EngagementWord, reason: EngagementReason, *, key: str
    ) -> EngagementAnswer:
        at = f"{_AT}/{engagement_id}/{word}"
        return await self._made(at, {"reason": reason}, EngagementAnswer, key=key)
