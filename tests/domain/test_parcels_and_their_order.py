"""The order stands where its slowest parcel stands: on every road that parcels can take."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daigou.domain.commands import Cause, CauseFound, Command, Dispatch, Plain, WarehouseReceipt
from daigou.domain.facts import WAY, Facts, Parcel
from daigou.domain.lifecycle import FULFILMENT, PARCEL
from daigou.domain.lifecycle.table import Row, taken
from daigou.domain.order import Role, State, Trigger
from tests.domain import samples

MOVES = [row for row in PARCEL.rows if not row.stays]


@dataclass(frozen=True)
class Stand:
    """Where an order and its parcels stand."""

    order: State
    quantity: int
    parcels: tuple[Parcel, ...] = ()

    @property
    def facts(self) -> Facts:
        return replace(samples.FACTS, quantity=self.quantity, parcels=self.parcels)

    @property
    def all_ended(self) -> bool:
        return not self.facts.missing and all(each.state in PARCEL.ends for each in self.parcels)

    def moves(self) -> Iterator[tuple[Row, str, int | None]]:
        """Every row that a parcel could take now, with the parcel, or the goods of a new one."""
        if self.order not in WAY:
            return
        for row in MOVES:
            if row.source == State.NEW:
                sizes = range(1, self.facts.missing + 1)
                yield from ((row, "", size) for size in sizes)
                if self.facts.missing:
                    yield (row, "", None)
            else:
                yield from (
                    (row, each.item, 0) for each in self.parcels if each.state == row.source
                )

    def after(self, row: Row, item: str, size: int | None) -> tuple["Stand", Row | None]:
        """Where they stand once the parcel moved, and the row by which the order followed."""
        item = item or f"parcel_{len(self.parcels) + 1}"
        facts = self.facts.after(
            taken(
                PARCEL,
                row,
                item=item,
                command=_command(row, size),
                terms=samples.TERMS,
                at=samples.NOON,
            )
        )
        situation = samples.situation(Role.CLOCK, Plain(), facts=facts, order=self.order)
        fitting = [
            each
            for each in FULFILMENT.rows_from(self.order, Trigger.FOLLOW_PARCELS)
            if each.when is not None and each.when(situation)
        ]
        wanted = 0 if facts.stage == self.order else 1
        assert len(fitting) == wanted, f"{self} -{row.trigger}-> {facts.stage}: {fitting}"
        followed = fitting[0] if fitting else None
        assert FULFILMENT.following(state=self.order, situation=situation) == followed
        order = followed.target if followed else self.order
        return Stand(order, self.quantity, facts.parcels), followed


def _command(row: Row, size: int | None) -> Command:
    if row.trigger == Trigger.DISPATCH:
        return Dispatch(tracking_ref="trk_1", quantity=size)
    if row.trigger == Trigger.WAREHOUSE_RECEIPT:
        return WarehouseReceipt(parcel_ref="ref_1", quantity=size)
    if row.trigger == Trigger.SETTLE_PACKAGE:
        by_logistics = row.target == State.CLAIMED
        return CauseFound(cause=Cause.LOGISTICS if by_logistics else Cause.SELLER)
    # A refund changes the sums, which are not looked at here.
    return Plain()


def _is_sound(stand: Stand) -> bool:
    """What is true of an order and its parcels, wherever they stand."""
    if stand.facts.missing:
        return stand.order == State.PURCHASED
    if stand.order in FULFILMENT.ends:
        return stand.all_ended
    return not stand.all_ended or stand.order == State.DELIVERED


@pytest.mark.clause("PSR-8")
@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-16")
def test_up_to_three_parcels_never_leave_their_order_behind_on_any_road() -> None:
    start = Stand(State.PURCHASED, quantity=3)
    seen, open_ones = {start}, [start]
    followed: set[tuple[State, State]] = set()

    while open_ones:
        stand = open_ones.pop()
        for move in stand.moves():
            after, row = stand.after(*move)
            if row:
                followed.add((row.source, row.target))
            # Which parcel is which makes no difference to the order.
            parcels = sorted((each.state, each.quantity) for each in after.parcels)
            after = replace(
                after,
                parcels=tuple(
                    Parcel(item=f"parcel_{number}", quantity=quantity, state=state)
                    for number, (state, quantity) in enumerate(parcels, start=1)
                ),
            )
            if after not in seen:
                assert _is_sound(after), after
                seen.add(after)
                open_ones.append(after)

    rows = [row for row in FULFILMENT.rows if row.trigger == Trigger.FOLLOW_PARCELS]
    assert followed == {(row.source, row.target) for row in rows}, "a row that nothing leads to"
    ends = {stand.order for stand in seen if stand.all_ended}
    assert ends == {State.DELIVERED, State.CLOSED, State.ABANDONED, State.UNREALIZABLE}


STEPS = st.lists(st.integers(min_value=0, max_value=10**6), max_size=60)


@pytest.mark.clause("PSR-8")
@given(quantity=st.integers(min_value=1, max_value=9), steps=STEPS)
def test_any_number_of_parcels_of_any_size_is_followed(quantity: int, steps: list[int]) -> None:
    stand = Stand(State.PURCHASED, quantity=quantity)

    for step in steps:
        moves = list(stand.moves())
        if not moves:
            break
        stand, _ = stand.after(*moves[step % len(moves)])

        assert _is_sound(stand), stand
        assert sum(each.quantity for each in stand.parcels) <= quantity


@pytest.mark.clause("PSR-8")
@given(quantity=st.integers(min_value=1, max_value=9), steps=STEPS)
def test_from_wherever_they_are_all_goods_can_still_reach_the_door(
    quantity: int, steps: list[int]
) -> None:
    stand = Stand(State.PURCHASED, quantity=quantity)
    for step in steps:
        moves = list(stand.moves())
        if moves:
            stand, _ = stand.after(*moves[step % len(moves)])

    while moves := [move for move in stand.moves() if move[0].target in _ONWARD[move[0].source]]:
        stand, _ = stand.after(*moves[0])

    assert stand.all_ended
    assert stand.order == State.DELIVERED or stand.order in FULFILMENT.ends


_ONWARD = {
    State.NEW: {State.DISPATCHED},
    State.DISPATCHED: {State.WAREHOUSED},
    State.LOST: {State.DISPATCHED},
    State.GOING_BACK: {State.HANDED_BACK},
    State.HANDED_BACK: {State.DISPATCHED},
    State.WAREHOUSED: {State.STORED},
    State.WAREHOUSE_OBJECTION: {State.STORED},
    State.STORED: {State.EXPORTED},
    State.EXPORTED: {State.DELIVERED},
    State.PACKAGE_REFUSED: {State.EXPORTED},
}


# ---- the stage, by hand ----------------------------------------------------------------------


def _stage(*parcels: tuple[int, State], quantity: int = 300) -> State:
    return Facts(
        quantity=quantity,
        parcels=tuple(
            Parcel(item=f"parcel_{number}", quantity=count, state=state)
            for number, (count, state) in enumerate(parcels, start=1)
        ),
    ).stage


@pytest.mark.clause("PSR-8")
def test_as_long_as_goods_are_missing_the_order_is_bought_and_no_more() -> None:
    assert _stage() == State.PURCHASED
    assert _stage((299, State.DELIVERED)) == State.PURCHASED
    assert _stage((100, State.RETURNED), (199, State.STORED)) == State.PURCHASED


@pytest.mark.clause("PSR-8")
@pytest.mark.parametrize(
    ("slow", "fast", "stage"),
    [
        (State.DISPATCHED, State.STORED, State.DISPATCHED),
        (State.LOST, State.WAREHOUSED, State.DISPATCHED),
        (State.WAREHOUSE_OBJECTION, State.WAREHOUSED, State.WAREHOUSE_OBJECTION),
        (State.WAREHOUSED, State.STORED, State.WAREHOUSED),
        (State.STORED, State.EXPORTED, State.STORED),
        (State.PACKAGE_REFUSED, State.DELIVERED, State.EXPORTED),
        (State.DELIVERED, State.RETURNED, State.DELIVERED),
        (State.DELIVERED, State.ABANDONED, State.DELIVERED),
        (State.STORED, State.CLAIMED, State.STORED),
        (State.GOING_BACK, State.DISPATCHED, State.GOING_BACK),
        (State.HANDED_BACK, State.STORED, State.GOING_BACK),
        (State.HANDED_BACK, State.EXPORTED, State.GOING_BACK),
    ],
)
def test_the_slower_of_two_parcels_says_where_the_order_stands(
    slow: State, fast: State, stage: State
) -> None:
    assert _stage((100, slow), (200, fast)) == stage
    assert _stage((200, fast), (100, slow)) == stage


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-17-2")
def test_an_order_of_which_nothing_arrives_ends_by_what_became_of_its_parcels() -> None:
    returned, abandoned, claimed = State.RETURNED, State.ABANDONED, State.CLAIMED

    assert _stage((300, returned)) == State.UNREALIZABLE
    assert _stage((100, returned), (200, abandoned)) == State.ABANDONED
    assert _stage((100, returned), (100, abandoned), (100, claimed)) == State.CLOSED
