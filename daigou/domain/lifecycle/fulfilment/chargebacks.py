"""Owns what an order makes of a chargeback: it waits, or ends by it and its goods are sold."""

from daigou.domain import postings
from daigou.domain.lifecycle import chargeback_guards as guards
from daigou.domain.lifecycle.case_guards import BOUGHT, NOT_BOUGHT, UNDER_WAY, no_case_is_open
from daigou.domain.lifecycle.table import Row, Wait
from daigou.domain.lifecycle.words import PLATFORM, PROVIDER, tell
from daigou.domain.order import Role, State, Trigger

_PAID = (
    *NOT_BOUGHT,
    *UNDER_WAY,
    State.RECOVERING,
    *BOUGHT,
    State.EXPORTED,
    State.DELIVERED,
    State.RECEIPT_OBJECTION,
    State.RECEIVED,
)
"""Where an order goes on of which a payment can be charged back."""
_END = (Role.CLIENT, Role.PROVIDER, Role.STORAGE, Role.LOGISTICS)

ROWS = (
    *(
        Row(
            trigger=Trigger.HEED_CHARGEBACK,
            source=state,
            target=State.UNREALIZABLE,
            clause="PSR-22-4",
            when=guards.chargeback_was_just,
            posts=postings.refund_collected,
            notices=tell("order.charged_back", Role.CLIENT, Role.PROVIDER),
        )
        for state in NOT_BOUGHT
    ),
    *(
        Row(
            trigger=Trigger.HEED_CHARGEBACK,
            source=state,
            target=state,
            clause="PSR-22-1",
        )
        for state in _PAID
    ),
    *(
        Row(
            trigger=Trigger.REFUSE_SERVICE,
            source=state,
            target=State.REFUSED,
            clause="PSR-22-3",
            roles=PROVIDER | PLATFORM,
            guards=(guards.debt_is_open, no_case_is_open),
            posts=postings.refund_collected,
            notices=tell("order.service_refused", Role.CLIENT, Role.PROVIDER),
        )
        for state in NOT_BOUGHT
    ),
    *(
        Row(
            trigger=Trigger.DISPOSE_GOODS,
            source=state,
            target=State.DISPOSED,
            clause="PSR-22-3",
            roles=PROVIDER | PLATFORM,
            guards=(guards.debt_is_open, no_case_is_open),
            posts=postings.dispose_goods,
            notices=tell("order.disposed", *_END),
        )
        for state in BOUGHT
    ),
)

WAITS: tuple[Wait, ...] = ()
