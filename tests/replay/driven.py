"""One workflow on its course: commands reach it as Temporal updates, and its time is skipped.

No time can be skipped for an order beside which another workflow goes on, of a case or a claim: it
passes by itself meanwhile, as fast as the order's scale has it.
"""

import asyncio
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

from daigou.domain.claims import grounds_for
from daigou.domain.commands import Claim, Command, Opponent, Tip
from daigou.domain.ids import (
    AppKey,
    ClaimId,
    PartyId,
    SubjectId,
    case_workflow_id,
    kind_of,
    workflow_id,
)
from daigou.domain.lifecycle import TABLES
from daigou.domain.order import Actor, Parties, Role, State, TableName, Trigger
from daigou.domain.steps import Receipt
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
"""A timer may fire up to a second after its time was skipped to."""
A_LITTLE_LATE = timedelta(seconds=0.3)
"""And so long after its time came by itself."""
DAY = timedelta(days=1)
LOOK_SECONDS = 0.05

_TIMELINE = text(
    "SELECT axis, CASE subject WHEN :of THEN item ELSE subject END AS item,"
    " trigger, source, target, sequence, at FROM transition"
    " WHERE subject = :of OR subject IN (SELECT id FROM claim WHERE order_id = :of"
    " UNION ALL SELECT id FROM tip WHERE order_id = :of)"
    " ORDER BY subject = :of, subject, sequence"
)
_WAITS = text(
    "SELECT 'fulfilment', state, next_due_at FROM purchase_order WHERE id = :of"
    " UNION ALL SELECT axis, i.state, i.next_due_at"
    " FROM order_item i JOIN purchase_order o ON o.id = i.subject"
    " WHERE i.subject = :of AND i.ended_at IS NULL"
    " AND (o.ended_at IS NULL OR axis IN ('cancellation', 'dissolution', 'refund'))"
    " UNION ALL SELECT 'claim', state, next_due_at FROM claim"
    " WHERE order_id = :of AND ended_at IS NULL"
    " UNION ALL SELECT 'tip', state, next_due_at FROM tip"
    " WHERE order_id = :of AND ended_at IS NULL"
    " UNION ALL SELECT 'recharge', state, next_due_at FROM recharge WHERE id = :of"
)


class Driven:
    """What is said to the workflow of a subject, and what the books tell of it."""

    def __init__(self, stage: Stage, subject: str, *, time_scale: int = 1) -> None:
        self.subject = SubjectId(subject)
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

    async def tip(self, tip: SubjectId, request: Tip, actor: Actor) -> Receipt:
        """Gives a tip for it, by what the books know of it."""
        order = Queries(self._stage.engine).order(request.order)
        return await self.open(
            OpenSubject(
                subject=tip,
                request=replace(request, grounds=order.tip_grounds),
                parties=Parties.between(
                    client=order.parties.client, provider=order.parties.provider
                ),
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
        """Gives it a command, or the claim on it or tip for it that the item is."""
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
            rows = connection.execute(_TIMELINE, {"of": self.subject}).mappings().all()
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
        others = [workflow_id(each) for table in BESIDE for each in items_of(steps, table)]
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
            rows = connection.execute(_WAITS, {"of": self.subject}).all()
        return [(TABLES[TableName(table)], State(state), due) for table, state, due in rows]

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
