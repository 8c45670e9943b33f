"""What orders refer to, for a gateway on nothing: one of each kind, and every change is taken."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from daigou.domain.estimates import Rate
from daigou.domain.evidence import MediaType, Piece
from daigou.domain.ids import OrderId, PartyId
from daigou.domain.principal import Principal
from daigou.domain.screening import CLAUSES, Rule, RuleKind, Verdict
from daigou.ledger.reference_views import (
    ErasureView,
    EvidenceView,
    PrincipalView,
    RateView,
    RuleView,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RULE = RuleView(
    rule=Rule(
        id=12,
        kind=RuleKind.WORD,
        pattern="replica",
        verdict=Verdict.DOUBTFUL,
        reason="may infringe a brand",
        clause=CLAUSES[Verdict.DOUBTFUL],
    ),
    author="plt_platform",
    placed_at=NOON,
    lifted_at=None,
    lifted_by=None,
)
PRINCIPAL = PrincipalView(
    provider=PartyId("prv_kai"),
    version=1,
    principal=Principal(
        legal_name="Kai Example Purchasing",
        registration_number="91110000600037341L",
        registered_address="1 Example Road, Yiwu",
        business_email="office@example.com",
        business_phone="+86 579 0000 0000",
    ),
    purchasing_person="Kai Example",
    at=NOON,
)
RATE = RateView(
    rate=Rate(
        currency="EUR",
        cny_per_unit=Decimal("8.2345"),
        as_of=NOON.date(),
        source="test",
        minor_digits=2,
    ),
    loaded_at=NOON,
)
PIECE = Piece(media_type=MediaType.TEXT, body=b"a dent")
EVIDENCE = EvidenceView(
    id="evd_kettles",
    order=OrderId("ord_kettles"),
    author=PartyId("cli_anna"),
    media_type=PIECE.media_type,
    size=len(PIECE.body),
    digest=PIECE.digest,
    at=NOON,
    erased_at=None,
)


class FakeRecords:
    """Stands in for `gateway.records.Records`."""

    async def rules_in_force(self) -> tuple[Rule, ...]:
        return (RULE.rule,)

    async def rules(self, **_: Any) -> tuple[RuleView, ...]:
        return (RULE,)

    async def add_rule(self, **_: Any) -> RuleView:
        return RULE

    async def lift_rule(self, rule: int, **_: Any) -> RuleView | None:
        return RULE if rule == RULE.rule.id else None

    async def declare_principal(self, **_: Any) -> PrincipalView:
        return PRINCIPAL

    async def principal_shown(self, **_: Any) -> PrincipalView | None:
        return PRINCIPAL

    async def rates(self) -> tuple[RateView, ...]:
        return (RATE,)

    async def add_evidence(self, **_: Any) -> EvidenceView:
        return EVIDENCE

    async def evidence_of(self, _: OrderId) -> tuple[EvidenceView, ...]:
        return (EVIDENCE,)

    async def read_evidence(self, **named: Any) -> tuple[EvidenceView, bytes | None] | None:
        return (EVIDENCE, PIECE.body) if named["id"] == EVIDENCE.id else None

    async def erase(self, party: PartyId, **named: Any) -> ErasureView:
        return ErasureView(
            party=party,
            author=named["author"],
            forced=False,
            contacts=0,
            purchasing_persons=0,
            notes=0,
            evidence=0,
            at=NOON,
        )
