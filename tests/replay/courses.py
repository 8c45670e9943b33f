"""Every course that a workflow is recorded on: the demo's paths, and the ways of a recharge."""

import re
from dataclasses import dataclass, replace

from daigou.domain.ids import OrderId, PartyId, RechargeId
from daigou.domain.lifecycle import ITEM_TABLES
from daigou.domain.order import State, Trigger
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
        return f"order-{_slug(self.path.name)}"

    @property
    def plan(self) -> Plan:
        """The acts of its parties; the same in every run."""
        slug = _slug(self.path.name)
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
        """The names of the histories of its cases, and of what stands beside it: claims, tips."""
        slug = _slug(self.path.name)
        opened = [act for act in self.plan.acts if act.opens and act.table in (*HOSTED, *BESIDE_IT)]
        return tuple(f"{act.table}-{slug}-{act.item}" for act in opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class RechargeCourse:
    """A recharge through a payment method; `told` is what a person says once it was escalated."""

    says: str
    payment_method: str
    end: State
    told: Trigger | None = None

    @property
    def name(self) -> str:
        """The name of its history."""
        return f"recharge-{_slug(self.says)}"

    @property
    def recharge(self) -> RechargeId:
        """Its id."""
        return RechargeId(f"rch_{_slug(self.says)}")

    @property
    def client(self) -> Party:
        """Whose deposit it is for."""
        return client_called(f"of-{_slug(self.says)}")


def client_called(name: str) -> Party:
    """A client with an id of its own."""
    return replace(WORLD.clients(1)[0], id=PartyId(f"cli_{name}"))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


ORDERS = {
    course.name: course
    for course in (OrderCourse(path=path, number=number) for number, path in enumerate(PATHS))
}
BESIDE = {name: course for course in ORDERS.values() for name in course.beside}
"""The orders of the cases, claims and tips whose histories are recorded."""
RECHARGES = {
    course.name: course
    for course in (
        RechargeCourse(says="credited", payment_method="pm_ok", end=State.CREDITED),
        RechargeCourse(says="declined", payment_method="pm_declined", end=State.DECLINED),
        RechargeCourse(
            says="pending, then credited", payment_method="pm_pending_then_ok", end=State.CREDITED
        ),
        RechargeCourse(
            says="pending, then declined",
            payment_method="pm_pending_then_declined",
            end=State.DECLINED,
        ),
        RechargeCourse(
            says="unanswered, credited", payment_method="pm_timeout_then_ok", end=State.CREDITED
        ),
        RechargeCourse(
            says="unheard of, sent again",
            payment_method="pm_timeout_then_unheard",
            end=State.CREDITED,
        ),
        RechargeCourse(
            says="silent, person credits",
            payment_method="pm_silent",
            end=State.CREDITED,
            told=Trigger.CONFIRM_RECHARGE,
        ),
        RechargeCourse(
            says="silent, person declines",
            payment_method="pm_silent",
            end=State.DECLINED,
            told=Trigger.DECLINE_RECHARGE,
        ),
    )
}
