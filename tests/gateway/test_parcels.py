"""Parcels, storage and receipt, through the API, on real servers.

300 kettles for 4.00 each and 30.00 of freight make 1,230.00; a thousandth of it is 1.23 of fee;
that is 1,231.23 in whole. Every sum is done by hand.
"""

import anyio
import pytest

from daigou.domain.commands import (
    Cause,
    ObjectionReason,
)
from daigou.domain.evidence import MediaType
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, Trigger
from tests.gateway.house import WHOLE, House, a_key
from tests.gateway.road import by_method, in_state, refused

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
