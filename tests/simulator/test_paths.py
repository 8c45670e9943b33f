"""The demo's paths: each ends as it says, together they take every row, and the sums are right."""

import dataclasses
from typing import Any

import pytest

from daigou.domain.ids import MovementRef
from daigou.domain.lifecycle import FULFILMENT, REFUND
from daigou.domain.money import Money
from daigou.domain.order import State, Trigger
from daigou.simulator.paths import PATHS
from daigou.simulator.plans import (
    Expected,
    Path,
    has_ended,
    movement_in,
    next_act,
    plan_of,
    strays,
)
from tests.simulator.walk import ORDER, deal_of, walk

TOO_LONG_FOR_A_DEMO = {(State.STORED, Trigger.END_FREE_STORAGE)}
"""Ninety days of free storage are ninety seconds; the journeys of the tests go there."""


def path_named(name: str) -> Path:
    return next(path for path in PATHS if path.name == name)


def expected(name: str, *, unit: int, quantity: int, freight: int) -> Expected:
    """What an order of a path must come to, bought at these prices."""
    path = path_named(name)
    deal = deal_of(path)
    offer = dataclasses.replace(deal.basket.offer, unit_price=Money(unit), freight=Money(freight))
    basket = dataclasses.replace(deal.basket, offer=offer, quantity=quantity)
    return plan_of(path, dataclasses.replace(deal, basket=basket)).expected


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_every_path_ends_as_it_says(path: Path) -> None:
    plan, history = walk(path)

    assert has_ended(plan, history)
    assert strays(plan, history) == ()


def test_paths_take_every_row_of_the_tables() -> None:
    histories = [walk(path)[1] for path in PATHS]

    taken = {(s.source, s.trigger, s.target) for history in histories for s in history}
    rows = {(r.source, r.trigger, r.target) for t in (FULFILMENT, REFUND) for r in t.rows}
    assert {row for row in rows - taken if row[:2] not in TOO_LONG_FOR_A_DEMO} == set()


def test_paths_have_names_of_their_own_that_fit_a_column() -> None:
    names = [path.name for path in PATHS]

    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 31


@pytest.mark.parametrize(
    ("name", "sums"),
    [
        # 300 pieces at ¥4.10, freight ¥1.23: ¥1,231.23, the fee ¥1.23, in all ¥1,232.46.
        ("paid from the deposit", (123_246, 0, 123, -123_246)),
        ("paid through the institution", (123_246, 0, 123, 0)),
        ("paid from both", (123_246, 0, 123, -49_298)),
        # The provider's own ¥8.00 and the storage's ¥3.50 on top.
        ("with other fees on top", (124_396, 0, 923, -49_758)),
        ("payment declined, then lapsed", (0, 0, 0, 0)),
        ("price changed, back to both", (124_396, 124_046, 0, 0)),
        ("refund failed, to the deposit", (123_246, 123_246, 0, 73_948)),
        ("refund silent, person refuses", (123_246, 123_246, 0, 123_246)),
    ],
)
def test_sums_are_those_done_by_hand(name: str, sums: tuple[int, int, int, int]) -> None:
    sought = expected(name, unit=410, quantity=300, freight=123)

    assert (sought.collected, sought.refunded, sought.fee, sought.deposit_change) == sums


@pytest.mark.parametrize(("unit", "fee"), [(499, 0), (500, 1), (1_499, 1), (1_500, 2)])
def test_half_a_fen_of_fee_goes_up(unit: int, fee: int) -> None:
    assert expected("paid from the deposit", unit=unit, quantity=1, freight=0).fee == fee


def test_an_act_that_was_done_is_not_done_again() -> None:
    plan, history = walk(path_named("payment declined, then paid"))

    acts = [next_act(plan, history[:length]) for length in range(1, len(history) + 1)]

    assert [act.trigger for act in acts if act][:4] == [
        Trigger.ACCEPT,
        Trigger.PAY,
        Trigger.PAY,
        Trigger.PURCHASE,
    ]
    assert acts[-1] is None


def test_an_act_waits_for_its_clock() -> None:
    plan, history = walk(path_named("purchase late, then bought"))

    upto: dict[Trigger, Any] = {
        s.trigger: next_act(plan, history[: i + 1]) for i, s in enumerate(history)
    }

    assert upto[Trigger.PAY] is None
    assert upto[Trigger.ESCALATE].trigger == Trigger.PURCHASE


def test_an_act_that_a_deadline_overtook_is_passed_over_and_told() -> None:
    plan, _ = walk(path_named("objection to goods, resolved"))
    _, overtaken = walk(path_named("paid through the institution"))
    stored = next(i for i, step in enumerate(overtaken) if step.target == State.STORED)

    act = next_act(plan, overtaken[: stored + 1])

    assert act is not None
    assert act.trigger == Trigger.CLEAR_CUSTOMS
    assert strays(plan, overtaken) == ("no object-to-goods", "no resolve-objection")


def test_movements_are_named_by_the_step_that_intended_them() -> None:
    _, history = walk(path_named("refund silent, person confirms"))
    paying = next(i for i, step in enumerate(history) if step.target == State.PAYING)
    ended = next(i for i, step in enumerate(history) if step.target == State.UNREALIZABLE)

    assert movement_in(State.PAYING, ORDER, history) == MovementRef(f"{ORDER}/{paying + 1}")
    assert movement_in(State.DUE, ORDER, history) == MovementRef(f"{ORDER}/{ended + 1}")
    with pytest.raises(LookupError):
        movement_in(State.PAYING, ORDER, history[:paying])
