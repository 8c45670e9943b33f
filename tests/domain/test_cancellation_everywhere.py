"""A cancellation wherever its order can stand: what it allows, what it refuses, and that no step
leaves one of the two behind. What is expected is written by hand, not read from the tables."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest

from daigou.domain import commands
from daigou.domain.facts import WAY
from daigou.domain.lifecycle import CANCELLATION, FULFILMENT, PARCEL
from daigou.domain.lifecycle.table import FOLLOWING, TOLD, Row, taken
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.taken import Taken
from tests.domain import samples
from tests.domain.standing import (
    CASES,
    SETTLED,
    UNTIL,
    Outcome,
    Stand,
    every_stand,
    outcome,
    reached,
    steps,
    wrong_of_a_refusal,
)
from tests.domain.test_who_may_do_what import MATRICES

NOT_BOUGHT = {"effective", "awaiting_choice", "awaiting_top_up", "awaiting_balance"}
UNDER_WAY = {"paying", "purchasing"}
GONE_FOR_GOOD = {"exported", "delivered", "receipt_objection", "received", "recovering"}
WITH_GOODS = {"dispatched", "warehouse_objection", "warehoused", "stored", "going_back"}
NO_MORE_GOODS = {"purchased", "dispatched", "going_back"}
"""Where an order stands of which nothing is left that has to go back: goods that never came, were
lost, or are back with the seller."""
ABROAD = {"exported", "package_refused", "delivered", "claimed"}
"""Where a parcel stands that has cleared customs."""

STAND_TOGETHER = {
    *product(NOT_BOUGHT, {"settling"}),
    *product(UNDER_WAY, {"awaiting_outcome"}),
    *product({"purchased", *WITH_GOODS}, {"asking_seller", "terms_offered", "returning"}),
    *product(NO_MORE_GOODS, {"awaiting_refund", "settling"}),
}
"""Every state of an order in which an open case of it can be, in that state of its own."""

# While a case is open, nothing is bought, paid or agreed on; what happens is recorded all the same.
WAITS_FOR_THE_CASE = {
    "effective": {"purchase", "report-price", "refuse"},
    "awaiting_choice": {"accept-part", "decline-offer"},
    "awaiting_top_up": {"pay", "decline-offer"},
    "awaiting_balance": {"pay", "withdraw"},
}
FOR_A_DEBT = {"refuse-service", "dispose-goods"}
"""What is done where a chargeback is left uncovered, and nowhere else."""
WAITS_OF_PARCELS = {"exchange", "record-seller-refund", "abandon-goods"}
GOES_BACK = {"send-back"}


KIND = TableName.CANCELLATION


# ---- no step leaves one behind -----------------------------------------------------------------


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.clause("PSR-12-6")
def test_an_open_case_and_its_order_stand_together_just_where_it_is_written() -> None:
    found = {(str(order), str(case)) for order, case in reached().open_pairs(KIND)}

    assert found == STAND_TOGETHER


def test_an_order_at_its_end_has_no_open_case_after_any_step() -> None:
    half_open = [step for step in steps() if step.target.ended and step.target.case_is_open]

    assert half_open == []


def test_an_order_is_held_up_just_as_long_as_its_case_is_open() -> None:
    wrong = [
        step
        for step in steps()
        if step.target.facts.held != (step.target.case_is_open and not step.target.ended)
    ]

    assert wrong == []


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.clause("PSR-13-6")
@pytest.mark.parametrize("kind", CASES)
def test_an_order_ends_by_its_case_when_that_is_settled_and_never_otherwise(
    kind: TableName,
) -> None:
    end = SETTLED[kind]
    wrong = [
        step
        for step in steps()
        if (step.target.order == end)
        != (step.target.kind == kind and step.target.case_state in {State.CHASING, end})
    ]

    assert wrong == []


@pytest.mark.clause("PSR-12-7")
def test_no_case_is_open_once_goods_have_cleared_customs() -> None:
    wrong = [
        step
        for step in steps()
        if step.target.case_is_open
        and step.target.kind == KIND
        and any(parcel.state in ABROAD for parcel in step.target.facts.parcels)
    ]

    assert wrong == []


def test_what_follows_from_a_step_is_over_after_three_more() -> None:
    # A parcel clears customs: the order is exported, its case overtaken, and its clocks go on.
    longest = max(steps(), key=lambda step: len(step.followed))

    assert [row.target for row in longest.followed] == [
        State.EXPORTED,
        State.OVERTAKEN,
        State.EXPORTED,
    ]


def test_from_wherever_they_stand_the_order_can_still_come_to_its_end() -> None:
    assert reached().dead_ends() == []


@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.clause("PSR-13-4")
def test_a_case_that_came_to_nothing_leaves_the_order_where_it_stood() -> None:
    over = {State.REFUSED, State.WITHDRAWN, State.LAPSED}
    ending = [step for step in steps() if step.table.name in CASES and step.row.target in over]

    assert {step.table.name for step in ending} == set(CASES)
    assert {(step.source.order == step.target.order) for step in ending} == {True}
    assert {tuple(row.trigger for row in step.followed) for step in ending} == {
        (Trigger.FOLLOW_CASE,)
    }


@pytest.mark.clause("PSR-12-1-A")
def test_a_request_before_the_purchase_is_granted_at_once_and_cannot_be_refused() -> None:
    asked = [
        step
        for step in steps()
        if step.row.trigger == Trigger.REQUEST_CANCELLATION and step.source.order in NOT_BOUGHT
    ]
    refused = [
        step
        for step in steps()
        if step.row.target == State.REFUSED
        and step.table is CANCELLATION
        and step.source.order in NOT_BOUGHT
    ]

    assert {step.target.case_state for step in asked} == {State.SETTLING}
    assert refused == []


@pytest.mark.clause("PSR-12-1-B")
def test_nothing_of_what_was_bought_is_cancelled_without_the_sellers_consent() -> None:
    """Along every road: where goods were bought, a settlement comes after a consent."""
    agreed_first = {State.RETURNING, State.AWAITING_REFUND, State.SETTLING}
    sources = {
        (step.row.trigger, step.source.case_state)
        for step in steps()
        if step.source.order in {State.PURCHASED, *WITH_GOODS}
        and step.source.case_state not in agreed_first
        and step.target.case_state in agreed_first
    }

    assert sources == {
        (Trigger.CONSENT_TO_CANCELLATION, State.ASKING_SELLER),
        (Trigger.ACCEPT_TERMS, State.TERMS_OFFERED),
    }


@pytest.mark.clause("PSR-12-6")
def test_nothing_is_settled_while_goods_are_still_on_this_side() -> None:
    here = {
        State.DISPATCHED,
        State.WAREHOUSED,
        State.WAREHOUSE_OBJECTION,
        State.STORED,
        State.GOING_BACK,
    }
    settled = [step for step in steps() if step.target.order == State.CANCELLED]

    assert settled
    assert not any(parcel.state in here for step in settled for parcel in step.target.facts.parcels)


@pytest.mark.clause("PSR-12-6")
def test_a_loss_on_the_way_back_is_put_to_the_seller_before_anything_is_settled() -> None:
    unanswered = [
        step
        for step in steps()
        if step.target.case_state in {State.AWAITING_REFUND, State.SETTLING}
        and step.target.facts.case is not None
        and step.target.facts.lost_on_the_way_back > step.target.facts.case.losses
    ]

    assert unanswered == []


# ---- the whole product: order x case x trigger x role ------------------------------------------


def _clause_of(order: State) -> str:
    return "PSR-12-1-A" if order in NOT_BOUGHT else "PSR-12-1-B"


def test_the_product_has_every_order_state_after_the_agreement_and_every_case_state() -> None:
    orders = {order for order, _ in every_stand(KIND)}
    cases = {case for _, case in every_stand(KIND)}

    before = {"new", "in_review", "requested", "accepted", "lapsed", "withdrawn"}
    otherwise = {"dissolved", "disposed"}
    met = {str(each) for each in FULFILMENT.states} - before - otherwise
    assert {str(order) for order in orders} == met
    assert cases == set(CANCELLATION.states)


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.clause("PSR-12-7")
@pytest.mark.parametrize("role", Role)
def test_a_cancellation_can_be_asked_for_where_it_is_written_and_nowhere_else(role: Role) -> None:
    wrong = []

    for (order, case), stand in every_stand(KIND).items():
        found = outcome(stand, CANCELLATION, State.NEW, Trigger.REQUEST_CANCELLATION, role)
        expected = _expected_of_a_request(stand, role)
        if found != expected:
            wrong.append(f"{role} asks while {order}, {case}: {found}, not {expected}")

    assert wrong == []


def _expected_of_a_request(stand: Stand, role: Role) -> Outcome:
    if role != Role.CLIENT:
        return RefusalCode.NOT_YOUR_ROLE, "PSR-12-1-A"
    if any(parcel.state in ABROAD for parcel in stand.facts.parcels):
        return RefusalCode.CUSTOMS_CLEARED, "PSR-12-7"
    if stand.order in GONE_FOR_GOOD or stand.ended:
        return RefusalCode.NOT_IN_THIS_STATE, "PSR-12-1-B"
    if stand.case_is_open:
        return RefusalCode.CASE_OPEN, _clause_of(stand.order)
    if stand.order in UNDER_WAY:
        return State.AWAITING_OUTCOME
    return State.SETTLING if stand.order in NOT_BOUGHT else State.ASKING_SELLER


# Where it is not the situation that decides: who may pull what in each state of an open case.
PULLS = {
    ("awaiting_outcome", "withdraw-cancellation"): {"client"},
    ("asking_seller", "withdraw-cancellation"): {"client"},
    ("terms_offered", "withdraw-cancellation"): {"client"},
    ("terms_offered", "accept-terms"): {"client"},
    ("asking_seller", "consent-to-cancellation"): {"provider", "platform"},
    ("asking_seller", "refuse-cancellation"): {"provider", "platform"},
    ("awaiting_refund", "refuse-cancellation"): {"platform"},
    ("awaiting_refund", "proceed-without-refund"): {"platform"},
    ("awaiting_refund", "record-cancellation-refund"): {"provider", "platform"},
    ("settling", "record-cancellation-refund"): {"provider", "platform"},
    ("chasing", "record-cancellation-refund"): {"provider", "platform"},
    ("settling", "settle-cancellation"): {"provider", "platform"},
    ("awaiting_outcome", "escalate"): {"clock"},
    ("asking_seller", "escalate"): {"clock"},
    ("asking_seller", "deem-refused"): {"clock"},
    ("terms_offered", "lapse"): {"clock"},
    ("returning", "escalate"): {"clock"},
    ("awaiting_refund", "escalate"): {"clock"},
    ("settling", "remind"): {"clock"},
    ("settling", "settle-by-default"): {"clock"},
    ("chasing", "escalate"): {"clock"},
    ("chasing", "give-up"): {"clock"},
}
CLAUSE_OF_THE_TRIGGER = {
    "accept-terms": "PSR-12-5",
    "lapse": "PSR-12-5",
    "settle-cancellation": "PSR-12-3",
    "settle-by-default": "PSR-12-3",
    "remind": "PSR-12-3",
}
"""By which clause a trigger is refused where no row of the state has it; PSR-12-1-B otherwise."""


@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.parametrize("role", Role)
def test_what_happens_to_a_case_is_what_is_written_whoever_pulls_it(role: Role) -> None:
    wrong = []
    triggers = [each for each in CANCELLATION.triggers if each != Trigger.REQUEST_CANCELLATION]

    for ((order, case), stand), trigger in product(every_stand(KIND).items(), triggers):
        if case == State.NEW or trigger == Trigger.FOLLOW_ORDER:
            continue
        found = outcome(stand, CANCELLATION, case, trigger, role)
        if problem := _wrong_of_a_case(stand, trigger, role, found):
            wrong.append(f"{role} {trigger} while {order}, {case}: {problem}")

    assert wrong == []


def _wrong_of_a_case(stand: Stand, trigger: Trigger, role: Role, found: Outcome) -> str:
    allowed = PULLS.get((stand.case_state, trigger), set())
    if role not in allowed:
        clause = CLAUSE_OF_THE_TRIGGER.get(trigger, "PSR-12-1-B")
        return wrong_of_a_refusal(found, allowed, clause)
    if trigger == Trigger.RECORD_CANCELLATION_REFUND and stand.order in NOT_BOUGHT:
        expected = (RefusalCode.INVALID_REQUEST, "PSR-12-1-A")
        return "" if found == expected else f"{found}, not {expected}"
    return "" if isinstance(found, State) else f"refused as {found}"


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.parametrize("role", Role)
def test_an_order_with_an_open_case_allows_what_it_always_does_but_for_what_waits(
    role: Role,
) -> None:
    wrong = []
    always = MATRICES[TableName.FULFILMENT]

    for ((order, case), stand), trigger in product(every_stand(KIND).items(), Trigger):
        if not stand.case_is_open or trigger in FOLLOWING | TOLD:
            continue
        found = outcome(stand, FULFILMENT, order, trigger, role)
        waits = trigger in WAITS_FOR_THE_CASE.get(order, ())
        if (order, trigger, role) not in always:
            right = isinstance(found, tuple) and found[0] in _NOT_ALLOWED
        elif waits:
            right = found == (RefusalCode.CASE_OPEN, "PSR-12-1-A")
        elif trigger in FOR_A_DEBT:
            right = found == (RefusalCode.NOT_IN_THIS_STATE, "PSR-22-3")
        else:
            right = isinstance(found, State)
        if not right:
            wrong.append(f"{role} {trigger} while {order}, {case}: {found}")

    assert wrong == []


_NOT_ALLOWED = {RefusalCode.NOT_IN_THIS_STATE, RefusalCode.NOT_YOUR_ROLE}


@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.clause("PSR-12-6")
@pytest.mark.parametrize("role", Role)
def test_parcels_of_an_order_with_an_open_case_go_on_but_for_what_waits(role: Role) -> None:
    wrong = []
    always = MATRICES[TableName.PARCEL]

    for (parcel, case), stand in _every_parcel().items():
        for trigger in PARCEL.triggers:
            found = outcome(stand, PARCEL, parcel, trigger, role)
            if (parcel, trigger, role) not in always:
                right = isinstance(found, tuple) and found[0] in _NOT_ALLOWED
            elif trigger in WAITS_OF_PARCELS:
                right = found == (RefusalCode.CASE_OPEN, "PSR-12-1-B")
            elif trigger in GOES_BACK and case != State.RETURNING:
                right = found == (RefusalCode.NOT_IN_THIS_STATE, "PSR-12-1-B")
            else:
                right = isinstance(found, State)
            if not right:
                wrong.append(f"{role} {trigger} of what is {parcel}, {case}: {found}")

    assert wrong == []


def _every_parcel() -> dict[tuple[State, State], Stand]:
    """One stand for each parcel state with each state of an open case."""
    found: dict[tuple[State, State], Stand] = {}
    for stand in reached().steps:
        if stand.case_is_open and stand.kind == KIND:
            for parcel in stand.facts.parcels:
                found.setdefault((parcel.state, stand.case_state), stand)
    return found


def test_parcels_are_met_in_every_state_that_goods_can_be_in_while_a_case_is_open() -> None:
    with_goods = {"asking_seller", "terms_offered", "returning"}
    without = {"awaiting_refund", "settling"}

    assert {(str(parcel), str(case)) for parcel, case in _every_parcel()} == {
        *product(
            {
                "dispatched",
                "lost",
                "warehoused",
                "warehouse_objection",
                "stored",
                "going_back",
                "handed_back",
                "returned",
                "abandoned",
            },
            with_goods,
        ),
        *product({"lost", "handed_back", "returned", "abandoned"}, without),
    }


# ---- the period --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-12-2")
@pytest.mark.parametrize("order", [*sorted(NOT_BOUGHT | UNDER_WAY), *(str(each) for each in WAY)])
def test_a_request_counts_up_to_the_last_instant_of_the_period_and_not_at_it(order: str) -> None:
    facts = replace(samples.FACTS, cancellable_until=UNTIL)

    def ask(microseconds: int) -> Row:
        at = UNTIL + timedelta(microseconds=microseconds)
        situation = samples.situation(
            Role.CLIENT, commands.Noted(), facts=facts, order=State(order), at=at
        )
        return CANCELLATION.fire(
            state=State.NEW, trigger=Trigger.REQUEST_CANCELLATION, situation=situation
        )

    if order in GONE_FOR_GOOD:
        with pytest.raises(Refused, match="nothing to cancel"):
            ask(-1)
        return
    assert ask(-1).target in {State.AWAITING_OUTCOME, State.SETTLING, State.ASKING_SELLER}
    for late in (0, 1):
        with pytest.raises(Refused) as caught:
            ask(late)
        assert (caught.value.code, caught.value.clause) == (RefusalCode.TOO_LATE, "PSR-12-2")


@pytest.mark.clause("PSR-12-2")
def test_the_period_begins_once_and_a_purchase_that_failed_does_not_prolong_it() -> None:
    first, later = samples.NOON, samples.NOON + samples.TERMS.duration("purchase")
    agreed = samples.FACTS.after(_to_effective(Trigger.CONFIRM_PAYMENT, State.PAYING, first))

    again = agreed.after(_to_effective(Trigger.FAIL_PURCHASE, State.PURCHASING, later))

    assert agreed.cancellable_until == first + samples.TERMS.duration("cancellation")
    assert again.cancellable_until == agreed.cancellable_until


def _to_effective(trigger: Trigger, source: State, at: datetime) -> Taken:
    (row,) = (
        row
        for row in FULFILMENT.rows_from(source, trigger)
        if row.clause in {"PSR-2-2", "PSR-8"} and row.target == State.EFFECTIVE
    )
    command = samples.command_of(trigger)
    return taken(FULFILMENT, row, item="", command=command, terms=samples.TERMS, at=at)
