"""The simulated institution remembers, never moves money twice, and fares as the token says."""

import asyncio
import contextlib

import pytest

from daigou.domain.ids import MovementRef
from daigou.domain.money import ZERO, Money
from daigou.ports.counterparties import OutcomeUnknownError, Reply, Standing
from daigou.simulator.conduct import PAYMENT_METHODS
from daigou.simulator.counterparties import SimulatedCounterparties, simulated_counterparties
from daigou.simulator.memory import ReferenceReusedError

PAID = MovementRef("ord_test/3")
BACK = MovementRef("ord_test/7")
PRICE = Money(123_123)


async def capture(world: SimulatedCounterparties, method: str, amount: Money = PRICE) -> Reply:
    return await world.payment_institution.capture(
        reference=PAID, amount=amount, payment_method=method
    )


async def refund(world: SimulatedCounterparties, amount: Money = PRICE) -> Reply:
    return await world.payment_institution.refund(reference=BACK, amount=amount, original=PAID)


async def outcome(world: SimulatedCounterparties, reference: MovementRef) -> list[Standing]:
    """What is answered to asking, until it is final."""
    heard = []
    for _ in range(5):
        heard.append((await world.payment_institution.ask(reference=reference)).standing)
        if heard[-1] != Standing.PENDING:
            break
    return heard


async def test_captures_once_under_one_reference(world: SimulatedCounterparties) -> None:
    first = await capture(world, "pm_ok")
    again = await capture(world, "pm_ok")

    assert first == again
    assert first.standing == Standing.DONE
    assert (await world.payment_institution.statement()).captured == PRICE


async def test_moves_money_once_for_many_callers_at_once(world: SimulatedCounterparties) -> None:
    replies = await asyncio.gather(*(capture(world, "pm_ok") for _ in range(20)))

    assert len(set(replies)) == 1
    assert (await world.payment_institution.statement()).captured == PRICE


async def test_rejects_a_known_reference_with_another_amount(
    world: SimulatedCounterparties,
) -> None:
    await capture(world, "pm_ok")

    with pytest.raises(ReferenceReusedError, match="ord_test/3"):
        await capture(world, "pm_ok", Money(1))
    with pytest.raises(ReferenceReusedError):
        await capture(world, "pm_pending_then_ok")


async def test_remembers_after_its_own_restart(
    world: SimulatedCounterparties, database_url: str
) -> None:
    first = await capture(world, "pm_ok")

    async with simulated_counterparties(database_url) as restarted:
        again = await capture(restarted, "pm_ok")

    assert again == first


@pytest.mark.parametrize("method", ["pm_declined", "pm_of_nobody", ""])
async def test_declines(world: SimulatedCounterparties, method: str) -> None:
    reply = await capture(world, method)

    assert reply.standing == Standing.REJECTED
    assert reply.reason
    assert (await world.payment_institution.statement()).captured == ZERO


@pytest.mark.parametrize(
    ("method", "end"),
    [("pm_pending_then_ok", Standing.DONE), ("pm_pending_then_declined", Standing.REJECTED)],
)
async def test_is_pending_and_then_knows(
    world: SimulatedCounterparties, method: str, end: Standing
) -> None:
    reply = await capture(world, method)

    assert reply.standing == Standing.PENDING
    assert await outcome(world, PAID) == [Standing.PENDING, end]


@pytest.mark.parametrize(
    ("method", "end"),
    [("pm_timeout_then_ok", Standing.DONE), ("pm_timeout_then_declined", Standing.REJECTED)],
)
async def test_does_as_told_though_the_answer_is_lost(
    world: SimulatedCounterparties, method: str, end: Standing
) -> None:
    with pytest.raises(OutcomeUnknownError):
        await capture(world, method)

    assert await outcome(world, PAID) == [end]
    assert (await capture(world, method)).standing == end


async def test_never_heard_of_a_lost_call_and_takes_the_next(
    world: SimulatedCounterparties,
) -> None:
    with pytest.raises(OutcomeUnknownError):
        await capture(world, "pm_timeout_then_unheard")

    assert await outcome(world, PAID) == [Standing.UNHEARD]
    assert (await world.payment_institution.statement()).lines == ()
    assert (await capture(world, "pm_timeout_then_unheard")).standing == Standing.DONE


async def test_stays_pending_until_a_person_decides(world: SimulatedCounterparties) -> None:
    await capture(world, "pm_silent")
    assert await outcome(world, PAID) == [Standing.PENDING] * 5

    await world.payment_institution.decide(reference=PAID, standing=Standing.DONE)

    assert await outcome(world, PAID) == [Standing.DONE]
    with pytest.raises(LookupError):
        await world.payment_institution.decide(reference=PAID, standing=Standing.REJECTED)


async def test_refunds_what_it_captured(world: SimulatedCounterparties) -> None:
    await capture(world, "pm_ok")

    assert (await refund(world)).standing == Standing.DONE
    assert await refund(world) == await refund(world)

    statement = await world.payment_institution.statement()
    assert (statement.captured, statement.refunded) == (PRICE, PRICE)


async def test_never_refunds_more_than_it_captured(world: SimulatedCounterparties) -> None:
    await capture(world, "pm_ok")
    await refund(world)

    more = await world.payment_institution.refund(
        reference=MovementRef("ord_test/9"), amount=Money(1), original=PAID
    )

    assert (more.standing, more.reason) == (Standing.REJECTED, "exceeds_capture")


@pytest.mark.parametrize("method", ["pm_declined", "pm_silent"])
async def test_refunds_nothing_that_was_not_captured(
    world: SimulatedCounterparties, method: str
) -> None:
    await capture(world, method)

    reply = await refund(world)

    assert (reply.standing, reply.reason) == (Standing.REJECTED, "no_such_capture")


async def test_refund_that_fails(world: SimulatedCounterparties) -> None:
    await capture(world, "pm_ok_refund_fails")

    reply = await refund(world)

    assert (reply.standing, reply.reason) == (Standing.REJECTED, "account_closed")
    assert (await world.payment_institution.statement()).refunded == ZERO


async def test_refund_that_is_pending(world: SimulatedCounterparties) -> None:
    await capture(world, "pm_ok_refund_pending")

    assert (await refund(world)).standing == Standing.PENDING
    assert await outcome(world, BACK) == [Standing.PENDING, Standing.DONE]


@pytest.mark.parametrize(
    ("method", "asked"),
    [("pm_ok_refund_timeout", Standing.DONE), ("pm_ok_refund_unheard", Standing.UNHEARD)],
)
async def test_refund_without_an_answer(
    world: SimulatedCounterparties, method: str, asked: Standing
) -> None:
    await capture(world, method)

    with pytest.raises(OutcomeUnknownError):
        await refund(world)

    assert await outcome(world, BACK) == [asked]
    assert (await refund(world)).standing == Standing.DONE
    assert (await world.payment_institution.statement()).refunded == PRICE


async def test_refund_that_a_person_decides(world: SimulatedCounterparties) -> None:
    await capture(world, "pm_ok_refund_silent")
    await refund(world)

    await world.payment_institution.decide(reference=BACK, standing=Standing.DONE)

    assert await outcome(world, BACK) == [Standing.DONE]


@pytest.mark.parametrize("method", PAYMENT_METHODS)
async def test_every_method_answers_asking_by_something_definite(
    world: SimulatedCounterparties, method: str
) -> None:
    with contextlib.suppress(OutcomeUnknownError):
        await capture(world, method)

    final = (await outcome(world, PAID))[-1]

    assert (final == Standing.PENDING) == (method == "pm_silent")
