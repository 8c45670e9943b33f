"""Owns what is shown of what the sweeps found amiss."""

from typing import Annotated, Self

from pydantic import Field

from daigou.domain.sweeps import SWEEPS, Severity, SweepName
from daigou.ledger.views import FindingView
from gateway.wire import Answered, Moment


class FindingAnswer(Answered):
    """Something amiss that a sweep found. Ids and codes only."""

    number: Annotated[int, Field(description="Its place in lists.", examples=[17])]
    sweep: SweepName
    severity: Severity
    subject: Annotated[
        str,
        Field(description="The order, recharge, claim or other thing.", examples=["ord_2026_0001"]),
    ]
    detail: Annotated[str, Field(description="What is amiss.", examples=["no_workflow"])]
    open: Annotated[bool, Field(description="Whether it was still there at the last look.")]
    first_seen: Annotated[Moment, Field(description="Of its present or last opening.")]
    last_seen: Moment
    cleared_at: Moment | None
    times: Annotated[int, Field(description="How often it opened.", examples=[1])]

    @classmethod
    def of(cls, finding: FindingView) -> Self:
        """The finding as it travels."""
        sweep = SweepName(finding.sweep)
        return cls(
            number=finding.number,
            sweep=sweep,
            severity=SWEEPS[sweep].severity,
            subject=finding.subject,
            detail=finding.detail,
            open=finding.cleared_at is None,
            first_seen=finding.first_seen,
            last_seen=finding.last_seen,
            cleared_at=finding.cleared_at,
            times=finding.times,
        )


class FindingPage(Answered):
    """Some findings; ask on with `starting_after` the last one's number."""

    data: tuple[FindingAnswer, ...]
    has_more: bool
