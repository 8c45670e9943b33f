"""Ways of a chargeback, or of an account, that differ only a little from others, e.g. in where the
order stands then: for every row of the tables to be taken, but not worth an order of the demo each.
"""

from daigou.domain.commands import Cause, CautionKind, UnrealizableReason
from daigou.domain.order import State
from daigou.ports.counterparties import Standing
from daigou.simulator import conduct
from daigou.simulator.conduct import Asking
from daigou.simulator.moves import (
    accept,
    accept_part,
    acknowledge,
    agree,
    ask_to_cancel,
    award,
    break_contract,
    charge_back,
    clear_customs,
    confirm_receipt,
    contest,
    deliver,
    deny_just_cause,
    dispatch,
    find_just_cause,
    hand_back,
    lift_freeze,
    lose,
    object_to_goods,
    object_to_receipt,
    offset,
    offset_part,
    pay,
    pay_debt,
    purchase,
    receive,
    record_purchase,
    refuse_service,
    report,
    report_price,
    resolve_objection,
    sell_goods,
    seller_pays_back,
    send_back,
    settle,
    settle_objection,
    suspect,
    told_by_institution,
    win,
)
from daigou.simulator.paths.chargebacks import STORED, UNLIKE
from daigou.simulator.paths.ways import (
    ABROAD,
    BOUGHT_HOME,
    DEPOSIT,
    HOME,
    INSTITUTION,
    PAID,
    PAID_BY_INSTITUTION,
)
from daigou.simulator.plans import HALF, Path, Share

_DEARER = report_price(Asking(percent=120, more_fen=1))
_PART = report_price(Asking(has_half=True))
_TOP_UP, _CHOICE, _BALANCE = (
    State.AWAITING_TOP_UP,
    State.AWAITING_CHOICE,
    State.AWAITING_BALANCE,
)
_ADVANCE = (acknowledge(CautionKind.ADVANCE_DEPOSIT), accept, pay(INSTITUTION, "pm_ok"), purchase)
_BOUGHT = (*PAID_BY_INSTITUTION, purchase)
_SENT = (*_BOUGHT, dispatch())
_HERE = (*_SENT, receive(1))
_OBJECTED = (*_HERE, object_to_goods())
_ABROAD = (*STORED, clear_customs())
_DELIVERED = (*_ABROAD, deliver())
_NOT_BOUGHT = (
    (_CHOICE, (*PAID_BY_INSTITUTION, _PART), (accept_part, *BOUGHT_HOME), 0),
    (_TOP_UP, (*PAID_BY_INSTITUTION, _DEARER), (pay(DEPOSIT, at=_TOP_UP), *BOUGHT_HOME), 0),
    (_BALANCE, _ADVANCE, (pay(DEPOSIT, at=_BALANCE), *BOUGHT_HOME), 3),
)
_STOPPED = (*_ADVANCE, pay(INSTITUTION, "pm_ok", at=_BALANCE), purchase)

RARE_CHARGEBACKS = (
    *(
        Path(
            name=f"charged back while {state}, and paid",
            moves=(*before, charge_back(state), pay_debt(DEPOSIT), *after),
            end=end,
            block=block,
            advance_tenths=advance,
            pieces=2,
            plays_alone=True,
        )
        for state, before, after, end, block, advance in (
            *(
                (state, before, after, State.CLOSED, conduct.NORMAL, advance)
                for state, before, after, advance in _NOT_BOUGHT
            ),
            (
                State.PAYING,
                (*PAID_BY_INSTITUTION, _DEARER, pay(INSTITUTION, "pm_silent", at=_TOP_UP)),
                (told_by_institution(State.PAYING, Standing.DONE), *BOUGHT_HOME),
                State.CLOSED,
                conduct.NORMAL,
                0,
            ),
            (
                State.PURCHASING,
                _BOUGHT,
                (record_purchase, *HOME),
                State.CLOSED,
                conduct.SILENT,
                0,
            ),
            (
                State.RECOVERING,
                _STOPPED,
                (report(UnrealizableReason.SELLER_STOPPED, at=State.RECOVERING),),
                State.UNREALIZABLE,
                conduct.STOPS_AFTER_ADVANCE,
                3,
            ),
            (
                State.GOING_BACK,
                (*STORED, ask_to_cancel(State.STORED), agree(), send_back()),
                (hand_back(), seller_pays_back(), settle()),
                State.CANCELLED,
                conduct.NORMAL,
                0,
            ),
            *(
                (state, before, after, State.CLOSED, conduct.NORMAL, 0)
                for state, before, after in (
                    (State.DISPATCHED, _SENT, (receive(1), *ABROAD)),
                    (State.WAREHOUSED, _HERE, ABROAD),
                    (State.WAREHOUSE_OBJECTION, _OBJECTED, (resolve_objection(), *ABROAD)),
                    (State.EXPORTED, _ABROAD, (deliver(), confirm_receipt())),
                    (State.DELIVERED, _DELIVERED, (confirm_receipt(),)),
                    (
                        State.RECEIPT_OBJECTION,
                        (*_DELIVERED, object_to_receipt),
                        (settle_objection(Cause.NONE_FOUND), confirm_receipt()),
                    ),
                )
            ),
        )
    ),
    *(
        Path(
            name=f"just cause while {state}",
            moves=(*before, charge_back(state, reason=UNLIKE), find_just_cause(bought=False)),
            end=State.UNREALIZABLE,
            advance_tenths=advance,
            pieces=2,
            plays_alone=True,
        )
        for state, before, _, advance in _NOT_BOUGHT
    ),
    *(
        Path(
            name=f"service refused while {state}",
            moves=(*before, charge_back(state), offset_part(10), refuse_service(state)),
            end=State.REFUSED,
            advance_tenths=advance,
            pieces=2,
            plays_alone=True,
        )
        for state, before, _, advance in _NOT_BOUGHT
    ),
    *(
        Path(
            name=f"sold for a debt while {state}",
            moves=(*before, charge_back(state), offset_part(10), sell_goods(state, HALF)),
            end=State.DISPOSED,
            plays_alone=True,
        )
        for state, before in (
            (State.PURCHASED, _BOUGHT),
            (State.DISPATCHED, _SENT),
            (State.WAREHOUSE_OBJECTION, _OBJECTED),
        )
    ),
    Path(
        name="sold for a debt while warehoused",
        moves=(
            *_SENT,
            charge_back(State.DISPATCHED),
            offset_part(10),
            receive(1),
            sell_goods(State.WAREHOUSED, HALF),
        ),
        end=State.DISPOSED,
        plays_alone=True,
    ),
    Path(
        name="lost first, then offset",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            charge_back(State.PURCHASED, reason=UNLIKE),
            deny_just_cause(),
            lose(State.DEMANDED),
            offset(),
            *HOME,
        ),
        end=State.CLOSED,
        plays_alone=True,
    ),
    Path(
        name="just cause, and won anyhow",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            charge_back(State.PURCHASED, Share(7), reason=UNLIKE),
            find_just_cause(bought=True),
            win(State.JUSTIFIED),
            *HOME,
        ),
        end=State.CLOSED,
        plays_alone=True,
    ),
    Path(
        name="suspected, and cleared",
        moves=(*PAID, purchase, suspect(State.PURCHASED), lift_freeze, *HOME),
        end=State.CLOSED,
        plays_alone=True,
    ),
    Path(
        name="a broken contract, in court",
        moves=(*PAID, *BOUGHT_HOME, break_contract(State.CLOSED, 12_34), contest, award),
        end=State.CLOSED,
        plays_alone=True,
    ),
)
