"""The closing of an account: nothing new, then everything ends, then the rest is paid out."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daigou.domain import commands, postings
from daigou.domain.account_facts import Closing
from daigou.domain.book import Book, Movement, MovementKind, MovementState, Personal
from daigou.domain.clocks import Clock, Timing, clocks_after, running
from daigou.domain.commands import Command, Outcome
from daigou.domain.facts import Facts
from daigou.domain.ids import MovementRef, SubjectId
from daigou.domain.lifecycle import CLOSURE
from daigou.domain.lifecycle.table import Row, taken
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import all_legs
from tests.domain.samples import CLOSE_ACCOUNT, NOON, TERMS

REFERENCE = MovementRef("acl_1/2")
PAYOUT = Movement(
    reference=REFERENCE, kind=MovementKind.PAYOUT, amount=Money(70_00), payment_method="pm_ok"
)
TIMING = Timing(terms=TERMS)


def fired(trigger: Trigger, state: State, role: Role, command: Command | None = None) -> Row:
    """The row that somebody takes of a closing."""
    situation = samples.situation(
        role,
        command or samples.command_of(trigger),
        facts=Facts(closure=samples.a_closing()),
        order=state,
    )
    return CLOSURE.fire(state=state, trigger=trigger, situation=situation)


def book(*, balance: int = 0, unfinished: tuple[str, ...] = (), **changes: Any) -> Book:
    """The books of an account that is being closed."""
    bare = Book(
        subject=SubjectId("acl_1"),
        sequence=2,
        fee_rate=TERMS.fee_rate,
        client=samples.CLIENT,
        facts=Facts(closure=samples.a_closing()),
        personal=Personal(balance=Money(balance), unfinished=unfinished),
    )
    return replace(bare, **changes)


def wound_up(now: Book) -> State:
    """Where a look at the account leads: the first row that the books let."""
    for row in CLOSURE.rows_from(State.WINDING_UP, Trigger.WIND_UP):
        try:
            if row.posts:
                row.posts(now, commands.Plain())
        except Refused as refused:
            if refused.code not in row.gives_way:
                raise
            continue
        return row.target
    raise AssertionError("no row fits")


# ---- nothing new -------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-20")
def test_a_closing_forbids_what_is_new_and_leaves_the_rest() -> None:
    effects = postings.begin_closing(book(), CLOSE_ACCOUNT)

    (freezing,) = effects.freezes
    assert {str(each) for each in freezing.blocks} == {"recharge", "service"}
    assert (freezing.clause, effects.journals) == ("UA-1-20", ())


@pytest.mark.clause("UA-1-20")
@pytest.mark.parametrize(
    ("trigger", "state", "said"),
    [
        (Trigger.CLOSE_ACCOUNT, State.NEW, replace(CLOSE_ACCOUNT, payment_method="")),
        (
            Trigger.NAME_PAYOUT_METHOD,
            State.AWAITING_METHOD,
            commands.PayoutMethod(payment_method=""),
        ),
    ],
)
def test_a_client_says_where_the_rest_is_to_be_paid(
    trigger: Trigger, state: State, said: Command
) -> None:
    with pytest.raises(Refused) as caught:
        fired(trigger, state, Role.CLIENT, said)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "UA-1-20")
    assert "payment_method" in caught.value.detail


@pytest.mark.clause("UA-1-20")
def test_a_client_may_keep_its_account_as_long_as_nothing_was_paid_out() -> None:
    kept = fired(Trigger.KEEP_ACCOUNT, State.WINDING_UP, Role.CLIENT)

    assert (kept.target, kept.posts) == (State.WITHDRAWN, postings.lift)
    for state in (State.PAYING_OUT, State.AWAITING_METHOD, State.CLOSED):
        with pytest.raises(Refused) as caught:
            fired(Trigger.KEEP_ACCOUNT, state, Role.CLIENT)
        assert caught.value.code == RefusalCode.NOT_IN_THIS_STATE


# ---- then everything ends ----------------------------------------------------------------------


@pytest.mark.clause("UA-1-20")
@pytest.mark.parametrize(
    ("balance", "unfinished", "target"),
    [
        (0, (), State.CLOSED),
        (70_00, (), State.PAYING_OUT),
        (0, ("ord_kettles",), State.WINDING_UP),
        (70_00, ("ord_kettles", "clm_1"), State.WINDING_UP),
    ],
)
def test_the_rest_is_paid_out_once_everything_has_ended_and_not_before(
    balance: int, unfinished: tuple[str, ...], target: State
) -> None:
    assert wound_up(book(balance=balance, unfinished=unfinished)) == target


@pytest.mark.clause("UA-1-20")
def test_what_goes_on_is_named() -> None:
    now = book(balance=70_00, unfinished=("ord_kettles", "clm_1"))

    for template in (postings.pay_out_rest, postings.close_empty):
        with pytest.raises(Refused, match="ord_kettles, clm_1") as caught:
            template(now, commands.Plain())

        assert caught.value.clause == "UA-1-20"


def _next(clocks: tuple[Clock, ...]) -> Clock:
    return running(table=CLOSURE, state=State.WINDING_UP, clocks=clocks)[0]


@pytest.mark.clause("UA-1-20")
def test_it_is_looked_at_at_once_then_daily_and_at_once_again_with_another_method() -> None:
    started = clocks_after(
        table=CLOSURE, state=State.WINDING_UP, struck=None, known=(), timing=TIMING, at=NOON
    )
    first = _next(started)
    again = clocks_after(
        table=CLOSURE,
        state=State.WINDING_UP,
        struck=first.term,
        known=started,
        timing=TIMING,
        at=first.due,
    )
    named = fired(Trigger.NAME_PAYOUT_METHOD, State.AWAITING_METHOD, Role.CLIENT)
    later = NOON + timedelta(days=9)
    anew = clocks_after(
        table=CLOSURE,
        state=named.target,
        struck=None,
        known=again,
        timing=TIMING,
        at=later,
        restarts=named.restarts,
    )

    assert first.due == NOON + timedelta(minutes=1)
    assert _next(again).due == first.due + timedelta(hours=24)
    assert _next(anew).due == later + timedelta(minutes=1)


# ---- then the rest is paid out -----------------------------------------------------------------


@pytest.mark.clause("UA-1-20")
def test_all_that_is_left_is_paid_where_the_client_said() -> None:
    effects = postings.pay_out_rest(book(balance=70_00), commands.Plain())

    assert all_legs(effects) == [{"deposit:cli_anna": 70_00, "withdrawal_transit:acl_1": -70_00}]
    assert effects.intends == PAYOUT
    assert {each.clause for each in effects.journals} == {"UA-1-20"}


@pytest.mark.clause("UA-1-20")
@pytest.mark.parametrize("template", [postings.pay_out_rest, postings.close_empty])
def test_an_empty_account_is_closed_and_one_with_money_is_paid_out(template: Any) -> None:
    pays = template is postings.pay_out_rest
    wrong = book(balance=0 if pays else 1)

    with pytest.raises(Refused) as caught:
        template(wrong, commands.Plain())

    code = RefusalCode.NOTHING_TO_PAY if pays else RefusalCode.NOT_IN_THIS_STATE
    assert (caught.value.code, caught.value.clause) == (code, "UA-1-20")


@pytest.mark.clause("UA-1-20")
def test_a_payout_that_is_declined_waits_for_another_method_with_the_money_in_the_deposit() -> None:
    said = Outcome(reference=REFERENCE)
    now = book(movement=PAYOUT)
    row = fired(Trigger.DECLINE_PAYOUT, State.PAYING_OUT, Role.PAYMENT_INSTITUTION)

    effects = postings.return_withdrawal(now, said)

    assert row.target == State.AWAITING_METHOD
    assert row.posts is not None
    assert all_legs(effects) == [{"withdrawal_transit:acl_1": 70_00, "deposit:cli_anna": -70_00}]
    assert effects.settles is not None
    assert effects.settles.state == MovementState.FAILED


@pytest.mark.clause("UA-1-20")
def test_a_closing_knows_the_last_method_that_was_named() -> None:
    asked = _folded(Trigger.CLOSE_ACCOUNT, CLOSE_ACCOUNT, Facts())
    named = _folded(
        Trigger.NAME_PAYOUT_METHOD, commands.PayoutMethod(payment_method="pm_other"), asked
    )
    declined = _folded(Trigger.DECLINE_PAYOUT, Outcome(reference=REFERENCE), named)

    assert [each.closure for each in (asked, named, declined)] == [
        Closing(payment_method="pm_ok"),
        Closing(payment_method="pm_other"),
        Closing(payment_method="pm_other"),
    ]


def _folded(trigger: Trigger, command: Command, before: Facts) -> Facts:
    row = next(row for row in CLOSURE.rows if row.trigger == trigger)
    return before.after(taken(CLOSURE, row, item="", command=command, terms=TERMS, at=NOON))
