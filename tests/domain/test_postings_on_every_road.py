"""Whatever the sums, the sources and the road: journals balance, floors hold, refunds are whole.

After each step the bookkeeper proves that what was collected is refunded, earned, paid out or held,
that every journal balances, and that no account that is owed to someone is below zero.
"""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daigou.domain.book import (
    BANK,
    HELD_FOR_A_SUBJECT,
    PROMOTION,
    Account,
    AccountKind,
    JournalKind,
)
from daigou.domain.commands import LineCode
from daigou.domain.lifecycle import CHARGEBACK, FULFILMENT, ITEM_TABLES
from daigou.domain.lifecycle.table import Row
from daigou.domain.money import ZERO, Money, round_half_up, service_fee, total
from daigou.domain.order import State, Trigger
from daigou.domain.postings.checkout import due
from tests.domain import samples
from tests.domain.bookkeeper import Bookkeeper, paid
from tests.domain.charged_back import Dispute, dispute, pay_debt
from tests.domain.roads import (
    OF_CHARGEBACKS,
    Dice,
    settle,
    walk,
    walk_from_the_delivery,
    walk_from_the_purchase,
    walk_with_chargebacks,
)

NUMBERS = st.lists(st.integers(min_value=0, max_value=10**7), min_size=1, max_size=150)
OF_THE_ORDER = tuple(kind for kind in HELD_FOR_A_SUBJECT if kind != AccountKind.REFUND_TRANSIT)
TAKEN_BACK = {State.UNREALIZABLE, State.REFUSED}


def _line(books: Bookkeeper, code: LineCode) -> Money:
    return total([line.amount for line in books.lines if line.code == code])


def _prove_the_checkout(books: Bookkeeper) -> None:
    """The checkout shows the price that is agreed, and the fee on it."""
    facts = books.facts
    fee = service_fee(goods=facts.goods, freight=facts.freight, rate=samples.TERMS.fee_rate)
    assert _line(books, LineCode.GOODS) == facts.goods
    assert _line(books, LineCode.FREIGHT) == facts.freight
    assert _line(books, LineCode.SERVICE_FEE) == fee.amount


def _prove_what_is_due(books: Bookkeeper) -> None:
    """An agreement in force is paid to the fen, no more and no less."""
    advance_only = books.facts.advance is not None and not books.facts.advance_bought
    if books.state in {State.EFFECTIVE, State.PURCHASING} and not advance_only:
        assert due(books.book()).whole == ZERO
    if books.state in {State.AWAITING_TOP_UP, State.AWAITING_BALANCE}:
        assert due(books.book()).whole.amount > 0


def _prove_the_end(books: Bookkeeper) -> None:
    """Nothing is left behind, and who was to have something has it."""
    assert [books.holds(kind) for kind in OF_THE_ORDER] == [ZERO] * len(OF_THE_ORDER)
    if books.state in TAKEN_BACK and not _was_stored(books):
        fees = [journal for journal in books.journals if journal.kind == JournalKind.FEE_EARNED]
        assert fees == [], "nothing is earned by an order that is taken back"
        assert books.owed(PROMOTION) == ZERO, "what the promotion paid is the promotion's again"


def _was_stored(books: Bookkeeper) -> bool:
    """Whether the provider's duty had ended before the goods went back to the seller (PSR-16)."""
    return any(row.target == State.STORED for row in books.rows)


def _prove_brokerage(books: Bookkeeper) -> None:
    provider = books.owed(Account(AccountKind.PROVIDER, samples.PROVIDER))
    promoter = books.owed(Account(AccountKind.PROMOTER, samples.PROMOTER))
    assert provider + promoter == books.earned + books.handed_over
    rate = books.fixed_rate or Fraction(0)
    assert promoter == Money(round_half_up(books.fee_earned.amount * rate))


def _prove_coupons(books: Bookkeeper) -> None:
    """A coupon pays fees alone, and is never cashed."""
    fees = _line(books, LineCode.SERVICE_FEE) + _line(books, LineCode.OTHER_FEE)
    # Once the fee is earned or given back in part, what the promotion paid is at most what is left.
    assert ZERO <= Money(books.balances.get(PROMOTION, 0)) <= fees


def _prove_a_cancellation(books: Bookkeeper) -> None:
    """The client bears the fee that was kept, what it cost, and what the seller has not paid back;
    what third parties collected is theirs as before (PSR-7)."""
    charged = _line(books, LineCode.CANCELLATION_COST) + _line(books, LineCode.SELLER_PENALTY)
    with_seller = Money(-books.moved.get(BANK, 0)) + books.handed_over
    borne = books.collected + books.claimed - books.refunded
    assert books.refunded <= books.collected
    assert books.claimed <= charged, "a debt is of costs alone"
    if _is_paid_in_full(books):
        others = total([line.amount for line in books.lines if line.of_third_party])
        fees = _line(books, LineCode.SERVICE_FEE) + _line(books, LineCode.OTHER_FEE)
        assert books.fee_earned in (ZERO, fees)
        assert borne == books.fee_earned + charged + others + with_seller


def _prove_a_dissolution(books: Bookkeeper) -> None:
    """What the seller paid back is the client's in full, and so is what it paid for the return; the
    fee is earned, and stays so (PSR-13-6)."""
    with_seller = Money(-books.moved.get(BANK, 0)) + books.passed_on
    others = total([line.amount for line in books.lines if line.of_third_party])
    assert books.case.received == books.facts.price - with_seller
    assert books.passed_on == books.case.cost_paid <= books.case.cost
    assert books.collected - books.refunded == books.fee_earned + others + with_seller


def _is_paid_in_full(books: Bookkeeper) -> bool:
    """Whether all that the checkout shows was paid when the order was cancelled."""
    cancelled_in = next(
        row.source for row in books.rows if row.trigger == Trigger.FOLLOW_CASE and not row.stays
    )
    advance_only = books.facts.advance is not None and not books.facts.advance_bought
    waiting = cancelled_in in (State.AWAITING_BALANCE, State.AWAITING_TOP_UP)
    return not advance_only and not waiting


@pytest.mark.clause("PSR-2-2")
@pytest.mark.clause("PSR-7")
@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-10-2")
@pytest.mark.clause("PSR-15-2")
@pytest.mark.clause("PSR-15-5")
@pytest.mark.clause("PSR-19")
@pytest.mark.clause("UA-1-8")
@pytest.mark.clause("UA-1-10")
@given(numbers=NUMBERS, steps=st.integers(min_value=1, max_value=30))
def test_the_books_are_whole_on_every_road(numbers: list[int], steps: int) -> None:
    books = walk(Dice(numbers), steps)

    _prove_everything(books)


@pytest.mark.clause("PSR-12-3")
@pytest.mark.clause("PSR-12-4")
@pytest.mark.clause("PSR-12-5")
@pytest.mark.clause("PSR-12-6")
@given(numbers=NUMBERS, steps=st.integers(min_value=1, max_value=40))
def test_the_books_are_whole_however_a_cancellation_goes(numbers: list[int], steps: int) -> None:
    books = walk_from_the_purchase(Dice(numbers), steps)

    _prove_everything(books)


@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
@given(numbers=NUMBERS, steps=st.integers(min_value=1, max_value=40))
def test_the_books_are_whole_however_a_dissolution_goes(numbers: list[int], steps: int) -> None:
    books = walk_from_the_delivery(Dice(numbers), steps)

    _prove_everything(books)


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-2")
@pytest.mark.clause("PSR-22-3")
@pytest.mark.clause("PSR-22-4")
@given(numbers=NUMBERS, steps=st.integers(min_value=1, max_value=40))
def test_the_books_are_whole_and_nothing_is_given_back_twice_however_payments_are_charged_back(
    numbers: list[int], steps: int
) -> None:
    books = walk_with_chargebacks(Dice(numbers), steps)

    _prove_everything(books)


def _prove_everything(books: Bookkeeper) -> None:
    _prove_the_checkout(books)
    _prove_what_is_due(books)
    _prove_brokerage(books)
    _prove_coupons(books)
    if books.state in FULFILMENT.ends and books.paid:
        _prove_the_end(books)
    settle(books)
    assert books.holds(AccountKind.REFUND_TRANSIT) == ZERO
    if books.state == State.CANCELLED:
        _prove_a_cancellation(books)
    if books.state == State.DISSOLVED:
        _prove_a_dissolution(books)


@pytest.mark.clause("PSR-6")
@pytest.mark.clause("PSR-8")
def test_hundreds_of_long_roads_take_every_row_that_moves_money() -> None:
    taken = set()

    for seed in range(300):
        thrown = random.Random(seed)
        dice = Dice([thrown.randrange(10**7) for _ in range(250)])
        walks = [walk(dice, steps=40), walk_from_the_purchase(dice, steps=45)]
        if seed < 60:
            walks.append(walk_from_the_delivery(dice, steps=30))
        for books in walks:
            _prove_everything(books)
            taken |= {_named(row) for row in books.rows if row.posts}

    rows = [row for table in (FULFILMENT, *ITEM_TABLES) for row in table.rows if row.posts]
    of_chargebacks = {_named(row) for row in rows if row.trigger in OF_CHARGEBACKS}
    assert {_named(row) for row in rows} - of_chargebacks - taken == set()


@pytest.mark.clause("PSR-22-1")
def test_hundreds_of_roads_take_every_row_by_which_a_chargeback_moves_money() -> None:
    # A dispute that was lost, and whose order then gave all of it back, is a rare throw.
    undone = paid(deposit=0, institution=1_231_23)
    lost = dispute(undone, 1_000_00)
    lost.pull(Trigger.LOSE_CHARGEBACK, samples.command_of(Trigger.LOSE_CHARGEBACK))
    undone.pull(Trigger.REPORT_UNREALIZABLE, samples.command_of(Trigger.REPORT_UNREALIZABLE))
    taken = {_named(row) for row in lost.rows if row.posts}
    paid_meanwhile = [_paid_by_its_order_meanwhile(lost=lost) for lost in (False, True)]
    for throw in (*paid_meanwhile, _won_meanwhile()):
        taken |= {_named(row) for row in throw.rows if row.posts}

    for seed in range(200):
        thrown = random.Random(seed)
        dice = Dice([thrown.randrange(10**7) for _ in range(250)])
        books = walk_with_chargebacks(dice, steps=40)
        _prove_everything(books)
        taken |= {_named(row) for row in books.rows if row.trigger in OF_CHARGEBACKS and row.posts}
        taken |= {_named(row) for each in books.disputes for row in each.rows if row.posts}

    of_orders = [row for row in FULFILMENT.rows if row.trigger in OF_CHARGEBACKS]
    rows = [row for row in (*CHARGEBACK.rows, *of_orders) if row.posts]
    assert {_named(row) for row in rows} - taken == set()


def _paid_by_its_order_meanwhile(*, lost: bool) -> Dispute:
    """A dispute, lost or not; while the client pays, its order gives the money back instead."""
    order = paid(deposit=0, institution=1_231_23)
    disputed = dispute(order, 1_000_00)
    if lost:
        disputed.pull(Trigger.LOSE_CHARGEBACK, samples.command_of(Trigger.LOSE_CHARGEBACK))
    pay_debt(disputed, deposit=0, institution=1_000_00)
    order.pull(Trigger.REPORT_UNREALIZABLE, samples.command_of(Trigger.REPORT_UNREALIZABLE))
    disputed.answer(Trigger.DECLINE_CHARGEBACK_PAYMENT)
    _prove_everything(order)
    return disputed


def _won_meanwhile() -> Dispute:
    """A dispute that the institution decides for us while the client pays what is owed of it."""
    order = paid(deposit=0, institution=1_231_23)
    disputed = dispute(order, 1_000_00)
    pay_debt(disputed, deposit=0, institution=1_000_00)
    disputed.pull(Trigger.WIN_CHARGEBACK, samples.command_of(Trigger.WIN_CHARGEBACK))
    disputed.answer(Trigger.CONFIRM_CHARGEBACK_PAYMENT)
    _prove_everything(order)
    return disputed


def _named(row: Row) -> tuple[str, ...]:
    """A row by what it does; how an order follows its parcels is proved with the parcels, and where
    it ends by a chargeback with the states of both."""
    posts = row.posts.__name__ if row.posts else ""
    wherever = {Trigger.FOLLOW_PARCELS, Trigger.FOLLOW_ORDER, Trigger.PAY_STORAGE, *OF_CHARGEBACKS}
    if row.trigger in wherever:
        return (row.trigger, posts)
    return (row.trigger, row.source, row.target, posts)
