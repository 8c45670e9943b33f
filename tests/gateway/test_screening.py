"""The screening list over HTTP, on real servers: what it says counts for the next request."""

import pytest

from daigou.domain.order import Role
from daigou.domain.screening import RuleKind, Verdict
from gateway.client import RefusalError
from gateway.screening import RuleAnswer
from tests.gateway.house import House, a_key, an_order

WORDS = {"kind": RuleKind.WORD, "reason": "customs takes none for now"}


async def _rule(house: House, pattern: str, verdict: Verdict) -> RuleAnswer:
    async with house.client(Role.PLATFORM) as platform:
        return await platform.add_screening_rule(
            key=a_key(), pattern=pattern, verdict=verdict, **WORDS
        )


@pytest.mark.clause("LM-22")
@pytest.mark.clause("PSR-14")
async def test_a_rule_counts_from_now_on_and_no_more_once_it_is_lifted(house: House) -> None:
    word, client = f"blitzkettle{a_key()[4:12]}", house.new_client()
    rule = await _rule(house, word, Verdict.SUSPENDED)

    with pytest.raises(RefusalError) as refused:
        await house.placed(client, title=f"a {word.upper()}, red")
    async with house.client(Role.PLATFORM) as platform:
        lifted = await platform.lift_screening_rule(rule.id, key=a_key())
        listed = await platform.screening_rules(lifted=True, starting_after=rule.id - 1)
    order = await house.placed(client, title=f"a {word.upper()}, red")

    problem = refused.value.problem
    assert (problem.status, problem.code, problem.clause) == (422, "goods_suspended", "LM-22")
    assert problem.detail == f"{word}: customs takes none for now (LM-22)"
    assert lifted.lifted_by == "plt_platform"
    assert listed.data[0] == lifted
    assert (await house.order(order)).id == order


@pytest.mark.clause("PSR-14")
async def test_a_doubtful_word_is_kept_with_the_order_and_its_retry_is_the_same_order(
    house: House,
) -> None:
    word, client = f"doubt{a_key()[4:12]}", house.new_client()
    body, key = an_order(specification=f"as good as {word}", order_id=f"ord_{a_key()}"), a_key()
    rule = await _rule(house, word, Verdict.DOUBTFUL)

    async with house.client(client) as buyer:
        first = await buyer.place(body, key=key)
        async with house.client(Role.PLATFORM) as platform:
            await platform.lift_screening_rule(rule.id, key=a_key())
        again = await buyer.place(body, key=a_key())
        told = (await buyer.timeline(first.receipt.id)).data[0]

    assert again.receipt.id == first.receipt.id
    assert [each["rule"] for each in told.facts["findings"]] == [rule.id]


async def test_everyone_reads_the_list_and_nobody_but_the_platform_changes_it(
    house: House,
) -> None:
    async with house.http() as http:
        answer = await http.get("/v1/screening-rules", params={"limit": 1})
    async with house.client(Role.SUPPORT) as support:
        with pytest.raises(RefusalError) as refused:
            await support.lift_screening_rule(1, key=a_key())

    assert answer.json()["has_more"] is True
    assert answer.json()["data"][0]["pattern"] == "counterfeit"
    assert refused.value.problem.code == "not_your_role"


async def test_two_verdicts_on_one_word_are_a_conflict(house: House) -> None:
    word = f"word{a_key()}"
    await _rule(house, word, Verdict.SENSITIVE)

    with pytest.raises(RefusalError) as refused:
        await _rule(house, word.upper(), Verdict.PROHIBITED)

    assert (refused.value.problem.status, refused.value.problem.code) == (409, "conflict")
