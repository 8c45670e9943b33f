"""Owns how rows become views."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from itertools import groupby

from daigou.domain.book import JournalKind, MovementState
from daigou.domain.commands import Basis
from daigou.domain.ids import AppKey, ClaimId, OrderId, PartyId, RechargeId, SubjectId
from daigou.domain.lifecycle import TABLES
from daigou.domain.money import Money
from daigou.domain.order import Actor, Role, State, TableName, Trigger
from daigou.domain.postings.checkout import COMPUTED
from daigou.ledger.account_reading import chargeback_view
from daigou.ledger.claim_writer import claimed_in, losses_in
from daigou.ledger.rows import (
    Row,
    facts_in,
    fee_of,
    line_of,
    moment_in,
    moment_of,
    movement_of,
    parties_of,
    request_of,
    running_clocks,
)
from daigou.ledger.side_reading import tip_view
from daigou.ledger.views import (
    ClaimView,
    EntryView,
    ItemView,
    JournalView,
    LegView,
    MovementView,
    OrderView,
    RechargeView,
    TransitionView,
)


def order_view(order: Row) -> OrderView:
    """An order from its row, which has its request, lines and items as JSON.

    The lines that follow from the seller's price stand first, however often it changed.
    """
    state, lines = State(order["state"]), order["lines"]
    return OrderView(
        id=OrderId(order["id"]),
        state=state,
        sequence=order["sequence"],
        parties=parties_of(order),
        request=request_of(order, order["request"]),
        terms_version=order["terms_version"],
        clocks=running_clocks(table=TableName.FULFILMENT, state=state, json=order["clocks"]),
        next_actor=None if order["next_actor"] is None else Role(order["next_actor"]),
        lines=tuple(sorted(map(line_of, lines), key=lambda line: line.code not in COMPUTED)),
        fee=fee_of(lines),
        amount=None if order["amount"] is None else Money(order["amount"]),
        collected=Money(order["collected"]),
        refunded=Money(order["refunded"]),
        fee_earned=Money(order["fee_earned"]),
        items=tuple(
            item_view(item, order_ended=order["ended_at"] is not None) for item in order["items"]
        ),
        facts=facts_in(order["facts"]),
        brokerage_rate=None
        if order["brokerage_numerator"] is None
        else Fraction(order["brokerage_numerator"], order["brokerage_denominator"]),
        next_due_at=order["next_due_at"],
        placed_at=order["placed_at"],
        entered_at=order["entered_at"],
        ended_at=order["ended_at"],
        claims=tuple(claim_view(claim) for claim in order["claims"]),
        chargebacks=tuple(chargeback_view(each) for each in order["chargebacks"]),
        tips=tuple(tip_view(tip) for tip in order["tips"]),
    )


def item_view(row: Row, *, order_ended: bool) -> ItemView:
    """An item from its row, with the command that opened it and a refund's amount.

    No clock of an item runs once its order ended, unless it outlives the order.
    """
    table, state = TableName(row["axis"]), State(row["state"])
    over = order_ended and not TABLES[table].outlives
    opening = row["opening"] if row["opened_by_itself"] else None
    return ItemView(
        item=row["item"],
        table=table,
        state=state,
        clocks=() if over else running_clocks(table=table, state=state, json=row["clocks"]),
        next_actor=None if over or row["next_actor"] is None else Role(row["next_actor"]),
        opening={name: value for name, value in (opening or {}).items() if name != "kind"},
        amount=None if row["amount"] is None else Money(row["amount"]),
        opened_at=datetime.fromisoformat(row["opened_at"]),
        ended_at=moment_of(row["ended_at"]),
    )


def claim_view(row: Row) -> ClaimView:
    """A claim from its row, whether of a query or of JSON."""
    state = State(row["state"])
    return ClaimView(
        id=ClaimId(row["id"]),
        order=OrderId(row["order_id"]),
        client=PartyId(row["client"]),
        provider=PartyId(row["provider"]),
        logistics=None if row["logistics"] is None else PartyId(row["logistics"]),
        basis=Basis(row["basis"]),
        losses=losses_in(row["losses"]),
        evidence=tuple(row["evidence"]),
        claimed=claimed_in(row),
        external_ref=row["external_ref"],
        state=state,
        sequence=row["sequence"],
        terms_version=row["terms_version"],
        clocks=running_clocks(table=TableName.CLAIM, state=state, json=row["clocks"]),
        next_actor=None if row["next_actor"] is None else Role(row["next_actor"]),
        made_at=moment_in(row["made_at"]),
        ended_at=moment_of(row["ended_at"]),
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
