"""`daigou case` and `daigou claim` over real HTTP: what is shown, settled, and told after a no."""

import asyncio
import json
import os
import shlex
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from daigou.domain.commands import Remedy, Topic
from daigou.domain.money import Money
from daigou.domain.order import Role, State
from tests.gateway.house import PROVIDER, STORAGE, App, House, a_key
from tests.gateway.road import (
    HELD,
    claim_by_dissolution,
    deliver,
    dissolved,
    losses,
    proof,
    to_prove,
    to_settle,
)

DAIGOU = Path(sys.executable).with_name("daigou")


@pytest.fixture
async def served(house: House) -> AsyncIterator[str]:
    """Where a gateway of the house is served; on a port of its own."""
    config = uvicorn.Config(house.another(), port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    (socket,) = server.servers[0].sockets
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    await serving


async def case(at: str, by: App, *arguments: str) -> tuple[int, str]:
    """What `daigou case` says, as an application, and how it ends."""
    return await said_by(at, by, "case", *arguments)


async def said_by(at: str, by: App, *arguments: str) -> tuple[int, str]:
    """What `daigou` says, as an application, and how it ends."""
    run = await asyncio.create_subprocess_exec(
        DAIGOU,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={
            **os.environ,
            "COLUMNS": "120",
            "DAIGOU_GATEWAY": at,
            "DAIGOU_APP_KEY": by.key,
            "DAIGOU_APP_SECRET": by.secret,
        },
    )
    said, _ = await run.communicate()
    assert run.returncode is not None
    assert b"Traceback" not in said
    return run.returncode, said.decode()


def row_of(said: str, *words: str) -> bool:
    """Whether a line holds all of the words."""
    return any(all(word in line for word in words) for line in said.splitlines())


@pytest.mark.clause("PSR-12-3")
@pytest.mark.clause("PSR-12-4")
async def test_what_is_shown_is_settled_by_the_line_that_is_shown_with_it(
    house: House, served: str
) -> None:
    client = await house.rich_client()
    order = await to_settle(house, client)
    bill = await proof(house, order, Role.STORAGE, b"the bill of the storage")
    cost = f"custody:2500:{STORAGE}:{bill}"
    provider = house.apps[Role.PROVIDER]

    shown, said = await case(served, provider, "preview", order, "--cost", cost)
    program, name, *line = shlex.split(said.splitlines()[-1])
    settled, done = await case(served, provider, *line)
    again, replayed = await case(served, provider, *line)

    # 25.00 of the 1,230.00 are the storage's: 1,205.00 go back; the fee of 1.23 is kept.
    assert (shown, settled, again) == (0, 0, 0)
    assert row_of(said, f"{STORAGE} gets", "¥25.00", "PSR-12-4")
    assert row_of(said, f"{PROVIDER} gets", "¥1.23", "PSR-12-3")
    assert row_of(said, f"{client.party} gets", "¥1,205.00", "deposit", "PSR-12-1-A")
    assert row_of(said, "custody of the cancellation", "¥25.00", STORAGE)
    assert (program, name, line[0]) == ("daigou", "case", "settle")
    assert f"{order} is settled: cancelled" in done
    assert "done once" in replayed
    assert (await house.order(order)).state == State.CANCELLED
    assert await house.balance(client) == HELD - Money(25_00)


async def test_programs_get_all_of_it(house: House, served: str) -> None:
    client = await house.rich_client()
    order = await to_settle(house, client)

    code, said = await case(
        served, house.apps[Role.PROVIDER], "preview", order, "--fee", "waived", "--json"
    )

    preview = json.loads(said)
    assert code == 0
    assert [(row["purse"], row["amount"]["amount"]) for row in preview["gets"]] == [
        ("deposit", 1_231_23)
    ]


async def test_a_stale_digest_is_told_with_what_to_do_next(house: House, served: str) -> None:
    order = await to_settle(house, await house.rich_client())

    code, said = await case(
        served, house.apps[Role.PROVIDER], "settle", order, "--digest", "0" * 64
    )

    assert code == 1
    assert "Refused (stale_preview, PSR-12-3)" in said
    assert f"daigou case preview {order} --fee kept" in said


async def test_refusals_are_told_with_every_fault_and_a_way_on(house: House, served: str) -> None:
    client = await house.rich_client()
    order, bought = await to_settle(house, client), await house.bought(await house.rich_client())
    provider = house.apps[Role.PROVIDER]
    costs = ("--cost", "custody:1:cli_nobody:evd_nothing", "--cost", "payment:1:x:evd_nothing")

    faulty = await case(served, provider, "preview", order, *costs)
    early = await case(served, provider, "preview", bought)
    strange = await case(served, house.new_client(), "preview", order)
    waived = await case(served, client, "preview", order, "--fee", "waived")
    unknown = await case(served, App(key="app_x", secret="x", party=client.party), "preview", order)

    assert {code for code, _ in (faulty, early, strange, waived, unknown)} == {1}
    for pointer in ("/costs/0/payee", "/costs/0/evidence/0", "/costs/1/payee"):
        assert pointer in faulty[1]
    assert "(not_in_this_state, PSR-12-3)" in early[1]
    assert "allowed-actions" in early[1]
    assert "Check the id" in strange[1]
    assert "a client previews what the terms do" in waived[1]
    assert "DAIGOU_APP_KEY" in unknown[1]


# ---- where a case or a claim stands ------------------------------------------------------------


@pytest.mark.clause("PSR-13-5")
async def test_support_sees_where_a_dissolution_stands_its_money_and_whose_turn_it_is(
    house: House, served: str
) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    await deliver(house, order)
    await to_prove(house, order, client, refund=Money(1_180_00))
    label = await proof(house, order, client, b"the label of the parcel")
    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        await buyer.prove_disposal(
            order, key=a_key(), remedy=Remedy.RETURN, evidence=[label], cost=Money(48_00)
        )
        await provider.record_dissolution_refund(
            order, key=a_key(), amount=Money(700_00), external_ref="SR-1"
        )
        (seen,) = (await buyer.order(order)).dissolutions
    support = house.apps[Role.SUPPORT]

    code, said = await case(served, support, "show", order)
    _, listed = await case(served, support, "show", order, "--json")

    assert code == 0
    assert f"{order} is delivered" in said
    assert "its own deadlines stand still" in said
    assert f"Dissolution {seen.item}" in said
    assert "is awaiting_refund: proved; waits for the seller to pay back" in said
    assert f"it is the turn of the provider until {seen.due_at:%Y-%m-%d %H:%M:%S} UTC" in said
    assert f"order/{order}/dissolution/1" in said
    assert f"ground: defective; evidence: {seen.evidence[0]}" in said
    assert row_of(said, "the seller pays back", "¥1,180.00")
    assert row_of(said, "of it has come", "¥700.00")
    assert row_of(said, "way back cost", "¥48.00")
    assert row_of(said, "of it the seller paid", "¥0.00")
    assert row_of(said, "platform or provider", "record-dissolution-refund", "PSR-13-6")
    assert row_of(said, "platform", "close-dissolution", "PSR-13-6")
    assert "prove-disposal" not in said
    assert json.loads(listed)["cases"] == [seen.model_dump(mode="json")]


async def test_all_cases_of_an_order_are_shown_the_first_one_first(
    house: House, served: str
) -> None:
    client = await house.rich_client()
    order, bare = await house.bought(client), await house.bought(await house.rich_client())
    async with house.client(client) as buyer:
        await buyer.request_cancellation(order, key=a_key())
        await buyer.withdraw_cancellation(order, key=a_key())
    await deliver(house, order)
    await to_prove(house, order, client, refund=HELD)

    code, said = await case(served, client, "show", order)
    none, nothing = await case(served, client, "show", bare)
    _, caseless = await case(served, house.apps[Role.PROVIDER], "show", bare)

    assert code == 0
    assert said.index("Cancellation ord_") < said.index("is withdrawn: ")
    assert said.index("is withdrawn: ") < said.index("Dissolution ord_")
    # What the seller agreed to pay back is the dissolution's, and shown once.
    assert said.count("the seller pays back") == 1
    assert row_of(said, "client", "prove-disposal", "PSR-13-5")
    assert (none, "Check the id" in nothing) == (1, True)
    assert "It has no case." in caseless


@pytest.mark.clause("PSR-13-7")
async def test_a_claim_is_shown_with_who_answers_for_it(house: House, served: str) -> None:
    client, order = await dissolved(house)
    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        claim = (await claim_by_dissolution(buyer, order, *losses(50_00), *losses(1_23))).receipt.id
        made, said = await said_by(served, house.apps[Role.SUPPORT], "claim", "show", claim)
        await provider.admit_claim(claim, key=a_key(), amount=Money(51_23))
        admitted, then = await said_by(served, client, "claim", "show", claim)
    lost, unseen = await said_by(served, house.new_client(), "claim", "show", claim)

    assert (made, admitted, lost) == (0, 0, 1)
    assert f"{claim} on {order}" in said
    assert "against provider by PSR-13-7" in said
    assert "is made: waits for the answer" in said
    assert "it is the turn of the provider until 20" in said
    assert row_of(said, "asked in all", "¥51.23")
    assert row_of(said, "provider", "admit-claim", "PSR-25")
    assert row_of(said, "client", "withdraw-claim", "PSR-25")
    # A provider does not assist against itself, and logistics has no say in it.
    assert "record-assistance" not in said
    assert "logistics" not in said
    assert row_of(then, "admitted", "¥51.23")
    assert row_of(then, "platform", "record-compensation", "PSR-24")
    assert "Check the id" in unseen


@pytest.mark.clause("PSR-21-2")
async def test_a_tip_is_shown_with_who_may_still_do_what(house: House, served: str) -> None:
    client = await house.rich_client(Money(2_000_00))
    order = await house.paid(client)
    async with house.client(client) as buyer:
        tip = (await buyer.give_tip(order, key=a_key(), amount=Money(50_01))).receipt.id
        held, said = await said_by(served, house.apps[Role.SUPPORT], "tip", "show", tip)
        await buyer.refund_tip(tip, key=a_key())
    over, then = await said_by(served, client, "tip", "show", tip)

    assert (held, over) == (0, 0)
    assert f"{tip} for {order}, given at 20" in said
    assert "is held: held; the client has it back on request" in said
    assert "it is the turn of the clock until 20" in said
    assert row_of(said, "tip", "¥50.01")
    assert row_of(said, "client", "refund-tip", "PSR-21-2")
    assert "return-tip" not in said
    assert "is refunded: " in then
    assert "What may be done next" not in then


@pytest.mark.clause("UA-4-6")
async def test_a_question_is_shown_with_by_when_it_is_answered(house: House, served: str) -> None:
    client = house.new_client()
    async with house.client(client) as asker:
        asked = await asker.consult(key=a_key(), topic=Topic.AGREEMENT, question="Which law?")
        id_ = asked.receipt.id
        due = (await asker.consultation(id_)).answer_by
    code, said = await said_by(served, house.apps[Role.PLATFORM], "consultation", "show", id_)

    assert code == 0
    assert f"{id_} of {client.party}, asked at 20" in said
    assert f"to be answered before {due.strftime('%Y-%m-%d')}" in said
    assert "(UA-4-6)" in said
    assert "it is the turn of the platform until 20" in said
    assert row_of(said, "platform", "answer-consultation", "UA-4-6")
    assert "Which law?" not in said
