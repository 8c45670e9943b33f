"""The guarantees of clients' accounts, attacked by someone who goes around the one door."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from pydantic_core import to_json

from daigou.domain import commands
from daigou.domain.commands import Block, FreezeReason
from daigou.domain.ids import OrderId, SubjectId
from daigou.domain.lifecycle import CLOSURE, FREEZE, RECHARGE, WITHDRAWAL
from daigou.domain.money import Money
from daigou.domain.order import Role, Trigger
from tests.ledger.account_road import (
    a_report,
    chargeback,
    closure,
    freeze,
    lift,
    unborn,
    unreported,
    withdrawal,
)
from tests.ledger.attack import (
    CHECK,
    FLOOR,
    FOREIGN_KEY,
    FROZEN,
    HISTORY,
    READ_MODEL,
    STRANGER,
    TWICE,
    UNIQUE,
    Rows,
    Sql,
    composed,
    refused,
    spoiled,
    written,
)
from tests.ledger.databases import plain
from tests.ledger.road import ANNA, BEN, WHOLE, Subject, World, a_price, pay

LIFTING = "UPDATE account_freeze SET lifted_at = now(), lifted_by = 'plt_platform'"
LIFT = commands.Message(note_ref="txt_0001")
SUSPECTED = commands.PlaceFreeze(client=BEN, reason=FreezeReason.SUSPICION)
SOLD_OUT = commands.ReportUnrealizable(reason=commands.UnrealizableReason.SOLD_OUT)
WITHDRAWAL_OF_ANNA = commands.RequestWithdrawal(
    client=ANNA, amount=Money(500), payment_method="pm_1"
)
RECHARGE_OF_ANNA = commands.RequestRecharge(client=ANNA, amount=Money(500), payment_method="pm_1")


# ---- freezes -----------------------------------------------------------------------------------


@pytest.fixture
def frozen(world: World) -> Subject:
    """Anna's account is frozen, with ¥2,000.00 in it."""
    world.recharged(200_000)
    return freeze(world)


@pytest.fixture
def placing(world: World, sql: Sql) -> Rows:
    """The rows of a freeze of Ben's account."""
    return composed(sql, unborn(world, "frz", FREEZE).step(Trigger.PLACE_FREEZE, SUSPECTED))


@pytest.mark.clause("UA-1-9")
@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("sequence", ["NULL", "1", "2", "99"])
def test_no_freeze_is_lifted_without_a_step(sql: Sql, sequence: str) -> None:
    assert refused(sql, f"{LIFTING}, lifted_sequence = {sequence}") == HISTORY


@pytest.mark.clause("UA-1-9")
def test_no_freeze_is_lifted_by_a_step_of_another(world: World, frozen: Subject, sql: Sql) -> None:
    other = freeze(world, FreezeReason.LOST_CREDENTIAL)
    rows = composed(sql, other.step(Trigger.LIFT_FREEZE, LIFT))

    sql.execute("SELECT write_step(%s::jsonb)", (to_json(rows).decode(),))
    by_its_step = f"{LIFTING}, lifted_sequence = 2 WHERE subject = '{frozen.id}'"
    assert refused(sql, by_its_step) == HISTORY


@pytest.mark.clause("UA-1-9")
@pytest.mark.parametrize("step", ["NULL, NULL", "'{id}', 1", "'{id}', 2", "'{id}', NULL"])
def test_no_freeze_is_placed_without_a_step(frozen: Subject, sql: Sql, step: str) -> None:
    placing = (
        "INSERT INTO account_freeze"
        " (account, reason, author, clause, placed_at, blocks, subject, sequence)"
        " VALUES ('deposit:cli_anna', 'spite', 'prv_yiwu', 'UA-1-9', now(), ARRAY['use'],"
        f" {step.format(id=frozen.id)})"
    )

    assert refused(sql, placing) == HISTORY


@pytest.mark.clause("UA-1-9")
def test_a_freeze_is_of_its_own_clients_deposit(world: World, placing: Rows, sql: Sql) -> None:
    world.recharged(1_000)

    annas = spoiled(placing, "account_freeze", 0, change={"account": "deposit:cli_anna"})

    assert written(sql, annas) == STRANGER
    assert written(sql, placing) is None


@pytest.mark.clause("UA-1-9")
def test_nothing_is_frozen_by_a_step_of_something_else(
    world: World, placing: Rows, sql: Sql
) -> None:
    world.recharged(1_000)
    order = composed(sql, world.order().step(Trigger.WITHDRAW, commands.Withdraw()))
    its_step = {key: order["transition"][key] for key in ("subject", "sequence")}
    freezing = placing["account_freeze"][0] | its_step | {"account": "deposit:cli_anna"}

    assert written(sql, order | {"account_freeze": [freezing]}) == STRANGER


@pytest.mark.clause("UA-1-9")
def test_a_freeze_forbids_something_that_there_is(placing: Rows, sql: Sql) -> None:
    blocks: list[str]
    for blocks in ([], ["sleep"], ["use", "sleep"]):
        spoilt = spoiled(placing, "account_freeze", 0, change={"blocks": blocks})
        assert written(sql, spoilt) == CHECK, blocks


@pytest.mark.clause("UA-4-5")
def test_a_breach_is_of_an_order_of_that_client_and_that_party(world: World, sql: Sql) -> None:
    order, of_ben = world.purchased(), world.purchased(client=BEN)
    breach = unborn(world, "frz", FREEZE)
    breach.parties = order.parties
    asked = commands.PlaceFreeze(
        client=ANNA, reason=FreezeReason.BREACH, order=OrderId(order.id), amount=Money(500)
    )
    rows = composed(sql, breach.step(Trigger.PLACE_FREEZE, asked, by=Role.LOGISTICS))

    for change in (
        {"order_id": of_ben.id},
        {"logistics": None, "provider": "prv_other"},
        {"logistics": "log_other"},
    ):
        assert written(sql, spoiled(rows, "new_own", change=change)) == STRANGER, change
    for change in ({"amount": 0}, {"order_id": None}, {"logistics": None}, {"reason": "suspicion"}):
        assert written(sql, spoiled(rows, "new_own", change=change)) == CHECK, change
    assert written(sql, rows) is None


@pytest.mark.clause("UA-1-8")
@pytest.mark.clause("UA-1-9")
@pytest.mark.clause("UA-1-20")
def test_whatever_was_prepared_before_a_freeze_is_refused_after_it(world: World, sql: Sql) -> None:
    world.recharged(200_000)
    coming = Subject(id=SubjectId("rch_coming"), commit=world.books.commit, table=RECHARGE)
    prepared = {
        Block.USE: world.accepted().step(Trigger.PAY, commands.Pay(from_deposit=Money(WHOLE))),
        Block.SERVICE: world.subject().opening(),
        Block.WITHDRAWAL: unborn(world, "wdr", WITHDRAWAL).step(
            Trigger.REQUEST_WITHDRAWAL, WITHDRAWAL_OF_ANNA
        ),
        Block.RECHARGE: coming.step(Trigger.REQUEST, RECHARGE_OF_ANNA),
    }
    rows = {block: composed(sql, step) for block, step in prepared.items()}

    frozen = freeze(world)

    assert {block: written(sql, each) for block, each in rows.items()} == dict.fromkeys(
        Block, FROZEN
    )
    lift(frozen)
    assert {written(sql, each) for each in rows.values()} == {None}


# ---- chargebacks -------------------------------------------------------------------------------


@pytest.fixture
def order(world: World) -> Subject:
    """A purchased order that the institution paid for."""
    return world.purchased()


@pytest.fixture
def report(world: World, order: Subject, sql: Sql) -> Rows:
    """The rows of a chargeback of the whole of its payment."""
    step = unreported(world, order).step(Trigger.REPORT_CHARGEBACK, a_report(order, WHOLE))
    return composed(sql, step)


@pytest.mark.clause("PSR-22-1")
def test_a_chargeback_is_of_a_payment_of_its_order_and_between_its_parties(
    world: World, report: Rows, sql: Sql
) -> None:
    others = world.effective(client=BEN)

    for change in (
        {"payment": f"{others.id}/3"},
        {"client": "cli_ben"},
        {"provider": "prv_other"},
        {"storage": "sto_other"},
        {"logistics": None},
    ):
        assert written(sql, spoiled(report, "new_own", change=change)) == STRANGER, change
    assert written(sql, spoiled(report, "new_own", change={"dispute": "dp_2"})) == CHECK
    assert written(sql, report) is None


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("answer", [None, Trigger.DECLINE_PAYMENT])
def test_a_payment_that_was_not_captured_is_not_charged_back(
    world: World, sql: Sql, answer: Trigger | None
) -> None:
    order = world.effective()
    order.pull(Trigger.REPORT_PRICE, a_price(order, 140_000))
    pay(order, amount=20_020)
    if answer:
        order.answer(answer)
    step = unreported(world, order).step(Trigger.REPORT_CHARGEBACK, a_report(order, 500))

    top_up = {"payment": f"{order.id}/6"}
    assert written(sql, spoiled(composed(sql, step), "new_own", change=top_up)) == STRANGER


@pytest.mark.clause("PSR-22-1")
def test_no_more_is_charged_back_than_was_paid_and_is_left(
    world: World, order: Subject, report: Rows, sql: Sql
) -> None:
    assert written(sql, spoiled(report, "new_own", change={"amount": WHOLE + 1})) == TWICE

    chargeback(world, order, 23_123, dispute="dp_2")

    assert written(sql, spoiled(report, "new_own", change={"amount": 100_001})) == TWICE
    assert written(sql, spoiled(report, "new_own", change={"amount": 100_000})) is None


@pytest.mark.clause("PSR-22-1")
def test_no_more_is_refunded_than_what_was_charged_back_has_left(world: World, sql: Sql) -> None:
    order = world.effective()
    chargeback(world, order, 23_123)
    rows = composed(sql, order.step(Trigger.REPORT_UNREALIZABLE, SOLD_OUT))
    assert rows["movement"][0]["amount"] == 100_000
    assert rows["disputed_refund"][0]["amount"] == 23_123

    assert written(sql, spoiled(rows, "movement", 0, change={"amount": 100_001})) == TWICE
    assert written(sql, spoiled(rows, "disputed_refund", 0, change={"amount": 23_124})) == TWICE
    assert written(sql, rows) is None


@pytest.fixture
def rivals(database_url: str) -> Iterator[list[Sql]]:
    """Two connections around the one door, and around the locks that it takes."""
    with (
        psycopg.connect(plain(database_url)) as one,
        psycopg.connect(plain(database_url)) as other,
    ):
        yield [one, other]


@pytest.mark.clause("PSR-22-1")
def test_two_at_once_do_not_charge_one_payment_back_twice(
    world: World, order: Subject, rivals: list[Sql], sql: Sql
) -> None:
    prepared = [
        composed(
            sql,
            unreported(world, order, dispute).step(
                Trigger.REPORT_CHARGEBACK, a_report(order, WHOLE, dispute=dispute)
            ),
        )
        for dispute in ("dp_1", "dp_2")
    ]
    together = Barrier(2)

    def slip_past(rival: Sql, rows: Rows) -> str | None:
        # Without money and freezes: their accounts alone would have the second wait.
        bare = {key: rows[key] for key in ("transition", "new_own")}
        rival.execute("SELECT write_step(%s::jsonb)", (to_json(bare).decode(),))
        together.wait(timeout=5)
        return refused(rival, "SELECT")

    with ThreadPoolExecutor(2) as threads:
        ends = set(threads.map(slip_past, rivals, prepared))

    assert ends == {None, TWICE}


@pytest.mark.clause("PSR-22-1")
def test_a_debt_is_never_paid_by_more_than_it_is(world: World, order: Subject, sql: Sql) -> None:
    world.recharged(200_000)
    rows = composed(sql, chargeback(world, order, WHOLE).step(Trigger.OFFSET_DEPOSIT))
    for entry in rows["entry"]:
        entry["amount"] += 1 if entry["amount"] > 0 else -1

    assert written(sql, rows) == FLOOR


@pytest.mark.clause("PSR-22-1")
def test_what_is_charged_back_is_a_chargebacks(world: World, order: Subject, sql: Sql) -> None:
    disputed = chargeback(world, order, WHOLE)
    opening = "INSERT INTO account VALUES ('{0}:x', '{0}', '{1}', now())"

    for other in (order.id, "cbk_none.dp_1", "cli_anna", world.recharged(5).id):
        assert refused(sql, opening.format("charged_back", other)) == STRANGER, other
    for kind in ("disposal", "escrow", "tip_held"):
        assert refused(sql, opening.format(kind, disputed.id)) == STRANGER, kind


@pytest.mark.clause("PSR-22-1")
def test_what_an_order_gave_back_is_of_its_own_chargebacks_and_is_kept(
    world: World, sql: Sql
) -> None:
    order, other = world.effective(), world.effective()
    chargeback(world, order, 500)
    others = chargeback(world, other, 500, dispute="dp_2")
    rows = composed(sql, order.step(Trigger.REPORT_UNREALIZABLE, SOLD_OUT))

    slipped = {"chargeback": others.id}
    assert written(sql, spoiled(rows, "disputed_refund", 0, change=slipped)) == STRANGER
    assert written(sql, spoiled(rows, "disputed_refund", 0, change={"amount": 0})) == CHECK
    assert written(sql, rows) is None
    for afterthought in (
        f"INSERT INTO disputed_refund VALUES ('{others.id}', '{other.id}', 4, 5)",
        "UPDATE disputed_refund SET amount = 5",
        "DELETE FROM disputed_refund",
        "TRUNCATE disputed_refund",
    ):
        assert refused(sql, afterthought) == HISTORY, afterthought


# ---- withdrawals, closings, and all of them ----------------------------------------------------


@pytest.mark.clause("UA-1-8")
def test_a_withdrawal_is_of_a_registered_client_and_of_something(world: World, sql: Sql) -> None:
    world.recharged(5_000)
    asked = unborn(world, "wdr", WITHDRAWAL).step(Trigger.REQUEST_WITHDRAWAL, WITHDRAWAL_OF_ANNA)
    rows = composed(sql, asked)

    for change in ({"amount": 0}, {"amount": -5}, {"payment_method": ""}, {"currency": "USD"}):
        assert written(sql, spoiled(rows, "new_own", change=change)) == CHECK, change
    for client in ("cli_stranger", "cli_none", "prv_yiwu"):
        assert written(sql, spoiled(rows, "new_own", change={"client": client})) == STRANGER
    assert written(sql, rows) is None


@pytest.mark.clause("UA-1-20")
def test_an_account_is_closed_once(world: World, sql: Sql) -> None:
    asked = commands.CloseAccount(client=BEN, payment_method="pm_1")
    rows = composed(sql, unborn(world, "acl", CLOSURE).step(Trigger.CLOSE_ACCOUNT, asked))
    first = closure(world, client=BEN)

    assert written(sql, rows) == UNIQUE

    first.pull(Trigger.KEEP_ACCOUNT, commands.Noted(), by=Role.CLIENT)
    assert written(sql, rows) is None


@pytest.mark.clause("UA-1-8")
def test_what_happens_to_an_account_is_kept_and_moves_by_steps_alone(
    world: World, sql: Sql
) -> None:
    world.recharged(5_000)
    withdrawal(world, 500)
    chargeback(world, world.purchased(), WHOLE)
    freeze(world)
    closure(world)

    for table, said in {
        "withdrawal": "amount = 1",
        '"freeze"': "clause = 'UA-1-2'",
        "closure": "client = 'cli_ben'",
        "chargeback": "amount = 1",
    }.items():
        stepped = f"UPDATE {table} SET sequence = sequence + 1"
        assert refused(sql, f"DELETE FROM {table}") == HISTORY, table
        assert refused(sql, f"TRUNCATE {table} CASCADE") == HISTORY, table
        assert refused(sql, f"UPDATE {table} SET {said}") == READ_MODEL, table
        assert refused(sql, f"{stepped}, {said}") == HISTORY, table
        assert refused(sql, stepped) == FOREIGN_KEY, table
