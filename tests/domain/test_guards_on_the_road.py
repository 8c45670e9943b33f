"""The guards from the price to the door: each refuses by the name of its clause."""

from dataclasses import replace

import pytest

from daigou.domain.commands import (
    ActualPrice,
    AdvanceDeposit,
    Command,
    Dispatch,
    DriftLimit,
    LimitPriceDrift,
    Require,
    WarehouseReceipt,
)
from daigou.domain.facts import WAY, Facts, Parcel
from daigou.domain.lifecycle import FULFILMENT, PARCEL, REQUIREMENT
from daigou.domain.lifecycle.table import Row
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples

BY = [(State.EFFECTIVE, Trigger.REPORT_PRICE), (State.PURCHASING, Trigger.QUOTE_ANEW)]
ROLE = {Trigger.REPORT_PRICE: Role.PROVIDER, Trigger.QUOTE_ANEW: Role.PLATFORM}
NO_LIMIT = replace(samples.FACTS, drift_limit=DriftLimit())


def _price(goods: int, freight: int = 30_00, quantity: int = 300) -> ActualPrice:
    return ActualPrice(goods=Money(goods), freight=Money(freight), quantity=quantity)


def _told(state: State, trigger: Trigger, price: ActualPrice, facts: Facts = samples.FACTS) -> Row:
    sample = samples.situation(ROLE[trigger], price, facts=facts, order=state)
    return FULFILMENT.fire(state=state, trigger=trigger, situation=sample)


# ---- the request -----------------------------------------------------------------------------


def _advance(fen: int) -> Row:
    advance = AdvanceDeposit(amount=Money(fen), balance_by=samples.NOON)
    sample = samples.situation(Role.CLIENT, samples.request(advance=advance), order=State.NEW)
    return FULFILMENT.fire(state=State.NEW, trigger=Trigger.REQUEST, situation=sample)


@pytest.mark.clause("PSR-15-2")
@pytest.mark.parametrize("fen", [0, 1_200_00, 1_200_01])
def test_an_advance_deposit_of_nothing_or_of_all_the_price_is_none(fen: int) -> None:
    with pytest.raises(Refused) as caught:
        _advance(fen)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "PSR-15-2")


@pytest.mark.clause("PSR-15-2")
@pytest.mark.parametrize("fen", [1, 1_199_99])
def test_an_advance_deposit_is_a_part_of_the_goods_price(fen: int) -> None:
    assert _advance(fen).target == State.REQUESTED


# ---- what the seller asks now ----------------------------------------------------------------


@pytest.mark.clause("PSR-10-2")
@pytest.mark.parametrize(("state", "trigger"), BY)
@pytest.mark.parametrize(
    ("price", "target"),
    [
        (_price(1_200_00), State.EFFECTIVE),
        (_price(1_200_00, 29_99), State.EFFECTIVE),
        (_price(1_210_00), State.EFFECTIVE),
        (_price(1_210_01), State.AWAITING_TOP_UP),
        (_price(1_200_00, 40_01), State.AWAITING_TOP_UP),
        (_price(1, 0, 299), State.AWAITING_CHOICE),
        (_price(1_300_00, 30_00, 299), State.AWAITING_CHOICE),
    ],
)
def test_a_new_price_goes_back_is_charged_is_asked_for_or_is_chosen(
    state: State, trigger: Trigger, price: ActualPrice, target: State
) -> None:
    assert _told(state, trigger, price).target == target


@pytest.mark.clause("PSR-10-2")
@pytest.mark.parametrize(("state", "trigger"), BY)
def test_without_a_limit_every_rise_is_asked_for(state: State, trigger: Trigger) -> None:
    assert _told(state, trigger, _price(1_200_01), NO_LIMIT).target == State.AWAITING_TOP_UP


@pytest.mark.clause("PSR-10-2")
def test_a_client_may_allow_any_rise() -> None:
    facts = replace(samples.FACTS, drift_limit=DriftLimit(any=True))

    row = _told(State.EFFECTIVE, Trigger.REPORT_PRICE, _price(400_000_00), facts)

    assert row.target == State.EFFECTIVE
    assert row.posts is not None


@pytest.mark.clause("PSR-10-2")
def test_rises_that_were_charged_before_count_against_the_limit() -> None:
    facts = replace(
        samples.FACTS,
        goods=Money(1_206_00),
        drifted=Money(6_00),
        drift_limit=DriftLimit(amount=Money(10_00)),
    )

    within = _told(State.EFFECTIVE, Trigger.REPORT_PRICE, _price(1_210_00), facts)
    beyond = _told(State.EFFECTIVE, Trigger.REPORT_PRICE, _price(1_210_01), facts)

    assert (within.target, beyond.target) == (State.EFFECTIVE, State.AWAITING_TOP_UP)


@pytest.mark.clause("PSR-10-2")
@pytest.mark.parametrize("state", [State.REQUESTED, State.ACCEPTED, State.EFFECTIVE])
def test_the_limit_may_be_said_until_the_purchase(state: State) -> None:
    said = LimitPriceDrift(limit=DriftLimit(amount=Money(5_00)))
    sample = samples.situation(Role.CLIENT, said, order=state)

    row = FULFILMENT.fire(state=state, trigger=Trigger.LIMIT_PRICE_DRIFT, situation=sample)

    assert row.stays


@pytest.mark.clause("PSR-10-2")
@pytest.mark.parametrize(("state", "trigger"), BY)
@pytest.mark.parametrize(
    ("price", "clause"),
    [
        (_price(1_200_00, quantity=0), "PSR-10-2"),
        (_price(1_200_00, quantity=-1), "PSR-10-2"),
        (_price(1_200_00, quantity=301), "PSR-10-2"),
        (_price(0), "PSR-10-2"),
        (_price(0, quantity=100), "PSR-10-2"),
        (_price(499_970_01), "PSR-1-1"),
        (_price(499_970_01, quantity=100), "PSR-1-1"),
    ],
)
def test_a_price_that_cannot_be_meant_is_refused(
    state: State, trigger: Trigger, price: ActualPrice, clause: str
) -> None:
    with pytest.raises(Refused) as caught:
        _told(state, trigger, price)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, clause)


@pytest.mark.clause("PSR-9")
@pytest.mark.parametrize(("state", "trigger"), BY)
@pytest.mark.parametrize("price", [samples.PART, samples.LOWER, samples.HIGHER])
def test_while_only_the_advance_deposit_is_paid_no_new_price_is_settled(
    state: State, trigger: Trigger, price: ActualPrice
) -> None:
    facts = replace(NO_LIMIT, advance=samples.ADVANCE)

    with pytest.raises(Refused) as caught:
        _told(state, trigger, price, facts)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.PRICE_CHANGED, "PSR-9")
    assert "report-unrealizable" in caught.value.detail


@pytest.mark.clause("PSR-15-2")
@pytest.mark.parametrize(("state", "trigger"), BY)
@pytest.mark.parametrize("quantity", [300, 100])
def test_a_price_below_what_the_seller_already_has_is_refused(
    state: State, trigger: Trigger, quantity: int
) -> None:
    facts = replace(NO_LIMIT, advance=samples.ADVANCE, advance_bought=True)

    with pytest.raises(Refused) as caught:
        _told(state, trigger, _price(369_99, quantity=quantity), facts)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "PSR-15-2")
    assert not _told(state, trigger, _price(370_00, quantity=quantity), facts).gives_way


# ---- parcels ---------------------------------------------------------------------------------

OPENING = [
    (Trigger.DISPATCH, Role.PROVIDER, lambda size: Dispatch(tracking_ref="t", quantity=size)),
    (
        Trigger.WAREHOUSE_RECEIPT,
        Role.STORAGE,
        lambda size: WarehouseReceipt(parcel_ref="p", quantity=size),
    ),
]


def _open(
    trigger: Trigger, role: Role, command: Command, *, parcels: tuple[Parcel, ...], order: State
) -> Row:
    facts = replace(samples.FACTS, parcels=parcels)
    sample = samples.situation(role, command, facts=facts, order=order)
    return PARCEL.fire(state=State.NEW, trigger=trigger, situation=sample)


@pytest.mark.clause("PSR-8")
@pytest.mark.parametrize(("trigger", "role", "command"), OPENING)
@pytest.mark.parametrize("size", [1, 100, None])
def test_goods_that_are_in_no_parcel_yet_can_be_sent(
    trigger: Trigger, role: Role, command: object, size: int | None
) -> None:
    parcels = (Parcel(item="one", quantity=200, state=State.STORED),)

    row = _open(trigger, role, command(size), parcels=parcels, order=State.PURCHASED)

    assert row.source == State.NEW


@pytest.mark.clause("PSR-8")
@pytest.mark.parametrize(("trigger", "role", "command"), OPENING)
@pytest.mark.parametrize(("before", "size"), [(200, 101), (200, 0), (200, -1), (300, None)])
def test_no_parcel_holds_more_goods_than_are_missing(
    trigger: Trigger, role: Role, command: object, before: int, size: int | None
) -> None:
    parcels = (Parcel(item="one", quantity=before, state=State.DISPATCHED),)

    with pytest.raises(Refused) as caught:
        _open(trigger, role, command(size), parcels=parcels, order=State.PURCHASED)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.TOO_MANY_GOODS, "PSR-8")


@pytest.mark.clause("PSR-8")
@pytest.mark.parametrize(("trigger", "role", "command"), OPENING)
def test_only_goods_that_were_bought_are_on_their_way(
    trigger: Trigger, role: Role, command: object
) -> None:
    for order in set(FULFILMENT.states) - set(WAY):
        with pytest.raises(Refused) as caught:
            _open(trigger, role, command(1), parcels=(), order=order)

        assert caught.value.code == RefusalCode.NOT_IN_THIS_STATE, order
        assert caught.value.clause == "PSR-8"


@pytest.mark.clause("PSR-7")
def test_a_client_that_owes_the_storage_nothing_has_nothing_to_pay() -> None:
    facts = replace(samples.FACTS, storage_unpaid=ZERO)
    command = samples.command_of(Trigger.PAY_STORAGE)

    with pytest.raises(Refused) as caught:
        PARCEL.fire(
            state=State.STORED,
            trigger=Trigger.PAY_STORAGE,
            situation=samples.situation(Role.CLIENT, command, facts=facts),
        )

    assert (caught.value.code, caught.value.clause) == (RefusalCode.NOTHING_TO_PAY, "PSR-7")


# ---- requirements ----------------------------------------------------------------------------

BEFORE = {State.IN_REVIEW, State.REQUESTED, State.ACCEPTED}


@pytest.mark.clause("PSR-3-1")
def test_a_requirement_is_made_before_the_agreement_and_not_after() -> None:
    for order in FULFILMENT.states:
        sample = samples.situation(Role.CLIENT, Require(note_ref="note_1"), order=order)
        if order in BEFORE:
            row = REQUIREMENT.fire(state=State.NEW, trigger=Trigger.REQUIRE, situation=sample)
            assert row.target == State.PROPOSED
            continue
        with pytest.raises(Refused) as caught:
            REQUIREMENT.fire(state=State.NEW, trigger=Trigger.REQUIRE, situation=sample)
        assert caught.value.code == RefusalCode.NOT_IN_THIS_STATE, order
        assert caught.value.clause == "PSR-3-1"
