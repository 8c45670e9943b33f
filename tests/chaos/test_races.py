"""Many callers at once: the deposit's floor holds, and each key has one outcome."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.chaos.house import House
from tests.chaos.town import ALL_FROM_DEPOSIT, KETTLES_FEN, App, a_key, triggers

pytestmark = [pytest.mark.timeout(180)]

CALLERS = 50
AFFORDABLE = 7
ASK_AGAIN_SECONDS = 0.2


@pytest.mark.clause("UA-1-8")
async def test_fifty_callers_race_for_one_deposit_and_its_floor_holds(house: House) -> None:
    # ¥8,618.61 pay for seven orders of ¥1,231.23; a fen is missing for the eighth.
    client = await house.rich_client(8 * KETTLES_FEN - 1)
    orders = await asyncio.gather(*(house.accepted(client) for _ in range(CALLERS)))

    async with house.edge.http(client) as http:
        answers = await asyncio.gather(
            *(once_answered(http, f"/v1/orders/{order}/pay", ALL_FROM_DEPOSIT) for order in orders)
        )
    left = await house.deposit(client)
    report = await asyncio.to_thread(house.audit)

    assert Counter(answer.status_code for answer in answers) == {
        200: AFFORDABLE,
        409: CALLERS - AFFORDABLE,
    }
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {
        "deposit_too_small"
    }
    assert left == KETTLES_FEN - 1
    assert report.ok, str(report)


async def test_fifty_callers_with_one_key_have_one_effect_and_the_same_answer(
    house: House,
) -> None:
    client = await house.rich_client(2 * KETTLES_FEN)
    order, key = await house.accepted(client), a_key()
    path = f"/v1/orders/{order}/pay"

    async with house.edge.http(client) as http:
        first = await asyncio.gather(
            *(post(http, path, ALL_FROM_DEPOSIT, key) for _ in range(CALLERS))
        )
        then = await asyncio.gather(
            *(once_answered(http, path, ALL_FROM_DEPOSIT, key) for _ in range(CALLERS))
        )
    steps = await timeline(house, client, order)
    left = await house.deposit(client)

    answered = [answer for answer in (*first, *then) if answer.status_code == 200]
    running = [answer for answer in first if answer.status_code != 200]
    assert len({answer.content for answer in answered}) == 1
    assert {(answer.status_code, answer.json()["code"]) for answer in running} <= {
        (409, "idempotency_key_running")
    }
    assert [answer.status_code for answer in then] == [200] * CALLERS
    assert sum("idempotency-replayed" not in answer.headers for answer in answered) == 1
    assert steps == ["request", "accept", "pay"]
    assert left == KETTLES_FEN


async def test_of_fifty_callers_with_keys_of_their_own_one_wins(house: House) -> None:
    client = await house.rich_client(2 * KETTLES_FEN)
    order = await house.accepted(client)

    async with house.edge.http(client) as http:
        answers = await asyncio.gather(
            *(
                once_answered(http, f"/v1/orders/{order}/pay", ALL_FROM_DEPOSIT)
                for _ in range(CALLERS)
            )
        )
    steps = await timeline(house, client, order)
    left = await house.deposit(client)

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: CALLERS - 1}
    losers = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(each["code"], each["clause"]) for each in losers} == {("not_in_this_state", "PSR-2-2")}
    assert steps == ["request", "accept", "pay"]
    assert left == KETTLES_FEN


async def test_of_the_client_and_the_provider_who_act_at_once_one_wins(house: House) -> None:
    clients = [house.town.new_client() for _ in range(10)]
    orders = [await house.placed(client) for client in clients]

    async def race(client: App, order: str) -> tuple[int, int]:
        async with (
            house.edge.http(client) as buyer,
            house.edge.http(house.town.provider) as provider,
        ):
            withdrawn, refused = await asyncio.gather(
                once_answered(buyer, f"/v1/orders/{order}/withdraw", {}),
                once_answered(provider, f"/v1/orders/{order}/refuse", {"reason": "no_capacity"}),
            )
            return withdrawn.status_code, refused.status_code

    came_out = await asyncio.gather(*map(race, clients, orders))
    steps = [await timeline(house, *each) for each in zip(clients, orders, strict=True)]

    assert set(came_out) <= {(200, 409), (409, 200)}
    assert [
        ["request", "withdraw" if client == 200 else "refuse"] for client, _ in came_out
    ] == steps


async def test_a_command_that_its_caller_gave_up_is_carried_out_and_the_key_tells_it(
    house: House,
) -> None:
    client = await house.rich_client(2 * KETTLES_FEN)
    orders = [await house.accepted(client) for _ in range(2)]
    keys = {order: a_key() for order in orders}

    # One hangs up at once, the other while the command is on its way.
    async with house.edge.http(client) as http:
        for order, seconds in zip(orders, (0.001, 0.02), strict=True):
            with pytest.raises((httpx.TimeoutException, TimeoutError)):
                async with asyncio.timeout(seconds):
                    await post(http, f"/v1/orders/{order}/pay", ALL_FROM_DEPOSIT, keys[order])
        answers = [
            await once_answered(http, f"/v1/orders/{order}/pay", ALL_FROM_DEPOSIT, keys[order])
            for order in orders
        ]
    steps = [await timeline(house, client, order) for order in orders]

    assert [(answer.status_code, answer.json()["state"]) for answer in answers] == [
        (200, "effective")
    ] * 2
    assert steps == [["request", "accept", "pay"]] * 2
    assert await house.deposit(client) == 0


async def post(
    http: httpx.AsyncClient, path: str, body: dict[str, Any], key: str
) -> httpx.Response:
    return await http.post(path, json=body, headers={"Idempotency-Key": key})


async def once_answered(
    http: httpx.AsyncClient, path: str, body: dict[str, Any], key: str | None = None
) -> httpx.Response:
    """Asks with one key until it is neither running nor without an answer."""
    key = key or a_key()
    while True:
        answer = await post(http, path, body, key)
        later = answer.status_code == 503 or (
            answer.status_code == 409 and answer.json()["code"] == "idempotency_key_running"
        )
        if not later:
            return answer
        await asyncio.sleep(ASK_AGAIN_SECONDS)


async def timeline(house: House, client: App, order: str) -> list[str]:
    async with house.edge.client(client) as buyer:
        return triggers((await buyer.timeline(order)).data)
