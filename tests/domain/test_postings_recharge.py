"""A recharge is in the deposit once it was captured, and not before."""

import pytest

from daigou.domain import commands, postings
from daigou.domain.book import Book, Movement, MovementKind, MovementState, Template
from daigou.domain.commands import Outcome
from daigou.domain.ids import MovementRef, SubjectId
from daigou.domain.money import Money
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import all_legs, is_sound

CAPTURE = Movement(
    reference=MovementRef("rch_1/1"), kind=MovementKind.CAPTURE, amount=Money(500_00)
)
ANSWER = Outcome(reference=MovementRef("rch_1/1"))


def _book(movement: Movement | None = None) -> Book:
    return Book(
        subject=SubjectId("rch_1"),
        sequence=1,
        fee_rate=samples.TERMS.fee_rate,
        client=samples.CLIENT,
        movement=movement,
    )


@pytest.mark.clause("UA-1-8")
def test_a_recharge_is_in_no_deposit_before_it_is_captured() -> None:
    asked = commands.RequestRecharge(
        client=samples.CLIENT, amount=Money(500_00), payment_method="card"
    )

    effects = postings.send_recharge(_book(), asked)

    assert effects.journals == ()
    assert effects.intends is not None
    assert (effects.intends.kind, effects.intends.amount, effects.intends.payment_method) == (
        MovementKind.CAPTURE,
        Money(500_00),
        "card",
    )


@pytest.mark.clause("UA-1-8")
def test_a_captured_recharge_is_in_the_deposit() -> None:
    effects = postings.credit_recharge(_book(CAPTURE), ANSWER)

    assert all_legs(effects) == [{"payment_institution": 500_00, "deposit:cli_anna": -500_00}]
    assert is_sound(effects.journals[0])


@pytest.mark.clause("UA-1-8")
def test_a_declined_recharge_moves_nothing() -> None:
    effects = postings.drop_recharge(_book(CAPTURE), ANSWER)

    assert effects.journals == ()
    assert effects.settles is not None
    assert effects.settles.state == MovementState.FAILED


@pytest.mark.parametrize("template", [postings.credit_recharge, postings.drop_recharge])
@pytest.mark.parametrize(
    ("movement", "answer"),
    [(CAPTURE, Outcome(reference=MovementRef("rch_2/1"))), (None, ANSWER)],
    ids=["another's", "none open"],
)
def test_an_answer_that_belongs_to_nothing_is_refused(
    template: Template, movement: Movement | None, answer: Outcome
) -> None:
    with pytest.raises(Refused) as caught:
        template(_book(movement), answer)

    assert caught.value.code == RefusalCode.WRONG_REFERENCE
