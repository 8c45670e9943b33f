"""Ways of a cancellation that differ only a little from others, e.g. in where it is asked for: for
every row of the tables to be taken, but not worth an order of the demo each."""

from daigou.domain.commands import Cause, CautionKind, Outcome, UnrealizableReason
from daigou.domain.ids import MovementRef
from daigou.domain.order import Role, State, Trigger
from daigou.ports.counterparties import Standing
from daigou.simulator import conduct
from daigou.simulator.conduct import Asking
from daigou.simulator.moves import (
    abandon,
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
    object_to_goods,
    overtaken,
    parcel_struck,
    pay,
    pay_back,
    proceed,
    purchase,
    receive,
    record_purchase,
    refuse_package,
    refuse_to_cancel,
    report,
    report_lost,
    report_price,
    resolve_objection,
    seller_pays_back,
    send_back,
    settle,
    settle_package,
    settled_by_default,
    storage_charged,
    take_back,
    take_terms,
    told_by_institution,
)
from daigou.simulator.paths.ways import (
    ABROAD,
    DEPOSIT,
    HOME,
    INSTITUTION,
    PAID,
    PAID_BY_BOTH,
    PAID_BY_INSTITUTION,
)
from daigou.simulator.plans import ALL, HALF, NONE, Act, Cue, Move, Path
from daigou.simulator.tally import Tally


def stored(*parcels: int) -> tuple[Move, ...]:
    """Nobody objects to the parcels in time; with them the order is stored, and the fee earned."""
    return (*(duty_ends(each) for each in parcels), earn)


def earn(tally: Tally) -> tuple[Cue, ...]:
    """The provider's duty is over."""
    tally.earn()
    return ()


def seller_rejects(tally: Tally) -> tuple[Cue, ...]:
    """A person of the silent seller platform says that it does not sell."""
    return (
        Act(
            role=Role.PLATFORM,
            trigger=Trigger.REJECT_PURCHASE,
            at=State.PURCHASING,
            command=Outcome(reference=MovementRef("")),
            decides=Standing.REJECTED,
        ),
    )


_OBJECTED, _LOST, _HANDED_BACK = State.WAREHOUSE_OBJECTION, State.LOST, State.HANDED_BACK
_TOP_UP, _CHOICE = State.AWAITING_TOP_UP, State.AWAITING_CHOICE
_DEARER = report_price(Asking(percent=120))
_PENALTY_FEN = 1_70
_STORED = (purchase, receive(), *stored(1))
_GRANTED = (*_STORED, ask_to_cancel(State.STORED), agree())
_BACK = (hand_back(), seller_pays_back(), settle())
_TWO_STORED = (
    dispatch(1),
    dispatch(),
    receive(1),
    receive(2),
    *stored(1, 2),
)
_ONE_HANDED_BACK = (
    *PAID,
    purchase,
    *_TWO_STORED,
    ask_to_cancel(State.STORED),
    agree(),
    send_back(2),
    hand_back(2),
)
"""Of two parcels the first is at the storage, the second with the seller again."""
_ONE_CLEARED = (*_ONE_HANDED_BACK, clear_customs(1), overtaken)


def refused_with_one_at(
    stands: State, *moves: Move, others: State = State.WAREHOUSED
) -> tuple[Move, ...]:
    """Of three parcels the first stands there when the seller refuses, the second is with the
    seller again, and the third was lost on its way back, and is paid back."""
    return (
        *PAID_BY_BOTH,
        purchase,
        dispatch(1),
        dispatch(1),
        dispatch(),
        *(receive(number) for number in (1, 2, 3)),
        *moves,
        ask_to_cancel(stands),
        agree(),
        send_back(2, at=others),
        hand_back(2),
        send_back(3, at=others),
        report_lost(3, at=State.GOING_BACK),
        refuse_to_cancel(),
        pay_back(_LOST, 3),
    )


_NOT_BOUGHT = (
    Path(
        name="cancelled instead of taking a part",
        moves=(
            *PAID_BY_BOTH,
            report_price(Asking(has_half=True)),
            ask_to_cancel(_CHOICE),
            settle(),
        ),
        end=State.CANCELLED,
        pieces=2,
    ),
    Path(
        name="cancelled instead of a top-up",
        moves=(*PAID_BY_BOTH, _DEARER, ask_to_cancel(_TOP_UP), settle(waived=True)),
        end=State.CANCELLED,
    ),
    Path(
        name="cancelled while a payment is silent",
        moves=(
            *PAID,
            _DEARER,
            pay(INSTITUTION, "pm_silent", at=_TOP_UP),
            ask_to_cancel(State.PAYING),
            told_by_institution(State.PAYING, Standing.DONE),
            settle(),
        ),
        end=State.CANCELLED,
    ),
    Path(
        name="taken back while a payment is silent",
        moves=(
            *PAID,
            _DEARER,
            pay(INSTITUTION, "pm_silent", at=_TOP_UP),
            ask_to_cancel(State.PAYING),
            take_back(State.AWAITING_OUTCOME),
            told_by_institution(State.PAYING, Standing.DONE),
            purchase,
            *HOME,
        ),
        end=State.CLOSED,
    ),
    Path(
        name="taken back while the seller is silent",
        moves=(
            *PAID,
            purchase,
            ask_to_cancel(State.PURCHASING),
            take_back(State.AWAITING_OUTCOME),
            record_purchase,
            *HOME,
        ),
        end=State.CLOSED,
        block=conduct.SILENT,
    ),
    Path(
        name="unrealizable before it is settled",
        moves=(
            *PAID_BY_BOTH,
            ask_to_cancel(State.EFFECTIVE),
            report(UnrealizableReason.SELLER_STOPPED),
        ),
        end=State.UNREALIZABLE,
    ),
    Path(
        name="the seller rejects amid a cancellation",
        moves=(
            acknowledge(CautionKind.ADVANCE_DEPOSIT),
            accept,
            pay(DEPOSIT),
            purchase,
            record_purchase,
            pay(DEPOSIT, at=State.AWAITING_BALANCE),
            purchase,
            ask_to_cancel(State.PURCHASING),
            seller_rejects,
            report(UnrealizableReason.SOLD_OUT, at=State.RECOVERING),
        ),
        end=State.UNREALIZABLE,
        block=conduct.SILENT,
        advance_tenths=3,
    ),
)

_GOING_BACK = (
    Path(
        name="sent back before the duty ends",
        moves=(
            *PAID_BY_BOTH,
            purchase,
            receive(),
            ask_to_cancel(State.WAREHOUSED),
            agree(),
            send_back(at=State.WAREHOUSED),
            *_BACK,
        ),
        end=State.CANCELLED,
    ),
    Path(
        name="objected to, sent back, at the storage again",
        moves=(
            *PAID,
            purchase,
            receive(),
            object_to_goods(),
            ask_to_cancel(_OBJECTED),
            agree(),
            send_back(at=_OBJECTED),
            receive(1, at=State.GOING_BACK),
            send_back(at=State.WAREHOUSED),
            *_BACK,
        ),
        end=State.CANCELLED,
    ),
    *(
        Path(
            name=f"refused while {at}",
            moves=(
                *PAID,
                purchase,
                receive(),
                *moves,
                ask_to_cancel(at),
                refuse_to_cancel(by=Role.PLATFORM),
                *then,
                *ABROAD,
            ),
            end=State.CLOSED,
        )
        for at, moves, then in (
            (State.WAREHOUSED, (), ()),
            (_OBJECTED, (object_to_goods(),), (resolve_objection(),)),
            (State.STORED, stored(1), ()),
        )
    ),
    Path(
        name="one handed back, one lost, both sent again",
        moves=(
            *_ONE_HANDED_BACK,
            send_back(1),
            report_lost(1, at=State.GOING_BACK),
            refuse_to_cancel(),
            ask_to_cancel(State.GOING_BACK),
            take_back(),
            exchange(_LOST, 1),
            exchange(_HANDED_BACK, 2),
            receive(1),
            receive(2),
            clear_customs(1),
            clear_customs(2),
            deliver(1),
            deliver(2),
            confirm_receipt(),
        ),
        end=State.CLOSED,
        pieces=2,
    ),
    *(
        Path(name=f"one {what}, one handed back", moves=moves, end=State.CLOSED, pieces=2)
        for what, moves in (
            (
                "abroad",
                (*_ONE_CLEARED, pay_back(_HANDED_BACK, 2), deliver(1), confirm_receipt()),
            ),
            (
                "delivered",
                (*_ONE_CLEARED, deliver(1), pay_back(_HANDED_BACK, 2), confirm_receipt()),
            ),
            (
                "claimed",
                (
                    *_ONE_CLEARED,
                    refuse_package(1),
                    settle_package(Cause.LOGISTICS, 1),
                    pay_back(_HANDED_BACK, 2),
                ),
            ),
        )
    ),
    *(
        Path(name=f"one {what}, one handed back, one lost", moves=moves, end=end, pieces=3)
        for what, moves, end in (
            (
                "stored",
                (
                    *refused_with_one_at(State.STORED, *stored(1, 2, 3), others=State.STORED),
                    pay_back(_HANDED_BACK, 2),
                    *ABROAD,
                ),
                State.CLOSED,
            ),
            (
                "given up",
                (
                    *refused_with_one_at(State.STORED, *stored(1, 2, 3), others=State.STORED),
                    abandon(1),
                    pay_back(_HANDED_BACK, 2),
                ),
                State.ABANDONED,
            ),
            (
                "objected to",
                (
                    *refused_with_one_at(_OBJECTED, object_to_goods(1)),
                    pay_back(_HANDED_BACK, 2),
                    resolve_objection(1),
                    *ABROAD,
                ),
                State.CLOSED,
            ),
        )
    ),
    Path(
        name="handed back, refused, paid back after all",
        moves=(
            *PAID_BY_INSTITUTION,
            *_GRANTED,
            send_back(),
            hand_back(),
            parcel_struck(Trigger.ESCALATE, _HANDED_BACK),
            refuse_to_cancel(State.AWAITING_REFUND, by=Role.PLATFORM),
            pay_back(_HANDED_BACK),
        ),
        end=State.UNREALIZABLE,
    ),
    Path(
        name="goods appear once the seller has paid back",
        moves=(
            *PAID,
            purchase,
            ask_to_cancel(State.PURCHASED),
            agree(),
            seller_pays_back(),
            receive(),
            send_back(at=State.WAREHOUSED),
            hand_back(),
            settle(),
        ),
        end=State.CANCELLED,
    ),
    *(
        Path(
            name=f"paid back in part, sent back after all, lost, {what}",
            moves=(
                *PAID_BY_BOTH,
                purchase,
                ask_to_cancel(State.PURCHASED),
                agree(),
                seller_pays_back(HALF),
                receive(),
                send_back(at=State.WAREHOUSED),
                report_lost(at=State.GOING_BACK),
                said,
                exchange(_LOST),
                receive(1),
                *ABROAD,
            ),
            end=State.CLOSED,
        )
        for what, said in (("refused", refuse_to_cancel()), ("never answered", deemed_refused))
    ),
    Path(
        name="the second parcel comes after the first went back",
        moves=(
            *PAID,
            purchase,
            dispatch(1),
            receive(1),
            ask_to_cancel(State.PURCHASED),
            agree(),
            send_back(1, at=State.WAREHOUSED),
            hand_back(1),
            dispatch(),
            send_back(2, at=State.DISPATCHED),
            hand_back(2),
            seller_pays_back(),
            settle(),
        ),
        end=State.CANCELLED,
        pieces=2,
    ),
    Path(
        name="lost on the way back, nothing paid back",
        moves=(
            *PAID,
            *_GRANTED,
            case_struck(Trigger.ESCALATE, State.RETURNING),
            send_back(),
            report_lost(at=State.GOING_BACK),
            agree(keeps=ALL, penalty_fen=_PENALTY_FEN),
            settle(),
        ),
        end=State.CANCELLED,
    ),
    Path(
        name="never sent back, given up by time",
        moves=(
            *PAID,
            *_GRANTED,
            parcel_struck(Trigger.WARN_OF_CHARGES, State.STORED),
            storage_charged(),
            storage_charged(),
            storage_charged(),
            parcel_struck(Trigger.DEEM_ABANDONED, State.STORED),
        ),
        end=State.ABANDONED,
    ),
)

_TERMS = (
    Path(
        name="terms not wanted",
        moves=(
            *PAID,
            purchase,
            ask_to_cancel(State.PURCHASED),
            agree(keeps=HALF),
            take_back(State.TERMS_OFFERED),
            *HOME,
        ),
        end=State.CLOSED,
    ),
    Path(
        name="cleared while terms are offered",
        moves=(
            *PAID,
            *_STORED,
            ask_to_cancel(State.STORED),
            agree(keeps=HALF),
            clear_customs(),
            overtaken,
            deliver(),
            confirm_receipt(),
        ),
        end=State.CLOSED,
    ),
    Path(
        name="sent back, nothing paid back",
        moves=(
            *PAID,
            *_STORED,
            ask_to_cancel(State.STORED),
            agree(keeps=ALL),
            take_terms,
            send_back(),
            hand_back(),
            settle(),
        ),
        end=State.CANCELLED,
    ),
)

_SETTLED = (
    Path(
        name="paid back while it is settled",
        moves=(
            *PAID,
            purchase,
            ask_to_cancel(State.PURCHASED),
            agree(),
            proceed,
            seller_pays_back(HALF, at=State.SETTLING),
            settle(),
            seller_pays_back(at=State.CHASING),
        ),
        end=State.CANCELLED,
    ),
    Path(
        name="by default, the seller chased",
        moves=(
            *PAID_BY_BOTH,
            purchase,
            ask_to_cancel(State.PURCHASED),
            agree(penalty_fen=_PENALTY_FEN),
            take_terms,
            proceed,
            settled_by_default,
            case_struck(Trigger.ESCALATE, State.CHASING),
            seller_pays_back(at=State.CHASING),
        ),
        end=State.CANCELLED,
    ),
    *(
        Path(
            name=f"by default, a debt, {what}",
            moves=(
                *PAID_BY_INSTITUTION,
                purchase,
                ask_to_cancel(State.PURCHASED),
                agree(keeps=keeps, penalty_fen=_PENALTY_FEN),
                take_terms,
                *moves,
                settled_by_default,
                *then,
            ),
            end=State.CANCELLED,
            poor=True,
        )
        for what, keeps, moves, then in (
            ("the seller chased", NONE, (proceed,), (case_struck(Trigger.GIVE_UP, State.CHASING),)),
            ("nothing paid back", ALL, (), ()),
        )
    ),
)

RARE_CANCELLATIONS = (*_NOT_BOUGHT, *_GOING_BACK, *_TERMS, *_SETTLED)
