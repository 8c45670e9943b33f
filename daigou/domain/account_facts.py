"""Owns what a freeze and a chargeback know of themselves, folded from the rows that they took."""

from dataclasses import dataclass, replace
from datetime import datetime

from daigou.domain.account_commands import (
    CloseAccount,
    DenyJustCause,
    DisputeReason,
    EvidenceBundle,
    Footing,
    FreezeReason,
    Head,
    PayChargeback,
    PayoutMethod,
    PlaceFreeze,
    ReportChargeback,
)
from daigou.domain.money import Money
from daigou.domain.order import State, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """Why an account is frozen; `amount` is what the other party of a breach is owed (UA-4-5)."""

    reason: FreezeReason
    amount: Money
    inactive_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """An account that is being closed: where the rest of it is to be paid."""

    payment_method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedBack:
    """A payment that was charged back: so much of it, for that reason.

    `head` says why there is no just cause, `paying_in` in which state the payment under way was
    made. `won` and `lost` are the institution's verdict. `staged` is the digest of the evidence
    that is ready, `submitted` of what the institution has.
    """

    amount: Money
    reason: DisputeReason
    footing: Footing
    evidence_due: datetime
    head: Head | None = None
    paying_in: State | None = None
    won: bool = False
    lost: bool = False
    staged: str = ""
    submitted: str = ""

    @property
    def decided(self) -> bool:
        """Whether the institution has given its verdict."""
        return self.won or self.lost


def frozen_after(before: Frozen | None, command: object) -> Frozen | None:
    """What a freeze knows after a command."""
    if isinstance(command, PlaceFreeze):
        return Frozen(
            reason=command.reason,
            amount=command.amount,
            inactive_since=command.inactive_since,
        )
    return before


def closing_after(before: Closing | None, command: object) -> Closing | None:
    """What a closing knows after a command."""
    if isinstance(command, CloseAccount | PayoutMethod):
        return Closing(payment_method=command.payment_method)
    return before


def charged_back_after(
    before: ChargedBack | None, *, trigger: Trigger, source: State, command: object
) -> ChargedBack | None:
    """What a chargeback knows after a row was taken."""
    if isinstance(command, ReportChargeback):
        return ChargedBack(
            amount=command.amount,
            reason=command.reason,
            footing=command.footing,
            evidence_due=command.evidence_due,
            head=head_of(command.reason, command.footing),
        )
    if before is None:
        return None
    match trigger, command:
        case _, DenyJustCause(head=head):
            return replace(before, head=head)
        case _, PayChargeback():
            return replace(before, paying_in=source)
        case Trigger.WIN_CHARGEBACK, _:
            return replace(before, won=True)
        case Trigger.LOSE_CHARGEBACK, _:
            return replace(before, lost=True)
        case Trigger.STAGE_EVIDENCE, EvidenceBundle(digest=digest):
            return replace(before, staged=digest)
        case Trigger.SUBMIT_EVIDENCE, EvidenceBundle(digest=digest):
            return replace(before, submitted=digest)
        case _:
            return before


def head_of(reason: DisputeReason, footing: Footing) -> Head | None:
    """The head under which there is no just cause, as far as facts settle it; none where a person
    has to judge (PSR-22-4)."""
    by_reason = {
        DisputeReason.ACCOUNT_STOLEN: Head.ACCOUNT_STOLEN,
        DisputeReason.PAYMENT_MISUSED: Head.PAYMENT_MISUSED,
        DisputeReason.CHANGED_MIND: Head.NOT_THE_PROVIDERS,
    }
    if reason in by_reason:
        return by_reason[reason]
    if footing.received and not footing.providers_fault:
        return Head.RECEIVED_NORMALLY
    return None
