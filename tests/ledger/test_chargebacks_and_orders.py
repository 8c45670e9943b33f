"""Chargebacks of orders that go on, end, are cancelled or refunded; every account by hand."""

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import DisputeReason
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.ledger.queries import Queries
from tests.ledger.account_road import chargeback, closure, heed, pay_back, refusal, wind_up
from tests.ledger.road import (
    ANNA,
    WHOLE,
    Subject,
    World,
    a_cost,
    a_price,
    agree,
    ask_to_cancel,
    paid_back,
    settle_case,
    sold_out,
)
from tests.ledger.sums import balances

pytestmark = [pytest.mark.usefixtures("proved"), pytest.mark.clause("PSR-22-1")]

VERDICT = commands.InstitutionVerdict(external_ref="vd-1")
NOTE = commands.Message(note_ref="txt_0001")


def justified(world: World, order: Subject, fen: int = WHOLE) -> Subject:
    """A chargeback that the client had just cause for; its order has heard of it."""
    disputed = chargeback(world, order, fen, reason=DisputeReason.NOT_RECEIVED)
    disputed.pull(Trigger.FIND_JUST_CAUSE, NOTE)
    heed(order, disputed)
    return disputed


def part_refunded(world: World) -> Subject:
    """An order of which a part was in stock: ¥800.80 went back to the card, ¥430.43 are left."""
    order = world.effective()
    order.pull(Trigger.REPORT_PRICE, a_price(order, 40_000, quantity=100))
    order.pull(Trigger.ACCEPT_PART)
    return order


def closed(world: World) -> Subject:
    """An order that came to its good end."""
    order = world.delivered()
    order.pull(Trigger.CONFIRM_RECEIPT, by=Role.CLIENT)
    order.pull(Trigger.CLOSE, at=order.main.running()[0].due)
    return order


# ---- refunded, and charged back ----------------------------------------------------------------


@pytest.mark.parametrize("answer", [None, Trigger.CONFIRM_REFUND])
def test_what_went_back_to_the_card_is_not_charged_back_as_well(
    world: World, queries: Queries, answer: Trigger | None
) -> None:
    order = part_refunded(world)
    (refund,) = order.refunds()
    if answer:
        order.answer(answer, item=refund)

    assert refusal(lambda: chargeback(world, order, 43_044)) == (
        RefusalCode.INVALID_REQUEST,
        "PSR-22-1",
    )
    disputed = chargeback(world, order, 43_043)
    sold_out(order)

    assert order.refunds() == (() if answer else (refund,))
    disputed.pull(Trigger.COLLECT_DEBT)
    assert disputed.state == State.COVERED
    on_its_way = {
        None: {f"refund_transit:{order.id}": -80_080, "payment_institution": 80_080},
        Trigger.CONFIRM_REFUND: {},
    }
    assert balances(queries) == on_its_way[answer]


@pytest.mark.clause("PSR-22-1")
def test_what_could_not_go_back_to_the_card_may_be_charged_back_and_the_deposit_pays_it(
    world: World, queries: Queries
) -> None:
    order = part_refunded(world)
    (refund,) = order.refunds()
    order.answer(Trigger.FAIL_REFUND, item=refund)
    assert queries.deposit(ANNA).balance == Money(80_080)

    disputed = chargeback(world, order, WHOLE)
    sold_out(order)

    # The client has ¥800.80 twice: in its deposit, and from the institution.
    assert order.refunds() == ()
    assert balances(queries) == {
        "deposit:cli_anna": -80_080,
        f"charged_back:{disputed.id}": 80_080,
    }
    disputed.pull(Trigger.COLLECT_DEBT)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    assert disputed.state == State.COVERED
    assert balances(queries) == {}


def test_what_was_paid_for_a_debt_comes_back_to_the_deposit_with_the_order(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    world.recharged(100_000)
    disputed = chargeback(world, order, 100_000)
    pay_back(disputed, deposit=100_000)
    heed(order, disputed)

    (refund,) = sold_out(order).refunds
    order.answer(Trigger.CONFIRM_REFUND, item=refund)

    assert balances(queries) == {"deposit:cli_anna": -100_000, "payment_institution": 100_000}


def test_of_what_is_half_paid_the_order_pays_the_rest_and_the_deposit_gets_the_other_half(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    world.recharged(30_000)
    disputed = chargeback(world, order, 100_000)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    heed(order, disputed)

    order.pull(Trigger.REFUSE_SERVICE, commands.Noted(), by=Role.PROVIDER)

    assert order.state == State.REFUSED
    (refund,) = order.refunds()
    order.answer(Trigger.CONFIRM_REFUND, item=refund)
    assert balances(queries) == {"deposit:cli_anna": -30_000, "payment_institution": 30_000}
    disputed.pull(Trigger.COLLECT_DEBT)
    assert disputed.state == State.COVERED
    disputed.pull(Trigger.WIN_CHARGEBACK, VERDICT)
    assert balances(queries) == {"deposit:cli_anna": -130_000, "payment_institution": 130_000}


@pytest.mark.clause("UA-1-8")
def test_what_the_deposit_paid_for_the_order_goes_back_there_and_pays_no_debt_by_itself(
    world: World, queries: Queries
) -> None:
    order = world.effective(from_deposit=23_123)
    disputed = chargeback(world, order, 60_000)

    sold_out(order)

    assert balances(queries) == {
        "deposit:cli_anna": -23_123,
        "payment_institution": 23_123 + 40_000,
        f"refund_transit:{order.id}": -40_000,
    }
    disputed.pull(Trigger.COLLECT_DEBT)
    assert disputed.state == State.COVERED


# ---- just cause --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-4")
def test_with_just_cause_what_was_not_bought_goes_back_for_it_and_the_rest_to_the_card(
    world: World, queries: Queries
) -> None:
    order = world.effective()

    disputed = justified(world, order, 100_000)

    assert order.state == State.UNREALIZABLE
    assert balances(queries) == {
        "payment_institution": WHOLE - 100_000,
        f"refund_transit:{order.id}": -(WHOLE - 100_000),
    }
    disputed.pull(Trigger.COLLECT_DEBT)
    assert (disputed.state, queries.deposit(ANNA).frozen_for) == (State.JUSTIFIED, ())


@pytest.mark.clause("PSR-22-4")
@pytest.mark.clause("PSR-24")
def test_with_just_cause_the_provider_bears_what_was_bought_and_is_given_back_what_is_won(
    world: World, queries: Queries
) -> None:
    order = world.purchased()
    before = balances(queries)

    disputed = justified(world, order, 50_000)

    assert order.state == State.PURCHASED
    assert balances(queries) == {
        "bank": -123_000,
        f"fee_held:{order.id}": -123,
        "payment_institution": WHOLE - 50_000,
        "receivable:prv_yiwu": 50_000,
    }
    disputed.pull(Trigger.WIN_CHARGEBACK, VERDICT)
    assert balances(queries) == before


@pytest.mark.clause("PSR-22-4")
def test_with_just_cause_a_cancellation_of_what_was_not_bought_settles_it(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.effective()
    ask_to_cancel(order)
    disputed = justified(world, order)
    assert order.state == State.EFFECTIVE
    assert balances(queries)[f"charged_back:{disputed.id}"] == WHOLE

    settle_case(order, engine, fee=commands.FeeChoice.WAIVED)
    disputed.pull(Trigger.COLLECT_DEBT)

    assert order.state == State.CANCELLED
    assert balances(queries) == {}


@pytest.mark.clause("PSR-22-4")
def test_with_just_cause_the_provider_bears_what_a_settled_cancellation_kept(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased()
    ask_to_cancel(order)
    agree(order, 100_000)
    paid_back(order, 100_000)
    disputed = justified(world, order)
    assert balances(queries)["receivable:prv_yiwu"] == WHOLE

    settle_case(order, engine)

    assert balances(queries) == {
        "bank": -23_000,
        "provider:prv_yiwu": -123,
        "receivable:prv_yiwu": WHOLE - 100_000,
    }
    disputed.pull(Trigger.WIN_CHARGEBACK, VERDICT)
    assert balances(queries) == {
        "bank": -23_000,
        "deposit:cli_anna": -100_000,
        "payment_institution": WHOLE,
        "provider:prv_yiwu": -123,
    }


# ---- a cancellation that is settled ------------------------------------------------------------


@pytest.mark.clause("PSR-12-4")
@pytest.mark.parametrize("cost", [0, 12_000])
def test_a_settled_cancellation_pays_the_debt_with_what_the_seller_paid_back(
    world: World, queries: Queries, engine: Engine, cost: int
) -> None:
    order = world.purchased()
    ask_to_cancel(order)
    agree(order, 100_000)
    disputed = chargeback(world, order, WHOLE)
    paid_back(order, 100_000)

    settle_case(order, engine, *((a_cost(cost),) if cost else ()))

    owed = 23_123 + cost
    stored = {"third_party:sto_ningbo": -cost} if cost else {}
    assert order.state == State.CANCELLED
    assert balances(queries) == stored | {
        "bank": -23_000,
        f"charged_back:{disputed.id}": owed,
        "provider:prv_yiwu": -123,
    }
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    world.recharged(owed)
    disputed.pull(Trigger.COLLECT_DEBT)
    assert disputed.state == State.COVERED
    disputed.pull(Trigger.WIN_CHARGEBACK, VERDICT)
    assert balances(queries) == stored | {
        "bank": -23_000,
        "deposit:cli_anna": -WHOLE,
        "payment_institution": WHOLE + owed,
        "provider:prv_yiwu": -123,
    }


@pytest.mark.clause("PSR-12-4")
def test_what_the_seller_pays_late_pays_what_is_left_of_the_debt(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased()
    case = ask_to_cancel(order)
    agree(order, 123_000)
    order.pull(Trigger.PROCEED_WITHOUT_REFUND, commands.Noted(), item=case, by=Role.PLATFORM)
    settle_case(order, engine)
    disputed = chargeback(world, order, 50_000)
    disputed.pull(Trigger.OFFSET_DEPOSIT)

    paid_back(order, 60_000)

    assert balances(queries) == {
        "bank": -63_000,
        "payment_institution": WHOLE - 50_000,
        "provider:prv_yiwu": -123,
        f"refund_transit:{order.id}": -10_000,
    }
    disputed.pull(Trigger.COLLECT_DEBT)
    assert disputed.state == State.COVERED


# ---- after the end -----------------------------------------------------------------------------


def test_a_payment_is_charged_back_long_after_its_order_closed(
    world: World, queries: Queries
) -> None:
    order = closed(world)
    world.recharged(WHOLE)
    disputed = chargeback(world, order, WHOLE)
    assert queries.deposit(ANNA).frozen_for == ("chargeback",)

    disputed.pull(Trigger.OFFSET_DEPOSIT)

    assert disputed.state == State.COVERED
    assert balances(queries) == {
        "bank": -123_000,
        "payment_institution": WHOLE,
        "provider:prv_yiwu": -123,
    }


@pytest.mark.clause("UA-1-20")
def test_a_payment_is_charged_back_after_its_client_closed_the_account(
    world: World, queries: Queries
) -> None:
    order = closed(world)
    wind_up(closure(world))

    disputed = chargeback(world, order, WHOLE)
    disputed.pull(Trigger.OFFSET_DEPOSIT)

    assert disputed.state == State.OWING
    assert balances(queries)[f"charged_back:{disputed.id}"] == WHOLE
    pay_back(disputed, institution=WHOLE)


# ---- the goods ---------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-3")
def test_sold_goods_pay_the_oldest_debt_of_their_order_first(
    world: World, queries: Queries
) -> None:
    order = world.stored()
    first = chargeback(world, order, 50_000)
    second = chargeback(world, order, 60_000, dispute="dp_2")
    for each in (first, second):
        each.pull(Trigger.OFFSET_DEPOSIT)
        heed(order, each)

    sold = commands.DisposeGoods(
        proceeds=Money(75_000), storage_costs=Money(5_000), external_ref="buyer-1"
    )
    order.pull(Trigger.DISPOSE_GOODS, sold, by=Role.PROVIDER)

    assert balances(queries) == {
        "bank": -123_000 + 75_000,
        f"charged_back:{second.id}": 40_000,
        "payment_institution": WHOLE - 110_000,
        "provider:prv_yiwu": -123,
        "third_party:sto_ningbo": -5_000,
    }
    first.pull(Trigger.COLLECT_DEBT)
    assert first.state == State.COVERED


@pytest.mark.clause("PSR-22-3")
def test_goods_that_fetch_nothing_pay_nothing(world: World, queries: Queries) -> None:
    order = world.purchased()
    disputed = chargeback(world, order, 50_000)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    heed(order, disputed)

    nothing = commands.DisposeGoods(
        proceeds=Money(0), storage_costs=Money(0), external_ref="buyer-1"
    )
    order.pull(Trigger.DISPOSE_GOODS, nothing, by=Role.PROVIDER)

    assert order.state == State.DISPOSED
    assert balances(queries) == {
        "bank": -123_000,
        f"charged_back:{disputed.id}": 50_000,
        "payment_institution": WHOLE - 50_000,
        "provider:prv_yiwu": -123,
    }


@pytest.mark.clause("PSR-22-3")
def test_goods_that_no_debt_keeps_are_not_sold(world: World) -> None:
    order = world.purchased()
    chargeback(world, order, 50_000)
    sold = commands.DisposeGoods(
        proceeds=Money(5_000), storage_costs=Money(0), external_ref="buyer-1"
    )

    assert refusal(lambda: order.pull(Trigger.DISPOSE_GOODS, sold, by=Role.PROVIDER)) == (
        RefusalCode.NOT_IN_THIS_STATE,
        "PSR-22-3",
    )
