"""The one door: a step is written once, whole or not at all, whatever happens around it."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from daigou.domain import commands
from daigou.domain.book import MovementKind, MovementState
from daigou.domain.commands import Block
from daigou.domain.ids import MovementRef, SubjectId
from daigou.domain.money import Money
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.steps import Recorded
from daigou.ledger.audit import audit
from daigou.ledger.books import PostgresBooks
from daigou.ledger.queries import Queries
from daigou.ports.books import BooksUnavailableError, StepConflictError, ToBuy
from tests.ledger.account_road import freeze
from tests.ledger.killing import kill_the_waiting
from tests.ledger.road import (
    ANNA,
    BEN,
    NINGBO,
    NINGBO_ADDRESS,
    STRANGER,
    YIWU,
    World,
    a_price,
    a_request,
    pay,
    sold_out,
    third_party_line,
)


def test_step_that_was_written_is_found_again(
    world: World, books: PostgresBooks, queries: Queries
) -> None:
    order = world.effective(from_deposit=123_123)
    again = replace(order.steps[-1], recorded_at=order.at + timedelta(hours=1))

    assert books.commit((again,)) == (order.last,)
    assert len(queries.journals(order.id)) == 1
    assert len(queries.timeline(order.id)) == 3


def test_every_earlier_step_is_found_after_later_ones(world: World, books: PostgresBooks) -> None:
    order = world.purchased(from_deposit=20_000)

    found = [books.commit((step,)) for step in order.steps]
    assert [committed.sequence for (committed,) in found] == [1, 2, 3, 4, 5, 6]


def test_step_that_was_written_keeps_its_first_moment(world: World, books: PostgresBooks) -> None:
    order = world.accepted()
    later = replace(order.steps[-1], at=order.at + timedelta(hours=1), clocks=())

    (committed,) = books.commit((later,))
    assert committed == order.last
    assert committed.at == order.at


def test_same_command_with_other_content_is_an_alarm(world: World, books: PostgresBooks) -> None:
    order = world.accepted()
    other = replace(order.steps[1], command=commands.Accept(lines=(third_party_line(),)))

    with pytest.raises(StepConflictError, match="holds the command otherwise"):
        books.commit((other,))


def test_other_step_that_holds_the_place_stands_and_is_told(
    world: World, books: PostgresBooks, queries: Queries
) -> None:
    order = world.accepted()
    lost = order.step(Trigger.WITHDRAW, commands.Withdraw(), command_id="lost")
    pay(order)

    (committed,) = books.commit((lost,))

    stands = order.steps[-1]
    assert order.last is not None
    assert replace(committed, instead=None) == order.last
    assert committed.instead == Recorded(
        table=stands.table,
        item="",
        trigger=Trigger.PAY,
        source=State.ACCEPTED,
        target=State.PAYING,
        command_id=stands.command_id,
        command=stands.command,
        variant=1,
    )
    assert len(queries.timeline(order.id)) == 3


def test_same_command_under_another_sequence_is_an_alarm(
    world: World, books: PostgresBooks
) -> None:
    order = world.accepted()
    again = order.step(Trigger.WITHDRAW, command_id=order.steps[1].command_id)

    with pytest.raises(StepConflictError, match="was written as step 2"):
        books.commit((again,))


def test_step_that_leaves_a_gap_is_an_alarm(world: World, books: PostgresBooks) -> None:
    order = world.accepted()

    with pytest.raises(StepConflictError, match="does not follow"):
        books.commit((order.step(Trigger.WITHDRAW, sequence=9),))


def test_step_from_another_state_is_an_alarm(world: World, books: PostgresBooks) -> None:
    order = world.accepted()
    astray = order.step(Trigger.WITHDRAW, source=State.REQUESTED)

    with pytest.raises(StepConflictError, match="begins at requested"):
        books.commit((astray,))


def test_step_that_no_row_allows_is_an_alarm(world: World, books: PostgresBooks) -> None:
    order = world.accepted()

    with pytest.raises(StepConflictError, match="has no row"):
        books.commit((replace(order.step(Trigger.WITHDRAW), trigger=Trigger.DELIVER),))


def test_step_of_another_variant_than_its_rows_is_an_alarm(
    world: World, books: PostgresBooks
) -> None:
    order = world.accepted()
    payment = order.step(Trigger.PAY, commands.Pay(from_institution=Money(123_123)))

    for variant in (0, 2):
        with pytest.raises(StepConflictError, match="has no row"):
            books.commit((replace(payment, variant=variant),))


def test_step_of_an_unknown_subject_is_an_alarm(world: World, books: PostgresBooks) -> None:
    order = world.accepted()

    with pytest.raises(StepConflictError, match="no request yet"):
        books.commit((order.step(Trigger.WITHDRAW, subject=SubjectId("ord_unknown")),))


@pytest.mark.clause("UA-1-1")
@pytest.mark.parametrize("client", [STRANGER, "cli_nobody"])
def test_only_a_registered_client_with_an_accepted_agreement_gets_an_order(
    world: World, queries: Queries, client: Any
) -> None:
    with pytest.raises(Refused) as refused:
        world.order(client=client)

    assert (refused.value.code, refused.value.clause) == (RefusalCode.NOT_REGISTERED, "UA-1-1")
    assert queries.timeline(SubjectId("ord_0001")) == ()


@pytest.mark.clause("UA-1-1")
def test_nor_does_a_stranger_get_a_recharge(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.recharge(100, client=STRANGER)

    assert refused.value.code == RefusalCode.NOT_REGISTERED


def test_every_party_is_registered_for_what_it_does(world: World) -> None:
    with pytest.raises(Refused, match="sto_ningbo is not registered as a provider"):
        world.order(provider=NINGBO)


@pytest.mark.clause("PSR-19")
@pytest.mark.parametrize(
    ("promoter", "code"),
    [("pro_nobody", RefusalCode.NOT_REGISTERED), (YIWU, RefusalCode.INVALID_REQUEST)],
)
def test_promoter_of_an_order_is_registered_as_one(
    world: World, promoter: Any, code: RefusalCode
) -> None:
    with pytest.raises(Refused) as refused:
        world.order(promoter=promoter)

    assert (refused.value.code, refused.value.clause) == (code, "PSR-19")


@pytest.mark.clause("PSR-1-1")
def test_request_without_a_fact_is_refused(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.order(specification="")

    assert refused.value.clause == "PSR-1-1"


def test_line_of_an_unknown_collector_is_refused(world: World) -> None:
    order = world.order()
    line = replace(third_party_line(), collector="sto_nowhere")

    with pytest.raises(Refused) as refused:
        order.pull(Trigger.ACCEPT, commands.Accept(lines=(line,)))

    assert refused.value.code == RefusalCode.LINE_NOT_ALLOWED


@pytest.mark.clause("UA-1-8")
def test_deposit_that_is_too_small_is_refused_and_nothing_is_written(
    world: World, queries: Queries
) -> None:
    world.recharged(123_122)
    order = world.accepted()

    with pytest.raises(Refused) as refused:
        pay(order, from_deposit=123_123)

    assert (refused.value.code, refused.value.clause) == (RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8")
    assert refused.value.detail == "the deposit holds ¥1,231.22, ¥1,231.23 are needed"
    assert queries.order(order.id).state == State.ACCEPTED
    assert queries.deposit(ANNA).balance == Money(123_122)


@pytest.mark.clause("PSR-2-2")
def test_refusal_of_a_template_leaves_nothing_written(world: World, queries: Queries) -> None:
    order = world.accepted()

    with pytest.raises(Refused) as refused:
        order.pull(
            Trigger.PAY,
            commands.Pay(from_institution=Money(100), payment_method="pm_1"),
            target=State.PAYING,
        )

    assert refused.value.code == RefusalCode.PART_PAYMENT
    assert len(queries.timeline(order.id)) == 2


@pytest.mark.clause("UA-1-9")
def test_frozen_deposit_is_not_used_but_takes_money_in(world: World, queries: Queries) -> None:
    world.recharged(200_000)
    order = world.accepted()
    frozen = freeze(world, blocks=(Block.WITHDRAWAL, Block.USE))

    with pytest.raises(Refused) as refused:
        pay(order, from_deposit=123_123)

    assert (refused.value.code, refused.value.clause) == (RefusalCode.ACCOUNT_FROZEN, "UA-1-9")
    assert queries.deposit(ANNA).frozen_for == ("suspicion",)
    world.recharged(5)
    assert queries.deposit(ANNA).balance == Money(200_005)

    frozen.pull(Trigger.LIFT_FREEZE, commands.Message(note_ref="txt_0001"))
    pay(order, from_deposit=123_123)
    assert order.state == State.EFFECTIVE


def test_movement_is_told(world: World, books: PostgresBooks) -> None:
    order = world.accepted()
    pay(order)

    movement, state = books.movement(MovementRef(f"{order.id}/3"))
    assert (movement.kind, movement.amount, state) == (
        MovementKind.CAPTURE,
        Money(123_123),
        MovementState.SENT,
    )
    with pytest.raises(LookupError):
        books.movement(MovementRef("ord_0001/9"))


@pytest.mark.clause("PSR-11")
def test_what_is_to_be_bought_is_what_is_agreed_now(world: World, books: PostgresBooks) -> None:
    order = world.effective()
    order.pull(Trigger.REPORT_PRICE, a_price(order, 40_000, quantity=100))
    order.pull(Trigger.ACCEPT_PART)
    order.pull(Trigger.PURCHASE, commands.Purchase())

    assert books.to_buy(MovementRef(f"{order.id}/7")) == ToBuy(
        offer_id="900000000001",
        quantity=100,
        goods=Money(40_000),
        freight=Money(3_000),
        delivery_address=NINGBO_ADDRESS,
        pay=Money(43_000),
    )
    for other in (f"{order.id}/3", "ord_none/7"):
        with pytest.raises(LookupError):
            books.to_buy(MovementRef(other))


def test_of_an_advance_deposit_only_the_deposit_is_paid_at_first(
    world: World, books: PostgresBooks
) -> None:
    advance = commands.AdvanceDeposit(
        amount=Money(30_000), balance_by=world.subject().at.replace(month=12)
    )
    order = world.accepted(advance=advance)
    pay(order, amount=30_030)
    order.answer(Trigger.CONFIRM_PAYMENT)
    order.pull(Trigger.PURCHASE, commands.Purchase())

    buying = books.to_buy(MovementRef(f"{order.id}/5"))
    assert (buying.goods, buying.pay) == (Money(120_000), Money(30_000))


def test_outcome_of_another_movement_is_refused(world: World) -> None:
    order = world.accepted()
    pay(order)

    with pytest.raises(Refused) as refused:
        order.pull(Trigger.CONFIRM_PAYMENT, commands.Outcome(reference=MovementRef("ord_0001/2")))

    assert refused.value.code == RefusalCode.WRONG_REFERENCE


def test_commit_takes_two_statements(world: World, engine: Engine) -> None:
    order = world.accepted()
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    pay(order)

    assert [statement.split("(")[0] for statement in statements] == [
        "SELECT open_book",
        "SELECT write_step",
    ]


# ---- races -------------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-8")
def test_fifty_orders_race_for_one_deposit_and_the_floor_holds(
    world: World, queries: Queries, engine: Engine
) -> None:
    orders = [world.accepted() for _ in range(50)]
    world.recharged(123_123 * 7 + 5)

    with ThreadPoolExecutor(50) as threads:
        ends = Counter(threads.map(_how_paying_ends, orders))

    assert ends == {None: 7, RefusalCode.DEPOSIT_TOO_SMALL: 43}
    assert queries.deposit(ANNA).balance == Money(5)
    assert audit(engine).ok


def test_twenty_tries_of_one_step_write_it_once(
    world: World, books: PostgresBooks, queries: Queries
) -> None:
    order = world.accepted()
    world.recharged(200_000)
    steps = order.steps_of(Trigger.PAY, commands.Pay(from_deposit=Money(123_123)))

    with ThreadPoolExecutor(20) as threads:
        results = set(threads.map(books.commit, [steps] * 20))

    assert len(results) == 1
    assert queries.deposit(ANNA).balance == Money(200_000 - 123_123)


def test_two_first_steps_of_one_order_leave_one_and_an_alarm(
    world: World, books: PostgresBooks, queries: Queries
) -> None:
    step = world.order().steps[0]
    steps = [
        replace(step, subject=SubjectId("ord_raced"), command=a_request(quantity=quantity))
        for quantity in range(1, 11)
    ]

    def race(step: Any) -> bool:
        try:
            books.commit((step,))
        except StepConflictError:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        written = list(threads.map(race, steps))

    assert written.count(True) == 1
    assert queries.order("ord_raced").request.quantity == written.index(True) + 1


def test_steps_with_crossing_accounts_wait_for_each_other_in_no_circle(
    world: World, engine: Engine
) -> None:
    # Each pays from one deposit while the other one's refund fills it: the same accounts, in
    # templates' orders that cross.
    orders = []
    for client in (ANNA, BEN) * 10:
        order = world.effective(from_deposit=123_123, client=client)
        orders.append((order, world.accepted(client=client)))

    def cross(pair: Any) -> None:
        paid, fresh = pair
        sold_out(paid)
        pay(fresh, from_deposit=123_123)

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(cross, orders))

    assert audit(engine).ok


def _how_paying_ends(order: Any) -> RefusalCode | None:
    try:
        pay(order, from_deposit=123_123)
    except Refused as refused:
        return refused.code
    return None


# ---- a connection that dies --------------------------------------------------------------------


def test_connection_killed_in_mid_transaction_leaves_nothing_half_done(
    world: World, queries: Queries, sql: psycopg.Connection[Any]
) -> None:
    world.recharged(200_000)
    order = world.accepted()
    turns = order.turns(Trigger.PAY, commands.Pay(from_deposit=Money(123_123)))
    # Whoever holds the deposit's lock stops the step between its own lock and its entries.
    sql.execute("SELECT FROM account WHERE id = 'deposit:cli_anna' FOR UPDATE")
    raised: list[BaseException] = []

    def commit() -> None:
        try:
            order.take(*turns)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
            raised.append(error)

    thread = threading.Thread(target=commit)
    thread.start()
    kill_the_waiting(sql)
    thread.join()
    sql.rollback()

    assert [type(error) for error in raised] == [BooksUnavailableError]
    assert queries.order(order.id).state == State.ACCEPTED
    assert queries.deposit(ANNA).balance == Money(200_000)

    order.take(*turns)
    assert queries.deposit(ANNA).balance == Money(200_000 - 123_123)


def test_lock_that_is_not_given_in_time_is_an_unknown_outcome(
    world: World, sql: psycopg.Connection[Any]
) -> None:
    order = world.accepted()
    sql.execute("SELECT FROM purchase_order FOR UPDATE")

    with pytest.raises(BooksUnavailableError, match="lock timeout"):
        pay(order)

    sql.rollback()
    pay(order)


def test_reads_go_on_after_the_server_dropped_every_connection(
    world: World, queries: Queries, sql: psycopg.Connection[Any]
) -> None:
    order = world.accepted()
    _kill_all_others(sql)

    assert queries.order(order.id).state == State.ACCEPTED


def _kill_all_others(sql: psycopg.Connection[Any]) -> None:
    sql.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    sql.commit()
