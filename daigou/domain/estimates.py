"""Owns estimates in other currencies: with their rate and its date, never binding (UA-2-3)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from daigou.domain.money import CNY, Money, round_half_up

FEN_PER_YUAN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one unit of a currency cost in yuan on a date.

    `minor_digits` is how many digits the currency has behind its point.
    """

    currency: str
    cny_per_unit: Decimal
    as_of: date
    source: str
    minor_digits: int

    @property
    def plain(self) -> str:
        """Yuan per unit as an exact decimal, without zeros at its end."""
        return f"{self.cny_per_unit.normalize():f}"

    def is_fresh(self, *, today: date, days_max: int) -> bool:
        """Whether the rate is young enough to estimate with."""
        return (today - self.as_of).days <= days_max


def estimate(*, amount: Money, rate: Rate) -> Money:
    """What a sum of yuan comes to at a rate, half up to the currency's minor unit.

    Raises:
        ValueError: the sum is not in yuan.
    """
    if amount.currency != CNY:
        raise ValueError(f"{amount} is not a sum of {CNY}")
    yuan = Fraction(amount.amount, FEN_PER_YUAN)
    exact = yuan / Fraction(rate.cny_per_unit) * 10**rate.minor_digits
    return Money(round_half_up(exact), rate.currency)


def in_figures(sum_: Money, *, minor_digits: int) -> str:
    """A sum in its currency's own units, e.g. `158.42` or `25310`."""
    return str(Decimal(sum_.amount).scaleb(-minor_digits))
