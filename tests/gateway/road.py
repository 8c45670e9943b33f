"""What scenarios of the whole road share: refusals, waits, deliveries, cases, claims, actions."""

from collections.abc import Awaitable
from typing import Any

import anyio
import pytest

from daigou.domain.commands import Basis, Cause, Ground, Loss, LossHead, Opponent, Remedy
from daigou.domain.evidence import MediaType
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from gateway.answers import AllowedActionsAnswer, OrderAnswer, PreviewAnswer
from gateway.client import DaigouClient, Done, RefusalError
from gateway.problems import Problem
from tests.gateway.house import WHOLE, App, House, a_key

PARTLY = Money(500_00)
"""What comes from the deposit where an order is paid from both; the rest is 731.23."""
HELD = WHOLE - Money(1_23)
"""What is in escrow of an order that is paid and not bought: 1,230.00."""


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


async def paid_from_both(house: House) -> tuple[App, str]:
    """An order that was paid from the deposit and through the institution, and its client."""
    client = await house.rich_client(PARTLY)
    order = await house.placed(client)
    await house.do(order, Trigger.ACCEPT, Role.PROVIDER)
    async with house.client(client) as buyer:
        await buyer.pay(
            order,
            key=a_key(),
            from_deposit=PARTLY,
            from_institution=WHOLE - PARTLY,
            payment_method="pm_ok",
        )
    return client, order


async def store(house: House, order: str) -> str:
    """Has goods that were bought stored, so that the provider's fee is earned; their parcel."""
    for trigger, by, body in (
        (Trigger.WAREHOUSE_RECEIPT, Role.STORAGE, {"parcel_ref": "YW-1"}),
        (Trigger.OBJECT_TO_GOODS, Role.LOGISTICS, {"reason": "damaged"}),
        (Trigger.RESOLVE_OBJECTION, Role.LOGISTICS, {}),
    ):
        done = await house.do(order, trigger, by, body)
    assert done.receipt.order_state == State.STORED
    assert done.receipt.item
    return done.receipt.item


async def deliver(house: House, order: str) -> None:
    """Has goods that were bought stored, exported and delivered to their client."""
    await store(house, order)
    for trigger in (Trigger.CLEAR_CUSTOMS, Trigger.DELIVER):
        await house.do(order, trigger, Role.LOGISTICS, {"tracking_ref": "EX1"})


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


async def paid_back(house: House, order: str) -> OrderAnswer:
    """The order, once the institution has paid its refunds."""
    with anyio.fail_after(20):
        while any(each.state == State.DUE for each in (await house.order(order)).refunds):
            await anyio.sleep(0.05)
    return await house.order(order)


def rows_of(preview: PreviewAnswer) -> list[tuple[str, str | None, str, Money, str]]:
    """Who gets what, by which clause."""
    return [(g.purse, g.party, g.way, g.amount.money, g.clause) for g in preview.gets]


# ---- cases and claims --------------------------------------------------------------------------


async def to_settle(house: House, app: App) -> str:
    """An order that was paid from the deposit, not bought, and is to be cancelled."""
    order = await house.paid(app)
    async with house.client(app) as buyer:
        done = await buyer.request_cancellation(order, key=a_key())
    assert done.receipt.state == State.SETTLING
    return order


async def requested(house: House, order: str, client: App) -> str:
    """Has the client ask for a dissolution of what was delivered; the evidence that it named."""
    photograph = await proof(house, order, client)
    async with house.client(client) as buyer:
        done = await buyer.request_dissolution(
            order, key=a_key(), ground=Ground.DEFECTIVE, inspected=True, evidence=[photograph]
        )
    assert done.receipt.state == State.CHECKING
    return photograph


async def to_prove(house: House, order: str, client: App, *, refund: Money) -> None:
    """Has the seller agree to pay that back once the goods were returned."""
    await requested(house, order, client)
    async with house.client(Role.PROVIDER) as provider:
        await provider.apply_to_seller(order, key=a_key())
        done = await provider.consent_to_dissolution(
            order, key=a_key(), refund=refund, remedy=Remedy.RETURN
        )
    assert done.receipt.state == State.AWAITING_PROOF


async def dissolved(house: House) -> tuple[App, str]:
    """An order of which the seller paid 1,180.00 back, and its client."""
    client = await house.rich_client()
    order = await house.bought(client)
    await deliver(house, order)
    await to_prove(house, order, client, refund=Money(1_180_00))
    label = await proof(house, order, client, b"the label of the parcel")
    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        await buyer.prove_disposal(order, key=a_key(), remedy=Remedy.RETURN, evidence=[label])
        done = await provider.record_dissolution_refund(
            order, key=a_key(), amount=Money(1_180_00), external_ref="SR-1"
        )
    assert (done.receipt.state, done.receipt.order_state) == (State.DISSOLVED, State.DISSOLVED)
    return client, order


def losses(fen: int, head: LossHead = LossHead.DIRECT_LOSS) -> tuple[Loss, ...]:
    """One loss of so many fen."""
    return (Loss(head=head, amount=Money(fen)),)


async def claim_by_dissolution(buyer: DaigouClient, order: str, *lost: Loss) -> Done:
    """A claim of the provider by whose fault the order was dissolved."""
    return await buyer.make_claim(
        order,
        key=a_key(),
        against=Opponent.PROVIDER,
        basis=Basis.DISSOLUTION_BY_PROVIDERS_FAULT,
        losses=lost,
    )
