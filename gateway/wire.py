"""Owns the words of the wire that requests and answers share: money, moments, bounded texts."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from daigou.domain.ids import ORDER_ID, PARTY_ID, RECHARGE_ID, CouponId, OrderId, PartyId
from daigou.domain.money import Money

FEN_MAX = 10**11
"""No single sum on the wire is larger: a thousand million yuan."""

_RFC_3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
# Neither control characters nor those that turn the direction of writing: staff read these texts.
_HIDDEN = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff"
_ONE_LINE = rf"^[^\s{_HIDDEN}]([^{_HIDDEN}]*[^\s{_HIDDEN}])?$"


class Asked(BaseModel):
    """A request body: strict in its types, closed to fields that are not declared."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class Answered(BaseModel):
    """An answer: strict in what is sent; a reader passes over fields that it does not know."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


def _in_rfc_3339(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        if _RFC_3339.fullmatch(value):
            return datetime.fromisoformat(value.upper())
    except ValueError:
        pass  # The form is right, but there is no such day or hour.
    raise PydanticCustomError(
        "moment", "is a moment in RFC 3339 with its offset, e.g. 2026-11-22T09:30:00+08:00"
    )


def _in_our_time(value: datetime) -> datetime:
    if not _EARLIEST <= value < _LATEST:
        raise PydanticCustomError("moment", "is a moment between the years 2000 and 2200")
    return value


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_in_rfc_3339),
    AfterValidator(_in_our_time),
    AfterValidator(_in_utc),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-11-22T09:30:00+08:00"]}
    ),
]
"""A moment, RFC 3339 with its offset on the wire, UTC within."""


def _pattern(compiled: re.Pattern[str]) -> str:
    return f"^{compiled.pattern}$"


OrderRef = Annotated[
    OrderId, StringConstraints(pattern=_pattern(ORDER_ID)), Field(examples=["ord_2026_0001"])
]
RechargeRef = Annotated[
    str, StringConstraints(pattern=_pattern(RECHARGE_ID)), Field(examples=["rch_2026_0001"])
]
PartyRef = Annotated[
    PartyId, StringConstraints(pattern=_pattern(PARTY_ID)), Field(examples=["cli_anna"])
]
CouponRef = Annotated[
    CouponId,
    StringConstraints(pattern=r"^cpn_[0-9A-Za-z_-]{4,60}$"),
    Field(examples=["cpn_welcome_anna"]),
]
Text60 = Annotated[str, StringConstraints(max_length=60, pattern=_ONE_LINE)]
Text120 = Annotated[str, StringConstraints(max_length=120, pattern=_ONE_LINE)]
Text300 = Annotated[str, StringConstraints(max_length=300, pattern=_ONE_LINE)]
Note = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"),
    Field(description="Free words for the other side; stored apart from the commercial data."),
]
Email = Annotated[
    str,
    StringConstraints(max_length=254, pattern=r"^[^@\s\x00-\x20\x7f]+@[^@\s\x00-\x20\x7f]+$"),
]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""A word out of a counterparty's vocabulary, e.g. `insufficient_funds`."""
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,119}$")]
"""Somebody else's number for a thing."""
Country = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(description="ISO 3166-1 alpha-2.")
]


class Price(Asked):
    """A sum that is not negative, in minor units: `{"amount": 123123, "currency": "CNY"}` is
    ¥1,231.23."""

    amount: Annotated[int, Field(ge=0, le=FEN_MAX, description="Minor units: fen.")]
    currency: Literal["CNY"]

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": 123123, "currency": "CNY"}]}
    )

    @property
    def money(self) -> Money:
        """The sum, exact."""
        return Money(self.amount, self.currency)

    @classmethod
    def of(cls, money: Money) -> Self:
        """The sum as it travels."""
        return cls.model_validate({"amount": money.amount, "currency": money.currency})


class Sum(Answered):
    """An exact sum of money in minor units; in the legs of a journal it may be negative."""

    amount: Annotated[int, Field(description="Minor units: fen.")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": 123123, "currency": "CNY"}]}
    )

    @classmethod
    def of(cls, money: Money) -> Self:
        """The sum as it travels."""
        return cls(amount=money.amount, currency=money.currency)

    @property
    def money(self) -> Money:
        """The sum, exact."""
        return Money(self.amount, self.currency)
