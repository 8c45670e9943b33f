"""Owns the table of engagements: how a promoter's contract with its promotion provider changes, by
whose word, and for which reasons (UA-1-11-13)."""

from dataclasses import dataclass
from enum import StrEnum

from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode, Refused

CLAUSE = "UA-1-11-13"

WHO_MAY_SAY = frozenset({Role.PROMOTION_PROVIDER, Role.PLATFORM})
"""The promotion provider, of its own promoters; the platform, which records that one's word."""


class EngagementState(StrEnum):
    """Where an engagement stands. The promoter earns while it is active, and only then."""

    NEW = "new"
    PROPOSED = "proposed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class EngagementWord(StrEnum):
    """What a promotion provider says of a promoter; it is the path of an endpoint."""

    PROPOSE = "propose"
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    END = "end"


class EngagementReason(StrEnum):
    """Why it says so. Codes alone: a promoter may be a person, of whom nothing is written here."""

    AGREED = "agreed"
    CLEARED = "cleared"
    UNDER_REVIEW = "under_review"
    SUSPICION = "suspicion"
    BREACH = "breach"
    DECLINED = "declined"
    NOTICE_GIVEN = "notice_given"
    TERM_OVER = "term_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementRow:
    """One way in which an engagement may change, and for what."""

    source: EngagementState
    word: EngagementWord
    target: EngagementState
    reasons: frozenset[EngagementReason]


_NEW, _PROPOSED, _ACTIVE, _SUSPENDED, _ENDED = EngagementState
_PROPOSE, _ACTIVATE, _SUSPEND, _END = EngagementWord
_AGREED = frozenset({EngagementReason.AGREED})
_CLEARED = frozenset({EngagementReason.CLEARED})
_IN_DOUBT = frozenset(
    {EngagementReason.UNDER_REVIEW, EngagementReason.SUSPICION, EngagementReason.BREACH}
)
_NOT_SIGNED = frozenset({EngagementReason.DECLINED, EngagementReason.NOTICE_GIVEN})
_OVER = frozenset(
    {EngagementReason.NOTICE_GIVEN, EngagementReason.TERM_OVER, EngagementReason.BREACH}
)

ROWS = tuple(
    EngagementRow(source=source, word=word, target=target, reasons=reasons)
    for source, word, target, reasons in (
        (_NEW, _PROPOSE, _PROPOSED, _AGREED),
        (_PROPOSED, _ACTIVATE, _ACTIVE, _AGREED),
        (_PROPOSED, _END, _ENDED, _NOT_SIGNED),
        (_ACTIVE, _SUSPEND, _SUSPENDED, _IN_DOUBT),
        (_ACTIVE, _END, _ENDED, _OVER),
        (_SUSPENDED, _ACTIVATE, _ACTIVE, _CLEARED),
        (_SUSPENDED, _END, _ENDED, _OVER),
    )
)
"""The table. The database refuses whatever is not in it."""


def change(
    *, state: EngagementState, word: EngagementWord, reason: EngagementReason
) -> EngagementState:
    """Where an engagement stands after a word.

    Raises:
        Refused: the word does not fit its state, or the reason does not fit the word.
    """
    rows = [row for row in ROWS if (row.source, row.word) == (state, word)]
    if not rows:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            CLAUSE,
            f"an engagement that is {state} cannot be {_DONE[word]}",
            allowed_actions=tuple(row.word for row in ROWS if row.source == state),
        )
    (row,) = rows
    if reason not in row.reasons:
        raise Refused(
            RefusalCode.REASON_NOT_ALLOWED,
            CLAUSE,
            f"{reason} is no reason to {word} it; there are {', '.join(sorted(row.reasons))}",
        )
    return row.target


_DONE = {_PROPOSE: "proposed", _ACTIVATE: "activated", _SUSPEND: "suspended", _END: "ended"}
