"""One order on real servers: it costs what was recorded, and each step one short transaction."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from tests.budgets.budget import BUDGETS
from tests.budgets.counting import Cost, cost_of
from tests.replay import histories
from tests.replay.courses import ORDERS
from tests.replay.driving import drive_order, register_businesses
from tests.workflows.stage import set_stage

HAPPY = "order-paid-from-the-deposit"
SUBJECT = ORDERS[HAPPY].plan.deal.order


@dataclass
class Transactions:
    """Every transaction that wrote a step of an order, as the statements that it was made of."""

    engine: Engine
    written: list[list[str]] = field(default_factory=list)
    rolled_back: int = 0
    _open: dict[Connection, list[tuple[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        event.listen(self.engine, "before_cursor_execute", self._executes)
        event.listen(self.engine, "commit", self._commits)
        event.listen(self.engine, "rollback", self._rolls_back)

    def _executes(
        self, connection: Connection, _cursor: Any, statement: str, said: Any, *_: Any
    ) -> None:
        self._open.setdefault(connection, []).append((statement, said))

    def _commits(self, connection: Connection) -> None:
        statements = self._open.pop(connection, [])
        if _is_of_the_order(statements):
            self.written.append([statement for statement, _ in statements])

    def _rolls_back(self, connection: Connection) -> None:
        self.rolled_back += _is_of_the_order(self._open.pop(connection, []))


@dataclass(frozen=True)
class Lived:
    """An order that lived its life here and now."""

    cost: Cost
    transactions: Transactions


@pytest.fixture(scope="module")
async def lived() -> AsyncIterator[Lived]:
    folder = Path(tempfile.mkdtemp(prefix="dg-live-"))
    try:
        async with set_stage(folder / "state") as stage:
            register_businesses(stage)
            transactions = Transactions(stage.engine)
            driven = await drive_order(stage, ORDERS[HAPPY])
            yield Lived(cost_of(await driven.handle.fetch_history()), transactions)
    finally:
        shutil.rmtree(folder)


def test_an_order_costs_now_what_was_recorded(lived: Lived) -> None:
    then = cost_of(histories.read(HAPPY))

    assert lived.cost.events == then.events
    assert lived.cost.workflow_tasks == then.workflow_tasks
    assert lived.cost.payload_bytes == pytest.approx(then.payload_bytes, rel=0.02)


def test_a_step_is_one_transaction(lived: Lived) -> None:
    steps = lived.cost.local_activities

    assert len(lived.transactions.written) == steps * BUDGETS["database"]["transactions_a_step"]
    assert lived.transactions.rolled_back == 0


def test_a_step_is_two_statements_and_what_follows_from_it_two_more(lived: Lived) -> None:
    a_step = BUDGETS["database"]["statements_a_step"]
    steps = [
        sum("write_step" in statement for statement in statements)
        for statements in lived.transactions.written
    ]

    assert [len(statements) for statements in lived.transactions.written] == [
        each * a_step for each in steps
    ]
    assert max(steps) == BUDGETS["database"]["steps_a_transaction"]


def _is_of_the_order(statements: list[tuple[str, Any]]) -> bool:
    return any("open_book" in text and said[0] == SUBJECT for text, said in statements)
