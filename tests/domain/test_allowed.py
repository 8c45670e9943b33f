"""What an actor is told it may do is what it may do, until when, and why not the rest."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from daigou.domain.allowed import Allowance, allowances
from daigou.domain.clocks import Timing, clocks_after, running
from daigou.domain.commands import CautionKind, FreezeReason, Stand
from daigou.domain.facts import Cautioned, Facts
from daigou.domain.ids import PartyId
from daigou.domain.lifecycle import CHARGEBACK, FREEZE, FULFILMENT, PARCEL, TABLES
from daigou.domain.lifecycle.table import Situation, Table
from daigou.domain.money import ZERO
from daigou.domain.order import Actor, Role, State, Trigger
from daigou.domain.refusals import RefusalCode
from tests.domain import samples
from tests.domain.samples import NOON

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


def _told(
    state: State,
    actor: Actor,
    *,
    table: Table = FULFILMENT,
    facts: Facts = samples.FACTS,
    order: State = State.PURCHASED,
    now: datetime = NOON,
    since: datetime = NOON,
) -> dict[Trigger, Allowance]:
    clocks = clocks_after(
        table=table,
        state=state,
        struck=None,
        known=(),
        timing=Timing(terms=samples.TERMS, country="DE", agreed=NOON + timedelta(days=21)),
        at=since,
    )
    told = allowances(
        table=table,
        state=state,
        situation=Situation(
            actor=actor,
            command=None,
            parties=samples.PARTIES,
            terms=samples.TERMS,
            at=now,
            facts=facts,
            order=order if table.items else state,
        ),
        clocks=running(table=table, state=state, clocks=clocks),
    )
    return {each.trigger: each for each in told}


def _allowed(told: dict[Trigger, Allowance]) -> set[Trigger]:
    return {trigger for trigger, each in told.items() if each.allowed}


def test_every_command_is_told_of_and_nothing_that_is_the_clocks() -> None:
    told = _told(State.DELIVERED, samples.actor(Role.CLIENT))

    assert tuple(told) == FULFILMENT.commands
    assert not {Trigger.DEEM_RECEIVED, Trigger.ADVISE, Trigger.REQUEST} & set(told)


@pytest.mark.clause("PSR-2-1")
def test_a_provider_is_told_until_when_it_may_decide() -> None:
    told = _told(State.REQUESTED, samples.actor(Role.PROVIDER))

    assert _allowed(told) == {Trigger.ACCEPT, Trigger.REFUSE, Trigger.RAISE_CAUTION}
    assert told[Trigger.ACCEPT].until == NOON + DAY
    assert told[Trigger.ACCEPT].target == State.ACCEPTED


def test_a_deadline_that_moves_nothing_ends_no_right() -> None:
    told = _told(State.DELIVERED, samples.actor(Role.CLIENT))

    assert told[Trigger.CONFIRM_RECEIPT].until == NOON + 10 * DAY


def test_what_no_deadline_ends_is_allowed_as_long_as_the_state_lasts() -> None:
    told = _told(State.EFFECTIVE, samples.actor(Role.PROVIDER))

    assert told[Trigger.PURCHASE].allowed
    assert told[Trigger.PURCHASE].until is None


@pytest.mark.clause("PSR-2-2")
def test_just_before_the_deadline_an_act_is_allowed_and_at_it_no_more() -> None:
    client = samples.actor(Role.CLIENT)

    before = _told(State.ACCEPTED, client, now=NOON + DAY - MICROSECOND)[Trigger.PAY]
    at = _told(State.ACCEPTED, client, now=NOON + DAY)[Trigger.PAY]

    assert before.allowed
    assert (at.allowed, at.code, at.clause) == (False, RefusalCode.TOO_LATE, "PSR-2-2")


def test_what_is_forbidden_is_told_with_its_clause() -> None:
    told = _told(State.REQUESTED, samples.actor(Role.CLIENT))

    accept, receipt = told[Trigger.ACCEPT], told[Trigger.CONFIRM_RECEIPT]
    assert (accept.code, accept.clause) == (RefusalCode.NOT_YOUR_ROLE, "PSR-2-1")
    assert (receipt.code, receipt.clause) == (RefusalCode.NOT_IN_THIS_STATE, "PSR-18-2")
    assert accept.detail
    assert receipt.detail


def test_a_stranger_is_allowed_nothing() -> None:
    told = _told(State.REQUESTED, samples.actor(Role.PROVIDER, PartyId("prv_other")))

    assert _allowed(told) == set()
    assert told[Trigger.ACCEPT].code == RefusalCode.NOT_YOUR_ORDER


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_support_is_allowed_nothing(table: Table) -> None:
    for state in table.states:
        told = _told(state, samples.actor(Role.SUPPORT), table=table)

        assert _allowed(told) == set()


@pytest.mark.clause("PSR-15-1")
def test_a_provider_is_told_that_a_caution_is_still_unacknowledged() -> None:
    cautioned = replace(samples.FACTS, cautions=(Cautioned(caution=CautionKind.CUSTOMISED),))

    told = _told(State.REQUESTED, samples.actor(Role.PROVIDER), facts=cautioned)

    accept = told[Trigger.ACCEPT]
    assert (accept.allowed, accept.code) == (False, RefusalCode.CAUTION_NOT_ACKNOWLEDGED)
    assert accept.clause == "PSR-15-1"


@pytest.mark.clause("PSR-7")
def test_a_client_is_told_to_pay_the_storage_only_where_something_is_owed() -> None:
    client, nothing = samples.actor(Role.CLIENT), replace(samples.FACTS, storage_unpaid=ZERO)

    owing = _told(State.STORED, client, table=PARCEL)[Trigger.PAY_STORAGE]
    clear = _told(State.STORED, client, table=PARCEL, facts=nothing)[Trigger.PAY_STORAGE]

    assert owing.allowed
    assert (clear.allowed, clear.code) == (False, RefusalCode.NOTHING_TO_PAY)


@pytest.mark.clause("PSR-8")
def test_no_parcel_can_be_sent_of_goods_that_are_not_bought() -> None:
    provider = samples.actor(Role.PROVIDER)

    before = _told(State.NEW, provider, table=PARCEL, order=State.EFFECTIVE)[Trigger.DISPATCH]
    after = _told(State.NEW, provider, table=PARCEL, order=State.PURCHASED)[Trigger.DISPATCH]

    assert (before.allowed, before.code) == (False, RefusalCode.NOT_IN_THIS_STATE)
    assert after.allowed


@pytest.mark.clause("PSR-7")
def test_goods_at_the_storage_are_the_clients_until_they_count_as_abandoned() -> None:
    told = _told(State.STORED, samples.actor(Role.CLIENT), table=PARCEL)

    assert told[Trigger.ABANDON_GOODS].until == NOON + 180 * DAY


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-3")
@pytest.mark.parametrize(
    ("stand", "refuse_service"),
    [(Stand.HOLDS, RefusalCode.NOT_IN_THIS_STATE), (Stand.OWING, None)],
)
def test_what_a_chargeback_forbids_on_its_order_is_told_by_its_clause(
    stand: Stand, refuse_service: RefusalCode | None
) -> None:
    facts = replace(samples.FACTS, holds=(samples.a_hold(stand),), held=True)

    told = _told(State.EFFECTIVE, samples.actor(Role.PROVIDER), facts=facts)

    assert (told[Trigger.PURCHASE].code, told[Trigger.PURCHASE].clause) == (
        RefusalCode.PAYMENT_HELD,
        "PSR-22-1",
    )
    assert told[Trigger.REFUSE_SERVICE].code == refuse_service
    assert told[Trigger.REFUSE_SERVICE].clause == "PSR-22-3"


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-2")
def test_a_client_is_told_until_when_it_may_pay_before_its_deposit_does() -> None:
    facts = Facts(chargeback=samples.CHARGED_BACK)

    told = _told(State.DEMANDED, samples.actor(Role.CLIENT), table=CHARGEBACK, facts=facts)

    assert _allowed(told) == {Trigger.PAY_CHARGEBACK}
    assert told[Trigger.PAY_CHARGEBACK].until == NOON + 3 * DAY


@pytest.mark.clause("UA-4-5")
def test_a_client_is_told_until_when_it_may_go_to_court_about_a_restriction() -> None:
    facts = Facts(freeze=samples.a_freeze(FreezeReason.BREACH))

    told = _told(State.RESTRICTED, samples.actor(Role.CLIENT), table=FREEZE, facts=facts)

    assert _allowed(told) == {Trigger.CONTEST_RESTRICTION}
    assert told[Trigger.CONTEST_RESTRICTION].until == NOON + 15 * DAY
