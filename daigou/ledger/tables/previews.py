"""Owns the table of previews: what was shown before money moved."""

from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import Json, Key, Moment


class Preview(SQLModel, table=True):
    """A preview as it was shown, by whom it was asked for first (PSR-12-3)."""

    __tablename__: ClassVar[str] = "preview"
    __table_args__ = (Index("preview_by_subject", "subject", "at", "digest"),)

    subject: str = Field(primary_key=True, foreign_key="purchase_order.id")
    digest: Key
    sequence: int
    item: str
    trigger: str
    asker_role: str
    asker_party: str
    asker_app: str | None
    at: Moment
    answer: Json
