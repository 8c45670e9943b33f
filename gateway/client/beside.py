"""Owns the client's tips and its questions to the platform (PSR-21, UA-4-6)."""

from daigou.domain.commands import Topic
from daigou.domain.money import Money
from daigou.domain.order import State, Trigger
from gateway.answers import (
    ConsultationAnswer,
    ConsultationPage,
    SubjectStatementAnswer,
    TipAnswer,
    TipList,
)
from gateway.client.calls import Calls, Done, price


class Beside(Calls):
    """What stands beside orders: tips for them, and consultations of the platform."""

    async def give_tip(
        self,
        order_id: str,
        *,
        key: str,
        amount: Money,
        note: str | None = None,
        tip_id: str | None = None,
    ) -> Done:
        """The client tips the provider from its deposit (PSR-21-1). The receipt's id is the
        tip's."""
        body = {"tip_id": tip_id, "amount": price(amount), "note": note}
        return await self._command(f"/v1/orders/{order_id}/tips", body, key=key)

    async def refund_tip(self, tip_id: str, *, key: str, note: str | None = None) -> Done:
        """The client has a tip back, within thirty days (PSR-21-2)."""
        return await self.command(tip_id, Trigger.REFUND_TIP, {"note": note}, key=key)

    async def return_tip(self, tip_id: str, *, key: str, note: str | None = None) -> Done:
        """The provider gives an earned tip back, which it need not (PSR-21-2)."""
        return await self.command(tip_id, Trigger.RETURN_TIP, {"note": note}, key=key)

    async def tip(self, tip_id: str) -> TipAnswer:
        """A tip as it stands."""
        return await self._calling.get(f"/v1/tips/{tip_id}", TipAnswer)

    async def tips(self, order_id: str) -> TipList:
        """The tips for an order that you may see."""
        return await self._calling.get(f"/v1/orders/{order_id}/tips", TipList)

    async def tip_statement(self, tip_id: str) -> SubjectStatementAnswer:
        """A tip's money."""
        return await self._calling.get(f"/v1/tips/{tip_id}/statement", SubjectStatementAnswer)

    async def consult(
        self, *, key: str, topic: Topic, question: str, consultation_id: str | None = None
    ) -> Done:
        """Puts a question to the platform (UA-4-6). The receipt's id is the consultation's."""
        body = {"consultation_id": consultation_id, "topic": topic, "question": question}
        return await self._command("/v1/consultations", body, key=key)

    async def answer_consultation(self, consultation_id: str, *, key: str, note: str) -> Done:
        """The platform answers a question (UA-4-6)."""
        return await self.command(
            consultation_id, Trigger.ANSWER_CONSULTATION, {"note": note}, key=key
        )

    async def withdraw_consultation(
        self, consultation_id: str, *, key: str, note: str | None = None
    ) -> Done:
        """Whoever asked takes a question back that was not answered (UA-4-6)."""
        return await self.command(
            consultation_id, Trigger.WITHDRAW_CONSULTATION, {"note": note}, key=key
        )

    async def consultation(self, consultation_id: str) -> ConsultationAnswer:
        """A consultation as it stands."""
        return await self._calling.get(f"/v1/consultations/{consultation_id}", ConsultationAnswer)

    async def consultations(
        self,
        *,
        state: State | None = None,
        limit: int | None = None,
        starting_after: str | None = None,
    ) -> ConsultationPage:
        """The consultations that you may see, the newest first."""
        asked = {"state": state, "limit": limit, "starting_after": starting_after}
        return await self._calling.get("/v1/consultations", ConsultationPage, query=asked)
