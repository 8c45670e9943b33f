"""Ways that differ only a little from others, e.g. in where one of two parcels stands while the
other is lost: for every row of the tables to be taken, but not worth an order of the demo each."""

from daigou.domain.commands import Cause, CautionKind, UnrealizableReason
from daigou.domain.order import State
from daigou.simulator.conduct import Asking
from daigou.simulator.moves import (
    abandon,
    accept,
    acknowledge,
    clear_customs,
    confirm_receipt,
    decline_offer,
    deliver,
    dispatch,
    left_unpaid,
    object_to_goods,
    pay,
    pay_back,
    pay_storage,
    purchase,
    receive,
    refuse_package,
    report,
    report_lost,
    report_price,
    resolve_objection,
    settle_package,
    storage_charged,
)
from daigou.simulator.paths.ways import DEPOSIT, INSTITUTION, PAID
from daigou.simulator.plans import Path
from tests.simulator.rare_cancellations import RARE_CANCELLATIONS
from tests.simulator.rare_chargebacks import RARE_CHARGEBACKS
from tests.simulator.rare_dissolutions import RARE_DISSOLUTIONS

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
    *(
        Path(
            name=f"advance, then {what}",
            moves=(
                acknowledge(CautionKind.ADVANCE_DEPOSIT),
                accept,
                pay(DEPOSIT),
                purchase,
                pay(DEPOSIT, at=State.AWAITING_BALANCE),
                *moves,
                report(UnrealizableReason.PRICE_CHANGED, at=State.RECOVERING),
            ),
            end=State.UNREALIZABLE,
            advance_tenths=3,
            pieces=2,
        )
        for what, moves in (
            (
                "a price not answered",
                (report_price(Asking(percent=120)), left_unpaid(State.AWAITING_TOP_UP)),
            ),
            (
                "a part declined",
                (report_price(Asking(has_half=True)), decline_offer(State.AWAITING_CHOICE)),
            ),
            (
                "a part not answered",
                (report_price(Asking(has_half=True)), left_unpaid(State.AWAITING_CHOICE)),
            ),
        )
    ),
    Path(
        name="advance, then stopped before the order",
        moves=(
            acknowledge(CautionKind.ADVANCE_DEPOSIT),
            accept,
            pay(DEPOSIT),
            purchase,
            pay(DEPOSIT, at=State.AWAITING_BALANCE),
            report(UnrealizableReason.SELLER_STOPPED),
        ),
        end=State.UNREALIZABLE,
        advance_tenths=3,
    ),
    *(
        Path(
            name=f"storage paid {when}",
            moves=(
                accept,
                pay(INSTITUTION, "pm_ok"),
                purchase,
                receive(),
                storage_charged(),
                clear_customs(),
                *moves,
                confirm_receipt(),
            ),
            end=State.CLOSED,
            poor=True,
        )
        for when, moves in (
            ("abroad", (pay_storage(at=State.EXPORTED), deliver())),
            (
                "at the door",
                (
                    refuse_package(),
                    pay_storage(at=State.PACKAGE_REFUSED),
                    deliver(at=State.PACKAGE_REFUSED),
                ),
            ),
        )
    ),
    *RARE_CANCELLATIONS,
    *RARE_DISSOLUTIONS,
    *RARE_CHARGEBACKS,
)
