"""Owns the paths of claims on orders that are over: paid in part, rejected, taken back, overdue."""

from daigou.domain.commands import Basis
from daigou.domain.order import Role, State
from daigou.simulator import conduct
from daigou.simulator.moves import (
    admit,
    claim,
    claim_overdue,
    compensate,
    purchase,
    reject,
    withdraw_claim,
)
from daigou.simulator.paths.ways import BOUGHT_HOME, PAID, PAID_BY_BOTH, PAID_BY_INSTITUTION
from daigou.simulator.plans import Path, Share

_ALL_OF_IT = claim(State.CLOSED, Basis.PROVIDERS_FAULT)
"""As much as a provider is ever liable for."""

CLAIMED = (
    Path(
        name="claim admitted in part",
        moves=(*PAID_BY_BOTH, *BOUGHT_HOME, _ALL_OF_IT, admit(Share(6)), compensate),
        end=State.CLOSED,
        extra_lines=True,
    ),
    Path(
        name="claim rejected",
        moves=(*PAID, *BOUGHT_HOME, _ALL_OF_IT, reject()),
        end=State.CLOSED,
    ),
    Path(
        name="claim taken back, made anew",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            claim(State.UNREALIZABLE, Basis.PROVIDERS_FAULT),
            withdraw_claim,
            claim(State.UNREALIZABLE, Basis.PROVIDERS_FAULT, Share(4)),
            admit(),
            compensate,
        ),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
    ),
    Path(
        name="claim answered by the platform",
        moves=(
            *PAID,
            *BOUGHT_HOME,
            _ALL_OF_IT,
            claim_overdue(State.MADE),
            admit(Share(2), by=Role.PLATFORM),
            claim_overdue(State.ADMITTED),
            compensate,
        ),
        end=State.CLOSED,
        days=22,
    ),
)
