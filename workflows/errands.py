"""Owns the outside calls: sent once, asked about until known, sent again only if never heard of."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.answers import Answered, Certainty
    from activities.payments import Payments
    from activities.purchasing import Purchasing
    from daigou.domain.clocks import Timing
    from daigou.domain.ids import MovementRef, PartyId
    from daigou.domain.lifecycle.table import Call
    from daigou.domain.order import Actor, Role

SHORTEST_PAUSE = timedelta(seconds=0.2)
SEND_TIMEOUT = timedelta(seconds=30)
WORKER_WAIT_MAX = timedelta(minutes=5)

INSTITUTION = Actor(role=Role.PAYMENT_INSTITUTION, party=PartyId("pin_institution"))
SELLERS = Actor(role=Role.PLATFORM, party=PartyId("plt_seller_platform"))

Activity = Callable[[Any, MovementRef], Awaitable[Answered]]


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a call is made: the activity that sends, the one that asks, who answers, in words."""

    send: Activity
    ask: Activity
    answers_as: Actor
    says: str


CALLS = {
    Call.CAPTURE: How(
        send=Payments.capture,
        ask=Payments.ask_payment,
        answers_as=INSTITUTION,
        says="capture the payment",
    ),
    Call.REFUND: How(
        send=Payments.refund,
        ask=Payments.ask_payment,
        answers_as=INSTITUTION,
        says="pay the client back",
    ),
    Call.PAYOUT: How(
        send=Payments.pay_out,
        ask=Payments.ask_payment,
        answers_as=INSTITUTION,
        says="pay out of the deposit",
    ),
    Call.BUY: How(
        send=Purchasing.buy,
        ask=Purchasing.ask_seller,
        answers_as=SELLERS,
        says="buy from the seller",
    ),
}


async def make_call(
    call: Call, reference: MovementRef, *, timing: Timing, on_unknown: Callable[[], None]
) -> Answered:
    """The counterparty's final answer, however long it takes to be known.

    `on_unknown` is told once the first answer is pending or lost: nobody should wait for it.
    """
    how = CALLS[call]
    pauses = _pauses(timing)
    try:
        while True:
            answered = await _send(how, reference)
            if answered.certainty != Certainty.KNOWN:
                on_unknown()
                answered = await _ask(how, reference, timing)
            if answered.certainty == Certainty.KNOWN:
                return answered
            await workflow.sleep(next(pauses), summary=f"{reference} never arrived: send it again")
    except ActivityError as error:
        if is_cancelled_exception(error):
            # Someone else told the outcome: nobody waits for this call any more.
            raise asyncio.CancelledError from error
        raise


def pause_before(term: str, timing: Timing) -> timedelta:
    """The pause that a term names, scaled, but never so short that it troubles anyone."""
    return max(SHORTEST_PAUSE, timing.terms.duration(term, scale=timing.scale))


async def _send(how: How, reference: MovementRef) -> Answered:
    try:
        return await workflow.execute_activity_method(
            how.send,
            reference,
            start_to_close_timeout=SEND_TIMEOUT,
            schedule_to_start_timeout=WORKER_WAIT_MAX,
            # Never sent again before it is asked what became of it.
            retry_policy=RetryPolicy(maximum_attempts=1),
            summary=f"{how.says} · {reference}",
        )
    except ActivityError as error:
        if is_cancelled_exception(error):
            raise
        return Answered(certainty=Certainty.ASK)


async def _ask(how: How, reference: MovementRef, timing: Timing) -> Answered:
    return await workflow.execute_activity_method(
        how.ask,
        reference,
        start_to_close_timeout=SEND_TIMEOUT,
        retry_policy=RetryPolicy(
            initial_interval=pause_before("ask", timing),
            maximum_interval=pause_before("ask_most", timing),
        ),
        summary=f"ask what became of {reference}, until it is known",
    )


def _pauses(timing: Timing) -> Iterator[timedelta]:
    pause, longest = pause_before("ask", timing), pause_before("ask_most", timing)
    while True:
        yield pause
        pause = min(2 * pause, longest)
