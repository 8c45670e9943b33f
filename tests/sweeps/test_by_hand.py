"""The commands on sweeps, as a person or a script types them."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from daigou.cli import app
from daigou.domain.sweeps import SWEEPS, SweepName
from daigou.stack import free_port
from tests.sweeps.house import House

RUNNER = CliRunner()


async def typed(house: House, *arguments: str, **environment: str) -> Result:
    """What a command says, on the house's servers."""
    names = {
        "DAIGOU_DATABASE_URL": house.settings.database_url,
        "TEMPORAL_ADDRESS": house.settings.temporal_address,
        "TEMPORAL_NAMESPACE": house.settings.temporal_namespace,
        "DAIGOU_TASK_QUEUE": house.settings.task_queue,
        "COLUMNS": "200",
        **environment,
    }
    return await asyncio.to_thread(RUNNER.invoke, app, list(arguments), env=names)


async def test_a_sweep_by_hand_shows_what_it_finds_and_ends_with_1(house: House) -> None:
    order = await house.stage.order()

    said = await typed(house, "sweep", "notices")

    assert said.exit_code == 1, said.output
    assert order.id in said.output
    assert "order.requested" in said.output


async def test_a_sweep_that_finds_nothing_ends_with_0(house: House) -> None:
    said = await typed(house, "sweep", "audit")

    assert said.exit_code == 0, said.output
    assert "found 0" in said.output


async def test_as_json_it_is_for_programs(house: House) -> None:
    order = await house.stage.order()

    said = await typed(house, "sweep", "notices", "--json")

    told: dict[str, Any] = json.loads(said.stdout)
    assert told["sweep"] == "notices"
    assert told["found"] >= 1
    assert order.id in {found["subject"] for found in told["findings"]}


async def test_without_a_name_all_are_listed_with_what_is_open(house: House) -> None:
    await house.stage.order()
    await typed(house, "sweep", "notices")

    said = await typed(house, "sweep", "--json")
    table = await typed(house, "sweep")

    listed = {row["sweep"]: row for row in json.loads(said.stdout)}
    assert (said.exit_code, table.exit_code) == (0, 0)
    assert set(listed) == set(SweepName)
    assert listed["notices"]["open"] >= 1
    assert all(sweep.says in table.output for sweep in SWEEPS.values())


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (("sweep", "cellar"), {}, "questions, overdue, books"),
        (("sweep", "books"), {"TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}"}, "TEMPORAL_ADDRESS"),
        (("sweep",), {"DAIGOU_DATABASE_URL": "mysql://x"}, "only PostgreSQL"),
    ],
)
async def test_what_cannot_be_run_ends_with_2(
    house: House, arguments: tuple[str, ...], environment: dict[str, str], says: str
) -> None:
    said = await typed(house, *arguments, **environment)

    assert said.exit_code == 2, said.output
    assert says in said.output
    assert "Traceback" not in said.output


async def test_schedules_are_set_up_and_shown(house: House, tmp_path: Path) -> None:
    (tmp_path / "time_scale").write_text("5\n")

    first = await typed(house, "schedules", "--state-dir", str(tmp_path))
    again = await typed(house, "schedules", "--state-dir", str(tmp_path))

    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert first.output.count("created") == len(SWEEPS)
    assert again.output.count("unchanged") == len(SWEEPS)
    async with asyncio.timeout(20):
        while "sweep/stuck" not in (shown := await typed(house, "schedules", "--show")).output:
            await asyncio.sleep(0.1)
    assert SWEEPS[SweepName.BOOKS].says in shown.output
    # A fifth of 15 minutes.
    assert "0:03:00" in shown.output
    for sweep in SWEEPS:
        await house.temporal.get_schedule_handle(f"sweep/{sweep}").delete()
