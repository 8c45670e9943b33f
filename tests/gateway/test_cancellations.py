"""Orders that a client cancels, through the API, on real servers (PSR-12).

300 kettles for 4.00 each and 30.00 of freight make 1,230.00; a thousandth of it is 1.23 of fee;
that is 1,231.23 in whole. Every sum is done by hand.
"""

import asyncio
from datetime import timedelta
from typing import Any

import anyio
import pytest

from daigou.domain.commands import Cost, CostKind, FeeChoice
from daigou.domain.ids import OrderId
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Actor, Role, State, Trigger
from gateway.answers import OrderAnswer
from gateway.axes import actions_of
from gateway.client import RefusalError
from gateway.problems import Problem
from tests.gateway.house import PROVIDER, STORAGE, WHOLE, App, House, a_key
from tests.gateway.road import (
    HELD,
    PARTLY,
    by_method,
    no,
    paid_back,
    paid_from_both,
    proof,
    refused,
    rows_of,
    store,
    to_settle,
)


async def granted(house: House, app: App, *, refund: Money) -> str:
    """An order that was bought and is to be cancelled: the seller agreed to pay that back."""
    order = await house.bought(app)
    async with house.client(app) as buyer, house.client(Role.PROVIDER) as provider:
        await buyer.request_cancellation(order, key=a_key())
        await provider.consent_to_cancellation(order, key=a_key(), refund=refund)
        if refund != HELD:
            await buyer.accept_terms(order, key=a_key())
    return order


# ---- the whole way -----------------------------------------------------------------------------


@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.clause("PSR-12-3")
@pytest.mark.clause("PSR-12-4")
@pytest.mark.clause("PSR-12-5")
@pytest.mark.clause("PSR-12-6")
async def test_stored_goods_go_back_and_what_is_left_goes_where_it_came_from(house: House) -> None:
    client, order = await paid_from_both(house)
    await house.do(order, Trigger.PURCHASE, Role.PROVIDER)
    parcel = await store(house, order)
    bill = await proof(house, order, Role.STORAGE, b"the bill of the storage")
    costs = [
        Cost(cost=CostKind.CUSTODY, amount=Money(25_00), payee=STORAGE, evidence=(bill,)),
    ]
    async with (
        house.client(client) as buyer,
        house.client(Role.PROVIDER) as provider,
        house.client(Role.STORAGE) as storage,
    ):
        asked = (await buyer.request_cancellation(order, key=a_key(), note="no room")).receipt
        held = await buyer.order(order)
        offered = (
            await provider.consent_to_cancellation(
                order, key=a_key(), refund=Money(1_000_00), penalty=Money(50_00)
            )
        ).receipt
        taken = (await buyer.accept_terms(order, key=a_key())).receipt
        sent = (await storage.send_back(order, key=a_key(), tracking_ref="SF9")).receipt
        back = (await provider.hand_back(order, key=a_key(), parcel=parcel)).receipt
        some = await provider.record_cancellation_refund(
            order, key=a_key(), amount=Money(600_00), external_ref="SR-1"
        )
        rest = await provider.record_cancellation_refund(
            order, key=a_key(), amount=Money(400_00), external_ref="SR-2"
        )
        preview = await provider.preview_settlement(order, costs=costs)
        before = await buyer.order(order)
        done = await provider.settle_cancellation(
            order, key=a_key(), digest=preview.digest, costs=costs
        )
        after = await paid_back(house, order)
        statement = await buyer.statement(order)
        svg = await buyer.diagram(order)

    assert (asked.state, asked.order_state) == (State.ASKING_SELLER, State.STORED)
    assert (held.held, [each.state for each in held.cancellations]) == (True, ["asking_seller"])
    assert (offered.state, taken.state) == (State.TERMS_OFFERED, State.RETURNING)
    assert (sent.state, sent.order_state) == (State.GOING_BACK, State.GOING_BACK)
    assert back.state == State.HANDED_BACK
    assert (some.receipt.state, rest.receipt.state) == (State.AWAITING_REFUND, State.SETTLING)
    # Of the 1,000.00 that came, 50.00 are the penalty and 25.00 the costs: 925.00 go back, 500.00
    # to the deposit that paid them, 425.00 through the institution. The fee was earned before.
    capture = next(move for move in statement.movements if move.kind == "capture")
    assert rows_of(preview) == [
        ("provider", PROVIDER, "gets", Money(50_00), "PSR-12-5"),
        ("third_party", STORAGE, "gets", Money(25_00), "PSR-12-4"),
        ("deposit", client.party, "gets", PARTLY, "PSR-12-1-B"),
        ("institution", client.party, "gets", Money(425_00), "PSR-12-1-B"),
    ]
    assert [each.original for each in preview.gets] == [None, None, None, capture.reference]
    assert [
        (line.code, line.amount.money, line.collector, line.clause) for line in preview.lines
    ] == [
        ("seller_penalty", Money(50_00), PROVIDER, "PSR-12-5"),
        ("cancellation_cost", Money(25_00), STORAGE, "PSR-12-4"),
    ]
    assert (preview.leads_to, preview.clause, preview.fee) == (State.CANCELLED, "PSR-12-3", None)
    assert (done.receipt.state, done.receipt.sequence >= preview.sequence) == (
        State.CANCELLED,
        True,
    )
    # What was written is what was shown, to the leg.
    written = [each for each in statement.journals if each.sequence == preview.sequence]
    assert [
        (each.kind, each.clause, [(leg.account, leg.amount) for leg in each.legs])
        for each in written
    ] == [
        (each.kind, each.clause, [(leg.account, leg.amount) for leg in each.legs])
        for each in preview.journals
    ]
    refund = next(move for move in statement.movements if move.kind == "refund")
    assert refund.amount.money == Money(425_00)
    assert await house.balance(client) == PARTLY
    assert (after.state, after.refunded.money) == (State.CANCELLED, Money(925_00))
    case = before.cancellations[0]
    assert (case.granted, case.expected, case.received, case.penalty) == (
        True,
        preview.lines[0].amount.of(Money(1_000_00)),
        preview.lines[0].amount.of(Money(1_000_00)),
        preview.lines[0].amount,
    )
    assert case.workflow_id == f"order/{order}/cancellation/1"
    told = await house.temporal.get_workflow_handle(case.workflow_id).result()
    assert told["state"] == State.CANCELLED
    assert f"Cancellation {case.item}" in svg


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.clause("PSR-12-3")
async def test_what_is_not_bought_is_cancelled_and_the_fee_may_be_waived(house: House) -> None:
    client = await house.rich_client()
    order = await to_settle(house, client)
    async with house.client(Role.PROVIDER) as provider:
        kept = await provider.preview_settlement(order)
        waived = await provider.preview_settlement(order, fee=FeeChoice.WAIVED)
        done = await provider.settle_cancellation(
            order, key=a_key(), digest=waived.digest, fee=FeeChoice.WAIVED
        )

    assert rows_of(kept) == [
        ("provider", PROVIDER, "gets", Money(1_23), "PSR-12-3"),
        ("deposit", client.party, "gets", HELD, "PSR-12-1-A"),
    ]
    assert rows_of(waived) == [("deposit", client.party, "gets", WHOLE, "PSR-12-1-A")]
    assert done.receipt.state == State.CANCELLED
    assert await house.balance(client) == WHOLE


@pytest.mark.clause("PSR-12-4")
async def test_what_the_costs_exceed_is_owed_where_the_deposit_is_empty(house: House) -> None:
    client = await house.rich_client()
    order = await to_settle(house, client)
    bill = await proof(house, order, Role.STORAGE, b"the bill of the storage")
    costs = [Cost(cost=CostKind.OTHER, amount=Money(1_300_00), payee=STORAGE, evidence=(bill,))]

    async with house.client(Role.PROVIDER) as provider:
        preview = await provider.preview_settlement(order, costs=costs)
        done = await provider.settle_cancellation(
            order, key=a_key(), digest=preview.digest, costs=costs
        )

    # 1,230.00 are held: 70.00 more are owed.
    assert rows_of(preview) == [
        ("debt", client.party, "owes", Money(70_00), "PSR-12-4"),
        ("third_party", STORAGE, "gets", Money(1_300_00), "PSR-12-4"),
        ("provider", PROVIDER, "gets", Money(1_23), "PSR-12-3"),
    ]
    assert preview.gets[0].says == f"{client.party} owes ¥70.00"
    assert done.receipt.state == State.CANCELLED
    assert await house.balance(client) == ZERO


@pytest.mark.clause("PSR-12-4")
@pytest.mark.clause("UA-1-8")
async def test_what_the_costs_exceed_is_taken_from_a_deposit_that_holds_it(house: House) -> None:
    client = await house.rich_client(WHOLE + Money(100_00))
    order = await to_settle(house, client)
    bill = await proof(house, order, Role.STORAGE, b"the bill of the storage")
    costs = [Cost(cost=CostKind.OTHER, amount=Money(1_300_00), payee=STORAGE, evidence=(bill,))]

    async with house.client(Role.PROVIDER) as provider:
        preview = await provider.preview_settlement(order, costs=costs)
        await provider.settle_cancellation(order, key=a_key(), digest=preview.digest, costs=costs)

    assert rows_of(preview)[0] == ("deposit", client.party, "pays", Money(70_00), "PSR-12-4")
    assert await house.balance(client) == Money(30_00)


@pytest.mark.clause("PSR-12-1-B")
async def test_what_the_seller_pays_after_the_settlement_is_the_clients_all_the_same(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await granted(house, client, refund=HELD)
    async with (
        house.client(Role.PROVIDER) as provider,
        house.client(Role.PLATFORM) as platform,
        house.client(client) as buyer,
    ):
        case = (await buyer.order(order)).cancellations[0]
        went_on = await platform.proceed_without_refund(order, key=a_key(), case=case.number)
        preview = await provider.preview_settlement(order)
        settled = await provider.settle_cancellation(
            order, key=a_key(), digest=preview.digest, case=case.item
        )
        ended = await buyer.order(order)
        told = by_method(await provider.allowed_actions(order))
        late = await provider.record_cancellation_refund(
            order, key=a_key(), amount=HELD, external_ref="SR-1"
        )
        after = await buyer.order(order)

    at = f"cancellations/{case.number}/record-cancellation-refund"
    assert (went_on.receipt.state, settled.receipt.state) == (State.SETTLING, State.CHASING)
    # Nothing came back yet: nothing goes back, and the fee is kept.
    assert rows_of(preview) == [("provider", PROVIDER, "gets", Money(1_23), "PSR-12-3")]
    assert (ended.state, ended.cancellations[0].state) == (State.CANCELLED, State.CHASING)
    assert told[at].allowed
    assert late.receipt.state == after.cancellations[0].state == State.CANCELLED
    assert await house.balance(client) == HELD


@pytest.mark.clause("PSR-12-1-B")
async def test_where_the_seller_refuses_the_order_goes_on(house: House) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        before = {each.term for each in (await buyer.deadlines(order)).data}
        await buyer.request_cancellation(order, key=a_key())
        done = await provider.refuse_cancellation(order, key=a_key(), note="it is packed")
        after = {each.term for each in (await buyer.deadlines(order)).data}
        seen, timeline = await buyer.order(order), await buyer.timeline(order)

    assert (done.receipt.state, done.receipt.order_state) == (State.REFUSED, State.PURCHASED)
    assert (seen.held, before) == (False, after)
    assert [step.note for step in timeline.data if step.note] == ["it is packed"]


# ---- what is refused ---------------------------------------------------------------------------


@pytest.mark.clause("PSR-12-3")
async def test_a_settlement_that_something_came_before_is_previewed_anew(house: House) -> None:
    client = await house.rich_client()
    order = await granted(house, client, refund=Money(1_000_00))
    async with house.client(Role.PROVIDER) as provider:
        await provider.record_cancellation_refund(
            order, key=a_key(), amount=Money(1_000_00), external_ref="SR-1"
        )
        old = await provider.preview_settlement(order)
        await provider.record_cancellation_refund(
            order, key=a_key(), amount=Money(30_00), external_ref="SR-2"
        )
        stale = await no(provider.settle_cancellation(order, key=a_key(), digest=old.digest))
        still = await provider.order(order)
        new = await provider.preview_settlement(order)
        done = await provider.settle_cancellation(order, key=a_key(), digest=new.digest)

    assert (stale.status, stale.code, stale.clause) == (409, "stale_preview", "PSR-12-3")
    assert "new preview" in stale.detail
    assert still.cancellations[0].state == State.SETTLING
    assert old.digest != new.digest
    assert ("deposit", client.party, "gets", Money(1_030_00), "PSR-12-1-B") in rows_of(new)
    assert done.receipt.state == State.CANCELLED
    assert await house.balance(client) == Money(1_030_00)


@pytest.mark.clause("PSR-12-3")
async def test_a_settlement_that_was_shown_otherwise_is_stale(house: House) -> None:
    order = await to_settle(house, await house.rich_client())
    async with house.client(Role.PROVIDER) as provider:
        shown = await provider.preview_settlement(order)
        other = await no(
            provider.settle_cancellation(
                order, key=a_key(), digest=shown.digest, fee=FeeChoice.WAIVED
            )
        )
        never = await no(provider.settle_cancellation(order, key=a_key(), digest="0" * 64))

    assert other.code == never.code == "stale_preview"


@pytest.mark.clause("PSR-12-3")
async def test_of_two_settlements_at_once_one_is_carried_out(house: House) -> None:
    client = await house.rich_client()
    order = await to_settle(house, client)
    async with house.client(Role.PROVIDER) as provider:
        kept = await provider.preview_settlement(order)
        waived = await provider.preview_settlement(order, fee=FeeChoice.WAIVED)

        answers = await asyncio.gather(
            provider.settle_cancellation(order, key=a_key(), digest=kept.digest),
            provider.settle_cancellation(
                order, key=a_key(), digest=waived.digest, fee=FeeChoice.WAIVED
            ),
            return_exceptions=True,
        )
        seen = await provider.order(order)

    refusals = [each.problem for each in answers if isinstance(each, RefusalError)]
    assert [(each.status, each.code) for each in refusals] == [(409, "not_in_this_state")]
    assert seen.state == State.CANCELLED
    assert await house.balance(client) in (HELD, WHOLE)
    assert seen.fee_earned.money == WHOLE - await house.balance(client)


@pytest.mark.clause("PSR-12-1-A")
async def test_while_one_is_open_there_is_no_other_and_nothing_is_bought(house: House) -> None:
    client = await house.rich_client()
    order = await to_settle(house, client)

    second = await refused(house, order, Trigger.REQUEST_CANCELLATION, client)
    bought = await refused(house, order, Trigger.PURCHASE, Role.PROVIDER)
    async with house.client(client) as buyer:
        told = by_method(await buyer.allowed_actions(order))

    for problem in (second, bought):
        assert (problem.status, problem.code, problem.clause) == (409, "case_open", "PSR-12-1-A")
    asking = told["request-cancellation"]
    assert (asking.allowed, asking.code, asking.clause) == (False, "case_open", "PSR-12-1-A")


@pytest.mark.clause("PSR-12-1-B")
async def test_after_one_that_was_taken_back_there_may_be_another(house: House) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    async with house.client(client) as buyer:
        first = (await buyer.request_cancellation(order, key=a_key())).receipt
        await buyer.withdraw_cancellation(order, key=a_key(), note="I have room now")
        went_on = await buyer.order(order)
        second = (await buyer.request_cancellation(order, key=a_key())).receipt
        seen = await buyer.order(order)

    assert (went_on.held, went_on.state) == (False, State.PURCHASED)
    assert [each.item for each in seen.cancellations] == [first.item, second.item]
    assert [each.workflow_id for each in seen.cancellations] == [
        f"order/{order}/cancellation/1",
        f"order/{order}/cancellation/2",
    ]
    # What was agreed is told of the last one alone.
    assert [each.granted for each in seen.cancellations] == [None, False]


@pytest.mark.clause("PSR-12-7")
async def test_no_cancellation_once_customs_cleared(house: House) -> None:
    client, order = await paid_from_both(house)
    await house.do(order, Trigger.PURCHASE, Role.PROVIDER)
    await store(house, order)
    await house.do(order, Trigger.CLEAR_CUSTOMS, Role.LOGISTICS, {"tracking_ref": "EX1"})

    problem = await refused(house, order, Trigger.REQUEST_CANCELLATION, client)
    async with house.client(client) as buyer:
        told = by_method(await buyer.allowed_actions(order))

    assert (problem.status, problem.code, problem.clause) == (409, "customs_cleared", "PSR-12-7")
    asking = told["request-cancellation"]
    assert (asking.allowed, asking.code, asking.clause) == (False, "customs_cleared", "PSR-12-7")


@pytest.mark.clause("PSR-12-2")
async def test_the_period_of_cancellation_ends_at_its_instant(house: House, in_brief: None) -> None:
    client = await house.rich_client()
    order = await house.paid(client)
    view = await house.app.state.backend.order(OrderId(order))
    until = view.facts.cancellable_until
    shown = await house.order(order)
    actor = Actor(role=Role.CLIENT, party=client.party)

    def asking(now: Any) -> Any:
        actions = actions_of(view, actor=actor, now=now)
        return next(each for each in actions if each.trigger == Trigger.REQUEST_CANCELLATION)

    before, at = asking(until - timedelta(microseconds=1)), asking(until)
    await anyio.sleep(max(0.0, (until - view.entered_at).total_seconds()))
    late = await refused(house, order, Trigger.REQUEST_CANCELLATION, client)

    assert shown.cancellable_until == until == view.entered_at + timedelta(seconds=3)
    assert before.allowed
    assert (at.allowed, at.code, at.clause) == (False, "too_late", "PSR-12-2")
    assert (late.status, late.code, late.clause) == (409, "too_late", "PSR-12-2")


@pytest.mark.clause("PSR-12-1-B")
async def test_a_payment_of_the_seller_is_recorded_once(house: House) -> None:
    client = await house.rich_client()
    order = await granted(house, client, refund=HELD)
    async with house.client(Role.PROVIDER) as provider:
        key = a_key()
        for _ in range(2):
            await provider.record_cancellation_refund(
                order, key=key, amount=Money(100_00), external_ref="SR-1"
            )
        twice = await no(
            provider.record_cancellation_refund(
                order, key=a_key(), amount=Money(100_00), external_ref="SR-1"
            )
        )
        seen = await provider.order(order)

    assert (twice.status, twice.code, twice.clause) == (409, "already_recorded", "PSR-12-1-B")
    assert seen.cancellations[0].received is not None
    assert seen.cancellations[0].received.money == Money(100_00)


@pytest.mark.clause("PSR-12-4")
@pytest.mark.parametrize("path", ["settle-cancellation", "previews/settle-cancellation"])
async def test_every_fault_of_the_costs_is_named_at_once(house: House, path: str) -> None:
    client = await house.rich_client()
    order = await to_settle(house, client)
    elsewhere = await house.placed(client)
    known = await proof(house, order, Role.STORAGE)
    strange = await proof(house, elsewhere, Role.STORAGE)
    fen = {"amount": 1, "currency": "CNY"}
    costs = [
        {"cost": "custody", "amount": fen, "payee": STORAGE, "evidence": [known]},
        {"cost": "custody", "amount": fen, "payee": STORAGE, "evidence": []},
        {"cost": "custody", "amount": fen, "payee": STORAGE},
        {"cost": "payment", "amount": fen, "payee": STORAGE, "evidence": [known, strange]},
        {"cost": "payment", "amount": fen, "payee": client.party, "evidence": [known]},
        {"cost": "payment", "amount": {**fen, "amount": 0}, "payee": STORAGE, "evidence": [known]},
        {"cost": "bribe", "amount": fen, "payee": "sto_nobody", "evidence": [known]},
    ]

    async with house.http(Role.PROVIDER) as http:
        answer = await http.post(
            f"/v1/orders/{order}/{path}",
            json={"costs": costs, "digest": "0" * 64},
            headers={"Idempotency-Key": a_key()},
        )
        sound = await http.post(
            f"/v1/orders/{order}/{path}",
            json={"costs": costs[3:5], "digest": "0" * 64},
            headers={"Idempotency-Key": a_key()},
        )

    problem = Problem.model_validate_json(answer.content)
    assert (problem.status, problem.code, problem.clause) == (422, "invalid_request", "PSR-12-4")
    assert {fault.pointer: fault.code for fault in problem.errors} == {
        "/costs/1/evidence": "missing",
        "/costs/2/evidence": "missing",
        "/costs/3/evidence/1": "wrong_reference",
        "/costs/4/payee": "not_registered",
        "/costs/5/amount": "invalid",
        "/costs/6/cost": "invalid",
        "/costs/6/payee": "not_registered",
    }
    assert {fault.clause for fault in problem.errors} == {"PSR-12-4"}
    # So it is where nothing is wrong but what is referred to.
    assert sound.status_code == 422
    assert {each["pointer"] for each in sound.json()["errors"]} == {
        "/costs/0/evidence/1",
        "/costs/1/payee",
    }


# ---- what may be done --------------------------------------------------------------------------


@pytest.mark.clause("PSR-12-3")
async def test_the_actions_of_a_case_tell_what_is_previewed_and_what_forbids(house: House) -> None:
    client = await house.rich_client()
    order = await granted(house, client, refund=HELD)
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        seen = await provider.order(order)
        theirs = by_method(await provider.allowed_actions(order))
        mine = by_method(await buyer.allowed_actions(order))
        deadlines = await buyer.deadlines(order)

    at = f"cancellations/{seen.cancellations[0].number}"
    settle, record = theirs[f"{at}/settle-cancellation"], theirs[f"{at}/record-cancellation-refund"]
    withdraw = mine[f"{at}/withdraw-cancellation"]
    assert settle.preview == f"POST /v1/orders/{order}/previews/settle-cancellation"
    assert (settle.allowed, settle.code, settle.clause) == (
        False,
        "not_in_this_state",
        "PSR-12-3",
    )
    at = f"POST /v1/orders/{order}/previews"
    assert (record.allowed, record.preview) == (True, f"{at}/record-cancellation-refund")
    assert (withdraw.allowed, withdraw.clause) == (False, "PSR-12-1-B")
    assert theirs["report-price"].preview == f"POST /v1/orders/{order}/previews/report-price"
    # The order's own deadlines stand still.
    assert seen.held
    assert {each.item for each in deadlines.data} == {seen.cancellations[0].item}


async def test_an_order_that_was_never_paid_has_nothing_to_cancel(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)

    problem = await refused(house, order, Trigger.REQUEST_CANCELLATION, client)
    seen: OrderAnswer = await house.order(order)

    assert (problem.status, problem.code, problem.clause) == (409, "not_in_this_state", "PSR-2-2")
    assert (seen.cancellable_until, seen.held, seen.cancellations) == (None, False, ())
