"""Owns the cancellation: a case beside the fulfilment axis, by which a client leaves an agreement.

What has not been bought is cancelled at once; for what has, the seller has to agree (PSR-12-1). The
goods go back first, then comes the seller's money, then the provider settles. Once export customs
are cleared, the case is over whatever was agreed (PSR-12-7).
"""

from types import MappingProxyType

from daigou.domain import commands, postings
from daigou.domain.lifecycle import case_guards as guards
from daigou.domain.lifecycle.table import (
    NOBODY,
    Deadline,
    Row,
    Table,
    TriggerSpec,
    Wait,
    with_their_time,
)
from daigou.domain.lifecycle.words import CLIENT, NO_DEPOSIT, PLATFORM, PROVIDER, tell
from daigou.domain.order import Role, State, TableName, Trigger

_ASKED = (
    guards.customs_are_not_cleared,
    guards.order_can_be_cancelled,
    guards.cancellation_is_in_time,
    guards.no_case_is_open,
)
_BEFORE_THE_SETTLEMENT = (
    State.AWAITING_OUTCOME,
    State.ASKING_SELLER,
    State.TERMS_OFFERED,
    State.RETURNING,
    State.AWAITING_REFUND,
)
_OPEN = (*_BEFORE_THE_SETTLEMENT, State.SETTLING)
_AGREED = tell("cancellation.agreed", Role.CLIENT, Role.PROVIDER)
_GOES_BACK = tell("cancellation.goods_to_return", Role.STORAGE, Role.CLIENT, Role.PROVIDER)
_TO_SETTLE = tell("cancellation.to_settle", Role.PROVIDER)
_STOP = tell("cancellation.requested", Role.PROVIDER)
_HOLD = tell("cancellation.hold_goods", Role.STORAGE, Role.LOGISTICS)
_HELD_UP = (Role.CLIENT, Role.PROVIDER, Role.STORAGE, Role.LOGISTICS)
"""Who waits for the outcome, and hears that the order goes on."""
_SETTLED = tell("cancellation.settled", Role.CLIENT, Role.PROVIDER, Role.STORAGE)

_NEXT = (
    (State.RETURNING, guards.goods_must_go_back, _GOES_BACK),
    (State.AWAITING_REFUND, guards.refund_is_outstanding, _AGREED),
    (State.SETTLING, None, _AGREED + _TO_SETTLE),
)
"""What comes first once the seller has agreed: the goods, then its money, then the settlement."""
_NEXT_ON_TERMS = (
    # What was lost while the client thought about it, the seller is asked about again.
    (State.RETURNING, guards.goods_must_go_back_or_were_lost, _GOES_BACK),
    *_NEXT[1:],
)


def _settled_by(
    trigger: Trigger, roles: frozenset[Role], checks: tuple[guards.Guard, ...]
) -> tuple[Row, ...]:
    """What the settlement leads to: where the seller still owes something, it is chased; debts come
    from the deposit, or are claimed where the terms or the books do not let them."""
    return tuple(
        Row(
            trigger=trigger,
            source=State.SETTLING,
            target=target,
            clause="PSR-12-3",
            roles=roles,
            when=guards.both(owed, from_deposit),
            guards=checks,
            posts=posts,
            notices=_SETTLED,
            gives_way=NO_DEPOSIT if from_deposit else frozenset(),
        )
        for target, owed in (
            (State.CHASING, guards.refund_is_outstanding),
            (State.CANCELLED, None),
        )
        for from_deposit, posts in (
            (guards.debts_come_from_the_deposit, postings.settle_from_deposit),
            (None, postings.settle_as_debt),
        )
    )


ROWS = (
    Row(
        trigger=Trigger.REQUEST_CANCELLATION,
        source=State.NEW,
        target=State.AWAITING_OUTCOME,
        clause="PSR-12-1-A",
        roles=CLIENT,
        when=guards.outcome_is_open,
        guards=_ASKED,
        notices=_STOP,
    ),
    Row(
        trigger=Trigger.REQUEST_CANCELLATION,
        source=State.NEW,
        target=State.SETTLING,
        clause="PSR-12-1-A",
        roles=CLIENT,
        when=guards.nothing_is_bought_yet,
        guards=_ASKED,
        notices=_AGREED + _TO_SETTLE,
    ),
    Row(
        trigger=Trigger.REQUEST_CANCELLATION,
        source=State.NEW,
        target=State.ASKING_SELLER,
        clause="PSR-12-1-B",
        roles=CLIENT,
        guards=_ASKED,
        notices=_STOP + _HOLD,
    ),
    *(
        Row(
            trigger=Trigger.WITHDRAW_CANCELLATION,
            source=source,
            target=State.WITHDRAWN,
            clause="PSR-12-1-B",
            roles=CLIENT,
            guards=(guards.is_not_granted,),
            notices=tell("cancellation.withdrawn", Role.PROVIDER, Role.STORAGE, Role.LOGISTICS),
        )
        for source in (State.AWAITING_OUTCOME, State.ASKING_SELLER, State.TERMS_OFFERED)
    ),
    # The seller agrees, on terms or without; refuses; or says nothing.
    Row(
        trigger=Trigger.CONSENT_TO_CANCELLATION,
        source=State.ASKING_SELLER,
        target=State.TERMS_OFFERED,
        clause="PSR-12-5",
        roles=PROVIDER | PLATFORM,
        when=guards.seller_has_terms,
        guards=(guards.refund_can_be,),
        notices=tell("cancellation.terms_offered", Role.CLIENT),
    ),
    *(
        Row(
            trigger=Trigger.CONSENT_TO_CANCELLATION,
            source=State.ASKING_SELLER,
            target=target,
            clause="PSR-12-1-B",
            roles=PROVIDER | PLATFORM,
            when=when,
            guards=(guards.refund_can_be,),
            notices=notices,
        )
        for target, when, notices in _NEXT
    ),
    *(
        Row(
            trigger=Trigger.ACCEPT_TERMS,
            source=State.TERMS_OFFERED,
            target=target,
            clause="PSR-12-5",
            roles=CLIENT,
            when=when,
            notices=notices,
        )
        for target, when, notices in _NEXT_ON_TERMS
    ),
    Row(
        trigger=Trigger.LAPSE,
        source=State.TERMS_OFFERED,
        target=State.LAPSED,
        clause="PSR-12-5",
        notices=tell("cancellation.terms_lapsed", *_HELD_UP),
    ),
    Row(
        trigger=Trigger.REFUSE_CANCELLATION,
        source=State.ASKING_SELLER,
        target=State.REFUSED,
        clause="PSR-12-6",
        roles=PROVIDER | PLATFORM,
        when=guards.was_granted,
        posts=postings.hand_refund_to_provider,
        notices=tell("cancellation.refused", *_HELD_UP),
    ),
    Row(
        trigger=Trigger.REFUSE_CANCELLATION,
        source=State.ASKING_SELLER,
        target=State.REFUSED,
        clause="PSR-12-1-B",
        roles=PROVIDER | PLATFORM,
        notices=tell("cancellation.refused", *_HELD_UP),
    ),
    Row(
        trigger=Trigger.REFUSE_CANCELLATION,
        source=State.AWAITING_REFUND,
        target=State.REFUSED,
        clause="PSR-12-1-B",
        roles=PLATFORM,
        guards=(guards.nothing_came_back,),
        notices=tell("cancellation.refused", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.DEEM_REFUSED,
        source=State.ASKING_SELLER,
        target=State.REFUSED,
        clause="PSR-12-1-B",
        when=guards.silence_refuses,
        posts=postings.hand_refund_to_provider,
        notices=tell("cancellation.refused", *_HELD_UP, Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.DEEM_REFUSED,
        source=State.ASKING_SELLER,
        target=State.ASKING_SELLER,
        clause="PSR-12-1-B",
        notices=tell("cancellation.seller_silent", Role.PROVIDER, Role.PLATFORM),
    ),
    *(
        Row(
            trigger=Trigger.ESCALATE,
            source=source,
            target=source,
            clause=clause,
            notices=tell(event, Role.PROVIDER, Role.PLATFORM),
        )
        for source, clause, event in (
            (State.AWAITING_OUTCOME, "PSR-12-1-A", "cancellation.outcome_unknown"),
            (State.ASKING_SELLER, "PSR-12-1-B", "cancellation.seller_silent"),
            (State.RETURNING, "PSR-12-6", "cancellation.return_overdue"),
            (State.AWAITING_REFUND, "PSR-12-1-B", "cancellation.refund_overdue"),
        )
    ),
    # The goods first, then the money.
    *(
        Row(
            trigger=Trigger.RECORD_CANCELLATION_REFUND,
            source=source,
            target=target,
            clause="PSR-12-1-B",
            roles=PROVIDER | PLATFORM,
            when=when,
            guards=(guards.refund_is_new,),
            posts=posts,
            notices=notices,
        )
        for source, target, when, posts, notices in (
            (
                State.AWAITING_REFUND,
                State.AWAITING_REFUND,
                guards.refund_is_outstanding,
                postings.keep_seller_refund,
                tell("cancellation.part_refunded", Role.CLIENT),
            ),
            (
                State.AWAITING_REFUND,
                State.SETTLING,
                None,
                postings.keep_seller_refund,
                tell("cancellation.refunded", Role.CLIENT) + _TO_SETTLE,
            ),
            # What comes late is the client's all the same.
            (State.SETTLING, State.SETTLING, None, postings.keep_seller_refund, ()),
            (
                State.CHASING,
                State.CHASING,
                guards.refund_is_outstanding,
                postings.pass_on_late_refund,
                tell("cancellation.late_refund", Role.CLIENT),
            ),
            (
                State.CHASING,
                State.CANCELLED,
                None,
                postings.pass_on_late_refund,
                tell("cancellation.late_refund", Role.CLIENT),
            ),
        )
    ),
    Row(
        trigger=Trigger.PROCEED_WITHOUT_REFUND,
        source=State.AWAITING_REFUND,
        target=State.SETTLING,
        clause="PSR-12-1-B",
        roles=PLATFORM,
        notices=tell("cancellation.refund_missing", Role.CLIENT) + _TO_SETTLE,
    ),
    # The settlement: by the provider, or by the terms where it says nothing.
    *_settled_by(Trigger.SETTLE_CANCELLATION, PROVIDER | PLATFORM, (guards.costs_are_proved,)),
    *_settled_by(Trigger.SETTLE_BY_DEFAULT, NOBODY, ()),
    Row(
        trigger=Trigger.REMIND,
        source=State.SETTLING,
        target=State.SETTLING,
        clause="PSR-12-3",
        notices=tell("cancellation.settlement_due", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.CHASING,
        target=State.CHASING,
        clause="PSR-12-1-B",
        notices=tell("cancellation.refund_overdue", Role.PROVIDER, Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.GIVE_UP,
        source=State.CHASING,
        target=State.CANCELLED,
        clause="PSR-12-1-B",
        notices=tell("cancellation.refund_given_up", Role.CLIENT, Role.PROVIDER, Role.PLATFORM),
    ),
    # What befalls the order meanwhile.
    *(
        Row(
            trigger=Trigger.FOLLOW_ORDER,
            source=source,
            target=State.OVERTAKEN,
            clause=clause,
            when=when,
            posts=postings.hand_refund_to_provider,
            notices=notices,
        )
        for source in _OPEN
        for when, clause, notices in (
            (guards.cleared, "PSR-12-7", tell("cancellation.customs_cleared", *_HELD_UP)),
            (
                guards.order_went_another_way,
                "PSR-12-1-B",
                tell("cancellation.overtaken", Role.CLIENT, Role.PROVIDER),
            ),
        )
    ),
    Row(
        trigger=Trigger.FOLLOW_ORDER,
        source=State.AWAITING_OUTCOME,
        target=State.SETTLING,
        clause="PSR-12-1-A",
        when=guards.nothing_is_bought_yet,
        notices=_AGREED + _TO_SETTLE,
    ),
    Row(
        trigger=Trigger.FOLLOW_ORDER,
        source=State.AWAITING_OUTCOME,
        target=State.ASKING_SELLER,
        clause="PSR-12-1-B",
        when=guards.goods_are_bought_now,
        notices=_STOP,
    ),
    Row(
        trigger=Trigger.FOLLOW_ORDER,
        source=State.RETURNING,
        target=State.ASKING_SELLER,
        clause="PSR-12-6",
        when=guards.goods_were_lost,
        notices=tell("cancellation.goods_lost", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.FOLLOW_ORDER,
        source=State.RETURNING,
        target=State.AWAITING_REFUND,
        clause="PSR-12-6",
        when=guards.goods_are_back_and_refund_is_outstanding,
        notices=tell("cancellation.goods_are_back", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.FOLLOW_ORDER,
        source=State.RETURNING,
        target=State.SETTLING,
        clause="PSR-12-6",
        when=guards.goods_are_back,
        notices=_TO_SETTLE,
    ),
    *(
        Row(
            trigger=Trigger.FOLLOW_ORDER,
            source=source,
            target=State.RETURNING,
            clause="PSR-12-6",
            when=guards.goods_must_go_back,
            notices=_GOES_BACK,
        )
        for source in (State.AWAITING_REFUND, State.SETTLING)
    ),
)

WAITS = (
    Wait(state=State.NEW, says="being asked for", next_actor=Role.CLIENT),
    Wait(
        state=State.AWAITING_OUTCOME,
        says="waits until the payment or purchase under way has its outcome",
        next_actor=Role.CLOCK,
        deadlines=(Deadline(term="case_outcome", trigger=Trigger.ESCALATE, again="escalation"),),
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
        state=State.TERMS_OFFERED,
        says="the seller agrees on terms; waits for the client to take them",
        next_actor=Role.CLIENT,
        deadlines=(Deadline(term="terms_answer", trigger=Trigger.LAPSE),),
    ),
    Wait(
        state=State.RETURNING,
        says="agreed; the goods go back to the seller",
        next_actor=Role.CLOCK,
        deadlines=(Deadline(term="goods_return", trigger=Trigger.ESCALATE, again="escalation"),),
    ),
    Wait(
        state=State.AWAITING_REFUND,
        says="agreed; waits for the seller to pay back",
        next_actor=Role.PROVIDER,
        deadlines=(Deadline(term="seller_refund", trigger=Trigger.ESCALATE, again="escalation"),),
    ),
    Wait(
        state=State.SETTLING,
        says="granted; waits for the provider's settlement",
        next_actor=Role.PROVIDER,
        deadlines=(
            Deadline(term="settlement_reminder", trigger=Trigger.REMIND),
            Deadline(term="settlement", trigger=Trigger.SETTLE_BY_DEFAULT),
        ),
    ),
    Wait(
        state=State.CHASING,
        says="settled; the seller still owes what it agreed to pay back",
        next_actor=Role.PROVIDER,
        deadlines=(
            Deadline(term="seller_refund", trigger=Trigger.ESCALATE, again="seller_refund"),
            Deadline(term="seller_refund_chase", trigger=Trigger.GIVE_UP),
        ),
    ),
)

CANCELLATION = Table(
    name=TableName.CANCELLATION,
    initial=State.NEW,
    items=True,
    outlives=True,
    hosted=True,
    ends=MappingProxyType(
        {
            State.CANCELLED: "settled; the order is cancelled",
            State.REFUSED: "the seller refused; the order goes on",
            State.WITHDRAWN: "taken back by the client; the order goes on",
            State.LAPSED: "the client did not take the seller's terms; the order goes on",
            State.OVERTAKEN: "overtaken by what happened to the order",
        }
    ),
    triggers=MappingProxyType(
        {
            Trigger.REQUEST_CANCELLATION: TriggerSpec(
                says="ask for the order to be cancelled",
                command=commands.Noted,
                clause="PSR-12-1-B",
            ),
            Trigger.WITHDRAW_CANCELLATION: TriggerSpec(
                says="take the cancellation back", command=commands.Noted, clause="PSR-12-1-B"
            ),
            Trigger.CONSENT_TO_CANCELLATION: TriggerSpec(
                says="record that the seller agrees, and on what terms",
                command=commands.SellerConsent,
                clause="PSR-12-1-B",
            ),
            Trigger.ACCEPT_TERMS: TriggerSpec(
                says="take the terms on which the seller agrees",
                command=commands.Plain,
                clause="PSR-12-5",
            ),
            Trigger.REFUSE_CANCELLATION: TriggerSpec(
                says="record that the seller refuses", command=commands.Noted, clause="PSR-12-1-B"
            ),
            Trigger.RECORD_CANCELLATION_REFUND: TriggerSpec(
                says="record what the seller paid back",
                command=commands.CaseRefund,
                clause="PSR-12-1-B",
            ),
            Trigger.PROCEED_WITHOUT_REFUND: TriggerSpec(
                says="go on without what the seller has not paid back",
                command=commands.Noted,
                clause="PSR-12-1-B",
            ),
            Trigger.SETTLE_CANCELLATION: TriggerSpec(
                says="settle the cancellation as it was previewed",
                command=commands.SettleCancellation,
                clause="PSR-12-3",
            ),
            Trigger.SETTLE_BY_DEFAULT: TriggerSpec(
                says="the provider said nothing: it keeps its fee and has no costs",
                command=commands.Plain,
                clause="PSR-12-3",
            ),
            Trigger.DEEM_REFUSED: TriggerSpec(
                says="the seller never answered", command=commands.Plain, clause="PSR-12-1-B"
            ),
            Trigger.LAPSE: TriggerSpec(
                says="the client did not take the terms in time",
                command=commands.Plain,
                clause="PSR-12-5",
            ),
            Trigger.REMIND: TriggerSpec(
                says="the settlement is due soon", command=commands.Plain, clause="PSR-12-3"
            ),
            Trigger.ESCALATE: TriggerSpec(
                says="the wait is overdue: tell the platform",
                command=commands.Plain,
                clause="PSR-12-1-B",
            ),
            Trigger.GIVE_UP: TriggerSpec(
                says="the seller never paid the rest back: it is given up",
                command=commands.Plain,
                clause="PSR-12-1-B",
            ),
            Trigger.FOLLOW_ORDER: TriggerSpec(
                says="what happened to the order moves its case",
                command=commands.Plain,
                clause="PSR-12-7",
            ),
        }
    ),
    rows=with_their_time(ROWS, WAITS),
    waits=WAITS,
)
