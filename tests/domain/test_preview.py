"""A preview is named by all that a settlement would write: change any of it, and it is another."""

from dataclasses import replace

import pytest

from daigou.domain import commands
from daigou.domain.book import (
    Account,
    AccountKind,
    Effects,
    Journal,
    JournalKind,
    Leg,
    Movement,
    MovementKind,
)
from daigou.domain.commands import Command, LineCode
from daigou.domain.ids import MovementRef
from daigou.domain.money import Money
from daigou.domain.order import Trigger
from daigou.domain.preview import check_digest, digest_of
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples

ESCROW, DEPOSIT = Account(AccountKind.ESCROW, "ord_1"), Account(AccountKind.DEPOSIT, "cli_anna")
JOURNAL = Journal(
    kind=JournalKind.REFUND,
    clause="PSR-12-1-A",
    legs=(Leg(ESCROW, Money(500)), Leg(DEPOSIT, Money(-500))),
)
COST = samples.line(LineCode.CANCELLATION_COST, 200, samples.STORAGE)
REFUND = Movement(
    reference=MovementRef("ord_1/9"),
    kind=MovementKind.REFUND,
    amount=Money(300),
    original=MovementRef("ord_1/3"),
)
EFFECTS = Effects(journals=(JOURNAL,), lines=(COST,), refunds=(REFUND,))


SETTLEMENT = commands.SettleCancellation(digest="0" * 64)


def _digest(
    effects: Effects = EFFECTS,
    *,
    subject: str = "ord_1",
    sequence: int = 9,
    command: Command = SETTLEMENT,
) -> str:
    return digest_of(subject=subject, sequence=sequence, command=command, effects=effects)


def test_the_same_effects_at_the_same_place_have_the_same_name() -> None:
    assert _digest() == _digest(replace(EFFECTS))
    assert len(_digest()) == 64


@pytest.mark.clause("PSR-12-3")
@pytest.mark.parametrize(
    "other",
    [
        _digest(subject="ord_2"),
        _digest(sequence=10),
        _digest(command=replace(SETTLEMENT, fee=commands.FeeChoice.WAIVED)),
        _digest(replace(EFFECTS, journals=())),
        _digest(replace(EFFECTS, journals=(JOURNAL, JOURNAL))),
        _digest(replace(EFFECTS, journals=(replace(JOURNAL, kind=JournalKind.COSTS),))),
        _digest(replace(EFFECTS, journals=(replace(JOURNAL, clause="PSR-12-1-B"),))),
        _digest(
            replace(
                EFFECTS,
                journals=(
                    replace(JOURNAL, legs=(Leg(ESCROW, Money(501)), Leg(DEPOSIT, Money(-501)))),
                ),
            )
        ),
        _digest(
            replace(
                EFFECTS,
                journals=(
                    replace(
                        JOURNAL,
                        legs=(
                            Leg(ESCROW, Money(500)),
                            Leg(Account(AccountKind.DEPOSIT, "cli_ben"), Money(-500)),
                        ),
                    ),
                ),
            )
        ),
        _digest(replace(EFFECTS, lines=())),
        _digest(replace(EFFECTS, lines=(replace(COST, amount=Money(201)),))),
        _digest(replace(EFFECTS, lines=(replace(COST, collector=samples.PROVIDER),))),
        _digest(replace(EFFECTS, lines=(replace(COST, label="another"),))),
        _digest(replace(EFFECTS, refunds=())),
        _digest(replace(EFFECTS, refunds=(replace(REFUND, amount=Money(301)),))),
        _digest(replace(EFFECTS, refunds=(replace(REFUND, original=MovementRef("ord_1/4")),))),
    ],
)
def test_whatever_would_be_written_otherwise_gives_it_another_name(other: str) -> None:
    assert other != _digest()


def _check(command: Command, *, clause: str = "PSR-12-3") -> None:
    check_digest(subject="ord_1", sequence=9, command=command, effects=EFFECTS, clause=clause)


@pytest.mark.clause("PSR-12-3")
@pytest.mark.parametrize("digest", ["", "0" * 64, _digest(sequence=8)])
def test_a_settlement_that_was_not_shown_as_it_is_now_is_refused(digest: str) -> None:
    with pytest.raises(Refused) as caught:
        _check(commands.SettleCancellation(digest=digest))

    assert (caught.value.code, caught.value.clause) == (RefusalCode.STALE_PREVIEW, "PSR-12-3")


def test_a_settlement_that_was_shown_so_is_let_through() -> None:
    _check(commands.SettleCancellation(digest=_digest()))


@pytest.mark.clause("PSR-10-2")
@pytest.mark.parametrize(
    "command",
    [samples.HIGHER, samples.command_of(Trigger.RECORD_PURCHASE)],
    ids=lambda command: command.kind,
)
def test_a_price_need_not_be_shown_first_but_if_it_was_it_holds(command: Command) -> None:
    _check(command)
    shown = _digest(command=command)
    _check(replace(command, digest=shown))  # type: ignore[call-arg]

    with pytest.raises(Refused) as caught:
        _check(replace(command, digest="0" * 64), clause="PSR-10-2")  # type: ignore[call-arg]

    assert (caught.value.code, caught.value.clause) == (RefusalCode.STALE_PREVIEW, "PSR-10-2")


def test_other_commands_are_shown_nothing_and_checked_for_nothing() -> None:
    _check(commands.Plain())
