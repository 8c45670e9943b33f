"""Principal information: every version is kept, one after the other, the person apart."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from daigou.domain.ids import OrderId, PartyId
from daigou.domain.principal import Principal
from daigou.domain.refusals import Refused
from daigou.ledger.principals import Principals
from tests.ledger.road import ANNA, YIWU
from tests.ledger.test_guards import CHAIN, CHECK, HISTORY, refused

PRINCIPAL = Principal(
    legal_name="Yiwu Purchasing Co., Ltd.",
    registration_number="91110000600037341L",
    registered_address="1 Example Road",
    business_email="office@example.com",
    business_phone="+86 579 0000 0000",
)


@pytest.fixture
def principals(engine: Engine) -> Principals:
    return Principals(engine)


def _declare(principals: Principals, provider: PartyId = YIWU, person: str = "Kai") -> int:
    return principals.declare(
        provider=provider, principal=PRINCIPAL, purchasing_person=person, author="plt_platform"
    ).version


@pytest.mark.clause("PSR-4")
def test_versions_follow_each_other_however_many_declare_at_once(principals: Principals) -> None:
    with ThreadPoolExecutor(5) as threads:
        versions = sorted(threads.map(lambda n: _declare(principals, person=f"Kai {n}"), range(5)))

    assert versions == [1, 2, 3, 4, 5]


def test_nobody_but_a_provider_has_a_principal(principals: Principals) -> None:
    for stranger in (ANNA, PartyId("prv_nobody")):
        with pytest.raises(Refused, match="not registered as a provider"):
            _declare(principals, stranger)
    with pytest.raises(LookupError):
        principals.shown(order=OrderId("ord_none"), provider=YIWU)


@pytest.mark.clause("PSR-4")
@pytest.mark.clause("PSR-23")
def test_what_was_declared_stays_and_who_bought_can_be_erased(
    principals: Principals, sql: psycopg.Connection[Any]
) -> None:
    _declare(principals)

    assert refused(sql, "UPDATE principal SET legal_name = 'x'") == HISTORY
    assert refused(sql, "DELETE FROM principal") == HISTORY
    assert refused(sql, "UPDATE purchasing_person SET name = 'x'") == HISTORY
    copied = "SELECT provider, {}, legal_name, {}, registered_address, business_email, "
    copied += "business_phone, author, at FROM principal"
    into = "INSERT INTO principal "
    assert refused(sql, into + copied.format("version + 2", "registration_number")) == CHAIN
    assert refused(sql, into + copied.format("version + 1", "'0'")) == CHECK
    assert refused(sql, "DELETE FROM purchasing_person") is None
    shown = principals.shown(order=OrderId("ord_none"), provider=YIWU)
    assert (shown.principal, shown.purchasing_person) == (PRINCIPAL, None)
