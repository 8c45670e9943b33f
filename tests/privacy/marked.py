"""A marker for every personal field, and every place where one of them could come up again."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import cache
from typing import Any

import psycopg
from google.protobuf.json_format import MessageToJson
from sqlalchemy import make_url
from temporalio.client import Client

from daigou.domain.ids import workflow_id
from daigou.domain.lifecycle import FULFILMENT, ITEM_TABLES
from daigou.domain.lifecycle.table import Table
from daigou.domain.order import Trigger
from daigou.stack import Stack
from gateway.schemas import BODIES, NotedBody
from tests.chaos.house import House
from tests.replay.histories import payloads

NAME, EMAIL, PHONE = "Zqxja Anna-Marker", "zqxjb.marker@example.org", "+99 7310 4826 5591"
PERSON, EVIDENCE = "Zqxjc Buyer-Marker", b"Zqxjd evidence marker"
APART = {"contact", "purchasing_person", "note", "evidence"}
"""The tables that personal data stands in, and no other."""


FOR_A_DEBT = {Trigger.REFUSE_SERVICE, Trigger.DISPOSE_GOODS}
"""What is done to an order whose client owes: `test_accounts` does it."""


def noted_triggers(*tables: Table) -> set[Trigger]:
    """Every command of these tables that may carry free words."""
    return {
        trigger
        for table in tables
        for trigger in table.commands
        if issubclass(BODIES[table.triggers[trigger].command], NotedBody)
    }


def noted_of_orders() -> set[Trigger]:
    """Every command that may carry free words on an order that goes on."""
    return noted_triggers(FULFILMENT, *ITEM_TABLES) - FOR_A_DEBT


def note_of(trigger: Trigger) -> str:
    """The marker in the note of a command."""
    return f"Zqxje note-marker of {trigger}"


@cache
def markers() -> tuple[str, ...]:
    """All that is looked for."""
    notes = (note_of(trigger) for trigger in sorted(noted_of_orders()))
    return (NAME, EMAIL, PHONE, PERSON, EVIDENCE.decode(), *notes)


def found_in(text: str) -> list[str]:
    """The markers that a text holds."""
    return [marker for marker in markers() if marker in text]


async def where(
    house: House, subjects: Iterable[str], words: Iterable[str], *, clue: str, seen: set[str]
) -> dict[str, set[str]]:
    """Which of these words stand where: in the tables, by their names, and anywhere else.

    A clue that is no secret is `seen` there at least: otherwise nobody has looked.
    """
    temporal = await house.stack.connect_temporal()
    places = [each async for each in of_temporal(temporal, [workflow_id(id_) for id_ in subjects])]
    places += [*of_the_logs(house.stack), *of_the_database(house.stack.database_url)]
    clues = {place.partition(": ")[2] or place for place, text in places if clue in text}
    assert clues >= seen, clues
    found = defaultdict(set)
    for place, text in places:
        for each in (*words, NAME, EMAIL):
            if each in text:
                found[place].add(each)
    return dict(found)


async def of_temporal(temporal: Client, workflows: list[str]) -> AsyncIterator[tuple[str, str]]:
    """All that Temporal remembers of workflows: events, payloads, attributes, memo, summaries."""
    for id_ in workflows:
        handle = temporal.get_workflow_handle(id_)
        told = await handle.describe()
        yield f"{id_}: description", _in_the_clear(told.raw_description)
        yield f"{id_}: summary", f"{await told.static_summary()} {await told.static_details()}"
        metadata = await handle.query("__temporal_workflow_metadata")
        yield f"{id_}: details", json.dumps(metadata, ensure_ascii=False, default=str)
        history = await handle.fetch_history()
        for event in history.events:
            yield f"{id_}: event {event.event_id}", _in_the_clear(event)


def of_the_logs(stack: Stack) -> Iterator[tuple[str, str]]:
    """The log file of every part."""
    for file in sorted(stack.state.logs.iterdir()):
        yield file.name, file.read_text(errors="replace")


def of_the_database(url: str) -> Iterator[tuple[str, str]]:
    """Every row of every table, by the table's name."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' "
            "AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in sorted(tables):
            for row in connection.execute(f'SELECT * FROM "{schema}"."{table}"'):
                yield table, " ".join(_as_text(value) for value in row)


def _in_the_clear(message: Any) -> str:
    inside = [payload.data.decode(errors="replace") for payload in payloads(message)]
    return "\n".join([MessageToJson(message, ensure_ascii=False), *inside])


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return json.dumps(value, ensure_ascii=False, default=str)
