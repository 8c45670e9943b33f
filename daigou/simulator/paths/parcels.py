"""Owns the paths of orders in several parcels: the order stands where its slowest parcel does."""

from daigou.domain.commands import Cause
from daigou.domain.order import State, TableName, Trigger
from daigou.simulator.moves import (
    abandon,
    accept_goods,
    clear_customs,
    confirm_receipt,
    deliver,
    dispatch,
    exchange,
    object_to_goods,
    pay_back,
    purchase,
    receive,
    refuse_package,
    report_lost,
    settle_package,
    struck,
)
from daigou.simulator.paths.ways import PAID, PAID_BY_BOTH, PAID_BY_INSTITUTION
from daigou.simulator.plans import Move, Path


def duty_ends(parcel: int) -> Move:
    """Nobody objected to a parcel in time."""
    return struck(Trigger.END_DUTY, State.WAREHOUSED, table=TableName.PARCEL, item=parcel)


_OBJECTED, _LOST = State.WAREHOUSE_OBJECTION, State.LOST
_TWO = (dispatch(1), dispatch())
_ONE_HERE = (*_TWO, receive(1))
"""The first of two parcels is at the storage, the second on its way."""
PARCELS = (
    Path(
        name="two parcels, one after another",
        moves=(
            *PAID,
            purchase,
            receive(pieces=1),
            dispatch(),
            receive(2),
            duty_ends(2),
            clear_customs(1),
            clear_customs(2),
            deliver(2),
            deliver(1),
            confirm_receipt(),
        ),
        end=State.CLOSED,
        pieces=2,
        days=2,
    ),
    Path(
        name="two parcels, one objected to",
        moves=(
            *PAID_BY_BOTH,
            purchase,
            receive(pieces=1),
            object_to_goods(1),
            receive(),
            exchange(_OBJECTED, 1),
            receive(1),
            duty_ends(1),
            clear_customs(2),
            clear_customs(1),
            deliver(1),
            deliver(2),
            confirm_receipt(),
        ),
        end=State.CLOSED,
        pieces=2,
        days=2,
    ),
    Path(
        name="three parcels, three ways",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            dispatch(1),
            dispatch(1),
            dispatch(),
            receive(1),
            object_to_goods(1),
            accept_goods(1),
            receive(2),
            clear_customs(1),
            report_lost(3),
            exchange(_LOST, 3),
            receive(3),
            duty_ends(3),
            clear_customs(2),
            deliver(1),
            clear_customs(3),
            deliver(2),
            deliver(3),
            confirm_receipt(),
        ),
        end=State.CLOSED,
        pieces=3,
        days=3,
    ),
    Path(
        name="one parcel lost and paid back",
        days=2,
        moves=(
            *PAID_BY_BOTH,
            purchase,
            *_ONE_HERE,
            duty_ends(1),
            report_lost(2),
            pay_back(_LOST, 2),
            clear_customs(1),
            deliver(1),
            confirm_receipt(),
        ),
        end=State.CLOSED,
        pieces=2,
    ),
    Path(
        name="one parcel given up, one not",
        moves=(
            *PAID,
            purchase,
            *_ONE_HERE,
            receive(2),
            duty_ends(2),
            clear_customs(1),
            deliver(1),
            abandon(2),
            confirm_receipt(),
        ),
        end=State.CLOSED,
        pieces=2,
        days=2,
    ),
    Path(
        name="one claimed, one given up",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            *_ONE_HERE,
            receive(2),
            duty_ends(2),
            clear_customs(1),
            refuse_package(1),
            settle_package(Cause.LOGISTICS, 1),
            abandon(2),
        ),
        end=State.CLOSED,
        pieces=2,
        days=2,
    ),
)
