"""The audit proves a busy ledger, and finds whatever someone with all powers did to it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.order import Trigger
from daigou.ledger.audit import DIFFERENCES_MAX, audit
from daigou.ledger.books import PostgresBooks
from daigou.ledger.engine import make_engine
from tests.ledger.conftest import copied
from tests.ledger.road import BEN, World, pay, third_party_line


@pytest.fixture(scope="module")
def template(server_url: str) -> Iterator[str]:
    """Orders at every place where money stands, one refund due and one paid."""
    with copied(server_url, "books", name="busy") as url:
        engine = make_engine(url)
        _keep_busy(World(books=PostgresBooks(engine)))
        engine.dispose()
        yield "busy"


def _keep_busy(world: World) -> None:
    stored = world.purchased(from_deposit=20_000)  # ord_0002
    stored.pull(Trigger.WAREHOUSE_RECEIPT, commands.WarehouseReceipt(parcel_ref="p-1"))
    stored.pull(Trigger.END_DUTY)
    for settled in (True, False):  # ord_0003, ord_0004
        order = world.effective(third_party_line(), client=BEN)
        sold_out = commands.ReportUnrealizable(reason=commands.UnrealizableReason.SOLD_OUT)
        refund = order.pull(Trigger.REPORT_UNREALIZABLE, sold_out)
        if settled:
            order.answer(Trigger.CONFIRM_REFUND, item=refund.intends)
    buying = world.effective()  # ord_0005
    buying.pull(Trigger.PURCHASE, commands.Purchase())
    world.recharged(50_000)  # rch_0006
    pay(world.accepted(), from_deposit=10_000)  # ord_0007
    world.order()  # ord_0008


def test_busy_ledger_is_in_order(engine: Engine) -> None:
    # Journals: 2 recharges, 5 of the stored order, 3 and 2 of the refunded ones, 2 of the one that
    # is being bought, 1 sum set aside. Legs: 2 x 2, 2+4+2+2+2, 4+3+2 and 4+3, 3+2, 2.
    assert str(audit(engine)) == "audit ok: 15 journals, 39 entries, imbalance 0"


TAMPERING = {
    "a leg is changed": (
        "UPDATE entry SET amount = amount + 1 WHERE account = 'bank'",
        "sums to zero",
    ),
    "a leg and its balance are changed": (
        "UPDATE entry SET amount = amount + 1, balance = balance + 1 WHERE account = 'bank'",
        "sums to zero",
    ),
    "a leg is removed": (
        "DELETE FROM entry WHERE account = 'bank'",
        "sums to zero",
    ),
    "a journal is removed with its legs": (
        "DELETE FROM entry WHERE subject = 'ord_0005' AND sequence = 5;"
        " DELETE FROM journal WHERE subject = 'ord_0005' AND sequence = 5",
        "money is on its way exactly while",
    ),
    "a journal is removed and its legs stay": (
        "DELETE FROM journal WHERE subject = 'ord_0005' AND sequence = 5",
        "each entry is of a journal",
    ),
    "an account is removed": (
        "DELETE FROM account WHERE id = 'bank'",
        "each entry is of a journal and of an account",
    ),
    "a balance is changed": (
        "UPDATE entry SET balance = balance - 5 WHERE account = 'deposit:cli_anna'"
        " AND entry_no = 4",
        "stands at the sum of its entries",
    ),
    "an entry is renumbered": (
        "UPDATE entry SET entry_no = 77 WHERE account = 'bank'",
        "runs on without a gap",
    ),
    "a floor is broken": (
        "UPDATE entry SET balance = 5 WHERE account = 'deposit:cli_anna' AND entry_no = 2",
        "owed less than nothing",
    ),
    "a balanced journal is slipped in": (
        "INSERT INTO journal VALUES ('ord_0008', 1, 1, 'offset', 'PSR-22-2', now());"
        " INSERT INTO entry SELECT 'deposit:cli_anna', max(entry_no) + 1, 'ord_0008', 1, 1, 1,"
        " -9, 'CNY', min(balance) FROM entry WHERE account = 'deposit:cli_anna';"
        " INSERT INTO entry SELECT 'payment_institution', max(entry_no) + 1, 'ord_0008', 1, 1, 2,"
        " 9, 'CNY', 0 FROM entry WHERE account = 'payment_institution'",
        "cash moves as the movements",
    ),
    "a journal loses its transition": (
        "UPDATE journal SET sequence = 99 WHERE subject = 'ord_0005' AND sequence = 5;"
        " UPDATE entry SET sequence = 99 WHERE subject = 'ord_0005' AND sequence = 5",
        "is of a transition",
    ),
    "a transition is removed": (
        "DELETE FROM transition WHERE subject = 'ord_0005' AND sequence = 2",
        "have no gap",
    ),
    "the last transition is removed": (
        "DELETE FROM transition WHERE subject = 'ord_0005' AND sequence = 5",
        "stands where its last transition led",
    ),
    "a transition is bent": (
        "UPDATE transition SET source = 'stored' WHERE subject = 'ord_0002' AND sequence = 3",
        "begins where the last one",
    ),
    "an order's state is changed": (
        "UPDATE purchase_order SET state = 'stored' WHERE id = 'ord_0008'",
        "stands where its last transition led",
    ),
    "an order's sequence is changed": (
        "UPDATE purchase_order SET sequence = 2 WHERE id = 'ord_0008'",
        "stands where its last transition led",
    ),
    "an order is removed": (
        "DELETE FROM purchase_order WHERE id = 'ord_0008'",
        "stands where its last transition led",
    ),
    "a recharge's state is changed": (
        "UPDATE recharge SET state = 'due', ended_at = NULL WHERE id = 'rch_0006'",
        "stands where its last transition led",
    ),
    "a refund's state is changed": (
        "UPDATE refund SET state = 'refunded', ended_at = now() WHERE subject = 'ord_0004'",
        "a refund ends as its movement did",
    ),
    "a refund is removed": (
        "DELETE FROM refund WHERE subject = 'ord_0004'",
        "stands where its last transition led",
    ),
    "an order passes to a stranger": (
        "UPDATE purchase_order SET client = 'cli_stranger' WHERE id = 'ord_0008'",
        "registered client",
    ),
    "a fee and its base are changed": (
        "ALTER TABLE order_line DROP CONSTRAINT fee_is_half_up;"
        " UPDATE order_line SET amount = 124 WHERE code = 'service_fee'",
        "half up",
    ),
    "a fee's base is changed": (
        "UPDATE order_line SET fee_base = 123001 WHERE code = 'service_fee'",
        "on goods and freight",
    ),
    "an order's amount is changed": (
        "UPDATE purchase_order SET amount = amount + 1 WHERE id = 'ord_0008' OR id = 'ord_0007'",
        "sum of its lines",
    ),
    "part of an order is collected": (
        "UPDATE purchase_order SET collected = 500, paid_from_institution = 500,"
        " paid_from_deposit = 0, paid_capture = 'x' WHERE id = 'ord_0007'",
        "or nothing",
    ),
    "an order's figure is changed": (
        "UPDATE purchase_order SET refunded = refunded + 1 WHERE id = 'ord_0004'",
        "the figures say so",
    ),
    "an order ends with money in it": (
        "UPDATE purchase_order SET state = 'closed' WHERE id = 'ord_0005'",
        "an ended order holds nothing",
    ),
    "an outcome is taken back": (
        "UPDATE movement SET state = 'sent', settled_at = NULL, settled_sequence = NULL"
        " WHERE kind = 'buy' AND subject = 'ord_0002'",
        "cash moves as the movements",
    ),
    "an outcome is invented": (
        "UPDATE movement SET state = 'done', settled_at = now(), settled_sequence = 5"
        " WHERE kind = 'buy' AND subject = 'ord_0005'",
        "cash moves as the movements",
    ),
    "a movement's amount is changed": (
        "UPDATE movement SET amount = amount + 1 WHERE kind = 'capture' AND subject = 'ord_0002'",
        "cash moves as the movements",
    ),
    "an open capture is removed": (
        "DELETE FROM movement WHERE subject = 'ord_0007'",
        "set aside only while",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_found(engine: Engine, sql: psycopg.Connection[Any], what: str) -> None:
    tampering, found = TAMPERING[what]
    sql.execute("SET session_replication_role = replica")
    sql.execute(tampering)
    sql.commit()

    report = audit(engine)

    assert not report.ok
    assert any(found in difference for difference in report.differences), str(report)
    assert str(report).startswith("audit FAILED: ")


def test_imbalance_is_summed_in_fen(engine: Engine, sql: psycopg.Connection[Any]) -> None:
    sql.execute("ALTER TABLE entry DISABLE TRIGGER ALL")
    sql.execute("UPDATE entry SET amount = amount + 3 WHERE account = 'bank'")
    sql.execute("UPDATE entry SET amount = amount - 4 WHERE account LIKE 'provider:%'")
    sql.commit()

    assert audit(engine).imbalance == 7


def test_differences_of_one_kind_are_bounded(engine: Engine, sql: psycopg.Connection[Any]) -> None:
    sql.execute("SET session_replication_role = replica")
    sql.execute(
        "INSERT INTO journal SELECT 'rch_0001', 2, n, 'offset', 'PSR-22-2', now()"
        " FROM generate_series(2, 500) AS n"
    )
    sql.commit()

    assert len(audit(engine).differences) == DIFFERENCES_MAX
