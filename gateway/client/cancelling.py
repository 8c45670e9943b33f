"""Owns the client's commands of cancellations: an agreement is left, and settled."""

from collections.abc import Iterable

from daigou.domain.commands import Cost, FeeChoice
from daigou.domain.money import ZERO, Money
from daigou.domain.order import TableName, Trigger
from gateway.answers import PreviewAnswer
from gateway.calling import Body
from gateway.client.calls import Done, price, some
from gateway.client.previewing import Previewing


class Cancelling(Previewing):
    """Cancellations. `case` is a cancellation's number, `parcel` a parcel's; either may be left out
    if only one fits."""

    async def request_cancellation(
        self, order_id: str, *, key: str, note: str | None = None
    ) -> Done:
        """The client asks for the order to be cancelled (PSR-12-1, PSR-12-2)."""
        return await self.command(order_id, Trigger.REQUEST_CANCELLATION, {"note": note}, key=key)

    async def withdraw_cancellation(
        self, order_id: str, *, key: str, note: str | None = None, case: str | None = None
    ) -> Done:
        """The client takes its cancellation back, before it is granted (PSR-12-1)."""
        return await self._case(
            order_id, Trigger.WITHDRAW_CANCELLATION, case, {"note": note}, key=key
        )

    async def consent_to_cancellation(
        self,
        order_id: str,
        *,
        key: str,
        refund: Money,
        penalty: Money = ZERO,
        note: str | None = None,
        case: str | None = None,
    ) -> Done:
        """The seller agrees, and pays `refund` back; what it charges beside, or keeps, is the
        client's, who is asked first (PSR-12-1, PSR-12-5)."""
        body = {"refund": price(refund), "penalty": some(penalty), "note": note}
        return await self._case(order_id, Trigger.CONSENT_TO_CANCELLATION, case, body, key=key)

    async def accept_terms(self, order_id: str, *, key: str, case: str | None = None) -> Done:
        """The client takes the terms on which the seller agrees (PSR-12-5)."""
        return await self._case(order_id, Trigger.ACCEPT_TERMS, case, {}, key=key)

    async def refuse_cancellation(
        self, order_id: str, *, key: str, note: str | None = None, case: str | None = None
    ) -> Done:
        """The seller refuses: the order goes on (PSR-12-1, PSR-12-6)."""
        return await self._case(
            order_id, Trigger.REFUSE_CANCELLATION, case, {"note": note}, key=key
        )

    # The goods and the money on their way back.

    async def send_back(
        self, order_id: str, *, key: str, tracking_ref: str, parcel: str | None = None
    ) -> Done:
        """A parcel is on its way back to the seller (PSR-12-6)."""
        body = {"tracking_ref": tracking_ref}
        return await self._parcel(order_id, Trigger.SEND_BACK, parcel, body, key=key)

    async def hand_back(
        self, order_id: str, *, key: str, note: str | None = None, parcel: str | None = None
    ) -> Done:
        """The seller has a parcel back (PSR-12-6)."""
        return await self._parcel(order_id, Trigger.HAND_BACK, parcel, {"note": note}, key=key)

    async def record_cancellation_refund(
        self,
        order_id: str,
        *,
        key: str,
        amount: Money,
        external_ref: str,
        digest: str | None = None,
        case: str | None = None,
    ) -> Done:
        """The seller paid back, in whole or in part, under its own number (PSR-12-1); with a
        digest, exactly as it was previewed."""
        body = {"amount": price(amount), "external_ref": external_ref, "digest": digest}
        return await self._case(order_id, Trigger.RECORD_CANCELLATION_REFUND, case, body, key=key)

    async def proceed_without_refund(
        self, order_id: str, *, key: str, note: str | None = None, case: str | None = None
    ) -> Done:
        """The platform goes on without what the seller has not paid back (PSR-12-1)."""
        return await self._case(
            order_id, Trigger.PROCEED_WITHOUT_REFUND, case, {"note": note}, key=key
        )

    # The settlement.

    async def preview_settlement(
        self,
        order_id: str,
        *,
        key: str | None = None,
        fee: FeeChoice = FeeChoice.KEPT,
        costs: Iterable[Cost] = (),
    ) -> PreviewAnswer:
        """What a settlement would come to (PSR-12-3, PSR-12-4)."""
        return await self.preview(
            order_id, Trigger.SETTLE_CANCELLATION, _settlement(fee, costs), key=key
        )

    async def settle_cancellation(
        self,
        order_id: str,
        *,
        key: str,
        digest: str,
        fee: FeeChoice = FeeChoice.KEPT,
        costs: Iterable[Cost] = (),
        note: str | None = None,
        case: str | None = None,
    ) -> Done:
        """The provider settles, exactly as it was previewed (PSR-12-3, PSR-12-4)."""
        body = {**_settlement(fee, costs), "digest": digest, "note": note}
        return await self._case(order_id, Trigger.SETTLE_CANCELLATION, case, body, key=key)

    async def _case(
        self, order_id: str, trigger: Trigger, case: str | None, body: Body, *, key: str
    ) -> Done:
        return await self._of_item(order_id, trigger, (TableName.CANCELLATION, case), body, key=key)


def _settlement(fee: FeeChoice, costs: Iterable[Cost]) -> Body:
    return {
        "fee": fee,
        "costs": [
            {
                "cost": each.cost,
                "amount": price(each.amount),
                "payee": each.payee,
                "evidence": list(each.evidence),
            }
            for each in costs
        ],
    }
