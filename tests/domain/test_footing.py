"""What an order's facts say of a chargeback of its payment (PSR-22-4), and what freezes forbid."""

from dataclasses import replace

import pytest

from daigou.domain.chargebacks import RECEIVED_NORMALLY, footing_of
from daigou.domain.commands import Block, Cause, Footing, FreezeReason
from daigou.domain.facts import Facts, Parcel
from daigou.domain.freezes import FREEZES, FreezeRule, blocked
from daigou.domain.lifecycle import PARCEL
from daigou.domain.order import State
from daigou.domain.refusals import RefusalCode

NEVER_THERE = {
    State.NEW,
    State.DISPATCHED,
    State.WAREHOUSED,
    State.WAREHOUSE_OBJECTION,
    State.GOING_BACK,
    State.HANDED_BACK,
    State.LOST,
    State.RETURNED,
}


def a_parcel(state: State) -> Parcel:
    return Parcel(item="ord_kettles/5", quantity=1, state=state)


def test_every_state_of_a_parcel_says_whether_it_was_received_normally() -> None:
    assert set(PARCEL.states) - RECEIVED_NORMALLY == NEVER_THERE


@pytest.mark.clause("PSR-22-4")
@pytest.mark.parametrize("state", sorted(PARCEL.states))
def test_goods_were_received_once_one_parcel_was_and_nobody_objected(state: State) -> None:
    facts = Facts(parcels=(a_parcel(State.DISPATCHED), a_parcel(state)))

    assert footing_of(facts) == Footing(received=state in RECEIVED_NORMALLY)


@pytest.mark.clause("PSR-22-4")
@pytest.mark.parametrize("cause", Cause)
def test_the_fault_is_the_providers_where_the_platform_found_it_there(cause: Cause) -> None:
    facts = replace(Facts(), causes=(cause,))

    assert footing_of(facts) == Footing(providers_fault=cause == Cause.PROVIDER)


@pytest.mark.parametrize("what", Block)
def test_what_is_forbidden_names_every_freeze_and_cites_the_first(what: Block) -> None:
    refused = blocked(what, [("lost_credential", "UA-1-2"), ("suspicion", "UA-1-9")])

    service = what == Block.SERVICE
    assert refused.code == (RefusalCode.SERVICE_REFUSED if service else RefusalCode.ACCOUNT_FROZEN)
    assert refused.clause == "UA-1-2"
    assert refused.detail.endswith(
        "while the account is frozen for a lost or misused credential (UA-1-2), until the client"
        " has proved who it is, and the platform says so; for suspicion (UA-1-9), until the"
        " platform has looked into it"
    )


@pytest.mark.parametrize(("reason", "rule"), FREEZES.items())
def test_who_is_refused_hears_what_ends_it(reason: FreezeReason, rule: FreezeRule) -> None:
    refused = blocked(Block.RECHARGE, [(reason, rule.clause)])

    assert refused.clause == rule.clause
    assert refused.detail == (
        "nothing can be put into the deposit while the account is frozen"
        f" for {rule.says}, until {rule.until}"
    )


def test_a_freeze_that_a_person_placed_before_there_were_rules_is_told_in_its_words() -> None:
    refused = blocked(Block.USE, [("asked by the court", "UA-1-9")])

    assert refused.detail == (
        "nothing can be paid from the deposit while the account is frozen"
        " for asked by the court, until whoever placed it has lifted it"
    )
