"""Coupons and brokerage, through the API, on real servers.

300 kettles for 4.00 each and 30.00 of freight make 1,230.00; a thousandth of it is 1.23 of fee;
that is 1,231.23 in whole. Every sum is done by hand.
"""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from daigou.domain.commands import (
    LineCode,
)
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from gateway.client import RefusalError
from gateway.problems import Problem
from tests.gateway.engaged import engaged
from tests.gateway.house import PROVIDER, WHOLE, House, a_key
from tests.gateway.road import in_state


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
        await engaged(house, promoter)
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
