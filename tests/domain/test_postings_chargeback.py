"""The money of a chargeback: taken back, owed, paid, offset, borne, won. Debits are positive.

Sums are done by hand: a card paid ¥1,231.23, and ¥1,000.00 of it were charged back.
"""

from dataclasses import replace

import pytest

from daigou.domain import commands, postings
from daigou.domain.book import (
    Account,
    AccountKind,
    Book,
    Debt,
    Effects,
    JournalKind,
    Movement,
    MovementKind,
    Personal,
)
from daigou.domain.commands import DisputeReason, LineCode, Outcome
from daigou.domain.ids import MovementRef, SubjectId
from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import Bookkeeper, all_legs, bought, paid, received
from tests.domain.charged_back import JUST_CAUSE, WON, Dispute, dispute, pay_debt

DEPOSIT, INSTITUTION = "deposit:cli_anna", "payment_institution"
DEBT, OTHER_DEBT = "charged_back:cbk_kettles.dp_1", "charged_back:cbk_kettles.dp_2"
RESERVED = "payment_reserved:cbk_kettles.dp_1"
PROVIDER_OWES = "receivable:prv_kai"
SOLD = "disposal:ord_kettles"
WHOLE = 1_000_00


def _order(*, is_bought: bool = True) -> Bookkeeper:
    books = paid(deposit=0, institution=1_231_23)
    if is_bought:
        bought(books)
    return books


def _demanded(deposit: int = 0) -> Dispute:
    """A chargeback without just cause, of a client whose deposit holds so much."""
    books = _order()
    books.fund_deposit(Money(deposit))
    return dispute(books, WHOLE)


def _owing(deposit: int = 0) -> Dispute:
    """A chargeback that a deposit of so much did not cover."""
    found = _demanded(deposit)
    found.pull(Trigger.OFFSET_DEPOSIT)
    return found


def _kinds(effects: Effects) -> list[tuple[str, str]]:
    return [(each.kind, each.clause) for each in effects.journals]


# ---- taken back --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
def test_what_the_institution_took_is_owed() -> None:
    found = _demanded()

    assert [(each.kind, each.clause) for each in found.journals] == [("chargeback", "PSR-22-1")]
    assert found.moved == {
        Account(AccountKind.CHARGED_BACK, found.id): WHOLE,
        Account(AccountKind.PAYMENT_INSTITUTION): -WHOLE,
    }
    assert (found.owed, found.books.deposit) == (Money(WHOLE), ZERO)
    assert {str(each) for each in found.frozen} == {"withdrawal", "use"}


@pytest.mark.clause("PSR-22-1")
def test_an_account_is_frozen_once_for_a_chargeback() -> None:
    found = dispute(_order(), WHOLE, terms=samples.ON_REQUEST)
    assert found.frozen == set()
    found.pull(Trigger.REQUEST_FREEZE, commands.Noted())

    with pytest.raises(Refused) as caught:
        found.pull(Trigger.REQUEST_FREEZE, commands.Noted())

    assert (caught.value.code, caught.value.clause) == (
        RefusalCode.ALREADY_RECORDED,
        "PSR-22-1",
    )
    assert len(found.blocks) == 1


# ---- paid --------------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
def test_the_deposit_pays_the_debt_and_the_freeze_is_lifted() -> None:
    found = _demanded()

    effects = pay_debt(found, deposit=WHOLE)

    assert all_legs(effects) == [{DEPOSIT: WHOLE, DEBT: -WHOLE}]
    assert _kinds(effects) == [("chargeback_paid", "PSR-22-1")]
    assert (found.state, found.frozen) == (State.COVERED, set())


@pytest.mark.clause("PSR-22-1")
def test_a_payment_from_both_sets_the_deposits_part_aside_until_the_other_is_captured() -> None:
    found = _demanded()

    asked = pay_debt(found, deposit=400_00, institution=600_00)
    captured = found.answer(Trigger.CONFIRM_CHARGEBACK_PAYMENT)

    assert all_legs(asked) == [{DEPOSIT: 400_00, RESERVED: -400_00}]
    assert asked.intends is not None
    assert (asked.intends.kind, asked.intends.amount) == (MovementKind.CAPTURE, Money(600_00))
    assert not asked.lifts
    assert all_legs(captured) == [{RESERVED: 400_00, INSTITUTION: 600_00, DEBT: -WHOLE}]
    assert (found.state, found.frozen) == (State.COVERED, set())


@pytest.mark.clause("PSR-22-1")
def test_a_payment_that_is_declined_leaves_the_debt_and_the_deposit_as_they_were() -> None:
    found = _demanded()
    pay_debt(found, deposit=400_00, institution=600_00)

    effects = found.answer(Trigger.DECLINE_CHARGEBACK_PAYMENT)

    assert all_legs(effects) == [{RESERVED: 400_00, DEPOSIT: -400_00}]
    assert (found.state, found.owed, found.books.deposit) == (
        State.DEMANDED,
        Money(WHOLE),
        Money(400_00),
    )
    assert found.frozen, "what is not paid stays frozen"


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize(("deposit", "institution"), [(WHOLE - 1, 0), (0, WHOLE + 1), (1, WHOLE)])
def test_a_debt_is_paid_exactly(deposit: int, institution: int) -> None:
    found = _demanded()

    with pytest.raises(Refused) as caught:
        pay_debt(found, deposit=deposit, institution=institution)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.PART_PAYMENT, "PSR-22-1")


@pytest.mark.clause("PSR-22-1")
def test_what_is_captured_of_a_debt_that_was_paid_meanwhile_is_in_the_deposit() -> None:
    # 1,231.23 of the order go back while the client pays 1,000.00 anew.
    books = _order(is_bought=False)
    found = dispute(books, WHOLE)
    pay_debt(found, institution=WHOLE)
    books.pull(Trigger.REPORT_UNREALIZABLE, samples.command_of(Trigger.REPORT_UNREALIZABLE))
    assert found.owed == ZERO

    effects = found.answer(Trigger.CONFIRM_CHARGEBACK_PAYMENT)

    assert all_legs(effects) == [{INSTITUTION: WHOLE, DEPOSIT: -WHOLE}]
    assert (found.state, books.deposit) == (State.COVERED, Money(WHOLE))


@pytest.mark.clause("PSR-22-1")
def test_nothing_is_paid_where_nothing_is_owed() -> None:
    found = _demanded()
    now = replace(found.book(), held={})

    with pytest.raises(Refused) as caught:
        postings.pay_debt_from_deposit(now, samples.PAY_DEBT_FROM_DEPOSIT)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.NOTHING_TO_PAY, "PSR-22-1")


# ---- offset ------------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-2")
@pytest.mark.parametrize("deposit", [WHOLE, WHOLE + 1, 2_000_00])
def test_a_deposit_that_covers_it_pays_all_of_it(deposit: int) -> None:
    found = _demanded(deposit)

    effects = found.pull(Trigger.OFFSET_DEPOSIT)

    assert all_legs(effects) == [{DEPOSIT: WHOLE, DEBT: -WHOLE}]
    assert _kinds(effects) == [("offset", "PSR-22-2")]
    assert (found.state, found.frozen) == (State.COVERED, set())
    assert found.books.deposit == Money(deposit - WHOLE)


@pytest.mark.clause("PSR-22-3")
@pytest.mark.parametrize("deposit", [0, 1, WHOLE - 1])
def test_of_a_deposit_that_does_not_there_is_taken_what_there_is(deposit: int) -> None:
    found = _demanded(deposit)

    effects = found.pull(Trigger.OFFSET_DEPOSIT)

    assert all_legs(effects) == ([{DEPOSIT: deposit, DEBT: -deposit}] if deposit else [])
    assert {clause for _, clause in _kinds(effects)} <= {"PSR-22-3"}
    assert (found.state, found.owed) == (State.OWING, Money(WHOLE - deposit))
    assert {str(each) for each in found.frozen} == {"withdrawal", "use", "service"}


@pytest.mark.clause("PSR-22-3")
def test_an_account_that_nobody_had_frozen_is_frozen_when_the_deposit_does_not_cover() -> None:
    found = dispute(_order(), WHOLE, terms=samples.ON_REQUEST)

    found.pull(Trigger.OFFSET_DEPOSIT)

    assert {str(each) for each in found.frozen} == {"withdrawal", "use", "service"}
    assert len(found.blocks) == 2


@pytest.mark.clause("PSR-22-3")
@pytest.mark.clause("UA-1-19")
def test_what_comes_in_later_is_taken_for_the_debt_until_it_is_paid() -> None:
    found = _owing(200_00)
    found.books.fund_deposit(Money(300_00))
    part = found.pull(Trigger.COLLECT_DEBT)
    found.books.fund_deposit(Money(600_00))
    rest = found.pull(Trigger.COLLECT_DEBT)

    assert all_legs(part) == [{DEPOSIT: 300_00, DEBT: -300_00}]
    assert _kinds(part) == [("offset", "UA-1-19")]
    assert all_legs(rest) == [{DEPOSIT: 500_00, DEBT: -500_00}]
    assert (found.state, found.frozen) == (State.COVERED, set())
    assert found.books.deposit == Money(100_00)


@pytest.mark.clause("PSR-22-3")
@pytest.mark.clause("UA-1-19")
@pytest.mark.parametrize(
    ("fen", "first", "second", "third"),
    [
        (100_00, 100_00, 0, 0),
        (300_00, 300_00, 0, 0),
        (450_00, 300_00, 150_00, 0),
        (520_00, 300_00, 200_00, 20_00),
        (999_00, 300_00, 200_00, 50_00),
    ],
)
def test_a_recharge_pays_the_oldest_debt_first(
    fen: int, first: int, second: int, third: int
) -> None:
    debts = [
        Debt(account=Account(AccountKind.CHARGED_BACK, "cbk_kettles.dp_1"), amount=Money(300_00)),
        Debt(account=Account(AccountKind.RECEIVABLE, samples.CLIENT), amount=Money(200_00)),
        Debt(account=Account(AccountKind.CHARGED_BACK, "cbk_kettles.dp_2"), amount=Money(50_00)),
    ]
    reference = MovementRef("rch_1/1")
    now = Book(
        subject=SubjectId("rch_1"),
        sequence=2,
        fee_rate=samples.TERMS.fee_rate,
        client=samples.CLIENT,
        movement=Movement(reference=reference, kind=MovementKind.CAPTURE, amount=Money(fen)),
        personal=Personal(debts=tuple(debts)),
    )

    recharged, *taken = postings.credit_debtor(now, Outcome(reference=reference)).journals
    with pytest.raises(Refused) as caught:
        postings.credit_recharge(now, Outcome(reference=reference))

    assert caught.value.clause == "UA-1-19", "who owes something is told so"
    assert {leg.account.id: leg.amount.amount for leg in recharged.legs} == {
        INSTITUTION: fen,
        DEPOSIT: -fen,
    }
    paid_to = {leg.account.id: -leg.amount.amount for each in taken for leg in each.legs[1:]}
    in_full = {DEBT: first, "receivable:cli_anna": second, OTHER_DEBT: third}
    assert paid_to == {account: paid for account, paid in in_full.items() if paid}
    assert [each.kind for each in taken] == [
        JournalKind.OFFSET,
        JournalKind.DEBT_PAID,
        JournalKind.OFFSET,
    ][: len(taken)]
    assert {each.clause for each in taken} == {"UA-1-19"}


# ---- won ---------------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("reason", [DisputeReason.CHANGED_MIND, DisputeReason.NOT_RECEIVED])
def test_a_dispute_that_is_won_before_anything_was_paid_leaves_nothing(
    reason: DisputeReason,
) -> None:
    found = dispute(_order(), WHOLE, reason=reason)

    effects = found.pull(Trigger.WIN_CHARGEBACK, WON)

    assert all_legs(effects) == [{INSTITUTION: WHOLE, DEBT: -WHOLE}]
    assert _kinds(effects) == [("chargeback_won", "PSR-22-1")]
    assert (found.state, found.frozen) == (State.WON, set())


@pytest.mark.clause("PSR-22-1")
def test_what_the_deposit_had_paid_of_a_won_dispute_is_in_it_again() -> None:
    offset = _demanded(1_500_00)
    offset.pull(Trigger.OFFSET_DEPOSIT)
    in_part = _owing(300_00)

    whole = offset.pull(Trigger.WIN_CHARGEBACK, WON)
    part = in_part.pull(Trigger.WIN_CHARGEBACK, WON)

    assert all_legs(whole) == [{INSTITUTION: WHOLE, DEPOSIT: -WHOLE}]
    assert offset.books.deposit == Money(1_500_00)
    assert all_legs(part) == [{INSTITUTION: WHOLE, DEBT: -700_00, DEPOSIT: -300_00}]
    assert in_part.books.deposit == Money(300_00)
    assert in_part.frozen == set()


@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize(
    ("trigger", "legs"),
    [
        (
            Trigger.CONFIRM_CHARGEBACK_PAYMENT,
            {RESERVED: 400_00, INSTITUTION: 600_00, DEPOSIT: -WHOLE},
        ),
        (Trigger.DECLINE_CHARGEBACK_PAYMENT, {RESERVED: 400_00, DEPOSIT: -400_00}),
    ],
)
def test_a_payment_under_way_of_a_dispute_that_was_won_ends_in_the_deposit(
    trigger: Trigger, legs: dict[str, int]
) -> None:
    found = _demanded()
    pay_debt(found, deposit=400_00, institution=600_00)
    won = found.pull(Trigger.WIN_CHARGEBACK, WON)

    effects = found.answer(trigger)

    assert all_legs(won) == [{INSTITUTION: WHOLE, DEBT: -WHOLE}]
    assert all_legs(effects) == [legs]
    assert (found.state, found.owed, found.frozen) == (State.WON, ZERO, set())


# ---- just cause --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-4")
@pytest.mark.clause("PSR-24")
def test_the_provider_bears_what_its_order_has_spent() -> None:
    found = dispute(_order(), WHOLE, reason=DisputeReason.NOT_AS_DESCRIBED)

    effects = found.pull(Trigger.FIND_JUST_CAUSE, JUST_CAUSE)

    assert all_legs(effects) == [{PROVIDER_OWES: WHOLE, DEBT: -WHOLE}]
    assert _kinds(effects) == [("chargeback_borne", "PSR-22-4")]
    assert (found.books.deposit, found.frozen) == (ZERO, set())


@pytest.mark.clause("PSR-22-4")
def test_just_cause_lifts_the_freeze_that_came_with_the_demand() -> None:
    found = _demanded()
    assert found.frozen

    found.pull(Trigger.FIND_JUST_CAUSE, JUST_CAUSE)

    assert (found.state, found.frozen) == (State.JUSTIFIED, set())


@pytest.mark.clause("PSR-22-4")
def test_a_provider_that_bore_a_dispute_has_it_back_if_it_is_won_after_all() -> None:
    found = dispute(_order(), WHOLE, reason=DisputeReason.NOT_AS_DESCRIBED)
    found.pull(Trigger.FIND_JUST_CAUSE, JUST_CAUSE)

    effects = found.pull(Trigger.WIN_CHARGEBACK, WON)

    assert all_legs(effects) == [{INSTITUTION: WHOLE, PROVIDER_OWES: -WHOLE}]
    assert found.books.borne == ZERO


@pytest.mark.clause("PSR-22-4")
@pytest.mark.parametrize("trigger", [Trigger.LOSE_CHARGEBACK, Trigger.CLOSE])
def test_a_justified_dispute_that_stays_so_moves_nothing_where_it_is_borne(
    trigger: Trigger,
) -> None:
    found = dispute(_order(), WHOLE, reason=DisputeReason.NOT_AS_DESCRIBED)
    found.pull(Trigger.FIND_JUST_CAUSE, JUST_CAUSE)

    effects = found.pull(trigger, samples.command_of(trigger))

    assert (effects.journals, found.state) == ((), State.BORNE)
    assert found.books.borne == Money(WHOLE)


# ---- goods that are sold -----------------------------------------------------------------------

FEE = {"fee_held:ord_kettles": 1_23, "provider:prv_kai": -1_23}


def _sell(books: Bookkeeper, proceeds: int, storage: int = 0) -> Effects:
    said = commands.DisposeGoods(
        proceeds=Money(proceeds), storage_costs=Money(storage), external_ref="buyer_1"
    )
    return books.pull(Trigger.DISPOSE_GOODS, said)


@pytest.mark.clause("PSR-22-3")
@pytest.mark.parametrize(
    ("proceeds", "storage", "spent", "owed", "surplus"),
    [
        # 800.00 are owed. The storage is paid first, then the debt, then the client.
        (700_00, 50_00, {SOLD: 700_00, "third_party:sto_yiwu": -50_00, DEBT: -650_00}, 150_00, 0),
        (850_00, 50_00, {SOLD: 850_00, "third_party:sto_yiwu": -50_00, DEBT: -800_00}, 0, 0),
        (
            900_00,
            50_00,
            {SOLD: 900_00, "third_party:sto_yiwu": -50_00, DEBT: -800_00, DEPOSIT: -50_00},
            0,
            50_00,
        ),
        (30_00, 30_00, {SOLD: 30_00, "third_party:sto_yiwu": -30_00}, 800_00, 0),
    ],
)
def test_what_goods_fetch_pays_the_storage_then_the_debt_then_the_client(
    proceeds: int, storage: int, spent: dict[str, int], owed: int, surplus: int
) -> None:
    found = _owing(200_00)

    effects = _sell(found.books, proceeds, storage)

    assert all_legs(effects) == [{"bank": proceeds, SOLD: -proceeds}, spent, FEE]
    assert (found.books.state, found.owed) == (State.DISPOSED, Money(owed))
    assert found.books.deposit == Money(surplus)
    assert found.state == (State.OWING if owed else State.COVERED)


@pytest.mark.clause("PSR-22-3")
def test_goods_that_fetch_nothing_move_nothing_but_the_fee() -> None:
    found = _owing()

    effects = _sell(found.books, 0)

    assert all_legs(effects) == [FEE]
    assert found.owed == Money(WHOLE)


@pytest.mark.clause("PSR-7")
@pytest.mark.clause("PSR-22-3")
def test_the_storage_gets_no_more_than_the_goods_fetched() -> None:
    found = _owing()

    with pytest.raises(Refused) as caught:
        _sell(found.books, 40_00, 40_01)

    assert (caught.value.code, caught.value.clause) == (
        RefusalCode.LINE_NOT_ALLOWED,
        "PSR-22-3",
    )
    assert found.books.state == State.PURCHASED


@pytest.mark.clause("PSR-22-3")
def test_of_two_debts_of_an_order_the_older_one_is_paid_first() -> None:
    books = _order()
    first, second = dispute(books, 700_00), dispute(books, 300_00)
    for each in (first, second):
        each.pull(Trigger.OFFSET_DEPOSIT)

    effects = _sell(books, 800_00)

    assert all_legs(effects)[1] == {SOLD: 800_00, DEBT: -700_00, OTHER_DEBT: -100_00}
    assert (first.state, second.state) == (State.COVERED, State.OWING)
    assert second.owed == Money(200_00)


@pytest.mark.clause("PSR-16")
@pytest.mark.clause("PSR-22-3")
def test_a_fee_that_was_earned_is_not_earned_again_by_the_sale() -> None:
    books = _order()
    parcel = received(books)
    books.pull(Trigger.END_DUTY, commands.Plain(), item=parcel)
    found = dispute(books, WHOLE)
    found.pull(Trigger.OFFSET_DEPOSIT)

    effects = _sell(books, WHOLE)

    assert (books.state, books.fee_earned) == (State.DISPOSED, Money(1_23))
    assert all_legs(effects) == [
        {"bank": WHOLE, SOLD: -WHOLE},
        {SOLD: WHOLE, DEBT: -WHOLE},
    ]


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-3")
def test_a_dispute_that_is_won_after_the_sale_gives_back_what_was_taken_at_what_goods_fetched() -> (
    None
):
    # 200.00 from the deposit, 650.00 of the goods' 700.00, and 150.00 that stayed owed.
    found = _owing(200_00)
    _sell(found.books, 700_00, 50_00)

    effects = found.pull(Trigger.WIN_CHARGEBACK, WON)

    assert all_legs(effects) == [{INSTITUTION: WHOLE, DEBT: -150_00, DEPOSIT: -850_00}]
    assert found.books.deposit == Money(850_00)
    assert found.books.facts.sold is not None
    # The goods had cost 1,230.00: they lost 530.00.
    assert found.books.facts.sold.cost - found.books.facts.sold.proceeds == Money(530_00)


@pytest.mark.clause("PSR-22-3")
def test_service_is_refused_before_the_purchase_and_what_was_collected_pays_the_debt() -> None:
    books = paid(
        samples.line(LineCode.OTHER_FEE, 5_00, samples.PROVIDER), deposit=236_23, institution=WHOLE
    )
    found = dispute(books, WHOLE)
    found.pull(Trigger.OFFSET_DEPOSIT)

    effects = books.pull(Trigger.REFUSE_SERVICE, commands.Noted())

    assert all_legs(effects) == [
        {"escrow:ord_kettles": WHOLE, DEBT: -WHOLE},
        {"escrow:ord_kettles": 230_00, "fee_held:ord_kettles": 6_23, DEPOSIT: -236_23},
    ]
    assert (books.state, found.state) == (State.REFUSED, State.COVERED)
    assert books.deposit == Money(236_23)
