"""What a run came to, as a few lines of text."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.gauges import CALLERS, KIB, POSTGRES, TEMPORAL, WORKER, Usage, percentiles

PARTS = (WORKER, TEMPORAL, POSTGRES, CALLERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Orders opened one after the other that stay open; `worker_bytes` is what its worker grew."""

    orders: int
    usage: Usage
    worker_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All that was measured: rounds of orders, rounds of yardsticks, batches that stay open."""

    orders: int
    at_once: int
    ours: list[Usage]
    bare: list[Usage]
    open_batches: list[Batch]

    @property
    def ratios(self) -> list[float]:
        """Of each round: orders a second over yardsticks a second."""
        return [bare.busy / ours.busy for ours, bare in zip(self.ours, self.bare, strict=True)]

    @property
    def cpu_ratio(self) -> float:
        """The same by processor time of worker and servers: steadier on a shared machine."""
        bare, ours = (
            sum(usage.cpu[part] for usage in usages for part in (WORKER, TEMPORAL, POSTGRES))
            for usages in (self.bare, self.ours)
        )
        return bare / ours


def show(result: Result, console: Console) -> None:
    """Prints the result."""
    rounds = len(result.ours)
    console.print(
        f"\n{rounds} rounds of {result.orders} orders to their receipt (8 updates, 10 local "
        f"activities, 1 call, 1 deadline), {result.at_once} callers at once, in turn with a bare "
        "workflow of 8 updates and 10 local activities:\n",
        highlight=False,
    )
    console.print(_rates(result))
    mean = sum(result.ratios) / rounds
    spread = ", ".join(f"{ratio:.2f}" for ratio in result.ratios)
    console.print(
        f"ratio {mean:.2f} (rounds: {spread}); by CPU of worker and servers "
        f"{result.cpu_ratio:.2f}; aimed at: 0.8\n",
        highlight=False,
    )
    console.print(_latencies(result.ours, result.bare))
    console.print(_marginal(result.open_batches))


def _rates(result: Result) -> Table:
    table = Table("", "a second", *PARTS, title="rate; CPU ms each")
    for name, usages in (("orders", result.ours), ("bare", result.bare)):
        many = result.orders * len(usages)
        rate = many / sum(usage.busy for usage in usages)
        cpu = [_cpu_ms(usages, part) / many for part in PARTS]
        table.add_row(name, f"{rate:.1f}", *(f"{ms:.0f}" for ms in cpu))
    return table


def _latencies(ours: Sequence[Usage], bare: Sequence[Usage]) -> Table:
    table = Table("command", "p50", "p95", "p99", "bare p50", title="ms from call to answer")
    for command in ours[0].latencies:
        mine = percentiles([each for usage in ours for each in usage.latencies[command]])
        theirs = percentiles([each for usage in bare for each in usage.latencies[command]])
        table.add_row(command, *(f"{ms:.0f}" for ms in (*mine, theirs[0])))
    return table


def _marginal(batches: Sequence[Batch]) -> Table:
    table = Table(
        "open before",
        "a second",
        *PARTS,
        "worker KiB",
        title="the next order that is opened, accepted and stays: rate; CPU ms and memory each",
    )
    before = 0
    for batch in batches:
        cpu = [_cpu_ms([batch.usage], part) for part in PARTS]
        table.add_row(
            str(before),
            f"{batch.orders / batch.usage.busy:.1f}",
            *(f"{ms / batch.orders:.0f}" for ms in cpu),
            f"{batch.worker_bytes / KIB / batch.orders:.0f}",
        )
        before += batch.orders
    return table


def _cpu_ms(usages: Sequence[Usage], part: str) -> float:
    return 1000 * sum(usage.cpu[part] for usage in usages)
