"""Previews in the database: done and undone again, and kept for good as they were shown."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import DriftLimit, LimitPriceDrift
from daigou.domain.ids import OrderId
from daigou.domain.money import Money
from daigou.domain.order import Actor, Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.failures import StepForbiddenError
from daigou.ledger.previews import LIMIT_MAX, Asked, Previews, Shown
from daigou.ledger.queries import Queries
from tests.ledger.road import ANNA, NOON, YIWU, Subject, World, a_price
from tests.ledger.test_guards import CHECK, HISTORY, refused

PROVIDER = Actor(role=Role.PROVIDER, party=YIWU)
LATER = NOON + timedelta(hours=1)


def asked(order: Subject, goods: int, **changes: Any) -> Asked:
    """What the provider's report of a price would do."""
    question = Asked(
        order=OrderId(order.id),
        table=TableName.FULFILMENT,
        item="",
        trigger=Trigger.REPORT_PRICE,
        command=a_price(order, goods),
        actor=PROVIDER,
        at=LATER,
    )
    return replace(question, **changes)


def shown(order: Subject, digest: str = "d" * 64, **changes: Any) -> Shown:
    """A preview that was shown to the provider."""
    preview = Shown(
        order=OrderId(order.id),
        digest=digest,
        sequence=5,
        item="",
        trigger=Trigger.REPORT_PRICE,
        asker=PROVIDER,
        at=NOON,
        answer={"digest": digest, "lines": []},
    )
    return replace(preview, **changes)


# ---- what would be done ------------------------------------------------------------------------


@pytest.mark.clause("PSR-10-2")
def test_a_preview_is_what_is_written_then_and_writes_nothing_itself(
    engine: Engine, world: World
) -> None:
    order, queries = world.effective(from_deposit=123_123), Queries(engine)
    before = queries.journals(order.id), queries.timeline(order.id)

    preview = Previews(engine).of(asked(order, 110_000))
    after = queries.journals(order.id), queries.timeline(order.id)
    order.pull(Trigger.REPORT_PRICE, a_price(order, 110_000, digest=preview.digest))

    assert before == after
    assert (preview.sequence, preview.target) == (order.sequence, State.EFFECTIVE)
    written = [each for each in queries.journals(order.id) if each.sequence == preview.sequence]
    assert [
        (journal.kind, journal.clause, [(leg.account, leg.amount) for leg in journal.legs])
        for journal in written
    ] == [
        (journal.kind, journal.clause, [(leg.account.id, leg.amount) for leg in journal.legs])
        for journal in preview.effects.journals
    ]
    # 120,000 and 3,000 became 110,000 and 3,000: 10,000 go back, and 10 of the fee.
    assert [leg.amount for leg in written[0].legs] == [Money(10_000), Money(10), Money(-10_010)]


@pytest.mark.clause("PSR-10-2")
@pytest.mark.parametrize(
    ("deposit", "target"), [(6_006, State.EFFECTIVE), (6_005, State.AWAITING_TOP_UP)]
)
def test_a_preview_knows_what_the_books_will_let(
    engine: Engine, world: World, deposit: int, target: State
) -> None:
    order = world.effective(from_deposit=123_123)
    order.pull(Trigger.LIMIT_PRICE_DRIFT, LimitPriceDrift(limit=DriftLimit(any=True)))
    world.recharged(deposit)

    # 126,000 and 3,000 cost 6,000 more than agreed, and the fee on them is 6 more.
    preview = Previews(engine).of(asked(order, 126_000))

    assert preview.target == target


@pytest.mark.clause("PSR-10-2")
def test_what_the_rules_forbid_is_refused_as_it_will_be(engine: Engine, world: World) -> None:
    order, previews = world.accepted(), Previews(engine)

    with pytest.raises(Refused) as early:
        previews.of(asked(order, 110_000))
    with pytest.raises(Refused) as nothing:
        previews.of(
            asked(
                order,
                0,
                table=TableName.CANCELLATION,
                item=f"{order.id}/9",
                trigger=Trigger.SETTLE_CANCELLATION,
                command=commands.SettleCancellation(digest=""),
            )
        )
    with pytest.raises(LookupError):
        previews.of(replace(asked(order, 110_000), order=OrderId("ord_nowhere")))

    assert early.value.code == nothing.value.code == RefusalCode.NOT_IN_THIS_STATE
    assert nothing.value.clause == "PSR-12-3"


# ---- what was shown ----------------------------------------------------------------------------


@pytest.mark.clause("PSR-12-3")
def test_what_was_shown_is_kept_once_and_for_good(
    engine: Engine, world: World, sql: psycopg.Connection[Any]
) -> None:
    order, previews = world.effective(), Previews(engine)
    first = shown(order)
    other = replace(
        first, asker=Actor(role=Role.CLIENT, party=ANNA), at=LATER, answer={"other": True}
    )

    assert previews.keep(first) == first
    assert previews.keep(other) == previews.shown(first.order, first.digest) == first
    for change in ("answer = '{}'", "at = now()", "asker_party = 'cli_ben'"):
        assert refused(sql, f"UPDATE preview SET {change}") == HISTORY
    assert refused(sql, "DELETE FROM preview") == HISTORY
    assert refused(sql, "TRUNCATE preview") == HISTORY
    columns = "sequence, item, trigger, asker_role, asker_party, asker_app, at, answer"
    for key in ("'x'", "upper(repeat('d', 64))"):
        copied = f"INSERT INTO preview SELECT subject, {key}, {columns} FROM preview"
        assert refused(sql, copied) == CHECK


def test_what_was_shown_is_of_an_order_that_there_is(engine: Engine, world: World) -> None:
    order, previews = world.effective(), Previews(engine)

    with pytest.raises(StepForbiddenError):
        previews.keep(replace(shown(order), order=OrderId("ord_nowhere")))
    with pytest.raises(LookupError):
        previews.shown(OrderId(order.id), "d" * 64)


def test_what_was_shown_of_an_order_is_listed_the_newest_first(
    engine: Engine, world: World
) -> None:
    order, other, previews = world.effective(), world.effective(), Previews(engine)
    kept = [
        previews.keep(shown(order, digit * 64, at=NOON + timedelta(seconds=second)))
        for digit, second in (("a", 0), ("c", 1), ("b", 1), ("e", 2))
    ]
    previews.keep(shown(other))

    newest = previews.of_order(OrderId(order.id), limit=2)
    rest = previews.of_order(OrderId(order.id), limit=9, starting_after=newest[-1].digest)

    assert newest == (kept[3], kept[1])
    assert rest == (kept[2], kept[0])
    assert len(previews.of_order(OrderId(order.id), limit=LIMIT_MAX + 1)) == 4
    with pytest.raises(LookupError):
        previews.of_order(OrderId(order.id), limit=1, starting_after="d" * 64)
