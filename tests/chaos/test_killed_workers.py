"""A worker killed between any two steps of money that moves: nothing lost, nothing doubled."""

import pytest

from tests.chaos.falls import (
    COMPENSATION,
    COMPENSATION_FEN,
    DISSOLUTION,
    FALLS,
    PAYMENT,
    PURCHASE,
    RECHARGE_FEN,
    REFUND,
    SETTLEMENT,
    SHORT_FORM,
    Fall,
    Record,
)
from tests.chaos.falls import RECHARGE as RECHARGES
from tests.chaos.town import FROM_DEPOSIT, FROM_INSTITUTION, GOODS_FEN, KETTLES_FEN

pytestmark = [pytest.mark.timeout(400)]

BOUGHT = ["request", "accept", "pay", "confirm-payment", "purchase", "record-purchase"]
SOLD_OUT = ["request", "accept", "pay", "confirm-payment", "purchase", "reject-purchase"]
CANCELLED = [
    "request-cancellation",
    "follow-case",
    "consent-to-cancellation",
    "record-cancellation-refund",
    "settle-cancellation",
    "follow-case",
]

DELIVERED = [
    "warehouse-receipt",
    "follow-parcels",
    "object-to-goods",
    "follow-parcels",
    "resolve-objection",
    "follow-parcels",
    "clear-customs",
    "follow-parcels",
    "deliver",
    "follow-parcels",
]
DISSOLVED = [
    "request-dissolution",
    "follow-case",
    "apply-to-seller",
    "consent-to-dissolution",
    "prove-disposal",
    "record-dissolution-refund",
    "follow-case",
]


def of_road(*roads: str) -> list[Fall]:
    return [fall for fall in FALLS if fall.road in roads]


def falls(*roads: str) -> pytest.MarkDecorator:
    each = [
        pytest.param(fall, id=fall.name, marks=() if fall in SHORT_FORM else pytest.mark.long)
        for fall in of_road(*roads)
    ]
    return pytest.mark.parametrize("fall", each)


def test_there_is_a_death_before_and_after_each_deed() -> None:
    roads = (PAYMENT, PURCHASE, REFUND, RECHARGES, SETTLEMENT, DISSOLUTION, COMPENSATION)
    assert len(FALLS) == sum(map(len, roads)) == 46


@falls("payment", "purchase", "refund", "recharge", "settlement", "dissolution", "compensation")
def test_the_worker_was_killed_at_its_point(record: Record, fall: Fall) -> None:
    assert record["falls"][fall.name]["died_of"] == "9"


@falls("payment", "purchase")
def test_the_order_is_bought_and_each_step_happened_once(record: Record, fall: Fall) -> None:
    told = record["falls"][fall.name]

    assert told["state"] == "purchased"
    assert told["triggers"] == BOUGHT


@falls("payment", "purchase")
def test_the_client_pays_once_and_the_seller_is_paid_once(record: Record, fall: Fall) -> None:
    told = record["falls"][fall.name]
    order = told["subject"]

    assert of(record["institution"], order) == [[f"{order}/3", "capture", FROM_INSTITUTION, "done"]]
    assert of(record["sellers"], order) == [[f"{order}/5", GOODS_FEN, "done"]]
    assert told["movements"] == [
        [f"{order}/3", "capture", FROM_INSTITUTION, "done"],
        [f"{order}/5", "buy", GOODS_FEN, "done"],
    ]
    assert told["collected"] == KETTLES_FEN
    assert told["deposit"] == RECHARGE_FEN - FROM_DEPOSIT


@falls("refund")
def test_the_order_is_unrealizable_and_paid_back(record: Record, fall: Fall) -> None:
    told = record["falls"][fall.name]

    assert told["state"] == "unrealizable"
    assert told["refunds"] == ["refunded"]
    assert told["triggers"] == [*SOLD_OUT, "confirm-refund"]


@falls("refund")
def test_the_client_has_its_money_back_once(record: Record, fall: Fall) -> None:
    told = record["falls"][fall.name]
    order = told["subject"]

    assert of(record["institution"], order) == [
        [f"{order}/3", "capture", FROM_INSTITUTION, "done"],
        [f"{order}/6", "refund", FROM_INSTITUTION, "done"],
    ]
    assert of(record["sellers"], order) == [[f"{order}/5", GOODS_FEN, "rejected"]]
    assert told["collected"] == told["refunded"] == KETTLES_FEN
    assert told["deposit"] == RECHARGE_FEN


@falls("settlement")
def test_the_order_is_cancelled_and_each_step_happened_once(record: Record, fall: Fall) -> None:
    told = record["falls"][fall.name]

    assert told["state"] == "cancelled"
    assert told["refunds"] == ["refunded"]
    assert told["triggers"] == [*BOUGHT, *CANCELLED, "confirm-refund"]


@pytest.mark.clause("PSR-12-3")
@falls("settlement")
def test_what_was_settled_goes_back_once_to_both_sources(record: Record, fall: Fall) -> None:
    told = record["falls"][fall.name]
    order = told["subject"]

    assert of(record["institution"], order) == [
        [f"{order}/3", "capture", FROM_INSTITUTION, "done"],
        [f"{order}/11", "refund", FROM_INSTITUTION, "done"],
    ]
    assert of(record["sellers"], order) == [[f"{order}/5", GOODS_FEN, "done"]]
    assert told["collected"] == told["refunded"] == KETTLES_FEN
    assert told["deposit"] == RECHARGE_FEN


@falls("dissolution")
def test_the_order_is_dissolved_and_each_step_happened_once(record: Record, fall: Fall) -> None:
    told = record["falls"][fall.name]

    assert told["state"] == "dissolved"
    assert told["refunds"] == ["refunded"]
    assert told["triggers"] == [*BOUGHT, *DELIVERED, *DISSOLVED, "confirm-refund"]


@pytest.mark.clause("PSR-13-6")
@falls("dissolution")
def test_what_the_seller_paid_goes_on_once_to_both_sources_and_the_fee_stays(
    record: Record, fall: Fall
) -> None:
    told = record["falls"][fall.name]
    order = told["subject"]
    # The deposit has its 49249 back, the institution the rest of the 123000.
    to_institution = GOODS_FEN - FROM_DEPOSIT

    refunds = [line[2:] for line in of(record["institution"], order) if line[1] == "refund"]
    assert refunds == [[to_institution, "done"]]
    assert (told["collected"], told["refunded"]) == (KETTLES_FEN, GOODS_FEN)
    assert told["deposit"] == RECHARGE_FEN


@pytest.mark.clause("PSR-24")
@falls("compensation")
def test_what_a_provider_pays_for_a_claim_is_in_the_deposit_once(
    record: Record, fall: Fall
) -> None:
    told = record["falls"][fall.name]

    assert told["triggers"] == BOUGHT
    assert told["deposit"] == RECHARGE_FEN - FROM_DEPOSIT + COMPENSATION_FEN


@falls("recharge")
def test_the_deposit_is_recharged_once(record: Record, fall: Fall) -> None:
    told = record["falls"][fall.name]
    recharge = told["subject"]

    assert told["state"] == "credited"
    assert of(record["institution"], recharge) == [
        [f"{recharge}/1", "capture", RECHARGE_FEN, "done"]
    ]
    assert told["deposit"] == RECHARGE_FEN


def test_the_audit_is_clean_after_every_death(record: Record) -> None:
    assert record["audit"]["ok"], record["audit"]["says"]


def of(lines: list[list[object]], subject: str) -> list[list[object]]:
    return [line for line in lines if str(line[0]).rpartition("/")[0] == subject]
