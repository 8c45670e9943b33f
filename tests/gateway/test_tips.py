"""Tips through the API, on real servers: sums by hand, who sees them, what is refused and why."""

import asyncio

import pytest

from daigou.domain.money import Money
from daigou.domain.order import Role, State
from gateway.client import DaigouClient, Done, RefusalError
from tests.gateway.house import PROVIDER, App, House, a_key
from tests.gateway.road import by_method, no

PLENTY = Money(2_000_00)
"""1,231.23 of it pay an order, 768.77 are left for tips."""
LEFT = Money(768_77)


async def _tip(client: DaigouClient, order: str, fen: int = 50_00, **changes: str) -> Done:
    return await client.give_tip(order, key=a_key(), amount=Money(fen), **changes)


async def _paid(house: House) -> tuple[App, str]:
    client = await house.rich_client(PLENTY)
    return client, await house.paid(client)


@pytest.mark.clause("PSR-21-1")
@pytest.mark.clause("PSR-21-2")
async def test_a_client_tips_its_provider_and_has_it_back(house: House) -> None:
    client, order = await _paid(house)

    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        given = await _tip(buyer, order, 50_01, note="thank you, Kai")
        tip = given.receipt.id
        held = await house.balance(client)
        seen, listed, whole = (
            await provider.tip(tip),
            await provider.tips(order),
            await buyer.order(order),
        )
        back = await buyer.refund_tip(tip, key=a_key(), note="the wrong order")
        timeline, statement = await provider.timeline(tip), await buyer.tip_statement(tip)
        over = await buyer.tip(tip)

    assert (given.receipt.state, given.receipt.next_actor) == (State.HELD, Role.CLOCK)
    assert (seen.amount.money, seen.client_id, seen.provider_id) == (
        Money(50_01),
        client.party,
        PROVIDER,
    )
    assert seen.due_at == given.receipt.due_at
    assert (seen.workflow_id, seen.order_id) == (f"tip/{tip}", order)
    assert [each.id for each in listed.data] == [each.id for each in whole.tips] == [tip]
    assert held == LEFT - Money(50_01)
    assert (back.receipt.state, over.state, over.due_at) == (State.REFUNDED, State.REFUNDED, None)
    assert await house.balance(client) == LEFT
    assert [
        {leg.account: leg.amount.money.amount for leg in journal.legs}
        for journal in statement.journals
    ] == [
        {f"deposit:{client.party}": 50_01, f"tip_held:{tip}": -50_01},
        {f"tip_held:{tip}": 50_01, f"deposit:{client.party}": -50_01},
    ]
    assert [(each.trigger, each.clause, each.note) for each in timeline.data] == [
        ("give-tip", "PSR-21-1", "thank you, Kai"),
        ("refund-tip", "PSR-21-2", "the wrong order"),
    ]


@pytest.mark.clause("PSR-21-2")
async def test_a_tip_that_was_had_back_is_not_had_back_again(house: House) -> None:
    client, order = await _paid(house)

    async with house.client(client) as buyer:
        tip = (await _tip(buyer, order)).receipt.id
        await buyer.refund_tip(tip, key=a_key())
        problem = await no(buyer.refund_tip(tip, key=a_key()))

    assert (problem.code, problem.clause) == ("not_in_this_state", "PSR-21-2")
    assert await house.balance(client) == LEFT


@pytest.mark.clause("PSR-21-1")
async def test_a_tip_is_given_once_whatever_is_sent_again(house: House) -> None:
    client, order = await _paid(house)
    key = a_key()

    async with house.client(client) as buyer:
        first = await buyer.give_tip(order, key=key, amount=Money(50_00), tip_id="tip_mine_0001")
        again = await buyer.give_tip(order, key=key, amount=Money(50_00), tip_id="tip_mine_0001")
        same = await _tip(buyer, order, 50_00, tip_id="tip_mine_0001")
        taken = await no(_tip(buyer, order, 51_00, tip_id="tip_mine_0001"))

    assert first.receipt.id == "tip_mine_0001"
    assert (again.receipt, again.replayed) == (first.receipt, True)
    assert same.receipt.id == first.receipt.id
    assert (taken.code, taken.clause) == ("id_taken", "PSR-21-1")
    assert await house.balance(client) == LEFT - Money(50_00)


@pytest.mark.clause("PSR-21-1")
async def test_everything_that_stands_in_the_way_of_a_tip_is_named_at_once(house: House) -> None:
    client = await house.rich_client(PLENTY)
    order = await house.placed(client)

    async with house.client(client) as buyer:
        problem = await no(_tip(buyer, order, 500_01, tip_id="tip_in_vain_1"))
        actions = by_method(await buyer.allowed_actions(order))
        lost = await no(buyer.tip("tip_in_vain_1"))

    assert [(each.code, each.clause) for each in problem.errors] == [
        ("not_in_this_state", "PSR-21-1"),
        ("invalid_request", "PSR-21-1"),
    ]
    assert (actions["tips"].allowed, actions["tips"].clause) == (False, "PSR-21-1")
    assert lost.code == "not_found"


@pytest.mark.clause("PSR-21-1")
async def test_of_tips_at_once_no_more_are_given_than_an_order_can_have(house: House) -> None:
    client, order = await _paid(house)

    async with house.client(client) as buyer:
        found = await asyncio.gather(
            *(_tip(buyer, order, 10_00) for _ in range(8)), return_exceptions=True
        )
        actions = by_method(await buyer.allowed_actions(order))

    refused = [each.problem for each in found if isinstance(each, RefusalError)]
    assert sum(isinstance(each, Done) for each in found) == 3
    assert {(each.code, each.clause) for each in refused} == {("too_many_tips", "PSR-21-1")}
    assert len(refused) == 5
    assert await house.balance(client) == LEFT - Money(30_00)
    assert actions["tips"].allowed  # How many there are is judged when one comes.


@pytest.mark.clause("PSR-21-1")
async def test_a_deposit_that_does_not_hold_the_tip_is_told(house: House) -> None:
    client = await house.rich_client(Money(1_231_23 + 49_99))
    order = await house.paid(client)

    async with house.client(client) as buyer:
        problem = await no(_tip(buyer, order, 50_00))

    assert (problem.code, problem.clause) == ("deposit_too_small", "UA-1-8")


@pytest.mark.clause("OP-7-5-4")
async def test_a_tip_is_between_its_client_and_its_provider(house: House) -> None:
    client, order = await _paid(house)
    other = house.new_client()
    async with house.client(client) as buyer:
        tip = (await _tip(buyer, order)).receipt.id

    for reader in (Role.STORAGE, Role.LOGISTICS, Role.PAYMENT_INSTITUTION, other):
        async with house.client(reader) as stranger:
            assert (await no(stranger.tip(tip))).code == "not_found"
            assert (await no(stranger.refund_tip(tip, key=a_key()))).code == "not_found"
    async with house.client(Role.STORAGE) as storage, house.client(Role.SUPPORT) as support:
        assert (await storage.tips(order)).data == ()
        assert (await storage.order(order)).tips == ()
        assert [each.id for each in (await support.tips(order)).data] == [tip]


@pytest.mark.clause("PSR-21-2")
async def test_what_may_be_done_with_a_tip_is_told_to_each(house: House) -> None:
    client, order = await _paid(house)

    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        tip = (await _tip(buyer, order)).receipt.id
        for_client = by_method(await buyer.allowed_actions(tip))
        for_provider = by_method(await provider.allowed_actions(tip))
        too_soon = await no(provider.return_tip(tip, key=a_key()))
        not_its = await no(provider.refund_tip(tip, key=a_key()))
        due = (await buyer.tip(tip)).due_at

    assert for_client["refund-tip"].allowed
    assert for_client["refund-tip"].until == due
    assert not for_provider["refund-tip"].allowed
    assert (too_soon.code, too_soon.clause) == ("not_in_this_state", "PSR-21-2")
    assert (not_its.code, not_its.clause) == ("not_your_role", "PSR-21-2")


@pytest.mark.clause("PSR-21-1")
async def test_a_tip_is_found_by_its_search_attributes(house: House) -> None:
    client, order = await _paid(house)

    async with house.client(client) as buyer:
        tip = (await _tip(buyer, order, 77_00)).receipt.id
    described = await house.temporal.get_workflow_handle(f"tip/{tip}").describe()

    found = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert found["ClientId"] == client.party
    assert found["ProviderId"] == PROVIDER
    assert found["AmountFen"] == 77_00
    assert {"OrderState", "NextActor", "DueAt"} <= found.keys()


async def test_nobody_tips_for_an_order_of_somebody_else(house: House) -> None:
    _, order = await _paid(house)
    other = await house.rich_client()

    async with house.client(other) as stranger, house.client(Role.PROVIDER) as provider:
        hidden = await no(_tip(stranger, order))
        wrong = await no(_tip(provider, order))

    assert hidden.code == "not_found"
    assert (wrong.code, wrong.clause) == ("not_your_role", "PSR-21-1")
