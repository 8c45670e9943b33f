"""Owns the recharge axis: money on its way into a client's deposit (UA-1-8)."""

from types import MappingProxyType

from daigou.domain import commands, postings
from daigou.domain.lifecycle import guards
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
from daigou.domain.lifecycle.words import CLIENT, INSTITUTION, tell
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode

_DEBTS_FIRST = frozenset({RefusalCode.NOT_IN_THIS_STATE})
"""What the books say where the client owes something."""

RECHARGE = Table(
    name=TableName.RECHARGE,
    initial=State.NEW,
    ends=MappingProxyType(
        {
            State.CREDITED: "credited to the deposit",
            State.DECLINED: "declined by the payment institution",
        }
    ),
    triggers=MappingProxyType(
        {
            Trigger.REQUEST: TriggerSpec(
                says="recharge the deposit", command=commands.RequestRecharge, clause="UA-1-8"
            ),
            Trigger.CONFIRM_RECHARGE: TriggerSpec(
                says="say that the recharge was captured",
                command=commands.Outcome,
                clause="UA-1-8",
            ),
            Trigger.DECLINE_RECHARGE: TriggerSpec(
                says="say that the recharge was declined",
                command=commands.Outcome,
                clause="UA-1-8",
            ),
            Trigger.ESCALATE: TriggerSpec(
                says="the recharge's outcome is overdue: tell the platform",
                command=commands.Plain,
                clause="UA-1-8",
            ),
        }
    ),
    rows=(
        Row(
            trigger=Trigger.REQUEST,
            source=State.NEW,
            target=State.DUE,
            clause="UA-1-8",
            roles=CLIENT,
            guards=(guards.recharge_is_within_limits,),
            posts=postings.send_recharge,
        ),
        Row(
            trigger=Trigger.CONFIRM_RECHARGE,
            source=State.DUE,
            target=State.CREDITED,
            clause="UA-1-8",
            roles=INSTITUTION,
            posts=postings.credit_recharge,
            notices=tell("recharge.credited", Role.CLIENT),
            gives_way=_DEBTS_FIRST,
        ),
        Row(
            trigger=Trigger.DECLINE_RECHARGE,
            source=State.DUE,
            target=State.DECLINED,
            clause="UA-1-8",
            roles=INSTITUTION,
            posts=postings.drop_recharge,
            notices=tell("recharge.declined", Role.CLIENT),
        ),
        Row(
            trigger=Trigger.ESCALATE,
            source=State.DUE,
            target=State.DUE,
            clause="UA-1-8",
            notices=tell("recharge.outcome_unknown", Role.PLATFORM),
        ),
        # The log names rows by their number: what is added comes last.
        Row(
            trigger=Trigger.CONFIRM_RECHARGE,
            source=State.DUE,
            target=State.CREDITED,
            clause="UA-1-19",
            roles=INSTITUTION,
            posts=postings.credit_debtor,
            notices=tell("recharge.paid_debt", Role.CLIENT),
        ),
    ),
    waits=(
        Wait(state=State.NEW, says="being requested", next_actor=Role.CLIENT),
        Wait(
            state=State.DUE,
            says="waits for the payment institution's answer",
            next_actor=Role.PAYMENT_INSTITUTION,
            deadlines=(
                Deadline(term="payment_outcome", trigger=Trigger.ESCALATE, again="escalation"),
            ),
            errand=Errand(
                call=Call.CAPTURE,
                answers=MappingProxyType(
                    {
                        Answer.DONE: Trigger.CONFIRM_RECHARGE,
                        Answer.REJECTED: Trigger.DECLINE_RECHARGE,
                        Answer.FAILED: Trigger.DECLINE_RECHARGE,
                    }
                ),
            ),
        ),
    ),
)
