"""No course costs more history than its budget, and no budget is wider than it need be."""

from dataclasses import asdict

import pytest

from daigou.domain.lifecycle import TABLES
from tests.budgets.budget import BUDGETS
from tests.budgets.counting import ANSWER, DEADLINE, Share, cost_of, shares_of
from tests.replay import histories
from tests.replay.alone import ALONE
from tests.replay.courses import BESIDE, ORDERS

HAPPY = "order-paid-from-the-deposit"
TIGHT = 0.9
"""A budget of which less than this part is used is to be tightened."""

TOLD_BY_PERSONS = {
    row.trigger.value
    for table in TABLES.values()
    for row in table.rows
    if row.roles and table.wait(row.source).errand
}


def test_every_course_has_a_budget_and_every_budget_a_course() -> None:
    assert sorted(BUDGETS["courses"]) == sorted([*ORDERS, *BESIDE, *ALONE])


@pytest.mark.parametrize("name", sorted(BUDGETS["courses"]))
def test_a_course_keeps_to_its_budget(name: str) -> None:
    budget, cost = BUDGETS["courses"][name], asdict(cost_of(histories.read(name)))

    over = {what: (cost[what], most) for what, most in budget.items() if cost[what] > most}
    loose = {what: (cost[what], most) for what, most in budget.items() if cost[what] < TIGHT * most}

    assert over == {}, f"{name} costs more than its budget (cost, budget)"
    assert loose == {}, f"the budget of {name} is to be tightened (cost, budget)"


def test_the_seven_commands_of_the_happy_path_keep_to_the_designs_budget() -> None:
    shares = _happy_until_received()
    commands = [share for share in shares[1:] if share.cause != DEADLINE]

    assert len([share for share in commands if share.cause != ANSWER]) == 7
    assert len(commands) <= BUDGETS["seven_commands"]["workflow_tasks"]
    assert sum(share.events for share in commands) <= BUDGETS["seven_commands"]["events"]


def test_the_happy_path_is_received_within_its_budget() -> None:
    shares = _happy_until_received()

    assert sum(share.events for share in shares) == BUDGETS["to_received"]["events"]
    assert len(shares) == BUDGETS["to_received"]["workflow_tasks"]


@pytest.mark.parametrize("name", histories.recorded())
def test_no_task_has_more_events_than_it_needs(name: str) -> None:
    dear = [share for share in shares_of(histories.read(name)) if share.events > _most(share)]

    assert dear == []


def _most(share: Share) -> int:
    most: dict[str, int] = BUDGETS["tasks"]
    return _most_alone(share, most) + (most["events_of_telling_a_case"] if share.tells else 0)


def _most_alone(share: Share, most: dict[str, int]) -> int:
    if share.cause in TOLD_BY_PERSONS:
        return most["events_of_a_persons_answer"]
    return most["events_of_two_strands"] if share.strands > 1 else most["events"]


def _happy_until_received() -> list[Share]:
    shares = shares_of(histories.read(HAPPY))
    causes = [share.cause for share in shares]
    return shares[: causes.index("confirm-receipt") + 1]
