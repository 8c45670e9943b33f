"""What may be done now is told once, at an endpoint that there is, or with what forbids it."""

from typing import Any

from daigou.domain.order import Role, State, TableName, Trigger
from tests.gateway.house import House
from tests.gateway.listed import path_of
from tests.gateway.paths import DOCUMENT, POSTS
from tests.gateway.road import by_method


async def test_every_action_that_is_listed_is_an_endpoint_and_is_listed_once(
    house: House, in_haste: None
) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    await house.do(order, Trigger.DISPATCH, Role.PROVIDER, {"tracking_ref": "SF1"})
    await house.do(order, Trigger.ASK_QUESTION, client, {"note": "when?"})

    for role in (client, *(Role(each) for each in ("provider", "storage", "platform"))):
        async with house.client(role) as reader:
            (told,) = (await reader.allowed_actions(order)).roles
        methods = [each.method for each in told.actions]

        assert len(methods) == len(set(methods))
        for method in methods:
            assert path_of(method.removeprefix("POST "), DOCUMENT["paths"]) in POSTS, method


async def test_a_parcel_that_is_there_is_acted_on_by_its_number(house: House) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    before = await _actions(house, order, Role.STORAGE)
    parcel = (
        await house.do(order, Trigger.DISPATCH, Role.PROVIDER, {"tracking_ref": "SF1"})
    ).receipt.item

    after = await _actions(house, order, Role.STORAGE)

    at = f"{TableName.PARCEL}s/{parcel.partition('/')[2]}/warehouse-receipt"  # type: ignore[union-attr]
    assert before["warehouse-receipt"].allowed
    assert "warehouse-receipt" not in after
    assert after[at].allowed
    assert after[at].leads_to == State.WAREHOUSED


async def _actions(house: House, order: str, role: Role) -> dict[str, Any]:
    async with house.client(role) as client:
        return by_method(await client.allowed_actions(order))
