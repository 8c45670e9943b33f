"""Owns who plays in a run of the demo, and which order goes down which path."""

from dataclasses import dataclass, replace
from string import ascii_lowercase

from daigou.domain.ids import OrderId, PartyId
from daigou.domain.order import Role
from daigou.simulator.paths import PATHS
from daigou.simulator.plans import Deal, Plan, plan_of
from daigou.simulator.world import Party, World

ORDERS_OF_EACH_PATH = 2
ORDERS_DEFAULT = ORDERS_OF_EACH_PATH * len(PATHS)

CLIENTS, PROVIDERS, STORAGES, LOGISTICS = 12, 3, 2, 2
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


class Cast:
    """Everyone in a run, and the plans that they play. A pure function of seed and run."""

    def __init__(self, *, seed: int, run: int) -> None:
        self._world = World(seed)
        self._run = run
        self.clients = self._world.clients(CLIENTS)
        self.providers = self._world.providers(PROVIDERS)
        self.storages = self._world.storages(STORAGES)
        self.logistics = self._world.logistics(LOGISTICS)

    @property
    def on_orders(self) -> tuple[Party, ...]:
        """All who take part in orders."""
        return (*self.clients, *self.providers, *self.storages, *self.logistics)

    @property
    def applications(self) -> tuple[Application, ...]:
        """One application for each party, and one for the support staff."""
        parties = (*self.on_orders, PLATFORM, INSTITUTION)
        return (
            *(Application(party=party.id, role=party.role) for party in parties),
            SUPPORT,
        )

    def plans(self, orders: int) -> tuple[Plan, ...]:
        """The plans of a run, path after path in turn."""
        return tuple(self._plan(number) for number in range(1, orders + 1))

    def _plan(self, number: int) -> Plan:
        path = PATHS[(number - 1) % len(PATHS)]
        clients = [
            client
            for client in self.clients
            if path.days < _LONG_DAYS or client.country in _SHORT_STATUTORY
        ]
        deal = Deal(
            order=OrderId(f"ord_demo{self._run}_{number:03d}"),
            client=clients[number % len(clients)],
            provider=self.providers[number % PROVIDERS],
            storage=self.storages[number % STORAGES],
            logistics=self.logistics[number % LOGISTICS],
            basket=self._world.basket(self._run * _BASKETS_A_RUN + number, path.block),
            extra_lines=path.extra_lines,
        )
        return plan_of(path, deal)


def again(plan: Plan, times: int) -> Plan:
    """The plan that takes the place of one whose order was overtaken, for the nth time."""
    first = plan.deal.order.rstrip(ascii_lowercase)
    return plan_of(plan.path, replace(plan.deal, order=OrderId(first + ascii_lowercase[times])))
