"""The courses of orders that are recorded: the demo's paths, with all that is beside them."""

import re
from dataclasses import dataclass, replace

from daigou.domain.ids import OrderId, PartyId
from daigou.domain.lifecycle import ITEM_TABLES
from daigou.simulator.paths import PATHS
from daigou.simulator.plans import BESIDE as BESIDE_IT
from daigou.simulator.plans import Deal, Path, Plan, plan_of
from daigou.simulator.world import Party, World

WORLD = World(7)
HOSTED = tuple(table.name for table in ITEM_TABLES if table.hosted)
"""What of an order has a workflow of its own."""
PROVIDER, STORAGE, LOGISTICS, PROMOTER, PROMOTION_PROVIDER = (
    WORLD.providers(1)[0],
    WORLD.storages(1)[0],
    WORLD.logistics(1)[0],
    WORLD.promoters(1)[0],
    WORLD.promotion_providers(1)[0],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCourse:
    """A path of the demo, gone by one order of a client of its own."""

    path: Path
    number: int

    @property
    def name(self) -> str:
        """The name of its history."""
        return f"order-{slug_of(self.path.name)}"

    @property
    def plan(self) -> Plan:
        """The acts of its parties; the same in every run."""
        slug = slug_of(self.path.name)
        deal = Deal(
            order=OrderId(f"ord_{slug}"),
            client=client_called(slug),
            provider=PROVIDER,
            storage=STORAGE,
            logistics=LOGISTICS,
            basket=WORLD.basket(self.number, self.path.block, pieces=self.path.pieces),
            promoter=PROMOTER if self.path.promoter else None,
            extra_lines=self.path.extra_lines,
        )
        return plan_of(self.path, deal)

    @property
    def beside(self) -> tuple[str, ...]:
        """The names of the histories of its cases, and of what is beside it, as it is driven."""
        slug, acts = slug_of(self.path.name), self.plan.acts
        return tuple(
            f"{table}-{slug}-{act.item}"
            for table in (*HOSTED, *BESIDE_IT)
            for act in acts
            if act.opens and act.table == table
        )


def client_called(name: str) -> Party:
    """A client with an id of its own."""
    return replace(WORLD.clients(1)[0], id=PartyId(f"cli_{name}"))


def slug_of(name: str) -> str:
    """A name as ids and files have it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


ORDERS = {
    course.name: course
    for course in (OrderCourse(path=path, number=number) for number, path in enumerate(PATHS))
}
BESIDE = {name: course for course in ORDERS.values() for name in course.beside}
"""The orders of what is beside them, whose histories are recorded."""
