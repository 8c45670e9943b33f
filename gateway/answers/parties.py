"""Owns what is shown of parties."""

from typing import Annotated, Any, Self
from pydantic import ConfigDict, Field
from daigou.domain.book import JournalKind, MovementKind, MovementState
from daigou.domain.cautions import CAUTIONS
from daigou.domain.clauses import Clause, Duty
from daigou.domain.clocks import Clock
from daigou.domain.commands import CautionKind, Line, LineCode
from daigou.domain.facts import Cautioned
from daigou.domain.lifecycle import FULFILMENT, TABLES
from daigou.domain.lifecycle.table import Table
from daigou.domain.mandate import MandateText
from daigou.domain.money import Fee
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.domain.steps import Receipt
from daigou.domain.sweeps import SWEEPS, Severity, SweepName
from daigou.domain.terms import Terms
from daigou.ledger.views import (
    DepositView,
    EntryView,
    FindingView,
    ItemView,
    JournalView,
    MovementView,
    OrderView,
    PartyView,
    RechargeView,
    TransitionView,
)
from gateway.wire import Answered, Moment, Sum


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
