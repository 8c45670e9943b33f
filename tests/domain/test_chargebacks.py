"""A chargeback from its report to the verdict: just cause, the instant of the offset, evidence."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest

from daigou.domain import commands
from daigou.domain.account_facts import ChargedBack, head_of
from daigou.domain.clocks import Clock, Timing, clocks_after, running
from daigou.domain.commands import Command, DisputeReason, Footing, Head
from daigou.domain.facts import Facts
from daigou.domain.freezes import FREEZES
from daigou.domain.lifecycle import CHARGEBACK
from daigou.domain.lifecycle.table import Row, taken
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.terms import Terms
from tests.domain import samples
from tests.domain.samples import BUNDLE, CHARGED_BACK, NOON, ON_REQUEST, REPORT, TERMS

TICK = timedelta(microseconds=1)
DUE = REPORT.evidence_due
VERDICT = commands.InstitutionVerdict(external_ref="vd_1")
OPEN = (
    State.EXAMINING,
    State.DEMANDED,
    State.PAYING,
    State.OWING,
    State.COVERED,
    State.JUSTIFIED,
)


def fired(
    trigger: Trigger,
    state: State,
    command: Command | None = None,
    *,
    role: Role = Role.PLATFORM,
    known: ChargedBack | None = CHARGED_BACK,
    terms: Terms = TERMS,
    at: datetime = NOON,
    passed_over: tuple[Row, ...] = (),
) -> Row:
    """The row that somebody takes of a chargeback that knows so much."""
    situation = samples.situation(
        role,
        command or samples.command_of(trigger),
        facts=Facts(chargeback=known),
        order=state,
        terms=terms,
        at=at,
        passed_over=passed_over,
    )
    return CHARGEBACK.fire(state=state, trigger=trigger, situation=situation)


def reported(reason: DisputeReason, *, terms: Terms = TERMS, **footing: bool) -> Row:
    """The row by which the institution's report of that reason is taken."""
    said = replace(REPORT, reason=reason, footing=Footing(**footing))
    return fired(Trigger.REPORT_CHARGEBACK, State.NEW, said, known=None, terms=terms)


def facts_after(row: Row, command: Command, known: ChargedBack | None) -> ChargedBack:
    step = taken(CHARGEBACK, row, item="", command=command, terms=TERMS, at=NOON)
    found = Facts(chargeback=known).after(step).chargeback
    assert found is not None
    return found


# ---- just cause --------------------------------------------------------------------------------

# By what is known of the order: nothing, received, the provider's fault, both.
FOOTINGS = (
    Footing(),
    Footing(received=True),
    Footing(providers_fault=True),
    Footing(received=True, providers_fault=True),
)
# A stolen account, a misused card and a change of mind are no just cause, whatever happened to the
# goods. Otherwise it is none once logistics had them normally, unless the provider was at fault; a
# person judges the rest.
HEADS: dict[DisputeReason, tuple[Head | None, ...]] = {
    DisputeReason.ACCOUNT_STOLEN: (Head.ACCOUNT_STOLEN,) * 4,
    DisputeReason.PAYMENT_MISUSED: (Head.PAYMENT_MISUSED,) * 4,
    DisputeReason.CHANGED_MIND: (Head.NOT_THE_PROVIDERS,) * 4,
    DisputeReason.NOT_RECEIVED: (None, Head.RECEIVED_NORMALLY, None, None),
    DisputeReason.NOT_AS_DESCRIBED: (None, Head.RECEIVED_NORMALLY, None, None),
    DisputeReason.DUPLICATE: (None, None, None, None),
    DisputeReason.OTHER: (None, Head.RECEIVED_NORMALLY, None, None),
}


@pytest.mark.clause("PSR-22-4")
@pytest.mark.parametrize("reason", DisputeReason)
def test_the_head_follows_from_the_reason_and_from_what_is_known(reason: DisputeReason) -> None:
    heads = tuple(head_of(reason, footing) for footing in FOOTINGS)

    assert heads == HEADS[reason]


@pytest.mark.clause("PSR-22-4")
@pytest.mark.parametrize(("reason", "number"), list(product(DisputeReason, range(len(FOOTINGS)))))
def test_what_facts_do_not_settle_a_person_examines_and_nothing_is_frozen(
    reason: DisputeReason, number: int
) -> None:
    footing, head = FOOTINGS[number], HEADS[reason][number]
    said = replace(REPORT, reason=reason, footing=footing)

    row = fired(Trigger.REPORT_CHARGEBACK, State.NEW, said, known=None)
    known = facts_after(row, said, None)

    assert row.target == (State.DEMANDED if head else State.EXAMINING)
    assert row.clause == ("PSR-22-1" if head else "PSR-22-4")
    assert known.head == head
    assert row.posts is not None
    assert ("freeze" in row.posts.__name__) == bool(head)


@pytest.mark.clause("PSR-22-4")
@pytest.mark.parametrize("head", Head)
def test_the_platform_denies_just_cause_under_one_of_the_five_heads(head: Head) -> None:
    said = commands.DenyJustCause(head=head, note_ref="note_1")

    row = fired(Trigger.DENY_JUST_CAUSE, State.EXAMINING, said)

    assert (row.target, row.clause) == (State.DEMANDED, "PSR-22-4")
    assert facts_after(row, said, replace(CHARGED_BACK, head=None)).head == head


def test_the_heads_are_numbered_as_the_clause_numbers_them() -> None:
    assert [head.value for head in Head] == ["1", "2", "3", "4", "5"]


@pytest.mark.clause("PSR-22-4")
@pytest.mark.parametrize("state", OPEN)
def test_just_cause_is_found_before_anything_was_taken_and_not_after(state: State) -> None:
    if state in {State.EXAMINING, State.DEMANDED}:
        row = fired(Trigger.FIND_JUST_CAUSE, state)

        assert (row.target, row.clause) == (State.JUSTIFIED, "PSR-22-4")
        assert {each.event for each in row.notices} == {
            "chargeback.justified",
            "chargeback.goods_released",
        }
        return

    with pytest.raises(Refused) as caught:
        fired(Trigger.FIND_JUST_CAUSE, state)

    assert (caught.value.code, caught.value.clause) == (
        RefusalCode.NOT_IN_THIS_STATE,
        "PSR-22-4",
    )


@pytest.mark.clause("PSR-22-4")
@pytest.mark.parametrize("role", [each for each in Role if each != Role.PLATFORM])
@pytest.mark.parametrize("trigger", [Trigger.FIND_JUST_CAUSE, Trigger.DENY_JUST_CAUSE])
def test_nobody_but_the_platform_judges_the_cause(trigger: Trigger, role: Role) -> None:
    with pytest.raises(Refused) as caught:
        fired(trigger, State.EXAMINING, role=role)

    assert caught.value.code == RefusalCode.NOT_YOUR_ROLE


# ---- the freeze --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
def test_a_standing_request_freezes_with_the_demand_and_tells_the_client_so() -> None:
    row = reported(DisputeReason.CHANGED_MIND)
    denied = fired(Trigger.DENY_JUST_CAUSE, State.EXAMINING)

    for each in (row, denied):
        assert each.posts is not None
        assert "freeze" in each.posts.__name__
        assert "chargeback.account_frozen" in {notice.event for notice in each.notices}


@pytest.mark.clause("PSR-22-1")
def test_without_a_standing_request_the_account_is_free_until_the_provider_asks() -> None:
    row = reported(DisputeReason.CHANGED_MIND, terms=ON_REQUEST)
    denied = fired(Trigger.DENY_JUST_CAUSE, State.EXAMINING, terms=ON_REQUEST)
    asked = fired(Trigger.REQUEST_FREEZE, State.DEMANDED, role=Role.PROVIDER, terms=ON_REQUEST)

    assert (row.target, denied.target) == (State.DEMANDED, State.DEMANDED)
    for each in (row, denied):
        assert "chargeback.account_frozen" not in {notice.event for notice in each.notices}
    assert denied.posts is None
    assert asked.stays
    assert {notice.event for notice in asked.notices} == {"chargeback.account_frozen"}


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("state", [each for each in OPEN if each != State.DEMANDED])
def test_a_provider_asks_for_the_freeze_with_the_demand_and_at_no_other_time(state: State) -> None:
    with pytest.raises(Refused) as caught:
        fired(Trigger.REQUEST_FREEZE, state, role=Role.PROVIDER)

    assert (caught.value.code, caught.value.clause) == (
        RefusalCode.NOT_IN_THIS_STATE,
        "PSR-22-1",
    )


@pytest.mark.clause("PSR-22-1")
def test_what_a_chargeback_freezes_is_money_and_no_recharge() -> None:
    rule = FREEZES[commands.FreezeReason.CHARGEBACK]

    assert {str(each) for each in rule.blocks} == {"withdrawal", "use"}
    assert (rule.clause, rule.placed_by) == ("PSR-22-1", set())


# ---- three days, to the second -----------------------------------------------------------------


def _clocks(
    state: State, *, known: tuple[Clock, ...] = (), at: datetime = NOON, struck: str | None = None
) -> tuple[Clock, ...]:
    return clocks_after(
        table=CHARGEBACK,
        state=state,
        struck=struck,
        known=known,
        timing=Timing(terms=TERMS),
        at=at,
    )


@pytest.mark.clause("PSR-22-2")
def test_the_deposit_pays_three_days_after_the_demand_to_the_microsecond() -> None:
    clocks = _clocks(State.DEMANDED)

    (clock,) = running(table=CHARGEBACK, state=State.DEMANDED, clocks=clocks)

    assert (clock.due, clock.trigger, clock.clause) == (
        NOON + timedelta(days=3),
        Trigger.OFFSET_DEPOSIT,
        "PSR-22-2",
    )


@pytest.mark.clause("PSR-22-2")
def test_what_was_examined_first_is_demanded_for_three_whole_days() -> None:
    examining = _clocks(State.EXAMINING)
    decided = NOON + timedelta(days=5)

    demanded = _clocks(State.DEMANDED, known=examining, at=decided)

    (clock,) = running(table=CHARGEBACK, state=State.DEMANDED, clocks=demanded)
    assert clock.due == decided + timedelta(days=3)


@pytest.mark.clause("PSR-22-2")
@pytest.mark.parametrize("late", [-TICK, timedelta(0), TICK])
def test_a_payment_that_is_declined_does_not_prolong_the_three_days(late: timedelta) -> None:
    due = NOON + timedelta(days=3)
    demanded = _clocks(State.DEMANDED)
    paying = _clocks(State.PAYING, known=demanded, at=due - timedelta(hours=1))

    declined = _clocks(State.DEMANDED, known=paying, at=due + late)

    (clock,) = running(table=CHARGEBACK, state=State.DEMANDED, clocks=declined)
    assert clock.due == due, "it strikes at once if its moment has passed"
    assert Trigger.OFFSET_DEPOSIT not in {
        each.trigger for each in running(table=CHARGEBACK, state=State.PAYING, clocks=paying)
    }


@pytest.mark.clause("PSR-22-3")
def test_the_client_is_reminded_weekly_of_what_it_owes_and_money_looked_for_monthly() -> None:
    clocks = _clocks(State.OWING)
    first, second = running(table=CHARGEBACK, state=State.OWING, clocks=clocks)

    again = _clocks(State.OWING, known=clocks, at=first.due, struck=first.term)

    assert (first.trigger, first.due) == (Trigger.ESCALATE, NOON + timedelta(days=7))
    assert (second.trigger, second.due) == (Trigger.COLLECT_DEBT, NOON + timedelta(days=30))
    (third, *_) = running(table=CHARGEBACK, state=State.OWING, clocks=again)
    assert (third.trigger, third.due) == (Trigger.ESCALATE, NOON + timedelta(days=14))


@pytest.mark.parametrize("state", [State.COVERED, State.JUSTIFIED])
def test_a_verdict_is_waited_for_half_a_year(state: State) -> None:
    (clock,) = running(table=CHARGEBACK, state=state, clocks=_clocks(state))

    assert (clock.trigger, clock.due) == (Trigger.CLOSE, NOON + timedelta(days=180))


# ---- the payment of the debt -------------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize(
    ("state", "decided", "target"),
    [
        (State.DEMANDED, False, State.COVERED),
        (State.DEMANDED, True, State.SETTLED),
        (State.OWING, False, State.COVERED),
        (State.OWING, True, State.SETTLED),
    ],
)
def test_what_the_deposit_pays_is_over_once_the_verdict_is_known(
    state: State, decided: bool, target: State
) -> None:
    known = replace(CHARGED_BACK, lost=decided)
    said = samples.PAY_DEBT_FROM_DEPOSIT

    row = fired(Trigger.PAY_CHARGEBACK, state, said, role=Role.CLIENT, known=known)

    assert row.target == target


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("state", [State.DEMANDED, State.OWING])
def test_a_declined_payment_leads_back_to_where_it_was_made(state: State) -> None:
    said = samples.PAY_DEBT_FROM_BOTH
    row = fired(Trigger.PAY_CHARGEBACK, state, said, role=Role.CLIENT)
    known = facts_after(row, said, replace(CHARGED_BACK, paying_in=None))

    nothing_owed = fired(Trigger.DECLINE_CHARGEBACK_PAYMENT, State.PAYING, known=known)
    declined = fired(
        Trigger.DECLINE_CHARGEBACK_PAYMENT,
        State.PAYING,
        known=known,
        passed_over=(nothing_owed,),
    )

    # The books say whether the order has paid the debt meanwhile.
    assert (row.target, nothing_owed.target, declined.target) == (
        State.PAYING,
        State.COVERED,
        state,
    )


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("state", [State.DEMANDED, State.OWING])
def test_a_payment_through_the_institution_names_its_method(state: State) -> None:
    said = replace(samples.PAY_DEBT_FROM_BOTH, payment_method="")

    with pytest.raises(Refused) as caught:
        fired(Trigger.PAY_CHARGEBACK, state, said, role=Role.CLIENT)

    assert (caught.value.code, caught.value.clause) == (
        RefusalCode.INVALID_REQUEST,
        "PSR-22-1",
    )


@pytest.mark.clause("PSR-22-1")
def test_no_two_payments_of_a_debt_are_under_way() -> None:
    with pytest.raises(Refused) as caught:
        fired(Trigger.PAY_CHARGEBACK, State.PAYING, role=Role.CLIENT)

    assert caught.value.code == RefusalCode.NOT_IN_THIS_STATE


# ---- the verdict -------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("role", [Role.PAYMENT_INSTITUTION, Role.PLATFORM])
def test_the_institution_decides_whenever_it_likes_and_a_win_ends_it(
    state: State, role: Role
) -> None:
    won = fired(Trigger.WIN_CHARGEBACK, state, role=role)
    lost = fired(Trigger.LOSE_CHARGEBACK, state, role=role)

    # A payment that is under way has to be known first: it goes to the deposit.
    assert won.target == (State.PAYING if state == State.PAYING else State.WON)
    over = {State.COVERED: State.SETTLED, State.JUSTIFIED: State.BORNE}
    assert lost.target == over.get(state, state)


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("state", OPEN[:4])
@pytest.mark.parametrize("first", [Trigger.WIN_CHARGEBACK, Trigger.LOSE_CHARGEBACK])
@pytest.mark.parametrize("second", [Trigger.WIN_CHARGEBACK, Trigger.LOSE_CHARGEBACK])
def test_a_dispute_is_decided_once(state: State, first: Trigger, second: Trigger) -> None:
    row = fired(first, state)
    known = facts_after(row, VERDICT, CHARGED_BACK)

    with pytest.raises(Refused) as caught:
        fired(second, state, known=known)

    assert (caught.value.code, caught.value.clause) == (
        RefusalCode.ALREADY_RECORDED,
        "PSR-22-1",
    )


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize(
    "trigger", [Trigger.CONFIRM_CHARGEBACK_PAYMENT, Trigger.DECLINE_CHARGEBACK_PAYMENT]
)
def test_a_dispute_that_was_won_while_its_debt_was_being_paid_ends_with_the_answer(
    trigger: Trigger,
) -> None:
    known = facts_after(fired(Trigger.WIN_CHARGEBACK, State.PAYING), VERDICT, CHARGED_BACK)

    row = fired(trigger, State.PAYING, known=known)

    assert known.won
    assert row.target == State.WON
    assert "chargeback.won" in {notice.event for notice in row.notices}


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("state", CHARGEBACK.ends)
@pytest.mark.parametrize("trigger", CHARGEBACK.triggers)
def test_nothing_more_happens_to_a_chargeback_at_its_end(state: State, trigger: Trigger) -> None:
    for role in Role:
        with pytest.raises(Refused) as caught:
            fired(trigger, state, role=role)

        assert caught.value.code == RefusalCode.NOT_IN_THIS_STATE


# ---- evidence ----------------------------------------------------------------------------------

STAGED_IN = [each for each in OPEN if each != State.JUSTIFIED]


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("trigger", [Trigger.STAGE_EVIDENCE, Trigger.SUBMIT_EVIDENCE])
@pytest.mark.parametrize("role", [Role.PROVIDER, Role.PLATFORM])
@pytest.mark.parametrize("state", STAGED_IN)
def test_evidence_counts_up_to_the_last_instant_and_not_at_it(
    state: State, role: Role, trigger: Trigger
) -> None:
    assert fired(trigger, state, role=role, at=DUE - TICK).stays

    for late in (DUE, DUE + TICK):
        with pytest.raises(Refused) as caught:
            fired(trigger, state, role=role, at=late)

        assert (caught.value.code, caught.value.clause) == (RefusalCode.TOO_LATE, "PSR-22-1")
        assert DUE.isoformat() in caught.value.detail


@pytest.mark.clause("PSR-22-1")
def test_only_what_was_staged_is_submitted_as_it_is() -> None:
    other = commands.EvidenceBundle(digest="cd" * 32)

    with pytest.raises(Refused) as unstaged:
        fired(Trigger.SUBMIT_EVIDENCE, State.DEMANDED, known=replace(CHARGED_BACK, staged=""))
    with pytest.raises(Refused) as changed:
        fired(Trigger.SUBMIT_EVIDENCE, State.DEMANDED, other)

    assert unstaged.value.code == RefusalCode.NO_EVIDENCE
    assert changed.value.code == RefusalCode.WRONG_REFERENCE
    assert BUNDLE in changed.value.detail


@pytest.mark.clause("PSR-22-1")
def test_evidence_may_be_staged_anew_until_it_is_submitted_and_is_submitted_once() -> None:
    newer = commands.EvidenceBundle(digest="cd" * 32)
    staged = facts_after(fired(Trigger.STAGE_EVIDENCE, State.COVERED, newer), newer, CHARGED_BACK)
    submitted = facts_after(
        fired(Trigger.SUBMIT_EVIDENCE, State.COVERED, newer, known=staged), newer, staged
    )

    assert (staged.staged, submitted.submitted) == (newer.digest, newer.digest)
    for trigger in (Trigger.STAGE_EVIDENCE, Trigger.SUBMIT_EVIDENCE):
        with pytest.raises(Refused) as caught:
            fired(trigger, State.COVERED, newer, known=submitted)
        assert caught.value.code == RefusalCode.ALREADY_RECORDED


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("trigger", [Trigger.STAGE_EVIDENCE, Trigger.SUBMIT_EVIDENCE])
@pytest.mark.parametrize("state", [State.DEMANDED, State.OWING, State.PAYING])
def test_no_evidence_is_taken_once_the_institution_has_decided(
    state: State, trigger: Trigger
) -> None:
    with pytest.raises(Refused) as caught:
        fired(trigger, state, known=replace(CHARGED_BACK, lost=True))

    assert caught.value.code == RefusalCode.ALREADY_RECORDED


@pytest.mark.clause("PSR-22-1")
def test_the_institution_is_told_of_evidence_and_nobody_of_what_is_only_staged() -> None:
    staged = fired(Trigger.STAGE_EVIDENCE, State.DEMANDED)
    submitted = fired(Trigger.SUBMIT_EVIDENCE, State.DEMANDED)

    assert staged.notices == ()
    assert [(each.event, each.to) for each in submitted.notices] == [
        ("chargeback.evidence_submitted", Role.PAYMENT_INSTITUTION)
    ]


# ---- the report --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("reason", DisputeReason)
def test_whoever_has_goods_is_told_to_hold_them_whatever_the_reason(reason: DisputeReason) -> None:
    row = reported(reason)

    told = {(each.event, each.to) for each in row.notices}
    assert {
        ("chargeback.hold_goods", Role.STORAGE),
        ("chargeback.hold_goods", Role.LOGISTICS),
        ("chargeback.reported", Role.PROVIDER),
        ("chargeback.reported", Role.PLATFORM),
    } <= told
    clients = {event for event, to in told if to == Role.CLIENT}
    assert clients in (
        {"chargeback.examined"},
        {"chargeback.demanded", "chargeback.account_frozen"},
    )


def test_a_chargeback_knows_what_was_reported_and_nothing_more() -> None:
    row = reported(DisputeReason.CHANGED_MIND)

    known = facts_after(row, REPORT, None)

    assert known == ChargedBack(
        amount=Money(1_000_00),
        reason=DisputeReason.CHANGED_MIND,
        footing=Footing(),
        evidence_due=DUE,
        head=Head.NOT_THE_PROVIDERS,
    )
    assert not known.decided
