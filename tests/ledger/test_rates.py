"""Exchange rates: loaded whole or not at all, once for their date, and never changed."""

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from daigou.ledger.rates import Loaded, RateConflictError, Rates
from daigou.rate_file import RateFileError, read_rates
from tests.ledger.test_guards import CHECK, HISTORY, refused

TODAY = date(2026, 11, 22)
HEAD = "currency,as_of,cny_per_unit,source\n"


def read(text: str) -> Any:
    return read_rates((HEAD + text).splitlines(keepends=True), today=TODAY)


@pytest.fixture
def rates(engine: Engine) -> Rates:
    return Rates(engine)


@pytest.mark.clause("UA-2-3")
def test_the_newest_rate_of_each_currency_is_told_exactly(rates: Rates) -> None:
    file = read(
        "EUR,2026-11-20,8.2345678901,bank\nJPY,2026-11-20,0.0487,bank\nEUR,2026-11-19,8.1,bank\n"
    )

    assert (rates.load(file), rates.load(file)) == (Loaded(new=3, known=0), Loaded(new=0, known=3))
    newest = {view.rate.currency: view.rate for view in rates.newest()}
    assert {code: rate.minor_digits for code, rate in newest.items()} == {"EUR": 2, "JPY": 0}
    assert newest["EUR"].cny_per_unit == Decimal("8.2345678901")


def test_another_value_for_a_date_loads_nothing_and_names_them_all(rates: Rates) -> None:
    rates.load(read("EUR,2026-11-20,8.2,bank\nUSD,2026-11-20,7.1,bank\n"))

    with pytest.raises(RateConflictError) as caught:
        rates.load(read("KRW,2026-11-20,0.005,b\nEUR,2026-11-20,8.3,b\nUSD,2026-11-20,7.2,b\n"))

    assert str(caught.value) == (
        "EUR of 2026-11-20 is 8.2, not 8.3; USD of 2026-11-20 is 7.1, not 7.2"
    )
    assert [view.rate.currency for view in rates.newest()] == ["EUR", "USD"]


@pytest.mark.clause("UA-2-3")
def test_a_rate_is_never_changed(rates: Rates, sql: psycopg.Connection[Any]) -> None:
    rates.load(read("EUR,2026-11-20,8.2,bank\n"))

    assert refused(sql, "UPDATE exchange_rate SET cny_per_unit = 1") == HISTORY
    assert refused(sql, "DELETE FROM exchange_rate") == HISTORY
    into = "INSERT INTO exchange_rate (currency, as_of, cny_per_unit, source) VALUES "
    assert refused(sql, f"{into} ('CNY', '2026-11-20', 1, 'x')") == CHECK
    assert refused(sql, f"{into} ('USD', '2026-11-20', 0, 'x')") == CHECK


def test_every_fault_of_a_file_is_named_with_its_line() -> None:
    with pytest.raises(RateFileError) as caught:
        read(
            "EUR,2026-11-20,8.2,bank\n"
            "CNY,2026-11-20,1,bank\n"
            "euro,2026-11-31,8.2.1,\n"
            "USD,2026-11-23,0,bank\n"
            "USD,2026-11-20\n"
            "EUR,2026-11-20,8.3,bank\n"
            "USD,2026-11-20,8e3,bank\n"
        )

    assert str(caught.value).splitlines() == [
        "line 3: 'CNY' is no currency other than CNY",
        "line 4: 'euro' is no currency other than CNY",
        "line 4: '2026-11-31' is no date such as 2026-11-22",
        "line 4: '8.2.1' is no decimal above zero with ten digits after the point at most",
        "line 4: a source has 1 to 120 characters",
        "line 5: 2026-11-23 lies in the future",
        "line 5: '0' is no decimal above zero with ten digits after the point at most",
        "line 6: it has 2 columns, not 4",
        "line 7: EUR of 2026-11-20 stands there twice",
        "line 8: '8e3' is no decimal above zero with ten digits after the point at most",
    ]


@pytest.mark.parametrize("text", ["", "currency;as_of\n", 'currency,"\n'])
def test_what_is_no_file_of_rates_is_said_to_be_none(text: str) -> None:
    with pytest.raises(RateFileError):
        read_rates(text.splitlines(keepends=True), today=TODAY)
