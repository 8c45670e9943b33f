"""Owns receipt: advice to check, objection, confirmation by word or by silence, and the end."""

from daigou.domain.lifecycle import guards
from daigou.domain.lifecycle.table import Deadline, Row, Wait
from daigou.domain.lifecycle.words import CLIENT, PLATFORM, tell
from daigou.domain.order import Role, State, Trigger

ROWS = (
    *(
        Row(
            trigger=Trigger.CONFIRM_RECEIPT,
            source=source,
            target=State.RECEIVED,
            clause="PSR-18-2",
            roles=CLIENT,
            notices=tell("order.received", Role.PROVIDER),
        )
        for source in (State.DELIVERED, State.RECEIPT_OBJECTION)
    ),
    Row(
        trigger=Trigger.ADVISE,
        source=State.DELIVERED,
        target=State.DELIVERED,
        clause="PSR-18-1",
        notices=tell("order.check_advised", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.DEEM_RECEIVED,
        source=State.DELIVERED,
        target=State.RECEIVED,
        clause="PSR-18-2",
        notices=tell("order.deemed_received", Role.CLIENT, Role.PROVIDER),
    ),
    # An objection stops the clock of receipt until the platform has asked logistics.
    Row(
        trigger=Trigger.OBJECT_TO_RECEIPT,
        source=State.DELIVERED,
        target=State.RECEIPT_OBJECTION,
        clause="PSR-18-3",
        roles=CLIENT,
        notices=tell("order.receipt_objected", Role.PROVIDER, Role.LOGISTICS, Role.PLATFORM),
        restarts=("receipt_objection",),
    ),
    Row(
        trigger=Trigger.SETTLE_OBJECTION,
        source=State.RECEIPT_OBJECTION,
        target=State.DELIVERED,
        clause="PSR-17-2",
        roles=PLATFORM,
        when=guards.cause_lies_with_logistics,
        notices=tell("order.claim_against_logistics", Role.CLIENT, Role.LOGISTICS, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.SETTLE_OBJECTION,
        source=State.RECEIPT_OBJECTION,
        target=State.DELIVERED,
        clause="PSR-18-3",
        roles=PLATFORM,
        notices=tell("order.objection_settled", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.RECEIPT_OBJECTION,
        target=State.RECEIPT_OBJECTION,
        clause="PSR-18-3",
        notices=tell("order.objection_overdue", Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.CLOSE,
        source=State.RECEIVED,
        target=State.CLOSED,
        clause="PSR-13-2",
        notices=tell("order.closed", Role.CLIENT, Role.PROVIDER),
    ),
)

WAITS = (
    Wait(
        state=State.DELIVERED,
        says="delivered; waits for the client to check and confirm receipt",
        next_actor=Role.CLIENT,
        deadlines=(
            Deadline(term="receipt_advice", trigger=Trigger.ADVISE),
            Deadline(term="receipt", trigger=Trigger.DEEM_RECEIVED),
        ),
    ),
    Wait(
        state=State.RECEIPT_OBJECTION,
        says="the client objects; the platform checks with logistics",
        next_actor=Role.PLATFORM,
        deadlines=(
            Deadline(term="receipt_objection", trigger=Trigger.ESCALATE, again="escalation"),
        ),
        pauses=("receipt_advice", "receipt"),
    ),
    Wait(
        state=State.RECEIVED,
        says="received; open to claims until the statutory period ends",
        next_actor=Role.CLOCK,
        deadlines=(Deadline(term="statutory", trigger=Trigger.CLOSE),),
    ),
)
