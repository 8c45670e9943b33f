"""Owns the tables of what a client's account goes through: withdrawals, freezes, closings,
chargebacks."""

from typing import ClassVar

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.sql.schema import SchemaItem
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import (
    Fen,
    Json,
    Key,
    KeyNumber,
    MaybeFen,
    MaybeMoment,
    Moment,
    Texts,
)
from daigou.ledger.tables.story import STEP


def _of_a_kind(name: str) -> tuple[SchemaItem, ...]:
    """What the read models of all kinds have: their step, and the ways to the open and the due."""
    return (
        ForeignKeyConstraint(["id", "sequence"], STEP, name=f"{name}_has_its_transition"),
        Index(f"{name}_open", "id", postgresql_where=text("ended_at IS NULL")),
        Index(
            f"{name}_by_due",
            "next_due_at",
            "id",
            postgresql_where=text("next_due_at IS NOT NULL"),
        ),
    )


class Withdrawal(SQLModel, table=True):
    """Where a withdrawal stands; its amount in fen."""

    __tablename__: ClassVar[str] = "withdrawal"
    __table_args__ = (
        *_of_a_kind("withdrawal"),
        Index("withdrawal_by_client", "client", "requested_at", "id"),
    )

    id: Key
    client: str = Field(foreign_key="party.id")
    amount: Fen
    currency: str
    payment_method: str
    state: str
    sequence: int
    terms_version: str
    clocks: Json
    next_due_at: MaybeMoment
    next_actor: str | None
    requested_at: Moment
    ended_at: MaybeMoment


class Freeze(SQLModel, table=True):
    """Where a freeze stands that somebody placed; amounts in fen."""

    __tablename__: ClassVar[str] = "freeze"
    __table_args__ = (
        *_of_a_kind("freeze"),
        Index("freeze_by_client", "client", "placed_at", "id"),
        Index(
            "freeze_one_inactivity",
            "client",
            unique=True,
            postgresql_where=text(
                "reason = 'inactivity' AND (ended_at IS NULL OR state = 'cancelled')"
            ),
        ),
    )

    id: Key
    client: str = Field(foreign_key="party.id")
    reason: str
    clause: str
    blocks: Texts
    author_role: str
    author: str
    order_id: str | None = Field(foreign_key="purchase_order.id")
    provider: str | None = Field(foreign_key="party.id")
    logistics: str | None = Field(foreign_key="party.id")
    amount: Fen
    transferred: MaybeFen
    currency: str
    report: str
    inactive_since: MaybeMoment
    state: str
    sequence: int
    terms_version: str
    clocks: Json
    next_due_at: MaybeMoment
    next_actor: str | None
    placed_at: Moment
    ended_at: MaybeMoment


class Closure(SQLModel, table=True):
    """Where the closing of an account stands; what was paid out in fen."""

    __tablename__: ClassVar[str] = "closure"
    __table_args__ = (
        *_of_a_kind("closure"),
        Index("closure_one", "client", unique=True, postgresql_where=text("state <> 'withdrawn'")),
    )

    id: Key
    client: str = Field(foreign_key="party.id")
    payment_method: str
    paid_out: MaybeFen
    currency: str
    state: str
    sequence: int
    terms_version: str
    clocks: Json
    next_due_at: MaybeMoment
    next_actor: str | None
    requested_at: Moment
    ended_at: MaybeMoment


class Chargeback(SQLModel, table=True):
    """Where a chargeback stands; its amount in fen."""

    __tablename__: ClassVar[str] = "chargeback"
    __table_args__ = (
        *_of_a_kind("chargeback"),
        UniqueConstraint("dispute", name="dispute_is_new"),
        Index("chargeback_by_order", "order_id", "id"),
        Index("chargeback_by_client", "client", "reported_at", "id"),
        Index("chargeback_by_payment", "payment"),
        Index("chargeback_owing", "client", postgresql_where=text("state = 'owing'")),
    )

    id: Key
    order_id: str = Field(foreign_key="purchase_order.id")
    client: str = Field(foreign_key="party.id")
    provider: str = Field(foreign_key="party.id")
    storage: str = Field(foreign_key="party.id")
    logistics: str | None = Field(foreign_key="party.id")
    institution: str | None = Field(foreign_key="party.id")
    dispute: str
    payment: str = Field(foreign_key="movement.reference")
    amount: Fen
    currency: str
    reason: str
    footing: Json
    evidence_due: Moment
    head: str | None
    paying_in: str | None
    won: bool
    lost: bool
    staged: str
    submitted: str
    state: str
    sequence: int
    terms_version: str
    clocks: Json
    next_due_at: MaybeMoment
    next_actor: str | None
    reported_at: Moment
    ended_at: MaybeMoment


class DisputedRefund(SQLModel, table=True):
    """What an order gave back of a payment that was charged back, in fen (PSR-22-1)."""

    __tablename__: ClassVar[str] = "disputed_refund"
    __table_args__ = (ForeignKeyConstraint(["subject", "sequence"], STEP),)

    chargeback: str = Field(primary_key=True, foreign_key="chargeback.id")
    subject: str = Field(primary_key=True, foreign_key="purchase_order.id")
    sequence: KeyNumber
    amount: Fen
