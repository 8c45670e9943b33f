"""Owns the simulated seller platform: orders with sellers that it remembers for good."""

import hashlib
from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from daigou.domain.ids import MovementRef
from daigou.domain.money import Money
from daigou.ports.counterparties import OutcomeUnknownError, Reply, Standing
from daigou.simulator.conduct import Conduct, Loss, offer_block
from daigou.simulator.memory import Memory, ReferenceReusedError, Row, is_lost, standing_now

ELSEWHERE = "No. 404 Wrong Turn, Nowhere"
"""Where the sellers of the block `DELIVERS_ELSEWHERE` send their goods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerOrder:
    """One order in the seller platform's own books, at the price that the seller charged."""

    reference: MovementRef
    offer_id: str
    quantity: int
    price: Money
    standing: Standing


class SimulatedSellerPlatform:
    """Implements `SellerPlatform`; the offer id chooses what happens (`conduct`)."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def buy(
        self,
        *,
        reference: MovementRef,
        offer_id: str,
        quantity: int,
        goods: Money,
        freight: Money,
        delivery_address: str,
    ) -> Reply:
        """Orders and pays; a known reference answers what it answered before.

        Raises:
            OutcomeUnknownError: the order or the answer was lost.
            ReferenceReusedError: the reference is known with other parameters.
        """
        order: Row = {
            "reference": reference,
            "offer_id": offer_id,
            "quantity": quantity,
            "goods": goods.amount,
            "freight": freight.amount,
            "currency": goods.currency,
            "delivery_address": delivery_address,
        }
        async with self._memory.transaction() as connection:
            reply = await _heard(connection, order)
        # Raised outside the transaction: what was heard is kept, only the answer is lost.
        if reply is None:
            raise OutcomeUnknownError(f"no answer to order {reference}")
        return reply

    async def ask(self, *, reference: MovementRef) -> Reply:
        """What became of a reference; each ask brings a pending one nearer to its outcome.

        Raises:
            OutcomeUnknownError: the platform does not answer.
        """
        async with self._memory.transaction() as connection:
            known = await _find(connection, reference)
            if known is None:
                return Reply(standing=Standing.UNHEARD)
            if known["standing"] == Standing.PENDING:
                asks = known["asks"] + 1
                conduct = offer_block(known["offer_id"]).purchase
                known |= {"asks": asks} | standing_now(conduct, asks=asks)
                await _update(connection, known)
        return _reply(known)

    async def decide(
        self, *, reference: MovementRef, standing: Standing, reason: str = ""
    ) -> Reply:
        """A person of the platform decides a pending order.

        Raises:
            LookupError: no order of that reference is pending.
            OutcomeUnknownError: the platform does not answer.
        """
        async with self._memory.transaction() as connection:
            known = await _find(connection, reference)
            if known is None or known["standing"] != Standing.PENDING:
                raise LookupError(f"no order {reference} is pending")
            known |= {"standing": standing, "reason": reason}
            await _update(connection, known)
        return _reply(known)

    async def orders(self) -> tuple[SellerOrder, ...]:
        """The platform's books, oldest order first, to hold the ledger against.

        Raises:
            OutcomeUnknownError: the platform does not answer.
        """
        async with self._memory.transaction() as connection:
            cursor = await connection.execute(
                "select * from simulator.seller_order order by heard_at, reference"
            )
            rows = await cursor.fetchall()
        return tuple(
            SellerOrder(
                reference=MovementRef(row["reference"]),
                offer_id=row["offer_id"],
                quantity=row["quantity"],
                price=_charged(row) + Money(row["freight"], row["currency"]),
                standing=Standing(row["standing"]),
            )
            for row in rows
        )


async def _heard(connection: AsyncConnection[DictRow], order: Row) -> Reply | None:
    """Takes the order; None where the network lost it or the answer."""
    subject = order["reference"].rpartition("/")[0]
    await connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 1))", [subject])
    if known := await _find(connection, order["reference"]):
        if any(known[name] != value for name, value in order.items()):
            raise ReferenceReusedError(order["reference"])
        return _reply(known)

    conduct = offer_block(order["offer_id"]).purchase
    if conduct.once and await _tried_before(connection, subject):
        conduct = Conduct()
    if conduct.loses == Loss.CALL and await is_lost(connection, order["reference"]):
        return None
    row = (
        order
        | {"subject": subject, "external_ref": _number_of(order["reference"])}
        | standing_now(conduct, asks=0)
    )
    await _insert(connection, row)
    return None if conduct.loses == Loss.ANSWER else _reply(row)


async def _tried_before(connection: AsyncConnection[DictRow], subject: str) -> bool:
    cursor = await connection.execute(
        "select from simulator.seller_order where subject = %s limit 1", [subject]
    )
    return await cursor.fetchone() is not None


async def _find(connection: AsyncConnection[DictRow], reference: str) -> Row | None:
    cursor = await connection.execute(
        "select * from simulator.seller_order where reference = %s for update", [reference]
    )
    return await cursor.fetchone()


async def _insert(connection: AsyncConnection[DictRow], row: Row) -> None:
    await connection.execute(
        "insert into simulator.seller_order"
        " (reference, subject, offer_id, quantity, goods, freight, currency, delivery_address,"
        "  external_ref, standing, reason)"
        " values (%(reference)s, %(subject)s, %(offer_id)s, %(quantity)s, %(goods)s, %(freight)s,"
        "  %(currency)s, %(delivery_address)s, %(external_ref)s, %(standing)s, %(reason)s)",
        row,
    )


async def _update(connection: AsyncConnection[DictRow], row: Row) -> None:
    await connection.execute(
        "update simulator.seller_order set standing = %(standing)s, reason = %(reason)s,"
        " asks = %(asks)s where reference = %(reference)s",
        row,
    )


def _reply(row: Row) -> Reply:
    standing = Standing(row["standing"])
    if standing != Standing.DONE:
        return Reply(standing=standing, external_ref=row["external_ref"], reason=row["reason"])
    elsewhere = offer_block(row["offer_id"]).delivers_elsewhere
    return Reply(
        standing=standing,
        external_ref=row["external_ref"],
        goods=_charged(row),
        freight=Money(row["freight"], row["currency"]),
        delivery_address=ELSEWHERE if elsewhere else row["delivery_address"],
    )


def _charged(row: Row) -> Money:
    return Money(row["goods"] + offer_block(row["offer_id"]).charges_more_fen, row["currency"])


def _number_of(reference: str) -> str:
    # Plainly fake, and of the length of a real order number.
    return f"90{int(hashlib.sha256(reference.encode()).hexdigest(), 16) % 10**17:017d}"
