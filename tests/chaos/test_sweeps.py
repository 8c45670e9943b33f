"""A whole stack looks after itself: its schedules are set up, and its worker runs the sweeps."""

from daigou.domain.sweeps import SWEEPS, SweepName
from daigou.schedules import schedule_id, show_schedules, sweep_by_hand
from daigou.stack import Part
from tests.chaos.house import House


async def test_a_stack_has_its_schedules_and_keeps_them_when_its_worker_is_replaced(
    house: House,
) -> None:
    client = await house.stack.connect_temporal()
    scale = house.stack.time_scale

    house.kill(Part.WORKER)
    await house.restart(Part.WORKER)

    assert {each.id: each.every for each in await show_schedules(client)} == {
        schedule_id(sweep.name): sweep.every_at(scale) for sweep in SWEEPS.values()
    }


async def test_the_worker_of_a_stack_runs_every_sweep(house: House) -> None:
    client = await house.stack.connect_temporal()

    swept = {name: await sweep_by_hand(client, name, task_queue="daigou") for name in SWEEPS}

    assert set(swept) == set(SweepName)
    assert swept[SweepName.AUDIT].found == 0
