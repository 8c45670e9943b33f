"""Cautions: acknowledged before the acceptance, they exclude and justify what they say."""

from dataclasses import replace

import pytest

from daigou.domain.cautions import CAUTIONS
from daigou.domain.commands import (
    Accept,
    Caution,
    CautionKind,
    LineCode,
    RefusalReason,
    Refuse,
)
from daigou.domain.facts import Cautioned, Facts, Requirement, facts_of
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.lifecycle.table import Row
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples

CLAUSE = {
    CautionKind.CUSTOMISED: "PSR-15-1",
    CautionKind.ADVANCE_DEPOSIT: "PSR-15-2",
    CautionKind.LOW_REPUTATION: "PSR-15-3",
    CautionKind.NO_MARKET_PRICE: "PSR-15-4",
    CautionKind.SENSITIVE: "PSR-15-5",
}


def _facts(*raised: CautionKind, acknowledged: bool = True, **changes: object) -> Facts:
    cautions = tuple(Cautioned(caution=each, acknowledged=acknowledged) for each in raised)
    return replace(samples.FACTS, cautions=cautions, **changes)


def _accept(facts: Facts, *codes: LineCode) -> Row:
    collectors = {LineCode.OTHER_FEE: samples.PROVIDER}
    lines = tuple(samples.line(each, 5_00, collectors.get(each, samples.STORAGE)) for each in codes)
    sample = samples.situation(Role.PROVIDER, Accept(lines=lines), facts=facts)
    return FULFILMENT.fire(state=State.REQUESTED, trigger=Trigger.ACCEPT, situation=sample)


def _say(trigger: Trigger, role: Role, caution: Caution, facts: Facts) -> Row:
    sample = samples.situation(role, caution, facts=facts)
    return FULFILMENT.fire(state=State.REQUESTED, trigger=trigger, situation=sample)


# ---- raised and acknowledged -----------------------------------------------------------------


@pytest.mark.clause("PSR-15-1")
@pytest.mark.clause("PSR-15-2")
@pytest.mark.clause("PSR-15-3")
@pytest.mark.clause("PSR-15-4")
@pytest.mark.clause("PSR-15-5")
@pytest.mark.parametrize("kind", CautionKind)
def test_no_acceptance_before_the_client_acknowledged_the_caution(kind: CautionKind) -> None:
    with pytest.raises(Refused) as caught:
        _accept(_facts(kind, acknowledged=False))

    assert caught.value.code == RefusalCode.CAUTION_NOT_ACKNOWLEDGED
    assert caught.value.clause == CLAUSE[kind]
    assert _accept(_facts(kind)).target == State.ACCEPTED


@pytest.mark.clause("PSR-15-1")
@pytest.mark.clause("PSR-15-3")
def test_all_the_cautions_that_block_the_acceptance_are_named_at_once() -> None:
    open_ones = _facts(CautionKind.LOW_REPUTATION, CautionKind.CUSTOMISED, acknowledged=False)
    acknowledged = Cautioned(caution=CautionKind.SENSITIVE, acknowledged=True)
    facts = replace(open_ones, cautions=(*open_ones.cautions, acknowledged))

    with pytest.raises(Refused) as caught:
        _accept(facts)

    assert "low_reputation (PSR-15-3), customised (PSR-15-1)" in caught.value.detail
    assert "sensitive" not in caught.value.detail


@pytest.mark.clause("PSR-15-2")
def test_an_advance_deposit_is_a_caution_by_itself() -> None:
    facts = facts_of(samples.request(advance=samples.ADVANCE))

    assert facts.unacknowledged == (CautionKind.ADVANCE_DEPOSIT,)


def test_a_caution_that_the_client_names_itself_is_raised_once() -> None:
    kinds = (CautionKind.SENSITIVE, CautionKind.ADVANCE_DEPOSIT, CautionKind.SENSITIVE)

    facts = facts_of(samples.request(cautions=kinds, advance=samples.ADVANCE))

    assert facts.unacknowledged == (CautionKind.SENSITIVE, CautionKind.ADVANCE_DEPOSIT)


@pytest.mark.clause("PSR-15-1")
@pytest.mark.parametrize("kind", CautionKind)
def test_a_caution_is_raised_once_and_stays_acknowledged(kind: CautionKind) -> None:
    with pytest.raises(Refused) as caught:
        _say(Trigger.RAISE_CAUTION, Role.PLATFORM, Caution(caution=kind), _facts(kind))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, CLAUSE[kind])


@pytest.mark.clause("PSR-15-3")
def test_only_a_caution_that_was_raised_can_be_acknowledged() -> None:
    caution = Caution(caution=CautionKind.LOW_REPUTATION)

    with pytest.raises(Refused) as caught:
        _say(Trigger.ACKNOWLEDGE_CAUTION, Role.CLIENT, caution, _facts())

    assert (caught.value.code, caught.value.clause) == (RefusalCode.WRONG_REFERENCE, "PSR-15-3")


@pytest.mark.clause("PSR-15-1")
def test_customised_goods_need_the_result_of_the_talks_with_the_seller() -> None:
    facts = _facts(CautionKind.CUSTOMISED, acknowledged=False)
    bare = Caution(caution=CautionKind.CUSTOMISED)

    with pytest.raises(Refused) as caught:
        _say(Trigger.ACKNOWLEDGE_CAUTION, Role.CLIENT, bare, facts)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "PSR-15-1")
    noted = replace(bare, note_ref="note_1")
    assert _say(Trigger.ACKNOWLEDGE_CAUTION, Role.CLIENT, noted, facts).stays


@pytest.mark.clause("PSR-15-3")
def test_other_goods_need_no_note() -> None:
    facts = _facts(CautionKind.LOW_REPUTATION, acknowledged=False)
    caution = Caution(caution=CautionKind.LOW_REPUTATION)

    assert _say(Trigger.ACKNOWLEDGE_CAUTION, Role.CLIENT, caution, facts).stays


@pytest.mark.clause("PSR-15-1")
@pytest.mark.clause("PSR-15-4")
@pytest.mark.parametrize("kind", [CautionKind.CUSTOMISED, CautionKind.NO_MARKET_PRICE])
def test_no_inspection_is_offered_where_the_caution_excludes_it(kind: CautionKind) -> None:
    facts = _facts(CautionKind.SENSITIVE, kind)

    with pytest.raises(Refused) as caught:
        _accept(facts, LineCode.STORAGE_FEE, LineCode.INSPECTION_FEE)

    assert caught.value.code == RefusalCode.EXCLUDED_BY_CAUTION
    assert caught.value.clause == CLAUSE[kind]
    assert _accept(facts, LineCode.STORAGE_FEE).target == State.ACCEPTED


@pytest.mark.clause("PSR-15-4")
@pytest.mark.parametrize(
    "kind", [CautionKind.SENSITIVE, CautionKind.LOW_REPUTATION, CautionKind.ADVANCE_DEPOSIT]
)
def test_other_goods_may_be_inspected(kind: CautionKind) -> None:
    assert _accept(_facts(kind), LineCode.INSPECTION_FEE).target == State.ACCEPTED


def test_each_caution_has_words_and_the_clause_that_it_is_of() -> None:
    assert {kind: rule.clause for kind, rule in CAUTIONS.items()} == CLAUSE
    assert all(rule.says for rule in CAUTIONS.values())


# ---- refusals after the acceptance -----------------------------------------------------------

AFTER = [State.ACCEPTED, State.EFFECTIVE]
COSTS = (samples.line(LineCode.OTHER_FEE, 3_00, samples.PROVIDER),)
ITEM = "ord_kettles/2"


def _refuse(state: State, refuse: Refuse, facts: Facts = samples.FACTS) -> Row:
    sample = samples.situation(Role.PROVIDER, refuse, facts=facts, order=state)
    return FULFILMENT.fire(state=state, trigger=Trigger.REFUSE, situation=sample)


@pytest.mark.clause("PSR-2-1")
@pytest.mark.parametrize("reason", RefusalReason)
def test_before_the_acceptance_any_reason_will_do(reason: RefusalReason) -> None:
    facts = _facts(requirements=())

    assert _refuse(State.REQUESTED, Refuse(reason=reason), facts).target == State.REFUSED


@pytest.mark.clause("PSR-2-1")
@pytest.mark.parametrize("state", [State.REQUESTED, State.ACCEPTED])
def test_before_the_payment_no_costs_can_be_kept(state: State) -> None:
    refuse = Refuse(reason=RefusalReason.SENSITIVE_GOODS, costs=COSTS)

    with pytest.raises(Refused) as caught:
        _refuse(state, refuse)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.LINE_NOT_ALLOWED, "PSR-2-1")


@pytest.mark.clause("PSR-3-2")
@pytest.mark.parametrize("state", AFTER)
@pytest.mark.parametrize(
    "reason",
    sorted(set(RefusalReason) - {RefusalReason.REQUIREMENT, RefusalReason.SENSITIVE_GOODS}),
)
def test_after_the_acceptance_no_other_reason_will_do(state: State, reason: RefusalReason) -> None:
    with pytest.raises(Refused) as caught:
        _refuse(state, Refuse(reason=reason))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.REASON_NOT_ALLOWED, "PSR-3-2")


@pytest.mark.clause("PSR-15-5")
@pytest.mark.parametrize("state", AFTER)
def test_sensitive_goods_are_refused_after_the_acceptance_if_the_client_was_cautioned(
    state: State,
) -> None:
    refuse = Refuse(reason=RefusalReason.SENSITIVE_GOODS)

    with pytest.raises(Refused) as caught:
        _refuse(state, refuse, _facts(CautionKind.CUSTOMISED))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.REASON_NOT_ALLOWED, "PSR-15-5")
    assert _refuse(state, refuse, _facts(CautionKind.SENSITIVE)).target == State.REFUSED


@pytest.mark.clause("PSR-3-2")
@pytest.mark.parametrize("state", AFTER)
@pytest.mark.parametrize("stands", [State.PROPOSED, State.DECLINED])
def test_a_requirement_that_was_not_agreed_to_lets_the_provider_refuse(
    state: State, stands: State
) -> None:
    facts = _facts(requirements=(Requirement(item=ITEM, needed=True, state=stands),))
    refuse = Refuse(reason=RefusalReason.REQUIREMENT, requirement=ITEM)

    assert _refuse(state, refuse, facts).target == State.REFUSED


@pytest.mark.clause("PSR-3-2")
@pytest.mark.parametrize("state", AFTER)
@pytest.mark.parametrize(
    ("named", "stands"),
    [(ITEM, State.AGREED), ("ord_kettles/3", State.DECLINED), ("", State.DECLINED)],
)
def test_a_requirement_that_binds_or_that_there_is_not_is_no_reason(
    state: State, named: str, stands: State
) -> None:
    facts = _facts(requirements=(Requirement(item=ITEM, needed=True, state=stands),))

    with pytest.raises(Refused) as caught:
        _refuse(state, Refuse(reason=RefusalReason.REQUIREMENT, requirement=named), facts)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.REASON_NOT_ALLOWED, "PSR-3-2")


@pytest.mark.clause("PSR-3-2")
def test_a_requirement_costs_the_client_nothing() -> None:
    refuse = Refuse(reason=RefusalReason.REQUIREMENT, requirement=ITEM, costs=COSTS)

    with pytest.raises(Refused) as caught:
        _refuse(State.EFFECTIVE, refuse)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.LINE_NOT_ALLOWED, "PSR-15-5")


@pytest.mark.clause("PSR-15-5")
@pytest.mark.parametrize(
    "line",
    [
        samples.line(LineCode.STORAGE_FEE, 3_00, samples.PROVIDER),
        samples.line(LineCode.OTHER_FEE, 3_00, samples.STORAGE),
        samples.line(LineCode.GOODS, 3_00, samples.PROVIDER),
    ],
    ids=lambda line: line.code,
)
def test_costs_name_who_had_them(line: object) -> None:
    refuse = Refuse(reason=RefusalReason.SENSITIVE_GOODS, costs=(line,))

    with pytest.raises(Refused) as caught:
        _refuse(State.EFFECTIVE, refuse)

    assert caught.value.code == RefusalCode.LINE_NOT_ALLOWED


@pytest.mark.clause("PSR-15-2")
def test_an_order_whose_advance_deposit_is_with_the_seller_is_not_refused() -> None:
    facts = _facts(CautionKind.SENSITIVE, advance=samples.ADVANCE, advance_bought=True)

    with pytest.raises(Refused) as caught:
        _refuse(State.EFFECTIVE, Refuse(reason=RefusalReason.SENSITIVE_GOODS), facts)

    assert (caught.value.code, caught.value.clause) == (
        RefusalCode.NOT_IN_THIS_STATE,
        "PSR-15-2",
    )
    assert "report-unrealizable" in caught.value.detail


def test_a_loss_by_prohibited_goods_is_told_and_moves_nothing() -> None:
    refuse = Refuse(reason=RefusalReason.PROHIBITED_GOODS, loss=Money(50_00))

    assert _refuse(State.REQUESTED, refuse).posts is None
