"""How much, how often and until when a client tips, and what a tip does to the money."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daigou.domain import postings
from daigou.domain.book import Account, AccountKind, Book, JournalKind
from daigou.domain.clocks import Timing, clocks_after
from daigou.domain.commands import Noted, Plain, TipGrounds
from daigou.domain.facts import Facts
from daigou.domain.ids import SubjectId
from daigou.domain.lifecycle import TIP
from daigou.domain.lifecycle.table import Row
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.tips import WENT_BACK, faults_of_tip, tip_grounds_of
from tests.domain import samples
from tests.domain.bookkeeper import all_legs, is_sound

LIMITS = samples.TERMS.limits
PAID = TipGrounds(paid=True)
DUE = Account(AccountKind.PROVIDER, samples.PROVIDER)
TIMING = Timing(terms=samples.TERMS)


def a_book(**changes: object) -> Book:
    book = Book(
        subject=SubjectId("tip_kettles"),
        sequence=1,
        fee_rate=samples.TERMS.fee_rate,
        client=samples.CLIENT,
        provider=samples.PROVIDER,
        tip_grounds=PAID,
        limits=LIMITS,
    )
    return replace(book, **changes)


# ---- when, how much, how often -------------------------------------------------------------------


@pytest.mark.clause("PSR-21-1")
def test_the_limits_are_those_of_the_terms_file() -> None:
    assert (LIMITS.tip_fen_min, LIMITS.tip_fen_max, LIMITS.tips_per_order_max) == (1_00, 500_00, 3)


@pytest.mark.clause("PSR-21-1")
@pytest.mark.parametrize(
    ("fen", "goes"), [(0, False), (99, False), (1_00, True), (500_00, True), (500_01, False)]
)
def test_a_tip_is_within_the_limits_to_the_fen(fen: int, *, goes: bool) -> None:
    reasons = faults_of_tip(replace(samples.TIP, amount=Money(fen)), PAID, LIMITS)

    expected = [] if goes else [(RefusalCode.INVALID_REQUEST, "PSR-21-1")]
    assert [(each.code, each.clause) for each in reasons] == expected


@pytest.mark.clause("PSR-21-1")
@pytest.mark.parametrize(("given", "goes"), [(0, True), (2, True), (3, False), (4, False)])
def test_an_order_has_so_many_tips_that_did_not_go_back(given: int, *, goes: bool) -> None:
    reasons = faults_of_tip(samples.TIP, TipGrounds(paid=True, given=given), LIMITS)

    assert [each.code for each in reasons] == ([] if goes else [RefusalCode.TOO_MANY_TIPS])
    assert {State.REFUNDED, State.RETURNED} == WENT_BACK


@pytest.mark.clause("PSR-21-1")
def test_all_that_is_wrong_with_a_tip_is_named_at_once() -> None:
    tip = replace(samples.TIP, amount=Money(1), grounds=TipGrounds(paid=False, given=3))

    with pytest.raises(Refused) as caught:
        TIP.fire(
            state=State.NEW,
            trigger=Trigger.GIVE_TIP,
            situation=samples.situation(Role.CLIENT, tip),
        )

    assert [(each.code, each.clause) for each in caught.value.reasons] == [
        (RefusalCode.NOT_IN_THIS_STATE, "PSR-21-1"),
        (RefusalCode.INVALID_REQUEST, "PSR-21-1"),
        (RefusalCode.TOO_MANY_TIPS, "PSR-21-1"),
    ]


@pytest.mark.clause("PSR-21-1")
def test_whether_an_order_can_have_a_tip_is_told_without_one() -> None:
    def fire(facts: Facts) -> Row:
        sample = samples.situation(Role.CLIENT, None, facts=facts)
        return TIP.fire(state=State.NEW, trigger=Trigger.GIVE_TIP, situation=sample)

    assert fire(Facts(cancellable_until=samples.NOON)).target == State.HELD
    with pytest.raises(Refused) as caught:
        fire(Facts())

    assert (caught.value.code, caught.value.clause) == (RefusalCode.NOT_IN_THIS_STATE, "PSR-21-1")


def test_an_order_was_paid_once_its_agreement_took_effect() -> None:
    effective = Facts(cancellable_until=samples.NOON)

    assert tip_grounds_of(facts=Facts()) == TipGrounds(paid=False, given=0)
    assert tip_grounds_of(facts=effective, given=2) == TipGrounds(paid=True, given=2)


# ---- until when ----------------------------------------------------------------------------------


@pytest.mark.clause("PSR-21-2")
@pytest.mark.parametrize("scale", [1, 86_400])
def test_a_tip_is_the_providers_thirty_days_after_it_was_given_to_the_instant(scale: int) -> None:
    (clock,) = clocks_after(
        table=TIP,
        state=State.HELD,
        struck=None,
        known=(),
        timing=replace(TIMING, scale=scale),
        at=samples.NOON,
    )

    assert clock.due == samples.NOON + timedelta(days=30) / scale
    assert (clock.trigger, clock.clause) == (Trigger.EARN_TIP, "PSR-21-2")


@pytest.mark.clause("PSR-21-2")
def test_a_provider_may_give_it_back_for_thirty_days_more() -> None:
    given = clocks_after(
        table=TIP, state=State.HELD, struck=None, known=(), timing=TIMING, at=samples.NOON
    )
    earned = samples.NOON + timedelta(days=30)

    clocks = clocks_after(
        table=TIP, state=State.EARNED, struck="tip_refund", known=given, timing=TIMING, at=earned
    )

    due = {clock.term: clock.due for clock in clocks if clock.term == "tip_return"}
    assert due == {"tip_return": samples.NOON + timedelta(days=60)}


@pytest.mark.clause("PSR-21-2")
@pytest.mark.parametrize(
    ("state", "trigger"),
    [
        (State.EARNED, Trigger.REFUND_TIP),
        (State.CLOSED, Trigger.REFUND_TIP),
        (State.CLOSED, Trigger.RETURN_TIP),
    ],
)
def test_what_comes_after_its_time_is_too_late_and_not_merely_impossible(
    state: State, trigger: Trigger
) -> None:
    role = Role.CLIENT if trigger == Trigger.REFUND_TIP else Role.PROVIDER

    with pytest.raises(Refused) as caught:
        TIP.fire(state=state, trigger=trigger, situation=samples.situation(role, Noted()))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.TOO_LATE, "PSR-21-2")


# ---- money ---------------------------------------------------------------------------------------


@pytest.mark.clause("PSR-21-1")
def test_a_tip_goes_from_the_deposit_whole_and_is_held() -> None:
    effects = postings.give_tip(a_book(), samples.TIP)

    assert all_legs(effects) == [{"deposit:cli_anna": 50_00, "tip_held:tip_kettles": -50_00}]
    assert [(each.kind, each.clause) for each in effects.journals] == [
        (JournalKind.TIP, "PSR-21-1")
    ]
    assert all(is_sound(each) for each in effects.journals)


@pytest.mark.clause("PSR-21-1")
def test_a_tip_is_held_against_the_books_and_not_against_what_its_sender_saw() -> None:
    seen = replace(samples.TIP, grounds=TipGrounds(paid=False, given=9))

    assert postings.give_tip(a_book(), seen).journals
    with pytest.raises(Refused) as caught:
        postings.give_tip(a_book(tip_grounds=TipGrounds(paid=True, given=3)), samples.TIP)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.TOO_MANY_TIPS, "PSR-21-1")


@pytest.mark.clause("PSR-21-2")
def test_a_refund_gives_all_of_it_back_to_the_deposit() -> None:
    book = a_book(held={AccountKind.TIP_HELD: Money(50_01)})

    effects = postings.refund_tip(book, Noted())

    assert all_legs(effects) == [{"tip_held:tip_kettles": 50_01, "deposit:cli_anna": -50_01}]
    assert effects.journals[0].kind == JournalKind.TIP_REFUNDED


@pytest.mark.clause("PSR-21-1")
@pytest.mark.clause("PSR-21-2")
def test_the_whole_of_an_earned_tip_is_the_providers_without_fee_or_brokerage() -> None:
    book = a_book(held={AccountKind.TIP_HELD: Money(50_01)}, promoter=samples.PROMOTER, paid=None)

    effects = postings.earn_tip(book, Plain())

    assert all_legs(effects) == [{"tip_held:tip_kettles": 50_01, "provider:prv_kai": -50_01}]
    assert effects.journals[0].kind == JournalKind.TIP_EARNED


@pytest.mark.clause("PSR-21-2")
def test_a_provider_gives_back_what_it_earned_of_its_own_due() -> None:
    book = a_book(moved={DUE: -Money(50_01)}, held={AccountKind.TIP_HELD: ZERO})

    effects = postings.return_tip(book, Noted())

    assert all_legs(effects) == [{"provider:prv_kai": 50_01, "deposit:cli_anna": -50_01}]
    assert effects.journals[0].kind == JournalKind.TIP_REFUNDED
