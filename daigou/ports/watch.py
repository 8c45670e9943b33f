"""The watch over the books: what of them may be amiss, page by page, and what was found."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from daigou.domain.ids import PartyId, SubjectId
from daigou.domain.sweeps import Finding, SweepName


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends; only the watch that gave it knows what is in it."""

    source: int = 0
    key: tuple[Any, ...] = ()


START = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePage:
    """Some of what is late, and where to go on; None: that was all."""

    found: tuple[Finding, ...]
    after: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPage:
    """Some subjects that are open in the books, and where to go on; None: that was all."""

    subjects: tuple[SubjectId, ...]
    after: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inactive:
    """A client of whom nothing was heard since a moment (UA-1-15)."""

    client: PartyId
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InactivePage:
    """Some clients of whom nothing was heard, and where to go on; None: that was all."""

    clients: tuple[Inactive, ...]
    after: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksStanding:
    """How a subject stands in the books; `since` is when its last step was recorded.

    It is open while anything of it is: an order that ended may still have a refund on its way.
    """

    state: str
    open: bool
    since: datetime


class Watch(Protocol):
    """Looks at the books; every method raises `BooksUnavailableError` if they do not answer."""

    def now(self) -> datetime:
        """The books' own time: it orders what several sweeps saw."""

    def waiting(self, sweep: SweepName) -> int:
        """How many things a sweep of late things has to look at."""

    def late(
        self, sweep: SweepName, *, before: datetime, limit: int, after: Place = START
    ) -> LatePage:
        """What should have happened `before` and did not."""

    def inactive(self, *, before: datetime, limit: int, after: Place = START) -> InactivePage:
        """Clients who did nothing since `before`, have no order that goes on, and whose account is
        neither warned of it yet nor closed."""

    def open_subjects(self, *, limit: int, after: Place = START) -> OpenPage:
        """Subjects that are open, kind by kind, in the order of their ids."""

    def standings(self, subjects: Collection[SubjectId]) -> Mapping[SubjectId, BooksStanding]:
        """How subjects stand; those that the books do not know are left out."""

    def audit(self) -> tuple[int, tuple[Finding, ...]]:
        """How many journals were proved again, and each invariant that does not hold."""


class Findings(Protocol):
    """Keeps what sweeps find; every method raises `BooksUnavailableError` as above."""

    def keep(
        self, *, sweep: SweepName, found: Collection[Finding], seen_at: datetime
    ) -> tuple[Finding, ...]:
        """Notes what was seen at a moment; answers with what had not been open before."""

    def count_open(self, sweep: SweepName) -> int:
        """How many findings of a sweep are open."""

    def clear(self, *, sweep: SweepName, before: datetime, limit: int) -> tuple[Finding, ...]:
        """Clears some of what was not seen since a moment; answers with it, none once all is."""
