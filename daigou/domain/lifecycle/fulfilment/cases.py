"""Owns what an order makes of its case: its clocks stand still, go on, or it ends by it."""

from daigou.domain.lifecycle import case_guards as guards
from daigou.domain.lifecycle.table import Row, Wait
from daigou.domain.lifecycle.words import tell
from daigou.domain.order import Role, State, Trigger

ROWS = (
    *(
        row
        for state in guards.CANCELLABLE
        for clause in ("PSR-12-1-A" if state in guards.NOT_BOUGHT else "PSR-12-1-B",)
        for row in (
            Row(
                trigger=Trigger.FOLLOW_CASE,
                source=state,
                target=State.CANCELLED,
                clause=clause,
                when=guards.order_is_cancelled,
                notices=tell("order.cancelled", Role.CLIENT, Role.PROVIDER),
            ),
            Row(
                trigger=Trigger.FOLLOW_CASE,
                source=state,
                target=state,
                clause=clause,
                when=guards.case_begins_to_hold,
            ),
        )
        if state not in guards.UNDER_WAY or row.target == state
    ),
    *(
        Row(
            trigger=Trigger.FOLLOW_CASE,
            source=state,
            target=state,
            clause="PSR-12-1-B",
            when=guards.case_holds_no_more,
        )
        for state in (*guards.CANCELLABLE, State.RECOVERING, State.EXPORTED)
    ),
    # Delivered goods are given back.
    *(
        row
        for state in (State.DELIVERED, State.RECEIPT_OBJECTION, State.RECEIVED)
        for row in (
            Row(
                trigger=Trigger.FOLLOW_CASE,
                source=state,
                target=State.DISSOLVED,
                clause="PSR-13-6",
                when=guards.order_is_dissolved,
                notices=tell("order.dissolved", Role.CLIENT, Role.PROVIDER),
            ),
            Row(
                trigger=Trigger.FOLLOW_CASE,
                source=state,
                target=state,
                clause="PSR-13-4",
                when=guards.case_begins_to_hold,
            ),
            Row(
                trigger=Trigger.FOLLOW_CASE,
                source=state,
                target=state,
                clause="PSR-13-4",
                when=guards.case_holds_no_more,
            ),
        )
    ),
)

WAITS: tuple[Wait, ...] = ()
