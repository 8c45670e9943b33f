"""Owns the bodies of money: payments, recharges, and what became of money that moved outside."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from daigou.domain import commands
from daigou.domain.commands import Command
from daigou.domain.ids import CouponId, MovementRef
from daigou.domain.money import CNY, ZERO
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from gateway.schemas.body import CommandBody, ReferringBody
from gateway.wire import Code, CouponRef, PartyRef, Price, Reference

_LIMITS = current().limits


class PayBody(CommandBody):
    """Payment of the whole of what is due: from the deposit, through the payment institution, or
    both. The two parts, with what the coupons take off, add up to it exactly (`due_now`)."""

    refusals = (
        RefusalCode.NO_LOGISTICS_CHOSEN,
        RefusalCode.DEPOSIT_TOO_SMALL,
        RefusalCode.ACCOUNT_FROZEN,
        RefusalCode.PART_PAYMENT,
        RefusalCode.COUPON_NOT_USABLE,
    )

    from_deposit: Price | None = None
    from_institution: Price | None = None
    payment_method: Annotated[
        Reference | None,
        Field(
            validate_default=True,
            description="The payment institution's token; needed if it is to pay a part.",
            examples=["pm_ok"],
        ),
    ] = None

    @field_validator("payment_method")
    @classmethod
    def _names_a_method(cls, value: str | None, info: ValidationInfo) -> str | None:
        part = info.data.get("from_institution")
        if value is None and part is not None and part.amount:
            raise PydanticCustomError(
                "missing", "is missing: the payment institution is to pay a part"
            )
        return value

    coupons: Annotated[
        tuple[CouponRef, ...],
        Field(max_length=10, description="Coupons of yours that reduce fees (UA-1-10)."),
    ] = ()

    @field_validator("coupons")
    @classmethod
    def _are_named_once(cls, value: tuple[CouponId, ...]) -> tuple[CouponId, ...]:
        if len(set(value)) != len(value):
            raise PydanticCustomError("repeated", "names a coupon twice")
        return value

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Pay(
            from_deposit=self.from_deposit.money if self.from_deposit else ZERO,
            from_institution=self.from_institution.money if self.from_institution else ZERO,
            payment_method=self.payment_method or "",
            coupons=self.coupons,
        )


class RefundOutcomeBody(CommandBody):
    """What became of a refund; which one, the path says."""

    refusals = (RefusalCode.WRONG_REFERENCE,)

    external_ref: Annotated[
        Reference | None, Field(description="The institution's own number.", examples=["txn_1"])
    ] = None
    reason: Annotated[Code | None, Field(description="Why it failed.")] = None

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return self._of(item)

    def _of(self, reference: str) -> Command:
        return commands.Outcome(
            reference=MovementRef(reference),
            external_ref=self.external_ref or "",
            reason=self.reason or "",
        )


class OutcomeBody(RefundOutcomeBody):
    """What became of money that moved outside, by our reference for it."""

    reference: Annotated[
        Reference,
        Field(
            description="Our reference of the movement: see `movements` of GET …/statement.",
            examples=["ord_2026_0001/3"],
        ),
    ]

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return self._of(self.reference)


class RechargeBody(ReferringBody):
    """A recharge of the deposit through the payment institution (UA-1-8)."""

    recharge_id: Annotated[
        str | None,
        Field(
            pattern=r"^rch_[0-9A-Za-z_-]{4,60}$",
            description="Your own id; without it one is made from the Idempotency-Key.",
        ),
    ] = None
    client_id: Annotated[PartyRef | None, Field(description="You, if you say nothing.")] = None
    amount: Annotated[
        Price,
        Field(
            description=f"From {_LIMITS.recharge_fen_min} to {_LIMITS.recharge_fen_max} fen.",
            examples=[{"amount": 100000, "currency": CNY}],
        ),
    ]
    payment_method: Annotated[Reference, Field(examples=["pm_ok"])]

    @field_validator("amount")
    @classmethod
    def _is_within_limits(cls, value: Price) -> Price:
        if not _LIMITS.recharge_fen_min <= value.amount <= _LIMITS.recharge_fen_max:
            raise PydanticCustomError(
                "out_of_range",
                "is from {least} to {most} fen",
                {"least": _LIMITS.recharge_fen_min, "most": _LIMITS.recharge_fen_max},
            )
        return value
