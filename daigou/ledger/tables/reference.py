"""Owns the tables of what orders refer to: the screening list and what stands beside it."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Identity, Index, Numeric, text
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import Key, KeyNumber, MaybeMoment, Moment


class ScreeningRule(SQLModel, table=True):
    """An entry of the screening list, in force until it is lifted (PSR-14, LM-22)."""

    __tablename__: ClassVar[str] = "screening_rule"
    __table_args__ = (
        Index(
            "screening_rule_in_force",
            "kind",
            "pattern",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    kind: str
    pattern: str
    verdict: str
    reason: str
    author: str
    clause: str
    placed_at: Moment
    lifted_at: MaybeMoment
    lifted_by: str | None


class Principal(SQLModel, table=True):
    """A version of the legal entity behind a provider (PSR-4)."""

    __tablename__: ClassVar[str] = "principal"

    provider: str = Field(primary_key=True, foreign_key="party.id")
    version: KeyNumber
    legal_name: str
    registration_number: str
    registered_address: str
    business_email: str
    business_phone: str
    author: str
    at: Moment


class PurchasingPerson(SQLModel, table=True):
    """Who buys for that entity, apart so that it can be erased (PSR-23)."""

    __tablename__: ClassVar[str] = "purchasing_person"
    __table_args__ = (
        ForeignKeyConstraint(["provider", "version"], ["principal.provider", "principal.version"]),
    )

    provider: Key
    version: KeyNumber
    name: str


class ExchangeRate(SQLModel, table=True):
    """What one unit of a currency cost in yuan on a date (UA-2-3)."""

    __tablename__: ClassVar[str] = "exchange_rate"

    currency: Key
    as_of: date = Field(primary_key=True)
    cny_per_unit: Decimal = Field(sa_type=Numeric(20, 10))
    source: str
    loaded_at: Moment


class Evidence(SQLModel, table=True):
    """What shows an anomaly, apart from the books (PSR-17-1); `body` is gone once it was erased."""

    __tablename__: ClassVar[str] = "evidence"
    __table_args__ = (
        Index("evidence_by_subject", "subject", "at", "id"),
        Index("evidence_by_author", "author"),
    )

    id: Key
    subject: str = Field(foreign_key="purchase_order.id")
    author: str = Field(foreign_key="party.id")
    media_type: str
    size: int
    digest: str
    body: bytes | None
    at: Moment
    erased_at: MaybeMoment


class Erasure(SQLModel, table=True):
    """That a party's personal data was erased, by whom, and how much of it (PSR-23)."""

    __tablename__: ClassVar[str] = "erasure"
    __table_args__ = (Index("erasure_by_party", "party", "id"),)

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    party: str = Field(foreign_key="party.id")
    author: str
    forced: bool
    contacts: int
    purchasing_persons: int
    notes: int
    evidence: int
    at: Moment
