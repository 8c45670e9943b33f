"""A request that timed out is tried again: what became of its first try is asked, never guessed.

Between two tries the world goes on: what is forbidden by now was allowed when the first try went on
its way, and may still be carried out.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from daigou.domain.commands import FreezeReason
from daigou.domain.money import Money
from daigou.domain.order import Role, State
from gateway.problems import Problem
from tests.gateway.account_road import disputed, paid_partly_by_card, payment_of
from tests.gateway.house import App, House, a_key, an_order

TEN_YUAN = {"amount": 10_00, "currency": "CNY"}
TAKEN_OUT = {"amount": TEN_YUAN, "payment_method": "pm_ok"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for."""

    by: App
    path: str
    body: dict[str, Any]

    async def send(self, http: httpx.AsyncClient, key: str) -> httpx.Response:
        return await http.post(self.path, json=self.body, headers={"Idempotency-Key": key})


@pytest.mark.clause("UA-1-9")
@pytest.mark.parametrize("lifted", [True, False])
async def test_a_withdrawal_under_way_is_not_refused_when_the_account_was_frozen_meanwhile(
    house: House, lifted: bool
) -> None:
    client, key = await house.rich_client(Money(100_00)), a_key()
    asked = Asked(
        by=client, path="/v1/withdrawals", body={**TAKEN_OUT, "withdrawal_id": f"wdr_{key}"}
    )
    hasty = house.another(task_queue=f"nobody-{key}", update_wait_seconds_max=0.5)

    async with house.http(client, on=hasty) as http:
        first = await asked.send(http, key)
        async with house.client(Role.PLATFORM) as platform:
            frozen = await platform.place_freeze(
                client.party, key=a_key(), reason=FreezeReason.SUSPICION
            )
            again, other_key = await asked.send(http, key), await asked.send(http, a_key())
            if lifted:
                await platform.lift_freeze(frozen.receipt.id, key=a_key(), note="all is well")
    async with house.worker(f"nobody-{key}"), house.http(client) as http:
        last = await asked.send(http, key)
        told_again = await asked.send(http, key)

    assert [each.status_code for each in (first, again, other_key)] == [503, 503, 503]
    assert told_again.content == last.content
    if lifted:
        assert (last.status_code, last.json()["state"]) == (201, State.PAID_OUT)
        assert await house.balance(client) == Money(90_00)
    else:
        assert (last.status_code, last.json()["code"]) == (409, "account_frozen")
        assert await house.balance(client) == Money(100_00)


async def _withdrawal(house: House) -> Asked:
    return Asked(by=await _frozen(house), path="/v1/withdrawals", body=TAKEN_OUT)


async def _recharge(house: House) -> Asked:
    return Asked(by=await _frozen(house), path="/v1/recharges", body=TAKEN_OUT)


async def _order(house: House) -> Asked:
    return Asked(by=await _frozen(house), path="/v1/orders", body=an_order())


async def _weapons(house: House) -> Asked:
    return Asked(by=house.new_client(), path="/v1/orders", body=an_order(category="weapons"))


async def _second_closing(house: House) -> Asked:
    client = house.new_client()
    async with house.client(client) as asking:
        await asking.close_account(client.party, key=a_key(), payment_method="pm_ok")
    return Asked(
        by=client, path=f"/v1/accounts/{client.party}/closure", body={"payment_method": "pm_ok"}
    )


async def _tip_too_high(house: House) -> Asked:
    client = await house.rich_client()
    order = await house.placed(client)
    body = {"amount": {"amount": 999_00, "currency": "CNY"}}
    return Asked(by=client, path=f"/v1/orders/{order}/tips", body=body)


async def _known_dispute(house: House) -> Asked:
    _, other = await paid_partly_by_card(house)
    _, order = await paid_partly_by_card(house)
    await disputed(house, other, dispute="dp-known", amount=Money(1_00))
    return await _dispute(house, order, "dp-known", 1_00)


async def _too_much(house: House) -> Asked:
    _, order = await paid_partly_by_card(house)
    return await _dispute(house, order, f"dp-{a_key()}", 9_999_00)


async def _no_payment(house: House) -> Asked:
    _, order = await paid_partly_by_card(house)
    return await _dispute(house, order, f"dp-{a_key()}", 1_00, payment=f"{order}/99")


@pytest.mark.parametrize(
    "asking",
    [
        _withdrawal,
        _recharge,
        _order,
        _weapons,
        _second_closing,
        _tip_too_high,
        _known_dispute,
        _too_much,
        _no_payment,
    ],
)
async def test_what_is_forbidden_is_refused_alike_by_the_check_and_by_the_workflow(
    house: House, asking: Callable[[House], Awaitable[Asked]]
) -> None:
    asked, key = await asking(house), a_key()
    alone = house.another(temporal_address="127.0.0.1:1", update_wait_seconds_max=1)

    async with house.http(asked.by, on=alone) as http:
        unheard = await asked.send(http, key)
    async with house.http(asked.by) as http:
        tried_before, new = await asked.send(http, key), await asked.send(http, a_key())

    assert unheard.status_code == 503
    assert 400 <= new.status_code < 500, new.text
    refusals = [Problem.model_validate_json(each.content) for each in (tried_before, new)]
    assert len({(each.status, each.code, each.clause) for each in refusals}) == 1, refusals


async def _frozen(house: House) -> App:
    """A client whose account is frozen in every way."""
    client = await house.rich_client(Money(100_00))
    async with house.client(Role.PLATFORM) as platform:
        await platform.place_freeze(client.party, key=a_key(), reason=FreezeReason.SUSPICION)
    return client


async def _dispute(
    house: House, order: str, dispute: str, fen: int, *, payment: str | None = None
) -> Asked:
    body = {
        "dispute": dispute,
        "payment": payment or await payment_of(house, order),
        "amount": {"amount": fen, "currency": "CNY"},
        "reason": "changed_mind",
        "evidence_due": (datetime.now(UTC) + timedelta(days=10)).isoformat(),
    }
    institution = house.apps[Role.PAYMENT_INSTITUTION]
    return Asked(by=institution, path=f"/v1/orders/{order}/chargebacks", body=body)
