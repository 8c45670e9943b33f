"""The books: where transitions and money are written, in one transaction each."""

from dataclasses import dataclass
from typing import Protocol

from daigou.domain.book import Movement, MovementState
from daigou.domain.ids import MovementRef, SubjectId
from daigou.domain.money import Money
from daigou.domain.steps import Committed, Step


class BooksUnavailableError(Exception):
    """The database did not answer; nothing is known to be written. The same step may be retried."""


class StepConflictError(Exception):
    """The command is in the books with other content: an alarm, never a second posting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToBuy:
    """What is to be ordered from the seller, at the price agreed now; `pay` is paid with it."""

    offer_id: str
    quantity: int
    goods: Money
    freight: Money
    delivery_address: str
    pay: Money


class Books(Protocol):
    """The one door through which state and money change."""

    def commit(self, steps: tuple[Step, ...]) -> tuple[Committed, ...]:
        """Writes a step: transition, journals, read model, clocks and notices, all or nothing.

        Steps that follow from it are written with it. A step that was written before is found and
        its result returned again. Where another step holds the sequence, that one stands: it is
        returned as `instead`, and nothing after it.

        Raises:
            Refused: the books forbid it; nothing was written.
            StepConflictError: the command was written with other content, or elsewhere.
            BooksUnavailableError: the outcome is unknown; commit the same step again.
        """

    def written(self, subject: SubjectId, sequence: int) -> Committed | None:
        """The step that the books hold under a sequence, as `instead`; none if they do not.

        Raises:
            BooksUnavailableError: the database did not answer.
        """

    def movement(self, reference: MovementRef) -> tuple[Movement, MovementState]:
        """The movement of that reference, and whether its outcome is known.

        Raises:
            LookupError: there is none.
            BooksUnavailableError: the database did not answer.
        """

    def to_buy(self, reference: MovementRef) -> ToBuy:
        """What a purchase of that reference is to order, as the order stands.

        Raises:
            LookupError: there is none.
            BooksUnavailableError: the database did not answer.
        """
