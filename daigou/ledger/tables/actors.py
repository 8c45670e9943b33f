"""Owns the tables of who acts: parties, their personal data apart, applications, their keys."""

from typing import ClassVar

from sqlalchemy import ARRAY, Column, ForeignKey, Index, String
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import Key, MaybeJson, MaybeMoment, Moment


class Party(SQLModel, table=True):
    """Whoever has a part in orders; `name` is a business's, clients have theirs in `Contact`."""

    __tablename__: ClassVar[str] = "party"

    id: Key
    role: str
    name: str
    country: str
    address: str
    agreement_version: str | None
    agreed_at: MaybeMoment
    registered_at: Moment


class Contact(SQLModel, table=True):
    """Personal data, apart from the books so that it can be erased (PSR-23)."""

    __tablename__: ClassVar[str] = "contact"

    party: str = Field(primary_key=True, foreign_key="party.id")
    name: str
    email: str
    phone: str


class Note(SQLModel, table=True):
    """Free words on a subject, apart from the books (PSR-23)."""

    __tablename__: ClassVar[str] = "note"
    __table_args__ = (Index("note_by_subject", "subject"), Index("note_by_author", "author"))

    id: Key
    subject: str
    author: str = Field(foreign_key="party.id")
    body: str
    at: Moment


class Application(SQLModel, table=True):
    """A calling application; of its secret there is only a digest (OP-4-5)."""

    __tablename__: ClassVar[str] = "application"
    __table_args__ = (Index("application_by_party", "party"),)

    key: Key
    name: str
    secret_digest: bytes
    roles: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    party: str = Field(foreign_key="party.id")
    created_at: Moment
    revoked_at: MaybeMoment


class Idempotency(SQLModel, table=True):
    """The first answer to a key of an application, once there is one."""

    __tablename__: ClassVar[str] = "idempotency"

    app_key: str = Field(sa_column=Column(ForeignKey("application.key"), primary_key=True))
    key: Key
    request_digest: str
    leased_until: Moment
    status: int | None
    body: bytes | None
    headers: MaybeJson
    created_at: Moment
