"""What scenarios of accounts share: payments through the institution, disputes about them."""

from datetime import UTC, datetime, timedelta

import anyio

from daigou.domain.commands import DisputeReason
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State
from gateway.client import Done
from tests.gateway.house import App, House, a_key
from tests.gateway.road import paid_from_both

CHARGED = Money(731_23)
"""What of `paid_from_both` went through the institution."""


async def payment_of(house: House, order: str) -> str:
    """Our reference of what the institution captured for an order."""
    async with house.client(Role.PLATFORM) as platform:
        movements = (await platform.statement(order)).movements
    return next(each.reference for each in movements if each.kind == "capture")


async def disputed(
    house: House,
    order: str,
    *,
    amount: Money = CHARGED,
    reason: DisputeReason = DisputeReason.CHANGED_MIND,
    dispute: str = "",
    due: timedelta = timedelta(days=10),
) -> str:
    """A chargeback of an order's payment, as the institution reports it; its id."""
    return (
        await reported(
            house, order, amount=amount, reason=reason, dispute=dispute or f"dp-{a_key()}", due=due
        )
    ).receipt.id


async def reported(
    house: House,
    order: str,
    *,
    dispute: str,
    amount: Money = CHARGED,
    reason: DisputeReason = DisputeReason.CHANGED_MIND,
    due: timedelta = timedelta(days=10),
    by: Role = Role.PAYMENT_INSTITUTION,
) -> Done:
    """The report of a chargeback."""
    payment = await payment_of(house, order)
    async with house.client(by) as institution:
        return await institution.report_chargeback(
            order,
            key=a_key(),
            dispute=dispute,
            payment=payment,
            amount=amount,
            reason=reason,
            evidence_due=datetime.now(UTC) + due,
        )


async def paid_partly_by_card(house: House, *, deposit: Money = ZERO) -> tuple[App, str]:
    """A client with an order that was paid from both, and so much more in its deposit."""
    client, order = await paid_from_both(house)
    if deposit:
        async with house.client(client) as buyer:
            done = await buyer.request_recharge(key=a_key(), amount=deposit, payment_method="pm_ok")
        assert done.receipt.state == State.CREDITED
    return client, order


async def until_heeded(house: House, order: str, *, held: bool) -> None:
    """Until the order's workflow has heard of its chargebacks."""
    with anyio.fail_after(10):
        while (await house.order(order)).held != held:
            await anyio.sleep(0.05)
