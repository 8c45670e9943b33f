"""Promoters' engagements: by whose word a promoter earns, from when on, and what it earned."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.engagements import EngagementReason, EngagementState, EngagementWord
from daigou.domain.ids import EngagementId, OrderId, PartyId
from daigou.domain.money import Money
from daigou.domain.order import Role, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.engagements import Engagements
from daigou.ledger.promotion import Promotion
from daigou.ledger.promotion_views import EngagementView
from daigou.ledger.queries import Queries
from daigou.ledger.registry import Registry, RegistryConflictError
from tests.ledger.attack import (
    CHAIN,
    CHECK,
    ENGAGEMENT,
    HISTORY,
    STRANGER,
    Sql,
    composed,
    refused,
    spoiled,
    written,
)
from tests.ledger.road import (
    ANNA,
    BUND,
    MIA,
    MIAS_ENGAGEMENT,
    NOON,
    PLATFORM,
    WHOLE,
    YIWU,
    Subject,
    World,
    earn,
    pay,
    sold_out,
)
from tests.ledger.sums import balances

pytestmark = pytest.mark.usefixtures("proved")

LEE, OTHER_PSP = PartyId("pro_lee"), PartyId("psp_other")
LEES = EngagementId("eng_lee_bund")
SECOND = timedelta(seconds=1)
INSTANT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _lee(engine: Engine) -> None:
    """A promoter without an engagement, and another promotion provider."""
    registry = Registry(engine)
    for id_, role in (
        (LEE, Role.PROMOTER),
        (OTHER_PSP, Role.PROMOTION_PROVIDER),
    ):
        registry.register_party(id=id_, role=role, country="CN", name=str(id_))


def propose(engagements: Engagements, **changes: Any) -> EngagementView:
    said = {
        "id": LEES,
        "promoter": LEE,
        "promotion_provider": BUND,
        "author": BUND,
        "command_id": "propose",
        "at": NOON,
    }
    return engagements.propose(**said | changes)


REASONS = {
    EngagementWord.ACTIVATE: EngagementReason.AGREED,
    EngagementWord.SUSPEND: EngagementReason.SUSPICION,
    EngagementWord.END: EngagementReason.NOTICE_GIVEN,
}


def say(
    engagements: Engagements,
    word: EngagementWord,
    at: datetime,
    *,
    engagement: EngagementId = LEES,
    author: PartyId = BUND,
    reason: EngagementReason | None = None,
    command_id: str = "",
) -> EngagementView:
    return engagements.say(
        engagement,
        word=word,
        reason=reason or REASONS[word],
        author=author,
        command_id=command_id or f"{word} {at}",
        at=at,
    )


def brought(engagements: Engagements, state: EngagementState) -> datetime:
    """Brings Lee's engagement into a state; the moment of the last word."""
    propose(engagements)
    way = {
        EngagementState.PROPOSED: (),
        EngagementState.ACTIVE: (EngagementWord.ACTIVATE,),
        EngagementState.SUSPENDED: (EngagementWord.ACTIVATE, EngagementWord.SUSPEND),
        EngagementState.ENDED: (EngagementWord.END,),
    }[state]
    for number, word in enumerate(way, 1):
        say(engagements, word, NOON + number * SECOND)
    return NOON + len(way) * SECOND


# ---- how they change ---------------------------------------------------------------------------


@pytest.mark.clause("UA-1-11-13")
def test_engagement_keeps_every_word_that_was_said_of_it(engagements: Engagements) -> None:
    brought(engagements, EngagementState.SUSPENDED)
    cleared = say(
        engagements,
        EngagementWord.ACTIVATE,
        NOON + timedelta(days=1),
        author=PLATFORM,
        reason=EngagementReason.CLEARED,
    )

    assert cleared.state == EngagementState.ACTIVE
    assert [(each.state, each.reason, each.author, each.at) for each in cleared.changes] == [
        ("proposed", "agreed", BUND, NOON),
        ("active", "agreed", BUND, NOON + SECOND),
        ("suspended", "suspicion", BUND, NOON + 2 * SECOND),
        ("active", "cleared", PLATFORM, NOON + timedelta(days=1)),
    ]
    assert {each.clause for each in cleared.changes} == {"UA-1-11-13"}
    assert engagements.engagement(LEES) == cleared
    assert engagements.engagements(promoter=LEE) == (cleared,)
    assert len(engagements.engagements(promotion_provider=BUND)) == 2


@pytest.mark.clause("UA-1-11-13")
def test_same_word_counts_once(engagements: Engagements) -> None:
    first = propose(engagements)
    assert propose(engagements, at=NOON + SECOND) == first
    active = say(engagements, EngagementWord.ACTIVATE, NOON + SECOND, command_id="again")

    assert (
        say(engagements, EngagementWord.ACTIVATE, NOON + 9 * SECOND, command_id="again") == active
    )
    assert len(active.changes) == 2


@pytest.mark.clause("UA-1-11-13")
@pytest.mark.parametrize("author", [YIWU, MIA, LEE, OTHER_PSP])
def test_nobody_but_its_promotion_provider_and_the_platform_changes_it(
    engagements: Engagements, author: PartyId
) -> None:
    with pytest.raises(Refused) as proposed:
        propose(engagements, author=author)
    propose(engagements)
    with pytest.raises(Refused) as activated:
        say(engagements, EngagementWord.ACTIVATE, NOON + SECOND, author=author)

    for each in (proposed, activated):
        assert (each.value.code, each.value.clause) == (
            RefusalCode.NOT_YOUR_ROLE,
            "UA-1-11-13",
        )
    assert engagements.engagement(LEES).state == EngagementState.PROPOSED


@pytest.mark.clause("UA-1-11-13")
@pytest.mark.parametrize("before", [-SECOND, -INSTANT, timedelta()])
def test_no_word_is_given_for_a_moment_before_the_last(
    engagements: Engagements, before: timedelta
) -> None:
    last = brought(engagements, EngagementState.ACTIVE)

    with pytest.raises(Refused) as refused:
        say(engagements, EngagementWord.SUSPEND, last + before)

    assert refused.value.code == RefusalCode.ENGAGEMENT_NOT_POSSIBLE
    say(engagements, EngagementWord.SUSPEND, last + INSTANT)


@pytest.mark.clause("UA-1-11-13")
@pytest.mark.parametrize("state", ["proposed", "active", "suspended"])
def test_promoter_has_one_engagement_at_a_time(
    engagements: Engagements, state: EngagementState
) -> None:
    last = brought(engagements, EngagementState(state))
    second = {
        "id": EngagementId("eng_lee_other"),
        "promotion_provider": OTHER_PSP,
        "author": OTHER_PSP,
    }

    with pytest.raises(Refused) as refused:
        propose(engagements, **second, at=last + SECOND)
    assert refused.value.code == RefusalCode.ENGAGEMENT_NOT_POSSIBLE

    say(engagements, EngagementWord.END, last + SECOND)
    with pytest.raises(Refused):
        propose(engagements, **second, at=last + SECOND)
    assert propose(engagements, **second, at=last + 2 * SECOND).state == EngagementState.PROPOSED


def test_other_parties_under_the_id_of_an_engagement_change_nothing(
    engagements: Engagements,
) -> None:
    first = propose(engagements)

    with pytest.raises(RegistryConflictError):
        propose(engagements, promotion_provider=OTHER_PSP, author=OTHER_PSP)
    with pytest.raises(LookupError):
        say(engagements, EngagementWord.END, NOON, engagement=EngagementId("eng_none"))

    assert engagements.engagements(promoter=LEE) == (first,)


@pytest.mark.parametrize(
    "parties",
    [{"promoter": PartyId("pro_none")}, {"promoter": YIWU}, {"promotion_provider": PLATFORM}],
)
def test_engagement_is_between_registered_parties(
    engagements: Engagements, parties: dict[str, PartyId]
) -> None:
    with pytest.raises(Refused) as refused:
        propose(engagements, **parties)

    assert refused.value.code == RefusalCode.INVALID_REQUEST


@pytest.mark.clause("UA-1-11-13")
def test_of_twenty_that_propose_at_once_one_gets_the_promoter(engagements: Engagements) -> None:
    def attempt(number: int) -> str | None:
        try:
            id_ = EngagementId(f"eng_race_{number:02d}")
            propose(engagements, id=id_, at=NOON + number * SECOND)
        except Refused as refused:
            return refused.code
        return None

    with ThreadPoolExecutor(20) as threads:
        ends = list(threads.map(attempt, range(20)))

    assert ends.count(None) == 1
    assert ends.count(RefusalCode.ENGAGEMENT_NOT_POSSIBLE) == 19
    assert len(engagements.engagements(promoter=LEE)) == 1


@pytest.mark.clause("UA-1-11-13")
def test_of_twenty_that_suspend_and_end_at_once_each_sees_what_the_last_one_said(
    engagements: Engagements,
) -> None:
    brought(engagements, EngagementState.ACTIVE)

    def attempt(number: int) -> None:
        word = EngagementWord.END if number % 2 else EngagementWord.SUSPEND
        with suppress(Refused):
            say(engagements, word, NOON + timedelta(minutes=number), command_id=f"race {number}")

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(attempt, range(1, 21)))

    states = [each.state for each in engagements.engagement(LEES).changes]
    assert states.count(EngagementState.ENDED) == 1
    assert states[-1] == EngagementState.ENDED
    assert states.count(EngagementState.SUSPENDED) <= 1


# ---- what they are for -------------------------------------------------------------------------


@pytest.fixture
def _contract(world: World) -> None:
    """Lee's with the provider: a tenth of its fees, from well before."""
    world.contract(promoter=LEE, begins_at=NOON - timedelta(days=1))


def paid_at(world: World, at: datetime, promoter: PartyId = LEE) -> Subject:
    """An order that the promoter won, paid from the deposit at that very moment."""
    world.recharged(WHOLE)
    order = world.accepted(promoter=promoter)
    pay(order, from_deposit=WHOLE, at=at)
    return order


def rate_of(queries: Queries, order: Subject) -> Fraction | None:
    return queries.order(OrderId(order.id)).brokerage_rate


@pytest.mark.clause("UA-1-11-13")
@pytest.mark.clause("PSR-19")
@pytest.mark.parametrize(
    ("state", "rate"),
    [
        (None, Fraction(0)),
        (EngagementState.PROPOSED, Fraction(0)),
        (EngagementState.ACTIVE, Fraction(1, 10)),
        (EngagementState.SUSPENDED, Fraction(0)),
        (EngagementState.ENDED, Fraction(0)),
    ],
)
@pytest.mark.usefixtures("_contract")
def test_promoter_earns_while_it_is_active_alone(
    world: World,
    engagements: Engagements,
    queries: Queries,
    state: EngagementState | None,
    rate: Fraction,
) -> None:
    if state is not None:
        brought(engagements, state)

    order = paid_at(world, NOON + timedelta(hours=1))
    earn(order)

    assert rate_of(queries, order) == rate
    # A tenth of the fee of 123 is 12.3.
    earned = 12 if rate else 0
    assert balances(queries).get("promoter:pro_lee", 0) == -earned
    assert balances(queries)["provider:prv_yiwu"] == -123 + earned


@pytest.mark.clause("UA-1-11-13")
@pytest.mark.clause("PSR-19")
@pytest.mark.usefixtures("_contract")
def test_word_counts_from_its_very_instant_on(
    world: World, engagements: Engagements, queries: Queries
) -> None:
    propose(engagements)
    say(engagements, EngagementWord.ACTIVATE, NOON + 10 * SECOND)
    say(engagements, EngagementWord.SUSPEND, NOON + 20 * SECOND)
    say(
        engagements,
        EngagementWord.ACTIVATE,
        NOON + 30 * SECOND,
        reason=EngagementReason.CLEARED,
    )
    say(engagements, EngagementWord.END, NOON + 40 * SECOND)

    tenth, none = Fraction(1, 10), Fraction(0)
    for seconds, before, at in (
        (10, none, tenth),
        (20, tenth, none),
        (30, none, tenth),
        (40, tenth, none),
    ):
        moment = NOON + seconds * SECOND
        assert rate_of(queries, paid_at(world, moment - INSTANT)) == before, seconds
        assert rate_of(queries, paid_at(world, moment)) == at, seconds


@pytest.mark.clause("PSR-19")
@pytest.mark.usefixtures("_contract")
def test_order_that_was_paid_before_a_suspension_keeps_its_rate(
    world: World, engagements: Engagements, queries: Queries
) -> None:
    brought(engagements, EngagementState.ACTIVE)
    order = paid_at(world, NOON + 2 * SECOND)
    say(engagements, EngagementWord.SUSPEND, NOON + 3 * SECOND)
    earn(order)

    assert balances(queries)["promoter:pro_lee"] == -12


@pytest.mark.clause("PSR-19")
@pytest.mark.usefixtures("_contract")
def test_word_that_comes_while_a_payment_is_written_is_heeded(
    world: World, engagements: Engagements, queries: Queries, sql: Sql
) -> None:
    brought(engagements, EngagementState.ACTIVE)
    order = world.accepted(promoter=LEE)
    world.recharged(WHOLE)
    at = NOON + timedelta(hours=1)
    step = order.step(Trigger.PAY, commands.Pay(from_deposit=Money(WHOLE)), at=at)
    looked = composed(sql, step)
    say(engagements, EngagementWord.SUSPEND, at)

    # What looked before the word is refused; the door looks again.
    assert written(sql, looked) == CHAIN
    pay(order, from_deposit=WHOLE, at=at)
    assert rate_of(queries, order) == Fraction(0)


@pytest.mark.clause("UA-1-11-13")
@pytest.mark.usefixtures("_contract")
def test_brokerage_runs_through_the_engagement_under_which_the_order_was_paid(
    world: World, engagements: Engagements
) -> None:
    brought(engagements, EngagementState.ACTIVE)
    first = paid_at(world, NOON + 2 * SECOND)
    given_back = paid_at(world, NOON + 2 * SECOND)
    say(engagements, EngagementWord.END, NOON + 3 * SECOND)
    paid_at(world, NOON + 4 * SECOND)
    other = EngagementId("eng_lee_other")
    propose(
        engagements,
        id=other,
        promotion_provider=OTHER_PSP,
        author=OTHER_PSP,
        at=NOON + 5 * SECOND,
    )
    say(
        engagements,
        EngagementWord.ACTIVATE,
        NOON + 6 * SECOND,
        engagement=other,
        author=OTHER_PSP,
    )
    second = paid_at(world, NOON + 7 * SECOND)
    for order in (first, second):
        earn(order)
    sold_out(given_back)

    def got(engagement: EngagementId) -> list[tuple[str, Money, Money]]:
        return [
            (each.order, each.fee_earned, each.brokerage)
            for each in engagements.brokerage(engagement)
        ]

    assert got(LEES) == [
        (first.id, Money(123), Money(12)),
        (given_back.id, Money(0), Money(0)),
    ]
    assert got(other) == [(second.id, Money(123), Money(12))]
    assert got(MIAS_ENGAGEMENT) == []
    assert engagements.brokerage(LEES)[0].rate == Fraction(1, 10)
    (rest,) = engagements.brokerage(LEES, starting_after=OrderId(first.id), limit=1)
    assert rest.order == given_back.id


# ---- a rate that changes -----------------------------------------------------------------------


@pytest.mark.clause("PSR-19")
def test_changed_rate_counts_from_its_instant_on(
    world: World, promotion: Promotion, queries: Queries
) -> None:
    world.contract(Fraction(1, 10))
    (first,) = promotion.contracts(promoter=MIA)
    since = NOON + timedelta(hours=1)

    second = promotion.change_rate(first.id, rate=Fraction(1, 2), since=since)

    assert promotion.change_rate(first.id, rate=Fraction(1, 2), since=since) == second
    assert (second.replaces, second.begins_at, second.ends_at) == (first.id, since, None)
    before, at = (paid_at(world, moment, MIA) for moment in (since - INSTANT, since))
    assert (rate_of(queries, before), rate_of(queries, at)) == (Fraction(1, 10), Fraction(1, 2))
    for other in ({"rate": Fraction(1, 3)}, {"since": since + SECOND}):
        with pytest.raises(RegistryConflictError):
            promotion.change_rate(first.id, **{"rate": Fraction(1, 2), "since": since} | other)
    with pytest.raises(LookupError):
        promotion.change_rate(second.id + 1, rate=Fraction(1, 2), since=since)
    assert [each.id for each in promotion.contracts(promoter=MIA)] == [second.id, first.id]


@pytest.mark.clause("PSR-19")
def test_contract_that_was_ended_changes_its_rate_no_more(
    world: World, promotion: Promotion
) -> None:
    world.contract()
    (contract,) = promotion.contracts(promoter=MIA)
    promotion.end_contract(contract.id, ends_at=NOON + timedelta(days=1))

    with pytest.raises(RegistryConflictError):
        promotion.change_rate(contract.id, rate=Fraction(1, 2), since=NOON + timedelta(days=1))

    assert len(promotion.contracts(promoter=MIA)) == 1


# ---- by those who go around the door -----------------------------------------------------------


CHANGE = (
    "INSERT INTO engagement_change"
    " (engagement, sequence, state, reason, clause, author, command_id, at)"
    " VALUES ('eng_lee_bund', {}, '{}', 'agreed', 'UA-1-11-13', '{}', 'x', '{}')"
)
NEXT = {
    "proposed": {"active", "ended"},
    "active": {"suspended", "ended"},
    "suspended": {"active", "ended"},
    "ended": set[str](),
}


@pytest.mark.clause("UA-1-11-13")
@pytest.mark.parametrize("state", NEXT)
def test_database_lets_an_engagement_change_as_is_written_alone(
    engagements: Engagements, sql: Sql, state: str
) -> None:
    last = brought(engagements, EngagementState(state))
    number = len(engagements.engagement(LEES).changes) + 1
    later = last + SECOND
    for author in (YIWU, LEE, MIA, OTHER_PSP, ANNA):
        for target in NEXT[state]:
            change = CHANGE.format(number, target, author, later)
            assert refused(sql, change) == ENGAGEMENT, (author, target)
    for target in {*NEXT, "new"} - NEXT[state]:
        change = CHANGE.format(number, target, BUND, later)
        assert refused(sql, change) in {ENGAGEMENT, CHECK}, target
    for target in NEXT[state]:
        assert refused(sql, CHANGE.format(number, target, BUND, last)) == ENGAGEMENT
        assert refused(sql, CHANGE.format(number + 1, target, BUND, later)) == CHAIN
        assert refused(sql, CHANGE.format(number - 1, target, BUND, later)) == CHAIN
    for target in sorted(NEXT[state])[:1]:
        assert refused(sql, CHANGE.format(number, target, PLATFORM, later)) is None


@pytest.mark.clause("UA-1-11-13")
def test_what_was_said_stays_said(engagements: Engagements, sql: Sql) -> None:
    brought(engagements, EngagementState.ACTIVE)

    for attack in (
        "UPDATE engagement_change SET at = at + interval '1 s'",
        "UPDATE engagement_change SET state = 'active'",
        "UPDATE promoter_engagement SET promotion_provider = 'psp_other'",
        "DELETE FROM engagement_change",
        "DELETE FROM promoter_engagement",
        "TRUNCATE promoter_engagement CASCADE",
    ):
        assert refused(sql, attack) == HISTORY, attack


@pytest.mark.clause("UA-1-11-13")
def test_engagement_that_nobody_proposed_is_none(sql: Sql) -> None:
    opening = "INSERT INTO promoter_engagement VALUES ('{}', '{}', '{}')"

    assert refused(sql, opening.format("eng_lee1", LEE, BUND)) == ENGAGEMENT
    assert refused(sql, opening.format("eng_lee1", YIWU, BUND)) == STRANGER
    assert refused(sql, opening.format("eng_lee1", LEE, YIWU)) == STRANGER
    assert refused(sql, opening.format("lee", LEE, BUND)) == CHECK


@pytest.mark.clause("UA-1-11-13")
def test_nobody_signs_a_direct_contract_any_more(sql: Sql) -> None:
    signing = (
        "INSERT INTO brokerage_contract"
        " (promoter, provider, numerator, denominator, begins_at, direct, replaces)"
        " VALUES ('pro_lee', 'prv_yiwu', 1, 10, now(), {})"
    )

    assert refused(sql, signing.format("true, NULL")) == ENGAGEMENT
    assert refused(sql, signing.format("false, 1")) == HISTORY
    assert refused(sql, signing.format("false, NULL")) is None
    assert refused(sql, "UPDATE brokerage_contract SET direct = true, ends_at = now()") == HISTORY


@pytest.mark.clause("PSR-19")
@pytest.mark.usefixtures("_contract")
def test_rate_on_an_order_is_the_one_in_force_whatever_the_step_believed(
    world: World, engagements: Engagements, sql: Sql
) -> None:
    brought(engagements, EngagementState.ACTIVE)
    world.recharged(WHOLE)
    order = world.accepted(promoter=LEE)
    step = order.step(Trigger.PAY, commands.Pay(from_deposit=Money(WHOLE)), at=NOON + 5 * SECOND)
    rows = composed(sql, step)

    for numerator, denominator in ((0, 1), (1, 5), (1, 1)):
        change = {"brokerage_numerator": numerator, "brokerage_denominator": denominator}
        assert written(sql, spoiled(rows, "order", change=change)) == CHAIN
    assert written(sql, rows) is None
    turn = "UPDATE purchase_order SET brokerage_engagement = '{}'"
    assert refused(sql, turn.format(MIAS_ENGAGEMENT)) == HISTORY
