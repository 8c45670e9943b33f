"""Coupons and promoters' contracts: issued, used, given back; and the brokerage that is paid."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import LineCode
from daigou.domain.ids import CouponId, PartyId
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.failures import StepForbiddenError
from daigou.ledger.promotion import Promotion
from daigou.ledger.queries import Queries
from daigou.ledger.registry import Registry, RegistryConflictError
from tests.ledger.road import (
    ANNA,
    BEN,
    MIA,
    NINGBO,
    NOON,
    PLATFORM,
    STRANGER,
    WHOLE,
    YIWU,
    Subject,
    World,
    a_price,
    earn,
    other_fee,
    pay,
    settle,
    sold_out,
)
from tests.ledger.sums import balances, card

pytestmark = pytest.mark.usefixtures("proved")

COUPON: dict[str, Any] = {
    "id": CouponId("cpn_0001"),
    "client": ANNA,
    "amount": Money(100),
    "reduces": {LineCode.SERVICE_FEE, LineCode.OTHER_FEE},
    "valid_from": NOON,
    "valid_until": NOON + timedelta(days=90),
    "issued_by": PLATFORM,
}


def used(promotion: Promotion) -> list[str | None]:
    """The orders that Anna's coupons were used for."""
    return [coupon.redeemed_for for coupon in promotion.coupons(ANNA)]


# ---- coupons -----------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-10")
def test_coupon_is_issued_once_and_told_again(promotion: Promotion) -> None:
    first = promotion.issue_coupon(**COUPON)

    assert promotion.issue_coupon(**COUPON) == first
    assert promotion.coupons(ANNA) == (first,)
    assert promotion.coupons(BEN) == ()
    assert (first.amount, first.reduces, first.redeemed_for) == (
        Money(100),
        frozenset(COUPON["reduces"]),
        None,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Money(101)},
        {"client": BEN},
        {"reduces": {LineCode.SERVICE_FEE}},
        {"valid_until": NOON + timedelta(days=91)},
        {"issued_by": YIWU},
    ],
)
def test_other_particulars_under_the_id_of_a_coupon_change_nothing(
    promotion: Promotion, change: dict[str, Any]
) -> None:
    first = promotion.issue_coupon(**COUPON)

    with pytest.raises(RegistryConflictError):
        promotion.issue_coupon(**COUPON | change)

    assert promotion.coupons(ANNA) == (first,)


@pytest.mark.clause("UA-1-1")
@pytest.mark.parametrize("client", [STRANGER, PartyId("cli_nobody"), YIWU])
def test_coupon_is_a_registered_clients(promotion: Promotion, client: PartyId) -> None:
    with pytest.raises(Refused) as refused:
        promotion.issue_coupon(**COUPON | {"client": client})

    assert (refused.value.code, refused.value.clause) == (RefusalCode.NOT_REGISTERED, "UA-1-1")


@pytest.mark.parametrize(
    "change", [{"amount": Money(0)}, {"reduces": {LineCode.GOODS}}, {"valid_until": NOON}]
)
def test_coupon_that_makes_no_sense_is_forbidden(
    promotion: Promotion, change: dict[str, Any]
) -> None:
    with pytest.raises(StepForbiddenError):
        promotion.issue_coupon(**COUPON | change)


def test_coupons_are_listed_by_pages(promotion: Promotion, world: World) -> None:
    ids = [world.coupon() for _ in range(5)]

    first = promotion.coupons(ANNA, limit=3)
    rest = promotion.coupons(ANNA, limit=3, starting_after=first[-1].id)

    assert [coupon.id for coupon in (*first, *rest)] == ids


@pytest.mark.clause("UA-1-10")
def test_coupon_pays_from_the_promotion(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    coupon = world.coupon(100)
    order = world.accepted()
    settle(order, coupons=(coupon,), off=100)

    assert used(promotion) == [order.id]
    assert balances(queries) == {
        "promotion": 100,
        "payment_institution": WHOLE - 100,
        f"escrow:{order.id}": -123_000,
        f"fee_held:{order.id}": -123,
    }
    assert queries.order(order.id).collected == Money(WHOLE)
    assert card(order.last)["paid by coupons"] == "¥1.00"


@pytest.mark.clause("UA-1-10")
def test_coupons_part_is_set_aside_until_the_capture(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    coupon = world.coupon(100)
    order = world.accepted()
    committed = pay(order, coupons=(coupon,), off=100)

    assert balances(queries) == {"promotion": 100, f"coupon_reserved:{order.id}": -100}
    assert card(committed)["set aside of coupons"] == "¥1.00"
    assert used(promotion) == [order.id]


@pytest.mark.clause("UA-1-10")
def test_coupon_never_takes_off_more_than_the_fees(world: World, queries: Queries) -> None:
    coupon = world.coupon(5_000)
    order = world.accepted(other_fee(200))

    with pytest.raises(Refused) as refused:
        pay(order, coupons=(coupon,), off=5_000)
    assert refused.value.code == RefusalCode.PART_PAYMENT

    settle(order, coupons=(coupon,), off=323)
    assert balances(queries)["promotion"] == 323


@pytest.mark.clause("UA-1-10")
def test_several_coupons_are_used_together(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    coupons = (
        world.coupon(100, reduces={LineCode.SERVICE_FEE}),
        world.coupon(100, reduces={LineCode.SERVICE_FEE}),
        world.coupon(100, reduces={LineCode.OTHER_FEE}),
    )
    order = world.accepted(other_fee(70))
    settle(order, coupons=coupons, off=123 + 70)

    assert balances(queries)["promotion"] == 193
    assert used(promotion) == [order.id] * 3


@pytest.mark.clause("UA-1-10")
def test_coupon_named_twice_counts_not_at_all(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    coupon = world.coupon(50)
    order = world.accepted()

    for off in (50, 100):
        with pytest.raises(Refused) as refused:
            pay(order, coupons=(coupon, coupon), off=off)
        assert refused.value.code in {RefusalCode.COUPON_NOT_USABLE, RefusalCode.PART_PAYMENT}

    assert used(promotion) == [None]
    assert balances(queries) == {}


@pytest.mark.clause("UA-1-10")
@pytest.mark.parametrize(
    "issued",
    [
        {"client": BEN},
        {"valid_from": NOON + timedelta(days=1)},
        {"valid_from": NOON - timedelta(days=1), "valid_until": NOON},
    ],
)
def test_coupon_of_another_or_out_of_its_time_is_refused(
    world: World, queries: Queries, issued: dict[str, Any]
) -> None:
    coupon = world.coupon(100, **issued)
    order = world.accepted()

    for named in (coupon, CouponId("cpn_none")):
        with pytest.raises(Refused) as refused:
            pay(order, coupons=(named,), off=100)
        assert (refused.value.code, refused.value.clause) == (
            RefusalCode.COUPON_NOT_USABLE,
            "UA-1-10",
        )
    assert queries.order(order.id).state == State.ACCEPTED


@pytest.mark.clause("UA-1-10")
def test_coupon_is_free_again_after_a_declined_payment(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    coupon = world.coupon(100)
    order = world.accepted()
    pay(order, coupons=(coupon,), off=100)
    order.answer(Trigger.DECLINE_PAYMENT, reason="no cover")

    assert used(promotion) == [None]
    assert balances(queries) == {}
    settle(world.accepted(), coupons=(coupon,), off=100)


@pytest.mark.clause("UA-1-10")
def test_declined_top_up_frees_its_own_coupons_alone(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    first, second = world.coupon(100), world.coupon(20)
    order = world.accepted()
    settle(order, coupons=(first,), off=100)
    order.pull(Trigger.REPORT_PRICE, a_price(order, 140_000))
    pay(order, amount=20_020, coupons=(second,), off=20)
    order.answer(Trigger.DECLINE_PAYMENT, reason="no cover")

    assert used(promotion) == [order.id, None]
    settle(order, amount=20_020, coupons=(second,), off=20)
    assert used(promotion) == [order.id] * 2
    assert balances(queries)["promotion"] == 120


@pytest.mark.clause("UA-1-10")
def test_coupons_are_free_again_after_a_full_refund_and_never_cashed(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    coupon = world.coupon(100)
    order = world.accepted()
    settle(order, coupons=(coupon,), off=100)
    (refund,) = sold_out(order).refunds
    order.answer(Trigger.CONFIRM_REFUND, item=refund)

    assert used(promotion) == [None]
    assert balances(queries) == {}
    view = queries.order(order.id)
    assert view.refunded == view.collected == Money(WHOLE)
    assert view.items[0].amount == Money(WHOLE - 100)
    settle(world.accepted(), coupons=(coupon,), off=100)


@pytest.mark.clause("UA-1-10")
@pytest.mark.clause("PSR-10-2")
def test_fee_that_falls_goes_back_to_the_promotion_first(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    coupon = world.coupon(100)
    order = world.accepted()
    settle(order, coupons=(coupon,), off=100)
    order.pull(Trigger.REPORT_PRICE, a_price(order, 97_000))

    # ¥230.00 of goods go back to the card; ¥0.23 of fee to whom the coupon had it from.
    assert balances(queries)["promotion"] == 77
    assert balances(queries)[f"refund_transit:{order.id}"] == -23_000
    assert used(promotion) == [order.id]


@pytest.mark.clause("UA-1-10")
def test_twenty_orders_race_for_one_coupon_and_one_wins(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    coupon = world.coupon(100)
    orders = [world.accepted() for _ in range(20)]

    with ThreadPoolExecutor(20) as threads:
        ends = Counter(threads.map(lambda order: _how_paying_ends(order, coupon), orders))

    assert ends == {None: 1, RefusalCode.COUPON_NOT_USABLE: 19}
    (winner,) = [order for order in orders if order.state == State.PAYING]
    assert used(promotion) == [winner.id]
    assert balances(queries) == {"promotion": 100, f"coupon_reserved:{winner.id}": -100}


def _how_paying_ends(order: Subject, coupon: CouponId) -> RefusalCode | None:
    try:
        pay(order, coupons=(coupon,), off=100)
    except Refused as refused:
        return refused.code
    return None


# ---- contracts ---------------------------------------------------------------------------------


def test_promoter_is_registered_like_any_party(engine: Engine) -> None:
    view = Registry(engine).register_party(
        id=PartyId("pro_lee"), role=Role.PROMOTER, country="CN", name="Lee"
    )

    assert (view.role, view.name) == (Role.PROMOTER, "Lee")


@pytest.mark.clause("PSR-19")
def test_contract_is_signed_once_and_told_again(promotion: Promotion) -> None:
    terms: dict[str, Any] = {
        "promoter": MIA,
        "provider": YIWU,
        "rate": Fraction(2, 10),
        "begins_at": NOON,
    }
    first = promotion.sign_contract(**terms)

    assert promotion.sign_contract(**terms) == first
    assert (first.rate, first.begins_at, first.ends_at) == (Fraction(1, 5), NOON, None)
    assert promotion.contracts(promoter=MIA) == promotion.contracts(provider=YIWU) == (first,)
    assert promotion.contracts(provider=PartyId("prv_other")) == ()


@pytest.mark.clause("PSR-19")
def test_next_contract_begins_where_the_last_one_ended(promotion: Promotion) -> None:
    year, half = NOON + timedelta(days=365), Fraction(1, 2)
    first = promotion.sign_contract(
        promoter=MIA, provider=YIWU, rate=Fraction(1, 10), begins_at=NOON
    )
    for begins_at in (NOON, year):
        with pytest.raises(Refused) as refused:
            promotion.sign_contract(promoter=MIA, provider=YIWU, rate=half, begins_at=begins_at)
        assert (refused.value.code, refused.value.clause) == (
            RefusalCode.INVALID_REQUEST,
            "PSR-19",
        )

    ended = promotion.end_contract(first.id, ends_at=year)
    assert promotion.end_contract(first.id, ends_at=year) == ended
    second = promotion.sign_contract(promoter=MIA, provider=YIWU, rate=half, begins_at=year)

    assert promotion.contracts(promoter=MIA, provider=YIWU) == (second, ended)
    assert promotion.contracts(promoter=MIA, limit=1) == (second,)


def test_contract_is_ended_once(promotion: Promotion, world: World) -> None:
    world.contract()
    (contract,) = promotion.contracts(promoter=MIA)
    promotion.end_contract(contract.id, ends_at=NOON + timedelta(days=1))

    with pytest.raises(RegistryConflictError):
        promotion.end_contract(contract.id, ends_at=NOON + timedelta(days=2))
    with pytest.raises(LookupError):
        promotion.end_contract(contract.id + 1, ends_at=NOON)


@pytest.mark.parametrize("ends_at", [NOON, NOON - timedelta(days=1)])
def test_contract_does_not_end_before_it_began(
    promotion: Promotion, world: World, ends_at: Any
) -> None:
    world.contract()

    with pytest.raises(StepForbiddenError):
        promotion.end_contract(promotion.contracts()[0].id, ends_at=ends_at)


@pytest.mark.clause("PSR-19")
@pytest.mark.parametrize(
    "parties",
    [
        {"promoter": PartyId("pro_none")},
        {"promoter": ANNA},
        {"provider": PartyId("prv_none")},
        {"provider": NINGBO},
    ],
)
def test_contract_is_between_registered_parties(
    promotion: Promotion, parties: dict[str, PartyId]
) -> None:
    terms: dict[str, Any] = {"promoter": MIA, "provider": YIWU}

    with pytest.raises(Refused) as refused:
        promotion.sign_contract(**terms | parties, rate=Fraction(1, 10), begins_at=NOON)

    assert refused.value.code == RefusalCode.INVALID_REQUEST


@pytest.mark.parametrize("rate", [Fraction(0), Fraction(11, 10), Fraction(-1, 10)])
def test_rate_is_a_part_of_the_fee(promotion: Promotion, rate: Fraction) -> None:
    with pytest.raises(StepForbiddenError):
        promotion.sign_contract(promoter=MIA, provider=YIWU, rate=rate, begins_at=NOON)


# ---- brokerage ---------------------------------------------------------------------------------


@pytest.mark.clause("PSR-19")
def test_brokerage_is_the_providers_to_pay_and_half_up(world: World, queries: Queries) -> None:
    world.contract(Fraction(1, 2))
    order = world.effective(promoter=MIA)
    assert queries.order(order.id).brokerage_rate == Fraction(1, 2)
    earn(order)

    assert balances(queries) == {
        "payment_institution": WHOLE,
        "bank": -123_000,
        "provider:prv_yiwu": -61,
        "promoter:pro_mia": -62,
    }
    view = queries.order(order.id)
    assert (view.fee_earned, view.amount) == (Money(123), Money(WHOLE))


@pytest.mark.clause("PSR-19")
def test_rate_is_the_one_in_force_at_payment(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    world.contract(Fraction(1, 10))
    order = world.effective(promoter=MIA)
    (contract,) = promotion.contracts()
    ended = promotion.end_contract(contract.id, ends_at=order.at + timedelta(seconds=1))
    world.contract(Fraction(1, 2), begins_at=ended.ends_at)
    later = world.order(promoter=MIA)
    later.at = order.at
    later.pull(Trigger.ACCEPT, commands.Accept())
    settle(later)

    assert queries.order(order.id).brokerage_rate == Fraction(1, 10)
    assert queries.order(later.id).brokerage_rate == Fraction(1, 2)
    earn(order)
    assert balances(queries)["promoter:pro_mia"] == -12


@pytest.mark.clause("PSR-19")
def test_contract_that_came_after_the_payment_earns_nothing(world: World, queries: Queries) -> None:
    order = world.effective(promoter=MIA)
    world.contract(Fraction(1, 2), begins_at=NOON)
    earn(order)

    assert "promoter:pro_mia" not in balances(queries)
    assert balances(queries)["provider:prv_yiwu"] == -123


@pytest.mark.clause("PSR-19")
def test_top_up_leaves_the_rate_as_it_was(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    world.contract(Fraction(1, 10))
    order = world.effective(promoter=MIA)
    promotion.end_contract(promotion.contracts()[0].id, ends_at=order.at)
    world.contract(Fraction(1, 2), begins_at=order.at)
    order.pull(Trigger.REPORT_PRICE, a_price(order, 140_000))
    settle(order, amount=20_020)

    assert queries.order(order.id).brokerage_rate == Fraction(1, 10)


@pytest.mark.clause("PSR-19")
def test_order_that_nobody_won_owes_no_brokerage(world: World, queries: Queries) -> None:
    world.contract()
    order = world.effective()
    earn(order)

    assert queries.order(order.id).brokerage_rate is None
    assert balances(queries)["provider:prv_yiwu"] == -123


@pytest.mark.clause("PSR-19")
def test_order_that_was_given_back_owes_no_brokerage(world: World, queries: Queries) -> None:
    world.contract()
    order = world.effective(promoter=MIA, from_deposit=WHOLE)
    sold_out(order)

    assert balances(queries) == {"payment_institution": WHOLE, "deposit:cli_anna": -WHOLE}
