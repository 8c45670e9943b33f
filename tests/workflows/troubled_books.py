"""Books that fail as told, step by step, around the real ones."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable

from daigou.domain.book import Movement, MovementState
from daigou.domain.ids import MovementRef, SubjectId
from daigou.domain.order import Trigger
from daigou.domain.steps import Committed, Step
from daigou.ports.books import Books, BooksUnavailableError, ToBuy

SLOW_SECONDS_MAX = 20.0

Steps = tuple[Step, ...]
Trouble = Callable[[Books, Steps], tuple[Committed, ...]]


def down(books: Books, steps: Steps) -> tuple[Committed, ...]:
    """The database does not answer, and nothing was written."""
    raise BooksUnavailableError(f"{_named(steps)}: the database is down")


def answer_lost(books: Books, steps: Steps) -> tuple[Committed, ...]:
    """The steps are written, and nobody hears of it."""
    books.commit(steps)
    raise BooksUnavailableError(f"{_named(steps)}: the connection broke")


class Held:
    """The steps wait until they are let go."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.let_go = threading.Event()

    def __call__(self, books: Books, steps: Steps) -> tuple[Committed, ...]:
        self.reached.set()
        if not self.let_go.wait(SLOW_SECONDS_MAX):
            raise BooksUnavailableError(f"{_named(steps)}: never let go")
        return books.commit(steps)


def _named(steps: Steps) -> str:
    return ", ".join(f"{step.subject}/{step.sequence}" for step in steps)


class TroubledBooks:
    """Implements `Books`: each step of a subject meets the next trouble that its trigger has.

    Of steps that are written together it is the first one's trigger that counts.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self._troubles: dict[tuple[SubjectId, Trigger], deque[Trouble]] = defaultdict(deque)
        self._unreadable: dict[str, int] = defaultdict(int)
        self.tries: dict[tuple[SubjectId, Trigger], int] = defaultdict(int)

    def trouble(self, subject: SubjectId, trigger: Trigger, *troubles: Trouble) -> None:
        """The next tries to write that step go wrong like this, one after the other."""
        self._troubles[subject, trigger].extend(troubles)

    def unreadable(self, subject: SubjectId, *, times: int) -> None:
        """That often, a movement or a step of the subject cannot be read."""
        self._unreadable[subject] = times

    def commit(self, steps: Steps) -> tuple[Committed, ...]:
        key = (steps[0].subject, steps[0].trigger)
        self.tries[key] += 1
        if self._troubles[key]:
            return self._troubles[key].popleft()(self._books, steps)
        return self._books.commit(steps)

    def written(self, subject: SubjectId, sequence: int) -> Committed | None:
        self._read(subject)
        return self._books.written(subject, sequence)

    def movement(self, reference: MovementRef) -> tuple[Movement, MovementState]:
        self._read(reference.rpartition("/")[0])
        return self._books.movement(reference)

    def to_buy(self, reference: MovementRef) -> ToBuy:
        return self._books.to_buy(reference)

    def _read(self, subject: str) -> None:
        if self._unreadable[subject]:
            self._unreadable[subject] -= 1
            raise BooksUnavailableError(f"{subject}: the database is down")
