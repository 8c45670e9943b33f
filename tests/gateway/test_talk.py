"""Cautions, requirements, questions and opinions, through the API, on real servers.

300 kettles for 4.00 each and 30.00 of freight make 1,230.00; a thousandth of it is 1.23 of fee;
that is 1,231.23 in whole. Every sum is done by hand.
"""

import pytest
from structlog.testing import capture_logs

from daigou.domain.commands import (
    CautionKind,
    Line,
    LineCode,
    RefusalReason,
)
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from gateway.client import RefusalError
from tests.gateway.house import PROVIDER, STORAGE, WHOLE, House, a_key
from tests.gateway.road import by_method, refused

# ---- cautions and requirements -----------------------------------------------------------------


@pytest.mark.clause("PSR-15-1")
async def test_customised_goods_wait_for_what_the_client_settled_with_the_seller(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.placed(client, cautions=["customised"])
    inspection = Line(
        code=LineCode.INSPECTION_FEE, label="inspection", amount=Money(1_00), collector=STORAGE
    )
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        actions = by_method(await provider.allowed_actions(order))
        early = await refused(house, order, Trigger.ACCEPT, Role.PROVIDER)
        silent = await refused(
            house, order, Trigger.ACKNOWLEDGE_CAUTION, client, caution="customised"
        )
        await buyer.acknowledge_caution(
            order, key=a_key(), caution=CautionKind.CUSTOMISED, note="red, with our logo"
        )
        with pytest.raises(RefusalError) as inspected:
            await provider.accept(order, key=a_key(), lines=[inspection])
        await provider.accept(order, key=a_key())
        (caution,) = (await buyer.order(order)).cautions

    assert (actions["accept"].allowed, actions["accept"].clause) == (False, "PSR-15-1")
    assert actions["accept"].code == "caution_not_acknowledged"
    assert (early.status, early.code, early.clause) == (
        409,
        "caution_not_acknowledged",
        "PSR-15-1",
    )
    assert (silent.status, silent.clause) == (422, "PSR-15-1")
    assert (inspected.value.problem.code, inspected.value.problem.clause) == (
        "excluded_by_caution",
        "PSR-15-1",
    )
    assert caution.acknowledged
    assert caution.excludes == ("inspection",)


@pytest.mark.clause("PSR-15-5")
async def test_sensitive_goods_may_be_refused_after_payment_less_what_they_cost(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.placed(client)
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        await provider.raise_caution(order, key=a_key(), caution=CautionKind.SENSITIVE)
        await buyer.acknowledge_caution(order, key=a_key(), caution=CautionKind.SENSITIVE)
        await provider.accept(order, key=a_key())
        await buyer.pay(order, key=a_key(), from_deposit=WHOLE)
        cost = Line(
            code=LineCode.OTHER_FEE,
            label="enquiry",
            amount=Money(31_23),
            collector=PROVIDER,
        )
        done = await provider.refuse(
            order, key=a_key(), reason=RefusalReason.SENSITIVE_GOODS, costs=[cost]
        )

    assert done.receipt.state == State.REFUSED
    assert await house.balance(client) == Money(1_200_00)


@pytest.mark.clause("PSR-3-1")
@pytest.mark.clause("PSR-3-2")
async def test_a_requirement_that_stands_in_the_way_stops_the_order_after_payment(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.placed(client)
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        made = await buyer.require(order, key=a_key(), note="only from the 2026 batch", needed=True)
        await provider.accept(order, key=a_key())
        await buyer.pay(order, key=a_key(), from_deposit=WHOLE)
        other = await refused(house, order, Trigger.REFUSE, Role.PROVIDER, reason="no_capacity")
        late = await refused(house, order, Trigger.REQUIRE, client, note="and in red")
        done = await provider.refuse(
            order,
            key=a_key(),
            reason=RefusalReason.REQUIREMENT,
            requirement=made.receipt.item,
        )
        (requirement,) = (await buyer.order(order)).requirements

    assert made.receipt.item == requirement.item
    assert (made.receipt.state, made.receipt.order_state) == (State.PROPOSED, State.REQUESTED)
    assert requirement.opening["needed"] is True
    assert (other.status, other.code, other.clause) == (422, "reason_not_allowed", "PSR-3-2")
    assert (late.status, late.clause) == (409, "PSR-3-1")
    assert done.receipt.state == State.REFUSED
    assert await house.balance(client) == WHOLE


@pytest.mark.clause("PSR-3-1")
async def test_each_requirement_is_agreed_or_declined_by_its_number(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)
    async with house.client(Role.PROVIDER) as provider, house.client(client) as buyer:
        first = await buyer.require(order, key=a_key(), note="in red")
        second = await buyer.require(order, key=a_key(), note="gift wrapped")
        which = await refused(house, order, Trigger.AGREE_REQUIREMENT, Role.PROVIDER)
        await provider.agree_requirement(order, key=a_key(), requirement=first.receipt.item)
        await provider.decline_requirement(order, key=a_key())
        made = (await buyer.order(order)).requirements

    assert (which.status, which.code) == (409, "which_item")
    assert first.receipt.item in which.detail
    assert {each.item: each.state for each in made} == {
        first.receipt.item: State.AGREED,
        second.receipt.item: State.DECLINED,
    }


# ---- words -------------------------------------------------------------------------------------


@pytest.mark.clause("PSR-26")
@pytest.mark.clause("PSR-20")
async def test_questions_and_opinions_are_read_by_those_whom_they_are_for(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)
    async with (
        house.client(Role.PROVIDER) as provider,
        house.client(client) as buyer,
        house.client(Role.PLATFORM) as platform,
    ):
        asked = await buyer.ask_question(order, key=a_key(), note="is it 230 volts?")
        answered = await provider.answer_question(order, key=a_key(), note="it is")
        again = await refused(house, order, Trigger.ANSWER_QUESTION, Role.PROVIDER, note="yes")
        given = await platform.give_opinion(order, key=a_key(), note="the client is right")
        seen = await buyer.order(order)
        words = {}
        for role in (client, Role.PROVIDER, Role.SUPPORT, Role.STORAGE, Role.LOGISTICS):
            async with house.client(role) as reader:
                told = (await reader.timeline(order)).data
            words[role] = [step.note for step in told if step.note]
            assert not any(step.note_erased for step in told)

    all_words = ["is it 230 volts?", "it is", "the client is right"]
    assert asked.receipt.item == answered.receipt.item
    assert (answered.receipt.state, again.clause) == (State.ANSWERED, "PSR-26")
    assert given.receipt.state == State.GIVEN
    assert [each.state for each in (*seen.questions, *seen.opinions)] == ["answered", "given"]
    assert words[client] == words[Role.PROVIDER] == words[Role.SUPPORT] == all_words
    assert words[Role.STORAGE] == words[Role.LOGISTICS] == []


@pytest.mark.clause("PSR-23")
async def test_free_words_are_in_no_receipt_and_no_log(house: House) -> None:
    client, secret = house.new_client(), "my neighbour Rosa will fetch it"
    order = await house.placed(client)

    with capture_logs() as logs:
        receipts = [
            await house.do(order, Trigger.REQUIRE, client, {"note": secret}),
            await house.do(order, Trigger.ASK_QUESTION, client, {"note": secret}),
            await house.do(order, Trigger.ANSWER_QUESTION, Role.PROVIDER, {"note": secret}),
            await house.do(
                order,
                Trigger.RAISE_CAUTION,
                Role.PLATFORM,
                {"caution": "sensitive", "note": secret},
            ),
            await house.do(order, Trigger.WITHDRAW, client, {"note": secret}),
        ]
    seen = await house.order(order)

    assert "Rosa" not in repr(receipts)
    assert "Rosa" not in repr(logs)
    assert "Rosa" not in seen.model_dump_json()
