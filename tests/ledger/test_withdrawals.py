"""Money on its way out of a deposit: every account after each step, by hand."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.book import MovementKind, MovementState
from daigou.domain.ids import MovementRef
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.books import PostgresBooks
from daigou.ledger.queries import Queries
from tests.ledger.account_road import freeze, institution_says, lift, refusal, withdrawal
from tests.ledger.road import (
    ANNA,
    BEN,
    WHOLE,
    World,
    a_cost,
    agree,
    ask_to_cancel,
    settle_case,
)
from tests.ledger.sums import balances

pytestmark = [pytest.mark.usefixtures("proved"), pytest.mark.clause("UA-1-8")]


def test_a_withdrawal_leaves_the_deposit_first_and_the_platform_once_it_is_paid(
    world: World, queries: Queries
) -> None:
    world.recharged(50_000)
    asked = withdrawal(world, 20_000)
    assert balances(queries) == {
        "deposit:cli_anna": -30_000,
        "payment_institution": 50_000,
        f"withdrawal_transit:{asked.id}": -20_000,
    }

    institution_says(asked, Trigger.CONFIRM_WITHDRAWAL)

    assert asked.state == State.PAID_OUT
    assert balances(queries) == {"deposit:cli_anna": -30_000, "payment_institution": 30_000}


def test_a_withdrawal_that_cannot_be_paid_is_in_the_deposit_again(
    world: World, queries: Queries
) -> None:
    world.recharged(50_000)
    asked = withdrawal(world, 50_000)

    institution_says(asked, Trigger.DECLINE_WITHDRAWAL)

    assert asked.state == State.RETURNED
    assert balances(queries) == {"deposit:cli_anna": -50_000, "payment_institution": 50_000}


@pytest.mark.parametrize("answer", [Trigger.CONFIRM_WITHDRAWAL, Trigger.DECLINE_WITHDRAWAL])
def test_while_its_outcome_is_unknown_a_withdrawal_is_nobodys_to_spend(
    world: World, books: PostgresBooks, queries: Queries, answer: Trigger
) -> None:
    world.recharged(50_000)
    asked = withdrawal(world, 50_000)
    for _ in range(2):
        (clock,) = asked.main.running()
        asked.pull(clock.trigger, at=clock.due, by=Role.CLOCK)

    assert (asked.state, asked.sequence) == (State.DUE, 3)
    assert balances(queries)[f"withdrawal_transit:{asked.id}"] == -50_000
    movement, state = books.movement(MovementRef(f"{asked.id}/1"))
    assert (movement.kind, state) == (MovementKind.PAYOUT, MovementState.SENT)
    assert refusal(lambda: withdrawal(world, 100)) == (RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8")
    institution_says(asked, answer)
    left = 0 if answer == Trigger.CONFIRM_WITHDRAWAL else 50_000
    assert balances(queries).get("payment_institution", 0) == left


def test_no_more_is_withdrawn_than_there_is_and_of_ones_own(world: World, queries: Queries) -> None:
    world.recharged(50_000)
    world.recharged(70_000, client=BEN)

    assert refusal(lambda: withdrawal(world, 50_001)) == (RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8")

    withdrawal(world, 70_000, client=BEN)
    assert balances(queries)["deposit:cli_anna"] == -50_000


@pytest.mark.clause("UA-1-19")
def test_what_is_owed_for_a_cancellation_is_not_withdrawn(
    world: World, queries: Queries, engine: Engine
) -> None:
    order = world.purchased(from_deposit=WHOLE)
    ask_to_cancel(order)
    agree(order, 0)
    world.recharged(5_000)
    # While the deposit is frozen, what the cancellation costs is owed: ¥40.
    frozen = freeze(world)
    settle_case(order, engine, a_cost(4_000))
    lift(frozen)
    assert balances(queries)["receivable:cli_anna"] == 4_000

    assert refusal(lambda: withdrawal(world, 1_001)) == (RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-19")

    withdrawal(world, 1_000)
    assert balances(queries)["deposit:cli_anna"] == -4_000
    assert refusal(lambda: withdrawal(world, 100)) == (RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-19")


def test_an_answer_to_another_withdrawal_is_refused(world: World) -> None:
    world.recharged(50_000)
    first, second = withdrawal(world, 20_000), withdrawal(world, 20_000)
    others = commands.Outcome(reference=MovementRef(f"{first.id}/1"), external_ref="ext-1")

    refused = refusal(lambda: second.pull(Trigger.CONFIRM_WITHDRAWAL, others))

    assert refused == (RefusalCode.WRONG_REFERENCE, "PSR-6")


def test_fifty_withdrawals_race_and_the_floor_holds(world: World, queries: Queries) -> None:
    world.recharged(7 * 1_000 + 5)

    def how_it_ends(_: int) -> RefusalCode | None:
        try:
            withdrawal(world, 1_000)
        except Refused as refused:
            return refused.code
        return None

    with ThreadPoolExecutor(50) as threads:
        ends = Counter(threads.map(how_it_ends, range(50)))

    assert ends == {None: 7, RefusalCode.DEPOSIT_TOO_SMALL: 43}
    assert queries.deposit(ANNA).balance == Money(5)
