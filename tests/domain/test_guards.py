"""Each guard lets pass what its clause allows, and refuses the rest by the clause's name."""

from dataclasses import replace

import pytest

from daigou.domain.commands import Accept, Line, LineCode, Pay
from daigou.domain.ids import PartyId
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.lifecycle.table import Row
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples


def _request(**changes: object) -> Row:
    sample = samples.situation(Role.CLIENT, samples.request(**changes))
    return FULFILMENT.fire(state=State.NEW, trigger=Trigger.REQUEST, situation=sample)


def _accept(*lines: Line) -> Row:
    sample = samples.situation(Role.PROVIDER, Accept(lines=lines))
    return FULFILMENT.fire(state=State.REQUESTED, trigger=Trigger.ACCEPT, situation=sample)


@pytest.mark.clause("PSR-14")
@pytest.mark.parametrize("category", ["counterfeit", "drugs", "weapons", "wildlife"])
def test_prohibited_goods_are_refused_at_once(category: str) -> None:
    with pytest.raises(Refused) as caught:
        _request(category=category)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.PROHIBITED_GOODS, "PSR-14")


@pytest.mark.clause("PSR-1-1")
@pytest.mark.parametrize("quantity", [1, 100_000])
def test_a_quantity_within_the_limits_is_taken(quantity: int) -> None:
    row = _request(quantity=quantity, unit_price=Money(1))

    assert row.target == State.REQUESTED


@pytest.mark.clause("PSR-1-1")
@pytest.mark.parametrize("quantity", [-1, 0, 100_001])
def test_a_quantity_outside_the_limits_is_refused(quantity: int) -> None:
    with pytest.raises(Refused) as caught:
        _request(quantity=quantity, unit_price=Money(1))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "PSR-1-1")


@pytest.mark.clause("PSR-1-1")
def test_goods_and_freight_together_are_limited() -> None:
    # The limit is 500,000 yuan: 499,970 of goods and 30 of freight are just that.
    row = _request(quantity=1, unit_price=Money(499_970_00))

    with pytest.raises(Refused) as caught:
        _request(quantity=1, unit_price=Money(499_970_01))

    assert row.target == State.REQUESTED
    assert caught.value.detail == "goods and freight together are at most ¥500,000.00"


@pytest.mark.clause("PSR-5")
@pytest.mark.parametrize("pay", [samples.PAY_FROM_DEPOSIT, samples.PAY_FROM_BOTH])
def test_payment_without_a_logistics_provider_is_refused(pay: Pay) -> None:
    sample = samples.situation(Role.CLIENT, pay, parties=replace(samples.PARTIES, logistics=None))

    with pytest.raises(Refused) as caught:
        FULFILMENT.fire(state=State.ACCEPTED, trigger=Trigger.PAY, situation=sample)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.NO_LOGISTICS_CHOSEN, "PSR-5")
    assert "choose-logistics" in caught.value.detail


@pytest.mark.clause("PSR-6")
@pytest.mark.clause("PSR-7")
@pytest.mark.parametrize(
    "line",
    [
        samples.line(LineCode.OTHER_FEE, 5_00, samples.PROVIDER),
        samples.line(LineCode.STORAGE_FEE, 20_00, samples.STORAGE),
        samples.line(LineCode.FIXED_LOSS, 1_00, samples.LOGISTICS),
        samples.line(LineCode.PAYMENT_CHANNEL_FEE, 6_00, PartyId("pin_pay")),
    ],
    ids=lambda line: line.code,
)
def test_lines_that_name_their_collector_are_taken(line: Line) -> None:
    row = _accept(line)

    assert row.target == State.ACCEPTED


@pytest.mark.clause("PSR-6")
@pytest.mark.parametrize("code", [LineCode.GOODS, LineCode.FREIGHT, LineCode.SERVICE_FEE])
def test_goods_freight_and_service_fee_are_not_the_providers_to_add(code: LineCode) -> None:
    with pytest.raises(Refused) as caught:
        _accept(samples.line(code, 1_00, samples.PROVIDER))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.LINE_NOT_ALLOWED, "PSR-6")


@pytest.mark.clause("PSR-7")
@pytest.mark.parametrize(
    "code", [LineCode.STORAGE_FEE, LineCode.FIXED_LOSS, LineCode.PAYMENT_CHANNEL_FEE]
)
def test_a_provider_cannot_collect_what_is_anothers(code: LineCode) -> None:
    with pytest.raises(Refused) as caught:
        _accept(samples.line(code, 1_00, samples.PROVIDER))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.LINE_NOT_ALLOWED, "PSR-7")


@pytest.mark.clause("PSR-6")
def test_a_providers_own_fee_cannot_be_anothers_to_collect() -> None:
    with pytest.raises(Refused) as caught:
        _accept(samples.line(LineCode.OTHER_FEE, 1_00, samples.STORAGE))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.LINE_NOT_ALLOWED, "PSR-6")


@pytest.mark.clause("PSR-6")
def test_one_wrong_line_among_right_ones_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        _accept(
            samples.line(LineCode.STORAGE_FEE, 20_00, samples.STORAGE),
            samples.line(LineCode.GOODS, 1_00, samples.PROVIDER),
        )

    assert caught.value.code == RefusalCode.LINE_NOT_ALLOWED
