"""Owns the paths of invited clients: what they order is won by who invited them."""

from daigou.domain.order import State
from daigou.simulator.paths.ways import BOUGHT_HOME, PAID_BY_BOTH
from daigou.simulator.plans import Path

INVITED = (
    Path(
        name="won through an invitation",
        moves=(*PAID_BY_BOTH, *BOUGHT_HOME),
        end=State.CLOSED,
        promoter=True,
        invited=True,
        extra_lines=True,
    ),
)
