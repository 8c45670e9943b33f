"""What the institution decides of a chargeback, whenever it does; every account by hand."""

import pytest

from daigou.domain import commands
from daigou.domain.commands import DisputeReason, Footing, Head
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode
from daigou.ledger.queries import Queries
from tests.ledger.account_road import chargeback, heed, institution_says, pay_back, refusal
from tests.ledger.road import ANNA, WHOLE, Subject, World, sold_out
from tests.ledger.sums import balances, card

pytestmark = [pytest.mark.usefixtures("proved"), pytest.mark.clause("PSR-22-1")]

VERDICT = commands.InstitutionVerdict(external_ref="vd-1")
NOTE = commands.Message(note_ref="txt_0001")
NOT_AS_DESCRIBED = {
    "reason": DisputeReason.NOT_AS_DESCRIBED,
    "footing": Footing(providers_fault=True),
}


def win(disputed: Subject) -> None:
    """The institution decides for us, and gives the money back."""
    disputed.pull(Trigger.WIN_CHARGEBACK, VERDICT, by=Role.PAYMENT_INSTITUTION)


def lose(disputed: Subject) -> None:
    """The institution decides for the client."""
    disputed.pull(Trigger.LOSE_CHARGEBACK, VERDICT, by=Role.PAYMENT_INSTITUTION)


def of_the_order(order: Subject) -> dict[str, int]:
    """What the books have of an order whose goods were bought, beside what was paid for it."""
    return {"bank": -123_000, f"fee_held:{order.id}": -123}


# ---- won ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("examined", [True, False])
def test_won_before_anything_was_taken_all_is_as_it_was(
    world: World, queries: Queries, examined: bool
) -> None:
    order = world.purchased()
    before = balances(queries)
    disputed = chargeback(world, order, WHOLE, **(NOT_AS_DESCRIBED if examined else {}))  # type: ignore[arg-type]

    win(disputed)
    heed(order, disputed)

    assert disputed.state == State.WON
    assert balances(queries) == before
    assert queries.deposit(ANNA).frozen_for == ()
    assert not order.main.held


@pytest.mark.clause("PSR-22-2")
def test_won_after_the_deposit_paid_the_deposit_has_it_again(
    world: World, queries: Queries
) -> None:
    order = world.purchased()
    world.recharged(200_000)
    before = balances(queries)
    disputed = chargeback(world, order, WHOLE)
    disputed.pull(Trigger.OFFSET_DEPOSIT)

    win(disputed)

    assert balances(queries) == before


@pytest.mark.clause("PSR-22-3")
def test_won_after_the_deposit_paid_a_part_it_has_that_again_and_nothing_is_owed(
    world: World, queries: Queries
) -> None:
    order = world.purchased()
    world.recharged(20_000)
    before = balances(queries)
    disputed = chargeback(world, order, WHOLE)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    heed(order, disputed)

    win(disputed)
    heed(order, disputed)

    assert balances(queries) == before
    assert queries.deposit(ANNA).frozen_for == ()
    assert not order.main.held
    world.order()


def test_won_after_the_client_paid_by_the_institution_the_deposit_has_it(
    world: World, queries: Queries
) -> None:
    order = world.purchased()
    disputed = chargeback(world, order, WHOLE)
    pay_back(disputed, institution=WHOLE)
    institution_says(disputed, Trigger.CONFIRM_CHARGEBACK_PAYMENT)

    win(disputed)

    assert balances(queries) == of_the_order(order) | {
        "deposit:cli_anna": -WHOLE,
        "payment_institution": 2 * WHOLE,
    }


@pytest.mark.parametrize(
    ("answer", "deposit"),
    [
        (Trigger.CONFIRM_CHARGEBACK_PAYMENT, WHOLE),
        (Trigger.DECLINE_CHARGEBACK_PAYMENT, 20_000),
    ],
)
@pytest.mark.parametrize("since", [State.DEMANDED, State.OWING])
def test_won_while_the_client_pays_what_comes_is_the_deposits(
    world: World, queries: Queries, answer: Trigger, deposit: int, since: State
) -> None:
    order = world.purchased()
    world.recharged(20_000)
    disputed = chargeback(world, order, WHOLE)
    if since == State.OWING:
        disputed.pull(Trigger.OFFSET_DEPOSIT)
        pay_back(disputed, institution=WHOLE - 20_000)
    else:
        pay_back(disputed, deposit=20_000, institution=WHOLE - 20_000)

    win(disputed)
    assert disputed.state == State.PAYING
    assert f"charged_back:{disputed.id}" not in balances(queries)
    institution_says(disputed, answer)

    assert disputed.state == State.WON
    assert queries.deposit(ANNA).frozen_for == ()
    assert balances(queries) == of_the_order(order) | {
        "deposit:cli_anna": -deposit,
        "payment_institution": WHOLE + deposit,
    }


# ---- won after the goods were sold -------------------------------------------------------------


def sold(order: Subject, proceeds: int, storage: int) -> None:
    """The goods of an order are sold for the debt."""
    said = commands.DisposeGoods(
        proceeds=Money(proceeds), storage_costs=Money(storage), external_ref="buyer-1"
    )
    order.pull(Trigger.DISPOSE_GOODS, said, by=Role.PROVIDER)


@pytest.mark.clause("PSR-22-3")
def test_won_after_the_goods_were_sold_for_too_little_what_they_fetched_comes_back(
    world: World, queries: Queries
) -> None:
    order = world.purchased()
    world.recharged(20_000)
    disputed = chargeback(world, order, WHOLE)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    heed(order, disputed)
    sold(order, 70_000, 5_000)
    disputed.pull(Trigger.COLLECT_DEBT)
    assert balances(queries)[f"charged_back:{disputed.id}"] == WHOLE - 20_000 - 65_000

    win(disputed)

    assert balances(queries) == {
        "bank": -123_000 + 70_000,
        "deposit:cli_anna": -(20_000 + 65_000),
        "payment_institution": WHOLE + 20_000,
        "provider:prv_yiwu": -123,
        "third_party:sto_ningbo": -5_000,
    }
    assert card(disputed.last) == {
        "charged back": "¥1,231.23",
        "the goods had cost": "¥1,230.00",
        "and fetched, sold for the debt": "¥700.00",
        "so they lost": "¥530.00",
    }
    assert queries.deposit(ANNA).frozen_for == ()


@pytest.mark.clause("PSR-22-3")
def test_won_after_the_goods_were_sold_with_a_surplus_the_deposit_has_all_of_it(
    world: World, queries: Queries
) -> None:
    order = world.purchased()
    disputed = chargeback(world, order, 50_000)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    heed(order, disputed)
    sold(order, 70_000, 5_000)
    disputed.pull(Trigger.COLLECT_DEBT)
    assert balances(queries)["deposit:cli_anna"] == -15_000

    win(disputed)

    assert balances(queries) == {
        "bank": -123_000 + 70_000,
        "deposit:cli_anna": -65_000,
        "payment_institution": WHOLE,
        "provider:prv_yiwu": -123,
        "third_party:sto_ningbo": -5_000,
    }


@pytest.mark.clause("PSR-22-3")
def test_won_while_another_is_owed_the_deposit_has_it_and_pays_the_other(
    world: World, queries: Queries
) -> None:
    order = world.purchased()
    world.recharged(30_000)
    first = chargeback(world, order, 50_000)
    second = chargeback(world, order, WHOLE - 50_000, dispute="dp_2")
    for each in (first, second):
        each.pull(Trigger.OFFSET_DEPOSIT)
        heed(order, each)
    sold(order, 40_000, 0)
    assert balances(queries)[f"charged_back:{second.id}"] == WHOLE - 70_000

    win(first)
    second.pull(Trigger.COLLECT_DEBT)

    assert second.state == State.OWING
    assert balances(queries) == {
        "bank": -83_000,
        f"charged_back:{second.id}": WHOLE - 120_000,
        "payment_institution": 30_000 + 50_000,
        "provider:prv_yiwu": -123,
    }


# ---- lost --------------------------------------------------------------------------------------


def _examining(world: World) -> Subject:
    order = world.purchased()
    return chargeback(world, order, WHOLE, dispute=f"dp_{order.id}", reason=DisputeReason.OTHER)


def _demanded(world: World) -> Subject:
    order = world.purchased()
    return chargeback(world, order, WHOLE, dispute=f"dp_{order.id}")


def _paying(world: World) -> Subject:
    disputed = _demanded(world)
    pay_back(disputed, institution=WHOLE)
    return disputed


def _owing(world: World) -> Subject:
    disputed = _demanded(world)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    return disputed


def _covered(world: World) -> Subject:
    disputed = _paying(world)
    institution_says(disputed, Trigger.CONFIRM_CHARGEBACK_PAYMENT)
    return disputed


def _justified(world: World) -> Subject:
    disputed = _examining(world)
    disputed.pull(Trigger.FIND_JUST_CAUSE, NOTE)
    return disputed


@pytest.mark.parametrize(
    ("brought", "end"),
    [
        (_examining, State.EXAMINING),
        (_demanded, State.DEMANDED),
        (_paying, State.PAYING),
        (_owing, State.OWING),
        (_covered, State.SETTLED),
        (_justified, State.BORNE),
    ],
)
def test_lost_nothing_moves_and_it_is_decided_once(
    world: World, queries: Queries, brought: object, end: State
) -> None:
    disputed: Subject = brought(world)  # type: ignore[operator]
    before, frozen = balances(queries), queries.deposit(ANNA).frozen_for

    lose(disputed)

    assert disputed.state == end
    assert balances(queries) == before
    assert queries.deposit(ANNA).frozen_for == frozen
    if end not in (State.SETTLED, State.BORNE):
        assert refusal(lambda: win(disputed)) == (RefusalCode.ALREADY_RECORDED, "PSR-22-1")


@pytest.mark.clause("PSR-22-4")
def test_what_was_lost_is_paid_all_the_same_and_then_over(world: World, queries: Queries) -> None:
    examined, declined, owed = _examining(world), _paying(world), _owing(world)
    for each in (examined, declined, owed):
        lose(each)

    denied = commands.DenyJustCause(head=Head.OTHER, note_ref="txt_0001")
    examined.pull(Trigger.DENY_JUST_CAUSE, denied)
    institution_says(declined, Trigger.DECLINE_CHARGEBACK_PAYMENT)
    assert (examined.state, declined.state) == (State.DEMANDED, State.DEMANDED)
    world.recharged(3 * WHOLE)
    owed.pull(Trigger.COLLECT_DEBT)
    examined.pull(Trigger.OFFSET_DEPOSIT)
    pay_back(declined, deposit=WHOLE)

    assert {each.state for each in (examined, declined, owed)} == {State.SETTLED}
    assert queries.deposit(ANNA).frozen_for == ()
    assert balances(queries)["payment_institution"] == 3 * WHOLE
    assert "deposit:cli_anna" not in balances(queries)


def test_without_a_verdict_it_is_over_in_the_end(world: World, queries: Queries) -> None:
    covered, justified = _covered(world), _justified(world)
    before = balances(queries)

    for each in (covered, justified):
        (clock,) = each.main.running()
        each.pull(clock.trigger, at=clock.due, by=Role.CLOCK)

    assert (covered.state, justified.state) == (State.SETTLED, State.BORNE)
    assert balances(queries) == before


# ---- what can be given back after it -----------------------------------------------------------


def test_what_was_won_can_be_refunded(world: World, queries: Queries) -> None:
    order = world.effective()
    disputed = chargeback(world, order, 100_000)
    win(disputed)
    heed(order, disputed)

    (refund,) = sold_out(order).refunds
    order.answer(Trigger.CONFIRM_REFUND, item=refund)

    assert balances(queries) == {}


def test_what_was_won_can_be_charged_back_again_and_what_was_lost_cannot(world: World) -> None:
    order = world.purchased()
    won = chargeback(world, order, 100_000)
    win(won)
    again = chargeback(world, order, 100_000, dispute="dp_2")
    lose(again)

    assert refusal(lambda: chargeback(world, order, WHOLE - 99_999, dispute="dp_3")) == (
        RefusalCode.INVALID_REQUEST,
        "PSR-22-1",
    )
    chargeback(world, order, WHOLE - 100_000, dispute="dp_3")
