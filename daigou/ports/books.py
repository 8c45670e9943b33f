"""The books: where transitions and money are written, in one transaction each."""

from typing import Protocol

from daigou.domain.book import Movement, MovementState
from daigou.domain.commands import Request
from daigou.domain.ids import MovementRef, SubjectId
from daigou.domain.steps import Committed, Step


class BooksUnavailableError(Exception):
    """The database did not answer; nothing is known to be written. The same step may be retried."""


class StepConflictError(Exception):
    """The command is in the books with other content: an alarm, never a second posting."""


class Books(Protocol):
    """The one door through which state and money change."""

    def commit(self, step: Step) -> Committed:
        """Writes a step: transition, journals, read model, clocks and notices, all or nothing.

        A step that was written before is found and its result returned again. Where another
        step holds the sequence, that one stands: it is returned as `instead`.

        Raises:
            Refused: the books forbid it; nothing was written.
            StepConflictError: the command was written with other content, or elsewhere.
            BooksUnavailableError: the outcome is unknown; commit the same step again.
        """

    def movement(self, reference: MovementRef) -> tuple[Movement, MovementState]:
        """The movement of that reference, and whether its outcome is known.

        Raises:
            LookupError: there is none.
            BooksUnavailableError: the database did not answer.
        """

    def request(self, subject: SubjectId) -> Request:
        """The purchasing request of an order.

        Raises:
            LookupError: there is none.
            BooksUnavailableError: the database did not answer.
        """
