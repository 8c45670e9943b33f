"""Owns the simulated buyers of retained goods: what they paid for them, by bank, is remembered."""

from dataclasses import dataclass

from daigou.domain.money import Money
from daigou.simulator.memory import Memory, ReferenceReusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What somebody paid for the goods of an order."""

    reference: str
    amount: Money


class SimulatedBuyers:
    """Whoever buys what a debt is to be covered by."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def pay(self, *, reference: str, amount: Money) -> None:
        """Pays for goods; once a reference, however often it is said.

        Raises:
            ReferenceReusedError: the reference is known with another amount.
            OutcomeUnknownError: the buyer does not answer.
        """
        async with self._memory.transaction() as connection:
            await connection.execute(
                "insert into simulator.sale (reference, amount, currency) values (%s, %s, %s)"
                " on conflict do nothing",
                [reference, amount.amount, amount.currency],
            )
            cursor = await connection.execute(
                "select amount from simulator.sale where reference = %s", [reference]
            )
            known = await cursor.fetchone()
        if known is None or known["amount"] != amount.amount:
            raise ReferenceReusedError(reference)

    async def sales(self) -> tuple[Sale, ...]:
        """All that was paid, oldest first.

        Raises:
            OutcomeUnknownError: the buyers do not answer.
        """
        async with self._memory.transaction() as connection:
            cursor = await connection.execute(
                "select * from simulator.sale order by paid_at, reference"
            )
            rows = await cursor.fetchall()
        return tuple(
            Sale(reference=row["reference"], amount=Money(row["amount"], row["currency"]))
            for row in rows
        )
