"""Owns the tables of money: accounts, journals and entries, movements outside, refunds."""

from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import (
    Count,
    Fen,
    Json,
    Key,
    KeyNumber,
    MaybeMoment,
    Moment,
)
from daigou.ledger.tables.story import STEP


class Account(SQLModel, table=True):
    """A ledger account; its balance is its last entry's."""

    __tablename__: ClassVar[str] = "account"
    __table_args__ = (Index("account_by_owner", "owner"),)

    id: Key
    kind: str
    owner: str
    opened_at: Moment


class AccountFreeze(SQLModel, table=True):
    """While it is not lifted, its deposit is neither used nor withdrawn (PSR-22-1)."""

    __tablename__: ClassVar[str] = "account_freeze"
    __table_args__ = (
        Index("account_freeze_open", "account", postgresql_where=text("lifted_at IS NULL")),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    account: str = Field(foreign_key="account.id")
    reason: str
    author: str
    clause: str
    placed_at: Moment
    lifted_at: MaybeMoment
    lifted_by: str | None


class Journal(SQLModel, table=True):
    """Entries that belong together and sum to zero."""

    __tablename__: ClassVar[str] = "journal"
    __table_args__ = (ForeignKeyConstraint(["subject", "sequence"], STEP),)

    subject: Key
    sequence: KeyNumber
    journal_no: KeyNumber
    kind: str
    clause: str
    at: Moment


class Entry(SQLModel, table=True):
    """One leg, in fen, a debit if positive, with the account's running balance after it."""

    __tablename__: ClassVar[str] = "entry"
    __table_args__ = (
        UniqueConstraint("subject", "sequence", "journal_no", "leg_no", name="entry_leg"),
        ForeignKeyConstraint(
            ["subject", "sequence", "journal_no"],
            ["journal.subject", "journal.sequence", "journal.journal_no"],
        ),
    )

    account: str = Field(primary_key=True, foreign_key="account.id")
    entry_no: int = Field(sa_column=Column(BigInteger, primary_key=True))
    subject: str
    sequence: int
    journal_no: int
    leg_no: int
    amount: Fen
    currency: str
    balance: Count


class Movement(SQLModel, table=True):
    """Money that moves outside: the intent, and its outcome once it is known."""

    __tablename__: ClassVar[str] = "movement"
    __table_args__ = (
        UniqueConstraint("subject", "sequence", name="movement_intended"),
        ForeignKeyConstraint(["subject", "sequence"], STEP),
        ForeignKeyConstraint(["subject", "settled_sequence"], STEP),
        Index(
            "movement_one_open",
            "subject",
            unique=True,
            postgresql_where=text("state = 'sent' AND kind <> 'refund'"),
        ),
    )

    reference: Key
    subject: str
    sequence: int
    kind: str
    amount: Fen
    currency: str
    payment_method: str
    original: str | None = Field(foreign_key="movement.reference")
    state: str
    external_ref: str
    reason: str
    sent_at: Moment
    settled_at: MaybeMoment
    settled_sequence: int | None


class Refund(SQLModel, table=True):
    """A refund through the institution, on an axis of its own."""

    __tablename__: ClassVar[str] = "refund"
    __table_args__ = (
        ForeignKeyConstraint(["subject", "sequence"], STEP),
        Index("refund_by_subject", "subject", "sequence"),
        Index("refund_open", "subject", postgresql_where=text("ended_at IS NULL")),
        Index(
            "refund_by_due",
            "next_due_at",
            "item",
            postgresql_where=text("next_due_at IS NOT NULL"),
        ),
    )

    item: str = Field(primary_key=True, foreign_key="movement.reference")
    subject: str = Field(foreign_key="purchase_order.id")
    sequence: int
    state: str
    amount: Fen
    currency: str
    clocks: Json
    next_due_at: MaybeMoment
    opened_at: Moment
    ended_at: MaybeMoment
