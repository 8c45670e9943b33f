"""A withdrawal: within limits, to a named place, out of the deposit before it is paid."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daigou.domain import commands, postings
from daigou.domain.book import Book, Effects, Movement, MovementKind, MovementState
from daigou.domain.clocks import Timing, clocks_after, running
from daigou.domain.commands import Outcome
from daigou.domain.facts import Facts
from daigou.domain.ids import MovementRef, SubjectId
from daigou.domain.lifecycle import WITHDRAWAL
from daigou.domain.lifecycle.table import Answer, Call, Row
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import all_legs, is_sound
from tests.domain.samples import NOON, TERMS

ASKED = commands.RequestWithdrawal(
    client=samples.CLIENT, amount=Money(500_00), payment_method="pm_ok"
)
REFERENCE = MovementRef("wdr_1/1")
PAYOUT = Movement(
    reference=REFERENCE, kind=MovementKind.PAYOUT, amount=Money(500_00), payment_method="pm_ok"
)
ANSWER = Outcome(reference=REFERENCE, external_ref="po_1")


def asked(role: Role = Role.CLIENT, **changes: Any) -> Row:
    """The row by which a withdrawal is asked for."""
    situation = samples.situation(role, replace(ASKED, **changes), facts=Facts(), order=State.NEW)
    return WITHDRAWAL.fire(state=State.NEW, trigger=Trigger.REQUEST_WITHDRAWAL, situation=situation)


def book(movement: Movement | None = None) -> Book:
    return Book(
        subject=SubjectId("wdr_1"),
        sequence=1,
        fee_rate=TERMS.fee_rate,
        client=samples.CLIENT,
        movement=movement,
    )


# ---- the request -------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-8")
@pytest.mark.parametrize(
    ("fen", "is_taken"),
    [(99, False), (100, True), (100_000_000, True), (100_000_001, False), (0, False)],
)
def test_a_withdrawal_is_neither_a_trifle_nor_a_fortune(fen: int, is_taken: bool) -> None:
    if is_taken:
        assert asked(amount=Money(fen)).target == State.DUE
        return

    with pytest.raises(Refused) as caught:
        asked(amount=Money(fen))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "UA-1-8")
    assert "¥1.00" in caught.value.detail


@pytest.mark.clause("UA-1-8")
def test_all_that_is_wrong_with_a_withdrawal_is_named_at_once() -> None:
    with pytest.raises(Refused) as caught:
        asked(amount=ZERO, payment_method="")

    assert len(caught.value.reasons) == 2
    assert {each.clause for each in caught.value.reasons} == {"UA-1-8"}


@pytest.mark.clause("UA-1-8")
@pytest.mark.parametrize("role", [each for each in Role if each != Role.CLIENT])
def test_nobody_takes_money_out_for_a_client(role: Role) -> None:
    with pytest.raises(Refused) as caught:
        asked(role)

    assert caught.value.code == RefusalCode.NOT_YOUR_ROLE


# ---- its money ---------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-8")
def test_the_sum_leaves_the_deposit_before_the_institution_is_asked() -> None:
    effects = postings.reserve_withdrawal(book(), ASKED)

    assert all_legs(effects) == [{"deposit:cli_anna": 500_00, "withdrawal_transit:wdr_1": -500_00}]
    assert effects.intends == PAYOUT
    assert {(each.kind, each.clause) for each in effects.journals} == {
        ("withdrawal_reserved", "UA-1-8")
    }


@pytest.mark.clause("UA-1-8")
def test_what_was_paid_leaves_the_platform() -> None:
    effects = postings.confirm_withdrawal(book(PAYOUT), ANSWER)

    assert all_legs(effects) == [
        {"withdrawal_transit:wdr_1": 500_00, "payment_institution": -500_00}
    ]
    assert _settled(effects) == (REFERENCE, MovementState.DONE, "po_1")


@pytest.mark.clause("UA-1-8")
def test_what_could_not_be_paid_is_in_the_deposit_again_whole() -> None:
    effects = postings.return_withdrawal(book(PAYOUT), ANSWER)

    assert all_legs(effects) == [{"withdrawal_transit:wdr_1": 500_00, "deposit:cli_anna": -500_00}]
    assert _settled(effects) == (REFERENCE, MovementState.FAILED, "po_1")
    assert is_sound(effects.journals[0])


def _settled(effects: Effects) -> tuple[str, MovementState, str]:
    assert effects.settles is not None
    return effects.settles.reference, effects.settles.state, effects.settles.external_ref


@pytest.mark.parametrize("template", [postings.confirm_withdrawal, postings.return_withdrawal])
@pytest.mark.parametrize(
    ("movement", "answer"),
    [(PAYOUT, Outcome(reference=MovementRef("wdr_2/1"))), (None, ANSWER)],
    ids=["another's", "none open"],
)
def test_an_answer_that_belongs_to_nothing_is_refused(
    template: Any, movement: Movement | None, answer: Outcome
) -> None:
    with pytest.raises(Refused) as caught:
        template(book(movement), answer)

    assert caught.value.code == RefusalCode.WRONG_REFERENCE


# ---- the outcome -------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-8")
def test_the_institution_pays_it_out_and_each_of_its_answers_moves_it_on() -> None:
    errand = WITHDRAWAL.wait(State.DUE).errand

    assert errand is not None
    assert errand.call == Call.PAYOUT
    assert dict(errand.answers) == {
        Answer.DONE: Trigger.CONFIRM_WITHDRAWAL,
        Answer.REJECTED: Trigger.DECLINE_WITHDRAWAL,
        Answer.FAILED: Trigger.DECLINE_WITHDRAWAL,
    }


@pytest.mark.clause("UA-1-8")
def test_a_person_hears_of_an_unknown_outcome_after_three_days_and_daily_from_then_on() -> None:
    timing = Timing(terms=TERMS)
    started = clocks_after(
        table=WITHDRAWAL, state=State.DUE, struck=None, known=(), timing=timing, at=NOON
    )
    (first,) = running(table=WITHDRAWAL, state=State.DUE, clocks=started)
    struck = clocks_after(
        table=WITHDRAWAL,
        state=State.DUE,
        struck=first.term,
        known=started,
        timing=timing,
        at=first.due,
    )
    (second,) = running(table=WITHDRAWAL, state=State.DUE, clocks=struck)

    assert (first.trigger, first.due) == (Trigger.ESCALATE, NOON + timedelta(days=3))
    assert second.due == NOON + timedelta(days=4)
