"""Owns the bodies of cases: what the seller agrees to, what it paid back, how a case is settled."""

from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field, JsonValue
from pydantic_core import PydanticCustomError

from daigou.domain import commands
from daigou.domain.commands import Command, CostKind, FeeChoice, Ground, Remedy
from daigou.domain.money import CNY, ZERO
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from gateway.schemas.body import (
    EACH,
    EVIDENCE_MAX,
    CommandBody,
    Digest,
    EvidenceRef,
    Names,
    NotedBody,
    Proofs,
)
from gateway.wire import Asked, PartyRef, Price, Reference

COSTS_MAX = 20
_PAYEES = frozenset({Role.PROVIDER, Role.STORAGE, Role.LOGISTICS})


class SellerConsentBody(NotedBody):
    """On what terms the seller agrees. What it charges or keeps is the client's (PSR-12-5), who is
    asked first."""

    clauses = MappingProxyType({"penalty": "PSR-12-5"})

    refund: Annotated[Price, Field(description="What it pays back, in all.")]
    penalty: Annotated[
        Price | None, Field(description="What it charges the provider beside that.")
    ] = None

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.SellerConsent(
            refund=self.refund.money,
            penalty=self.penalty.money if self.penalty else ZERO,
            note_ref=note_ref,
        )


class CaseRefundBody(CommandBody):
    """A payment of the seller, in whole or in part; its number is posted once."""

    refusals = (RefusalCode.ALREADY_RECORDED, RefusalCode.STALE_PREVIEW)

    amount: Price
    external_ref: Annotated[Reference, Field(examples=["SR-2026-0001"])]
    digest: Digest | None = None

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.CaseRefund(
            amount=self.amount.money,
            external_ref=self.external_ref,
            digest=self.digest or "",
        )


def _is_a_cost(value: Price) -> Price:
    if not value.amount:
        raise PydanticCustomError("out_of_range", "is at least 1 fen")
    return value


def _is_proved(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise PydanticCustomError("missing", "is missing: name what shows that it was incurred")
    return value


class CostBody(Asked):
    """A cost of the cancellation, with the evidence that it was incurred (PSR-12-4)."""

    cost: CostKind
    amount: Annotated[Price, AfterValidator(_is_a_cost)]
    payee: Annotated[PartyRef, Field(description="Who is paid for it.", examples=["sto_yiwu"])]
    evidence: Annotated[
        tuple[EvidenceRef, ...],
        Field(
            max_length=EVIDENCE_MAX,
            description="Ids of evidence on this order: see POST …/evidence.",
            json_schema_extra={"minItems": 1},
        ),
        AfterValidator(_is_proved),
    ]


_SETTLED: dict[str, JsonValue] = {
    "fee": FeeChoice.KEPT.value,
    "costs": [
        {
            "cost": CostKind.CUSTODY.value,
            "amount": {"amount": 2500, "currency": CNY},
            "payee": "sto_yiwu",
            "evidence": ["evd_a2b3c4d5e6f7"],
        }
    ],
}


class SettlementBody(NotedBody):
    """How the provider would settle: whether it keeps its fee (PSR-12-3), and what it cost. Without
    a word, as the terms do: the fee is kept, and there are no costs."""

    refusals = (
        RefusalCode.STALE_PREVIEW,
        RefusalCode.WRONG_REFERENCE,
        RefusalCode.NOT_REGISTERED,
    )
    names = (Names(path=("costs", EACH, "payee"), roles=_PAYEES),)
    proves = (("costs", EACH, "evidence", EACH),)
    clauses = MappingProxyType({"costs": "PSR-12-4"})

    fee: FeeChoice = FeeChoice.KEPT
    costs: Annotated[tuple[CostBody, ...], Field(max_length=COSTS_MAX)] = ()
    digest: Annotated[
        Digest | None,
        Field(description="Passed over: what was settled by it can be previewed anew as it is."),
    ] = None

    model_config = ConfigDict(json_schema_extra={"examples": [_SETTLED]})

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.SettleCancellation(
            digest=self.digest or "",
            fee=self.fee,
            costs=tuple(
                commands.Cost(
                    cost=each.cost,
                    amount=each.amount.money,
                    payee=each.payee,
                    evidence=each.evidence,
                )
                for each in self.costs
            ),
            note_ref=note_ref,
        )


class SettleCancellationBody(SettlementBody):
    """How the provider settles, exactly as the preview of that digest showed it."""

    digest: Digest

    model_config = ConfigDict(json_schema_extra={"examples": [{**_SETTLED, "digest": "0" * 64}]})


class _ProvedBody(NotedBody):
    """A body that names evidence which was handed in before."""

    refusals: ClassVar[tuple[RefusalCode, ...]] = (
        RefusalCode.NO_EVIDENCE,
        RefusalCode.WRONG_REFERENCE,
    )

    proves = (("evidence", EACH),)

    evidence: Proofs = ()


class RequestDissolutionBody(_ProvedBody):
    """On which of the three grounds the client gives back what it inspected in person. Whatever
    stands in the way is named at once, each thing with its clause (PSR-13-1 to PSR-13-3)."""

    refusals = (
        RefusalCode.NOT_INSPECTED,
        RefusalCode.NO_EVIDENCE,
        RefusalCode.EXCLUDED_BY_CAUTION,
        RefusalCode.CAUSE_WITH_LOGISTICS,
        RefusalCode.CASE_OPEN,
        RefusalCode.WRONG_REFERENCE,
    )

    ground: Ground
    inspected: Annotated[
        bool,
        Field(description="Whether the client looked at them in person.", examples=[True]),
    ]

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.RequestDissolution(
            ground=self.ground,
            inspected=self.inspected,
            evidence=self.evidence,
            note_ref=note_ref,
        )


class MoreEvidenceBody(_ProvedBody):
    """Evidence that comes after the request; once the seller has been asked it counts as late."""

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.MoreEvidence(evidence=self.evidence, note_ref=note_ref)


class SellerAgreementBody(NotedBody):
    """What the seller pays back, and what is to be done with the goods. The place that they are to
    be returned to stands in the note (PSR-13-5)."""

    refund: Annotated[Price, Field(description="What it pays back, in all.")]
    remedy: Remedy

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.SellerAgreement(
            refund=self.refund.money, remedy=self.remedy, note_ref=note_ref
        )


class DisposalBody(_ProvedBody):
    """The proof that the goods were returned or destroyed, and what that cost (PSR-13-5)."""

    refusals = (
        RefusalCode.NO_EVIDENCE,
        RefusalCode.WRONG_REFERENCE,
        RefusalCode.REASON_NOT_ALLOWED,
    )

    remedy: Remedy
    cost: Annotated[
        Price | None, Field(description="What it cost: asked of the seller, not promised.")
    ] = None

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Disposal(
            remedy=self.remedy,
            evidence=self.evidence,
            cost=self.cost.money if self.cost else ZERO,
            note_ref=note_ref,
        )


class ReturnCostBody(CommandBody):
    """A payment of the seller for the return, in whole or in part; its number is posted once."""

    refusals = (RefusalCode.ALREADY_RECORDED,)

    amount: Price
    external_ref: Annotated[Reference, Field(examples=["SR-2026-0002"])]

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.ReturnCost(amount=self.amount.money, external_ref=self.external_ref)
