"""Those who call: they drive orders and yardsticks, so many at once, through Temporal updates."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy

from benchmarks import bare
from benchmarks.gauges import Usage
from daigou.domain import commands
from daigou.domain.commands import Command, Mandate, Request, RequestRecharge
from daigou.domain.ids import OrderId, PartyId, RechargeId, kind_of, workflow_id
from daigou.domain.mandate import MANDATES
from daigou.domain.money import Money
from daigou.domain.order import Actor, Role, Trigger
from daigou.domain.steps import Receipt
from daigou.domain.terms import current
from daigou.ledger.registry import Registry
from daigou.simulator.world import Party, World
from workflows import messages
from workflows.messages import OpenOrder, OpenRecharge, Pull, update_name

TASK_QUEUE = "daigou"
WORLD = World(3)
CLIENTS = WORLD.clients(20)
PROVIDERS, STORAGES, LOGISTICS = WORLD.providers(3), WORLD.storages(2), WORLD.logistics(2)
DEPOSIT = Money(1_000_000_00)
AGREED_AT = datetime(2026, 11, 1, tzinfo=UTC)

HURRIED = 21_600
"""A window of a day lasts four seconds: the objection window passes while others are at work."""
UNHURRIED = 1
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Deal:
    """The order of a number: whose it is and what is asked for."""

    id: OrderId
    number: int

    @property
    def request(self) -> Request:
        """What the client asks for."""
        basket = WORLD.basket(self.number)
        offer, storage = basket.offer, STORAGES[self.number % len(STORAGES)]
        return Request(
            client=self.party(Role.CLIENT),
            provider=self.party(Role.PROVIDER),
            storage=storage.id,
            logistics=self.party(Role.LOGISTICS),
            product_link=offer.link,
            offer_id=offer.id,
            title=offer.title,
            seller_name=offer.seller,
            specification=offer.specification,
            category=offer.category,
            quantity=basket.quantity,
            unit_price=offer.unit_price,
            freight=offer.freight,
            delivery_address=storage.address,
            # The longest statutory period: no order closes while others are measured.
            client_country="US",
            mandate=Mandate(
                version=current().mandate,
                digest=MANDATES[current().mandate].digest,
                agreed_at=AGREED_AT,
            ),
        )

    @property
    def amount(self) -> Money:
        """Goods, freight and the fee of a thousandth, half up."""
        base = self.request.goods.amount + self.request.freight.amount
        return Money(base + (base + 500) // 1000)

    def party(self, role: Role) -> PartyId:
        """Who holds a role."""
        holders: dict[Role, tuple[Party, ...]] = {
            Role.CLIENT: CLIENTS,
            Role.PROVIDER: PROVIDERS,
            Role.STORAGE: STORAGES,
            Role.LOGISTICS: LOGISTICS,
        }
        return holders[role][self.number % len(holders[role])].id


async def prepare(client: Client, registry: Registry) -> None:
    """Registers everyone, and fills every client's deposit."""
    for party in (*CLIENTS, *PROVIDERS, *STORAGES, *LOGISTICS):
        agreed = party.role == Role.CLIENT
        registry.register_party(
            id=party.id,
            role=party.role,
            name="" if agreed else party.name,
            country=party.country,
            address=party.address,
            agreement_version=current().version if agreed else None,
            agreed_at=AGREED_AT if agreed else None,
        )
    await asyncio.gather(*(_recharge(client, party) for party in CLIENTS))


class Callers:
    """At most `at_once` of them are at work; the others wait for their turn or a deadline."""

    def __init__(self, client: Client, usage: Usage, *, at_once: int) -> None:
        self._client = client
        self._usage = usage
        self._places = asyncio.Semaphore(at_once)
        self._open_ones: list[WorkflowHandle[Any, Any]] = []

    async def order(self, deal: Deal) -> None:
        """An order's opening and its seven commands, up to its receipt."""
        async with self._places:
            with self._usage.at_work():
                handle = await self._open(deal, time_scale=HURRIED)
                await self._pull(handle, deal, Trigger.ACCEPT, commands.Accept())
                await self._pull(handle, deal, Trigger.PAY, commands.Pay(from_deposit=deal.amount))
                await self._pull(handle, deal, Trigger.PURCHASE, commands.Purchase())
                arrived = await self._pull(
                    handle,
                    deal,
                    Trigger.WAREHOUSE_RECEIPT,
                    commands.WarehouseReceipt(parcel_ref=f"P{deal.number}"),
                )
        await _until(arrived.due)
        async with self._places:
            with self._usage.at_work():
                transport = commands.Transport(tracking_ref=f"T{deal.number}")
                await self._clear_customs(handle, deal, transport)
                await self._pull(handle, deal, Trigger.DELIVER, transport)
                await self._pull(handle, deal, Trigger.CONFIRM_RECEIPT, commands.Plain())

    async def open_order(self, deal: Deal) -> None:
        """An order that is accepted, and stays open."""
        async with self._places:
            with self._usage.at_work():
                handle = await self._open(deal, time_scale=UNHURRIED)
                await self._pull(handle, deal, Trigger.ACCEPT, commands.Accept())

    async def yardstick(self, number: str) -> None:
        """As many updates, of the bare workflow."""
        async with self._places:
            with self._usage.at_work():
                start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
                    bare.Bare.run,
                    id=f"bare/{number}",
                    task_queue=bare.TASK_QUEUE,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                )
                with self._usage.timed(messages.OPENED):
                    await self._client.execute_update_with_start_workflow(
                        bare.Bare.opened, start_workflow_operation=start
                    )
                handle = await start.workflow_handle()
                for command, writes in bare.STEPS.items():
                    with self._usage.timed(command):
                        await handle.execute_update(bare.Bare.step, writes, id=command)

    async def drop(self) -> None:
        """Ends what is still open, so that its deadlines disturb no other measurement."""
        for handle in self._open_ones:
            await handle.terminate("measured")
        self._open_ones.clear()

    async def _clear_customs(
        self, handle: WorkflowHandle[Any, Any], deal: Deal, command: Command
    ) -> None:
        """As soon as the objection window has struck: its due moment is here by the clock."""
        while True:
            try:
                await self._pull(handle, deal, Trigger.CLEAR_CUSTOMS, command)
            except WorkflowUpdateFailedError:
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return

    async def _open(self, deal: Deal, *, time_scale: int) -> WorkflowHandle[Any, Any]:
        opening = OpenOrder(
            order=deal.id,
            request=deal.request,
            actor=_actor(deal, Role.CLIENT),
            command_id="request",
            terms_version=current().version,
            time_scale=time_scale,
        )
        with self._usage.timed(messages.OPENED):
            handle = await _start(self._client, opening)
        self._open_ones.append(handle)
        return handle

    async def _pull(
        self, handle: WorkflowHandle[Any, Any], deal: Deal, trigger: Trigger, command: Command
    ) -> Receipt:
        role = _WHO[trigger]
        pull = Pull(actor=_actor(deal, role), command=command, command_id=trigger.value)
        with self._usage.timed(trigger.value):
            return await handle.execute_update(
                update_name(trigger), pull, id=pull.command_id, result_type=Receipt
            )


_WHO = {
    Trigger.ACCEPT: Role.PROVIDER,
    Trigger.PAY: Role.CLIENT,
    Trigger.PURCHASE: Role.PROVIDER,
    Trigger.WAREHOUSE_RECEIPT: Role.STORAGE,
    Trigger.CLEAR_CUSTOMS: Role.LOGISTICS,
    Trigger.DELIVER: Role.LOGISTICS,
    Trigger.CONFIRM_RECEIPT: Role.CLIENT,
}


def _actor(deal: Deal, role: Role) -> Actor:
    return Actor(role=role, party=deal.party(role))


async def _until(due: datetime | None) -> None:
    if due is not None:
        left = (due - datetime.now(UTC)).total_seconds()
        await asyncio.sleep(max(left, 0) + LOOK_SECONDS)


async def _recharge(client: Client, party: Party) -> None:
    recharge = RechargeId(f"rch_{party.id}")
    opening = OpenRecharge(
        recharge=recharge,
        request=RequestRecharge(client=party.id, amount=DEPOSIT, payment_method="pm_ok"),
        actor=Actor(role=Role.CLIENT, party=party.id),
        command_id="request",
        terms_version=current().version,
    )
    await (await _start(client, opening)).result()


async def _start(client: Client, opening: OpenOrder | OpenRecharge) -> WorkflowHandle[Any, Any]:
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        kind_of(opening.subject).workflow,
        opening,
        id=workflow_id(opening.subject),
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
    )
    await client.execute_update_with_start_workflow(
        messages.OPENED, start_workflow_operation=start, id=opening.command_id, result_type=Receipt
    )
    return await start.workflow_handle()
