"""Owns the client's way to what orders refer to, and to who takes part."""

from daigou.domain.evidence import MediaType
from daigou.domain.screening import RuleKind, Verdict
from gateway.answers import ClausesAnswer, MandateDeclarationAnswer, PartyAnswer, TermsAnswer
from gateway.calling import Body
from gateway.checkout import RatesAnswer
from gateway.client.calls import PAGE, Calls
from gateway.erasing import ErasureAnswer
from gateway.evidence import EvidenceAnswer, EvidencePage
from gateway.principals import DeclaredAnswer
from gateway.screening import RuleAnswer, RulePage


class Records(Calls):
    """Parties and their personal data, screening, evidence, rates and texts."""

    async def register(self, body: Body, *, key: str) -> PartyAnswer:
        """Registers a party; `body` is that of `POST /v1/parties`."""
        return await self._made("/v1/parties", body, PartyAnswer, key=key)

    async def party(self, party_id: str) -> PartyAnswer:
        """A registered party."""
        return await self._calling.get(f"/v1/parties/{party_id}", PartyAnswer)

    async def mandate_declaration(self) -> MandateDeclarationAnswer:
        """The declaration that clients agree to (PSR-1-2)."""
        return await self._calling.get("/v1/mandate-declaration", MandateDeclarationAnswer)

    async def terms(self) -> TermsAnswer:
        """The terms that a new order begins with."""
        return await self._calling.get("/v1/terms", TermsAnswer)

    async def clauses(self) -> ClausesAnswer:
        """The catalogue of duties."""
        return await self._calling.get("/v1/clauses", ClausesAnswer)

    async def screening_rules(
        self, *, lifted: bool = False, limit: int = PAGE, starting_after: int | None = None
    ) -> RulePage:
        """One page of the screening list, the oldest rule first (PSR-14, LM-22)."""
        query = {"lifted": lifted, "limit": limit, "starting_after": starting_after}
        return await self._calling.get("/v1/screening-rules", RulePage, query=query)

    async def add_screening_rule(
        self, *, key: str, kind: RuleKind, pattern: str, verdict: Verdict, reason: str
    ) -> RuleAnswer:
        """The platform puts a rule on the screening list (PSR-14, LM-22)."""
        body = {"kind": kind, "pattern": pattern, "verdict": verdict, "reason": reason}
        return await self._made("/v1/screening-rules", body, RuleAnswer, key=key)

    async def lift_screening_rule(self, rule: int, *, key: str) -> RuleAnswer:
        """The platform takes a rule off the screening list (PSR-14, LM-22)."""
        return await self._made(f"/v1/screening-rules/{rule}/lift", {}, RuleAnswer, key=key)

    async def declare_principal(self, provider_id: str, body: Body, *, key: str) -> DeclaredAnswer:
        """A provider declares its legal entity and who buys for it (PSR-4)."""
        return await self._made(
            f"/v1/parties/{provider_id}/principal", body, DeclaredAnswer, key=key
        )

    async def exchange_rates(self) -> RatesAnswer:
        """The rates that estimates are made with (UA-2-3)."""
        return await self._calling.get("/v1/exchange-rates", RatesAnswer)

    async def add_evidence(
        self, order_id: str, body: bytes, *, key: str, media_type: MediaType
    ) -> EvidenceAnswer:
        """Gives a piece of evidence with an order (PSR-17-1)."""
        headers = {"Idempotency-Key": key, "Content-Type": media_type.value}
        at = f"/v1/orders/{order_id}/evidence"
        response = await self._calling.send("POST", at, content=body, headers=headers)
        return EvidenceAnswer.model_validate_json(response.content)

    async def evidence(self, order_id: str) -> EvidencePage:
        """What evidence an order has (PSR-17-1)."""
        return await self._calling.get(f"/v1/orders/{order_id}/evidence", EvidencePage)

    async def evidence_bytes(self, order_id: str, evidence_id: str) -> bytes:
        """The bytes of a piece of evidence (PSR-17-1)."""
        at = f"/v1/orders/{order_id}/evidence/{evidence_id}"
        return (await self._calling.send("GET", at)).content

    async def erase_personal_data(self, party_id: str, *, force: bool = False) -> ErasureAnswer:
        """Erases a party's personal data for good (PSR-23)."""
        at, query = f"/v1/parties/{party_id}/personal-data", {"force": True} if force else {}
        response = await self._calling.send("DELETE", at, params=query)
        return ErasureAnswer.model_validate_json(response.content)
