"""Owns the client's deposits and recharges."""

from daigou.domain.money import Money
from daigou.domain.order import Trigger
from gateway.answers import DepositAnswer, EntryPage, RechargeAnswer
from gateway.client.calls import Calls, Done, outcome, price


class Accounts(Calls):
    """Deposits and recharges."""

    async def request_recharge(
        self, *, key: str, amount: Money, payment_method: str, recharge_id: str | None = None
    ) -> Done:
        """The client puts money into its deposit (UA-1-8)."""
        body = {
            "amount": price(amount),
            "payment_method": payment_method,
            "recharge_id": recharge_id,
        }
        return await self._command("/v1/recharges", body, key=key)

    async def confirm_recharge(
        self, recharge_id: str, *, key: str, reference: str, external_ref: str | None = None
    ) -> Done:
        """The institution says that a recharge was captured (UA-1-8)."""
        at = f"/v1/recharges/{recharge_id}/{Trigger.CONFIRM_RECHARGE}"
        return await self._command(at, outcome(reference, external_ref), key=key)

    async def decline_recharge(
        self, recharge_id: str, *, key: str, reference: str, reason: str | None = None
    ) -> Done:
        """The institution says that a recharge was declined (UA-1-8)."""
        at = f"/v1/recharges/{recharge_id}/{Trigger.DECLINE_RECHARGE}"
        return await self._command(at, outcome(reference, reason=reason), key=key)

    async def recharge(self, recharge_id: str) -> RechargeAnswer:
        """A recharge as it stands."""
        return await self._calling.get(f"/v1/recharges/{recharge_id}", RechargeAnswer)

    async def deposit(self, client_id: str) -> DepositAnswer:
        """A client's deposit."""
        return await self._calling.get(f"/v1/deposits/{client_id}", DepositAnswer)

    async def deposit_entries(
        self, client_id: str, *, limit: int = 20, starting_after: int | None = None
    ) -> EntryPage:
        """One page of a deposit's statement."""
        query = {"limit": limit, "starting_after": starting_after}
        return await self._calling.get(f"/v1/deposits/{client_id}/entries", EntryPage, query=query)
