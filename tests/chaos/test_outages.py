"""A part that is away: the caller gets 503 in time, and under the same key later the outcome."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from daigou.stack import Part
from tests.chaos.house import WAIT_SECONDS_MAX, House
from tests.chaos.test_races import once_answered, post, timeline
from tests.chaos.town import ALL_FROM_DEPOSIT, FROM_BOTH, KETTLES_FEN, App, a_key, kettles

pytestmark = [pytest.mark.timeout(180)]

ANSWER_SECONDS_MAX = WAIT_SECONDS_MAX + 6
"""The gateway's wait for a workflow, and at most its wait for the books."""
READS = ("", "/timeline", "/statement", "/deadlines", "/allowed-actions", "/diagram.svg")


@pytest.fixture
async def paying(house: House) -> AsyncIterator[tuple[App, str, str]]:
    """A client with an accepted order, and the key under which it is to be paid."""
    client = await house.rich_client(KETTLES_FEN)
    yield client, await house.accepted(client), a_key()
    report = await asyncio.to_thread(house.audit)
    assert report.ok, str(report)


@pytest.mark.parametrize(
    "away",
    [
        (Part.WORKER,),
        pytest.param((Part.TEMPORAL,), marks=pytest.mark.long),
        pytest.param((Part.DATABASE,), marks=pytest.mark.long),
        (Part.WORKER, Part.TEMPORAL, Part.DATABASE),
    ],
    ids=lambda parts: " and ".join(parts),
)
async def test_what_cannot_be_answered_gets_503_and_later_the_outcome(
    house: House, paying: tuple[App, str, str], away: tuple[Part, ...]
) -> None:
    """The long form has Temporal and the database away alone as well."""
    client, order, key = paying
    path = f"/v1/orders/{order}/pay"

    async with house.edge.http(client) as http:
        house.kill(*away)
        try:
            begins = time.monotonic()
            answer = await post(http, path, ALL_FROM_DEPOSIT, key)
            took = time.monotonic() - begins
            if Part.DATABASE not in away:
                reads = [await http.get(f"/v1/orders/{order}{read}") for read in READS]
            else:
                reads = []
            ready = await http.get("/readyz")
            alive = await http.get("/healthz")
        finally:
            await house.restart(*away)
        then = await once_answered(http, path, ALL_FROM_DEPOSIT, key)

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == "application/problem+json"
    assert took < ANSWER_SECONDS_MAX
    assert [read.status_code for read in reads] == [200] * len(reads)
    assert alive.status_code == 200
    assert ready.status_code == (200 if away == (Part.WORKER,) else 503)
    assert (then.status_code, then.json().get("state")) == (200, "effective"), then.text
    assert await timeline(house, client, order) == ["request", "accept", "pay"]
    assert await house.deposit(client) == 0


async def test_an_order_placed_while_no_worker_is_there_begins_once(house: House) -> None:
    client, key, body = house.town.new_client(), a_key(), kettles()

    async with house.edge.http(client) as http:
        house.kill(Part.WORKER)
        try:
            answers = [await post(http, "/v1/orders", body, key) for _ in range(2)]
        finally:
            await house.restart(Part.WORKER)
        then = await once_answered(http, "/v1/orders", body, key)
        again = await post(http, "/v1/orders", body, key)
        found = (await http.get("/v1/orders")).json()["data"]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert (then.status_code, then.json()["state"]) == (201, "requested")
    assert again.content == then.content
    assert [order["id"] for order in found] == [then.json()["id"]]


@pytest.mark.long
async def test_a_gateway_that_is_killed_is_replaced_and_the_key_tells_the_outcome(
    house: House, paying: tuple[App, str, str]
) -> None:
    client, order, key = paying
    path = f"/v1/orders/{order}/pay"

    async with house.edge.http(client) as http:
        asked = asyncio.create_task(post(http, path, FROM_BOTH, key))
        await asyncio.sleep(0.03)
        house.kill(Part.GATEWAY)
        died = await asyncio.gather(asked, return_exceptions=True)
        await house.restart(Part.GATEWAY)
        # A key that its gateway took with it is free again after the longest answer and 20 s.
        then = await once_answered(http, path, FROM_BOTH, key)

    assert isinstance(died[0], httpx.TransportError | httpx.Response)
    assert then.status_code == 200
    assert then.json()["state"] in ("effective", "paying")
    steps = await timeline(house, client, order)
    assert steps[:3] == ["request", "accept", "pay"]
    assert steps.count("pay") == 1
