"""Estimates are exact to the minor unit of their currency, and say how old their rate is."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daigou.domain.estimates import Rate, estimate, in_figures
from daigou.domain.money import Money
from daigou.domain.terms import current, parse
from tests.domain.test_terms import TEXT

TODAY = date(2026, 11, 22)


def a_rate(cny_per_unit: str, *, currency: str = "EUR", minor_digits: int = 2) -> Rate:
    return Rate(
        currency=currency,
        cny_per_unit=Decimal(cny_per_unit),
        as_of=TODAY,
        source="test",
        minor_digits=minor_digits,
    )


@pytest.mark.clause("UA-2-3")
@pytest.mark.parametrize(
    ("fen", "rate", "minor_units", "figures"),
    [
        (123123, a_rate("8.2345"), 14952, "149.52"),
        (100, a_rate("8"), 13, "0.13"),  # 12.5 cents: half goes up
        (0, a_rate("8"), 0, "0.00"),
        (123123, a_rate("0.0487", currency="JPY", minor_digits=0), 25282, "25282"),
        (123123, a_rate("23.41", currency="KWD", minor_digits=3), 52594, "52.594"),
        (10**11, a_rate("0.0000000001"), 10**21, "10000000000000000000.00"),
    ],
)
def test_a_sum_is_estimated_half_up_to_the_minor_unit(
    fen: int, rate: Rate, minor_units: int, figures: str
) -> None:
    found = estimate(amount=Money(fen), rate=rate)

    assert found == Money(minor_units, rate.currency)
    assert in_figures(found, minor_digits=rate.minor_digits) == figures


@given(
    fen=st.integers(min_value=0, max_value=10**11),
    rate=st.decimals(min_value="0.0000000001", max_value="9999999999", places=10),
    digits=st.integers(min_value=0, max_value=4),
)
def test_an_estimate_is_never_off_by_more_than_half_a_minor_unit(
    fen: int, rate: Decimal, digits: int
) -> None:
    found = estimate(amount=Money(fen), rate=a_rate(str(rate), minor_digits=digits)).amount

    exact = Fraction(fen, 100) / Fraction(rate) * 10**digits
    assert Fraction(-1, 2) < found - exact <= Fraction(1, 2)


def test_only_yuan_are_estimated() -> None:
    with pytest.raises(ValueError, match="not a sum of CNY"):
        estimate(amount=Money(1, "EUR"), rate=a_rate("8"))


@pytest.mark.clause("UA-2-3")
def test_a_rate_is_used_until_it_is_too_old() -> None:
    rate = a_rate("8")

    assert rate.is_fresh(today=TODAY + timedelta(days=7), days_max=7)
    assert not rate.is_fresh(today=TODAY + timedelta(days=8), days_max=7)


def test_the_age_of_a_rate_is_a_limit_of_the_terms() -> None:
    said = TEXT.replace("rate_age_days_max = 7", "rate_age_days_max = 3")

    assert parse(said).limits.rate_age_days_max == 3
    assert current().limits.rate_age_days_max > 0
