"""Whose order it is, who may see it, and how its workflow is called."""

import pytest

from daigou.domain.ids import OrderId, PartyId, RechargeId, workflow_id
from daigou.domain.order import Role, may_see
from tests.domain import samples


@pytest.mark.clause("OP-7-5-4")
@pytest.mark.parametrize(
    "role", [Role.CLIENT, Role.PROVIDER, Role.STORAGE, Role.LOGISTICS, Role.PROMOTER]
)
def test_a_party_sees_its_own_order_and_no_other(role: Role) -> None:
    own = samples.PARTIES.holder(role)

    assert own is not None
    assert may_see(role=role, party=own, parties=samples.PARTIES)
    assert not may_see(role=role, party=PartyId("xxx_stranger"), parties=samples.PARTIES)


@pytest.mark.clause("OP-7-5-4")
def test_a_party_does_not_see_an_order_on_which_it_has_another_role() -> None:
    assert not may_see(role=Role.PROVIDER, party=samples.CLIENT, parties=samples.PARTIES)


@pytest.mark.parametrize("role", [Role.PLATFORM, Role.SUPPORT, Role.PAYMENT_INSTITUTION])
def test_the_platform_its_support_and_the_institution_see_all(role: Role) -> None:
    assert may_see(role=role, party=PartyId("any"), parties=samples.PARTIES)


def test_the_clock_sees_nothing() -> None:
    assert not may_see(role=Role.CLOCK, party=PartyId("clock"), parties=samples.PARTIES)


def test_a_workflow_is_called_by_its_subject() -> None:
    assert workflow_id(OrderId("ord_1234")) == "order/ord_1234"
    assert workflow_id(RechargeId("rch_1234")) == "recharge/rch_1234"
