"""Owns the tables of what orders refer to: the screening list and what stands beside it."""

from typing import ClassVar

from sqlalchemy import BigInteger, Column, Identity, Index, text
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import MaybeMoment, Moment


class ScreeningRule(SQLModel, table=True):
    """An entry of the screening list, in force until it is lifted (PSR-14, LM-22)."""

    __tablename__: ClassVar[str] = "screening_rule"
    __table_args__ = (
        Index(
            "screening_rule_in_force",
            "kind",
            "pattern",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    kind: str
    pattern: str
    verdict: str
    reason: str
    author: str
    clause: str
    placed_at: Moment
    lifted_at: MaybeMoment
    lifted_by: str | None
