"""Owns the paths of orders whose payment is charged back: paid in time, offset, sold for, decided.

What becomes of such a client's account is of no other order's concern: each has one of its own.
"""

from daigou.domain.commands import DisputeReason
from daigou.domain.order import State
from daigou.simulator.moves import (
    ask_to_cancel,
    charge_back,
    deny_just_cause,
    duty_ends,
    find_just_cause,
    lose,
    offset,
    offset_part,
    pay_debt,
    purchase,
    receive,
    refuse_service,
    sell_goods,
    settle,
    stage_evidence,
    submit_evidence,
    win,
    withdraw_money,
)
from daigou.simulator.paths.ways import (
    ABROAD,
    BOTH,
    BOUGHT_HOME,
    DEPOSIT,
    HOME,
    INSTITUTION,
    PAID_BY_BOTH,
    PAID_BY_INSTITUTION,
)
from daigou.simulator.plans import ALL, HALF, Path, Share

STORED = (*PAID_BY_INSTITUTION, purchase, receive(), duty_ends())
UNLIKE = DisputeReason.NOT_AS_DESCRIBED

PAID_AGAIN = (
    Path(
        name="charged back, deposit pays",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            charge_back(State.PURCHASED),
            pay_debt(DEPOSIT),
            *HOME,
        ),
        end=State.CLOSED,
        plays_alone=True,
    ),
    Path(
        name="charged back, card pays anew",
        moves=(
            *PAID_BY_BOTH,
            charge_back(State.EFFECTIVE),
            pay_debt(INSTITUTION, "pm_pending_then_ok"),
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
        extra_lines=True,
        plays_alone=True,
    ),
    Path(
        name="charged back, both pay",
        moves=(*STORED, charge_back(State.STORED), pay_debt(BOTH, "pm_ok"), *ABROAD),
        end=State.CLOSED,
        plays_alone=True,
    ),
    Path(
        name="charged back, declined, offset",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            charge_back(State.PURCHASED, reason=DisputeReason.ACCOUNT_STOLEN),
            pay_debt(BOTH, "pm_declined"),
            offset(),
            *HOME,
        ),
        end=State.CLOSED,
        plays_alone=True,
    ),
    Path(
        name="charged back, offset whole",
        moves=(*STORED, charge_back(State.STORED), offset(), *ABROAD),
        end=State.CLOSED,
        plays_alone=True,
    ),
    Path(
        name="charged back twice in part",
        moves=(
            *PAID_BY_BOTH,
            purchase,
            charge_back(State.PURCHASED, HALF),
            charge_back(State.PURCHASED, Share(3), reason=DisputeReason.DUPLICATE),
            deny_just_cause(),
            pay_debt(INSTITUTION, "pm_ok", nth=1),
            offset(nth=2),
            *HOME,
        ),
        end=State.CLOSED,
        extra_lines=True,
        plays_alone=True,
    ),
    Path(
        name="charged back after the end",
        moves=(*PAID_BY_INSTITUTION, *BOUGHT_HOME, charge_back(State.CLOSED), offset()),
        end=State.CLOSED,
        plays_alone=True,
        days=4,
    ),
    Path(
        name="charged back while cancelled",
        moves=(
            *PAID_BY_INSTITUTION,
            ask_to_cancel(State.EFFECTIVE),
            charge_back(State.EFFECTIVE),
            settle(),
            # The fee is kept, and so is what the storage collected: that is owed.
            offset(),
        ),
        end=State.CANCELLED,
        extra_lines=True,
        plays_alone=True,
        days=4,
    ),
)
NOT_COVERED = (
    Path(
        name="offset in part, a surplus",
        moves=(
            *STORED,
            charge_back(State.STORED, reason=DisputeReason.NOT_RECEIVED),
            offset_part(10_00),
            sell_goods(State.STORED, ALL, storage_fen=6_50, more_fen=20_00),
            lose(),
        ),
        end=State.DISPOSED,
        pieces=20,
        plays_alone=True,
        days=4,
    ),
    Path(
        name="offset in part, a shortfall",
        moves=(
            *STORED,
            charge_back(State.STORED),
            offset_part(5_00),
            sell_goods(State.STORED, Share(6), storage_fen=2_00),
        ),
        end=State.DISPOSED,
        pieces=20,
        plays_alone=True,
        days=4,
    ),
    Path(
        name="service refused for a debt",
        moves=(
            *PAID_BY_INSTITUTION,
            charge_back(State.EFFECTIVE),
            offset_part(3_00),
            refuse_service(State.EFFECTIVE),
            lose(),
        ),
        end=State.REFUSED,
        pieces=20,
        plays_alone=True,
        days=4,
    ),
    Path(
        name="a debt that recharges pay",
        moves=(
            *STORED,
            charge_back(State.STORED),
            offset_part(5_00),
            sell_goods(State.STORED, HALF, storage_fen=2_00),
            # Some of it is paid as it comes in, the rest by the institution.
            pay_debt(INSTITUTION, "pm_ok", at=State.OWING, recharges_fen=2_00),
            lose(),
        ),
        end=State.DISPOSED,
        pieces=20,
        plays_alone=True,
        days=5,
    ),
    Path(
        name="a recharge covers the debt",
        moves=(
            *PAID_BY_INSTITUTION,
            *BOUGHT_HOME,
            charge_back(State.CLOSED),
            offset_part(5_00),
            # No goods are left to be sold: what is put in pays first, and the rest is the client's.
            withdraw_money(State.CLOSED, 20_00, once_covered=True),
        ),
        end=State.CLOSED,
        pieces=20,
        plays_alone=True,
        days=5,
    ),
)
DECIDED = (
    Path(
        name="paid again, and lost",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            charge_back(State.PURCHASED),
            pay_debt(DEPOSIT),
            lose(),
            *HOME,
        ),
        end=State.CLOSED,
        plays_alone=True,
    ),
    Path(
        name="offset, and won on evidence",
        moves=(
            *STORED,
            charge_back(State.STORED),
            stage_evidence(State.DEMANDED),
            offset(),
            submit_evidence(State.COVERED),
            win(),
            *ABROAD,
        ),
        end=State.CLOSED,
        plays_alone=True,
    ),
    Path(
        name="sold for the debt, then won",
        moves=(
            *STORED,
            charge_back(State.STORED, reason=DisputeReason.PAYMENT_MISUSED),
            offset_part(5_00),
            sell_goods(State.STORED, HALF, storage_fen=2_00),
            win(State.OWING),
        ),
        end=State.DISPOSED,
        pieces=20,
        plays_alone=True,
        days=4,
    ),
    Path(
        name="just cause before the purchase",
        moves=(
            *PAID_BY_BOTH,
            charge_back(State.EFFECTIVE, reason=UNLIKE),
            find_just_cause(bought=False),
        ),
        end=State.UNREALIZABLE,
        plays_alone=True,
    ),
    Path(
        name="just cause, the provider bears",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            charge_back(State.PURCHASED, reason=UNLIKE),
            find_just_cause(bought=True),
            *HOME,
            lose(State.JUSTIFIED),
        ),
        end=State.CLOSED,
        plays_alone=True,
    ),
)
