"""Prices that change and deposits that come first, through the API, on real servers.

300 kettles for 4.00 each and 30.00 of freight make 1,230.00; a thousandth of it is 1.23 of fee;
that is 1,231.23 in whole. Every sum is done by hand.
"""

from datetime import UTC, datetime, timedelta

import pytest

from daigou.domain.commands import (
    CautionKind,
    DriftLimit,
    Line,
    LineCode,
)
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, Trigger
from gateway.client import RefusalError
from tests.gateway.house import STORAGE, WHOLE, House, a_key
from tests.gateway.road import in_state, refused

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


@pytest.mark.clause("PSR-6")
async def test_the_lines_stand_in_their_order_however_often_the_price_changed(
    house: House,
) -> None:
    client = await house.rich_client(Money(1_300_00))
    order = await house.placed(client)
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        repacking = Line(
            code=LineCode.STORAGE_FEE, label="repacking", amount=Money(2_00), collector=STORAGE
        )
        await provider.accept(order, key=a_key(), lines=[repacking])
        due = (await buyer.order(order)).due_now
        assert due is not None
        await buyer.pay(order, key=a_key(), from_deposit=due.money)
        await provider.report_price(
            order, key=a_key(), goods=Money(1_100_00), freight=Money(30_00), quantity=300
        )
        seen = await buyer.order(order)

    assert [(line.code, line.amount.money) for line in seen.lines] == [
        ("goods", Money(1_100_00)),
        ("freight", Money(30_00)),
        ("service_fee", Money(1_13)),
        ("storage_fee", Money(2_00)),
    ]


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
