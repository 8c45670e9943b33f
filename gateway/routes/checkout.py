"""The endpoints of the checkout: what an order costs, and what that comes to elsewhere (UA-2-3)."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from daigou.domain.money import Money
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from daigou.ledger.reference_views import RateView
from daigou.ledger.subject_views import next_due
from gateway.accepting import gives
from gateway.answers import FeeAnswer, LineAnswer
from gateway.auth import Caller
from gateway.backend import Backend
from gateway.checkout import (
    CheckoutAnswer,
    Currency,
    EstimateAnswer,
    NoEstimateAnswer,
    RateAnswer,
    RatesAnswer,
)
from gateway.finding import visible_order
from gateway.openapi import BOOKS, CALLER, problems
from gateway.openapi import caller as needs_caller
from gateway.problems import EdgeCode
from gateway.wire import Sum

router = APIRouter(prefix="/v1", dependencies=[gives("application/json")])
CURRENCIES_MAX = 20


class CheckoutQuery(BaseModel):
    """In which currencies to estimate."""

    model_config = ConfigDict(extra="forbid")

    currency: Annotated[
        list[Currency],
        Field(max_length=CURRENCIES_MAX, description="May be given again; without it, all known."),
    ] = []


@router.get(
    "/exchange-rates",
    tags=["reference"],
    operation_id="listExchangeRates",
    summary="The rates that estimates are made with",
    description="The newest rate of every currency. Orders are paid in yuan alone: an estimate "
    "binds nobody. Open to everyone. Clause: UA-2-3.",
    responses=problems(*BOOKS),
)
async def list_exchange_rates(request: Request) -> RatesAnswer:
    backend: Backend = request.app.state.backend
    days_max, today = current().limits.rate_age_days_max, _today()
    return RatesAnswer(
        rate_age_days_max=days_max,
        data=tuple(
            RateAnswer.of(view, today=today, days_max=days_max)
            for view in await backend.records.rates()
        ),
    )


@router.get(
    "/orders/{order_id}/checkout",
    tags=["orders"],
    operation_id="getCheckout",
    summary="What the order costs, and what is to be paid until when",
    description="Every line with who collects it, the fee with its base, rate and rounding, and "
    "the whole amount, which alone binds. Estimates in other currencies show their rate and its "
    "date; what has no rate, or too old a one, is named. Clauses: PSR-2-2, PSR-6, PSR-7, "
    "PSR-10-1, UA-2-3.\n\n"
    "Roles: everyone who sees the order.",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def get_checkout(
    request: Request, caller: Caller, order_id: str, query: Annotated[CheckoutQuery, Query()]
) -> CheckoutAnswer:
    backend: Backend = request.app.state.backend
    order = await visible_order(request, caller, order_id)
    known = {view.rate.currency: view for view in await backend.records.rates()}
    wanted = dict.fromkeys(query.currency) or known
    estimates = [_estimate(each, known.get(each), order.amount, _today()) for each in wanted]
    to_pay = order.due_now
    return CheckoutAnswer(
        order_id=order.id,
        state=order.state,
        open=order.amount is not None,
        lines=tuple(LineAnswer.of(line) for line in order.lines),
        fee=FeeAnswer.of(order.fee) if order.fee else None,
        amount=Sum.of(order.amount) if order.amount is not None else None,
        collected=Sum.of(order.collected),
        to_pay=Sum.of(to_pay) if to_pay is not None else None,
        pay_until=next_due(order.clocks) if to_pay else None,
        estimates=tuple(each for each in estimates if isinstance(each, EstimateAnswer)),
        not_estimated=tuple(each for each in estimates if isinstance(each, NoEstimateAnswer)),
    )


def _estimate(
    currency: str, view: RateView | None, amount: Money | None, today: date
) -> EstimateAnswer | NoEstimateAnswer:
    days_max = current().limits.rate_age_days_max
    if amount is None:
        return NoEstimateAnswer(
            currency=currency,
            code="no_amount_yet",
            detail="there is no amount until the provider accepts",
        )
    if view is None:
        return NoEstimateAnswer(
            currency=currency, code="no_rate", detail=f"no rate of {currency} is known"
        )
    if not view.rate.is_fresh(today=today, days_max=days_max):
        return NoEstimateAnswer(
            currency=currency,
            code="rate_too_old",
            detail=f"the newest rate of {currency} is of {view.rate.as_of}, older than {days_max} "
            "days",
        )
    return EstimateAnswer.of(amount, view.rate)


def _today() -> date:
    return datetime.now(UTC).date()
