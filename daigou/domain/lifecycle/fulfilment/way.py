"""Owns the way of the goods as the order sees it: it stands where its slowest parcel stands."""

from daigou.domain import postings
from daigou.domain.lifecycle import guards
from daigou.domain.lifecycle.table import Deadline, Row, Wait
from daigou.domain.lifecycle.words import PROVIDER, tell
from daigou.domain.order import Role, State, Trigger

_ARRIVED = (State.DELIVERED, State.ABANDONED, State.CLOSED)
_LEADS_TO = {
    State.PURCHASED: (
        State.DISPATCHED,
        State.WAREHOUSE_OBJECTION,
        State.WAREHOUSED,
        State.GOING_BACK,
    ),
    State.DISPATCHED: (
        State.WAREHOUSE_OBJECTION,
        State.WAREHOUSED,
        State.STORED,
        State.EXPORTED,
        *_ARRIVED,
        State.UNREALIZABLE,
        State.GOING_BACK,
    ),
    State.WAREHOUSE_OBJECTION: (
        State.DISPATCHED,
        State.WAREHOUSED,
        State.STORED,
        State.EXPORTED,
        *_ARRIVED,
        State.UNREALIZABLE,
        State.GOING_BACK,
    ),
    State.WAREHOUSED: (State.WAREHOUSE_OBJECTION, State.STORED, State.GOING_BACK),
    State.STORED: (State.EXPORTED, *_ARRIVED, State.GOING_BACK),
    State.GOING_BACK: (
        State.DISPATCHED,
        State.WAREHOUSE_OBJECTION,
        State.WAREHOUSED,
        State.STORED,
        State.EXPORTED,
        *_ARRIVED,
        State.UNREALIZABLE,
    ),
    State.EXPORTED: (State.DELIVERED, State.CLOSED),
}
"""Where the order can come when its slowest parcel moves, and another one is the slowest then.
The log names rows by their number: what is added comes last."""

_DUTY_ENDED = (State.STORED, State.EXPORTED, State.DELIVERED, State.ABANDONED, State.CLOSED)
"""Where the provider's duty to procure is over, however the goods came there (PSR-16)."""
_NEWS = ("feedback_reminder", "feedback")
_SENT_AGAIN = (State.WAREHOUSE_OBJECTION, State.DISPATCHED)
_LOST_OR_SENT_AGAIN = (State.GOING_BACK, State.DISPATCHED)
"""What was on its way back to the seller, and is not: the parcel's own row tells which."""
_POSTS = {
    **dict.fromkeys(_DUTY_ENDED, postings.earn_fee),
    State.UNREALIZABLE: postings.refund_collected,
}

_REACHED = {
    State.DISPATCHED: ("PSR-8", tell("order.dispatched", Role.CLIENT, Role.STORAGE)),
    State.GOING_BACK: ("PSR-12-6", ()),
    State.WAREHOUSE_OBJECTION: ("PSR-16", ()),
    State.WAREHOUSED: ("PSR-16", tell("order.warehoused", Role.CLIENT, Role.PROVIDER)),
    State.STORED: ("PSR-16", tell("order.stored", Role.CLIENT, Role.PROVIDER)),
    State.EXPORTED: ("PSR-12-7", tell("order.exported", Role.CLIENT)),
    State.DELIVERED: ("PSR-17-1", tell("order.delivered", Role.CLIENT)),
    State.UNREALIZABLE: ("PSR-9", tell("order.unrealizable", Role.CLIENT, Role.PROVIDER)),
    State.ABANDONED: ("PSR-7", tell("order.abandoned", Role.CLIENT, Role.PROVIDER)),
    State.CLOSED: ("PSR-17-2", tell("order.closed", Role.CLIENT, Role.PROVIDER)),
}
"""By which clause the order reaches a stage, and who is told."""

ROWS = (
    *(
        Row(
            trigger=Trigger.FOLLOW_PARCELS,
            source=source,
            target=target,
            clause=clause,
            when=guards.goods_stand_at(target),
            posts=_POSTS.get(target),
            notices=() if (source, target) == _LOST_OR_SENT_AGAIN else notices,
            restarts=_NEWS if (source, target) == _SENT_AGAIN else (),
        )
        for source, targets in _LEADS_TO.items()
        for target in targets
        for clause, notices in (_REACHED[target],)
    ),
    # Until the goods are at the storage the provider reports how it goes.
    *(
        row
        for state in (State.PURCHASED, State.DISPATCHED)
        for row in (
            Row(
                trigger=Trigger.REPORT_PROGRESS,
                source=state,
                target=state,
                clause="PSR-8",
                roles=PROVIDER,
                notices=tell("order.progress_reported", Role.CLIENT),
                restarts=_NEWS,
            ),
            Row(
                trigger=Trigger.PROMPT,
                source=state,
                target=state,
                clause="PSR-8",
                notices=tell("order.feedback_due", Role.PROVIDER),
            ),
            Row(
                trigger=Trigger.CHASE,
                source=state,
                target=state,
                clause="PSR-8",
                notices=tell("order.feedback_overdue", Role.PROVIDER, Role.PLATFORM),
            ),
        )
    ),
    Row(
        trigger=Trigger.REMIND,
        source=State.PURCHASED,
        target=State.PURCHASED,
        clause="PSR-8",
        notices=tell("order.dispatch_due", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.PURCHASED,
        target=State.PURCHASED,
        clause="PSR-8",
        notices=tell("order.dispatch_overdue", Role.PROVIDER, Role.PLATFORM),
    ),
)

_FEEDBACK = (
    Deadline(term="feedback_reminder", trigger=Trigger.PROMPT),
    Deadline(term="feedback", trigger=Trigger.CHASE, again="feedback"),
)

WAITS = (
    Wait(
        state=State.PURCHASED,
        says="bought; waits for the seller to send the goods",
        next_actor=Role.PROVIDER,
        deadlines=(
            Deadline(term="dispatch_reminder", trigger=Trigger.REMIND),
            Deadline(term="dispatch", trigger=Trigger.ESCALATE, again="escalation"),
            *_FEEDBACK,
        ),
    ),
    Wait(
        state=State.DISPATCHED,
        says="the goods are on their way to the storage",
        next_actor=Role.PROVIDER,
        deadlines=_FEEDBACK,
    ),
    *(
        Wait(state=state, says=says, next_actor=Role.CLOCK, follows_items=True)
        for state, says in (
            (State.GOING_BACK, "goods are on their way back to the seller"),
            (State.WAREHOUSE_OBJECTION, "goods at the storage are objected to"),
            (State.WAREHOUSED, "at the storage; logistics may object"),
            (State.STORED, "stored; waits for export"),
            (State.EXPORTED, "cleared customs; on its way to the client"),
        )
    ),
)
