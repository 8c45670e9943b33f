"""The one door for state and money: a step goes to the books, in one transaction."""

from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.refusals import as_application_error, books_answer
from daigou.domain.ids import SubjectId
from daigou.domain.refusals import Refused
from daigou.domain.steps import Committed, Step
from daigou.ports.books import Books, StepConflictError


@dataclass(frozen=True)
class Settlement:
    """Writes steps; sync, for a pool of threads at least as large as its slots."""

    books: Books

    @activity.defn
    def written(self, subject: SubjectId, sequence: int) -> Committed | None:
        """The step that the books hold under a sequence, as `instead`; none if they do not.

        Raises:
            ApplicationError: `BooksUnavailable` (try again).
        """
        with books_answer():
            return self.books.written(subject, sequence)

    @activity.defn
    def commit(self, steps: tuple[Step, ...]) -> tuple[Committed, ...]:
        """Writes a step and those that follow from it, or finds them written.

        Raises:
            ApplicationError: `Refused` (final), `BooksUnavailable` (try again), or `StepConflict`:
                an alarm that is tried again for ever, so that a person sees it standing there.
        """
        try:
            with books_answer():
                committed = self.books.commit(steps)
        except Refused as refused:
            raise as_application_error(refused) from refused
        except StepConflictError as error:
            raise ApplicationError(str(error), type="StepConflict") from error
        for step, result in zip(steps, committed, strict=False):
            if result.instead:
                break
            activity.logger.info(
                "step.committed",
                extra={
                    "subject": step.subject,
                    "sequence": step.sequence,
                    "trigger": step.trigger.value,
                    "source": step.source.value,
                    "target": step.target.value,
                    "role": step.actor.role.value,
                    "clause": step.clause,
                },
            )
        return committed
