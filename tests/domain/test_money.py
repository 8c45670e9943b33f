"""Money is whole minor units; the fee is rounded once, half up, and shows what it came from."""

import ast
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import daigou.domain
from daigou.domain.money import ZERO, Money, round_half_up, service_fee, total

FEN = st.integers(min_value=0, max_value=10**12)
PER_MILLE = Fraction(1, 1000)
DOMAIN = Path(daigou.domain.__file__).parent


@pytest.mark.clause("PSR-10-1")
@pytest.mark.parametrize(
    ("base_fen", "fee_fen"),
    [
        (0, 0),
        (1, 0),
        (499, 0),  # 0.499
        (500, 1),  # 0.5, and half goes up
        (501, 1),
        (1_499, 1),  # 1.499
        (1_500, 2),  # 1.5: half up, where half to even would agree
        (2_500, 3),  # 2.5: half up, where half to even would say 2
        (123_000, 123),
        (123_499, 123),
        (123_500, 124),
        (50_000_000, 50_000),  # the largest order there may be
    ],
)
def test_the_fee_is_one_per_mille_rounded_half_up(base_fen: int, fee_fen: int) -> None:
    fee = service_fee(goods=Money(base_fen), freight=ZERO, rate=PER_MILLE)

    assert fee.amount == Money(fee_fen)


@pytest.mark.clause("PSR-10-1")
def test_the_fee_is_on_goods_and_freight_together_and_not_on_each() -> None:
    # 0.4 + 0.4 = 0.8 -> 1, each by itself 0 + 0; 0.5 + 0.5 = 1, each by itself 1 + 1.
    up = service_fee(goods=Money(400), freight=Money(400), rate=PER_MILLE)
    even = service_fee(goods=Money(500), freight=Money(500), rate=PER_MILLE)

    assert (up.amount, even.amount) == (Money(1), Money(1))


@pytest.mark.clause("PSR-10-1")
def test_the_fee_keeps_its_base_rate_and_rounding() -> None:
    fee = service_fee(goods=Money(1_200_00), freight=Money(30_00), rate=PER_MILLE)

    assert (fee.base, fee.rate, fee.rounding, fee.amount) == (
        Money(1_230_00),
        "1/1000",
        "half_up",
        Money(1_23),
    )
    assert str(fee) == "fee ¥1.23 = 0.1 % of ¥1,230.00"


@pytest.mark.parametrize(
    ("rate", "percent"),
    [("1/1000", "0.1"), ("0", "0"), ("1/20", "5"), ("1/10", "10"), ("1/2", "50"), ("1/8", "12.5")],
)
def test_the_rate_is_shown_in_percent(rate: str, percent: str) -> None:
    fee = service_fee(goods=Money(10_000), freight=ZERO, rate=Fraction(rate))

    assert f"= {percent} % of ¥100.00" in str(fee)


@pytest.mark.clause("PSR-10-1")
@given(goods=FEN, freight=FEN, per_mille=st.integers(min_value=0, max_value=999))
def test_the_fee_is_what_decimal_arithmetic_makes_of_it(
    goods: int, freight: int, per_mille: int
) -> None:
    exact = Decimal(goods + freight) * per_mille / 1000
    expected = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))

    fee = service_fee(goods=Money(goods), freight=Money(freight), rate=Fraction(per_mille, 1000))

    assert fee.amount == Money(expected)


@given(halves=st.integers(min_value=0, max_value=10**15))
def test_an_exact_half_goes_up_and_nothing_else_moves(halves: int) -> None:
    rounded = round_half_up(Fraction(halves, 2))

    assert rounded == (halves + 1) // 2


@given(numerator=FEN, denominator=st.integers(min_value=1, max_value=10**9))
def test_rounding_is_never_off_by_more_than_a_half(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)

    rounded = round_half_up(exact)

    assert -Fraction(1, 2) <= exact - rounded < Fraction(1, 2)


def test_what_is_negative_is_not_rounded() -> None:
    with pytest.raises(ValueError, match="not negative"):
        round_half_up(Fraction(-1, 2))


@given(sums=st.lists(st.integers()))
def test_a_total_is_exact(sums: list[int]) -> None:
    assert total([Money(each) for each in sums]) == Money(sum(sums))


def test_currencies_are_never_mixed() -> None:
    with pytest.raises(ValueError, match="CNY and USD"):
        Money(1) + Money(1, "USD")
    with pytest.raises(ValueError, match="USD and CNY"):
        Money(1, "USD") - Money(1)


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money(0), "¥0.00"),
        (Money(5), "¥0.05"),
        (Money(1_231_23), "¥1,231.23"),
        (Money(-1_05), "-¥1.05"),
        (Money(100_000_000), "¥1,000,000.00"),
        (Money(250, "USD"), "USD 2.50"),
    ],
)
def test_money_is_shown_as_people_write_it(money: Money, shown: str) -> None:
    assert str(money) == shown


def test_the_domain_holds_no_float() -> None:
    floats = [
        f"{path.relative_to(DOMAIN)}:{node.lineno}"
        for path in DOMAIN.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]

    assert floats == []
