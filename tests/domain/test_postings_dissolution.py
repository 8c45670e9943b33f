"""What a dissolution does to the money, fen by fen: sums done by hand."""

from dataclasses import replace

import pytest

from daigou.domain import commands
from daigou.domain.book import Effects, JournalKind
from daigou.domain.commands import CaseRefund, LineCode, Remedy, ReturnCost, SellerAgreement
from daigou.domain.lifecycle import DISSOLUTION
from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import (
    ORDER,
    Bookkeeper,
    accepted,
    all_legs,
    bought,
    coupon,
    delivered,
    paid,
    pay,
)

DEPOSIT = "deposit:cli_anna"
ESCROW, TRANSIT = f"escrow:{ORDER}", f"refund_transit:{ORDER}"
WHOLE, PRICE = 1_231_23, 1_230_00


def _delivered(*lines: commands.Line, deposit: int = WHOLE, institution: int = 0) -> Bookkeeper:
    books = paid(*lines, deposit=deposit, institution=institution)
    bought(books)
    delivered(books)
    return books


def _agreed(books: Bookkeeper, refund: int = PRICE) -> Bookkeeper:
    """The seller was asked, and takes the goods back."""
    asked = samples.command_of(Trigger.REQUEST_DISSOLUTION)
    books.pull(Trigger.REQUEST_DISSOLUTION, asked)
    books.pull(Trigger.APPLY_TO_SELLER, commands.Noted())
    said = SellerAgreement(refund=Money(refund), remedy=Remedy.RETURN)
    books.pull(Trigger.CONSENT_TO_DISSOLUTION, said)
    return books


def _proved(books: Bookkeeper, *, cost: int = 0, refund: int = PRICE) -> Bookkeeper:
    _agreed(books, refund)
    _prove(books, cost)
    return books


def _prove(books: Bookkeeper, cost: int = 0) -> None:
    books.pull(Trigger.PROVE_DISPOSAL, replace(samples.PROOF, cost=Money(cost)))


def _refund(books: Bookkeeper, fen: int, reference: str = "sr_1") -> Effects:
    return books.pull(
        Trigger.RECORD_DISSOLUTION_REFUND, CaseRefund(amount=Money(fen), external_ref=reference)
    )


def _cost(books: Bookkeeper, fen: int, reference: str = "rc_1") -> Effects:
    return books.pull(
        Trigger.RECORD_RETURN_COST, ReturnCost(amount=Money(fen), external_ref=reference)
    )


# ---- the refund goes on, in full ---------------------------------------------------------------


@pytest.mark.clause("PSR-13-6")
def test_what_the_seller_pays_back_is_in_the_deposit_at_once_and_the_fee_stays() -> None:
    books = _proved(_delivered())

    effects = _refund(books, PRICE)

    assert all_legs(effects) == [
        {"bank": PRICE, ESCROW: -PRICE},
        {ESCROW: PRICE, DEPOSIT: -PRICE},
    ]
    assert [(each.kind, each.clause) for each in effects.journals] == [
        (JournalKind.SELLER_REFUND, "PSR-13-6"),
        (JournalKind.REFUND, "PSR-13-6"),
    ]
    assert (books.state, books.case.state) == (State.DISSOLVED, State.DISSOLVED)
    assert (books.deposit, books.fee_earned) == (Money(1_230_00), Money(1_23))


@pytest.mark.clause("PSR-13-6")
def test_the_deposits_part_goes_to_the_deposit_and_the_institutions_to_the_institution() -> None:
    books = _proved(_delivered(deposit=231_23, institution=1_000_00))

    effects = _refund(books, PRICE)

    assert all_legs(effects)[1] == {ESCROW: PRICE, DEPOSIT: -231_23, TRANSIT: -998_77}
    assert [each.amount for each in effects.refunds] == [Money(998_77)]


@pytest.mark.clause("PSR-13-6")
def test_parts_fill_the_deposits_part_first_and_none_is_counted_twice() -> None:
    books = _proved(_delivered(deposit=231_23, institution=1_000_00))

    first = _refund(books, 200_00, "sr_1")
    second = _refund(books, 100_00, "sr_2")
    third = _refund(books, 930_00, "sr_3")

    assert all_legs(first)[1] == {ESCROW: 200_00, DEPOSIT: -200_00}
    assert all_legs(second)[1] == {ESCROW: 100_00, DEPOSIT: -31_23, TRANSIT: -68_77}
    assert all_legs(third)[1] == {ESCROW: 930_00, TRANSIT: -930_00}
    assert books.state == State.DISSOLVED


@pytest.mark.clause("PSR-13-6")
def test_a_part_that_the_institution_cannot_pay_is_in_the_deposit_and_the_next_goes_there_too() -> (
    None
):
    books = _proved(_delivered(deposit=231_23, institution=1_000_00))

    _refund(books, 500_00, "sr_1")
    books.answer(Trigger.FAIL_REFUND, item=books.refunds[0])
    after_the_first = books.deposit
    second = _refund(books, 730_00, "sr_2")

    assert after_the_first == Money(500_00)
    assert all_legs(second)[1] == {ESCROW: 730_00, TRANSIT: -730_00}


@pytest.mark.clause("PSR-13-6")
@pytest.mark.clause("PSR-7")
def test_what_third_parties_collected_stays_with_them() -> None:
    storage = samples.line(LineCode.STORAGE_FEE, 20_00, samples.STORAGE)
    books = _proved(_delivered(storage, deposit=1_251_23))

    effects = _refund(books, PRICE)

    assert all_legs(effects)[1] == {ESCROW: PRICE, DEPOSIT: -PRICE}
    assert books.paid_out == Money(20_00)


@pytest.mark.clause("PSR-13-6")
@pytest.mark.clause("UA-1-10")
def test_a_coupon_that_paid_of_the_fee_is_not_cashed_by_a_dissolution() -> None:
    books = _paid_with_a_coupon()
    bought(books)
    delivered(books)
    _proved(books)

    effects = _refund(books, PRICE)

    assert all_legs(effects)[1] == {ESCROW: PRICE, DEPOSIT: -PRICE}


def _paid_with_a_coupon() -> Bookkeeper:
    """An order whose fee a coupon paid, and the deposit the rest."""
    books = accepted()
    books.give(coupon("c_1", 1_23, LineCode.SERVICE_FEE))
    pay(books, deposit=PRICE, coupons=("c_1",))
    return books


@pytest.mark.clause("PSR-13-6")
def test_a_seller_may_pay_back_more_than_it_agreed_to_and_the_client_has_it_all() -> None:
    books = _proved(_delivered(), refund=600_00)

    effects = _refund(books, 700_00)

    assert all_legs(effects)[1] == {ESCROW: 700_00, DEPOSIT: -700_00}
    assert books.state == State.DISSOLVED


@pytest.mark.clause("PSR-13-6")
def test_a_payment_of_the_seller_is_posted_once() -> None:
    books = _proved(_delivered(), cost=20_00)
    _refund(books, 500_00, "sr_1")

    for again in (lambda: _refund(books, 500_00, "sr_1"), lambda: _cost(books, 20_00, "sr_1")):
        with pytest.raises(Refused) as caught:
            again()
        assert caught.value.code == RefusalCode.ALREADY_RECORDED

    assert books.deposit == Money(500_00)


# ---- what the return cost ----------------------------------------------------------------------


@pytest.mark.clause("PSR-13-5")
def test_what_the_seller_pays_for_the_return_is_in_the_deposit() -> None:
    books = _proved(_delivered(deposit=0, institution=WHOLE), cost=20_00)

    effects = _cost(books, 12_00)

    assert all_legs(effects) == [{"bank": 12_00, DEPOSIT: -12_00}]
    assert [(each.kind, each.clause) for each in effects.journals] == [
        (JournalKind.COSTS_PASSED_ON, "PSR-13-5")
    ]
    assert (books.case.state, books.case.cost_paid) == (State.AWAITING_REFUND, Money(12_00))


@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
@pytest.mark.parametrize(
    ("deposit", "institution", "legs"),
    [
        (WHOLE, 0, {ESCROW: PRICE, DEPOSIT: -PRICE}),
        (231_23, 1_000_00, {ESCROW: PRICE, DEPOSIT: -231_23, TRANSIT: -998_77}),
        (0, WHOLE, {ESCROW: PRICE, TRANSIT: -PRICE}),
    ],
)
def test_a_cost_that_came_before_the_refund_does_not_change_where_the_refund_goes(
    deposit: int, institution: int, legs: dict[str, int]
) -> None:
    books = _proved(_delivered(deposit=deposit, institution=institution), cost=20_00)
    _cost(books, 20_00)

    effects = _refund(books, PRICE)

    assert all_legs(effects)[1] == legs
    assert books.state == State.DISSOLVED


@pytest.mark.clause("PSR-13-5")
def test_an_order_is_dissolved_with_the_refund_though_the_cost_is_chased() -> None:
    books = _proved(_delivered(), cost=20_00)
    _refund(books, PRICE)
    while_chased = (books.state, books.case.state)

    _cost(books, 19_99, "rc_1")
    nearly = books.case.state
    _cost(books, 1, "rc_2")

    assert while_chased == (State.DISSOLVED, State.CHASING)
    assert (nearly, books.case.state) == (State.CHASING, State.DISSOLVED)
    assert books.deposit == Money(1_250_00)


# ---- money before the proof, money that is late, money that never comes ------------------------


@pytest.mark.clause("PSR-13-6")
def test_what_comes_before_the_proof_goes_on_at_once_and_ends_nothing() -> None:
    books = _agreed(_delivered())

    effects = _refund(books, PRICE)
    before = (books.state, books.case.state)
    _prove(books)

    assert all_legs(effects)[1] == {ESCROW: PRICE, DEPOSIT: -PRICE}
    assert before == (State.DELIVERED, State.AWAITING_PROOF)
    assert books.state == State.DISSOLVED


@pytest.mark.clause("PSR-13-6")
def test_a_seller_that_paid_without_a_proof_is_not_given_back_what_it_paid() -> None:
    books = _agreed(_delivered())
    _refund(books, 400_00)

    effects = books.pull(Trigger.LAPSE, item=books.case.item, table=DISSOLUTION)

    assert effects.journals == ()
    assert (books.state, books.deposit) == (State.DISSOLVED, Money(400_00))


@pytest.mark.clause("PSR-13-6")
def test_what_comes_after_the_platform_went_on_without_it_goes_to_the_client_all_the_same() -> None:
    books = _proved(_delivered(deposit=231_23, institution=1_000_00))
    books.pull(Trigger.CLOSE_DISSOLUTION, commands.Noted())
    closed = (books.state, books.case.state)

    first = _refund(books, 1_00, "sr_1")
    second = _refund(books, 1_229_00, "sr_2")

    assert closed == (State.DISSOLVED, State.CHASING)
    assert all_legs(first)[1] == {ESCROW: 1_00, DEPOSIT: -1_00}
    assert all_legs(second)[1] == {ESCROW: 1_229_00, DEPOSIT: -230_23, TRANSIT: -998_77}
    assert books.case.state == State.DISSOLVED


@pytest.mark.clause("PSR-13-6")
def test_what_the_seller_never_pays_is_given_up_and_moves_nothing() -> None:
    books = _proved(_delivered(), cost=20_00)
    books.pull(Trigger.CLOSE_DISSOLUTION, commands.Noted())

    effects = books.pull(Trigger.GIVE_UP, item=books.case.item, table=DISSOLUTION)

    assert (effects.journals, books.refunded, books.passed_on) == ((), ZERO, ZERO)
    assert (books.state, books.case.state) == (State.DISSOLVED, State.DISSOLVED)


@pytest.mark.clause("PSR-13-4")
def test_what_was_asked_for_and_refused_moves_nothing_and_may_be_asked_for_again() -> None:
    books = _delivered()
    before = len(books.journals)
    asked = samples.command_of(Trigger.REQUEST_DISSOLUTION)
    books.pull(Trigger.REQUEST_DISSOLUTION, asked)
    books.pull(Trigger.APPLY_TO_SELLER, commands.Noted())

    books.pull(Trigger.REFUSE_DISSOLUTION, commands.Noted())
    _proved(books)
    effects = _refund(books, PRICE)

    assert len(books.journals) == before + 2
    assert all_legs(effects)[1] == {ESCROW: PRICE, DEPOSIT: -PRICE}


def test_every_row_of_the_table_that_moves_money_is_proved_here_or_on_the_roads() -> None:
    posting = {row.posts.__name__ for row in DISSOLUTION.rows if row.posts}

    assert posting == {"pass_on_refund", "pass_on_return_cost"}
