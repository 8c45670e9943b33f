"""Owns the principal information of providers: every version, the purchasing person apart."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert

from daigou.domain.ids import OrderId, PartyId
from daigou.domain.order import TableName, Trigger
from daigou.domain.principal import Principal
from daigou.ledger.engine import autocommit, transaction
from daigou.ledger.reference_views import PrincipalView
from daigou.ledger.registry import RegistryConflictError
from daigou.ledger.tables import METADATA

_PARTY = METADATA.tables["party"]
_PRINCIPAL = METADATA.tables["principal"]
_PERSON = METADATA.tables["purchasing_person"]
_TRANSITION = METADATA.tables["transition"]


class Principals:
    """The principal information (PSR-4). It may be shared by threads.

    Every method raises `BooksUnavailableError` where the database does not answer, and
    `StepForbiddenError` where a constraint refuses what it was given.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declare(
        self,
        *,
        provider: PartyId,
        principal: Principal,
        purchasing_person: str,
        author: str,
        only_first: bool = False,
    ) -> PrincipalView:
        """Makes a new version; what the newest one says already makes none.

        Raises:
            RegistryConflictError: it is to be the first, and there is another.
            Refused: there is no such provider.
        """
        # Whoever declares at the same moment waits here, and then sees this version.
        lock = select(_PARTY.c.id).where(_PARTY.c.id == provider).with_for_update(key_share=True)
        with transaction(self._engine) as connection:
            connection.execute(lock)
            newest = _newest(connection, provider)
            if newest and (newest.principal, newest.purchasing_person) == (
                principal,
                purchasing_person,
            ):
                return newest
            if newest and only_first:
                raise RegistryConflictError(f"{provider} has declared another principal")
            key = {"provider": provider, "version": newest.version + 1 if newest else 1}
            connection.execute(insert(_PRINCIPAL).values(**key, **asdict(principal), author=author))
            connection.execute(insert(_PERSON).values(**key, name=purchasing_person))
            declared = _newest(connection, provider)
        if declared is None:
            raise LookupError(f"no principal of {provider}")
        return declared

    def shown(self, *, order: OrderId, provider: PartyId) -> PrincipalView:
        """The version that an order shows: the one in force when it was accepted.

        Until then it is the newest, and where there was none at the acceptance, the first since.

        Raises:
            LookupError: the provider has declared none.
        """
        accepted = select(_TRANSITION.c.at).where(
            _TRANSITION.c.subject == order,
            _TRANSITION.c.axis == TableName.FULFILMENT,
            _TRANSITION.c.trigger == Trigger.ACCEPT,
        )
        with autocommit(self._engine) as connection:
            at = connection.execute(accepted).scalars().first()
            found = (
                _newest(connection, provider)
                if at is None
                else _newest(connection, provider, until=at) or _first(connection, provider)
            )
        if found is None:
            raise LookupError(f"{provider} has declared no principal")
        return found


def _query() -> Any:
    key = (_PERSON.c.provider == _PRINCIPAL.c.provider) & (
        _PERSON.c.version == _PRINCIPAL.c.version
    )
    return select(_PRINCIPAL, _PERSON.c.name).outerjoin(_PERSON, key).limit(1)


def _newest(
    connection: Connection, provider: PartyId, *, until: datetime | None = None
) -> PrincipalView | None:
    query = _query().where(_PRINCIPAL.c.provider == provider)
    if until is not None:
        query = query.where(_PRINCIPAL.c.at <= until)
    return _view(connection.execute(query.order_by(_PRINCIPAL.c.version.desc())))


def _first(connection: Connection, provider: PartyId) -> PrincipalView | None:
    query = _query().where(_PRINCIPAL.c.provider == provider, _PRINCIPAL.c.version == 1)
    return _view(connection.execute(query))


def _view(result: Any) -> PrincipalView | None:
    row = result.mappings().one_or_none()
    if row is None:
        return None
    return PrincipalView(
        provider=PartyId(row["provider"]),
        version=row["version"],
        principal=Principal(
            legal_name=row["legal_name"],
            registration_number=row["registration_number"],
            registered_address=row["registered_address"],
            business_email=row["business_email"],
            business_phone=row["business_phone"],
        ),
        purchasing_person=row["name"],
        at=row["at"],
    )
