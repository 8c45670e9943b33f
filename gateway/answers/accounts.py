"""Owns what is shown of a client's account: what is frozen, why, what releases it, what is owed."""

from typing import Annotated, Any, Self

from pydantic import Field

from daigou.domain.clauses import clause
from daigou.domain.commands import Block, FreezeReason
from daigou.domain.freezes import FREEZES
from daigou.domain.ids import kind_of, workflow_id
from daigou.domain.lifecycle import CLOSURE, FREEZE, TABLES, WITHDRAWAL
from daigou.domain.money import ZERO, total
from daigou.domain.order import Role, State, TableName
from daigou.ledger.account_views import (
    AccountState,
    AccountView,
    ClosureView,
    DebtView,
    FreezeView,
    FreezingView,
    UnfinishedView,
    WithdrawalView,
)
from gateway.wire import Answered, Moment, Sum

_SAYS = {
    AccountState.OPEN: "open",
    AccountState.WINDING_UP: "being closed: nothing new is taken, and what goes on comes to its "
    "end; then the rest is paid out",
    AccountState.CLOSED: "closed",
    AccountState.CANCELLED: "cancelled after long inactivity; what it holds is kept for the client",
}
_WORKFLOW: Any = Field(
    description="Its history in the Temporal UI.", examples=["withdrawal/wdr_2026_0001"]
)


class WithdrawalAnswer(Answered):
    """Money on its way out of a deposit (UA-1-8)."""

    id: Annotated[str, Field(examples=["wdr_2026_0001"])]
    client_id: str
    amount: Sum
    state: State
    says: Annotated[str, Field(description="The state in words.")]
    sequence: int
    next_actor: Role | None
    due_at: Moment | None
    workflow_id: Annotated[str, _WORKFLOW]
    requested_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, withdrawal: WithdrawalView) -> Self:
        """The withdrawal as it travels."""
        return cls(
            id=withdrawal.id,
            client_id=withdrawal.client,
            amount=Sum.of(withdrawal.amount),
            state=withdrawal.state,
            says=WITHDRAWAL.says(withdrawal.state),
            sequence=withdrawal.sequence,
            next_actor=withdrawal.next_actor,
            due_at=withdrawal.next_due_at,
            workflow_id=workflow_id(withdrawal.id),
            requested_at=withdrawal.requested_at,
            ended_at=withdrawal.ended_at,
        )


class WithdrawalPage(Answered):
    """Some withdrawals: those that go on first, the newest first; ask on with `starting_after`."""

    data: tuple[WithdrawalAnswer, ...]
    has_more: bool


class FreezeAnswer(Answered):
    """A freeze that somebody placed on an account."""

    id: Annotated[str, Field(examples=["frz_2026_0001"])]
    client_id: str
    reason: FreezeReason
    clause: str
    clause_says: str
    blocks: Annotated[tuple[Block, ...], Field(description="What it forbids, while in force.")]
    until: Annotated[str, Field(description="What releases it, in words.")]
    placed_by_role: Role
    placed_by: str
    order_id: Annotated[str | None, Field(description="Of a breach: whose contract was broken.")]
    provider_id: Annotated[str | None, Field(description="To whom a broken contract is owed.")]
    logistics_id: Annotated[str | None, Field(description="The same, if that is logistics.")]
    amount: Annotated[Sum | None, Field(description="Of a breach: what is owed.")]
    transferred: Annotated[Sum | None, Field(description="What of it passed on in the end.")]
    inactive_since: Moment | None
    state: State
    says: Annotated[str, Field(description="The state in words.")]
    sequence: int
    next_actor: Role | None
    due_at: Moment | None
    workflow_id: Annotated[str, _WORKFLOW]
    placed_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, freeze: FreezeView) -> Self:
        """The freeze as it travels."""
        return cls(
            id=freeze.id,
            client_id=freeze.client,
            reason=freeze.reason,
            clause=freeze.clause,
            clause_says=clause(freeze.clause).say,
            blocks=freeze.blocks,
            until=FREEZES[freeze.reason].until,
            placed_by_role=freeze.author.role,
            placed_by=freeze.author.party,
            order_id=freeze.order,
            provider_id=freeze.provider,
            logistics_id=freeze.logistics,
            amount=Sum.of(freeze.amount) if freeze.amount else None,
            transferred=Sum.of(freeze.transferred) if freeze.transferred is not None else None,
            inactive_since=freeze.inactive_since,
            state=freeze.state,
            says=FREEZE.says(freeze.state),
            sequence=freeze.sequence,
            next_actor=freeze.next_actor,
            due_at=freeze.next_due_at,
            workflow_id=workflow_id(freeze.id),
            placed_at=freeze.placed_at,
            ended_at=freeze.ended_at,
        )


class FreezePage(Answered):
    """Some freezes that you may see: those that go on first, the newest first; ask on with
    `starting_after`."""

    data: tuple[FreezeAnswer, ...]
    has_more: bool


class ClosureAnswer(Answered):
    """The closing of an account (UA-1-20)."""

    id: Annotated[str, Field(examples=["acl_2026_0001"])]
    client_id: str
    paid_out: Annotated[Sum | None, Field(description="The rest, once it was paid.")]
    state: State
    says: Annotated[str, Field(description="The state in words.")]
    sequence: int
    next_actor: Role | None
    due_at: Moment | None
    workflow_id: Annotated[str, _WORKFLOW]
    requested_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, closure: ClosureView) -> Self:
        """The closing as it travels."""
        return cls(
            id=closure.id,
            client_id=closure.client,
            paid_out=Sum.of(closure.paid_out) if closure.paid_out is not None else None,
            state=closure.state,
            says=CLOSURE.says(closure.state),
            sequence=closure.sequence,
            next_actor=closure.next_actor,
            due_at=closure.next_due_at,
            workflow_id=workflow_id(closure.id),
            requested_at=closure.requested_at,
            ended_at=closure.ended_at,
        )


class DebtAnswer(Answered):
    """What the client owes."""

    account: Annotated[
        str, Field(examples=["charged_back:cbk_2026_0001.dp_77", "receivable:cli_anna"])
    ]
    amount: Sum
    says: Annotated[str, Field(description="What for, in words.")]
    chargeback_id: Annotated[str | None, Field(description="Of which chargeback, if of one.")]
    order_id: str | None
    since: Moment

    @classmethod
    def of(cls, debt: DebtView) -> Self:
        """The debt as it travels."""
        says = (
            f"charged back of {debt.order}"
            if debt.chargeback
            else "what orders cost others beyond what was paid"
        )
        return cls(
            account=debt.account,
            amount=Sum.of(debt.amount),
            says=says,
            chargeback_id=debt.chargeback,
            order_id=debt.order,
            since=debt.since,
        )


class FreezingAnswer(Answered):
    """A freeze in force: what is frozen, why, by whom, and what releases it."""

    reason: FreezeReason
    says: Annotated[str, Field(description="The reason in words.")]
    clause: str
    clause_says: str
    blocks: Annotated[tuple[Block, ...], Field(description="What it forbids.")]
    until: Annotated[str, Field(description="What releases it, in words.")]
    placed_by_role: Role
    placed_by: str
    placed_at: Moment
    note: Annotated[
        str | None,
        Field(description="Free words with it, if they are for you and were not erased."),
    ]
    order_id: Annotated[str | None, Field(description="The order that it is about, if any.")]
    amount: Annotated[Sum | None, Field(description="The sum that it is about, if any.")]
    subject: Annotated[
        str | None,
        Field(
            description="The freeze, chargeback or closing that it ends with.",
            examples=["frz_2026_0001"],
        ),
    ]
    state: Annotated[State | None, Field(description="Where that stands.")]
    state_says: str | None
    next_actor: Role | None
    due_at: Moment | None
    workflow_id: Annotated[str | None, _WORKFLOW]

    @classmethod
    def of(cls, freeze: FreezingView, *, note: str | None) -> Self:
        """The freeze as it travels, with the words that the reader may read."""
        rule, subject = FREEZES[freeze.reason], freeze.subject
        table = TABLES[TableName(kind_of(subject).name)] if subject else None
        return cls(
            reason=freeze.reason,
            says=rule.says,
            clause=freeze.clause,
            clause_says=clause(freeze.clause).say,
            blocks=freeze.blocks,
            until=_until(freeze),
            placed_by_role=freeze.placed_by.role,
            placed_by=freeze.placed_by.party,
            placed_at=freeze.placed_at,
            note=note,
            order_id=freeze.order,
            amount=Sum.of(freeze.amount) if freeze.amount is not None else None,
            subject=subject,
            state=freeze.state,
            state_says=table.says(freeze.state) if table and freeze.state else None,
            next_actor=freeze.next_actor,
            due_at=freeze.next_due_at,
            workflow_id=workflow_id(subject) if subject else None,
        )


class UnfinishedAnswer(Answered):
    """Something of the account that goes on."""

    id: Annotated[str, Field(examples=["ord_2026_0001"])]
    kind: Annotated[str, Field(examples=["order"])]
    state: State
    next_actor: Role | None
    due_at: Moment | None

    @classmethod
    def of(cls, going_on: UnfinishedView) -> Self:
        """It as it travels; an item is of the kind of its order."""
        return cls(
            id=going_on.id,
            kind=kind_of(going_on.id).name,
            state=going_on.state,
            next_actor=going_on.next_actor,
            due_at=going_on.next_due_at,
        )


class AccountAnswer(Answered):
    """A client's account: what is in it, what is owed, what is frozen and why, what goes on."""

    client_id: str
    state: AccountState
    says: Annotated[str, Field(description="The state in words.")]
    balance: Sum
    owed: Annotated[Sum, Field(description="All debts together.")]
    debts: tuple[DebtAnswer, ...]
    blocked: Annotated[
        tuple[Block, ...], Field(description="What the freezes forbid together; empty: nothing.")
    ]
    freezes: Annotated[
        tuple[FreezingAnswer, ...], Field(description="Every one in force, the oldest first.")
    ]
    unfinished: Annotated[
        tuple[UnfinishedAnswer, ...], Field(description="What goes on; the first hundred of it.")
    ]
    unfinished_in_all: int
    closure_id: Annotated[
        str | None, Field(description="Its closing, if it is being closed or is.")
    ]

    @classmethod
    def of(cls, account: AccountView, notes: dict[str, str | None]) -> Self:
        """The account as it travels; `notes` are the words that the reader may read, by their
        references."""
        forbidden = {block for freeze in account.freezes for block in freeze.blocks}
        return cls(
            client_id=account.client,
            state=account.state,
            says=_SAYS[account.state],
            balance=Sum.of(account.balance),
            owed=Sum.of(total([debt.amount for debt in account.debts] or [ZERO])),
            debts=tuple(DebtAnswer.of(debt) for debt in account.debts),
            blocked=tuple(block for block in Block if block in forbidden),
            freezes=tuple(
                FreezingAnswer.of(freeze, note=notes.get(freeze.note_ref))
                for freeze in account.freezes
            ),
            unfinished=tuple(UnfinishedAnswer.of(each) for each in account.unfinished),
            unfinished_in_all=account.unfinished_in_all,
            closure_id=account.closure,
        )


def _until(freeze: FreezingView) -> str:
    if freeze.state == State.CANCELLED:
        return "nothing: the account is cancelled, its balance can be withdrawn"
    if freeze.state == State.CLOSED:
        return "nothing: the account is closed"
    return FREEZES[freeze.reason].until
