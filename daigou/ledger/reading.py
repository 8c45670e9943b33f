"""Owns how rows become views."""

from collections.abc import Sequence
from itertools import groupby

from daigou.domain.book import JournalKind, MovementState
from daigou.domain.ids import AppKey, MovementRef, OrderId, PartyId, RechargeId, SubjectId
from daigou.domain.money import Money
from daigou.domain.order import Actor, Role, State, TableName, Trigger
from daigou.ledger.rows import (
    Row,
    fee_of,
    line_of,
    movement_of,
    parties_of,
    request_of,
    running_clocks,
)
from daigou.ledger.views import (
    EntryView,
    JournalView,
    LegView,
    MovementView,
    OrderView,
    RechargeView,
    RefundView,
    TransitionView,
)


def order_view(
    *, order: Row, request: Row, lines: Sequence[Row], refunds: Sequence[Row]
) -> OrderView:
    """An order from its rows, the lines and refunds in their order."""
    state = State(order["state"])
    return OrderView(
        id=OrderId(order["id"]),
        state=state,
        sequence=order["sequence"],
        parties=parties_of(order),
        request=request_of(order, request),
        terms_version=order["terms_version"],
        clocks=running_clocks(table=TableName.FULFILMENT, state=state, json=order["clocks"]),
        next_actor=None if order["next_actor"] is None else Role(order["next_actor"]),
        lines=tuple(line_of(line) for line in lines),
        fee=fee_of(lines),
        amount=None if order["amount"] is None else Money(order["amount"]),
        collected=Money(order["collected"]),
        refunded=Money(order["refunded"]),
        fee_earned=Money(order["fee_earned"]),
        refunds=tuple(
            RefundView(
                item=MovementRef(refund["item"]),
                state=State(refund["state"]),
                amount=Money(refund["amount"]),
            )
            for refund in refunds
        ),
        placed_at=order["placed_at"],
        entered_at=order["entered_at"],
        ended_at=order["ended_at"],
    )


def recharge_view(row: Row) -> RechargeView:
    """A recharge from its row."""
    state = State(row["state"])
    return RechargeView(
        id=RechargeId(row["id"]),
        client=PartyId(row["client"]),
        amount=Money(row["amount"]),
        state=state,
        sequence=row["sequence"],
        clocks=running_clocks(table=TableName.RECHARGE, state=state, json=row["clocks"]),
        requested_at=row["requested_at"],
        ended_at=row["ended_at"],
    )


def transition_view(row: Row) -> TransitionView:
    """A line of the timeline; its facts are the command, but for the name of its kind."""
    return TransitionView(
        subject=SubjectId(row["subject"]),
        sequence=row["sequence"],
        table=TableName(row["axis"]),
        item=row["item"],
        trigger=Trigger(row["trigger"]),
        source=State(row["source"]),
        target=State(row["target"]),
        actor=Actor(
            role=Role(row["actor_role"]),
            party=PartyId(row["actor_party"]),
            app=None if row["actor_app"] is None else AppKey(row["actor_app"]),
        ),
        clause=row["clause"],
        facts={name: value for name, value in row["command"].items() if name != "kind"},
        at=row["at"],
        recorded_at=row["recorded_at"],
        notices=tuple(row["notices"] or ()),
    )


def journal_views(rows: Sequence[Row]) -> tuple[JournalView, ...]:
    """Journals from one row a leg, in the order of journals and legs."""
    grouped = groupby(rows, key=lambda row: (row["sequence"], row["journal_no"]))
    return tuple(_journal(list(legs)) for _, legs in grouped)


def movement_view(row: Row) -> MovementView:
    """A movement outside from its row."""
    intent = movement_of(row)
    return MovementView(
        reference=intent.reference,
        kind=intent.kind,
        amount=intent.amount,
        state=MovementState(row["state"]),
        external_ref=row["external_ref"],
        reason=row["reason"],
        sent_at=row["sent_at"],
        settled_at=row["settled_at"],
    )


def entry_view(row: Row) -> EntryView:
    """A line of a statement, from the side of the account's holder."""
    return EntryView(
        number=row["entry_no"],
        kind=JournalKind(row["kind"]),
        clause=row["clause"],
        subject=SubjectId(row["subject"]),
        change=-Money(row["amount"]),
        balance=-Money(row["balance"]),
        at=row["at"],
    )


def _journal(legs: list[Row]) -> JournalView:
    first = legs[0]
    return JournalView(
        subject=SubjectId(first["subject"]),
        sequence=first["sequence"],
        kind=JournalKind(first["kind"]),
        clause=first["clause"],
        at=first["at"],
        legs=tuple(
            LegView(
                account=leg["account"],
                amount=Money(leg["amount"]),
                balance=Money(leg["balance"]),
            )
            for leg in legs
        ),
    )
