"""The lifecycle tables: what may happen, by whom, by which clause, with which money, until when."""

from daigou.domain.lifecycle.cancellation import CANCELLATION
from daigou.domain.lifecycle.chargeback import CHARGEBACK
from daigou.domain.lifecycle.claim import CLAIM
from daigou.domain.lifecycle.closure import CLOSURE
from daigou.domain.lifecycle.consultation import CONSULTATION
from daigou.domain.lifecycle.dissolution import DISSOLUTION
from daigou.domain.lifecycle.freeze import FREEZE
from daigou.domain.lifecycle.fulfilment import FULFILMENT
from daigou.domain.lifecycle.parcel import PARCEL
from daigou.domain.lifecycle.recharge import RECHARGE
from daigou.domain.lifecycle.refund import REFUND
from daigou.domain.lifecycle.table import Table
from daigou.domain.lifecycle.talk import OPINION, QUESTION, REQUIREMENT
from daigou.domain.lifecycle.tip import TIP
from daigou.domain.lifecycle.withdrawal import WITHDRAWAL
from daigou.domain.order import TableName
from daigou.domain.terms import (
    BALANCE_DATE,
    DATES,
    LEAST_NOTICE,
    STATUTORY,
    VERSIONS,
    Terms,
    TermsError,
)

ITEM_TABLES = (PARCEL, REQUIREMENT, QUESTION, OPINION, CANCELLATION, DISSOLUTION, REFUND)
"""The side axes of an order."""

OUTLIVING = tuple(table.name for table in ITEM_TABLES if table.outlives)
"""The side axes whose items go on when their order has ended: money on its way, a case whose money
is to come."""

TABLES: dict[TableName, Table] = {
    table.name: table
    for table in (
        FULFILMENT,
        *ITEM_TABLES,
        RECHARGE,
        CLAIM,
        WITHDRAWAL,
        FREEZE,
        CLOSURE,
        CHARGEBACK,
        TIP,
        CONSULTATION,
    )
}


def check_durations(terms: Terms) -> None:
    """Holds a version of the terms against the tables' clocks, and the asking of their errands.

    Raises:
        TermsError: a clock has no duration in these terms; all such are listed.
    """
    waits = [wait for table in TABLES.values() for wait in table.waits]
    clocks = {term for wait in waits for each in wait.deadlines for term in (each.term, each.again)}
    asked = {"ask", "ask_most"} if any(wait.errand for wait in waits) else set()
    asked |= {LEAST_NOTICE} if BALANCE_DATE in clocks else set()
    if missing := (clocks | asked) - {"", STATUTORY, *DATES, *terms.durations}:
        raise TermsError(f"terms {terms.version}: no duration of {', '.join(sorted(missing))}")


for _terms in VERSIONS.values():
    check_durations(_terms)

__all__ = [
    "CANCELLATION",
    "CHARGEBACK",
    "CLAIM",
    "CLOSURE",
    "CONSULTATION",
    "DISSOLUTION",
    "FREEZE",
    "FULFILMENT",
    "ITEM_TABLES",
    "OPINION",
    "OUTLIVING",
    "PARCEL",
    "QUESTION",
    "RECHARGE",
    "REFUND",
    "REQUIREMENT",
    "TABLES",
    "TIP",
    "WITHDRAWAL",
    "check_durations",
]
