"""The seller platform (1688): where goods are ordered from sellers and the sellers are paid."""

from typing import Protocol

from daigou.domain.ids import MovementRef
from daigou.domain.money import Money
from daigou.ports.counterparties import Reply


class SellerPlatform(Protocol):
    """Orders goods by our reference; the same reference never orders or pays twice."""

    async def buy(
        self,
        *,
        reference: MovementRef,
        offer_id: str,
        quantity: int,
        goods: Money,
        freight: Money,
        delivery_address: str,
        pay: Money,
    ) -> Reply:
        """Orders at no more than this price, delivered to that address (PSR-8, PSR-11).

        `pay` is paid now: the price, or a part of it (an advance deposit, or what is left after
        one). `DONE` carries the price that the seller charges, `REPRICED` another price or a
        smaller quantity that it offers instead; then nothing was ordered.
        `REJECTED` carries the reason: `seller_stopped`, `sold_out` or `price_changed` (PSR-9);
        `FAILED` means that the seller was not paid and the same may be tried under a new reference.

        Raises:
            OutcomeUnknownError: no answer; `ask` before anything is tried again.
        """

    async def ask(self, *, reference: MovementRef) -> Reply:
        """What became of a reference; `UNHEARD` means that nothing was ordered or will be.

        Raises:
            OutcomeUnknownError: no answer; ask again later.
        """
