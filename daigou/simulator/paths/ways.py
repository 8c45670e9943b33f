"""Owns the stretches of way that many paths share."""

from daigou.simulator.moves import (
    accept,
    clear_customs,
    confirm_receipt,
    deliver,
    dispatch,
    pay,
    purchase,
    receive,
)
from daigou.simulator.plans import Share

DEPOSIT, INSTITUTION, BOTH = Share(10), Share(0), Share(4)

ABROAD = (clear_customs(), deliver(), confirm_receipt())
"""One parcel that is stored, on to receipt."""
HOME = (receive(), *ABROAD)
"""Goods that were bought, which reach the storage unannounced."""
SENT_HOME = (dispatch(), receive(1), *ABROAD)
"""The same, in a parcel that the provider announces."""
BOUGHT_HOME = (purchase, *HOME)

PAID = (accept, pay(DEPOSIT))
PAID_BY_INSTITUTION = (accept, pay(INSTITUTION, "pm_ok"))
PAID_BY_BOTH = (accept, pay(BOTH, "pm_ok"))
