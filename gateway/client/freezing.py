"""Owns the client's freezes and closings of accounts."""

from collections.abc import Iterable

from daigou.domain.commands import Block, FreezeReason
from daigou.domain.money import Money
from daigou.domain.order import Trigger
from gateway.answers import AccountAnswer, ClosureAnswer, FreezeAnswer, FreezePage
from gateway.client.calls import Calls, Done, outcome, price


class Freezing(Calls):
    """Accounts as a whole, what freezes them, and their closing."""

    async def account(self, client_id: str) -> AccountAnswer:
        """A client's account: what is in it, what is owed, what is frozen and why."""
        return await self._calling.get(f"/v1/accounts/{client_id}", AccountAnswer)

    async def place_freeze(
        self,
        client_id: str,
        *,
        key: str,
        reason: FreezeReason,
        blocks: Iterable[Block] = (),
        order_id: str | None = None,
        amount: Money | None = None,
        report: str | None = None,
        note: str | None = None,
        freeze_id: str | None = None,
    ) -> Done:
        """Freezes an account: the client for a lost credential (UA-1-2), the platform for a
        suspicion (UA-1-9), whom it broke a contract with for that (UA-4-5)."""
        body = {
            "freeze_id": freeze_id,
            "reason": reason,
            "blocks": list(blocks) or None,
            "order_id": order_id,
            "amount": None if amount is None else price(amount),
            "report": report,
            "note": note,
        }
        return await self._command(f"/v1/accounts/{client_id}/freezes", body, key=key)

    async def lift_freeze(self, freeze_id: str, *, key: str, note: str) -> Done:
        """Whose reason it was, or the platform, lifts a freeze and says why."""
        return await self.command(freeze_id, Trigger.LIFT_FREEZE, {"note": note}, key=key)

    async def contest_restriction(self, freeze_id: str, *, key: str, note: str) -> Done:
        """The client says that a court decides about a broken contract (UA-4-5)."""
        return await self.command(freeze_id, Trigger.CONTEST_RESTRICTION, {"note": note}, key=key)

    async def award_sum(self, freeze_id: str, *, key: str, note: str) -> Done:
        """The platform passes the sum on as the court decided, and says how it did (UA-4-5)."""
        return await self.command(freeze_id, Trigger.AWARD_SUM, {"note": note}, key=key)

    async def recover_account(self, freeze_id: str, *, key: str, note: str | None = None) -> Done:
        """The client asks for its account that is frozen for inactivity (UA-1-15)."""
        return await self.command(freeze_id, Trigger.RECOVER_ACCOUNT, {"note": note}, key=key)

    async def freeze(self, freeze_id: str) -> FreezeAnswer:
        """A freeze as it stands."""
        return await self._calling.get(f"/v1/freezes/{freeze_id}", FreezeAnswer)

    async def freezes(
        self, client_id: str, *, limit: int = 20, starting_after: str | None = None
    ) -> FreezePage:
        """One page of the freezes that somebody placed on an account."""
        query = {"limit": limit, "starting_after": starting_after}
        return await self._calling.get(f"/v1/accounts/{client_id}/freezes", FreezePage, query=query)

    async def close_account(
        self,
        client_id: str,
        *,
        key: str,
        payment_method: str,
        note: str | None = None,
        closure_id: str | None = None,
    ) -> Done:
        """The client closes its account; what is left is paid there (UA-1-20)."""
        body = {"payment_method": payment_method, "note": note, "closure_id": closure_id}
        return await self._command(f"/v1/accounts/{client_id}/closure", body, key=key)

    async def keep_account(self, closure_id: str, *, key: str, note: str | None = None) -> Done:
        """The client keeps its account after all (UA-1-20)."""
        return await self.command(closure_id, Trigger.KEEP_ACCOUNT, {"note": note}, key=key)

    async def name_payout_method(self, closure_id: str, *, key: str, payment_method: str) -> Done:
        """The client says where else the rest is to be paid (UA-1-20)."""
        body = {"payment_method": payment_method}
        return await self.command(closure_id, Trigger.NAME_PAYOUT_METHOD, body, key=key)

    async def confirm_payout(
        self, closure_id: str, *, key: str, reference: str, external_ref: str | None = None
    ) -> Done:
        """The institution says that the rest was paid (UA-1-20)."""
        body = outcome(reference, external_ref)
        return await self.command(closure_id, Trigger.CONFIRM_PAYOUT, body, key=key)

    async def decline_payout(
        self, closure_id: str, *, key: str, reference: str, reason: str | None = None
    ) -> Done:
        """The institution says that the rest cannot be paid there (UA-1-20)."""
        body = outcome(reference, reason=reason)
        return await self.command(closure_id, Trigger.DECLINE_PAYOUT, body, key=key)

    async def closure(self, closure_id: str) -> ClosureAnswer:
        """The closing of an account as it stands."""
        return await self._calling.get(f"/v1/closures/{closure_id}", ClosureAnswer)

    async def closure_of(self, client_id: str) -> ClosureAnswer:
        """The last closing of a client's account, taken back or not."""
        return await self._calling.get(f"/v1/accounts/{client_id}/closure", ClosureAnswer)
