"""Owns who and what there is in the simulated world: a pure function of a seed.

Every name, address and offer is invented, and looks it. Prices are plausible: a unit costs ¥1.20
to ¥500, freight to the warehouse ¥0 to ¥12, 1 to 300 pieces are asked for, and the values of
orders are spread log-normally around ¥250.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from daigou.domain.ids import PartyId
from daigou.domain.money import Money
from daigou.domain.order import Role
from daigou.domain.screening import CLAUSES, Finding, Verdict
from daigou.simulator.conduct import NORMAL, OfferBlock

UNIT_FEN_MIN, UNIT_FEN_MAX = 120, 500_00
FREIGHT_FEN_MAX = 12_00
QUANTITY_MAX = 300
ORDER_FEN_MEDIAN = 250_00
_ORDER_SPREAD = 0.9
_UNIT_FEN_MEDIAN = 14_00
_UNIT_SPREAD = 1.1

_COUNTRIES = ("RU", "KR", "JP", "KZ", "DE", "FR", "ES", "IT", "US")
_CITIES = ("Yiwu", "Guangzhou", "Shenzhen", "Hangzhou")
_FIRST_NAMES = (
    "Testa",
    "Sampleton",
    "Fictia",
    "Mockwell",
    "Dummett",
    "Placeholda",
    "Inventa",
    "Makebelief",
    "Demora",
    "Pretendo",
    "Imagino",
    "Fablia",
)
_THINGS = (
    ("kettle", "household"),
    ("umbrella", "household"),
    ("rice bowl", "household"),
    ("desk lamp", "lighting"),
    ("phone stand", "electronics"),
    ("hair clip", "accessories"),
    ("canvas bag", "accessories"),
    ("wool scarf", "clothing"),
    ("rain boots", "clothing"),
    ("notebook", "stationery"),
    ("paint brush", "stationery"),
    ("plush panda", "toys"),
)
DOUBTFUL, SENSITIVE = "cosmetics", "batteries"
SCREENED: Mapping[str, Verdict] = MappingProxyType(
    {DOUBTFUL: Verdict.DOUBTFUL, SENSITIVE: Verdict.SENSITIVE}
)
"""The categories that this world's platform has on its screening list."""
SCREENED_BECAUSE = "not every carrier ships such goods (invented)"
_KINDS = ("red", "blue", "green", "small", "large", "set of 3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Someone in the world. `address` is where a storage provider receives goods."""

    id: PartyId
    role: Role
    name: str
    country: str = "CN"
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something for sale, at a price per piece; `id` chooses what its seller does (`conduct`)."""

    id: str
    title: str
    seller: str
    specification: str
    category: str
    unit_price: Money
    freight: Money

    @property
    def link(self) -> str:
        """The product's page."""
        return f"https://detail.1688.com/offer/{self.id}.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """What one client asks for: an offer, and how many pieces of it."""

    offer: Offer
    quantity: int


def found_in(category: str) -> tuple[Finding, ...]:
    """What the screening list of this world finds in a category."""
    if category not in SCREENED:
        return ()
    verdict = SCREENED[category]
    number = list(SCREENED).index(category) + 1
    return (
        Finding(
            rule=number,
            verdict=verdict,
            matched=category,
            reason=SCREENED_BECAUSE,
            clause=CLAUSES[verdict],
        ),
    )


@dataclass(frozen=True, slots=True)
class World:
    """All of it. The same seed gives the same world, on every machine."""

    seed: int

    def clients(self, count: int, *, after: int = 0) -> tuple[Party, ...]:
        """The first `count` clients after so many others, in varied countries."""
        return tuple(
            Party(
                id=PartyId(f"cli_w{self.seed}_{number:02d}"),
                role=Role.CLIENT,
                name=f"{self._pick('client', number, _FIRST_NAMES)} Client {number} (invented)",
                country=_COUNTRIES[(number - 1) % len(_COUNTRIES)],
            )
            for number in range(after + 1, after + count + 1)
        )

    def providers(self, count: int) -> tuple[Party, ...]:
        """The first `count` purchasing service providers."""
        return tuple(
            Party(
                id=PartyId(f"prv_w{self.seed}_{number:02d}"),
                role=Role.PROVIDER,
                name=f"Purchasing Example {number} Co. (invented)",
            )
            for number in range(1, count + 1)
        )

    def storages(self, count: int) -> tuple[Party, ...]:
        """The first `count` domestic storage providers, each with its receiving address."""
        return tuple(
            Party(
                id=PartyId(f"sto_w{self.seed}_{number:02d}"),
                role=Role.STORAGE,
                name=f"Storage Example {number} Co. (invented)",
                address=(
                    f"Hall {number}, No. {self._rng('hall', number).randint(1, 99)} Example Road, "
                    f"{_CITIES[(number - 1) % len(_CITIES)]} (invented)"
                ),
            )
            for number in range(1, count + 1)
        )

    def logistics(self, count: int) -> tuple[Party, ...]:
        """The first `count` logistics providers."""
        return tuple(
            Party(
                id=PartyId(f"log_w{self.seed}_{number:02d}"),
                role=Role.LOGISTICS,
                name=f"Carrier Example {number} Co. (invented)",
            )
            for number in range(1, count + 1)
        )

    def promoters(self, count: int, *, after: int = 0) -> tuple[Party, ...]:
        """The first `count` promoters after so many others; they win orders for providers."""
        return tuple(
            Party(
                id=PartyId(f"pro_w{self.seed}_{number:02d}"),
                role=Role.PROMOTER,
                name=f"Promoter Example {number} (invented)",
            )
            for number in range(after + 1, after + count + 1)
        )

    def promotion_providers(self, count: int) -> tuple[Party, ...]:
        """The first `count` promotion providers, who stand for promoters."""
        return tuple(
            Party(
                id=PartyId(f"psp_w{self.seed}_{number:02d}"),
                role=Role.PROMOTION_PROVIDER,
                name=f"Promotion Example {number} Co. (invented)",
            )
            for number in range(1, count + 1)
        )

    def basket(self, index: int, block: OfferBlock = NORMAL, *, pieces: int = 1) -> Basket:
        """The basket of that index, from sellers who fare as the block says.

        It holds so many `pieces` at the least.
        """
        rng = self._rng("basket", index)
        value = math.exp(rng.gauss(math.log(ORDER_FEN_MEDIAN), _ORDER_SPREAD))
        unit = math.exp(rng.gauss(math.log(_UNIT_FEN_MEDIAN), _UNIT_SPREAD))
        unit_fen = _within(round(min(unit, value)), UNIT_FEN_MIN, UNIT_FEN_MAX)
        thing, category = rng.choice(_THINGS)
        offer = Offer(
            id=block.offer_id(index),
            title=thing,
            seller=f"{rng.choice(_CITIES)} {thing} Example Shop {rng.randint(1, 99)}",
            specification=rng.choice(_KINDS),
            category=category,
            unit_price=Money(unit_fen),
            freight=Money(rng.choice((0, 0, rng.randint(1, FREIGHT_FEN_MAX)))),
        )
        quantity = _within(round(value / unit_fen), pieces, QUANTITY_MAX)
        return Basket(offer=offer, quantity=quantity)

    def _pick(self, purpose: str, number: int, choices: Sequence[str]) -> str:
        return self._rng(purpose, number).choice(choices)

    def _rng(self, purpose: str, number: int) -> random.Random:
        # Seeded by text: the same on every machine, and no draw disturbs another.
        return random.Random(f"{self.seed}/{purpose}/{number}")


def _within(value: int, least: int, most: int) -> int:
    return max(least, min(most, value))
