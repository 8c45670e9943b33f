"""Owns what is known of an order that a chargeback of its payment is judged by (PSR-22-4)."""

from daigou.domain.commands import Cause, Footing
from daigou.domain.facts import Facts
from daigou.domain.order import State

RECEIVED_NORMALLY = frozenset(
    {
        State.STORED,
        State.EXPORTED,
        State.PACKAGE_REFUSED,
        State.DELIVERED,
        State.CLAIMED,
        State.ABANDONED,
    }
)
"""Where a parcel stands that logistics received and did not object to in time. What is on its way
back to the seller is not there: a person judges that."""


def footing_of(facts: Facts) -> Footing:
    """What an order's facts say now of a chargeback of its payment."""
    return Footing(
        received=any(parcel.state in RECEIVED_NORMALLY for parcel in facts.parcels),
        providers_fault=Cause.PROVIDER in facts.causes,
    )
