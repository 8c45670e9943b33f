"""Owns the refund axis: money on its way back to the client through the payment institution."""

from types import MappingProxyType

from daigou.domain import commands, postings
from daigou.domain.lifecycle.table import (
    Answer,
    Call,
    Deadline,
    Errand,
    Row,
    Table,
    TriggerSpec,
    Wait,
)
from daigou.domain.lifecycle.words import INSTITUTION, tell
from daigou.domain.order import Role, State, TableName, Trigger

REFUND = Table(
    name=TableName.REFUND,
    initial=State.DUE,
    items=True,
    outlives=True,
    ends=MappingProxyType(
        {
            State.REFUNDED: "paid back by the institution",
            State.CREDITED: "credited to the deposit, since the institution could not pay it",
        }
    ),
    triggers=MappingProxyType(
        {
            Trigger.CONFIRM_REFUND: TriggerSpec(
                says="say that the refund was paid", command=commands.Outcome, clause="PSR-9"
            ),
            Trigger.FAIL_REFUND: TriggerSpec(
                says="say that the refund cannot be paid", command=commands.Outcome, clause="PSR-9"
            ),
            Trigger.ESCALATE: TriggerSpec(
                says="the refund is overdue: tell the platform",
                command=commands.Plain,
                clause="PSR-9",
            ),
        }
    ),
    rows=(
        Row(
            trigger=Trigger.CONFIRM_REFUND,
            source=State.DUE,
            target=State.REFUNDED,
            clause="PSR-9",
            roles=INSTITUTION,
            posts=postings.confirm_refund,
            notices=tell("order.refunded", Role.CLIENT),
        ),
        Row(
            trigger=Trigger.FAIL_REFUND,
            source=State.DUE,
            target=State.CREDITED,
            clause="PSR-9",
            roles=INSTITUTION,
            posts=postings.credit_refund,
            notices=tell("order.refund_credited", Role.CLIENT),
        ),
        Row(
            trigger=Trigger.ESCALATE,
            source=State.DUE,
            target=State.DUE,
            clause="PSR-9",
            notices=tell("order.refund_overdue", Role.PLATFORM),
        ),
    ),
    waits=(
        Wait(
            state=State.DUE,
            says="waits for the payment institution to pay the client back",
            next_actor=Role.PAYMENT_INSTITUTION,
            deadlines=(
                Deadline(term="refund_outcome", trigger=Trigger.ESCALATE, again="escalation"),
            ),
            errand=Errand(
                call=Call.REFUND,
                answers=MappingProxyType(
                    {
                        Answer.DONE: Trigger.CONFIRM_REFUND,
                        Answer.REJECTED: Trigger.FAIL_REFUND,
                        Answer.FAILED: Trigger.FAIL_REFUND,
                    }
                ),
            ),
        ),
    ),
)
