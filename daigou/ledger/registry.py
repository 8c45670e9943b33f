"""Owns who is known: parties, their contacts apart, applications and their secrets, notes."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select, update
from sqlalchemy.dialects.postgresql import insert

from daigou.domain.ids import AppKey, PartyId, SubjectId
from daigou.domain.order import Role
from daigou.ledger.engine import autocommit, transaction
from daigou.ledger.invitations import Invitation, invite, was_invited
from daigou.ledger.rows import differs
from daigou.ledger.tables import METADATA
from daigou.ledger.views import ApplicationView, PartyView

_PARTY = METADATA.tables["party"]
_CONTACT = METADATA.tables["contact"]
_APPLICATION = METADATA.tables["application"]
_NOTE = METADATA.tables["note"]
_ACCOUNT = METADATA.tables["promoter_account"]

_SECRET_BYTES = 32
_NOBODYS_DIGEST = bytes(32)


class RegistryConflictError(Exception):
    """The id is taken by other content: nothing was changed."""


class Registry:
    """Parties and applications. It may be shared by threads.

    Every method raises `BooksUnavailableError` where the database does not answer, and
    `StepForbiddenError` where a constraint refuses what it was given.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register_party(
        self,
        *,
        id: PartyId,  # noqa: A002 - the views call it so, too
        role: Role,
        country: str,
        name: str = "",
        address: str = "",
        agreement_version: str | None = None,
        agreed_at: datetime | None = None,
        contact_name: str = "",
        email: str = "",
        phone: str = "",
        invitation: Invitation | None = None,
        client_account: PartyId | None = None,
    ) -> PartyView:
        """Registers a party; the same again changes nothing and answers the same.

        `country` is ISO 3166-1 alpha-2, `address` a storage provider's receiving address. A
        business has a `name`; a client has none here, only a `contact_name` (PSR-23). A client may
        order once its agreement is known (UA-1-1). A client may bring the code of who invited it
        (UA-1-14); a promoter may promote from a client's account (UA-1-11).

        Raises:
            RegistryConflictError: the id is registered with other content.
            Refused: nobody has that code, or there is no such client.
        """
        said = {
            "id": id,
            "role": role.value,
            "name": name,
            "country": country,
            "address": address,
            "agreement_version": agreement_version,
            "agreed_at": agreed_at,
        }
        contact = {"party": id, "name": contact_name, "email": email, "phone": phone}
        with transaction(self._engine) as connection:
            new = insert(_PARTY).values(said).on_conflict_do_nothing()
            is_new = connection.execute(new.returning(_PARTY.c.id)).first() is not None
            if any((contact_name, email, phone)):
                connection.execute(insert(_CONTACT).values(contact).on_conflict_do_nothing())
            row = connection.execute(_party_query(id)).mappings().one()
            party = _party_view(row)
            is_same = not differs(row, said)
            if invitation is not None and is_new:
                invite(connection, invitee=party, by=invitation)
            elif invitation is not None:
                is_same &= was_invited(connection, invitee=id, by=invitation)
            if client_account is not None:
                is_same &= _promotes_from(connection, promoter=id, client=client_account)
            if not is_same:
                raise RegistryConflictError(f"{id} is registered with other particulars")
        return party

    def accept_agreement(self, *, party: PartyId, version: str, agreed_at: datetime) -> PartyView:
        """Records that a client accepted the user agreement, the newest acceptance last (UA-1-1).

        Raises:
            LookupError: no such party.
        """
        change = (
            update(_PARTY)
            .where(_PARTY.c.id == party)
            .values(agreement_version=version, agreed_at=agreed_at)
            .returning(_PARTY)
        )
        with transaction(self._engine) as connection:
            row = connection.execute(change).mappings().one_or_none()
        if row is None:
            raise LookupError(f"no party {party}")
        return _party_view(row)

    def party(self, party: PartyId) -> PartyView:
        """A registered party.

        Raises:
            LookupError: no such party.
        """
        with autocommit(self._engine) as connection:
            row = connection.execute(_party_query(party)).mappings().one_or_none()
        if row is None:
            raise LookupError(f"no party {party}")
        return _party_view(row)

    def parties(self, parties: Iterable[PartyId]) -> dict[PartyId, PartyView]:
        """Those of the parties that are registered, by id."""
        query = select(_PARTY).where(_PARTY.c.id.in_(set(parties)))
        with autocommit(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return {PartyId(row["id"]): _party_view(row) for row in rows}

    def create_application(
        self, *, name: str, roles: Iterable[Role], party: PartyId
    ) -> tuple[ApplicationView, str]:
        """A new application and its secret, which is never to be had again (OP-4-5)."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        new = (
            insert(_APPLICATION)
            .values(
                key=f"app_{secrets.token_hex(8)}",
                name=name,
                secret_digest=_digest(secret),
                roles=sorted(role.value for role in roles),
                party=party,
            )
            .returning(_APPLICATION)
        )
        with transaction(self._engine) as connection:
            row = connection.execute(new).mappings().one()
        return _application_view(row), secret

    def application(self, key: AppKey) -> ApplicationView:
        """An application, revoked or not.

        Raises:
            LookupError: no such application.
        """
        with autocommit(self._engine) as connection:
            row = connection.execute(_application_query(key)).mappings().one_or_none()
        if row is None:
            raise LookupError(f"no application {key}")
        return _application_view(row)

    def authenticate(self, *, key: AppKey, secret: str) -> ApplicationView | None:
        """The application that proved itself; None for a wrong or revoked key, or a wrong secret.

        It takes as long whichever of these it is.
        """
        with autocommit(self._engine) as connection:
            row = connection.execute(_application_query(key)).mappings().one_or_none()
        known = _NOBODYS_DIGEST if row is None else row["secret_digest"]
        proved = hmac.compare_digest(known, _digest(secret))
        if row is None or row["revoked_at"] is not None or not proved:
            return None
        return _application_view(row)

    def rotate(self, key: AppKey) -> str:
        """A new secret for an application; the old one is worth nothing from now on (OP-4-5).

        Raises:
            LookupError: no such application, or it is revoked.
        """
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        with transaction(self._engine) as connection:
            _change_application(connection, key, {"secret_digest": _digest(secret)})
        return secret

    def revoke(self, key: AppKey) -> None:
        """Takes an application's access away for good (OP-4-5).

        Raises:
            LookupError: no such application, or it is revoked.
        """
        with transaction(self._engine) as connection:
            _change_application(connection, key, {"revoked_at": func.clock_timestamp()})

    def add_note(
        self,
        *,
        subject: SubjectId,
        author: PartyId,
        body: str,
        id: str,  # noqa: A002 - the id of the note, as commands name it
    ) -> str:
        """Stores free words apart from the books (PSR-23); the same id and words do it once.

        Raises:
            RegistryConflictError: the id holds other words.
        """
        said = {"id": id, "subject": subject, "author": author, "body": body}
        query = select(_NOTE).where(_NOTE.c.id == id)
        with transaction(self._engine) as connection:
            connection.execute(insert(_NOTE).values(said).on_conflict_do_nothing())
            row = connection.execute(query).mappings().one()
        if differs(row, said):
            raise RegistryConflictError(f"{id} holds other words")
        return id

    def note(self, note: str) -> str:
        """The words of a note.

        Raises:
            LookupError: no such note, or it was erased.
        """
        query = select(_NOTE.c.body).where(_NOTE.c.id == note)
        with autocommit(self._engine) as connection:
            body: str | None = connection.execute(query).scalar_one_or_none()
        if body is None:
            raise LookupError(f"no note {note}")
        return body


def _promotes_from(connection: Connection, *, promoter: PartyId, client: PartyId) -> bool:
    """Links a promoter to a client's account, once; whether that is the one that it has."""
    said = {"promoter": promoter, "client": client}
    query = select(_ACCOUNT).where(_ACCOUNT.c.promoter == promoter)
    connection.execute(insert(_ACCOUNT).values(said).on_conflict_do_nothing())
    row = connection.execute(query).mappings().one_or_none()
    return row is not None and not differs(row, said)


def _digest(secret: str) -> bytes:
    # The secret holds 256 random bits: no one can try them all, however quick the digest is.
    return hashlib.sha256(secret.encode()).digest()


def _change_application(connection: Connection, key: AppKey, values: Mapping[str, Any]) -> None:
    change = (
        update(_APPLICATION)
        .where(_APPLICATION.c.key == key, _APPLICATION.c.revoked_at.is_(None))
        .values(**values)
    )
    if connection.execute(change).rowcount != 1:
        raise LookupError(f"no application {key} in use")


def _party_query(party: PartyId) -> Select[Any]:
    return select(_PARTY).where(_PARTY.c.id == party)


def _application_query(key: AppKey) -> Select[Any]:
    return select(_APPLICATION).where(_APPLICATION.c.key == key)


def _party_view(row: Any) -> PartyView:
    return PartyView(
        id=PartyId(row["id"]),
        role=Role(row["role"]),
        name=row["name"],
        country=row["country"],
        address=row["address"],
        agreement_version=row["agreement_version"],
        agreed_at=row["agreed_at"],
        registered_at=row["registered_at"],
    )


def _application_view(row: Any) -> ApplicationView:
    return ApplicationView(
        key=AppKey(row["key"]),
        name=row["name"],
        roles=frozenset(Role(role) for role in row["roles"]),
        party=PartyId(row["party"]),
        created_at=row["created_at"],
        revoked_at=row["revoked_at"],
    )
