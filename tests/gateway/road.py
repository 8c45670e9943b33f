"""What scenarios of the whole road share: refusals, waits, deliveries, actions by their path."""

from collections.abc import Awaitable
from typing import Any

import anyio
import pytest

from daigou.domain.commands import Cause
from daigou.domain.evidence import MediaType
from daigou.domain.order import Role, State, Trigger
from gateway.answers import AllowedActionsAnswer, OrderAnswer
from gateway.client import RefusalError
from gateway.problems import Problem
from tests.gateway.house import App, House, a_key


async def refused(
    house: House, order: str, trigger: Trigger, by: App | Role, **body: object
) -> Problem:
    """What a command is refused with."""
    with pytest.raises(RefusalError) as said:
        await house.do(order, trigger, by, body)
    return said.value.problem


async def no(asking: Awaitable[object]) -> Problem:
    """What it is refused with."""
    with pytest.raises(RefusalError) as said:
        await asking
    return said.value.problem


async def deliver(house: House, order: str) -> None:
    """Has goods that were bought stored, exported and delivered to their client."""
    for trigger, by, body in (
        (Trigger.WAREHOUSE_RECEIPT, Role.STORAGE, {"parcel_ref": "YW-1"}),
        (Trigger.OBJECT_TO_GOODS, Role.LOGISTICS, {"reason": "damaged"}),
        (Trigger.RESOLVE_OBJECTION, Role.LOGISTICS, {}),
        (Trigger.CLEAR_CUSTOMS, Role.LOGISTICS, {"tracking_ref": "EX1"}),
        (Trigger.DELIVER, Role.LOGISTICS, {"tracking_ref": "EX1"}),
    ):
        await house.do(order, trigger, by, body)


async def blame_logistics(house: House, order: str, client: App) -> None:
    """Has the platform find that what the client objects to lies with logistics."""
    await house.do(order, Trigger.OBJECT_TO_RECEIPT, client, {"reason": "damaged"})
    await house.do(order, Trigger.SETTLE_OBJECTION, Role.PLATFORM, {"cause": Cause.LOGISTICS.value})


async def proof(house: House, order: str, by: App | Role, words: bytes = b"a photograph") -> str:
    """A piece of evidence on an order; its id."""
    async with house.client(by) as giver:
        return (await giver.add_evidence(order, words, key=a_key(), media_type=MediaType.TEXT)).id


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
