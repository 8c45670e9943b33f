"""Owns a run of the demo from the first application to the last proof."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import structlog
from rich.console import Console
from rich.live import Live

from daigou.demo.actors import STALL_SECONDS, Actors, Played, Standing
from daigou.demo.board import Board, faults, orders_table, print_places
from daigou.demo.cast import ORDERS_DEFAULT, SUPPORT, Cast
from daigou.demo.notebook import Notebook, Run
from daigou.demo.proofs import (
    Proof,
    accounts_proof,
    audit_proof,
    balances,
    chargebacks_proof,
    claims_proof,
    counterparties_proofs,
    debts_proof,
    deposits_proof,
    promotion_proof,
    tips_proof,
)
from daigou.demo.stage import (
    Stage,
    fill_deposits,
    make_applications,
    opened_stage,
    recharges,
    register_parties,
)
from daigou.demo.telling import notices_proof, opened_receiver
from daigou.domain.order import State
from daigou.domain.terms import STATUTORY, current
from daigou.ledger.engine import make_engine
from daigou.simulator.counterparties import simulated_counterparties
from daigou.simulator.paths import GROUPS
from daigou.simulator.plans import Plan
from daigou.stack import Stack, StackOptions, run_on_stack

INTERRUPTED = 130
DAY_SECONDS = 86_400
LINE_SECONDS = 5.0
LOG_COLUMNS = 100
GOES_ON = "The run is not over: start `daigou demo` again, and it goes on where it stopped."


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """How to run. `orders` None: each path once, and more by chance. `stays` None: stays up on a
    terminal."""

    orders: int | None
    seed: int
    stays: bool | None


def run_demo(options: DemoOptions, stack_options: StackOptions) -> int:
    """Runs the demo on a stack of its own; returns the exit code.

    0 if every order ended as planned and every proof holds, 1 if not, 130 if it was cut off.
    """
    # What the second gateway in this process says of each request is not the demo's story.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    console = Console()
    if not console.is_terminal:
        console = Console(width=LOG_COLUMNS)
    code = run_on_stack(
        stack_options, lambda stack: _Show(stack, options, console).run(), console=console
    )
    last = Notebook(stack_options.state_dir).run
    if code and last and not last.finished:
        console.print(GOES_ON)
    return code


class _Show:
    """One run on one stack."""

    def __init__(self, stack: Stack, options: DemoOptions, console: Console) -> None:
        self._stack = stack
        self._options = options
        self._console = console
        self._notebook = Notebook(stack.state.root)
        self._engine = make_engine(stack.database_url, connections_max=2)

    async def run(self) -> int:
        try:
            code = await self._play_and_tell()
        except asyncio.CancelledError:
            return INTERRUPTED
        finally:
            self._engine.dispose()
        stays = self._options.stays
        if self._console.is_terminal if stays is None else stays:
            self._console.print("Everything stays up; Ctrl-C stops it.")
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        return code

    async def _play_and_tell(self) -> int:
        begins = time.monotonic()
        unfinished = self._notebook.run is not None and not self._notebook.run.finished
        run = self._notebook.begin(
            seed=self._options.seed, orders=self._options.orders or ORDERS_DEFAULT
        )
        self._greet(run, goes_on=unfinished)
        cast = Cast(seed=run.seed, run=run.number, orders=run.orders)
        plans = cast.plans(run.orders)
        opening = self._notebook.opening_balances(lambda: balances(self._engine))
        with self._console.status("Registering everyone …"):
            await self._prepare(cast)
        async with (
            simulated_counterparties(self._stack.database_url) as outside,
            opened_stage(
                settings=self._stack.settings,
                gateway=self._stack.gateway_url,
                engine=self._engine,
                cast=cast,
                notebook=self._notebook,
                outside=outside,
            ) as stage,
            opened_receiver(cast, self._notebook, stage) as receiver,
        ):
            recharged = recharges(plans)
            with self._console.status("Recharging deposits …"):
                await fill_deposits(stage, recharged, run=run.number)
            played = await self._play(run, plans, stage, goes_on=unfinished)
            audited, closing = audit_proof(self._engine), balances(self._engine)
            proofs = (
                audited,
                *await counterparties_proofs(outside, closing=closing),
                deposits_proof(
                    opening=opening, closing=closing, recharged=recharged, played=played
                ),
                promotion_proof(self._engine, played=played),
                debts_proof(self._engine, played=played),
                claims_proof(self._engine, played=played),
                chargebacks_proof(self._engine, played=played),
                accounts_proof(self._engine, played=played),
                tips_proof(self._engine, played=played),
                await notices_proof(self._engine, receiver),
            )
            diagrams = await self._draw(stage, played)
        self._notebook.finish(run)
        self._tell(played, proofs, seconds=time.monotonic() - begins)
        self._show_places(run, played, diagrams)
        good = all(each.standing != Standing.FAILED for each in played)
        return 0 if good and all(proof.holds for proof in proofs) else 1

    def _greet(self, run: Run, *, goes_on: bool) -> None:
        how = "goes on" if goes_on else "begins"
        self._console.print(
            f"Run {run.number} {how}: {run.orders} orders, seed {run.seed}, a day a second."
        )

    async def _prepare(self, cast: Cast) -> None:
        """Twice, since an application needs its party, and the API an application."""
        await make_applications(self._engine, cast, self._notebook)
        await register_parties(
            self._stack.gateway_url,
            cast,
            self._notebook,
            agreed_at=self._notebook.first_moment(),
        )
        await make_applications(self._engine, cast, self._notebook)

    async def _play(
        self, run: Run, plans: Sequence[Plan], stage: Stage, *, goes_on: bool
    ) -> list[Played]:
        actors = Actors(
            stage=stage,
            notebook=self._notebook,
            agreed_at=run.agreed_at,
            resumed_at=datetime.now(UTC) if goes_on else None,
        )
        board = Board(orders=len(plans), states=actors.states)

        async def play(plan: Plan) -> list[Played]:
            played = await actors.play(plan)
            board.count()
            return played

        beating = asyncio.create_task(self._notebook.beat(stage.support.is_ready))
        telling = asyncio.create_task(self._tell_progress(board))
        try:
            with Live(board, console=self._console, refresh_per_second=8, transient=True) as live:
                live.auto_refresh = self._console.is_terminal
                async with asyncio.TaskGroup() as group:
                    # Those whose days are the shortest begin first, then those that take longest.
                    tasks = {
                        plan.deal.order: group.create_task(play(plan))
                        for plan in sorted(plans, key=_urgency, reverse=True)
                    }
        finally:
            for task in (beating, telling):
                task.cancel()
        return [each for plan in plans for each in tasks[plan.deal.order].result()]

    async def _tell_progress(self, board: Board) -> None:
        while not self._console.is_terminal:
            await asyncio.sleep(LINE_SECONDS)
            self._console.print(board.line(), soft_wrap=True, highlight=False)

    async def _draw(self, stage: Stage, played: Sequence[Played]) -> Path:
        """Keeps the diagram of an order of each kind, to be opened without credentials."""
        folder = self._stack.state.root / "diagrams"
        folder.mkdir(exist_ok=True)
        kind_of = {path.name: kind for kind, paths in GROUPS.items() for path in paths}
        of_kind = {kind_of[each.plan.path.name]: each.plan.deal.order for each in reversed(played)}
        for order in of_kind.values():
            (folder / f"{order}.svg").write_text(
                await stage.support.diagram(order), encoding="utf-8"
            )
        return folder

    def _tell(self, played: Sequence[Played], proofs: Sequence[Proof], *, seconds: float) -> None:
        console = self._console
        console.print(orders_table(played))
        counts = {
            standing: sum(each.standing == standing for each in played) for standing in Standing
        }
        paths = len({each.plan.path.name for each in played})
        console.print(
            f"\n{len(played)} orders on {paths} paths in {seconds:.0f} s: "
            + ", ".join(f"{count} {standing}" for standing, count in counts.items()),
            highlight=False,
        )
        self._tell_faults(played)
        for proof in proofs:
            mark = "[green]✓[/]" if proof.holds else "[bold red]✗[/]"
            console.print(mark, end=" ")
            console.print(proof.says, highlight=False, markup=False, soft_wrap=True)

    def _tell_faults(self, played: Sequence[Played]) -> None:
        pauses = self._notebook.pauses
        if overtaken := faults(played, Standing.OVERTAKEN):
            down = sum((pause.ends - pause.begins).total_seconds() for pause in pauses)
            self._console.print(
                f"[yellow]⏱ A deadline overtook these, since the stack was down "
                f"({len(pauses)} times, {down:.1f} s in all) or they waited more than "
                f"{STALL_SECONDS} s for turns and answers. Others took their place:[/]",
                highlight=False,
            )
            for line in overtaken:
                self._console.print(f"  {line}", soft_wrap=True, highlight=False)
        if failed := faults(played, Standing.FAILED):
            self._console.print("[bold red]✗ These did not end as planned:[/]")
            for line in failed:
                self._console.print(f"  {line}", soft_wrap=True, highlight=False)

    def _show_places(self, run: Run, played: Sequence[Played], diagrams: Path) -> None:
        support = self._notebook.applications[SUPPORT.name]
        order = played[0].plan.deal.order
        diagram = f"{self._stack.gateway_url}/v1/orders/{order}/diagram.svg"
        self._console.print()
        places: dict[str, str] = {}
        if self._stack.ui_url:
            query = quote(f"WorkflowId STARTS_WITH 'order/ord_demo{run.number}_'", safe="")
            places["Orders in the UI"] = f"{self._stack.ui_url}?query={query}"
        places |= {
            "API docs": f"{self._stack.gateway_url}/docs",
            "Support's app": f"key {support.key}, secret {support.secret} (reads every order)",
            "One diagram": diagram,
            "  to fetch it": f"curl -u {support.key}:{support.secret} {diagram} -o order.svg",
            "More diagrams": f"{diagrams} (an order of each kind, to be opened in a browser)",
        }
        print_places(self._console, places)


def _urgency(plan: Plan) -> tuple[int, float]:
    """The pace of an order's days, and about how many of the demo's it takes, by the rules."""
    days: float = plan.path.days
    if plan.path.end == State.CLOSED:
        statutory = current().duration(STATUTORY, country=plan.deal.client.country)
        days += statutory.total_seconds() / DAY_SECONDS
    return plan.path.pace, days / plan.path.pace
