"""The payment institution: captures what clients pay, pays them back, and pays them out."""

from typing import Protocol

from daigou.domain.ids import MovementRef
from daigou.domain.money import Money
from daigou.ports.counterparties import Reply


class PaymentInstitution(Protocol):
    """Moves a client's money by our reference; the same reference never moves money twice."""

    async def capture(self, *, reference: MovementRef, amount: Money, payment_method: str) -> Reply:
        """Takes `amount` from the client's payment method.

        Raises:
            OutcomeUnknownError: no answer; `ask` before anything is tried again.
        """

    async def refund(
        self, *, reference: MovementRef, amount: Money, original: MovementRef
    ) -> Reply:
        """Gives `amount` of the captured `original` back to the client.

        Raises:
            OutcomeUnknownError: no answer; `ask` before anything is tried again.
        """

    async def pay_out(self, *, reference: MovementRef, amount: Money, payment_method: str) -> Reply:
        """Pays `amount` of the platform's money to the client's payment method.

        Raises:
            OutcomeUnknownError: no answer; `ask` before anything is tried again.
        """

    async def ask(self, *, reference: MovementRef) -> Reply:
        """What became of a reference; `UNHEARD` means that nothing moved or will move by it.

        Raises:
            OutcomeUnknownError: no answer; ask again later.
        """
