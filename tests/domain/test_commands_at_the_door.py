"""What a table asks of every command, whoever sends it: its kind, and sums that can be."""

from dataclasses import replace

import pytest

from daigou.domain import commands
from daigou.domain.commands import Command, LineCode
from daigou.domain.lifecycle import TABLES
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples

FULFILMENT, RECHARGE = TableName.FULFILMENT, TableName.RECHARGE
CLIENT, PROVIDER = Role.CLIENT, Role.PROVIDER
WRONG = {
    "an acceptance that is a receipt": (
        FULFILMENT, State.REQUESTED, Trigger.ACCEPT, PROVIDER, commands.Plain(),
    ),
    "a request that is a recharge": (
        FULFILMENT, State.NEW, Trigger.REQUEST, CLIENT, samples.RECHARGE,
    ),
    "a part that is taken out of the deposit twice": (
        FULFILMENT, State.ACCEPTED, Trigger.PAY, CLIENT,
        commands.Pay(from_deposit=Money(-500), from_institution=Money(123_623)),
    ),
    "a payment in dollars": (
        FULFILMENT, State.ACCEPTED, Trigger.PAY, CLIENT,
        commands.Pay(from_deposit=Money(123_123, "USD")),
    ),
    "a negative price": (
        FULFILMENT, State.NEW, Trigger.REQUEST, CLIENT, samples.request(unit_price=Money(-1)),
    ),
    "a price of nothing": (
        FULFILMENT, State.NEW, Trigger.REQUEST, CLIENT, samples.request(unit_price=Money(0)),
    ),
    "a price in dollars": (
        FULFILMENT, State.NEW, Trigger.REQUEST, CLIENT, samples.request(unit_price=Money(1, "USD")),
    ),
    "a line that takes away": (
        FULFILMENT, State.REQUESTED, Trigger.ACCEPT, PROVIDER,
        commands.Accept(lines=(samples.line(LineCode.STORAGE_FEE, -5, samples.STORAGE),)),
    ),
    "a recharge of less than the least": (
        RECHARGE, State.NEW, Trigger.REQUEST, CLIENT, replace(samples.RECHARGE, amount=Money(99)),
    ),
    "a recharge of more than the most": (
        RECHARGE, State.NEW, Trigger.REQUEST, CLIENT,
        replace(samples.RECHARGE, amount=Money(100_000_001)),
    ),
}  # fmt: skip


@pytest.mark.clause("UA-1-8")
@pytest.mark.clause("PSR-1-1")
@pytest.mark.parametrize(
    ("name", "state", "trigger", "role", "command"), WRONG.values(), ids=WRONG.keys()
)
def test_a_command_that_cannot_be_meant_is_refused(
    name: TableName, state: State, trigger: Trigger, role: Role, command: Command
) -> None:
    sample = samples.situation(role, command)

    with pytest.raises(Refused) as caught:
        TABLES[name].fire(state=state, trigger=trigger, situation=sample)

    assert caught.value.code == RefusalCode.INVALID_REQUEST


@pytest.mark.parametrize("fen", [100, 100_000_000])
def test_the_least_and_the_most_are_recharged(fen: int) -> None:
    sample = samples.situation(CLIENT, replace(samples.RECHARGE, amount=Money(fen)))

    row = TABLES[RECHARGE].fire(state=State.NEW, trigger=Trigger.REQUEST, situation=sample)

    assert row.target == State.DUE
