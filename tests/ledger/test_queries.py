"""What the reads answer, and that a list never scans."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from daigou.domain import commands
from daigou.domain.book import JournalKind
from daigou.domain.clocks import running
from daigou.domain.ids import OrderId, PartyId, RechargeId, SubjectId
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.money import Money
from daigou.domain.order import Parties, Role, State, Trigger
from daigou.domain.terms import current
from daigou.ledger.queries import LIMIT_MAX, Queries
from tests.ledger.road import (
    ANNA,
    BEN,
    NINGBO,
    NOON,
    SWIFT,
    YIWU,
    Lane,
    Subject,
    World,
    a_price,
    a_purchase,
    a_request,
    pay,
    receive,
    sold_out,
)

PLATFORM: dict[str, Any] = {"roles": [Role.PLATFORM], "party": PartyId("plt_platform")}


def test_order_as_it_stands(world: World, queries: Queries) -> None:
    order = world.accepted()

    view = queries.order(order.id)
    assert view.request == a_request()
    assert view.parties == Parties(client=ANNA, provider=YIWU, storage=NINGBO, logistics=SWIFT)
    assert (view.state, view.sequence, view.next_actor) == (State.ACCEPTED, 2, Role.CLIENT)
    assert (view.placed_at, view.entered_at) == tuple(step.at for step in order.steps)
    assert view.clocks == running(table=FULFILMENT, state=State.ACCEPTED, clocks=order.clocks)
    assert len(view.clocks) < len(order.clocks)


def test_what_there_is_not_is_said_to_be_missing(queries: Queries) -> None:
    with pytest.raises(LookupError):
        queries.order(OrderId("ord_none"))
    with pytest.raises(LookupError):
        queries.recharge(RechargeId("rch_none"))
    with pytest.raises(LookupError):
        queries.deposit(PartyId("cli_none"))
    with pytest.raises(LookupError):
        queries.deposit(YIWU)
    with pytest.raises(LookupError):
        queries.orders(**PLATFORM, limit=5, starting_after=OrderId("ord_none"))
    assert queries.timeline(SubjectId("ord_none")) == ()
    assert queries.journals(SubjectId("ord_none")) == ()
    queries.health()


# ---- who acts next, and by when ----------------------------------------------------------------


def waits(queries: Queries, order: Subject) -> tuple[datetime | None, Role | None]:
    view = queries.order(order.id)
    return view.next_due_at, view.next_actor


def due(lane: Lane) -> datetime:
    """When the next clock of an order's or an item's strikes."""
    return running(table=lane.table, state=lane.state, clocks=lane.clocks)[0].due


def test_order_waits_for_the_soonest_of_itself_and_its_items(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    assert waits(queries, order) == (due(order.main), Role.PROVIDER)
    order.pull(Trigger.ASK_QUESTION, commands.Message(note_ref="txt_0001"))
    question = order.items[f"{order.id}/5"]
    assert due(question) < due(order.main)
    assert waits(queries, order) == (due(question), Role.PROVIDER)

    order.pull(Trigger.ESCALATE, item=question.item)
    assert waits(queries, order) == (due(order.main), Role.PROVIDER)

    order.pull(Trigger.ANSWER_QUESTION, commands.Message(note_ref="txt_0002"), item=question.item)
    assert waits(queries, order) == (due(order.main), Role.PROVIDER)


def test_order_whose_goods_are_at_the_storage_waits_for_its_parcels(
    world: World, queries: Queries
) -> None:
    order = world.purchased()
    first, second = (order.items[receive(order, quantity)] for quantity in (100, 200))

    assert queries.order(order.id).clocks == ()
    assert waits(queries, order) == (due(first), Role.LOGISTICS)

    order.pull(Trigger.END_DUTY, item=first.item)
    assert due(second) < due(first)
    assert waits(queries, order) == (due(second), Role.LOGISTICS)
    objection = commands.Objection(reason=commands.ObjectionReason.DAMAGED)
    order.pull(Trigger.OBJECT_TO_GOODS, objection, item=second.item)
    assert waits(queries, order) == (due(second), Role.PROVIDER)


def test_step_of_the_order_itself_leaves_its_items_in_sight(world: World, queries: Queries) -> None:
    order = world.order()
    order.pull(Trigger.REQUIRE, commands.Require(note_ref="txt_0001"), at=NOON)
    requirement = order.items[f"{order.id}/2"]
    order.at = NOON + timedelta(hours=2)
    order.pull(Trigger.ACCEPT, commands.Accept())

    assert due(requirement) < due(order.main)
    assert waits(queries, order) == (due(requirement), Role.PROVIDER)
    assert ids(
        queries.orders(**PLATFORM, limit=5, due_before=due(requirement) + timedelta(seconds=1))
    ) == [order.id]


def test_refund_of_an_order_that_goes_on_is_waited_for(world: World, queries: Queries) -> None:
    order = world.effective()
    (refund,) = order.pull(Trigger.REPORT_PRICE, a_price(order, 100_000)).refunds
    order.at += timedelta(days=1, hours=1)
    order.pull(Trigger.PURCHASE, commands.Purchase())
    order.at += timedelta(days=1, hours=20)
    order.pull(Trigger.RECORD_PURCHASE, a_purchase(goods=Money(100_000)))

    view = queries.order(order.id)
    (item,) = view.items
    assert item.item == refund
    assert (view.next_due_at, view.next_actor) == (item.clocks[0].due, Role.PAYMENT_INSTITUTION)


@pytest.mark.parametrize("scale", [1, 60, 86_400])
def test_refunds_first_clock_is_there_at_once_in_the_time_of_its_order(
    world: World, queries: Queries, scale: int
) -> None:
    order = world.effective(scale=scale)
    sold_out(order)

    (item,) = queries.order(order.id).items
    wait = current().duration("refund_outcome", scale=scale)
    assert [(clock.term, clock.due) for clock in item.clocks] == [
        ("refund_outcome", order.at + wait)
    ]
    assert (item.next_actor, item.opened_at) == (Role.PAYMENT_INSTITUTION, order.at)


def test_ended_order_waits_for_nothing_but_its_refund_does(world: World, queries: Queries) -> None:
    order = world.effective()
    order.pull(Trigger.ASK_QUESTION, commands.Message(note_ref="txt_0001"))
    (refund,) = sold_out(order).refunds

    view = queries.order(order.id)
    assert (view.next_due_at, view.next_actor) == (None, None)
    left = {item.item: (len(item.clocks), item.next_actor) for item in view.items}
    assert left == {
        # Nobody answers it any more: its clock stopped with the order.
        f"{order.id}/5": (0, None),
        refund: (1, Role.PAYMENT_INSTITUTION),
    }


def test_timeline_tells_who_did_what_by_which_clause(world: World, queries: Queries) -> None:
    order = world.accepted()
    order.pull(Trigger.WITHDRAW, commands.Withdraw(note_ref="txt_0001"))

    last = queries.timeline(order.id)[-1]
    assert (last.trigger, last.source, last.target, last.clause) == (
        Trigger.WITHDRAW,
        State.ACCEPTED,
        State.WITHDRAWN,
        "PSR-2-2",
    )
    assert last.facts == {"note_ref": "txt_0001"}
    assert last.notices == ("order.withdrawn",)
    assert queries.timeline(order.id)[1].notices == ("order.accepted", "order.payment_due")
    assert last.recorded_at - last.at == timedelta(seconds=1)


def test_notices_go_to_the_parties_of_the_order(world: World, sql: psycopg.Connection[Any]) -> None:
    order = world.effective()
    order.pull(Trigger.ESCALATE)

    told = sql.execute(
        "SELECT event, recipient_role, recipient_party, sent_at FROM notice"
        " WHERE subject = %s AND sequence = 5 ORDER BY number",
        (order.id,),
    ).fetchall()
    assert told == [
        ("order.purchase_overdue", "provider", "prv_yiwu", None),
        ("order.purchase_overdue", "platform", "plt_platform", None),
    ]


def test_journals_of_an_order_with_their_legs(world: World, queries: Queries) -> None:
    order = world.effective(from_deposit=1_000)

    reserved, payment = queries.journals(order.id)
    assert (reserved.kind, reserved.sequence, reserved.clause) == (
        JournalKind.PAYMENT_RESERVED,
        3,
        "UA-1-8",
    )
    assert [(leg.account, leg.amount.amount, leg.balance.amount) for leg in payment.legs] == [
        (f"payment_reserved:{order.id}", 1_000, 0),
        ("payment_institution", 122_123, 123_123),
        (f"escrow:{order.id}", -123_000, -123_000),
        (f"fee_held:{order.id}", -123, -123),
    ]


def test_movements_with_their_outcomes(world: World, queries: Queries) -> None:
    order = world.accepted()
    pay(order)
    order.answer(Trigger.DECLINE_PAYMENT, reason="no cover")
    pay(order)

    declined, sent = queries.movements(order.id)
    assert (declined.state, declined.reason, declined.settled_at) == (
        "failed",
        "no cover",
        order.steps[3].at,
    )
    assert (sent.state, sent.settled_at, sent.amount) == ("sent", None, Money(123_123))


def test_deposit_and_its_statement(world: World, queries: Queries) -> None:
    assert queries.deposit(ANNA).balance == Money(0)
    world.recharged(200_000)
    order = world.accepted()
    pay(order, from_deposit=123_123)

    assert queries.deposit(ANNA).balance == Money(76_877)
    newest, oldest = queries.deposit_entries(ANNA, limit=10)
    assert (newest.number, newest.kind, newest.subject) == (2, JournalKind.PAYMENT, order.id)
    assert (newest.change, newest.balance) == (Money(-123_123), Money(76_877))
    assert (oldest.change, oldest.balance) == (Money(200_000), Money(200_000))
    assert queries.deposit_entries(ANNA, limit=1) == (newest,)
    assert queries.deposit_entries(ANNA, limit=1, starting_after=2) == (oldest,)
    assert queries.deposit_entries(BEN, limit=10) == ()


def test_recharge_as_it_stands(world: World, queries: Queries) -> None:
    recharge = world.recharge(5_000)

    view = queries.recharge(recharge.id)
    assert (view.client, view.amount, view.state, view.ended_at) == (
        ANNA,
        Money(5_000),
        State.DUE,
        None,
    )
    assert [clock.term for clock in view.clocks] == ["payment_outcome"]


# ---- lists -------------------------------------------------------------------------------------


@pytest.fixture
def ten(world: World) -> list[Subject]:
    """Ten orders, two at each moment: Anna's accepted, Ben's requested."""
    orders = []
    for pair in range(5):
        for client in (ANNA, BEN):
            order = world.subject()
            order.at = NOON + timedelta(hours=pair)
            order.pull(Trigger.REQUEST, a_request(client=client), target=State.REQUESTED)
            if client == ANNA:
                order.pull(Trigger.ACCEPT, commands.Accept())
            orders.append(order)
    return orders


def ids(views: Any) -> list[str]:
    return [view.id for view in views]


def test_pages_follow_each_other_newest_first(ten: list[Subject], queries: Queries) -> None:
    pages: list[str] = []
    last = None
    while page := queries.orders(**PLATFORM, limit=3, starting_after=last):
        assert len(page) <= 3
        pages += ids(page)
        last = page[-1].id

    assert pages == [order.id for order in reversed(ten)]


def test_filters_narrow_the_list(ten: list[Subject], queries: Queries) -> None:
    annas = [order.id for order in reversed(ten) if order.state == State.ACCEPTED]

    assert ids(queries.orders(**PLATFORM, limit=50, state=State.ACCEPTED)) == annas
    assert ids(queries.orders(**PLATFORM, limit=50, client=ANNA)) == annas
    assert ids(queries.orders(**PLATFORM, limit=50, client=BEN, state=State.ACCEPTED)) == []
    assert len(queries.orders(**PLATFORM, limit=50, provider=YIWU)) == 10
    dues = queries.order(ten[1].id).clocks[0].due
    assert ids(queries.orders(**PLATFORM, limit=50, due_before=dues)) == []
    assert len(queries.orders(**PLATFORM, limit=50, due_before=dues + timedelta(seconds=1))) == 1


@pytest.mark.clause("OP-7-5-4")
def test_no_order_of_another_party_is_listed(ten: list[Subject], queries: Queries) -> None:
    def seen(role: Role, party: PartyId) -> int:
        return len(queries.orders(roles=[role], party=party, limit=50))

    assert seen(Role.CLIENT, ANNA) == 5
    assert seen(Role.CLIENT, BEN) == 5
    assert seen(Role.PROVIDER, YIWU) == 10
    assert seen(Role.LOGISTICS, SWIFT) == 10
    assert seen(Role.STORAGE, NINGBO) == 10
    assert seen(Role.PROVIDER, ANNA) == 0
    assert seen(Role.PROMOTER, PartyId("pro_none")) == 0
    assert seen(Role.SUPPORT, PartyId("plt_platform")) == 10
    assert queries.orders(roles=[], party=ANNA, limit=50) == ()


def test_no_list_is_longer_than_the_bound(world: World, queries: Queries, engine: Engine) -> None:
    asked: list[Any] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[3]))

    queries.orders(**PLATFORM, limit=10**9)

    assert LIMIT_MAX in asked[0].values()


@pytest.mark.parametrize(
    "where",
    [
        "TRUE",
        "(placed_at, id) < ('2026-11-22', 'ord_0500')",
        "client = 'cli_anna'",
        "provider = 'prv_yiwu'",
        "storage = 'sto_ningbo'",
        "logistics = 'log_swift'",
        "state = 'accepted'",
        "next_due_at < '2020-01-01'",
    ],
)
def test_list_of_orders_never_scans(world: World, sql: psycopg.Connection[Any], where: str) -> None:
    world.order()
    _multiply_orders(sql)

    plan = sql.execute(
        f"EXPLAIN SELECT * FROM purchase_order WHERE {where}"
        " ORDER BY placed_at DESC, id DESC LIMIT 50"
    ).fetchall()

    assert not any("Seq Scan" in line for (line,) in plan), plan


def _multiply_orders(sql: psycopg.Connection[Any]) -> None:
    """Two thousand copies of the one order, behind the guards' backs."""
    sql.execute("SET session_replication_role = replica")
    columns = [
        column
        for (column,) in sql.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'purchase_order'::regclass"
            " AND attnum > 0 AND NOT attisdropped"
            " AND attname NOT IN ('id', 'placed_at', 'client', 'state')"
        ).fetchall()
    ]
    names = ", ".join(columns)
    sql.execute(
        f"INSERT INTO purchase_order (id, placed_at, client, state, {names})"
        " SELECT 'ord_' || lpad(n::text, 5, '0'), placed_at + n * interval '1 minute',"
        " 'cli_' || n % 100, CASE n % 20 WHEN 0 THEN 'accepted' ELSE 'closed' END,"
        f" {names} FROM purchase_order, generate_series(2, 2001) AS n"
    )
    sql.execute("ANALYZE purchase_order")
