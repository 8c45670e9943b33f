"""A database that was in use at revision 0001 is brought to the newest one, with all that it holds.

`books_0001.jsonl` holds what the doors of revision 0001 were given, a step a line: an order that
was stored, refunds that were paid, credited and overdue, orders on their way, open payments. It
was written by the code of b241fa0, the last one at that revision, and is never edited.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from pydantic import TypeAdapter
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from daigou.domain import commands
from daigou.domain.lifecycle import PARCEL, REFUND, TABLES
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.steps import Step
from daigou.ledger.audit import audit
from daigou.ledger.books import PostgresBooks
from daigou.ledger.migrate import upgrade
from daigou.ledger.queries import Queries
from tests.ledger.conftest import people
from tests.ledger.databases import admin_of, copied, named, plain
from tests.ledger.road import Lane, Subject, buy, receive, settle
from tests.ledger.sums import balances

OLD = [
    json.loads(line)
    for line in Path(__file__).with_name("books_0001.jsonl").read_text("utf-8").splitlines()
]
KEPT = ("journal", "entry", "notice", "account", "order_line", "recharge", "purchase_request")
"""Tables whose rows the upgrade leaves as they are; some get columns more."""


@dataclass(frozen=True, kw_only=True)
class Before:
    """What a database held before the upgrade: rows as JSON, by table."""

    rows: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def in_use(server_url: str) -> Iterator[Before]:
    """A database `in_use`: written through the doors of 0001, then upgraded."""
    admin = admin_of(server_url)
    admin.execute("CREATE DATABASE in_use")
    url = named(server_url, "in_use")
    try:
        _upgrade_to_0001(url)
        people(url)
        with psycopg.connect(plain(url)) as sql:
            for step in OLD:
                sql.execute("SELECT write_step(%s::jsonb)", (json.dumps(step),))
                sql.commit()
            tables = (*KEPT, "transition", "movement", "purchase_order", "refund")
            before = {table: _rows(sql, table) for table in tables}
        upgrade(url)
        yield Before(rows=before)
    finally:
        admin.execute("DROP DATABASE in_use WITH (FORCE)")
        admin.close()


@pytest.fixture
def template(in_use: Before) -> str:
    assert in_use.rows
    return "in_use"


def _upgrade_to_0001(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", "daigou.ledger:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")


def _rows(sql: psycopg.Connection[Any], table: str) -> list[dict[str, Any]]:
    rows = [row for (row,) in sql.execute(f"SELECT to_jsonb(t) FROM {table} t").fetchall()]
    return sorted(rows, key=json.dumps)


def test_audit_of_the_upgraded_books_is_ok(engine: Engine) -> None:
    assert str(audit(engine)) == "audit ok: 25 journals, 69 entries, imbalance 0"


def test_nothing_that_was_written_is_lost(in_use: Before, sql: psycopg.Connection[Any]) -> None:
    for table in KEPT:
        before = in_use.rows[table]
        assert before, table
        now = [{name: row[name] for name in before[0]} for row in _rows(sql, table)]
        assert sorted(now, key=json.dumps) == before, table
    for table, changed in (("transition", {"result"}), ("movement", set())):
        then, now = in_use.rows[table], _rows(sql, table)
        assert sorted(_without(row, changed | {"variant"}) for row in now) == sorted(
            _without(row, changed) for row in then
        )


def _without(row: dict[str, Any], names: set[str]) -> str:
    return json.dumps({name: row[name] for name in sorted(row.keys() - names)})


def test_refunds_are_items_of_their_orders(
    in_use: Before, queries: Queries, sql: psycopg.Connection[Any]
) -> None:
    then = {refund["item"]: refund for refund in in_use.rows["refund"]}
    now = {item["item"]: item for item in _rows(sql, "order_item")}
    assert now.keys() == then.keys()
    for name, item in now.items():
        for column in ("subject", "sequence", "state", "clocks", "next_due_at", "ended_at"):
            assert item[column] == then[name][column]

    stand = {}
    for order in {item["subject"] for item in now.values()}:
        (view,) = queries.order(order).items
        assert view.table == TableName.REFUND
        stand[view.state] = (view.amount, view.next_actor)
    assert stand == {
        State.REFUNDED: (Money(122_123), None),
        State.CREDITED: (Money(122_123), None),
        State.DUE: (Money(122_123), Role.PAYMENT_INSTITUTION),
    }


def test_every_order_can_be_read(in_use: Before, queries: Queries) -> None:
    orders = in_use.rows["purchase_order"]
    for then in orders:
        view = queries.order(then["id"])
        assert (view.state, view.sequence) == (then["state"], then["sequence"])
        assert (view.collected, view.refunded) == (
            Money(then["collected"]),
            Money(then["refunded"]),
        )
        facts = view.facts
        assert (facts.quantity, facts.goods, facts.freight) == (300, Money(120_000), Money(3_000))
        assert view.next_due_at == (view.clocks[0].due if view.clocks else None)
        assert len(queries.timeline(then["id"])) == then["sequence"]
        assert len(queries.journals(then["id"])) == len(
            {
                (journal["sequence"], journal["journal_no"])
                for journal in in_use.rows["journal"]
                if journal["subject"] == then["id"]
            }
        )
    assert {order["state"] for order in orders} >= {"stored", "unrealizable", "purchasing"}


@pytest.mark.clause("PSR-12-2")
def test_an_agreement_of_before_can_be_cancelled_for_its_thirty_days(
    in_use: Before, queries: Queries
) -> None:
    seen = set()
    for then in in_use.rows["purchase_order"]:
        agreed = [
            each.at for each in queries.timeline(then["id"]) if each.target == State.EFFECTIVE
        ]
        until = queries.order(then["id"]).facts.cancellable_until

        assert until == (agreed[0] + timedelta(days=30) if agreed else None)
        seen.add(until is None)

    assert seen == {True, False}


@pytest.mark.parametrize("line", range(len(OLD)))
def test_step_that_was_written_before_is_found_after(found_after: PostgresBooks, line: int) -> None:
    said = OLD[line]
    transition = said["transition"]
    order = said.get("order") or said.get("new_order")
    table = TABLES[TableName(transition["axis"])]
    if order and not transition["item"]:
        next_actor = order["next_actor"]
    else:
        ended = transition["target"] in table.ends
        next_actor = None if ended else table.wait(State(transition["target"])).next_actor
    named = {"table": "axis", "actor": None}
    step = TypeAdapter(Step).validate_python(
        {
            **{name: value for name, value in transition.items() if name not in named},
            "table": transition["axis"],
            "actor": {
                "role": transition["actor_role"],
                "party": transition["actor_party"],
                "app": transition["actor_app"],
            },
            "clocks": (),
            "next_actor": next_actor,
        }
    )

    (committed,) = found_after.commit((step,))

    then = transition["result"]
    assert committed.instead is None
    assert (committed.sequence, committed.at) == (step.sequence, step.at)
    assert (committed.intends, committed.refunds) == (
        ("", (then["intends"],)) if then["opens_refund"] else (then["intends"], ())
    )


@pytest.fixture(scope="module")
def found_after(server_url: str, in_use: Before) -> Iterator[PostgresBooks]:
    """The upgraded books, for tests that write nothing."""
    assert in_use.rows
    with copied(server_url, "in_use", name="in_use_still") as url:
        engine = create_engine(url)
        yield PostgresBooks(engine)
        engine.dispose()


# ---- life goes on ------------------------------------------------------------------------------


@pytest.fixture
def stands(books: PostgresBooks, queries: Queries) -> Any:
    """An order of before the upgrade, where it stands."""

    def stands(order: str) -> Subject:
        view = queries.order(order)
        subject = Subject(
            id=view.id,
            commit=books.commit,
            sequence=view.sequence,
            at=queries.timeline(view.id)[-1].at,
            facts=view.facts,
            parties=view.parties,
        )
        subject.main.state, subject.main.clocks = view.state, view.clocks
        for item in view.items:
            subject.items[item.item] = Lane(
                table=REFUND, item=item.item, state=item.state, clocks=item.clocks
            )
        return subject

    return stands


@pytest.mark.usefixtures("proved")
def test_refund_of_before_is_answered_after(stands: Any, queries: Queries) -> None:
    order = stands("ord_0008")
    (refund,) = order.refunds()
    order.answer(Trigger.CONFIRM_REFUND, item=refund)

    view = queries.order(order.id)
    assert view.refunded == Money(123_123)
    assert view.items[0].state == State.REFUNDED


@pytest.mark.usefixtures("proved")
def test_order_of_before_goes_down_the_new_road(stands: Any, queries: Queries) -> None:
    order = stands("ord_0009")
    assert order.state == State.EFFECTIVE
    held = balances(queries)
    buy(order)
    order.pull(Trigger.END_DUTY, item=receive(order))

    assert order.state == State.STORED
    assert balances(queries)["provider:prv_yiwu"] == held["provider:prv_yiwu"] - 123


@pytest.mark.usefixtures("proved")
def test_order_that_is_asked_for_goes_on(stands: Any, queries: Queries) -> None:
    order = stands("ord_0013")
    order.pull(
        Trigger.CHOOSE_LOGISTICS,
        commands.ChooseLogistics(logistics=queries.order("ord_0012").parties.logistics),
    )
    order.pull(Trigger.ACCEPT, commands.Accept())
    settle(order)

    assert order.state == State.EFFECTIVE


@pytest.mark.usefixtures("proved")
def test_goods_that_were_stored_are_recorded_again_and_go_on(stands: Any, queries: Queries) -> None:
    order = stands("ord_0002")
    assert (order.state, queries.order(order.id).clocks) == (State.STORED, ())
    parcel = receive(order)
    order.pull(Trigger.END_DUTY, table=PARCEL, item=parcel)
    order.pull(Trigger.CLEAR_CUSTOMS, commands.Transport(tracking_ref="t-1"), item=parcel)

    view = queries.order(order.id)
    assert (view.state, view.fee_earned) == (State.EXPORTED, Money(123))
