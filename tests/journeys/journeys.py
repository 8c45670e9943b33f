"""Every path as a journey, worked out by hand; and the short form of them."""

from collections.abc import Iterable
from functools import cache

from tests.journeys.accounts import OF_ACCOUNTS
from tests.journeys.agreed import AGREED_OR_NOT
from tests.journeys.bought import BOUGHT_OR_NOT
from tests.journeys.cancelled import CANCELLED
from tests.journeys.carried import CARRIED
from tests.journeys.charged_back import CHARGED_BACK
from tests.journeys.claimed import CLAIMED
from tests.journeys.dissolved import DISSOLVED_OR_NOT
from tests.journeys.ways import Journey

JOURNEYS = (
    *AGREED_OR_NOT,
    *BOUGHT_OR_NOT,
    *CARRIED,
    *CANCELLED,
    *DISSOLVED_OR_NOT,
    *CLAIMED,
    *CHARGED_BACK,
    *OF_ACCOUNTS,
)


def rows_of(journeys: Iterable[Journey]) -> set[tuple[str, str, str, str]]:
    """The rows that the journeys take: kind of item, state, trigger and state again."""
    return {row for journey in journeys for row in _rows_of(journey)}


@cache
def _rows_of(journey: Journey) -> frozenset[tuple[str, str, str, str]]:
    return frozenset(
        (step.item[:1], step.source, step.trigger, step.rule.target) for step in journey.all_steps
    )


_MONEY_OF_ITS_OWN = (
    "sent back, settled with costs",
    "cancelled, brokerage comes back",
    "costs that become a debt",
    "a debt, paid by a late refund",
    "won through an invitation",
)
"""Paths whose steps others take as well, but with other money."""


def _short_form() -> tuple[Journey, ...]:
    """Some journeys that take every row between them: always the one that adds most."""
    chosen = [journey for journey in JOURNEYS if journey.path in _MONEY_OF_ITS_OWN]
    while left := rows_of(JOURNEYS) - rows_of(chosen):
        chosen.append(max(JOURNEYS, key=lambda journey: len(rows_of([journey]) & left)))
    return tuple(chosen)


SHORT_FORM = _short_form()
"""What `make test` walks; `make test-long` walks them all."""
