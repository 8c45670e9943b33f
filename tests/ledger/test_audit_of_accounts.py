"""The audit proves what happened to clients' accounts, and finds whatever was done to them."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import FreezeReason
from daigou.domain.money import Money
from daigou.domain.order import Role, Trigger
from daigou.ledger.audit import audit
from daigou.ledger.books import PostgresBooks
from daigou.ledger.engine import make_engine
from daigou.ledger.promotion import Promotion
from tests.ledger.account_road import (
    chargeback,
    closure,
    freeze,
    institution_says,
    lift,
    pay_back,
    wind_up,
    withdrawal,
)
from tests.ledger.databases import copied
from tests.ledger.road import BEN, WHOLE, World, sold_out


@pytest.fixture(scope="module")
def template(server_url: str) -> Iterator[str]:
    """Accounts to which everything happened."""
    with copied(server_url, "books", name="frozen") as url:
        engine = make_engine(url)
        _keep_busy(World(books=PostgresBooks(engine), promotion=Promotion(engine)))
        engine.dispose()
        yield "frozen"


def _keep_busy(world: World) -> None:
    refunded, other = world.effective(), world.effective()  # ord_0001, ord_0002
    for order in (refunded, other):
        disputed = chargeback(world, order, 100_000, dispute=f"dp_{order.id[-1]}")
        sold_out(order)
        disputed.pull(Trigger.COLLECT_DEBT)
    bought = world.purchased()  # ord_0003
    world.recharged(WHOLE + 90_000)  # rch_0004
    pay_back(chargeback(world, bought, WHOLE, dispute="dp_3"), deposit=WHOLE)
    withdrawal(world, 20_000)  # wdr_0005
    institution_says(withdrawal(world, 10_000), Trigger.CONFIRM_WITHDRAWAL)  # wdr_0006
    freeze(world)  # frz_0007
    lift(freeze(world, FreezeReason.LOST_CREDENTIAL))  # frz_0008
    broken = freeze(  # frz_0009
        world, FreezeReason.BREACH, of=bought, amount=Money(30_000), by=Role.PROVIDER
    )
    broken.pull(Trigger.TRANSFER_TO_PROVIDER)
    world.recharged(5_000, client=BEN)  # rch_0010
    closing = closure(world, client=BEN)  # acl_0011
    wind_up(closing)
    institution_says(closing, Trigger.CONFIRM_PAYOUT)
    kept = closure(world)  # acl_0012
    kept.pull(Trigger.KEEP_ACCOUNT, commands.Noted(), by=Role.CLIENT)


def test_accounts_to_which_everything_happened_are_in_order(engine: Engine) -> None:
    report = audit(engine)

    assert report.ok, str(report)


TAMPERING = {
    "more is charged back than was paid": (
        "UPDATE chargeback SET amount = 123124 WHERE dispute = 'dp_3'",
        "refunded or charged back once",
    ),
    "a payment is refunded as well": (
        "UPDATE movement SET original = 'ord_0003/3' WHERE kind = 'refund'"
        " AND subject = 'ord_0001'",
        "refunded or charged back once",
    ),
    "less is charged back than was taken": (
        "UPDATE chargeback SET amount = 123122 WHERE dispute = 'dp_3'",
        "the institution took what was charged back",
    ),
    "a chargeback is said to be won": (
        "UPDATE chargeback SET won = true WHERE dispute = 'dp_3'",
        "the institution took what was charged back",
    ),
    "a debt is said to be paid": (
        "UPDATE entry SET amount = amount - 5 WHERE account LIKE 'charged_back:%dp_3'"
        " AND entry_no = 1",
        "a chargeback that is paid owes nothing",
    ),
    "a debt comes back": (
        "DELETE FROM entry WHERE account LIKE 'charged_back:%dp_3' AND entry_no = 2",
        "a chargeback that is paid owes nothing",
    ),
    "an order's share in a dispute is changed": (
        "UPDATE disputed_refund SET amount = amount - 1 WHERE subject = 'ord_0001'",
        "had got from them",
    ),
    "an order's share in a dispute passes to another's": (
        "UPDATE disputed_refund SET chargeback = 'cbk_0002.dp_2', sequence = 5"
        " WHERE subject = 'ord_0001'",
        "had got from them",
    ),
    "an account stays frozen for what is over": (
        "UPDATE account_freeze SET lifted_at = NULL, lifted_by = NULL, lifted_sequence = NULL"
        " WHERE subject = 'frz_0008'",
        "a freeze in force is of something that goes on",
    ),
    "an account stays frozen for what was paid": (
        "UPDATE account_freeze SET lifted_at = NULL, lifted_by = NULL"
        " WHERE subject LIKE 'cbk_%dp_3'",
        "a freeze in force is of something that goes on",
    ),
    "another's account is frozen": (
        "UPDATE account_freeze SET account = 'deposit:cli_ben' WHERE subject = 'frz_0007'",
        "a freeze in force is of something that goes on",
    ),
    "an account is free though it is frozen": (
        "UPDATE account_freeze SET lifted_at = now(), lifted_by = 'plt_platform'"
        " WHERE subject = 'frz_0007'",
        "what freezes an account and is not over is in force",
    ),
    "a closed account is open again": (
        "DELETE FROM account_freeze WHERE subject = 'acl_0011'",
        "what freezes an account and is not over is in force",
    ),
    "a breach is said to have cost more": (
        "UPDATE \"freeze\" SET transferred = 29999 WHERE id = 'frz_0009'",
        "what passed on for a breach",
    ),
    "a freeze took money": (
        "UPDATE entry SET subject = 'frz_0007' WHERE subject = 'frz_0009'",
        "what passed on for a breach",
    ),
    "a withdrawal is made smaller": (
        "UPDATE withdrawal SET amount = amount - 1 WHERE id = 'wdr_0005'",
        "is of what was sent out for it",
    ),
    "a withdrawal is said to have come back": (
        "UPDATE withdrawal SET state = 'returned' WHERE id = 'wdr_0006'",
        "is of what was sent out for it",
    ),
    "a withdrawal loses its movement": (
        "DELETE FROM movement WHERE subject = 'wdr_0005'",
        "is of what was sent out for it",
    ),
    "a withdrawal's transit is emptied": (
        "DELETE FROM entry WHERE subject = 'wdr_0005'",
        "money is on its way exactly while",
    ),
    "a closing says that it paid out less": (
        "UPDATE closure SET paid_out = 4999 WHERE id = 'acl_0011'",
        "what was paid out of a closed account",
    ),
    "a closing's state is changed": (
        "UPDATE closure SET state = 'withdrawn' WHERE id = 'acl_0011'",
        "stands where its last transition led",
    ),
    "a freeze is removed": (
        "DELETE FROM \"freeze\" WHERE id = 'frz_0008'",
        "stands where its last transition led",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_with_accounts_is_found(
    engine: Engine, sql: psycopg.Connection[Any], what: str
) -> None:
    tampering, found = TAMPERING[what]
    sql.execute("SET session_replication_role = replica")
    assert sql.execute(tampering).rowcount > 0
    sql.commit()

    report = audit(engine)

    assert any(found in difference for difference in report.differences), str(report)
