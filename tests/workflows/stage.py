"""A real Temporal that skips time, a real PostgreSQL, the simulated world, and orders on them."""

import asyncio
import sysconfig
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import (
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment
from temporalio.worker import Worker

from daigou.domain import commands
from daigou.domain.commands import Basis, Command, Line, Opponent, Request
from daigou.domain.ids import (
    ClaimId,
    MovementRef,
    OrderId,
    PartyId,
    RechargeId,
    SubjectId,
    kind_of,
    workflow_id,
)
from daigou.domain.lifecycle import TABLES
from daigou.domain.lifecycle.table import FOLLOWING
from daigou.domain.money import ZERO, Money
from daigou.domain.order import CLOCK, Actor, Parties, Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.steps import Receipt
from daigou.domain.terms import current
from daigou.ledger.books import PostgresBooks
from daigou.ledger.engine import make_engine
from daigou.ledger.previews import Asked, Previews
from daigou.ledger.queries import Queries
from daigou.ledger.registry import Registry
from daigou.simulator.counterparties import SimulatedCounterparties, simulated_counterparties
from daigou.stack import Part, Stack, StackOptions
from daigou.stack.temporal import QUICK, with_values
from daigou.temporal_setup import DATA_CONVERTER, set_up_temporal
from tests.domain import samples
from tests.workflows.troubled_books import TroubledBooks
from worker import build_worker
from workflows import messages
from workflows.messages import (
    Ending,
    OpenClaim,
    OpenOrder,
    OpenRecharge,
    OpenSubject,
    Pull,
    as_refused,
    update_name,
)

TASK_QUEUE = "stage"
PATIENCE_SECONDS = 20.0
TRIES_MAX = 3
JUST_BEFORE = timedelta(seconds=5)
"""So long before a deadline that what is then done still arrives in time on a busy machine."""

WHOLE = Money(1_231_23)
"""What 300 kettles cost: 1,200.00 goods, 30.00 freight, 1.23 fee."""

PROVIDER = PartyId("prv_kai")
STORAGE = PartyId("sto_yiwu")
LOGISTICS = PartyId("log_sino")
INSTITUTION = PartyId("pin_pay")
PLATFORM = PartyId("plt_platform")
ADDRESS = "Dock 4, Beiyuan Road, Yiwu"

_ACTS_FIRST = (Role.CLIENT, Role.PROVIDER, Role.STORAGE, Role.LOGISTICS, Role.PAYMENT_INSTITUTION)
WHO = {
    row.trigger: next((role for role in _ACTS_FIRST if role in row.roles), Role.PLATFORM)
    for table in TABLES.values()
    for row in table.rows
    if row.roles
}
"""Who gives a command if nothing else is said: the platform only where it alone may."""

# The quickest way to each state: an objection that is settled spares waiting for the window's end.
ROAD = (
    (State.ACCEPTED, Trigger.ACCEPT),
    (State.EFFECTIVE, Trigger.PAY),
    (State.PURCHASED, Trigger.PURCHASE),
    (State.WAREHOUSED, Trigger.WAREHOUSE_RECEIPT),
    (State.WAREHOUSE_OBJECTION, Trigger.OBJECT_TO_GOODS),
    (State.STORED, Trigger.RESOLVE_OBJECTION),
    (State.EXPORTED, Trigger.CLEAR_CUSTOMS),
    (State.DELIVERED, Trigger.DELIVER),
    (State.RECEIVED, Trigger.CONFIRM_RECEIPT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A transition as the database has it."""

    sequence: int
    axis: TableName
    item: str
    trigger: Trigger
    source: State
    target: State
    clause: str
    actor_role: Role
    command_id: str
    at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadModel:
    """An order as the database shows it to readers."""

    state: State
    next_due_at: datetime | None
    next_actor: Role | None
    items: dict[str, State]


class Stage:
    """The servers, and what is asked of them besides the workflows."""

    def __init__(
        self,
        *,
        env: WorkflowEnvironment,
        engine: Engine,
        books: TroubledBooks,
        world: SimulatedCounterparties,
    ) -> None:
        self.env = env
        self.engine = engine
        self.books = books
        self.world = world
        self.registry = Registry(engine)

    def worker(self, task_queue: str) -> Worker:
        """A worker of the product, on a task queue."""
        return build_worker(
            self.env.client,
            task_queue=task_queue,
            books=self.books,
            institution=self.world.payment_institution,
            sellers=self.world.seller_platform,
        )

    async def client(self, *, deposit: Money = ZERO, agreed: bool = True) -> PartyId:
        """A new client, with that much in its deposit."""
        client = PartyId(f"cli_{uuid4().hex[:12]}")
        self.registry.register_party(
            id=client,
            role=Role.CLIENT,
            country="KR",
            agreement_version="2026-11" if agreed else None,
            agreed_at=datetime.now(UTC) if agreed else None,
        )
        if deposit:
            recharge = self.recharge(client=client, amount=deposit)
            await recharge.open()
        return client

    async def order(
        self,
        *,
        deposit: Money = WHOLE,
        offer_id: str = "900000000001",
        time_scale: int = 1,
        **changes: Any,
    ) -> "Order":
        """A request for 300 kettles by a new client, opened."""
        client = await self.client(deposit=deposit)
        order = self.unopened(client=client, offer_id=offer_id, **changes)
        await order.open(time_scale=time_scale)
        return order

    def unopened(self, *, client: PartyId, **changes: Any) -> "Order":
        """An order that nobody has asked for yet."""
        request = samples.request(
            **{
                "client": client,
                "provider": PROVIDER,
                "storage": STORAGE,
                "logistics": LOGISTICS,
                "delivery_address": ADDRESS,
                "client_country": "KR",
                "mandate": commands.Mandate(
                    version="2026-11", digest="0" * 64, agreed_at=datetime.now(UTC)
                ),
                **changes,
            }
        )
        return Order(self, OrderId(f"ord_{uuid4().hex[:16]}"), request)

    def recharge(
        self, *, client: PartyId, amount: Money, payment_method: str = "pm_ok"
    ) -> "RechargeOnStage":
        """A recharge that nobody has asked for yet."""
        asked = commands.RequestRecharge(
            client=client, amount=amount, payment_method=payment_method
        )
        return RechargeOnStage(self, RechargeId(f"rch_{uuid4().hex[:16]}"), asked)

    def claim(
        self, order: "Order", fen: int, *, basis: Basis = Basis.PROVIDERS_FAULT, **changes: Any
    ) -> "ClaimOnStage":
        """A claim for direct loss on an order, which nobody has made yet.

        Its sender says that the order gives it; the books look themselves.
        """
        loss = commands.Loss(head=commands.LossHead.DIRECT_LOSS, amount=Money(fen))
        said = {
            "order": OrderId(order.id),
            "losses": (loss,),
            "grounds": replace(samples.GROUNDS, amount=Money(10**9)),
        }
        asked = samples.a_claim(basis, **said | changes)
        return ClaimOnStage(self, ClaimId(f"clm_{uuid4().hex[:16]}"), order, asked)

    def balance(self, account: str) -> Money:
        """What an account owes; of a cash account, what it lacks."""
        found = self._scalars(
            "SELECT balance FROM entry WHERE account = :of ORDER BY entry_no DESC LIMIT 1", account
        )
        return Money(-found[0]) if found else ZERO

    def written(self, subject: SubjectId) -> list[Written]:
        """The transitions of a subject, in their sequence."""
        columns = ", ".join(Written.__dataclass_fields__)
        query = text(f"SELECT {columns} FROM transition WHERE subject = :of ORDER BY sequence")
        with self.engine.connect() as connection:
            rows = connection.execute(query, {"of": subject}).mappings().all()
        return [Written(**row) for row in rows]

    def notices(self, subject: SubjectId, event: str, step: Written | None = None) -> list[str]:
        """Which roles were told of an event, in the order of telling; or by one step alone."""
        query = text(
            "SELECT recipient_role FROM notice WHERE subject = :of AND event = :event"
            " AND sequence = coalesce(:step, sequence) ORDER BY sequence, number"
        )
        asked = {"of": subject, "event": event, "step": step and step.sequence}
        with self.engine.connect() as connection:
            return list(connection.execute(query, asked).scalars())

    def movements(self, subject: SubjectId) -> list[tuple[str, str]]:
        """Kind and state of each movement of money outside, in their order."""
        query = text(
            "SELECT kind, state FROM movement WHERE subject = :of ORDER BY sequence, reference"
        )
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query, {"of": subject})]

    def transactions(self, subject: SubjectId) -> list[list[Trigger]]:
        """What happened to a subject, by the database's transactions."""
        query = text(
            "SELECT xmin::text, trigger FROM transition WHERE subject = :of ORDER BY sequence"
        )
        with self.engine.connect() as connection:
            rows = connection.execute(query, {"of": subject}).all()
        return [
            [Trigger(trigger) for _, trigger in together]
            for _, together in groupby(rows, key=itemgetter(0))
        ]

    def read_model(self, subject: SubjectId) -> "ReadModel":
        """An order's row, and those of its items."""
        order = text("SELECT state, next_due_at, next_actor FROM purchase_order WHERE id = :of")
        items = text("SELECT item, state FROM order_item WHERE subject = :of ORDER BY sequence")
        with self.engine.connect() as connection:
            row = connection.execute(order, {"of": subject}).one()
            states = connection.execute(items, {"of": subject}).all()
        return ReadModel(
            state=State(row.state),
            next_due_at=row.next_due_at,
            next_actor=row.next_actor and Role(row.next_actor),
            items={item: State(state) for item, state in states},
        )

    async def moved(self, subject: SubjectId, kind: str) -> list[Money]:
        """What really moved by the payment institution's own books."""
        statement = await self.world.payment_institution.statement()
        return [
            line.amount
            for line in statement.lines
            if line.reference.startswith(f"{subject}/")
            and (line.kind, line.standing) == (kind, "done")
        ]

    async def bought(self, subject: SubjectId) -> list[Money]:
        """What sellers were really paid by the seller platform's own books."""
        return [
            order.paid
            for order in await self.world.seller_platform.orders()
            if order.reference.startswith(f"{subject}/") and order.standing == "done"
        ]

    def _scalars(self, query: str, of: str) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), {"of": of}).scalars())


class OnStage:
    """A subject with its workflow and its virtual clock."""

    def __init__(self, stage: Stage, id_: OrderId | RechargeId | ClaimId) -> None:
        self.stage = stage
        self.id = SubjectId(id_)
        self.task_queue = TASK_QUEUE
        self.handle: WorkflowHandle[Any, Any] = stage.env.client.get_workflow_handle(
            workflow_id(id_)
        )
        self._commands = count(1)

    @property
    def written(self) -> list[Written]:
        """Its transitions as the database has them."""
        return self.stage.written(self.id)

    @property
    def last(self) -> Written:
        """Its last transition."""
        return self.written[-1]

    @property
    def triggers(self) -> list[Trigger]:
        """What happened to it, in order."""
        return [Trigger(each.trigger) for each in self.written]

    async def now(self) -> datetime:
        """Its own time."""
        return await self.stage.env.get_current_time(self.handle)

    async def forward(self, by: timedelta) -> None:
        """Lets that much of its time pass.

        Time is not skipped where a child workflow runs. So those of cases are ended first, as by
        hand: the order strikes their clocks itself, a minute late.
        """
        await self.end_stories()
        await self.stage.env.fast_forward(self.handle, by)

    async def end_stories(self) -> None:
        """Ends the workflows that tell of its cases."""
        described = await self.handle.describe()
        for child in described.raw_description.pending_children:
            story = await self._begun(child.workflow_id)
            with suppress(RPCError):
                await story.terminate("the test skips time")

    async def story(
        self, number: int = 1, *, of: TableName = TableName.CANCELLATION
    ) -> WorkflowHandle[Any, Any]:
        """The workflow of a case; it begins a moment after the case's first step is written."""
        return await self._begun(f"{self.handle.id}/{of}/{number}")

    async def card(self) -> str:
        """Its card, as staff read it."""
        return await _card_of(self.handle)

    async def told(
        self, steps: int, *, number: int = 1, of: TableName = TableName.CANCELLATION
    ) -> list[str]:
        """The steps of a case as its card has them, the first first, once there are so many."""
        story = await self.story(number, of=of)
        told: list[str] = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(told) < steps:
                lines = (await _card_of(story)).splitlines()
                told = [line.partition(" · ")[2] for line in lines if line.startswith("- ")]
        return told

    async def _begun(self, workflow: str) -> WorkflowHandle[Any, Any]:
        handle = self.stage.env.client.get_workflow_handle(workflow)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    await handle.describe()
                    return handle
                except RPCError as error:
                    if error.status != RPCStatusCode.NOT_FOUND:
                        raise
                    await asyncio.sleep(0.02)

    async def forward_to(self, moment: datetime) -> None:
        """Lets its time pass up to a moment."""
        await self.forward(moment - await self.now())

    async def just_before(self, due: datetime) -> None:
        """Lets its time pass up to shortly before a deadline."""
        await self.forward_to(due - JUST_BEFORE)

    async def past(self, due: datetime) -> None:
        """Lets its time pass until a deadline has struck."""
        await self.forward_to(due + timedelta(seconds=2))

    async def stranded_at(self, due: datetime) -> None:
        """Lets its time pass to a deadline that no worker hears of; from there it merely flows."""
        passing = asyncio.create_task(self.forward_to(due + timedelta(minutes=1)))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self.now() < due:
                await asyncio.sleep(0.02)
        passing.cancel()

    async def until(self, state: State) -> Written:
        """Its last transition, once that reached the state."""
        return await self.until_written(lambda rows: rows[-1].target == state, f"{state}")

    async def until_written(
        self, holds: Callable[[list[Written]], bool], wanted: str = "it"
    ) -> Written:
        """Its last transition, once the transitions are as told."""
        give_up = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not ((rows := self.written) and holds(rows)):
            if asyncio.get_running_loop().time() > give_up:
                raise TimeoutError(f"{self.id} never came to {wanted}: {self.triggers}")
            await asyncio.sleep(0.02)
        return rows[-1]

    async def until_first(self, trigger: Trigger) -> Written:
        """The first transition by a trigger, once there is one: it may come again and again."""
        await self.until_written(lambda rows: any(each.trigger == trigger for each in rows))
        return next(each for each in self.written if each.trigger == trigger)

    def struck(self, axis: TableName = TableName.FULFILMENT) -> list[tuple[Trigger, datetime]]:
        """What clocks did on an axis, and the moments that count."""
        return [
            (Trigger(each.trigger), each.at)
            for each in self.written
            if each.actor_role == Role.CLOCK and each.axis == axis and each.trigger not in FOLLOWING
        ]

    def outcome(self, sequence: int, **said: str) -> commands.Outcome:
        """What a person says of the movement that the step of that sequence intended."""
        return commands.Outcome(reference=MovementRef(f"{self.id}/{sequence}"), **said)

    async def ending(self) -> Ending:
        """How its workflow ended."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            handle = self.stage.env.client.get_workflow_handle(self.handle.id, result_type=Ending)
            return await handle.result()

    async def events(self) -> list[str]:
        """The types of its history's events."""
        history = await self.handle.fetch_history()
        return [
            EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events
        ]

    async def ordinary_activities(self) -> list[str]:
        """The activities that were not local, as they were scheduled."""
        history = await self.handle.fetch_history()
        return [
            event.activity_task_scheduled_event_attributes.activity_type.name
            for event in history.events
            if event.HasField("activity_task_scheduled_event_attributes")
        ]

    async def _start(self, opening: messages.Opening) -> Receipt:
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            kind_of(opening.subject).workflow,
            opening,
            id=self.handle.id,
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
        )
        try:
            return await self.stage.env.client.execute_update_with_start_workflow(
                messages.OPENED,
                start_workflow_operation=start,
                id=opening.command_id,
                result_type=Receipt,
            )
        except WorkflowUpdateFailedError as error:
            raise (as_refused(error.cause) or error) from error

    async def _send(self, trigger: Trigger, pull: Pull, update_id: str) -> Receipt:
        for left in reversed(range(TRIES_MAX)):
            try:
                return await self.handle.execute_update(
                    update_name(trigger), pull, id=update_id, result_type=Receipt
                )
            except WorkflowUpdateFailedError as error:
                raise (as_refused(error.cause) or error) from error
            except RPCError as error:
                # The server lost a workflow task to an event that came meanwhile. Whoever waits is
                # told so and asks again under the same key, as the gateway's callers do.
                if error.status != RPCStatusCode.FAILED_PRECONDITION or not left:
                    raise
        raise AssertionError("unreachable")


class Order(OnStage):
    """A purchase order."""

    def __init__(self, stage: Stage, id_: OrderId, request: Request) -> None:
        super().__init__(stage, id_)
        self.request = request

    @property
    def deposit(self) -> Money:
        """What is in the client's deposit."""
        return self.stage.balance(f"deposit:{self.request.client}")

    def held(self, kind: str) -> Money:
        """What the order's own account of a kind owes."""
        return self.stage.balance(f"{kind}:{self.id}")

    def actor(self, role: Role) -> Actor:
        """The order's own party of a role."""
        parties = {
            Role.CLIENT: self.request.client,
            Role.PROVIDER: self.request.provider,
            Role.STORAGE: self.request.storage,
            Role.LOGISTICS: self.request.logistics or LOGISTICS,
            Role.PAYMENT_INSTITUTION: INSTITUTION,
        }
        return Actor(role=role, party=parties.get(role, PLATFORM))

    async def open(self, *, time_scale: int = 1) -> Receipt:
        """Asks for it.

        Raises:
            Refused: it never came to be.
        """
        return await self._start(
            OpenOrder(
                order=OrderId(self.id),
                request=self.request,
                actor=self.actor(Role.CLIENT),
                command_id=f"{self.id}-open-{uuid4().hex[:6]}",
                terms_version=current().version,
                time_scale=time_scale,
            ),
        )

    async def pull(
        self,
        trigger: Trigger,
        command: Command | None = None,
        *,
        by: Role | None = None,
        item: str = "",
        command_id: str = "",
        update_id: str = "",
        seen: int = 0,
    ) -> Receipt:
        """Gives a command: by default a well-formed one, by who may give it, under a new id.

        By default its sender has not looked into the books.

        Raises:
            Refused: it is forbidden.
        """
        command_id = command_id or f"c{next(self._commands)}"
        pull = Pull(
            actor=self.actor(by or WHO[trigger]),
            command=command or self._command(trigger),
            command_id=command_id,
            item=item,
            seen=seen,
        )
        return await self._send(trigger, pull, update_id or command_id)

    @property
    def case(self) -> str:
        """Its last cancellation or dissolution."""
        found = Queries(self.stage.engine).order(OrderId(self.id)).facts.case
        if found is None:
            raise LookupError(f"{self.id} has no case")
        return found.item

    @property
    def clocks(self) -> dict[str, datetime]:
        """The clocks of its own axis that run now, with their moments."""
        found = Queries(self.stage.engine).order(OrderId(self.id))
        return {clock.term: clock.due for clock in found.clocks}

    def shown(self, settlement: commands.SettleCancellation) -> str:
        """The digest of what the provider is shown of a settlement now."""
        asked = Asked(
            order=OrderId(self.id),
            table=TableName.CANCELLATION,
            item=self.case,
            trigger=Trigger.SETTLE_CANCELLATION,
            command=settlement,
            actor=self.actor(Role.PROVIDER),
            at=datetime.now(UTC),
        )
        return Previews(self.stage.engine).of(asked).digest

    async def settle(
        self, *costs: commands.Cost, fee: commands.FeeChoice = commands.FeeChoice.KEPT
    ) -> Receipt:
        """Has the provider settle its cancellation as it is shown."""
        bare = commands.SettleCancellation(digest="", fee=fee, costs=costs)
        return await self.pull(
            Trigger.SETTLE_CANCELLATION, replace(bare, digest=self.shown(bare)), item=self.case
        )

    async def seen(self) -> set[str]:
        """Where it stands: in the read model, the search attributes and the order card."""
        described = await self.handle.describe()
        return {
            self.stage.read_model(self.id).state.value,
            described.typed_search_attributes[messages.ORDER_STATE],
            (await self.card()).partition("\n")[0].removeprefix("### ").replace(" ", "_"),
        }

    async def reach(self, state: State) -> Receipt | None:
        """Takes it down the road to a state, on which the deposit pays."""
        receipt = None
        for reached, trigger in ROAD:
            if trigger not in self.triggers:
                receipt = await self.pull(trigger)
            if reached == state:
                return receipt
        raise LookupError(f"no road to {state}")

    async def dispatched(self, quantity: int) -> str:
        """Has the seller send so many of the goods; the parcel's name."""
        dispatch = commands.Dispatch(tracking_ref=f"trk_{quantity}", quantity=quantity)
        return (await self.pull(Trigger.DISPATCH, dispatch)).item

    async def accepted(self, *lines: Line) -> Receipt:
        """Has the provider accept it, with these lines added."""
        return await self.pull(Trigger.ACCEPT, commands.Accept(lines=lines))

    async def pay(
        self, *, deposit: Money = ZERO, institution: Money = ZERO, method: str = ""
    ) -> Receipt:
        """Has the client pay."""
        return await self.pull(
            Trigger.PAY,
            commands.Pay(from_deposit=deposit, from_institution=institution, payment_method=method),
        )

    def _command(self, trigger: Trigger) -> Command:
        if trigger == Trigger.PAY:
            return commands.Pay(from_deposit=WHOLE)
        if trigger == Trigger.REFUSE:
            return commands.Refuse(reason=commands.RefusalReason.NO_CAPACITY)
        if trigger == Trigger.CHOOSE_LOGISTICS:
            return commands.ChooseLogistics(logistics=LOGISTICS)
        return samples.command_of(trigger)


class RechargeOnStage(OnStage):
    """A recharge of a client's deposit."""

    def __init__(self, stage: Stage, id_: RechargeId, asked: commands.RequestRecharge) -> None:
        super().__init__(stage, id_)
        self.asked = asked

    async def open(self) -> Receipt:
        """Asks for it.

        Raises:
            Refused: it never came to be.
        """
        return await self._start(
            OpenRecharge(
                recharge=RechargeId(self.id),
                request=self.asked,
                actor=Actor(role=Role.CLIENT, party=self.asked.client),
                command_id=f"{self.id}-open",
                terms_version=current().version,
            ),
        )

    async def pull(self, trigger: Trigger, command: Command) -> Receipt:
        """Has the institution say what became of it.

        Raises:
            Refused: it is forbidden.
        """
        actor = Actor(role=Role.PAYMENT_INSTITUTION, party=INSTITUTION)
        command_id = f"c{next(self._commands)}"
        pull = Pull(actor=actor, command=command, command_id=command_id)
        return await self._send(trigger, pull, command_id)


class ClaimOnStage(OnStage):
    """A claim of an order's client."""

    def __init__(self, stage: Stage, id_: ClaimId, order: Order, asked: commands.Claim) -> None:
        super().__init__(stage, id_)
        self.order = order
        self.asked = asked

    async def open(self) -> Receipt:
        """Makes it.

        Raises:
            Refused: it never came to be.
        """
        request, against = self.order.request, self.asked.against
        return await self._start(
            OpenClaim(
                claim=ClaimId(self.id),
                request=self.asked,
                parties=Parties.of_claim(
                    client=request.client,
                    provider=request.provider,
                    logistics=request.logistics if against == Opponent.LOGISTICS else None,
                ),
                actor=self.order.actor(Role.CLIENT),
                command_id=f"{self.id}-open-{uuid4().hex[:6]}",
                terms_version=current().version,
            ),
        )

    async def pull(
        self,
        trigger: Trigger,
        command: Command | None = None,
        *,
        by: Role | None = None,
        seen: int = 0,
    ) -> Receipt:
        """Gives a command: by default a well-formed one, by who may give it.

        Raises:
            Refused: it is forbidden.
        """
        command_id = f"c{next(self._commands)}"
        pull = Pull(
            actor=self.order.actor(by or WHO[trigger]),
            command=command or samples.command_of(trigger),
            command_id=command_id,
            seen=seen,
        )
        return await self._send(trigger, pull, command_id)

    async def admit(self, fen: int, *, by: Role = Role.PROVIDER) -> Receipt:
        """Somebody admits so many fen of it."""
        return await self.pull(Trigger.ADMIT_CLAIM, commands.Admit(amount=Money(fen)), by=by)

    async def record_payment(self, fen: int) -> Receipt:
        """The platform records that so many fen were paid."""
        paid = commands.Compensation(amount=Money(fen), external_ref="wire-1")
        return await self.pull(Trigger.RECORD_COMPENSATION, paid)

    async def attributes(self) -> dict[str, Any]:
        """Its search attributes, as staff find it by them."""
        described = await self.handle.describe()
        return {pair.key.name: pair.value for pair in described.typed_search_attributes}


class SubjectOnStage(OnStage):
    """A subject of any other kind; where nobody holds a role in it, the platform acts."""

    def __init__(
        self,
        stage: Stage,
        id_: str,
        request: Command,
        *,
        parties: Parties,
        by: Role = Role.CLIENT,
    ) -> None:
        super().__init__(stage, SubjectId(id_))
        self.request = request
        self.parties = parties
        self.by = by

    def actor(self, role: Role) -> Actor:
        """Its own party of a role."""
        others = {Role.PAYMENT_INSTITUTION: INSTITUTION, Role.CLOCK: CLOCK.party}
        party = self.parties.holder(role) or others.get(role, PLATFORM)
        return Actor(role=role, party=party)

    async def open(self) -> Receipt:
        """Opens it.

        Raises:
            Refused: it never came to be.
        """
        return await self._start(
            OpenSubject(
                subject=self.id,
                request=self.request,
                parties=self.parties,
                actor=self.actor(self.by),
                command_id=f"{self.id}-open",
                terms_version=current().version,
            )
        )

    async def pull(self, trigger: Trigger, command: Command, *, by: Role) -> Receipt:
        """Gives a command.

        Raises:
            Refused: it is forbidden.
        """
        command_id = f"c{next(self._commands)}"
        pull = Pull(actor=self.actor(by), command=command, command_id=command_id)
        return await self._send(trigger, pull, command_id)

    async def attributes(self) -> dict[str, Any]:
        """Its search attributes, as staff find it by them."""
        described = await self.handle.describe()
        return {pair.key.name: pair.value for pair in described.typed_search_attributes}


@contextmanager
def refused(code: RefusalCode, clause: str) -> Iterator[None]:
    """What happens in it is refused like this."""
    with pytest.raises(Refused) as caught:
        yield
    assert (caught.value.code, caught.value.clause) == (code, clause)


@asynccontextmanager
async def set_stage(folder: Path) -> AsyncIterator[Stage]:
    """Starts all of it; nothing of it is left after."""
    async with AsyncExitStack() as stack:
        env = await stack.enter_async_context(await _time_skipping_temporal())
        database = await stack.enter_async_context(
            Stack(StackOptions(state_dir=folder, parts={Part.DATABASE}, durable=False))
        )
        world = await stack.enter_async_context(simulated_counterparties(database.database_url))
        engine = make_engine(database.database_url)
        stack.callback(engine.dispose)
        stage = Stage(
            env=env,
            engine=engine,
            books=TroubledBooks(PostgresBooks(engine)),
            world=world,
        )
        register_parties(stage.registry)
        await stack.enter_async_context(stage.worker(TASK_QUEUE))
        yield stage


async def _card_of(handle: WorkflowHandle[Any, Any]) -> str:
    """A workflow's card, as staff read it."""
    metadata = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return metadata.current_details


async def _time_skipping_temporal() -> WorkflowEnvironment:
    env = await WorkflowEnvironment.start_time_skipping_v2(
        # Off until it is asked for: no timer fires while a test still acts.
        ts_config=TimeSkippingConfig(enabled=False),
        namespace="daigou",
        data_converter=DATA_CONVERTER,
        dev_server_existing_path=f"{sysconfig.get_path('scripts')}/temporal",
        dev_server_extra_args=with_values(*QUICK, "frontend.WorkflowTimeSkippingEnabled=true"),
        dev_server_log_level="error",
    )
    await set_up_temporal(env.client)
    return env


def register_parties(registry: Registry) -> None:
    for party, role, name, address in (
        (PROVIDER, Role.PROVIDER, "Kai Purchasing", ""),
        (STORAGE, Role.STORAGE, "Yiwu Storage", ADDRESS),
        (LOGISTICS, Role.LOGISTICS, "Sino Freight", ""),
        (INSTITUTION, Role.PAYMENT_INSTITUTION, "the institution", ""),
    ):
        registry.register_party(id=party, role=role, country="CN", name=name, address=address)
