"""Owns the tables of what happened: transitions, read models, checkout lines, the outbox."""

from typing import ClassVar

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import (
    Count,
    Fen,
    Json,
    Key,
    KeyNumber,
    MaybeCount,
    MaybeFen,
    MaybeMoment,
    Moment,
)

STEP = ("transition.subject", "transition.sequence")


class Transition(SQLModel, table=True):
    """The log of every subject, gapless, on all its axes."""

    __tablename__: ClassVar[str] = "transition"
    __table_args__ = (
        UniqueConstraint("subject", "command_id", name="transition_command"),
        Index(
            "transition_by_client",
            "actor_party",
            "at",
            postgresql_where=text("actor_role = 'client'"),
        ),
        Index(
            "transition_seller_payment",
            "subject",
            text("(command ->> 'external_ref')"),
            unique=True,
            postgresql_where=text(
                "trigger IN ('record-cancellation-refund', 'record-dissolution-refund',"
                " 'record-return-cost')"
            ),
        ),
    )

    subject: Key
    sequence: KeyNumber
    axis: str
    item: str
    trigger: str
    source: str
    target: str
    clause: str
    actor_role: str
    actor_party: str
    actor_app: str | None
    command: Json
    command_id: str
    at: Moment
    recorded_at: Moment
    terms_version: str
    digest: str
    result: Json
    variant: int = Field(sa_column_kwargs={"server_default": text("0")})


class PurchaseRequest(SQLModel, table=True):
    """A client's request, as it was made; amounts in fen."""

    __tablename__: ClassVar[str] = "purchase_request"

    order_id: Key
    logistics: str | None
    product_link: str
    offer_id: str
    title: str
    seller_name: str
    specification: str
    category: str
    quantity: Count
    unit_price: Fen
    freight: Fen
    currency: str
    delivery_address: str
    client_country: str
    mandate_version: str
    mandate_digest: str
    mandate_agreed_at: Moment
    inferred: Json
    promoter: str | None = Field(foreign_key="party.id")
    cautions: Json
    advance_amount: MaybeFen
    advance_balance_by: MaybeMoment
    drift_limit: MaybeFen
    findings: Json


class PurchaseOrder(SQLModel, table=True):
    """Where an order stands; amounts in fen. `clocks` holds the sleeping ones too."""

    __tablename__: ClassVar[str] = "purchase_order"
    __table_args__ = (
        ForeignKeyConstraint(["id", "sequence"], STEP, name="order_has_its_transition"),
        Index("order_by_placing", "placed_at", "id"),
        Index("order_by_state", "state", "placed_at", "id"),
        Index("order_by_client", "client", "placed_at", "id"),
        Index("order_by_provider", "provider", "placed_at", "id"),
        Index("order_by_storage", "storage", "placed_at", "id"),
        Index("order_by_logistics", "logistics", "placed_at", "id"),
        Index(
            "order_by_promoter",
            "promoter",
            "placed_at",
            "id",
            postgresql_where=text("promoter IS NOT NULL"),
        ),
        Index(
            "order_by_engagement",
            "brokerage_engagement",
            "id",
            postgresql_where=text("brokerage_engagement IS NOT NULL"),
        ),
        Index("order_by_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
        Index("order_open", "id", postgresql_where=text("ended_at IS NULL")),
    )

    id: str = Field(primary_key=True, foreign_key="purchase_request.order_id")
    client: str = Field(foreign_key="party.id")
    provider: str = Field(foreign_key="party.id")
    storage: str = Field(foreign_key="party.id")
    logistics: str | None = Field(foreign_key="party.id")
    promoter: str | None = Field(foreign_key="party.id")
    state: str
    sequence: int
    terms_version: str
    clocks: Json
    next_due_at: MaybeMoment
    next_actor: str | None
    amount: MaybeFen
    collected: Fen
    refunded: Fen
    fee_earned: Fen
    currency: str
    paid_from_deposit: MaybeFen
    paid_from_institution: MaybeFen
    placed_at: Moment
    entered_at: Moment
    ended_at: MaybeMoment
    paid_from_coupons: MaybeFen
    facts: Json
    brokerage_numerator: MaybeCount
    brokerage_denominator: MaybeCount
    brokerage_engagement: str | None = Field(foreign_key="promoter_engagement.id")


class OrderItem(SQLModel, table=True):
    """Where an item of an order stands on its axis: a parcel, a requirement, a refund, …"""

    __tablename__: ClassVar[str] = "order_item"
    __table_args__ = (
        ForeignKeyConstraint(["subject", "sequence"], STEP),
        Index("order_item_by_subject", "subject", "sequence"),
        Index("order_item_open", "subject", postgresql_where=text("ended_at IS NULL")),
        Index(
            "order_item_one_case",
            "subject",
            unique=True,
            postgresql_where=text("axis IN ('cancellation', 'dissolution') AND ended_at IS NULL"),
        ),
        Index("order_item_by_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )

    item: Key
    subject: str = Field(foreign_key="purchase_order.id")
    axis: str
    sequence: int
    state: str
    clocks: Json
    next_due_at: MaybeMoment
    next_actor: str | None
    opened_at: Moment
    ended_at: MaybeMoment


class Recharge(SQLModel, table=True):
    """Where a recharge stands; its amount in fen."""

    __tablename__: ClassVar[str] = "recharge"
    __table_args__ = (
        ForeignKeyConstraint(["id", "sequence"], STEP, name="recharge_has_its_transition"),
        Index("recharge_by_client", "client", "requested_at", "id"),
        Index("recharge_open", "id", postgresql_where=text("ended_at IS NULL")),
        Index(
            "recharge_by_due",
            "next_due_at",
            "id",
            postgresql_where=text("next_due_at IS NOT NULL"),
        ),
    )

    id: Key
    client: str = Field(foreign_key="party.id")
    amount: Fen
    currency: str
    payment_method: str
    state: str
    sequence: int
    clocks: Json
    next_due_at: MaybeMoment
    requested_at: Moment
    ended_at: MaybeMoment


class Claim(SQLModel, table=True):
    """Where a claim on an order stands; amounts in fen."""

    __tablename__: ClassVar[str] = "claim"
    __table_args__ = (
        ForeignKeyConstraint(["id", "sequence"], STEP, name="claim_has_its_transition"),
        Index("claim_by_order", "order_id", "id"),
        Index("claim_by_client", "client"),
        Index("claim_open", "id", postgresql_where=text("ended_at IS NULL")),
        Index(
            "claim_by_due",
            "next_due_at",
            "id",
            postgresql_where=text("next_due_at IS NOT NULL"),
        ),
    )

    id: Key
    order_id: str = Field(foreign_key="purchase_order.id")
    client: str = Field(foreign_key="party.id")
    provider: str = Field(foreign_key="party.id")
    logistics: str | None = Field(foreign_key="party.id")
    against: str
    basis: str
    losses: Json
    evidence: Json
    asked: Fen
    admitted: MaybeFen
    external_ref: str
    currency: str
    state: str
    sequence: int
    terms_version: str
    clocks: Json
    next_due_at: MaybeMoment
    next_actor: str | None
    made_at: Moment
    ended_at: MaybeMoment


class OrderLine(SQLModel, table=True):
    """A line of the checkout; the service fee's says what it was computed from (PSR-10-1)."""

    __tablename__: ClassVar[str] = "order_line"
    __table_args__ = (
        ForeignKeyConstraint(["subject", "sequence"], STEP),
        Index(
            "order_line_once",
            "subject",
            "sequence",
            "code",
            unique=True,
            postgresql_where=text("code IN ('goods', 'freight', 'service_fee')"),
        ),
    )

    subject: str = Field(primary_key=True, foreign_key="purchase_order.id")
    line_no: KeyNumber
    sequence: int
    code: str
    label: str
    amount: Fen
    currency: str
    collector: str = Field(foreign_key="party.id")
    fee_base: MaybeFen
    fee_numerator: MaybeCount
    fee_denominator: MaybeCount
    fee_rounding: str | None


class Notice(SQLModel, table=True):
    """The transactional outbox (PSR-27); `order_sequence` counts a recipient's of a subject."""

    __tablename__: ClassVar[str] = "notice"
    __table_args__ = (
        ForeignKeyConstraint(["subject", "sequence"], STEP),
        Index("notice_unsent", "at", postgresql_where=text("sent_at IS NULL")),
        Index(
            "notice_in_order",
            "subject",
            "recipient_party",
            "order_sequence",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "notice_unrouted",
            "at",
            "subject",
            "order_sequence",
            postgresql_where=text("routed_at IS NULL"),
        ),
        Index("notice_by_party", "recipient_party", "at"),
    )

    subject: Key
    sequence: KeyNumber
    number: KeyNumber
    event: str
    recipient_role: str
    recipient_party: str | None = Field(foreign_key="party.id")
    at: Moment
    sent_at: MaybeMoment
    order_sequence: int
    routed_at: MaybeMoment
