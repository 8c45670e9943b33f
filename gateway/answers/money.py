"""Owns what is shown of money: an order's statement, a client's deposit, a recharge."""

from typing import Annotated, Self

from pydantic import Field

from daigou.domain.book import JournalKind, MovementKind, MovementState
from daigou.domain.order import State
from daigou.ledger.subject_views import SubjectView
from daigou.ledger.views import DepositView, EntryView, JournalView, MovementView, RechargeView
from gateway.answers.facts import FeeAnswer, LineAnswer
from gateway.answers.items import RefundAnswer
from gateway.wire import Answered, Moment, Sum


class LegAnswer(Answered):
    """One entry: a debit if positive; the account's balance after it."""

    account: Annotated[str, Field(examples=["escrow:ord_2026_0001"])]
    amount: Sum
    balance: Sum


class JournalAnswer(Answered):
    """Entries that belong together and sum to zero."""

    sequence: Annotated[int, Field(description="The transition that it belongs to.")]
    kind: JournalKind
    clause: str
    at: Moment
    legs: tuple[LegAnswer, ...]

    @classmethod
    def of(cls, journal: JournalView) -> Self:
        """The journal as it travels."""
        return cls(
            sequence=journal.sequence,
            kind=journal.kind,
            clause=journal.clause,
            at=journal.at,
            legs=tuple(
                LegAnswer(
                    account=leg.account, amount=Sum.of(leg.amount), balance=Sum.of(leg.balance)
                )
                for leg in journal.legs
            ),
        )


class MovementAnswer(Answered):
    """Money that moved outside, or is to, by our reference for it."""

    reference: Annotated[str, Field(examples=["ord_2026_0001/3"])]
    kind: MovementKind
    amount: Sum
    state: MovementState
    external_ref: str | None
    reason: str | None
    sent_at: Moment
    settled_at: Moment | None

    @classmethod
    def of(cls, movement: MovementView) -> Self:
        """The movement as it travels."""
        return cls(
            reference=movement.reference,
            kind=movement.kind,
            amount=Sum.of(movement.amount),
            state=movement.state,
            external_ref=movement.external_ref or None,
            reason=movement.reason or None,
            sent_at=movement.sent_at,
            settled_at=movement.settled_at,
        )


class StatementAnswer(Answered):
    """The order's money: what is charged and by whom, what was paid, every entry behind it."""

    id: str
    lines: tuple[LineAnswer, ...]
    fee: FeeAnswer | None
    amount: Sum | None
    collected: Sum
    refunded: Sum
    fee_earned: Sum
    refunds: tuple[RefundAnswer, ...]
    journals: tuple[JournalAnswer, ...]
    movements: tuple[MovementAnswer, ...]


class SubjectStatementAnswer(Answered):
    """The money of a subject: every entry behind it, and what of it moved outside."""

    id: str
    journals: tuple[JournalAnswer, ...]
    movements: tuple[MovementAnswer, ...]

    @classmethod
    def of(
        cls,
        subject: SubjectView,
        journals: tuple[JournalView, ...],
        movements: tuple[MovementView, ...],
    ) -> Self:
        """The subject's money as it travels."""
        return cls(
            id=subject.id,
            journals=tuple(JournalAnswer.of(each) for each in journals),
            movements=tuple(MovementAnswer.of(each) for each in movements),
        )


class DepositAnswer(Answered):
    """A client's deposit."""

    client_id: str
    balance: Sum
    frozen_for: Annotated[tuple[str, ...], Field(description="Why it is frozen; empty if not.")]

    @classmethod
    def of(cls, deposit: DepositView) -> Self:
        """The deposit as it travels."""
        return cls(
            client_id=deposit.client,
            balance=Sum.of(deposit.balance),
            frozen_for=deposit.frozen_for,
        )


class EntryAnswer(Answered):
    """One line of a deposit's statement, from the client's side."""

    number: int
    kind: JournalKind
    clause: str
    subject: Annotated[str, Field(description="The order, recharge or claim that it belongs to.")]
    change: Sum
    balance: Sum
    at: Moment

    @classmethod
    def of(cls, entry: EntryView) -> Self:
        """The entry as it travels."""
        return cls(
            number=entry.number,
            kind=entry.kind,
            clause=entry.clause,
            subject=entry.subject,
            change=Sum.of(entry.change),
            balance=Sum.of(entry.balance),
            at=entry.at,
        )


class EntryPage(Answered):
    """Some entries; ask on with `starting_after` the last one's number."""

    data: tuple[EntryAnswer, ...]
    has_more: bool


class RechargeAnswer(Answered):
    """A recharge of a deposit."""

    id: str
    client_id: str
    amount: Sum
    state: State
    sequence: int
    due_at: Moment | None
    requested_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, recharge: RechargeView) -> Self:
        """The recharge as it travels."""
        return cls(
            id=recharge.id,
            client_id=recharge.client,
            amount=Sum.of(recharge.amount),
            state=recharge.state,
            sequence=recharge.sequence,
            due_at=recharge.next_due_at,
            requested_at=recharge.requested_at,
            ended_at=recharge.ended_at,
        )
