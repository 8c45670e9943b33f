"""A worker killed between any two steps of money that moves: nothing lost, nothing doubled."""

import pytest

from tests.chaos.falls import FALLS, ROADS, Fall
from tests.chaos.roads.cases import COMPENSATION_FEN
from tests.chaos.roads.orders import BOUGHT, PAID, RECHARGE_FEN
from tests.chaos.roads.road import Ends, Record
from tests.chaos.town import FROM_DEPOSIT, FROM_INSTITUTION, GOODS_FEN, KETTLES_FEN

pytestmark = [pytest.mark.timeout(1800)]

SOLD_OUT = [*PAID, "purchase", "reject-purchase"]
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


BESIDE_ORDERS = tuple(road.name for road in ROADS.values() if road.ends)
"""The roads whose end is a row of their table."""


def falls(*roads: str) -> pytest.MarkDecorator:
    each = [
        pytest.param(fall, id=fall.name, marks=() if fall.is_short else pytest.mark.long)
        for fall in FALLS
        if fall.road in roads
    ]
    return pytest.mark.parametrize("fall", each)


def test_there_is_a_death_before_and_after_each_deed() -> None:
    assert len(FALLS) == 2 * sum(len(road.deeds) for road in ROADS.values()) == 144
    assert {(road.name, point) for road in ROADS.values() for point in road.short} <= {
        (fall.road, fall.point) for fall in FALLS
    }


@falls(*ROADS)
def test_the_worker_was_killed_at_its_point(record: Record, fall: Fall) -> None:
    assert record["falls"][fall.name]["died_of"] == "9"


@falls("payment", "purchase")
def test_the_order_is_bought_and_each_step_happened_once(record: Record, fall: Fall) -> None:
    told = record["falls"][fall.name]

    assert told["state"] == "purchased"
    assert told["triggers"] == [*BOUGHT]


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

    assert told["triggers"] == [*BOUGHT]
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


@pytest.mark.clause("UA-1-8")
@pytest.mark.clause("UA-1-20")
@pytest.mark.clause("UA-4-5")
@pytest.mark.clause("PSR-21-2")
@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-2")
@pytest.mark.clause("PSR-22-3")
@pytest.mark.clause("PSR-22-4")
@falls(*BESIDE_ORDERS)
def test_each_step_beside_an_order_happened_once_and_each_fen_moved_once(
    record: Record, fall: Fall
) -> None:
    told, ends = record["falls"][fall.name], ends_of(fall)

    assert (told["state"], tuple(told["steps"])) == (ends.state, ends.steps)
    assert tuple(told["order_steps"]) == ends.order
    assert [tuple(journal) for journal in told["journals"]] == [*ends.journals]
    assert told["deposit"] == ends.deposit


@falls(*BESIDE_ORDERS)
def test_the_institution_moved_it_once_and_nothing_else(record: Record, fall: Fall) -> None:
    told, ends = record["falls"][fall.name], ends_of(fall)
    order = told["order"]

    own = of(record["institution"], told["subject"])
    taken_back = [line for line in record["institution"] if line[0] == told["dispute"]]
    paid = [[f"{order}/3", "capture", FROM_INSTITUTION, "done"]] if ends.order else []
    bought = [[f"{order}/5", GOODS_FEN, "done"]] if "purchase" in ends.order else []
    assert [tuple(line[1:]) for line in (*taken_back, *own)] == [*ends.institution]
    assert of(record["institution"], order) == paid
    assert of(record["sellers"], order) == bought


def test_the_ledger_and_the_institution_agree_after_every_death(record: Record) -> None:
    moved = {"capture": 1, "refund": -1, "payout": -1, "chargeback": -1}

    assert record["ledger"]["payment_institution"] == sum(
        moved[kind] * fen for _, kind, fen, standing in record["institution"] if standing == "done"
    )


def test_the_audit_is_clean_after_every_death(record: Record) -> None:
    assert record["audit"]["ok"], record["audit"]["says"]


def ends_of(fall: Fall) -> Ends:
    ends = ROADS[fall.road].ends
    assert ends is not None
    return ends


def of(lines: list[list[object]], subject: str) -> list[list[object]]:
    return [line for line in lines if str(line[0]).rpartition("/")[0] == subject]
