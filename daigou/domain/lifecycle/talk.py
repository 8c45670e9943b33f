"""Owns what is said on an order: special requirements, questions, the platform's opinions.

Words are stored apart; what travels is their reference (PSR-23).
"""

from types import MappingProxyType

from daigou.domain import commands
from daigou.domain.lifecycle import guards
from daigou.domain.lifecycle.table import Deadline, Row, Table, TriggerSpec, Wait
from daigou.domain.lifecycle.words import CLIENT, PLATFORM, PROVIDER, tell
from daigou.domain.order import Role, State, TableName, Trigger

REQUIREMENT = Table(
    name=TableName.REQUIREMENT,
    initial=State.NEW,
    items=True,
    ends=MappingProxyType(
        {
            State.AGREED: "agreed: it binds the provider",
            State.DECLINED: "not agreed: it does not bind",
        }
    ),
    triggers=MappingProxyType(
        {
            Trigger.REQUIRE: TriggerSpec(
                says="make a special requirement", command=commands.Require, clause="PSR-3-1"
            ),
            Trigger.AGREE_REQUIREMENT: TriggerSpec(
                says="agree to a special requirement", command=commands.Noted, clause="PSR-3-1"
            ),
            Trigger.DECLINE_REQUIREMENT: TriggerSpec(
                says="decline a special requirement", command=commands.Noted, clause="PSR-3-2"
            ),
            Trigger.LAPSE: TriggerSpec(
                says="not answered in time: it does not bind",
                command=commands.Plain,
                clause="PSR-3-1",
            ),
        }
    ),
    rows=(
        Row(
            trigger=Trigger.REQUIRE,
            source=State.NEW,
            target=State.PROPOSED,
            clause="PSR-3-1",
            roles=CLIENT,
            guards=(guards.order_is_not_agreed_yet,),
            notices=tell("requirement.made", Role.PROVIDER),
        ),
        Row(
            trigger=Trigger.AGREE_REQUIREMENT,
            source=State.PROPOSED,
            target=State.AGREED,
            clause="PSR-3-1",
            roles=PROVIDER,
            notices=tell("requirement.agreed", Role.CLIENT),
        ),
        Row(
            trigger=Trigger.DECLINE_REQUIREMENT,
            source=State.PROPOSED,
            target=State.DECLINED,
            clause="PSR-3-2",
            roles=PROVIDER,
            notices=tell("requirement.declined", Role.CLIENT),
        ),
        Row(
            trigger=Trigger.LAPSE,
            source=State.PROPOSED,
            target=State.DECLINED,
            clause="PSR-3-1",
            notices=tell("requirement.lapsed", Role.CLIENT, Role.PROVIDER),
        ),
    ),
    waits=(
        Wait(state=State.NEW, says="being made", next_actor=Role.CLIENT),
        Wait(
            state=State.PROPOSED,
            says="waits for the provider to agree or decline",
            next_actor=Role.PROVIDER,
            deadlines=(Deadline(term="requirement_answer", trigger=Trigger.LAPSE),),
        ),
    ),
)

QUESTION = Table(
    name=TableName.QUESTION,
    initial=State.NEW,
    items=True,
    ends=MappingProxyType({State.ANSWERED: "answered"}),
    triggers=MappingProxyType(
        {
            Trigger.ASK_QUESTION: TriggerSpec(
                says="ask the purchasing person", command=commands.Message, clause="PSR-26"
            ),
            Trigger.ANSWER_QUESTION: TriggerSpec(
                says="answer the client's question", command=commands.Message, clause="PSR-26"
            ),
            Trigger.ESCALATE: TriggerSpec(
                says="not answered in time: tell the platform",
                command=commands.Plain,
                clause="PSR-26",
            ),
        }
    ),
    rows=(
        Row(
            trigger=Trigger.ASK_QUESTION,
            source=State.NEW,
            target=State.ASKED,
            clause="PSR-26",
            roles=CLIENT,
            notices=tell("question.asked", Role.PROVIDER),
        ),
        Row(
            trigger=Trigger.ANSWER_QUESTION,
            source=State.ASKED,
            target=State.ANSWERED,
            clause="PSR-26",
            roles=PROVIDER | PLATFORM,
            notices=tell("question.answered", Role.CLIENT),
        ),
        Row(
            trigger=Trigger.ESCALATE,
            source=State.ASKED,
            target=State.ASKED,
            clause="PSR-26",
            notices=tell("question.unanswered", Role.PROVIDER, Role.PLATFORM),
        ),
    ),
    waits=(
        Wait(state=State.NEW, says="being asked", next_actor=Role.CLIENT),
        Wait(
            state=State.ASKED,
            says="waits for the purchasing person's answer",
            next_actor=Role.PROVIDER,
            deadlines=(Deadline(term="answer", trigger=Trigger.ESCALATE, again="escalation"),),
        ),
    ),
)

OPINION = Table(
    name=TableName.OPINION,
    initial=State.NEW,
    items=True,
    ends=MappingProxyType({State.GIVEN: "given; it is not final"}),
    triggers=MappingProxyType(
        {
            Trigger.GIVE_OPINION: TriggerSpec(
                says="give the platform's opinion in a dispute, which is not final",
                command=commands.Message,
                clause="PSR-20",
            ),
        }
    ),
    rows=(
        Row(
            trigger=Trigger.GIVE_OPINION,
            source=State.NEW,
            target=State.GIVEN,
            clause="PSR-20",
            roles=PLATFORM,
            notices=tell("opinion.given", Role.CLIENT, Role.PROVIDER),
        ),
    ),
    waits=(Wait(state=State.NEW, says="being given", next_actor=Role.PLATFORM),),
)
