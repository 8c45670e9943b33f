"""Owns the request and its answer: screening, cautions, acceptance, and the ways out before it."""

from daigou.domain import postings
from daigou.domain.lifecycle import guards
from daigou.domain.lifecycle.table import Deadline, Row, Wait
from daigou.domain.lifecycle.words import CLIENT, PLATFORM, PROVIDER, tell
from daigou.domain.order import Role, State, Trigger

_REQUEST = (
    guards.goods_are_not_prohibited,
    guards.order_is_within_limits,
    guards.advance_is_a_part_of_the_price,
)

ROWS = (
    Row(
        trigger=Trigger.REQUEST,
        source=State.NEW,
        target=State.IN_REVIEW,
        clause="PSR-14",
        roles=CLIENT,
        when=guards.goods_are_in_doubt,
        guards=_REQUEST,
        notices=tell("order.review_due", Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.REQUEST,
        source=State.NEW,
        target=State.REQUESTED,
        clause="PSR-1-1",
        roles=CLIENT,
        guards=_REQUEST,
        notices=tell("order.requested", Role.PROVIDER),
    ),
    # Goods that the screening is in doubt about wait for a person.
    Row(
        trigger=Trigger.PERMIT_GOODS,
        source=State.IN_REVIEW,
        target=State.REQUESTED,
        clause="PSR-14",
        roles=PLATFORM,
        notices=tell("order.requested", Role.PROVIDER) + tell("order.permitted", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.PROHIBIT_GOODS,
        source=State.IN_REVIEW,
        target=State.REFUSED,
        clause="PSR-14",
        roles=PLATFORM,
        notices=tell("order.refused", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.WITHDRAW,
        source=State.IN_REVIEW,
        target=State.WITHDRAWN,
        clause="PSR-2-2",
        roles=CLIENT,
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.IN_REVIEW,
        target=State.IN_REVIEW,
        clause="PSR-14",
        notices=tell("order.review_overdue", Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.LAPSE,
        source=State.IN_REVIEW,
        target=State.LAPSED,
        clause="PSR-2-1",
        notices=tell("order.lapsed", Role.CLIENT),
    ),
    # Cautions are raised and acknowledged before the acceptance.
    Row(
        trigger=Trigger.RAISE_CAUTION,
        source=State.REQUESTED,
        target=State.REQUESTED,
        clause="PSR-15-1",
        roles=PROVIDER | PLATFORM,
        guards=(guards.caution_is_new,),
        notices=tell("order.cautioned", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.ACKNOWLEDGE_CAUTION,
        source=State.REQUESTED,
        target=State.REQUESTED,
        clause="PSR-15-1",
        roles=CLIENT,
        guards=(guards.caution_was_raised,),
        notices=tell("order.caution_acknowledged", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.ACCEPT,
        source=State.REQUESTED,
        target=State.ACCEPTED,
        clause="PSR-2-1",
        roles=PROVIDER,
        guards=(
            guards.goods_are_not_prohibited,
            guards.cautions_are_acknowledged,
            guards.lines_name_their_collector,
            guards.inspection_is_not_excluded,
        ),
        posts=postings.open_checkout,
        notices=tell("order.accepted", Role.CLIENT) + tell("order.payment_due", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.REFUSE,
        source=State.REQUESTED,
        target=State.REFUSED,
        clause="PSR-2-1",
        roles=PROVIDER,
        guards=(guards.refusal_says_why_before,),
        notices=tell("order.refused", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.WITHDRAW,
        source=State.REQUESTED,
        target=State.WITHDRAWN,
        clause="PSR-2-2",
        roles=CLIENT,
        notices=tell("order.withdrawn", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.LAPSE,
        source=State.REQUESTED,
        target=State.LAPSED,
        clause="PSR-2-1",
        notices=tell("order.lapsed", Role.CLIENT, Role.PROVIDER),
    ),
    *(
        Row(trigger=trigger, source=state, target=state, clause=clause, roles=CLIENT)
        for state in (State.REQUESTED, State.ACCEPTED)
        for trigger, clause in (
            (Trigger.CHOOSE_LOGISTICS, "PSR-5"),
            (Trigger.LIMIT_PRICE_DRIFT, "PSR-10-2"),
        )
    ),
)

WAITS = (
    Wait(
        state=State.IN_REVIEW,
        says="waits for a person to decide whether such goods may be bought",
        next_actor=Role.PLATFORM,
        deadlines=(
            Deadline(term="review", trigger=Trigger.ESCALATE),
            Deadline(term="review_most", trigger=Trigger.LAPSE),
        ),
    ),
    Wait(
        state=State.REQUESTED,
        says="waits for the provider's answer",
        next_actor=Role.PROVIDER,
        deadlines=(Deadline(term="acceptance", trigger=Trigger.LAPSE),),
    ),
)
