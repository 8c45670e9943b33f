"""Notices through the API, on real servers: endpoints, the log, replays, and whose they are."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from activities.notices import Telling
from daigou.adapters.webhooks import Webhooks
from daigou.domain.ids import PartyId
from daigou.domain.notices import Channel
from daigou.domain.order import Role, Trigger
from daigou.ledger.engine import make_engine
from daigou.ledger.outbox import PostgresOutbox
from daigou.simulator.receiver import Receiver
from gateway.client import DaigouClient, RefusalError
from gateway.telling import NewEndpointAnswer, NoticeAnswer
from tests.gateway.house import App, House, a_key
from worker import build_worker, ensure_notices
from workflows.messages import NOTICES_ID

PATIENCE_SECONDS = 30
QUEUE = "notices-house"
REGISTER = "/v1/webhook-endpoints"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@asynccontextmanager
async def telling(house: House, *, pass_seconds: float = 1.0) -> AsyncIterator[None]:
    """A worker that tells, and its workflow."""
    engine = make_engine(house.settings.database_url, connections_max=4)
    async with Webhooks(allow_insecure=True) as webhooks:
        worker = build_worker(
            house.temporal,
            task_queue=QUEUE,
            books=house.books,
            institution=house.world.payment_institution,
            sellers=house.world.seller_platform,
            telling=Telling(
                outbox=PostgresOutbox(engine),
                senders={Channel.WEBHOOK: webhooks},
                pass_seconds=pass_seconds,
                look_seconds=0.05,
            ),
        )
        async with worker:
            await ensure_notices(house.temporal, task_queue=QUEUE)
            yield
    engine.dispose()


async def until(says_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await says_so():
            await asyncio.sleep(0.05)


async def told(client: DaigouClient, order: str) -> list[NoticeAnswer]:
    """What the client's party was told of an order, the oldest first."""
    return list(reversed((await client.order_notices(order)).data))


async def refused(call: Awaitable[Any]) -> tuple[int, str]:
    with pytest.raises(RefusalError) as no:
        await call
    return no.value.problem.status, no.value.problem.code


async def endpoint(house: House, app: App, receiver: Receiver, path: str) -> NewEndpointAnswer:
    async with house.client(app) as client:
        made = await client.add_webhook_endpoint(key=a_key(), url=receiver.url(path))
    receiver.expect(path, made.secret)
    return made


@pytest.mark.clause("PSR-27")
async def test_an_order_is_told_by_webhooks_logged_and_told_again(
    house: House, receiver: Receiver
) -> None:
    anna = house.new_client()
    made = await endpoint(house, anna, receiver, "anna")
    inbox = receiver.inboxes["anna"]
    order = await house.placed(anna)
    async with house.client(anna) as client:
        async with telling(house):
            await house.do(order, Trigger.ACCEPT, Role.PROVIDER)
            await until(lambda: _all_out(client, order, 2))
        # Another worker goes on where the first one stopped.
        async with telling(house):
            log = await told(client, order)
            again = await client.replay_notice(log[0].id, key=a_key())
            await until(lambda: _is(lambda: sum(inbox.copies.values()) == 3))
            rest = await client.replay_to_webhook_endpoint(made.id, key=a_key(), subject=order)
            await until(lambda: _is(lambda: sum(inbox.copies.values()) == 5))

    assert [each["type"] for each in inbox.of(order)] == ["order.accepted", "order.payment_due"]
    assert [(each.event, each.channel, each.endpoint_id) for each in log] == [
        ("order.accepted", "webhook", made.id),
        ("order.payment_due", "webhook", made.id),
    ]
    assert all(each.out_at and each.sent_at and each.attempts == 1 for each in log)
    assert (again.id, again.replays, rest.notices) == (log[0].id, 1, 2)
    assert inbox.copies[log[0].id] == 3
    assert set(inbox.taken) == {each.id for each in log}
    assert "cli_" not in json.dumps(list(inbox.taken.values()))


async def test_the_workflow_of_notices_is_one_and_begins_anew(house: House) -> None:
    handle = house.temporal.get_workflow_handle(NOTICES_ID)
    async with telling(house, pass_seconds=0.01):
        first = (await handle.describe()).run_id
        await until(lambda: _began_anew(handle, first))
        await ensure_notices(house.temporal, task_queue=QUEUE)

    found = [each.id async for each in house.temporal.list_workflows("WorkflowType = 'Notices'")]
    assert set(found) == {NOTICES_ID}


@pytest.mark.clause("OP-7-5-4")
async def test_an_application_sees_its_own_partys_notices_and_endpoints_only(
    house: House, receiver: Receiver
) -> None:
    anna, ben = house.new_client(), house.new_client()
    made = await endpoint(house, anna, receiver, "own")
    order = await house.placed(anna)
    async with telling(house), house.client(anna) as client:
        await house.do(order, Trigger.ACCEPT, Role.PROVIDER)
        await until(lambda: _all_out(client, order, 2))
        own = await told(client, order)

    async with house.client(ben) as other:
        assert await refused(other.order_notices(order)) == (404, "not_found")
        assert (await other.notices()).data == ()
        assert (await other.webhook_endpoints()).data == ()
        for call in (
            other.webhook_endpoint(made.id),
            other.disable_webhook_endpoint(made.id),
            other.rotate_webhook_secret(made.id, key=a_key()),
            other.replay_to_webhook_endpoint(made.id, key=a_key(), subject=order),
            other.replay_notice(own[0].id, key=a_key()),
        ):
            assert await refused(call) == (404, "not_found")
    async with house.client(Role.PROVIDER) as provider:
        theirs = await told(provider, order)
        assert {each.recipient_role for each in theirs} == {Role.PROVIDER}
    for overseer in (Role.PLATFORM, Role.SUPPORT):
        async with house.client(overseer) as client:
            assert {each.id for each in await told(client, order)} == {
                each.id for each in (*own, *theirs)
            }
            assert (await client.webhook_endpoint(made.id)).party_id == anna.party
    async with house.client(Role.SUPPORT) as support:
        again = support.rotate_webhook_secret(made.id, key=a_key())
        assert await refused(again) == (403, "not_your_role")


async def test_a_secret_is_shown_once_and_again_only_to_the_same_key(
    house: House, receiver: Receiver
) -> None:
    anna, key = house.new_client(), a_key()
    async with house.client(anna) as client:
        first = await client.add_webhook_endpoint(
            key=key, url=receiver.url("x"), events=["order.*"]
        )
        again = await client.add_webhook_endpoint(
            key=key, url=receiver.url("x"), events=["order.*"]
        )
        read = await client.webhook_endpoint(first.id)
        listed = (await client.webhook_endpoints()).data
        rotated = await client.rotate_webhook_secret(first.id, key=a_key())

    assert first == again
    assert first.secret.startswith("whsec_")
    assert rotated.secret != first.secret
    assert listed == (read,)
    assert "secret" not in read.model_dump()


async def test_while_a_secret_is_rotated_a_receiver_with_the_old_one_goes_on(
    house: House, receiver: Receiver
) -> None:
    anna = house.new_client()
    made = await endpoint(house, anna, receiver, "rotating")
    async with house.client(anna) as client:
        await client.rotate_webhook_secret(made.id, key=a_key())
        await client.rotate_webhook_secret(made.id, key=a_key())
        order = await house.placed(anna)
        async with telling(house):
            await house.do(order, Trigger.ACCEPT, Role.PROVIDER)
            await until(lambda: _all_out(client, order, 2))

    assert receiver.unverified == 0
    assert len(receiver.inboxes["rotating"].taken) == 2


async def test_a_disabled_endpoint_stays_disabled(house: House, receiver: Receiver) -> None:
    anna = house.new_client()
    made = await endpoint(house, anna, receiver, "gone")
    async with house.client(anna) as client:
        disabled = await client.disable_webhook_endpoint(made.id)
        again = await client.disable_webhook_endpoint(made.id)
        no = await refused(client.rotate_webhook_secret(made.id, key=a_key()))

    assert disabled.disabled_at is not None
    assert again == disabled
    assert no == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/url"]),
        ({"url": "ftp://x", "events": ["order.nonsense"], "x": 1}, ["/url", "/events", "/x"]),
        ({"url": "https://user@shop.example.org/"}, ["/url"]),
        ({"url": "https://:1"}, ["/url"]),
        ({"url": "https://shop.example.org/", "events": []}, ["/events"]),
    ],
)
async def test_every_fault_of_an_endpoint_is_named(
    house: House, body: dict[str, Any], pointers: list[str]
) -> None:
    async with house.http(house.new_client()) as http:
        answer = await http.post(REGISTER, json=body, headers={"Idempotency-Key": a_key()})

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers


async def test_outside_development_an_endpoint_is_https(house: House) -> None:
    anna, strict = house.new_client(), house.another(webhooks_allow_insecure=False)
    async with house.http(anna, on=strict) as http:
        answers = [
            await http.post(REGISTER, json={"url": url}, headers={"Idempotency-Key": a_key()})
            for url in ("http://shop.example.org/", "https://shop.example.org/")
        ]

    assert [answer.status_code for answer in answers] == [422, 201]


async def test_what_to_send_again_is_said_in_one_way(house: House, receiver: Receiver) -> None:
    anna = house.new_client()
    made = await endpoint(house, anna, receiver, "again")
    async with house.client(anna) as client:
        no = await refused(client.replay_to_webhook_endpoint(made.id, key=a_key()))

    assert no == (422, "invalid_request")


async def test_notices_come_in_pages_and_by_state(house: House) -> None:
    anna = house.new_client()
    order = await house.placed(anna)
    async with telling(house), house.client(anna) as client:
        await house.do(order, Trigger.ACCEPT, Role.PROVIDER)
        await until(lambda: _routed(client, order))
        first = await client.notices(limit=1, state="no_channel")  # type: ignore[arg-type]
        second = await client.notices(limit=1, starting_after=first.data[0].id)
        out = await client.notices(state="out")  # type: ignore[arg-type]

    assert (first.has_more, second.has_more) == (True, False)
    assert first.data[0].id != second.data[0].id
    assert {each.channel for each in (*first.data, *second.data)} == {Channel.NONE}
    assert out.data == ()


@pytest.mark.clause("PSR-23")
async def test_a_business_registers_an_address_that_is_never_answered_with(house: House) -> None:
    party = PartyId(f"prv_{a_key()[4:12]}")
    body = {"role": "provider", "party_id": party, "name": "P", "notice_email": "p@example.org"}
    async with house.client(Role.PLATFORM) as client:
        registered = await client.register(body, key=a_key())

    engine = make_engine(house.settings.database_url, connections_max=1)
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT email FROM contact WHERE party = :of"), {"of": party}
        ).scalar_one()
    engine.dispose()
    assert found == "p@example.org"
    assert "example.org" not in registered.model_dump_json()


async def _all_out(client: DaigouClient, order: str, count: int) -> bool:
    states = [each.state for each in await told(client, order)]
    return states == ["out"] * count


async def _routed(client: DaigouClient, order: str) -> bool:
    return len(await told(client, order)) > 0


async def _is(condition: Callable[[], bool]) -> bool:
    return condition()


async def _began_anew(handle: Any, first: str) -> bool:
    return (await handle.describe()).run_id != first
