"""Owns what is shown of the facts of an order: its goods, its lines, what was agreed to."""

from typing import Annotated, Self

from pydantic import Field

from daigou.domain.cautions import CAUTIONS
from daigou.domain.commands import (
    ActualPrice,
    AdvanceDeposit,
    CautionKind,
    Inference,
    Line,
    LineCode,
    Mandate,
    Request,
)
from daigou.domain.facts import Cautioned, Facts
from daigou.domain.money import Fee
from gateway.wire import Answered, Moment, Sum


class ProductAnswer(Answered):
    """What is bought, as it was asked for."""

    link: str
    offer_id: str
    title: str
    seller_name: str
    specification: str
    category: str
    quantity: int
    unit_price: Sum

    @classmethod
    def of(cls, request: Request) -> Self:
        """What a request asks for, as it travels."""
        return cls(
            link=request.product_link,
            offer_id=request.offer_id,
            title=request.title,
            seller_name=request.seller_name,
            specification=request.specification,
            category=request.category,
            quantity=request.quantity,
            unit_price=Sum.of(request.unit_price),
        )


class MandateAnswer(Answered):
    """What the client agreed to, and when (PSR-1-2)."""

    version: str
    digest: str
    agreed_at: Moment

    @classmethod
    def of(cls, mandate: Mandate) -> Self:
        """The agreement as it travels."""
        return cls(version=mandate.version, digest=mandate.digest, agreed_at=mandate.agreed_at)


class InferenceAnswer(Answered):
    """A fact that was settled without doubt, and from what (PSR-1-3)."""

    fact: str
    source: str

    @classmethod
    def of(cls, inference: Inference) -> Self:
        """The inference as it travels."""
        return cls(fact=inference.fact, source=inference.source)


class LineAnswer(Answered):
    """A line of the order amount, and who collects it (PSR-6, PSR-7)."""

    code: LineCode
    label: str
    amount: Sum
    collector: str

    @classmethod
    def of(cls, line: Line) -> Self:
        """The line as it travels."""
        return cls(
            code=line.code, label=line.label, amount=Sum.of(line.amount), collector=line.collector
        )


class FeeAnswer(Answered):
    """The service fee, with all that it was computed from (PSR-10-1)."""

    base: Sum
    rate: Annotated[str, Field(examples=["1/1000"])]
    rounding: Annotated[str, Field(examples=["half_up"])]
    amount: Sum

    @classmethod
    def of(cls, fee: Fee) -> Self:
        """The fee as it travels."""
        return cls(
            base=Sum.of(fee.base), rate=fee.rate, rounding=fee.rounding, amount=Sum.of(fee.amount)
        )


class AgreedAnswer(Answered):
    """What is agreed now: it changes with the seller's price (PSR-10-2)."""

    quantity: int
    goods: Sum
    freight: Sum

    @classmethod
    def of(cls, agreed: Facts | ActualPrice) -> Self:
        """What is agreed, or offered instead, as it travels."""
        return cls(
            quantity=agreed.quantity,
            goods=Sum.of(agreed.goods),
            freight=Sum.of(agreed.freight),
        )


class AdvanceAnswer(Answered):
    """An advance deposit, and by when the balance is due (PSR-15-2)."""

    amount: Sum
    balance_by: Moment
    bought: Annotated[bool, Field(description="Whether it has gone to the seller.")]

    @classmethod
    def of(cls, advance: AdvanceDeposit, *, bought: bool) -> Self:
        """The advance deposit as it travels."""
        return cls(amount=Sum.of(advance.amount), balance_by=advance.balance_by, bought=bought)


class CautionAnswer(Answered):
    """A caution about the goods: what it warns of, and what it excludes later (PSR-15)."""

    caution: CautionKind
    says: str
    clause: str
    acknowledged: bool
    excludes: tuple[str, ...]

    @classmethod
    def of(cls, cautioned: Cautioned) -> Self:
        """The caution as it travels."""
        rule = CAUTIONS[cautioned.caution]
        excluded = {
            "inspection": rule.excludes_inspection,
            "deposit_refund": rule.excludes_deposit_refund,
            "dissolution": bool(rule.excludes_grounds),
        }
        return cls(
            caution=cautioned.caution,
            says=rule.says,
            clause=rule.clause,
            acknowledged=cautioned.acknowledged,
            excludes=tuple(name for name, is_so in excluded.items() if is_so),
        )
