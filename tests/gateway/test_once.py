"""One outcome a key: retried, raced, timed out, with servers away, and under a taken id."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from daigou.domain.commands import Withdraw
from daigou.domain.ids import AppKey
from daigou.domain.order import Actor, Role, State, Trigger
from gateway.client import DaigouClient, RefusalError, UnansweredError
from gateway.once import command_id
from tests.gateway.house import BASE, WHOLE, House, a_key, an_order
from workflows.messages import Pull

NOBODYS_DATABASE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


async def test_the_same_key_and_body_gets_the_first_answer_again(house: House) -> None:
    client, key = house.new_client(), a_key()

    async with house.http(client) as http:
        first = await _place(http, an_order(), key)
        await _command(http, first.json()["id"], "withdraw", {}, a_key())
        # The same by what it says: order and spaces of the JSON are nobody's concern.
        again = await http.post(
            "/v1/orders",
            content=json.dumps(dict(reversed(an_order().items())), indent=3),
            headers={"Idempotency-Key": key, "Content-Type": "application/json"},
        )

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["location"] == again.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_refusal_is_told_again_too(house: House) -> None:
    client, key = house.new_client(), a_key()
    order = await house.placed(client)

    async with house.http(client) as http:
        answers = [await _command(http, order, "confirm-receipt", {}, key) for _ in range(2)]

    assert {answer.status_code for answer in answers} == {409}
    assert answers[0].content == answers[1].content
    assert answers[1].headers["content-type"] == "application/problem+json"
    assert answers[1].headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("other", ["body", "path"])
async def test_the_same_key_for_something_else_is_refused(house: House, other: str) -> None:
    client, key = house.new_client(), a_key()
    order = await house.placed(client)

    async with house.http(client) as http:
        await _command(http, order, "withdraw", {"note": "one"}, key)
        if other == "body":
            answer = await _command(http, order, "withdraw", {"note": "two"}, key)
        else:
            answer = await _command(http, order, "confirm-receipt", {}, key)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_keys_of_two_applications_are_two_keys(house: House) -> None:
    key = a_key()

    orders = [await house.placed(house.new_client()) for _ in range(2)]
    placed = []
    for client in (house.new_client(), house.new_client()):
        async with house.http(client) as http:
            placed.append((await _place(http, an_order(), key)).json()["id"])

    assert len({*orders, *placed}) == 4


async def test_many_at_once_under_one_key_place_one_order(house: House) -> None:
    client, key = house.new_client(), a_key()

    async with house.client(client) as buyer:
        done = await asyncio.gather(*(buyer.place(an_order(), key=key) for _ in range(20)))
        orders = await buyer.orders()

    assert len({each.receipt.model_dump_json() for each in done}) == 1
    assert [each.replayed for each in done].count(False) == 1
    assert len(orders.data) == 1


async def test_one_who_comes_while_it_runs_is_told_to_wait(house: House) -> None:
    client, key = house.new_client(), a_key()

    async with house.http(client) as http:
        answers = await asyncio.gather(*(_place(http, an_order(), key) for _ in range(2)))

    statuses = sorted(answer.status_code for answer in answers)
    running = [answer for answer in answers if answer.status_code == 409]
    assert statuses in ([201, 201], [201, 409])
    for answer in running:
        assert answer.json()["code"] == "idempotency_key_running"
        assert answer.headers["retry-after"] == "1"


async def test_a_second_and_different_order_of_one_id_is_refused(house: House) -> None:
    client, order = house.new_client(), f"ord_{a_key()}"

    async with house.client(client) as buyer:
        first = await buyer.place(an_order(order_id=order), key=a_key())
        same = await buyer.place(an_order(order_id=order), key=a_key())
        with pytest.raises(RefusalError) as other:
            await buyer.place(an_order(order_id=order, quantity=299), key=a_key())
        await buyer.withdraw(order, key=a_key())
        after_the_end = await buyer.place(an_order(order_id=order), key=a_key())
    with pytest.raises(RefusalError) as strangers:
        async with house.client(house.new_client()) as stranger:
            await stranger.place(an_order(order_id=order), key=a_key())

    assert first.receipt == same.receipt
    assert (other.value.problem.status, other.value.problem.code) == (409, "id_taken")
    assert after_the_end.receipt.state == State.WITHDRAWN
    assert strangers.value.problem.code == "id_taken"


async def test_two_who_race_for_one_id_do_not_both_get_it(house: House) -> None:
    client, order = house.new_client(), f"ord_{a_key()}"

    async with house.client(client) as buyer:
        results = await asyncio.gather(
            *(
                buyer.place(an_order(order_id=order, quantity=1 + n % 2), key=a_key())
                for n in range(8)
            ),
            return_exceptions=True,
        )

    refused = [each for each in results if isinstance(each, RefusalError)]
    assert len(refused) == 4
    assert {each.problem.code for each in refused} == {"id_taken"}


async def test_with_no_worker_the_caller_hears_503_and_the_key_gets_the_outcome_later(
    house: House,
) -> None:
    client, key = house.new_client(), a_key()
    lonely = house.another(task_queue=f"nobody-{key}", update_wait_seconds_max=0.5)

    async with house.http(client, on=lonely) as http:
        first = await _place(http, an_order(), key)
        changed = await _place(http, an_order(quantity=7), key)
    async with house.http(client) as http:
        read = await http.get("/v1/orders")
    async with house.worker(f"nobody-{key}"), house.client(client) as buyer:
        done = await buyer.place(an_order(), key=key)

    assert (first.status_code, first.json()["code"]) == (503, "unavailable")
    assert first.headers["retry-after"] == "2"
    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency_key_reused")
    assert read.json() == {"data": [], "has_more": False}
    assert done.receipt.state == State.REQUESTED


async def test_a_command_that_timed_out_is_carried_out_once_and_told_later(house: House) -> None:
    client = await house.rich_client()
    order = await house.placed(client)
    await house.do(order, Trigger.ACCEPT, Role.PROVIDER)
    hasty, key = house.another(update_wait_seconds_max=0.001), a_key()
    body = {"from_deposit": {"amount": WHOLE.amount, "currency": "CNY"}}

    async with house.http(client, on=hasty) as http:
        first = await _command(http, order, "pay", body, key)
    async with house.client(client) as buyer:
        done = await buyer.command(order, Trigger.PAY, body, key=key)
        again = await buyer.command(order, Trigger.PAY, body, key=key)
        timeline = await buyer.timeline(order)

    assert first.status_code == 503
    assert done.receipt.state == State.EFFECTIVE
    assert (again.receipt, again.replayed) == (done.receipt, True)
    assert [step.trigger for step in timeline.data].count(Trigger.PAY) == 1


async def test_a_command_that_ended_its_order_and_timed_out_is_told_later(house: House) -> None:
    client = house.new_client()
    order, key = await house.placed(client), a_key()
    workflow = house.temporal.get_workflow_handle(f"order/{order}")
    # What a gateway did that was killed before it heard the answer.
    command = command_id(house.registry.application(AppKey(client.key)), key)
    actor = Actor(role=Role.CLIENT, party=client.party, app=AppKey(client.key))
    pull = Pull(actor=actor, command=Withdraw(), command_id=command)
    await workflow.execute_update("withdraw", pull, id=command)
    await workflow.result()

    async with house.client(client) as buyer:
        done = await buyer.withdraw(order, key=key)
        with pytest.raises(RefusalError) as other:
            await buyer.withdraw(order, key=a_key())

    assert done.receipt.state == State.WITHDRAWN
    assert other.value.problem.code == "not_in_this_state"


async def test_reads_answer_without_temporal_and_commands_say_503(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)
    alone = house.another(temporal_address="127.0.0.1:1", update_wait_seconds_max=1)

    async with house.http(client, on=alone) as http:
        read = await http.get(f"/v1/orders/{order}")
        command = await _command(http, order, "withdraw", {}, a_key())
        ready, healthy = await http.get("/readyz"), await http.get("/healthz")

    assert read.status_code == healthy.status_code == 200
    assert command.status_code == ready.status_code == 503
    assert "retry-after" in command.headers
    assert "Temporal" in ready.json()["detail"]


async def test_without_a_database_everything_of_the_books_says_503(house: House) -> None:
    alone = house.another(database_url=NOBODYS_DATABASE)

    async with house.http(house.apps[Role.PLATFORM], on=alone) as http:
        answers = [
            await http.get("/v1/orders"),
            await http.get("/v1/orders/ord_1234"),
            await _place(http, an_order(), a_key()),
            await http.get("/readyz"),
        ]
        terms, healthy = await http.get("/v1/terms"), await http.get("/healthz")

    assert {answer.status_code for answer in answers} == {503}
    assert {answer.headers["retry-after"] for answer in answers} == {"2"}
    assert {answer.json()["code"] for answer in answers} == {"unavailable"}
    assert terms.status_code == healthy.status_code == 200


async def test_the_client_tries_again_with_the_same_key_and_gives_up_in_time() -> None:
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) == 1:
            raise httpx.ConnectError("nobody there")
        return httpx.Response(503, headers={"retry-after": "0"})

    async with DaigouClient(
        BASE, "k", "s", give_up_seconds=1.0, transport=httpx.MockTransport(answer)
    ) as client:
        with pytest.raises(UnansweredError):
            await client.withdraw("ord_1234", key="once")

    assert len(keys) > 2
    assert set(keys) == {"once"}


async def test_a_note_is_stored_once_and_only_its_reference_travels(house: House) -> None:
    client, key = house.new_client(), a_key()
    order = await house.placed(client)

    async with house.client(client) as buyer:
        for _ in range(2):
            await buyer.withdraw(order, key=key, note="我改主意了\nsorry")
        timeline = await buyer.timeline(order)
    history = await house.temporal.get_workflow_handle(f"order/{order}").fetch_history()

    assert timeline.data[-1].note == "我改主意了\nsorry"
    assert timeline.data[-1].facts["note_ref"].startswith("txt_")
    assert "sorry" not in history.to_json()


async def _place(http: httpx.AsyncClient, body: Any, key: str) -> httpx.Response:
    return await http.post("/v1/orders", json=body, headers={"Idempotency-Key": key})


async def _command(
    http: httpx.AsyncClient, order: str, trigger: str, body: Any, key: str
) -> httpx.Response:
    return await http.post(
        f"/v1/orders/{order}/{trigger}", json=body, headers={"Idempotency-Key": key}
    )
