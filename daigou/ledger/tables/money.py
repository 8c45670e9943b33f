"""Owns the tables of money: accounts, journals, entries, movements, coupons, contracts."""

from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import (
    Count,
    Fen,
    Key,
    KeyNumber,
    MaybeMoment,
    Moment,
    Texts,
    TimestampTz,
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
    """While it is not lifted, what it blocks is refused; the subject that placed it lifts it."""

    __tablename__: ClassVar[str] = "account_freeze"
    __table_args__ = (
        ForeignKeyConstraint(["subject", "sequence"], STEP, name="freeze_has_its_step"),
        ForeignKeyConstraint(
            ["subject", "lifted_sequence"], STEP, name="freeze_is_lifted_by_a_step"
        ),
        Index("account_freeze_by_subject", "subject", postgresql_where=text("lifted_at IS NULL")),
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
    subject: str | None
    sequence: int | None
    blocks: Texts
    lifted_sequence: int | None


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
        ForeignKeyConstraint(["subject", "sequence"], STEP),
        ForeignKeyConstraint(["subject", "settled_sequence"], STEP),
        Index("movement_by_subject", "subject", "sequence"),
        Index("movement_by_original", "original", postgresql_where=text("original IS NOT NULL")),
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


class Coupon(SQLModel, table=True):
    """A client's coupon: it takes a sum off certain lines, once (UA-1-10)."""

    __tablename__: ClassVar[str] = "coupon"
    __table_args__ = (
        ForeignKeyConstraint(["redeemed_subject", "redeemed_sequence"], STEP),
        Index("coupon_by_client", "client", "id"),
        Index(
            "coupon_by_order",
            "redeemed_subject",
            postgresql_where=text("redeemed_subject IS NOT NULL"),
        ),
    )

    id: Key
    client: str = Field(foreign_key="party.id")
    amount: Fen
    currency: str
    reduces: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    valid_from: Moment
    valid_until: Moment
    issued_by: str
    issued_at: Moment = Field(
        sa_column=Column(TimestampTz, nullable=False, server_default=text("now()"))
    )
    redeemed_subject: str | None = Field(foreign_key="purchase_order.id")
    redeemed_sequence: int | None


class BrokerageContract(SQLModel, table=True):
    """What a provider agreed to pay a promoter: a part of its fees, for a time (PSR-19).

    What of it is in force is said by the view `promoter_contract`: while the promoter is active.
    """

    __tablename__: ClassVar[str] = "brokerage_contract"
    __table_args__ = (Index("brokerage_contract_by_parties", "promoter", "provider", "begins_at"),)

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    promoter: str = Field(foreign_key="party.id")
    provider: str = Field(foreign_key="party.id")
    numerator: Count
    denominator: Count
    begins_at: Moment
    ends_at: MaybeMoment
    direct: bool
    replaces: int | None = Field(
        sa_column=Column(BigInteger, ForeignKey("brokerage_contract.id"), unique=True)
    )
