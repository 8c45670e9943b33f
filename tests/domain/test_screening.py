"""The screening of goods finds what it is told to, however it is written, and nothing else."""

import pytest

from daigou.domain.commands import Accept, CautionKind
from daigou.domain.facts import facts_of
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.lifecycle.table import Row
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.screening import (
    CLAUSES,
    Finding,
    Rule,
    RuleKind,
    Verdict,
    plain,
    screen,
)
from tests.domain import samples


def a_rule(
    pattern: str,
    verdict: Verdict = Verdict.PROHIBITED,
    kind: RuleKind = RuleKind.WORD,
    id_: int = 1,
) -> Rule:
    return Rule(
        id=id_,
        kind=kind,
        pattern=plain(pattern),
        verdict=verdict,
        reason=f"{pattern} is not bought",
        clause=CLAUSES[verdict],
    )


def found(pattern: str, text: str) -> str | None:
    findings = screen(rules=[a_rule(pattern)], category="kitchen", texts=["kettle", text])
    return findings[0].matched if findings else None


@pytest.mark.clause("PSR-14")
@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("ivory", "Ivory"),
        ("Ivory", "carved IVORY, old"),
        ("ivory", "ｉｖｏｒｙ comb"),
        ("ivory", "iv\u200bory, iv\u00adory"),
        ("ivory", "(ivory)"),
        ("ivory", "象牙ivory梳子"),
        ("straße", "STRASSE"),
        ("café", "cafe\u0301"),
        ("lithium battery", "Lithium\u3000 Battery"),
        ("象牙", "天然象牙梳子"),
        ("象牙", "象 牙"),
        ("c++ book", "a C++ book"),
        ("1,4-bdo", "1,4-BDO!"),
    ],
)
def test_a_word_is_found_however_it_is_written(pattern: str, text: str) -> None:
    assert found(pattern, text) is not None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("ivory", "ivoryish"),
        ("ivory", "pseudoivory"),
        ("ivory", "ivory2"),
        ("gun", "burgundy gunmetal"),
        ("lithium battery", "lithium, battery"),
        ("象牙", "象的牙"),
        ("c++", "c"),
        (".*", "anything"),
    ],
)
def test_a_word_within_another_is_not_found(pattern: str, text: str) -> None:
    assert found(pattern, text) is None


def test_a_category_is_found_in_the_category_alone() -> None:
    rules = [a_rule("toys", kind=RuleKind.CATEGORY)]

    assert screen(rules=rules, category="toys", texts=["kettle"])
    assert not screen(rules=rules, category="kitchen", texts=["toys"])


def test_a_finding_says_what_matched_why_and_by_which_clause() -> None:
    rules = [
        a_rule("replica", Verdict.DOUBTFUL, id_=1),
        a_rule("kettle", Verdict.SENSITIVE, id_=2),
        a_rule("gun", id_=3),
    ]

    assert screen(rules=rules, category="x", texts=["Replica of a replica", "KETTLE"]) == (
        Finding(
            rule=1,
            verdict=Verdict.DOUBTFUL,
            matched="replica",
            reason="replica is not bought",
            clause="PSR-14",
        ),
        Finding(
            rule=2,
            verdict=Verdict.SENSITIVE,
            matched="kettle",
            reason="kettle is not bought",
            clause="PSR-15-5",
        ),
    )


def _request(*rules: Rule, category: str = "kitchen") -> Row:
    findings = screen(rules=rules, category=category, texts=["kettle", "steel"])
    sample = samples.situation(Role.CLIENT, samples.request(category=category, findings=findings))
    return FULFILMENT.fire(state=State.NEW, trigger=Trigger.REQUEST, situation=sample)


@pytest.mark.clause("PSR-14")
@pytest.mark.clause("LM-22")
def test_everything_that_is_not_bought_is_named_at_once() -> None:
    with pytest.raises(Refused) as caught:
        _request(
            a_rule("kettle", Verdict.SUSPENDED),
            a_rule("steel"),
            a_rule("kitchen", kind=RuleKind.CATEGORY),
        )

    assert (caught.value.code, caught.value.clause) == (RefusalCode.PROHIBITED_GOODS, "PSR-14")
    assert caught.value.detail == (
        "kettle: kettle is not bought (LM-22); steel: steel is not bought (PSR-14); "
        "kitchen: kitchen is not bought (PSR-14)"
    )


@pytest.mark.clause("LM-22")
def test_a_suspended_category_is_refused_with_its_reason() -> None:
    with pytest.raises(Refused) as caught:
        _request(a_rule("kitchen", Verdict.SUSPENDED, RuleKind.CATEGORY))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.GOODS_SUSPENDED, "LM-22")
    assert "kitchen is not bought" in caught.value.detail


@pytest.mark.clause("PSR-14")
def test_what_the_terms_prohibit_is_refused_whatever_the_list_says() -> None:
    with pytest.raises(Refused) as caught:
        _request(a_rule("weapons", Verdict.SUSPENDED, RuleKind.CATEGORY), category="weapons")

    assert (caught.value.code, caught.value.clause) == (RefusalCode.PROHIBITED_GOODS, "PSR-14")


@pytest.mark.clause("PSR-14")
def test_goods_in_doubt_wait_for_a_person() -> None:
    row = _request(a_rule("kettle", Verdict.DOUBTFUL), a_rule("steel", Verdict.SENSITIVE))

    assert (row.target, row.clause) == (State.IN_REVIEW, "PSR-14")


@pytest.mark.clause("PSR-15-5")
def test_sensitive_goods_are_requested_with_a_caution() -> None:
    rule = a_rule("kettle", Verdict.SENSITIVE)
    request = samples.request(findings=screen(rules=[rule], category="kitchen", texts=["kettle"]))

    assert _request(rule).target == State.REQUESTED
    assert facts_of(request).unacknowledged == (CautionKind.SENSITIVE,)


@pytest.mark.clause("PSR-14")
def test_prohibited_goods_are_refused_though_others_are_in_doubt() -> None:
    with pytest.raises(Refused) as caught:
        _request(a_rule("kettle", Verdict.DOUBTFUL), a_rule("steel"))

    assert caught.value.code == RefusalCode.PROHIBITED_GOODS


@pytest.mark.clause("LM-22")
@pytest.mark.clause("PSR-14")
@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (Verdict.SUSPENDED, RefusalCode.GOODS_SUSPENDED),
        (Verdict.PROHIBITED, RefusalCode.PROHIBITED_GOODS),
    ],
)
def test_goods_that_were_suspended_since_the_request_are_not_accepted(
    verdict: Verdict, code: RefusalCode
) -> None:
    rule = a_rule("kitchen", verdict, RuleKind.CATEGORY)
    accept = Accept(findings=screen(rules=[rule], category="kitchen", texts=[]))

    with pytest.raises(Refused) as caught:
        FULFILMENT.fire(
            state=State.REQUESTED,
            trigger=Trigger.ACCEPT,
            situation=samples.situation(Role.PROVIDER, accept),
        )

    assert (caught.value.code, caught.value.clause) == (code, CLAUSES[verdict])
