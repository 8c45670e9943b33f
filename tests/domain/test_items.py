"""Which item a command is for: the one it names, the only one that fits, a new one, or none."""

import pytest

from daigou.domain.items import choose_item, too_late_for_items
from daigou.domain.lifecycle import OPINION, PARCEL, QUESTION, REFUND, REQUIREMENT
from daigou.domain.lifecycle.table import Table
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode, Refused

FIRST, SECOND = "ord_kettles/9", "ord_kettles/12"


def _chosen(
    trigger: Trigger, states: dict[str, State], *, table: Table = PARCEL, named: str = ""
) -> str:
    return choose_item(
        table=table, trigger=trigger, named=named, states=states, subject="ord_kettles"
    )


def test_the_item_that_is_named_is_chosen_whatever_its_state() -> None:
    states = {FIRST: State.DISPATCHED, SECOND: State.DELIVERED}

    assert _chosen(Trigger.TRACK, states, named=FIRST) == FIRST
    assert _chosen(Trigger.TRACK, states, named=SECOND) == SECOND


@pytest.mark.parametrize("states", [{}, {FIRST: State.DISPATCHED}])
def test_an_item_that_there_is_not_is_refused_by_the_triggers_clause(
    states: dict[str, State],
) -> None:
    with pytest.raises(Refused) as caught:
        _chosen(Trigger.WAREHOUSE_RECEIPT, states, named="ord_kettles/99")

    assert (caught.value.code, caught.value.clause) == (RefusalCode.WRONG_REFERENCE, "PSR-16")
    assert "ord_kettles/99" in caught.value.detail


def test_unnamed_the_only_item_whose_state_allows_it_is_chosen() -> None:
    states = {FIRST: State.STORED, SECOND: State.DISPATCHED}

    assert _chosen(Trigger.WAREHOUSE_RECEIPT, states) == SECOND
    assert _chosen(Trigger.CLEAR_CUSTOMS, states) == FIRST


def test_unnamed_several_that_fit_are_named_for_the_caller_to_choose() -> None:
    states = {FIRST: State.DISPATCHED, SECOND: State.LOST}

    with pytest.raises(Refused) as caught:
        _chosen(Trigger.WAREHOUSE_RECEIPT, states)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.WHICH_ITEM, "PSR-16")
    assert FIRST in caught.value.detail
    assert SECOND in caught.value.detail


@pytest.mark.parametrize(
    ("table", "trigger", "states"),
    [
        (PARCEL, Trigger.DISPATCH, {}),
        (PARCEL, Trigger.DISPATCH, {FIRST: State.DISPATCHED}),
        (PARCEL, Trigger.WAREHOUSE_RECEIPT, {}),
        (PARCEL, Trigger.WAREHOUSE_RECEIPT, {FIRST: State.STORED, SECOND: State.RETURNED}),
        (QUESTION, Trigger.ASK_QUESTION, {FIRST: State.ASKED}),
        (REQUIREMENT, Trigger.REQUIRE, {FIRST: State.PROPOSED}),
        (OPINION, Trigger.GIVE_OPINION, {FIRST: State.GIVEN}),
    ],
)
def test_unnamed_with_none_that_fits_a_new_one_is_opened(
    table: Table, trigger: Trigger, states: dict[str, State]
) -> None:
    assert _chosen(trigger, states, table=table) == ""


def test_the_only_item_is_chosen_so_that_the_table_can_say_why_not() -> None:
    assert _chosen(Trigger.DELIVER, {FIRST: State.STORED}) == FIRST


@pytest.mark.parametrize("states", [{}, {FIRST: State.STORED, SECOND: State.DELIVERED}])
def test_unnamed_with_none_that_fits_and_nothing_to_open_it_is_refused(
    states: dict[str, State],
) -> None:
    with pytest.raises(Refused) as caught:
        _chosen(Trigger.DELIVER, states)

    assert (caught.value.code, caught.value.clause) == (
        RefusalCode.NOT_IN_THIS_STATE,
        "PSR-17-1",
    )


def test_a_refund_is_opened_by_no_command() -> None:
    with pytest.raises(Refused) as caught:
        _chosen(Trigger.CONFIRM_REFUND, {}, table=REFUND)

    assert caught.value.code == RefusalCode.NOT_IN_THIS_STATE


@pytest.mark.clause("PSR-26")
def test_after_the_orders_end_an_item_is_refused_by_its_own_clause() -> None:
    refused = too_late_for_items(QUESTION, Trigger.ASK_QUESTION, State.CLOSED)

    assert (refused.code, refused.clause) == (RefusalCode.NOT_IN_THIS_STATE, "PSR-26")
    assert "closed" in refused.detail
