"""Ways of two parcels that differ only in where one stands while the other is lost: for every row
of the tables to be taken, but not worth an order of the demo each."""

from daigou.domain.commands import Cause
from daigou.domain.order import State
from daigou.simulator.moves import (
    abandon,
    clear_customs,
    confirm_receipt,
    deliver,
    dispatch,
    object_to_goods,
    pay_back,
    purchase,
    receive,
    refuse_package,
    report_lost,
    resolve_objection,
    settle_package,
)
from daigou.simulator.paths.ways import PAID
from daigou.simulator.plans import Path

_OBJECTED, _LOST = State.WAREHOUSE_OBJECTION, State.LOST
_ONE_HERE = (dispatch(1), dispatch(), receive(1))
_ONE_ABROAD = (*_ONE_HERE, clear_customs(1))
_ONE_DELIVERED = (*_ONE_ABROAD, deliver(1))
_ONE_CLAIMED = (*_ONE_ABROAD, refuse_package(1), settle_package(Cause.LOGISTICS, 1))
_LOST_AND_PAID_BACK = (report_lost(2), pay_back(_LOST, 2))
_OBJECTED_AND_PAID_BACK = (receive(2), object_to_goods(2), pay_back(_OBJECTED, 2))

RARE = (
    *(
        Path(name=f"one {what}, one lost", moves=(*PAID, purchase, *moves), end=end, pieces=2)
        for what, moves, end in (
            (
                "abroad",
                (*_ONE_ABROAD, *_LOST_AND_PAID_BACK, deliver(1), confirm_receipt()),
                State.CLOSED,
            ),
            ("delivered", (*_ONE_DELIVERED, *_LOST_AND_PAID_BACK, confirm_receipt()), State.CLOSED),
            ("given up", (*_ONE_HERE, abandon(1), *_LOST_AND_PAID_BACK), State.ABANDONED),
            ("claimed", (*_ONE_CLAIMED, *_LOST_AND_PAID_BACK), State.CLOSED),
        )
    ),
    *(
        Path(
            name=f"one {what}, one objected to",
            moves=(*PAID, purchase, *moves),
            end=end,
            pieces=2,
        )
        for what, moves, end in (
            (
                "settled",
                (
                    *_ONE_HERE,
                    object_to_goods(1),
                    receive(2),
                    resolve_objection(1),
                    clear_customs(1),
                    clear_customs(2),
                    deliver(1),
                    deliver(2),
                    confirm_receipt(),
                ),
                State.CLOSED,
            ),
            (
                "abroad",
                (*_ONE_ABROAD, *_OBJECTED_AND_PAID_BACK, deliver(1), confirm_receipt()),
                State.CLOSED,
            ),
            (
                "delivered",
                (*_ONE_DELIVERED, *_OBJECTED_AND_PAID_BACK, confirm_receipt()),
                State.CLOSED,
            ),
            ("given up", (*_ONE_HERE, abandon(1), *_OBJECTED_AND_PAID_BACK), State.ABANDONED),
            ("claimed", (*_ONE_CLAIMED, *_OBJECTED_AND_PAID_BACK), State.CLOSED),
        )
    ),
)
