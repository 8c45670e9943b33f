"""Owns invitations in the books: clients' codes, who registered with whose, and what it brings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.dialects.postgresql import insert

from daigou.domain.ids import InvitationCode, PartyId
from daigou.domain.invitations import CLAUSE
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.engine import autocommit, transaction
from daigou.ledger.promotion_views import InvitationView
from daigou.ledger.queries import LIMIT_MAX
from daigou.ledger.tables import METADATA
from daigou.ledger.views import PartyView

_CODE = METADATA.tables["invitation_code"]
_INVITATION = METADATA.tables["invitation"]

_WON_BY = text(
    """
    SELECT account.promoter
    FROM invitation
    JOIN promoter_account account ON account.client = invitation.inviter
    JOIN promoter_contract contract
        ON contract.promoter = account.promoter AND contract.provider = :provider
        AND tstzrange(contract.begins_at, contract.ends_at) @> CAST(:at AS timestamptz)
    WHERE invitation.invitee = :invitee
        AND :at < invitation.benefit_until
        AND (invitation.ended_at IS NULL OR :at < invitation.ended_at)
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The code that a client brings to its registration, and for how long its owner benefits by
    which terms."""

    code: InvitationCode
    benefit: timedelta
    terms_version: str


class Invitations:
    """Codes and invitations (UA-1-14). It may be shared by threads.

    Every method raises `BooksUnavailableError` where the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def code(self, client: PartyId) -> InvitationCode:
        """A client's own code.

        Raises:
            LookupError: no such client.
        """
        query = select(_CODE.c.code).where(_CODE.c.client == client)
        with autocommit(self._engine) as connection:
            code = connection.execute(query).scalar_one_or_none()
        if code is None:
            raise LookupError(f"no client {client}")
        return InvitationCode(code)

    def invitations(
        self, inviter: PartyId, *, limit: int = LIMIT_MAX, starting_after: PartyId | None = None
    ) -> tuple[InvitationView, ...]:
        """Whom a client invited, by their ids, with when it benefits; `LIMIT_MAX` at most."""
        query = (
            select(_INVITATION)
            .where(_INVITATION.c.inviter == inviter)
            .order_by(_INVITATION.c.invitee)
            .limit(min(limit, LIMIT_MAX))
        )
        if starting_after is not None:
            query = query.where(_INVITATION.c.invitee > starting_after)
        with autocommit(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(_view(row) for row in rows)

    def invitation_of(self, invitee: PartyId) -> InvitationView | None:
        """By whom a client was invited; None if by nobody."""
        query = select(_INVITATION).where(_INVITATION.c.invitee == invitee)
        with autocommit(self._engine) as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _view(row)

    def promoter_of(self, invitee: PartyId, *, provider: PartyId, at: datetime) -> PartyId | None:
        """Who wins what a client orders of a provider at that moment, by having invited it.

        That is the promoter of the inviter's account, if it is active and has a contract with the
        provider then; at the instant at which the benefit ends there is nobody.
        """
        named = {"invitee": invitee, "provider": provider, "at": at}
        with autocommit(self._engine) as connection:
            promoter = connection.execute(_WON_BY, named).scalar_one_or_none()
        return None if promoter is None else PartyId(promoter)

    def end_invitation(self, invitee: PartyId, *, at: datetime) -> bool:
        """The invitee closed its account: its inviter's benefit ends at that moment (UA-1-14).

        Returns whether that ended anything: a client that nobody invited, or whose inviter's
        benefit is over, leaves nothing to end, and the same again does nothing. Inside another
        transaction the SQL function of the same name does the same.
        """
        with transaction(self._engine) as connection:
            return bool(connection.execute(select(func.end_invitation(invitee, at))).scalar_one())


def invite(connection: Connection, *, invitee: PartyView, by: Invitation) -> None:
    """Links a client, which this transaction registers, to the client whose code it brought.

    Raises:
        Refused: it is nobody's code.
    """
    owner = select(_CODE.c.client).where(_CODE.c.code == by.code)
    inviter = connection.execute(owner).scalar_one_or_none()
    if inviter is None:
        raise Refused(RefusalCode.UNKNOWN_INVITATION, CLAUSE, "it is nobody's invitation code")
    connection.execute(
        insert(_INVITATION).values(
            invitee=invitee.id,
            inviter=inviter,
            code=by.code,
            registered_at=invitee.registered_at,
            benefit_until=invitee.registered_at + by.benefit,
            terms_version=by.terms_version,
        )
    )


def was_invited(connection: Connection, *, invitee: PartyId, by: Invitation) -> bool:
    """Whether a client registered with that code."""
    query = select(_INVITATION.c.code).where(_INVITATION.c.invitee == invitee)
    return connection.execute(query).scalar_one_or_none() == by.code


def _view(row: Any) -> InvitationView:
    return InvitationView(
        invitee=PartyId(row["invitee"]),
        inviter=PartyId(row["inviter"]),
        registered_at=row["registered_at"],
        benefit_until=row["benefit_until"],
        ended_at=row["ended_at"],
    )
