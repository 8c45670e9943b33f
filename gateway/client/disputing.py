"""Owns the client's chargebacks: reported, judged, paid, decided, and the evidence on them."""

from datetime import datetime

from daigou.domain.commands import DisputeReason, Head
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Trigger
from gateway.answers import (
    BundleAnswer,
    BundleList,
    ChargebackAnswer,
    ChargebackList,
    ChargebackPage,
    ChargebackStatementAnswer,
)
from gateway.client.calls import Calls, Done, outcome, price, some


class Disputing(Calls):
    """Chargebacks, and what an order makes of them."""

    async def report_chargeback(
        self,
        order_id: str,
        *,
        key: str,
        dispute: str,
        payment: str,
        amount: Money,
        reason: DisputeReason,
        evidence_due: datetime,
    ) -> Done:
        """The institution, or the platform for it, reports a chargeback (PSR-22-1)."""
        body = {
            "dispute": dispute,
            "payment": payment,
            "amount": price(amount),
            "reason": reason,
            "evidence_due": evidence_due.isoformat(),
        }
        return await self._command(f"/v1/orders/{order_id}/chargebacks", body, key=key)

    async def find_just_cause(self, chargeback_id: str, *, key: str, note: str) -> Done:
        """The platform finds that the client had just cause, and why (PSR-22-4)."""
        return await self.command(chargeback_id, Trigger.FIND_JUST_CAUSE, {"note": note}, key=key)

    async def deny_just_cause(self, chargeback_id: str, *, key: str, head: Head, note: str) -> Done:
        """The platform finds no just cause, under which head, and why (PSR-22-4)."""
        body = {"head": head, "note": note}
        return await self.command(chargeback_id, Trigger.DENY_JUST_CAUSE, body, key=key)

    async def request_freeze(
        self, chargeback_id: str, *, key: str, note: str | None = None
    ) -> Done:
        """The provider has the client's account frozen until it pays (PSR-22-1)."""
        return await self.command(chargeback_id, Trigger.REQUEST_FREEZE, {"note": note}, key=key)

    async def pay_chargeback(
        self,
        chargeback_id: str,
        *,
        key: str,
        from_deposit: Money = ZERO,
        from_institution: Money = ZERO,
        payment_method: str | None = None,
    ) -> Done:
        """The client pays all of what is owed (PSR-22-1)."""
        body = {
            "from_deposit": some(from_deposit),
            "from_institution": some(from_institution),
            "payment_method": payment_method,
        }
        return await self.command(chargeback_id, Trigger.PAY_CHARGEBACK, body, key=key)

    async def confirm_chargeback_payment(
        self, chargeback_id: str, *, key: str, reference: str, external_ref: str | None = None
    ) -> Done:
        """The institution says that the payment of the debt was captured (PSR-22-1)."""
        body = outcome(reference, external_ref)
        return await self.command(chargeback_id, Trigger.CONFIRM_CHARGEBACK_PAYMENT, body, key=key)

    async def decline_chargeback_payment(
        self, chargeback_id: str, *, key: str, reference: str, reason: str | None = None
    ) -> Done:
        """The institution says that the payment of the debt was declined (PSR-22-1)."""
        body = outcome(reference, reason=reason)
        return await self.command(chargeback_id, Trigger.DECLINE_CHARGEBACK_PAYMENT, body, key=key)

    async def win_chargeback(self, chargeback_id: str, *, key: str, external_ref: str) -> Done:
        """The institution gives the money back (PSR-22-1)."""
        body = {"external_ref": external_ref}
        return await self.command(chargeback_id, Trigger.WIN_CHARGEBACK, body, key=key)

    async def lose_chargeback(self, chargeback_id: str, *, key: str, external_ref: str) -> Done:
        """The institution leaves the money with the client (PSR-22-1)."""
        body = {"external_ref": external_ref}
        return await self.command(chargeback_id, Trigger.LOSE_CHARGEBACK, body, key=key)

    async def stage_evidence(self, chargeback_id: str, *, key: str) -> Done:
        """What there is to show is put together; its digest is `staged` of the chargeback."""
        return await self.command(chargeback_id, Trigger.STAGE_EVIDENCE, {}, key=key)

    async def submit_evidence(self, chargeback_id: str, *, key: str, digest: str) -> Done:
        """The bundle that is staged is given to the institution, in time (PSR-22-1)."""
        return await self.command(
            chargeback_id, Trigger.SUBMIT_EVIDENCE, {"digest": digest}, key=key
        )

    async def chargeback(self, chargeback_id: str) -> ChargebackAnswer:
        """A chargeback as it stands."""
        return await self._calling.get(f"/v1/chargebacks/{chargeback_id}", ChargebackAnswer)

    async def chargebacks(self, order_id: str) -> ChargebackList:
        """The chargebacks on an order that you may see."""
        return await self._calling.get(f"/v1/orders/{order_id}/chargebacks", ChargebackList)

    async def chargebacks_of_account(
        self, client_id: str, *, limit: int = 20, starting_after: str | None = None
    ) -> ChargebackPage:
        """One page of the chargebacks of a client's payments."""
        query = {"limit": limit, "starting_after": starting_after}
        return await self._calling.get(
            f"/v1/accounts/{client_id}/chargebacks", ChargebackPage, query=query
        )

    async def chargeback_statement(self, chargeback_id: str) -> ChargebackStatementAnswer:
        """A chargeback's money."""
        return await self._calling.get(
            f"/v1/chargebacks/{chargeback_id}/statement", ChargebackStatementAnswer
        )

    async def bundles(self, chargeback_id: str) -> BundleList:
        """The bundles of evidence that were staged, the newest first."""
        return await self._calling.get(f"/v1/chargebacks/{chargeback_id}/evidence", BundleList)

    async def bundle(self, chargeback_id: str, digest: str) -> BundleAnswer:
        """A bundle of evidence, with what is in it."""
        return await self._calling.get(
            f"/v1/chargebacks/{chargeback_id}/evidence/{digest}", BundleAnswer
        )

    async def refuse_service(self, order_id: str, *, key: str) -> Done:
        """What was not bought yet is refused while a debt is not covered (PSR-22-3)."""
        return await self.command(order_id, Trigger.REFUSE_SERVICE, {}, key=key)

    async def dispose_goods(
        self,
        order_id: str,
        *,
        key: str,
        proceeds: Money,
        storage_costs: Money,
        external_ref: str,
        note: str | None = None,
    ) -> Done:
        """Retained goods were sold for the debt (PSR-22-3)."""
        body = {
            "proceeds": price(proceeds),
            "storage_costs": price(storage_costs),
            "external_ref": external_ref,
            "note": note,
        }
        return await self.command(order_id, Trigger.DISPOSE_GOODS, body, key=key)
