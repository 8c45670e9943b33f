"""A chargeback's own workflow: what it tells its order, its clocks to the instant, who pays it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from daigou.domain import commands
from daigou.domain.commands import DisputeReason, Footing
from daigou.domain.ids import MovementRef, OrderId, SubjectId, chargeback_of, workflow_id
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Parties, Role, State, Trigger
from daigou.domain.refusals import RefusalCode
from tests.workflows.stage import (
    INSTITUTION,
    LOGISTICS,
    PROVIDER,
    STORAGE,
    WHOLE,
    Order,
    Stage,
    SubjectOnStage,
    refused,
)

DAY = timedelta(days=1)
VERDICT = commands.InstitutionVerdict(external_ref="vd-1")


async def _paid(stage: Stage) -> Order:
    """An order that the institution paid, not bought yet."""
    order = await stage.order(deposit=ZERO)
    await order.reach(State.ACCEPTED)
    await order.pay(institution=WHOLE, method="pm_ok")
    await order.until(State.EFFECTIVE)
    return order


def _disputed(
    order: Order,
    fen: int = WHOLE.amount,
    reason: DisputeReason = DisputeReason.CHANGED_MIND,
) -> SubjectOnStage:
    request, dispute = order.request, f"dp_{uuid4().hex[:8]}"
    payment = next(each.sequence for each in order.written if each.trigger == Trigger.PAY)
    said = commands.ReportChargeback(
        order=OrderId(order.id),
        dispute=dispute,
        payment=MovementRef(f"{order.id}/{payment}"),
        amount=Money(fen),
        reason=reason,
        evidence_due=order.last.at + 7 * DAY,
        footing=Footing(),
    )
    return SubjectOnStage(
        order.stage,
        chargeback_of(OrderId(order.id), dispute),
        said,
        parties=Parties(
            client=request.client, provider=PROVIDER, storage=STORAGE, logistics=LOGISTICS
        ),
        by=Role.PAYMENT_INSTITUTION,
    )


@pytest.mark.clause("PSR-22-1")
async def test_a_chargeback_holds_its_order_up_until_it_is_paid(stage: Stage) -> None:
    order = await _paid(stage)
    disputed = _disputed(order)

    reported = await disputed.open()
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.HEED_CHARGEBACK)
    with refused(RefusalCode.PAYMENT_HELD, "PSR-22-1"):
        await order.pull(Trigger.PURCHASE)
    held_clocks, card = order.clocks, await order.card()
    payment = commands.PayChargeback(from_institution=WHOLE, payment_method="pm_ok")
    paid = await disputed.pull(Trigger.PAY_CHARGEBACK, payment, by=Role.CLIENT)
    await order.until_written(
        lambda rows: sum(row.trigger == Trigger.HEED_CHARGEBACK for row in rows) == 2
    )

    assert disputed.handle.id == workflow_id(disputed.id)
    assert disputed.handle.id.startswith(f"order/{order.id}/chargeback/dp_")
    assert (reported.state, reported.due) == (State.DEMANDED, reported.at + 3 * DAY)
    assert held_clocks == {}
    assert "Held up" in card
    assert paid.state == State.COVERED
    assert set(order.clocks) == {"purchase", "purchase_reminder"}
    assert (await order.pull(Trigger.PURCHASE)).state == State.PURCHASED
    assert stage.balance(f"charged_back:{disputed.id}") == ZERO


@pytest.mark.clause("PSR-22-2")
@pytest.mark.clause("PSR-22-3")
async def test_the_deposit_pays_at_the_third_day_and_a_recharge_pays_the_rest(
    stage: Stage,
) -> None:
    order = await _paid(stage)
    await stage.recharge(client=order.request.client, amount=Money(200_00)).open()
    disputed = _disputed(order)
    due = (await disputed.open()).due
    assert due is not None

    await disputed.just_before(due)
    assert disputed.last.target == State.DEMANDED
    await disputed.past(due)
    struck = await disputed.until(State.OWING)
    after_offset = order.deposit
    with refused(RefusalCode.SERVICE_REFUSED, "PSR-22-3"):
        await stage.unopened(client=order.request.client).open()
    recharge = stage.recharge(client=order.request.client, amount=Money(2_000_00))
    await recharge.open()
    collected = await disputed.until(State.COVERED)

    assert (struck.trigger, struck.at) == (Trigger.OFFSET_DEPOSIT, due)
    assert after_offset == ZERO
    assert collected.trigger == Trigger.COLLECT_DEBT
    assert order.deposit == Money(200_00 + 2_000_00) - WHOLE
    assert stage.notices(recharge.id, "recharge.paid_debt") == ["client"]
    assert recharge.last.clause == "UA-1-19"
    assert stage.notices(disputed.id, "chargeback.offset_in_part") == [
        "client",
        "provider",
        "platform",
    ]


@pytest.mark.clause("PSR-22-3")
async def test_what_another_order_gives_back_pays_the_debt_at_once(stage: Stage) -> None:
    disputed_order = await _paid(stage)
    client = disputed_order.request.client
    await stage.recharge(client=client, amount=WHOLE).open()
    other = stage.unopened(client=client)
    await other.open()
    await other.reach(State.EFFECTIVE)
    disputed = _disputed(disputed_order, 200_00)
    due = (await disputed.open()).due
    assert due is not None
    await disputed.past(due)
    struck = await disputed.until(State.OWING)

    await other.pull(Trigger.REPORT_UNREALIZABLE)
    collected = await disputed.until(State.COVERED)

    assert collected.trigger == Trigger.COLLECT_DEBT
    assert collected.at - struck.at < DAY
    assert other.deposit == WHOLE - Money(200_00)


@pytest.mark.clause("PSR-22-3")
async def test_service_is_refused_for_a_debt_and_the_orders_money_pays_it(stage: Stage) -> None:
    order = await _paid(stage)
    disputed = _disputed(order)
    due = (await disputed.open()).due
    assert due is not None
    await disputed.past(due)
    await disputed.until(State.OWING)
    await order.until_written(
        lambda rows: sum(row.trigger == Trigger.HEED_CHARGEBACK for row in rows) == 2
    )

    ended = await order.pull(Trigger.REFUSE_SERVICE, commands.Noted(), by=Role.PROVIDER)
    await disputed.until(State.COVERED)
    lost = await disputed.pull(Trigger.LOSE_CHARGEBACK, VERDICT, by=Role.PAYMENT_INSTITUTION)

    assert ended.state == State.REFUSED
    assert lost.state == State.SETTLED
    assert (await disputed.ending()).state == State.SETTLED
    assert order.deposit == ZERO
    assert await stage.moved(order.id, "refund") == []


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-12-3")
async def test_a_settlement_that_pays_a_debt_lifts_its_freeze_before_the_third_day(
    stage: Stage,
) -> None:
    order = await _paid(stage)
    await order.pull(Trigger.REQUEST_CANCELLATION)
    disputed = _disputed(order)
    await disputed.open()
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.HEED_CHARGEBACK)

    await order.settle(fee=commands.FeeChoice.WAIVED)
    paid = await disputed.until(State.COVERED)

    # The step that pays is not the last of its transaction: the order follows its case by another.
    assert stage.transactions(order.id)[-1] == [Trigger.SETTLE_CANCELLATION, Trigger.FOLLOW_CASE]
    assert paid.trigger == Trigger.COLLECT_DEBT
    assert stage.balance(f"charged_back:{disputed.id}") == ZERO


@pytest.mark.clause("PSR-22-4")
async def test_just_cause_ends_an_order_that_was_not_bought(stage: Stage) -> None:
    order = await _paid(stage)
    disputed = _disputed(order, reason=DisputeReason.NOT_RECEIVED)
    examined = await disputed.open()

    await disputed.pull(
        Trigger.FIND_JUST_CAUSE, commands.Message(note_ref="txt_1"), by=Role.PLATFORM
    )
    ended = await order.until(State.UNREALIZABLE)

    assert (examined.state, examined.next_actor) == (State.EXAMINING, Role.PLATFORM)
    assert ended.trigger == Trigger.HEED_CHARGEBACK
    await disputed.until_written(lambda rows: rows[-1].trigger == Trigger.COLLECT_DEBT)
    assert stage.balance(f"charged_back:{disputed.id}") == ZERO
    assert stage.balance(f"receivable:{PROVIDER}") == ZERO


@pytest.mark.clause("PSR-22-1")
async def test_a_chargeback_may_come_when_its_order_has_long_ended(stage: Stage) -> None:
    order = await _paid(stage)
    await order.pull(Trigger.REPORT_UNREALIZABLE)
    (refund,) = (each for each in stage.read_model(order.id).items)
    await order.ending()

    disputed = _disputed(order, fen=1)
    with refused(RefusalCode.INVALID_REQUEST, "PSR-22-1"):
        await disputed.open()

    assert refund.startswith(f"{order.id}/")
    bought = await stage.order(deposit=ZERO)
    await bought.reach(State.ACCEPTED)
    await bought.pay(institution=WHOLE, method="pm_ok")
    for state in (State.DELIVERED, State.RECEIVED):
        await bought.reach(state)
    late = _disputed(bought)
    assert (await late.open()).state == State.DEMANDED
    assert INSTITUTION


@pytest.mark.clause("PSR-22-1")
async def test_a_chargeback_that_is_won_gives_the_order_free(stage: Stage) -> None:
    order = await _paid(stage)
    disputed = _disputed(order)
    await disputed.open()
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.HEED_CHARGEBACK)

    won = await disputed.pull(Trigger.WIN_CHARGEBACK, VERDICT, by=Role.PAYMENT_INSTITUTION)
    await order.until_written(
        lambda rows: sum(row.trigger == Trigger.HEED_CHARGEBACK for row in rows) == 2
    )

    assert won.state == State.WON
    assert (await order.pull(Trigger.PURCHASE)).state == State.PURCHASED
    assert SubjectId(disputed.id)
