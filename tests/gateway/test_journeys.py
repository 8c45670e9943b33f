"""Orders down their roads through the API, on real servers, with the typed client."""

import asyncio

import pytest

from daigou.domain.clauses import CATALOGUE
from daigou.domain.commands import Line, LineCode, RefusalReason
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from gateway.client import RefusalError
from tests.gateway.house import ADDRESS, PROVIDER, STORAGE, WHOLE, House, a_key


async def test_an_order_goes_from_the_request_to_receipt(house: House) -> None:
    client = await house.rich_client()
    order = await house.placed(client)

    async with (
        house.client(client) as buyer,
        house.client(Role.PROVIDER) as provider,
        house.client(Role.STORAGE) as storage,
        house.client(Role.LOGISTICS) as logistics,
    ):
        await provider.accept(order, key=a_key())
        await buyer.pay(order, key=a_key(), from_deposit=WHOLE)
        await provider.purchase(order, key=a_key())
        await storage.warehouse_receipt(order, key=a_key(), parcel_ref="YW-1")
        await logistics.object_to_goods(order, key=a_key(), reason="damaged", note="a dent")
        await logistics.resolve_objection(order, key=a_key())
        await logistics.clear_customs(order, key=a_key(), tracking_ref="EX1")
        await logistics.deliver(order, key=a_key(), tracking_ref="EX1")
        done = await buyer.confirm_receipt(order, key=a_key())
        seen, timeline = await buyer.order(order), await buyer.timeline(order)
        statement, diagram = await buyer.statement(order), await buyer.diagram(order)
        deadlines = await buyer.deadlines(order)
        deposit = await buyer.deposit(client.party)

    assert done.receipt.state == seen.state == State.RECEIVED
    assert [step.sequence for step in timeline.data] == list(range(1, len(timeline.data) + 1))
    assert [step.note for step in timeline.data if step.note] == ["a dent"]
    assert seen.amount is not None
    assert seen.amount.money == seen.collected.money == WHOLE
    assert seen.fee_earned.money == Money(1_23)
    assert all(sum(leg.amount.amount for leg in each.legs) == 0 for each in statement.journals)
    assert [move.state for move in statement.movements] == ["done"]
    assert [each.trigger for each in deadlines.data] == [Trigger.CLOSE]
    assert deposit.balance.money == Money(0)
    assert ">confirm-receipt<" in diagram


async def test_what_is_refunded_through_the_institution_is_shown_and_drawn(house: House) -> None:
    client = house.new_client()
    order = await house.placed(
        client, product_link="https://detail.1688.com/offer/900200000001.html"
    )
    await house.do(order, Trigger.ACCEPT, Role.PROVIDER)
    async with house.client(client) as buyer:
        await buyer.pay(
            order, key=a_key(), from_institution=WHOLE, payment_method="pm_ok_refund_silent"
        )

        done = await house.do(order, Trigger.PURCHASE, Role.PROVIDER)
        (refund,) = (await buyer.order(order)).refunds
        actions = await _actions(house, order, Role.PAYMENT_INSTITUTION)
        async with house.client(Role.PAYMENT_INSTITUTION) as institution:
            paid_back = await institution.confirm_refund(
                order, key=a_key(), refund=refund.number, external_ref="txn-1"
            )
        seen, diagram = await buyer.order(order), await buyer.diagram(order)

    assert done.receipt.state == State.UNREALIZABLE
    assert refund.state == State.DUE
    assert actions[f"refunds/{refund.number}/confirm-refund"]
    assert paid_back.receipt.state == State.REFUNDED
    assert seen.refunded.money == WHOLE
    assert f"Refund {refund.item}" in diagram


@pytest.mark.clause("PSR-6")
@pytest.mark.clause("PSR-7")
async def test_third_party_lines_are_shown_with_who_collects_them(house: House) -> None:
    order = await house.placed(house.new_client())
    line = Line(code=LineCode.STORAGE_FEE, label="90 days", amount=Money(5_00), collector=STORAGE)

    async with house.client(Role.PROVIDER) as provider:
        await provider.accept(order, key=a_key(), lines=[line])
        statement = await provider.statement(order)

    collectors = {each.code: each.collector for each in statement.lines}
    assert collectors == {
        LineCode.GOODS: PROVIDER,
        LineCode.FREIGHT: PROVIDER,
        LineCode.SERVICE_FEE: PROVIDER,
        LineCode.STORAGE_FEE: STORAGE,
    }
    assert statement.amount is not None
    assert statement.amount.money == WHOLE + Money(5_00)


@pytest.mark.clause("PSR-1-3")
async def test_what_is_left_out_and_without_doubt_is_inferred_and_recorded(house: House) -> None:
    order = await house.placed(house.new_client())

    seen = await house.order(order)

    assert seen.product.offer_id == "900000000001"
    assert seen.delivery_address == ADDRESS
    assert {each.fact: each.source for each in seen.inferred} == {
        "offer_id": "product_link",
        "delivery_address": f"storage {STORAGE}",
    }


async def test_a_command_in_the_wrong_state_cites_the_clause_and_says_what_to_do(
    house: House,
) -> None:
    client = house.new_client()
    order = await house.placed(client)

    with pytest.raises(RefusalError) as refused:
        async with house.client(client) as buyer:
            await buyer.pay(order, key=a_key(), from_deposit=WHOLE)

    problem = refused.value.problem
    assert (problem.status, problem.code, problem.clause) == (409, "not_in_this_state", "PSR-2-2")
    assert set(problem.allowed_actions) == {
        "withdraw",
        "choose-logistics",
        "limit-price-drift",
        "acknowledge-caution",
    }


async def test_a_command_to_an_order_that_ended_is_refused_by_its_clause(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)
    await house.do(order, Trigger.WITHDRAW, client)

    with pytest.raises(RefusalError) as refused:
        await house.do(order, Trigger.ACCEPT, Role.PROVIDER)

    problem = refused.value.problem
    assert (problem.status, problem.code, problem.clause) == (409, "not_in_this_state", "PSR-2-1")


async def test_the_deposit_that_is_too_small_is_named(house: House) -> None:
    client = await house.rich_client(Money(100_00))
    order = await house.placed(client)
    await house.do(order, Trigger.ACCEPT, Role.PROVIDER)

    with pytest.raises(RefusalError) as refused:
        async with house.client(client) as buyer:
            await buyer.pay(order, key=a_key(), from_deposit=WHOLE)

    problem = refused.value.problem
    assert (problem.status, problem.code, problem.clause) == (409, "deposit_too_small", "UA-1-8")


async def test_allowed_actions_tell_until_when_and_what_forbids_the_rest(house: House) -> None:
    order = await house.placed(house.new_client())

    async with house.client(Role.PROVIDER) as provider:
        told = await provider.allowed_actions(order)
        (deadline,) = (await provider.deadlines(order)).data

    (role,) = told.roles
    by_trigger = {each.trigger: each for each in role.actions}
    assert by_trigger[Trigger.ACCEPT].allowed
    assert by_trigger[Trigger.ACCEPT].until == deadline.due_at
    assert by_trigger[Trigger.ACCEPT].leads_to == State.ACCEPTED
    assert not by_trigger[Trigger.PAY].allowed
    assert by_trigger[Trigger.PAY].clause == "PSR-2-2"
    assert by_trigger[Trigger.PAY].clause_says == CATALOGUE["PSR-2-2"].say


async def test_lists_page_through_what_one_may_see(house: House) -> None:
    client = house.new_client()
    orders = [await house.placed(client) for _ in range(5)]
    await house.do(orders[0], Trigger.REFUSE, Role.PROVIDER, {"reason": RefusalReason.NO_CAPACITY})
    await house.placed(house.new_client())

    async with house.client(client) as buyer:
        first = await buyer.orders(limit=2)
        second = await buyer.orders(limit=2, starting_after=first.data[-1].id)
        everything = [order.id async for order in buyer.all_orders()]
        refused = await buyer.orders(state=State.REFUSED)
        due = await buyer.orders(due_before=first.data[0].placed_at)

    assert [order.id for order in (*first.data, *second.data)] == orders[:0:-1]
    assert (first.has_more, second.has_more) == (True, True)
    assert everything == orders[::-1]
    assert [order.id for order in refused.data] == [orders[0]]
    assert due.data == ()


async def test_a_deposits_statement_pages_the_newest_first(house: House) -> None:
    client = await house.rich_client(Money(300_00))
    async with house.client(client) as buyer:
        await buyer.request_recharge(key=a_key(), amount=Money(1_00), payment_method="pm_ok")

        page = await buyer.deposit_entries(client.party, limit=1)
        rest = await buyer.deposit_entries(
            client.party, limit=1, starting_after=page.data[0].number
        )

    assert (page.data[0].change.money, page.data[0].balance.money) == (Money(1_00), Money(301_00))
    assert (page.has_more, rest.has_more) == (True, False)
    assert rest.data[0].change.money == Money(300_00)


async def test_a_recharge_that_is_declined_leaves_the_deposit_as_it_was(house: House) -> None:
    client = house.new_client()
    async with house.client(client) as buyer:
        done = await buyer.request_recharge(
            key=a_key(), amount=Money(10_00), payment_method="pm_declined"
        )
        seen, deposit = await buyer.recharge(done.receipt.id), await buyer.deposit(client.party)

    assert done.receipt.state == seen.state == State.DECLINED
    assert deposit.balance.money == Money(0)


async def test_a_recharge_waits_for_the_institution_and_a_person_of_it_decides(
    house: House,
) -> None:
    client = house.new_client()
    async with house.client(client) as buyer:
        asked = await buyer.request_recharge(
            key=a_key(), amount=Money(10_00), payment_method="pm_silent"
        )
        async with house.client(Role.PAYMENT_INSTITUTION) as institution:
            reference = f"{asked.receipt.id}/1"
            done = await institution.confirm_recharge(
                asked.receipt.id, key=a_key(), reference=reference
            )
        deposit = await buyer.deposit(client.party)

    assert asked.receipt.state == State.DUE
    assert done.receipt.state == State.CREDITED
    assert deposit.balance.money == Money(10_00)


async def test_fifty_callers_race_for_one_deposit_and_the_floor_holds(house: House) -> None:
    client = await house.rich_client()
    orders = [await house.placed(client) for _ in range(5)]
    for order in orders:
        await house.do(order, Trigger.ACCEPT, Role.PROVIDER)

    async with house.client(client) as buyer:
        results = await asyncio.gather(
            *(
                buyer.pay(orders[n % 5], key=f"{a_key()}-{n}", from_deposit=WHOLE)
                for n in range(50)
            ),
            return_exceptions=True,
        )
        deposit = await buyer.deposit(client.party)

    paid = [each for each in results if not isinstance(each, BaseException)]
    refused = [each for each in results if isinstance(each, RefusalError)]
    assert len(paid) == 1
    assert len(refused) == 49
    assert {each.problem.status for each in refused} == {409}
    assert deposit.balance.money == Money(0)


async def test_a_party_that_the_platform_registers_can_place_an_order(house: House) -> None:
    party = f"cli_{a_key()[4:]}"
    body = {
        "role": "client",
        "party_id": party,
        "country": "DE",
        "agreement": {"version": "2026-11", "agreed_at": "2026-11-22T09:30:00+08:00"},
        "contact": {"name": "Anna Example", "email": "anna@example.org"},
    }

    async with house.client(Role.PLATFORM) as platform:
        registered = await platform.register(body, key=a_key())
        again = await platform.register(body, key=a_key())
        with pytest.raises(RefusalError) as other:
            await platform.register({**body, "country": "FR"}, key=a_key())
    app = house.application(registered.id, Role.CLIENT)
    order = await house.placed(app)

    assert registered == again
    assert "Anna" not in registered.model_dump_json()
    assert other.value.problem.code == "id_taken"
    assert (await house.order(order)).client_id == party


async def test_reference_texts_are_open_to_everyone(house: House) -> None:
    async with house.http() as http:
        texts = [
            await http.get(path)
            for path in (
                "/v1/terms",
                "/v1/clauses",
                "/v1/mandate-declaration",
                "/healthz",
                "/readyz",
            )
        ]

    assert {text.status_code for text in texts} == {200}
    assert texts[1].json()["data"][0].keys() == {"id", "duty", "say"}


async def _actions(house: House, order: str, role: Role) -> dict[str, bool]:
    async with house.client(role) as client:
        told = await client.allowed_actions(order)
    return {each.method.partition(f"{order}/")[2]: each.allowed for each in told.roles[0].actions}
