"""Owns the actors: each looks at the order, does the next act of its plan, and looks again.

Nothing is remembered beyond what a look and the receipts since then say, and each act's idempotency
key is made of the order, the act and how far the order had come: whoever is killed, the next one
goes on from what it sees.
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from daigou.demo.bodies import command_body, place_order
from daigou.demo.cast import again
from daigou.demo.desk import Desk
from daigou.demo.notebook import Notebook
from daigou.demo.stage import Stage
from daigou.demo.turns import Turn, Turns
from daigou.domain.commands import Command, SettleCancellation
from daigou.domain.lifecycle import FULFILMENT, TABLES
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.plans import (
    BESIDE,
    Act,
    Event,
    Happened,
    Plan,
    beside_of,
    command_now,
    has_ended,
    item_of,
    items_of,
    movement_of,
    next_act,
    next_cue,
    proved,
    state_of,
    strays,
)
from gateway.answers import OrderAnswer, ReceiptAnswer
from gateway.client import RefusalError, UnansweredError

STALL_SECONDS = 0.5
"""An order that waited longer for its turns and answers was held up: half of a 24-hour window."""
REPLACEMENTS_MAX = 8
LOOK_SECONDS = 0.25
STUCK_LOOKS_MAX = 20
OPENINGS_MAX = 2
"""So many orders do their first acts at once, whose windows are a second long."""
BALANCE_LATER = timedelta(days=7)
LIFE_SECONDS_MAX = 240.0
"""An order that lives longer has lost its way, and nobody comes to fetch it."""


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
    """Everyone who acts in a run. `states` shows where each of its orders is.

    `resumed_at` is when a run that was cut off went on: what held up its orders before, nobody
    remembers.
    """

    def __init__(
        self,
        *,
        stage: Stage,
        notebook: Notebook,
        agreed_at: datetime,
        resumed_at: datetime | None = None,
    ) -> None:
        self.states: dict[str, State] = {}
        self._stage = stage
        self._notebook = notebook
        self._agreed_at = agreed_at
        self._resumed_at = resumed_at
        self._late_seconds: dict[str, float] = defaultdict(float)
        self._turns = Turns()
        self._openings = asyncio.Semaphore(OPENINGS_MAX)

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
            await self._live(plan)
        except TimeoutError:
            return await self._stuck(plan, f"not at its end after {LIFE_SECONDS_MAX:.0f} s")
        except (StuckError, UnansweredError) as stuck:
            return await self._stuck(plan, str(stuck))
        # What receipts told is forgotten: the verdict is on what the order's own timeline says.
        history = await self._look(plan)
        return self._judge(plan, history, await self._desk_of(plan).order(plan.deal.order))

    async def _live(self, plan: Plan) -> None:
        if plan.path.pace == 1:
            async with self._openings:
                history, receipt = await self._act(plan)
        else:
            async with self._turns.take(Turn.ALONE):
                history, receipt = await self._act(plan, alone=True)
        async with asyncio.timeout(LIFE_SECONDS_MAX):
            while not has_ended(plan, history):
                await self._sleep(plan, await self._seconds_to_wait(plan, history, receipt))
                history, receipt = await self._act(plan)

    async def _sleep(self, plan: Plan, seconds: float) -> None:
        begins = time.monotonic()
        await asyncio.sleep(seconds)
        self._late_seconds[plan.deal.order] += time.monotonic() - begins - seconds

    async def _stuck(self, plan: Plan, why: str) -> Played:
        standing, state = Standing.FAILED, self.states.get(plan.deal.order, State.NEW)
        with contextlib.suppress(UnansweredError):
            history = await self._look(plan)
            if history and self._was_held_up(plan, history):
                standing = Standing.OVERTAKEN
        return Played(plan=plan, state=state, faults=(why,), standing=standing)

    async def _act(
        self, plan: Plan, *, alone: bool = False
    ) -> tuple[Sequence[Happened], ReceiptAnswer | None]:
        """Does every act that is ripe, each in a turn of its own unless nobody else acts; what
        happened by then, and the receipt of the last one."""
        receipt: ReceiptAnswer | None = None
        refusal, looks = "", 0
        begins = time.monotonic()
        history = await self._look(plan)
        while (act := next_act(plan, history)) or not history:
            # A request may wait; from then on the order has deadlines.
            turn = self._turns.take(Turn.GOING_ON if act else Turn.NEW)
            try:
                async with contextlib.nullcontext() if alone else turn:
                    begins = begins if act else time.monotonic()
                    receipt = await (self._do(plan, act, history) if act else self._request(plan))
            except RefusalError as refused:
                # A deadline may strike between the look and the act: look again.
                if str(refused) == refusal and (looks := looks + 1) > STUCK_LOOKS_MAX:
                    raise StuckError(f"{act.trigger if act else 'request'}: {refused}") from refused
                refusal = str(refused)
                await asyncio.sleep(LOOK_SECONDS)
                history = await self._look(plan)
            else:
                history = told_by(receipt, plan, history) or await self._look(plan)
                looks = 0
            self.states[plan.deal.order] = state_of(history)
        self._late_seconds[plan.deal.order] += time.monotonic() - begins
        return history, receipt

    async def _look(self, plan: Plan) -> Sequence[Happened]:
        await self._stage.welcome(plan.deal.client)
        desk = self._desk_of(plan)
        beside = [step for each in plan.beside for step in await desk.timeline_beside(each)]
        history = (*beside, *await desk.timeline(plan.deal.order))
        self.states[plan.deal.order] = state_of(history)
        return history

    async def _request(self, plan: Plan) -> ReceiptAnswer:
        # In a run that takes long, some accounts are not used for months.
        await self._desk_of(plan).recover_account(plan.deal.client.id)
        await self._stage.give_coupon(plan, since=self._agreed_at)
        await self._stage.fill_deposit(plan)
        body = place_order(plan, agreed_at=self._agreed_at, balance_by=self._balance_by(plan))
        return await self._stage.counter(plan).place(body, key=f"{plan.deal.order}/request")

    def _balance_by(self, plan: Plan) -> datetime:
        """The date for the balance: the same one when the run goes on, unless it is near."""
        if plan.path.balance_days:
            return datetime.now(UTC) + plan.path.balance_days * self._stage.day
        return self._agreed_at + BALANCE_LATER

    async def _do(self, plan: Plan, act: Act, history: Sequence[Happened]) -> ReceiptAnswer:
        order, deal = plan.deal.order, plan.deal
        desk = self._stage.desk(act.role, deal.party(act.role))
        key = f"{order}/{act.trigger}/{act.item}/{len(history)}"
        if act.decides:
            await self._stage.decide(act, movement_of(act, order, history))
        await self._stage.pay_back(act, order)
        if act.recharges_fen:
            await desk.recharge(Money(act.recharges_fen), recharge_id=f"rch_for_{order}")
        command = proved(
            command_now(act, order, history),
            [
                await desk.hand_in(order, words, key=f"{key}/evidence/{number}")
                for number, words in enumerate(act.hands_in)
            ],
        )
        await self._stage.dispute(act, order, command)
        if isinstance(command, SettleCancellation):
            command = await self._as_previewed(desk, plan, act, command)
        if act.table in BESIDE:
            return await desk.command_beside(beside_of(act, order), act.trigger, command, key=key)
        return await desk.command(
            order, act.trigger, command_body(command), key=key, item=_named(act, history)
        )

    async def _as_previewed(
        self, desk: Desk, plan: Plan, act: Act, command: SettleCancellation
    ) -> Command:
        """The settlement with the digest of what it would do now; where that is over by the time
        it is sent, it is refused, and the order looked at again."""
        body = {name: said for name, said in command_body(command).items() if name != "digest"}
        return replace(command, digest=await desk.preview(plan.deal.order, act.trigger, body))

    async def _seconds_to_wait(
        self, plan: Plan, history: Sequence[Happened], receipt: ReceiptAnswer | None
    ) -> float:
        """Until the next deadline, of the order or an item of it, unless somebody else is to act:
        then until the next look."""
        state, cue = state_of(history), next_cue(plan, history)
        if state in FULFILMENT.ends or (isinstance(cue, Event) and not _is_of_its_clocks(cue)):
            return LOOK_SECONDS
        due = receipt.due_at if receipt and _is_of_all(receipt, history) else None
        if due is None:
            order = await self._desk_of(plan).order(plan.deal.order)
            if order.sequence != history[-1].sequence:
                return 0
            due = order.due_at
        left = (due - datetime.now(UTC)).total_seconds() if due else LOOK_SECONDS
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
        if standing == Standing.OVERTAKEN and not self._was_held_up(plan, history):
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

    def _was_held_up(self, plan: Plan, history: Sequence[Happened]) -> bool:
        moments = [step.at for step in history]
        begins, ends = min(moments), max(moments)
        if self._resumed_at and begins < self._resumed_at:
            return True
        late = self._late_seconds[plan.deal.order]
        return late > STALL_SECONDS / plan.path.pace or any(
            pause.overlaps(begins, ends) for pause in self._notebook.pauses
        )

    def _desk_of(self, plan: Plan) -> Desk:
        return self._stage.desk(Role.CLIENT, plan.deal.client.id)


def _named(act: Act, history: Sequence[Happened]) -> tuple[TableName, str] | None:
    """The item that a command names: a refund always, another where there are several."""
    item = item_of(act, history)
    if item and (act.table == TableName.REFUND or len(items_of(history, act.table)) > 1):
        return act.table, item
    return None


def _is_of_its_clocks(cue: Event) -> bool:
    """Whether a clock of the order brings it about, or of an item of it, and not of what is beside
    it."""
    return cue.by_clock and cue.table not in BESIDE


def _is_of_all(receipt: ReceiptAnswer, history: Sequence[Happened]) -> bool:
    """Whether the receipt's deadline is the only one that runs: nothing moved since, and all that
    the order is about is in one axis."""
    if receipt.sequence != history[-1].sequence or receipt.order_state in FULFILMENT.ends:
        return False
    items = {step.item for step in history if step.item}
    if receipt.item:
        return len(items) == 1 and FULFILMENT.wait(receipt.order_state).follows_items
    return not items


def told_by(receipt: ReceiptAnswer, plan: Plan, history: Sequence[Happened]) -> Sequence[Happened]:
    """The history with what the receipt of a plan's next act tells: its own step, and the one that
    followed on it, of the order that follows its parcel or of the counterparty that answered.

    Empty where more happened, or something else than the plan says, or it is beside the order.
    """
    act = next_act(plan, history)
    if act and act.table in BESIDE:
        return ()
    known = history[-1].sequence if history else 0
    own = Happened(
        table=act.table if act else TableName.FULFILMENT,
        item=receipt.item or "",
        trigger=act.trigger if act else Trigger.REQUEST,
        source=act.at if act and not act.opens else State.NEW,
        target=receipt.state,
        sequence=known + 1,
        at=receipt.at,
    )
    match receipt.sequence - known:
        case 1:
            return (*history, own)
        case 2 if own.item:
            trigger, source, target = _followed_by(own), state_of(history), receipt.order_state
            if trigger == Trigger.FOLLOW_CASE and _ends_it(own) != (target in FULFILMENT.ends):
                return ()
        case 2:
            own = replace(own, target=_asks_outside(own))
            cue = next_cue(plan, (*history, own))
            if not isinstance(cue, Event) or cue.by_clock or cue.at != own.target:
                return ()
            trigger, source, target = cue.trigger, own.target, receipt.state
        case _:
            return ()
    follows = Happened(
        table=TableName.FULFILMENT,
        item="",
        trigger=trigger,
        source=source,
        target=target,
        sequence=known + 2,
        at=receipt.at,
    )
    return (*history, own, follows) if _is_a_row(own) and _is_a_row(follows) else ()


def _is_a_row(step: Happened) -> bool:
    rows = TABLES[step.table].rows_from(step.source, step.trigger)
    return step.target in {row.target for row in rows}


def _followed_by(own: Happened) -> Trigger:
    """What the order does after one of its items: it follows a parcel, and a case that was opened
    or came to where it holds the order up no more."""
    table = TABLES[own.table]
    ends = {State.CHASING, *table.ends}
    if table.hosted and (own.source == State.NEW or own.target in ends):
        return Trigger.FOLLOW_CASE
    return Trigger.FOLLOW_PARCELS


def _ends_it(own: Happened) -> bool:
    """Whether a case came where its order ends by it."""
    return own.target in (State.CANCELLED, State.DISSOLVED, State.CHASING)


def _asks_outside(own: Happened) -> State:
    """The state in which a counterparty is asked, if the trigger can lead to one."""
    for row in FULFILMENT.rows_from(own.source, own.trigger):
        if row.target not in FULFILMENT.ends and FULFILMENT.wait(row.target).errand:
            return row.target
    return own.target
