"""The screening list: changed at run time, by someone, for a reason, and never rewritten."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from daigou.domain.ids import OrderId
from daigou.domain.screening import Finding, RuleKind, Verdict, screen
from daigou.domain.terms import current
from daigou.ledger.failures import StepForbiddenError
from daigou.ledger.queries import Queries
from daigou.ledger.screening import RuleConflictError, ScreeningList
from tests.ledger.road import World
from tests.ledger.test_guards import CHECK, HISTORY, UNIQUE, refused

PHONES: dict[str, Any] = {
    "kind": RuleKind.WORD,
    "pattern": "Fake  PHONE",
    "verdict": Verdict.DOUBTFUL,
    "reason": "may infringe a brand",
    "author": "plt_platform",
}


@pytest.fixture
def rules(engine: Engine) -> ScreeningList:
    return ScreeningList(engine)


@pytest.mark.clause("PSR-14")
def test_the_list_begins_with_what_the_terms_prohibit(rules: ScreeningList) -> None:
    prohibited = {
        rule.pattern
        for rule in rules.in_force()
        if (rule.kind, rule.verdict) == (RuleKind.CATEGORY, Verdict.PROHIBITED)
    }

    assert prohibited == current().prohibited_categories


@pytest.mark.clause("PSR-14")
def test_a_rule_holds_from_when_it_is_added_until_it_is_lifted(rules: ScreeningList) -> None:
    before = rules.in_force()

    added = rules.add(**PHONES)
    during = rules.in_force()
    lifted = rules.lift(rule=added.rule.id, by="plt_platform")

    assert added.rule.pattern == "fake phone"
    assert during == (*before, added.rule)
    assert rules.in_force() == before
    assert (lifted.lifted_by, added.lifted_at) == ("plt_platform", None)
    assert rules.rules(limit=1, starting_after=added.rule.id - 1) == ()
    assert rules.rules(limit=1, lifted=True, starting_after=added.rule.id - 1) == (lifted,)


def test_the_same_again_is_the_same_rule_and_another_verdict_a_conflict(
    rules: ScreeningList,
) -> None:
    first = rules.add(**PHONES)

    assert rules.add(**PHONES) == first
    with pytest.raises(RuleConflictError, match="lift it first"):
        rules.add(**PHONES | {"verdict": Verdict.PROHIBITED})
    assert rules.lift(rule=first.rule.id, by="a") == rules.lift(rule=first.rule.id, by="b")
    assert rules.add(**PHONES).rule.id != first.rule.id
    with pytest.raises(LookupError):
        rules.lift(rule=10**9, by="a")


def test_those_who_add_the_same_at_once_add_one(rules: ScreeningList) -> None:
    with ThreadPoolExecutor(5) as threads:
        added = list(threads.map(lambda _: rules.add(**PHONES), range(5)))

    assert len({each.rule.id for each in added}) == 1


def test_a_pattern_that_says_nothing_is_refused(rules: ScreeningList) -> None:
    with pytest.raises(StepForbiddenError):
        rules.add(**PHONES | {"pattern": "\u200b "})


@pytest.mark.clause("PSR-14")
def test_what_was_on_the_list_is_never_rewritten(
    rules: ScreeningList, sql: psycopg.Connection[Any]
) -> None:
    rule = rules.add(**PHONES).rule.id
    lifting = f"UPDATE screening_rule SET lifted_at = now(), lifted_by = 'x' WHERE id = {rule}"

    assert refused(sql, "UPDATE screening_rule SET reason = 'x'") == HISTORY
    assert refused(sql, "DELETE FROM screening_rule") == HISTORY
    assert refused(sql, "TRUNCATE screening_rule") == HISTORY
    assert refused(sql, lifting) is None
    assert refused(sql, lifting) == HISTORY
    new = "INSERT INTO screening_rule (kind, pattern, verdict, reason, author, clause) VALUES "
    assert refused(sql, f"{new} ('word', 'a', 'suspended', 'x', 'x', 'PSR-14')") == CHECK
    assert refused(sql, f"{new} ('category', 'drugs', 'doubtful', 'x', 'x', 'PSR-14')") == UNIQUE


@pytest.mark.clause("PSR-14")
def test_an_order_keeps_what_was_found_when_it_was_asked_for(
    rules: ScreeningList, world: World, queries: Queries
) -> None:
    rules.add(**PHONES | {"pattern": "kettle"})
    findings = screen(rules=rules.in_force(), category="kitchen", texts=["kettle"])

    order = world.order(findings=findings)

    assert [type(each) for each in findings] == [Finding]
    assert queries.order(OrderId(order.id)).request.findings == findings
