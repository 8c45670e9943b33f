"""Owns the rows of what stands beside orders: tips for them, and consultations of the platform."""

from typing import ClassVar

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import Fen, Json, Key, MaybeMoment, Moment
from daigou.ledger.tables.story import STEP


class TipLimits(SQLModel, table=True):
    """What the platform lets a tip be, by version of the terms (PSR-21-1); amounts in fen."""

    __tablename__: ClassVar[str] = "tip_limits"

    terms_version: Key
    fen_min: Fen
    fen_max: Fen
    per_order_max: int


class Tip(SQLModel, table=True):
    """Where a tip for an order stands; its amount in fen."""

    __tablename__: ClassVar[str] = "tip"
    __table_args__ = (
        ForeignKeyConstraint(["id", "sequence"], STEP, name="tip_has_its_transition"),
        Index("tip_by_order", "order_id", "id"),
        Index("tip_by_client", "client"),
        Index("tip_open", "id", postgresql_where=text("ended_at IS NULL")),
        Index("tip_by_due", "next_due_at", "id", postgresql_where=text("next_due_at IS NOT NULL")),
    )

    id: Key
    order_id: str = Field(foreign_key="purchase_order.id")
    client: str = Field(foreign_key="party.id")
    provider: str = Field(foreign_key="party.id")
    amount: Fen
    currency: str
    state: str
    sequence: int
    terms_version: str = Field(foreign_key="tip_limits.terms_version")
    clocks: Json
    next_due_at: MaybeMoment
    next_actor: str | None
    given_at: Moment
    ended_at: MaybeMoment


class Consultation(SQLModel, table=True):
    """Where a consultation stands; whoever asks stands in the column of its role."""

    __tablename__: ClassVar[str] = "consultation"
    __table_args__ = (
        ForeignKeyConstraint(["id", "sequence"], STEP, name="consultation_has_its_transition"),
        Index("consultation_by_client", "client"),
        Index("consultation_by_age", "asked_at", "id"),
        Index("consultation_open", "id", postgresql_where=text("ended_at IS NULL")),
        Index(
            "consultation_by_due",
            "next_due_at",
            "id",
            postgresql_where=text("next_due_at IS NOT NULL"),
        ),
    )

    id: Key
    client: str | None = Field(foreign_key="party.id")
    provider: str | None = Field(foreign_key="party.id")
    storage: str | None = Field(foreign_key="party.id")
    logistics: str | None = Field(foreign_key="party.id")
    promoter: str | None = Field(foreign_key="party.id")
    topic: str
    answer_by: Moment
    calendar: str
    state: str
    sequence: int
    terms_version: str
    clocks: Json
    next_due_at: MaybeMoment
    next_actor: str | None
    asked_at: Moment
    ended_at: MaybeMoment
