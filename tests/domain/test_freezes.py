"""A freeze by its reason: who places and lifts it, what it forbids, and where its time leads."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from daigou.domain import commands, postings
from daigou.domain.account_facts import Frozen
from daigou.domain.book import Account, AccountKind, Book, JournalKind, Personal
from daigou.domain.clocks import Timing, clocks_after, running
from daigou.domain.commands import Block, Command, FreezeReason, PlaceFreeze
from daigou.domain.facts import Facts
from daigou.domain.freezes import FREEZES, blocked, blocked_by
from daigou.domain.ids import OrderId, PartyId, SubjectId
from daigou.domain.lifecycle import FREEZE
from daigou.domain.lifecycle.table import Row
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import all_legs
from tests.domain.samples import NOON, PLACED_BY, SUSPICION, TERMS, a_freeze

TICK = timedelta(microseconds=1)
BREACH = samples.FREEZES[FreezeReason.BREACH]
OF_A_PERSON = (FreezeReason.SUSPICION, FreezeReason.LOST_CREDENTIAL, FreezeReason.BREACH)
STATE_OF = {
    FreezeReason.SUSPICION: State.PLACED,
    FreezeReason.LOST_CREDENTIAL: State.PLACED,
    FreezeReason.BREACH: State.RESTRICTED,
    FreezeReason.INACTIVITY: State.WARNED,
}


def fired(
    trigger: Trigger,
    role: Role,
    *,
    state: State = State.NEW,
    command: Command | None = None,
    reason: FreezeReason | None = None,
    passed_over: tuple[Row, ...] = (),
) -> Row:
    """The row that somebody takes of a freeze for that reason."""
    known = Facts(freeze=a_freeze(reason)) if reason else Facts()
    situation = samples.situation(
        role,
        command or samples.command_of(trigger),
        facts=known,
        order=state,
        passed_over=passed_over,
    )
    return FREEZE.fire(state=state, trigger=trigger, situation=situation)


def placed(role: Role, reason: FreezeReason, **said: Any) -> Row:
    command = replace(samples.FREEZES[reason], **said)
    return fired(Trigger.PLACE_FREEZE, role, command=command)


def book(
    reason: FreezeReason,
    *,
    balance: int = 0,
    owed: int = 80_00,
    creditor: PartyId | None = samples.PROVIDER,
    last_act: datetime | None = None,
) -> Book:
    """The books of an account with a freeze for that reason."""
    return Book(
        subject=SubjectId("frz_1"),
        sequence=2,
        fee_rate=TERMS.fee_rate,
        client=samples.CLIENT,
        provider=creditor,
        facts=Facts(
            freeze=Frozen(
                reason=reason,
                amount=Money(owed),
                inactive_since=samples.FREEZES[reason].inactive_since,
            )
        ),
        personal=Personal(balance=Money(balance), last_act=last_act),
    )


# ---- who places it -----------------------------------------------------------------------------

CLAUSES = {
    FreezeReason.SUSPICION: "UA-1-9",
    FreezeReason.LOST_CREDENTIAL: "UA-1-2",
    FreezeReason.BREACH: "UA-4-5",
    FreezeReason.INACTIVITY: "UA-1-15",
}
MAY_ASK = (Role.CLIENT, Role.PROVIDER, Role.LOGISTICS, Role.PLATFORM, Role.CLOCK)


@pytest.mark.clause("UA-1-2")
@pytest.mark.clause("UA-1-9")
@pytest.mark.clause("UA-1-15")
@pytest.mark.clause("UA-4-5")
@pytest.mark.parametrize(("reason", "role"), list(product(STATE_OF, Role)))
def test_a_freeze_is_placed_by_those_whom_its_reason_concerns(
    reason: FreezeReason, role: Role
) -> None:
    if role in PLACED_BY[reason]:
        row = placed(role, reason)

        assert (row.target, row.clause) == (STATE_OF[reason], CLAUSES[reason])
        return

    with pytest.raises(Refused) as caught:
        placed(role, reason)

    assert caught.value.code == RefusalCode.NOT_YOUR_ROLE
    if role in MAY_ASK:
        assert caught.value.clause == CLAUSES[reason]


@pytest.mark.parametrize("reason", [FreezeReason.CHARGEBACK, FreezeReason.CLOSING])
@pytest.mark.parametrize("role", MAY_ASK)
def test_what_a_chargeback_or_a_closing_freezes_nobody_places_by_hand(
    role: Role, reason: FreezeReason
) -> None:
    with pytest.raises(Refused):
        fired(Trigger.PLACE_FREEZE, role, command=replace(SUSPICION, reason=reason))

    assert FREEZES[reason].placed_by == frozenset()


# ---- what it says ------------------------------------------------------------------------------


@pytest.mark.clause("UA-4-5")
def test_all_that_is_wrong_with_a_restriction_is_named_at_once() -> None:
    with pytest.raises(Refused) as caught:
        placed(
            Role.PROVIDER,
            FreezeReason.BREACH,
            order=None,
            amount=ZERO,
            blocks=(Block.SERVICE, Block.RECHARGE),
            report="110-1",
        )

    assert {each.clause for each in caught.value.reasons} == {"UA-4-5"}
    assert [each.detail.split(" (")[0] for each in caught.value.reasons] == [
        "a freeze for the request of a party whose contract the client broke does not forbid "
        "recharge, service",
        "name the order whose contract was broken",
        "say what you are owed",
        "a report to the authorities belongs to a suspicion",
    ]


@pytest.mark.clause("UA-1-9")
@pytest.mark.parametrize(
    "said", [{"order": OrderId("ord_kettles")}, {"amount": Money(1)}, {"report": ""}]
)
def test_an_order_and_a_sum_are_named_for_a_breach_alone(said: dict[str, Any]) -> None:
    if said == {"report": ""}:
        assert placed(Role.PLATFORM, FreezeReason.SUSPICION, report="110-1").target == State.PLACED
        return

    with pytest.raises(Refused) as caught:
        placed(Role.PLATFORM, FreezeReason.SUSPICION, **said)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "UA-1-9")


# ---- what it forbids ---------------------------------------------------------------------------

ALL, MONEY, NEW = (
    {"withdrawal", "use", "recharge", "service"},
    {"withdrawal", "use"},
    {"recharge", "service"},
)
FORBIDS = {
    FreezeReason.SUSPICION: ALL,
    FreezeReason.LOST_CREDENTIAL: ALL,
    FreezeReason.BREACH: MONEY,
    FreezeReason.INACTIVITY: ALL,
    FreezeReason.CHARGEBACK: MONEY,
    FreezeReason.CLOSING: NEW,
}


@pytest.mark.clause("UA-1-2")
@pytest.mark.clause("UA-1-9")
@pytest.mark.clause("UA-4-5")
@pytest.mark.parametrize("reason", FreezeReason)
def test_each_reason_forbids_what_is_written_here(reason: FreezeReason) -> None:
    assert {str(each) for each in FREEZES[reason].blocks} == FORBIDS[reason]
    assert FREEZES[reason].until


@pytest.mark.clause("UA-1-9")
@pytest.mark.parametrize("reason", OF_A_PERSON)
@pytest.mark.parametrize("chosen", [(), (Block.WITHDRAWAL,), (Block.USE, Block.WITHDRAWAL)])
def test_a_freeze_forbids_what_it_chose_or_all_that_its_reason_can(
    reason: FreezeReason, chosen: tuple[Block, ...]
) -> None:
    said = replace(samples.FREEZES[reason], blocks=chosen)

    effects = postings.place(book(reason), said)

    (freezing,) = effects.freezes
    assert {str(each) for each in freezing.blocks} == ({*chosen} or FORBIDS[reason])
    assert freezing.blocks == blocked_by(said)
    assert (freezing.reason, freezing.clause) == (reason, CLAUSES[reason])
    assert effects.journals == ()


@pytest.mark.clause("PSR-22-3")
@pytest.mark.parametrize("what", Block)
def test_a_refusal_names_every_freeze_that_forbids_it(what: Block) -> None:
    refused = blocked(what, [("lost_credential", "UA-1-2"), ("chargeback", "PSR-22-3")])

    service = what == Block.SERVICE
    code = RefusalCode.SERVICE_REFUSED if service else RefusalCode.ACCOUNT_FROZEN
    assert (refused.code, refused.clause) == (code, "UA-1-2")
    assert "for a lost or misused credential (UA-1-2), until " in refused.detail
    assert "; for a payment that was charged back (PSR-22-3), until " in refused.detail


# ---- who lifts it ------------------------------------------------------------------------------

LIFTED_BY = {
    State.PLACED: {Role.PLATFORM},
    State.RESTRICTED: {Role.PROVIDER, Role.LOGISTICS, Role.PLATFORM},
    State.CONTESTED: {Role.PROVIDER, Role.LOGISTICS, Role.PLATFORM},
}


@pytest.mark.clause("UA-1-2")
@pytest.mark.clause("UA-1-9")
@pytest.mark.clause("UA-4-5")
@pytest.mark.parametrize(("reason", "role"), list(product(OF_A_PERSON, Role)))
def test_a_freeze_is_lifted_by_the_platform_and_a_restriction_by_who_asked_for_it(
    reason: FreezeReason, role: Role
) -> None:
    state = STATE_OF[reason]
    if role in LIFTED_BY[state]:
        row = fired(Trigger.LIFT_FREEZE, role, state=state, reason=reason)

        assert (row.target, row.clause) == (State.LIFTED, CLAUSES[reason])
        return

    with pytest.raises(Refused) as caught:
        fired(Trigger.LIFT_FREEZE, role, state=state, reason=reason)

    # Whose reason it is does not matter to somebody who may lift neither.
    assert caught.value.code == RefusalCode.NOT_YOUR_ROLE
    assert caught.value.clause in {row.clause for row in FREEZE.rows_from(state)}


def test_lifting_touches_no_money() -> None:
    effects = postings.lift(book(FreezeReason.SUSPICION), samples.command_of(Trigger.LIFT_FREEZE))

    assert (effects.lifts, effects.journals, effects.freezes) == (True, (), ())


@pytest.mark.clause("UA-1-9")
@pytest.mark.parametrize("state", [State.PLACED, State.CONTESTED])
def test_the_platform_is_reminded_weekly_of_what_stays_frozen(state: State) -> None:
    reason = FreezeReason.SUSPICION if state == State.PLACED else FreezeReason.BREACH

    row = fired(Trigger.ESCALATE, Role.CLOCK, state=state, reason=reason)

    assert row.stays
    assert _strikes(state) == (Trigger.ESCALATE, NOON + timedelta(days=7))


# ---- a broken contract -------------------------------------------------------------------------


def _strikes(state: State, *, since: datetime = NOON) -> tuple[Trigger, datetime]:
    clocks = clocks_after(
        table=FREEZE, state=state, struck=None, known=(), timing=Timing(terms=TERMS), at=since
    )
    (clock,) = running(table=FREEZE, state=state, clocks=clocks)
    return clock.trigger, clock.due


@pytest.mark.clause("UA-4-5")
def test_the_sum_passes_after_fifteen_days_unless_a_court_is_asked_before() -> None:
    contested = fired(
        Trigger.CONTEST_RESTRICTION,
        Role.CLIENT,
        state=State.RESTRICTED,
        reason=FreezeReason.BREACH,
    )
    passed = fired(
        Trigger.TRANSFER_TO_PROVIDER,
        Role.CLOCK,
        state=State.RESTRICTED,
        reason=FreezeReason.BREACH,
    )

    assert _strikes(State.RESTRICTED) == (Trigger.TRANSFER_TO_PROVIDER, NOON + timedelta(days=15))
    assert (contested.target, passed.target) == (State.CONTESTED, State.TRANSFERRED)
    assert Trigger.TRANSFER_TO_PROVIDER not in {
        deadline.trigger for deadline in FREEZE.wait(State.CONTESTED).deadlines
    }


@pytest.mark.clause("UA-4-5")
@pytest.mark.parametrize(
    ("owed", "balance", "passes"),
    [(80_00, 500_00, 80_00), (80_00, 80_00, 80_00), (80_00, 30_00, 30_00), (80_00, 0, 0)],
)
@pytest.mark.parametrize(
    ("creditor", "account"),
    [
        (samples.PROVIDER, Account(AccountKind.PROVIDER, samples.PROVIDER)),
        (samples.LOGISTICS, Account(AccountKind.THIRD_PARTY, samples.LOGISTICS)),
    ],
)
def test_what_is_owed_passes_as_far_as_the_deposit_goes(
    creditor: PartyId, account: Account, owed: int, balance: int, passes: int
) -> None:
    now = book(FreezeReason.BREACH, owed=owed, balance=balance, creditor=creditor)

    effects = postings.transfer_to_provider(now, commands.Plain())

    expected = [{"deposit:cli_anna": passes, account.id: -passes}] if passes else []
    assert all_legs(effects) == expected
    assert {each.kind for each in effects.journals} <= {JournalKind.RESTRICTION_TRANSFERRED}
    assert effects.lifts


@pytest.mark.clause("UA-4-5")
def test_nobody_but_the_client_says_that_a_court_decides() -> None:
    for role in set(Role) - {Role.CLIENT}:
        with pytest.raises(Refused) as caught:
            fired(
                Trigger.CONTEST_RESTRICTION,
                role,
                state=State.RESTRICTED,
                reason=FreezeReason.BREACH,
            )
        assert caught.value.code == RefusalCode.NOT_YOUR_ROLE


# ---- inactivity --------------------------------------------------------------------------------

SINCE = samples.FREEZES[FreezeReason.INACTIVITY].inactive_since


@pytest.mark.clause("UA-1-15")
def test_a_warning_forbids_nothing_yet() -> None:
    row = placed(Role.CLOCK, FreezeReason.INACTIVITY)

    assert (row.target, row.posts) == (State.WARNED, None)
    assert {(each.event, each.to) for each in row.notices} == {
        ("freeze.inactivity_warned", Role.CLIENT)
    }


@pytest.mark.clause("UA-1-15")
@pytest.mark.parametrize(
    ("last_act", "is_frozen"),
    [(None, True), (SINCE, True), (SINCE and SINCE + TICK, False), (NOON, False)],
)
def test_an_account_is_frozen_only_if_nothing_was_heard_since_the_warning(
    last_act: datetime | None, is_frozen: bool
) -> None:
    now = book(FreezeReason.INACTIVITY, last_act=last_act)

    if is_frozen:
        (freezing,) = postings.freeze_if_inactive(now, commands.Plain()).freezes

        assert {str(each) for each in freezing.blocks} == ALL
        return

    with pytest.raises(Refused) as caught:
        postings.freeze_if_inactive(now, commands.Plain())

    assert (caught.value.code, caught.value.clause) == (
        RefusalCode.NOT_IN_THIS_STATE,
        "UA-1-15",
    )


@pytest.mark.clause("UA-1-15")
def test_a_client_that_was_active_again_calls_it_off_and_is_told_nothing() -> None:
    rows = FREEZE.rows_from(State.WARNED, Trigger.FREEZE_INACTIVE)
    first = fired(
        Trigger.FREEZE_INACTIVE,
        Role.CLOCK,
        state=State.WARNED,
        reason=FreezeReason.INACTIVITY,
    )
    then = fired(
        Trigger.FREEZE_INACTIVE,
        Role.CLOCK,
        state=State.WARNED,
        reason=FreezeReason.INACTIVITY,
        passed_over=rows[:1],
    )

    assert (first.target, then.target) == (State.DORMANT, State.CALLED_OFF)
    assert first.gives_way == {RefusalCode.NOT_IN_THIS_STATE}
    assert then.notices == ()


@pytest.mark.clause("UA-1-15")
def test_an_inactive_account_is_frozen_a_month_after_the_warning_and_cancelled_half_a_year_on() -> (
    None
):
    assert _strikes(State.WARNED) == (Trigger.FREEZE_INACTIVE, NOON + timedelta(days=30))
    assert _strikes(State.DORMANT) == (Trigger.CANCEL_ACCOUNT, NOON + timedelta(days=184))


@pytest.mark.clause("UA-1-15")
@pytest.mark.parametrize("role", [Role.CLIENT, Role.PLATFORM])
@pytest.mark.parametrize(
    ("state", "target"), [(State.WARNED, State.CALLED_OFF), (State.DORMANT, State.LIFTED)]
)
def test_a_client_has_its_account_back_whenever_it_asks_before_it_is_cancelled(
    role: Role, state: State, target: State
) -> None:
    row = fired(Trigger.RECOVER_ACCOUNT, role, state=state, reason=FreezeReason.INACTIVITY)

    assert row.target == target
    assert (row.posts is postings.lift) == (state == State.DORMANT)


@pytest.mark.clause("UA-1-15")
def test_a_cancelled_account_keeps_its_balance_which_may_be_fetched() -> None:
    now = book(FreezeReason.INACTIVITY, balance=500_00)

    effects = postings.cancel_account(now, commands.Plain())

    (freezing,) = effects.freezes
    assert effects.journals == ()
    assert effects.lifts
    assert {str(each) for each in freezing.blocks} == ALL - {"withdrawal"}


# ---- what it knows -----------------------------------------------------------------------------


def test_a_freeze_that_is_none_or_of_nobody_is_a_fault_and_no_refusal() -> None:
    nobody = book(FreezeReason.BREACH, balance=1, creditor=None)
    none = replace(nobody, facts=Facts())

    for wrong in (nobody, none):
        with pytest.raises(TypeError):
            postings.transfer_to_provider(wrong, commands.Plain())


def test_every_reason_that_is_placed_by_hand_has_its_row() -> None:
    rows = FREEZE.rows_from(State.NEW, Trigger.PLACE_FREEZE)

    assert {row.clause for row in rows} == set(CLAUSES.values())
    assert isinstance(BREACH, PlaceFreeze)
