"""Owns the purchase: the price waits outside the escrow until the seller answers, at what it asks
now, for as many as it has."""

from types import MappingProxyType

from daigou.domain import postings
from daigou.domain.lifecycle import guards
from daigou.domain.lifecycle.case_guards import UNDISTURBED
from daigou.domain.lifecycle.table import Answer, Call, Deadline, Errand, Row, Wait
from daigou.domain.lifecycle.words import CLIENT, NO_DEPOSIT, PLATFORM, PROVIDER, tell
from daigou.domain.order import Role, State, Trigger

_PRICE = (guards.price_can_be_settled, guards.price_makes_sense)

ROWS = (
    Row(
        trigger=Trigger.PURCHASE,
        source=State.EFFECTIVE,
        target=State.PURCHASING,
        clause="PSR-8",
        roles=PROVIDER,
        guards=UNDISTURBED,
        posts=postings.reserve_purchase,
    ),
    Row(
        trigger=Trigger.REPORT_UNREALIZABLE,
        source=State.EFFECTIVE,
        target=State.UNREALIZABLE,
        clause="PSR-9",
        roles=PROVIDER,
        posts=postings.refund_collected,
        notices=tell("order.unrealizable", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.REFUSE,
        source=State.EFFECTIVE,
        target=State.REFUSED,
        clause="PSR-3-2",
        roles=PROVIDER,
        guards=(
            *UNDISTURBED,
            guards.refusal_is_still_allowed,
            guards.nothing_is_bought,
            guards.lines_name_their_collector,
        ),
        posts=postings.refund_less_costs,
        notices=tell("order.refused", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.LIMIT_PRICE_DRIFT,
        source=State.EFFECTIVE,
        target=State.EFFECTIVE,
        clause="PSR-10-2",
        roles=CLIENT,
    ),
    Row(
        trigger=Trigger.REMIND,
        source=State.EFFECTIVE,
        target=State.EFFECTIVE,
        clause="PSR-8",
        notices=tell("order.purchase_due", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.EFFECTIVE,
        target=State.EFFECTIVE,
        clause="PSR-8",
        notices=tell("order.purchase_overdue", Role.PROVIDER, Role.PLATFORM),
    ),
    # What the seller asks now, told by the provider or by the seller's own answer: a part only, no
    # more than agreed, more but allowed beforehand and covered by the deposit, or more.
    *(
        row
        for trigger, state, roles, checks in (
            (Trigger.REPORT_PRICE, State.EFFECTIVE, PROVIDER, UNDISTURBED + _PRICE),
            (Trigger.QUOTE_ANEW, State.PURCHASING, PLATFORM, _PRICE),
        )
        for row in (
            Row(
                trigger=trigger,
                source=state,
                target=State.AWAITING_CHOICE,
                clause="PSR-9",
                roles=roles,
                when=guards.is_a_part_only,
                guards=checks,
                posts=postings.keep_offer,
                notices=tell("order.part_offered", Role.CLIENT),
                restarts=("part_choice",),
            ),
            Row(
                trigger=trigger,
                source=state,
                target=State.EFFECTIVE,
                clause="PSR-10-2",
                roles=roles,
                when=guards.price_fell,
                guards=checks,
                posts=postings.true_up,
                notices=tell("order.price_fell", Role.CLIENT, Role.PROVIDER),
            ),
            Row(
                trigger=trigger,
                source=state,
                target=State.EFFECTIVE,
                clause="PSR-10-2",
                roles=roles,
                when=guards.rise_was_allowed,
                guards=checks,
                posts=postings.charge_rise,
                notices=tell("order.price_rise_charged", Role.CLIENT, Role.PROVIDER),
                gives_way=NO_DEPOSIT,
            ),
            Row(
                trigger=trigger,
                source=state,
                target=State.AWAITING_TOP_UP,
                clause="PSR-10-2",
                roles=roles,
                guards=checks,
                posts=postings.reprice,
                notices=tell("order.top_up_due", Role.CLIENT),
                restarts=("top_up",),
            ),
        )
    ),
    Row(
        trigger=Trigger.ACCEPT_PART,
        source=State.AWAITING_CHOICE,
        target=State.EFFECTIVE,
        clause="PSR-10-2",
        roles=CLIENT,
        when=guards.part_costs_no_more,
        guards=UNDISTURBED,
        posts=postings.true_up,
        notices=tell("order.part_accepted", Role.PROVIDER),
        restarts=("purchase_reminder", "purchase"),
    ),
    Row(
        trigger=Trigger.ACCEPT_PART,
        source=State.AWAITING_CHOICE,
        target=State.AWAITING_TOP_UP,
        clause="PSR-10-2",
        roles=CLIENT,
        guards=UNDISTURBED,
        posts=postings.reprice,
        notices=tell("order.top_up_due", Role.CLIENT),
        restarts=("top_up",),
    ),
    Row(
        trigger=Trigger.RECORD_PURCHASE,
        source=State.PURCHASING,
        target=State.AWAITING_BALANCE,
        clause="PSR-15-2",
        roles=PROVIDER | PLATFORM,
        when=guards.balance_is_to_come,
        posts=postings.record_purchase,
        notices=tell("order.balance_due", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.RECORD_PURCHASE,
        source=State.PURCHASING,
        target=State.PURCHASED,
        clause="PSR-8",
        roles=PROVIDER | PLATFORM,
        posts=postings.record_purchase,
        notices=tell("order.purchased", Role.CLIENT, Role.STORAGE),
    ),
    Row(
        trigger=Trigger.FAIL_PURCHASE,
        source=State.PURCHASING,
        target=State.EFFECTIVE,
        clause="PSR-8",
        roles=PLATFORM,
        posts=postings.release_purchase,
        notices=tell("order.purchase_failed", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.REJECT_PURCHASE,
        source=State.PURCHASING,
        target=State.RECOVERING,
        clause="PSR-9",
        roles=PLATFORM,
        when=guards.seller_has_the_advance,
        posts=postings.release_purchase,
        notices=tell("order.advance_to_recover", Role.CLIENT, Role.PROVIDER),
        restarts=("recovery",),
    ),
    Row(
        trigger=Trigger.REPORT_UNREALIZABLE,
        source=State.RECOVERING,
        target=State.UNREALIZABLE,
        clause="PSR-9",
        roles=PROVIDER | PLATFORM,
        posts=postings.refund_collected,
        notices=tell("order.unrealizable", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.RECOVERING,
        target=State.RECOVERING,
        clause="PSR-9",
        notices=tell("order.recovery_overdue", Role.PROVIDER, Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.REJECT_PURCHASE,
        source=State.PURCHASING,
        target=State.UNREALIZABLE,
        clause="PSR-9",
        roles=PLATFORM,
        posts=postings.refund_collected,
        notices=tell("order.unrealizable", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.PURCHASING,
        target=State.PURCHASING,
        clause="PSR-8",
        notices=tell("order.purchase_outcome_unknown", Role.PROVIDER, Role.PLATFORM),
    ),
)

WAITS = (
    Wait(
        state=State.EFFECTIVE,
        says="agreed and paid; waits for the purchase",
        next_actor=Role.PROVIDER,
        deadlines=(
            Deadline(term="purchase_reminder", trigger=Trigger.REMIND),
            Deadline(term="purchase", trigger=Trigger.ESCALATE, again="escalation"),
        ),
    ),
    Wait(
        state=State.AWAITING_CHOICE,
        says="the seller has a part only; waits for the client to take it or nothing",
        next_actor=Role.CLIENT,
        deadlines=(Deadline(term="part_choice", trigger=Trigger.LAPSE),),
    ),
    Wait(
        state=State.RECOVERING,
        says="unrealizable; waits for the seller to give the advance deposit back",
        next_actor=Role.PROVIDER,
        deadlines=(Deadline(term="recovery", trigger=Trigger.ESCALATE, again="escalation"),),
    ),
    Wait(
        state=State.PURCHASING,
        says="waits for the seller's answer",
        next_actor=Role.PLATFORM,
        deadlines=(
            Deadline(term="purchase_outcome", trigger=Trigger.ESCALATE, again="escalation"),
        ),
        errand=Errand(
            call=Call.BUY,
            answers=MappingProxyType(
                {
                    Answer.DONE: Trigger.RECORD_PURCHASE,
                    Answer.REPRICED: Trigger.QUOTE_ANEW,
                    Answer.REJECTED: Trigger.REJECT_PURCHASE,
                    Answer.FAILED: Trigger.FAIL_PURCHASE,
                }
            ),
        ),
    ),
)
