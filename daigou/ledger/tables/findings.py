"""Owns the table of what sweeps find."""

from typing import ClassVar

from sqlalchemy import BigInteger, Column, Identity, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import Key, MaybeMoment, Moment


class Finding(SQLModel, table=True):
    """Something amiss. `first_seen` is of its present opening; `times` counts its openings."""

    __tablename__: ClassVar[str] = "finding"
    __table_args__ = (
        UniqueConstraint("number", name="finding_number"),
        Index("finding_open", "sweep", "last_seen", postgresql_where=text("cleared_at IS NULL")),
    )

    sweep: Key
    subject: Key
    detail: Key
    number: int = Field(sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    first_seen: Moment
    last_seen: Moment
    cleared_at: MaybeMoment
    times: int
