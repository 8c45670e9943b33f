"""Owns the consultation: a question to the platform about its services or the agreement (UA-4-6).

By when it is answered was counted in business days before it was opened, and came with it.
"""

from types import MappingProxyType

from daigou.domain import commands
from daigou.domain.lifecycle.table import Deadline, Row, Table, TriggerSpec, Wait
from daigou.domain.lifecycle.words import PLATFORM, tell
from daigou.domain.order import ROLES_BOUND_TO_AN_ORDER, Role, State, TableName, Trigger
from daigou.domain.terms import AGREED_DATE

_ASKER = tuple(sorted(ROLES_BOUND_TO_AN_ORDER))
"""Any registered party may ask: one of these is it, nobody holds the others."""

CONSULTATION = Table(
    name=TableName.CONSULTATION,
    initial=State.NEW,
    ends=MappingProxyType(
        {
            State.ANSWERED: "answered by the platform",
            State.WITHDRAWN: "taken back by whoever asked",
        }
    ),
    triggers=MappingProxyType(
        {
            trigger: TriggerSpec(says=says, command=command, clause="UA-4-6")
            for trigger, says, command in (
                (Trigger.CONSULT, "put a question to the platform", commands.Consult),
                (Trigger.ANSWER_CONSULTATION, "answer the question", commands.Message),
                (Trigger.WITHDRAW_CONSULTATION, "take the question back", commands.Noted),
                (Trigger.REMIND, "the answer is due soon: tell the platform", commands.Plain),
                (Trigger.ESCALATE, "the answer is overdue: tell the platform", commands.Plain),
            )
        }
    ),
    rows=(
        Row(
            trigger=Trigger.CONSULT,
            source=State.NEW,
            target=State.ASKED,
            clause="UA-4-6",
            roles=ROLES_BOUND_TO_AN_ORDER,
            notices=tell("consultation.asked", Role.PLATFORM),
        ),
        Row(
            trigger=Trigger.ANSWER_CONSULTATION,
            source=State.ASKED,
            target=State.ANSWERED,
            clause="UA-4-6",
            roles=PLATFORM,
            notices=tell("consultation.answered", *_ASKER),
        ),
        Row(
            trigger=Trigger.WITHDRAW_CONSULTATION,
            source=State.ASKED,
            target=State.WITHDRAWN,
            clause="UA-4-6",
            roles=ROLES_BOUND_TO_AN_ORDER,
            notices=tell("consultation.withdrawn", Role.PLATFORM),
        ),
        Row(
            trigger=Trigger.REMIND,
            source=State.ASKED,
            target=State.ASKED,
            clause="UA-4-6",
            notices=tell("consultation.due_soon", Role.PLATFORM),
        ),
        Row(
            trigger=Trigger.ESCALATE,
            source=State.ASKED,
            target=State.ASKED,
            clause="UA-4-6",
            notices=tell("consultation.overdue", Role.PLATFORM, *_ASKER),
        ),
    ),
    waits=(
        Wait(state=State.NEW, says="being asked", next_actor=Role.CLIENT),
        Wait(
            state=State.ASKED,
            says="waits for the platform's answer",
            next_actor=Role.PLATFORM,
            deadlines=(
                Deadline(term="consultation_reminder", trigger=Trigger.REMIND),
                Deadline(term=AGREED_DATE, trigger=Trigger.ESCALATE, again="escalation"),
            ),
        ),
    ),
)
