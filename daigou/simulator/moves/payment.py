"""Owns the moves of payment: at the checkout, of a higher price, of a balance."""

from daigou.domain.commands import Outcome, Pay
from daigou.domain.ids import MovementRef
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.ports.counterparties import Standing
from daigou.simulator.conduct import payment_method
from daigou.simulator.plans import Act, Cue, Event, Move, Share
from daigou.simulator.tally import Tally

_TO_BE_KNOWN = Outcome(reference=MovementRef(""))
_SAID = {
    (State.PAYING, Standing.DONE): Trigger.CONFIRM_PAYMENT,
    (State.PAYING, Standing.REJECTED): Trigger.DECLINE_PAYMENT,
    (State.DUE, Standing.DONE): Trigger.CONFIRM_REFUND,
    (State.DUE, Standing.REJECTED): Trigger.FAIL_REFUND,
}
_ENDS = {Standing.DONE: State.REFUNDED, Standing.REJECTED: State.CREDITED}


def pay(
    share: Share, method: str = "", *, at: State = State.ACCEPTED, coupon: bool = False
) -> Move:
    """The client pays what is due, the deposit its share and a payment method the rest.

    With a `coupon`, what that takes off is due no more.
    """

    def move(tally: Tally) -> tuple[Cue, ...]:
        off = tally.reduction() if coupon else 0
        due = tally.due - off
        deposit = share.of(due)
        act = Act(
            role=Role.CLIENT,
            trigger=Trigger.PAY,
            at=at,
            command=Pay(
                from_deposit=Money(deposit),
                from_institution=Money(due - deposit),
                payment_method=method,
                coupons=(tally.deal.coupon,) if coupon else (),
            ),
        )
        if deposit == due:
            tally.take(deposit, coupon=off)
            return (act,)
        tally.intend(deposit, due - deposit, off, method)
        conduct = payment_method(method).capture
        if conduct.pending is None:
            return act, Event(trigger=Trigger.ESCALATE, at=State.PAYING)
        if conduct.outcome == Standing.DONE:
            tally.take(*tally.intended)
        return act, Event(trigger=_SAID[State.PAYING, conduct.outcome], at=State.PAYING)

    return move


def told_by_institution(at: State, standing: Standing) -> Move:
    """A person of the silent institution decides on a payment, or a refund, and says so."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        refund = 0
        if at == State.DUE:
            refund = len(tally.refunds)
            tally.settle_refund(tally.refunds[-1], _ENDS[standing])
        elif standing == Standing.DONE:
            tally.take(*tally.intended)
        return (
            Act(
                role=Role.PAYMENT_INSTITUTION,
                trigger=_SAID[at, standing],
                at=at,
                command=_TO_BE_KNOWN,
                table=TableName.REFUND if refund else TableName.FULFILMENT,
                item=refund,
                decides=standing,
            ),
        )

    return move
