"""Owns what is shown of parties."""

from typing import Annotated, Self

from pydantic import Field

from daigou.domain.order import Role
from daigou.ledger.views import PartyView
from gateway.wire import Answered, Moment


class AgreementAnswer(Answered):
    """The user agreement that a client accepted (UA-1-1)."""

    version: str
    agreed_at: Moment


class PartyAnswer(Answered):
    """A registered party. Contacts are kept apart and never answered with."""

    id: str
    role: Role
    name: Annotated[str | None, Field(description="Of a business; a client is not named.")]
    country: str
    address: Annotated[str | None, Field(description="Of a storage: where goods are received.")]
    agreement: AgreementAnswer | None
    registered_at: Moment

    @classmethod
    def of(cls, party: PartyView) -> Self:
        """The party as it travels."""
        agreed = party.agreement_version, party.agreed_at
        return cls(
            id=party.id,
            role=party.role,
            name=party.name or None,
            country=party.country,
            address=party.address or None,
            agreement=AgreementAnswer(version=agreed[0], agreed_at=agreed[1])
            if agreed[0] is not None and agreed[1] is not None
            else None,
            registered_at=party.registered_at,
        )
