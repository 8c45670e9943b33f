"""What scenarios of the whole road share: refusals, waits, and actions by their path."""

from typing import Any

import anyio
import pytest

from daigou.domain.order import Role, State, Trigger
from gateway.answers import AllowedActionsAnswer, OrderAnswer
from gateway.client import RefusalError
from gateway.problems import Problem
from tests.gateway.house import App, House


async def refused(
    house: House, order: str, trigger: Trigger, by: App | Role, **body: object
) -> Problem:
    """What a command is refused with."""
    with pytest.raises(RefusalError) as said:
        await house.do(order, trigger, by, body)
    return said.value.problem


async def in_state(house: House, order: str, *states: State, seconds: float = 20) -> OrderAnswer:
    """The order, once it stands in one of the states."""
    with anyio.fail_after(seconds):
        while (seen := await house.order(order)).state not in states:
            await anyio.sleep(0.05)
    return seen


def by_method(told: AllowedActionsAnswer) -> dict[str, Any]:
    """The actions of one role, by what follows the order's path."""
    (role,) = told.roles
    return {each.method.partition(f"{told.id}/")[2]: each for each in role.actions}
