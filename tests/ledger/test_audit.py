"""The audit proves a busy ledger, and finds whatever someone with all powers did to it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.money import Money
from daigou.domain.order import Role, Trigger
from daigou.ledger.audit import DIFFERENCES_MAX, audit
from daigou.ledger.audit_checks import CHECKS
from daigou.ledger.books import PostgresBooks
from daigou.ledger.engine import make_engine
from daigou.ledger.promotion import Promotion
from tests.ledger.databases import copied
from tests.ledger.road import (
    BEN,
    MIA,
    World,
    a_cost,
    a_price,
    agree,
    ask_to_cancel,
    buy,
    dispatch,
    paid_back,
    pay,
    receive,
    settle,
    settle_case,
    sold_out,
    third_party_line,
)
from tests.ledger.test_audit_of_accounts import TAMPERING as OF_ACCOUNTS
from tests.ledger.test_tips import TAMPERING as OF_TIPS


@pytest.fixture(scope="module")
def template(server_url: str) -> Iterator[str]:
    """Orders at every place where money stands, one refund due and one paid."""
    with copied(server_url, "books", name="busy") as url:
        engine = make_engine(url)
        _keep_busy(World(books=PostgresBooks(engine), promotion=Promotion(engine)), engine)
        engine.dispose()
        yield "busy"


def _keep_busy(world: World, engine: Engine) -> None:
    world.stored(from_deposit=20_000)  # rch_0001, ord_0002
    for settled in (True, False):  # ord_0003, ord_0004
        order = world.effective(third_party_line(), client=BEN)
        (refund,) = sold_out(order).refunds
        if settled:
            order.answer(Trigger.CONFIRM_REFUND, item=refund)
    buying = world.effective()  # ord_0005
    buying.pull(Trigger.PURCHASE, commands.Purchase())
    world.recharged(50_000)  # rch_0006
    pay(world.accepted(), from_deposit=10_000)  # ord_0007
    world.order()  # ord_0008

    world.contract()
    won = world.accepted(promoter=MIA)  # ord_0009
    settle(won, coupons=(world.coupon(100),), off=100)  # cpn_0010
    buy(won)
    won.pull(Trigger.END_DUTY, item=receive(won))
    pay(world.accepted(), coupons=(world.coupon(50),), off=50)  # ord_0011, cpn_0012

    topped_up = world.effective()  # ord_0013
    topped_up.pull(Trigger.REPORT_PRICE, a_price(topped_up, 140_000))
    settle(topped_up, amount=20_020)
    sold_out(topped_up)
    on_its_way = world.purchased()  # ord_0014
    dispatch(on_its_way)
    on_its_way.pull(Trigger.ASK_QUESTION, commands.Message(note_ref="txt_0001"))
    owing = world.stored()  # ord_0015
    world.recharged(9_000)  # rch_0016
    owing.pull(Trigger.CHARGE_STORAGE, item=next(iter(owing.items)))
    _cancel_some(world, engine)
    claimed = world.claim(order, 30_000)  # clm_0019, of ord_0004, which has ended
    claimed.pull(Trigger.ADMIT_CLAIM, commands.Admit(amount=Money(20_000)))
    paid = commands.Compensation(amount=Money(20_000), external_ref="wire-1")
    claimed.pull(Trigger.RECORD_COMPENSATION, paid)
    world.claim(order, 5_000)  # clm_0020


def _cancel_some(world: World, engine: Engine) -> None:
    """One with a debt that the seller's late money pays in part, one that customs overtook."""
    owing = world.purchased(client=BEN)  # ord_0017
    case = ask_to_cancel(owing)
    agree(owing, 1_000)
    owing.pull(Trigger.PROCEED_WITHOUT_REFUND, commands.Noted(), item=case, by=Role.PLATFORM)
    settle_case(owing, engine, a_cost(3_000))
    paid_back(owing, 400)
    overtaken = world.purchased(client=BEN)  # ord_0018
    ask_to_cancel(overtaken)
    agree(overtaken, 5_000)
    paid_back(overtaken, 2_000)
    parcel = receive(overtaken)
    overtaken.pull(Trigger.END_DUTY, item=parcel)
    overtaken.pull(Trigger.CLEAR_CUSTOMS, commands.Transport(tracking_ref="t-1"), item=parcel)


def test_busy_ledger_is_in_order(engine: Engine) -> None:
    # Journals and legs: three recharges 3, 6; ord_0002 5, 12; ord_0003 3, 9; ord_0004 2, 7;
    # ord_0005 2, 5; ord_0007 1, 2; ord_0009 6, 14; ord_0011 1, 2; ord_0013 3, 9; ord_0014 3, 7;
    # ord_0015 5, 11; ord_0017 7, 15 (payment 3, purchase 2 x 2, cost 2, fee 2, late refund 2, debt
    # 2); ord_0018 6, 13 (payment 3, purchase 2 x 2, refund 2, fee 2, refund returned 2); clm_0019
    # 1, 2.
    assert str(audit(engine)) == "audit ok: 48 journals, 114 entries, imbalance 0"


TAMPERING = {
    "a leg is changed": (
        "UPDATE entry SET amount = amount + 1 WHERE account = 'bank' AND entry_no = 1",
        "sums to zero",
    ),
    "a leg and its balance are changed": (
        "UPDATE entry SET amount = amount + 1, balance = balance + 1 WHERE account = 'bank'"
        " AND entry_no = 1",
        "sums to zero",
    ),
    "a leg is removed": (
        "DELETE FROM entry WHERE account = 'bank' AND entry_no = 1",
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
        " AND entry_no = 6",
        "stands at the sum of its entries",
    ),
    "an entry is renumbered": (
        "UPDATE entry SET entry_no = 77 WHERE account = 'bank' AND entry_no = 1",
        "runs on without a gap",
    ),
    "a floor is broken": (
        "UPDATE entry SET balance = 5 WHERE account = 'deposit:cli_anna' AND entry_no = 2",
        "on the wrong side of nothing",
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
        "UPDATE order_item SET state = 'refunded', next_due_at = NULL, ended_at = now()"
        " WHERE subject = 'ord_0004'",
        "a refund ends as its movement did",
    ),
    "a refund loses its movement": (
        "DELETE FROM movement WHERE reference = 'ord_0013/8.2'",
        "a refund ends as its movement did",
    ),
    "a refund is removed": (
        "DELETE FROM order_item WHERE subject = 'ord_0004'",
        "stands where its last transition led",
    ),
    "one refund of several is removed": (
        "DELETE FROM order_item WHERE item = 'ord_0013/8.2'",
        "stands where its last transition led",
    ),
    "a refund takes more than its capture": (
        "UPDATE movement SET original = 'ord_0013/6' WHERE reference = 'ord_0013/8.2'",
        "no capture is refunded for more",
    ),
    "a refund is of a capture that failed": (
        "UPDATE movement SET state = 'failed' WHERE reference = 'ord_0013/3'",
        "no capture is refunded for more",
    ),
    "a parcel's state is changed": (
        "UPDATE order_item SET state = 'stored' WHERE item = 'ord_0014/7'",
        "stands where its last transition led",
    ),
    "a parcel is slipped in": (
        "INSERT INTO order_item SELECT 'ord_0014/6', subject, axis, 6, 'stored', clocks,"
        " next_due_at, next_actor, opened_at, ended_at FROM order_item WHERE item = 'ord_0014/7'",
        "stands where its last transition led",
    ),
    "a question is removed": (
        "DELETE FROM order_item WHERE axis = 'question'",
        "stands where its last transition led",
    ),
    "a question is of no transition": (
        "ALTER TABLE order_item DROP CONSTRAINT item_names_the_step,"
        " DROP CONSTRAINT only_refunds_are_several;"
        " UPDATE order_item SET sequence = 99 WHERE axis = 'question'",
        "item and notice is of a transition",
    ),
    "a parcel's transition is bent": (
        "UPDATE transition SET source = 'lost' WHERE subject = 'ord_0002' AND sequence = 9",
        "begins where the last one",
    ),
    "a parcel's transition passes to another axis": (
        "UPDATE transition SET axis = 'question' WHERE subject = 'ord_0002' AND sequence = 9",
        "begins where the last one",
    ),
    "a parcel is due before its order looks": (
        "UPDATE order_item SET next_due_at = next_due_at - interval '30 days'"
        " WHERE item = 'ord_0014/7'",
        "waits for the soonest",
    ),
    "an order forgets that its parcel is due": (
        "UPDATE purchase_order SET next_due_at = NULL WHERE id = 'ord_0014'",
        "waits for the soonest",
    ),
    "an order passes to a stranger": (
        "UPDATE purchase_order SET client = 'cli_stranger' WHERE id = 'ord_0008'",
        "registered client",
    ),
    "a fee and its base are changed": (
        "ALTER TABLE order_line DROP CONSTRAINT fee_is_half_up;"
        " UPDATE order_line SET amount = 124 WHERE code = 'service_fee' AND subject = 'ord_0007'",
        "half up",
    ),
    "a fee's base is changed": (
        "UPDATE order_line SET fee_base = 123001 WHERE code = 'service_fee'"
        " AND subject = 'ord_0014'",
        "on goods and freight",
    ),
    "a second version's goods are changed": (
        "UPDATE order_line SET amount = amount + 1 WHERE subject = 'ord_0013' AND line_no = 4",
        "on goods and freight",
    ),
    "a version of the checkout loses its fee": (
        "DELETE FROM order_line WHERE subject = 'ord_0013' AND line_no = 6",
        "every version of a checkout has its fee",
    ),
    "a second version of a checkout is removed": (
        "DELETE FROM order_line WHERE subject = 'ord_0013' AND line_no > 3",
        "sum of its lines",
    ),
    "a storage's charge is removed": (
        "DELETE FROM order_line WHERE code = 'storage_charge'",
        "what is fulfilled was paid whole",
    ),
    "an order's amount is changed": (
        "UPDATE purchase_order SET amount = amount + 1 WHERE id = 'ord_0008' OR id = 'ord_0007'",
        "sum of its lines",
    ),
    "part of an order is collected": (
        "UPDATE purchase_order SET collected = 500, paid_from_institution = 500,"
        " paid_from_deposit = 0, paid_from_coupons = 0 WHERE id = 'ord_0007'",
        "the figures say so",
    ),
    "an order that is fulfilled was paid in part": (
        "UPDATE purchase_order SET amount = amount + 500 WHERE id = 'ord_0014';"
        " INSERT INTO order_line VALUES ('ord_0014', 4, 2, 'storage_fee', 'storage', 500, 'CNY',"
        " 'sto_ningbo', NULL, NULL, NULL, NULL)",
        "what is fulfilled was paid whole",
    ),
    "money of an order is hidden in a refund": (
        "UPDATE purchase_order SET refunded = 5 WHERE id = 'ord_0014'",
        "what is fulfilled was paid whole",
    ),
    "a charge of the storage is not counted": (
        "UPDATE purchase_order SET collected = collected - 3000,"
        " paid_from_deposit = paid_from_deposit - 3000 WHERE id = 'ord_0015'",
        "the figures say so",
    ),
    "a refund to the promotion is not counted": (
        "UPDATE journal SET kind = 'refund' WHERE subject = 'ord_0009' AND sequence = 4;"
        " UPDATE entry SET amount = -amount WHERE subject = 'ord_0009' AND sequence = 4",
        "the figures say so",
    ),
    "a promoter's rate is changed": (
        "UPDATE purchase_order SET brokerage_numerator = 2 WHERE id = 'ord_0009'",
        "a promoter gets the rate fixed at payment",
    ),
    "a promoter's rate is forgotten": (
        "UPDATE purchase_order SET brokerage_numerator = NULL, brokerage_denominator = NULL"
        " WHERE id = 'ord_0009'",
        "a promoter gets the rate fixed at payment",
    ),
    "a promoter is paid for an order that it did not win": (
        "UPDATE purchase_order SET promoter = NULL WHERE id = 'ord_0009'",
        "a promoter gets the rate fixed at payment",
    ),
    "brokerage goes to somebody else": (
        "INSERT INTO account VALUES ('promoter:pro_lee', 'promoter', 'pro_lee', now());"
        " UPDATE entry SET account = 'promoter:pro_lee' WHERE account = 'promoter:pro_mia'",
        "a promoter gets the rate fixed at payment",
    ),
    "a coupon is freed though it paid": (
        "UPDATE coupon SET redeemed_subject = NULL, redeemed_sequence = NULL WHERE id = 'cpn_0010'",
        "a coupon is redeemed exactly where",
    ),
    "a coupon's amount is changed": (
        "UPDATE coupon SET amount = 99 WHERE id = 'cpn_0010'",
        "a coupon is redeemed exactly where",
    ),
    "a coupon passes to another order": (
        "UPDATE coupon SET redeemed_subject = 'ord_0013', redeemed_sequence = 3"
        " WHERE id = 'cpn_0012'",
        "a coupon is redeemed exactly where",
    ),
    "a coupon is used for an order that it does not pay for": (
        "UPDATE coupon SET redeemed_subject = 'ord_0014', redeemed_sequence = 3"
        " WHERE id = 'cpn_0012'",
        "a coupon is redeemed exactly where",
    ),
    "a coupon passes to another client": (
        "UPDATE coupon SET client = 'cli_ben' WHERE id = 'cpn_0010'",
        "a coupon is redeemed by its client, in its time",
    ),
    "a coupon is dated back": (
        "UPDATE coupon SET valid_until = '2026-11-22T12:00:01Z' WHERE id = 'cpn_0010'",
        "a coupon is redeemed by its client, in its time",
    ),
    "the promotion gets back more than it gave": (
        "UPDATE entry SET balance = -5 WHERE account = 'promotion' AND entry_no = 1",
        "on the wrong side of nothing",
    ),
    "a debt is paid by more than it is": (
        "UPDATE entry SET balance = -5 WHERE account = 'receivable:cli_ben' AND entry_no = 2",
        "on the wrong side of nothing",
    ),
    "a debt is taken for a payment": (
        "UPDATE entry SET account = 'payment_institution', entry_no = 99"
        " WHERE account = 'receivable:cli_ben' AND entry_no = 1",
        "the figures say so",
    ),
    "what goes back to the seller is kept as a fee": (
        "UPDATE journal SET kind = 'fee_earned' WHERE kind = 'refund_returned'",
        "the figures say so",
    ),
    "what goes back to the seller is called otherwise": (
        "UPDATE journal SET kind = 'offset' WHERE kind = 'refund_returned'",
        "the figures say so",
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
    "a coupon's part stays set aside": (
        "DELETE FROM movement WHERE subject = 'ord_0011'",
        "set aside only while",
    ),
    "a claim's state is changed": (
        "UPDATE claim SET state = 'rejected', ended_at = now(), next_due_at = NULL,"
        " next_actor = NULL WHERE id = 'clm_0020'",
        "stands where its last transition led",
    ),
    "a claim is removed": (
        "DELETE FROM claim WHERE id = 'clm_0020'",
        "stands where its last transition led",
    ),
    "what is claimed is changed": (
        "UPDATE claim SET asked = 5001 WHERE id = 'clm_0020'",
        "is for the sum of its losses",
    ),
    "more is claimed than the order came to": (
        "UPDATE claim SET asked = 500000 WHERE id = 'clm_0020'",
        "is liable for more than its order ever came to",
    ),
    "what was admitted is changed": (
        "UPDATE claim SET admitted = 20001 WHERE id = 'clm_0019'",
        "what a provider admitted and paid",
    ),
    "a compensation is another's": (
        "UPDATE entry SET subject = 'clm_0020' WHERE subject = 'clm_0019'",
        "what a provider admitted and paid",
    ),
    "an engagement is changed by a stranger": (
        "UPDATE engagement_change SET author = 'prv_yiwu'",
        "an engagement goes on as its table has it",
    ),
    "an engagement skips a word": (
        "DELETE FROM engagement_change WHERE sequence = 1",
        "an engagement goes on as its table has it",
    ),
    "an engagement loses all that was said of it": (
        "DELETE FROM engagement_change",
        "an engagement goes on as its table has it",
    ),
    "an engagement is ended and goes on": (
        "UPDATE engagement_change SET state = 'ended' WHERE sequence = 1",
        "an engagement goes on as its table has it",
    ),
    "a word is given for a moment before the last": (
        "UPDATE engagement_change SET at = '2020-01-01' WHERE sequence = 2",
        "an engagement goes on as its table has it",
    ),
    "a promoter has two engagements": (
        "INSERT INTO promoter_engagement VALUES ('eng_second', 'pro_mia', 'psp_bund');"
        " INSERT INTO engagement_change SELECT 'eng_second', 1, 'proposed', reason, clause, author,"
        " 'x', now(), now() FROM engagement_change WHERE sequence = 1",
        "all words on a promoter follow one another",
    ),
    "a contract's rate is changed": (
        "UPDATE brokerage_contract SET denominator = 11",
        "a rate on an order is one of its parties' contracts",
    ),
    "an order's engagement is another promoter's": (
        "UPDATE promoter_engagement SET promoter = 'pro_lee'",
        "a rate on an order is one of its parties' contracts",
    ),
    "an order loses its engagement": (
        "UPDATE purchase_order SET brokerage_engagement = NULL WHERE id = 'ord_0009'",
        "a rate on an order is one of its parties' contracts",
    ),
    "a client is invited by a code that is not its inviter's": (
        "INSERT INTO invitation SELECT c.client, 'cli_ben', c.code, p.registered_at, 'infinity',"
        " '2026-11' FROM invitation_code c JOIN party p ON p.id = c.client"
        " WHERE c.client = 'cli_anna'",
        "who was invited registered with a code of its inviter",
    ),
    "an order is won through an invitation that never was": (
        "UPDATE purchase_request SET inferred = inferred"
        """ || '[{"fact": "promoter_id", "source": "invitation"}]' WHERE order_id = 'ord_0009'""",
        "what is won through an invitation",
    ),
    "a price that went back is paid out": (
        "UPDATE journal SET kind = 'seller_refund' WHERE subject = 'ord_0002' AND sequence = 6",
        "cash moves as the movements",
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
    first = "entry_no = 1 AND account"
    sql.execute(f"UPDATE entry SET amount = amount + 3 WHERE {first} = 'bank'")
    sql.execute(f"UPDATE entry SET amount = amount - 4 WHERE {first} LIKE 'provider:%'")
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


def test_every_check_finds_something() -> None:
    every = (*TAMPERING.values(), *OF_ACCOUNTS.values(), *OF_TIPS.values())
    found = {words for _, words in every}

    assert [check.holds for check in CHECKS if not any(word in check.holds for word in found)] == []
