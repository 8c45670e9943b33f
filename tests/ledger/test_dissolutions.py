"""Dissolutions in the real books: what the seller pays goes on, once, and the audit proves it."""

import pytest

from daigou.domain import commands
from daigou.domain.ids import OrderId
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.queries import Queries
from daigou.ports.books import StepConflictError
from tests.ledger.road import (
    ANNA,
    ASKED,
    WHOLE,
    Subject,
    World,
    ask_to_cancel,
    ask_to_dissolve,
    cost_paid,
    of_the_case,
    refunded,
    take_back,
)
from tests.ledger.sums import balances

pytestmark = pytest.mark.usefixtures("proved")

PRICE, FEE = 123_000, 123


def _case(queries: Queries, order: Subject) -> State:
    (case,) = queries.order(OrderId(order.id)).items_of(TableName.DISSOLUTION)
    return case.state


@pytest.mark.clause("PSR-13-6")
@pytest.mark.parametrize(
    ("from_deposit", "in_deposit", "through_institution"),
    [(WHOLE, 123_000, 0), (23_123, 23_123, 99_877), (0, 0, 123_000)],
)
def test_what_the_seller_pays_back_goes_to_where_the_client_paid_from_and_the_fee_stays(
    world: World, queries: Queries, from_deposit: int, in_deposit: int, through_institution: int
) -> None:
    order = world.delivered(from_deposit=from_deposit)
    ask_to_dissolve(order)
    take_back(order, PRICE)

    refunded(order, PRICE)
    for refund in order.refunds():
        order.answer(Trigger.CONFIRM_REFUND, item=refund)

    view = queries.order(order.id)
    assert (view.state, _case(queries, order)) == (State.DISSOLVED, State.DISSOLVED)
    assert (view.refunded, view.fee_earned) == (Money(PRICE), Money(FEE))
    assert queries.deposit(ANNA).balance == Money(in_deposit)
    assert sum(each.amount.amount for each in view.items_of(TableName.REFUND) if each.amount) == (
        through_institution
    )
    assert balances(queries).get(f"escrow:{order.id}", 0) == 0


@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
def test_what_the_seller_pays_for_the_return_comes_on_top_whichever_comes_first(
    world: World, queries: Queries
) -> None:
    order = world.delivered(from_deposit=23_123)
    ask_to_dissolve(order)
    take_back(order, PRICE, cost=2_000)

    cost_paid(order, 1_500, "rc-1")
    refunded(order, PRICE)
    while_chased = (queries.order(order.id).state, _case(queries, order))
    cost_paid(order, 500, "rc-2")

    assert while_chased == (State.DISSOLVED, State.CHASING)
    assert _case(queries, order) == State.DISSOLVED
    assert queries.deposit(ANNA).balance == Money(23_123 + 2_000)
    assert queries.order(order.id).refunded == Money(23_123)


@pytest.mark.clause("PSR-13-6")
def test_a_part_that_the_institution_cannot_pay_is_credited_once_and_the_rest_is_paid(
    world: World, queries: Queries
) -> None:
    order = world.delivered(from_deposit=23_123)
    ask_to_dissolve(order)
    take_back(order, PRICE)

    refunded(order, 50_000, "sr-1")
    order.answer(Trigger.FAIL_REFUND, item=order.refunds()[0])
    refunded(order, 73_000, "sr-2")
    order.answer(Trigger.CONFIRM_REFUND, item=order.refunds()[0])

    assert queries.deposit(ANNA).balance == Money(50_000)
    assert queries.order(order.id).refunded == Money(PRICE)


@pytest.mark.clause("PSR-13-6")
def test_a_payment_of_the_seller_is_written_once_however_often_it_is_recorded(
    world: World, queries: Queries
) -> None:
    order = world.delivered(from_deposit=WHOLE)
    ask_to_dissolve(order)
    take_back(order, PRICE, cost=2_000)
    refunded(order, 50_000, "sr-1")
    again = order.steps[-1]

    retried = order.commit((again,))
    with pytest.raises(Refused) as caught:
        refunded(order, 50_000, "sr-1")

    assert retried[0].sequence == again.sequence
    assert caught.value.code == RefusalCode.ALREADY_RECORDED
    assert queries.deposit(ANNA).balance == Money(50_000)


@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
def test_the_database_itself_holds_a_payment_of_the_seller_once_whatever_it_was_for(
    world: World,
) -> None:
    order = world.delivered(from_deposit=WHOLE)
    case = ask_to_dissolve(order)
    take_back(order, PRICE, cost=2_000)
    refunded(order, 50_000, "sr-1")
    again = order.steps_of(
        Trigger.RECORD_RETURN_COST,
        commands.ReturnCost(amount=Money(2_000), external_ref="sr-1"),
        item=case,
    )

    with pytest.raises(StepConflictError):
        order.commit(again)


@pytest.mark.clause("PSR-13-4")
def test_evidence_that_comes_late_stays_known_as_late(world: World, queries: Queries) -> None:
    order = world.delivered()
    ask_to_dissolve(order)

    late = commands.MoreEvidence(evidence=("evd_9",))
    of_the_case(order, Trigger.SUPPLEMENT_EVIDENCE, late, by=Role.CLIENT)
    of_the_case(order, Trigger.REFUSE_DISSOLUTION)

    facts = queries.order(order.id).facts
    assert facts.case is not None
    assert (facts.case.late, facts.seller_refused) == (("evd_9",), True)


# ---- one case at a time --------------------------------------------------------------------------


@pytest.mark.clause("PSR-13-4")
def test_the_database_itself_holds_one_open_dissolution_for_an_order(world: World) -> None:
    order = world.delivered()
    ask_to_dissolve(order)

    with pytest.raises(StepConflictError):
        order.commit(order.steps_of(Trigger.REQUEST_DISSOLUTION, ASKED))


@pytest.mark.clause("PSR-12-7")
@pytest.mark.clause("PSR-13-4")
def test_the_database_itself_holds_no_case_of_one_kind_beside_one_of_the_other(
    world: World,
) -> None:
    """Were the guards ever to let a second one through, the books would not."""
    bought, delivered = world.purchased(), world.delivered()
    ask_to_cancel(bought)
    ask_to_dissolve(delivered)

    dissolving = bought.steps_of(Trigger.REQUEST_DISSOLUTION, ASKED)
    cancelling = delivered.steps_of(
        Trigger.REQUEST_CANCELLATION, commands.Noted(), target=State.ASKING_SELLER
    )

    for subject, second in ((bought, dissolving), (delivered, cancelling)):
        with pytest.raises(StepConflictError):
            subject.commit(second)


@pytest.mark.clause("PSR-13-4")
def test_a_case_that_is_over_makes_room_for_the_next(world: World, queries: Queries) -> None:
    order = world.delivered()
    ask_to_dissolve(order)
    of_the_case(order, Trigger.WITHDRAW_DISSOLUTION, by=Role.CLIENT)

    ask_to_dissolve(order)

    states = [each.state for each in queries.order(order.id).items_of(TableName.DISSOLUTION)]
    assert states == [State.WITHDRAWN, State.ASKING_SELLER]
