"""Owns what a preview is named by: a digest of all that a settlement would write (PSR-12-3)."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace

from daigou.domain.book import Effects
from daigou.domain.commands import (
    ActualPrice,
    CaseRefund,
    Command,
    RecordPurchase,
    SettleCancellation,
)
from daigou.domain.refusals import RefusalCode, Refused

PREVIEWED = (SettleCancellation, CaseRefund, RecordPurchase, ActualPrice)
"""The commands that can say which preview they were shown; the first has to."""

DIGEST = re.compile("[0-9a-f]{64}")
"""How a digest is written."""


def digest_of(*, subject: str, sequence: int, command: Command, effects: Effects) -> str:
    """SHA-256, in hex, of what a step's command says, of every journal, line and refund of the
    step, and of its place.

    Whatever moves the order meanwhile takes the place, and so changes the digest. Free words do
    not count: they move nothing.
    """
    said = "\n".join((f"{subject}/{sequence}", repr(bare(command)), *_said(effects)))
    return hashlib.sha256(said.encode()).hexdigest()


def check_digest(
    *, subject: str, sequence: int, command: Command, effects: Effects, clause: str
) -> None:
    """Holds what a command would write, by its clause, against what its sender was shown.

    Raises:
        Refused: something changed since, or it was never shown.
    """
    if not isinstance(command, PREVIEWED):
        return
    if not command.digest and not isinstance(command, SettleCancellation):
        return
    shown = digest_of(subject=subject, sequence=sequence, command=command, effects=effects)
    if command.digest != shown:
        raise Refused(
            RefusalCode.STALE_PREVIEW,
            clause,
            "this is not what was shown: something changed since; ask for a new preview",
        )


def bare(command: Command) -> Command:
    """The command without what says nothing of its outcome: free words, and which preview."""
    if isinstance(command, SettleCancellation):
        return replace(command, digest="", note_ref="")
    return replace(command, digest="") if isinstance(command, PREVIEWED) else command


def _said(effects: Effects) -> Iterator[str]:
    for journal in effects.journals:
        legs = " ".join(f"{leg.account.id}={leg.amount.amount}" for leg in journal.legs)
        yield f"journal {journal.kind} {journal.clause} {legs}"
    for line in effects.lines:
        yield f"line {line.code} {line.amount.amount} {line.collector} {line.label}"
    for refund in effects.refunds:
        yield f"refund {refund.reference} {refund.amount.amount} of {refund.original}"
