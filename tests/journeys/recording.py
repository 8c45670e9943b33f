"""Owns the one run of a session: a whole stack, an order down every path, all that is to see."""

import asyncio
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, text

from daigou.demo.actors import Actors
from daigou.demo.cast import INSTITUTION, SUPPORT, Application, Cast, client_alone
from daigou.demo.desk import Desk
from daigou.demo.notebook import Notebook
from daigou.demo.stage import (
    Stage,
    fill_deposits,
    make_applications,
    opened_stage,
    register_parties,
)
from daigou.domain.ids import OrderId, SubjectId
from daigou.domain.money import Money
from daigou.domain.order import Role, TableName, Trigger
from daigou.ledger.audit import audit
from daigou.ledger.engine import make_engine
from daigou.simulator.counterparties import SimulatedCounterparties, simulated_counterparties
from daigou.simulator.paths import PATHS
from daigou.simulator.plans import Deal, Happened, Plan, plan_of
from daigou.simulator.plans import Path as Way
from daigou.simulator.world import Basket, Offer
from daigou.stack import Stack, StackOptions, free_port
from gateway.addresses import address_of
from tests.journeys.by_hand import BESIDE
from tests.journeys.journeys import JOURNEYS
from tests.journeys.ways import Journey

TIME_SCALE = 57_600
"""A day lasts one and a half seconds: the longest path takes a minute."""
DAY_SECONDS = 86_400 / TIME_SCALE
RECHARGE_FEN = 20_000_00
AGAIN_SECONDS_MAX = 300.0
"""An order that a clock overtook, since the machine was busy, is walked again until then."""
READ_AT_ONCE_MAX = 4

GOES_ON = frozenset({Trigger.COLLECT_DEBT, Trigger.ESCALATE, Trigger.CLOSE})
"""What clocks do with what is left open beside an order that is over: no journey waits for that."""

Record = dict[str, Any]


async def record_journeys(journeys: Iterable[Journey]) -> Record:
    """Walks each of these journeys on a stack of its own, and tells what the API, the database and
    the counterparties say afterwards."""
    # Short enough that a socket in it can be addressed, which pytest's own folders may not be.
    folder = Path(tempfile.mkdtemp(prefix="dg-j-", dir="/tmp"))
    options = StackOptions(
        state_dir=folder / "state",
        temporal_port=free_port(),
        ui_port=None,
        gateway_port=free_port(),
        time_scale=TIME_SCALE,
        durable=False,
    )
    try:
        async with AsyncExitStack() as exits:
            stack = await exits.enter_async_context(Stack(options))
            outside = await exits.enter_async_context(simulated_counterparties(stack.database_url))
            engine = make_engine(stack.database_url, connections_max=4)
            exits.callback(engine.dispose)
            return await _record(
                stack, engine, outside, Notebook(stack.state.root), by_path(journeys)
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def by_path(journeys: Iterable[Journey]) -> dict[str, Journey]:
    """The journeys by the names of their paths."""
    return {journey.path: journey for journey in journeys}


async def _record(
    stack: Stack,
    engine: Engine,
    outside: SimulatedCounterparties,
    notebook: Notebook,
    journeys: dict[str, Journey],
) -> Record:
    cast = Cast(seed=7, run=1, orders=0)
    agreed_at = datetime.now(UTC)
    await make_applications(engine, cast, notebook)
    await register_parties(stack.gateway_url, cast, notebook, agreed_at=agreed_at)
    await make_applications(engine, cast, notebook)
    async with opened_stage(
        settings=stack.settings,
        gateway=stack.gateway_url,
        engine=engine,
        cast=cast,
        notebook=notebook,
        outside=outside,
    ) as stage:
        deposits = {each.id: RECHARGE_FEN for each in (*cast.clients, *cast.invited)}
        await fill_deposits(stage, deposits, run=1)
        actors = Actors(stage=stage, notebook=notebook, agreed_at=agreed_at)
        walked = await _walk_all(actors, stage, cast, journeys)
    async with AsyncExitStack() as exits:
        readers = {
            who: await exits.enter_async_context(_reader(stack, notebook, application))
            for who, application in _readers(cast, [plan for plan, _ in walked.values()]).items()
        }
        clients = {
            plan.deal.client.id: await _get(
                readers["support"], f"/v1/deposits/{plan.deal.client.id}"
            )
            for plan, _ in walked.values()
        }
        entries = {client: await _entries(readers[client], client) for client in clients}
        reading = asyncio.Semaphore(READ_AT_ONCE_MAX)

        async def read(path: str) -> Record:
            async with reading:
                return await _read(readers, engine, journeys[path], *walked[path])

        told = await asyncio.gather(*(read(path) for path in walked))
        found = dict(zip(walked, told, strict=True))
    for one in found.values():
        one["deposit_entries"] = [
            entry
            for entry in entries[one["order"]["client_id"]]
            if entry["subject"] == one["order_id"]
        ]
    deposits |= {
        plan.deal.client.id: plan.deposit_fen
        for plan, _ in walked.values()
        if plan.path.plays_alone
    }
    return {
        "journeys": found,
        "deposits": {who: told["balance"]["amount"] for who, told in clients.items()},
        "recharged": deposits,
        **await _whole(engine, outside),
    }


async def _walk_all(
    actors: Actors, stage: Stage, cast: Cast, journeys: dict[str, Journey]
) -> dict[str, tuple[Plan, int]]:
    give_up_at = time.monotonic() + AGAIN_SECONDS_MAX
    # Those whose days are the shortest begin first, then those that take longest.
    paths = sorted(PATHS, key=lambda path: (path.pace, path.days), reverse=True)
    async with asyncio.TaskGroup() as group:
        tasks = {
            path.name: group.create_task(
                _walk(actors, stage, cast, journeys[path.name], give_up_at)
            )
            for path in paths
            if path.name in journeys
        }
    return {path.name: tasks[path.name].result() for path in PATHS if path.name in tasks}


async def _walk(
    actors: Actors, stage: Stage, cast: Cast, journey: Journey, give_up_at: float
) -> tuple[Plan, int]:
    tries = 0
    while True:
        tries += 1
        played = (await actors.play(_plan(cast, journey, tries)))[-1]
        if await _went_its_way(journey, played.plan, stage.desk(Role.SUPPORT, SUPPORT.party)):
            return played.plan, tries
        if time.monotonic() > give_up_at:
            return played.plan, tries


async def _went_its_way(journey: Journey, plan: Plan, desk: Desk) -> bool:
    """Whether the order and all that is beside it did what was written, and no clock more."""
    went = {"": await desk.timeline(plan.deal.order)}
    went |= {name: await desk.timeline_beside(of) for name, of in _beside(plan).items()}
    ways = {"": journey.steps, **{name: journey.steps_of(name) for name in journey.names_beside}}
    return {
        name: [step.trigger for step in told[: _written(told, len(ways.get(name, ())))]]
        for name, told in went.items()
    } == {name: [step.trigger for step in steps] for name, steps in ways.items()}


def _beside(plan: Plan) -> dict[str, SubjectId]:
    """What is beside an order, by its name in a journey."""
    return {
        f"{letter}{number}": subject
        for letter, table in BESIDE.items()
        for number, subject in enumerate(plan.beside_in(TableName(table)), start=1)
    }


def _written(told: Sequence[Happened], steps: int) -> int:
    """How many of the steps a journey is to have written."""
    waits = all(step.trigger in GOES_ON for step in told[steps:])
    return steps if waits and told and told[0].table.value in BESIDE.values() else len(told)


def _order(journey: Journey, tries: int) -> OrderId:
    return OrderId(f"ord_way{tries}_{JOURNEYS.index(journey) + 1:03d}")


def _path_of(journey: Journey) -> Way:
    return next(path for path in PATHS if path.name == journey.path)


def _plan(cast: Cast, journey: Journey, tries: int) -> Plan:
    number, path, order = JOURNEYS.index(journey), _path_of(journey), _order(journey, tries)
    playing = (client_alone(order),) if path.plays_alone else cast.playing(path)
    clients = [each for each in playing if each.country == journey.country]
    offer = Offer(
        id=path.block.offer_id(number + 1),
        title="rice bowl",
        seller="Yiwu Example Shop 1",
        specification="blue",
        category="household",
        unit_price=Money(journey.price.unit),
        freight=Money(journey.price.freight),
    )
    deal = Deal(
        order=order,
        client=clients[number % len(clients)],
        provider=cast.providers[number % len(cast.providers)],
        storage=cast.storages[number % len(cast.storages)],
        logistics=cast.logistics[number % len(cast.logistics)],
        basket=Basket(offer=offer, quantity=journey.price.pieces),
        promoter=cast.promoters[0] if path.promoter else None,
        extra_lines=path.extra_lines,
    )
    return plan_of(path, deal)


# What is to see afterwards.


def _readers(cast: Cast, plans: Iterable[Plan]) -> dict[str, Application]:
    parties = (*cast.of_role(Role.CLIENT), *cast.providers, *(plan.deal.client for plan in plans))
    return {
        **{party.id: Application(party=party.id, role=party.role) for party in parties},
        "institution": Application(party=INSTITUTION.id, role=INSTITUTION.role),
        "support": SUPPORT,
    }


def _reader(stack: Stack, notebook: Notebook, application: Application) -> httpx.AsyncClient:
    known = notebook.applications[application.name]
    return httpx.AsyncClient(
        base_url=stack.gateway_url,
        auth=(known.key, known.secret),
        timeout=20,
        trust_env=False,
        # Nothing is encrypted on this machine, and each client would read all certificates anew.
        verify=False,
    )


async def _read(
    readers: dict[str, httpx.AsyncClient],
    engine: Engine,
    journey: Journey,
    plan: Plan,
    tries: int,
) -> Record:
    deal, support = plan.deal, readers["support"]
    at = f"/v1/orders/{deal.order}"
    askers = {
        "client": readers[deal.client.id],
        "provider": readers[deal.provider.id],
        "institution": readers["institution"],
    }
    return {
        "order_id": deal.order,
        # Others went before it, that a clock overtook.
        "again": tries > 1 or not deal.order[-1].isdigit(),
        "order": await _get(readers[deal.client.id], at),
        "timeline": (await _get(support, f"{at}/timeline"))["data"],
        "statement": await _get(support, f"{at}/statement"),
        "deadlines": (await _get(support, f"{at}/deadlines"))["data"],
        "actions": {
            who: await _get(asker, f"{at}/allowed-actions") for who, asker in askers.items()
        },
        "diagram": (await support.get(f"{at}/diagram.svg")).raise_for_status().text,
        "notices": await asyncio.to_thread(_notices, engine, deal.order),
        "beside": {
            name: await _read_beside(readers, engine, subject, len(journey.steps_of(name)))
            for name, subject in _beside(plan).items()
        },
        "listed": {
            kind: [
                each["id"]
                for each in (await _get(readers[deal.client.id], f"{at}/{kind}s"))["data"]
            ]
            for kind in ("claim", "tip", "chargeback")
        },
    }


async def _read_beside(
    readers: dict[str, httpx.AsyncClient], engine: Engine, subject: SubjectId, steps: int
) -> Record:
    at = address_of(subject)
    timeline = (await _get(readers["support"], f"{at}/timeline"))["data"]
    # Clocks go on with what is left open, and with its order nothing more happens.
    went_on = [step for step in timeline[steps:] if step["trigger"] in GOES_ON]
    written = len(timeline) - len(went_on)
    notices = await asyncio.to_thread(_notices, engine, subject)
    return {
        "view": await _get(readers["support"], at),
        "timeline": timeline[:written],
        "goes_on": bool(went_on),
        "statement": await _get(readers["support"], f"{at}/statement"),
        "notices": [each for each in notices if each["sequence"] <= written],
    }


async def _get(reader: httpx.AsyncClient, path: str) -> Record:
    answer: Record = (await reader.get(path)).raise_for_status().json()
    return answer


async def _entries(reader: httpx.AsyncClient, client: str) -> list[Record]:
    entries: list[Record] = []
    while True:
        after = f"&starting_after={entries[-1]['number']}" if entries else ""
        page = await _get(reader, f"/v1/deposits/{client}/entries?limit=100{after}")
        entries += page["data"]
        if not page["has_more"]:
            return entries


def _notices(engine: Engine, subject: str) -> list[Record]:
    outbox = text(
        "SELECT sequence, event, recipient_role, recipient_party, sent_at FROM notice"
        " WHERE subject = :subject ORDER BY sequence, number"
    )
    with engine.connect() as connection:
        rows = connection.execute(outbox, {"subject": subject}).mappings()
        return [{**row, "sent_at": row["sent_at"] and str(row["sent_at"])} for row in rows]


async def _whole(engine: Engine, outside: SimulatedCounterparties) -> Record:
    """The books as a whole, and those of the counterparties, in fen."""
    report = await asyncio.to_thread(audit, engine)
    statement = await outside.payment_institution.statement()
    orders = await outside.seller_platform.orders()
    paybacks = await outside.seller_platform.paybacks()
    return {
        "audit": {"ok": report.ok, "says": str(report), "imbalance": report.imbalance},
        "accounts": await asyncio.to_thread(_accounts, engine),
        "institution": [{**asdict(line), "amount": line.amount.amount} for line in statement.lines],
        "sellers": [{**asdict(order), "paid": order.paid.amount} for order in orders],
        "paybacks": [{**asdict(back), "amount": back.amount.amount} for back in paybacks],
        "sales": {sale.reference: sale.amount.amount for sale in await outside.buyers.sales()},
    }


def _accounts(engine: Engine) -> dict[str, int]:
    """What every entry of each account comes to, added up here and not read from a balance."""
    sums: dict[str, int] = defaultdict(int)
    with engine.connect() as connection:
        for account, amount in connection.execute(text("SELECT account, amount FROM entry")):
            sums[account] += amount
    return sums
