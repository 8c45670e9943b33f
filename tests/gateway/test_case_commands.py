"""`daigou case` over real HTTP: what is shown, what is settled, and what to do after a no."""

import asyncio
import json
import os
import shlex
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from daigou.domain.money import Money
from daigou.domain.order import Role, State
from tests.gateway.house import PROVIDER, STORAGE, App, House
from tests.gateway.test_cancellations import HELD, evidence, to_settle

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
    run = await asyncio.create_subprocess_exec(
        DAIGOU,
        "case",
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
    bill = await evidence(house, order)
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
