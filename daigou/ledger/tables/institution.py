"""Owns the tables of what passes between us and the payment institution about disputes."""

from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import Json, Key, MaybeMoment, Moment


class EvidenceBundle(SQLModel, table=True):
    """A bundle of evidence as it was staged; its words are gone once they were erased."""

    __tablename__: ClassVar[str] = "evidence_bundle"

    chargeback: str = Field(foreign_key="chargeback.id", primary_key=True)
    digest: Key
    content: str
    words: str | None
    staged_at: Moment
    staged_by: str = Field(foreign_key="party.id")
    erased_at: MaybeMoment


class InstitutionMessage(SQLModel, table=True):
    """What the institution told us, and what became of it: nothing yet without an outcome."""

    __tablename__: ClassVar[str] = "institution_message"
    __table_args__ = (
        Index(
            "institution_message_by_dispute",
            "dispute",
            postgresql_where=text("dispute IS NOT NULL"),
        ),
        Index(
            "institution_message_for_a_person",
            "received_at",
            "id",
            postgresql_where=text("outcome = 'for_a_person'"),
        ),
    )

    id: Key
    digest: str
    type: str
    dispute: str | None
    content: Json
    outcome: str | None
    detail: str
    chargeback: str | None = Field(foreign_key="chargeback.id")
    received_at: Moment
    dealt_at: MaybeMoment
