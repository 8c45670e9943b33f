"""Owns the moves of a client's account, beside its order: withdrawals, freezes, its closing.

Each kind is counted from 1. Each move but the first of a kind is of the latest.
"""

from daigou.domain.commands import (
    CloseAccount,
    FreezeReason,
    Message,
    PlaceFreeze,
    RequestWithdrawal,
)
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.ports.counterparties import Standing
from daigou.simulator.conduct import payment_method
from daigou.simulator.moves.happening import struck
from daigou.simulator.moves.latest import does, latest_struck, opens
from daigou.simulator.plans import Act, Cue, Event, Move
from daigou.simulator.tally import Tally

_WITHDRAWAL, _FREEZE, _CLOSURE = TableName.WITHDRAWAL, TableName.FREEZE, TableName.CLOSURE
_SAID = {
    _WITHDRAWAL: {
        Standing.DONE: Trigger.CONFIRM_WITHDRAWAL,
        Standing.REJECTED: Trigger.DECLINE_WITHDRAWAL,
    },
    _CLOSURE: {
        Standing.DONE: Trigger.CONFIRM_PAYOUT,
        Standing.REJECTED: Trigger.DECLINE_PAYOUT,
    },
}
_PAYING_OUT = {_WITHDRAWAL: State.DUE, _CLOSURE: State.PAYING_OUT}


def withdraw_money(
    at: State, fen: int, method: str = "pm_ok", *, once_covered: bool = False
) -> Move:
    """The client takes so much out of its deposit; before that it may put in just this, and what it
    owes."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        recharges_fen = 0
        if once_covered:
            recharges_fen = fen + sum(dispute.owed for dispute in tally.disputes)
            tally.recharge(recharges_fen)
        command = RequestWithdrawal(
            client=tally.deal.client.id, amount=Money(fen), payment_method=method
        )
        _pay_out(tally, fen, method)
        tally.opened[_WITHDRAWAL] += 1
        act = Act(
            role=Role.CLIENT,
            trigger=Trigger.REQUEST_WITHDRAWAL,
            at=at,
            command=command,
            table=_WITHDRAWAL,
            item=tally.opened[_WITHDRAWAL],
            opens=True,
            recharges_fen=recharges_fen,
        )
        return act, _answered(tally, _WITHDRAWAL, method)

    return move


def lose_credential(at: State) -> Move:
    """The client says that it lost its credential, and has its account frozen."""
    return _freeze(at, Role.CLIENT, FreezeReason.LOST_CREDENTIAL)


def suspect(at: State) -> Move:
    """The platform has the account frozen on suspicion."""
    return _freeze(at, Role.PLATFORM, FreezeReason.SUSPICION)


lift_freeze = does(
    _FREEZE,
    Role.PLATFORM,
    Trigger.LIFT_FREEZE,
    State.PLACED,
    Message(note_ref="the client has proved who it is (invented)"),
)
"""The platform lifts it."""


def break_contract(at: State, fen: int) -> Move:
    """The provider has the account frozen for a broken contract, for which it is owed so much."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        command = PlaceFreeze(
            client=tally.deal.client.id,
            reason=FreezeReason.BREACH,
            order=tally.deal.order,
            amount=Money(fen),
            note_ref="it had our offer copied by others (invented)",
        )
        tally.pass_on_for_breach(fen)
        return opens(tally, _FREEZE, Role.PROVIDER, Trigger.PLACE_FREEZE, at, command)

    return move


breach_passes_on = latest_struck(_FREEZE, Trigger.TRANSFER_TO_PROVIDER, State.RESTRICTED)
"""Nobody goes to court: the sum passes on."""


def contest(tally: Tally) -> tuple[Cue, ...]:
    """The client says that a court decides about it."""
    command = Message(note_ref="we never agreed to that (invented)")
    at, trigger = State.RESTRICTED, Trigger.CONTEST_RESTRICTION
    return does(_FREEZE, Role.CLIENT, trigger, at, command)(tally)


def award(tally: Tally) -> tuple[Cue, ...]:
    """The platform does as the court decided: the sum passes on."""
    command = Message(note_ref="judgment 4711 (invented)")
    return does(_FREEZE, Role.PLATFORM, Trigger.AWARD_SUM, State.CONTESTED, command)(tally)


def close_account(at: State, method: str = "pm_ok") -> Move:
    """The client closes its account, and the rest is paid out once everything has ended."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        client = tally.deal.client.id
        command = CloseAccount(client=client, payment_method=method)
        act = opens(tally, _CLOSURE, Role.CLIENT, Trigger.CLOSE_ACCOUNT, at, command)
        rest = tally.rest
        tally.empty(rest)
        tally.withdrawn += rest
        number = tally.opened[_CLOSURE]
        wound_up = struck(Trigger.WIND_UP, State.WINDING_UP, table=_CLOSURE, item=number)(tally)
        return *act, *wound_up, _answered(tally, _CLOSURE, method)

    return move


def _freeze(at: State, role: Role, reason: FreezeReason) -> Move:
    def move(tally: Tally) -> tuple[Cue, ...]:
        command = PlaceFreeze(client=tally.deal.client.id, reason=reason)
        return opens(tally, _FREEZE, role, Trigger.PLACE_FREEZE, at, command)

    return move


def _pay_out(tally: Tally, fen: int, method: str) -> None:
    tally.withdraw(fen)
    if payment_method(method).payout.outcome != Standing.DONE:
        tally.withdrawn -= fen
        tally.deposit_change += fen


def _answered(tally: Tally, table: TableName, method: str) -> Event:
    trigger = _SAID[table][payment_method(method).payout.outcome]
    return Event(trigger=trigger, at=_PAYING_OUT[table], table=table, item=tally.opened[table])
