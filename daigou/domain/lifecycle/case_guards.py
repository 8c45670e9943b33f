"""Owns the guards and conditions of cases: what may be cancelled, until when, what waits for it."""

from daigou.domain.commands import CaseRefund, SellerConsent, SettleCancellation
from daigou.domain.facts import PAST_CUSTOMS, TO_GO_BACK, Case, Facts
from daigou.domain.lifecycle.table import Condition, Situation
from daigou.domain.lifecycle.table import Guard as Guard
from daigou.domain.money import ZERO
from daigou.domain.order import State, TableName
from daigou.domain.refusals import RefusalCode, Refused

UNDER_WAY = (State.PAYING, State.PURCHASING)
NOT_BOUGHT = (
    State.EFFECTIVE,
    State.AWAITING_CHOICE,
    State.AWAITING_TOP_UP,
    State.AWAITING_BALANCE,
)
BOUGHT = (
    State.PURCHASED,
    State.GOING_BACK,
    State.DISPATCHED,
    State.WAREHOUSE_OBJECTION,
    State.WAREHOUSED,
    State.STORED,
)
CANCELLABLE = (*NOT_BOUGHT, *UNDER_WAY, *BOUGHT)
"""Where an order stands that an agreement holds together, and no customs have been cleared."""
_NOT_AGREED = (State.NEW, State.IN_REVIEW, State.REQUESTED, State.ACCEPTED)

# What waits while a case is open.


def no_payment_is_held(situation: Situation) -> None:
    """PSR-22-1: while a payment is charged back nothing is done for the client on its order."""
    if situation.facts.payment_is_held:
        raise payment_held()


def payment_held() -> Refused:
    """A payment of the order was charged back, and is not paid again yet (PSR-22-1)."""
    return Refused(
        RefusalCode.PAYMENT_HELD,
        "PSR-22-1",
        "a payment of this order was charged back; wait until it is paid again or decided",
    )


def no_case_is_open(situation: Situation) -> None:
    """PSR-12-1: while a cancellation is open nothing is bought, paid or agreed on this order."""
    if situation.facts.case_is_open:
        raise Refused(
            RefusalCode.CASE_OPEN,
            _clause_of(situation),
            f"a {case_of(situation.facts).table} of this order is open; wait for its outcome",
        )


UNDISTURBED = (no_payment_is_held, no_case_is_open)
"""What is asked of every intention, as long as facts alone go on."""


def _clause_of(situation: Situation) -> str:
    if case_of(situation.facts).table == TableName.DISSOLUTION:
        return "PSR-13-4"
    return "PSR-12-1-A" if situation.order in NOT_BOUGHT else "PSR-12-1-B"


def goods_are_to_go_back(situation: Situation) -> None:
    """PSR-12-6: goods are sent back once the seller has agreed to take them."""
    case = situation.facts.case
    if case is None or case.state != State.RETURNING:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "PSR-12-1-B",
            "goods go back only where the seller has agreed to a cancellation",
        )


# Asking for a cancellation.


def customs_are_not_cleared(situation: Situation) -> None:
    """PSR-12-7: never after the export customs."""
    if cleared(situation):
        raise Refused(
            RefusalCode.CUSTOMS_CLEARED,
            "PSR-12-7",
            "goods of this order have cleared export customs: it cannot be cancelled any more",
        )


def order_can_be_cancelled(situation: Situation) -> None:
    """PSR-12-1: an agreement is cancelled; before there is one, the request is taken back."""
    order, facts = situation.order, situation.facts
    if order in _NOT_AGREED or (order == State.PAYING and facts.cancellable_until is None):
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "PSR-2-2",
            f"there is no agreement to cancel while the order is {order}: take the request back "
            "instead (withdraw), or wait until the payment's outcome is known",
        )
    if order not in CANCELLABLE:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "PSR-12-1-B",
            f"there is nothing to cancel while the order is {order}",
        )


def cancellation_is_in_time(situation: Situation) -> None:
    """PSR-12-2: only within the platform's period; at its last instant it is over."""
    until = situation.facts.cancellable_until
    if until is not None and situation.at >= until:
        raise Refused(
            RefusalCode.TOO_LATE,
            "PSR-12-2",
            f"the period in which this order could be cancelled ended at {until.isoformat()}",
        )


def outcome_is_open(situation: Situation) -> bool:
    """Whether a payment or a purchase is under way whose outcome decides what is to be undone."""
    return situation.order in UNDER_WAY


def nothing_is_bought_yet(situation: Situation) -> bool:
    """PSR-12-1-A: whether the goods have not been bought, or not for the whole price yet."""
    return situation.order in NOT_BOUGHT


def goods_are_bought_now(situation: Situation) -> bool:
    """PSR-12-1-B: whether the seller has been paid, so that it has to agree."""
    return situation.order in BOUGHT


# The seller's answer.


def refund_can_be(situation: Situation) -> None:
    """PSR-12-1-B, PSR-15-2: the seller pays back no more than it has, and no advance deposit."""
    command, facts = situation.command, situation.facts
    if not isinstance(command, SellerConsent):
        return
    if command.refund > facts.refundable:
        advance = f" ({facts.advance.amount} of advance deposit is lost)" if facts.advance else ""
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-15-2" if facts.advance else "PSR-12-1-B",
            f"the seller was paid {facts.price} and cannot pay back {command.refund}{advance}",
        )
    if command.refund < case_of(facts).received:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-12-1-B",
            f"the seller has paid back {case_of(facts).received} already",
        )


def seller_has_terms(situation: Situation) -> bool:
    """PSR-12-5: whether the seller wants something for it, and the client can still say no."""
    command, facts = situation.command, situation.facts
    if not isinstance(command, SellerConsent) or case_of(facts).granted:
        return False
    return command.refund < facts.refundable or command.penalty > ZERO


def is_not_granted(situation: Situation) -> None:
    """PSR-12-1: what has been granted cannot be taken back."""
    if case_of(situation.facts).granted:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "PSR-12-1-B",
            "the cancellation has been granted, and the goods are on their way back: it cannot be "
            "taken back any more",
        )


def was_granted(situation: Situation) -> bool:
    """PSR-12-6: whether the seller refuses what it had agreed to, for what befell the goods."""
    return case_of(situation.facts).granted


# The goods and the money on their way back.


def goods_must_go_back(situation: Situation) -> bool:
    """PSR-12-6: whether goods are at the storage, or on their way to it or back."""
    return any(each.state in TO_GO_BACK for each in situation.facts.parcels)


def goods_were_lost(situation: Situation) -> bool:
    """PSR-12-6: whether goods were lost on their way back that the seller has not answered for."""
    return situation.facts.lost_on_the_way_back > case_of(situation.facts).losses


def goods_must_go_back_or_were_lost(situation: Situation) -> bool:
    """PSR-12-6: whether goods have to go back, or were lost that the seller did not know of."""
    return goods_must_go_back(situation) or goods_were_lost(situation)


def refund_is_outstanding(situation: Situation) -> bool:
    """PSR-12-1-B: whether the seller owes something of what it agreed to pay back."""
    command, case = situation.command, case_of(situation.facts)
    if isinstance(command, SellerConsent):
        return command.refund > case.received
    if command is None and case.state == State.ASKING_SELLER:
        # What a consent would usually lead to: the seller pays back what it can.
        return situation.facts.refundable > case.received
    return refund_is_awaited(situation)


def refund_is_awaited(situation: Situation) -> bool:
    """Whether what came, with what comes now, is less than what the seller agreed to pay back."""
    command, case = situation.command, case_of(situation.facts)
    come = command.amount if isinstance(command, CaseRefund) else ZERO
    return case.received + come < case.expected


def number_is_new(facts: Facts, number: str, *, clause: str) -> None:
    """A payment of the seller counts once, by its own number of it.

    Raises:
        Refused: it is in the books already.
    """
    if number in facts.seller_refunds:
        raise Refused(
            RefusalCode.ALREADY_RECORDED,
            clause,
            f"the seller's payment {number} is in the books already",
        )


def refund_is_new(situation: Situation) -> None:
    """PSR-12-1-B: a payment of the seller is posted once, and never more than it had."""
    command, facts = situation.command, situation.facts
    if not isinstance(command, CaseRefund):
        return
    case = case_of(facts)
    if situation.order in NOT_BOUGHT:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-12-1-A",
            "nothing was bought from the seller, so it has nothing to pay back",
        )
    number_is_new(facts, command.external_ref, clause="PSR-12-1-B")
    most = facts.refundable - case.received
    if not ZERO < command.amount <= most:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-12-1-B",
            f"of what the seller had, it can pay back {most} more, not {command.amount}",
        )


def nothing_came_back(situation: Situation) -> None:
    """PSR-12-1-B: a seller who has paid something back cannot be said to refuse."""
    received = case_of(situation.facts).received
    if received:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "PSR-12-1-B",
            f"the seller has paid {received} back: go on without the rest (proceed-without-refund)",
        )


# The settlement.


def costs_are_proved(situation: Situation) -> None:
    """PSR-12-4: each cost names its evidence, and is of more than nothing."""
    command = situation.command
    if not isinstance(command, SettleCancellation):
        return
    bare = [f"{each.cost} of {each.amount}" for each in command.costs if not each.evidence]
    empty = [f"{each.cost}" for each in command.costs if not each.amount]
    if bare or empty:
        said = [f"no evidence of {', '.join(bare)}"] if bare else []
        said += [f"no amount for {', '.join(empty)}"] if empty else []
        raise Refused(RefusalCode.INVALID_REQUEST, "PSR-12-4", "; ".join(said))


def debts_come_from_the_deposit(situation: Situation) -> bool:
    """PSR-12-4: whether the terms take from the deposit what the costs exceed."""
    return situation.terms.debts_from_deposit


def silence_refuses(situation: Situation) -> bool:
    """PSR-12-1-B: whether a seller who never answers counts as refusing."""
    return situation.terms.silence_refuses


# What befalls an open case.


def cleared(situation: Situation) -> bool:
    """PSR-12-7: whether goods of the order have cleared export customs."""
    return any(each.state in PAST_CUSTOMS for each in situation.facts.parcels)


def order_went_another_way(situation: Situation) -> bool:
    """Whether the order has come where nothing is left to be cancelled."""
    return situation.order not in CANCELLABLE


# What the order makes of it.


def case_begins_to_hold(situation: Situation) -> bool:
    """Whether the order's clocks are to stand still, and run yet."""
    return situation.facts.case_is_open and not situation.facts.held


def case_holds_no_more(situation: Situation) -> bool:
    """Whether the order's clocks stand still without a reason."""
    return situation.facts.held and not situation.facts.is_held_up


def order_is_cancelled(situation: Situation) -> bool:
    """PSR-12-1: whether the cancellation has been settled."""
    return _came_through(situation, TableName.CANCELLATION, State.CANCELLED)


def order_is_dissolved(situation: Situation) -> bool:
    """PSR-13-6: whether the seller's money was passed on, or is not waited for any more."""
    return _came_through(situation, TableName.DISSOLUTION, State.DISSOLVED)


def _came_through(situation: Situation, table: TableName, end: State) -> bool:
    case = situation.facts.case
    return case is not None and case.table == table and case.state in (end, State.CHASING)


def case_of(facts: Facts) -> Case:
    """The case that a row is of."""
    if facts.case is None:
        raise TypeError("the order has no case")
    return facts.case


def goods_are_back(situation: Situation) -> bool:
    """PSR-12-6: whether no goods have to go back any more."""
    return not goods_must_go_back(situation)


def goods_are_back_and_refund_is_outstanding(situation: Situation) -> bool:
    """PSR-12-6: whether it is the seller's turn to pay back."""
    return goods_are_back(situation) and refund_is_outstanding(situation)


def both(*conditions: Condition | None) -> Condition | None:
    """Whether each of the conditions holds that there is; none where there are none."""
    there = [each for each in conditions if each is not None]
    if not there:
        return None
    return lambda situation: all(holds(situation) for holds in there)
