"""Owns the client's commands of dissolutions: delivered goods are given back, and paid back."""

from collections.abc import Iterable

from daigou.domain.commands import Ground, Remedy
from daigou.domain.money import ZERO, Money
from daigou.domain.order import TableName, Trigger
from gateway.answers import PreviewAnswer
from gateway.calling import Body
from gateway.client.calls import Done, price, some
from gateway.client.previewing import Previewing


class Dissolving(Previewing):
    """Dissolutions. `case` is a dissolution's number; it may be left out if only one fits.
    `evidence` names pieces that were handed in before, see `add_evidence`."""

    async def request_dissolution(
        self,
        order_id: str,
        *,
        key: str,
        ground: Ground,
        inspected: bool,
        evidence: Iterable[str],
        note: str | None = None,
    ) -> Done:
        """The client inspected the goods in person, and asks for the purchase to be undone
        (PSR-13-1). All that stands in the way is named at once (PSR-13-2, PSR-13-3)."""
        body = {
            "ground": ground,
            "inspected": inspected,
            "evidence": list(evidence),
            "note": note,
        }
        return await self.command(order_id, Trigger.REQUEST_DISSOLUTION, body, key=key)

    async def withdraw_dissolution(
        self, order_id: str, *, key: str, note: str | None = None, case: str | None = None
    ) -> Done:
        """The client takes its dissolution back, before the goods are gone and anything is paid
        (PSR-13-4)."""
        body = {"note": note}
        return await self._dissolution(order_id, Trigger.WITHDRAW_DISSOLUTION, case, body, key=key)

    # The form, and the seller's answer.

    async def ask_for_evidence(
        self, order_id: str, *, key: str, note: str | None = None, case: str | None = None
    ) -> Done:
        """The provider says what of the evidence is missing or cannot be read (PSR-13-1)."""
        body = {"note": note}
        return await self._dissolution(order_id, Trigger.ASK_FOR_EVIDENCE, case, body, key=key)

    async def supplement_evidence(
        self,
        order_id: str,
        *,
        key: str,
        evidence: Iterable[str],
        note: str | None = None,
        case: str | None = None,
    ) -> Done:
        """The client adds evidence; once the seller was asked, it is late (PSR-13-1)."""
        body = {"evidence": list(evidence), "note": note}
        return await self._dissolution(order_id, Trigger.SUPPLEMENT_EVIDENCE, case, body, key=key)

    async def apply_to_seller(
        self, order_id: str, *, key: str, note: str | None = None, case: str | None = None
    ) -> Done:
        """The provider has asked the seller (PSR-13-4)."""
        body = {"note": note}
        return await self._dissolution(order_id, Trigger.APPLY_TO_SELLER, case, body, key=key)

    async def consent_to_dissolution(
        self,
        order_id: str,
        *,
        key: str,
        refund: Money,
        remedy: Remedy,
        note: str | None = None,
        case: str | None = None,
    ) -> Done:
        """The seller agrees, pays `refund` back, and says what is to be done with the goods; where
        they are to be returned to stands in the note (PSR-13-5)."""
        body = {"refund": price(refund), "remedy": remedy, "note": note}
        return await self._dissolution(
            order_id, Trigger.CONSENT_TO_DISSOLUTION, case, body, key=key
        )

    async def refuse_dissolution(
        self, order_id: str, *, key: str, note: str | None = None, case: str | None = None
    ) -> Done:
        """The seller refuses: the client may claim against it (PSR-13-4)."""
        body = {"note": note}
        return await self._dissolution(order_id, Trigger.REFUSE_DISSOLUTION, case, body, key=key)

    # The goods and the money on their way back.

    async def prove_disposal(
        self,
        order_id: str,
        *,
        key: str,
        remedy: Remedy,
        evidence: Iterable[str],
        cost: Money = ZERO,
        note: str | None = None,
        case: str | None = None,
    ) -> Done:
        """The client proves that the goods were returned or destroyed; what that cost is asked of
        the seller (PSR-13-5)."""
        body = {
            "remedy": remedy,
            "evidence": list(evidence),
            "cost": some(cost),
            "note": note,
        }
        return await self._dissolution(order_id, Trigger.PROVE_DISPOSAL, case, body, key=key)

    async def preview_dissolution_refund(
        self, order_id: str, *, key: str | None = None, amount: Money, external_ref: str
    ) -> PreviewAnswer:
        """What a payment of the seller would come to (PSR-13-6)."""
        body = {"amount": price(amount), "external_ref": external_ref}
        return await self.preview(order_id, Trigger.RECORD_DISSOLUTION_REFUND, body, key=key)

    async def record_dissolution_refund(
        self,
        order_id: str,
        *,
        key: str,
        amount: Money,
        external_ref: str,
        digest: str | None = None,
        case: str | None = None,
    ) -> Done:
        """The seller paid back, in whole or in part, under its own number: it goes on to the client
        in full (PSR-13-6); with a digest, exactly as it was previewed."""
        body = {"amount": price(amount), "external_ref": external_ref, "digest": digest}
        return await self._dissolution(
            order_id, Trigger.RECORD_DISSOLUTION_REFUND, case, body, key=key
        )

    async def record_return_cost(
        self,
        order_id: str,
        *,
        key: str,
        amount: Money,
        external_ref: str,
        case: str | None = None,
    ) -> Done:
        """The seller paid for the return, in whole or in part (PSR-13-5)."""
        body = {"amount": price(amount), "external_ref": external_ref}
        return await self._dissolution(order_id, Trigger.RECORD_RETURN_COST, case, body, key=key)

    async def close_dissolution(
        self, order_id: str, *, key: str, note: str | None = None, case: str | None = None
    ) -> Done:
        """The platform goes on without what the seller has not paid back (PSR-13-6)."""
        body = {"note": note}
        return await self._dissolution(order_id, Trigger.CLOSE_DISSOLUTION, case, body, key=key)

    async def _dissolution(
        self, order_id: str, trigger: Trigger, case: str | None, body: Body, *, key: str
    ) -> Done:
        return await self._of_item(order_id, trigger, (TableName.DISSOLUTION, case), body, key=key)
