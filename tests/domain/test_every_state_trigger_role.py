"""The whole product of states, triggers and roles: what is no row is a refusal that says why."""

from itertools import product

import pytest

from daigou.domain.clauses import CATALOGUE
from daigou.domain.ids import PartyId
from daigou.domain.lifecycle import TABLES
from daigou.domain.lifecycle.table import Row, Table
from daigou.domain.order import ROLES_BOUND_TO_AN_ORDER, Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples

EVERY_STATE = [
    pytest.param(table, state, id=f"{table.name}-{state}")
    for table in TABLES.values()
    for state in table.states
]
STRANGER = PartyId("xxx_stranger")


def _fire(
    table: Table, state: State, trigger: Trigger, role: Role, party: PartyId | None = None
) -> Row | Refused:
    rows = table.rows_from(state, trigger)
    situation = (
        samples.situation_for(table, rows[-1], role=role, party=party)
        if rows
        else samples.situation(role, samples.command_of(trigger, table.name), party=party)
    )
    try:
        return table.fire(state=state, trigger=trigger, situation=situation)
    except Refused as refused:
        return refused


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_row_can_be_taken_by_each_of_its_roles(table: Table) -> None:
    wrong = []

    for row in table.rows:
        for role in samples.roles_of(row):
            situation = samples.situation_for(table, row, role=role)
            taken = table.fire(state=row.source, trigger=row.trigger, situation=situation)
            if taken is not row:
                wrong.append(f"{row.source} {row.trigger} by {role} leads to {taken.target}")

    assert wrong == []


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_rows_that_share_state_and_trigger_are_for_the_same_roles(table: Table) -> None:
    for state, trigger in product(table.states, Trigger):
        roles = {row.roles for row in table.rows_from(state, trigger)}

        assert len(roles) <= 1, f"{trigger} in {state}: the first row's roles would decide for all"


@pytest.mark.parametrize(("table", "state"), EVERY_STATE)
def test_a_trigger_is_taken_just_where_a_row_allows_it(table: Table, state: State) -> None:
    wrong = []

    for trigger, role in product(Trigger, Role):
        rows = table.rows_from(state, trigger)
        allowed = any(role in (row.roles or {Role.CLOCK}) for row in rows)
        outcome = _fire(table, state, trigger, role)
        if allowed and not (isinstance(outcome, Row) and outcome in rows):
            wrong.append(f"{role} cannot {trigger}: {outcome}")
        if not allowed and isinstance(outcome, Row):
            wrong.append(f"{role} can {trigger}, to {outcome.target}")

    assert wrong == []


@pytest.mark.parametrize(("table", "state"), EVERY_STATE)
def test_a_refusal_says_what_kind_it_is_and_by_which_clause(table: Table, state: State) -> None:
    wrong = []

    for trigger, role in product(Trigger, Role):
        outcome = _fire(table, state, trigger, role)
        if isinstance(outcome, Row):
            continue
        spec = table.triggers.get(trigger)
        expected = RefusalCode.TOO_LATE if spec and state in spec.over_in else None
        expected = expected or (
            RefusalCode.NOT_YOUR_ROLE
            if table.rows_from(state, trigger)
            else RefusalCode.NOT_IN_THIS_STATE
        )
        if outcome.code != expected or outcome.clause not in CATALOGUE or not outcome.detail:
            wrong.append(f"{role} {trigger}: {outcome.code} {outcome.clause} {outcome.detail!r}")

    assert wrong == []


@pytest.mark.parametrize(("table", "state"), EVERY_STATE)
def test_a_party_of_another_order_is_refused_whatever_its_role(table: Table, state: State) -> None:
    wrong = []

    for trigger, role in product(Trigger, ROLES_BOUND_TO_AN_ORDER):
        outcome = _fire(table, state, trigger, role, STRANGER)
        rows = table.rows_from(state, trigger)
        if isinstance(outcome, Row):
            wrong.append(f"a stranger as {role} can {trigger}")
        elif any(role in row.roles for row in rows) and outcome.code != RefusalCode.NOT_YOUR_ORDER:
            wrong.append(f"a stranger as {role} hears {outcome.code} of {trigger}")

    assert wrong == []


@pytest.mark.parametrize(("table", "state"), EVERY_STATE)
def test_support_can_pull_nothing(table: Table, state: State) -> None:
    outcomes = {trigger: _fire(table, state, trigger, Role.SUPPORT) for trigger in Trigger}

    assert [trigger for trigger, outcome in outcomes.items() if isinstance(outcome, Row)] == []


@pytest.mark.parametrize(("table", "state"), EVERY_STATE)
def test_nobody_can_pull_what_is_the_clocks(table: Table, state: State) -> None:
    of_the_clock = [row.trigger for row in table.rows_from(state) if not row.roles]
    people = [role for role in Role if role != Role.CLOCK]

    pulled = [
        (trigger, role)
        for trigger, role in product(of_the_clock, people)
        if isinstance(_fire(table, state, trigger, role), Row)
    ]

    assert pulled == []


@pytest.mark.parametrize(("table", "state"), EVERY_STATE)
def test_the_clock_can_pull_nothing_of_the_peoples(table: Table, state: State) -> None:
    # An account that nobody uses is found by the clock (UA-1-15).
    of_people = [
        row.trigger
        for row in table.rows_from(state)
        if row.roles and row.trigger != Trigger.PLACE_FREEZE
    ]

    pulled = [t for t in of_people if isinstance(_fire(table, state, t, Role.CLOCK), Row)]

    assert pulled == []


@pytest.mark.parametrize(("table", "state"), EVERY_STATE)
def test_the_actions_offered_are_those_that_would_be_taken(table: Table, state: State) -> None:
    for role in set(Role) - {Role.CLOCK}:
        offered = table.allowed_to(state=state, actor=samples.actor(role), parties=samples.PARTIES)

        taken = {t.value for t in Trigger if isinstance(_fire(table, state, t, role), Row)}

        assert set(offered) == taken, f"{role} in {state}"
        assert len(offered) == len(taken)


def test_a_refusal_for_the_state_offers_what_the_actor_may_do_instead() -> None:
    table = TABLES[TableName.FULFILMENT]

    refused = _fire(table, State.ACCEPTED, Trigger.CONFIRM_RECEIPT, Role.CLIENT)

    assert isinstance(refused, Refused)
    assert set(refused.allowed_actions) == {
        "choose-logistics",
        "limit-price-drift",
        "pay",
        "withdraw",
    }


def test_a_stranger_is_offered_nothing() -> None:
    table = TABLES[TableName.FULFILMENT]

    offered = table.allowed_to(
        state=State.ACCEPTED,
        actor=samples.actor(Role.CLIENT, STRANGER),
        parties=samples.PARTIES,
    )

    assert offered == ()


def test_firing_a_trigger_leaves_the_shared_machine_as_it_was() -> None:
    table = TABLES[TableName.FULFILMENT]

    first = _fire(table, State.REQUESTED, Trigger.ACCEPT, Role.PROVIDER)
    second = _fire(table, State.REQUESTED, Trigger.ACCEPT, Role.PROVIDER)

    assert isinstance(first, Row)
    assert first is second
    assert table.machine.models == []
