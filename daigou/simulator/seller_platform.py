"""Owns the simulated seller platform: orders with sellers that it remembers for good."""

import hashlib
from dataclasses import dataclass, replace

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
    """One order in the seller platform's own books.

    `price` is what the seller charges, `paid` what it was paid under this reference: all of it, or
    a part where the rest was paid before or is still to come.
    """

    reference: MovementRef
    offer_id: str
    quantity: int
    price: Money
    paid: Money
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerPayback:
    """What a seller paid back of an order, in the seller platform's own books.

    `own` says that it was nothing that the seller had of the order, but came out of the pocket of
    whoever had to pay: the seller for a return, the provider for a loss.
    """

    reference: str
    subject: str
    amount: Money
    own: bool


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
        pay: Money,
    ) -> Reply:
        """Orders and pays; a known reference answers what it answered before.

        Where the seller sells at another price only, or fewer pieces, nothing is ordered or paid.

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
            "paid": pay.amount,
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
                conduct = await _conduct(connection, known)
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

    async def pay_back(
        self, *, reference: str, subject: str, amount: Money, own: bool = False
    ) -> None:
        """A seller pays back a part of what it has of a subject; once under a reference. Somebody
        pays for it out of its `own` pocket.

        Raises:
            LookupError: the seller has not so much of it.
            OutcomeUnknownError: the platform does not answer.
        """
        async with self._memory.transaction() as connection:
            await _lock(connection, subject)
            cursor = await connection.execute(
                "select from simulator.seller_refund where reference = %s", [reference]
            )
            if await cursor.fetchone() is not None:
                return
            if not own and amount.amount > await _has(connection, subject):
                raise LookupError(f"no seller has {amount} of {subject}")
            await connection.execute(
                "insert into simulator.seller_refund (reference, subject, amount, currency, own)"
                " values (%s, %s, %s, %s, %s)",
                [reference, subject, amount.amount, amount.currency, own],
            )

    async def paybacks(self) -> tuple[SellerPayback, ...]:
        """What sellers paid back, oldest first.

        Raises:
            OutcomeUnknownError: the platform does not answer.
        """
        async with self._memory.transaction() as connection:
            cursor = await connection.execute(
                "select * from simulator.seller_refund order by paid_at, reference"
            )
            rows = await cursor.fetchall()
        return tuple(
            SellerPayback(
                reference=row["reference"],
                subject=row["subject"],
                amount=Money(row["amount"], row["currency"]),
                own=row["own"],
            )
            for row in rows
        )

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
                paid=_paid(row),
                standing=Standing(row["standing"]),
            )
            for row in rows
        )


async def _heard(connection: AsyncConnection[DictRow], order: Row) -> Reply | None:
    """Takes the order; None where the network lost it or the answer."""
    order["subject"] = order["reference"].rpartition("/")[0]
    await _lock(connection, order["subject"])
    if known := await _find(connection, order["reference"]):
        if any(known[name] != value for name, value in order.items()):
            raise ReferenceReusedError(order["reference"])
        return _reply(known)

    conduct = await _conduct(connection, order)
    if conduct.loses == Loss.CALL and await is_lost(connection, order["reference"]):
        return None
    row = order | {"external_ref": _number_of(order["reference"])} | standing_now(conduct, asks=0)
    await _insert(connection, row)
    return None if conduct.loses == Loss.ANSWER else _reply(row)


async def _conduct(connection: AsyncConnection[DictRow], order: Row) -> Conduct:
    """How an order fares: the first of a subject, or one after another was heard."""
    cursor = await connection.execute(
        "select from simulator.seller_order where subject = %s"
        " and heard_at < coalesce(%s, clock_timestamp()) limit 1",
        [order["subject"], order.get("heard_at")],
    )
    tried_before = await cursor.fetchone() is not None
    return offer_block(order["offer_id"]).conduct(tried_before=tried_before)


async def _has(connection: AsyncConnection[DictRow], subject: str) -> int:
    """What sellers have of a subject, in fen."""
    cursor = await connection.execute(
        "select * from simulator.seller_order where subject = %s", [subject]
    )
    paid = sum(_paid(row).amount for row in await cursor.fetchall())
    cursor = await connection.execute(
        "select coalesce(sum(amount), 0)::bigint as back from simulator.seller_refund"
        " where subject = %s and not own",
        [subject],
    )
    back = await cursor.fetchone()
    return paid - (back["back"] if back else 0)


async def _lock(connection: AsyncConnection[DictRow], subject: str) -> None:
    await connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 1))", [subject])


async def _find(connection: AsyncConnection[DictRow], reference: str) -> Row | None:
    cursor = await connection.execute(
        "select * from simulator.seller_order where reference = %s for update", [reference]
    )
    return await cursor.fetchone()


async def _insert(connection: AsyncConnection[DictRow], row: Row) -> None:
    await connection.execute(
        "insert into simulator.seller_order"
        " (reference, subject, offer_id, quantity, goods, freight, currency, delivery_address,"
        "  paid, external_ref, standing, reason)"
        " values (%(reference)s, %(subject)s, %(offer_id)s, %(quantity)s, %(goods)s, %(freight)s,"
        "  %(currency)s, %(delivery_address)s, %(paid)s, %(external_ref)s, %(standing)s,"
        "  %(reason)s)",
        row,
    )


async def _update(connection: AsyncConnection[DictRow], row: Row) -> None:
    await connection.execute(
        "update simulator.seller_order set standing = %(standing)s, reason = %(reason)s,"
        " asks = %(asks)s where reference = %(reference)s",
        row,
    )


def _reply(row: Row) -> Reply:
    standing, block = Standing(row["standing"]), offer_block(row["offer_id"])
    said = Reply(standing=standing, external_ref=row["external_ref"], reason=row["reason"])
    freight = Money(row["freight"], row["currency"])
    match standing:
        case Standing.DONE:
            return replace(
                said,
                goods=_charged(row),
                freight=freight,
                delivery_address=ELSEWHERE if block.delivers_elsewhere else row["delivery_address"],
            )
        case Standing.REPRICED:
            goods = block.offers.goods(row["goods"], row["quantity"])
            return replace(
                said,
                goods=Money(goods, row["currency"]),
                freight=freight,
                quantity=block.offers.pieces(row["quantity"]),
            )
        case _:
            return said


def _charged(row: Row) -> Money:
    charges = offer_block(row["offer_id"]).charges
    return Money(charges.goods(row["goods"], row["quantity"]), row["currency"])


def _paid(row: Row) -> Money:
    """What the seller took of what it was paid: all but what it charges less than was agreed."""
    if row["standing"] != Standing.DONE:
        return Money(0, row["currency"])
    agreed = Money(row["goods"], row["currency"])
    return Money(row["paid"], row["currency"]) + _charged(row) - agreed


def _number_of(reference: str) -> str:
    # Plainly fake, and of the length of a real order number.
    return f"90{int(hashlib.sha256(reference.encode()).hexdigest(), 16) % 10**17:017d}"
