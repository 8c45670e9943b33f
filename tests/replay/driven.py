"""One workflow on its course: commands reach it as Temporal updates, and its time is skipped.

No time can be skipped for an order beside which another workflow goes on, of a case or a claim: it
passes by itself meanwhile, as fast as the order's scale has it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from temporalio.client import (
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowHandle,
)
from temporalio.common import WorkflowIDConflictPolicy

from daigou.domain.chargebacks import footing_of
from daigou.domain.claims import grounds_for
from daigou.domain.commands import Claim, Command, Opponent, PlaceFreeze, ReportChargeback, Tip
from daigou.domain.ids import (
    AppKey,
    ClaimId,
    OrderId,
    PartyId,
    SubjectId,
    case_workflow_id,
    kind_of,
    workflow_id,
)
from daigou.domain.lifecycle import TABLES
from daigou.domain.order import Actor, Parties, Role, State, TableName, Trigger
from daigou.domain.steps import Receipt
from daigou.ledger.account_views import parties_of_freeze
from daigou.ledger.queries import Queries
from daigou.simulator.plans import BESIDE, Happened, items_of
from tests.replay.courses import HOSTED
from tests.workflows.stage import TASK_QUEUE, Stage
from workflows import messages
from workflows.messages import OpenClaim, Opening, OpenSubject, Pull, update_name

APP = AppKey("app_recorder")
ASKING = timedelta(minutes=10)
"""Time enough for a counterparty that answers at all."""
LATE = timedelta(seconds=2)
"""So long after its time was skipped to a timer has fired, on a busy machine too."""
A_LITTLE_LATE = timedelta(seconds=0.3)
"""And so long after its time came by itself."""
DAY = timedelta(days=1)
LOOK_SECONDS = 0.05

_TIMELINE = text(
    "SELECT axis, CASE subject WHEN :of THEN item ELSE subject END AS item,"
    " trigger, source, target, sequence, at FROM transition"
    " WHERE subject = :of OR subject = ANY(CAST(:beside AS varchar[]))"
    " ORDER BY subject = :of, subject, sequence"
)
_ALONE = (TableName.RECHARGE, TableName.CONSULTATION)
_WAITS = text(
    "SELECT 'fulfilment', state, next_due_at FROM purchase_order WHERE id = :of"
    " UNION ALL SELECT axis, i.state, i.next_due_at"
    " FROM order_item i JOIN purchase_order o ON o.id = i.subject"
    " WHERE i.subject = :of AND i.ended_at IS NULL"
    " AND (o.ended_at IS NULL OR axis IN ('cancellation', 'dissolution', 'refund'))"
    + "".join(
        f" UNION ALL SELECT '{table}', state, next_due_at FROM \"{table}\""
        " WHERE ended_at IS NULL AND (id = :of OR id = ANY(CAST(:beside AS varchar[])))"
        for table in (*BESIDE, *_ALONE)
    )
)


class Driven:
    """What is said to the workflow of a subject, and what the books tell of it."""

    def __init__(
        self,
        stage: Stage,
        subject: str,
        *,
        beside: Sequence[SubjectId] = (),
        time_scale: int = 1,
    ) -> None:
        self.subject = SubjectId(subject)
        self._beside = tuple(beside)
        self._of = {"of": self.subject, "beside": list(beside)}
        self.handle: WorkflowHandle[Any, Any] = stage.env.client.get_workflow_handle(
            workflow_id(self.subject)
        )
        self._stage = stage
        self._time_scale = time_scale
        self._said = 0
        self._asked_at = 0

    def actor(self, role: Role, party: PartyId) -> Actor:
        """Someone who acts through an application."""
        return Actor(role=role, party=party, app=APP)

    def command_id(self) -> str:
        """The key of the next command."""
        self._said += 1
        return f"{self.subject}/said/{self._said}"

    async def claim(self, claim: ClaimId, request: Claim, actor: Actor) -> Receipt:
        """Makes a claim on it, by what the books know of it."""
        order = Queries(self._stage.engine).order(request.order)
        of_logistics = request.against == Opponent.LOGISTICS
        grounds = grounds_for(order.grounds, against=request.against)
        return await self.open(
            OpenClaim(
                claim=claim,
                request=replace(request, grounds=grounds),
                parties=Parties.of_claim(
                    client=order.parties.client,
                    provider=order.parties.provider,
                    logistics=order.parties.logistics if of_logistics else None,
                ),
                actor=actor,
                command_id=self.command_id(),
                terms_version=order.terms_version,
                time_scale=self._time_scale,
            )
        )

    async def begin(self, subject: SubjectId, request: Command, actor: Actor) -> Receipt:
        """Begins what is beside it and no claim, by what the books know of it."""
        order = Queries(self._stage.engine).order(OrderId(self.subject))
        client, provider = order.parties.client, order.parties.provider
        match request:
            case Tip():
                request = replace(request, grounds=order.tip_grounds)
                parties = Parties.between(client=client, provider=provider)
            case ReportChargeback():
                request = replace(request, footing=footing_of(order.facts))
                parties = replace(order.parties, promoter=None)
            case PlaceFreeze(order=str()):
                parties = parties_of_freeze(client=client, provider=provider, logistics=None)
            case _:
                parties = Parties.alone(client)
        return await self.open(
            OpenSubject(
                subject=subject,
                request=request,
                parties=parties,
                actor=actor,
                command_id=self.command_id(),
                terms_version=order.terms_version,
                time_scale=self._time_scale,
            )
        )

    async def open(self, opening: Opening) -> Receipt:
        """Starts a workflow, and hears that its request is written."""
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            kind_of(opening.subject).workflow,
            opening,
            id=workflow_id(opening.subject),
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )
        return await self._stage.env.client.execute_update_with_start_workflow(
            messages.OPENED,
            start_workflow_operation=start,
            id=opening.command_id,
            result_type=Receipt,
        )

    async def pull(
        self, trigger: Trigger, actor: Actor, command: Command, *, item: str = ""
    ) -> Receipt:
        """Gives it a command, or what is beside it, where the item is that."""
        to = self.handle
        if item.partition("_")[0] in BESIDE.values():
            to, item = self._stage.env.client.get_workflow_handle(workflow_id(item)), ""
        pull = Pull(actor=actor, command=command, command_id=self.command_id(), item=item)
        return await to.execute_update(
            update_name(trigger), pull, id=pull.command_id, result_type=Receipt
        )

    def happened(self) -> list[Happened]:
        """Its transitions so far."""
        with self._stage.engine.connect() as connection:
            rows = connection.execute(_TIMELINE, self._of).mappings().all()
        return [
            Happened(
                table=TableName(row["axis"]),
                item=row["item"],
                trigger=Trigger(row["trigger"]),
                source=State(row["source"]),
                target=State(row["target"]),
                sequence=row["sequence"],
                at=row["at"],
            )
            for row in rows
        ]

    @property
    def beside(self) -> list[WorkflowHandle[Any, Any]]:
        """The workflows of its cases, and of what stands beside it."""
        steps, client = self.happened(), self._stage.env.client
        cases = [
            case_workflow_id(self.subject, table, number)
            for table in HOSTED
            for number, _ in enumerate(items_of(steps, table), start=1)
        ]
        there = {step.item for step in steps}
        others = [workflow_id(each) for each in self._beside if each in there]
        return [client.get_workflow_handle(each) for each in (*cases, *others)]

    async def let_time_pass(self) -> None:
        """Until a counterparty that is asked has answered; if it is silent, to the next deadline.

        What is under way at once, such as a call's first answer, comes before any time passes.
        """
        sequence = len(self.happened())
        await self._settled()
        if len(self.happened()) > sequence:
            return
        if self._is_asking() and self._asked_at != sequence:
            self._asked_at = sequence
            await self._pass(ASKING / self._time_scale)
        elif due := min((due for _, _, due in self._waits() if due), default=None):
            await self._pass(max(due - await self.now(), timedelta(0)))
        else:
            await self._pass(DAY / self._time_scale)

    def _is_asking(self) -> bool:
        return any(
            state not in table.ends and table.wait(state).errand
            for table, state, _ in self._waits()
        )

    def _waits(self) -> list[tuple[Any, State, datetime | None]]:
        with self._stage.engine.connect() as connection:
            rows = connection.execute(_WAITS, self._of).all()
        return [(TABLES[TableName(table)], State(state), due) for table, state, due in rows]

    async def news_arrived(self) -> None:
        """Until each has heard what another of them tells it."""
        if self._beside:
            await asyncio.sleep(LOOK_SECONDS)
            await self._settled()

    async def over(self) -> None:
        """Until its workflow has ended, and all beside it but what is left open: a chargeback waits
        for its verdict, or its debt, for months."""
        latest = {step.item: step for step in self.happened() if step.table in BESIDE}
        left_open = {
            workflow_id(item)
            for item, step in latest.items()
            if step.target not in TABLES[step.table].ends
        }
        for handle in (self.handle, *self.beside):
            if handle.id not in left_open:
                await handle.result()
        await self._settled()

    async def now(self) -> datetime:
        """Its own time."""
        skipped = await self._stage.env.get_time_skipping_info(self.handle)
        if skipped is None or not skipped.HasField("current_time"):
            return datetime.now(UTC)
        return skipped.current_time.ToDatetime(tzinfo=UTC)

    async def _pass(self, by: timedelta) -> None:
        if await self._goes_on_beside():
            await asyncio.sleep((by + A_LITTLE_LATE).total_seconds())
        else:
            await self._stage.env.fast_forward(self.handle, by + LATE)
        await self._settled()

    async def _goes_on_beside(self) -> bool:
        statuses = [(await handle.describe()).status for handle in self.beside]
        return WorkflowExecutionStatus.RUNNING in statuses

    async def _settled(self) -> None:
        # Whatever reaches a workflow in the middle of a task would cost it another one.
        for handle in (self.handle, *self.beside):
            while (await handle.describe()).raw_description.HasField("pending_workflow_task"):
                await asyncio.sleep(LOOK_SECONDS)
