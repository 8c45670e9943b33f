"""Owns the fulfilment axis: an order's road from the request to receipt, and its ways out."""

from types import MappingProxyType

from daigou.domain.lifecycle.fulfilment import (
    cases,
    chargebacks,
    payment,
    purchase,
    receipt,
    request,
    way,
)
from daigou.domain.lifecycle.fulfilment.triggers import TRIGGERS
from daigou.domain.lifecycle.table import Table, Wait
from daigou.domain.order import Role, State, TableName

_PHASES = (request, payment, purchase, way, receipt, cases, chargebacks)

ENDS = {
    State.CLOSED: "closed",
    State.REFUSED: "refused",
    State.WITHDRAWN: "withdrawn by the client",
    State.LAPSED: "lapsed at a deadline",
    State.UNREALIZABLE: "unrealizable; what the provider collected goes back",
    State.FORFEITED: "the balance never came; the advance deposit is lost",
    State.ABANDONED: "abandoned at the storage",
    State.CANCELLED: "cancelled",
    State.DISSOLVED: "dissolved",
    State.DISPOSED: "its goods were sold for what the client owed",
}

FULFILMENT = Table(
    name=TableName.FULFILMENT,
    initial=State.NEW,
    ends=MappingProxyType(ENDS),
    triggers=MappingProxyType(TRIGGERS),
    rows=tuple(row for phase in _PHASES for row in phase.ROWS),
    waits=(
        Wait(state=State.NEW, says="being requested", next_actor=Role.CLIENT),
        *(wait for phase in _PHASES for wait in phase.WAITS),
    ),
)
