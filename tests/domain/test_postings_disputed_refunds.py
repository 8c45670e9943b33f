"""What goes back of a payment that was charged back: once, to whoever has not got it yet.

Sums are done by hand: 300 kettles at ¥4.00 with ¥30.00 of freight, and the fee of ¥1.23.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daigou.domain.book import (
    PROMOTION,
    Account,
    AccountKind,
    Book,
    Captured,
    Disputed,
    Effects,
    JournalKind,
    Paid,
)
from daigou.domain.commands import DisputeReason, Line, LineCode
from daigou.domain.ids import ChargebackId, MovementRef, SubjectId
from daigou.domain.money import ZERO, Money, total
from daigou.domain.order import State, Trigger
from daigou.domain.postings.refunds import give_back
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import (
    Bookkeeper,
    accepted,
    all_legs,
    bought,
    coupon,
    is_sound,
    paid,
    pay,
)
from tests.domain.charged_back import JUST_CAUSE, WON, dispute, pay_debt

DEPOSIT = "deposit:cli_anna"
ESCROW = "escrow:ord_kettles"
FEE_HELD = "fee_held:ord_kettles"
BACK = "refund_transit:ord_kettles"
FIRST, SECOND = "charged_back:cbk_kettles.dp_1", "charged_back:cbk_kettles.dp_2"
PROVIDER_OWES = "receivable:prv_kai"
STORAGE_LINE = samples.line(LineCode.STORAGE_FEE, 20_00, samples.STORAGE)


def _report(books: Bookkeeper) -> Effects:
    return books.pull(Trigger.REPORT_UNREALIZABLE, samples.command_of(Trigger.REPORT_UNREALIZABLE))


def _by_card(*lines: Line) -> Bookkeeper:
    return paid(*lines, deposit=0, institution=1_231_23 + total([x.amount for x in lines]).amount)


def _refunded(effects: Effects) -> list[tuple[str, int]]:
    return [(str(each.original), each.amount.amount) for each in effects.refunds]


# ---- one dispute -------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
def test_what_the_client_took_back_pays_what_it_owes_and_the_rest_goes_back_to_its_card() -> None:
    books = _by_card()
    disputed = dispute(books, 1_000_00)

    effects = _report(books)

    assert all_legs(effects) == [
        {ESCROW: 1_000_00, FIRST: -1_000_00},
        {ESCROW: 230_00, FEE_HELD: 1_23, BACK: -231_23},
    ]
    assert [each.kind for each in effects.journals] == [
        JournalKind.REFUND_DISPUTED,
        JournalKind.REFUND,
    ]
    assert _refunded(effects) == [("ord_kettles/3", 231_23)]
    assert (disputed.state, disputed.owed, books.deposit) == (State.COVERED, ZERO, ZERO)


@pytest.mark.clause("PSR-22-1")
def test_what_the_client_has_paid_again_goes_back_to_its_deposit() -> None:
    books = _by_card()
    disputed = dispute(books, 1_000_00)
    pay_debt(disputed, deposit=1_000_00)

    effects = _report(books)

    assert all_legs(effects) == [
        {ESCROW: 1_000_00, DEPOSIT: -1_000_00},
        {ESCROW: 230_00, FEE_HELD: 1_23, BACK: -231_23},
    ]
    assert books.deposit == Money(1_000_00)


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-3")
def test_what_was_offset_in_part_goes_back_to_the_deposit_and_pays_the_rest() -> None:
    books = _by_card()
    disputed = dispute(books, 1_000_00)
    books.fund_deposit(Money(300_00))
    disputed.pull(Trigger.OFFSET_DEPOSIT)

    effects = _report(books)

    assert all_legs(effects) == [
        {ESCROW: 1_000_00, FIRST: -700_00, DEPOSIT: -300_00},
        {ESCROW: 230_00, FEE_HELD: 1_23, BACK: -231_23},
    ]
    assert (disputed.state, books.deposit) == (State.COVERED, Money(300_00))


@pytest.mark.clause("PSR-22-1")
def test_a_payment_that_was_won_back_goes_back_as_if_it_had_never_been_disputed() -> None:
    books = _by_card()
    dispute(books, 1_000_00).pull(Trigger.WIN_CHARGEBACK, WON)

    effects = _report(books)

    assert all_legs(effects) == [{ESCROW: 1_230_00, FEE_HELD: 1_23, BACK: -1_231_23}]
    assert _refunded(effects) == [("ord_kettles/3", 1_231_23)]


@pytest.mark.clause("PSR-22-1")
def test_a_dispute_that_is_won_after_its_order_paid_it_is_the_clients_money_again() -> None:
    books = _by_card()
    disputed = dispute(books, 1_000_00)
    _report(books)

    effects = disputed.pull(Trigger.WIN_CHARGEBACK, WON)

    assert all_legs(effects) == [{"payment_institution": 1_000_00, DEPOSIT: -1_000_00}]
    assert books.deposit == Money(1_000_00)


@pytest.mark.clause("PSR-22-1")
def test_what_third_parties_collected_is_still_owed_when_all_else_goes_back() -> None:
    # 1,251.23 were charged back, 20.00 of them are the storage's and stay there.
    books = _by_card(STORAGE_LINE)
    disputed = dispute(books, 1_251_23)

    effects = _report(books)

    assert all_legs(effects) == [{ESCROW: 1_230_00, FEE_HELD: 1_23, FIRST: -1_231_23}]
    assert effects.refunds == ()
    assert (disputed.state, disputed.owed) == (State.DEMANDED, Money(20_00))


@pytest.mark.clause("PSR-22-1")
def test_the_deposit_gets_its_part_before_the_disputed_one() -> None:
    books = paid(deposit=231_23, institution=1_000_00)
    dispute(books, 400_00)

    effects = _report(books)

    assert all_legs(effects) == [
        {ESCROW: 400_00, FIRST: -400_00},
        {ESCROW: 830_00, FEE_HELD: 1_23, DEPOSIT: -231_23, BACK: -600_00},
    ]


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("UA-1-10")
def test_a_coupon_goes_back_to_the_promotion_whatever_was_charged_back() -> None:
    # The coupon pays 1.00 of the fee of 1.23; the card pays 1,230.23, all of it charged back.
    books = accepted()
    books.give(coupon("c_1", 1_00, LineCode.SERVICE_FEE))
    pay(books, institution=1_230_23, coupons=("c_1",))
    dispute(books, 1_230_23)

    effects = _report(books)

    assert all_legs(effects) == [
        {ESCROW: 1_230_00, FEE_HELD: 23, FIRST: -1_230_23},
        {FEE_HELD: 1_00, PROMOTION.id: -1_00},
    ]


# ---- several payments, several disputes --------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
def test_of_two_disputes_of_a_payment_each_gets_its_own_share() -> None:
    books = _by_card()
    first, second = dispute(books, 300_00), dispute(books, 200_00)
    pay_debt(first, deposit=300_00)

    effects = _report(books)

    assert all_legs(effects) == [
        {ESCROW: 500_00, SECOND: -200_00, DEPOSIT: -300_00},
        {ESCROW: 730_00, FEE_HELD: 1_23, BACK: -731_23},
    ]
    assert (first.state, second.state) == (State.COVERED, State.COVERED)


@pytest.mark.clause("PSR-10-2")
@pytest.mark.clause("PSR-22-1")
def test_of_two_payments_the_disputed_one_goes_back_to_no_card() -> None:
    # The price rose by 10.01, the fee by 0.01: a second payment of 10.02, then charged back.
    books = _by_card()
    books.pull(Trigger.REPORT_PRICE, samples.HIGHER)
    pay(books, institution=10_02)
    first, second = books.captured
    dispute(books, 10_02, payment=second.reference)

    effects = _report(books)

    assert all_legs(effects) == [
        {ESCROW: 10_02, FIRST: -10_02},
        {ESCROW: 1_229_99, FEE_HELD: 1_24, BACK: -1_231_23},
    ]
    assert _refunded(effects) == [(str(first.reference), 1_231_23)]


@pytest.mark.clause("PSR-22-1")
def test_a_refund_of_a_part_pays_the_debt_first_and_the_next_one_goes_on_from_there() -> None:
    # The seller sells 10.00 cheaper; 10.00 and 0.01 of the fee go back.
    books = _by_card()
    disputed = dispute(books, 5_00)
    pay_debt(disputed, institution=5_00)
    disputed.answer(Trigger.CONFIRM_CHARGEBACK_PAYMENT)

    part = books.pull(Trigger.REPORT_PRICE, samples.LOWER)
    rest = _report(books)

    assert all_legs(part) == [
        {ESCROW: 5_00, DEPOSIT: -5_00},
        {ESCROW: 5_00, FEE_HELD: 1, BACK: -5_01},
    ]
    assert all_legs(rest) == [{ESCROW: 1_220_00, FEE_HELD: 1_22, BACK: -1_221_22}]
    assert books.captured[0].left == ZERO


# ---- just cause --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-4")
def test_just_cause_before_the_purchase_undoes_the_order_and_nobody_loses_anything() -> None:
    books = paid(deposit=231_23, institution=1_000_00)
    disputed = dispute(books, 1_000_00, reason=DisputeReason.NOT_RECEIVED)

    disputed.pull(Trigger.FIND_JUST_CAUSE, JUST_CAUSE)

    assert (books.state, disputed.state) == (State.UNREALIZABLE, State.JUSTIFIED)
    assert (books.deposit, books.borne, disputed.owed) == (Money(231_23), ZERO, ZERO)
    assert books.refunds == ()


@pytest.mark.clause("PSR-22-4")
@pytest.mark.clause("PSR-24")
def test_what_the_seller_pays_back_of_a_justified_dispute_is_the_providers_who_bore_it() -> None:
    books = _by_card()
    bought(books)
    disputed = dispute(books, 1_000_00, reason=DisputeReason.NOT_AS_DESCRIBED)
    disputed.pull(Trigger.FIND_JUST_CAUSE, JUST_CAUSE)
    assert books.borne == Money(1_000_00)

    _cancelled(books)

    assert all_legs_of(books, JournalKind.REFUND_DISPUTED) == [
        {ESCROW: 1_000_00, PROVIDER_OWES: -1_000_00}
    ]
    assert (books.borne, books.deposit) == (ZERO, ZERO)
    assert books.owed(Account(AccountKind.REFUND_TRANSIT, "ord_kettles")) == Money(230_00)


@pytest.mark.clause("PSR-22-4")
def test_a_justified_dispute_that_is_won_is_the_clients_where_its_order_gave_it_back() -> None:
    books = _by_card()
    bought(books)
    disputed = dispute(books, 1_000_00, reason=DisputeReason.NOT_AS_DESCRIBED)
    disputed.pull(Trigger.FIND_JUST_CAUSE, JUST_CAUSE)
    _cancelled(books)

    effects = disputed.pull(Trigger.WIN_CHARGEBACK, WON)

    assert all_legs(effects) == [{"payment_institution": 1_000_00, DEPOSIT: -1_000_00}]


@pytest.mark.clause("PSR-22-4")
def test_a_justified_dispute_that_stays_so_is_borne_whole_and_paid_by_what_comes_back() -> None:
    # A cancellation is open: it decides the order's end, and holds the money yet.
    books = _by_card()
    disputed = dispute(books, 1_000_00, reason=DisputeReason.NOT_RECEIVED)
    books.pull(Trigger.REQUEST_CANCELLATION, samples.command_of(Trigger.REQUEST_CANCELLATION))
    disputed.pull(Trigger.FIND_JUST_CAUSE, JUST_CAUSE)
    assert (disputed.owed, books.borne) == (Money(1_000_00), ZERO)

    disputed.pull(Trigger.LOSE_CHARGEBACK, WON)
    assert (disputed.state, disputed.owed, books.borne) == (State.BORNE, ZERO, Money(1_000_00))
    _settled(books)

    assert (books.state, books.borne, books.deposit) == (State.CANCELLED, ZERO, ZERO)


def _cancelled(books: Bookkeeper) -> None:
    for trigger in (
        Trigger.REQUEST_CANCELLATION,
        Trigger.CONSENT_TO_CANCELLATION,
        Trigger.RECORD_CANCELLATION_REFUND,
    ):
        item = books.case.item if books.facts.case else ""
        books.pull(trigger, samples.command_of(trigger), item=item)
    _settled(books)


def _settled(books: Bookkeeper) -> None:
    said = replace(samples.command_of(Trigger.SETTLE_CANCELLATION), digest="")  # type: ignore[call-arg]
    books.pull(Trigger.SETTLE_CANCELLATION, said, item=books.case.item)


def all_legs_of(books: Bookkeeper, kind: JournalKind) -> list[dict[str, int]]:
    """The journals of a kind as fen by account id."""
    return [
        {leg.account.id: leg.amount.amount for leg in journal.legs}
        for journal in books.journals
        if journal.kind == kind
    ]


# ---- no more than was paid ---------------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("fen", [0, 231_24])
def test_no_more_of_a_payment_is_charged_back_than_is_left_nor_nothing(fen: int) -> None:
    books = _by_card()
    dispute(books, 1_000_00)

    with pytest.raises(Refused) as caught:
        dispute(books, fen)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "PSR-22-1")
    assert dispute(books, 231_23).state == State.DEMANDED


@pytest.mark.clause("PSR-22-1")
def test_what_was_refunded_is_not_charged_back_as_well() -> None:
    books = _by_card()
    _report(books)

    with pytest.raises(Refused) as caught:
        dispute(books, 1)

    assert caught.value.clause == "PSR-22-1"


@pytest.mark.clause("PSR-22-1")
def test_what_was_won_back_may_be_charged_back_again() -> None:
    books = _by_card()
    dispute(books, 1_231_23).pull(Trigger.WIN_CHARGEBACK, WON)

    assert dispute(books, 1_231_23).state == State.DEMANDED


@pytest.mark.clause("PSR-22-1")
def test_a_chargeback_of_another_payment_is_refused_by_its_reference() -> None:
    books = _by_card()

    with pytest.raises(Refused) as caught:
        dispute(books, 1, payment=MovementRef("ord_pans/3"))

    assert caught.value.code == RefusalCode.WRONG_REFERENCE


# ---- whatever the sums -------------------------------------------------------------------------

FEN = st.integers(min_value=0, max_value=5_000)


@st.composite
def _disputes(draw: st.DrawFn, captured: int, number: int) -> list[Disputed]:
    left, found = captured, []
    for count in range(draw(st.integers(min_value=0, max_value=3))):
        amount = draw(st.integers(min_value=0, max_value=left))
        if not amount:
            break
        won = draw(st.booleans())
        returned = draw(st.integers(min_value=0, max_value=amount))
        owed = 0 if won else draw(st.integers(min_value=0, max_value=amount - returned))
        left -= returned if won else amount
        found.append(
            Disputed(
                chargeback=ChargebackId(f"cbk_kettles.dp_{number}_{count}"),
                payment=MovementRef(f"ord_kettles/{number}"),
                amount=Money(amount),
                owed=Money(owed),
                returned=Money(returned),
                holds=False,
                won=won,
                just=not won and draw(st.booleans()),
            )
        )
    return found


@st.composite
def _books(draw: st.DrawFn) -> tuple[Book, Money, Money]:
    """An order's books, and the escrow and the fees that go back."""
    captured, disputes = [], []
    for number in range(draw(st.integers(min_value=0, max_value=3))):
        amount = draw(st.integers(min_value=1, max_value=5_000))
        of_it: list[Disputed] = draw(_disputes(amount, number))
        weight = total([each.weight for each in of_it])
        refunded = draw(st.integers(min_value=0, max_value=amount - weight.amount))
        disputes += of_it
        captured.append(
            Captured(
                reference=MovementRef(f"ord_kettles/{number}"),
                amount=Money(amount),
                refunded=Money(refunded),
                disputed=weight,
            )
        )
    deposit, coupons = Money(draw(FEN)), Money(draw(FEN))
    in_debts = [each.returned for each in disputes]
    book = Book(
        subject=SubjectId("ord_kettles"),
        sequence=9,
        fee_rate=samples.TERMS.fee_rate,
        client=samples.CLIENT,
        provider=samples.PROVIDER,
        paid=Paid(from_deposit=deposit),
        captured=tuple(captured),
        disputes=tuple(disputes),
        moved={
            Account(AccountKind.DEPOSIT, samples.CLIENT): deposit,
            PROMOTION: coupons,
            # What the order gave back of disputed payments paid their debts.
            **{each.account: -paid for each, paid in zip(disputes, in_debts, strict=True)},
            Account(AccountKind.PAYMENT_INSTITUTION): total(
                [each.amount - each.refunded for each in captured]
            ),
        },
    )
    there = deposit + total([each.left for each in captured])
    there += total([each.to_return for each in disputes])
    escrow = draw(st.integers(min_value=0, max_value=there.amount))
    fees = draw(st.integers(min_value=0, max_value=(there + coupons).amount - escrow))
    return book, Money(escrow), Money(min(fees, coupons.amount + there.amount - escrow))


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-4")
@given(_books())
def test_all_of_it_goes_back_once_and_to_nobody_more_than_it_gave(
    drawn: tuple[Book, Money, Money],
) -> None:
    book, escrow, fees = drawn

    effects = give_back(book, escrow=escrow, fees=fees, clause="PSR-9")

    got: dict[str, Money] = {}
    for leg in (leg for journal in effects.journals for leg in journal.legs):
        got[leg.account.id] = got.get(leg.account.id, ZERO) - leg.amount
    assert all(is_sound(journal) for journal in effects.journals)
    assert (got.get(ESCROW, ZERO), got.get(FEE_HELD, ZERO)) == (-escrow, -fees)
    refunded = total([each.amount for each in effects.refunds])
    returned = {each.chargeback: each.amount for each in effects.returns}
    assert got.get(BACK, ZERO) == refunded
    for capture in book.captured:
        back = [each.amount for each in effects.refunds if each.original == capture.reference]
        assert total(back) <= capture.left
    for each in book.disputes:
        share = returned.get(each.chargeback, ZERO)
        assert ZERO <= share <= each.to_return
        assert got.get(each.account.id, ZERO) == min(share, each.owed)
    beyond_debts = [
        share - min(share, each.owed)
        for each in book.disputes
        if each.just and (share := returned.get(each.chargeback, ZERO))
    ]
    assert got.get(PROVIDER_OWES, ZERO) == total(beyond_debts)
    assert got.get(PROMOTION.id, ZERO) <= book.put_into(PROMOTION)
