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
from daigou.domain.taken import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """Why an account is frozen; `amount` is what the other party of a breach is owed (UA-4-5)."""

    reason: FreezeReason
    amount: Money
    inactive_since: datetime | None = None

    @staticmethod
    def after(known: "Frozen | None", row: Taken) -> "Frozen | None":
        """What it knows once a row was taken."""
        command = row.command
        if isinstance(command, PlaceFreeze):
            return Frozen(
                reason=command.reason,
                amount=command.amount,
                inactive_since=command.inactive_since,
            )
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """An account that is being closed: where the rest of it is to be paid."""

    payment_method: str

    @staticmethod
    def after(known: "Closing | None", row: Taken) -> "Closing | None":
        """What it knows once a row was taken."""
        command = row.command
        if isinstance(command, CloseAccount | PayoutMethod):
            return Closing(payment_method=command.payment_method)
        return known


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

    @staticmethod
    def after(known: "ChargedBack | None", row: Taken) -> "ChargedBack | None":
        """What it knows once a row was taken."""
        command = row.command
        if isinstance(command, ReportChargeback):
            return ChargedBack(
                amount=command.amount,
                reason=command.reason,
                footing=command.footing,
                evidence_due=command.evidence_due,
                head=head_of(command.reason, command.footing),
            )
        return known._moved(row) if known else None

    def _moved(self, row: Taken) -> "ChargedBack":
        match row.trigger, row.command:
            case _, DenyJustCause(head=head):
                return replace(self, head=head)
            case _, PayChargeback():
                return replace(self, paying_in=row.source)
            case Trigger.WIN_CHARGEBACK, _:
                return replace(self, won=True)
            case Trigger.LOSE_CHARGEBACK, _:
                return replace(self, lost=True)
            case Trigger.STAGE_EVIDENCE, EvidenceBundle(digest=digest):
                return replace(self, staged=digest)
            case Trigger.SUBMIT_EVIDENCE, EvidenceBundle(digest=digest):
                return replace(self, submitted=digest)
            case _:
                return self


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
    # Whether a payment was taken twice, the goods do not tell.
    if reason != DisputeReason.DUPLICATE and footing.received and not footing.providers_fault:
        return Head.RECEIVED_NORMALLY
    return None
