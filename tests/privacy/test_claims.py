"""What parties write in a claim stands apart and nowhere else; erased, it is gone."""

import pytest

from daigou.domain.commands import Basis, Loss, LossHead, Opponent
from daigou.domain.ids import PartyId
from daigou.domain.money import Money
from daigou.domain.order import Role, Trigger
from daigou.ledger.registry import Registry
from tests.chaos.house import House, open_house
from tests.chaos.town import AGREED, ALL_FROM_DEPOSIT, KETTLES_FEN, App, a_key, kettles
from tests.privacy import marked

CLIENT = PartyId("cli_zoe")
SAID = {
    Trigger.MAKE_CLAIM: "Zqxjf Zoe-Marker opened an empty box",
    Trigger.ADMIT_CLAIM: "Zqxjg told Zoe-Marker by telephone",
    Trigger.REJECT_CLAIM: "Zqxjh Zoe-Marker is wrong",
    Trigger.WITHDRAW_CLAIM: "Zqxji we agreed, Zoe-Marker",
}


async def _claims(house: House, buyer_app: App) -> list[str]:
    """Claims that are answered and taken back in words, on an order that ended."""
    provider_app = house.town.provider
    async with house.edge.client(buyer_app) as buyer, house.edge.client(provider_app) as provider:
        body = {"amount": {"amount": KETTLES_FEN, "currency": "CNY"}, "payment_method": "pm_ok"}
        await buyer._command("/v1/recharges", body, key=a_key())
        order = (await buyer.place(kettles(), key=a_key())).receipt.id
        await provider.accept(order, key=a_key())
        await buyer.command(order, Trigger.PAY, ALL_FROM_DEPOSIT, key=a_key())
        sold_out = {"reason": "sold_out"}
        await provider.command(order, Trigger.REPORT_UNREALIZABLE, sold_out, key=a_key())

        async def made() -> str:
            done = await buyer.make_claim(
                order,
                key=a_key(),
                against=Opponent.PROVIDER,
                basis=Basis.PROVIDERS_FAULT,
                losses=[Loss(head=LossHead.DIRECT_LOSS, amount=Money(1_00))],
                note=SAID[Trigger.MAKE_CLAIM],
            )
            return done.receipt.id

        claims = [await made() for _ in range(3)]
        note = SAID[Trigger.ADMIT_CLAIM]
        await provider.admit_claim(claims[0], key=a_key(), amount=Money(50), note=note)
        await provider.reject_claim(claims[1], key=a_key(), note=SAID[Trigger.REJECT_CLAIM])
        await buyer.withdraw_claim(claims[2], key=a_key(), note=SAID[Trigger.WITHDRAW_CLAIM])
    return claims


async def _everywhere(house: House, claims: list[str]) -> dict[str, set[str]]:
    seen = {"summary", "details", "event 1", "claim", "transition"}
    return await marked.where(house, claims, SAID.values(), clue="PSR-24", seen=seen)


@pytest.mark.clause("PSR-23")
async def test_words_of_a_claim_stand_apart_and_are_erased_with_their_client() -> None:
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
        claims = await _claims(house, house.town.application(CLIENT, Role.CLIENT))

        before = await _everywhere(house, claims)
        async with house.edge.client(house.town.platform) as eraser:
            erased = await eraser.erase_personal_data(CLIENT, force=True)
            timelines = [(await eraser.timeline(claim)).data for claim in claims]
        after = await _everywhere(house, claims)

    assert before == {"note": set(SAID.values()), "contact": {marked.NAME, marked.EMAIL}}
    assert after == {}
    # Three claims were made in words, and one each was admitted, rejected and taken back.
    assert erased.notes == 6
    assert all(step.note is None and step.note_erased for steps in timelines for step in steps)
