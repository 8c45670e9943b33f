"""Owns the client's deposits, recharges and withdrawals."""

from daigou.domain.money import Money
from daigou.domain.order import Trigger
from gateway.answers import (
    DepositAnswer,
    EntryPage,
    RechargeAnswer,
    WithdrawalAnswer,
    WithdrawalPage,
)
from gateway.client.calls import Calls, Done, outcome, price


class Accounts(Calls):
    """Deposits, recharges and withdrawals."""

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

    async def request_withdrawal(
        self, *, key: str, amount: Money, payment_method: str, withdrawal_id: str | None = None
    ) -> Done:
        """The client takes money out of its deposit (UA-1-8)."""
        body = {
            "amount": price(amount),
            "payment_method": payment_method,
            "withdrawal_id": withdrawal_id,
        }
        return await self._command("/v1/withdrawals", body, key=key)

    async def confirm_withdrawal(
        self, withdrawal_id: str, *, key: str, reference: str, external_ref: str | None = None
    ) -> Done:
        """The institution says that a withdrawal was paid (UA-1-8)."""
        body = outcome(reference, external_ref)
        return await self.command(withdrawal_id, Trigger.CONFIRM_WITHDRAWAL, body, key=key)

    async def decline_withdrawal(
        self, withdrawal_id: str, *, key: str, reference: str, reason: str | None = None
    ) -> Done:
        """The institution says that a withdrawal cannot be paid (UA-1-8)."""
        body = outcome(reference, reason=reason)
        return await self.command(withdrawal_id, Trigger.DECLINE_WITHDRAWAL, body, key=key)

    async def withdrawal(self, withdrawal_id: str) -> WithdrawalAnswer:
        """A withdrawal as it stands."""
        return await self._calling.get(f"/v1/withdrawals/{withdrawal_id}", WithdrawalAnswer)

    async def withdrawals(
        self, client_id: str, *, limit: int = 20, starting_after: str | None = None
    ) -> WithdrawalPage:
        """One page of a client's withdrawals."""
        query = {"limit": limit, "starting_after": starting_after}
        return await self._calling.get(
            f"/v1/accounts/{client_id}/withdrawals", WithdrawalPage, query=query
        )

    async def deposit(self, client_id: str) -> DepositAnswer:
        """A client's deposit."""
        return await self._calling.get(f"/v1/deposits/{client_id}", DepositAnswer)

    async def deposit_entries(
        self, client_id: str, *, limit: int = 20, starting_after: int | None = None
    ) -> EntryPage:
        """One page of a deposit's statement."""
        query = {"limit": limit, "starting_after": starting_after}
        return await self._calling.get(f"/v1/deposits/{client_id}/entries", EntryPage, query=query)
