"""Owns what is shown of claims on an order, and of their money."""

from typing import Annotated, Self

from pydantic import Field

from daigou.domain.clauses import clause
from daigou.domain.commands import Basis, Loss, LossHead, Opponent
from daigou.domain.ids import workflow_id
from daigou.domain.lifecycle import CLAIM
from daigou.domain.order import Role, State
from daigou.ledger.views import ClaimView, JournalView
from gateway.answers.money import JournalAnswer
from gateway.wire import Answered, Moment, Sum


class LossAnswer(Answered):
    """A part of a claim: what for, and how much."""

    head: LossHead
    amount: Sum

    @classmethod
    def of(cls, loss: Loss) -> Self:
        """The part as it travels."""
        return cls(head=loss.head, amount=Sum.of(loss.amount))


class ClaimAnswer(Answered):
    """A claim on an order (PSR-24, PSR-25)."""

    id: Annotated[str, Field(examples=["clm_2026_0001"])]
    order_id: str
    state: State
    says: Annotated[str, Field(description="The state in words.")]
    sequence: int
    next_actor: Role | None
    due_at: Moment | None
    client_id: str
    provider_id: str
    logistics_id: Annotated[
        str | None, Field(description="Set where the claim is against logistics.")
    ]
    against: Opponent
    basis: Annotated[Basis, Field(description="The clause that gives the claim.")]
    basis_says: str
    losses: tuple[LossAnswer, ...]
    evidence: Annotated[
        tuple[str, ...], Field(description="Ids of evidence on the order, as the claim names it.")
    ]
    asked: Annotated[Sum, Field(description="All that is claimed.")]
    admitted: Annotated[Sum | None, Field(description="What of it was admitted, if any was.")]
    external_ref: Annotated[
        str | None, Field(description="The number of the payment, once it was paid.")
    ]
    terms_version: str
    workflow_id: Annotated[
        str,
        Field(description="Its history in the Temporal UI.", examples=["claim/clm_2026_0001"]),
    ]
    made_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, claim: ClaimView) -> Self:
        """The claim as it travels."""
        claimed = claim.claimed
        return cls(
            id=claim.id,
            order_id=claim.order,
            state=claim.state,
            says=CLAIM.says(claim.state),
            sequence=claim.sequence,
            next_actor=claim.next_actor,
            due_at=claim.next_due_at,
            client_id=claim.client,
            provider_id=claim.provider,
            logistics_id=claim.logistics,
            against=claimed.against,
            basis=claim.basis,
            basis_says=clause(claim.basis).say,
            losses=tuple(LossAnswer.of(loss) for loss in claim.losses),
            evidence=claim.evidence,
            asked=Sum.of(claimed.asked),
            admitted=Sum.of(claimed.admitted) if claimed.admitted else None,
            external_ref=claim.external_ref or None,
            terms_version=claim.terms_version,
            workflow_id=workflow_id(claim.id),
            made_at=claim.made_at,
            ended_at=claim.ended_at,
        )


class ClaimList(Answered):
    """The claims on an order that you may see, the oldest first."""

    data: tuple[ClaimAnswer, ...]


class ClaimStatementAnswer(Answered):
    """A claim's money: what is claimed and admitted, and every entry behind what was paid. What
    logistics or the seller paid did not pass through the platform: it has no entries."""

    id: str
    order_id: str
    against: Opponent
    losses: tuple[LossAnswer, ...]
    asked: Sum
    admitted: Sum | None
    external_ref: str | None
    journals: tuple[JournalAnswer, ...]

    @classmethod
    def of(cls, claim: ClaimView, journals: tuple[JournalView, ...]) -> Self:
        """The claim's money as it travels."""
        shown = ClaimAnswer.of(claim)
        return cls(
            id=shown.id,
            order_id=shown.order_id,
            against=shown.against,
            losses=shown.losses,
            asked=shown.asked,
            admitted=shown.admitted,
            external_ref=shown.external_ref,
            journals=tuple(JournalAnswer.of(each) for each in journals),
        )
