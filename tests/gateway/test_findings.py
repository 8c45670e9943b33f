"""What the sweeps found, for the platform and for support, on real servers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from daigou.domain.order import Role
from daigou.domain.sweeps import Finding, Severity, SweepName
from daigou.ledger.engine import make_engine
from daigou.ledger.findings import PostgresFindings
from gateway.client import RefusalError
from tests.gateway.house import House

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_numbers = count(1)


@pytest.fixture
def findings(house: House) -> Iterator[PostgresFindings]:
    engine = make_engine(house.settings.database_url, connections_max=1)
    yield PostgresFindings(engine)
    engine.dispose()


def some(number: int) -> list[Finding]:
    """Findings that no other test has."""
    return [Finding(f"ord_finding_{next(_numbers)}", "no_workflow") for _ in range(number)]


@pytest.mark.parametrize("role", [Role.PLATFORM, Role.SUPPORT])
async def test_who_runs_the_service_pages_through_what_is_open(
    house: House, findings: PostgresFindings, role: Role
) -> None:
    found = some(7)
    findings.keep(sweep=SweepName.BOOKS, found=found, seen_at=NOON)

    read, last = [], None
    async with house.client(role) as reader:
        while True:
            page = await reader.findings(
                sweep=SweepName.BOOKS, open=True, limit=3, starting_after=last
            )
            read += page.data
            if not page.has_more:
                break
            last = page.data[-1].number

    subjects = [each.subject for each in read]
    assert len(set(subjects)) == len(subjects)
    assert {each.subject for each in found} <= set(subjects)
    assert {each.severity for each in read} == {Severity.ALARM}
    assert all(each.open and each.cleared_at is None for each in read)


async def test_what_is_cleared_is_told_apart_from_what_is_open(
    house: House, findings: PostgresFindings
) -> None:
    (gone,) = some(1)
    findings.keep(sweep=SweepName.STUCK, found=[gone], seen_at=NOON)
    findings.clear(sweep=SweepName.STUCK, before=NOON + timedelta(seconds=1), limit=10)

    async with house.client(Role.SUPPORT) as support:
        open_ = await support.findings(sweep=SweepName.STUCK, open=True)
        cleared = await support.findings(sweep=SweepName.STUCK, open=False)
        both = await support.findings(sweep=SweepName.STUCK)

    assert gone.subject not in {each.subject for each in open_.data}
    (told,) = cleared.data
    assert (told.subject, told.open, told.times) == (gone.subject, False, 1)
    assert told.cleared_at == NOON + timedelta(seconds=1)
    assert told in both.data


async def test_nobody_else_reads_findings(house: House) -> None:
    for app in (house.new_client(), Role.PROVIDER, Role.PAYMENT_INSTITUTION):
        async with house.client(app) as reader:
            with pytest.raises(RefusalError) as refused:
                await reader.findings()

        assert refused.value.problem.code == "not_your_role"


@pytest.mark.parametrize(
    "query", ["sweep=cellar", "open=perhaps", "limit=0", "limit=101", "colour=red"]
)
async def test_a_query_that_is_none_is_told_what_is_wrong(house: House, query: str) -> None:
    async with house.http(Role.SUPPORT) as http:
        answer = await http.get(f"/v1/findings?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["in"] == "query"
