"""Promoters that are active, for tests that want one."""

from daigou.domain.engagements import EngagementReason
from daigou.domain.order import Role
from gateway.engagements import EngagementAnswer
from tests.gateway.house import App, House, a_key


async def a_promotion_provider(house: House) -> App:
    """A new promotion provider with its application."""
    async with house.client(Role.PLATFORM) as platform:
        party = await platform.register(
            {"role": "promotion_provider", "party_id": f"psp_{a_key()[4:]}", "name": "Bund"},
            key=a_key(),
        )
    return house.application(party.id, Role.PROMOTION_PROVIDER)  # type: ignore[arg-type]


async def engaged(house: House, promoter: str, by: App | None = None) -> EngagementAnswer:
    """A promoter's engagement that a promotion provider, by default a new one, has activated."""
    provider = by or await a_promotion_provider(house)
    async with house.client(provider) as daigou:
        proposed = await daigou.propose_engagement(key=a_key(), promoter_id=promoter)
        return await daigou.activate_engagement(
            proposed.id, key=a_key(), reason=EngagementReason.AGREED
        )
