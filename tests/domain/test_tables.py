"""What a table says of its rows: which variant, what opens, what follows, what gives way."""

from dataclasses import replace

import pytest

from daigou.domain.commands import Plain
from daigou.domain.facts import WAY
from daigou.domain.lifecycle import (
    CANCELLATION,
    CHARGEBACK,
    CLAIM,
    CLOSURE,
    CONSULTATION,
    DISSOLUTION,
    FREEZE,
    FULFILMENT,
    ITEM_TABLES,
    OPINION,
    PARCEL,
    QUESTION,
    RECHARGE,
    REFUND,
    REQUIREMENT,
    TABLES,
    TIP,
    WITHDRAWAL,
)
from daigou.domain.lifecycle.table import TOLD, Table
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.samples import FACTS


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_variant_finds_its_row_again(table: Table) -> None:
    for row in table.rows:
        assert table.rows_from(row.source, row.trigger)[table.variant(row)] is row


def test_variants_count_from_zero_among_rows_of_one_state_and_trigger() -> None:
    rows = FULFILMENT.rows_from(State.EFFECTIVE, Trigger.REPORT_PRICE)

    assert [FULFILMENT.variant(row) for row in rows] == [0, 1, 2, 3]
    assert [row.target for row in rows] == [
        State.AWAITING_CHOICE,
        State.EFFECTIVE,
        State.EFFECTIVE,
        State.AWAITING_TOP_UP,
    ]


@pytest.mark.parametrize(
    "source",
    [
        State.PURCHASED,
        State.DISPATCHED,
        State.WAREHOUSE_OBJECTION,
        State.WAREHOUSED,
        State.STORED,
    ],
)
def test_a_row_that_was_added_later_leaves_the_numbers_of_the_others_alone(source: State) -> None:
    # Steps in the books name their row by its number.
    rows = FULFILMENT.rows_from(source, Trigger.FOLLOW_PARCELS)

    assert [row.target for row in rows].index(State.GOING_BACK) == len(rows) - 1


OPENS = {
    PARCEL.name: {Trigger.DISPATCH, Trigger.WAREHOUSE_RECEIPT, Trigger.REPORT_LOST},
    REQUIREMENT.name: {Trigger.REQUIRE},
    QUESTION.name: {Trigger.ASK_QUESTION},
    OPINION.name: {Trigger.GIVE_OPINION},
    CANCELLATION.name: {Trigger.REQUEST_CANCELLATION},
    DISSOLUTION.name: {Trigger.REQUEST_DISSOLUTION},
    REFUND.name: set(),
    FULFILMENT.name: set(),
    RECHARGE.name: set(),
    CLAIM.name: set(),
    TIP.name: set(),
    CONSULTATION.name: set(),
    WITHDRAWAL.name: set(),
    FREEZE.name: set(),
    CLOSURE.name: set(),
    CHARGEBACK.name: set(),
}


@pytest.mark.parametrize("name", TABLES)
def test_items_are_opened_by_these_commands_and_by_no_other(name: TableName) -> None:
    opening = {trigger for trigger in Trigger if TABLES[name].opens(trigger)}

    assert opening == OPENS[name]


def test_what_opens_an_item_is_a_command_and_what_opens_an_order_is_none() -> None:
    assert Trigger.DISPATCH in PARCEL.commands
    assert Trigger.ASK_QUESTION in QUESTION.commands
    assert Trigger.REQUEST not in FULFILMENT.commands
    assert Trigger.REQUEST not in RECHARGE.commands
    assert Trigger.MAKE_CLAIM not in CLAIM.commands
    assert Trigger.GIVE_TIP not in TIP.commands
    assert Trigger.CONSULT not in CONSULTATION.commands
    assert Trigger.REPORT_CHARGEBACK not in CHARGEBACK.commands


def test_money_on_its_way_outlives_its_order_and_nothing_else_does() -> None:
    outlives = {table.name for table in ITEM_TABLES if table.outlives}

    assert outlives == {TableName.REFUND, TableName.CANCELLATION, TableName.DISSOLUTION}


def test_a_case_alone_tells_its_story_in_a_workflow_of_its_own() -> None:
    hosted = {table.name for table in TABLES.values() if table.hosted}

    assert hosted == {TableName.CANCELLATION, TableName.DISSOLUTION}


@pytest.mark.clause("PSR-8")
@pytest.mark.clause("PSR-16")
def test_an_order_follows_its_parcels_to_where_they_stand() -> None:
    to_stored = next(
        row
        for row in FULFILMENT.rows_from(State.WAREHOUSED, Trigger.FOLLOW_PARCELS)
        if row.target == State.STORED
    )
    situation = samples.situation_for(FULFILMENT, to_stored)

    row = FULFILMENT.following(state=State.WAREHOUSED, situation=situation)

    assert row is not None
    assert (row.target, row.clause) == (State.STORED, "PSR-16")


def test_an_order_whose_parcels_have_not_moved_follows_nowhere() -> None:
    for stage in WAY[1:]:
        facts = replace(FACTS, parcels=(samples.all_goods_at(stage),))
        situation = samples.situation(Role.CLOCK, None, facts=facts)

        assert FULFILMENT.following(state=stage, situation=situation) is None


def test_an_order_that_is_not_on_its_way_follows_nothing() -> None:
    situation = samples.situation(Role.CLOCK, None)

    for state in set(FULFILMENT.states) - set(WAY):
        assert FULFILMENT.following(state=state, situation=situation) is None


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_row_that_gives_way_has_one_behind_it_that_always_fits(table: Table) -> None:
    for row in table.rows:
        if row.gives_way:
            behind = table.rows_from(row.source, row.trigger)[table.variant(row) + 1 :]

            assert any(each.when is None and not each.gives_way for each in behind)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_what_one_subject_tells_another_is_no_command_of_a_person(table: Table) -> None:
    told = {row.trigger for row in table.rows if row.trigger in TOLD}

    assert told.isdisjoint(table.commands)
    assert all(not row.roles for row in table.rows if row.trigger in TOLD)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_deadline_pulls_only_what_takes_no_words(table: Table) -> None:
    struck = {deadline.trigger for wait in table.waits for deadline in wait.deadlines}

    assert {trigger for trigger in struck if table.triggers[trigger].command != Plain} == set()


@pytest.mark.clause("PSR-10-2")
@pytest.mark.clause("PSR-22-3")
@pytest.mark.clause("UA-1-20")
def test_the_rows_that_give_way_do_so_where_the_books_say_that_it_cannot_be() -> None:
    giving_way = {
        (row.trigger, row.source, row.target): row.gives_way
        for table in TABLES.values()
        for row in table.rows
        if row.gives_way
    }

    # A preview that is stale for one row may have been of the one behind it.
    no_deposit = {
        RefusalCode.DEPOSIT_TOO_SMALL,
        RefusalCode.ACCOUNT_FROZEN,
        RefusalCode.STALE_PREVIEW,
    }
    too_small = {RefusalCode.DEPOSIT_TOO_SMALL}
    goes_on = {RefusalCode.NOT_IN_THIS_STATE}
    cannot_be_paid = goes_on | {RefusalCode.NOTHING_TO_PAY, RefusalCode.ACCOUNT_FROZEN}
    assert giving_way == {
        (Trigger.REPORT_PRICE, State.EFFECTIVE, State.EFFECTIVE): no_deposit,
        (Trigger.QUOTE_ANEW, State.PURCHASING, State.EFFECTIVE): no_deposit,
        (Trigger.CHARGE_STORAGE, State.STORED, State.STORED): no_deposit,
        **{
            (trigger, State.SETTLING, target): no_deposit
            for trigger in (Trigger.SETTLE_CANCELLATION, Trigger.SETTLE_BY_DEFAULT)
            for target in (State.CANCELLED, State.CHASING)
        },
        # The deposit does not cover a chargeback, or nothing pays it yet.
        **{
            (trigger, source, target): too_small
            for trigger, source in (
                (Trigger.OFFSET_DEPOSIT, State.DEMANDED),
                (Trigger.COLLECT_DEBT, State.DEMANDED),
                (Trigger.COLLECT_DEBT, State.OWING),
                (Trigger.DECLINE_CHARGEBACK_PAYMENT, State.PAYING),
            )
            for target in (State.SETTLED, State.COVERED)
        },
        # The client owes something, which comes first.
        (Trigger.CONFIRM_RECHARGE, State.DUE, State.CREDITED): goes_on,
        # Something of a closed account goes on; or its rest cannot be paid out, or there is none.
        (Trigger.WIND_UP, State.WINDING_UP, State.PAYING_OUT): cannot_be_paid,
        (Trigger.WIND_UP, State.WINDING_UP, State.CLOSED): goes_on,
        # The client was active again.
        (Trigger.FREEZE_INACTIVE, State.WARNED, State.DORMANT): goes_on,
    }


@pytest.mark.clause("PSR-10-2")
def test_a_row_that_was_passed_over_is_not_taken_again() -> None:
    rows = FULFILMENT.rows_from(State.EFFECTIVE, Trigger.REPORT_PRICE)
    within = samples.situation(Role.PROVIDER, samples.WITHIN_LIMIT)
    passed = samples.situation(Role.PROVIDER, samples.WITHIN_LIMIT, passed_over=rows[:3])

    first = FULFILMENT.fire(state=State.EFFECTIVE, trigger=Trigger.REPORT_PRICE, situation=within)
    second = FULFILMENT.fire(state=State.EFFECTIVE, trigger=Trigger.REPORT_PRICE, situation=passed)

    assert (first.target, second.target) == (State.EFFECTIVE, State.AWAITING_TOP_UP)


def test_where_every_row_was_passed_over_the_trigger_is_refused() -> None:
    rows = PARCEL.rows_from(State.STORED, Trigger.CHARGE_STORAGE)
    situation = samples.situation(
        Role.CLOCK, samples.command_of(Trigger.CHARGE_STORAGE), facts=FACTS, passed_over=rows
    )

    with pytest.raises(Refused) as caught:
        PARCEL.fire(state=State.STORED, trigger=Trigger.CHARGE_STORAGE, situation=situation)

    assert caught.value.code == RefusalCode.NOT_IN_THIS_STATE
