"""One client's deposit under fire from fifty callers: no fen out of place, and nothing slips past a
freeze."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, event

from daigou.domain import commands
from daigou.domain.commands import Block, FreezeReason
from daigou.domain.ids import MovementRef
from daigou.domain.lifecycle import FREEZE
from daigou.domain.money import Money
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.books import TRIES_MAX, PostgresBooks
from daigou.ledger.engine import make_engine
from daigou.ledger.promotion import Promotion
from daigou.ledger.queries import Queries
from daigou.ports.books import StepConflictError
from tests.ledger.account_road import (
    a_report,
    chargeback,
    freeze,
    heed,
    lift,
    pay_back,
    unborn,
    unreported,
    withdrawal,
)
from tests.ledger.attack import Sql
from tests.ledger.noted import BEGIN_TO_NOTE, NOTED, Notes, used_while_frozen
from tests.ledger.patience import Patience
from tests.ledger.road import ANNA, WHOLE, Subject, World, pay, sold_out
from tests.ledger.sums import balances

pytestmark = pytest.mark.usefixtures("proved")

Act = Callable[[], object]
CALLERS = 50
MONEY = (Block.USE, Block.WITHDRAWAL)


class Callers:
    """Acts that begin at once; whoever finds the books busy asks again, as an activity would."""

    def __init__(self) -> None:
        self._patience = Patience(CALLERS)
        self._together = threading.Barrier(CALLERS)

    def act(self, acts: tuple[Act, ...]) -> RefusalCode | None:
        """One caller's acts, one after the other; the first that is refused is its last."""
        self._together.wait(timeout=30)
        for each in acts:
            try:
                self._patience.ask(each)
            except Refused as refused:
                return refused.code
        return None

    def race(self, callers: list[tuple[Act, ...]]) -> list[RefusalCode | None]:
        """How each caller's acts ended: by what refusal, or well."""
        with ThreadPoolExecutor(CALLERS) as threads:
            ends = list(threads.map(self.act, callers))
        assert [said for said in self._patience.busy if "deadlock" in said] == []
        return ends


@pytest.fixture
def noted(sql: Sql) -> Callable[[], Notes]:
    """What is done to Anna's deposit."""
    sql.execute(BEGIN_TO_NOTE)
    sql.commit()
    return lambda: sql.execute(NOTED, [f"deposit:{ANNA}"]).fetchall()


def for_a_moment(world: World) -> tuple[Act, ...]:
    """Freezes Anna's account, and lifts that again."""
    frozen = unborn(world, "frz", FREEZE)
    asked = commands.PlaceFreeze(client=ANNA, reason=FreezeReason.SUSPICION, blocks=MONEY)
    return partial(frozen.pull, Trigger.PLACE_FREEZE, asked), partial(lift, frozen)


@pytest.mark.clause("UA-1-8")
@pytest.mark.clause("UA-1-9")
@pytest.mark.clause("UA-1-19")
@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-2")
@pytest.mark.timeout(120)
def test_fifty_callers_leave_no_fen_of_a_deposit_out_of_place(
    world: World, queries: Queries, noted: Callable[[], Notes]
) -> None:
    orders = [world.accepted() for _ in range(12)]
    bought = [world.purchased() for _ in range(10)]
    coming = [world.recharge(30_000) for _ in range(10)]
    going = [20_000] * 10
    held = 9 * WHOLE
    world.recharged(held)

    def disputes(number: int, order: Subject) -> tuple[Act, ...]:
        disputed = unreported(world, order, f"dp_{number}")
        report = a_report(order, WHOLE, dispute=f"dp_{number}")
        reported = partial(disputed.pull, Trigger.REPORT_CHARGEBACK, report)
        if number % 2:
            return reported, partial(pay_back, disputed, deposit=WHOLE)
        return reported, partial(disputed.pull, Trigger.OFFSET_DEPOSIT)

    callers: list[tuple[Act, ...]] = [
        *((partial(pay, order, from_deposit=WHOLE),) for order in orders),
        *(disputes(number, order) for number, order in enumerate(bought)),
        *((partial(each.answer, Trigger.CONFIRM_RECHARGE),) for each in coming),
        *((partial(withdrawal, world, fen),) for fen in going),
        *(for_a_moment(world) for _ in range(8)),
    ]
    ends = Callers().race(callers)

    paid = sum(end is None for end in ends[:12])
    took = sum(end is None for end in ends[32:42])
    after = balances(queries)
    owed = [
        after.get(f"charged_back:cbk_{order.id[4:]}.dp_{n}", 0) for n, order in enumerate(bought)
    ]
    whole = held + 10 * 30_000
    assert -after.get("deposit:cli_anna", 0) == (
        whole - paid * WHOLE - took * 20_000 - (10 * WHOLE - sum(owed))
    )
    assert after["payment_institution"] == whole
    assert used_while_frozen(noted()) == []
    assert set(ends) <= {None, RefusalCode.ACCOUNT_FROZEN, RefusalCode.DEPOSIT_TOO_SMALL}
    assert ends[22:32] == [None] * 10
    assert ends[42:] == [None] * 8
    reported = [end for number, end in enumerate(ends[12:22]) if not number % 2]
    assert reported == [None] * 5


@pytest.mark.clause("UA-1-9")
@pytest.mark.clause("UA-4-5")
@pytest.mark.timeout(120)
def test_freezes_race_withdrawals_and_payments_and_let_none_slip_past(
    world: World, queries: Queries, noted: Callable[[], Notes]
) -> None:
    orders = [world.accepted() for _ in range(20)]
    world.recharged(20 * WHOLE + 25 * 1_000)
    frozen = [
        (partial(freeze, world),),
        (partial(freeze, world, FreezeReason.LOST_CREDENTIAL),),
        (partial(freeze, world, blocks=(Block.WITHDRAWAL,)),),
        for_a_moment(world),
        for_a_moment(world),
    ]

    callers: list[tuple[Act, ...]] = [
        *((partial(pay, order, from_deposit=WHOLE),) for order in orders),
        *((partial(withdrawal, world, 1_000),) for _ in range(25)),
        *frozen,
    ]
    ends = Callers().race(callers)

    assert set(ends[:45]) <= {None, RefusalCode.ACCOUNT_FROZEN}
    assert ends[45:] == [None] * 5
    assert used_while_frozen(noted()) == []
    assert [row[0] for row in noted()].count("used") == ends[:45].count(None)
    assert queries.deposit(ANNA).balance == Money(
        20 * WHOLE + 25_000 - ends[:20].count(None) * WHOLE - ends[20:45].count(None) * 1_000
    )
    assert sorted(queries.deposit(ANNA).frozen_for) == ["lost_credential", "suspicion", "suspicion"]


@pytest.mark.clause("PSR-22-1")
@pytest.mark.timeout(120)
def test_fifty_chargebacks_of_one_payment_never_take_more_than_it_was(
    world: World, queries: Queries
) -> None:
    order = world.purchased()
    callers = [unreported(world, order, f"dp_{number}") for number in range(CALLERS)]

    def report(number: int) -> Act:
        said = a_report(order, 10_000, dispute=f"dp_{number}")
        return partial(callers[number].pull, Trigger.REPORT_CHARGEBACK, said)

    ends = Callers().race([(report(number),) for number in range(CALLERS)])

    assert Counter(ends) == {None: 12, RefusalCode.INVALID_REQUEST: 38}
    assert balances(queries)["payment_institution"] == WHOLE - 120_000


@pytest.mark.clause("PSR-22-3")
@pytest.mark.timeout(120)
def test_new_accounts_are_opened_by_many_at_once_without_a_deadlock(world: World) -> None:
    """Each step opens accounts that the others need as well: nothing of them is there before."""
    refunds = []
    for order in [world.effective() for _ in range(15)]:
        sold_out(order)
        refunds.append((order, order.refunds()[0]))
    coming = [world.recharge(5_000) for _ in range(15)]
    sellable, others = [[world.purchased() for _ in range(10)] for _ in range(2)]
    just = [chargeback(world, each, 1_000, dispute=f"dp_{each.id}") for each in others]
    for order in sellable:
        disputed = chargeback(world, order, 1_000, dispute=f"dp_{order.id}")
        disputed.pull(Trigger.OFFSET_DEPOSIT)
        heed(order, disputed)
    sold = commands.DisposeGoods(
        proceeds=Money(7_000), storage_costs=Money(500), external_ref="buyer-1"
    )
    found = commands.Message(note_ref="txt_0001")

    ends = Callers().race(
        [
            *((partial(each.answer, Trigger.FAIL_REFUND, item=item),) for each, item in refunds),
            *((partial(each.answer, Trigger.CONFIRM_RECHARGE),) for each in coming),
            *((partial(each.pull, Trigger.DISPOSE_GOODS, sold),) for each in sellable),
            *((partial(each.pull, Trigger.FIND_JUST_CAUSE, found),) for each in just),
        ]
    )

    assert set(ends) == {None}


@pytest.mark.clause("PSR-22-3")
@pytest.mark.timeout(60)
def test_a_step_opens_no_account_before_it_has_the_deposits_lock(world: World, sql: Sql) -> None:
    """Else it would wait for the deposit of one who waits for the account that it opened."""
    order = world.purchased()
    disputed = chargeback(world, order, 1_000)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    heed(order, disputed)
    sold = commands.DisposeGoods(
        proceeds=Money(7_000), storage_costs=Money(500), external_ref="buyer-1"
    )
    sql.execute("SELECT FROM account WHERE id = 'deposit:cli_anna' FOR NO KEY UPDATE")

    with ThreadPoolExecutor(1) as thread:
        selling = thread.submit(order.pull, Trigger.DISPOSE_GOODS, sold)
        while not sql.execute(
            "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database()"
        ).rowcount:
            assert not selling.done()
        sql.execute("SET lock_timeout = '1s'")
        sql.execute(
            "INSERT INTO account VALUES ('third_party:sto_ningbo', 'third_party', 'sto_ningbo',"
            " now()) ON CONFLICT DO NOTHING"
        )
        sql.commit()
        selling.result()

    assert order.state == State.DISPOSED


# ---- a step that is overtaken ------------------------------------------------------------------


@pytest.fixture
def other_books(database_url: str) -> Iterator[World]:
    """Somebody else at the same books."""
    engine = make_engine(database_url)
    other = World(books=PostgresBooks(engine), promotion=Promotion(engine))
    next(other._ids)
    yield other
    engine.dispose()


@pytest.mark.clause("UA-1-19")
@pytest.mark.parametrize("times", [1, TRIES_MAX - 1, TRIES_MAX])
def test_a_step_that_recharges_overtake_is_written_by_what_they_left(
    world: World, engine: Engine, queries: Queries, other_books: World, times: int
) -> None:
    order = world.effective()
    disputed = chargeback(world, order, 100_000)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    heed(order, disputed)
    coming = [world.recharge(1_000) for _ in range(times)]
    for each in coming:
        each.commit = other_books.books.commit

    def overtake(*said: Any) -> None:
        if coming and said[2].startswith("SELECT write_step"):
            coming.pop().answer(Trigger.CONFIRM_RECHARGE)

    event.listen(engine, "before_cursor_execute", overtake)

    if times == TRIES_MAX:
        with pytest.raises(StepConflictError):
            sold_out(order)
        return
    sold_out(order)

    assert order.state == State.UNREALIZABLE
    assert balances(queries) == {
        "deposit:cli_anna": -times * 1_000,
        "payment_institution": 23_123 + times * 1_000,
        f"refund_transit:{order.id}": -23_123,
    }
    disputed.pull(Trigger.COLLECT_DEBT)
    assert disputed.state == State.COVERED


@pytest.mark.clause("PSR-22-1")
def test_a_payment_that_is_answered_twice_at_once_is_taken_once(
    world: World, queries: Queries
) -> None:
    order = world.purchased()
    disputed = chargeback(world, order, WHOLE)
    pay_back(disputed, institution=WHOLE)
    step = disputed.step(
        Trigger.CONFIRM_CHARGEBACK_PAYMENT,
        commands.Outcome(reference=MovementRef(f"{disputed.id}/2"), external_ref="ext-1"),
    )

    ends = Callers().race([(partial(world.books.commit, (step,)),)] * CALLERS)

    assert balances(queries)["payment_institution"] == WHOLE
    assert set(ends) == {None}
