"""The money of chargebacks, in a real database: every account after each story, by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import DisputeReason, Footing
from daigou.domain.ids import MovementRef
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.audit import audit
from daigou.ledger.queries import Queries
from tests.ledger.account_road import chargeback, heed, withdrawal
from tests.ledger.road import (
    ANNA,
    WHOLE,
    World,
    agree,
    ask_to_cancel,
    paid_back,
    settle_case,
    sold_out,
)
from tests.ledger.sums import balances

VERDICT = commands.InstitutionVerdict(external_ref="vd-1")


@pytest.mark.clause("PSR-22-1")
def test_a_payment_that_is_charged_back_is_owed_and_the_account_frozen(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.effective()
    disputed = chargeback(world, order, WHOLE)

    assert disputed.state == State.DEMANDED
    assert balances(queries) == {
        f"charged_back:{disputed.id}": WHOLE,
        f"escrow:{order.id}": -123_000,
        f"fee_held:{order.id}": -123,
    }
    assert queries.deposit(ANNA).frozen_for == ("chargeback",)
    assert order.main.held
    assert audit(engine).ok, str(audit(engine))
    world.recharged(500)
    with pytest.raises(Refused) as refused:
        withdrawal(world, 500)
    assert (refused.value.code, refused.value.clause) == (RefusalCode.ACCOUNT_FROZEN, "PSR-22-1")


@pytest.mark.clause("PSR-22-2")
def test_the_deposit_pays_despite_the_freeze_to_the_second(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased()
    world.recharged(200_000)
    disputed = chargeback(world, order, WHOLE)
    (clock,) = disputed.main.running()
    assert clock.due == disputed.at + timedelta(days=3)

    disputed.pull(Trigger.OFFSET_DEPOSIT, at=clock.due)
    heed(order, disputed)

    assert disputed.state == State.COVERED
    assert queries.deposit(ANNA).balance == Money(200_000 - WHOLE)
    assert queries.deposit(ANNA).frozen_for == ()
    assert not order.main.held
    assert f"charged_back:{disputed.id}" not in balances(queries)
    assert audit(engine).ok, str(audit(engine))


@pytest.mark.clause("PSR-22-3")
def test_goods_are_sold_for_what_the_deposit_does_not_cover(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased()
    world.recharged(20_000)
    disputed = chargeback(world, order, WHOLE)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    heed(order, disputed)
    assert disputed.state == State.OWING
    assert balances(queries)[f"charged_back:{disputed.id}"] == WHOLE - 20_000
    with pytest.raises(Refused) as refused:
        world.order()
    assert (refused.value.code, refused.value.clause) == (RefusalCode.SERVICE_REFUSED, "PSR-22-3")

    sold = commands.DisposeGoods(
        proceeds=Money(70_000), storage_costs=Money(5_000), external_ref="buyer-1"
    )
    order.pull(Trigger.DISPOSE_GOODS, sold, by=Role.PROVIDER)
    disputed.pull(Trigger.COLLECT_DEBT)

    assert (order.state, disputed.state) == (State.DISPOSED, State.OWING)
    owed = WHOLE - 20_000 - 65_000
    assert balances(queries) == {
        "bank": -123_000 + 70_000,
        f"charged_back:{disputed.id}": owed,
        "payment_institution": 20_000,
        "provider:prv_yiwu": -123,
        "third_party:sto_ningbo": -5_000,
    }
    assert audit(engine).ok, str(audit(engine))

    world.recharged(100_000)
    disputed.pull(Trigger.COLLECT_DEBT)

    assert disputed.state == State.COVERED
    assert queries.deposit(ANNA).balance == Money(100_000 - owed)
    assert queries.deposit(ANNA).frozen_for == ()
    assert audit(engine).ok, str(audit(engine))

    disputed.pull(Trigger.WIN_CHARGEBACK, VERDICT)

    assert disputed.state == State.WON
    assert queries.deposit(ANNA).balance == Money(100_000 - owed + WHOLE)
    assert audit(engine).ok, str(audit(engine))


@pytest.mark.clause("PSR-22-3")
def test_the_surplus_of_sold_goods_is_the_clients(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased()
    disputed = chargeback(world, order, 50_000)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    heed(order, disputed)

    sold = commands.DisposeGoods(
        proceeds=Money(70_000), storage_costs=Money(5_000), external_ref="buyer-1"
    )
    order.pull(Trigger.DISPOSE_GOODS, sold, by=Role.PLATFORM)
    disputed.pull(Trigger.COLLECT_DEBT)

    assert disputed.state == State.COVERED
    assert queries.deposit(ANNA).balance == Money(15_000)
    assert audit(engine).ok, str(audit(engine))


@pytest.mark.clause("PSR-22-1")
def test_what_goes_back_of_a_disputed_payment_pays_the_debt_and_no_card(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.effective()
    disputed = chargeback(world, order, 100_000)

    sold_out(order)

    assert order.refunds() != ()
    (refund,) = order.refunds()
    assert balances(queries)[f"refund_transit:{order.id}"] == -(WHOLE - 100_000)
    assert f"charged_back:{disputed.id}" not in balances(queries)
    order.answer(Trigger.CONFIRM_REFUND, item=refund)
    disputed.pull(Trigger.COLLECT_DEBT)
    assert disputed.state == State.COVERED
    assert balances(queries) == {}
    assert audit(engine).ok, str(audit(engine))

    disputed.pull(Trigger.WIN_CHARGEBACK, VERDICT)

    assert queries.deposit(ANNA).balance == Money(100_000)
    assert audit(engine).ok, str(audit(engine))


@pytest.mark.clause("PSR-22-1")
def test_no_more_of_a_payment_is_charged_back_than_is_left(world: World) -> None:
    order = world.effective()
    chargeback(world, order, 100_000)

    with pytest.raises(Refused) as refused:
        chargeback(world, order, WHOLE - 100_000 + 1, dispute="dp_2")

    assert refused.value.clause == "PSR-22-1"
    chargeback(world, order, WHOLE - 100_000, dispute="dp_2")


@pytest.mark.clause("PSR-22-4")
def test_with_just_cause_nothing_is_frozen_and_the_provider_bears_it(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased()
    disputed = chargeback(
        world,
        order,
        WHOLE,
        reason=DisputeReason.NOT_AS_DESCRIBED,
        footing=Footing(providers_fault=True),
    )
    assert disputed.state == State.EXAMINING
    assert queries.deposit(ANNA).frozen_for == ()

    disputed.pull(Trigger.FIND_JUST_CAUSE, commands.Message(note_ref="txt_0001"))
    heed(order, disputed)

    assert disputed.state == State.JUSTIFIED
    assert balances(queries) == {
        "bank": -123_000,
        "receivable:prv_yiwu": WHOLE,
        f"fee_held:{order.id}": -123,
    }
    disputed.pull(Trigger.WIN_CHARGEBACK, VERDICT)
    assert "receivable:prv_yiwu" not in balances(queries)
    assert audit(engine).ok, str(audit(engine))


@pytest.mark.clause("PSR-22-4")
def test_what_was_not_bought_goes_back_by_just_cause(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.effective()
    disputed = chargeback(world, order, WHOLE, reason=DisputeReason.NOT_RECEIVED)

    disputed.pull(Trigger.FIND_JUST_CAUSE, commands.Message(note_ref="txt_0001"))
    heed(order, disputed)
    disputed.pull(Trigger.COLLECT_DEBT)

    assert (order.state, disputed.state) == (State.UNREALIZABLE, State.JUSTIFIED)
    assert balances(queries) == {}
    assert audit(engine).ok, str(audit(engine))


@pytest.mark.clause("PSR-22-1")
def test_the_client_pays_its_debt_from_the_frozen_deposit_and_the_institution(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased()
    world.recharged(20_000)
    disputed = chargeback(world, order, WHOLE)
    asked = commands.PayChargeback(
        from_deposit=Money(20_000), from_institution=Money(WHOLE - 20_000), payment_method="pm_1"
    )

    disputed.pull(Trigger.PAY_CHARGEBACK, asked)
    assert disputed.state == State.PAYING
    assert balances(queries)[f"payment_reserved:{disputed.id}"] == -20_000
    reference = MovementRef(f"{disputed.id}/{disputed.sequence}")
    disputed.pull(
        Trigger.CONFIRM_CHARGEBACK_PAYMENT,
        commands.Outcome(reference=reference, external_ref="ext-1"),
    )

    assert disputed.state == State.COVERED
    assert f"charged_back:{disputed.id}" not in balances(queries)
    assert audit(engine).ok, str(audit(engine))


@pytest.mark.clause("PSR-22-1")
def test_while_a_payment_is_charged_back_nothing_is_bought_even_unheard(world: World) -> None:
    order = world.effective()
    chargeback(world, order, WHOLE, heeded=False)

    with pytest.raises(Refused) as refused:
        order.pull(Trigger.PURCHASE, commands.Purchase())

    assert (refused.value.code, refused.value.clause) == (RefusalCode.PAYMENT_HELD, "PSR-22-1")


@pytest.mark.clause("PSR-22-4")
@pytest.mark.clause("PSR-24")
def test_what_a_provider_bears_comes_back_to_it_where_its_order_gives_it_back(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased()
    disputed = chargeback(world, order, WHOLE, reason=DisputeReason.NOT_RECEIVED)
    disputed.pull(Trigger.FIND_JUST_CAUSE, commands.Message(note_ref="txt_0001"))
    heed(order, disputed)
    assert balances(queries)["receivable:prv_yiwu"] == WHOLE

    ask_to_cancel(order)
    agree(order, 123_000)
    paid_back(order, 123_000)
    settle_case(order, engine)

    # The client has its money already: nothing goes to its deposit. The fee was kept.
    assert queries.deposit(ANNA).balance == Money(0)
    assert balances(queries) == {"provider:prv_yiwu": -123, "receivable:prv_yiwu": 123}
    assert audit(engine).ok, str(audit(engine))

    disputed.pull(Trigger.WIN_CHARGEBACK, VERDICT)

    # Now it has not: what the order gave back is the client's, and the provider bears nothing.
    assert balances(queries) == {
        "deposit:cli_anna": -123_000,
        "payment_institution": WHOLE,
        "provider:prv_yiwu": -123,
    }
    assert audit(engine).ok, str(audit(engine))
