"""What freezes forbid and what they let through, how they stack and end, in a real database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from daigou.domain import commands
from daigou.domain.commands import Block, FreezeReason
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.queries import Queries
from tests.ledger.account_road import (
    chargeback,
    closure,
    freeze,
    institution_says,
    lift,
    refusal,
    withdrawal,
)
from tests.ledger.road import ANNA, BEN, NOON, WHOLE, Subject, World, pay
from tests.ledger.sums import balances

pytestmark = pytest.mark.usefixtures("proved")

Sql = psycopg.Connection[Any]
EVERYTHING = ("recharge", "service", "use", "withdrawal")


def blocked(world: World, order: Subject) -> dict[str, str]:
    """What is refused to Anna now, by its clause; `order` is one that it could pay."""
    acts: dict[str, Callable[[], object]] = {
        Block.RECHARGE: lambda: world.recharge(500),
        Block.SERVICE: world.order,
        Block.USE: lambda: pay(order, from_deposit=WHOLE),
        Block.WITHDRAWAL: lambda: withdrawal(world, 500),
    }
    forbidden, codes = {}, set()
    for block, act in acts.items():
        try:
            act()
        except Refused as refused:
            codes.add((block == Block.SERVICE, refused.code))
            forbidden[str(block)] = refused.clause
    assert codes <= {(True, RefusalCode.SERVICE_REFUSED), (False, RefusalCode.ACCOUNT_FROZEN)}
    return forbidden


# ---- what each reason forbids ------------------------------------------------------------------


def _inactive(world: World) -> Subject:
    frozen = freeze(world, FreezeReason.INACTIVITY, by=Role.CLOCK, inactive_since=NOON)
    frozen.pull(Trigger.FREEZE_INACTIVE, at=frozen.main.running()[0].due)
    return frozen


def _cancelled(world: World) -> Subject:
    frozen = _inactive(world)
    frozen.pull(Trigger.CANCEL_ACCOUNT, at=frozen.main.running()[0].due)
    return frozen


def _broken(world: World, fen: int = 30_000, by: Role = Role.PROVIDER) -> Subject:
    order = world.purchased()
    return freeze(world, FreezeReason.BREACH, of=order, amount=Money(fen), by=by)


def _owing(world: World) -> Subject:
    disputed = chargeback(world, world.purchased(), WHOLE)
    disputed.pull(Trigger.OFFSET_DEPOSIT)
    return disputed


PLACED: dict[str, tuple[Callable[[World], object], str, tuple[str, ...]]] = {
    "suspicion": (freeze, "UA-1-9", EVERYTHING),
    "a lost credential": (
        lambda world: freeze(world, FreezeReason.LOST_CREDENTIAL, by=Role.CLIENT),
        "UA-1-2",
        EVERYTHING,
    ),
    "a breach": (_broken, "UA-4-5", ("use", "withdrawal")),
    "a warning of inactivity": (
        lambda world: freeze(world, FreezeReason.INACTIVITY, by=Role.CLOCK, inactive_since=NOON),
        "UA-1-15",
        (),
    ),
    "inactivity": (_inactive, "UA-1-15", EVERYTHING),
    "a cancelled account": (_cancelled, "UA-1-15", ("recharge", "service", "use")),
    "a chargeback": (
        lambda world: chargeback(world, world.purchased(), WHOLE),
        "PSR-22-1",
        ("use", "withdrawal"),
    ),
    "a closing": (closure, "UA-1-20", ("recharge", "service")),
    **{
        f"suspicion of {block} alone": (
            lambda world, block=block: freeze(world, blocks=(block,)),  # type: ignore[misc]
            "UA-1-9",
            (str(block),),
        )
        for block in Block
    },
}


@pytest.mark.clause("UA-1-2")
@pytest.mark.clause("UA-1-9")
@pytest.mark.clause("UA-1-15")
@pytest.mark.clause("UA-1-20")
@pytest.mark.clause("UA-4-5")
@pytest.mark.clause("PSR-22-1")
@pytest.mark.parametrize("what", PLACED)
def test_each_reason_forbids_what_it_says_and_names_its_clause(world: World, what: str) -> None:
    place, clause, forbidden = PLACED[what]
    world.recharged(300_000)
    order = world.accepted()

    place(world)

    assert blocked(world, order) == dict.fromkeys(forbidden, clause)


def test_a_freeze_is_of_one_client(world: World) -> None:
    world.recharged(1_000, client=BEN)

    freeze(world)

    withdrawal(world, 1_000, client=BEN)


@pytest.mark.clause("UA-1-9")
def test_a_deposit_is_frozen_before_anything_was_put_in(world: World, queries: Queries) -> None:
    freeze(world)

    assert queries.deposit(ANNA).frozen_for == ("suspicion",)
    assert refusal(lambda: world.recharge(500)) == (RefusalCode.ACCOUNT_FROZEN, "UA-1-9")


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-3")
def test_who_owes_what_was_charged_back_gets_no_service_but_may_recharge(world: World) -> None:
    order = world.accepted()

    _owing(world)

    assert refusal(world.order) == (RefusalCode.SERVICE_REFUSED, "PSR-22-3")
    assert refusal(lambda: withdrawal(world, 100)) == (RefusalCode.ACCOUNT_FROZEN, "PSR-22-1")
    assert refusal(lambda: pay(order, from_deposit=WHOLE)) == (
        RefusalCode.ACCOUNT_FROZEN,
        "PSR-22-1",
    )
    world.recharge(500)


# ---- how they stack ----------------------------------------------------------------------------


@pytest.mark.clause("UA-1-9")
def test_reasons_stack_and_the_account_is_free_when_none_is_left(
    world: World, queries: Queries
) -> None:
    world.recharged(300_000)
    order = world.accepted()
    suspected = freeze(world, blocks=(Block.USE, Block.WITHDRAWAL))
    broken = _broken(world)
    lost = freeze(world, FreezeReason.LOST_CREDENTIAL, by=Role.CLIENT)
    assert queries.deposit(ANNA).frozen_for == ("suspicion", "breach", "lost_credential")
    assert blocked(world, order) == {
        "recharge": "UA-1-2",
        "service": "UA-1-2",
        "use": "UA-1-9",
        "withdrawal": "UA-1-9",
    }

    lift(suspected)
    assert blocked(world, order) == {
        "recharge": "UA-1-2",
        "service": "UA-1-2",
        "use": "UA-4-5",
        "withdrawal": "UA-4-5",
    }
    lift(lost)
    assert queries.deposit(ANNA).frozen_for == ("breach",)
    assert refusal(lambda: withdrawal(world, 100)) == (RefusalCode.ACCOUNT_FROZEN, "UA-4-5")
    lift(broken)

    assert queries.deposit(ANNA).frozen_for == ()
    assert blocked(world, order) == {}


@pytest.mark.clause("UA-1-9")
def test_all_reasons_are_told(world: World) -> None:
    world.recharged(300_000)
    freeze(world)
    freeze(world, FreezeReason.LOST_CREDENTIAL, by=Role.PLATFORM)

    with pytest.raises(Refused) as refused:
        withdrawal(world, 100)

    assert refused.value.detail == (
        "nothing can be taken out of the deposit while the account is frozen"
        " for suspicion (UA-1-9), until the platform has looked into it;"
        " for a lost or misused credential (UA-1-2), until the client has proved who it is, and the"
        " platform says so"
    )


# ---- what comes in -----------------------------------------------------------------------------


@pytest.mark.clause("UA-1-8")
@pytest.mark.clause("UA-1-9")
def test_money_that_was_on_its_way_in_is_credited_whatever_is_frozen(
    world: World, queries: Queries
) -> None:
    before = world.recharge(5_000)
    frozen = freeze(world)

    before.answer(Trigger.CONFIRM_RECHARGE)

    assert balances(queries) == {"deposit:cli_anna": -5_000, "payment_institution": 5_000}
    lift(frozen)
    withdrawal(world, 5_000)


@pytest.mark.clause("UA-1-8")
def test_a_withdrawal_on_its_way_ends_as_the_institution_says_whatever_is_frozen(
    world: World, queries: Queries
) -> None:
    world.recharged(5_000)
    paid, returned = withdrawal(world, 1_000), withdrawal(world, 2_000)

    freeze(world)
    institution_says(paid, Trigger.CONFIRM_WITHDRAWAL)
    institution_says(returned, Trigger.DECLINE_WITHDRAWAL)

    assert balances(queries) == {"deposit:cli_anna": -4_000, "payment_institution": 4_000}


# ---- breach ------------------------------------------------------------------------------------


@pytest.mark.clause("UA-4-5")
@pytest.mark.parametrize(("held", "passed"), [(50_000, 30_000), (10_000, 10_000), (0, 0)])
@pytest.mark.parametrize(
    ("by", "creditor"),
    [(Role.PROVIDER, "provider:prv_yiwu"), (Role.LOGISTICS, "third_party:log_swift")],
)
def test_what_is_owed_by_a_breach_passes_as_far_as_the_deposit_goes(
    world: World, queries: Queries, sql: Sql, held: int, passed: int, by: Role, creditor: str
) -> None:
    if held:
        world.recharged(held)
    broken = _broken(world, by=by)
    before = balances(queries)

    broken.pull(Trigger.TRANSFER_TO_PROVIDER, at=broken.main.running()[0].due, by=Role.CLOCK)

    assert broken.state == State.TRANSFERRED
    moved = {key: fen - before.get(key, 0) for key, fen in balances(queries).items()}
    assert -moved.get(creditor, 0) == passed
    assert -balances(queries).get("deposit:cli_anna", 0) == held - passed
    assert queries.deposit(ANNA).frozen_for == ()
    transferred = sql.execute('SELECT transferred FROM "freeze" WHERE id = %s', (broken.id,))
    assert transferred.fetchone() == (passed,)


@pytest.mark.clause("UA-4-5")
def test_what_a_court_decides_about_waits_for_the_platform(world: World, queries: Queries) -> None:
    world.recharged(50_000)
    broken = _broken(world)
    broken.pull(Trigger.CONTEST_RESTRICTION, commands.Message(note_ref="t"), by=Role.CLIENT)
    for _ in range(2):
        (clock,) = broken.main.running()
        assert clock.trigger == Trigger.ESCALATE
        broken.pull(clock.trigger, at=clock.due, by=Role.CLOCK)
    assert balances(queries)["deposit:cli_anna"] == -50_000

    broken.pull(Trigger.AWARD_SUM, commands.Message(note_ref="t"), by=Role.PLATFORM)

    assert balances(queries)["deposit:cli_anna"] == -20_000
    assert balances(queries)["provider:prv_yiwu"] == -30_000


@pytest.mark.clause("UA-4-5")
def test_a_sum_passes_on_though_the_account_is_frozen_for_more(
    world: World, queries: Queries
) -> None:
    world.recharged(50_000)
    broken = _broken(world)
    freeze(world)

    broken.pull(Trigger.TRANSFER_TO_PROVIDER)

    assert balances(queries)["deposit:cli_anna"] == -20_000
    assert queries.deposit(ANNA).frozen_for == ("suspicion",)


# ---- inactivity --------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-15")
def test_who_is_active_again_is_not_frozen(world: World, queries: Queries) -> None:
    order = world.purchased()
    warned = freeze(world, FreezeReason.INACTIVITY, by=Role.CLOCK, inactive_since=NOON)
    (clock,) = warned.main.running()
    assert queries.deposit(ANNA).frozen_for == ()

    asked = commands.Message(note_ref="txt_0001")
    order.pull(
        Trigger.ASK_QUESTION, asked, by=Role.CLIENT, at=clock.due - timedelta(microseconds=1)
    )
    warned.pull(clock.trigger, at=clock.due, by=Role.CLOCK)

    assert warned.state == State.CALLED_OFF
    assert queries.deposit(ANNA).frozen_for == ()
    freeze(world, FreezeReason.INACTIVITY, by=Role.CLOCK, inactive_since=order.at)


@pytest.mark.clause("UA-1-15")
def test_what_the_client_did_before_the_warning_does_not_call_it_off(world: World) -> None:
    order = world.purchased()
    order.pull(Trigger.ASK_QUESTION, commands.Message(note_ref="t"), by=Role.CLIENT)
    warned = freeze(world, FreezeReason.INACTIVITY, by=Role.CLOCK, inactive_since=order.at)

    warned.pull(Trigger.FREEZE_INACTIVE, at=warned.main.running()[0].due)

    assert warned.state == State.DORMANT


@pytest.mark.clause("UA-1-15")
def test_an_account_is_warned_once_at_a_time(world: World) -> None:
    warned = freeze(world, FreezeReason.INACTIVITY, by=Role.CLOCK, inactive_since=NOON)

    def again() -> Subject:
        return freeze(world, FreezeReason.INACTIVITY, by=Role.CLOCK, inactive_since=NOON)

    assert refusal(again) == (RefusalCode.ALREADY_RECORDED, "UA-1-15")
    warned.pull(Trigger.RECOVER_ACCOUNT, commands.Noted(), by=Role.CLIENT)
    again()


@pytest.mark.clause("UA-1-15")
def test_who_asks_for_a_dormant_account_has_it_again(world: World) -> None:
    world.recharged(300_000)
    order = world.accepted()
    dormant = _inactive(world)

    dormant.pull(Trigger.RECOVER_ACCOUNT, commands.Noted(), by=Role.CLIENT)

    assert dormant.state == State.LIFTED
    assert blocked(world, order) == {}


@pytest.mark.clause("UA-1-15")
def test_what_a_cancelled_account_holds_is_kept_and_can_be_fetched(
    world: World, queries: Queries
) -> None:
    world.recharged(50_000)

    cancelled = _cancelled(world)

    assert cancelled.state == State.CANCELLED
    assert queries.deposit(ANNA).frozen_for == ("inactivity",)
    assert balances(queries) == {"deposit:cli_anna": -50_000, "payment_institution": 50_000}
    institution_says(withdrawal(world, 50_000), Trigger.CONFIRM_WITHDRAWAL)
    assert balances(queries) == {}
    assert refusal(lambda: _inactive(world)) == (RefusalCode.ALREADY_RECORDED, "UA-1-15")
