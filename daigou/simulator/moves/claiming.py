"""Owns the moves of a claim: made on an order, that may be over, answered and paid.

Claims are counted from 1. Each move but the first is of the order's latest.
"""

from daigou.domain.claims import OPPONENTS
from daigou.domain.commands import (
    Admit,
    Basis,
    Claim,
    Compensation,
    Grounds,
    Loss,
    LossHead,
    Message,
    Noted,
)
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.moves.goods import WHAT_IS_SEEN
from daigou.simulator.moves.latest import does, latest_struck, on_latest, opens
from daigou.simulator.plans import ALL, Cue, Move, Share
from daigou.simulator.tally import Tally

_CLAIM = TableName.CLAIM
_OTHER_LOSS_FEN = 35_00


def claim(
    at: State, basis: Basis, share: Share = ALL, *, beside: tuple[LossHead, ...] = ()
) -> Move:
    """The client claims a share of the order amount, where the order stands at `at`, and something
    more for each head of loss `beside`."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        direct = Loss(head=LossHead.DIRECT_LOSS, amount=Money(share.of(tally.amount)))
        others = tuple(Loss(head=head, amount=Money(_OTHER_LOSS_FEN)) for head in beside)
        command = Claim(
            order=tally.deal.order,
            against=OPPONENTS[basis],
            basis=basis,
            losses=(direct, *others),
            # What is known of the order says whoever takes the claim.
            grounds=Grounds(state=at),
        )
        tally.claim(command.asked.amount)
        return opens(tally, _CLAIM, Role.CLIENT, Trigger.MAKE_CLAIM, at, command, WHAT_IS_SEEN)

    return move


def assist(at: State = State.MADE) -> Move:
    """The provider says how it helps the client against the seller."""
    command = Message(note_ref="we sent the seller the pictures again (invented)")
    return does(_CLAIM, Role.PROVIDER, Trigger.RECORD_ASSISTANCE, at, command)


def admit(share: Share = ALL, *, by: Role = Role.PROVIDER) -> Move:
    """Whom the claim is against admits a share of it."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.admitted = share.of(tally.asked_for)
        command = Admit(amount=Money(tally.admitted))
        return on_latest(tally, _CLAIM, by, Trigger.ADMIT_CLAIM, State.MADE, command)

    return move


def reject(*, by: Role = Role.PROVIDER) -> Move:
    """Whom the claim is against rejects it."""
    command = Message(note_ref="the goods are as they were described (invented)")
    return does(_CLAIM, by, Trigger.REJECT_CLAIM, State.MADE, command)


def withdraw_claim(tally: Tally) -> tuple[Cue, ...]:
    """The client takes the claim back."""
    return on_latest(tally, _CLAIM, Role.CLIENT, Trigger.WITHDRAW_CLAIM, State.MADE, Noted())


def compensate(tally: Tally) -> tuple[Cue, ...]:
    """The provider pays what it admitted, and the platform records it."""
    tally.compensate()
    return _compensated(tally, pays_fen=tally.admitted)


def paid_outside(tally: Tally) -> tuple[Cue, ...]:
    """Logistics or the seller pays what it admitted, not by the platform, which records it."""
    return _compensated(tally, pays_fen=0)


def claim_overdue(at: State) -> Move:
    """A clock of the claim strikes."""
    return latest_struck(_CLAIM, Trigger.ESCALATE, at)


def _compensated(tally: Tally, *, pays_fen: int) -> tuple[Cue, ...]:
    number = f"CP-{tally.deal.basket.offer.id}-{tally.opened[_CLAIM]}"
    return on_latest(
        tally,
        _CLAIM,
        Role.PLATFORM,
        Trigger.RECORD_COMPENSATION,
        State.ADMITTED,
        Compensation(amount=Money(tally.admitted), external_ref=number),
        pays_more_fen=pays_fen,
    )
