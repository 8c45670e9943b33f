"""The closing of an account: nothing new, all ends, the rest is paid out; every account by hand."""

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import FreezeReason
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.ledger.queries import Queries
from tests.ledger.account_road import (
    chargeback,
    closure,
    freeze,
    heed,
    institution_says,
    lift,
    pay_back,
    refusal,
    wind_up,
    withdrawal,
)
from tests.ledger.attack import Sql
from tests.ledger.road import (
    ANNA,
    BEN,
    WHOLE,
    Subject,
    World,
    a_cost,
    agree,
    ask_to_cancel,
    buy,
    paid_back,
    pay,
    receive,
    settle_case,
    sold_out,
)
from tests.ledger.sums import balances

pytestmark = [pytest.mark.usefixtures("proved"), pytest.mark.clause("UA-1-20")]


def waits(closing: Subject) -> bool:
    """Whether it is looked in vain whether everything has ended."""
    wind_up(closing)
    return closing.state == State.WINDING_UP


def paid_out(sql: Sql, closing: Subject) -> int | None:
    """What a closing says that it paid out."""
    row = sql.execute("SELECT paid_out FROM closure WHERE id = %s", (closing.id,)).fetchone()
    assert row is not None
    fen: int | None = row[0]
    return fen


def test_an_empty_account_is_closed_as_soon_as_it_is_looked(world: World, queries: Queries) -> None:
    closing = closure(world)

    wind_up(closing)

    assert closing.state == State.CLOSED
    assert balances(queries) == {}


def test_what_is_left_is_paid_out(world: World, queries: Queries, sql: Sql) -> None:
    world.recharged(50_000)
    world.recharged(7_000, client=BEN)
    closing = closure(world)

    wind_up(closing)

    assert closing.state == State.PAYING_OUT
    assert balances(queries) == {
        "deposit:cli_ben": -7_000,
        "payment_institution": 57_000,
        f"withdrawal_transit:{closing.id}": -50_000,
    }
    institution_says(closing, Trigger.CONFIRM_PAYOUT)
    assert closing.state == State.CLOSED
    assert paid_out(sql, closing) == 50_000
    assert balances(queries) == {"deposit:cli_ben": -7_000, "payment_institution": 7_000}


def test_what_cannot_be_paid_out_there_is_paid_out_elsewhere(
    world: World, queries: Queries, sql: Sql
) -> None:
    world.recharged(50_000)
    closing = closure(world)
    wind_up(closing)
    institution_says(closing, Trigger.DECLINE_PAYOUT)
    assert closing.state == State.AWAITING_METHOD
    assert balances(queries)["deposit:cli_anna"] == -50_000

    elsewhere = commands.PayoutMethod(payment_method="pm_2")
    closing.pull(Trigger.NAME_PAYOUT_METHOD, elsewhere, by=Role.CLIENT)
    wind_up(closing)
    institution_says(closing, Trigger.CONFIRM_PAYOUT)

    assert (closing.state, paid_out(sql, closing)) == (State.CLOSED, 50_000)
    assert balances(queries) == {}
    methods = sql.execute("SELECT payment_method FROM movement WHERE kind = 'payout' ORDER BY 1")
    assert methods.fetchall() == [("pm_1",), ("pm_2",)]


def test_nothing_new_begins_once_an_account_is_closed(world: World) -> None:
    wind_up(closure(world))

    assert refusal(world.order) == (RefusalCode.SERVICE_REFUSED, "UA-1-20")
    assert refusal(lambda: world.recharge(500)) == (RefusalCode.ACCOUNT_FROZEN, "UA-1-20")
    assert refusal(lambda: closure(world)) == (RefusalCode.ALREADY_RECORDED, "UA-1-20")


def test_who_keeps_the_account_may_do_all_again_and_close_it_later(world: World) -> None:
    closing = closure(world)
    closing.pull(Trigger.KEEP_ACCOUNT, commands.Noted(), by=Role.CLIENT)

    world.order()
    world.recharged(500)
    closure(world)


# ---- what goes on is ended first ---------------------------------------------------------------


def test_an_order_that_runs_is_fulfilled_and_its_rest_is_paid_out(
    world: World, queries: Queries
) -> None:
    world.recharged(WHOLE + 5_000)
    order = world.accepted()
    closing = closure(world)
    assert waits(closing)

    pay(order, from_deposit=WHOLE)
    buy(order)
    parcel = receive(order)
    order.pull(Trigger.END_DUTY, item=parcel)
    assert waits(closing)
    for trigger in (Trigger.CLEAR_CUSTOMS, Trigger.DELIVER):
        order.pull(trigger, commands.Transport(tracking_ref="t-1"), item=parcel)
    order.pull(Trigger.CONFIRM_RECEIPT, by=Role.CLIENT)
    assert waits(closing)
    order.pull(Trigger.CLOSE, at=order.main.running()[0].due)
    wind_up(closing)
    institution_says(closing, Trigger.CONFIRM_PAYOUT)

    assert balances(queries) == {
        "bank": -123_000,
        "payment_institution": WHOLE,
        "provider:prv_yiwu": -123,
    }


def test_a_refund_that_is_due_is_waited_for_and_paid_out_if_it_comes_into_the_deposit(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    sold_out(order)
    (refund,) = order.refunds()
    closing = closure(world)
    assert waits(closing)

    order.answer(Trigger.FAIL_REFUND, item=refund)
    wind_up(closing)

    assert balances(queries) == {
        "payment_institution": WHOLE,
        f"withdrawal_transit:{closing.id}": -WHOLE,
    }


def test_a_sellers_late_money_is_waited_for(world: World, queries: Queries, engine: Engine) -> None:
    order = world.purchased(from_deposit=WHOLE)
    case = ask_to_cancel(order)
    agree(order, 100_000)
    order.pull(Trigger.PROCEED_WITHOUT_REFUND, commands.Noted(), item=case, by=Role.PLATFORM)
    settle_case(order, engine)
    assert order.state == State.CANCELLED
    closing = closure(world)
    assert waits(closing)

    paid_back(order, 100_000)
    wind_up(closing)

    assert balances(queries)[f"withdrawal_transit:{closing.id}"] == -100_000


def test_a_claim_is_waited_for_and_its_compensation_paid_out(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    (refund,) = sold_out(order).refunds
    order.answer(Trigger.CONFIRM_REFUND, item=refund)
    claim = world.claim(order, 3_000)
    closing = closure(world)
    assert waits(closing)

    claim.pull(Trigger.ADMIT_CLAIM, commands.Admit(amount=Money(3_000)))
    assert waits(closing)
    paid = commands.Compensation(amount=Money(3_000), external_ref="wire-1")
    claim.pull(Trigger.RECORD_COMPENSATION, paid)
    wind_up(closing)
    institution_says(closing, Trigger.CONFIRM_PAYOUT)

    assert balances(queries) == {"bank": 3_000, "payment_institution": -3_000}


def test_a_recharge_and_a_withdrawal_on_their_way_are_waited_for(
    world: World, queries: Queries
) -> None:
    world.recharged(10_000)
    coming, going = world.recharge(5_000), withdrawal(world, 4_000)
    closing = closure(world)
    assert waits(closing)
    coming.answer(Trigger.CONFIRM_RECHARGE)
    assert waits(closing)

    institution_says(going, Trigger.DECLINE_WITHDRAWAL)
    wind_up(closing)

    assert balances(queries) == {
        "payment_institution": 15_000,
        f"withdrawal_transit:{closing.id}": -15_000,
    }


@pytest.mark.clause("PSR-22-2")
def test_a_chargeback_takes_what_it_is_owed_before_the_rest_is_paid_out(
    world: World, queries: Queries
) -> None:
    order = world.purchased()
    world.recharged(WHOLE + 5_000)
    disputed = chargeback(world, order, WHOLE)
    closing = closure(world)
    assert waits(closing)

    disputed.pull(Trigger.OFFSET_DEPOSIT)
    heed(order, disputed)
    assert waits(closing)
    receive(order)
    order.pull(Trigger.END_DUTY, item=next(iter(order.items)))
    for trigger in (Trigger.CLEAR_CUSTOMS, Trigger.DELIVER):
        order.pull(trigger, commands.Transport(tracking_ref="t"), item=next(iter(order.items)))
    order.pull(Trigger.CONFIRM_RECEIPT, by=Role.CLIENT)
    order.pull(Trigger.CLOSE, at=order.main.running()[0].due)
    disputed.pull(Trigger.LOSE_CHARGEBACK, commands.InstitutionVerdict(external_ref="v"))
    wind_up(closing)
    institution_says(closing, Trigger.CONFIRM_PAYOUT)

    assert closing.state == State.CLOSED
    assert balances(queries) == {
        "bank": -123_000,
        "payment_institution": 123_123,
        "provider:prv_yiwu": -123,
    }


@pytest.mark.clause("PSR-22-1")
def test_a_debt_is_paid_though_the_account_is_being_closed(world: World, queries: Queries) -> None:
    disputed = chargeback(world, world.purchased(), WHOLE)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    closing = closure(world)

    pay_back(disputed, institution=WHOLE)
    institution_says(disputed, Trigger.CONFIRM_CHARGEBACK_PAYMENT)

    assert disputed.state == State.COVERED
    assert queries.deposit(ANNA).frozen_for == ("closing",)
    assert waits(closing)


# ---- frozen, and in debt -----------------------------------------------------------------------


@pytest.mark.clause("UA-1-9")
@pytest.mark.parametrize("kept_by", ["a freeze", "a breach"])
def test_a_frozen_account_is_closed_once_it_is_free(
    world: World, queries: Queries, kept_by: str
) -> None:
    world.recharged(50_000)
    order = world.effective()
    (refund,) = sold_out(order).refunds
    order.answer(Trigger.CONFIRM_REFUND, item=refund)
    frozen = (
        freeze(world)
        if kept_by == "a freeze"
        else freeze(
            world,
            FreezeReason.BREACH,
            of=order,
            amount=Money(20_000),
            by=Role.PROVIDER,
        )
    )
    closing = closure(world)
    assert waits(closing)
    assert balances(queries)["deposit:cli_anna"] == -50_000

    if kept_by == "a freeze":
        lift(frozen)
    else:
        frozen.pull(Trigger.TRANSFER_TO_PROVIDER)
    wind_up(closing)

    assert balances(queries)[f"withdrawal_transit:{closing.id}"] == (
        -50_000 if kept_by == "a freeze" else -30_000
    )


@pytest.mark.clause("UA-1-15")
def test_a_cancelled_account_is_closed_and_paid_out(world: World, queries: Queries) -> None:
    world.recharged(50_000)
    frozen = freeze(
        world, FreezeReason.INACTIVITY, by=Role.CLOCK, inactive_since=world.subject().at
    )
    frozen.pull(Trigger.FREEZE_INACTIVE)
    frozen.pull(Trigger.CANCEL_ACCOUNT)
    closing = closure(world)

    wind_up(closing)
    institution_says(closing, Trigger.CONFIRM_PAYOUT)

    assert closing.state == State.CLOSED
    assert balances(queries) == {}


@pytest.mark.clause("UA-1-19")
@pytest.mark.parametrize(
    ("held", "left", "end"),
    [(20_000, 8_000, State.PAYING_OUT), (12_000, 0, State.CLOSED), (5_000, 0, State.CLOSED)],
)
def test_what_the_client_owes_is_paid_before_the_rest_is_paid_out(
    world: World, queries: Queries, engine: Engine, held: int, left: int, end: State
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    ask_to_cancel(order)
    agree(order, 0)
    world.recharged(held)
    frozen = freeze(world)
    settle_case(order, engine, a_cost(12_000))
    lift(frozen)
    assert balances(queries)["receivable:cli_anna"] == 12_000
    closing = closure(world)

    wind_up(closing)

    assert closing.state == end
    after = balances(queries)
    assert after.get("receivable:cli_anna", 0) == max(0, 12_000 - held)
    assert "deposit:cli_anna" not in after
    assert after.get(f"withdrawal_transit:{closing.id}", 0) == -left
