"""Who may give back what was delivered, and why not: each reason alone, and all of them at once."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from daigou.domain.allowed import allowances
from daigou.domain.commands import (
    CaseRefund,
    Cause,
    CautionKind,
    Command,
    Ground,
    MoreEvidence,
    Noted,
    Remedy,
    RequestDissolution,
    ReturnCost,
    SellerAgreement,
)
from daigou.domain.facts import Case, Cautioned, Facts
from daigou.domain.lifecycle import DISSOLUTION, FULFILMENT
from daigou.domain.lifecycle.table import Row, taken
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.samples import FACTS, PRICE, PROOF, RETURN_COST

ASKED = RequestDissolution(ground=Ground.DEFECTIVE, inspected=True, evidence=("evd_1",))
OPEN = Case(item="ord_kettles/20", table=TableName.DISSOLUTION, state=State.CHECKING)
LOW = (Cautioned(caution=CautionKind.LOW_REPUTATION, acknowledged=True),)


def _ask(
    asked: Command | None = ASKED, *, order: State = State.DELIVERED, facts: Facts = FACTS
) -> list[tuple[RefusalCode, str]]:
    """All that stands in the way, and by which clause; nothing if it may be asked for."""
    try:
        _fire(State.NEW, Trigger.REQUEST_DISSOLUTION, asked, facts=facts, order=order)
    except Refused as refused:
        reasons = refused.reasons or (refused,)
        return [(each.code, each.clause) for each in reasons]
    return []


def _fire(
    state: State,
    trigger: Trigger,
    command: Command | None,
    *,
    facts: Facts = FACTS,
    order: State = State.DELIVERED,
) -> Row:
    rows = DISSOLUTION.rows_from(state, trigger)
    situation = samples.situation(
        min(rows[0].roles or {Role.CLOCK}), command, facts=facts, order=order
    )
    return DISSOLUTION.fire(state=state, trigger=trigger, situation=situation)


def _in(state: State, **known: object) -> Facts:
    """What an order knows whose dissolution stands there: the price is to come, and the cost."""
    case = replace(OPEN, state=state, expected=PRICE, remedy=Remedy.RETURN, cost=RETURN_COST)
    return replace(FACTS, case=replace(case, **known))


# ---- what stands in the way ------------------------------------------------------------------


REASONS = {
    "not delivered": (RefusalCode.NOT_IN_THIS_STATE, "PSR-13-1"),
    "too late": (RefusalCode.TOO_LATE, "PSR-13-2"),
    "objected": (RefusalCode.NOT_IN_THIS_STATE, "PSR-17-2"),
    "not inspected": (RefusalCode.NOT_INSPECTED, "PSR-13-1"),
    "no evidence": (RefusalCode.NO_EVIDENCE, "PSR-13-1"),
    "known before": (RefusalCode.EXCLUDED_BY_CAUTION, "PSR-13-3"),
    "by logistics": (RefusalCode.CAUSE_WITH_LOGISTICS, "PSR-17-2"),
    "case open": (RefusalCode.CASE_OPEN, "PSR-13-4"),
}


@pytest.mark.clause("PSR-13-1")
@pytest.mark.clause("PSR-13-2")
@pytest.mark.parametrize("order", FULFILMENT.states)
def test_only_what_was_delivered_is_given_back_and_only_within_the_period(order: State) -> None:
    stands = {
        "delivered": [],
        "received": [],
        "receipt_objection": [REASONS["objected"]],
        "closed": [REASONS["too late"]],
    }

    assert _ask(order=order) == stands.get(order, [REASONS["not delivered"]])


@pytest.mark.clause("PSR-13-1")
@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-17-2")
@pytest.mark.parametrize(
    ("why", "asked", "facts"),
    [
        ("not inspected", replace(ASKED, inspected=False), FACTS),
        ("no evidence", replace(ASKED, evidence=()), FACTS),
        ("known before", ASKED, replace(FACTS, cautions=LOW)),
        ("by logistics", ASKED, replace(FACTS, causes=(Cause.SELLER, Cause.LOGISTICS))),
        ("case open", ASKED, replace(FACTS, case=OPEN)),
    ],
)
def test_each_reason_is_named_alone_by_its_clause(
    why: str, asked: RequestDissolution, facts: Facts
) -> None:
    assert _ask(asked, facts=facts) == [REASONS[why]]


@pytest.mark.clause("PSR-13-1")
@pytest.mark.clause("PSR-13-2")
@pytest.mark.clause("PSR-13-3")
@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-17-2")
@pytest.mark.parametrize(
    ("order", "first"),
    [
        (State.CLOSED, "too late"),
        (State.RECEIPT_OBJECTION, "objected"),
        (State.STORED, "not delivered"),
    ],
)
def test_all_that_stands_in_the_way_is_named_at_once_each_with_its_clause(
    order: State, first: str
) -> None:
    bare = replace(ASKED, inspected=False, evidence=())
    facts = replace(FACTS, cautions=LOW, causes=(Cause.LOGISTICS,), case=OPEN)

    others = ("not inspected", "no evidence", "known before", "by logistics", "case open")
    assert _ask(bare, order=order, facts=facts) == [REASONS[each] for each in (first, *others)]


@pytest.mark.clause("PSR-13-3")
@pytest.mark.parametrize(("caution", "ground"), list(product(CautionKind, Ground)))
def test_what_the_client_was_told_before_is_no_ground_and_everything_else_is(
    caution: CautionKind, ground: Ground
) -> None:
    told = replace(FACTS, cautions=(Cautioned(caution=caution, acknowledged=True),))

    known = caution == "low_reputation" and ground in ("not_as_promised", "defective")
    expected = [REASONS["known before"]] if known else []
    assert _ask(replace(ASKED, ground=ground), facts=told) == expected


@pytest.mark.clause("PSR-13-4")
@pytest.mark.parametrize("state", DISSOLUTION.states)
@pytest.mark.parametrize("kind", [TableName.CANCELLATION, TableName.DISSOLUTION])
def test_another_case_stands_in_the_way_just_while_it_is_open(
    kind: TableName, state: State
) -> None:
    facts = replace(FACTS, case=replace(OPEN, table=kind, state=state))

    over = {"new", "chasing", "dissolved", "refused", "withdrawn", "lapsed", "overtaken"}
    assert _ask(facts=facts) == ([] if state in over else [REASONS["case open"]])


@pytest.mark.clause("PSR-13-1")
def test_what_only_a_request_can_lack_is_not_held_against_who_asks_what_it_may_do() -> None:
    told = allowances(
        table=DISSOLUTION,
        state=State.NEW,
        situation=samples.situation(Role.CLIENT, None, order=State.DELIVERED),
        clocks=(),
    )

    assert [each.trigger for each in told if each.allowed] == [Trigger.REQUEST_DISSOLUTION]


# ---- evidence --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-13-1")
@pytest.mark.parametrize("state", [State.CHECKING, State.AWAITING_EVIDENCE, State.ASKING_SELLER])
def test_more_evidence_names_at_least_one_piece(state: State) -> None:
    with pytest.raises(Refused) as caught:
        _fire(state, Trigger.SUPPLEMENT_EVIDENCE, MoreEvidence(evidence=()), facts=_in(state))

    assert (caught.value.code, caught.value.clause) == REASONS["no evidence"]


@pytest.mark.clause("PSR-13-5")
def test_a_disposal_names_its_proof() -> None:
    facts, bare = _in(State.AWAITING_PROOF), replace(PROOF, evidence=())

    with pytest.raises(Refused) as caught:
        _fire(State.AWAITING_PROOF, Trigger.PROVE_DISPOSAL, bare, facts=facts)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.NO_EVIDENCE, "PSR-13-5")


@pytest.mark.clause("PSR-13-1")
@pytest.mark.parametrize(
    ("state", "late"),
    [(State.CHECKING, ()), (State.AWAITING_EVIDENCE, ()), (State.ASKING_SELLER, ("evd_2",))],
)
def test_evidence_is_late_once_the_seller_was_asked(state: State, late: tuple[str, ...]) -> None:
    facts = _after(_in(state), state, Trigger.SUPPLEMENT_EVIDENCE)

    assert facts.case is not None
    assert facts.case.late == late


@pytest.mark.clause("PSR-13-4")
@pytest.mark.parametrize("trigger", [Trigger.REFUSE_DISSOLUTION, Trigger.DEEM_REFUSED])
def test_an_order_knows_that_its_seller_refused_though_another_case_comes_after(
    trigger: Trigger,
) -> None:
    refused = _after(_in(State.ASKING_SELLER), State.ASKING_SELLER, trigger)

    again = _after(refused, State.NEW, Trigger.REQUEST_DISSOLUTION)

    assert not _in(State.ASKING_SELLER).seller_refused
    assert (refused.seller_refused, again.seller_refused) == (True, True)


def _after(facts: Facts, state: State, trigger: Trigger) -> Facts:
    row = DISSOLUTION.rows_from(state, trigger)[0]
    command = samples.command_of(trigger)
    return facts.after(
        taken(
            DISSOLUTION,
            row,
            item=OPEN.item,
            command=command,
            terms=samples.TERMS,
            at=samples.NOON,
        )
    )


# ---- the seller's answer, the goods, the money -----------------------------------------------


@pytest.mark.clause("PSR-13-6")
@pytest.mark.parametrize(("fen", "goes"), [(0, True), (1_230_00, True), (1_230_01, False)])
def test_the_seller_agrees_to_pay_back_no_more_than_it_was_paid(fen: int, *, goes: bool) -> None:
    said = SellerAgreement(refund=Money(fen), remedy=Remedy.DESTROY)
    facts = _in(State.ASKING_SELLER)

    if goes:
        row = _fire(State.ASKING_SELLER, Trigger.CONSENT_TO_DISSOLUTION, said, facts=facts)
        assert row.target == State.AWAITING_PROOF
        return
    with pytest.raises(Refused) as caught:
        _fire(State.ASKING_SELLER, Trigger.CONSENT_TO_DISSOLUTION, said, facts=facts)
    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "PSR-13-6")


@pytest.mark.clause("PSR-13-5")
@pytest.mark.parametrize(("agreed", "done"), list(product(Remedy, Remedy)))
def test_the_goods_are_disposed_of_as_the_seller_wants_it(agreed: Remedy, done: Remedy) -> None:
    facts, proof = _in(State.AWAITING_PROOF, remedy=agreed), replace(PROOF, remedy=done)

    if agreed == done:
        row = _fire(State.AWAITING_PROOF, Trigger.PROVE_DISPOSAL, proof, facts=facts)
        assert row.target == State.AWAITING_REFUND
        return
    with pytest.raises(Refused) as caught:
        _fire(State.AWAITING_PROOF, Trigger.PROVE_DISPOSAL, proof, facts=facts)
    assert (caught.value.code, caught.value.clause) == (RefusalCode.REASON_NOT_ALLOWED, "PSR-13-5")


@pytest.mark.clause("PSR-13-6")
@pytest.mark.parametrize("state", [State.AWAITING_PROOF, State.AWAITING_REFUND, State.CHASING])
@pytest.mark.parametrize(
    ("received", "fen", "goes"),
    [
        (0, 0, False),
        (0, 1, True),
        (0, 1_230_00, True),
        (0, 1_230_01, False),
        (1_229_99, 1, True),
        (1_229_99, 2, False),
    ],
)
def test_a_seller_pays_back_something_and_in_all_no_more_than_it_was_paid(
    state: State, received: int, fen: int, *, goes: bool
) -> None:
    facts = _in(state, received=Money(received))
    paid = CaseRefund(amount=Money(fen), external_ref="sr_1")

    _goes_or_is_refused(
        state, Trigger.RECORD_DISSOLUTION_REFUND, paid, facts, "PSR-13-6", goes=goes
    )


@pytest.mark.clause("PSR-13-5")
@pytest.mark.parametrize("state", [State.AWAITING_REFUND, State.CHASING])
@pytest.mark.parametrize(
    ("paid", "fen", "goes"),
    [
        (0, 0, False),
        (0, 1, True),
        (0, 20_00, True),
        (0, 20_01, False),
        (19_99, 1, True),
        (20_00, 1, False),
    ],
)
def test_a_seller_pays_something_for_the_return_and_in_all_no_more_than_it_cost(
    state: State, paid: int, fen: int, *, goes: bool
) -> None:
    facts = _in(state, cost_paid=Money(paid))
    said = ReturnCost(amount=Money(fen), external_ref="rc_1")

    _goes_or_is_refused(state, Trigger.RECORD_RETURN_COST, said, facts, "PSR-13-5", goes=goes)


def _goes_or_is_refused(
    state: State, trigger: Trigger, said: Command, facts: Facts, clause: str, *, goes: bool
) -> None:
    if goes:
        assert _fire(state, trigger, said, facts=facts).trigger == trigger
        return
    with pytest.raises(Refused) as caught:
        _fire(state, trigger, said, facts=facts)
    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, clause)


@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-13-6")
def test_who_agreed_to_little_is_left_by_the_client_until_it_pays() -> None:
    nothing, a_fen = _in(State.AWAITING_PROOF), _in(State.AWAITING_PROOF, received=Money(1))

    assert _leaves(nothing) == State.WITHDRAWN
    with pytest.raises(Refused) as caught:
        _leaves(a_fen)
    assert (caught.value.code, caught.value.clause) == (RefusalCode.NOT_IN_THIS_STATE, "PSR-13-6")


def _leaves(facts: Facts) -> State:
    return _fire(State.AWAITING_PROOF, Trigger.WITHDRAW_DISSOLUTION, Noted(), facts=facts).target


@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
@pytest.mark.parametrize(
    ("trigger", "said", "clause"),
    [
        (
            Trigger.RECORD_DISSOLUTION_REFUND,
            CaseRefund(amount=Money(1), external_ref="sr_9"),
            "PSR-13-6",
        ),
        (
            Trigger.RECORD_RETURN_COST,
            ReturnCost(amount=Money(1), external_ref="sr_9"),
            "PSR-13-5",
        ),
    ],
)
def test_a_payment_of_the_seller_counts_once_whatever_it_was_for(
    trigger: Trigger, said: Command, clause: str
) -> None:
    facts = replace(_in(State.CHASING), seller_refunds=("sr_1", "sr_9"))

    with pytest.raises(Refused) as caught:
        _fire(State.CHASING, trigger, said, facts=facts)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.ALREADY_RECORDED, clause)


WHERE_IT_LEADS = [
    # expected, received, cost, paid of it -> where a proof leads
    (1_230_00, 0, 0, State.AWAITING_REFUND),
    (1_230_00, 1_229_99, 20_00, State.AWAITING_REFUND),
    (1_230_00, 1_230_00, 1, State.CHASING),
    (1_230_00, 1_230_00, 0, State.DISSOLVED),
    (600_00, 700_00, 0, State.DISSOLVED),
    (0, 0, 0, State.DISSOLVED),
    (0, 0, 1, State.CHASING),
]


@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
@pytest.mark.parametrize(("expected", "received", "cost", "target"), WHERE_IT_LEADS)
def test_a_proof_leads_to_where_the_seller_owes_something_or_to_the_end(
    expected: int, received: int, cost: int, target: State
) -> None:
    facts = _in(State.AWAITING_PROOF, expected=Money(expected), received=Money(received), cost=ZERO)
    proof = replace(PROOF, cost=Money(cost))

    row = _fire(State.AWAITING_PROOF, Trigger.PROVE_DISPOSAL, proof, facts=facts)

    assert row.target == target


@pytest.mark.clause("PSR-13-6")
@pytest.mark.parametrize(
    ("received", "target"), [(0, State.LAPSED), (1, State.DISSOLVED), (1_230_00, State.DISSOLVED)]
)
def test_without_a_proof_it_lapses_but_not_where_the_seller_has_paid_all_the_same(
    received: int, target: State
) -> None:
    facts = _in(State.AWAITING_PROOF, received=Money(received))

    row = _fire(State.AWAITING_PROOF, Trigger.LAPSE, None, facts=facts)

    assert row.target == target


@pytest.mark.clause("PSR-13-2")
@pytest.mark.parametrize(("country", "days"), [("KR", 7), ("DE", 14)])
def test_the_period_is_over_when_the_order_is_closed(country: str, days: int) -> None:
    """The clock that closes the order is the period's; a request comes before it strikes."""
    (closes,) = FULFILMENT.rows_from(State.RECEIVED, Trigger.CLOSE)

    statutory = samples.TERMS.duration("statutory", country=country)

    assert statutory == timedelta(days=days)
    assert (_ask(order=closes.source), _ask(order=closes.target)) == ([], [REASONS["too late"]])
