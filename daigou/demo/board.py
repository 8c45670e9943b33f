"""Owns what is seen of a run: the progress while it lasts, and the tables at its end."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from daigou.demo.actors import Played, Standing
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.money import Money
from daigou.domain.order import State
from daigou.simulator.paths import GROUPS

FAULTS_SHOWN = 3
_MARKS = {
    Standing.PLANNED: Text("✓", "green"),
    Standing.OVERTAKEN: Text("⏱", "yellow"),
    Standing.FAILED: Text("✗", "bold red"),
}


class Board:
    """The progress of a run: how many orders ended, and where the others are."""

    def __init__(self, *, orders: int, states: Mapping[str, State]) -> None:
        self._states = states
        self._progress = Progress(
            TextColumn("Orders ended"),
            BarColumn(bar_width=40),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._task = self._progress.add_task("", total=orders)

    def count(self) -> None:
        """One more order ended."""
        self._progress.advance(self._task)

    def __rich__(self) -> RenderableType:
        return Group(self._progress, Text(self.alive(), "dim"))

    def line(self) -> str:
        """The progress in one line, for a log."""
        task = self._progress.tasks[0]
        return f"{task.completed:.0f} of {task.total:.0f} orders ended; {self.alive()}"

    def alive(self) -> str:
        """How many orders stand in each state, in the order of the road."""
        counts = Counter(self._states.values())
        alive = (state for state in FULFILMENT.states if state not in FULFILMENT.ends)
        shown = [f"{counts[state]} {state}" for state in alive if counts[state]]
        return "now " + (", ".join(shown) or "none on the way")


def orders_table(played: Sequence[Played]) -> Table:
    """Every order with where it ended and what it came to; sums in yuan."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for name in ("order", "path", "ended as"):
        table.add_column(name, no_wrap=name != "path")
    for name in ("collected", "refunded", "fee"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")

    by_path: dict[str, list[Played]] = defaultdict(list)
    for each in played:
        by_path[each.plan.path.name].append(each)
    for group, paths in GROUPS.items():
        members = [each for path in paths for each in by_path[path.name]]
        if not members:
            continue
        table.add_row(Text(group, "bold cyan"))
        for each in members:
            table.add_row(
                each.plan.deal.order,
                each.plan.path.name,
                each.state,
                _yuan(each.collected),
                _yuan(each.refunded),
                _yuan(each.fee),
                _MARKS[each.standing],
            )
    return table


def faults(played: Iterable[Played], standing: Standing) -> list[str]:
    """One line for each order that came out so, and why: the first of what went wrong."""
    return [
        f"{each.plan.deal.order} ({each.plan.path.name}): {'; '.join(each.faults[:FAULTS_SHOWN])}"
        for each in played
        if each.standing == standing
    ]


def print_places(console: Console, places: Mapping[str, str]) -> None:
    """Addresses, each in one piece so that it can be copied."""
    width = max(map(len, places))
    for name, place in places.items():
        console.print(f"[bold]{name:<{width}}[/]  ", end="")
        console.print(place, soft_wrap=True, markup=False, highlight=False)


def _yuan(fen: int) -> str:
    return str(Money(fen)).removeprefix("¥") if fen else "–"
