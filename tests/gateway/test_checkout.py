"""The checkout: every line, who collects it, what is to be paid, estimates that never bind."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from daigou.domain.commands import Line, LineCode
from daigou.domain.estimates import Rate
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.ledger.engine import make_engine
from daigou.ledger.rates import Rates
from gateway.client import RefusalError
from tests.gateway.fakes import a_gateway, http_as
from tests.gateway.house import PROVIDER, STORAGE, WHOLE, House, a_key

TODAY = datetime.now(UTC).date()


def _rate(currency: str, cny_per_unit: str, *, days_old: int = 0) -> Rate:
    return Rate(
        currency=currency,
        cny_per_unit=Decimal(cny_per_unit),
        as_of=TODAY - timedelta(days=days_old),
        source="test",
        minor_digits=2,
    )


@pytest.fixture(scope="module")
async def rates(house: House) -> Engine:
    engine = make_engine(house.settings.database_url, connections_max=1)
    Rates(engine).load(
        [_rate("EUR", "8.2345"), _rate("JPY", "0.0487"), _rate("SEK", "0.7", days_old=8)]
    )
    engine.dispose()
    return engine


@pytest.mark.clause("PSR-6")
@pytest.mark.clause("PSR-7")
@pytest.mark.clause("UA-2-3")
@pytest.mark.usefixtures("rates")
async def test_a_checkout_shows_what_binds_and_estimates_that_do_not(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)
    line = Line(code=LineCode.STORAGE_FEE, label="90 days", amount=Money(2_00), collector=STORAGE)
    async with house.client(Role.PROVIDER) as provider:
        accepted = await provider.accept(order, key=a_key(), lines=[line])

    async with house.client(client) as buyer:
        told = await buyer.checkout(order, currencies=["EUR", "JPY", "SEK", "KZT", "EUR"])
        known = await buyer.checkout(order)
        rates = await buyer.exchange_rates()

    assert told.open
    assert [(each.code, each.collector) for each in told.lines] == [
        ("goods", PROVIDER),
        ("freight", PROVIDER),
        ("service_fee", PROVIDER),
        ("storage_fee", STORAGE),
    ]
    assert told.fee is not None
    assert (told.fee.base.amount, told.fee.rate, told.fee.rounding) == (123000, "1/1000", "half_up")
    assert told.to_pay == told.amount
    assert told.pay_until == accepted.receipt.due_at
    assert [(each.currency, each.figures) for each in told.estimates] == [
        ("EUR", "149.76"),
        ("JPY", "25323"),
    ]
    assert {(each.estimate, each.binding, each.as_of) for each in told.estimates} == {
        (True, False, TODAY)
    }
    assert {each.currency: each.code for each in told.not_estimated} == {
        "SEK": "rate_too_old",
        "KZT": "no_rate",
    }
    assert [each.currency for each in known.estimates] == ["EUR", "JPY"]
    assert {each.currency: each.usable for each in rates.data} == {
        "EUR": True,
        "JPY": True,
        "SEK": False,
    }


@pytest.mark.usefixtures("rates")
async def test_there_is_nothing_to_pay_before_the_acceptance_nor_after_the_payment(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.placed(client)

    async with house.client(client) as buyer:
        before = await buyer.checkout(order, currencies=["EUR"])
        await house.do(order, Trigger.ACCEPT, Role.PROVIDER)
        await buyer.pay(order, key=a_key(), from_deposit=WHOLE)
        after = await buyer.checkout(order, currencies=["EUR"])

    assert (before.open, before.to_pay, before.pay_until, before.lines) == (False, None, None, ())
    assert before.not_estimated[0].code == "no_amount_yet"
    assert (after.to_pay, after.pay_until) == (None, None)
    assert after.collected == after.amount


@pytest.mark.clause("UA-2-3")
@pytest.mark.usefixtures("rates")
async def test_nothing_can_be_paid_in_an_estimate(house: House) -> None:
    client = await house.rich_client()
    order = await house.placed(client)
    await house.do(order, Trigger.ACCEPT, Role.PROVIDER)

    async with house.client(client) as buyer:
        (estimate,) = (await buyer.checkout(order, currencies=["EUR"])).estimates
        for part in ("from_deposit", "from_institution"):
            sum_ = {"amount": estimate.minor_units, "currency": estimate.currency}
            with pytest.raises(RefusalError) as refused:
                await buyer.command(
                    order, Trigger.PAY, {part: sum_, "payment_method": "pm_ok"}, key=a_key()
                )
            assert [each.pointer for each in refused.value.problem.errors] == [f"/{part}/currency"]
        deposit = await buyer.deposit(client.party)

    assert (await house.order(order)).state == State.ACCEPTED
    assert deposit.balance.money == WHOLE


@pytest.mark.parametrize("currency", ["CNY", "eur", "ZZZ", "EURO", ""])
async def test_what_is_no_other_currency_is_refused(currency: str) -> None:
    async with http_as("platform", a_gateway()) as http:
        answer = await http.get(
            "/v1/orders/ord_kettles/checkout", params={"currency": ["EUR", currency]}
        )

    assert answer.status_code == 422
    assert [(each["in"], each["pointer"]) for each in answer.json()["errors"]] == [
        ("query", "/currency/1")
    ]
