"""Cancellations in the real books: shown first, settled as shown, and proved by the audit after.

Each of the bugs that other systems had in this place is tried here by its name.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import FeeChoice, LineCode
from daigou.domain.ids import PartyId
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.steps import Step
from daigou.ledger.audit import audit
from daigou.ledger.books import PostgresBooks
from daigou.ledger.erasing import Erasing, StillRunningError
from daigou.ledger.queries import Queries
from daigou.ports.books import StepConflictError
from tests.ledger.account_road import freeze
from tests.ledger.attack import FLOOR, Sql, composed, written
from tests.ledger.road import (
    ANNA,
    MIA,
    SWIFT,
    WHOLE,
    YIWU,
    Subject,
    World,
    a_cost,
    a_price,
    agree,
    ask_to_cancel,
    buy,
    dispatch,
    of_the_case,
    paid_back,
    pay,
    receive,
    send_back,
    settle,
    settle_case,
    shown,
    sold_out,
    third_party_line,
)
from tests.ledger.sums import balances

pytestmark = pytest.mark.usefixtures("proved")

PRICE, FEE = 123_000, 123
HELD = ("escrow", "fee_held", "seller_transit", "payment_reserved", "coupon_reserved")


def _held(queries: Queries, order: Subject) -> dict[str, int]:
    """What the order's own accounts still hold, but for refunds on their way."""
    found = balances(queries)
    return {kind: found[f"{kind}:{order.id}"] for kind in HELD if found.get(f"{kind}:{order.id}")}


def _refunded(world: World, **changes: object) -> Subject:
    """A cancellation of goods that never left the seller; it has paid the price back."""
    order = world.purchased(from_deposit=WHOLE, **changes)
    ask_to_cancel(order)
    agree(order, PRICE)
    paid_back(order, PRICE)
    return order


# ---- the ways through ------------------------------------------------------------------------


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.clause("PSR-12-3")
@pytest.mark.parametrize(
    ("fee", "back", "earned"), [(FeeChoice.KEPT, PRICE, FEE), (FeeChoice.WAIVED, WHOLE, 0)]
)
def test_what_is_not_bought_yet_is_cancelled_and_paid_back(
    world: World, queries: Queries, engine: Engine, fee: FeeChoice, back: int, earned: int
) -> None:
    order = world.effective(from_deposit=WHOLE)
    ask_to_cancel(order)

    settle_case(order, engine, fee=fee)

    view = queries.order(order.id)
    assert (view.state, view.next_due_at, view.next_actor) == (State.CANCELLED, None, None)
    assert (view.refunded, view.fee_earned) == (Money(back), Money(earned))
    assert queries.deposit(ANNA).balance == Money(back)
    assert _held(queries, order) == {}


@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.clause("PSR-12-4")
@pytest.mark.clause("PSR-12-6")
def test_what_is_stored_goes_back_first_then_comes_the_money_then_the_settlement(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.stored(from_deposit=WHOLE)
    (parcel,) = order.items
    case = ask_to_cancel(order)
    agree(order, PRICE)
    stands = [queries.order(order.id).state]
    send_back(order, parcel)
    stands.append(queries.order(order.id).state)
    paid_back(order, 100_000, "sr-1")
    paid_back(order, 23_000, "sr-2")

    settle_case(order, engine, a_cost(700), a_cost(300, YIWU))

    view = queries.order(order.id)
    assert stands == [State.STORED, State.GOING_BACK]
    assert view.state == State.CANCELLED
    assert [(item.item, item.state) for item in view.items_of(TableName.CANCELLATION)] == [
        (case, State.CANCELLED)
    ]
    assert queries.deposit(ANNA).balance == Money(PRICE - 1_000)
    assert [(line.code, line.amount) for line in view.lines if line.code.startswith("canc")] == [
        (LineCode.CANCELLATION_COST, Money(700)),
        (LineCode.CANCELLATION_COST, Money(300)),
    ]
    assert _held(queries, order) == {}


@pytest.mark.clause("PSR-7")
@pytest.mark.clause("PSR-12-3")
def test_third_party_lines_and_storage_charges_stay_where_they_are(
    world: World, queries: Queries, engine: Engine
) -> None:
    world.recharged(WHOLE + 500 + 3_000)
    order = world.accepted(third_party_line())
    settle(order, from_deposit=WHOLE + 500)
    buy(order)
    parcel = receive(order)
    order.pull(Trigger.END_DUTY, item=parcel)
    order.pull(Trigger.CHARGE_STORAGE, item=parcel)
    ask_to_cancel(order)
    agree(order, PRICE)
    send_back(order, parcel)
    paid_back(order, PRICE)

    settle_case(order, engine, fee=FeeChoice.WAIVED)

    assert balances(queries)["third_party:sto_ningbo"] == -3_500
    assert queries.deposit(ANNA).balance == Money(WHOLE)
    assert queries.order(order.id).refunded == Money(WHOLE)


@pytest.mark.clause("PSR-12-3")
@pytest.mark.clause("PSR-19")
@pytest.mark.clause("UA-1-10")
def test_a_waived_fee_comes_back_from_the_promoter_and_frees_its_coupon(
    world: World, queries: Queries, engine: Engine, sql: Sql
) -> None:
    world.contract()
    coupon = world.coupon(100)
    world.recharged(WHOLE - 100)
    order = world.accepted(promoter=MIA)
    settle(order, from_deposit=WHOLE - 100, coupons=(coupon,), off=100)
    buy(order)
    parcel = receive(order)
    order.pull(Trigger.END_DUTY, item=parcel)
    assert balances(queries)["promoter:pro_mia"] == -12
    ask_to_cancel(order)
    agree(order, PRICE)
    send_back(order, parcel)
    paid_back(order, PRICE)

    settle_case(order, engine, fee=FeeChoice.WAIVED)

    empty = {"promoter:pro_mia", "provider:prv_yiwu", "promotion"}
    assert empty & balances(queries).keys() == set()
    assert queries.deposit(ANNA).balance == Money(WHOLE - 100)
    redeemed = sql.execute("SELECT redeemed_subject FROM coupon WHERE id = %s", (coupon,))
    assert redeemed.fetchall() == [(None,)]


# ---- debts -----------------------------------------------------------------------------------


@pytest.mark.clause("PSR-12-4")
@pytest.mark.clause("UA-1-8")
def test_what_the_costs_exceed_comes_out_of_the_deposit(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    ask_to_cancel(order)
    agree(order, 10_000)
    paid_back(order, 10_000)
    world.recharged(5_000)

    settle_case(order, engine, a_cost(12_000))

    view = queries.order(order.id)
    assert queries.deposit(ANNA).balance == Money(3_000)
    assert (view.collected, view.refunded) == (Money(WHOLE + 2_000), ZERO)
    assert "receivable:cli_anna" not in balances(queries)


# A bug of ours: the settlement was shown as a debt, tried from the deposit, and called stale.
@pytest.mark.clause("PSR-12-4")
@pytest.mark.parametrize("in_deposit", [0, 1_999])
def test_what_the_deposit_cannot_pay_becomes_a_debt_as_it_was_shown(
    world: World, queries: Queries, engine: Engine, in_deposit: int
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    ask_to_cancel(order)
    agree(order, 10_000)
    paid_back(order, 10_000)
    if in_deposit:
        world.recharged(in_deposit)

    settle_case(order, engine, a_cost(12_000))

    view = queries.order(order.id)
    assert balances(queries)["receivable:cli_anna"] == 2_000
    assert queries.deposit(ANNA).balance == Money(in_deposit)
    assert (view.state, view.collected) == (State.CANCELLED, Money(WHOLE))


@pytest.mark.clause("PSR-12-3")
@pytest.mark.clause("PSR-12-4")
@pytest.mark.parametrize(("beyond", "debt"), [(FEE, 0), (FEE + 1, FEE + 1)])
def test_a_fee_that_is_waived_pays_what_the_costs_exceed_before_there_is_a_debt(
    world: World, queries: Queries, engine: Engine, beyond: int, debt: int
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    ask_to_cancel(order)
    agree(order, 10_000)
    paid_back(order, 10_000)

    settle_case(order, engine, a_cost(10_000 + beyond), fee=FeeChoice.WAIVED)

    assert balances(queries).get("receivable:cli_anna", 0) == debt
    assert queries.deposit(ANNA).balance == Money(FEE - beyond + debt)


@pytest.mark.clause("PSR-12-4")
@pytest.mark.clause("UA-1-9")
def test_a_frozen_deposit_is_not_touched_and_the_client_owes(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    ask_to_cancel(order)
    agree(order, 0)
    world.recharged(5_000)
    freeze(world)

    settle_case(order, engine, a_cost(12_000))

    assert balances(queries)["receivable:cli_anna"] == 12_000
    assert queries.deposit(ANNA).balance == Money(5_000)


@pytest.mark.clause("PSR-12-4")
@pytest.mark.clause("UA-1-19")
def test_what_the_seller_pays_late_pays_nothing_that_a_recharge_has_paid(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    case = ask_to_cancel(order)
    agree(order, PRICE)
    order.pull(Trigger.PROCEED_WITHOUT_REFUND, commands.Noted(), item=case, by=Role.PLATFORM)
    settle_case(order, engine, a_cost(12_000))
    world.recharged(10_000)
    assert balances(queries) == {
        "bank": -PRICE,
        "payment_institution": WHOLE + 10_000,
        "provider:prv_yiwu": -FEE,
        "receivable:cli_anna": 2_000,
        "third_party:sto_ningbo": -12_000,
    }

    paid_back(order, 5_000)
    paid_back(order, PRICE - 5_000, "sr-2")

    assert balances(queries) == {
        "deposit:cli_anna": -(PRICE - 2_000),
        "payment_institution": WHOLE + 10_000,
        "provider:prv_yiwu": -FEE,
        "third_party:sto_ningbo": -12_000,
    }


@pytest.mark.clause("PSR-12-4")
def test_what_the_seller_pays_late_pays_the_debt_first_and_then_the_client(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    case = ask_to_cancel(order)
    agree(order, PRICE)
    order.pull(Trigger.PROCEED_WITHOUT_REFUND, commands.Noted(), item=case, by=Role.PLATFORM)
    settle_case(order, engine, a_cost(12_000))
    assert queries.order(order.id).state == State.CANCELLED
    assert order.items[case].state == State.CHASING

    paid_back(order, 20_000, "sr-1")

    assert "receivable:cli_anna" not in balances(queries)
    assert queries.deposit(ANNA).balance == Money(8_000)
    paid_back(order, PRICE - 20_000, "sr-2")
    assert order.items[case].state == State.CANCELLED
    assert queries.deposit(ANNA).balance == Money(PRICE - 12_000)
    assert _held(queries, order) == {}


# A bug of ours: a refund on its way kept its client's data, a case whose money is to come did not.
@pytest.mark.clause("PSR-23")
def test_nobody_is_erased_while_the_seller_still_owes_what_it_agreed_to_pay_back(
    world: World, engine: Engine
) -> None:
    erasing = Erasing(engine)
    order = world.purchased(from_deposit=WHOLE)
    case = ask_to_cancel(order)
    agree(order, 10_000)
    order.pull(Trigger.PROCEED_WITHOUT_REFUND, commands.Noted(), item=case, by=Role.PLATFORM)
    settle_case(order, engine)

    with pytest.raises(StillRunningError) as running:
        erasing.erase(party=ANNA, author="plt_platform")
    paid_back(order, 10_000)
    erased = erasing.erase(party=ANNA, author="plt_platform")

    assert running.value.subjects == (order.id,)
    assert not erased.forced


@pytest.mark.clause("PSR-12-4")
def test_the_database_lets_nobody_pay_more_of_a_debt_than_it_is(
    sql: Sql, world: World, engine: Engine
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    case = ask_to_cancel(order)
    agree(order, PRICE)
    order.pull(Trigger.PROCEED_WITHOUT_REFUND, commands.Noted(), item=case, by=Role.PLATFORM)
    settle_case(order, engine, a_cost(12_000))
    late = commands.CaseRefund(amount=Money(20_000), external_ref="sr-1")
    rows = composed(sql, order.step(Trigger.RECORD_CANCELLATION_REFUND, late, item=case))
    more = {"receivable:cli_anna": -12_001, "deposit:cli_anna": -7_999}
    escrow = {12_000: 12_001, 8_000: 7_999}

    for entry in rows["entry"]:
        entry["amount"] = more.get(entry["account"], escrow.get(entry["amount"], entry["amount"]))

    assert written(sql, rows) == FLOOR


# ---- shown first -----------------------------------------------------------------------------


@pytest.mark.clause("PSR-12-3")
def test_a_settlement_is_written_as_it_was_shown_to_the_leg(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = _refunded(world)
    settlement = commands.SettleCancellation(digest="", costs=(a_cost(700),))
    preview = shown(order, settlement, engine)

    settle_case(order, engine, a_cost(700))

    written = [each for each in queries.journals(order.id) if each.sequence == preview.sequence]
    assert [[(leg.account, leg.amount) for leg in each.legs] for each in written] == [
        [(leg.account.id, leg.amount) for leg in each.legs] for each in preview.effects.journals
    ]


@pytest.mark.clause("PSR-12-3")
def test_a_settlement_that_was_never_shown_is_refused(world: World) -> None:
    order = _refunded(world)

    for digest in ("", "0" * 64):
        with pytest.raises(Refused) as caught:
            of_the_case(
                order, Trigger.SETTLE_CANCELLATION, commands.SettleCancellation(digest=digest)
            )
        assert caught.value.code == RefusalCode.STALE_PREVIEW


def _another_refund(order: Subject) -> None:
    paid_back(order, 1_000, "sr-2")


def _a_question(order: Subject) -> None:
    order.pull(Trigger.ASK_QUESTION, commands.Message(note_ref="txt_0001"))


@pytest.mark.clause("PSR-12-3")
@pytest.mark.parametrize("meanwhile", [_another_refund, _a_question])
def test_a_settlement_that_something_overtook_is_shown_anew(
    world: World, engine: Engine, meanwhile: Callable[[Subject], None]
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    ask_to_cancel(order)
    agree(order, 100_000)
    paid_back(order, 100_000)
    said = commands.SettleCancellation(digest="", costs=(a_cost(700),))
    said = replace(said, digest=shown(order, said, engine).digest)
    meanwhile(order)

    with pytest.raises(Refused) as caught:
        of_the_case(order, Trigger.SETTLE_CANCELLATION, said)

    assert caught.value.code == RefusalCode.STALE_PREVIEW
    settle_case(order, engine, a_cost(700))
    assert order.state == State.CANCELLED


@pytest.mark.clause("PSR-12-3")
@pytest.mark.parametrize(
    "instead",
    [
        {"fee": FeeChoice.WAIVED},
        {"costs": ()},
        {"costs": (a_cost(701),)},
        {"costs": (a_cost(700, SWIFT),)},
        {"costs": (a_cost(700), a_cost(1))},
    ],
)
def test_a_settlement_other_than_the_one_that_was_shown_is_refused(
    world: World, engine: Engine, instead: dict[str, object]
) -> None:
    order = _refunded(world)
    said = commands.SettleCancellation(digest="", costs=(a_cost(700),))
    digest = shown(order, said, engine).digest

    with pytest.raises(Refused) as caught:
        of_the_case(
            order,
            Trigger.SETTLE_CANCELLATION,
            replace(said, digest=digest, **instead),  # type: ignore[arg-type]
        )

    assert caught.value.code == RefusalCode.STALE_PREVIEW


@pytest.mark.clause("PSR-12-4")
def test_a_cost_of_a_payee_that_is_not_registered_is_refused(world: World, engine: Engine) -> None:
    order = _refunded(world)

    with pytest.raises(Refused) as caught:
        settle_case(order, engine, a_cost(700, PartyId("xxx_nobody")))

    assert caught.value.code in {RefusalCode.LINE_NOT_ALLOWED, RefusalCode.INVALID_REQUEST}


# ---- refunds through the institution ---------------------------------------------------------


# A bug that others had: a refund that failed counts as paid, or is credited and paid again.
@pytest.mark.clause("PSR-12-1-A")
def test_a_refund_that_failed_is_credited_once_and_counts_as_paid_never(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.effective()
    ask_to_cancel(order)
    (refund,) = settle_case(order, engine).refunds
    assert queries.order(order.id).refunded == ZERO
    failed = commands.Outcome(reference=refund, external_ref="x-1", reason="closed")
    turns = order.turns(Trigger.FAIL_REFUND, failed, item=refund)
    steps = tuple(turn.step for turn in turns)

    order.take(*turns)

    assert queries.deposit(ANNA).balance == Money(PRICE)
    assert queries.order(order.id).refunded == Money(PRICE)
    # The same answer again finds itself, and another one finds no open refund.
    order.commit(steps)
    assert queries.deposit(ANNA).balance == Money(PRICE)
    late = replace(steps[0], command_id="late", sequence=order.sequence + 1)
    with pytest.raises((Refused, StepConflictError)):
        order.commit((late,))
    assert queries.deposit(ANNA).balance == Money(PRICE)


@pytest.mark.clause("PSR-12-1-A")
def test_what_was_paid_from_both_goes_back_to_both_and_no_capture_gives_more_than_it_took(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.effective(from_deposit=20_000)
    order.pull(Trigger.REPORT_PRICE, a_price(order, 140_000))
    settle(order, amount=20_020)
    ask_to_cancel(order)

    refunds = settle_case(order, engine, fee=FeeChoice.WAIVED).refunds

    assert queries.deposit(ANNA).balance == Money(20_000)
    amounts = {item.item: item.amount for item in queries.order(order.id).items}
    assert [amounts[each] for each in refunds] == [Money(20_020), Money(WHOLE - 20_000)]


# ---- bugs that others had --------------------------------------------------------------------


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-12-1-B")
def test_an_earlier_refund_of_a_part_is_not_counted_twice(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    lost = dispatch(order, 100)
    order.pull(Trigger.REPORT_LOST, commands.Noted(), item=lost)
    back = commands.SellerRefund(goods=Money(40_000), freight=Money(1_000), external_ref="sr-1")
    order.pull(Trigger.RECORD_SELLER_REFUND, back, item=lost, by=Role.PROVIDER)
    ask_to_cancel(order)

    with pytest.raises(Refused, match="cannot pay back"):
        agree(order, PRICE)
    agree(order, 82_000)
    with pytest.raises(Refused) as again:
        paid_back(order, 41_000, "sr-1")
    paid_back(order, 82_000, "sr-2")
    settle_case(order, engine, fee=FeeChoice.WAIVED)

    assert again.value.code == RefusalCode.ALREADY_RECORDED
    assert queries.order(order.id).refunded == Money(WHOLE)
    assert queries.deposit(ANNA).balance == Money(WHOLE)


@pytest.mark.clause("PSR-12-1-A")
def test_a_top_up_that_comes_through_under_a_cancellation_goes_back_with_the_rest(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.effective(from_deposit=WHOLE)
    order.pull(Trigger.REPORT_PRICE, a_price(order, 140_000))
    pay(order, amount=20_020)
    case = ask_to_cancel(order)
    assert order.items[case].state == State.AWAITING_OUTCOME

    order.answer(Trigger.CONFIRM_PAYMENT)

    assert (order.state, order.items[case].state) == (State.EFFECTIVE, State.SETTLING)
    (refund,) = settle_case(order, engine, fee=FeeChoice.WAIVED).refunds
    order.answer(Trigger.CONFIRM_REFUND, item=refund)
    assert queries.order(order.id).refunded == Money(WHOLE + 20_020)
    assert _held(queries, order) == {}


@pytest.mark.clause("PSR-12-1-A")
def test_a_top_up_that_is_declined_under_a_cancellation_is_nobodys_and_the_rest_goes_back(
    world: World, queries: Queries, engine: Engine
) -> None:
    world.recharged(WHOLE + 5_000)
    order = world.accepted()
    settle(order, from_deposit=WHOLE)
    order.pull(Trigger.REPORT_PRICE, a_price(order, 140_000))
    pay(order, amount=20_020, from_deposit=5_000)
    case = ask_to_cancel(order)

    order.answer(Trigger.DECLINE_PAYMENT, reason="no cover")

    assert (order.state, order.items[case].state) == (State.AWAITING_TOP_UP, State.SETTLING)
    settle_case(order, engine, fee=FeeChoice.WAIVED)
    assert queries.deposit(ANNA).balance == Money(WHOLE + 5_000)
    assert queries.order(order.id).refunded == Money(WHOLE)


@pytest.mark.clause("PSR-12-1-A")
def test_an_order_that_the_seller_rejects_takes_its_waiting_case_along(
    world: World, queries: Queries
) -> None:
    order = world.effective(from_deposit=WHOLE)
    order.pull(Trigger.PURCHASE, commands.Purchase())
    case = ask_to_cancel(order)
    assert order.items[case].state == State.AWAITING_OUTCOME

    order.answer(Trigger.REJECT_PURCHASE, reason="sold_out")

    view = queries.order(order.id)
    assert (view.state, view.items[-1].state) == (State.UNREALIZABLE, State.OVERTAKEN)
    assert (view.next_due_at, view.next_actor) == (None, None)
    assert not view.facts.held
    assert queries.deposit(ANNA).balance == Money(WHOLE)


@pytest.mark.clause("PSR-12-1-A")
def test_an_order_that_turns_out_unrealizable_takes_its_settlement_along(
    world: World, queries: Queries
) -> None:
    order = world.effective(from_deposit=WHOLE)
    case = ask_to_cancel(order)

    sold_out(order)

    assert (order.state, order.items[case].state) == (State.UNREALIZABLE, State.OVERTAKEN)
    assert queries.deposit(ANNA).balance == Money(WHOLE)


@pytest.mark.clause("PSR-12-7")
def test_goods_that_clear_customs_end_the_case_and_the_seller_has_its_money_again(
    world: World, queries: Queries
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    case = ask_to_cancel(order)
    agree(order, PRICE)
    paid_back(order, 50_000)
    parcel = receive(order)
    order.pull(Trigger.END_DUTY, item=parcel)

    order.pull(Trigger.CLEAR_CUSTOMS, commands.Transport(tracking_ref="t-1"), item=parcel)

    view = queries.order(order.id)
    assert (view.state, order.items[case].state) == (State.EXPORTED, State.OVERTAKEN)
    assert balances(queries)["provider:prv_yiwu"] == -(50_000 + FEE)
    assert view.fee_earned == Money(FEE)
    assert _held(queries, order) == {}
    with pytest.raises(Refused) as caught:
        ask_to_cancel(order)
    assert (caught.value.code, caught.value.clause) == (RefusalCode.CUSTOMS_CLEARED, "PSR-12-7")


# ---- at the same moment ----------------------------------------------------------------------


def _at_once(*steps: tuple[Step, ...], books: PostgresBooks) -> list[object]:
    """What becomes of steps that are written at the same moment."""

    def write(step: tuple[Step, ...]) -> object:
        try:
            return books.commit(step)
        except (Refused, StepConflictError) as error:
            return error

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(write, steps))


def _asking(order: Subject, command_id: str) -> tuple[Step, ...]:
    return order.steps_of(
        Trigger.REQUEST_CANCELLATION, commands.Noted(), by=Role.CLIENT, command_id=command_id
    )


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.parametrize("_again", range(5))
def test_of_two_cancellations_at_once_the_books_take_one(
    world: World, books: PostgresBooks, queries: Queries, _again: int
) -> None:
    order = world.effective(from_deposit=WHOLE)

    outcomes = _at_once(_asking(order, "one"), _asking(order, "two"), books=books)

    cases = queries.order(order.id).items_of(TableName.CANCELLATION)
    assert [each.state for each in cases] == [State.SETTLING]
    taken = [each for each in outcomes if isinstance(each, tuple) and not each[0].instead]
    assert len(taken) == 1
    assert [each.trigger for each in queries.timeline(order.id)].count("request-cancellation") == 1


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.parametrize("_again", range(5))
def test_of_a_cancellation_and_a_purchase_at_once_the_books_take_one(
    world: World, books: PostgresBooks, queries: Queries, _again: int
) -> None:
    order = world.effective(from_deposit=WHOLE)
    buying = order.steps_of(Trigger.PURCHASE, commands.Purchase(), by=Role.PROVIDER)

    _at_once(_asking(order, "one"), buying, books=books)

    view = queries.order(order.id)
    cases = [each.state for each in view.items_of(TableName.CANCELLATION)]
    assert (view.state, cases) in [(State.PURCHASING, []), (State.EFFECTIVE, [State.SETTLING])]


def test_the_database_itself_holds_one_open_case_for_an_order(world: World) -> None:
    """Were the guards ever to let a second one through, the books would not."""
    order = world.effective(from_deposit=WHOLE)
    ask_to_cancel(order)
    second = order.steps_of(Trigger.REQUEST_CANCELLATION, commands.Noted(), target=State.SETTLING)

    with pytest.raises(StepConflictError):
        order.commit(second)


# ---- reading ---------------------------------------------------------------------------------


def test_an_order_with_a_case_waits_for_who_acts_next_on_the_case(
    world: World, queries: Queries
) -> None:
    order = world.effective(from_deposit=WHOLE)
    bought_by = queries.order(order.id).next_due_at

    ask_to_cancel(order)

    view = queries.order(order.id)
    (case,) = view.items_of(TableName.CANCELLATION)
    assert bought_by is not None
    assert view.clocks == ()
    assert view.next_actor == Role.PROVIDER
    assert view.next_due_at == case.clocks[0].due == order.at + timedelta(hours=48)


def test_an_order_whose_case_came_to_nothing_waits_as_long_as_before(
    world: World, queries: Queries
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    before = {clock.term: clock.due for clock in queries.order(order.id).clocks}
    case = ask_to_cancel(order)
    opened = order.at

    order.pull(Trigger.WITHDRAW_CANCELLATION, commands.Noted(), item=case, by=Role.CLIENT)

    stood_still = order.at - opened
    after = {clock.term: clock.due for clock in queries.order(order.id).clocks}
    assert after == {term: due + stood_still for term, due in before.items()}


def test_the_audit_of_all_that_is_ok(engine: Engine, world: World) -> None:
    order = _refunded(world)
    settle_case(order, engine, a_cost(700))

    assert audit(engine).ok
