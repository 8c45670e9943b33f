"""Owns the tables of who wins orders: promoters' engagements, and invitations."""

from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from daigou.ledger.tables.columns import Key, MaybeMoment, Moment


class PromoterAccount(SQLModel, table=True):
    """The client's account that a promoter promotes from (UA-1-11)."""

    __tablename__: ClassVar[str] = "promoter_account"
    __table_args__ = (UniqueConstraint("client"),)

    promoter: str = Field(primary_key=True, foreign_key="party.id")
    client: str = Field(foreign_key="party.id")
    linked_at: Moment


class PromoterEngagement(SQLModel, table=True):
    """A promoter's contract with a promotion provider; it stands where its last change says."""

    __tablename__: ClassVar[str] = "promoter_engagement"
    __table_args__ = (
        Index("promoter_engagement_by_promoter", "promoter", "id"),
        Index("promoter_engagement_by_provider", "promotion_provider", "id"),
    )

    id: Key
    promoter: str = Field(foreign_key="party.id")
    promotion_provider: str = Field(foreign_key="party.id")


class EngagementChange(SQLModel, table=True):
    """What was said of an engagement: by whom, why, and from which moment on (UA-1-11-13)."""

    __tablename__: ClassVar[str] = "engagement_change"
    __table_args__ = (UniqueConstraint("engagement", "command_id"),)

    engagement: str = Field(primary_key=True, foreign_key="promoter_engagement.id")
    sequence: int = Field(primary_key=True)
    state: str
    reason: str
    clause: str
    author: str = Field(foreign_key="party.id")
    command_id: str
    at: Moment
    recorded_at: Moment


class InvitationCode(SQLModel, table=True):
    """A client's code, which the database makes with its account (UA-1-14)."""

    __tablename__: ClassVar[str] = "invitation_code"
    __table_args__ = (UniqueConstraint("client"),)

    code: Key
    client: str = Field(foreign_key="party.id")
    made_at: Moment


class Invitation(SQLModel, table=True):
    """Who registered with whose code, and until when the inviter benefits (UA-1-14)."""

    __tablename__: ClassVar[str] = "invitation"
    __table_args__ = (Index("invitation_by_inviter", "inviter", "invitee"),)

    invitee: str = Field(primary_key=True, foreign_key="party.id")
    inviter: str = Field(foreign_key="party.id")
    code: str = Field(foreign_key="invitation_code.code")
    registered_at: Moment
    benefit_until: Moment
    terms_version: str
    ended_at: MaybeMoment
