"""Owns how the rows of what an account goes through become views."""

from typing import Any

from daigou.domain.book import JournalKind
from daigou.domain.commands import Block, FreezeReason
from daigou.domain.ids import (
    ChargebackId,
    ClosureId,
    FreezeId,
    MovementRef,
    OrderId,
    PartyId,
    SubjectId,
    WithdrawalId,
)
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Actor, Role, State, TableName
from daigou.ledger.account_views import (
    AccountState,
    AccountView,
    BundleView,
    ChargebackView,
    ClosureView,
    DebtView,
    FreezeView,
    FreezingView,
    PaymentView,
    UnfinishedView,
    WithdrawalView,
)
from daigou.ledger.chargeback_writer import charged_back_in
from daigou.ledger.rows import Row, facts_in, moment_in, moment_of, running_clocks


def withdrawal_view(row: Row) -> WithdrawalView:
    """A withdrawal from its row."""
    return WithdrawalView(
        id=WithdrawalId(row["id"]),
        client=PartyId(row["client"]),
        amount=Money(row["amount"]),
        requested_at=row["requested_at"],
        **_standing(TableName.WITHDRAWAL, row),
    )


def freeze_view(row: Row) -> FreezeView:
    """A freeze from its row."""
    return FreezeView(
        id=FreezeId(row["id"]),
        client=PartyId(row["client"]),
        reason=FreezeReason(row["reason"]),
        clause=row["clause"],
        blocks=_blocks(row),
        author=Actor(role=Role(row["author_role"]), party=PartyId(row["author"])),
        order=_order(row),
        provider=_party(row["provider"]),
        logistics=_party(row["logistics"]),
        amount=Money(row["amount"]),
        transferred=_sum(row["transferred"]),
        report=row["report"],
        inactive_since=moment_of(row["inactive_since"]),
        placed_at=row["placed_at"],
        **_standing(TableName.FREEZE, row),
    )


def closure_view(row: Row) -> ClosureView:
    """The closing of an account from its row."""
    return ClosureView(
        id=ClosureId(row["id"]),
        client=PartyId(row["client"]),
        payment_method=row["payment_method"],
        paid_out=_sum(row["paid_out"]),
        requested_at=row["requested_at"],
        **_standing(TableName.CLOSURE, row),
    )


def chargeback_view(row: Row) -> ChargebackView:
    """A chargeback from its row, whether of a query or of JSON, with what is owed of it."""
    return ChargebackView(
        id=ChargebackId(row["id"]),
        order=OrderId(row["order_id"]),
        client=PartyId(row["client"]),
        provider=PartyId(row["provider"]),
        storage=PartyId(row["storage"]),
        logistics=_party(row["logistics"]),
        institution=_party(row["institution"]),
        dispute=row["dispute"],
        payment=MovementRef(row["payment"]),
        charged_back=charged_back_in(row),
        owed=Money(row["owed"]),
        returned=Money(row["returned"]),
        settled={
            JournalKind(kind): Money(amount) for kind, amount in (row["settled"] or {}).items()
        },
        given_back=Money(row["given_back"]),
        sold=facts_in({"sold": row["sold"]}).sold,
        reported_at=moment_in(row["reported_at"]),
        **_standing(TableName.CHARGEBACK, row),
    )


def account_view(row: Row) -> AccountView:
    """An account from the one row of its query."""
    closing = row["closing"] or {}
    return AccountView(
        client=PartyId(row["client"]),
        state=_account_state(closing.get("state"), cancelled=row["cancelled"]),
        balance=ZERO - Money(row["owed"]),
        debts=tuple(_debt(each) for each in row["debts"]),
        freezes=tuple(_freezing(each) for each in row["freezes"]),
        unfinished=tuple(_unfinished(each) for each in row["unfinished"]),
        unfinished_in_all=row["unfinished_in_all"],
        closure=ClosureId(closing["id"]) if closing else None,
    )


def payment_view(row: Row) -> PaymentView:
    """A captured payment from its row."""
    return PaymentView(
        reference=MovementRef(row["reference"]),
        order=OrderId(row["subject"]),
        amount=Money(row["amount"]),
        refunded=Money(row["refunded"]),
        disputed=Money(row["disputed"]),
    )


def bundle_view(row: Row) -> BundleView:
    """A bundle of evidence from its row."""
    return BundleView(
        chargeback=ChargebackId(row["chargeback"]),
        digest=row["digest"],
        content=row["content"],
        words=row["words"],
        staged_at=row["staged_at"],
        staged_by=PartyId(row["staged_by"]),
        erased_at=row["erased_at"],
    )


def _standing(table: TableName, row: Row) -> dict[str, Any]:
    """What every kind says of where it stands."""
    state = State(row["state"])
    return {
        "state": state,
        "sequence": row["sequence"],
        "terms_version": row["terms_version"],
        "clocks": running_clocks(table=table, state=state, json=row["clocks"]),
        "next_actor": _role(row["next_actor"]),
        "ended_at": moment_of(row["ended_at"]),
    }


def _account_state(closing: str | None, *, cancelled: bool) -> AccountState:
    if closing == State.CLOSED:
        return AccountState.CLOSED
    if closing is not None:
        return AccountState.WINDING_UP
    return AccountState.CANCELLED if cancelled else AccountState.OPEN


def _debt(row: Row) -> DebtView:
    return DebtView(
        account=row["account"],
        amount=Money(row["amount"]),
        chargeback=None if row["chargeback"] is None else ChargebackId(row["chargeback"]),
        order=_order(row),
        since=moment_in(row["at"]),
    )


def _freezing(row: Row) -> FreezingView:
    return FreezingView(
        reason=FreezeReason(row["reason"]),
        clause=row["clause"],
        blocks=_blocks(row),
        placed_at=moment_in(row["placed_at"]),
        placed_by=Actor(
            role=Role(row["actor_role"] or Role.PLATFORM), party=PartyId(row["author"])
        ),
        subject=None if row["subject"] is None else SubjectId(row["subject"]),
        note_ref=row["note_ref"] or "",
        order=_order(row),
        amount=_sum(row["amount"] or None),
        state=None if row["state"] is None else State(row["state"]),
        next_actor=_role(row["next_actor"]),
        next_due_at=moment_of(row["next_due_at"]),
    )


def _unfinished(row: Row) -> UnfinishedView:
    return UnfinishedView(
        id=row["id"],
        state=State(row["state"]),
        next_actor=_role(row["next_actor"]),
        next_due_at=moment_of(row["next_due_at"]),
    )


def _blocks(row: Row) -> tuple[Block, ...]:
    return tuple(block for block in Block if block in row["blocks"])


def _order(row: Row) -> OrderId | None:
    return None if row["order_id"] is None else OrderId(row["order_id"])


def _party(value: str | None) -> PartyId | None:
    return None if value is None else PartyId(value)


def _role(value: str | None) -> Role | None:
    return None if value is None else Role(value)


def _sum(value: int | None) -> Money | None:
    return None if value is None else Money(value)
