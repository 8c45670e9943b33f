"""Inactive accounts: warned once a spell, however often the sweep runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from daigou.domain import commands
from daigou.domain.ids import PartyId, workflow_id
from daigou.domain.money import Money
from daigou.domain.order import Actor, Role, State, Trigger
from daigou.domain.sweeps import SweepName
from daigou.ledger.audit import audit
from tests.sweeps.house import House
from workflows.messages import Pull

SOME = 40


def _asleep(house: House, days: int, *, how_many: int = 1) -> list[PartyId]:
    """Clients that registered so long ago, and have done nothing since."""
    clients = [PartyId(f"cli_{uuid4().hex[:12]}") for _ in range(how_many)]
    for client in clients:
        house.stage.registry.register_party(
            id=client,
            role=Role.CLIENT,
            country="KR",
            agreement_version="2026-11",
            agreed_at=house.sweeping.watch.now(),
        )
    house.run_sql("ALTER TABLE party DISABLE TRIGGER USER")
    house.run_sql(
        "UPDATE party SET registered_at = now() - make_interval(days => :days)"
        " WHERE id = ANY (:of)",
        days=days,
        of=list(clients),
    )
    house.run_sql("ALTER TABLE party ENABLE TRIGGER USER")
    return clients


def _freezes(house: House, client: PartyId) -> list[tuple[str, str]]:
    with house.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            'SELECT id, state FROM "freeze" WHERE client = %s ORDER BY placed_at', (client,)
        )
        return [tuple(row) for row in rows]


@asynccontextmanager
async def _in_real_time(house: House) -> AsyncIterator[str]:
    """A task queue on which a day lasts a day."""
    queue = f"real-time-{uuid4().hex[:6]}"
    async with house.worker(queue, sweeping=house.impatient(time_scale=1)):
        yield queue


async def _warned(house: House, clients: list[PartyId]) -> None:
    async with asyncio.timeout(20):
        while any(not _freezes(house, client) for client in clients):
            await asyncio.sleep(0.1)


@pytest.mark.clause("UA-1-15")
async def test_thousands_could_be_warned_by_several_runs_at_once_each_of_them_once(
    house: House,
) -> None:
    asleep = _asleep(house, 155, how_many=SOME)
    awake = _asleep(house, 153)

    async with _in_real_time(house) as queue:
        runs = [house.sweep(SweepName.INACTIVITY, task_queue=queue) for _ in range(3)]
        await asyncio.gather(*runs)
        await _warned(house, asleep)
        again = await house.sweep(SweepName.INACTIVITY, task_queue=queue)

    assert [[state for _, state in _freezes(house, client)] for client in asleep] == [
        ["warned"]
    ] * SOME
    assert _freezes(house, awake[0]) == []
    assert (again.looked_at, again.found) == (0, 0)


@pytest.mark.clause("UA-1-15")
async def test_a_client_who_did_something_is_not_inactive(house: House) -> None:
    (client,) = _asleep(house, 400)
    await house.stage.recharge(client=client, amount=Money(500)).open()

    async with _in_real_time(house) as queue:
        await house.sweep(SweepName.INACTIVITY, task_queue=queue)

    assert _freezes(house, client) == []
    assert audit(house.engine).ok


@pytest.mark.clause("UA-1-15")
async def test_a_warned_client_says_that_it_is_there(house: House) -> None:
    (client,) = _asleep(house, 200)
    async with _in_real_time(house) as queue:
        await house.sweep(SweepName.INACTIVITY, task_queue=queue)
        await _warned(house, [client])
        ((freeze, _),) = _freezes(house, client)
        handle = house.temporal.get_workflow_handle(workflow_id(freeze))
        await handle.execute_update(
            Trigger.RECOVER_ACCOUNT.value,
            Pull(
                actor=Actor(role=Role.CLIENT, party=client),
                command=commands.Noted(),
                command_id="here",
            ),
        )
        await house.sweep(SweepName.INACTIVITY, task_queue=queue)

    assert [state for _, state in _freezes(house, client)] == [State.CALLED_OFF]
