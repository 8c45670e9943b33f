"""Owns the moves of the purchase: the order with the seller, and what a changed price leads to."""

from daigou.domain.commands import (
    ActualPrice,
    Plain,
    Purchase,
    RecordPurchase,
    ReportUnrealizable,
    UnrealizableReason,
)
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.ports.counterparties import Standing
from daigou.simulator.conduct import Asking
from daigou.simulator.plans import Act, Cue, Event, Move
from daigou.simulator.tally import Tally

_SAID = {
    Standing.DONE: Trigger.RECORD_PURCHASE,
    Standing.REPRICED: Trigger.QUOTE_ANEW,
    Standing.REJECTED: Trigger.REJECT_PURCHASE,
    Standing.FAILED: Trigger.FAIL_PURCHASE,
}


def purchase(tally: Tally) -> tuple[Cue, ...]:
    """The provider orders from the seller, who answers as its block of offers does."""
    conduct = tally.block.conduct(tried_before=tally.tries > 0)
    tally.tries += 1
    act = Act(role=Role.PROVIDER, trigger=Trigger.PURCHASE, at=State.EFFECTIVE, command=Purchase())
    if conduct.pending is None:
        return act, Event(trigger=Trigger.ESCALATE, at=State.PURCHASING)
    match conduct.outcome:
        case Standing.DONE:
            tally.bought()
        case Standing.REPRICED:
            offers = tally.block.offers
            tally.asked(offers.goods(tally.goods, tally.pieces), offers.pieces(tally.pieces))
        case Standing.REJECTED:
            _end(tally)
    return act, Event(trigger=_SAID[conduct.outcome], at=State.PURCHASING)


def record_purchase(tally: Tally) -> tuple[Cue, ...]:
    """The provider itself records the purchase, of which the seller platform says nothing."""
    tally.bought()
    return (
        Act(
            role=Role.PROVIDER,
            trigger=Trigger.RECORD_PURCHASE,
            at=State.PURCHASING,
            command=RecordPurchase(
                seller_order_no=f"90{tally.deal.basket.offer.id}",
                goods=Money(tally.goods),
                freight=Money(tally.freight),
                delivery_address=tally.deal.storage.address,
            ),
            decides=Standing.DONE,
        ),
    )


def report_price(asking: Asking) -> Move:
    """The provider reports what the seller asks now, and for how many."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        goods, pieces = asking.goods(tally.goods, tally.pieces), asking.pieces(tally.pieces)
        tally.asked(goods, pieces)
        return (
            Act(
                role=Role.PROVIDER,
                trigger=Trigger.REPORT_PRICE,
                at=State.EFFECTIVE,
                command=ActualPrice(
                    goods=Money(goods), freight=Money(tally.freight), quantity=pieces
                ),
            ),
        )

    return move


def accept_part(tally: Tally) -> tuple[Cue, ...]:
    """The client takes the part that the seller has."""
    tally.accept_part()
    return (
        Act(
            role=Role.CLIENT,
            trigger=Trigger.ACCEPT_PART,
            at=State.AWAITING_CHOICE,
            command=Plain(),
        ),
    )


def decline_offer(at: State) -> Move:
    """The client declines the higher price, or the part."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        _end(tally)
        return (Act(role=Role.CLIENT, trigger=Trigger.DECLINE_OFFER, at=at, command=Plain()),)

    return move


def left_unpaid(at: State) -> Move:
    """The client neither pays the higher price, nor says whether it takes the part."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        _end(tally)
        return (Event(trigger=Trigger.LAPSE, at=at),)

    return move


def report(reason: UnrealizableReason, *, at: State = State.EFFECTIVE) -> Move:
    """The provider reports that the purchase cannot be made.

    What the seller has of it already, an advance deposit, it pays back.
    """

    def move(tally: Tally) -> tuple[Cue, ...]:
        back = tally.seller
        tally.end_unrealized(from_seller=back)
        return (
            Act(
                role=Role.PROVIDER,
                trigger=Trigger.REPORT_UNREALIZABLE,
                at=at,
                command=ReportUnrealizable(reason=reason, seller_refund=Money(back)),
                pays_back_fen=back,
            ),
        )

    return move


def _end(tally: Tally) -> None:
    """What was collected goes back, unless the seller's part of it has to be recovered first."""
    if not tally.is_to_be_recovered:
        tally.end_unrealized()
