"""The parts of the demo: plans the gateway takes, notes that outlive a kill, a fair verdict."""

import asyncio
import io
import stat
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import TypeAdapter
from rich.console import Console

from daigou.demo.actors import REPLACEMENTS_MAX, Actors, Played, Standing, told_by
from daigou.demo.board import Board, faults, orders_table
from daigou.demo.bodies import command_body, place_order, register_party
from daigou.demo.cast import ORDERS_DEFAULT, Cast, again
from daigou.demo.notebook import Credentials, Notebook
from daigou.demo.stage import Stage, recharges
from daigou.demo.turns import SLOTS, Turn, Turns
from daigou.domain.commands import (
    NO_DRIFT,
    Claim,
    CloseAccount,
    EvidenceBundle,
    Outcome,
    PlaceFreeze,
    ReportChargeback,
    RequestWithdrawal,
    SettleCancellation,
    Tip,
)
from daigou.domain.ids import MovementRef
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.paths import PATHS
from daigou.simulator.plans import Happened, Plan, next_act, proved, state_of
from gateway.calling import RefusalError
from gateway.problems import Problem
from gateway.request_body import PlaceOrder
from gateway.schemas import (
    BODIES,
    CloseAccountBody,
    GiveTipBody,
    MakeClaimBody,
    PlaceFreezeBody,
    RefundOutcomeBody,
    RegisterParty,
    ReportChargebackBody,
    WithdrawalBody,
)
from tests.simulator.walk import walk

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CAST = Cast(seed=1, run=1)
PLANS = CAST.plans(ORDERS_DEFAULT)


def plan_of_path(name: str) -> Plan:
    return next(plan for plan in PLANS if plan.path.name == name)


OPENED_BESIDE: dict[type[Any], type[Any]] = {
    CloseAccount: CloseAccountBody,
    PlaceFreeze: PlaceFreezeBody,
    ReportChargeback: ReportChargebackBody,
    RequestWithdrawal: WithdrawalBody,
}
KNOWN_OTHERWISE = ("client", "order", "footing")
"""What is said by the path of a request, by another name, or by what is known of an order."""


def check_what_is_opened(model: type[Any], body: dict[str, Any]) -> None:
    """Checks that what is opened beside an order can be said to the gateway."""
    said = {name: each for name, each in body.items() if name not in KNOWN_OTHERWISE}
    if "payment" in said:
        said["payment"] = "ord_test/3"

    asked = model.model_validate_json(TypeAdapter(dict[str, Any]).dump_json(said))

    assert TypeAdapter(dict[str, Any]).dump_python(said, mode="json").items() <= (
        asked.model_dump(mode="json").items()
    )


# The cast and what it says.


def test_an_order_goes_down_every_path() -> None:
    counts = Counter(plan.path.name for plan in PLANS)

    assert len(PLANS) >= 100
    assert set(counts) == {path.name for path in PATHS}


def test_more_orders_go_down_paths_by_chance_but_none_that_takes_months() -> None:
    more = Cast(seed=1, run=1).plans(len(PATHS) + 40)[len(PATHS) :]

    assert len({plan.path.name for plan in more}) > 20
    assert {plan.path.pace for plan in more} == {1}


def test_poor_clients_have_nothing_in_their_deposits() -> None:
    poor = {party.id for party in CAST.poor}

    filled = recharges(PLANS)

    assert {plan.deal.client.id for plan in PLANS if plan.path.poor} <= poor
    assert not any(filled.get(client) for client in poor)


def test_a_cast_is_the_same_for_the_same_run_and_its_ids_are_new_in_the_next() -> None:
    assert Cast(seed=1, run=1).plans(10) == PLANS[:10]
    of_next = {plan.deal.order for plan in Cast(seed=1, run=2).plans(10)}
    assert not of_next & {plan.deal.order for plan in PLANS}


def test_an_order_in_the_place_of_another_has_an_id_of_its_own() -> None:
    first = again(PLANS[0], 1)

    assert first.deal.order == "ord_demo1_001b"
    assert again(first, 2).deal.order == "ord_demo1_001c"
    assert first.expected == PLANS[0].expected


def test_who_plays_alone_has_one_order_and_in_its_place_another_client_has_another() -> None:
    alone = [plan for plan in PLANS if plan.path.plays_alone]
    playing = Counter(plan.deal.client.id for plan in PLANS)
    registered = {party.id for party in CAST.on_orders}

    assert not {plan.deal.client.id for plan in alone} & registered, "each comes with its order"
    assert {playing[plan.deal.client.id] for plan in alone} == {1}
    assert not {plan.deal.client.id for plan in alone} & recharges(PLANS).keys()
    for plan in alone:
        others = [again(plan, times).deal.client.id for times in range(1, REPLACEMENTS_MAX + 1)]
        assert len({plan.deal.client.id, *others}) == REPLACEMENTS_MAX + 1


def test_clients_and_promoters_are_others_in_the_next_run() -> None:
    # Whom nobody hears of for a year has no account any more (UA-1-15): minutes in the demo.
    of_next = Cast(seed=1, run=2)

    for mine, others in (
        (CAST.of_role(Role.CLIENT), of_next.of_role(Role.CLIENT)),
        (CAST.promoters, of_next.promoters),
    ):
        assert len(mine) == len(others)
        assert not {party.id for party in mine} & {party.id for party in others}
    assert CAST.providers == of_next.providers


@pytest.mark.parametrize("plan", PLANS[: len(PATHS)], ids=lambda plan: plan.path.name)
def test_everything_that_a_plan_says_is_valid_for_the_gateway(plan: Plan) -> None:
    later = plan.path.logistics_later
    said = TypeAdapter(dict[str, Any]).dump_json(
        place_order(plan, agreed_at=NOW, balance_by=NOW + timedelta(days=3))
    )
    placed = TypeAdapter(PlaceOrder).validate_json(said)
    assert (placed.logistics_id is None) == later
    assert (placed.advance is None) == (plan.advance_fen == 0)
    assert placed.cautions == plan.path.cautions
    assert (placed.price_drift is None) == (plan.path.drift == NO_DRIFT)

    for act in plan.acts:
        command = proved(act.command, [f"evd_{number:04}" for number, _ in enumerate(act.hands_in)])
        if isinstance(command, Outcome):
            command = replace(command, reference=MovementRef("ord_test/3"))
        if isinstance(command, SettleCancellation):
            command = replace(command, digest="0" * 64)
        body = command_body(command)
        if isinstance(command, Claim):
            # On which order, and what is known of that one, its body does not say.
            known = {"order": body.pop("order"), "grounds": command.grounds}
            del body["grounds"]
            claim = MakeClaimBody.model_validate_json(TypeAdapter(dict[str, Any]).dump_json(body))
            assert claim.to_command(**known, note_ref="") == command
            continue
        if isinstance(command, Tip):
            amount = {"amount": command.amount.amount, "currency": command.amount.currency}
            tip = GiveTipBody.model_validate_json(TypeAdapter(Any).dump_json({"amount": amount}))
            known = {"order": command.order, "grounds": command.grounds}
            assert tip.to_command(**known, note_ref="") == command
            continue
        if isinstance(command, EvidenceBundle):
            # What is in it is put together by whoever takes it.
            continue
        if opened := OPENED_BESIDE.get(type(command)):
            check_what_is_opened(opened, body)
            continue
        model: type[Any] = BODIES[type(command)]
        if act.at == State.DUE:
            model = RefundOutcomeBody
            del body["reference"]
        asked = model.model_validate_json(TypeAdapter(dict[str, Any]).dump_json(body))
        if not isinstance(command, Outcome):
            noted = asked.to_command(note_ref=getattr(command, "note_ref", ""), item="")
            assert noted == command


def test_every_party_is_valid_for_the_gateway() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(RegisterParty)

    for party in CAST.on_orders:
        body = register_party(party, agreed_at=NOW)
        asked = adapter.validate_json(TypeAdapter(dict[str, Any]).dump_json(body))
        assert asked.party_id == party.id


def test_deposits_are_filled_with_more_than_all_that_is_taken_from_them() -> None:
    taken: Counter[str] = Counter()
    for plan in PLANS:
        if plan.path.plays_alone:
            continue
        taken[plan.deal.client.id] += plan.deposit_fen

    filled = recharges(PLANS)

    assert all(filled[client] >= 2 * fen for client, fen in taken.items())
    assert all(fen % 100_00 == 0 for fen in filled.values())


# The notebook.


def test_a_run_that_was_cut_off_goes_on_and_notes_the_pause(tmp_path: Path) -> None:
    begun = Notebook(tmp_path).begin(seed=7, orders=12)

    goes_on = Notebook(tmp_path)
    run = goes_on.begin(seed=8, orders=99)

    assert run == begun
    assert len(goes_on.pauses) == 1


def test_after_a_finished_run_comes_the_next(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.finish(notebook.begin(seed=7, orders=12))

    run = Notebook(tmp_path).begin(seed=8, orders=40)

    assert (run.number, run.seed, run.orders, run.finished) == (2, 8, 40, False)
    assert Notebook(tmp_path).pauses == ()


def test_secrets_are_kept_for_the_owner_alone(tmp_path: Path) -> None:
    Notebook(tmp_path).keep_application("support", Credentials(key="app_1", secret="s3cret"))

    assert Notebook(tmp_path).applications["support"].secret == "s3cret"
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600
    assert "s3cret" not in repr(Notebook(tmp_path).applications)


def test_opening_balances_are_those_of_the_beginning(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.begin(seed=1, orders=1)

    assert notebook.opening_balances(lambda: {"bank": 1}) == {"bank": 1}
    assert Notebook(tmp_path).opening_balances(lambda: {"bank": 2}) == {"bank": 1}


async def test_the_heart_notes_when_the_stack_did_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daigou.demo.notebook.BEAT_SECONDS", 0.01)
    monkeypatch.setattr("daigou.demo.notebook.PAUSE_SECONDS", 0.1)
    notebook = Notebook(tmp_path)
    answers = iter([True] * 3 + [False] * 20 + [True] * 1_000_000)

    async def is_alive() -> bool:
        return next(answers)

    beating = asyncio.create_task(notebook.beat(is_alive))
    await asyncio.sleep(0.5)
    beating.cancel()

    assert len(notebook.pauses) == 1
    assert 0.1 < (notebook.pauses[0].ends - notebook.pauses[0].begins).total_seconds() < 0.45


# The verdict.


class FakeDesk:
    """Shows an order that ended long ago."""

    def __init__(self, history: tuple[Happened, ...], *, state: State, sums: int) -> None:
        self._history = history
        money = SimpleNamespace(amount=sums)
        self._order = SimpleNamespace(
            id="ord_demo1_012", state=state, collected=money, refunded=money, fee_earned=money
        )

    async def timeline(self, _order: str) -> tuple[Happened, ...]:
        return self._history

    async def order(self, _order: str) -> Any:
        return self._order


def lapsed(trigger: Trigger = Trigger.LAPSE) -> tuple[Happened, ...]:
    """An order that nobody accepted."""
    steps = (
        (Trigger.REQUEST, State.NEW, State.REQUESTED),
        (trigger, State.REQUESTED, State.LAPSED),
    )
    return tuple(
        Happened(
            table=TableName.FULFILMENT,
            item="",
            trigger=trigger,
            source=source,
            target=target,
            sequence=number,
            at=NOW + timedelta(seconds=number),
        )
        for number, (trigger, source, target) in enumerate(steps, start=1)
    )


def a_stage(desk: FakeDesk) -> Stage:
    """Where everybody is known and sits at the same desk, and nobody outside has to do anything."""
    stage = SimpleNamespace(
        desk=lambda _role, _party: desk, welcome=nothing, pay_back=nothing, dispute=nothing
    )
    return cast("Stage", stage)


async def nothing(*_: Any) -> None:
    """There is nothing to do."""


async def played(
    tmp_path: Path,
    plan: Plan,
    desk: FakeDesk,
    *,
    paused: bool,
    resumed_at: datetime | None = None,
) -> list[Played]:
    notebook = Notebook(tmp_path)
    if paused:
        notebook.pause(NOW, NOW + timedelta(seconds=5))
    actors = Actors(stage=a_stage(desk), notebook=notebook, agreed_at=NOW, resumed_at=resumed_at)
    return await actors.play(plan)


async def test_an_order_that_lapsed_as_planned_is_as_planned(tmp_path: Path) -> None:
    desk = FakeDesk(lapsed(), state=State.LAPSED, sums=0)

    (one,) = await played(tmp_path, plan_of_path("acceptance lapsed"), desk, paused=False)

    assert (one.standing, one.faults) == (Standing.PLANNED, ())


async def test_an_order_that_lapsed_by_itself_failed(tmp_path: Path) -> None:
    desk = FakeDesk(lapsed(), state=State.LAPSED, sums=0)

    (one,) = await played(tmp_path, plan_of_path("refused"), desk, paused=False)

    assert one.standing == Standing.FAILED
    assert one.faults[:2] == ("ended as lapsed", "no refuse")


async def test_an_order_that_lapsed_in_a_pause_is_replaced_but_not_for_ever(
    tmp_path: Path,
) -> None:
    desk = FakeDesk(lapsed(), state=State.LAPSED, sums=0)

    several = await played(tmp_path, plan_of_path("refused"), desk, paused=True)

    assert len({one.plan.deal.order for one in several}) == len(several) > 3
    assert {one.standing for one in several[:-1]} == {Standing.OVERTAKEN}
    assert several[-1].standing == Standing.FAILED


async def test_what_held_up_an_order_before_the_run_was_cut_off_nobody_remembers(
    tmp_path: Path,
) -> None:
    desk = FakeDesk(lapsed(), state=State.LAPSED, sums=0)
    later = NOW + timedelta(minutes=1)

    several = await played(tmp_path, plan_of_path("refused"), desk, paused=False, resumed_at=later)

    assert several[0].standing == Standing.OVERTAKEN


async def test_wrong_money_is_no_accident_even_in_a_pause(tmp_path: Path) -> None:
    desk = FakeDesk(lapsed(), state=State.LAPSED, sums=1)

    (one,) = await played(tmp_path, plan_of_path("acceptance lapsed"), desk, paused=True)

    assert one.standing == Standing.FAILED
    assert one.faults == (
        "collected 1, expected 0",
        "refunded 1, expected 0",
        "fee 1, expected 0",
    )


# Whose turn it is, and what a receipt tells.


async def test_orders_that_go_on_come_before_new_ones() -> None:
    turns, took = Turns(), list[str]()

    async def act(name: str, turn: Turn) -> None:
        async with turns.take(turn):
            took.append(name)
            await asyncio.sleep(0)

    async with turns.take(Turn.ALONE):
        acts = [
            asyncio.create_task(act("new", Turn.NEW)),
            asyncio.create_task(act("goes on", Turn.GOING_ON)),
            asyncio.create_task(act("alone", Turn.ALONE)),
        ]
        await asyncio.sleep(0)
        assert took == []
    await asyncio.gather(*acts)

    assert took == ["alone", "goes on", "new"]


async def test_so_many_act_at_once_and_nobody_beside_one_who_acts_alone() -> None:
    turns, at_once = Turns(), 0
    seen: dict[Turn, set[int]] = {turn: set() for turn in Turn}

    async def act(turn: Turn) -> None:
        nonlocal at_once
        async with turns.take(turn):
            at_once += 1
            seen[turn].add(at_once)
            await asyncio.sleep(0.001)
            seen[turn].add(at_once)
            at_once -= 1

    await asyncio.gather(*(act(turn) for _ in range(20) for turn in Turn))

    assert seen[Turn.ALONE] == {1}
    assert max(seen[Turn.NEW] | seen[Turn.GOING_ON]) == SLOTS


async def test_who_goes_away_while_waiting_takes_no_turn_with_it() -> None:
    turns = Turns()

    async with turns.take(Turn.ALONE):
        impatient = asyncio.create_task(anext(aiter_of(turns)))
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.sleep(0)

    async with asyncio.timeout(1), turns.take(Turn.ALONE):
        pass


async def aiter_of(turns: Turns) -> AsyncIterator[None]:
    async with turns.take(Turn.GOING_ON):
        yield


def receipt(sequence: int, state: State, *, item: str | None = None, order: State) -> Any:
    return SimpleNamespace(
        id="ord_demo1_012", sequence=sequence, state=state, item=item, order_state=order, at=NOW
    )


def walked(name: str) -> tuple[Plan, list[Happened]]:
    path = next(path for path in PATHS if path.name == name)
    found = walk(path)
    return found.plan, found.history


def test_receipts_tell_what_the_timeline_tells_wherever_they_tell_anything() -> None:
    told = 0
    for path in PATHS:
        plan, history = walked(path.name)
        for length in range(1, len(history)):
            act = next_act(plan, history[:length])
            # The order follows its parcel at once: nobody sees the one without the other.
            if act is None or history[length].trigger != act.trigger:
                continue
            known = history[:length]
            item = history[length].item
            for steps in (1, 2):
                after = history[: length + steps]
                of_axis = [step for step in after if step.item == item]
                said = receipt(
                    len(after),
                    of_axis[-1].target,
                    item=item or None,
                    order=state_of(after),
                )
                found = told_by(said, plan, known)
                if found and len(after) == length + steps:
                    told += 1
                    assert [(s.table, s.item, s.trigger, s.source, s.target) for s in found] == [
                        (s.table, s.item, s.trigger, s.source, s.target) for s in after
                    ], (path.name, act.trigger, steps)

    assert told > 500


def test_a_receipt_of_more_than_can_be_told_tells_nothing() -> None:
    plan, history = walked("paid from the deposit")

    assert told_by(receipt(4, State.ACCEPTED, order=State.ACCEPTED), plan, history[:1]) == ()


class SettlingDesk(FakeDesk):
    """Shows an order whose cancellation is to be settled; the first preview of it is stale."""

    def __init__(self, history: Sequence[Happened]) -> None:
        settled = [step.trigger for step in history].index(Trigger.SETTLE_CANCELLATION)
        super().__init__(tuple(history[:settled]), state=State.CANCELLED, sums=0)
        self._whole = tuple(history)
        self._digests = [character * 64 for character in "ab"]
        self.settled_by: list[str] = []

    async def preview(self, _order: str, trigger: Trigger, body: dict[str, Any]) -> str:
        assert trigger == Trigger.SETTLE_CANCELLATION
        assert "digest" not in body
        return self._digests[len(self.settled_by)]

    async def command(
        self, _order: str, _trigger: Trigger, body: dict[str, Any], *, key: str, item: Any
    ) -> Any:
        self.settled_by.append(body["digest"])
        if len(self.settled_by) == 1:
            raise RefusalError(
                Problem(type="", title="", status=409, code="stale_preview", detail="it changed")
            )
        self._history = self._whole
        return receipt(len(self._whole), State.CANCELLED, order=State.CANCELLED)


async def test_a_settlement_that_is_stale_is_previewed_anew(tmp_path: Path) -> None:
    plan, history = walked("cancelled before the purchase")
    desk = SettlingDesk(history)
    actors = Actors(stage=a_stage(desk), notebook=Notebook(tmp_path), agreed_at=NOW)

    await actors.play(plan)

    assert desk.settled_by == ["a" * 64, "b" * 64]
    assert actors.states[plan.deal.order] == State.CANCELLED


# What is shown.


def shown(renderable: Any, *, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(renderable)
    return cast("io.StringIO", console.file).getvalue()


def as_planned(plan: Plan) -> Played:
    expected = plan.expected
    return Played(
        plan=plan,
        state=expected.state,
        collected=expected.collected,
        refunded=expected.refunded,
        fee=expected.fee,
        standing=Standing.PLANNED,
    )


def test_the_table_shows_every_order_in_full_at_100_columns() -> None:
    text = shown(orders_table([as_planned(plan) for plan in PLANS]), width=100)

    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 100
    for plan in PLANS:
        assert any(plan.deal.order in line and plan.path.name in line for line in text.splitlines())


def test_no_sum_is_cut_even_at_80_columns() -> None:
    text = shown(orders_table([as_planned(plan) for plan in PLANS]), width=80)

    assert "…" not in text


def test_the_board_counts_orders_by_state() -> None:
    states = {"a": State.REQUESTED, "b": State.STORED, "c": State.STORED, "d": State.CLOSED}
    board = Board(orders=4, states=states)
    board.count()

    assert board.line() == "1 of 4 orders ended; now 1 requested, 2 stored"
    assert "1/4" in shown(board, width=100)


def test_a_fault_is_told_in_one_line() -> None:
    plan = PLANS[0]
    one = Played(plan=plan, state=State.LAPSED, faults=tuple("abcd"), standing=Standing.FAILED)

    assert faults([one], Standing.FAILED) == ["ord_demo1_001 (paid from the deposit): a; b; c"]
    assert faults([one], Standing.OVERTAKEN) == []
