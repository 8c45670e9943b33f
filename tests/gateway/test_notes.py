"""Free words are for client, provider and overseers; those about goods for whoever handles them."""

from dataclasses import replace

import pytest

from daigou.domain.ids import AppKey, PartyId
from daigou.domain.order import Actor, Role, State, TableName, Trigger
from daigou.ledger.views import ApplicationView
from gateway.notes import may_read
from tests.gateway.fakes import ANNA, NOON, PARTIES, a_step
from tests.gateway.house import LOGISTICS, PROVIDER, STORAGE

MIA = PartyId("pro_mia")
ORDERS = replace(PARTIES, promoter=MIA)
PARTY_OF = {
    Role.CLIENT: ANNA,
    Role.PROVIDER: PROVIDER,
    Role.STORAGE: STORAGE,
    Role.LOGISTICS: LOGISTICS,
    Role.PROMOTER: MIA,
}
QUESTION = a_step(
    7, Trigger.ASK_QUESTION, State.NEW, State.ASKED, table=TableName.QUESTION, item="ord_kettles/7"
)
LOSS = a_step(
    8,
    Trigger.REPORT_LOST,
    State.DISPATCHED,
    State.LOST,
    table=TableName.PARCEL,
    item="ord_kettles/5",
    actor=Actor(role=Role.PROVIDER, party=PROVIDER),
)
OBJECTION = a_step(9, Trigger.OBJECT_TO_RECEIPT, State.DELIVERED, State.RECEIPT_OBJECTION)
WITHDRAWAL = a_step(10, Trigger.WITHDRAW, State.REQUESTED, State.WITHDRAWN)


def an_app(role: Role, party: PartyId | None = None) -> ApplicationView:
    return ApplicationView(
        key=AppKey("app_1"),
        name="",
        roles=frozenset({role}),
        party=party or PARTY_OF.get(role, PartyId("plt_platform")),
        created_at=NOON,
        revoked_at=None,
    )


@pytest.mark.clause("OP-7-5-4")
@pytest.mark.clause("PP-C")
@pytest.mark.parametrize(
    ("step", "readers"),
    [
        (QUESTION, set()),
        (WITHDRAWAL, set()),
        (LOSS, {Role.STORAGE, Role.LOGISTICS}),
        (OBJECTION, {Role.STORAGE, Role.LOGISTICS}),
    ],
    ids=lambda each: getattr(each, "trigger", ""),
)
def test_words_are_read_by_those_whom_they_are_for(step: object, readers: set[Role]) -> None:
    always = {Role.CLIENT, Role.PROVIDER, Role.PLATFORM, Role.SUPPORT}

    able = {role for role in set(Role) - {Role.CLOCK} if may_read(an_app(role), ORDERS, step)}  # type: ignore[arg-type]

    assert able == always | readers


def test_a_role_counts_only_on_ones_own_order_and_ones_own_words_always() -> None:
    stranger = an_app(Role.PROVIDER, PartyId("prv_other"))

    assert not may_read(stranger, ORDERS, QUESTION)
    assert may_read(an_app(Role.STORAGE, ANNA), ORDERS, QUESTION)
