"""Owns the claim: what a client asks of its provider, of logistics or of the seller for a loss.

It may be made long after the order ended, and outlives it. Only what a provider pays passes through
the platform; what logistics or a seller pays is recorded by its number.
"""

from types import MappingProxyType

from daigou.domain import commands, postings
from daigou.domain.commands import Basis, Opponent
from daigou.domain.lifecycle import claim_guards as guards
from daigou.domain.lifecycle.table import Deadline, Row, Table, TriggerSpec, Wait
from daigou.domain.lifecycle.words import CLIENT, LOGISTICS, PLATFORM, PROVIDER, tell
from daigou.domain.order import Role, State, TableName, Trigger

_ANSWERERS = ((Role.LOGISTICS, guards.is_against(Opponent.LOGISTICS)), (Role.PROVIDER, None))
"""Who answers: logistics for itself, in all else the provider, who tells the seller's answer, too.
Rows that are alike but for that stand in this order: the second is for whom the first is not."""
_WHO_MAY_ANSWER = (Role.PROVIDER, Role.LOGISTICS)

ROWS = (
    *(
        Row(
            trigger=Trigger.MAKE_CLAIM,
            source=State.NEW,
            target=State.MADE,
            clause=basis.value,
            roles=CLIENT,
            when=guards.rests_on(basis),
            guards=(guards.has_its_basis,),
            posts=postings.hold_to_its_grounds,
            notices=tell("claim.made", answerer),
            next_actor=answerer,
        )
        for basis, answerer in (
            (Basis.PROVIDERS_FAULT, Role.PROVIDER),
            (Basis.DISSOLUTION_BY_PROVIDERS_FAULT, Role.PROVIDER),
            (Basis.CAUSE_WITH_LOGISTICS, Role.LOGISTICS),
            (Basis.SELLER_REFUSED_DISSOLUTION, Role.PROVIDER),
        )
    ),
    *(
        Row(
            trigger=Trigger.RECORD_ASSISTANCE,
            source=source,
            target=source,
            clause="PSR-13-4",
            roles=PROVIDER,
            guards=(guards.is_against_the_seller,),
            notices=tell("claim.assisted", Role.CLIENT),
        )
        for source in (State.MADE, State.ADMITTED)
    ),
    # The platform may answer for whom it is against: so both are told, if there are both.
    Row(
        trigger=Trigger.ADMIT_CLAIM,
        source=State.MADE,
        target=State.ADMITTED,
        clause="PSR-25",
        roles=PROVIDER | LOGISTICS | PLATFORM,
        guards=(guards.answers_for_it, guards.is_no_more_than_asked),
        posts=postings.hold_to_the_cap,
        notices=tell("claim.admitted", Role.CLIENT, Role.PLATFORM, *_WHO_MAY_ANSWER),
    ),
    Row(
        trigger=Trigger.REJECT_CLAIM,
        source=State.MADE,
        target=State.REJECTED,
        clause="PSR-25",
        roles=PROVIDER | LOGISTICS | PLATFORM,
        guards=(guards.answers_for_it,),
        notices=tell("claim.rejected", Role.CLIENT, *_WHO_MAY_ANSWER),
    ),
    *(
        Row(
            trigger=Trigger.WITHDRAW_CLAIM,
            source=State.MADE,
            target=State.WITHDRAWN,
            clause="PSR-25",
            roles=CLIENT,
            when=when,
            notices=tell("claim.withdrawn", answerer),
        )
        for answerer, when in _ANSWERERS
    ),
    Row(
        trigger=Trigger.RECORD_COMPENSATION,
        source=State.ADMITTED,
        target=State.COMPENSATED,
        clause="PSR-24",
        roles=PLATFORM,
        when=guards.is_against(Opponent.PROVIDER),
        guards=(guards.is_what_was_admitted,),
        posts=postings.pay_compensation,
        notices=tell("claim.compensated", Role.CLIENT, Role.PROVIDER),
    ),
    *(
        Row(
            trigger=Trigger.RECORD_COMPENSATION,
            source=State.ADMITTED,
            target=State.COMPENSATED,
            clause="PSR-25",
            roles=PLATFORM,
            when=when,
            guards=(guards.is_what_was_admitted,),
            notices=tell("claim.paid_outside", Role.CLIENT, answerer),
        )
        for answerer, when in _ANSWERERS
    ),
    *(
        Row(
            trigger=Trigger.ESCALATE,
            source=source,
            target=source,
            clause="PSR-25",
            when=when,
            notices=tell(event, Role.PLATFORM, answerer),
            next_actor=answerer if source == State.MADE else None,
        )
        for source, event in (
            (State.MADE, "claim.answer_overdue"),
            (State.ADMITTED, "claim.payment_overdue"),
        )
        for answerer, when in _ANSWERERS
    ),
)

CLAIM = Table(
    name=TableName.CLAIM,
    initial=State.NEW,
    ends=MappingProxyType(
        {
            State.REJECTED: "rejected; the client may take the dispute further",
            State.WITHDRAWN: "taken back by the client",
            State.COMPENSATED: "paid",
        }
    ),
    triggers=MappingProxyType(
        {
            trigger: TriggerSpec(says=says, command=command, clause=clause)
            for trigger, says, command, clause in (
                (
                    Trigger.MAKE_CLAIM,
                    "claim a loss of the provider, of logistics or of the seller",
                    commands.Claim,
                    "PSR-25",
                ),
                (
                    Trigger.RECORD_ASSISTANCE,
                    "record how the client was helped against the seller",
                    commands.Message,
                    "PSR-13-4",
                ),
                (
                    Trigger.ADMIT_CLAIM,
                    "admit the claim, all or some of it",
                    commands.Admit,
                    "PSR-25",
                ),
                (Trigger.REJECT_CLAIM, "reject the claim, and say why", commands.Message, "PSR-25"),
                (Trigger.WITHDRAW_CLAIM, "take the claim back", commands.Noted, "PSR-25"),
                (
                    Trigger.RECORD_COMPENSATION,
                    "record that what was admitted was paid",
                    commands.Compensation,
                    "PSR-24",
                ),
                (
                    Trigger.ESCALATE,
                    "the wait is overdue: tell the platform",
                    commands.Plain,
                    "PSR-25",
                ),
            )
        }
    ),
    rows=ROWS,
    waits=(
        Wait(state=State.NEW, says="being made", next_actor=Role.CLIENT),
        Wait(
            state=State.MADE,
            says="waits for the answer of whom it is against",
            next_actor=Role.PROVIDER,
            deadlines=(
                Deadline(term="claim_answer", trigger=Trigger.ESCALATE, again="escalation"),
            ),
        ),
        Wait(
            state=State.ADMITTED,
            says="admitted; waits until it is paid, and the platform has recorded that",
            next_actor=Role.PLATFORM,
            deadlines=(
                Deadline(term="claim_payment", trigger=Trigger.ESCALATE, again="escalation"),
            ),
        ),
    ),
)
