"""Owns the bodies of cases: what the seller agrees to, what it paid back, how a case is settled."""

from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, JsonValue
from pydantic_core import PydanticCustomError

from daigou.domain import commands
from daigou.domain.commands import Command, CostKind, FeeChoice
from daigou.domain.money import CNY, ZERO
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from gateway.schemas.body import EACH, CommandBody, Digest, EvidenceRef, Names, NotedBody
from gateway.wire import Asked, PartyRef, Price, Reference

COSTS_MAX = 20
EVIDENCE_MAX = 20
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

    refusals = (RefusalCode.ALREADY_RECORDED,)

    amount: Price
    external_ref: Annotated[Reference, Field(examples=["SR-2026-0001"])]

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.CaseRefund(amount=self.amount.money, external_ref=self.external_ref)


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
