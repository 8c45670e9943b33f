"""The simulated seller platform remembers, never buys twice, and fares as the offer's id says."""

import asyncio

import pytest

from daigou.domain.ids import MovementRef
from daigou.domain.money import Money
from daigou.ports.counterparties import OutcomeUnknownError, Reply, Standing
from daigou.simulator import conduct
from daigou.simulator.conduct import OfferBlock
from daigou.simulator.counterparties import SimulatedCounterparties
from daigou.simulator.memory import ReferenceReusedError

FIRST = MovementRef("ord_test/5")
SECOND = MovementRef("ord_test/8")
GOODS, FREIGHT = Money(120_000), Money(1_100)
ADDRESS = "Hall 1, No. 1 Example Road, Yiwu (invented)"


async def buy(
    world: SimulatedCounterparties,
    block: OfferBlock,
    *,
    reference: MovementRef = FIRST,
    quantity: int = 300,
    goods: Money = GOODS,
    pay: Money = GOODS + FREIGHT,
) -> Reply:
    return await world.seller_platform.buy(
        reference=reference,
        offer_id=block.offer_id(7),
        quantity=quantity,
        goods=goods,
        freight=FREIGHT,
        delivery_address=ADDRESS,
        pay=pay,
    )


async def ask(world: SimulatedCounterparties, reference: MovementRef = FIRST) -> Standing:
    return (await world.seller_platform.ask(reference=reference)).standing


async def test_buys_at_the_agreed_price_to_the_agreed_address(
    world: SimulatedCounterparties,
) -> None:
    reply = await buy(world, conduct.NORMAL)

    assert reply.standing == Standing.DONE
    assert (reply.goods, reply.freight, reply.delivery_address) == (GOODS, FREIGHT, ADDRESS)
    assert reply.external_ref.startswith("90")


async def test_buys_once_for_many_callers_at_once(world: SimulatedCounterparties) -> None:
    replies = await asyncio.gather(*(buy(world, conduct.NORMAL) for _ in range(20)))

    assert len(set(replies)) == 1
    (order,) = await world.seller_platform.orders()
    assert order.price == GOODS + FREIGHT


async def test_rejects_a_known_reference_with_another_quantity(
    world: SimulatedCounterparties,
) -> None:
    await buy(world, conduct.NORMAL)

    with pytest.raises(ReferenceReusedError, match="ord_test/5"):
        await buy(world, conduct.NORMAL, quantity=1)


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (conduct.SELLER_STOPPED, "seller_stopped"),
        (conduct.SOLD_OUT, "sold_out"),
        (conduct.PRICE_CHANGED, "price_changed"),
    ],
)
async def test_cannot_sell(world: SimulatedCounterparties, block: OfferBlock, reason: str) -> None:
    reply = await buy(world, block)

    assert (reply.standing, reply.reason) == (Standing.REJECTED, reason)
    assert reply.goods is None


async def test_seller_is_not_paid_once_and_then_is(world: SimulatedCounterparties) -> None:
    assert (await buy(world, conduct.UNPAID_ONCE)).standing == Standing.FAILED
    assert (await buy(world, conduct.UNPAID_ONCE)).standing == Standing.FAILED

    assert (await buy(world, conduct.UNPAID_ONCE, reference=SECOND)).standing == Standing.DONE


async def test_buys_though_the_answer_is_lost(world: SimulatedCounterparties) -> None:
    with pytest.raises(OutcomeUnknownError):
        await buy(world, conduct.TIMEOUT_BUT_BOUGHT)

    assert await ask(world) == Standing.DONE
    assert len(await world.seller_platform.orders()) == 1


async def test_never_heard_of_a_lost_order_and_takes_the_next(
    world: SimulatedCounterparties,
) -> None:
    with pytest.raises(OutcomeUnknownError):
        await buy(world, conduct.TIMEOUT_UNHEARD)

    assert await ask(world) == Standing.UNHEARD
    assert (await buy(world, conduct.TIMEOUT_UNHEARD)).standing == Standing.DONE


@pytest.mark.parametrize(
    ("block", "end"),
    [
        (conduct.PENDING_THEN_BOUGHT, Standing.DONE),
        (conduct.PENDING_THEN_SOLD_OUT, Standing.REJECTED),
    ],
)
async def test_is_pending_and_then_knows(
    world: SimulatedCounterparties, block: OfferBlock, end: Standing
) -> None:
    assert (await buy(world, block)).standing == Standing.PENDING

    assert [await ask(world), await ask(world)] == [Standing.PENDING, end]


async def test_stays_pending_until_a_person_decides(world: SimulatedCounterparties) -> None:
    await buy(world, conduct.SILENT)
    assert {await ask(world) for _ in range(5)} == {Standing.PENDING}

    await world.seller_platform.decide(reference=FIRST, standing=Standing.FAILED, reason="lost")

    assert await ask(world) == Standing.FAILED


async def test_charges_more_than_agreed(world: SimulatedCounterparties) -> None:
    reply = await buy(world, conduct.CHARGES_MORE)

    assert reply.goods == GOODS + Money(1)


async def test_sends_the_goods_elsewhere(world: SimulatedCounterparties) -> None:
    reply = await buy(world, conduct.DELIVERS_ELSEWHERE)

    assert reply.delivery_address != ADDRESS


@pytest.mark.clause("PSR-10-2")
async def test_sells_a_tenth_cheaper_and_takes_no_more(world: SimulatedCounterparties) -> None:
    reply = await buy(world, conduct.SOLD_CHEAPER)

    (order,) = await world.seller_platform.orders()
    assert reply.standing == Standing.DONE
    assert reply.goods == Money(108_000)
    assert (order.price, order.paid) == (Money(109_100), Money(109_100))


@pytest.mark.clause("PSR-10-2")
@pytest.mark.parametrize(
    ("block", "goods", "quantity"),
    [
        (conduct.CHEAPER, 108_000, 300),
        (conduct.A_LITTLE_DEARER, 122_400, 300),
        (conduct.MUCH_DEARER, 180_000, 300),
        (conduct.HALF_IN_STOCK, 60_000, 150),
        (conduct.HALF_AND_DEARER, 240_000, 150),
    ],
)
async def test_asks_for_a_new_order_once_and_then_sells(
    world: SimulatedCounterparties, block: OfferBlock, goods: int, quantity: int
) -> None:
    first = await buy(world, block)
    again = await buy(world, block)
    second = await buy(
        world, block, reference=SECOND, goods=Money(goods), quantity=quantity, pay=Money(goods)
    )

    assert (first.standing, first.goods, first.freight) == (
        Standing.REPRICED,
        Money(goods),
        FREIGHT,
    )
    assert first.quantity == quantity
    assert again == first
    assert (second.standing, second.goods) == (Standing.DONE, Money(goods))
    orders = await world.seller_platform.orders()
    assert [order.paid for order in orders] == [Money(0), Money(goods)]


@pytest.mark.clause("PSR-15-2")
async def test_takes_an_advance_deposit_first_and_the_rest_under_another_reference(
    world: SimulatedCounterparties,
) -> None:
    advance, rest = Money(36_000), GOODS + FREIGHT - Money(36_000)

    await buy(world, conduct.NORMAL, pay=advance)
    await buy(world, conduct.NORMAL, reference=SECOND, pay=rest)

    orders = await world.seller_platform.orders()
    assert [order.paid for order in orders] == [advance, rest]
    assert {order.price for order in orders} == {GOODS + FREIGHT}


async def test_stops_after_the_advance_deposit(world: SimulatedCounterparties) -> None:
    await buy(world, conduct.STOPS_AFTER_ADVANCE, pay=Money(36_000))

    reply = await buy(world, conduct.STOPS_AFTER_ADVANCE, reference=SECOND, pay=Money(85_100))

    assert (reply.standing, reply.reason) == (Standing.REJECTED, "seller_stopped")
    assert [order.paid for order in await world.seller_platform.orders()] == [
        Money(36_000),
        Money(0),
    ]


async def test_an_order_that_waits_fares_as_the_first_although_another_follows(
    world: SimulatedCounterparties,
) -> None:
    await buy(world, conduct.UNPAID_ONCE)
    await buy(world, conduct.UNPAID_ONCE, reference=SECOND)

    assert await ask(world) == Standing.FAILED
    assert await ask(world, SECOND) == Standing.DONE


async def test_what_is_paid_out_of_an_own_pocket_is_no_payment_back_of_the_price(
    world: SimulatedCounterparties,
) -> None:
    sellers = world.seller_platform
    await buy(world, conduct.NORMAL)

    for _ in range(2):
        await sellers.pay_back(reference="own", subject="ord_test", amount=Money(5_00), own=True)
    await sellers.pay_back(reference="all", subject="ord_test", amount=GOODS + FREIGHT)

    assert [(back.reference, back.own) for back in await sellers.paybacks()] == [
        ("own", True),
        ("all", False),
    ]


async def test_a_seller_pays_back_once_and_no_more_than_it_has(
    world: SimulatedCounterparties,
) -> None:
    await buy(world, conduct.NORMAL)
    sellers = world.seller_platform

    for _ in range(2):
        await sellers.pay_back(reference="BACK-1", subject="ord_test", amount=Money(120_000))
    with pytest.raises(LookupError, match="ord_test"):
        await sellers.pay_back(reference="BACK-2", subject="ord_test", amount=Money(1_101))

    assert [(back.reference, back.amount) for back in await sellers.paybacks()] == [
        ("BACK-1", Money(120_000))
    ]


@pytest.mark.parametrize(("quantity", "pieces", "goods"), [(1, 1, 100), (2, 1, 50), (3, 1, 33)])
def test_half_of_the_pieces_is_one_at_least_and_half_a_fen_goes_up(
    quantity: int, pieces: int, goods: int
) -> None:
    half = conduct.HALF_IN_STOCK.offers

    assert (half.pieces(quantity), half.goods(100, quantity)) == (pieces, goods)
    assert half.goods(101, 2) == 51
