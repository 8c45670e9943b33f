"""Owns who plays in a run of the demo, and which order goes down which path."""

import random
from dataclasses import dataclass, replace
from string import ascii_lowercase

from daigou.domain.ids import OrderId, PartyId
from daigou.domain.order import Role
from daigou.simulator.paths import PATHS
from daigou.simulator.plans import Deal, Path, Plan, plan_of
from daigou.simulator.world import Party, World

ORDERS_LEAST = 100
ORDERS_DEFAULT = max(ORDERS_LEAST, len(PATHS))
"""Each path once, and others by chance where that is not enough."""

CLIENTS, POOR_CLIENTS, INVITED, PROVIDERS, STORAGES, LOGISTICS, PROMOTERS = 12, 2, 2, 3, 2, 2, 2
_SHORT_STATUTORY = frozenset({"RU", "KR", "JP"})
"""Where the statutory period is about a week: paths that take long are played by these."""
_LONG_DAYS = 9
_BASKETS_A_RUN = 10_000

PLATFORM = Party(id=PartyId("plt_demo"), role=Role.PLATFORM, name="Platform Example (invented)")
INSTITUTION = Party(
    id=PartyId("pin_demo"),
    role=Role.PAYMENT_INSTITUTION,
    name="Payment Institution Example (invented)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A party's application, that acts in one role."""

    party: PartyId
    role: Role

    @property
    def name(self) -> str:
        """What people call it; unlike in every run."""
        return f"demo {self.role} {self.party}"


SUPPORT = Application(party=PLATFORM.id, role=Role.SUPPORT)
TOLD = Application(party=PartyId("plt_platform"), role=Role.PLATFORM)
"""The platform as notices know it: it is told of what goes wrong."""


class Cast:
    """Everyone in a run, and the plans that they play. A pure function of seed and run."""

    def __init__(self, *, seed: int, run: int, orders: int = ORDERS_DEFAULT) -> None:
        self._world = World(seed)
        self._run = run
        # Others in each run: who was not heard of for a year has no account any more (UA-1-15), and
        # an invitation ends after a year, which is minutes here.
        before, clients = run - 1, CLIENTS + POOR_CLIENTS + INVITED
        everyone = self._world.clients(clients, after=before * clients)
        self.clients, others = everyone[:CLIENTS], everyone[CLIENTS:]
        self.poor, self.invited = others[:POOR_CLIENTS], others[POOR_CLIENTS:]
        self.providers = self._world.providers(PROVIDERS)
        self.storages = self._world.storages(STORAGES)
        self.logistics = self._world.logistics(LOGISTICS)
        self.promoters = self._world.promoters(PROMOTERS, after=before * PROMOTERS)
        self.promotion_providers = self._world.promotion_providers(1)
        # UA-1-14: the first client invites, and the first promoter promotes from its account.
        self.inviter, self.inviters_promoter = self.clients[0], self.promoters[0]

    @property
    def on_orders(self) -> tuple[Party, ...]:
        """All who take part in orders, but for the clients who play alone: each comes with its
        order."""
        return (
            *self.clients,
            *self.poor,
            *self.invited,
            *self.providers,
            *self.storages,
            *self.logistics,
            *self.promoters,
        )

    def of_role(self, role: Role) -> tuple[Party, ...]:
        """All who take part in orders in a role."""
        return tuple(party for party in self.on_orders if party.role == role)

    @property
    def applications(self) -> tuple[Application, ...]:
        """One application for each party, one for the support staff, one for what goes wrong."""
        parties = (*self.on_orders, *self.promotion_providers, PLATFORM, INSTITUTION)
        return (
            *(Application(party=party.id, role=party.role) for party in parties),
            SUPPORT,
            TOLD,
        )

    @property
    def told_by_webhook(self) -> tuple[Application, ...]:
        """The applications that have an endpoint: of businesses, the institution, the platform."""
        businesses = (*self.providers, *self.storages, *self.logistics, INSTITUTION)
        return (*(Application(party=each.id, role=each.role) for each in businesses), TOLD)

    def plans(self, orders: int) -> tuple[Plan, ...]:
        """The plans of a run: each path once, in turn, then others by chance."""
        return tuple(self._plan(number) for number in range(1, orders + 1))

    def _plan(self, number: int) -> Plan:
        path = self._path(number)
        alone = (client_alone(self._order(number)),)
        clients = alone if path.plays_alone else self.playing(path)
        if path.days >= _LONG_DAYS and not path.poor:
            clients = tuple(each for each in clients if each.country in _SHORT_STATUTORY)
        deal = Deal(
            order=self._order(number),
            client=clients[number % len(clients)],
            provider=self.providers[number % PROVIDERS],
            storage=self.storages[number % STORAGES],
            logistics=self.logistics[number % LOGISTICS],
            basket=self._world.basket(
                self._run * _BASKETS_A_RUN + number, path.block, pieces=path.pieces
            ),
            promoter=self._promoter(path, number),
            extra_lines=path.extra_lines,
        )
        return plan_of(path, deal)

    def playing(self, path: Path) -> tuple[Party, ...]:
        """The clients who play a path that nobody plays alone."""
        if path.invited:
            return self.invited
        return self.poor if path.poor else self.clients

    def _order(self, number: int) -> OrderId:
        return OrderId(f"ord_demo{self._run}_{number:03d}")

    def _promoter(self, path: Path, number: int) -> Party | None:
        if path.invited:
            return self.inviters_promoter
        return self.promoters[number % PROMOTERS] if path.promoter else None

    def _path(self, number: int) -> Path:
        if number <= len(PATHS):
            return PATHS[number - 1]
        # Seeded by text: the same on every machine.
        chance = random.Random(f"{self._world.seed}/{self._run}/path/{number}")
        return chance.choice([path for path in PATHS if path.pace == 1 and not path.plays_alone])


def client_alone(order: OrderId) -> Party:
    """The client who plays that order, and no other."""
    return Party(
        id=PartyId(f"cli_{order.removeprefix('ord_')}"),
        role=Role.CLIENT,
        name=f"Client alone of {order} (invented)",
        country=min(_SHORT_STATUTORY),
    )


def again(plan: Plan, times: int) -> Plan:
    """The plan that takes the place of one whose order was overtaken, for the nth time."""
    order, client = _nth(plan.deal.order, times), plan.deal.client
    if plan.path.plays_alone:
        client = client_alone(order)
    return plan_of(plan.path, replace(plan.deal, order=order, client=client))


def _nth(order: OrderId, times: int) -> OrderId:
    """The order in the place of one that was overtaken so often."""
    first = order.rstrip(ascii_lowercase)
    return OrderId(first + ascii_lowercase[times]) if times else order
