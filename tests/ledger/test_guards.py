"""Each guarantee of the database, attacked by someone who goes around the one door."""

from collections.abc import Callable

import pytest
from pydantic_core import to_json

from daigou.domain import commands
from daigou.domain.money import Money
from daigou.domain.order import Trigger
from tests.ledger.account_road import freeze
from tests.ledger.attack import (
    CHAIN,
    CHECK,
    FLOOR,
    FOREIGN_KEY,
    FROZEN,
    HISTORY,
    READ_MODEL,
    STRANGER,
    UNBALANCED,
    UNIQUE,
    Rows,
    Sql,
    composed,
    refused,
    spoiled,
    written,
)
from tests.ledger.road import Subject, World, a_price, pay, sold_out, third_party_line


@pytest.fixture
def order(world: World) -> Subject:
    """An accepted order of a client with ¥2,000.00 in its deposit."""
    world.recharged(200_000)
    return world.accepted()


@pytest.fixture
def payment(order: Subject, sql: Sql) -> Rows:
    """The rows of a payment from the deposit: three legs, one journal."""
    return composed(sql, order.step(Trigger.PAY, commands.Pay(from_deposit=Money(123_123))))


# ---- history -----------------------------------------------------------------------------------

UPDATES = {
    "transition": "clause = 'PSR-9'",
    "purchase_request": "quantity = 1",
    "order_line": "amount = amount + 1",
    "journal": "kind = 'refund'",
    "entry": "amount = amount + 1",
    "account": "owner = 'cli_ben'",
    "notice": "event = 'order.other'",
    "movement": "amount = amount + 1",
}
REMOVABLE = (
    *UPDATES,
    "purchase_order",
    "recharge",
    "order_item",
    "coupon",
    "brokerage_contract",
    "promoter_engagement",
    "engagement_change",
    "invitation_code",
)


@pytest.fixture
def refunding(world: World) -> Subject:
    """An order with rows in every table: its refund is due."""
    world.coupon()
    world.contract()
    order = world.effective(from_deposit=1_000)
    sold_out(order)
    return order


@pytest.mark.usefixtures("refunding")
def test_what_was_written_is_never_updated(sql: Sql) -> None:
    for table, change in UPDATES.items():
        assert refused(sql, f"UPDATE {table} SET {change}") == HISTORY, table


@pytest.mark.usefixtures("refunding")
def test_what_was_written_is_never_deleted(sql: Sql) -> None:
    for table in REMOVABLE:
        assert refused(sql, f"DELETE FROM {table}") == HISTORY, table


@pytest.mark.usefixtures("refunding")
def test_what_was_written_is_never_truncated(sql: Sql) -> None:
    for table in (*REMOVABLE, "account_freeze"):
        assert refused(sql, f"TRUNCATE {table} CASCADE") == HISTORY, table


def test_notice_is_sent_once(refunding: Subject, sql: Sql) -> None:
    sending = f"UPDATE notice SET sent_at = now() WHERE subject = '{refunding.id}'"

    assert refused(sql, sending) is None
    assert refused(sql, sending) == HISTORY


# ---- one transition, one transaction -----------------------------------------------------------


@pytest.mark.parametrize(
    "afterthought",
    [
        "INSERT INTO journal VALUES ('{id}', 2, 1, 'offset', 'PSR-22-2', now())",
        "INSERT INTO notice VALUES ('{id}', 2, 9, 'order.other', 'client', NULL, now(), NULL)",
        "INSERT INTO order_line VALUES"
        " ('{id}', 9, 2, 'other_fee', 'gift', 1, 'CNY', 'prv_yiwu', NULL, NULL, NULL, NULL)",
        "INSERT INTO movement VALUES ('{id}/2', '{id}', 2, 'capture', 1, 'CNY', '', NULL,"
        " 'sent', '', '', now(), NULL, NULL)",
        "INSERT INTO order_item VALUES"
        " ('{id}/2', '{id}', 'question', 2, 'asked', '[]', NULL, NULL, now(), NULL)",
    ],
)
def test_nothing_is_slipped_under_an_older_transition(
    order: Subject, sql: Sql, afterthought: str
) -> None:
    assert refused(sql, afterthought.format(id=order.id)) == HISTORY


def test_no_entry_is_added_to_an_older_journal(order: Subject, sql: Sql) -> None:
    recharge = sql.execute("SELECT subject FROM journal").fetchone()
    assert recharge is not None
    entries = "INSERT INTO entry VALUES " + ", ".join(
        f"('{account}', 0, '{recharge[0]}', 2, 1, {leg}, {amount}, 'CNY', 0)"
        for leg, account, amount in ((3, "payment_institution", 7), (4, "deposit:cli_anna", -7))
    )

    assert refused(sql, entries) == HISTORY


def test_transitions_are_gapless_and_chained(payment: Rows, sql: Sql) -> None:
    for change in ({"sequence": 5}, {"sequence": 2}, {"source": "requested"}):
        assert written(sql, spoiled(payment, "transition", change=change)) == CHAIN, change
    assert written(sql, payment) is None


def test_command_counts_once(payment: Rows, order: Subject, sql: Sql) -> None:
    payment["transition"]["command_id"] = order.steps[0].command_id

    assert written(sql, payment) == UNIQUE


def test_refund_axis_begins_with_a_refund(order: Subject, payment: Rows, sql: Sql) -> None:
    payment["transition"] |= {"axis": "refund", "item": f"{order.id}/1", "source": "due"}

    assert written(sql, payment) == CHAIN


def test_read_model_says_what_the_log_says(payment: Rows, sql: Sql) -> None:
    payment["order"]["state"] = "stored"

    assert written(sql, payment) == READ_MODEL


def test_no_transition_without_its_read_model(payment: Rows, sql: Sql) -> None:
    del payment["order"]

    assert written(sql, payment) == READ_MODEL


def test_no_subject_without_its_read_model(world: World, sql: Sql) -> None:
    rows = composed(sql, world.order().step(Trigger.WITHDRAW, commands.Withdraw()))
    del rows["order"]
    rows["transition"] |= {"subject": "ord_bare", "sequence": 1, "source": "new"}
    del rows["notice"]

    assert written(sql, rows) == READ_MODEL


@pytest.mark.usefixtures("order")
def test_read_model_moves_only_with_a_transition(sql: Sql) -> None:
    assert refused(sql, "UPDATE purchase_order SET state = 'effective'") == READ_MODEL
    assert refused(sql, "UPDATE recharge SET amount = 1") == READ_MODEL
    assert (
        refused(sql, "UPDATE purchase_order SET state = 'effective', sequence = sequence + 1")
        == FOREIGN_KEY
    )


@pytest.mark.parametrize(
    "change", ["client = 'cli_ben'", "promoter = 'pro_mia'", "terms_version = '2027-01'"]
)
@pytest.mark.usefixtures("order")
def test_whose_order_it_is_does_not_change(sql: Sql, change: str) -> None:
    change = f"UPDATE purchase_order SET sequence = sequence + 1, {change}"

    assert refused(sql, change) == HISTORY


# ---- money -------------------------------------------------------------------------------------


def _more_debit(rows: Rows) -> None:
    rows["entry"][0]["amount"] += 1


def _one_leg(rows: Rows) -> None:
    del rows["entry"][:2]
    rows["entry"][0]["amount"] = -1


def _no_leg(rows: Rows) -> None:
    rows["entry"] = []


@pytest.mark.parametrize("spoil", [_more_debit, _one_leg, _no_leg])
def test_journal_that_does_not_balance_is_refused(
    payment: Rows, sql: Sql, spoil: Callable[[Rows], None]
) -> None:
    spoil(payment)

    assert written(sql, payment) == UNBALANCED


def test_balance_is_checked_again_for_a_leg_that_comes_late(payment: Rows, sql: Sql) -> None:
    # The order's read model was checked by then as well: all is immediate from here on.
    late = (
        "SET CONSTRAINTS ALL IMMEDIATE; INSERT INTO entry SELECT account, 0, subject, sequence,"
        " journal_no, 9, -5, 'CNY', 0 FROM entry WHERE account LIKE 'escrow:%'"
    )
    sql.execute("SELECT write_step(%s::jsonb)", (to_json(payment).decode(),))

    assert refused(sql, late) == UNBALANCED


def test_number_and_balance_of_an_entry_are_taken_by_the_guard(payment: Rows, sql: Sql) -> None:
    for entry in payment["entry"]:
        entry |= {"entry_no": 77, "balance": 5_000_000}

    assert written(sql, payment) is None
    kept = sql.execute("SELECT entry_no, balance FROM entry WHERE account = 'deposit:cli_anna'")
    assert sorted(kept) == [(1, -200_000), (2, -76_877)]


@pytest.mark.clause("UA-1-8")
def test_deposit_never_goes_beneath_its_floor(payment: Rows, sql: Sql) -> None:
    payment["entry"][0]["amount"] = 200_001
    payment["entry"][1]["amount"] -= 200_001 - 123_123

    assert written(sql, payment) == FLOOR


def test_nothing_that_is_owed_goes_beneath_its_floor(payment: Rows, sql: Sql) -> None:
    debit, escrow, fee = payment["entry"]
    debit["amount"], escrow["amount"], fee["amount"] = 100, -200, 100

    assert written(sql, payment) == FLOOR


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-2")
@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("payment", FROZEN),
        ("withdrawal_reserved", FROZEN),
        ("tip", FROZEN),
        ("offset", None),
        ("chargeback", None),
        ("chargeback_paid", None),
        ("debt_paid", None),
        ("restriction_transferred", None),
    ],
)
def test_freeze_lets_through_only_what_it_is_for(
    world: World, payment: Rows, sql: Sql, kind: str, state: str | None
) -> None:
    freeze(world)
    payment["journal"][0]["kind"] = kind

    assert written(sql, payment) == state


@pytest.mark.usefixtures("order")
def test_freeze_is_kept_and_lifted_once(world: World, sql: Sql) -> None:
    frozen = freeze(world)
    lifting = (
        "UPDATE account_freeze SET lifted_at = now(), lifted_by = 'plt_platform',"
        " lifted_sequence = 2"
    )

    assert refused(sql, "UPDATE account_freeze SET reason = 'none'") == HISTORY
    assert refused(sql, "DELETE FROM account_freeze") == HISTORY
    assert refused(sql, lifting) == HISTORY
    frozen.pull(Trigger.LIFT_FREEZE, commands.Message(note_ref="txt_0001"))
    assert refused(sql, lifting) == HISTORY


def test_leg_moves_something_and_is_in_yuan(payment: Rows, sql: Sql) -> None:
    for change, state in (({"amount": 0}, CHECK), ({"currency": "USD"}, CHECK)):
        assert written(sql, spoiled(payment, "entry", 0, change=change)) == state, change
    assert written(sql, spoiled(payment, "entry", 0, change={"amount": None})) == "23502"


def test_journal_is_of_a_known_kind(payment: Rows, sql: Sql) -> None:
    payment["journal"][0]["kind"] = "gift"

    assert written(sql, payment) == CHECK


def test_account_belongs_to_someone_known(sql: Sql) -> None:
    accounts = {
        "('deposit:cli_stranger', 'deposit', 'cli_stranger', now())": STRANGER,
        "('provider:cli_anna', 'provider', 'cli_anna', now())": STRANGER,
        "('promoter:prv_yiwu', 'promoter', 'prv_yiwu', now())": STRANGER,
        "('escrow:ord_none', 'escrow', 'ord_none', now())": STRANGER,
        "('coupon_reserved:ord_none', 'coupon_reserved', 'ord_none', now())": STRANGER,
        "('third_party:sto_none', 'third_party', 'sto_none', now())": STRANGER,
        "('petty', 'petty', '', now())": STRANGER,
        "('promoter', 'promoter', '', now())": STRANGER,
        "('bank:cli_anna', 'bank', 'cli_anna', now())": CHECK,
        "('promotion:cli_anna', 'promotion', 'cli_anna', now())": CHECK,
        "('deposit:cli_ben', 'deposit', 'cli_anna', now())": CHECK,
        "('deposit:cli_anna', 'deposit', 'cli_anna', now())": None,
        "('promoter:pro_mia', 'promoter', 'pro_mia', now())": None,
        "('promotion', 'promotion', '', now())": None,
    }
    for account, state in accounts.items():
        assert refused(sql, f"INSERT INTO account VALUES {account}") == state, account


# ---- movements ---------------------------------------------------------------------------------


@pytest.fixture
def paying(order: Subject) -> Subject:
    """An order whose capture is open."""
    pay(order)
    return order


SETTLING = "UPDATE movement SET state = 'done', settled_at = now(), settled_sequence = {}"


@pytest.mark.parametrize("sequence", [3, 4])
def test_outcome_comes_with_its_transition(paying: Subject, sql: Sql, sequence: int) -> None:
    settling = SETTLING.format(sequence) + f" WHERE subject = '{paying.id}'"

    assert refused(sql, settling) == HISTORY


def test_outcome_is_written_once(paying: Subject, sql: Sql) -> None:
    paying.answer(Trigger.CONFIRM_PAYMENT)

    assert refused(sql, "UPDATE movement SET state = 'failed', reason = 'x'") == HISTORY


def test_what_was_intended_does_not_change(paying: Subject, sql: Sql) -> None:
    change = SETTLING.format(3) + f", amount = 1 WHERE subject = '{paying.id}'"

    assert refused(sql, change) == HISTORY


def test_only_one_payment_is_open_at_a_time(paying: Subject, sql: Sql) -> None:
    rows = composed(sql, paying.step(Trigger.ESCALATE))
    rows["movement"] = [movement(paying, reference=f"{paying.id}/4", kind="buy")]

    assert written(sql, rows) == UNIQUE


def test_refund_may_be_open_beside_a_payment(paying: Subject, sql: Sql) -> None:
    rows = composed(sql, paying.step(Trigger.ESCALATE))
    rows["movement"] = [
        movement(paying, reference=f"{paying.id}/4", kind="refund", original=f"{paying.id}/3")
    ]

    assert written(sql, rows) is None


def test_reference_of_a_movement_names_its_step(paying: Subject, sql: Sql) -> None:
    rows = composed(sql, paying.step(Trigger.ESCALATE))
    first, own = f"{paying.id}/3", f"{paying.id}/4"
    for reference in (f"{own}.2", f"{paying.id}/5", f"{own}2", "9"):
        for kind in ("buy", "capture"):
            rows["movement"] = [movement(paying, reference=reference, kind=kind)]
            assert written(sql, rows) == CHECK, (kind, reference)
    lookalikes = (own.replace("_", "x") + ".2", f"%{own}.2", own.lower()[:-1] + "%")
    for reference in (f"{own}.", f"{own}.0", f"{own}.02", f"{own}.2x", f"{own}.2.3", *lookalikes):
        rows["movement"] = [movement(paying, reference=reference, kind="refund", original=first)]
        assert written(sql, rows) == CHECK, reference
    rows["movement"] = [
        movement(paying, reference=reference, kind="refund", original=first)
        for reference in (own, f"{own}.2", f"{own}.10")
    ]
    assert written(sql, rows) is None


def test_only_a_refund_gives_back(paying: Subject, sql: Sql) -> None:
    rows = composed(sql, paying.step(Trigger.ESCALATE))
    for kind, original in (("refund", None), ("buy", f"{paying.id}/3")):
        rows["movement"] = [
            movement(paying, reference=f"{paying.id}/4", kind=kind, original=original)
        ]
        assert written(sql, rows) == CHECK, kind


def movement(order: Subject, **said: object) -> Rows:
    """A movement that the fourth step of an order would send."""
    return {
        "subject": order.id,
        "sequence": 4,
        "amount": 5,
        "currency": "CNY",
        "payment_method": "",
        "state": "sent",
        "external_ref": "",
        "reason": "",
        "sent_at": order.at,
        **said,
    }


# ---- the checkout ------------------------------------------------------------------------------


@pytest.fixture
def checkout(world: World, sql: Sql) -> Rows:
    step = world.order().step(Trigger.ACCEPT, commands.Accept(lines=(third_party_line(),)))
    return composed(sql, step)


@pytest.mark.clause("PSR-10-1")
def test_fee_is_the_rate_of_goods_and_freight_half_up(checkout: Rows, sql: Sql) -> None:
    for change, state in (
        ({"amount": 124}, CHECK),
        ({"amount": 122}, CHECK),
        ({"fee_base": 120_000, "amount": 120}, UNBALANCED),
        ({"fee_base": None}, CHECK),
        ({"fee_rounding": "half_even"}, CHECK),
    ):
        assert written(sql, spoiled(checkout, "order_line", 2, change=change)) == state, change
    assert written(sql, checkout) is None


def test_line_is_what_it_says(checkout: Rows, sql: Sql) -> None:
    for line, change, state in (
        (3, {"amount": -1}, CHECK),
        (3, {"code": "goods"}, UNIQUE),
        (3, {"code": "bribe"}, CHECK),
        (3, {"collector": "sto_none"}, FOREIGN_KEY),
        (3, {"fee_base": 1}, CHECK),
        (0, {"sequence": 1}, HISTORY),
    ):
        assert written(sql, spoiled(checkout, "order_line", line, change=change)) == state, change
    assert written(sql, checkout) is None


@pytest.mark.clause("PSR-7")
@pytest.mark.parametrize("code", ["inspection_fee", "storage_charge"])
def test_line_may_be_a_third_partys(checkout: Rows, sql: Sql, code: str) -> None:
    assert written(sql, spoiled(checkout, "order_line", 3, change={"code": code})) is None


@pytest.fixture
def second_version(world: World, sql: Sql) -> Rows:
    """The rows of a step that takes the goods' price from ¥1,200.00 to ¥1,400.00."""
    order = world.effective()
    return composed(sql, order.step(Trigger.REPORT_PRICE, a_price(order, 140_000)))


@pytest.mark.clause("PSR-10-1")
@pytest.mark.clause("PSR-10-2")
def test_second_version_of_a_checkout_has_a_fee_of_its_own(second_version: Rows, sql: Sql) -> None:
    for line, change, state in (
        # The fee of the version before, on its base; a base of both versions together.
        (2, {"fee_base": 123_000, "amount": 123}, UNBALANCED),
        (2, {"fee_base": 266_000, "amount": 266}, UNBALANCED),
        (2, {"amount": 144}, CHECK),
        (0, {"amount": 140_001}, UNBALANCED),
        (1, {"code": "goods"}, UNIQUE),
        (1, {"code": "other_fee"}, UNBALANCED),
        (0, {"line_no": 1}, UNIQUE),
    ):
        rows = spoiled(second_version, "order_line", line, change=change)
        assert written(sql, rows) == state, change
    assert written(sql, second_version) is None


@pytest.mark.clause("PSR-10-1")
def test_no_version_of_a_checkout_comes_without_its_fee(second_version: Rows, sql: Sql) -> None:
    goods, freight, fee = second_version["order_line"]
    for lines in ([goods, freight], [goods], [freight], [fee]):
        rows = second_version | {"order_line": lines}
        assert written(sql, rows) == UNBALANCED, lines


# ---- orders ------------------------------------------------------------------------------------


@pytest.mark.clause("PSR-2-2")
def test_figures_of_an_order_fit_together(payment: Rows, sql: Sql) -> None:
    for change in (
        {"collected": 100},
        {"refunded": 123_124},
        {"collected": -1},
        {"amount": None},
        {"amount": -1},
        {"paid_from_coupons": 1},
        {"paid_from_coupons": -1},
        {"paid_from_coupons": None},
        {"paid_from_deposit": None},
        {"ended_at": "2026-12-01T00:00:00Z"},
    ):
        assert written(sql, spoiled(payment, "order", change=change)) == CHECK, change
    assert written(sql, payment) is None


@pytest.mark.clause("PSR-1-1")
@pytest.mark.clause("PSR-15-2")
def test_request_is_complete(world: World, sql: Sql) -> None:
    rows = composed(sql, world.subject().opening())
    by = {"advance_balance_by": "2026-12-24T00:00:00Z"}
    for change in (
        {"quantity": 0},
        {"quantity": -1},
        {"unit_price": 0},
        {"freight": -1},
        {"product_link": ""},
        {"seller_name": ""},
        {"specification": ""},
        {"delivery_address": ""},
        {"client_country": "Germany"},
        {"currency": "USD"},
        {"mandate_version": ""},
        {"drift_limit": -1},
        {"advance_amount": 30_000},
        by,
        by | {"advance_amount": 0},
        by | {"advance_amount": 120_000},
    ):
        assert written(sql, spoiled(rows, "purchase_request", change=change)) == CHECK, change
    accepted = spoiled(rows, "purchase_request", change=by | {"advance_amount": 119_999})
    assert written(sql, accepted) is None


@pytest.mark.clause("PSR-23")
@pytest.mark.parametrize(
    ("party", "state"),
    [
        ("('cli_carl', 'client', 'Carl', 'DE', '', NULL, NULL, now())", CHECK),
        ("('prv_nameless', 'provider', '', 'CN', '', NULL, NULL, now())", CHECK),
        ("('sto_nowhere', 'storage', 'S', 'CN', '', NULL, NULL, now())", CHECK),
        ("('prv_x1', 'client', '', 'CN', '', NULL, NULL, now())", CHECK),
        ("('cli_carl', 'client', '', 'DE', '', '2026-11', NULL, now())", CHECK),
        ("('cli_carl', 'client', '', 'DE', '', NULL, NULL, now())", None),
    ],
)
def test_party_is_what_its_id_says_and_a_client_has_no_name(
    sql: Sql, party: str, state: str | None
) -> None:
    assert refused(sql, f"INSERT INTO party VALUES {party}") == state
