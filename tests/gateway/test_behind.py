"""A workflow stands behind its books: whoever saw the books is not told otherwise."""

from daigou.domain.ids import SubjectId, workflow_id
from daigou.domain.order import Role, State, Trigger
from tests.gateway.house import House
from tests.workflows.resetting import reset


async def _forget(house: House, order: str) -> None:
    await reset(house.temporal, workflow_id(SubjectId(order)), forgets=True)


async def test_what_the_order_says_is_allowed_is_allowed(house: House) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    before = await house.order(order)
    await _forget(house, order)

    done = await house.do(order, Trigger.DISPATCH, Role.PROVIDER, {"tracking_ref": "SF1"})

    after = await house.order(order)
    assert done.receipt.state == State.DISPATCHED
    assert after.sequence == before.sequence + 2, "the parcel's step and the order's"
    assert (await house.balance(client)).amount == 0, "nothing was paid twice"


async def test_an_items_command_is_judged_by_the_items_that_the_books_hold(house: House) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    await house.do(order, Trigger.DISPATCH, Role.PROVIDER, {"tracking_ref": "SF1"})
    await _forget(house, order)

    done = await house.do(order, Trigger.WAREHOUSE_RECEIPT, Role.STORAGE, {"parcel_ref": "SF1"})

    assert done.receipt.order_state == State.WAREHOUSED
