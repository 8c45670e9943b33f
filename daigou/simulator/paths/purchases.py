"""Owns the paths of purchases that go astray, and succeed."""

from daigou.domain.order import State, Trigger
from daigou.simulator import conduct
from daigou.simulator.moves import purchase, record_purchase, struck
from daigou.simulator.paths.ways import (
    BOUGHT_HOME,
    HOME,
    PAID,
    PAID_BY_BOTH,
    PAID_BY_INSTITUTION,
)
from daigou.simulator.plans import Path

PURCHASES = (
    Path(
        name="purchase late, then bought",
        moves=(
            *PAID,
            struck(Trigger.REMIND, State.EFFECTIVE),
            struck(Trigger.ESCALATE, State.EFFECTIVE),
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
        days=3,
    ),
    Path(
        name="seller unpaid once, then bought",
        moves=(*PAID, purchase, purchase, *HOME),
        end=State.CLOSED,
        block=conduct.UNPAID_ONCE,
    ),
    Path(
        name="seller unanswering, bought",
        moves=(*PAID_BY_BOTH, *BOUGHT_HOME),
        end=State.CLOSED,
        block=conduct.TIMEOUT_BUT_BOUGHT,
    ),
    Path(
        name="seller never heard, sent again",
        moves=(*PAID, *BOUGHT_HOME),
        end=State.CLOSED,
        block=conduct.TIMEOUT_UNHEARD,
    ),
    Path(
        name="seller pending, then bought",
        moves=(*PAID_BY_INSTITUTION, *BOUGHT_HOME),
        end=State.CLOSED,
        block=conduct.PENDING_THEN_BOUGHT,
    ),
    Path(
        name="seller silent, person records",
        moves=(*PAID, purchase, record_purchase, *HOME),
        end=State.CLOSED,
        block=conduct.SILENT,
        days=2,
    ),
)
