"""What the books tell of a client's account: its debts, each freeze in force, what goes on."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.book import JournalKind
from daigou.domain.commands import Block, FreezeReason
from daigou.domain.facts import Sold
from daigou.domain.ids import MovementRef, OrderId, PartyId
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, Trigger
from daigou.ledger.account_queries import AccountQueries
from daigou.ledger.account_views import AccountState
from tests.ledger.account_road import chargeback, closure, freeze, heed, payment_of, withdrawal
from tests.ledger.road import ANNA, BEN, SWIFT, WHOLE, YIWU, World


@pytest.fixture
def accounts(engine: Engine) -> AccountQueries:
    return AccountQueries(engine)


def test_an_account_tells_what_is_frozen_why_and_what_is_owed(
    world: World, accounts: AccountQueries
) -> None:
    order = world.purchased()
    world.recharged(20_000)
    disputed = chargeback(world, order, WHOLE)
    suspected = freeze(world, report="R-1", note_ref="txt_why")

    told = accounts.account(ANNA)

    assert (told.state, told.balance) == (AccountState.OPEN, Money(20_000))
    (debt,) = told.debts
    assert (debt.account, debt.amount) == (f"charged_back:{disputed.id}", Money(WHOLE))
    assert (debt.chargeback, debt.order) == (disputed.id, order.id)
    first, second = told.freezes
    assert (first.reason, first.clause, first.subject) == (
        FreezeReason.CHARGEBACK, "PSR-22-1", disputed.id,
    )  # fmt: skip
    assert first.blocks == (Block.WITHDRAWAL, Block.USE)
    assert first.state == State.DEMANDED
    assert first.next_due_at == disputed.at + timedelta(days=3)
    assert (second.reason, second.subject, second.note_ref) == (
        FreezeReason.SUSPICION, suspected.id, "txt_why",
    )  # fmt: skip
    assert (second.placed_by.role, second.blocks) == (Role.PLATFORM, tuple(Block))
    assert {each.id for each in told.unfinished} == {order.id, disputed.id, suspected.id}
    assert told.unfinished_in_all == 3
    assert accounts.blocking(ANNA, Block.SERVICE) == (("suspicion", "UA-1-9"),)
    assert accounts.blocking(BEN, Block.SERVICE) == ()


def test_an_account_that_is_closing_says_what_it_waits_for(
    world: World, accounts: AccountQueries
) -> None:
    order = world.effective()
    closing = closure(world)

    told = accounts.account(ANNA)

    assert (told.state, told.closure) == (AccountState.WINDING_UP, closing.id)
    assert [each.id for each in told.unfinished] == [closing.id, order.id]
    assert [(each.reason, each.clause) for each in told.freezes] == [("closing", "UA-1-20")]
    assert accounts.closure_of(ANNA).id == closing.id


def test_lists_show_what_goes_on_first_and_are_paged(
    world: World, accounts: AccountQueries
) -> None:
    world.recharged(50_000)
    first, second = withdrawal(world, 100), withdrawal(world, 200)
    second.pull(
        Trigger.CONFIRM_WITHDRAWAL,
        commands.Outcome(reference=MovementRef(f"{second.id}/1"), external_ref="x"),
    )
    third = withdrawal(world, 300)

    whole = accounts.withdrawals(ANNA, limit=10)
    rest = accounts.withdrawals(ANNA, limit=10, starting_after=whole[0].id)

    assert {each.id for each in whole[:2]} == {first.id, third.id}
    assert (whole[2].id, whole[2].state) == (second.id, State.PAID_OUT)
    assert rest == whole[1:]
    assert accounts.withdrawals(ANNA, limit=1) == whole[:1]
    assert accounts.withdrawals(ANNA, limit=9, starting_after="wdr_unknown") == ()


def test_a_breach_names_its_order_and_to_whom_the_sum_is_owed(
    world: World, accounts: AccountQueries
) -> None:
    order = world.purchased()
    world.recharged(9_000)
    breach = freeze(
        world,
        FreezeReason.BREACH,
        order=OrderId(order.id),
        amount=Money(5_000),
    )

    seen, told = accounts.freeze(breach.id), accounts.account(ANNA)  # type: ignore[arg-type]

    assert (seen.order, seen.amount, seen.provider) == (order.id, Money(5_000), YIWU)
    assert seen.parties.holder(Role.PROVIDER) == YIWU != SWIFT
    assert (told.freezes[0].order, told.freezes[0].amount) == (order.id, Money(5_000))


def test_a_payment_says_what_of_it_can_still_be_charged_back(
    world: World, accounts: AccountQueries
) -> None:
    order = world.effective()
    disputed = chargeback(world, order, 100_000)
    heed(order, disputed)

    payment = accounts.payment(payment_of(order))

    assert (payment.order, payment.amount, payment.left) == (
        order.id, Money(WHOLE), Money(WHOLE - 100_000),
    )  # fmt: skip
    with pytest.raises(LookupError):
        accounts.payment(MovementRef("ord_none/1"))
    seen = accounts.chargeback_of("dp_1")
    assert (seen.owed, seen.returned, type(seen.returned.amount)) == (Money(100_000), ZERO, int)
    assert [each.id for each in accounts.chargebacks(ANNA, limit=5)] == [disputed.id]


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-3")
def test_a_chargeback_says_what_settled_it_what_came_back_and_what_its_goods_lost(
    world: World, accounts: AccountQueries
) -> None:
    order = world.purchased()
    world.recharged(20_000)
    disputed = chargeback(world, order, WHOLE)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    heed(order, disputed)
    goods = commands.DisposeGoods(
        proceeds=Money(70_000), storage_costs=Money(5_000), external_ref="buyer-1"
    )
    order.pull(Trigger.DISPOSE_GOODS, goods, by=Role.PROVIDER)

    owing = accounts.chargeback_of("dp_1")
    disputed.pull(Trigger.WIN_CHARGEBACK, commands.InstitutionVerdict(external_ref="vd-1"))
    won = accounts.chargeback_of("dp_1")

    rest = Money(WHOLE - 85_000)
    settled = {JournalKind.OFFSET: Money(20_000), JournalKind.DISPOSAL: Money(65_000)}
    assert (owing.settled, owing.owed, owing.given_back) == (settled, rest, ZERO)
    assert owing.sold == Sold(cost=Money(WHOLE - 123), proceeds=Money(70_000))
    assert won.settled == {**settled, JournalKind.CHARGEBACK_WON: rest}
    assert (won.owed, won.given_back) == (ZERO, Money(85_000))


def test_nobody_has_no_account(accounts: AccountQueries) -> None:
    for party in (PartyId("cli_nobody"), YIWU):
        with pytest.raises(LookupError):
            accounts.account(party)
    assert accounts.account(ANNA).unfinished == ()
