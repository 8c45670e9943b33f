"""Owns the table of sweeps: what is looked after on a schedule, how often, how bad a find is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from daigou.domain.terms import current

EVERY_FLOOR = timedelta(minutes=1)
GRACE_FLOOR = timedelta(seconds=30)
"""However fast time is made to run, machines and networks do not run faster."""


class SweepName(StrEnum):
    """What is looked after."""

    QUESTIONS = "questions"
    OVERDUE = "overdue"
    BOOKS = "books"
    STUCK = "stuck"
    NOTICES = "notices"
    DISPUTES = "disputes"
    AUDIT = "audit"
    INACTIVITY = "inactivity"


class Severity(StrEnum):
    """How bad a finding is: an alarm is for now, a warning is for the day."""

    ALARM = "alarm"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One row: `grace` is how long a thing may be amiss before it is a finding."""

    name: SweepName
    says: str
    every: timedelta
    grace: timedelta
    severity: Severity

    def every_at(self, scale: int) -> timedelta:
        """The pause between two runs where time is divided by `scale`; never under the floor."""
        return max(EVERY_FLOOR, self.every / scale)

    def grace_at(self, scale: int, *, least: timedelta = GRACE_FLOOR) -> timedelta:
        """The grace where time is divided by `scale`, and never under `least`; none stays none."""
        return max(least, self.grace / scale) if self.grace else self.grace


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something amiss: what with, and a code of what. Ids and codes only, no personal data."""

    subject: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one run came to. `opened` and `cleared` count what changed since the run before."""

    looked_at: int
    found: int
    opened: int
    cleared: int

    def __str__(self) -> str:
        return (
            f"looked at {self.looked_at}, found {self.found} "
            f"({self.opened} of them new), {self.cleared} cleared"
        )


_ROWS = (
    Sweep(
        name=SweepName.QUESTIONS,
        says="questions on orders, and to the platform, that nobody answered in time",
        every=timedelta(minutes=15),
        grace=timedelta(minutes=15),
        severity=Severity.WARNING,
    ),
    Sweep(
        name=SweepName.OVERDUE,
        says="deadlines that passed and did not strike: is a worker running?",
        every=timedelta(minutes=5),
        grace=timedelta(minutes=5),
        severity=Severity.ALARM,
    ),
    Sweep(
        name=SweepName.BOOKS,
        says="orders and other subjects on which the books and their workflows disagree",
        every=timedelta(minutes=15),
        # Longer than a first call outside may take: until it is answered, Temporal shows the state
        # before it.
        grace=timedelta(minutes=10),
        severity=Severity.ALARM,
    ),
    Sweep(
        name=SweepName.STUCK,
        says="workflows that fail at their next step, again and again",
        every=timedelta(minutes=5),
        grace=timedelta(0),
        severity=Severity.ALARM,
    ),
    Sweep(
        name=SweepName.NOTICES,
        says="notices that were not sent",
        every=timedelta(minutes=5),
        grace=timedelta(minutes=10),
        severity=Severity.WARNING,
    ),
    Sweep(
        name=SweepName.DISPUTES,
        says="disputes that the payment institution told of and that fit no payment",
        every=timedelta(minutes=15),
        grace=timedelta(0),
        severity=Severity.ALARM,
    ),
    Sweep(
        name=SweepName.INACTIVITY,
        says="accounts of which nothing was heard for months: they are warned (UA-1-15)",
        every=timedelta(days=1),
        grace=current().duration("inactivity"),
        severity=Severity.WARNING,
    ),
    Sweep(
        name=SweepName.AUDIT,
        says="the whole ledger, proved again from its entries",
        every=timedelta(days=1),
        grace=timedelta(0),
        severity=Severity.ALARM,
    ),
)

SWEEPS: Mapping[SweepName, Sweep] = MappingProxyType({sweep.name: sweep for sweep in _ROWS})
