"""Owns the actors: each looks at the order, does the next act of its plan, and looks again.

Nothing is remembered beyond what a look and the receipts since then say, and each act's idempotency
key is made of the order, the act and how far the order had come: whoever is killed, the next one
goes on from what it sees.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from daigou.demo.bodies import command_body, place_order
from daigou.demo.cast import again
from daigou.demo.desk import Desk
from daigou.demo.notebook import Notebook
from daigou.demo.stage import Stage
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.plans import (
    Act,
    Happened,
    Plan,
    has_ended,
    movement_in,
    next_act,
    state_of,
    strays,
)
from gateway.answers import OrderAnswer, ReceiptAnswer
from gateway.client import RefusalError, UnansweredError

AT_THE_COUNTER_MAX, IN_THE_BACK_OFFICE_MAX = 2, 2
"""So many orders do their first acts at once, whose windows are a second long, and so many others
their later ones: two cores keep up with them."""
STALL_SECONDS = 0.5
"""An order whose acts took longer to be answered was held up: it is half of a 24-hour window."""
REPLACEMENTS_MAX = 8
LOOK_SECONDS = 0.25
STUCK_LOOKS_MAX = 20


class Standing(StrEnum):
    """How an order came out."""

    PLANNED = "as planned"
    OVERTAKEN = "overtaken"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """An order at its end: where, with which sums in fen, and what was not as planned."""

    plan: Plan
    state: State
    collected: int = 0
    refunded: int = 0
    fee: int = 0
    faults: tuple[str, ...] = ()
    standing: Standing


class StuckError(Exception):
    """An order that goes neither forward nor to its end; the text says where, and why."""


class Actors:
    """Everyone who acts in a run. `states` shows where each of its orders is."""

    def __init__(self, *, stage: Stage, notebook: Notebook, agreed_at: datetime) -> None:
        self.states: dict[str, State] = {}
        self._stage = stage
        self._notebook = notebook
        self._agreed_at = agreed_at
        self._answer_seconds: dict[str, float] = defaultdict(float)
        self._counter = asyncio.Semaphore(AT_THE_COUNTER_MAX)
        self._back_office = asyncio.Semaphore(IN_THE_BACK_OFFICE_MAX)

    async def play(self, plan: Plan) -> list[Played]:
        """Drives an order to its end, and others in its place while a pause overtakes it."""
        played = [await self._play_one(plan)]
        while played[-1].standing == Standing.OVERTAKEN and len(played) <= REPLACEMENTS_MAX:
            played.append(await self._play_one(again(plan, len(played))))
        if played[-1].standing == Standing.OVERTAKEN:
            # As often as this, it is no accident any more.
            played[-1] = replace(played[-1], standing=Standing.FAILED)
        return played

    async def _play_one(self, plan: Plan) -> Played:
        try:
            async with self._counter:
                history, due = await self._act(plan)
            while not has_ended(plan, history):
                await asyncio.sleep(await self._seconds_to_wait(plan, history, due))
                async with self._back_office:
                    history, due = await self._act(plan)
        except (StuckError, UnansweredError) as stuck:
            state = self.states.get(plan.deal.order, State.NEW)
            return Played(plan=plan, state=state, faults=(str(stuck),), standing=Standing.FAILED)
        return self._judge(plan, history, await self._desk_of(plan).order(plan.deal.order))

    async def _act(self, plan: Plan) -> tuple[Sequence[Happened], datetime | None]:
        """Does every act that is ripe; what happened by then, and the next deadline if known."""
        receipt: ReceiptAnswer | None = None
        refusal, looks = "", 0
        history = await self._look(plan)
        while (act := next_act(plan, history)) or not history:
            try:
                receipt = await self._timed(plan, act, history)
            except RefusalError as refused:
                # A deadline may strike between the look and the act: look again.
                if str(refused) == refusal and (looks := looks + 1) > STUCK_LOOKS_MAX:
                    raise StuckError(f"{act.trigger if act else 'request'}: {refused}") from refused
                refusal = str(refused)
                await asyncio.sleep(LOOK_SECONDS)
                history = await self._look(plan)
            else:
                history = _with_receipt(history, act, receipt) or await self._look(plan)
                looks = 0
            self.states[plan.deal.order] = state_of(history)
        due = receipt.due_at if receipt and receipt.sequence == history[-1].sequence else None
        return history, due

    async def _look(self, plan: Plan) -> Sequence[Happened]:
        history = await self._desk_of(plan).timeline(plan.deal.order)
        self.states[plan.deal.order] = state_of(history)
        return history

    async def _timed(
        self, plan: Plan, act: Act | None, history: Sequence[Happened]
    ) -> ReceiptAnswer:
        begins = time.monotonic()
        try:
            return await (self._do(plan, act, history) if act else self._request(plan))
        finally:
            self._answer_seconds[plan.deal.order] += time.monotonic() - begins

    async def _request(self, plan: Plan) -> ReceiptAnswer:
        body = place_order(
            plan.deal, logistics_later=plan.path.logistics_later, agreed_at=self._agreed_at
        )
        return await self._desk_of(plan).place(body, key=f"{plan.deal.order}/request")

    async def _do(self, plan: Plan, act: Act, history: Sequence[Happened]) -> ReceiptAnswer:
        order, deal = plan.deal.order, plan.deal
        reference = None
        if act.decides:
            reference = movement_in(act.at, order, history)
            await self._stage.decide(act, reference)
        return await self._stage.desk(act.role, deal.party(act.role)).command(
            order,
            act.trigger,
            command_body(act.command, reference=reference),
            key=f"{order}/{act.trigger}/{history[-1].sequence}",
            refund_of=reference if act.at == State.DUE else None,
        )

    async def _seconds_to_wait(
        self, plan: Plan, history: Sequence[Happened], due: datetime | None
    ) -> float:
        """Until the next deadline, where only a clock moves the order; else until the next look."""
        state = state_of(history)
        if state in FULFILMENT.ends or FULFILMENT.wait(state).errand:
            return LOOK_SECONDS
        if due is None:
            order = await self._desk_of(plan).order(plan.deal.order)
            due = order.due_at if order.state == state else None
        left = (due - datetime.now(UTC)).total_seconds() if due else 0
        return max(left, 0) + LOOK_SECONDS / 2

    def _judge(self, plan: Plan, history: Sequence[Happened], order: OrderAnswer) -> Played:
        expected = plan.expected
        sums = {
            "collected": (order.collected.amount, expected.collected),
            "refunded": (order.refunded.amount, expected.refunded),
            "fee": (order.fee_earned.amount, expected.fee),
        }
        off_the_path = strays(plan, history)
        wrong = tuple(
            f"{name} {found}, expected {sought}"
            for name, (found, sought) in sums.items()
            if found != sought
        )
        standing = Standing.PLANNED
        if off_the_path or wrong:
            standing = Standing.OVERTAKEN if off_the_path else Standing.FAILED
        if standing == Standing.OVERTAKEN and not self._was_held_up(order.id, history):
            standing = Standing.FAILED
        return Played(
            plan=plan,
            state=order.state,
            collected=order.collected.amount,
            refunded=order.refunded.amount,
            fee=order.fee_earned.amount,
            faults=off_the_path + wrong,
            standing=standing,
        )

    def _was_held_up(self, order: str, history: Sequence[Happened]) -> bool:
        begins, ends = history[0].at, history[-1].at
        return self._answer_seconds[order] > STALL_SECONDS or any(
            pause.overlaps(begins, ends) for pause in self._notebook.pauses
        )

    def _desk_of(self, plan: Plan) -> Desk:
        return self._stage.desk(Role.CLIENT, plan.deal.client.id)


def _with_receipt(
    history: Sequence[Happened], act: Act | None, receipt: ReceiptAnswer
) -> Sequence[Happened]:
    """The history with the one step of a receipt; empty if more happened than the receipt tells."""
    known = history[-1].sequence if history else 0
    if receipt.sequence != known + 1 or (act and act.at == State.DUE):
        return ()
    step = Happened(
        table=TableName.FULFILMENT,
        item="",
        trigger=act.trigger if act else Trigger.REQUEST,
        source=state_of(history),
        target=receipt.state,
        sequence=receipt.sequence,
        at=receipt.at,
    )
    return (*history, step)
