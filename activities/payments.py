"""The payment institution's activities: capture, refund, payout, and what became of them."""

from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.answers import Answered, ask_until_known, movement_of, send_once, why_not
from daigou.domain.commands import Outcome
from daigou.domain.ids import MovementRef
from daigou.ports.books import Books
from daigou.ports.counterparties import Reply
from daigou.ports.payment_institution import PaymentInstitution


@dataclass(frozen=True)
class Payments:
    """Moves a client's money outside, by our reference; the amount is read from the books."""

    books: Books
    institution: PaymentInstitution

    @activity.defn
    async def capture(self, reference: MovementRef) -> Answered:
        """Takes the client's payment, once."""

        async def send() -> Reply:
            movement = await movement_of(self.books, reference)
            return await self.institution.capture(
                reference=reference,
                amount=movement.amount,
                payment_method=movement.payment_method,
            )

        return await send_once(reference, send, _outcome)

    @activity.defn
    async def refund(self, reference: MovementRef) -> Answered:
        """Gives a captured payment back, once."""

        async def send() -> Reply:
            movement = await movement_of(self.books, reference)
            if movement.original is None:
                raise ApplicationError(f"{reference} names no capture that it gives back")
            return await self.institution.refund(
                reference=reference, amount=movement.amount, original=movement.original
            )

        return await send_once(reference, send, _outcome)

    @activity.defn
    async def pay_out(self, reference: MovementRef) -> Answered:
        """Pays what a client takes out of its deposit, once."""

        async def send() -> Reply:
            movement = await movement_of(self.books, reference)
            return await self.institution.pay_out(
                reference=reference,
                amount=movement.amount,
                payment_method=movement.payment_method,
            )

        return await send_once(reference, send, _outcome)

    @activity.defn
    async def ask_payment(self, reference: MovementRef) -> Answered:
        """Asks what became of a payment, refund or payout, until the institution knows."""
        return await ask_until_known(
            reference, lambda: self.institution.ask(reference=reference), _outcome
        )


def _outcome(reference: MovementRef, reply: Reply) -> Outcome:
    return Outcome(reference=reference, external_ref=reply.external_ref, reason=why_not(reply))
