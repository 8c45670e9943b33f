"""Owns what every kind of subject shows of itself, whatever else the view of its kind shows."""

from datetime import datetime
from typing import Protocol

from daigou.domain.clocks import Clock
from daigou.domain.facts import Facts
from daigou.domain.order import Parties, Role, State


class SubjectView(Protocol):
    """A subject as the read model holds it: an order, a recharge, a claim, …

    `parties` are those that take part in it, `facts` what the guards of its table ask for, `clocks`
    the deadlines of its main axis that run now. `next_due_at` is when the next deadline strikes.
    """

    @property
    def id(self) -> str:
        """Its id, which says of which kind it is."""

    @property
    def state(self) -> State:
        """Where it stands on its main axis."""

    @property
    def sequence(self) -> int:
        """How many transitions it has."""

    @property
    def parties(self) -> Parties:
        """Between whom it is."""

    @property
    def terms_version(self) -> str:
        """The terms that rule it."""

    @property
    def facts(self) -> Facts:
        """What its table asks for."""

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """The deadlines of its main axis that run now."""

    @property
    def next_actor(self) -> Role | None:
        """Whose turn it is."""

    @property
    def next_due_at(self) -> datetime | None:
        """When its next deadline strikes."""

    @property
    def opened_at(self) -> datetime:
        """When it began."""

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; none while it goes on."""


def next_due(clocks: tuple[Clock, ...]) -> datetime | None:
    """When the next of some clocks strikes."""
    return min((clock.due for clock in clocks), default=None)
