"""A chargeback wherever its order and the order's case can stand: what waits for it, what goes on,
and how the order ends by it. What is expected is written by hand, not read from the tables."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from daigou.domain.commands import PaymentHold, Stand
from daigou.domain.facts import Facts
from daigou.domain.ids import ChargebackId
from daigou.domain.lifecycle import CHARGEBACK, FULFILMENT, PARCEL
from daigou.domain.lifecycle.chargeback import HOLDING, STANDS
from daigou.domain.lifecycle.table import FOLLOWING, TOLD, Row, taken
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode
from tests.domain import samples
from tests.domain.standing import (
    CASES,
    Outcome,
    Step,
    outcome,
    reached_with_chargebacks,
    what_happened,
)
from tests.domain.standing import Stand as Standing
from tests.domain.test_cancellation_everywhere import STAND_TOGETHER as CANCELLATIONS_STAND
from tests.domain.test_dissolution_everywhere import STAND_TOGETHER as DISSOLUTIONS_STAND
from tests.domain.test_who_may_do_what import MATRICES

NOT_BOUGHT = {"effective", "awaiting_choice", "awaiting_top_up", "awaiting_balance"}
UNDER_WAY = {"paying", "purchasing"}
WITH_GOODS = {
    "purchased",
    "going_back",
    "dispatched",
    "warehouse_objection",
    "warehoused",
    "stored",
}
"""Where goods of an order are still on this side, so that they can be kept and sold."""
GONE = {"exported", "delivered", "receipt_objection", "received"}
PAID = NOT_BOUGHT | UNDER_WAY | {"recovering"} | WITH_GOODS | GONE

# Nothing is bought, paid or agreed on for a client who took its money back.
WAITS = {
    "effective": {"purchase", "report-price", "refuse"},
    "awaiting_choice": {"accept-part", "decline-offer"},
    "awaiting_top_up": {"pay", "decline-offer"},
    "awaiting_balance": {"pay", "withdraw"},
}
WAITS_OF_PARCELS = {"exchange", "record-seller-refund", "abandon-goods"}
HELD = (RefusalCode.PAYMENT_HELD, "PSR-22-1")
NOT_OWED = (RefusalCode.NOT_IN_THIS_STATE, "PSR-22-3")
_NOT_ALLOWED = {RefusalCode.NOT_IN_THIS_STATE, RefusalCode.NOT_YOUR_ROLE}


def _steps() -> Iterator[Step]:
    return (step for steps in reached_with_chargebacks().steps.values() for step in steps)


@cache
def _stands() -> list[Standing]:
    """One stand for each order state, case state and hold."""
    found: dict[tuple[object, ...], Standing] = {}
    for stand in sorted(reached_with_chargebacks().steps, key=what_happened):
        if not stand.ended:
            at = (stand.order, stand.kind, stand.case_state, stand.payment)
            found.setdefault(at, stand)
    return list(found.values())


# ---- no step leaves one behind -----------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
def test_the_product_has_every_paid_order_held_and_owing_with_every_case_or_none() -> None:
    stands = _stands()

    found = {(str(each.order), each.payment) for each in stands}
    cases = {(each.kind, each.case_state, each.payment) for each in stands if each.case_is_open}

    assert found == set(product(PAID, (None, Stand.HOLDS, Stand.OWING)))
    assert {(kind, state) for kind, state, payment in cases if payment == Stand.OWING} == {
        (kind, state) for kind, state, payment in cases if payment is None
    }


@pytest.mark.clause("PSR-22-1")
def test_an_order_and_its_case_stand_together_held_as_they_do_free() -> None:
    together = {
        TableName.CANCELLATION: CANCELLATIONS_STAND,
        TableName.DISSOLUTION: DISSOLUTIONS_STAND,
    }
    for kind, payment in product(CASES, (None, Stand.HOLDS, Stand.OWING)):
        found = {
            (str(each.order), str(each.case_state))
            for each in reached_with_chargebacks().steps
            if each.case_is_open and each.kind == kind and each.payment == payment
        }

        # Of one good there is never a part that is lost while another one comes.
        assert found <= together[kind]
        assert found == {
            (str(each.order), str(each.case_state))
            for each in reached_with_chargebacks().steps
            if each.case_is_open and each.kind == kind and each.payment is None
        }


@pytest.mark.clause("PSR-22-1")
def test_the_orders_clocks_stand_still_as_long_as_a_payment_or_a_case_holds_it() -> None:
    wrong = [
        step
        for step in _steps()
        if step.target.facts.held
        != ((step.target.case_is_open or step.target.payment is not None) and not step.target.ended)
    ]

    assert wrong == []


def test_from_wherever_they_stand_the_order_can_still_come_to_its_end() -> None:
    assert reached_with_chargebacks().dead_ends() == []


@pytest.mark.clause("PSR-22-1")
def test_a_chargeback_that_ends_no_order_leaves_it_and_its_case_where_they_stood() -> None:
    heard = [
        step
        for step in _steps()
        if step.row.trigger == Trigger.HEED_CHARGEBACK and not step.target.ended
    ]

    assert {step.followed for step in heard} == {()}
    assert [step for step in heard if step.source.order != step.target.order] == []
    assert [step for step in heard if step.source.case_state != step.target.case_state] == []


# ---- what waits, what goes on ------------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-3")
@pytest.mark.parametrize("role", Role)
def test_an_order_whose_payment_is_held_allows_what_it_always_does_but_for_what_waits(
    role: Role,
) -> None:
    wrong = []
    always = MATRICES[TableName.FULFILMENT]

    for stand, trigger in product(_stands(), FULFILMENT.triggers):
        if stand.payment is None or trigger in FOLLOWING | TOLD:
            continue
        found = outcome(stand, FULFILMENT, stand.order, trigger, role)
        if (stand.order, trigger, role) not in always:
            right = isinstance(found, tuple) and found[0] in _NOT_ALLOWED
        else:
            right = _is_right(found, _expected_of_an_order(stand, trigger))
        if not right:
            wrong.append(f"{role} {trigger} while {_named(stand)}: {found}")

    assert wrong == []


def _expected_of_an_order(stand: Standing, trigger: Trigger) -> Outcome | None:
    """Where it leads, or why it waits; none where anything goes that is no refusal."""
    if trigger in WAITS.get(stand.order, ()):
        return HELD
    if trigger not in {Trigger.REFUSE_SERVICE, Trigger.DISPOSE_GOODS}:
        return None
    if stand.payment != Stand.OWING:
        return NOT_OWED
    if stand.case_is_open:
        clause = "PSR-12-1-A" if stand.order in NOT_BOUGHT else "PSR-12-1-B"
        return RefusalCode.CASE_OPEN, clause
    return State.REFUSED if trigger == Trigger.REFUSE_SERVICE else State.DISPOSED


def _is_right(found: Outcome, expected: Outcome | None) -> bool:
    return isinstance(found, State) if expected is None else found == expected


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("role", Role)
def test_parcels_of_an_order_whose_payment_is_held_go_on_but_for_what_waits(role: Role) -> None:
    wrong = []
    always = MATRICES[TableName.PARCEL]
    held = {
        (parcel.state, stand.case_state, stand.payment): stand
        for stand in reached_with_chargebacks().steps
        for parcel in stand.facts.parcels
        if stand.payment is not None and not stand.ended
    }

    no_more = {"new", "returned", "abandoned", "claimed"}
    assert {str(parcel) for parcel, _, _ in held} == {str(each) for each in PARCEL.states} - no_more
    for ((parcel, _, _), stand), trigger in product(held.items(), PARCEL.triggers):
        if (parcel, trigger, role) not in always or trigger == Trigger.SEND_BACK:
            continue
        found = outcome(stand, PARCEL, parcel, trigger, role)
        if not _is_right(found, HELD if trigger in WAITS_OF_PARCELS else None):
            wrong.append(f"{role} {trigger} of what is {parcel} while {_named(stand)}: {found}")

    assert wrong == []


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("role", Role)
def test_a_case_goes_on_as_it_would_without_a_chargeback(kind: TableName, role: Role) -> None:
    table = CASES[kind]
    wrong = []

    for stand, trigger in product(_stands(), table.triggers):
        if stand.payment is None or trigger == Trigger.FOLLOW_ORDER:
            continue
        if stand.kind not in (None, kind) and trigger not in _ASKING:
            continue
        state = State.NEW if trigger in _ASKING else stand.case_state
        free = replace(stand, facts=replace(stand.facts, holds=(), held=stand.case_is_open))
        found = outcome(stand, table, state, trigger, role)
        if found != outcome(free, table, state, trigger, role):
            wrong.append(f"{role} {trigger} while {_named(stand)}: {found}")

    assert wrong == []


_ASKING = {Trigger.REQUEST_CANCELLATION, Trigger.REQUEST_DISSOLUTION}


def _named(stand: Standing) -> str:
    return f"{stand.order}, {stand.kind} {stand.case_state}, {stand.payment}"


# ---- how the order ends by it ------------------------------------------------------------------


@pytest.mark.clause("PSR-22-3")
def test_goods_are_sold_only_on_this_side_of_the_border_uncovered_and_with_no_case_open() -> None:
    sold = [step for step in _steps() if step.target.order == State.DISPOSED]

    assert {str(step.source.order) for step in sold} == WITH_GOODS
    assert {(step.row.trigger, step.source.payment, step.source.case_is_open) for step in sold} == {
        (Trigger.DISPOSE_GOODS, Stand.OWING, False)
    }


@pytest.mark.clause("PSR-22-3")
def test_service_is_refused_only_where_nothing_was_bought_and_the_deposit_did_not_cover() -> None:
    refused = [step for step in _steps() if step.row.trigger == Trigger.REFUSE_SERVICE]

    assert {(str(step.source.order), str(step.target.order)) for step in refused} == set(
        product(NOT_BOUGHT, {"refused"})
    )
    assert {(step.source.payment, step.source.case_is_open) for step in refused} == {
        (Stand.OWING, False)
    }


@pytest.mark.clause("PSR-22-4")
def test_just_cause_ends_what_was_not_bought_and_lets_all_else_go_on() -> None:
    told = [
        step
        for step in _steps()
        if step.row.trigger == Trigger.HEED_CHARGEBACK
        and step.source.payment == Stand.HOLDS
        and step.target.payment is None
    ]

    ended = {str(step.source.order) for step in told if step.target.order == State.UNREALIZABLE}
    with_a_case = {
        str(step.source.order) for step in told if step.source.case_is_open and step.target.ended
    }

    assert ended == NOT_BOUGHT
    assert with_a_case == set(), "what a case decides, the case decides"
    assert {str(step.source.order) for step in told} == PAID


@pytest.mark.clause("PSR-22-1")
def test_an_order_at_its_end_hears_of_no_chargeback_any_more() -> None:
    assert {str(row.source) for row in FULFILMENT.rows if row.trigger == TOLD_OF} == PAID
    assert PAID.isdisjoint(FULFILMENT.ends)


TOLD_OF = Trigger.HEED_CHARGEBACK


# ---- several chargebacks -----------------------------------------------------------------------

OTHER = ChargebackId("cbk_kettles.dp_2")


def _heard(facts: Facts, *told: PaymentHold) -> Facts:
    row = _heeding(State.STORED)
    for each in told:
        step = taken(FULFILMENT, row, item="", command=each, terms=samples.TERMS, at=samples.NOON)
        facts = facts.after(step)
    return facts


def _heeding(state: State) -> Row:
    return FULFILMENT.rows_from(state, Trigger.HEED_CHARGEBACK)[-1]


@pytest.mark.clause("PSR-22-1")
def test_of_two_chargebacks_each_holds_the_order_until_it_is_over_itself() -> None:
    held = _heard(samples.FACTS, samples.a_hold(Stand.HOLDS), samples.a_hold(Stand.HOLDS, OTHER))
    one_left = _heard(held, samples.a_hold(Stand.OVER))
    owing = _heard(one_left, samples.a_hold(Stand.OWING, OTHER))
    free = _heard(owing, samples.a_hold(Stand.OVER, OTHER))

    assert [len(each.holds) for each in (held, one_left, owing, free)] == [2, 1, 1, 0]
    assert [each.held for each in (held, one_left, owing, free)] == [True, True, True, False]
    assert owing.has_a_hold(Stand.OWING)
    assert not one_left.has_a_hold(Stand.OWING)


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("stand", Stand)
def test_what_an_order_hears_twice_it_knows_once(stand: Stand) -> None:
    once = _heard(samples.FACTS, samples.a_hold(stand))

    twice = _heard(once, samples.a_hold(stand))

    assert twice == once
    assert once.payment_is_held == (stand in {Stand.HOLDS, Stand.OWING})


@pytest.mark.clause("PSR-22-3")
def test_one_debt_that_is_uncovered_is_enough_to_sell_the_goods() -> None:
    facts = _heard(samples.FACTS, samples.a_hold(Stand.HOLDS), samples.a_hold(Stand.OWING, OTHER))
    command = samples.command_of(Trigger.DISPOSE_GOODS)
    situation = samples.situation(Role.PROVIDER, command, facts=facts, order=State.STORED)

    row = FULFILMENT.fire(state=State.STORED, trigger=Trigger.DISPOSE_GOODS, situation=situation)

    assert row.target == State.DISPOSED


# ---- what a chargeback says of itself ----------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-4")
def test_each_state_of_a_chargeback_means_one_thing_for_its_order() -> None:
    means = {str(state): str(stand) for state, stand in STANDS.items()}

    assert means == {
        "examining": "holds",
        "demanded": "holds",
        "owing": "owing",
        "justified": "justified",
        "covered": "over",
        "won": "over",
        "settled": "over",
        "borne": "over",
    }
    # While the debt is being paid the order stands as it did before.
    assert set(CHARGEBACK.states) - set(STANDS) == {State.NEW, State.PAYING}
    assert {state for state, stand in STANDS.items() if stand in {Stand.HOLDS, Stand.OWING}} | {
        State.PAYING
    } == set(HOLDING)
