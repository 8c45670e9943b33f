"""Owns what everyone may read: the mandate declaration, the terms, the clauses."""

from typing import Annotated, Self

from pydantic import Field

from daigou.domain.clauses import Clause, Duty
from daigou.domain.mandate import MandateText
from daigou.domain.terms import Terms
from gateway.wire import Answered


class MandateDeclarationAnswer(Answered):
    """The mandate declaration, to be shown to the client before the click (PSR-1-2)."""

    version: str
    text: str
    digest: Annotated[str, Field(description="SHA-256 of the text in UTF-8, in hex.")]

    @classmethod
    def of(cls, mandate: MandateText) -> Self:
        """The declaration as it travels."""
        return cls(version=mandate.version, text=mandate.text, digest=mandate.digest)


class LimitsAnswer(Answered):
    """Bounds on what one command may ask."""

    quantity_max: int
    order_fen_max: int
    recharge_fen_min: int
    recharge_fen_max: int
    lines_max: int
    rate_age_days_max: int
    tip_fen_min: int
    tip_fen_max: int
    tips_per_order_max: int


class TermsAnswer(Answered):
    """The terms that a new order begins with. Durations are those of the rules, unscaled."""

    version: str
    mandate: str
    fee_rate: Annotated[str, Field(examples=["1/1000"])]
    fee_rounding: str
    time_scale: Annotated[int, Field(description="Every duration is divided by it (demos).")]
    durations_seconds: dict[str, int]
    statutory_seconds: Annotated[dict[str, int], Field(description="By country (PSR-13-2).")]
    statutory_elsewhere_seconds: int
    sales_location: str
    limits: LimitsAnswer
    prohibited_categories: tuple[str, ...]

    @classmethod
    def of(cls, terms: Terms, *, time_scale: int) -> Self:
        """The terms as they travel."""
        limits = terms.limits
        return cls(
            version=terms.version,
            mandate=terms.mandate,
            fee_rate=f"{terms.fee_rate.numerator}/{terms.fee_rate.denominator}",
            fee_rounding="half_up",
            time_scale=time_scale,
            durations_seconds={
                name: int(each.total_seconds()) for name, each in terms.durations.items()
            },
            statutory_seconds={
                country: int(each.total_seconds())
                for country, each in terms.statutory_by_country.items()
            },
            statutory_elsewhere_seconds=int(terms.statutory_elsewhere.total_seconds()),
            sales_location=terms.sales_location,
            limits=LimitsAnswer(
                quantity_max=limits.quantity_max,
                order_fen_max=limits.order_fen_max,
                recharge_fen_min=limits.recharge_fen_min,
                recharge_fen_max=limits.recharge_fen_max,
                lines_max=limits.lines_max,
                rate_age_days_max=limits.rate_age_days_max,
                tip_fen_min=limits.tip_fen_min,
                tip_fen_max=limits.tip_fen_max,
                tips_per_order_max=limits.tips_per_order_max,
            ),
            prohibited_categories=tuple(sorted(terms.prohibited_categories)),
        )


class ClauseAnswer(Answered):
    """A duty out of the rules, in our own words."""

    id: Annotated[str, Field(examples=["PSR-12-7"])]
    duty: Duty
    say: str

    @classmethod
    def of(cls, clause: Clause) -> Self:
        """The clause as it travels."""
        return cls(id=clause.id, duty=clause.duty, say=clause.say)


class ClausesAnswer(Answered):
    """The catalogue of duties."""

    data: tuple[ClauseAnswer, ...]


class HealthAnswer(Answered):
    """The process, or all that it needs, is well."""

    status: Annotated[str, Field(examples=["ok"])]
