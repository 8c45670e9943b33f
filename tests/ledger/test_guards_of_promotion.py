"""Coupons, promoters' contracts and brokerage, attacked by someone who goes around the one door."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from pydantic_core import to_json

from daigou.domain import commands
from daigou.domain.ids import CouponId
from daigou.domain.money import Money
from daigou.domain.order import Trigger
from tests.ledger.attack import (
    CHECK,
    COUPON,
    FLOOR,
    HISTORY,
    STRANGER,
    UNBALANCED,
    Sql,
    composed,
    refused,
    spoiled,
    written,
)
from tests.ledger.road import BEN, MIA, NOON, SWIFT, WHOLE, Subject, World, buy, settle

CONTRACT = (
    "INSERT INTO brokerage_contract"
    " (promoter, provider, numerator, denominator, begins_at, ends_at) VALUES ({})"
)


@pytest.fixture
def coupon(world: World) -> CouponId:
    """A coupon of Anna's: ¥1.00 off."""
    return world.coupon(100)


@pytest.fixture
def order(world: World) -> Subject:
    """An accepted order of Anna's, with enough in her deposit."""
    world.recharged(400_000)
    return world.accepted()


def paying(order: Subject, coupon: CouponId, **changes: Any) -> Any:
    """The step that pays with the coupon, from the deposit."""
    return order.step(
        Trigger.PAY,
        commands.Pay(from_deposit=Money(WHOLE - 100), coupons=(coupon,)),
        **changes,
    )


# ---- coupons -----------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-10")
def test_coupon_of_another_client_is_refused(
    world: World, order: Subject, coupon: CouponId, sql: Sql
) -> None:
    rows = composed(sql, paying(order, coupon))
    rows["coupons"] = [world.coupon(client=BEN)]

    assert written(sql, rows) == COUPON


@pytest.mark.clause("UA-1-10")
def test_coupon_counts_in_its_time_alone(
    world: World, order: Subject, coupon: CouponId, sql: Sql
) -> None:
    rows = composed(sql, paying(order, coupon))
    at, moment, day = rows["transition"]["at"], timedelta(microseconds=1), timedelta(days=1)
    for begins, ends, state in (
        (at + moment, at + day, COUPON),
        # At the instant of its end it is over.
        (at - day, at, COUPON),
        (at, at + moment, None),
    ):
        rows["coupons"] = [world.coupon(100, valid_from=begins, valid_until=ends)]
        assert written(sql, rows) == state, (begins, ends)


@pytest.mark.clause("UA-1-10")
def test_coupon_is_used_once(world: World, order: Subject, coupon: CouponId, sql: Sql) -> None:
    other = world.accepted()
    rows, more = (composed(sql, paying(each, coupon)) for each in (order, other))

    assert written(sql, rows) is None
    assert written(sql, more) == COUPON


@pytest.mark.clause("UA-1-10")
def test_coupon_is_used_once_by_two_transactions_at_once(
    world: World, order: Subject, coupon: CouponId, sql: Sql
) -> None:
    other = world.accepted()
    rows, more = (to_json(composed(sql, paying(each, coupon))) for each in (order, other))
    sql.execute("SELECT write_step(%s::jsonb)", (rows.decode(),))

    def second() -> str | None:
        with psycopg.connect(sql.info.dsn) as connection:
            return refused(connection, "SELECT write_step(%s::jsonb)", more.decode())

    with ThreadPoolExecutor(1) as threads:
        racing = threads.submit(second)
        _until_somebody_waits(sql)
        sql.commit()

        assert racing.result() == COUPON


@pytest.mark.clause("UA-1-10")
def test_coupon_is_taken_by_a_step_alone(order: Subject, coupon: CouponId, sql: Sql) -> None:
    taking = "UPDATE coupon SET redeemed_subject = '{}', redeemed_sequence = {}"

    assert refused(sql, taking.format(order.id, 2)) == COUPON
    assert refused(sql, taking.format(order.id, 9)) == COUPON
    assert refused(sql, taking.format("ord_none", 1)) == COUPON
    assert refused(sql, "UPDATE coupon SET redeemed_sequence = 2") == HISTORY


@pytest.mark.clause("UA-1-10")
def test_coupon_is_given_back_by_a_step_alone(order: Subject, coupon: CouponId, sql: Sql) -> None:
    assert written(sql, composed(sql, paying(order, coupon))) is None
    freeing = "UPDATE coupon SET redeemed_subject = NULL, redeemed_sequence = NULL"

    assert refused(sql, freeing) == HISTORY


@pytest.mark.clause("UA-1-10")
@pytest.mark.usefixtures("coupon")
def test_coupon_stays_as_it_was_issued(sql: Sql) -> None:
    for change in (
        "amount = amount + 1",
        "client = 'cli_ben'",
        "reduces = ARRAY['other_fee']",
        "valid_from = now()",
        "valid_until = valid_until + interval '1 day'",
        "issued_by = 'cli_anna'",
        "issued_at = now()",
        "id = 'cpn_other'",
    ):
        assert refused(sql, f"UPDATE coupon SET {change}") == HISTORY, change


@pytest.mark.usefixtures("coupon")
def test_coupon_is_never_removed(sql: Sql) -> None:
    assert refused(sql, "DELETE FROM coupon") == HISTORY
    assert refused(sql, "TRUNCATE coupon") == HISTORY


@pytest.mark.clause("UA-1-10")
@pytest.mark.usefixtures("order")
def test_coupon_is_what_it_may_be(sql: Sql) -> None:
    row = {
        "id": "cpn_new1",
        "client": "cli_anna",
        "amount": 100,
        "currency": "CNY",
        "reduces": ["service_fee"],
        "valid_from": NOON,
        "valid_until": NOON + timedelta(days=1),
        "issued_by": "plt_platform",
        "issued_at": NOON,
    }
    issuing = "INSERT INTO coupon SELECT * FROM jsonb_populate_record(NULL::coupon, %s::jsonb)"
    for change, state in (
        ({"id": "coupon_1"}, CHECK),
        ({"client": "cli_stranger"}, STRANGER),
        ({"client": "prv_yiwu"}, STRANGER),
        ({"amount": 0}, CHECK),
        ({"amount": -1}, CHECK),
        ({"currency": "USD"}, CHECK),
        ({"reduces": []}, CHECK),
        # Neither the seller's price nor a third party's line is the platform's to give away.
        ({"reduces": ["goods"]}, CHECK),
        ({"reduces": ["service_fee", "storage_fee"]}, CHECK),
        ({"valid_until": NOON}, CHECK),
        ({"redeemed_subject": "ord_0002", "redeemed_sequence": 2}, COUPON),
        ({"redeemed_subject": "ord_0002"}, COUPON),
        ({"redeemed_sequence": 2}, CHECK),
        ({}, None),
    ):
        assert refused(sql, issuing, to_json(row | change).decode()) == state, change


# ---- contracts ---------------------------------------------------------------------------------


@pytest.fixture
def _contract(world: World) -> None:
    world.contract(begins_at=NOON)


@pytest.mark.clause("PSR-19")
@pytest.mark.usefixtures("_contract")
def test_one_contract_holds_at_a_time_between_those_it_is_for(sql: Sql) -> None:
    for terms, state in (
        ("'pro_mia', 'prv_yiwu', 1, 10, '2026-11-01', '2026-11-22T12:00:01Z'", STRANGER),
        ("'pro_mia', 'prv_yiwu', 1, 10, '2026-11-01', NULL", STRANGER),
        ("'pro_mia', 'prv_yiwu', 1, 5, '2027-11-01', '2027-12-01'", STRANGER),
        ("'pro_none', 'prv_yiwu', 1, 10, '2026-11-01', '2026-11-02'", STRANGER),
        ("'pro_mia', 'prv_none', 1, 10, '2026-11-01', '2026-11-02'", STRANGER),
        ("'cli_anna', 'prv_yiwu', 1, 10, '2026-11-01', '2026-11-02'", STRANGER),
        ("'pro_mia', 'sto_ningbo', 1, 10, '2026-11-01', '2026-11-02'", STRANGER),
        ("'pro_mia', 'prv_yiwu', 0, 10, '2026-11-01', '2026-11-02'", CHECK),
        ("'pro_mia', 'prv_yiwu', 1, 0, '2026-11-01', '2026-11-02'", CHECK),
        ("'pro_mia', 'prv_yiwu', 11, 10, '2026-11-01', '2026-11-02'", CHECK),
        ("'pro_mia', 'prv_yiwu', -1, -10, '2026-11-01', '2026-11-02'", CHECK),
        ("'pro_mia', 'prv_yiwu', 1, 10, '2026-11-02', '2026-11-02'", CHECK),
        # Up to the instant at which the next one begins.
        ("'pro_mia', 'prv_yiwu', 1, 10, '2026-11-01', '2026-11-22T12:00:00Z'", None),
    ):
        assert refused(sql, CONTRACT.format(terms)) == state, terms


@pytest.mark.clause("PSR-19")
def test_two_contracts_at_once_leave_one(sql: Sql) -> None:
    terms = "'pro_mia', 'prv_yiwu', {}, 10, '2026-11-01', NULL"
    sql.execute(CONTRACT.format(terms.format(1)))

    def second() -> str | None:
        with psycopg.connect(sql.info.dsn) as connection:
            return refused(connection, CONTRACT.format(terms.format(2)))

    with ThreadPoolExecutor(1) as threads:
        racing = threads.submit(second)
        _until_somebody_waits(sql)
        sql.commit()

        assert racing.result() == STRANGER


@pytest.mark.clause("PSR-19")
@pytest.mark.usefixtures("_contract")
def test_contract_stays_as_it_was_signed(sql: Sql) -> None:
    for change in (
        "numerator = 2",
        "denominator = 20, ends_at = '2027-01-01'",
        "begins_at = '2026-01-01', ends_at = '2027-01-01'",
        "provider = 'prv_other', ends_at = '2027-01-01'",
        "ends_at = NULL",
    ):
        assert refused(sql, f"UPDATE brokerage_contract SET {change}") == HISTORY, change


@pytest.mark.clause("PSR-19")
@pytest.mark.usefixtures("_contract")
def test_contract_is_ended_once_and_never_removed(sql: Sql) -> None:
    assert refused(sql, "UPDATE brokerage_contract SET ends_at = begins_at") == CHECK
    assert refused(sql, "UPDATE brokerage_contract SET ends_at = '2027-01-01'") is None
    assert refused(sql, "UPDATE brokerage_contract SET ends_at = '2027-06-01'") == HISTORY
    assert refused(sql, "UPDATE brokerage_contract SET ends_at = NULL") == HISTORY
    assert refused(sql, "DELETE FROM brokerage_contract") == HISTORY
    assert refused(sql, "TRUNCATE brokerage_contract") == HISTORY


# ---- brokerage and the promotion's account -----------------------------------------------------


@pytest.mark.clause("PSR-19")
def test_brokerage_stays_as_it_was_at_payment(world: World, sql: Sql) -> None:
    world.contract()
    order = world.effective(promoter=MIA)
    rows = composed(sql, order.step(Trigger.ESCALATE))
    assert rows["order"]["brokerage_denominator"] == 10
    for change in (
        {"brokerage_numerator": 2},
        {"brokerage_denominator": 20},
        {"brokerage_numerator": None, "brokerage_denominator": None},
    ):
        assert written(sql, spoiled(rows, "order", change=change)) == HISTORY, change
    assert written(sql, rows) is None


@pytest.mark.clause("PSR-19")
def test_brokerage_is_a_rate_and_comes_with_a_payment(order: Subject, sql: Sql) -> None:
    choice = commands.ChooseLogistics(logistics=SWIFT)
    rows = composed(sql, order.step(Trigger.CHOOSE_LOGISTICS, choice))
    for change in (
        {"brokerage_numerator": 1},
        {"brokerage_denominator": 10},
        {"brokerage_numerator": 1, "brokerage_denominator": 10},
        {"brokerage_numerator": -1, "brokerage_denominator": 10},
        {"brokerage_numerator": 1, "brokerage_denominator": 0},
    ):
        assert written(sql, spoiled(rows, "order", change=change)) == CHECK, change
    assert written(sql, rows) is None


@pytest.mark.clause("PSR-19")
def test_promoter_gets_no_more_than_the_provider_has(world: World, sql: Sql) -> None:
    world.contract()
    advance = commands.AdvanceDeposit(amount=Money(30_000), balance_by=NOON + timedelta(days=9))
    order = world.accepted(promoter=MIA, advance=advance)
    settle(order, amount=30_030)
    buy(order)
    rows = composed(sql, order.step(Trigger.FORFEIT))
    provider, promoter = (entry for entry in rows["entry"] if entry["journal_no"] == 2)
    assert (provider["amount"], promoter["amount"]) == (3, -3)
    provider["amount"], promoter["amount"] = 31, -31

    assert written(sql, rows) == FLOOR


@pytest.mark.clause("UA-1-10")
def test_promotion_pays_without_a_floor(order: Subject, coupon: CouponId, sql: Sql) -> None:
    assert written(sql, composed(sql, paying(order, coupon))) is None
    paid = sql.execute("SELECT balance FROM entry WHERE account = 'promotion'").fetchall()

    assert paid == [(100,)]


@pytest.mark.clause("UA-1-10")
@pytest.mark.parametrize(("back", "state"), [(100, None), (101, FLOOR)])
def test_promotion_never_gets_back_more_than_it_gave(
    world: World, order: Subject, coupon: CouponId, sql: Sql, back: int, state: str | None
) -> None:
    settle(order, coupons=(coupon,), off=100, from_deposit=WHOLE - 100)
    other = world.effective(from_deposit=WHOLE)
    rows = composed(
        sql,
        other.step(
            Trigger.REPORT_UNREALIZABLE,
            commands.ReportUnrealizable(reason=commands.UnrealizableReason.SOLD_OUT),
        ),
    )
    deposit = rows["entry"][-1]
    assert (deposit["account"], deposit["amount"]) == ("deposit:cli_anna", -WHOLE)
    deposit["amount"] += back
    rows["entry"].append(deposit | {"account": "promotion", "amount": -back, "leg_no": 9})

    assert written(sql, rows) == state


def test_coupons_part_of_a_payment_balances(order: Subject, coupon: CouponId, sql: Sql) -> None:
    rows = composed(sql, paying(order, coupon))
    promotion = next(entry for entry in rows["entry"] if entry["account"] == "promotion")
    promotion["amount"] = 99

    assert written(sql, rows) == UNBALANCED


@pytest.mark.clause("UA-1-10")
def test_coupons_of_a_payment_are_all_there_and_named_once(
    order: Subject, coupon: CouponId, sql: Sql
) -> None:
    rows = composed(sql, paying(order, coupon))
    for named in (["cpn_none"], [coupon, "cpn_none"], [coupon, coupon]):
        assert written(sql, rows | {"coupons": named}) == COUPON, named
    assert written(sql, rows) is None


def _until_somebody_waits(sql: Sql) -> None:
    with psycopg.connect(sql.info.dsn, autocommit=True) as observer:
        for _ in range(500):
            waiting = observer.execute(
                "SELECT FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ).fetchall()
            if waiting:
                return
            observer.execute("SELECT pg_sleep(0.01)")
    pytest.fail("nobody waited for the lock")
