"""Owns the paths of goods in one parcel: late, lost, objected to, stored for months, given up."""

from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.moves import (
    abandon,
    accept_goods,
    clear_customs,
    confirm_receipt,
    deliver,
    dispatch,
    exchange,
    never_sent,
    object_to_goods,
    pay_back,
    pay_storage,
    purchase,
    receive,
    report_lost,
    report_progress,
    resolve_objection,
    storage_charged,
    struck,
    track,
)
from daigou.simulator.paths.ways import (
    ABROAD,
    HOME,
    PAID,
    PAID_BY_BOTH,
    PAID_BY_INSTITUTION,
    SENT_HOME,
)
from daigou.simulator.plans import Move, Path

_OBJECTED, _LOST = State.WAREHOUSE_OBJECTION, State.LOST
MONTHS_PACE = 3
"""Goods that are stored for half a year do not keep a demo waiting for three minutes."""


def _of_parcel(trigger: Trigger, at: State) -> Move:
    return struck(trigger, at, table=TableName.PARCEL, item=1)


GOODS = (
    Path(
        name="announced by the provider",
        moves=(
            *PAID,
            purchase,
            report_progress(State.PURCHASED),
            dispatch(),
            track(),
            report_progress(State.DISPATCHED),
            receive(1),
            *ABROAD,
        ),
        end=State.CLOSED,
    ),
    Path(
        name="dispatch late",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            struck(Trigger.REMIND, State.PURCHASED),
            struck(Trigger.ESCALATE, State.PURCHASED),
            *SENT_HOME,
        ),
        end=State.CLOSED,
        days=4,
    ),
    Path(
        name="no news of the purchase",
        moves=(
            *PAID,
            purchase,
            struck(Trigger.PROMPT, State.PURCHASED),
            struck(Trigger.CHASE, State.PURCHASED),
            report_progress(State.PURCHASED),
            *HOME,
        ),
        end=State.CLOSED,
        days=6,
    ),
    Path(
        name="no news of the parcel",
        moves=(
            *PAID_BY_BOTH,
            purchase,
            dispatch(),
            struck(Trigger.PROMPT, State.DISPATCHED),
            struck(Trigger.CHASE, State.DISPATCHED),
            report_progress(State.DISPATCHED),
            receive(1),
            *ABROAD,
        ),
        end=State.CLOSED,
        days=6,
    ),
    Path(
        name="arrival overdue",
        moves=(
            *PAID,
            purchase,
            dispatch(),
            _of_parcel(Trigger.REMIND, State.DISPATCHED),
            _of_parcel(Trigger.ESCALATE, State.DISPATCHED),
            receive(1),
            *ABROAD,
        ),
        end=State.CLOSED,
        days=11,
    ),
    Path(
        name="never moves, lost, sent again",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            dispatch(),
            _of_parcel(Trigger.PROMPT, State.DISPATCHED),
            report_lost(),
            exchange(_LOST),
            receive(1),
            *ABROAD,
        ),
        end=State.CLOSED,
        days=5,
    ),
    Path(
        name="lost, then found at the storage",
        moves=(
            *PAID,
            purchase,
            dispatch(),
            report_lost(by=Role.PLATFORM),
            _of_parcel(Trigger.ESCALATE, _LOST),
            receive(1, at=_LOST),
            *ABROAD,
        ),
        end=State.CLOSED,
        days=11,
    ),
    Path(
        name="lost, paid back by the seller",
        moves=(*PAID_BY_BOTH, purchase, dispatch(), report_lost(), pay_back(_LOST)),
        end=State.UNREALIZABLE,
    ),
    Path(
        name="never sent, paid back",
        moves=(
            *PAID,
            purchase,
            struck(Trigger.REMIND, State.PURCHASED),
            struck(Trigger.ESCALATE, State.PURCHASED),
            never_sent,
            pay_back(_LOST),
        ),
        end=State.UNREALIZABLE,
        days=4,
    ),
    Path(
        name="objection to goods, resolved",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            receive(),
            object_to_goods(),
            resolve_objection(),
            *ABROAD,
        ),
        end=State.CLOSED,
        days=0,
    ),
    Path(
        name="objection overdue, resolved",
        moves=(
            *PAID,
            purchase,
            receive(),
            object_to_goods(),
            _of_parcel(Trigger.ESCALATE, _OBJECTED),
            resolve_objection(),
            *ABROAD,
        ),
        end=State.CLOSED,
        days=3,
    ),
    Path(
        name="objection: goods exchanged",
        moves=(
            *PAID_BY_BOTH,
            purchase,
            receive(),
            object_to_goods(),
            exchange(_OBJECTED),
            receive(1),
            *ABROAD,
        ),
        end=State.CLOSED,
    ),
    Path(
        name="objection: taken as they are",
        moves=(*PAID, purchase, receive(), object_to_goods(), accept_goods(), *ABROAD),
        end=State.CLOSED,
        days=0,
    ),
    Path(
        name="objection: paid back by seller",
        moves=(*PAID_BY_BOTH, purchase, receive(), object_to_goods(), pay_back(_OBJECTED)),
        end=State.UNREALIZABLE,
        extra_lines=True,
        days=0,
    ),
    Path(
        name="transit overdue",
        moves=(
            *PAID_BY_BOTH,
            purchase,
            receive(),
            clear_customs(),
            _of_parcel(Trigger.ESCALATE, State.EXPORTED),
            deliver(),
            confirm_receipt(),
        ),
        end=State.CLOSED,
        days=31,
    ),
)

STORAGE = (
    Path(
        name="given up at the storage",
        moves=(*PAID_BY_BOTH, purchase, receive(), abandon()),
        end=State.ABANDONED,
        extra_lines=True,
    ),
    Path(
        name="storage charged to the deposit",
        moves=(
            *PAID,
            purchase,
            receive(),
            _of_parcel(Trigger.WARN_OF_CHARGES, State.STORED),
            storage_charged(),
            *ABROAD,
        ),
        end=State.CLOSED,
        days=100,
        pace=MONTHS_PACE,
    ),
    Path(
        name="storage unpaid, then paid",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            receive(),
            storage_charged(),
            pay_storage(),
            *ABROAD,
        ),
        end=State.CLOSED,
        poor=True,
        days=100,
        pace=MONTHS_PACE,
    ),
    Path(
        name="abandoned by time",
        moves=(
            *PAID,
            purchase,
            receive(),
            storage_charged(),
            storage_charged(),
            storage_charged(),
            _of_parcel(Trigger.WARN_OF_ABANDONMENT, State.STORED),
            _of_parcel(Trigger.DEEM_ABANDONED, State.STORED),
        ),
        end=State.ABANDONED,
        days=182,
        pace=MONTHS_PACE,
    ),
)
