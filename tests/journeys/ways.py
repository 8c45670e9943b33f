"""What a journey is: its steps by the rules, its moments and its sums in fen; and what is asked
for, and the stretches of way, that many journeys share.

A step is a trigger of the order, or of an item with the item's name before it: `p2:deliver` is of
its second parcel (r: requirements, q: questions, o: opinions, c: cancellations, d: dissolutions,
b: refunds). What is beside the order has a timeline of its own: `k1:…` is of the first claim on it,
`t1:…` of the first tip for it, `x1:…` of the first chargeback of its payments, and of its client
`w1:…` of a withdrawal, `f1:…` of a freeze, `a1:…` of the closing of the account.
`>stored` says that the order follows its slowest parcel there. `lapse@accept+1d` strikes one day
after the latest `accept`, `wind-up@close-account+1m` a minute, `forfeit@date` at the date agreed,
`deem-received@>delivered+10d~a~b` as much later as passed from `a` to `b`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.journeys.by_hand import BESIDE, FIRST, FOLLOWS, ORDER, UNTOLD, Rule, trigger_of
from tests.journeys.by_hand_accounts import OF_ACCOUNTS, ORDERS_OF_DEBTORS
from tests.journeys.by_hand_items import ITEMS

_ORDER, _ITEMS = ORDER | ORDERS_OF_DEBTORS, ITEMS | OF_ACCOUNTS


class Price(NamedTuple):
    """What is asked for: fen a piece, pieces, fen of freight to the warehouse."""

    unit: int
    pieces: int
    freight: int


# The fee is a thousandth of goods and freight, half a fen up. Beside it: the amount, and the four
# tenths of it (rounded down) that the deposit pays where both pay.
KETTLES = Price(410, 300, 0)  # 123000 -> fee 123 (of 123.000); 123123; 49249 + 73874
TRIFLE = Price(120, 1, 0)  # 120 -> fee 0 (of 0.120); 120; 48 + 72
HALF_A_FEN = Price(450, 1, 50)  # 500 -> fee 1 (of 0.500); 501; 200 + 301
LESS_THAN_HALF = Price(449, 1, 50)  # 499 -> fee 0 (of 0.499); 499; 199 + 300
LAMPS = Price(6225, 2, 50)  # 12500 -> fee 13 (of 12.500); 12513; 5005 + 7508
SCARVES = Price(3549, 7, 707)  # 25550 -> fee 26 (of 25.550); 25576; 10230 + 15346
BOWLS = Price(2490, 10, 150)  # 25050 -> fee 25 (of 25.050); 25075; 10030 + 15045
BAGS = Price(1980, 25, 550)  # 50050 -> fee 50 (of 50.050); 50100; 20040 + 30060
BOOTS = Price(49999, 3, 1200)  # 151197 -> fee 151 (of 151.197); 151348; 60539 + 90809
BRUSHES = Price(1250, 12, 499)  # 15499 -> fee 15 (of 15.499); 15514; 6205 + 9309
PANDAS = Price(1250, 12, 500)  # 15500 -> fee 16 (of 15.500); 15516; 6206 + 9310

# Where lines are added: 800 for the provider's photographs, 350 for the storage's repacking.


class Sale(NamedTuple):
    """What goods fetched that were sold for a debt: what the storage had of it, what paid the debt,
    and what was left to the client's deposit."""

    fetched: int = 0
    storage: int = 0
    debt: int = 0
    surplus: int = 0


NOTHING_SOLD = Sale()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What an order came to. What was paid, and what the client still owes as a `debt`, went to the
    seller, to fees and costs, to third parties, or back.

    `deposit` is what the client's deposit gained by the order, `institution` what the payment
    institution holds by it. What the seller keeps is less than nothing where it paid for a return:
    `for_the_return`, to the deposit. `brokerage` is what the promoter got of the fee, `coupon` what
    the platform gave for good. `agreed` are goods and freight in the end, where they are not as
    asked for; `storage` is what of `third` the storage charged for months. `charges` are the lines
    that a cancellation added: code, fen, and the role that collects it. `debts` is what of payments
    that were charged back its money and its goods paid, `sale` what became of the goods' price.
    """

    paid: int = 0
    seller: int = 0
    fee: int = 0
    third: int = 0
    costs: int = 0
    back: int = 0
    deposit: int = 0
    institution: int = 0
    brokerage: int = 0
    coupon: int = 0
    storage: int = 0
    debt: int = 0
    for_the_return: int = 0
    agreed: tuple[int, int] | None = None
    charges: tuple[tuple[str, int, str], ...] = ()
    debts: int = 0
    sale: Sale = NOTHING_SOLD


class Claim(NamedTuple):
    """What a claim came to: fen that are asked, that were admitted, and that came into the client's
    deposit for it."""

    asked: int
    admitted: int = 0
    paid: int = 0


class Tip(NamedTuple):
    """What a tip came to: fen that were given, and that the provider has of them in the end."""

    given: int
    earned: int = 0


class Moved(NamedTuple):
    """What a chargeback, a withdrawal, a freeze or a closing is about (`of`), and what it moved:
    what the institution holds, the client's deposit gained and the provider got by it, what the
    provider bears. Of a chargeback, what is `owed` in the end: its order, the goods and recharges
    may have paid of it."""

    of: int = 0
    institution: int = 0
    deposit: int = 0
    provider: int = 0
    borne: int = 0
    owed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a way: of an item, or of the order where `item` is empty, from where it stands.

    `moment` is what stands behind the `@`, of a step that a deadline takes.
    """

    name: str
    trigger: str
    item: str
    source: str
    rule: Rule
    moment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A path, walked with a price by a client of a country."""

    path: str
    price: Price
    country: str
    way: str
    end: str
    sums: Sums = Sums()
    claims: tuple[Claim, ...] = ()
    tips: tuple[Tip, ...] = ()
    beside: Mapping[str, Moved] = field(default_factory=dict, hash=False)
    recharged: int = 0
    recharges_paid: int = 0
    """What the client put into its deposit along the way, and what of it paid its debts at once."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Each step of the order's way, with its rule."""
        return tuple(step for step in self.all_steps if step.item[:1] not in BESIDE)

    def steps_of(self, name: str) -> tuple[Step, ...]:
        """Each step of what is beside the order under that name, such as `k1`."""
        return tuple(step for step in self.all_steps if step.item == name)

    @property
    def names_beside(self) -> tuple[str, ...]:
        """What is beside the order, in the order of their opening."""
        return tuple(dict.fromkeys(s.item for s in self.all_steps if s.item[:1] in BESIDE))

    @property
    def all_steps(self) -> tuple[Step, ...]:
        """Each step of all, in the order of the way."""
        states: dict[str, str] = {}
        found = []
        for word in self.way.split():
            name, _, moment = word.partition("@")
            item, _, said = name.rpartition(":")
            state = states.get(item, FIRST.get(item[:1], "new"))
            rule = _rule(said, item[:1], state)
            states[item] = rule.target
            trigger = "follow-parcels" if said.startswith(">") else trigger_of(said)
            found.append(
                Step(
                    name=name,
                    trigger=trigger,
                    item=item,
                    source=state,
                    rule=rule,
                    moment=moment,
                )
            )
        return tuple(found)


def _rule(name: str, axis: str, state: str) -> Rule:
    if axis:
        return _ITEMS[axis, name, state]
    if name.startswith(">"):
        clause, tells = FOLLOWS[name[1:]]
        return Rule(name[1:], clause, "", () if (state, name[1:]) in UNTOLD else tells)
    return _ORDER[name, state]


AGREED = "request accept pay"
AGREED_BY_INSTITUTION = "request accept pay-institution confirm-payment"
BOUGHT = "purchase record-purchase"
STORED = "p1:warehouse-receipt >warehoused p1:end-duty@p1:warehouse-receipt+1d >stored"
DELIVERED = f"{STORED} p1:clear-customs >exported p1:deliver >delivered"
HOME = f"{DELIVERED} confirm-receipt"
BOUGHT_HOME = f"{BOUGHT} {HOME}"
SENT = "p1:dispatch >dispatched"
CANCELLED_AT_ONCE = "c1:request-cancellation-unbought follow-case-held"
SELLER_ASKED = "c1:request-cancellation follow-case-held"
SENT_BACK = f"{SELLER_ASKED} c1:consent-to-cancellation-goods-first p1:send-back >going_back"
BACK = "p1:hand-back c1:follow-order-back"
PAID_BACK = "c1:record-cancellation-refund"
SETTLED = "c1:settle-cancellation follow-case-cancelled"
TO_DISSOLVE = "d1:request-dissolution follow-case-held"
SELLER_TO_DISSOLVE = f"{TO_DISSOLVE} d1:apply-to-seller"
DISSOLVING = f"{SELLER_TO_DISSOLVE} d1:consent-to-dissolution"
DISSOLVED = "d1:record-dissolution-refund follow-case-dissolved"
CLOSE = {
    country: f"close@confirm-receipt+{days}d"
    for country, days in {
        # The statutory period: the shorter of China's 15 days and the client's country's.
        "US": 15,
        "DE": 14,
        "ES": 14,
        "FR": 14,
        "IT": 14,
        "KZ": 14,
        "JP": 8,
        "KR": 7,
        "RU": 7,
    }.items()
}
