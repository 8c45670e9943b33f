"""Owns the client's commands from the request to the payment, and what is said on the way."""

from collections.abc import Iterable, Mapping
from typing import Any

from daigou.domain.commands import CautionKind, DriftLimit, Line, RefusalReason
from daigou.domain.money import ZERO, Money
from daigou.domain.order import TableName, Trigger
from gateway.calling import Body
from gateway.client.calls import Calls, Done, outcome, price, some


class Agreeing(Calls):
    """Requests, cautions, acceptance and refusal, payments; requirements, questions, opinions."""

    async def place(self, body: Body, *, key: str) -> Done:
        """Places an order; `body` is that of `POST /v1/orders`."""
        return await self._command("/v1/orders", body, key=key)

    async def permit_goods(self, order_id: str, *, key: str, note: str | None = None) -> Done:
        """The platform lets goods be bought that the screening was in doubt about (PSR-14)."""
        return await self.command(order_id, Trigger.PERMIT_GOODS, {"note": note}, key=key)

    async def prohibit_goods(self, order_id: str, *, key: str, note: str | None = None) -> Done:
        """The platform refuses goods that the screening was in doubt about (PSR-14)."""
        return await self.command(order_id, Trigger.PROHIBIT_GOODS, {"note": note}, key=key)

    async def raise_caution(
        self, order_id: str, *, key: str, caution: CautionKind, note: str | None = None
    ) -> Done:
        """Provider or platform caution the client about the goods (PSR-15)."""
        body = {"caution": caution, "note": note}
        return await self.command(order_id, Trigger.RAISE_CAUTION, body, key=key)

    async def acknowledge_caution(
        self, order_id: str, *, key: str, caution: CautionKind, note: str | None = None
    ) -> Done:
        """The client acknowledges a caution; of customised goods with what it settled with the
        seller (PSR-15-1)."""
        body = {"caution": caution, "note": note}
        return await self.command(order_id, Trigger.ACKNOWLEDGE_CAUTION, body, key=key)

    async def limit_price_drift(self, order_id: str, *, key: str, limit: DriftLimit) -> Done:
        """The client says how much more the seller may charge without asking (PSR-10-2)."""
        body = {"price_drift": {"amount": price(limit.amount), "any": limit.any}}
        return await self.command(order_id, Trigger.LIMIT_PRICE_DRIFT, body, key=key)

    async def accept(self, order_id: str, *, key: str, lines: Iterable[Line] = ()) -> Done:
        """The provider accepts, with the lines beyond goods, freight and fee (PSR-2-1, PSR-6)."""
        return await self.command(order_id, Trigger.ACCEPT, {"lines": _lines(lines)}, key=key)

    async def refuse(
        self,
        order_id: str,
        *,
        key: str,
        reason: RefusalReason,
        note: str | None = None,
        requirement: str | None = None,
        costs: Iterable[Line] = (),
        loss: Money = ZERO,
    ) -> Done:
        """The provider refuses (PSR-2-1); once it has accepted because of a special requirement
        (PSR-3-2) or of sensitive goods, less what they cost (PSR-15-5), alone."""
        body = {
            "reason": reason,
            "note": note,
            "requirement": requirement,
            "costs": _lines(costs),
            "loss": some(loss),
        }
        return await self.command(order_id, Trigger.REFUSE, body, key=key)

    async def withdraw(self, order_id: str, *, key: str, note: str | None = None) -> Done:
        """The client takes the request back (PSR-2-2), or lets its advance deposit go."""
        return await self.command(order_id, Trigger.WITHDRAW, {"note": note}, key=key)

    async def choose_logistics(self, order_id: str, *, key: str, logistics_id: str) -> Done:
        """The client chooses who ships the goods abroad (PSR-5)."""
        body = {"logistics_id": logistics_id}
        return await self.command(order_id, Trigger.CHOOSE_LOGISTICS, body, key=key)

    async def pay(
        self,
        order_id: str,
        *,
        key: str,
        from_deposit: Money = ZERO,
        from_institution: Money = ZERO,
        payment_method: str | None = None,
        coupons: Iterable[str] = (),
    ) -> Done:
        """The client pays the whole of what is due now (PSR-2-2, UA-1-8), less what its coupons
        reduce (UA-1-10)."""
        body = {
            "from_deposit": price(from_deposit),
            "from_institution": price(from_institution),
            "payment_method": payment_method,
            "coupons": list(coupons),
        }
        return await self.command(order_id, Trigger.PAY, body, key=key)

    async def confirm_payment(
        self, order_id: str, *, key: str, reference: str, external_ref: str | None = None
    ) -> Done:
        """The institution says that the payment was captured (PSR-2-2)."""
        body = outcome(reference, external_ref)
        return await self.command(order_id, Trigger.CONFIRM_PAYMENT, body, key=key)

    async def decline_payment(
        self, order_id: str, *, key: str, reference: str, reason: str | None = None
    ) -> Done:
        """The institution says that the payment was declined (PSR-2-2)."""
        body = outcome(reference, reason=reason)
        return await self.command(order_id, Trigger.DECLINE_PAYMENT, body, key=key)

    # What is said on an order.

    async def require(self, order_id: str, *, key: str, note: str, needed: bool = False) -> Done:
        """The client makes a special requirement (PSR-3-1)."""
        body = {"note": note, "needed": needed}
        return await self.command(order_id, Trigger.REQUIRE, body, key=key)

    async def agree_requirement(
        self, order_id: str, *, key: str, requirement: str | None = None, note: str | None = None
    ) -> Done:
        """The provider agrees to a special requirement, which then binds it (PSR-3-1)."""
        item = _named(TableName.REQUIREMENT, requirement)
        return await self.command(
            order_id, Trigger.AGREE_REQUIREMENT, {"note": note}, key=key, item=item
        )

    async def decline_requirement(
        self, order_id: str, *, key: str, requirement: str | None = None, note: str | None = None
    ) -> Done:
        """The provider does not agree to a special requirement (PSR-3-2)."""
        item = _named(TableName.REQUIREMENT, requirement)
        return await self.command(
            order_id, Trigger.DECLINE_REQUIREMENT, {"note": note}, key=key, item=item
        )

    async def ask_question(self, order_id: str, *, key: str, note: str) -> Done:
        """The client asks the purchasing person (PSR-26)."""
        return await self.command(order_id, Trigger.ASK_QUESTION, {"note": note}, key=key)

    async def answer_question(
        self, order_id: str, *, key: str, note: str, question: str | None = None
    ) -> Done:
        """Provider or platform answer a question (PSR-26)."""
        item = _named(TableName.QUESTION, question)
        return await self.command(
            order_id, Trigger.ANSWER_QUESTION, {"note": note}, key=key, item=item
        )

    async def give_opinion(self, order_id: str, *, key: str, note: str) -> Done:
        """The platform says what it thinks of a dispute; that is not final (PSR-20)."""
        return await self.command(order_id, Trigger.GIVE_OPINION, {"note": note}, key=key)


def _lines(lines: Iterable[Line]) -> list[Mapping[str, Any]]:
    return [
        {
            "code": line.code,
            "label": line.label,
            "amount": price(line.amount),
            "collector": line.collector,
        }
        for line in lines
    ]


def _named(table: TableName, number: str | None) -> tuple[TableName, str] | None:
    return None if number is None else (table, number)
