"""Owns the client's claims: made on an order, answered, paid (PSR-24, PSR-25)."""

from collections.abc import Iterable

from daigou.domain.commands import Basis, Loss, Opponent
from daigou.domain.money import Money
from daigou.domain.order import Trigger
from gateway.answers import (
    ClaimAnswer,
    ClaimList,
    ClaimStatementAnswer,
)
from gateway.client.calls import Calls, Done, price


class Claiming(Calls):
    """What clients claim for their losses."""

    async def make_claim(
        self,
        order_id: str,
        *,
        key: str,
        against: Opponent,
        basis: Basis,
        losses: Iterable[Loss],
        evidence: Iterable[str] = (),
        note: str | None = None,
        claim_id: str | None = None,
    ) -> Done:
        """The client claims a loss: of its provider (PSR-24, PSR-13-7), of logistics (PSR-17-2) or
        of the seller (PSR-13-4). The receipt's id is the claim's."""
        body = {
            "claim_id": claim_id,
            "against": against,
            "basis": basis,
            "losses": [{"head": each.head, "amount": price(each.amount)} for each in losses],
            "evidence": list(evidence),
            "note": note,
        }
        return await self._command(f"/v1/orders/{order_id}/claims", body, key=key)

    async def record_assistance(self, claim_id: str, *, key: str, note: str) -> Done:
        """The provider says how it helped the client against the seller (PSR-13-4)."""
        return await self.command(claim_id, Trigger.RECORD_ASSISTANCE, {"note": note}, key=key)

    async def admit_claim(
        self, claim_id: str, *, key: str, amount: Money, note: str | None = None
    ) -> Done:
        """Whom the claim is against, or the platform, admits all or some of it (PSR-25)."""
        body = {"amount": price(amount), "note": note}
        return await self.command(claim_id, Trigger.ADMIT_CLAIM, body, key=key)

    async def reject_claim(self, claim_id: str, *, key: str, note: str) -> Done:
        """Whom the claim is against, or the platform, rejects it and says why (PSR-25)."""
        return await self.command(claim_id, Trigger.REJECT_CLAIM, {"note": note}, key=key)

    async def withdraw_claim(self, claim_id: str, *, key: str, note: str | None = None) -> Done:
        """The client takes a claim back that was not answered (PSR-25)."""
        return await self.command(claim_id, Trigger.WITHDRAW_CLAIM, {"note": note}, key=key)

    async def record_compensation(
        self, claim_id: str, *, key: str, amount: Money, external_ref: str
    ) -> Done:
        """The platform records that what was admitted was paid; what a provider paid goes to the
        client's deposit (PSR-24)."""
        body = {"amount": price(amount), "external_ref": external_ref}
        return await self.command(claim_id, Trigger.RECORD_COMPENSATION, body, key=key)

    async def claim(self, claim_id: str) -> ClaimAnswer:
        """A claim as it stands."""
        return await self._calling.get(f"/v1/claims/{claim_id}", ClaimAnswer)

    async def claims(self, order_id: str) -> ClaimList:
        """The claims on an order that you may see."""
        return await self._calling.get(f"/v1/orders/{order_id}/claims", ClaimList)

    async def claim_statement(self, claim_id: str) -> ClaimStatementAnswer:
        """A claim's money."""
        return await self._calling.get(f"/v1/claims/{claim_id}/statement", ClaimStatementAnswer)
