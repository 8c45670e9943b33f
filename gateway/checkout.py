"""Owns how a checkout travels: every line and who collects it, and estimates that bind nobody."""

from datetime import date
from typing import Annotated, Literal, Self

from babel.numbers import list_currencies
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from daigou.domain.estimates import Rate, estimate, in_figures
from daigou.domain.money import CNY, Money
from daigou.domain.order import State
from daigou.ledger.reference_views import RateView
from gateway.answers import FeeAnswer, LineAnswer
from gateway.wire import Answered, Moment, Sum


def _is_foreign(value: str) -> str:
    if value == CNY or value not in list_currencies():
        raise PydanticCustomError("currency", "is no currency other than {own}", {"own": CNY})
    return value


Currency = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{3}$"),
    AfterValidator(_is_foreign),
    Field(examples=["EUR"]),
]


class RateAnswer(Answered):
    """The newest rate of a currency; `usable` while it is young enough to estimate with."""

    currency: Annotated[str, Field(examples=["EUR"])]
    cny_per_unit: Annotated[str, Field(description="An exact decimal.", examples=["8.2345"])]
    as_of: date
    source: str
    loaded_at: Moment
    minor_digits: Annotated[int, Field(description="Digits behind the point.")]
    usable: bool

    @classmethod
    def of(cls, view: RateView, *, today: date, days_max: int) -> Self:
        """The rate as it travels."""
        rate = view.rate
        return cls(
            currency=rate.currency,
            cny_per_unit=rate.plain,
            as_of=rate.as_of,
            source=rate.source,
            loaded_at=view.loaded_at,
            minor_digits=rate.minor_digits,
            usable=rate.is_fresh(today=today, days_max=days_max),
        )


class RatesAnswer(Answered):
    """The newest rate of every currency; older than `rate_age_days_max` it is not used."""

    rate_age_days_max: int
    data: tuple[RateAnswer, ...]


class EstimateAnswer(Answered):
    """What the order amount comes to in another currency: an estimate, which binds nobody."""

    estimate: Literal[True] = True
    binding: Literal[False] = False
    currency: str
    minor_units: Annotated[int, Field(description="Half up to the currency's minor unit.")]
    figures: Annotated[str, Field(description="The same in its units.", examples=["149.52"])]
    cny_per_unit: str
    as_of: Annotated[date, Field(description="The date of the rate.")]
    source: str
    rounding: Literal["half_up"] = "half_up"

    @classmethod
    def of(cls, amount: Money, rate: Rate) -> Self:
        """A sum of yuan at a rate (UA-2-3)."""
        found = estimate(amount=amount, rate=rate)
        return cls(
            currency=rate.currency,
            minor_units=found.amount,
            figures=in_figures(found, minor_digits=rate.minor_digits),
            cny_per_unit=rate.plain,
            as_of=rate.as_of,
            source=rate.source,
        )


class NoEstimateAnswer(Answered):
    """A currency that the order amount is not estimated in, and why."""

    currency: str
    code: Literal["no_rate", "rate_too_old", "no_amount_yet"]
    detail: str


class CheckoutAnswer(Answered):
    """What the order costs, who collects it, and what is to be paid until when (PSR-6, PSR-7)."""

    order_id: str
    state: State
    open: Annotated[bool, Field(description="False until the provider accepts.")]
    lines: tuple[LineAnswer, ...]
    fee: Annotated[FeeAnswer | None, Field(description="With its base, rate and rounding.")]
    amount: Annotated[Sum | None, Field(description="The whole order amount: what binds.")]
    collected: Sum
    to_pay: Annotated[Sum | None, Field(description="Null while nothing can be paid.")]
    pay_until: Annotated[Moment | None, Field(description="Strictly before this moment.")]
    estimates: tuple[EstimateAnswer, ...]
    not_estimated: tuple[NoEstimateAnswer, ...]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "order_id": "ord_2026_0001",
                    "state": "accepted",
                    "open": True,
                    "lines": [
                        {
                            "code": code,
                            "label": label,
                            "amount": {"amount": fen, "currency": CNY},
                            "collector": "prv_yiwu",
                        }
                        for code, label, fen in (
                            ("goods", "kettle", 123000),
                            ("service_fee", "order service fee", 123),
                        )
                    ],
                    "fee": {
                        "base": {"amount": 123000, "currency": CNY},
                        "rate": "1/1000",
                        "rounding": "half_up",
                        "amount": {"amount": 123, "currency": CNY},
                    },
                    "amount": {"amount": 123123, "currency": CNY},
                    "collected": {"amount": 0, "currency": CNY},
                    "to_pay": {"amount": 123123, "currency": CNY},
                    "pay_until": "2026-11-23T01:30:00Z",
                    "estimates": [
                        {
                            "estimate": True,
                            "binding": False,
                            "currency": "EUR",
                            "minor_units": 14952,
                            "figures": "149.52",
                            "cny_per_unit": "8.2345",
                            "as_of": "2026-11-20",
                            "source": "the bank's noon rate",
                            "rounding": "half_up",
                        }
                    ],
                    "not_estimated": [
                        {
                            "currency": "KZT",
                            "code": "no_rate",
                            "detail": "no rate of KZT is known",
                        }
                    ],
                }
            ]
        }
    )
