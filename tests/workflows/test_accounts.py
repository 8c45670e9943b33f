"""Withdrawals, freezes and closings in workflows of their own: calls outside, clocks, ends."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from daigou.domain import commands
from daigou.domain.commands import Block, Command, FreezeReason
from daigou.domain.ids import OrderId, PartyId
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Parties, Role, State, Trigger
from daigou.domain.refusals import RefusalCode
from tests.workflows.stage import PROVIDER, WHOLE, Stage, SubjectOnStage, refused

DAY = timedelta(days=1)
FIVE_THOUSAND = Money(5_000_00)
WORDS = commands.Message(note_ref="txt_1")


def _of(
    stage: Stage, client: PartyId, prefix: str, request: Command, **changes: Any
) -> SubjectOnStage:
    parties = changes.pop("parties", Parties.alone(client))
    return SubjectOnStage(
        stage, f"{prefix}_{uuid4().hex[:16]}", request, parties=parties, **changes
    )


def _withdrawal(stage: Stage, client: PartyId, fen: int, method: str = "pm_ok") -> SubjectOnStage:
    asked = commands.RequestWithdrawal(client=client, amount=Money(fen), payment_method=method)
    return _of(stage, client, "wdr", asked)


def _freeze(stage: Stage, client: PartyId, reason: FreezeReason, **said: Any) -> SubjectOnStage:
    by = said.pop("by", Role.PLATFORM)
    parties = said.pop("parties", Parties.alone(client))
    asked = commands.PlaceFreeze(client=client, reason=reason, **said)
    return _of(stage, client, "frz", asked, by=by, parties=parties)


def _closure(stage: Stage, client: PartyId, method: str = "pm_ok") -> SubjectOnStage:
    asked = commands.CloseAccount(client=client, payment_method=method)
    return _of(stage, client, "acl", asked)


# ---- withdrawals ---------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-8")
@pytest.mark.parametrize(
    ("method", "state", "left"),
    [
        ("pm_ok", State.PAID_OUT, 4_000_00),
        ("pm_ok_refund_timeout", State.PAID_OUT, 4_000_00),
        ("pm_ok_refund_unheard", State.PAID_OUT, 4_000_00),
        ("pm_ok_refund_fails", State.RETURNED, 5_000_00),
        ("pm_nobody_knows", State.RETURNED, 5_000_00),
    ],
)
async def test_a_withdrawal_is_paid_once_or_returned_whatever_the_network_does(
    stage: Stage, method: str, state: State, left: int
) -> None:
    client = await stage.client(deposit=FIVE_THOUSAND)
    withdrawal = _withdrawal(stage, client, 1_000_00, method)

    await withdrawal.open()
    if withdrawal.last.target != state:
        await withdrawal.forward(timedelta(minutes=10))  # It is asked, and sent again.
    await withdrawal.until(state)

    assert stage.balance(f"deposit:{client}") == Money(left)
    paid = [Money(1_000_00)] if state == State.PAID_OUT else []
    assert await stage.moved(withdrawal.id, "payout") == paid
    assert stage.balance(f"withdrawal_transit:{withdrawal.id}") == ZERO
    assert (await withdrawal.ending()).state == state


@pytest.mark.clause("UA-1-8")
async def test_where_the_institution_is_silent_a_person_decides(stage: Stage) -> None:
    client = await stage.client(deposit=FIVE_THOUSAND)
    withdrawal = _withdrawal(stage, client, 5_000_00, "pm_ok_refund_silent")

    opened = await withdrawal.open()
    said = withdrawal.outcome(1, reason="account_closed")
    told = await withdrawal.pull(Trigger.DECLINE_WITHDRAWAL, said, by=Role.PLATFORM)

    assert (opened.state, opened.due) == (State.DUE, opened.at + 3 * DAY)
    assert told.state == State.RETURNED
    assert stage.balance(f"deposit:{client}") == FIVE_THOUSAND


@pytest.mark.clause("UA-1-8")
async def test_nobody_withdraws_more_than_there_is(stage: Stage) -> None:
    client = await stage.client(deposit=FIVE_THOUSAND)

    with refused(RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8"):
        await _withdrawal(stage, client, 5_000_01).open()


# ---- freezes -------------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-9")
@pytest.mark.clause("UA-1-2")
async def test_freezes_stack_and_the_account_is_free_when_none_is_left(stage: Stage) -> None:
    client = await stage.client(deposit=FIVE_THOUSAND)
    lost = _freeze(stage, client, FreezeReason.LOST_CREDENTIAL, by=Role.CLIENT)
    suspected = _freeze(stage, client, FreezeReason.SUSPICION, report="police-1")
    await lost.open()
    await suspected.open()

    with refused(RefusalCode.ACCOUNT_FROZEN, "UA-1-2"):
        await _withdrawal(stage, client, 100).open()
    with refused(RefusalCode.NOT_YOUR_ROLE, "UA-1-2"):
        await lost.pull(Trigger.LIFT_FREEZE, WORDS, by=Role.CLIENT)
    await lost.pull(Trigger.LIFT_FREEZE, WORDS, by=Role.PLATFORM)
    with refused(RefusalCode.ACCOUNT_FROZEN, "UA-1-9"):
        await _withdrawal(stage, client, 100).open()
    with refused(RefusalCode.SERVICE_REFUSED, "UA-1-9"):
        await stage.unopened(client=client).open()
    with refused(RefusalCode.ACCOUNT_FROZEN, "UA-1-9"):
        await stage.recharge(client=client, amount=Money(500)).open()
    await suspected.pull(Trigger.LIFT_FREEZE, WORDS, by=Role.PLATFORM)

    await _withdrawal(stage, client, 100).open()
    assert (await suspected.ending()).state == State.LIFTED


@pytest.mark.clause("UA-1-9")
async def test_recharging_alone_can_be_suspended(stage: Stage) -> None:
    client = await stage.client(deposit=FIVE_THOUSAND)
    freeze = _freeze(stage, client, FreezeReason.SUSPICION, blocks=(Block.RECHARGE,))

    await freeze.open()

    with refused(RefusalCode.ACCOUNT_FROZEN, "UA-1-9"):
        await stage.recharge(client=client, amount=Money(500)).open()
    await _withdrawal(stage, client, 100).open()


@pytest.mark.clause("UA-4-5")
async def test_a_sum_passes_to_the_provider_at_the_instant_unless_a_court_decides(
    stage: Stage,
) -> None:
    order = await stage.order(deposit=FIVE_THOUSAND)
    await order.reach(State.EFFECTIVE)
    client, left = order.request.client, FIVE_THOUSAND - WHOLE
    parties = Parties(client=client, provider=PROVIDER, storage=PartyId(""))
    said = {"order": OrderId(order.id), "amount": Money(1_000_00), "parties": parties}
    contested = _freeze(stage, client, FreezeReason.BREACH, by=Role.PROVIDER, **said)
    passing = _freeze(stage, client, FreezeReason.BREACH, by=Role.PROVIDER, **said)
    before = stage.balance(f"provider:{PROVIDER}")
    await contested.open()
    due = (await passing.open()).due
    assert due is not None

    await contested.pull(Trigger.CONTEST_RESTRICTION, WORDS, by=Role.CLIENT)
    await passing.just_before(due)
    assert passing.last.target == State.RESTRICTED
    await passing.past(due)
    transferred = await passing.until(State.TRANSFERRED)

    assert transferred.at == due == passing.written[0].at + 15 * DAY
    assert stage.balance(f"provider:{PROVIDER}") - before == Money(1_000_00)
    assert stage.balance(f"deposit:{client}") == left - Money(1_000_00)
    with refused(RefusalCode.ACCOUNT_FROZEN, "UA-4-5"):
        await _withdrawal(stage, client, 100).open()
    lifted = await contested.pull(Trigger.LIFT_FREEZE, WORDS, by=Role.PLATFORM)
    assert lifted.state == State.LIFTED
    await _withdrawal(stage, client, 100).open()


@pytest.mark.clause("UA-1-15")
async def test_an_inactive_account_is_frozen_then_cancelled_and_its_balance_kept(
    stage: Stage,
) -> None:
    client = await stage.client(deposit=FIVE_THOUSAND)
    freeze = _freeze(stage, client, FreezeReason.INACTIVITY, by=Role.CLOCK)
    freeze.request = commands.PlaceFreeze(
        client=client,
        reason=FreezeReason.INACTIVITY,
        inactive_since=stage.written(_last_recharge(stage, client))[0].at,
    )
    warned = await freeze.open()
    assert warned.due is not None

    await freeze.past(warned.due)
    dormant = await freeze.until(State.DORMANT)
    with refused(RefusalCode.SERVICE_REFUSED, "UA-1-15"):
        await stage.unopened(client=client).open()
    await freeze.past(dormant.at + 184 * DAY)
    cancelled = await freeze.until(State.CANCELLED)

    assert (dormant.at, cancelled.at) == (warned.due, warned.due + 184 * DAY)
    with refused(RefusalCode.SERVICE_REFUSED, "UA-1-15"):
        await stage.unopened(client=client).open()
    fetched = _withdrawal(stage, client, FIVE_THOUSAND.amount)
    await fetched.open()
    await fetched.until(State.PAID_OUT)
    assert stage.balance(f"deposit:{client}") == ZERO


def _last_recharge(stage: Stage, client: PartyId) -> Any:
    with stage.engine.connect() as connection:
        query = "SELECT id FROM recharge WHERE client = %s"
        return connection.exec_driver_sql(query, (client,)).scalar_one()


# ---- closing -------------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-20")
async def test_an_account_closes_when_its_order_has_ended_and_its_rest_is_paid_out(
    stage: Stage,
) -> None:
    order = await stage.order(deposit=FIVE_THOUSAND)
    await order.reach(State.EFFECTIVE)
    client = order.request.client
    closure = _closure(stage, client)

    opened = await closure.open()
    with refused(RefusalCode.SERVICE_REFUSED, "UA-1-20"):
        await stage.unopened(client=client).open()
    assert opened.due is not None
    await closure.past(opened.due)
    assert closure.last.target == State.WINDING_UP
    await order.pull(Trigger.REPORT_UNREALIZABLE)
    await closure.past(opened.due + DAY)
    closed = await closure.until(State.CLOSED)

    assert closed.trigger == Trigger.CONFIRM_PAYOUT
    assert await stage.moved(closure.id, "payout") == [FIVE_THOUSAND]
    assert stage.balance(f"deposit:{client}") == ZERO
    with refused(RefusalCode.SERVICE_REFUSED, "UA-1-20"):
        await stage.unopened(client=client).open()


@pytest.mark.clause("UA-1-20")
async def test_a_rest_that_cannot_be_paid_there_is_paid_elsewhere(stage: Stage) -> None:
    client = await stage.client(deposit=FIVE_THOUSAND)
    closure = _closure(stage, client, "pm_ok_refund_fails")

    opened = await closure.open()
    assert opened.due is not None
    await closure.past(opened.due)
    await closure.until(State.AWAITING_METHOD)
    assert stage.balance(f"deposit:{client}") == FIVE_THOUSAND
    elsewhere = commands.PayoutMethod(payment_method="pm_ok")
    named = await closure.pull(Trigger.NAME_PAYOUT_METHOD, elsewhere, by=Role.CLIENT)
    assert named.due is not None
    await closure.past(named.due)

    assert (await closure.until(State.CLOSED)).trigger == Trigger.CONFIRM_PAYOUT
    assert stage.balance(f"deposit:{client}") == ZERO


@pytest.mark.clause("UA-1-20")
async def test_a_client_may_keep_its_account(stage: Stage) -> None:
    client = await stage.client()
    closure = _closure(stage, client)
    await closure.open()

    kept = await closure.pull(Trigger.KEEP_ACCOUNT, commands.Noted(), by=Role.CLIENT)

    assert kept.state == State.WITHDRAWN
    await stage.unopened(client=client).open()
