"""The export, checked by Beancount itself."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Balance, Open, Transaction
from beancount.scripts.check import main as bean_check
from click.testing import CliRunner
from sqlalchemy import Engine

from daigou.domain.book import AccountKind
from daigou.domain.order import Trigger
from daigou.ledger.beancount import account_name, export
from daigou.ledger.queries import Queries
from tests.ledger.road import (
    MIA,
    World,
    a_cost,
    agree,
    ask_to_cancel,
    buy,
    paid_back,
    pay,
    receive,
    settle,
    settle_case,
    sold_out,
    third_party_line,
)


@pytest.fixture
def exported(world: World, engine: Engine) -> str:
    world.purchased(from_deposit=20_000)
    sold_out(world.effective(third_party_line(505), from_deposit=7))
    world.contract()
    won = world.accepted(promoter=MIA)
    settle(won, coupons=(world.coupon(100),), off=100)
    buy(won)
    won.pull(Trigger.END_DUTY, item=receive(won))
    pay(world.accepted(), coupons=(world.coupon(100),), off=100)
    owing = world.purchased()
    ask_to_cancel(owing)
    agree(owing, 1_000)
    paid_back(owing, 1_000)
    settle_case(owing, engine, a_cost(3_000))
    file = io.StringIO()
    export(engine, file)
    return file.getvalue()


def test_bean_check_accepts_the_export(exported: str, tmp_path: Path) -> None:
    file = tmp_path / "books.beancount"
    file.write_text(exported, encoding="utf-8")

    result = CliRunner().invoke(bean_check, [str(file)])

    assert (result.exit_code, result.output) == (0, "")


def test_bean_check_finds_a_changed_sum(exported: str, tmp_path: Path) -> None:
    file = tmp_path / "books.beancount"
    file.write_text(exported.replace("1230.00 CNY", "1230.01 CNY", 1), encoding="utf-8")

    assert CliRunner().invoke(bean_check, [str(file)]).exit_code == 1


def test_every_balance_is_asserted_to_the_fen(exported: str, queries: Queries) -> None:
    entries, errors, _ = loader.load_string(exported)

    assert not errors
    asserted = {
        entry.account: entry.amount.number for entry in entries if isinstance(entry, Balance)
    }
    assert asserted == {
        account_name(view.account): Decimal(view.balance.amount) / 100
        for view in queries.account_balances()
    }
    assert len([entry for entry in entries if isinstance(entry, Open)]) == len(asserted)


def test_each_journal_says_where_it_comes_from(exported: str, queries: Queries) -> None:
    entries, _, _ = loader.load_string(exported)
    payment = next(
        entry
        for entry in entries
        if isinstance(entry, Transaction) and entry.meta["kind"] == "payment"
    )

    assert payment.meta["subject"] == "ord_0002"
    assert payment.meta["sequence"] == 4
    assert payment.meta["clause"] == "PSR-2-2"
    assert [posting.account for posting in payment.postings] == [
        "Liabilities:PaymentReserved:Ord-0002",
        "Assets:PaymentInstitution",
        "Liabilities:Escrow:Ord-0002",
        "Liabilities:FeeHeld:Ord-0002",
    ]


def test_every_kind_of_account_has_its_place(exported: str) -> None:
    assert account_name("promotion") == "Expenses:Promotion"
    assert account_name("promoter:pro_mia") == "Liabilities:Promoter:Pro-mia"
    for account in (
        "Expenses:Promotion",
        "Liabilities:Promoter:Pro-mia",
        "Assets:Receivable:Cli-anna",
    ):
        assert f"open {account} CNY" in exported
    assert "open Liabilities:CouponReserved:Ord-" in exported
    roots = {account_name(kind.value).partition(":")[0] for kind in AccountKind}
    assert roots == {"Assets", "Expenses", "Liabilities"}


def test_empty_ledger_is_a_valid_file(engine: Engine) -> None:
    file = io.StringIO()
    export(engine, file)

    _, errors, _ = loader.load_string(file.getvalue())

    assert not errors


def test_different_accounts_never_share_a_name() -> None:
    owners = ["cli_a_b", "cli_a-b", "cli_a-ub", "cli_a_ub", "cli_a-_b", "cli_a_-b", "cli_A_b"]

    names = {account_name(f"deposit:{owner}") for owner in owners}

    assert len(names) == len(owners)
    assert account_name("deposit:cli_anna") == "Liabilities:Deposit:Cli-anna"
