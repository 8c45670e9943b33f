"""Owns how coupons and promoters' contracts travel: as they are asked for, and as they stand."""

from datetime import datetime
from fractions import Fraction
from typing import Annotated, Self

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from daigou.domain.commands import LineCode
from daigou.domain.terms import current
from daigou.ledger.views import ContractView, CouponView
from gateway.wire import Answered, Asked, CouponRef, Moment, PartyRef, Price, Sum

_RATE = r"^[1-9][0-9]{0,6}/[1-9][0-9]{0,6}$"


class CouponBody(Asked):
    """A coupon for a client: it takes a sum off certain lines of a checkout, once (UA-1-10)."""

    coupon_id: Annotated[
        CouponRef | None,
        Field(description="Your own id; without it one is made from the Idempotency-Key."),
    ] = None
    client_id: Annotated[PartyRef, Field(examples=["cli_anna"])]
    amount: Annotated[Price, Field(description="What it takes off at most: more than nothing.")]
    reduces: Annotated[
        tuple[LineCode, ...],
        Field(
            min_length=1,
            max_length=len(LineCode),
            description="The lines that it reduces; the terms say which may be "
            f"({', '.join(sorted(current().coupons_reduce))}).",
            examples=[["service_fee"]],
        ),
    ]
    valid_from: Moment
    valid_until: Annotated[Moment, Field(description="It may be used before this moment.")]

    @field_validator("amount")
    @classmethod
    def _is_something(cls, value: Price) -> Price:
        if value.amount == 0:
            raise PydanticCustomError("out_of_range", "is at least 1 fen")
        return value

    @field_validator("reduces")
    @classmethod
    def _may_be_reduced(cls, value: tuple[LineCode, ...]) -> tuple[LineCode, ...]:
        for code in value:
            if code not in current().coupons_reduce:
                raise PydanticCustomError(
                    "not_reducible", "names {code}, which no coupon reduces", {"code": code}
                )
        return tuple(sorted(set(value)))

    @field_validator("valid_until")
    @classmethod
    def _comes_later(cls, value: datetime, info: ValidationInfo) -> datetime:
        return _later(value, info, than="valid_from")


class CouponAnswer(Answered):
    """A coupon. It cannot be cashed, nor given to another client."""

    id: Annotated[str, Field(examples=["cpn_welcome_anna"])]
    client_id: str
    amount: Sum
    reduces: tuple[LineCode, ...]
    valid_from: Moment
    valid_until: Moment
    issued_at: Moment
    redeemed_for: Annotated[
        str | None, Field(description="The order that it was used for; null while it was not.")
    ]

    @classmethod
    def of(cls, coupon: CouponView) -> Self:
        """The coupon as it travels."""
        return cls(
            id=coupon.id,
            client_id=coupon.client,
            amount=Sum.of(coupon.amount),
            reduces=tuple(sorted(coupon.reduces)),
            valid_from=coupon.valid_from,
            valid_until=coupon.valid_until,
            issued_at=coupon.issued_at,
            redeemed_for=coupon.redeemed_for,
        )


class CouponPage(Answered):
    """Some of a client's coupons, by their ids; ask on with `starting_after` the last one's id."""

    data: tuple[CouponAnswer, ...]
    has_more: bool


class ContractBody(Asked):
    """A provider pays a promoter a part of its fees on the orders that the promoter won, for orders
    that are paid from `begins_at` on (PSR-19)."""

    promoter_id: Annotated[PartyRef, Field(examples=["pro_example"])]
    provider_id: Annotated[PartyRef, Field(examples=["prv_yiwu"])]
    rate: Annotated[
        str, Field(pattern=_RATE, description="The part: at most the whole.", examples=["1/5"])
    ]
    begins_at: Moment

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "promoter_id": "pro_example",
                    "provider_id": "prv_yiwu",
                    "rate": "1/5",
                    "begins_at": "2026-11-22T09:30:00+08:00",
                }
            ]
        }
    )

    @field_validator("rate")
    @classmethod
    def _is_a_part(cls, value: str) -> str:
        return _at_most_the_whole(value)


class EndContractBody(Asked):
    """From when on the contract counts for no order any more."""

    ends_at: Annotated[Moment, Field(description="Orders that were paid before keep its rate.")]


class ChangeRateBody(Asked):
    """Another rate between the same two, from a moment on (PSR-19)."""

    rate: Annotated[
        str, Field(pattern=_RATE, description="The part: at most the whole.", examples=["1/4"])
    ]
    since: Annotated[Moment, Field(description="Orders that were paid before keep the rate.")]

    @field_validator("rate")
    @classmethod
    def _is_a_part(cls, value: str) -> str:
        return _at_most_the_whole(value)


class ContractAnswer(Answered):
    """A promoter's contract with a provider (PSR-19)."""

    id: Annotated[int, Field(examples=[3])]
    promoter_id: str
    provider_id: str
    rate: Annotated[str, Field(examples=["1/5"])]
    begins_at: Moment
    ends_at: Annotated[Moment | None, Field(description="Null while nobody ended it.")]
    replaces: Annotated[
        int | None, Field(description="The contract whose rate this one changed; else null.")
    ] = None

    @classmethod
    def of(cls, contract: ContractView) -> Self:
        """The contract as it travels."""
        return cls(
            id=contract.id,
            promoter_id=contract.promoter,
            provider_id=contract.provider,
            rate=f"{contract.rate.numerator}/{contract.rate.denominator}",
            begins_at=contract.begins_at,
            ends_at=contract.ends_at,
            replaces=contract.replaces,
        )


class ContractList(Answered):
    """Contracts, the latest to begin first; name a promoter or a provider if there are more."""

    data: tuple[ContractAnswer, ...]
    has_more: bool


def _at_most_the_whole(rate: str) -> str:
    if Fraction(rate) > 1:
        raise PydanticCustomError("out_of_range", "is at most the whole, 1/1")
    return rate


def _later(value: datetime, info: ValidationInfo, *, than: str) -> datetime:
    earlier = info.data.get(than)
    if earlier is not None and value <= earlier:
        raise PydanticCustomError("not_later", "is later than {than}", {"than": than})
    return value
