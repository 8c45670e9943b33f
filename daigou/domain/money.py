"""Owns money: integer minor units with a currency, and the one place where it is rounded."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

CNY = "CNY"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact sum of money.

    `amount` counts minor units (fen for CNY) and may be negative in a ledger leg only.
    """

    amount: int
    currency: str = CNY

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other).amount, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        sign = "-" if self.amount < 0 else ""
        yuan, fen = divmod(abs(self.amount), 100)
        symbol = "¥" if self.currency == CNY else f"{self.currency} "
        return f"{sign}{symbol}{yuan:,}.{fen:02d}"

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added")
        return other


ZERO = Money(0)


def total(sums: "list[Money] | tuple[Money, ...]") -> Money:
    """The sum of sums of one currency; zero CNY of none."""
    return sum(sums, start=ZERO)


def round_half_up(exact: Fraction) -> int:
    """The nearest integer; exactly half goes up (PSR-10-1). `exact` is not negative."""
    if exact < 0:
        raise ValueError("only sums that are not negative are rounded half up")
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A service fee with all that it was computed from (PSR-10-1)."""

    base: Money
    rate: str
    rounding: str
    amount: Money

    def __str__(self) -> str:
        percent = Fraction(self.rate) * 100
        shown = Decimal(percent.numerator) / percent.denominator
        return f"fee {self.amount} = {shown:.6g} % of {self.base}"


def service_fee(*, goods: Money, freight: Money, rate: Fraction) -> Fee:
    """The order service fee: `rate` of goods plus to-warehouse freight, half up (PSR-10-1)."""
    base = goods + freight
    return Fee(
        base=base,
        rate=f"{rate.numerator}/{rate.denominator}",
        rounding="half_up",
        amount=Money(round_half_up(base.amount * rate), base.currency),
    )
