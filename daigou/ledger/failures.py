"""Owns what the database's refusals mean: each SQLSTATE becomes one typed no, or an unknown."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from daigou.domain.commands import Block
from daigou.domain.freezes import blocked
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ports.books import BooksUnavailableError, StepConflictError


class StepForbiddenError(StepConflictError):
    """A guard or a constraint forbids what a step writes: an alarm, no retry helps."""


class OvertakenError(Exception):
    """The step's place was taken while it was being written: look again who has it."""


@contextmanager
def database_answers() -> Iterator[None]:
    """Lets nothing but the errors of the `Books` port out of a block that uses the database.

    Raises:
        Refused: a guard that stands for a clause refused.
        StepForbiddenError: another guard or a constraint refused.
        OvertakenError: the transition's key was taken meanwhile.
        BooksUnavailableError: anything else: the outcome is unknown.
    """
    try:
        yield
    except DBAPIError as error:
        raise _meaning(error) from error
    except SQLAlchemyError as error:
        raise BooksUnavailableError(str(error)) from error


def _meaning(error: DBAPIError) -> Exception:
    cause = error.orig
    if isinstance(cause, psycopg.DataError) and cause.sqlstate is None:
        # The driver itself would not send it, e.g. a text with a NUL in it.
        return StepForbiddenError(str(cause))
    if not isinstance(cause, psycopg.Error) or cause.sqlstate is None:
        return BooksUnavailableError(str(cause))
    message = cause.diag.message_primary or str(cause)
    detail = cause.diag.message_detail or ""
    match cause.sqlstate, cause.diag.constraint_name:
        case "DG001", _:
            return _beneath_the_floor(message, detail)
        case "DG002", _:
            return _blocked(detail)
        case "DG003", _:
            return _stranger(message, detail)
        case "DG008", _:
            return Refused(RefusalCode.COUPON_NOT_USABLE, "UA-1-10", message)
        case "DG010", _:
            return Refused(RefusalCode.INVALID_REQUEST, "PSR-22-1", message)
        case "DG011", _:
            return _owed(detail)
        case "DG009", _:
            return Refused(RefusalCode.CLAIM_TOO_HIGH, "PSR-24", message)
        case "DG021", _:
            return Refused(RefusalCode.TOO_MANY_TIPS, "PSR-21-1", message)
        case "23505", constraint if constraint in _ONCE:
            clause, said = _ONCE[constraint]
            return Refused(RefusalCode.ALREADY_RECORDED, clause, said)
        case "DG120", _:
            return _not_engaged(message, detail)
        case "DG121", _:
            return Refused(RefusalCode.UNKNOWN_INVITATION, "UA-1-14", message)
        case ("23505", _) | ("DG006", _):
            return OvertakenError(message)
        case "23503", "purchase_request_promoter_fkey":
            return Refused(RefusalCode.NOT_REGISTERED, "PSR-19", "the promoter is not registered")
        case "23503", "collector_is_registered":
            return Refused(RefusalCode.LINE_NOT_ALLOWED, "PSR-6", "a line's collector is unknown")
        case "23514", "request_is_complete":
            return Refused(
                RefusalCode.INVALID_REQUEST,
                "PSR-1-1",
                "a request names product link, title, seller, specification and address",
            )
        case state, _ if state.startswith(("DG", "22", "23")):
            return StepForbiddenError(message)
        case _:
            return BooksUnavailableError(message)


_ONCE = {
    "closure_one": ("UA-1-20", "the account is being closed, or is closed, already"),
    "freeze_one_inactivity": ("UA-1-15", "the account was warned of its inactivity already"),
    "dispute_is_new": ("PSR-22-1", "the institution has reported this dispute already"),
}
"""What there is once, and whose second is refused by its clause."""

_OWED = {"receivable", "charged_back"}

_OF_STRANGERS = {
    Role.LOGISTICS.value: "PSR-5",
    Role.PROMOTER.value: "PSR-19",
    Role.PROMOTION_PROVIDER.value: "UA-1-11-13",
    "contract": "PSR-19",
    "claim": "PSR-25",
    "breach": "UA-4-5",
    "chargeback": "PSR-22-1",
    "tip": "PSR-21-1",
    "freeze": "UA-1-9",
}
"""The clauses that ask for a registered party, where they are not that of the request."""


def _blocked(detail: str) -> Refused:
    said = json.loads(detail)
    by = [(each["reason"], each["clause"]) for each in said["freezes"]]
    return blocked(Block(said["blocked"]), by)


def _owed(detail: str) -> Refused:
    sums = json.loads(detail)
    holds, owed = Money(sums["holds"]), Money(sums["owed"])
    return Refused(
        RefusalCode.DEPOSIT_TOO_SMALL,
        "UA-1-19",
        f"the deposit holds {holds}, {owed} are owed for what cancellations cost:"
        f" {max(ZERO, holds - owed)} can be taken out",
    )


def _beneath_the_floor(message: str, detail: str) -> Exception:
    sums = json.loads(detail)
    if sums["kind"] in _OWED:
        # Something else has paid of the debt meanwhile: less is needed now.
        return OvertakenError(message)
    if sums["kind"] == "provider":
        return Refused(
            RefusalCode.DUE_TOO_SMALL,
            "PSR-21-2",
            f"the provider is due {Money(sums['holds'])}, {Money(sums['needs'])} are needed",
        )
    if sums["kind"] != "deposit":
        return StepForbiddenError(message)
    return Refused(
        RefusalCode.DEPOSIT_TOO_SMALL,
        "UA-1-8",
        f"the deposit holds {Money(sums['holds'])}, {Money(sums['needs'])} are needed",
    )


def _not_engaged(message: str, detail: str) -> Refused:
    code = RefusalCode.NOT_YOUR_ROLE if detail == "author" else RefusalCode.ENGAGEMENT_NOT_POSSIBLE
    return Refused(code, "UA-1-11-13", message)


def _stranger(message: str, role: str) -> Refused:
    if role == Role.CLIENT:
        return Refused(
            RefusalCode.NOT_REGISTERED,
            "UA-1-1",
            f"{message}, or has not accepted the user agreement",
        )
    return Refused(RefusalCode.INVALID_REQUEST, _OF_STRANGERS.get(role, "PSR-1-1"), message)
