"""What a road of the falls is: what is done on it, where a worker may die, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from daigou.domain.ids import SubjectId
from daigou.domain.order import State, Trigger
from daigou.ledger.queries import Queries
from daigou.ledger.views import TransitionView
from daigou.simulator.payment_institution import SimulatedPaymentInstitution
from tests.chaos.town import App, Edge, Town, triggers

TIME_SCALE = 240
"""A day lasts six minutes, far longer than any takeover; a lost call is asked about in 0.25 s."""
TWO_SECONDS_A_DAY = 43_200
"""For what waits for days to pass by itself: three of them are over soon, and thirty outlive any
takeover."""
LOOK_SECONDS = 0.5
LOOKS_MAX = 300
_ONLY_LOOKS = frozenset({Trigger.COLLECT_DEBT, Trigger.ESCALATE})

Record = dict[str, Any]
T = TypeVar("T")


async def seen(
    look: Callable[[], T],
    *,
    until: Callable[[T], bool],
    looks: int = LOOKS_MAX,
    seconds: float = LOOK_SECONDS,
) -> T:
    """What a look at the books finds once it is so; after so many looks, the last of it."""
    for _ in range(looks):
        if until(found := await asyncio.to_thread(look)):
            break
        await asyncio.sleep(seconds)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Somebody's way along a road. Behind both of its gateways is the worker that dies; they differ
    in how fast the time runs of what they open."""

    number: int
    town: Town
    client: App
    edge: Edge
    hasty: Edge
    books: Queries
    institution: SimulatedPaymentInstitution

    @property
    def order(self) -> str:
        """The id of the order, if there is one."""
        return f"ord_fall_{self.number:03d}"

    @property
    def dispute(self) -> str:
        """The institution's own id of the chargeback on that order, if there is one."""
        return f"dp_{self.number:03d}"

    async def reach(self, subject: str, end: State) -> None:
        """Waits until a subject stands in a state."""
        steps = await seen(
            lambda: self._steps(subject), until=lambda steps: steps[-1].target == end
        )
        if steps[-1].target != end:
            raise TimeoutError(f"{subject} is not {end}")

    async def heeded(self, times: int) -> None:
        """Waits until the order was told so often of its chargeback."""

        def told() -> int:
            return triggers(self._steps(self.order)).count(Trigger.HEED_CHARGEBACK)

        if await seen(told, until=lambda often: often >= times) < times:
            raise TimeoutError(f"{self.order} was not told {times} times")

    async def tell(self, ends: "Ends", subject: str) -> Record:
        """What became of a subject and of its order, once both have ended as they should; or how
        they stand, if that takes too long."""
        return await seen(
            lambda: self._told(subject, ends),
            until=lambda told: (
                told["state"] == ends.state and len(told["order_steps"]) >= len(ends.order)
            ),
        )

    def _told(self, subject: str, ends: "Ends") -> Record:
        steps = self._steps(subject)
        return {
            "subject": subject,
            "state": steps[-1].target.value,
            "steps": triggers(step for step in steps if not _only_looks(step)),
            "journals": [
                [journal.kind.value, sum(max(0, leg.amount.amount) for leg in journal.legs)]
                for journal in self.books.journals(SubjectId(subject))
            ],
            "dispute": self.dispute,
            "order": self.order,
            "order_steps": triggers(self._steps(self.order)) if ends.order else [],
            "deposit": self.books.deposit(self.client.party).balance.amount,
        }

    def _steps(self, subject: str) -> tuple[TransitionView, ...]:
        return self.books.timeline(SubjectId(subject))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How a road ends that is no order's own, whoever died on it: each step and each fen once.

    `journals` are those of the subject, by what they are for, and `institution` what that moved for
    it. `order` are the steps of its order, if it has one.
    """

    state: State
    steps: tuple[str, ...]
    journals: tuple[tuple[str, int], ...]
    deposit: int
    institution: tuple[tuple[str, int, str], ...] = ()
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """A road on which money moves. A worker dies before and after each of its deeds; the short form
    of the tests has some of these deaths."""

    name: str
    deeds: tuple[str, ...]
    walk: Callable[[Walk], Awaitable[Any]]
    short: tuple[str, ...] = ()
    time_scale: int = TIME_SCALE
    ends: Ends | None = None

    @property
    def points(self) -> tuple[str, ...]:
        """The points of death."""
        return tuple(f"{deed}/{moment}" for deed in self.deeds for moment in ("before", "after"))

    async def walked(self, walk: Walk) -> Record:
        """What became of who walked it."""
        found = await self.walk(walk)
        told: Record = found if self.ends is None else await walk.tell(self.ends, found)
        return told


def _only_looks(step: TransitionView) -> bool:
    """Whether a clock looked, and found that everything is to stay as it is."""
    return step.source == step.target and step.trigger in _ONLY_LOOKS
