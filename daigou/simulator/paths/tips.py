"""Owns the paths of orders whose provider was tipped: earned, had back, given back."""

from daigou.domain.order import State
from daigou.simulator.moves import earn_tip, give_tip_back, have_tip_back, keep_tip, tip
from daigou.simulator.paths.ways import BOUGHT_HOME, PAID, PAID_BY_BOTH, PAID_BY_INSTITUTION
from daigou.simulator.plans import Path

TIPPED = (
    Path(
        name="tipped, the provider's for good",
        moves=(*PAID, tip(State.EFFECTIVE, 66_06), *BOUGHT_HOME, earn_tip, keep_tip),
        end=State.CLOSED,
        days=61,
    ),
    Path(
        name="tipped, had back in time",
        moves=(*PAID_BY_BOTH, *BOUGHT_HOME, tip(State.CLOSED, 5_00), have_tip_back),
        end=State.CLOSED,
        extra_lines=True,
    ),
    Path(
        name="tipped, given back all the same",
        moves=(
            *PAID_BY_INSTITUTION,
            tip(State.EFFECTIVE, 20_01),
            *BOUGHT_HOME,
            earn_tip,
            give_tip_back,
        ),
        end=State.CLOSED,
        days=32,
    ),
)
