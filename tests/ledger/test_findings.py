"""Findings: noted once however often and by however many they are seen, cleared, and back again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from daigou.domain.sweeps import Finding, SweepName
from daigou.ledger.findings import PostgresFindings
from daigou.ledger.views import FindingView
from tests.ledger.road import NOON

SWEEP = SweepName.BOOKS
SECOND = timedelta(seconds=1)
A, B = Finding("ord_aaaa", "no_workflow"), Finding("ord_bbbb", "no_workflow")


@pytest.fixture
def findings(engine: Engine) -> PostgresFindings:
    return PostgresFindings(engine)


def test_seen_again_it_changes_nothing_but_when_it_was_seen_last(
    findings: PostgresFindings,
) -> None:
    assert findings.keep(sweep=SWEEP, found=[A, A, B], seen_at=NOON) == (A, B)
    before = _by_detail(findings)

    assert findings.keep(sweep=SWEEP, found=[A, B], seen_at=NOON + SECOND) == ()

    after = _by_detail(findings)
    assert {each.last_seen for each in after} == {NOON + SECOND}
    assert [_but_last_seen(each) for each in after] == [_but_last_seen(each) for each in before]


def test_what_is_no_longer_found_is_cleared_and_opens_again(findings: PostgresFindings) -> None:
    findings.keep(sweep=SWEEP, found=[A, B], seen_at=NOON)
    findings.keep(sweep=SWEEP, found=[A], seen_at=NOON + 2 * SECOND)

    assert findings.clear(sweep=SWEEP, before=NOON + SECOND, limit=10) == (B,)
    assert findings.clear(sweep=SWEEP, before=NOON + SECOND, limit=10) == ()
    assert findings.count_open(SWEEP) == 1

    assert findings.keep(sweep=SWEEP, found=[B], seen_at=NOON + 3 * SECOND) == (B,)
    (back,) = [each for each in _by_detail(findings) if each.subject == B.subject]
    assert (back.times, back.first_seen, back.cleared_at) == (2, NOON + 3 * SECOND, None)


def test_a_sweep_clears_nothing_of_another(findings: PostgresFindings) -> None:
    findings.keep(sweep=SweepName.STUCK, found=[A], seen_at=NOON)

    assert findings.clear(sweep=SWEEP, before=NOON + SECOND, limit=10) == ()
    assert findings.open_counts()[SweepName.STUCK] == 1


def test_a_later_look_is_not_undone_by_an_earlier_one(findings: PostgresFindings) -> None:
    findings.keep(sweep=SWEEP, found=[A], seen_at=NOON)
    findings.clear(sweep=SWEEP, before=NOON + 2 * SECOND, limit=10)

    # A slower run comes with what it saw before that.
    assert findings.keep(sweep=SWEEP, found=[A], seen_at=NOON + SECOND) == ()
    assert findings.count_open(SWEEP) == 0

    # And one that began before clears nothing that was seen since.
    findings.keep(sweep=SWEEP, found=[A], seen_at=NOON + 4 * SECOND)
    assert findings.clear(sweep=SWEEP, before=NOON + 3 * SECOND, limit=10) == ()


def test_clearing_is_bounded_and_comes_to_its_end(findings: PostgresFindings) -> None:
    many = [Finding(f"ord_{number:04}", "no_workflow") for number in range(7)]
    findings.keep(sweep=SWEEP, found=many, seen_at=NOON)

    batches = []
    while batch := findings.clear(sweep=SWEEP, before=NOON + SECOND, limit=3):
        batches.append(len(batch))

    assert batches == [3, 3, 1]


def test_many_at_once_open_each_finding_once(findings: PostgresFindings) -> None:
    many = [Finding(f"ord_{number:04}", "no_workflow") for number in range(200)]

    def run(number: int) -> int:
        seen_at = NOON + number * SECOND
        turned = many if number % 2 else many[::-1]
        return len(findings.keep(sweep=SWEEP, found=turned, seen_at=seen_at))

    with ThreadPoolExecutor(8) as threads:
        opened = sum(threads.map(run, range(8)))

    assert opened == 200
    assert {each.times for each in findings.findings(limit=500)} == {1}


def test_lists_are_paged_by_number_the_newest_first(findings: PostgresFindings) -> None:
    many = [Finding(f"ord_{number:04}", "no_workflow") for number in range(7)]
    findings.keep(sweep=SWEEP, found=many, seen_at=NOON)
    findings.keep(sweep=SweepName.STUCK, found=[A], seen_at=NOON)
    findings.clear(sweep=SweepName.STUCK, before=NOON + SECOND, limit=10)

    pages, last = [], None
    while page := findings.findings(limit=3, sweep=SWEEP, open=True, starting_after=last):
        pages.append(page)
        last = page[-1].number

    assert [len(page) for page in pages] == [3, 3, 1]
    numbers = [each.number for page in pages for each in page]
    assert all(newer > older for newer, older in pairwise(numbers))
    assert [each.subject for each in findings.findings(limit=9, open=False)] == [A.subject]
    assert len(findings.findings(limit=9)) == 8


@pytest.mark.clause("PSR-23")
@pytest.mark.parametrize(
    "words", ["Anna Example", "anna@example.org", "1 Harbour Road", "安娜", ""]
)
def test_no_words_about_people_can_be_a_finding(sql: psycopg.Connection[Any], words: str) -> None:
    for subject, detail in ((words, "no_workflow"), ("ord_aaaa", words)):
        with pytest.raises(psycopg.errors.CheckViolation):
            sql.execute(
                "INSERT INTO finding (sweep, subject, detail, first_seen, last_seen, times)"
                " VALUES ('books', %s, %s, now(), now(), 1)",
                (subject, detail),
            )
        sql.rollback()


def _by_detail(findings: PostgresFindings) -> list[FindingView]:
    return sorted(findings.findings(limit=100), key=lambda each: each.subject)


def _but_last_seen(view: FindingView) -> tuple[Any, ...]:
    return (view.number, view.subject, view.first_seen, view.cleared_at, view.times)
