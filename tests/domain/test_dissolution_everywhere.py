"""A dissolution wherever its order can stand: what it allows, what it refuses, and that no step
leaves one of the two behind. What is expected is written by hand, not read from the tables."""

from itertools import product

import pytest

from daigou.domain.lifecycle import DISSOLUTION, FULFILMENT
from daigou.domain.lifecycle.table import FOLLOWING, TOLD
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode
from tests.domain.standing import (
    Outcome,
    Stand,
    every_stand,
    outcome,
    reached,
    steps,
    wrong_of_a_refusal,
)
from tests.domain.test_who_may_do_what import MATRICES

KIND = TableName.DISSOLUTION

AFTER_DELIVERY = {"delivered", "receipt_objection", "received"}
BEFORE_THE_ANSWER = {"checking", "awaiting_evidence", "asking_seller"}
AGREED = {"awaiting_proof", "awaiting_refund"}
STAND_TOGETHER = set(product(AFTER_DELIVERY, BEFORE_THE_ANSWER | AGREED))
"""Every state of an order in which an open dissolution can be, in that state of its own."""


# ---- no step leaves one behind -----------------------------------------------------------------


@pytest.mark.clause("PSR-13-1")
def test_an_open_dissolution_and_its_order_stand_together_just_where_it_is_written() -> None:
    found = {(str(order), str(case)) for order, case in reached().open_pairs(KIND)}

    assert found == STAND_TOGETHER


@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-13-5")
def test_nothing_is_dissolved_without_the_sellers_consent_nor_agreed_without_being_asked() -> None:
    agreed = AGREED | {"chasing", "dissolved"}
    sources = {
        (step.row.trigger, step.source.case_state)
        for step in steps()
        if step.table is DISSOLUTION
        and step.source.case_state not in agreed
        and step.target.case_state in agreed
    }

    assert sources == {(Trigger.CONSENT_TO_DISSOLUTION, State.ASKING_SELLER)}


@pytest.mark.clause("PSR-13-6")
def test_what_the_seller_paid_back_is_never_followed_by_a_case_that_came_to_nothing() -> None:
    unpaid = [
        step
        for step in steps()
        if step.source.kind == KIND
        and step.source.case
        and step.source.case.received
        and step.target.case_state in {"refused", "withdrawn", "lapsed", "overtaken"}
    ]

    assert unpaid == []


@pytest.mark.clause("PSR-13-6")
def test_a_dissolution_is_over_at_once_only_where_the_seller_owes_nothing_or_is_given_up() -> None:
    over = [step for step in steps() if step.row.target == State.DISSOLVED]
    chased = {
        step.row.trigger
        for step in over
        if step.table is DISSOLUTION
        and step.source.case
        and step.source.case.received < step.source.case.expected
    }

    # The last of it comes; it came in part before a proof that never did; or nobody waits any more.
    assert chased == {Trigger.RECORD_DISSOLUTION_REFUND, Trigger.LAPSE, Trigger.GIVE_UP}


@pytest.mark.clause("PSR-17-2")
def test_no_dissolution_waits_for_the_seller_once_the_cause_was_found_with_logistics() -> None:
    found = [step for step in steps() if step.target.facts.causes and step.target.kind == KIND]
    waiting = [step for step in found if step.target.case_state in BEFORE_THE_ANSWER]

    assert {step.target.case_state for step in found} >= {"overtaken", *AGREED}
    assert waiting == []


@pytest.mark.clause("PSR-17-2")
def test_a_cause_found_with_logistics_overtakes_the_case_and_the_orders_clocks_go_on() -> None:
    overtaken = [
        step
        for step in steps()
        if step.source.case_is_open and (step.row.trigger, step.target.case_state) == FOUND
    ]

    assert {step.source.case_state for step in overtaken} == BEFORE_THE_ANSWER
    assert {tuple(row.trigger for row in step.followed) for step in overtaken} == {
        (Trigger.FOLLOW_ORDER, Trigger.FOLLOW_CASE)
    }


FOUND = (Trigger.SETTLE_OBJECTION, State.OVERTAKEN)


# ---- the whole product: order x case x trigger x role ------------------------------------------


def test_the_product_has_every_order_state_after_the_agreement_and_every_case_state() -> None:
    orders = {order for order, _ in every_stand(KIND)}
    cases = {case for _, case in every_stand(KIND)}

    before = {"new", "in_review", "requested", "accepted", "lapsed", "withdrawn"}
    otherwise = {"cancelled", "going_back", "disposed"}
    met = {str(each) for each in FULFILMENT.states} - before - otherwise
    assert {str(order) for order in orders} == met
    assert cases == set(DISSOLUTION.states)


@pytest.mark.clause("PSR-13-1")
@pytest.mark.clause("PSR-13-2")
@pytest.mark.parametrize("role", Role)
def test_a_dissolution_can_be_asked_for_where_it_is_written_and_nowhere_else(role: Role) -> None:
    wrong = []

    for (order, case), stand in every_stand(KIND).items():
        found = outcome(stand, DISSOLUTION, State.NEW, Trigger.REQUEST_DISSOLUTION, role)
        expected = _expected_of_a_request(stand, role)
        if found != expected:
            wrong.append(f"{role} asks while {order}, {case}: {found}, not {expected}")

    assert wrong == []


def _expected_of_a_request(stand: Stand, role: Role) -> Outcome:
    if role != Role.CLIENT:
        return RefusalCode.NOT_YOUR_ROLE, "PSR-13-1"
    if stand.order == State.CLOSED:
        return RefusalCode.TOO_LATE, "PSR-13-2"
    if stand.order == State.RECEIPT_OBJECTION:
        return RefusalCode.NOT_IN_THIS_STATE, "PSR-17-2"
    if stand.order not in AFTER_DELIVERY:
        return RefusalCode.NOT_IN_THIS_STATE, "PSR-13-1"
    if stand.facts.causes:
        return RefusalCode.CAUSE_WITH_LOGISTICS, "PSR-17-2"
    if stand.case_is_open:
        return RefusalCode.CASE_OPEN, "PSR-13-4"
    return State.CHECKING


# Where it is not the situation that decides: who may pull what in each state of an open case.
PULLS = {
    ("checking", "ask-for-evidence"): {"provider"},
    ("checking", "supplement-evidence"): {"client"},
    ("checking", "apply-to-seller"): {"provider", "platform"},
    ("checking", "withdraw-dissolution"): {"client"},
    ("checking", "escalate"): {"clock"},
    ("awaiting_evidence", "supplement-evidence"): {"client"},
    ("awaiting_evidence", "withdraw-dissolution"): {"client"},
    ("awaiting_evidence", "lapse"): {"clock"},
    ("asking_seller", "consent-to-dissolution"): {"provider", "platform"},
    ("asking_seller", "refuse-dissolution"): {"provider", "platform"},
    ("asking_seller", "supplement-evidence"): {"client"},
    ("asking_seller", "withdraw-dissolution"): {"client"},
    ("asking_seller", "escalate"): {"clock"},
    ("asking_seller", "deem-refused"): {"clock"},
    ("awaiting_proof", "prove-disposal"): {"client"},
    ("awaiting_proof", "record-dissolution-refund"): {"provider", "platform"},
    ("awaiting_proof", "withdraw-dissolution"): {"client"},
    ("awaiting_proof", "escalate"): {"clock"},
    ("awaiting_proof", "lapse"): {"clock"},
    ("awaiting_refund", "record-dissolution-refund"): {"provider", "platform"},
    ("awaiting_refund", "record-return-cost"): {"provider", "platform"},
    ("awaiting_refund", "close-dissolution"): {"platform"},
    ("awaiting_refund", "escalate"): {"clock"},
    ("chasing", "record-dissolution-refund"): {"provider", "platform"},
    ("chasing", "record-return-cost"): {"provider", "platform"},
    ("chasing", "escalate"): {"clock"},
    ("chasing", "give-up"): {"clock"},
}
CLAUSE_OF_THE_TRIGGER = {
    "ask-for-evidence": "PSR-13-1",
    "supplement-evidence": "PSR-13-1",
    "lapse": "PSR-13-1",
    "consent-to-dissolution": "PSR-13-5",
    "prove-disposal": "PSR-13-5",
    "record-return-cost": "PSR-13-5",
    "record-dissolution-refund": "PSR-13-6",
    "close-dissolution": "PSR-13-6",
    "give-up": "PSR-13-6",
}
"""By which clause a trigger is refused where no row of the state has it; PSR-13-4 otherwise."""
MORE_THAN_IT_OWES = {
    "record-dissolution-refund": (RefusalCode.INVALID_REQUEST, "PSR-13-6"),
    "record-return-cost": (RefusalCode.INVALID_REQUEST, "PSR-13-5"),
}
"""A seller whose whole price, or whose whole cost, has come cannot pay it once more."""
HAS_THE_MONEY = (RefusalCode.NOT_IN_THIS_STATE, "PSR-13-6")
"""A client that has the seller's money cannot keep the goods."""


@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
@pytest.mark.parametrize("role", Role)
def test_what_happens_to_a_dissolution_is_what_is_written_whoever_pulls_it(role: Role) -> None:
    wrong = []
    triggers = set(DISSOLUTION.triggers) - {Trigger.REQUEST_DISSOLUTION, Trigger.FOLLOW_ORDER}

    for ((order, case), stand), trigger in product(every_stand(KIND).items(), triggers):
        if case == State.NEW:
            continue
        found = outcome(stand, DISSOLUTION, case, trigger, role)
        if problem := _wrong_of_a_case(stand, trigger, role, found):
            wrong.append(f"{role} {trigger} while {order}, {case}: {problem}")

    assert wrong == []


def _wrong_of_a_case(stand: Stand, trigger: Trigger, role: Role, found: Outcome) -> str:
    allowed = PULLS.get((stand.case_state, trigger), set())
    if role not in allowed:
        clause = CLAUSE_OF_THE_TRIGGER.get(trigger, "PSR-13-4")
        return wrong_of_a_refusal(found, allowed, clause)
    if trigger == Trigger.WITHDRAW_DISSOLUTION and stand.case and stand.case.received:
        return "" if found == HAS_THE_MONEY else f"{found}"
    if found == MORE_THAN_IT_OWES.get(trigger) and _owes_no_more(stand, trigger):
        return ""
    return "" if isinstance(found, State) else f"refused as {found}"


def _owes_no_more(stand: Stand, trigger: Trigger) -> bool:
    """Whether a payment of the whole price, or of ¥20.00 of cost, is more than is left to pay."""
    assert stand.case is not None
    if trigger == Trigger.RECORD_RETURN_COST:
        return stand.case.cost == stand.case.cost_paid
    return bool(stand.case.received)


@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-18-2")
@pytest.mark.parametrize("role", Role)
def test_an_order_with_an_open_dissolution_allows_what_it_always_does(role: Role) -> None:
    wrong = []
    always = MATRICES[TableName.FULFILMENT]

    for ((order, case), stand), trigger in product(every_stand(KIND).items(), Trigger):
        if not stand.case_is_open or trigger in FOLLOWING | TOLD:
            continue
        found = outcome(stand, FULFILMENT, order, trigger, role)
        right = isinstance(found, State) == ((order, trigger, role) in always)
        if not right:
            wrong.append(f"{role} {trigger} while {order}, {case}: {found}")

    assert wrong == []


@pytest.mark.clause("PSR-12-7")
@pytest.mark.clause("PSR-13-4")
def test_no_case_of_the_other_kind_is_opened_beside_an_open_one() -> None:
    beside = {
        (step.row.trigger, step.source.kind)
        for step in steps()
        if step.source.case_is_open and step.row.source == State.NEW and step.table.hosted
    }

    assert beside == set()
