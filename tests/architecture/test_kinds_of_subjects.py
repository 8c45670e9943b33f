"""A kind of subjects is whole: it has a lifecycle table, a workflow, a read model and a writer."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.converter import PayloadConverter
from temporalio.workflow import _Definition

from daigou.domain.clocks import Timing
from daigou.domain.commands import AboutAnOrder, Command, Plain
from daigou.domain.facts import Facts
from daigou.domain.ids import KINDS, PartyId, SubjectId
from daigou.domain.lifecycle import ITEM_TABLES, TABLES
from daigou.domain.order import Actor, Parties, Role, TableName
from daigou.domain.own_facts import OWN_FACTS
from daigou.domain.terms import current
from daigou.ledger.step_writer import WRITERS
from daigou.ledger.subjects import READ_MODELS
from daigou.ledger.tables import METADATA
from daigou.temporal_setup import DATA_CONVERTER
from tests.domain import samples
from worker import STORIES
from workflows import subjects
from workflows.messages import OpenClaim, OpenRecharge, OpenSubject

KINDS_BUT_ORDERS = {kind.name: kind for kind in KINDS.values() if kind.name != "order"}
READ_BY_EVERYONE = {"id", "client", "state", "sequence", "clocks", "next_due_at", "ended_at"}
"""Columns that the watch, the audit and the erasing read of every subject."""


@pytest.mark.parametrize("name", sorted(KINDS_BUT_ORDERS))
def test_a_kind_of_subjects_lacks_nothing(name: str) -> None:
    assert list(_missing(name)) == []


def test_every_table_is_of_a_kind_or_of_an_orders_items() -> None:
    of_items = {table.name for table in ITEM_TABLES}

    assert set(TableName) == {TableName.FULFILMENT, *of_items, *map(TableName, KINDS_BUT_ORDERS)}
    assert set(TableName) <= set(TABLES)


@pytest.mark.parametrize("workflow", subjects.SUBJECTS, ids=lambda each: each.__name__)
def test_the_sandbox_finds_a_workflow_in_its_module_by_its_name(workflow: type) -> None:
    assert workflow.__module__ == subjects.__name__
    assert getattr(subjects, workflow.__name__) is workflow


@pytest.mark.parametrize("workflow", subjects.SUBJECTS, ids=lambda each: each.__name__)
def test_a_workflow_decodes_its_opening_to_what_its_kind_is_opened_with(workflow: type) -> None:
    old = {"Claim": OpenClaim, "Recharge": OpenRecharge}

    arguments = _Definition.must_from_class(workflow).arg_types

    assert arguments == [old.get(workflow.__name__, OpenSubject)]


@pytest.mark.parametrize("table", OWN_FACTS)
def test_what_a_kind_knows_of_itself_has_the_name_of_its_table(table: TableName) -> None:
    assert table.value in {field.name for field in fields(Facts)}


@pytest.mark.parametrize("due", [None, datetime(2026, 12, 24, 15, 59, 59, 999_999, tzinfo=UTC)])
def test_an_opening_travels_whole(due: datetime | None) -> None:
    said = _opening(due)
    converter: PayloadConverter = DATA_CONVERTER.payload_converter

    (heard,) = converter.from_payloads(converter.to_payloads([said]), [OpenSubject])

    assert heard == said


def test_a_subject_lives_by_what_it_was_opened_with() -> None:
    due = datetime(2026, 12, 24, tzinfo=UTC)

    life = subjects.Recharge(_opening(due)).life

    assert (life.subject, life.parties) == ("rch_kettles", Parties.alone(PartyId("cli_anna")))
    assert life._timing == Timing(terms=current(), scale=60, agreed=due)


def test_a_command_is_about_an_order_if_it_names_one() -> None:
    about = {
        type(command)
        for table in TABLES
        for trigger in TABLES[table].triggers
        if isinstance(command := samples.command_of(trigger), AboutAnOrder)
    }

    assert about == {type_ for type_ in _commands() if "order" in _names(type_)}
    assert about


def _missing(name: str) -> Iterator[str]:
    kind = KINDS_BUT_ORDERS[name]
    table = TableName(name)
    if table not in TABLES:
        yield "a lifecycle table in TABLES"
    if kind.workflow not in {workflow.__name__ for workflow in STORIES}:
        yield "a workflow that the worker runs"
    if table not in WRITERS:
        yield "a writer"
    if table not in READ_MODELS:
        yield "a read model"
    elif READ_MODELS[table] != name:
        yield "a read model of its table's name"
    elif lacks := READ_BY_EVERYONE - set(METADATA.tables[name].columns.keys()):
        yield f"the columns {sorted(lacks)}"


def _opening(due: datetime | None) -> OpenSubject:
    client = PartyId("cli_anna")
    return OpenSubject(
        subject=SubjectId("rch_kettles"),
        request=Plain(),
        parties=Parties.alone(client),
        actor=Actor(role=Role.CLIENT, party=client),
        command_id="c1",
        terms_version=current().version,
        time_scale=60,
        due=due,
    )


def _commands() -> tuple[Any, ...]:
    commands: tuple[Any, ...] = Command.__args__
    return commands


def _names(command: Any) -> set[str]:
    return {field.name for field in fields(command)}
