"""Owns the erasing of personal data: all of a party's at once, while the books stay whole."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Table,
    delete,
    func,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from daigou.domain.ids import PartyId, SubjectId
from daigou.domain.lifecycle import OUTLIVING
from daigou.domain.order import ROLES_BOUND_TO_AN_ORDER
from daigou.ledger.engine import transaction
from daigou.ledger.reference_views import ErasureView
from daigou.ledger.subjects import READ_MODELS
from daigou.ledger.tables import METADATA

_PARTY = METADATA.tables["party"]
_CONTACT = METADATA.tables["contact"]
_PERSON = METADATA.tables["purchasing_person"]
_NOTE = METADATA.tables["note"]
_EVIDENCE = METADATA.tables["evidence"]
_BUNDLE = METADATA.tables["evidence_bundle"]
_CHARGEBACK = METADATA.tables["chargeback"]
_ERASURE = METADATA.tables["erasure"]
_ORDER = METADATA.tables["purchase_order"]
_ITEM = METADATA.tables["order_item"]
_OTHERS = tuple(METADATA.tables[name] for name in READ_MODELS.values() if name != _ORDER.name)
"""The read models of the subjects that are no orders."""


class StillRunningError(Exception):
    """Subjects of the party have not ended, and notices on them need its contact."""

    def __init__(self, subjects: tuple[SubjectId, ...]) -> None:
        super().__init__(f"{len(subjects)} have not ended")
        self.subjects = subjects


class Erasing:
    """Erases personal data (PSR-23). It may be shared by threads.

    It raises `BooksUnavailableError` where the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def erase(self, *, party: PartyId, author: str, forced: bool = False) -> ErasureView:
        """Erases a party's contact, its purchasing persons, its notes, its evidence's bytes.

        Of a client, whatever anybody noted or gave on its orders goes as well: it tells of that
        person. So do the words in the evidence on chargebacks that it is a party of. What was
        erased is recorded, in counts. Erasing again erases what came since.

        Raises:
            LookupError: no such party.
            StillRunningError: orders or other subjects have not ended, and it is not forced.
        """
        # An order that is being placed holds the party's row, and is seen after it.
        lock = select(_PARTY.c.id).where(_PARTY.c.id == party).with_for_update()
        with transaction(self._engine) as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            if connection.execute(lock).first() is None:
                raise LookupError(f"no party {party}")
            running = tuple(connection.execute(_running(party)).scalars())
            if running and not forced:
                raise StillRunningError(running)
            recorded = {
                "party": party,
                "author": author,
                "forced": bool(running),
                "contacts": _count(connection, _contacts(party)),
                "purchasing_persons": _count(connection, _purchasing_persons(party)),
                "notes": _count(connection, _notes(party)),
                "evidence": _count(connection, _evidence(party))
                + _count(connection, _words_of_bundles(party)),
            }
            new = insert(_ERASURE).values(recorded).returning(_ERASURE)
            row = connection.execute(new).mappings().one()
        return _view(row)


def _running(party: PartyId) -> Any:
    outlived = (
        select(_ITEM.c.item)
        .where(
            _ITEM.c.subject == _ORDER.c.id,
            _ITEM.c.axis.in_(OUTLIVING),
            _ITEM.c.ended_at.is_(None),
        )
        .exists()
    )
    return union_all(
        select(_ORDER.c.id).where(
            _takes_part(party, _ORDER), or_(_ORDER.c.ended_at.is_(None), outlived)
        ),
        *(
            select(other.c.id).where(_takes_part(party, other), other.c.ended_at.is_(None))
            for other in _OTHERS
        ),
    )


def _takes_part(party: PartyId, subjects: Table) -> ColumnElement[bool]:
    """Whether a party holds any of the roles that subjects of a kind have."""
    roles = (role for role in sorted(ROLES_BOUND_TO_AN_ORDER) if role.value in subjects.columns)
    return or_(*(subjects.c[role.value] == party for role in roles))


def _contacts(party: PartyId) -> Executable:
    return delete(_CONTACT).where(_CONTACT.c.party == party)


def _purchasing_persons(party: PartyId) -> Executable:
    return delete(_PERSON).where(_PERSON.c.provider == party)


def _notes(party: PartyId) -> Executable:
    return delete(_NOTE).where(_tells_of(party, _NOTE))


def _evidence(party: PartyId) -> Executable:
    return (
        update(_EVIDENCE)
        .where(_EVIDENCE.c.erased_at.is_(None), _tells_of(party, _EVIDENCE))
        .values(body=None, erased_at=func.clock_timestamp())
    )


def _words_of_bundles(party: PartyId) -> Executable:
    its = select(_CHARGEBACK.c.id).where(_takes_part(party, _CHARGEBACK))
    return (
        update(_BUNDLE)
        .where(_BUNDLE.c.erased_at.is_(None), _BUNDLE.c.chargeback.in_(its))
        .values(words=None, erased_at=func.clock_timestamp())
    )


def _tells_of(party: PartyId, table: Any) -> ColumnElement[bool]:
    of_the_client = union_all(
        *(select(each.c.id).where(each.c.client == party) for each in (_ORDER, *_OTHERS))
    )
    return or_(table.c.author == party, table.c.subject.in_(of_the_client))


def _count(connection: Connection, erasing: Executable) -> int:
    return connection.execute(erasing).rowcount


def _view(row: Any) -> ErasureView:
    return ErasureView(
        party=PartyId(row["party"]),
        author=row["author"],
        forced=row["forced"],
        contacts=row["contacts"],
        purchasing_persons=row["purchasing_persons"],
        notes=row["notes"],
        evidence=row["evidence"],
        at=row["at"],
    )
