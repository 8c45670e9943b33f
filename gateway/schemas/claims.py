"""Owns the bodies of claims: what is claimed of whom, what of it is admitted and paid."""

from typing import Annotated

from pydantic import Field

from daigou.domain import commands
from daigou.domain.commands import Basis, Command, Grounds, LossHead, Opponent
from daigou.domain.ids import CLAIM_ID, OrderId
from daigou.domain.refusals import RefusalCode
from gateway.schemas.body import EACH, CommandBody, NotedBody, Proofs, ReferringBody
from gateway.wire import Asked, Note, Price, Reference

LOSSES_MAX = 20


class LossBody(Asked):
    """A part of a claim: what for, and how much."""

    head: LossHead
    amount: Price


class MakeClaimBody(ReferringBody):
    """What the client claims, of whom, and the clause that gives it. A provider is liable for
    direct loss alone, up to the order amount over all claims (PSR-24), logistics once the platform
    found the cause there (PSR-17-2), the seller once it refused to dissolve (PSR-13-4). Whatever
    stands in the way is named at once."""

    refusals = (
        RefusalCode.NO_BASIS,
        RefusalCode.LOSS_NOT_COVERED,
        RefusalCode.CLAIM_TOO_HIGH,
        RefusalCode.WRONG_REFERENCE,
    )
    proves = (("evidence", EACH),)

    claim_id: Annotated[
        str | None,
        Field(
            pattern=f"^{CLAIM_ID.pattern}$",
            description="Your own id; without it one is made from the Idempotency-Key.",
        ),
    ] = None
    against: Opponent
    basis: Annotated[Basis, Field(description="The clause that gives the claim.")]
    losses: Annotated[tuple[LossBody, ...], Field(min_length=1, max_length=LOSSES_MAX)]
    evidence: Proofs = ()
    note: Note | None = None

    def to_command(self, *, order: OrderId, grounds: Grounds, note_ref: str) -> commands.Claim:
        """The claim on an order, by what is known of that one now."""
        return commands.Claim(
            order=order,
            against=self.against,
            basis=self.basis,
            losses=tuple(
                commands.Loss(head=each.head, amount=each.amount.money) for each in self.losses
            ),
            grounds=grounds,
            evidence=self.evidence,
            note_ref=note_ref,
        )


class AdmitBody(NotedBody):
    """How much of the claim is admitted: all of it or less, but something."""

    refusals = (RefusalCode.CLAIM_TOO_HIGH,)

    amount: Price

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Admit(amount=self.amount.money, note_ref=note_ref)


class CompensationBody(CommandBody):
    """A payment of what was admitted, to the fen."""

    amount: Price
    external_ref: Annotated[
        Reference,
        Field(description="The payer's own number of the payment.", examples=["wire-2026-0001"]),
    ]

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Compensation(amount=self.amount.money, external_ref=self.external_ref)
