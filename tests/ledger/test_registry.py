"""Who is known, and what an application must show."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from daigou.domain.ids import AppKey, PartyId, SubjectId
from daigou.domain.order import Role
from daigou.ledger.failures import StepForbiddenError
from daigou.ledger.registry import Registry, RegistryConflictError
from tests.ledger.road import ANNA, BEN, NINGBO, NINGBO_ADDRESS, NOON, STRANGER, YIWU, World

CARL: dict[str, Any] = {
    "id": PartyId("cli_carl"),
    "role": Role.CLIENT,
    "country": "FR",
    "agreement_version": "2026-11",
    "agreed_at": NOON,
    "contact_name": "Carl Maier",
    "email": "carl@example.org",
}


@pytest.fixture
def registry(engine: Engine) -> Registry:
    return Registry(engine)


def test_party_is_registered_once_and_told_again(registry: Registry) -> None:
    first = registry.register_party(**CARL)

    assert registry.register_party(**CARL) == first
    assert registry.party(CARL["id"]) == first
    assert (first.role, first.country, first.agreement_version) == (Role.CLIENT, "FR", "2026-11")


def test_other_particulars_under_a_registered_id_change_nothing(registry: Registry) -> None:
    first = registry.register_party(**CARL)

    with pytest.raises(RegistryConflictError):
        registry.register_party(**CARL | {"country": "DE"})

    assert registry.party(CARL["id"]) == first


@pytest.mark.clause("PSR-23")
def test_personal_data_stands_apart_and_can_be_erased(
    registry: Registry, sql: psycopg.Connection[Any]
) -> None:
    registry.register_party(**CARL)

    row = sql.execute("SELECT row_to_json(p)::text FROM party p WHERE id = 'cli_carl'").fetchone()
    assert row is not None
    assert "Maier" not in row[0]
    assert sql.execute("DELETE FROM contact WHERE party = 'cli_carl'").rowcount == 1


def test_party_that_contradicts_itself_is_refused(registry: Registry) -> None:
    with pytest.raises(StepForbiddenError, match="only_businesses_are_named"):
        registry.register_party(**CARL | {"name": "Carl Maier"})
    with pytest.raises(StepForbiddenError, match="only_storages_receive"):
        registry.register_party(
            id=PartyId("sto_void"), role=Role.STORAGE, country="CN", name="Void"
        )


def test_text_that_cannot_be_stored_is_refused(registry: Registry) -> None:
    with pytest.raises(StepForbiddenError, match="NUL"):
        registry.register_party(**CARL | {"contact_name": "Ca\0rl"})


@pytest.mark.clause("UA-1-1")
def test_client_that_accepts_the_agreement_may_order(registry: Registry, world: World) -> None:
    view = registry.accept_agreement(party=STRANGER, version="2026-11", agreed_at=NOON)

    assert (view.agreement_version, view.agreed_at) == ("2026-11", NOON)
    assert world.order(client=STRANGER).sequence == 1


def test_unknown_parties_are_said_to_be_unknown(registry: Registry) -> None:
    with pytest.raises(LookupError):
        registry.party(PartyId("cli_nobody"))
    with pytest.raises(LookupError):
        registry.accept_agreement(party=PartyId("cli_nobody"), version="1", agreed_at=NOON)


def test_several_parties_at_once(registry: Registry) -> None:
    found = registry.parties([ANNA, NINGBO, PartyId("cli_nobody")])

    assert set(found) == {ANNA, NINGBO}
    assert found[NINGBO].address == NINGBO_ADDRESS


@pytest.mark.clause("OP-4-5")
def test_application_proves_itself_by_its_secret(registry: Registry) -> None:
    created, secret = registry.create_application(name="shop", roles=[Role.CLIENT], party=ANNA)

    assert registry.authenticate(key=created.key, secret=secret) == created
    assert registry.authenticate(key=created.key, secret=secret + "x") is None
    assert registry.authenticate(key=created.key, secret="") is None
    assert registry.authenticate(key=AppKey("app_none"), secret=secret) is None


@pytest.mark.clause("OP-4-5")
def test_secret_is_stored_only_as_a_digest(
    registry: Registry, sql: psycopg.Connection[Any]
) -> None:
    _, secret = registry.create_application(name="shop", roles=[Role.CLIENT], party=ANNA)

    row = sql.execute("SELECT row_to_json(a)::text FROM application a").fetchone()
    assert row is not None
    assert secret not in row[0]


@pytest.mark.clause("OP-4-5")
def test_rotated_secret_replaces_the_old_one(registry: Registry) -> None:
    created, old = registry.create_application(name="shop", roles=[Role.CLIENT], party=BEN)

    new = registry.rotate(created.key)

    assert registry.authenticate(key=created.key, secret=old) is None
    assert registry.authenticate(key=created.key, secret=new) == created


@pytest.mark.clause("OP-4-5")
def test_revoked_application_is_let_in_no_more(registry: Registry) -> None:
    created, secret = registry.create_application(name="shop", roles=[Role.CLIENT], party=BEN)

    registry.revoke(created.key)

    assert registry.authenticate(key=created.key, secret=secret) is None
    assert registry.application(created.key).revoked_at is not None
    with pytest.raises(LookupError):
        registry.rotate(created.key)
    with pytest.raises(LookupError):
        registry.revoke(created.key)


def test_application_has_roles_that_can_be_held(registry: Registry) -> None:
    for roles in ([], [Role.CLOCK]):
        with pytest.raises(StepForbiddenError):
            registry.create_application(name="shop", roles=roles, party=BEN)


@pytest.mark.clause("PSR-23")
def test_note_is_kept_apart_once(registry: Registry) -> None:
    note = {"subject": SubjectId("ord_0001"), "author": YIWU, "id": "txt_0001"}

    assert registry.add_note(**note, body="sold out, sorry") == "txt_0001"
    assert registry.add_note(**note, body="sold out, sorry") == "txt_0001"
    assert registry.note("txt_0001") == "sold out, sorry"
    with pytest.raises(RegistryConflictError):
        registry.add_note(**note, body="other words")
    with pytest.raises(LookupError):
        registry.note("txt_none")
