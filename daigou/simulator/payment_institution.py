"""Owns the simulated payment institution: it remembers for good whatever it moved."""

import hashlib
from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from daigou.domain.ids import MovementRef
from daigou.domain.money import Money
from daigou.ports.counterparties import OutcomeUnknownError, Reply, Standing
from daigou.simulator.conduct import Conduct, Loss, payment_method
from daigou.simulator.memory import Memory, ReferenceReusedError, Row, is_lost, standing_now


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One movement in the institution's own books; `kind` is `capture`, `refund`, `payout` or
    `chargeback`, of which one that was decided for the platform counts as rejected."""

    reference: MovementRef
    kind: str
    amount: Money
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The institution's books: every movement it heard of, and what really moved."""

    lines: tuple[StatementLine, ...]

    @property
    def captured(self) -> Money:
        """All that was taken from clients."""
        return self._moved("capture")

    @property
    def refunded(self) -> Money:
        """All that was paid back to clients."""
        return self._moved("refund")

    @property
    def paid_out(self) -> Money:
        """All that was paid to clients out of their deposits."""
        return self._moved("payout")

    @property
    def charged_back(self) -> Money:
        """All that was taken back for clients, and not given back since."""
        return self._moved("chargeback")

    def _moved(self, kind: str) -> Money:
        return Money(
            sum(
                line.amount.amount
                for line in self.lines
                if line.kind == kind and line.standing == Standing.DONE
            )
        )


class SimulatedPaymentInstitution:
    """Implements `PaymentInstitution`; the payment method chooses what happens (`conduct`)."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def capture(self, *, reference: MovementRef, amount: Money, payment_method: str) -> Reply:
        """Takes money; a known reference answers what it answered before.

        Raises:
            OutcomeUnknownError: the call or its answer was lost.
            ReferenceReusedError: the reference is known with other parameters.
        """
        return await self._take(
            _Instruction(
                kind="capture",
                reference=reference,
                amount=amount,
                payment_method=payment_method,
            )
        )

    async def refund(
        self, *, reference: MovementRef, amount: Money, original: MovementRef
    ) -> Reply:
        """Gives money of a capture back; `REJECTED` if it was not captured, or not that much.

        Raises:
            OutcomeUnknownError: the call or its answer was lost.
            ReferenceReusedError: the reference is known with other parameters.
        """
        return await self._take(
            _Instruction(kind="refund", reference=reference, amount=amount, original=original)
        )

    async def pay_out(self, *, reference: MovementRef, amount: Money, payment_method: str) -> Reply:
        """Pays money to a client; a known reference answers what it answered before.

        Raises:
            OutcomeUnknownError: the call or its answer was lost.
            ReferenceReusedError: the reference is known with other parameters.
        """
        return await self._take(
            _Instruction(
                kind="payout", reference=reference, amount=amount, payment_method=payment_method
            )
        )

    async def charge_back(self, *, dispute: str, original: MovementRef, amount: Money) -> Reply:
        """A client has it take a payment back, or a part of it; `REJECTED` if there is no such
        payment, or not so much of it is left.

        Raises:
            ReferenceReusedError: the dispute is known with other parameters.
            OutcomeUnknownError: the institution does not answer.
        """
        return await self._take(
            _Instruction(
                kind="chargeback",
                reference=MovementRef(dispute),
                amount=amount,
                original=original,
            )
        )

    async def decide_dispute(self, *, dispute: str, for_the_platform: bool) -> Reply:
        """A person of the institution decides a dispute; decided for the platform, it has the money
        again.

        Raises:
            LookupError: there is no such dispute.
            OutcomeUnknownError: the institution does not answer.
        """
        async with self._memory.transaction() as connection:
            known = await _find(connection, dispute)
            if known is None or known["kind"] != "chargeback":
                raise LookupError(f"no dispute {dispute}")
            if for_the_platform:
                known |= {"standing": Standing.REJECTED, "reason": "decided_for_the_platform"}
                await _update(connection, known)
        return _reply(known)

    async def ask(self, *, reference: MovementRef) -> Reply:
        """What became of a reference; each ask brings a pending one nearer to its outcome.

        Raises:
            OutcomeUnknownError: the institution does not answer.
        """
        async with self._memory.transaction() as connection:
            known = await _find(connection, reference)
            if known is None:
                return Reply(standing=Standing.UNHEARD)
            if known["standing"] == Standing.PENDING:
                conduct = _conduct(known["kind"], known["payment_method"])
                asks = known["asks"] + 1
                known |= {"asks": asks} | standing_now(conduct, asks=asks)
                await _update(connection, known)
        return _reply(known)

    async def decide(
        self, *, reference: MovementRef, standing: Standing, reason: str = ""
    ) -> Reply:
        """A person of the institution decides a pending movement.

        Raises:
            LookupError: no movement of that reference is pending.
            OutcomeUnknownError: the institution does not answer.
        """
        async with self._memory.transaction() as connection:
            known = await _find(connection, reference)
            if known is None or known["standing"] != Standing.PENDING:
                raise LookupError(f"no movement {reference} is pending")
            known |= {"standing": standing, "reason": reason}
            await _update(connection, known)
        return _reply(known)

    async def statement(self) -> Statement:
        """The institution's books, oldest movement first, to hold the ledger against.

        Raises:
            OutcomeUnknownError: the institution does not answer.
        """
        async with self._memory.transaction() as connection:
            cursor = await connection.execute(
                "select * from simulator.payment order by heard_at, reference"
            )
            rows = await cursor.fetchall()
        return Statement(
            lines=tuple(
                StatementLine(
                    reference=MovementRef(row["reference"]),
                    kind=row["kind"],
                    amount=Money(row["amount"], row["currency"]),
                    standing=Standing(row["standing"]),
                )
                for row in rows
            )
        )

    async def _take(self, instruction: "_Instruction") -> Reply:
        async with self._memory.transaction() as connection:
            reply = await _heard(connection, instruction)
        # Raised outside the transaction: what was heard is kept, only the answer is lost.
        if reply is None:
            raise OutcomeUnknownError(f"no answer to {instruction.kind} {instruction.reference}")
        return reply


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instruction:
    kind: str
    reference: MovementRef
    amount: Money
    payment_method: str = ""
    original: str = ""

    def is_that_of(self, row: Row) -> bool:
        theirs = (row["kind"], row["amount"], row["currency"], row["original"])
        ours = (self.kind, self.amount.amount, self.amount.currency, self.original)
        # A refund goes to the method of its capture: it names none of its own.
        return theirs == ours and self.payment_method in (row["payment_method"], "")


async def _heard(connection: AsyncConnection[DictRow], instruction: _Instruction) -> Reply | None:
    """Does as instructed; None where the network lost the call or its answer."""
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended(%s, 0))",
        [instruction.original or instruction.reference],
    )
    if known := await _find(connection, instruction.reference):
        if not instruction.is_that_of(known):
            raise ReferenceReusedError(instruction.reference)
        return _reply(known)

    method, refusal = instruction.payment_method, ""
    if instruction.original:
        method, refusal = await _check_what_is_left(connection, instruction)
    conduct = _conduct(instruction.kind, method)
    if refusal:
        conduct = Conduct(outcome=Standing.REJECTED, reason=refusal)

    if conduct.loses == Loss.CALL and await is_lost(connection, instruction.reference):
        return None
    row = {
        "reference": instruction.reference,
        "kind": instruction.kind,
        "amount": instruction.amount.amount,
        "currency": instruction.amount.currency,
        "payment_method": method,
        "original": instruction.original,
        "external_ref": _number_of(instruction.reference),
    } | standing_now(conduct, asks=0)
    await _insert(connection, row)
    return None if conduct.loses == Loss.ANSWER else _reply(row)


async def _check_what_is_left(
    connection: AsyncConnection[DictRow], instruction: _Instruction
) -> tuple[str, str]:
    """The payment method of the capture, and why it cannot be given back, if it cannot."""
    captured = await _find(connection, instruction.original)
    if captured is None or (captured["kind"], captured["standing"]) != ("capture", Standing.DONE):
        return "", "no_such_capture"
    cursor = await connection.execute(
        "select coalesce(sum(amount), 0) as refunded from simulator.payment"
        " where original = %s and standing in ('done', 'pending')",
        [instruction.original],
    )
    refunded = (await cursor.fetchall())[0]["refunded"]
    if refunded + instruction.amount.amount > captured["amount"]:
        return captured["payment_method"], "exceeds_capture"
    return captured["payment_method"], ""


def _conduct(kind: str, method: str) -> Conduct:
    chosen = payment_method(method)
    conducts = {"capture": chosen.capture, "refund": chosen.refund, "payout": chosen.payout}
    return conducts.get(kind, Conduct())


async def _find(connection: AsyncConnection[DictRow], reference: str) -> Row | None:
    cursor = await connection.execute(
        "select * from simulator.payment where reference = %s for update", [reference]
    )
    return await cursor.fetchone()


async def _insert(connection: AsyncConnection[DictRow], row: Row) -> None:
    await connection.execute(
        "insert into simulator.payment"
        " (reference, kind, amount, currency, payment_method, original, external_ref,"
        "  standing, reason)"
        " values (%(reference)s, %(kind)s, %(amount)s, %(currency)s, %(payment_method)s,"
        "  %(original)s, %(external_ref)s, %(standing)s, %(reason)s)",
        row,
    )


async def _update(connection: AsyncConnection[DictRow], row: Row) -> None:
    await connection.execute(
        "update simulator.payment set standing = %(standing)s, reason = %(reason)s,"
        " asks = %(asks)s where reference = %(reference)s",
        row,
    )


def _reply(row: Row) -> Reply:
    return Reply(
        standing=Standing(row["standing"]),
        external_ref=row["external_ref"],
        reason=row["reason"],
    )


def _number_of(reference: str) -> str:
    return "pi_" + hashlib.sha256(reference.encode()).hexdigest()[:16]
