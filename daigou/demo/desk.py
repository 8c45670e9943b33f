"""Owns the desk that an application sits at: what the demo's actors see and do, all over HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from daigou.demo.bodies import Body
from daigou.demo.notebook import Credentials
from daigou.domain.ids import MovementRef, OrderId
from daigou.domain.money import Money
from daigou.domain.order import Trigger
from daigou.simulator.plans import Happened
from gateway.answers import OrderAnswer, ReceiptAnswer, TransitionAnswer
from gateway.client import DaigouClient, RefusalError
from gateway.problems import EdgeCode


class Desk:
    """One application's. Every method may raise `RefusalError` and `UnansweredError`."""

    def __init__(self, client: DaigouClient) -> None:
        self._client = client

    async def timeline(self, order: OrderId) -> Sequence[Happened]:
        """What has happened to an order; nothing while it is not placed."""
        try:
            timeline = await self._client.timeline(order)
        except RefusalError as refusal:
            if refusal.problem.code == EdgeCode.NOT_FOUND:
                return ()
            raise
        return tuple(_happened(step) for step in timeline.data)

    async def order(self, order: OrderId) -> OrderAnswer:
        """An order as it stands."""
        return await self._client.order(order)

    async def diagram(self, order: OrderId) -> str:
        """An order's diagram, as SVG."""
        return await self._client.diagram(order)

    async def place(self, body: Body, *, key: str) -> ReceiptAnswer:
        """Places an order."""
        return (await self._client.place(body, key=key)).receipt

    async def command(
        self,
        order: OrderId,
        trigger: Trigger,
        body: Body,
        *,
        key: str,
        refund_of: MovementRef | None,
    ) -> ReceiptAnswer:
        """Pulls a trigger of an order, or of the refund that is known by `refund_of`."""
        if refund_of is None:
            return (await self._client.command(order, trigger, body, key=key)).receipt
        # Which refund is meant, the path says and not the body.
        said = {name: value for name, value in body.items() if name != "reference"}
        number = int(refund_of.rpartition("/")[2])
        done = await self._client.command(order, trigger, said, key=key, refund=number)
        return done.receipt

    async def register(self, body: Body, *, key: str) -> None:
        """Registers a party."""
        await self._client.register(body, key=key)

    async def recharge(self, amount: Money, *, recharge_id: str) -> None:
        """Puts money into the deposit, through the payment method that always works."""
        await self._client.request_recharge(
            key=recharge_id, amount=amount, payment_method="pm_ok", recharge_id=recharge_id
        )

    async def is_ready(self) -> bool:
        """Whether commands can be carried out now."""
        return await self._client.is_ready()


@asynccontextmanager
async def opened_desk(gateway: str, credentials: Credentials) -> AsyncIterator[Desk]:
    """The desk of the application that the credentials prove."""
    async with DaigouClient(gateway, credentials.key, credentials.secret) as client:
        yield Desk(client)


def _happened(step: TransitionAnswer) -> Happened:
    return Happened(
        table=step.axis,
        item=step.item or "",
        trigger=step.trigger,
        source=step.source,
        target=step.target,
        sequence=step.sequence,
        at=step.at,
    )
