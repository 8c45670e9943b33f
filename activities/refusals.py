"""How a refusal, or books that do not answer, cross from an activity to its caller, and back."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from daigou.domain.refusals import Reason, RefusalCode, Refused
from daigou.ports.books import BooksUnavailableError

REFUSED = "Refused"
"""The error type of a refusal; its one detail is a `Refusal` (see `workflows.messages`)."""


@contextmanager
def books_answer() -> Iterator[None]:
    """Lets books that do not answer out of a block as an error that is tried again.

    Raises:
        ApplicationError: `BooksUnavailable`.
    """
    try:
        yield
    except BooksUnavailableError as error:
        raise ApplicationError(str(error), type="BooksUnavailable") from error


def as_application_error(refused: Refused) -> ApplicationError:
    """The refusal as an error that is final and carries its fields."""
    return ApplicationError(
        refused.detail,
        {
            "code": refused.code.value,
            "clause": refused.clause,
            "detail": refused.detail,
            "allowed_actions": list(refused.allowed_actions),
            "reasons": [
                {"code": each.code.value, "clause": each.clause, "detail": each.detail}
                for each in refused.reasons
            ],
        },
        type=REFUSED,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


def as_refused(error: BaseException | None) -> Refused | None:
    """The refusal that an error carries, if it carries one."""
    if not isinstance(error, ApplicationError) or error.type != REFUSED:
        return None
    fields = error.details[0]
    return Refused(
        RefusalCode(fields["code"]),
        fields["clause"],
        fields["detail"],
        tuple(fields["allowed_actions"]),
        tuple(
            Reason(code=RefusalCode(each["code"]), clause=each["clause"], detail=each["detail"])
            # Histories from before there were several reasons have none.
            for each in fields.get("reasons", ())
        ),
    )
