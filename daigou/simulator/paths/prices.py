"""Owns the paths of prices that change before the purchase, and of goods of which a part is there.

What the seller asks is told by the provider, or by the seller's own answer to an order.
"""

from daigou.domain.commands import DriftLimit
from daigou.domain.money import Money
from daigou.domain.order import State
from daigou.simulator import conduct
from daigou.simulator.conduct import Asking
from daigou.simulator.moves import (
    accept,
    accept_part,
    decline_offer,
    left_unpaid,
    limit_drift,
    pay,
    purchase,
    report_price,
)
from daigou.simulator.paths.ways import (
    BOTH,
    BOUGHT_HOME,
    DEPOSIT,
    HOME,
    INSTITUTION,
    PAID,
    PAID_BY_BOTH,
    PAID_BY_INSTITUTION,
)
from daigou.simulator.plans import Path

_ANYTHING = DriftLimit(any=True)
_SO_MUCH = DriftLimit(amount=Money(2_000_00))
_TOP_UP, _CHOICE = State.AWAITING_TOP_UP, State.AWAITING_CHOICE
_DEARER = report_price(Asking(percent=120, more_fen=1))

PRICES = (
    Path(
        name="price fell, told beforehand",
        moves=(*PAID_BY_BOTH, report_price(Asking(percent=80)), *BOUGHT_HOME),
        end=State.CLOSED,
        extra_lines=True,
    ),
    Path(
        name="price fell, the seller says so",
        moves=(*PAID_BY_INSTITUTION, purchase, *BOUGHT_HOME),
        end=State.CLOSED,
        block=conduct.CHEAPER,
    ),
    Path(
        name="sold cheaper than agreed",
        moves=(*PAID, *BOUGHT_HOME),
        end=State.CLOSED,
        block=conduct.SOLD_CHEAPER,
    ),
    Path(
        name="rise allowed in the request",
        moves=(*PAID_BY_BOTH, purchase, *BOUGHT_HOME),
        end=State.CLOSED,
        block=conduct.A_LITTLE_DEARER,
        drift=_SO_MUCH,
    ),
    Path(
        name="rise allowed step by step",
        moves=(
            limit_drift(State.REQUESTED, DriftLimit(amount=Money(1))),
            accept,
            limit_drift(State.ACCEPTED, _SO_MUCH),
            pay(INSTITUTION, "pm_ok"),
            limit_drift(State.EFFECTIVE, _ANYTHING),
            _DEARER,
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
    ),
    Path(
        name="rise allowed, deposit too small",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            pay(INSTITUTION, "pm_ok", at=_TOP_UP),
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
        block=conduct.A_LITTLE_DEARER,
        drift=_ANYTHING,
        poor=True,
    ),
    Path(
        name="top-up paid from the deposit",
        moves=(*PAID_BY_BOTH, _DEARER, pay(DEPOSIT, at=_TOP_UP), *BOUGHT_HOME),
        end=State.CLOSED,
        drift=DriftLimit(amount=Money(1)),
    ),
    Path(
        name="top-up declined once, then paid",
        moves=(
            *PAID,
            purchase,
            pay(BOTH, "pm_declined", at=_TOP_UP),
            pay(BOTH, "pm_ok", at=_TOP_UP),
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
        block=conduct.MUCH_DEARER,
    ),
    Path(
        name="top-up not wanted",
        moves=(*PAID_BY_BOTH, purchase, decline_offer(_TOP_UP)),
        end=State.UNREALIZABLE,
        block=conduct.MUCH_DEARER,
        extra_lines=True,
    ),
    Path(
        name="top-up not paid in time",
        moves=(*PAID, _DEARER, left_unpaid(_TOP_UP)),
        end=State.UNREALIZABLE,
        days=1,
    ),
)

_HALF = report_price(Asking(has_half=True))

PARTS = (
    Path(
        name="part in stock, taken",
        moves=(*PAID_BY_BOTH, purchase, accept_part, *BOUGHT_HOME),
        end=State.CLOSED,
        block=conduct.HALF_IN_STOCK,
        pieces=2,
    ),
    Path(
        name="part taken though dearer",
        moves=(*PAID, purchase, accept_part, pay(DEPOSIT, at=_TOP_UP), purchase, *HOME),
        end=State.CLOSED,
        block=conduct.HALF_AND_DEARER,
        pieces=2,
    ),
    Path(
        name="part declined",
        moves=(*PAID_BY_INSTITUTION, purchase, decline_offer(_CHOICE)),
        end=State.UNREALIZABLE,
        block=conduct.HALF_IN_STOCK,
        pieces=2,
    ),
    Path(
        name="part not answered",
        moves=(*PAID, _HALF, left_unpaid(_CHOICE)),
        end=State.UNREALIZABLE,
        pieces=2,
        days=1,
    ),
)
