"""Owns the checkout's payment: nothing is owed until the whole of what is due is paid."""

from types import MappingProxyType

from daigou.domain import postings
from daigou.domain.lifecycle import guards
from daigou.domain.lifecycle.case_guards import UNDISTURBED
from daigou.domain.lifecycle.table import (
    NOBODY,
    Answer,
    Call,
    Deadline,
    Errand,
    Row,
    Wait,
)
from daigou.domain.lifecycle.words import CLIENT, INSTITUTION, PROVIDER, tell
from daigou.domain.order import Role, State, Trigger

_PAID_IN = (State.ACCEPTED, State.AWAITING_TOP_UP, State.AWAITING_BALANCE)
_PURCHASE_ANEW = ("purchase_reminder", "purchase")
_EFFECTIVE = {
    State.ACCEPTED: tell("order.effective", Role.CLIENT, Role.PROVIDER),
    State.AWAITING_TOP_UP: tell("order.topped_up", Role.CLIENT, Role.PROVIDER),
    State.AWAITING_BALANCE: tell("order.balance_paid", Role.CLIENT, Role.PROVIDER),
}
_CLAUSE = {
    State.ACCEPTED: "PSR-2-2",
    State.AWAITING_TOP_UP: "PSR-10-2",
    State.AWAITING_BALANCE: "PSR-15-2",
}

ROWS = (
    *(
        row
        for state in _PAID_IN
        for row in (
            Row(
                trigger=Trigger.PAY,
                source=state,
                target=State.EFFECTIVE,
                clause=_CLAUSE[state],
                roles=CLIENT,
                when=guards.needs_no_institution,
                guards=(*UNDISTURBED, guards.logistics_is_chosen),
                posts=postings.pay_from_deposit,
                notices=_EFFECTIVE[state],
                restarts=_PURCHASE_ANEW,
            ),
            Row(
                trigger=Trigger.PAY,
                source=state,
                target=State.PAYING,
                clause=_CLAUSE[state],
                roles=CLIENT,
                guards=(*UNDISTURBED, guards.logistics_is_chosen),
                posts=postings.reserve_payment,
            ),
            Row(
                trigger=Trigger.CONFIRM_PAYMENT,
                source=State.PAYING,
                target=State.EFFECTIVE,
                clause=_CLAUSE[state],
                roles=INSTITUTION,
                when=guards.paid_in(state),
                posts=postings.confirm_payment,
                notices=_EFFECTIVE[state],
                restarts=_PURCHASE_ANEW,
            ),
            Row(
                trigger=Trigger.DECLINE_PAYMENT,
                source=State.PAYING,
                target=state,
                clause=_CLAUSE[state],
                roles=INSTITUTION,
                when=guards.paid_in(state),
                posts=postings.release_payment,
                notices=tell("order.payment_declined", Role.CLIENT),
            ),
        )
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.PAYING,
        target=State.PAYING,
        clause="PSR-2-2",
        notices=tell("order.payment_outcome_unknown", Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.WITHDRAW,
        source=State.ACCEPTED,
        target=State.WITHDRAWN,
        clause="PSR-2-2",
        roles=CLIENT,
        notices=tell("order.withdrawn", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.REFUSE,
        source=State.ACCEPTED,
        target=State.REFUSED,
        clause="PSR-3-2",
        roles=PROVIDER,
        guards=(guards.refusal_is_still_allowed, guards.refusal_says_why_before),
        notices=tell("order.refused", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.LAPSE,
        source=State.ACCEPTED,
        target=State.LAPSED,
        clause="PSR-2-2",
        notices=tell("order.lapsed", Role.CLIENT, Role.PROVIDER),
    ),
    # The balance of goods with an advance deposit: paid by the date, or the deposit is lost.
    Row(
        trigger=Trigger.WITHDRAW,
        source=State.AWAITING_BALANCE,
        target=State.FORFEITED,
        clause="PSR-15-2",
        roles=CLIENT,
        guards=UNDISTURBED,
        posts=postings.keep_forfeited,
        notices=tell("order.forfeited", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.FORFEIT,
        source=State.AWAITING_BALANCE,
        target=State.FORFEITED,
        clause="PSR-15-2",
        posts=postings.keep_forfeited,
        notices=tell("order.forfeited", Role.CLIENT, Role.PROVIDER),
    ),
    # The price rose, or a part alone is in stock: the client agrees, or the order ends;
    # what the seller has of an advance deposit is recovered first.
    *(
        row
        for source, clause in (
            (State.AWAITING_TOP_UP, "PSR-10-2"),
            (State.AWAITING_CHOICE, "PSR-9"),
        )
        for trigger, roles, checks in (
            (Trigger.DECLINE_OFFER, CLIENT, UNDISTURBED),
            (Trigger.LAPSE, NOBODY, ()),
        )
        for row in (
            Row(
                trigger=trigger,
                source=source,
                target=State.RECOVERING,
                clause=clause,
                roles=roles,
                when=guards.seller_has_the_advance,
                guards=checks,
                notices=tell("order.advance_to_recover", Role.CLIENT, Role.PROVIDER),
                restarts=("recovery",),
            ),
            Row(
                trigger=trigger,
                source=source,
                target=State.UNREALIZABLE,
                clause=clause,
                roles=roles,
                guards=checks,
                posts=postings.refund_collected,
                notices=tell("order.unrealizable", Role.CLIENT, Role.PROVIDER),
            ),
        )
    ),
)

WAITS = (
    Wait(
        state=State.ACCEPTED,
        says="waits for the client's payment",
        next_actor=Role.CLIENT,
        deadlines=(Deadline(term="payment", trigger=Trigger.LAPSE),),
    ),
    Wait(
        state=State.PAYING,
        says="waits for the payment institution's answer",
        next_actor=Role.PAYMENT_INSTITUTION,
        deadlines=(Deadline(term="payment_outcome", trigger=Trigger.ESCALATE, again="escalation"),),
        errand=Errand(
            call=Call.CAPTURE,
            answers=MappingProxyType(
                {
                    Answer.DONE: Trigger.CONFIRM_PAYMENT,
                    Answer.REJECTED: Trigger.DECLINE_PAYMENT,
                    Answer.FAILED: Trigger.DECLINE_PAYMENT,
                }
            ),
        ),
    ),
    Wait(
        state=State.AWAITING_TOP_UP,
        says="the seller's price rose; waits for the client to pay the difference",
        next_actor=Role.CLIENT,
        deadlines=(Deadline(term="top_up", trigger=Trigger.LAPSE),),
    ),
    Wait(
        state=State.AWAITING_BALANCE,
        says="the advance deposit is with the seller; waits for the client to pay the balance",
        next_actor=Role.CLIENT,
        deadlines=(Deadline(term="balance", trigger=Trigger.FORFEIT),),
    ),
)
