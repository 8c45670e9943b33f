"""The institution's messages and its evidence, in a real database: kept as they were, dealt with
once."""

import hashlib
import json
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from daigou.ledger.erasing import Erasing
from daigou.ledger.institution import Dealt, InstitutionStore, Outcome
from tests.ledger.account_road import chargeback
from tests.ledger.road import ANNA, NOON, WHOLE, YIWU, World

SAID: dict[str, Any] = {
    "digest": "0" * 64,
    "type": "dispute.opened",
    "dispute": "dp_1",
    "content": {"payment": "ord_nobody/3"},
    "at": NOON,
}


@pytest.fixture
def store(engine: Engine) -> InstitutionStore:
    return InstitutionStore(engine)


def a_bundle(world: World, store: InstitutionStore) -> tuple[Any, str]:
    """A chargeback with a bundle; its digest."""
    disputed = chargeback(world, world.effective(), WHOLE)
    words = json.dumps({"messages": {"txt_1": "for Ms. Example"}})
    content = json.dumps({"words_digest": hashlib.sha256(words.encode()).hexdigest()})
    digest = hashlib.sha256(content.encode()).hexdigest()
    store.keep_bundle(chargeback=disputed.id, digest=digest, content=content, words=words, by=YIWU)
    return disputed, digest


def test_the_first_message_of_an_id_stands_and_is_dealt_with_once(
    store: InstitutionStore, engine: Engine
) -> None:
    for_a_person = Dealt(outcome=Outcome.FOR_A_PERSON, detail="unknown_payment:ord_nobody/3")

    first = store.hear(id="msg-1", **SAID)
    other = store.hear(id="msg-1", **SAID | {"digest": "1" * 64})
    dealt = store.deal(id="msg-1", dealt=for_a_person, at=NOON)
    again = store.deal(id="msg-1", dealt=Dealt(outcome=Outcome.IGNORED), at=NOON)

    assert first.digest == other.digest == "0" * 64
    assert (first.dealt, dealt, again) == (None, for_a_person, for_a_person)
    assert store.was_left_to_a_person("dp_1")
    assert not store.was_left_to_a_person("dp_2")


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE institution_message SET content = '{}'",
        "UPDATE institution_message SET outcome = 'ignored', dealt_at = now(), content = '[]'",
        "DELETE FROM institution_message",
        "TRUNCATE institution_message",
    ],
)
def test_what_we_were_told_is_kept_as_it_was(
    store: InstitutionStore, engine: Engine, attack: str
) -> None:
    store.hear(id="msg-1", **SAID)

    with pytest.raises(DBAPIError) as refused, engine.begin() as connection:
        connection.exec_driver_sql(attack)

    assert getattr(refused.value.orig, "sqlstate", "") == "DG004"


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize(
    ("attack", "state"),
    [
        ("UPDATE evidence_bundle SET content = '{}'", "DG004"),
        ("UPDATE evidence_bundle SET words = 'other'", "DG004"),
        ("DELETE FROM evidence_bundle", "DG004"),
        ("TRUNCATE evidence_bundle", "DG004"),
        (
            "INSERT INTO evidence_bundle SELECT chargeback, repeat('0', 64), content, words,"
            " staged_at, staged_by FROM evidence_bundle",
            "23514",
        ),
        (
            "INSERT INTO evidence_bundle SELECT chargeback,"
            ' encode(sha256(\'{"words_digest": "0"}\'), \'hex\'), \'{"words_digest": "0"}\', words,'
            " staged_at, staged_by FROM evidence_bundle",
            "23514",
        ),
    ],
)
def test_a_bundle_is_what_its_digest_says_and_is_not_exchanged(
    world: World, store: InstitutionStore, engine: Engine, attack: str, state: str
) -> None:
    disputed, digest = a_bundle(world, store)

    with pytest.raises(DBAPIError) as refused, engine.begin() as connection:
        connection.exec_driver_sql(attack)

    assert getattr(refused.value.orig, "sqlstate", "") == state
    assert [each.digest for each in store.bundles(disputed.id)] == [digest]
    with pytest.raises(LookupError):
        store.bundle(disputed.id, "0" * 64)


@pytest.mark.clause("PSR-23")
def test_its_words_are_erased_with_its_clients_data_and_the_rest_stays(
    world: World, store: InstitutionStore, engine: Engine
) -> None:
    disputed, digest = a_bundle(world, store)
    assert store.bundle(disputed.id, digest).words is not None

    erased = Erasing(engine).erase(party=ANNA, author="app_1", forced=True)
    again = Erasing(engine).erase(party=ANNA, author="app_1", forced=True)

    left = store.bundle(disputed.id, digest)
    assert (erased.evidence, again.evidence) == (1, 0)
    assert (left.words, left.erased_at is None) == (None, False)
    assert hashlib.sha256(left.content.encode()).hexdigest() == digest
