"""What is written with a tip or in a question to the platform stands apart; erased, it is gone."""

import pytest

from daigou.domain.commands import Topic
from daigou.domain.ids import PartyId
from daigou.domain.money import Money
from daigou.domain.order import Role, Trigger
from daigou.ledger.registry import Registry
from tests.chaos.house import House, open_house
from tests.chaos.town import AGREED, ALL_FROM_DEPOSIT, KETTLES_FEN, App, a_key, kettles
from tests.privacy import marked

CLIENT = PartyId("cli_zoe")
SAID = {
    Trigger.GIVE_TIP: "Zqxjf thank you, says Zoe-Marker",
    Trigger.REFUND_TIP: "Zqxjg Zoe-Marker thought better of it",
    Trigger.CONSULT: "Zqxjh may Zoe-Marker move to Kazan?",
    Trigger.ANSWER_CONSULTATION: "Zqxji Zoe-Marker may move",
}


async def _talk(house: House, app: App) -> list[str]:
    """A tip that went back, and a question that was answered, all in words."""
    async with (
        house.edge.client(app) as client,
        house.edge.client(house.town.provider) as provider,
        house.edge.client(house.town.platform) as platform,
    ):
        body = {
            "amount": {"amount": KETTLES_FEN + 50_00, "currency": "CNY"},
            "payment_method": "pm_ok",
        }
        await client._command("/v1/recharges", body, key=a_key())
        order = (await client.place(kettles(), key=a_key())).receipt.id
        await provider.accept(order, key=a_key())
        await client.command(order, Trigger.PAY, ALL_FROM_DEPOSIT, key=a_key())
        sold_out = {"reason": "sold_out"}
        await provider.command(order, Trigger.REPORT_UNREALIZABLE, sold_out, key=a_key())
        given = await client.give_tip(
            order, key=a_key(), amount=Money(50_00), note=SAID[Trigger.GIVE_TIP]
        )
        tip = given.receipt.id
        await client.refund_tip(tip, key=a_key(), note=SAID[Trigger.REFUND_TIP])
        asked = await client.consult(
            key=a_key(), topic=Topic.AGREEMENT, question=SAID[Trigger.CONSULT]
        )
        question = asked.receipt.id
        await platform.answer_consultation(
            question, key=a_key(), note=SAID[Trigger.ANSWER_CONSULTATION]
        )
    return [tip, question]


async def _everywhere(house: House, subjects: list[str]) -> dict[str, set[str]]:
    seen = {"summary", "event 1", "transition"}
    return await marked.where(house, subjects, SAID.values(), clue="UA-4-6", seen=seen)


@pytest.mark.clause("PSR-23")
async def test_words_of_tips_and_questions_stand_apart_and_are_erased_with_their_client() -> None:
    async with open_house() as house:
        Registry(house.engine).register_party(
            id=CLIENT,
            role=Role.CLIENT,
            country="DE",
            agreement_version="2026-11",
            agreed_at=AGREED,
            contact_name=marked.NAME,
            email=marked.EMAIL,
        )
        subjects = await _talk(house, house.town.application(CLIENT, Role.CLIENT))

        before = await _everywhere(house, subjects)
        async with house.edge.client(house.town.platform) as eraser:
            erased = await eraser.erase_personal_data(CLIENT, force=True)
            timelines = [(await eraser.timeline(each)).data for each in subjects]
        after = await _everywhere(house, subjects)

    assert before == {"note": set(SAID.values()), "contact": {marked.NAME, marked.EMAIL}}
    assert after == {}
    assert erased.notes == 4
    assert all(step.note is None and step.note_erased for steps in timelines for step in steps)
