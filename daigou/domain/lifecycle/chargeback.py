"""Owns the chargeback: a payment that the client had the institution take back (PSR-22).

Without just cause it is demanded, then taken from the deposit, then covered by the order's goods.
What the institution decides may come at any time: so what is paid still waits for that.
"""

from collections.abc import Mapping
from types import MappingProxyType

from daigou.domain import commands, postings
from daigou.domain.book import Template
from daigou.domain.commands import Stand
from daigou.domain.lifecycle import chargeback_guards as guards
from daigou.domain.lifecycle.table import (
    Answer,
    Call,
    Condition,
    Deadline,
    Errand,
    Notice,
    Row,
    Table,
    TriggerSpec,
    Wait,
)
from daigou.domain.lifecycle.words import CLIENT, INSTITUTION, PLATFORM, PROVIDER, tell
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode

_TOO_SMALL = frozenset({RefusalCode.DEPOSIT_TOO_SMALL})
_REPORTED = tell("chargeback.reported", Role.PROVIDER, Role.PLATFORM)
_DEMANDED = tell("chargeback.demanded", Role.CLIENT)
_FROZEN = tell("chargeback.account_frozen", Role.CLIENT)
_HOLD = tell("chargeback.hold_goods", Role.STORAGE, Role.LOGISTICS)
_PAID = tell("chargeback.paid", Role.CLIENT, Role.PROVIDER)
_GO_ON = tell("chargeback.goods_released", Role.STORAGE, Role.LOGISTICS)
_WON = tell("chargeback.won", Role.CLIENT, Role.PROVIDER)
_LOST = tell("chargeback.lost", Role.PROVIDER, Role.PLATFORM)

_DEMAND: tuple[tuple[Condition | None, Template | None, tuple[Notice, ...]], ...] = (
    (guards.freeze_is_standing, postings.freeze_for_debt, _DEMANDED + _FROZEN),
    (None, None, _DEMANDED),
)
"""The demand, with the freeze where the terms hold the request for it as made."""

_REPORTABLE = (guards.something_was_paid,)
_UNPAID = (State.DEMANDED, State.OWING)
HOLDING = frozenset({State.EXAMINING, State.DEMANDED, State.PAYING, State.OWING})
"""Where a chargeback holds its order up (PSR-22-1)."""
JUST = frozenset({State.JUSTIFIED, State.BORNE})
"""Where the client had just cause, and the provider bears what its order does not give back."""
STANDS: Mapping[State, Stand] = MappingProxyType(
    {
        State.EXAMINING: Stand.HOLDS,
        State.DEMANDED: Stand.HOLDS,
        State.OWING: Stand.OWING,
        State.JUSTIFIED: Stand.JUSTIFIED,
        **dict.fromkeys((State.COVERED, State.WON, State.SETTLED, State.BORNE), Stand.OVER),
    }
)
"""What each state means for the order; while the debt is being paid nothing changes for it."""


def _paid_to(
    *,
    trigger: Trigger,
    source: State,
    posts: Template,
    clause: str,
    notices: tuple[Notice, ...],
    roles: frozenset[Role] = frozenset(),
    gives_way: frozenset[RefusalCode] = frozenset(),
) -> tuple[Row, ...]:
    """The debt is paid: at its end where the verdict is known, or waiting for that."""
    return tuple(
        Row(
            trigger=trigger,
            source=source,
            target=target,
            clause=clause,
            roles=roles,
            when=when,
            guards=(guards.names_its_method,) if trigger == Trigger.PAY_CHARGEBACK else (),
            posts=posts,
            notices=notices,
            gives_way=gives_way,
        )
        for target, when in ((State.SETTLED, guards.verdict_is_known), (State.COVERED, None))
    )


ROWS = (
    # What is known already settles it, or a person examines it.
    Row(
        trigger=Trigger.REPORT_CHARGEBACK,
        source=State.NEW,
        target=State.DEMANDED,
        clause="PSR-22-1",
        roles=INSTITUTION,
        when=guards.facts_settle_it_and_freeze_stands,
        guards=_REPORTABLE,
        posts=postings.take_back_and_freeze,
        notices=_REPORTED + _DEMANDED + _FROZEN + _HOLD,
    ),
    Row(
        trigger=Trigger.REPORT_CHARGEBACK,
        source=State.NEW,
        target=State.DEMANDED,
        clause="PSR-22-1",
        roles=INSTITUTION,
        when=guards.facts_settle_it,
        guards=_REPORTABLE,
        posts=postings.take_back,
        notices=_REPORTED + _DEMANDED + _HOLD,
    ),
    Row(
        trigger=Trigger.REPORT_CHARGEBACK,
        source=State.NEW,
        target=State.EXAMINING,
        clause="PSR-22-4",
        roles=INSTITUTION,
        guards=_REPORTABLE,
        posts=postings.take_back,
        notices=_REPORTED + tell("chargeback.examined", Role.CLIENT) + _HOLD,
    ),
    *(
        Row(
            trigger=Trigger.DENY_JUST_CAUSE,
            source=State.EXAMINING,
            target=State.DEMANDED,
            clause="PSR-22-4",
            roles=PLATFORM,
            when=when,
            posts=posts,
            notices=notices,
        )
        for when, posts, notices in _DEMAND
    ),
    *(
        Row(
            trigger=Trigger.FIND_JUST_CAUSE,
            source=source,
            target=State.JUSTIFIED,
            clause="PSR-22-4",
            roles=PLATFORM,
            posts=postings.bear_loss,
            notices=tell("chargeback.justified", Role.CLIENT, Role.PROVIDER) + _GO_ON,
        )
        for source in (State.EXAMINING, State.DEMANDED)
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.EXAMINING,
        target=State.EXAMINING,
        clause="PSR-22-4",
        notices=tell("chargeback.examination_overdue", Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.REQUEST_FREEZE,
        source=State.DEMANDED,
        target=State.DEMANDED,
        clause="PSR-22-1",
        roles=PROVIDER,
        posts=postings.freeze_for_debt,
        notices=_FROZEN,
    ),
    # The client pays; or its deposit does, to the second.
    *(
        row
        for source in _UNPAID
        for row in (
            *(
                Row(
                    trigger=Trigger.PAY_CHARGEBACK,
                    source=source,
                    target=target,
                    clause="PSR-22-1",
                    roles=CLIENT,
                    when=when,
                    posts=postings.pay_debt_from_deposit,
                    notices=_PAID + _GO_ON,
                )
                for target, when in (
                    (State.SETTLED, guards.is_paid_at_once_and_decided),
                    (State.COVERED, guards.needs_no_institution),
                )
            ),
            Row(
                trigger=Trigger.PAY_CHARGEBACK,
                source=source,
                target=State.PAYING,
                clause="PSR-22-1",
                roles=CLIENT,
                guards=(guards.names_its_method,),
                posts=postings.reserve_debt_payment,
            ),
        )
    ),
    Row(
        trigger=Trigger.DECLINE_CHARGEBACK_PAYMENT,
        source=State.PAYING,
        target=State.WON,
        clause="PSR-22-1",
        roles=INSTITUTION,
        when=guards.was_won,
        posts=postings.release_debt_payment_of_nothing,
        notices=_WON + _GO_ON,
    ),
    # What the order gave back meanwhile may have paid the debt.
    *_paid_to(
        trigger=Trigger.DECLINE_CHARGEBACK_PAYMENT,
        source=State.PAYING,
        posts=postings.release_debt_payment_of_nothing,
        clause="PSR-22-1",
        notices=_PAID + _GO_ON,
        roles=INSTITUTION,
        gives_way=_TOO_SMALL,
    ),
    *(
        Row(
            trigger=Trigger.DECLINE_CHARGEBACK_PAYMENT,
            source=State.PAYING,
            target=target,
            clause="PSR-22-1",
            roles=INSTITUTION,
            when=when,
            posts=postings.release_debt_payment,
            notices=tell("chargeback.payment_declined", Role.CLIENT),
        )
        for target, when in ((State.OWING, guards.was_owed_when_paid), (State.DEMANDED, None))
    ),
    Row(
        trigger=Trigger.CONFIRM_CHARGEBACK_PAYMENT,
        source=State.PAYING,
        target=State.WON,
        clause="PSR-22-1",
        roles=INSTITUTION,
        when=guards.was_won,
        posts=postings.confirm_debt_payment,
        notices=_WON + _GO_ON,
    ),
    *_paid_to(
        trigger=Trigger.CONFIRM_CHARGEBACK_PAYMENT,
        source=State.PAYING,
        posts=postings.confirm_debt_payment,
        clause="PSR-22-1",
        notices=_PAID + _GO_ON,
        roles=INSTITUTION,
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.PAYING,
        target=State.PAYING,
        clause="PSR-22-1",
        notices=tell("chargeback.payment_unknown", Role.PLATFORM),
    ),
    *_paid_to(
        trigger=Trigger.OFFSET_DEPOSIT,
        source=State.DEMANDED,
        posts=postings.offset_whole,
        clause="PSR-22-2",
        notices=tell("chargeback.offset", Role.CLIENT, Role.PROVIDER) + _GO_ON,
        gives_way=_TOO_SMALL,
    ),
    Row(
        trigger=Trigger.OFFSET_DEPOSIT,
        source=State.DEMANDED,
        target=State.OWING,
        clause="PSR-22-3",
        posts=postings.offset_part,
        notices=tell("chargeback.offset_in_part", Role.CLIENT, Role.PROVIDER, Role.PLATFORM),
    ),
    # What its order gave back pays the debt: where nothing is owed any more, that is found out.
    *_paid_to(
        trigger=Trigger.COLLECT_DEBT,
        source=State.DEMANDED,
        posts=postings.nothing_is_owed,
        clause="PSR-22-1",
        notices=_PAID + _GO_ON,
        gives_way=_TOO_SMALL,
    ),
    Row(
        trigger=Trigger.COLLECT_DEBT,
        source=State.DEMANDED,
        target=State.DEMANDED,
        clause="PSR-22-1",
    ),
    Row(
        trigger=Trigger.COLLECT_DEBT,
        source=State.JUSTIFIED,
        target=State.JUSTIFIED,
        clause="PSR-22-4",
        posts=postings.bear_loss,
    ),
    # What is still missing is claimed, and collected from whatever comes.
    *_paid_to(
        trigger=Trigger.COLLECT_DEBT,
        source=State.OWING,
        posts=postings.offset_whole,
        clause="PSR-22-3",
        notices=_PAID + _GO_ON,
        gives_way=_TOO_SMALL,
    ),
    Row(
        trigger=Trigger.COLLECT_DEBT,
        source=State.OWING,
        target=State.OWING,
        clause="PSR-22-3",
        posts=postings.collect,
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.OWING,
        target=State.OWING,
        clause="PSR-22-3",
        notices=tell("chargeback.still_owed", Role.CLIENT, Role.PROVIDER, Role.PLATFORM),
    ),
    # The institution's verdict, whenever it comes.
    *(
        Row(
            trigger=Trigger.WIN_CHARGEBACK,
            source=source,
            target=State.WON,
            clause="PSR-22-1",
            roles=INSTITUTION,
            guards=(guards.is_not_decided,),
            posts=postings.give_taken_back,
            notices=_WON + _GO_ON,
        )
        for source in (
            State.EXAMINING,
            State.DEMANDED,
            State.OWING,
            State.COVERED,
            State.JUSTIFIED,
        )
    ),
    Row(
        trigger=Trigger.WIN_CHARGEBACK,
        source=State.PAYING,
        target=State.PAYING,
        clause="PSR-22-1",
        roles=INSTITUTION,
        guards=(guards.is_not_decided,),
        posts=postings.give_taken_back,
    ),
    *(
        Row(
            trigger=Trigger.LOSE_CHARGEBACK,
            source=source,
            target=target,
            clause="PSR-22-1",
            roles=INSTITUTION,
            guards=(guards.is_not_decided,),
            posts=posts,
            notices=_LOST,
        )
        for source, target, posts in (
            (State.EXAMINING, State.EXAMINING, None),
            (State.DEMANDED, State.DEMANDED, None),
            (State.PAYING, State.PAYING, None),
            (State.OWING, State.OWING, None),
            (State.COVERED, State.SETTLED, None),
            (State.JUSTIFIED, State.BORNE, postings.bear_rest),
        )
    ),
    *(
        Row(
            trigger=Trigger.CLOSE,
            source=source,
            target=target,
            clause="PSR-22-1",
            posts=posts,
            notices=tell("chargeback.closed", Role.PROVIDER, Role.PLATFORM),
        )
        for source, target, posts in (
            (State.COVERED, State.SETTLED, None),
            (State.JUSTIFIED, State.BORNE, postings.bear_rest),
        )
    ),
    # Evidence for the institution, as long as it has not decided.
    *(
        row
        for source in (
            State.EXAMINING,
            State.DEMANDED,
            State.PAYING,
            State.OWING,
            State.COVERED,
        )
        for row in (
            Row(
                trigger=Trigger.STAGE_EVIDENCE,
                source=source,
                target=source,
                clause="PSR-22-1",
                roles=PROVIDER | PLATFORM,
                guards=(
                    guards.is_not_decided,
                    guards.evidence_is_new,
                    guards.evidence_is_in_time,
                ),
            ),
            Row(
                trigger=Trigger.SUBMIT_EVIDENCE,
                source=source,
                target=source,
                clause="PSR-22-1",
                roles=PROVIDER | PLATFORM,
                guards=(
                    guards.is_not_decided,
                    guards.evidence_is_new,
                    guards.evidence_is_staged,
                    guards.evidence_is_in_time,
                ),
                notices=tell("chargeback.evidence_submitted", Role.PAYMENT_INSTITUTION),
            ),
        )
    ),
)

_VERDICT = Deadline(term="verdict", trigger=Trigger.CLOSE)
_TRIGGERS = (
    (
        Trigger.REPORT_CHARGEBACK,
        "say that a payment was charged back",
        commands.ReportChargeback,
        "PSR-22-1",
    ),
    (
        Trigger.FIND_JUST_CAUSE,
        "find that the client had just cause, through the provider's fault",
        commands.Message,
        "PSR-22-4",
    ),
    (
        Trigger.DENY_JUST_CAUSE,
        "find that there is no just cause, and under which head",
        commands.DenyJustCause,
        "PSR-22-4",
    ),
    (
        Trigger.REQUEST_FREEZE,
        "have the client's account frozen until it pays",
        commands.Noted,
        "PSR-22-1",
    ),
    (
        Trigger.PAY_CHARGEBACK,
        "pay what was charged back",
        commands.PayChargeback,
        "PSR-22-1",
    ),
    (
        Trigger.CONFIRM_CHARGEBACK_PAYMENT,
        "say that the payment of the debt was captured",
        commands.Outcome,
        "PSR-22-1",
    ),
    (
        Trigger.DECLINE_CHARGEBACK_PAYMENT,
        "say that the payment of the debt was declined",
        commands.Outcome,
        "PSR-22-1",
    ),
    (
        Trigger.OFFSET_DEPOSIT,
        "not paid in time: the deposit pays, despite the freeze",
        commands.Plain,
        "PSR-22-2",
    ),
    (
        Trigger.COLLECT_DEBT,
        "take what has come in since for the debt",
        commands.Plain,
        "PSR-22-3",
    ),
    (
        Trigger.WIN_CHARGEBACK,
        "say that the institution gave the money back",
        commands.InstitutionVerdict,
        "PSR-22-1",
    ),
    (
        Trigger.LOSE_CHARGEBACK,
        "say that the institution left it with the client",
        commands.InstitutionVerdict,
        "PSR-22-1",
    ),
    (
        Trigger.STAGE_EVIDENCE,
        "make evidence ready for the institution",
        commands.EvidenceBundle,
        "PSR-22-1",
    ),
    (
        Trigger.SUBMIT_EVIDENCE,
        "hand the evidence that is ready to the institution",
        commands.EvidenceBundle,
        "PSR-22-1",
    ),
    (
        Trigger.CLOSE,
        "no verdict came: nothing more is expected",
        commands.Plain,
        "PSR-22-1",
    ),
    (
        Trigger.ESCALATE,
        "the wait is overdue: tell the platform",
        commands.Plain,
        "PSR-22-1",
    ),
)

CHARGEBACK = Table(
    name=TableName.CHARGEBACK,
    initial=State.NEW,
    ends=MappingProxyType(
        {
            State.SETTLED: "paid; the money stays with the client's institution",
            State.WON: "the institution gave the money back",
            State.BORNE: "the client had just cause; the provider bears it",
        }
    ),
    triggers=MappingProxyType(
        {
            trigger: TriggerSpec(says=says, command=command, clause=clause)
            for trigger, says, command, clause in _TRIGGERS
        }
    ),
    rows=ROWS,
    waits=(
        Wait(state=State.NEW, says="being reported", next_actor=Role.PAYMENT_INSTITUTION),
        Wait(
            state=State.EXAMINING,
            says="the platform examines whether the client had just cause",
            next_actor=Role.PLATFORM,
            deadlines=(Deadline(term="examination", trigger=Trigger.ESCALATE, again="escalation"),),
        ),
        Wait(
            state=State.DEMANDED,
            says="no just cause: the client is to pay, or its deposit will",
            next_actor=Role.CLIENT,
            deadlines=(Deadline(term="chargeback_payment", trigger=Trigger.OFFSET_DEPOSIT),),
        ),
        Wait(
            state=State.PAYING,
            says="waits for the payment institution's answer",
            next_actor=Role.PAYMENT_INSTITUTION,
            deadlines=(
                Deadline(term="payment_outcome", trigger=Trigger.ESCALATE, again="escalation"),
            ),
            errand=Errand(
                call=Call.CAPTURE,
                answers=MappingProxyType(
                    {
                        Answer.DONE: Trigger.CONFIRM_CHARGEBACK_PAYMENT,
                        Answer.REJECTED: Trigger.DECLINE_CHARGEBACK_PAYMENT,
                        Answer.FAILED: Trigger.DECLINE_CHARGEBACK_PAYMENT,
                    }
                ),
            ),
        ),
        Wait(
            state=State.OWING,
            says="the deposit did not cover it: the rest is claimed, and goods are retained",
            next_actor=Role.CLIENT,
            deadlines=(
                Deadline(term="collection", trigger=Trigger.COLLECT_DEBT, again="collection"),
                Deadline(term="debt_reminder", trigger=Trigger.ESCALATE, again="debt_reminder"),
            ),
        ),
        Wait(
            state=State.COVERED,
            says="paid; the institution may still decide",
            next_actor=Role.PAYMENT_INSTITUTION,
            deadlines=(_VERDICT,),
        ),
        Wait(
            state=State.JUSTIFIED,
            says="the client had just cause; the institution may still decide",
            next_actor=Role.PAYMENT_INSTITUTION,
            deadlines=(_VERDICT,),
        ),
    ),
)
