"""Owns the way to promoters' engagements, and to what was won through invitations.

Beside `gateway.backend`, this is a file of the gateway that knows signatures of `daigou.ledger`.
"""

from datetime import UTC, datetime

from sqlalchemy import Engine

from daigou.domain.engagements import EngagementReason, EngagementWord
from daigou.domain.ids import EngagementId, InvitationCode, OrderId, PartyId
from daigou.ledger.engagements import Engagements
from daigou.ledger.invitations import Invitations
from daigou.ledger.promotion_views import BrokerageView, EngagementView, InvitationView
from gateway.records import Ask


class Engaging:
    """Engagements and invitations, as the gateway needs them. A word counts from now on.

    Every method raises `ProblemError` (503) where the database does not answer in time, and
    `Refused` where the rules forbid it.
    """

    def __init__(self, *, engine: Engine, ask: Ask) -> None:
        self._ask = ask
        self._engagements = Engagements(engine)
        self._invitations = Invitations(engine)

    async def propose(
        self,
        *,
        id: EngagementId,  # noqa: A002 - the views call it so, too
        promoter: PartyId,
        promotion_provider: PartyId,
        author: PartyId,
        command_id: str,
    ) -> EngagementView:
        """Opens an engagement, which earns nothing yet; the same again answers what stands.

        Raises:
            ConflictError: the id is an engagement of others.
        """
        return await self._ask(
            self._engagements.propose,
            id=id,
            promoter=promoter,
            promotion_provider=promotion_provider,
            author=author,
            command_id=command_id,
            at=datetime.now(UTC),
        )

    async def say(
        self,
        engagement: EngagementId,
        *,
        word: EngagementWord,
        reason: EngagementReason,
        author: PartyId,
        command_id: str,
    ) -> EngagementView:
        """Activates, suspends or ends an engagement that there is; the same command counts once."""
        return await self._ask(
            self._engagements.say,
            engagement,
            word=word,
            reason=reason,
            author=author,
            command_id=command_id,
            at=datetime.now(UTC),
        )

    async def engagement(self, engagement: EngagementId) -> EngagementView | None:
        """An engagement, if there is one of that id."""
        try:
            return await self._ask(self._engagements.engagement, engagement)
        except LookupError:
            return None

    async def engagements(
        self,
        *,
        promoter: PartyId | None,
        promotion_provider: PartyId | None,
        limit: int,
        starting_after: EngagementId | None,
    ) -> tuple[EngagementView, ...]:
        """Some engagements by their ids, ended ones too."""
        return await self._ask(
            self._engagements.engagements,
            promoter=promoter,
            promotion_provider=promotion_provider,
            limit=limit,
            starting_after=starting_after,
        )

    async def brokerage(
        self, engagement: EngagementId, *, limit: int, starting_after: OrderId | None
    ) -> tuple[BrokerageView, ...]:
        """What the promoter got by some orders that were paid under an engagement."""
        return await self._ask(
            self._engagements.brokerage, engagement, limit=limit, starting_after=starting_after
        )

    async def code(self, client: PartyId) -> InvitationCode:
        """The code of a client that there is."""
        return await self._ask(self._invitations.code, client)

    async def invitations(
        self, inviter: PartyId, *, limit: int, starting_after: PartyId | None
    ) -> tuple[InvitationView, ...]:
        """Some of those whom a client invited, by their ids."""
        return await self._ask(
            self._invitations.invitations, inviter, limit=limit, starting_after=starting_after
        )

    async def promoter_of(self, invitee: PartyId, *, provider: PartyId) -> PartyId | None:
        """Who wins what a client orders of a provider now, by having invited it; None if nobody."""
        return await self._ask(
            self._invitations.promoter_of, invitee, provider=provider, at=datetime.now(UTC)
        )
