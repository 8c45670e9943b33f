"""What was charged back is paid: by the client, its deposit, what comes in later; all by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.ledger.queries import Queries
from tests.ledger.account_road import chargeback, heed, institution_says, pay_back, refusal
from tests.ledger.road import (
    ANNA,
    BEN,
    WHOLE,
    Subject,
    World,
    a_cost,
    a_price,
    agree,
    ask_to_cancel,
    settle,
    settle_case,
    sold_out,
)
from tests.ledger.sums import balances

pytestmark = [pytest.mark.usefixtures("proved"), pytest.mark.clause("PSR-22-1")]

BOUGHT = {"bank": -123_000}
"""Where the price of the goods went, but for the fee."""


def of_the_order(order: Subject) -> dict[str, int]:
    """What the books have of an order whose goods were bought, beside what was paid for it."""
    return BOUGHT | {f"fee_held:{order.id}": -123}


# ---- in time -----------------------------------------------------------------------------------


def test_the_deposit_pays_the_whole_at_once(world: World, queries: Queries) -> None:
    order = world.purchased()
    world.recharged(200_000)
    disputed = chargeback(world, order, WHOLE)

    pay_back(disputed, deposit=WHOLE)

    assert disputed.state == State.COVERED
    assert queries.deposit(ANNA).frozen_for == ()
    assert balances(queries) == of_the_order(order) | {
        "deposit:cli_anna": -(200_000 - WHOLE),
        "payment_institution": 200_000,
    }


def test_the_institution_pays_the_whole_once_it_says_so(world: World, queries: Queries) -> None:
    order = world.purchased()
    disputed = chargeback(world, order, WHOLE)

    pay_back(disputed, institution=WHOLE)
    assert queries.deposit(ANNA).frozen_for == ("chargeback",)
    assert balances(queries)[f"charged_back:{disputed.id}"] == WHOLE
    institution_says(disputed, Trigger.CONFIRM_CHARGEBACK_PAYMENT)

    assert disputed.state == State.COVERED
    assert queries.deposit(ANNA).frozen_for == ()
    assert balances(queries) == of_the_order(order) | {"payment_institution": WHOLE}


def test_both_pay_it(world: World, queries: Queries) -> None:
    order = world.purchased()
    world.recharged(20_500)
    disputed = chargeback(world, order, WHOLE)

    pay_back(disputed, deposit=20_000, institution=WHOLE - 20_000)
    assert balances(queries) == of_the_order(order) | {
        f"charged_back:{disputed.id}": WHOLE,
        "deposit:cli_anna": -500,
        "payment_institution": 20_500,
        f"payment_reserved:{disputed.id}": -20_000,
    }
    institution_says(disputed, Trigger.CONFIRM_CHARGEBACK_PAYMENT)

    assert balances(queries) == of_the_order(order) | {
        "deposit:cli_anna": -500,
        "payment_institution": WHOLE + 500,
    }


@pytest.mark.clause("PSR-22-2")
@pytest.mark.clause("PSR-22-3")
def test_a_payment_that_is_declined_leaves_the_demand_as_it_was(
    world: World, queries: Queries
) -> None:
    order = world.purchased()
    world.recharged(20_000)
    disputed = chargeback(world, order, WHOLE)
    (demanded,) = disputed.main.running()

    pay_back(disputed, deposit=20_000, institution=WHOLE - 20_000)
    institution_says(disputed, Trigger.DECLINE_CHARGEBACK_PAYMENT)
    assert disputed.state == State.DEMANDED
    assert balances(queries)["deposit:cli_anna"] == -20_000
    (clock,) = disputed.main.running()
    assert (clock.trigger, clock.due) == (demanded.trigger, demanded.due)
    disputed.pull(clock.trigger, at=clock.due, by=Role.CLOCK)

    assert disputed.state == State.OWING
    assert balances(queries) == of_the_order(order) | {
        f"charged_back:{disputed.id}": WHOLE - 20_000,
        "payment_institution": 20_000,
    }


def test_the_debt_is_paid_as_a_whole_and_once(world: World) -> None:
    world.recharged(200_000)
    disputed = chargeback(world, world.purchased(), WHOLE)

    for deposit in (WHOLE - 1, WHOLE + 1):
        assert refusal(lambda fen=deposit: pay_back(disputed, deposit=fen)) == (  # type: ignore[misc]
            RefusalCode.PART_PAYMENT,
            "PSR-22-1",
        )
    pay_back(disputed, deposit=WHOLE)
    assert refusal(
        lambda: disputed.pull(
            Trigger.PAY_CHARGEBACK, commands.PayChargeback(from_deposit=Money(1)), by=Role.CLIENT
        )
    ) == (RefusalCode.NOT_IN_THIS_STATE, "PSR-22-1")


# ---- by the deposit, and by what comes in ------------------------------------------------------


@pytest.mark.clause("PSR-22-2")
@pytest.mark.clause("PSR-22-3")
@pytest.mark.parametrize(
    ("held", "end", "left"),
    [
        (WHOLE + 7, State.COVERED, 0),
        (WHOLE, State.COVERED, 0),
        (WHOLE - 1, State.OWING, 1),
        (0, State.OWING, WHOLE),
    ],
)
def test_the_deposit_pays_what_it_has(
    world: World, queries: Queries, held: int, end: State, left: int
) -> None:
    order = world.purchased()
    if held:
        world.recharged(held)
    disputed = chargeback(world, order, WHOLE)

    disputed.pull(Trigger.OFFSET_DEPOSIT)

    assert disputed.state == end
    after = balances(queries)
    assert after.get(f"charged_back:{disputed.id}", 0) == left
    assert after.get("deposit:cli_anna", 0) == -(held - WHOLE + left)
    assert after.get("payment_institution", 0) == held
    assert queries.deposit(ANNA).frozen_for == (("chargeback",) * 2 if left else ())


@pytest.mark.clause("PSR-22-3")
@pytest.mark.clause("UA-1-19")
def test_recharges_pay_debts_first_and_the_oldest_of_them_before_the_others(
    world: World, queries: Queries, engine: Engine
) -> None:
    first, second = world.purchased(), world.purchased()
    second.at += timedelta(hours=1)
    cancelled = world.purchased(from_deposit=WHOLE)
    ask_to_cancel(cancelled)
    agree(cancelled, 0)
    settle_case(cancelled, engine, a_cost(12_000))
    newer = chargeback(world, second, WHOLE, dispute="dp_2")
    older = chargeback(world, first, WHOLE)
    for each in (newer, older):
        each.pull(Trigger.OFFSET_DEPOSIT)

    def owed() -> tuple[int, int, int, int]:
        now = balances(queries)
        return (
            now.get(f"charged_back:{older.id}", 0),
            now.get("receivable:cli_anna", 0),
            now.get(f"charged_back:{newer.id}", 0),
            -now.get("deposit:cli_anna", 0),
        )

    assert owed() == (WHOLE, 12_000, WHOLE, 0)
    world.recharged(100_000)
    assert owed() == (WHOLE - 100_000, 12_000, WHOLE, 0)
    world.recharged(30_000)
    assert owed() == (0, 12_000 - (30_000 - 23_123), WHOLE, 0)
    older.pull(Trigger.COLLECT_DEBT)
    assert older.state == State.COVERED
    assert refusal(world.order) == (RefusalCode.SERVICE_REFUSED, "PSR-22-3")
    world.recharged(200_000)
    assert owed() == (0, 0, 0, 200_000 - 5_123 - WHOLE)
    newer.pull(Trigger.COLLECT_DEBT)
    assert newer.state == State.COVERED
    assert queries.deposit(ANNA).frozen_for == ()
    world.order()


@pytest.mark.clause("PSR-22-3")
def test_recharges_of_others_pay_nobodys_debt_but_their_own(world: World, queries: Queries) -> None:
    disputed = chargeback(world, world.purchased(), WHOLE)
    disputed.pull(Trigger.OFFSET_DEPOSIT)

    world.recharged(5_000, client=BEN)

    assert balances(queries)[f"charged_back:{disputed.id}"] == WHOLE
    assert balances(queries)["deposit:cli_ben"] == -5_000


@pytest.mark.clause("PSR-22-3")
def test_before_the_deposit_is_taken_a_recharge_pays_nothing(
    world: World, queries: Queries
) -> None:
    disputed = chargeback(world, world.purchased(), WHOLE)

    world.recharged(5_000)

    assert disputed.state == State.DEMANDED
    assert balances(queries)["deposit:cli_anna"] == -5_000


@pytest.mark.clause("PSR-22-3")
def test_what_comes_into_the_deposit_otherwise_is_collected_for_the_debt(
    world: World, queries: Queries
) -> None:
    other = world.effective(from_deposit=WHOLE)
    disputed = chargeback(world, world.purchased(), 200_00)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    sold_out(other)
    assert balances(queries)["deposit:cli_anna"] == -WHOLE

    (_, collection) = disputed.main.running()
    assert collection.trigger == Trigger.COLLECT_DEBT
    disputed.pull(collection.trigger, at=collection.due, by=Role.CLOCK)

    assert disputed.state == State.COVERED
    assert balances(queries)["deposit:cli_anna"] == -(WHOLE - 20_000)


@pytest.mark.clause("PSR-22-3")
@pytest.mark.parametrize("declined", [True, False])
def test_who_owes_the_rest_may_pay_it_by_the_institution(
    world: World, queries: Queries, declined: bool
) -> None:
    order = world.purchased()
    world.recharged(23_123)
    disputed = chargeback(world, order, WHOLE)
    disputed.pull(Trigger.OFFSET_DEPOSIT)

    pay_back(disputed, institution=100_000)
    if declined:
        institution_says(disputed, Trigger.DECLINE_CHARGEBACK_PAYMENT)
        assert disputed.state == State.OWING
        pay_back(disputed, institution=100_000)
    institution_says(disputed, Trigger.CONFIRM_CHARGEBACK_PAYMENT)

    assert disputed.state == State.COVERED
    assert queries.deposit(ANNA).frozen_for == ()
    assert balances(queries) == of_the_order(order) | {"payment_institution": WHOLE}


# ---- several -----------------------------------------------------------------------------------


def test_two_parts_of_one_payment_are_two_debts(world: World, queries: Queries) -> None:
    order = world.purchased()
    world.recharged(60_000)
    first = chargeback(world, order, 50_000)
    second = chargeback(world, order, WHOLE - 50_000, dispute="dp_2")
    assert queries.deposit(ANNA).frozen_for == ("chargeback", "chargeback")

    pay_back(first, deposit=50_000)
    heed(order, first)
    assert order.main.held
    assert queries.deposit(ANNA).frozen_for == ("chargeback",)
    second.pull(Trigger.OFFSET_DEPOSIT)
    heed(order, second)

    assert (first.state, second.state) == (State.COVERED, State.OWING)
    assert balances(queries) == of_the_order(order) | {
        f"charged_back:{second.id}": WHOLE - 60_000,
        "payment_institution": 60_000,
    }


@pytest.mark.clause("PSR-10-2")
def test_two_payments_of_one_order_are_charged_back_each_for_what_it_was(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    order.pull(Trigger.REPORT_PRICE, a_price(order, 140_000))
    settle(order, amount=20_020)

    too_much = refusal(lambda: chargeback(world, order, 20_021, dispute="dp_1", payment=1))
    assert too_much == (RefusalCode.INVALID_REQUEST, "PSR-22-1")
    top_up = chargeback(world, order, 20_020, dispute="dp_2", payment=1)
    first = chargeback(world, order, 100_000, dispute="dp_3")
    sold_out(order)

    assert balances(queries) == {
        "payment_institution": WHOLE - 100_000,
        f"refund_transit:{order.id}": -(WHOLE - 100_000),
    }
    for each in (top_up, first):
        each.pull(Trigger.COLLECT_DEBT)
        assert each.state == State.COVERED
