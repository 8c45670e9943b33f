"""Tips in the books: within the limits under the order's lock, earned or had back, never both."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.ids import TipId
from daigou.domain.money import Money
from daigou.domain.order import CLOCK, Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.sweeps import SweepName
from daigou.domain.terms import VERSIONS, current
from daigou.ledger.audit import audit
from daigou.ledger.books import PostgresBooks
from daigou.ledger.erasing import Erasing, StillRunningError
from daigou.ledger.queries import Queries
from daigou.ledger.watch import PostgresWatch
from daigou.ports.books import StepConflictError
from daigou.ports.watch import START
from tests.ledger.account_road import freeze
from tests.ledger.attack import (
    CHECK,
    FOREIGN_KEY,
    HISTORY,
    READ_MODEL,
    STRANGER,
    Rows,
    Sql,
    composed,
    refused,
    spoiled,
    written,
)
from tests.ledger.road import ANNA, BEN, YIWU, Subject, World, a_tip, sold_out
from tests.ledger.sums import balances, card

LIMITS = "DG021"
THIRTY_DAYS = timedelta(days=30)


def rich(world: World, fen: int = 1_000_00, **changes: Any) -> Subject:
    """A paid order whose client has so much in its deposit beside."""
    order = world.effective(**changes)
    world.recharged(fen, **{name: changes[name] for name in ("client",) if name in changes})
    return order


def have_back(tip: Subject) -> None:
    tip.pull(Trigger.REFUND_TIP, commands.Noted(), by=Role.CLIENT)


def earn(tip: Subject) -> None:
    tip.pull(Trigger.EARN_TIP, at=tip.at + THIRTY_DAYS)


def give_back(tip: Subject) -> None:
    tip.pull(Trigger.RETURN_TIP, commands.Noted(), by=Role.PROVIDER)


def moved(before: dict[str, int], queries: Queries) -> dict[str, int]:
    """What the accounts changed by, debit positive, since they stood like that."""
    now = balances(queries)
    return {
        account: now[account] - before.get(account, 0)
        for account in now
        if now[account] != before.get(account, 0)
    }


# ---- a tip on its way ----------------------------------------------------------------------------


@pytest.mark.clause("PSR-21-1")
@pytest.mark.usefixtures("proved")
def test_a_tip_is_held_from_the_deposit_and_stands_by_its_order(
    world: World, queries: Queries
) -> None:
    order = rich(world)
    before = balances(queries)

    tip = world.tip(order, 50_01)

    view = queries.tip(TipId(tip.id))
    assert moved(before, queries) == {"deposit:cli_anna": 50_01, f"tip_held:{tip.id}": -50_01}
    assert (view.order, view.client, view.provider, view.amount) == (
        order.id,
        ANNA,
        YIWU,
        Money(50_01),
    )
    assert (view.state, view.next_actor, view.terms_version) == (
        State.HELD,
        Role.CLOCK,
        current().version,
    )
    assert [clock.due - view.given_at for clock in view.clocks] == [THIRTY_DAYS]
    assert card(tip.last) == {"held of the tip": "¥50.01"}
    assert queries.order(order.id).tips == (view,)


@pytest.mark.clause("PSR-21-1")
@pytest.mark.clause("PSR-21-2")
@pytest.mark.parametrize(
    ("what", "state", "to_the_provider", "from_the_client"),
    [
        ((have_back,), State.REFUNDED, 0, 0),
        ((earn,), State.EARNED, 50_01, 50_01),
        ((earn, give_back), State.RETURNED, 0, 0),
    ],
    ids=["had back", "earned", "earned and given back"],
)
@pytest.mark.usefixtures("proved")
def test_in_the_end_all_of_it_is_with_one_of_the_two(
    world: World,
    queries: Queries,
    what: tuple[Callable[[Subject], None], ...],
    state: State,
    to_the_provider: int,
    from_the_client: int,
) -> None:
    order = rich(world)
    before = balances(queries)
    tip = world.tip(order, 50_01)

    for each in what:
        each(tip)

    assert queries.tip(TipId(tip.id)).state == state
    assert moved(before, queries) == {
        account: fen
        for account, fen in {
            "deposit:cli_anna": from_the_client,
            "provider:prv_yiwu": -to_the_provider,
        }.items()
        if fen
    }


@pytest.mark.clause("PSR-21-2")
@pytest.mark.usefixtures("proved")
def test_what_nobody_gave_back_is_the_providers_for_good(world: World, queries: Queries) -> None:
    tip = world.tip(rich(world))
    earn(tip)

    tip.pull(Trigger.CLOSE, at=tip.at + THIRTY_DAYS)

    view = queries.tip(TipId(tip.id))
    assert (view.state, view.ended_at, view.next_due_at) == (State.CLOSED, tip.at, None)
    assert card(tip.last) == {"tip, the provider's": "¥50.00"}


@pytest.mark.clause("PSR-21-1")
@pytest.mark.usefixtures("proved")
def test_a_tip_is_given_when_the_order_has_long_ended_and_leaves_it_as_it_was(
    world: World, queries: Queries
) -> None:
    order = rich(world)
    sold_out(order)
    ended = queries.order(order.id)

    world.tip(order)

    assert ended.ended_at is not None
    assert replace(queries.order(order.id), tips=()) == ended


@pytest.mark.clause("PSR-21-1")
def test_a_tip_above_the_deposit_is_refused_and_takes_nothing(
    world: World, queries: Queries
) -> None:
    order = rich(world, 49_99)

    with pytest.raises(Refused) as caught:
        world.tip(order, 50_00)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8")
    assert queries.deposit(ANNA).balance == Money(49_99)
    assert queries.order(order.id).tips == ()


def test_a_frozen_deposit_gives_no_tip_but_takes_one_back(world: World, queries: Queries) -> None:
    order = rich(world)
    tip = world.tip(order)
    freeze(world)

    with pytest.raises(Refused) as caught:
        world.tip(order)
    have_back(tip)

    assert caught.value.code == RefusalCode.ACCOUNT_FROZEN
    assert queries.deposit(ANNA).balance == Money(1_000_00)


@pytest.mark.usefixtures("proved")
def test_a_tip_is_posted_once_however_often_its_step_is_tried(
    world: World, books: PostgresBooks, queries: Queries
) -> None:
    tip = world.tip(rich(world), 50_00)

    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(books.commit, [(tip.steps[-1],)] * 8))

    assert found == {(tip.last,)}
    assert queries.deposit(ANNA).balance == Money(950_00)


def test_who_has_to_know_is_told(world: World, sql: Sql) -> None:
    order = rich(world)
    have_back(world.tip(order))
    returned = world.tip(order)
    earn(returned)
    give_back(returned)

    told = sql.execute(
        "SELECT event, recipient_party FROM notice WHERE subject LIKE 'tip%' ORDER BY event, 2"
    ).fetchall()

    assert told == [
        ("tip.earned", "cli_anna"),
        ("tip.earned", "prv_yiwu"),
        ("tip.given", "prv_yiwu"),
        ("tip.given", "prv_yiwu"),
        ("tip.refunded", "cli_anna"),
        ("tip.refunded", "prv_yiwu"),
        ("tip.returned", "cli_anna"),
        ("tip.returned", "prv_yiwu"),
    ]


@pytest.mark.clause("PSR-21-2")
def test_a_provider_that_is_not_due_so_much_any_more_gives_nothing_back(
    world: World, queries: Queries, sql: Sql
) -> None:
    tip = world.tip(rich(world))
    earn(tip)
    # As if it had been paid out meanwhile.
    sql.execute("SET session_replication_role = replica")
    sql.execute("UPDATE entry SET balance = -4999 WHERE account = 'provider:prv_yiwu'")
    sql.commit()

    with pytest.raises(Refused) as caught:
        give_back(tip)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.DUE_TOO_SMALL, "PSR-21-2")
    assert queries.tip(TipId(tip.id)).state == State.EARNED


# ---- the limits ----------------------------------------------------------------------------------


@pytest.mark.clause("PSR-21-1")
def test_the_books_look_themselves_whether_an_order_can_have_a_tip(
    world: World, queries: Queries
) -> None:
    world.recharged(1_000_00)
    order = world.accepted()  # Whatever the sender of `a_tip` says it saw.

    with pytest.raises(Refused) as caught:
        world.tip(order, 500_01)

    assert [(each.code, each.clause) for each in caught.value.reasons] == [
        (RefusalCode.NOT_IN_THIS_STATE, "PSR-21-1"),
        (RefusalCode.INVALID_REQUEST, "PSR-21-1"),
    ]
    assert queries.order(order.id).tip_grounds == commands.TipGrounds(paid=False, given=0)


def _is_one_too_many(giving: Callable[[], Any]) -> bool:
    try:
        giving()
    except Refused as error:
        if (error.code, error.clause) != (RefusalCode.TOO_MANY_TIPS, "PSR-21-1"):
            raise
        return True
    return False


@pytest.mark.clause("PSR-21-1")
@pytest.mark.usefixtures("proved")
def test_an_order_has_three_tips_and_what_went_back_makes_room(
    world: World, queries: Queries
) -> None:
    order = rich(world)
    first, second, _ = (world.tip(order) for _ in range(3))

    assert _is_one_too_many(lambda: world.tip(order))
    have_back(first)
    assert not _is_one_too_many(lambda: world.tip(order))
    assert _is_one_too_many(lambda: world.tip(order))
    earn(second)
    assert _is_one_too_many(lambda: world.tip(order))
    give_back(second)
    assert not _is_one_too_many(lambda: world.tip(order))
    assert queries.order(order.id).tip_grounds == commands.TipGrounds(paid=True, given=3)
    assert not _is_one_too_many(lambda: world.tip(world.effective()))


@pytest.mark.clause("PSR-21-1")
@pytest.mark.usefixtures("proved")
def test_of_twenty_tips_at_once_three_are_given_and_the_rest_takes_nothing(
    world: World, queries: Queries
) -> None:
    order = rich(world)
    tips = [world.ungiven_tip(order) for _ in range(20)]

    def give(tip: Subject) -> bool:
        return _is_one_too_many(lambda: tip.pull(Trigger.GIVE_TIP, a_tip(order, 5_000)))

    with ThreadPoolExecutor(20) as threads:
        too_many = list(threads.map(give, tips))

    assert Counter(too_many) == {False: 3, True: 17}
    assert queries.deposit(ANNA).balance == Money(1_000_00 - 3 * 50_00)


@pytest.mark.clause("PSR-21-2")
@pytest.mark.usefixtures("proved")
def test_where_a_refund_races_the_clock_one_of_them_is_written_and_the_other_finds_it(
    world: World, books: PostgresBooks, queries: Queries
) -> None:
    before = balances(queries)
    for _ in range(5):
        tip = world.tip(rich(world))
        due = tip.at + THIRTY_DAYS
        back = tip.step(
            Trigger.REFUND_TIP, commands.Noted(), by=Role.CLIENT, at=due - timedelta(microseconds=1)
        )
        earned = tip.step(Trigger.EARN_TIP, at=due, actor=CLOCK, command_id=f"{tip.id}-clock")

        with ThreadPoolExecutor(20) as threads:
            found = list(threads.map(books.commit, [(back,), (earned,)] * 10))

        state = queries.tip(TipId(tip.id)).state
        loser = earned if state == State.REFUNDED else back
        taken_over = [each.instead for (each,) in found if each.instead]
        assert state in (State.REFUNDED, State.EARNED)
        assert len(queries.journals(tip.id)) == 2
        assert len(taken_over) == 10
        assert {each.trigger for each in taken_over} == {
            Trigger.REFUND_TIP if loser is earned else Trigger.EARN_TIP
        }
    assert not any(account.startswith("tip_held") for account in moved(before, queries))


# ---- whoever goes around the one door ------------------------------------------------------------


@pytest.fixture
def giving(world: World, sql: Sql) -> Rows:
    """The rows of a tip that is to be given."""
    order = rich(world)
    return composed(sql, world.ungiven_tip(order).step(Trigger.GIVE_TIP, a_tip(order, 50_00)))


def test_rows_of_a_tip_as_the_door_writes_them_are_taken(giving: Rows, sql: Sql) -> None:
    assert written(sql, giving) is None


@pytest.mark.clause("PSR-21-1")
@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"amount": 99}, LIMITS),
        ({"amount": 500_01}, LIMITS),
        ({"amount": 0}, LIMITS),
        ({"amount": -50_00}, LIMITS),
        ({"client": "cli_ben"}, STRANGER),
        ({"provider": "prv_other"}, STRANGER),
        ({"order_id": "ord_none"}, STRANGER),
        ({"currency": "EUR"}, CHECK),
        ({"state": "earned"}, READ_MODEL),
        ({"state": "refunded"}, CHECK),
        ({"ended_at": "2026-11-22T12:00:00Z"}, CHECK),
        ({"sequence": 2}, FOREIGN_KEY),
    ],
)
def test_the_database_refuses_a_tip_that_must_not_be(
    giving: Rows, sql: Sql, change: Rows, state: str
) -> None:
    assert written(sql, spoiled(giving, "new_own", change=change)) == state


@pytest.mark.clause("PSR-21-1")
def test_the_database_refuses_a_tip_by_terms_that_let_none_be(giving: Rows, sql: Sql) -> None:
    unknown = spoiled(giving, "new_own", change={"terms_version": "2020-01"})

    assert written(sql, unknown) in (LIMITS, FOREIGN_KEY)


@pytest.mark.clause("PSR-21-1")
def test_the_database_refuses_the_fourth_tip_and_one_of_an_order_that_was_not_paid(
    world: World, giving: Rows, sql: Sql
) -> None:
    order, unpaid = rich(world), world.accepted()
    for _ in range(3):
        world.tip(order)

    for other in (order, unpaid):
        assert written(sql, spoiled(giving, "new_own", change={"order_id": other.id})) == LIMITS


def test_what_is_held_for_a_tip_is_of_one_that_there_is(giving: Rows, sql: Sql) -> None:
    held = next(
        number for number, account in enumerate(giving["account"]) if account["kind"] == "tip_held"
    )

    nobodys = spoiled(giving, "account", held, change={"id": "tip_held:x", "owner": "tip_none"})
    orders = spoiled(giving, "account", held, change={"id": "tip_held:y", "owner": "ord_0001"})

    assert written(sql, nobodys) == STRANGER
    assert written(sql, orders) == STRANGER


def test_what_was_given_stays_and_moves_by_steps_alone(world: World, sql: Sql) -> None:
    tip = world.tip(rich(world))

    for change in ("amount = 101", "state = 'refunded', ended_at = now()", "client = 'cli_ben'"):
        assert refused(sql, f"UPDATE tip SET {change}") == READ_MODEL, change
    assert refused(sql, "DELETE FROM tip") == HISTORY
    assert refused(sql, "TRUNCATE tip") == HISTORY
    for column, value in (("amount", 101), ("client", "cli_ben"), ("order_id", "ord_0002")):
        rows = composed(sql, tip.step(Trigger.REFUND_TIP, commands.Noted()))
        assert written(sql, spoiled(rows, "own", change={column: value})) == HISTORY, column


def test_the_databases_limits_are_those_of_the_terms_and_stay(sql: Sql) -> None:
    found = sql.execute(
        "SELECT terms_version, fen_min, fen_max, per_order_max FROM tip_limits"
    ).fetchall()

    assert {row[0]: row[1:] for row in found} == {
        version: (
            terms.limits.tip_fen_min,
            terms.limits.tip_fen_max,
            terms.limits.tips_per_order_max,
        )
        for version, terms in VERSIONS.items()
    }
    assert refused(sql, "UPDATE tip_limits SET fen_max = 1000000") == HISTORY
    assert refused(sql, "DELETE FROM tip_limits") == HISTORY


TAMPERING = {
    "it is said to be refunded": (
        "UPDATE tip SET state = 'refunded', ended_at = now(), next_due_at = NULL,"
        " next_actor = NULL",
        "a tip is where its state says",
    ),
    "its amount is changed": ("UPDATE tip SET amount = 5001", "a tip is where its state says"),
    "it is beyond the limits": (
        "UPDATE tip SET amount = 50001",
        "a tip is within the limits of its terms",
    ),
    "it is another client's": (
        "UPDATE tip SET client = 'cli_ben'",
        "a tip is its order's client's",
    ),
    "its money is another's": (
        "UPDATE entry SET subject = 'ord_0001' WHERE subject LIKE 'tip%'",
        "a tip is where its state says",
    ),
    "it is removed": ("DELETE FROM tip", "stands where its last transition led"),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_with_a_tip_is_found(world: World, engine: Engine, sql: Sql, what: str) -> None:
    tampering, found = TAMPERING[what]
    world.tip(rich(world))
    sql.execute("SET session_replication_role = replica")
    sql.execute(tampering)
    sql.commit()

    report = audit(engine)

    assert any(found in difference for difference in report.differences), str(report)


# ---- what else looks at tips ---------------------------------------------------------------------


def test_tips_are_watched_like_every_subject(world: World, engine: Engine) -> None:
    watch = PostgresWatch(engine)
    order = rich(world)
    open_, over = world.tip(order), world.tip(order)
    have_back(over)

    def late(before: datetime) -> list[tuple[str, str]]:
        found, place = [], START
        while place is not None:
            page = watch.late(SweepName.OVERDUE, before=before, limit=99, after=place)
            found += [(each.subject, each.detail) for each in page.found]
            place = page.after
        return [each for each in found if each[0].startswith("tip")]

    stands = watch.standings([open_.id, over.id])

    assert late(open_.at + THIRTY_DAYS) == []
    assert late(open_.at + THIRTY_DAYS + timedelta(seconds=1)) == [(open_.id, "tip/held")]
    assert {id_: (each.state, each.open) for id_, each in stands.items()} == {
        open_.id: (State.HELD, True),
        over.id: (State.REFUNDED, False),
    }


@pytest.mark.clause("PSR-23")
def test_nobody_is_erased_whose_tip_is_not_over(world: World, engine: Engine) -> None:
    erasing = Erasing(engine)
    order = rich(world, client=BEN)
    tip = world.tip(order)
    sold_out(order)
    for refund in order.refunds():
        order.answer(Trigger.CONFIRM_REFUND, item=refund)

    for party in (BEN, YIWU):
        with pytest.raises(StillRunningError) as running:
            erasing.erase(party=party, author="plt_platform")
        assert running.value.subjects == (tip.id,)
    have_back(tip)

    assert not erasing.erase(party=BEN, author="plt_platform").forced


def test_there_is_no_tip_of_an_order_that_there_is_not(world: World, queries: Queries) -> None:
    with pytest.raises(StepConflictError, match="is about no order"):
        world.tip(world.subject())
    with pytest.raises(LookupError):
        queries.tip(TipId("tip_none"))
