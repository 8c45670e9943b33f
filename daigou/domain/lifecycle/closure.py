"""Owns the closing of an account: nothing new, then everything ends, then the rest is paid out."""

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
from daigou.domain.refusals import RefusalCode

_NOT_YET = frozenset({RefusalCode.NOT_IN_THIS_STATE})
_NOT_PAYABLE = frozenset(
    {RefusalCode.NOT_IN_THIS_STATE, RefusalCode.NOTHING_TO_PAY, RefusalCode.ACCOUNT_FROZEN}
)
_CLOSED = tell("account.closed", Role.CLIENT, Role.PLATFORM)

CLOSURE = Table(
    name=TableName.CLOSURE,
    initial=State.NEW,
    ends=MappingProxyType(
        {
            State.CLOSED: "the account is closed",
            State.WITHDRAWN: "the client keeps the account",
        }
    ),
    triggers=MappingProxyType(
        {
            Trigger.CLOSE_ACCOUNT: TriggerSpec(
                says="close the account, and say where the rest is to be paid",
                command=commands.CloseAccount,
                clause="UA-1-20",
            ),
            Trigger.KEEP_ACCOUNT: TriggerSpec(
                says="keep the account after all", command=commands.Noted, clause="UA-1-20"
            ),
            Trigger.WIND_UP: TriggerSpec(
                says="look whether everything has ended, and pay the rest out",
                command=commands.Plain,
                clause="UA-1-20",
            ),
            Trigger.CONFIRM_PAYOUT: TriggerSpec(
                says="say that the rest was paid out", command=commands.Outcome, clause="UA-1-20"
            ),
            Trigger.DECLINE_PAYOUT: TriggerSpec(
                says="say that the rest cannot be paid there",
                command=commands.Outcome,
                clause="UA-1-20",
            ),
            Trigger.NAME_PAYOUT_METHOD: TriggerSpec(
                says="say where else the rest is to be paid",
                command=commands.PayoutMethod,
                clause="UA-1-20",
            ),
            Trigger.ESCALATE: TriggerSpec(
                says="the closing is overdue: tell the platform",
                command=commands.Plain,
                clause="UA-1-20",
            ),
        }
    ),
    rows=(
        Row(
            trigger=Trigger.CLOSE_ACCOUNT,
            source=State.NEW,
            target=State.WINDING_UP,
            clause="UA-1-20",
            roles=CLIENT,
            guards=(guards.says_where_the_rest_goes,),
            posts=postings.begin_closing,
            notices=tell("account.closing", Role.CLIENT),
        ),
        Row(
            trigger=Trigger.KEEP_ACCOUNT,
            source=State.WINDING_UP,
            target=State.WITHDRAWN,
            clause="UA-1-20",
            roles=CLIENT,
            posts=postings.lift,
            notices=tell("account.kept", Role.CLIENT),
        ),
        Row(
            trigger=Trigger.WIND_UP,
            source=State.WINDING_UP,
            target=State.PAYING_OUT,
            clause="UA-1-20",
            posts=postings.pay_out_rest,
            gives_way=_NOT_PAYABLE,
        ),
        Row(
            trigger=Trigger.WIND_UP,
            source=State.WINDING_UP,
            target=State.CLOSED,
            clause="UA-1-20",
            posts=postings.close_empty,
            notices=_CLOSED,
            gives_way=_NOT_YET,
        ),
        Row(
            trigger=Trigger.WIND_UP,
            source=State.WINDING_UP,
            target=State.WINDING_UP,
            clause="UA-1-20",
        ),
        Row(
            trigger=Trigger.CONFIRM_PAYOUT,
            source=State.PAYING_OUT,
            target=State.CLOSED,
            clause="UA-1-20",
            roles=INSTITUTION,
            posts=postings.confirm_withdrawal,
            notices=_CLOSED,
        ),
        Row(
            trigger=Trigger.DECLINE_PAYOUT,
            source=State.PAYING_OUT,
            target=State.AWAITING_METHOD,
            clause="UA-1-20",
            roles=INSTITUTION,
            posts=postings.return_withdrawal,
            notices=tell("account.payout_declined", Role.CLIENT, Role.PLATFORM),
        ),
        Row(
            trigger=Trigger.NAME_PAYOUT_METHOD,
            source=State.AWAITING_METHOD,
            target=State.WINDING_UP,
            clause="UA-1-20",
            roles=CLIENT,
            guards=(guards.says_where_the_rest_goes,),
            restarts=("winding_up",),
        ),
        *(
            Row(
                trigger=Trigger.ESCALATE,
                source=source,
                target=source,
                clause="UA-1-20",
                notices=tell("account.closing_overdue", Role.PLATFORM),
            )
            for source in (State.PAYING_OUT, State.AWAITING_METHOD)
        ),
    ),
    waits=(
        Wait(state=State.NEW, says="being asked for", next_actor=Role.CLIENT),
        Wait(
            state=State.WINDING_UP,
            says="nothing new is taken; waits until everything of the account has ended",
            next_actor=Role.CLOCK,
            deadlines=(
                Deadline(term="winding_up", trigger=Trigger.WIND_UP, again="winding_up_again"),
            ),
        ),
        Wait(
            state=State.PAYING_OUT,
            says="waits for the payment institution to pay the rest out",
            next_actor=Role.PAYMENT_INSTITUTION,
            deadlines=(
                Deadline(term="payout_outcome", trigger=Trigger.ESCALATE, again="escalation"),
            ),
            errand=Errand(
                call=Call.PAYOUT,
                answers=MappingProxyType(
                    {
                        Answer.DONE: Trigger.CONFIRM_PAYOUT,
                        Answer.REJECTED: Trigger.DECLINE_PAYOUT,
                        Answer.FAILED: Trigger.DECLINE_PAYOUT,
                    }
                ),
            ),
        ),
        Wait(
            state=State.AWAITING_METHOD,
            says="the rest could not be paid there; waits for the client to say where else",
            next_actor=Role.CLIENT,
            deadlines=(
                Deadline(term="payout_method", trigger=Trigger.ESCALATE, again="payout_method"),
            ),
        ),
    ),
)
