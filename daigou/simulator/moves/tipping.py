"""Owns the moves of a tip: given for an order, had back or earned, given back.

Tips are counted from 1. Each move but the first is of the order's latest.
"""

from daigou.domain.commands import Noted, Tip, TipGrounds
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.moves.latest import latest_struck, on_latest, opens
from daigou.simulator.plans import Cue, Move
from daigou.simulator.tally import Tally

_TIP = TableName.TIP


def tip(at: State, fen: int) -> Move:
    """The client tips its provider, where the order stands at `at`."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        # What is known of the order says whoever takes the tip.
        command = Tip(order=tally.deal.order, amount=Money(fen), grounds=TipGrounds())
        tally.tip(fen)
        return opens(tally, _TIP, Role.CLIENT, Trigger.GIVE_TIP, at, command)

    return move


def have_tip_back(tally: Tally) -> tuple[Cue, ...]:
    """The client has the tip back, in time."""
    tally.untip()
    return on_latest(tally, _TIP, Role.CLIENT, Trigger.REFUND_TIP, State.HELD, Noted())


earn_tip = latest_struck(_TIP, Trigger.EARN_TIP, State.HELD)
"""The time for a refund is over: the tip is the provider's."""

keep_tip = latest_struck(_TIP, Trigger.CLOSE, State.EARNED)
"""Nobody gives it back any more."""


def give_tip_back(tally: Tally) -> tuple[Cue, ...]:
    """The provider gives back what it has earned."""
    tally.untip()
    return on_latest(tally, _TIP, Role.PROVIDER, Trigger.RETURN_TIP, State.EARNED, Noted())
