"""Owns the paths of cancellation: before the purchase and after it, and those that come to nothing.

What has not been bought is cancelled at once. For what has, the seller is asked; the goods go back
to it, it pays back, and the provider settles. Where it does not agree, the order goes on.
"""

from daigou.domain.commands import CautionKind, CostKind
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator import conduct
from daigou.simulator.moves import (
    Bill,
    accept,
    acknowledge,
    agree,
    ask_to_cancel,
    case_struck,
    clear_customs,
    confirm_receipt,
    deemed_refused,
    deliver,
    dispatch,
    duty_ends,
    exchange,
    hand_back,
    overtaken,
    pay,
    proceed,
    purchase,
    receive,
    record_purchase,
    refuse_to_cancel,
    report_lost,
    seller_pays_back,
    send_back,
    settle,
    settled_by_default,
    struck,
    take_back,
    take_terms,
)
from daigou.simulator.paths.goods import MONTHS_PACE
from daigou.simulator.paths.ways import (
    ABROAD,
    BOTH,
    HOME,
    PAID,
    PAID_BY_BOTH,
    PAID_BY_INSTITUTION,
)
from daigou.simulator.plans import HALF, Move, Path, Share

_STORED = (purchase, receive(), duty_ends())
_ON_ITS_WAY_BACK = (ask_to_cancel(State.STORED), agree(), send_back())
"""Goods at the storage, which the seller agrees to take back."""
_ASKED_IN_TIME = ask_to_cancel(State.PURCHASED)
_PENALTY_FEN = 2_50
_CUSTODY = Bill(cost=CostKind.CUSTODY, fen=3_00)
_TRANSPORT = Bill(cost=CostKind.TRANSPORT, fen=6_40, to=Role.PROVIDER)
_MORE_THAN_IS_HELD = Bill(cost=CostKind.PACKAGING, fen=4_20, to=Role.LOGISTICS, beyond=True)
_PART_OF_IT: tuple[Move, ...] = (agree(keeps=Share(8)), take_terms, seller_pays_back())
"""The seller pays two tenths back, and that is all that the client can get."""

CANCELLED = (
    Path(
        name="cancelled before the purchase",
        moves=(*PAID_BY_BOTH, ask_to_cancel(State.EFFECTIVE), settle()),
        end=State.CANCELLED,
        extra_lines=True,
    ),
    Path(
        name="cancelled, the fee waived",
        moves=(
            accept,
            pay(BOTH, "pm_ok", coupon=True),
            ask_to_cancel(State.EFFECTIVE),
            settle(waived=True),
        ),
        end=State.CANCELLED,
        coupon_fen=5_00,
        extra_lines=True,
    ),
    Path(
        name="cancellation settled by default",
        moves=(
            *PAID,
            ask_to_cancel(State.EFFECTIVE),
            case_struck(Trigger.REMIND, State.SETTLING),
            settled_by_default,
        ),
        end=State.CANCELLED,
        days=3,
    ),
    Path(
        name="cancelled, the advance is lost",
        moves=(
            acknowledge(CautionKind.ADVANCE_DEPOSIT),
            accept,
            pay(BOTH, "pm_ok"),
            purchase,
            ask_to_cancel(State.AWAITING_BALANCE),
            settle(),
        ),
        end=State.CANCELLED,
        advance_tenths=3,
    ),
    Path(
        name="cancelled amid the purchase",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            ask_to_cancel(State.PURCHASING),
            case_struck(Trigger.ESCALATE, State.AWAITING_OUTCOME),
            record_purchase,
            agree(),
            seller_pays_back(),
            settle(),
        ),
        end=State.CANCELLED,
        block=conduct.SILENT,
        days=3,
    ),
    Path(
        name="cancelled on the seller's terms",
        moves=(
            *PAID_BY_BOTH,
            purchase,
            _ASKED_IN_TIME,
            agree(keeps=Share(2), penalty_fen=_PENALTY_FEN),
            take_terms,
            seller_pays_back(),
            settle(),
        ),
        end=State.CANCELLED,
    ),
    Path(
        name="cancelled at the second try",
        moves=(
            *PAID,
            purchase,
            _ASKED_IN_TIME,
            take_back(),
            _ASKED_IN_TIME,
            agree(),
            seller_pays_back(),
            settle(waived=True),
        ),
        end=State.CANCELLED,
    ),
)

SENT_BACK = (
    Path(
        name="sent back, settled with costs",
        moves=(
            *PAID_BY_BOTH,
            *_STORED,
            *_ON_ITS_WAY_BACK,
            hand_back(),
            seller_pays_back(HALF),
            seller_pays_back(),
            settle(_CUSTODY, _TRANSPORT),
        ),
        end=State.CANCELLED,
        extra_lines=True,
        days=1,
    ),
    Path(
        name="cancelled, brokerage comes back",
        moves=(
            *PAID_BY_BOTH,
            *_STORED,
            *_ON_ITS_WAY_BACK,
            hand_back(),
            seller_pays_back(),
            settle(waived=True),
        ),
        end=State.CANCELLED,
        promoter=True,
        extra_lines=True,
        days=1,
    ),
    Path(
        name="cancelled, stopped on the way",
        moves=(
            *PAID,
            purchase,
            dispatch(),
            ask_to_cancel(State.DISPATCHED),
            agree(),
            send_back(at=State.DISPATCHED),
            hand_back(),
            seller_pays_back(),
            settle(_TRANSPORT),
        ),
        end=State.CANCELLED,
    ),
    Path(
        name="cancelled, two parcels go back",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            dispatch(1),
            dispatch(),
            receive(1),
            duty_ends(),
            ask_to_cancel(State.DISPATCHED),
            agree(),
            send_back(1),
            send_back(2, at=State.DISPATCHED),
            hand_back(2),
            hand_back(1),
            seller_pays_back(),
            settle(),
        ),
        end=State.CANCELLED,
        pieces=2,
        days=1,
    ),
    Path(
        name="lost on the way back, paid for",
        moves=(
            *PAID_BY_BOTH,
            *_STORED,
            *_ON_ITS_WAY_BACK,
            struck(Trigger.ESCALATE, State.GOING_BACK, table=TableName.PARCEL, item=1),
            report_lost(at=State.GOING_BACK),
            agree(penalty_fen=_PENALTY_FEN),
            seller_pays_back(),
            settle(),
        ),
        end=State.CANCELLED,
        days=11,
    ),
    Path(
        name="costs taken from the deposit",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            _ASKED_IN_TIME,
            *_PART_OF_IT,
            settle(_CUSTODY, _MORE_THAN_IS_HELD),
        ),
        end=State.CANCELLED,
    ),
    Path(
        name="costs that become a debt",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            _ASKED_IN_TIME,
            *_PART_OF_IT,
            settle(_MORE_THAN_IS_HELD),
        ),
        end=State.CANCELLED,
        poor=True,
    ),
)

PAID_BACK_LATE = (
    Path(
        name="cancelled, refunded late",
        moves=(
            *PAID_BY_BOTH,
            purchase,
            _ASKED_IN_TIME,
            agree(),
            case_struck(Trigger.ESCALATE, State.AWAITING_REFUND),
            proceed,
            settle(),
            seller_pays_back(HALF, at=State.CHASING),
            seller_pays_back(at=State.CHASING),
        ),
        end=State.CANCELLED,
        days=8,
    ),
    Path(
        name="a debt, paid by a late refund",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            _ASKED_IN_TIME,
            agree(),
            proceed,
            settle(_MORE_THAN_IS_HELD),
            seller_pays_back(at=State.CHASING),
        ),
        end=State.CANCELLED,
        poor=True,
    ),
    Path(
        name="cancelled, refund given up",
        moves=(
            *PAID,
            purchase,
            _ASKED_IN_TIME,
            agree(),
            seller_pays_back(HALF),
            proceed,
            settle(),
            case_struck(Trigger.GIVE_UP, State.CHASING),
        ),
        end=State.CANCELLED,
        days=60,
        pace=MONTHS_PACE,
    ),
)

GONE_ON = (
    Path(
        name="cancellation refused by seller",
        moves=(*PAID, purchase, _ASKED_IN_TIME, refuse_to_cancel(), *HOME),
        end=State.CLOSED,
    ),
    Path(
        name="cancellation never answered",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            _ASKED_IN_TIME,
            case_struck(Trigger.ESCALATE, State.ASKING_SELLER),
            deemed_refused,
            *HOME,
        ),
        end=State.CLOSED,
        days=6,
    ),
    Path(
        name="cancellation taken back",
        moves=(
            *PAID_BY_BOTH,
            purchase,
            dispatch(),
            ask_to_cancel(State.DISPATCHED),
            take_back(),
            receive(1),
            *ABROAD,
        ),
        end=State.CLOSED,
    ),
    Path(
        name="seller's terms not answered",
        moves=(
            *PAID,
            purchase,
            _ASKED_IN_TIME,
            agree(keeps=HALF),
            case_struck(Trigger.LAPSE, State.TERMS_OFFERED),
            *HOME,
        ),
        end=State.CLOSED,
        days=3,
    ),
    Path(
        name="lost on the way back, refused",
        moves=(
            *PAID_BY_INSTITUTION,
            *_STORED,
            *_ON_ITS_WAY_BACK,
            report_lost(at=State.GOING_BACK),
            refuse_to_cancel(),
            exchange(State.LOST),
            receive(1),
            *ABROAD,
        ),
        end=State.CLOSED,
        days=2,
    ),
    Path(
        name="cleared amid a cancellation",
        moves=(
            *PAID,
            *_STORED,
            ask_to_cancel(State.STORED),
            clear_customs(),
            overtaken,
            deliver(),
            confirm_receipt(),
        ),
        end=State.CLOSED,
        days=1,
    ),
    Path(
        name="cleared after a refund",
        moves=(
            *PAID_BY_BOTH,
            purchase,
            _ASKED_IN_TIME,
            agree(),
            seller_pays_back(HALF),
            receive(),
            clear_customs(),
            overtaken,
            deliver(),
            confirm_receipt(),
        ),
        end=State.CLOSED,
    ),
)
