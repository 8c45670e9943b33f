"""Owns the dissolution: a case beside the fulfilment axis, by which delivered goods are given back.

Whether the goods are at fault is not the provider's to judge: it looks at the form, and asks the
seller (PSR-13-4). What the seller pays back goes on to the client at once, and in full (PSR-13-6).
"""

from types import MappingProxyType

from daigou.domain import commands, postings
from daigou.domain.lifecycle import case_guards
from daigou.domain.lifecycle import dissolution_guards as guards
from daigou.domain.lifecycle.table import Deadline, Row, Table, TriggerSpec, Wait, with_their_time
from daigou.domain.lifecycle.words import CLIENT, PLATFORM, PROVIDER, tell
from daigou.domain.order import Role, State, TableName, Trigger

_BEFORE_THE_ANSWER = (State.CHECKING, State.AWAITING_EVIDENCE, State.ASKING_SELLER)
_OPEN = (*_BEFORE_THE_ANSWER, State.AWAITING_PROOF, State.AWAITING_REFUND)
_BOTH = (Role.CLIENT, Role.PROVIDER)

ROWS = (
    Row(
        trigger=Trigger.REQUEST_DISSOLUTION,
        source=State.NEW,
        target=State.CHECKING,
        clause="PSR-13-1",
        roles=CLIENT,
        guards=(guards.may_dissolve,),
        notices=tell("dissolution.requested", Role.PROVIDER),
    ),
    *(
        Row(
            trigger=Trigger.WITHDRAW_DISSOLUTION,
            source=source,
            target=State.WITHDRAWN,
            clause="PSR-13-4",
            roles=CLIENT,
            # What the seller offers may be too little for the client to part with the goods.
            guards=(guards.seller_has_not_paid,),
            notices=tell("dissolution.withdrawn", Role.PROVIDER),
        )
        for source in (*_BEFORE_THE_ANSWER, State.AWAITING_PROOF)
    ),
    # The provider looks at the form alone.
    Row(
        trigger=Trigger.ASK_FOR_EVIDENCE,
        source=State.CHECKING,
        target=State.AWAITING_EVIDENCE,
        clause="PSR-13-1",
        roles=PROVIDER,
        notices=tell("dissolution.evidence_asked", Role.CLIENT),
    ),
    *(
        Row(
            trigger=Trigger.SUPPLEMENT_EVIDENCE,
            source=source,
            target=target,
            clause="PSR-13-1",
            roles=CLIENT,
            guards=(guards.names_evidence,),
            notices=tell(event, Role.PROVIDER),
        )
        for source, target, event in (
            (State.CHECKING, State.CHECKING, "dissolution.evidence_added"),
            (State.AWAITING_EVIDENCE, State.CHECKING, "dissolution.evidence_added"),
            (State.ASKING_SELLER, State.ASKING_SELLER, "dissolution.evidence_late"),
        )
    ),
    Row(
        trigger=Trigger.LAPSE,
        source=State.AWAITING_EVIDENCE,
        target=State.LAPSED,
        clause="PSR-13-1",
        notices=tell("dissolution.lapsed", *_BOTH),
    ),
    Row(
        trigger=Trigger.APPLY_TO_SELLER,
        source=State.CHECKING,
        target=State.ASKING_SELLER,
        clause="PSR-13-4",
        roles=PROVIDER | PLATFORM,
        notices=tell("dissolution.seller_asked", Role.CLIENT),
    ),
    # The seller agrees, refuses, or says nothing.
    Row(
        trigger=Trigger.CONSENT_TO_DISSOLUTION,
        source=State.ASKING_SELLER,
        target=State.AWAITING_PROOF,
        clause="PSR-13-5",
        roles=PROVIDER | PLATFORM,
        guards=(guards.agreement_can_be,),
        notices=tell("dissolution.agreed", *_BOTH),
    ),
    Row(
        trigger=Trigger.REFUSE_DISSOLUTION,
        source=State.ASKING_SELLER,
        target=State.REFUSED,
        clause="PSR-13-4",
        roles=PROVIDER | PLATFORM,
        notices=tell("dissolution.refused", *_BOTH),
    ),
    Row(
        trigger=Trigger.DEEM_REFUSED,
        source=State.ASKING_SELLER,
        target=State.REFUSED,
        clause="PSR-13-4",
        when=case_guards.silence_refuses,
        notices=tell("dissolution.refused", *_BOTH, Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.DEEM_REFUSED,
        source=State.ASKING_SELLER,
        target=State.ASKING_SELLER,
        clause="PSR-13-4",
        notices=tell("dissolution.seller_silent", Role.PROVIDER, Role.PLATFORM),
    ),
    # The goods go back, or are destroyed on site; then the money comes.
    *(
        Row(
            trigger=Trigger.PROVE_DISPOSAL,
            source=State.AWAITING_PROOF,
            target=target,
            clause="PSR-13-5",
            roles=CLIENT,
            when=when,
            guards=(guards.names_evidence, guards.remedy_is_the_agreed_one),
            notices=tell("dissolution.proved", Role.PROVIDER),
        )
        for target, when in (
            (State.AWAITING_REFUND, guards.refund_is_outstanding),
            (State.CHASING, guards.cost_is_outstanding),
            (State.DISSOLVED, None),
        )
    ),
    Row(
        trigger=Trigger.LAPSE,
        source=State.AWAITING_PROOF,
        target=State.DISSOLVED,
        clause="PSR-13-6",
        when=guards.seller_paid_back,
        notices=tell("dissolution.paid_without_proof", *_BOTH, Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.LAPSE,
        source=State.AWAITING_PROOF,
        target=State.LAPSED,
        clause="PSR-13-5",
        notices=tell("dissolution.lapsed", *_BOTH),
    ),
    *(
        Row(
            trigger=Trigger.RECORD_DISSOLUTION_REFUND,
            source=source,
            target=target,
            clause="PSR-13-6",
            roles=PROVIDER | PLATFORM,
            when=when,
            guards=(guards.payment_is_new,),
            posts=postings.pass_on_refund,
            notices=tell("dissolution.refunded", Role.CLIENT),
        )
        for source, target, when in (
            # A seller may pay before it has the proof: what comes is the client's all the same.
            (State.AWAITING_PROOF, State.AWAITING_PROOF, None),
            (State.AWAITING_REFUND, State.AWAITING_REFUND, guards.refund_is_outstanding),
            (State.AWAITING_REFUND, State.CHASING, guards.cost_is_outstanding),
            (State.AWAITING_REFUND, State.DISSOLVED, None),
            (State.CHASING, State.CHASING, guards.something_is_outstanding),
            (State.CHASING, State.DISSOLVED, None),
        )
    ),
    *(
        Row(
            trigger=Trigger.RECORD_RETURN_COST,
            source=source,
            target=target,
            clause="PSR-13-5",
            roles=PROVIDER | PLATFORM,
            when=when,
            guards=(guards.payment_is_new,),
            posts=postings.pass_on_return_cost,
            notices=tell("dissolution.cost_paid", Role.CLIENT),
        )
        for source, target, when in (
            (State.AWAITING_REFUND, State.AWAITING_REFUND, None),
            (State.CHASING, State.CHASING, guards.something_is_outstanding),
            (State.CHASING, State.DISSOLVED, None),
        )
    ),
    Row(
        trigger=Trigger.CLOSE_DISSOLUTION,
        source=State.AWAITING_REFUND,
        target=State.CHASING,
        clause="PSR-13-6",
        roles=PLATFORM,
        notices=tell("dissolution.refund_missing", *_BOTH),
    ),
    Row(
        trigger=Trigger.GIVE_UP,
        source=State.CHASING,
        target=State.DISSOLVED,
        clause="PSR-13-6",
        notices=tell("dissolution.given_up", *_BOTH, Role.PLATFORM),
    ),
    *(
        Row(
            trigger=Trigger.ESCALATE,
            source=source,
            target=source,
            clause=clause,
            notices=tell(event, Role.PLATFORM, role),
        )
        for source, clause, event, role in (
            (State.CHECKING, "PSR-13-4", "dissolution.check_overdue", Role.PROVIDER),
            (State.ASKING_SELLER, "PSR-13-4", "dissolution.seller_silent", Role.PROVIDER),
            (State.AWAITING_PROOF, "PSR-13-5", "dissolution.proof_overdue", Role.CLIENT),
            (State.AWAITING_REFUND, "PSR-13-6", "dissolution.refund_overdue", Role.PROVIDER),
            (State.CHASING, "PSR-13-6", "dissolution.refund_overdue", Role.PROVIDER),
        )
    ),
    # What befalls the order meanwhile.
    *(
        Row(
            trigger=Trigger.FOLLOW_ORDER,
            source=source,
            target=State.OVERTAKEN,
            clause="PSR-17-2",
            when=guards.cause_was_found_with_logistics,
            notices=tell("dissolution.cause_with_logistics", *_BOTH, Role.LOGISTICS),
        )
        for source in _BEFORE_THE_ANSWER
    ),
    *(
        Row(
            trigger=Trigger.FOLLOW_ORDER,
            source=source,
            target=State.OVERTAKEN,
            clause="PSR-13-2",
            when=guards.order_ended_otherwise,
            notices=tell("dissolution.overtaken", *_BOTH),
        )
        for source in _OPEN
    ),
)

WAITS = (
    Wait(state=State.NEW, says="being asked for", next_actor=Role.CLIENT),
    Wait(
        state=State.CHECKING,
        says="waits for the provider to look at the form, and to ask the seller",
        next_actor=Role.PROVIDER,
        deadlines=(Deadline(term="formal_check", trigger=Trigger.ESCALATE, again="escalation"),),
    ),
    Wait(
        state=State.AWAITING_EVIDENCE,
        says="waits for more evidence from the client",
        next_actor=Role.CLIENT,
        deadlines=(Deadline(term="evidence", trigger=Trigger.LAPSE),),
    ),
    Wait(
        state=State.ASKING_SELLER,
        says="waits for the seller to agree or refuse",
        next_actor=Role.PROVIDER,
        deadlines=(
            Deadline(term="seller_answer", trigger=Trigger.ESCALATE),
            Deadline(term="seller_answer_most", trigger=Trigger.DEEM_REFUSED, again="escalation"),
        ),
    ),
    Wait(
        state=State.AWAITING_PROOF,
        says="agreed; waits for the proof that the goods were returned or destroyed",
        next_actor=Role.CLIENT,
        deadlines=(
            Deadline(term="disposal", trigger=Trigger.ESCALATE),
            Deadline(term="disposal_most", trigger=Trigger.LAPSE),
        ),
    ),
    Wait(
        state=State.AWAITING_REFUND,
        says="proved; waits for the seller to pay back",
        next_actor=Role.PROVIDER,
        deadlines=(Deadline(term="seller_refund", trigger=Trigger.ESCALATE, again="escalation"),),
    ),
    Wait(
        state=State.CHASING,
        says="dissolved; the seller still owes something",
        next_actor=Role.PROVIDER,
        deadlines=(
            Deadline(term="seller_refund", trigger=Trigger.ESCALATE, again="seller_refund"),
            Deadline(term="seller_refund_chase", trigger=Trigger.GIVE_UP),
        ),
    ),
)

DISSOLUTION = Table(
    name=TableName.DISSOLUTION,
    initial=State.NEW,
    items=True,
    outlives=True,
    hosted=True,
    ends=MappingProxyType(
        {
            State.DISSOLVED: "dissolved; what the seller paid went on to the client",
            State.REFUSED: "the seller refused; the client may claim against it",
            State.WITHDRAWN: "taken back by the client; the order goes on",
            State.LAPSED: "what the client had to prove did not come; the order goes on",
            State.OVERTAKEN: "overtaken by what happened to the order",
        }
    ),
    triggers=MappingProxyType(
        {
            trigger: TriggerSpec(says=says, command=command, clause=clause)
            for trigger, says, command, clause in (
                (
                    Trigger.REQUEST_DISSOLUTION,
                    "ask for the purchase to be undone, on one of three grounds",
                    commands.RequestDissolution,
                    "PSR-13-1",
                ),
                (
                    Trigger.WITHDRAW_DISSOLUTION,
                    "take the dissolution back",
                    commands.Noted,
                    "PSR-13-4",
                ),
                (
                    Trigger.ASK_FOR_EVIDENCE,
                    "say what of the evidence is missing or cannot be read",
                    commands.Noted,
                    "PSR-13-1",
                ),
                (Trigger.SUPPLEMENT_EVIDENCE, "add evidence", commands.MoreEvidence, "PSR-13-1"),
                (
                    Trigger.APPLY_TO_SELLER,
                    "record that the seller was asked",
                    commands.Noted,
                    "PSR-13-4",
                ),
                (
                    Trigger.CONSENT_TO_DISSOLUTION,
                    "record that the seller agrees, and what is to be done with the goods",
                    commands.SellerAgreement,
                    "PSR-13-5",
                ),
                (
                    Trigger.REFUSE_DISSOLUTION,
                    "record that the seller refuses",
                    commands.Noted,
                    "PSR-13-4",
                ),
                (
                    Trigger.PROVE_DISPOSAL,
                    "prove that the goods were returned, or destroyed on site",
                    commands.Disposal,
                    "PSR-13-5",
                ),
                (
                    Trigger.RECORD_DISSOLUTION_REFUND,
                    "record what the seller paid back: it goes on to the client",
                    commands.CaseRefund,
                    "PSR-13-6",
                ),
                (
                    Trigger.RECORD_RETURN_COST,
                    "record what the seller paid for the return: it goes on to the client",
                    commands.ReturnCost,
                    "PSR-13-5",
                ),
                (
                    Trigger.CLOSE_DISSOLUTION,
                    "go on without what the seller has not paid back",
                    commands.Noted,
                    "PSR-13-6",
                ),
                (
                    Trigger.GIVE_UP,
                    "the seller never paid the rest: it is given up",
                    commands.Plain,
                    "PSR-13-6",
                ),
                (
                    Trigger.DEEM_REFUSED,
                    "nothing was heard: it counts as refused",
                    commands.Plain,
                    "PSR-13-4",
                ),
                (
                    Trigger.LAPSE,
                    "what the client had to prove did not come in time",
                    commands.Plain,
                    "PSR-13-1",
                ),
                (
                    Trigger.ESCALATE,
                    "the wait is overdue: tell the platform",
                    commands.Plain,
                    "PSR-13-4",
                ),
                (
                    Trigger.FOLLOW_ORDER,
                    "what happened to the order moves its case",
                    commands.Plain,
                    "PSR-17-2",
                ),
            )
        }
    ),
    rows=with_their_time(ROWS, WAITS),
    waits=WAITS,
)
