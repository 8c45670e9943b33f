"""Owns the kinds of column that the tables share."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field


class TimestampTz(DateTime):
    """`timestamptz`: SQLModel would take a `datetime` for a moment without a zone."""

    def __init__(self) -> None:
        super().__init__(timezone=True)


Key = Annotated[str, Field(primary_key=True)]
KeyNumber = Annotated[int, Field(primary_key=True)]
Count = Annotated[int, Field(sa_type=BigInteger)]
MaybeCount = Annotated[int | None, Field(sa_type=BigInteger)]
Fen = Count
MaybeFen = MaybeCount
Moment = Annotated[datetime, Field(sa_type=TimestampTz)]
MaybeMoment = Annotated[datetime | None, Field(sa_type=TimestampTz)]
Json = Annotated[Any, Field(sa_type=JSONB, nullable=False)]
MaybeJson = Annotated[Any, Field(sa_type=JSONB, nullable=True)]
Texts = Annotated[list[str], Field(sa_type=ARRAY(String), nullable=False)]
