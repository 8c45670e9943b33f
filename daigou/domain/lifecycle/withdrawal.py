"""Owns the withdrawal axis: money on its way out of a client's deposit (UA-1-8)."""

from types import MappingProxyType

from daigou.domain import commands, postings
from daigou.domain.lifecycle import account_guards as guards
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

WITHDRAWAL = Table(
    name=TableName.WITHDRAWAL,
    initial=State.NEW,
    ends=MappingProxyType(
        {
            State.PAID_OUT: "paid to the client",
            State.RETURNED: "in the deposit again, since the institution could not pay it",
        }
    ),
    triggers=MappingProxyType(
        {
            Trigger.REQUEST_WITHDRAWAL: TriggerSpec(
                says="take money out of the deposit",
                command=commands.RequestWithdrawal,
                clause="UA-1-8",
            ),
            Trigger.CONFIRM_WITHDRAWAL: TriggerSpec(
                says="say that the withdrawal was paid", command=commands.Outcome, clause="UA-1-8"
            ),
            Trigger.DECLINE_WITHDRAWAL: TriggerSpec(
                says="say that the withdrawal cannot be paid",
                command=commands.Outcome,
                clause="UA-1-8",
            ),
            Trigger.ESCALATE: TriggerSpec(
                says="the withdrawal's outcome is overdue: tell the platform",
                command=commands.Plain,
                clause="UA-1-8",
            ),
        }
    ),
    rows=(
        Row(
            trigger=Trigger.REQUEST_WITHDRAWAL,
            source=State.NEW,
            target=State.DUE,
            clause="UA-1-8",
            roles=CLIENT,
            guards=(guards.withdrawal_is_within_limits,),
            posts=postings.reserve_withdrawal,
        ),
        Row(
            trigger=Trigger.CONFIRM_WITHDRAWAL,
            source=State.DUE,
            target=State.PAID_OUT,
            clause="UA-1-8",
            roles=INSTITUTION,
            posts=postings.confirm_withdrawal,
            notices=tell("withdrawal.paid", Role.CLIENT),
        ),
        Row(
            trigger=Trigger.DECLINE_WITHDRAWAL,
            source=State.DUE,
            target=State.RETURNED,
            clause="UA-1-8",
            roles=INSTITUTION,
            posts=postings.return_withdrawal,
            notices=tell("withdrawal.returned", Role.CLIENT),
        ),
        Row(
            trigger=Trigger.ESCALATE,
            source=State.DUE,
            target=State.DUE,
            clause="UA-1-8",
            notices=tell("withdrawal.outcome_unknown", Role.PLATFORM),
        ),
    ),
    waits=(
        Wait(state=State.NEW, says="being requested", next_actor=Role.CLIENT),
        Wait(
            state=State.DUE,
            says="waits for the payment institution to pay it",
            next_actor=Role.PAYMENT_INSTITUTION,
            deadlines=(
                Deadline(term="payout_outcome", trigger=Trigger.ESCALATE, again="escalation"),
            ),
            errand=Errand(
                call=Call.PAYOUT,
                answers=MappingProxyType(
                    {
                        Answer.DONE: Trigger.CONFIRM_WITHDRAWAL,
                        Answer.REJECTED: Trigger.DECLINE_WITHDRAWAL,
                        Answer.FAILED: Trigger.DECLINE_WITHDRAWAL,
                    }
                ),
            ),
        ),
    ),
)
