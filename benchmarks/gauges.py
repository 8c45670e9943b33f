"""What is measured besides the clock: processor time and memory of processes, and latencies."""

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

KIB = 1024
WORKER, TEMPORAL, POSTGRES, CALLERS = "worker", "temporal", "postgres", "callers"


@dataclass(frozen=True, slots=True)
class Processes:
    """A process and all below it, by the name that the report gives them."""

    name: str
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time used so far, of children that ended too."""
        total = 0.0
        for process in self._all():
            try:
                used = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += used.user + used.system + used.children_user + used.children_system
        return total

    def resident_bytes(self) -> int:
        """Memory in use now, without what is shared."""
        return sum(process.memory_full_info().uss for process in self._all())

    def _all(self) -> list[psutil.Process]:
        top = psutil.Process(self.pid)
        return [top, *top.children(recursive=True)]


@dataclass(slots=True)
class Usage:
    """What passed between two moments: seconds of processor by name, and latencies.

    `busy` counts the time while at least one caller was at work: else all wait for deadlines.
    """

    cpu: dict[str, float] = field(default_factory=dict)
    busy: float = 0.0
    latencies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _callers: int = 0
    _since: float = 0.0

    @contextmanager
    def watching(self, processes: list[Processes]) -> Iterator[None]:
        """Measures what happens inside, and what the callers themselves use: this process."""
        before = {each.name: each.cpu_seconds() for each in processes}
        own = time.process_time()
        yield
        self.cpu[CALLERS] = time.process_time() - own
        self.cpu |= {each.name: each.cpu_seconds() - before[each.name] for each in processes}

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """A caller is at work inside."""
        if not self._callers:
            self._since = time.perf_counter()
        self._callers += 1
        try:
            yield
        finally:
            self._callers -= 1
            if not self._callers:
                self.busy += time.perf_counter() - self._since

    @contextmanager
    def timed(self, command: str) -> Iterator[None]:
        """One command, answered inside."""
        begins = time.perf_counter()
        yield
        self.latencies[command].append(time.perf_counter() - begins)


def percentiles(seconds: list[float]) -> tuple[float, float, float]:
    """The median, the 95th and the 99th percentile, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return 1000 * cuts[49], 1000 * cuts[94], 1000 * cuts[98]
