"""The whole road through the API, on real servers; every sum is done by hand.

300 kettles for 4.00 each and 30.00 of freight make 1,230.00; a thousandth of it is 1.23 of fee;
that is 1,231.23 in whole.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import anyio
import pytest
from structlog.testing import capture_logs

from daigou.domain import terms
from daigou.domain.commands import (
    Cause,
    CautionKind,
    DriftLimit,
    Line,
    LineCode,
    ObjectionReason,
    RefusalReason,
)
from daigou.domain.evidence import MediaType
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, TableName, Trigger
from gateway import placing
from gateway.answers import AllowedActionsAnswer, OrderAnswer
from gateway.client import RefusalError
from gateway.problems import Problem
from tests.gateway.house import PROVIDER, STORAGE, WHOLE, App, House, a_key
from tests.gateway.listed import path_of
from tests.gateway.paths import DOCUMENT, POSTS

HASTY = "2026-10-hasty"
"""A version of the terms in which the goods are stored soon, and charged for soon after."""


@pytest.fixture(scope="session")
def hasty_terms() -> terms.Terms:
    """The present terms with short waits at the storage. Orders may outlive the test."""
    present = terms.current()
    waits = {
        "warehouse_objection_window": timedelta(seconds=0.5),
        "free_storage_warning": timedelta(seconds=0.7),
        "free_storage": timedelta(seconds=1),
    }
    hasty = replace(
        present, version=HASTY, durations=MappingProxyType({**present.durations, **waits})
    )
    terms.VERSIONS = MappingProxyType({**terms.VERSIONS, HASTY: hasty})
    return hasty


@pytest.fixture
def in_haste(hasty_terms: terms.Terms, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders that are placed now begin with the hasty terms."""
    monkeypatch.setattr(placing, "current", lambda: hasty_terms)


async def refused(
    house: House, order: str, trigger: Trigger, by: App | Role, **body: object
) -> Problem:
    """What a command is refused with."""
    with pytest.raises(RefusalError) as said:
        await house.do(order, trigger, by, body)
    return said.value.problem


async def in_state(house: House, order: str, *states: State, seconds: float = 20) -> OrderAnswer:
    """The order, once it stands in one of the states."""
    with anyio.fail_after(seconds):
        while (seen := await house.order(order)).state not in states:
            await anyio.sleep(0.05)
    return seen


# ---- the price ---------------------------------------------------------------------------------


@pytest.mark.clause("PSR-10-2")
async def test_a_price_rise_within_the_limit_is_taken_from_the_deposit(house: House) -> None:
    client = await house.rich_client(Money(1_400_00))
    order = await house.paid(client, price_drift={"amount": {"amount": 100_00, "currency": "CNY"}})

    async with house.client(Role.PROVIDER) as provider:
        done = await provider.report_price(
            order, key=a_key(), goods=Money(1_260_00), freight=Money(30_00), quantity=300
        )
    seen = await house.order(order)

    # 1,290.00 and its fee of 1.29 make 1,291.29: 60.06 more than the 1,231.23 that were paid.
    assert done.receipt.state == State.EFFECTIVE
    assert seen.amount is not None
    assert seen.amount.money == seen.collected.money == Money(1_291_29)
    assert seen.agreed.goods.money == Money(1_260_00)
    assert await house.balance(client) == Money(1_400_00) - Money(1_231_23) - Money(60_06)


@pytest.mark.clause("PSR-10-2")
@pytest.mark.clause("UA-1-8")
async def test_a_higher_price_waits_for_the_difference_and_for_no_part_of_it(house: House) -> None:
    client = await house.rich_client(Money(1_300_00))
    order = await house.paid(client)
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        await provider.report_price(
            order, key=a_key(), goods=Money(1_260_00), freight=Money(30_00), quantity=300
        )
        waiting = await buyer.order(order)
        with pytest.raises(RefusalError) as short:
            await buyer.pay(order, key=a_key(), from_deposit=Money(60_05))
        done = await buyer.pay(order, key=a_key(), from_deposit=Money(60_06))
        seen = await buyer.order(order)

    assert (waiting.state, waiting.due_now) == (State.AWAITING_TOP_UP, seen.amount.of(Money(60_06)))  # type: ignore[union-attr]
    assert (short.value.problem.status, short.value.problem.code) == (422, "part_payment")
    assert done.receipt.state == State.EFFECTIVE
    assert seen.collected.money == Money(1_291_29)
    assert await house.balance(client) == Money(1_300_00) - Money(1_291_29)


@pytest.mark.clause("PSR-10-2")
async def test_what_the_price_fell_by_goes_back_with_the_fee_on_it(house: House) -> None:
    client = await house.rich_client()
    order = await house.paid(client)

    async with house.client(Role.PROVIDER) as provider:
        await provider.report_price(
            order, key=a_key(), goods=Money(1_100_00), freight=Money(30_00), quantity=300
        )
    seen = await house.order(order)

    # 1,130.00 and 1.13 of fee: 100.10 less than was paid.
    assert seen.amount is not None
    assert seen.amount.money == Money(1_131_13)
    assert seen.refunded.money == Money(100_10)
    assert await house.balance(client) == Money(100_10)


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-10-2")
async def test_a_part_that_the_client_takes_is_paid_for_and_the_rest_goes_back(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.paid(client)
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        await provider.report_price(
            order, key=a_key(), goods=Money(800_00), freight=Money(20_00), quantity=200
        )
        offered = await buyer.order(order)
        done = await buyer.accept_part(order, key=a_key())
        seen = await buyer.order(order)

    # 820.00 and 0.82 of fee make 820.82; 410.41 of the 1,231.23 go back.
    assert offered.state == State.AWAITING_CHOICE
    assert offered.offer is not None
    assert (offered.offer.quantity, offered.offer.goods.money) == (200, Money(800_00))
    assert done.receipt.state == State.EFFECTIVE
    assert (seen.agreed.quantity, seen.offer) == (200, None)
    assert seen.amount is not None
    assert seen.amount.money == Money(820_82)
    assert await house.balance(client) == Money(410_41)


async def test_a_part_that_the_client_declines_ends_the_order_and_all_goes_back(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.paid(client)
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        await provider.report_price(
            order, key=a_key(), goods=Money(800_00), freight=Money(20_00), quantity=200
        )
        done = await buyer.decline_offer(order, key=a_key())

    assert done.receipt.state == State.UNREALIZABLE
    assert await house.balance(client) == WHOLE


async def test_the_client_may_change_its_mind_about_the_price_until_the_purchase(
    house: House,
) -> None:
    client = await house.rich_client(Money(1_300_00))
    order = await house.paid(client)
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        await buyer.limit_price_drift(order, key=a_key(), limit=DriftLimit(any=True))
        done = await provider.report_price(
            order, key=a_key(), goods=Money(1_260_00), freight=Money(30_00), quantity=300
        )

    assert done.receipt.state == State.EFFECTIVE
    assert await house.balance(client) == Money(8_71)


# ---- the advance deposit -----------------------------------------------------------------------


@pytest.mark.clause("PSR-15-2")
async def test_an_advance_deposit_and_its_balance_are_paid_in_two_steps(house: House) -> None:
    client = await house.rich_client()
    order = await house.placed(
        client,
        advance={
            "amount": {"amount": 300_00, "currency": "CNY"},
            "balance_by": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
        },
    )
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        early = await refused(house, order, Trigger.ACCEPT, Role.PROVIDER)
        await buyer.acknowledge_caution(order, key=a_key(), caution=CautionKind.ADVANCE_DEPOSIT)
        await provider.accept(order, key=a_key())
        first = await buyer.order(order)
        await buyer.pay(order, key=a_key(), from_deposit=Money(300_30))
        await provider.purchase(order, key=a_key())
        second = await in_state(house, order, State.AWAITING_BALANCE)
        await buyer.pay(order, key=a_key(), from_deposit=Money(930_93))
        await provider.purchase(order, key=a_key())
        seen = await in_state(house, order, State.PURCHASED)

    # 300.00 and 0.30 of fee on it first; then what is left of the 1,231.23.
    assert (early.code, early.clause) == ("caution_not_acknowledged", "PSR-15-2")
    assert first.due_now is not None
    assert second.due_now is not None
    assert (first.due_now.money, second.due_now.money) == (Money(300_30), Money(930_93))
    assert seen.collected.money == WHOLE
    assert seen.advance is not None
    assert seen.advance.bought
    assert await house.balance(client) == ZERO


@pytest.mark.clause("PSR-15-2")
async def test_who_withdraws_after_the_advance_was_bought_loses_it(house: House) -> None:
    client = await house.rich_client()
    order = await house.placed(
        client,
        advance={
            "amount": {"amount": 300_00, "currency": "CNY"},
            "balance_by": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
        },
    )
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        await buyer.acknowledge_caution(order, key=a_key(), caution=CautionKind.ADVANCE_DEPOSIT)
        await provider.accept(order, key=a_key())
        await buyer.pay(order, key=a_key(), from_deposit=Money(300_30))
        await provider.purchase(order, key=a_key())
        await in_state(house, order, State.AWAITING_BALANCE)
        done = await buyer.withdraw(order, key=a_key())

    assert done.receipt.state == State.FORFEITED
    assert await house.balance(client) == WHOLE - Money(300_30)


async def test_the_date_of_the_balance_lies_in_the_future(house: House) -> None:
    advance = {
        "amount": {"amount": 300_00, "currency": "CNY"},
        "balance_by": "2026-01-01T00:00:00Z",
    }
    with pytest.raises(RefusalError) as said:
        await house.placed(house.new_client(), advance=advance)

    problem = said.value.problem
    assert (problem.status, problem.clause) == (422, "PSR-15-2")
    assert [fault.pointer for fault in problem.errors] == ["/advance/balance_by"]


# ---- cautions and requirements -----------------------------------------------------------------


@pytest.mark.clause("PSR-15-1")
async def test_customised_goods_wait_for_what_the_client_settled_with_the_seller(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.placed(client, cautions=["customised"])
    inspection = Line(
        code=LineCode.INSPECTION_FEE, label="inspection", amount=Money(1_00), collector=STORAGE
    )
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        actions = by_method(await provider.allowed_actions(order))
        early = await refused(house, order, Trigger.ACCEPT, Role.PROVIDER)
        silent = await refused(
            house, order, Trigger.ACKNOWLEDGE_CAUTION, client, caution="customised"
        )
        await buyer.acknowledge_caution(
            order, key=a_key(), caution=CautionKind.CUSTOMISED, note="red, with our logo"
        )
        with pytest.raises(RefusalError) as inspected:
            await provider.accept(order, key=a_key(), lines=[inspection])
        await provider.accept(order, key=a_key())
        (caution,) = (await buyer.order(order)).cautions

    assert (actions["accept"].allowed, actions["accept"].clause) == (False, "PSR-15-1")
    assert actions["accept"].code == "caution_not_acknowledged"
    assert (early.status, early.code, early.clause) == (
        409,
        "caution_not_acknowledged",
        "PSR-15-1",
    )
    assert (silent.status, silent.clause) == (422, "PSR-15-1")
    assert (inspected.value.problem.code, inspected.value.problem.clause) == (
        "excluded_by_caution",
        "PSR-15-1",
    )
    assert caution.acknowledged
    assert caution.excludes == ("inspection",)


@pytest.mark.clause("PSR-15-5")
async def test_sensitive_goods_may_be_refused_after_payment_less_what_they_cost(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.placed(client)
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        await provider.raise_caution(order, key=a_key(), caution=CautionKind.SENSITIVE)
        await buyer.acknowledge_caution(order, key=a_key(), caution=CautionKind.SENSITIVE)
        await provider.accept(order, key=a_key())
        await buyer.pay(order, key=a_key(), from_deposit=WHOLE)
        cost = Line(
            code=LineCode.OTHER_FEE,
            label="enquiry",
            amount=Money(31_23),
            collector=PROVIDER,
        )
        done = await provider.refuse(
            order, key=a_key(), reason=RefusalReason.SENSITIVE_GOODS, costs=[cost]
        )

    assert done.receipt.state == State.REFUSED
    assert await house.balance(client) == Money(1_200_00)


@pytest.mark.clause("PSR-3-1")
@pytest.mark.clause("PSR-3-2")
async def test_a_requirement_that_stands_in_the_way_stops_the_order_after_payment(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.placed(client)
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        made = await buyer.require(order, key=a_key(), note="only from the 2026 batch", needed=True)
        await provider.accept(order, key=a_key())
        await buyer.pay(order, key=a_key(), from_deposit=WHOLE)
        other = await refused(house, order, Trigger.REFUSE, Role.PROVIDER, reason="no_capacity")
        late = await refused(house, order, Trigger.REQUIRE, client, note="and in red")
        done = await provider.refuse(
            order,
            key=a_key(),
            reason=RefusalReason.REQUIREMENT,
            requirement=made.receipt.item,
        )
        (requirement,) = (await buyer.order(order)).requirements

    assert made.receipt.item == requirement.item
    assert (made.receipt.state, made.receipt.order_state) == (State.PROPOSED, State.REQUESTED)
    assert requirement.opening["needed"] is True
    assert (other.status, other.code, other.clause) == (422, "reason_not_allowed", "PSR-3-2")
    assert (late.status, late.clause) == (409, "PSR-3-1")
    assert done.receipt.state == State.REFUSED
    assert await house.balance(client) == WHOLE


@pytest.mark.clause("PSR-3-1")
async def test_each_requirement_is_agreed_or_declined_by_its_number(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        first = await buyer.require(order, key=a_key(), note="in red")
        second = await buyer.require(order, key=a_key(), note="gift wrapped")
        which = await refused(house, order, Trigger.AGREE_REQUIREMENT, Role.PROVIDER)
        await provider.agree_requirement(order, key=a_key(), requirement=first.receipt.item)
        await provider.decline_requirement(order, key=a_key())
        made = (await buyer.order(order)).requirements

    assert (which.status, which.code) == (409, "which_item")
    assert first.receipt.item in which.detail
    assert {each.item: each.state for each in made} == {
        first.receipt.item: State.AGREED,
        second.receipt.item: State.DECLINED,
    }


# ---- words -------------------------------------------------------------------------------------


@pytest.mark.clause("PSR-26")
@pytest.mark.clause("PSR-20")
async def test_questions_and_opinions_are_read_by_those_whom_they_are_for(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)
    async with (
        house.client(Role.PROVIDER) as provider,
        house.client(client) as buyer,
        house.client(Role.PLATFORM) as platform,
    ):
        asked = await buyer.ask_question(order, key=a_key(), note="is it 230 volts?")
        answered = await provider.answer_question(order, key=a_key(), note="it is")
        again = await refused(house, order, Trigger.ANSWER_QUESTION, Role.PROVIDER, note="yes")
        given = await platform.give_opinion(order, key=a_key(), note="the client is right")
        seen = await buyer.order(order)
        words = {}
        for role in (client, Role.PROVIDER, Role.SUPPORT, Role.STORAGE, Role.LOGISTICS):
            async with house.client(role) as reader:
                told = (await reader.timeline(order)).data
            words[role] = [step.note for step in told if step.note]
            assert not any(step.note_erased for step in told)

    all_words = ["is it 230 volts?", "it is", "the client is right"]
    assert asked.receipt.item == answered.receipt.item
    assert (answered.receipt.state, again.clause) == (State.ANSWERED, "PSR-26")
    assert given.receipt.state == State.GIVEN
    assert [each.state for each in (*seen.questions, *seen.opinions)] == ["answered", "given"]
    assert words[client] == words[Role.PROVIDER] == words[Role.SUPPORT] == all_words
    assert words[Role.STORAGE] == words[Role.LOGISTICS] == []


@pytest.mark.clause("PSR-23")
async def test_free_words_are_in_no_receipt_and_no_log(house: House) -> None:
    client, secret = house.new_client(), "my neighbour Rosa will fetch it"
    order = await house.placed(client)

    with capture_logs() as logs:
        receipts = [
            await house.do(order, Trigger.REQUIRE, client, {"note": secret}),
            await house.do(order, Trigger.ASK_QUESTION, client, {"note": secret}),
            await house.do(order, Trigger.ANSWER_QUESTION, Role.PROVIDER, {"note": secret}),
            await house.do(
                order,
                Trigger.RAISE_CAUTION,
                Role.PLATFORM,
                {"caution": "sensitive", "note": secret},
            ),
            await house.do(order, Trigger.WITHDRAW, client, {"note": secret}),
        ]
    seen = await house.order(order)

    assert "Rosa" not in repr(receipts)
    assert "Rosa" not in repr(logs)
    assert "Rosa" not in seen.model_dump_json()


# ---- parcels -----------------------------------------------------------------------------------


@pytest.mark.clause("PSR-8")
@pytest.mark.clause("PSR-16")
async def test_two_parcels_go_their_own_ways_and_the_order_follows_the_slower(
    house: House, in_haste: None
) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    async with (
        house.client(Role.PROVIDER) as provider,
        house.client(Role.STORAGE) as storage,
        house.client(Role.LOGISTICS) as logistics,
        house.client(client) as buyer,
    ):
        one = (
            await provider.dispatch(order, key=a_key(), tracking_ref="SF1", quantity=100)
        ).receipt
        two = (await provider.dispatch(order, key=a_key(), tracking_ref="SF2")).receipt
        many = await refused(house, order, Trigger.DISPATCH, Role.PROVIDER, tracking_ref="SF3")
        which = await refused(house, order, Trigger.TRACK, Role.PROVIDER, tracking_ref="SF1")
        moved = await provider.track(order, key=a_key(), tracking_ref="SF1", parcel=one.item)
        # One is at the storage: the unnamed receipt can only be for the other.
        await storage.warehouse_receipt(order, key=a_key(), parcel_ref="YW-1", parcel=one.item)
        behind = await buyer.order(order)
        await storage.warehouse_receipt(order, key=a_key(), parcel_ref="YW-2")
        stored = await in_state(house, order, State.STORED)
        for parcel in (one, two):
            await logistics.clear_customs(
                order, key=a_key(), tracking_ref="EX1", parcel=parcel.item
            )
        delivered = [
            await logistics.deliver(order, key=a_key(), tracking_ref="EX1", parcel=parcel.item)
            for parcel in (one, two)
        ]
        done = await buyer.confirm_receipt(order, key=a_key())
        diagram = await buyer.diagram(order)

    assert (one.order_state, two.order_state) == (State.PURCHASED, State.DISPATCHED)
    assert (many.status, many.code, many.clause) == (409, "too_many_goods", "PSR-8")
    assert which.code == "which_item"
    assert moved.receipt.item == one.item
    assert behind.state == State.DISPATCHED
    assert [each.state for each in behind.parcels] == [State.WAREHOUSED, State.DISPATCHED]
    assert stored.fee_earned.money == Money(1_23)
    assert [each.receipt.order_state for each in delivered] == [State.EXPORTED, State.DELIVERED]
    assert done.receipt.state == State.RECEIVED
    assert f"Parcel {one.item}" in diagram
    assert f"Parcel {two.item}" in diagram


@pytest.mark.clause("PSR-8")
async def test_what_the_seller_pays_back_for_a_lost_parcel_goes_to_the_client(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    async with house.client(Role.PROVIDER) as provider:
        parcel = (await provider.dispatch(order, key=a_key(), tracking_ref="SF1")).receipt
        await provider.report_lost(order, key=a_key())
        done = await provider.record_seller_refund(
            order, key=a_key(), goods=Money(1_200_00), freight=Money(30_00), external_ref="SR-1"
        )

    assert done.receipt.item == parcel.item
    assert (done.receipt.state, done.receipt.order_state) == (State.RETURNED, State.UNREALIZABLE)
    assert await house.balance(client) == WHOLE


@pytest.mark.clause("PSR-7")
async def test_the_storage_charges_the_deposit_and_what_it_cannot_pay_is_shown_and_paid_later(
    house: House, in_haste: None
) -> None:
    client = await house.rich_client(WHOLE + Money(10_00))
    order = await house.bought(client)
    async with (
        house.client(Role.STORAGE) as storage,
        house.client(client) as buyer,
    ):
        parcel = (await storage.warehouse_receipt(order, key=a_key(), parcel_ref="YW-1")).receipt
        await in_state(house, order, State.STORED)
        early = by_method(await buyer.allowed_actions(order))
        with anyio.fail_after(20):
            while not (seen := await buyer.order(order)).storage_unpaid.money:
                await anyio.sleep(0.05)
        poor = await refused(house, order, Trigger.PAY_STORAGE, client)
        await buyer.request_recharge(key=a_key(), amount=Money(50_00), payment_method="pm_ok")
        done = await buyer.pay_storage(order, key=a_key())
        twice = await refused(house, order, Trigger.PAY_STORAGE, client)
        after = await buyer.order(order)

    at = f"parcels/{parcel.item.partition('/')[2]}/pay-storage"  # type: ignore[union-attr]
    assert (early[at].allowed, early[at].code, early[at].clause) == (
        False,
        "nothing_to_pay",
        "PSR-7",
    )
    assert seen.storage_unpaid.money == Money(30_00)
    assert (poor.status, poor.code) == (409, "deposit_too_small")
    assert done.receipt.state == State.STORED
    assert (twice.status, twice.code, twice.clause) == (409, "nothing_to_pay", "PSR-7")
    assert after.storage_unpaid.money == ZERO
    assert await house.balance(client) == Money(30_00)


# ---- receipt -----------------------------------------------------------------------------------


@pytest.mark.clause("PSR-18-3")
@pytest.mark.clause("PSR-17-2")
async def test_an_objection_to_receipt_stops_the_clock_until_its_cause_is_found(
    house: House, in_haste: None
) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    async with (
        house.client(Role.STORAGE) as storage,
        house.client(Role.LOGISTICS) as logistics,
        house.client(Role.PLATFORM) as platform,
        house.client(client) as buyer,
    ):
        await storage.warehouse_receipt(order, key=a_key(), parcel_ref="YW-1")
        await in_state(house, order, State.STORED)
        await logistics.clear_customs(order, key=a_key(), tracking_ref="EX1")
        await logistics.deliver(order, key=a_key(), tracking_ref="EX1")
        before = {each.term for each in (await buyer.deadlines(order)).data}
        strange = await refused(
            house,
            order,
            Trigger.OBJECT_TO_RECEIPT,
            client,
            reason="damaged",
            evidence=["evd_of_others"],
        )
        piece = await buyer.add_evidence(
            order, b"a photo, in words", key=a_key(), media_type=MediaType.TEXT
        )
        objected = await buyer.object_to_receipt(
            order,
            key=a_key(),
            reason=ObjectionReason.DAMAGED,
            note="the lid is broken",
            evidence=[piece.id],
        )
        during = {each.term for each in (await buyer.deadlines(order)).data}
        actions = by_method(await platform.allowed_actions(order))
        settled = await platform.settle_objection(order, key=a_key(), cause=Cause.LOGISTICS)
        after = {each.term for each in (await buyer.deadlines(order)).data}
        read = [step.note for step in (await logistics.timeline(order)).data if step.note]
        done = await buyer.confirm_receipt(order, key=a_key())

    assert before == after == {"receipt_advice", "receipt"}
    assert (strange.status, strange.code) == (422, "wrong_reference")
    assert [fault.pointer for fault in strange.errors] == ["/evidence/0"]
    assert objected.receipt.state == State.RECEIPT_OBJECTION
    assert during == {"receipt_objection"}
    assert actions["settle-objection"].allowed
    assert settled.receipt.state == State.DELIVERED
    assert read == ["the lid is broken"]
    assert done.receipt.state == State.RECEIVED


# ---- coupons and brokerage ---------------------------------------------------------------------


@pytest.mark.clause("UA-1-10")
async def test_a_coupon_takes_its_sum_off_the_fee_once_and_for_its_client_alone(
    house: House,
) -> None:
    client, stranger = await house.rich_client(), await house.rich_client()
    now = datetime.now(UTC)
    async with (
        house.client(Role.PLATFORM) as platform,
        house.client(client) as buyer,
        house.client(stranger) as other,
    ):
        key = a_key()
        issued, again = [
            await platform.issue_coupon(
                key=key,
                client_id=client.party,
                amount=Money(1_00),
                reduces=[LineCode.SERVICE_FEE],
                valid_from=now - timedelta(minutes=1),
                valid_until=now + timedelta(days=1),
            )
            for _ in range(2)
        ]
        orders = [await house.placed(client), await house.placed(client)]
        for order in (*orders, strange := await house.placed(stranger)):
            await house.do(order, Trigger.ACCEPT, Role.PROVIDER)
        with pytest.raises(RefusalError) as stolen:
            await other.pay(
                strange, key=a_key(), from_deposit=WHOLE - Money(1_00), coupons=[issued.id]
            )
        with pytest.raises(RefusalError) as whole:
            await buyer.pay(orders[0], key=a_key(), from_deposit=WHOLE, coupons=[issued.id])
        done = await buyer.pay(
            orders[0], key=a_key(), from_deposit=WHOLE - Money(1_00), coupons=[issued.id]
        )
        with pytest.raises(RefusalError) as twice:
            await buyer.pay(orders[1], key=a_key(), from_deposit=Money(1_00), coupons=[issued.id])
        (seen,) = (await buyer.coupons()).data
        none = (await other.coupons()).data
        with pytest.raises(RefusalError) as hidden:
            await other.coupons(client=client.party)

    assert issued == again
    assert [each.value.problem.code for each in (stolen, whole, twice)] == [
        "coupon_not_usable",
        "part_payment",
        "coupon_not_usable",
    ]
    assert stolen.value.problem.clause == "UA-1-10"
    assert done.receipt.state == State.EFFECTIVE
    assert await house.balance(client) == Money(1_00)
    assert (seen.id, seen.redeemed_for) == (issued.id, orders[0])
    assert none == ()
    assert hidden.value.problem.status == 404


@pytest.mark.clause("UA-1-10")
@pytest.mark.clause("UA-1-1")
async def test_coupons_are_the_platforms_to_issue_to_registered_clients(house: House) -> None:
    now = datetime.now(UTC)
    body = {
        "client_id": "cli_nobody",
        "amount": {"amount": 0, "currency": "CNY"},
        "reduces": ["goods"],
        "valid_from": now.isoformat(),
        "valid_until": now.isoformat(),
    }
    right = {
        **body,
        "amount": {"amount": 1, "currency": "CNY"},
        "reduces": ["other_fee"],
        "valid_until": (now + timedelta(days=1)).isoformat(),
    }
    async with house.http(Role.PLATFORM) as platform, house.http(Role.PROVIDER) as provider:
        wrong, strange, role = [
            Problem.model_validate_json(
                (
                    await http.post("/v1/coupons", json=said, headers={"Idempotency-Key": a_key()})
                ).content
            )
            for http, said in ((platform, body), (platform, right), (provider, right))
        ]

    assert {fault.pointer for fault in wrong.errors} == {"/amount", "/reduces", "/valid_until"}
    assert (strange.status, strange.code, strange.clause) == (422, "not_registered", "UA-1-1")
    assert (role.status, role.clause) == (403, "UA-1-10")


@pytest.mark.clause("PSR-19")
async def test_an_order_that_a_promoter_won_owes_brokerage_by_the_rate_at_its_payment(
    house: House, in_haste: None
) -> None:
    client, promoter = await house.rich_client(), f"pro_{a_key()[4:]}"
    began = datetime.now(UTC) - timedelta(minutes=1)
    async with (
        house.client(Role.PLATFORM) as platform,
        house.client(Role.STORAGE) as storage,
        house.client(Role.PROVIDER) as provider,
    ):
        registered = await platform.register(
            {"role": "promoter", "party_id": promoter, "name": "Mia Promotion"}, key=a_key()
        )
        app = house.application(registered.id, Role.PROMOTER)  # type: ignore[arg-type]
        signed = await platform.sign_contract(
            key=a_key(),
            promoter_id=promoter,
            provider_id=PROVIDER,
            rate=Fraction(1, 5),
            begins_at=began,
        )
        with pytest.raises(RefusalError) as second:
            await platform.sign_contract(
                key=a_key(),
                promoter_id=promoter,
                provider_id=PROVIDER,
                rate=Fraction(1, 4),
                begins_at=datetime.now(UTC),
            )
        order = await house.bought(client, promoter_id=promoter)
        ended = await platform.end_contract(signed.id, key=a_key(), ends_at=datetime.now(UTC))
        await storage.warehouse_receipt(order, key=a_key(), parcel_ref="YW-1")
        seen = await in_state(house, order, State.STORED)
        statement = await platform.statement(order)
        async with house.client(app) as promoting:
            own, visible = await promoting.contracts(), await promoting.order(order)
        theirs = await provider.contracts(promoter=promoter)

    # A fifth of the fee of 1.23 is 0.246: 0.25 to the promoter, 0.98 to the provider.
    earned = {
        account: -sum(
            leg.amount.money.amount
            for journal in statement.journals
            for leg in journal.legs
            if leg.account == account
        )
        for account in (f"promoter:{promoter}", f"provider:{PROVIDER}")
    }
    assert registered.role == Role.PROMOTER
    assert second.value.problem.clause == "PSR-19"
    assert (seen.brokerage_rate, visible.promoter_id) == ("1/5", promoter)
    assert earned == {f"promoter:{promoter}": 25, f"provider:{PROVIDER}": 98}
    assert [(each.id, each.rate) for each in own.data] == [(signed.id, "1/5")]
    assert theirs.data == own.data
    assert ended.ends_at is not None


@pytest.mark.clause("PSR-19")
async def test_contracts_are_seen_by_those_who_signed_them(house: House) -> None:
    async with house.client(Role.STORAGE) as storage, house.client(Role.PLATFORM) as platform:
        with pytest.raises(RefusalError) as said:
            await storage.contracts()
        with pytest.raises(RefusalError) as lost:
            await platform.end_contract(999_999, key=a_key(), ends_at=datetime.now(UTC))

    assert (said.value.problem.status, said.value.problem.clause) == (403, "PSR-19")
    assert lost.value.problem.status == 404


@pytest.mark.clause("PSR-19")
async def test_an_order_names_no_promoter_that_is_not_registered(house: House) -> None:
    with pytest.raises(RefusalError) as said:
        await house.placed(house.new_client(), promoter_id="pro_nobody")

    problem = said.value.problem
    assert (problem.status, problem.code, problem.clause) == (422, "not_registered", "PSR-19")


# ---- allowed actions ---------------------------------------------------------------------------


async def test_every_action_that_is_listed_is_an_endpoint_and_is_listed_once(
    house: House, in_haste: None
) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    await house.do(order, Trigger.DISPATCH, Role.PROVIDER, {"tracking_ref": "SF1"})
    await house.do(order, Trigger.ASK_QUESTION, client, {"note": "when?"})

    for role in (client, *(Role(each) for each in ("provider", "storage", "platform"))):
        async with house.client(role) as reader:
            (told,) = (await reader.allowed_actions(order)).roles
        methods = [each.method for each in told.actions]

        assert len(methods) == len(set(methods))
        for method in methods:
            assert path_of(method.removeprefix("POST "), DOCUMENT["paths"]) in POSTS, method


async def test_a_parcel_that_is_there_is_acted_on_by_its_number(house: House) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    before = await _actions(house, order, Role.STORAGE)
    parcel = (
        await house.do(order, Trigger.DISPATCH, Role.PROVIDER, {"tracking_ref": "SF1"})
    ).receipt.item

    after = await _actions(house, order, Role.STORAGE)

    at = f"{TableName.PARCEL}s/{parcel.partition('/')[2]}/warehouse-receipt"  # type: ignore[union-attr]
    assert before["warehouse-receipt"].allowed
    assert "warehouse-receipt" not in after
    assert after[at].allowed
    assert after[at].leads_to == State.WAREHOUSED


async def _actions(house: House, order: str, role: Role) -> dict[str, Any]:
    async with house.client(role) as client:
        return by_method(await client.allowed_actions(order))


def by_method(told: AllowedActionsAnswer) -> dict[str, Any]:
    """The actions of one role, by what follows the order's path."""
    (role,) = told.roles
    return {each.method.partition(f"{told.id}/")[2]: each for each in role.actions}
