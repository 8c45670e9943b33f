"""Owns the tables of how notices go out: endpoints, targets, deliveries and their tries."""

from typing import ClassVar

from sqlalchemy import ARRAY, Column, ForeignKeyConstraint, Index, String, text
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import Key, KeyNumber, MaybeMoment, Moment

_WAITING = text("state = 'waiting'")


class WebhookEndpoint(SQLModel, table=True):
    """An application's address for webhooks, with the secret that signs what goes there."""

    __tablename__: ClassVar[str] = "webhook_endpoint"
    __table_args__ = (Index("webhook_endpoint_by_party", "party", "created_at", "id"),)

    id: Key
    application: str = Field(foreign_key="application.key")
    party: str = Field(foreign_key="party.id")
    url: str
    events: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    secret: str
    old_secret: str | None
    old_secret_until: MaybeMoment
    created_at: Moment
    disabled_at: MaybeMoment


class NoticeTarget(SQLModel, table=True):
    """Where deliveries go, and how it does; `due_at` is when a sender is to look at it next."""

    __tablename__: ClassVar[str] = "notice_target"
    __table_args__ = (
        Index("notice_target_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    id: Key
    channel: str
    party: str = Field(foreign_key="party.id")
    due_at: MaybeMoment
    retry_at: MaybeMoment
    failures: int
    troubled_at: MaybeMoment
    leased_by: str | None
    leased_until: MaybeMoment


class Delivery(SQLModel, table=True):
    """A notice on one channel to one target (PSR-27); `run` counts the replays."""

    __tablename__: ClassVar[str] = "delivery"
    __table_args__ = (
        ForeignKeyConstraint(
            ["subject", "sequence", "number"],
            ["notice.subject", "notice.sequence", "notice.number"],
        ),
        Index("delivery_waits_once", "message_id", unique=True, postgresql_where=_WAITING),
        Index(
            "delivery_in_order",
            "target",
            "notice_at",
            "subject",
            "order_sequence",
            postgresql_where=_WAITING,
        ),
        Index("delivery_due", "target", "next_try_at", postgresql_where=_WAITING),
        Index("delivery_without_channel", "party", postgresql_where=text("state = 'no_channel'")),
        Index("delivery_by_notice", "subject", "sequence", "number"),
        Index("delivery_by_party", "party", "notice_at", "subject", "order_sequence", "message_id"),
        Index("delivery_by_time", "notice_at", "subject", "order_sequence", "message_id"),
    )

    message_id: Key
    run: KeyNumber
    subject: str
    sequence: int
    number: int
    order_sequence: int
    notice_at: Moment
    party: str | None = Field(foreign_key="party.id")
    channel: str
    target: str | None = Field(foreign_key="notice_target.id")
    state: str
    attempts: int
    next_try_at: MaybeMoment
    refused: bool
    last_error: str | None
    external_ref: str | None
    routed_at: Moment
    out_at: MaybeMoment


class DeliveryAttempt(SQLModel, table=True):
    """One try of a delivery, and its outcome in codes."""

    __tablename__: ClassVar[str] = "delivery_attempt"
    __table_args__ = (
        ForeignKeyConstraint(["message_id", "run"], ["delivery.message_id", "delivery.run"]),
    )

    message_id: Key
    run: KeyNumber
    attempt_no: KeyNumber
    at: Moment
    outcome: str
    code: str | None
    external_ref: str | None


class ChannelOpened(SQLModel, table=True):
    """A party that has a channel since a moment ago."""

    __tablename__: ClassVar[str] = "channel_opened"

    party: str = Field(primary_key=True, foreign_key="party.id")
