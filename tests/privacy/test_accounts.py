"""What is said of frozen accounts and of chargebacks stands apart, in evidence too; erased, it is
gone."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from daigou.domain.commands import Block, DisputeReason, FreezeReason, Head
from daigou.domain.ids import PartyId
from daigou.domain.lifecycle import CHARGEBACK, CLOSURE, FREEZE
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.ledger.registry import Registry
from gateway.client import DaigouClient
from tests.chaos.house import House, open_house
from tests.chaos.town import AGREED, KETTLES_FEN, LOOK_SECONDS, App, a_key, fen, kettles
from tests.privacy import marked

CLIENT = PartyId("cli_zoe")
TIME_SCALE = 14_400
"""A day lasts six seconds: three are waited for, until a debt is not paid in time (PSR-22-2)."""
BY_CARD = {"from_institution": fen(KETTLES_FEN), "payment_method": "pm_ok"}
SAID = {
    Trigger.PLACE_FREEZE: "Zqxjf Zoe-Marker lost her key",
    Trigger.LIFT_FREEZE: "Zqxjg Zoe-Marker has it again",
    Trigger.CONTEST_RESTRICTION: "Zqxjh the court at Zoe-Marker's decides",
    Trigger.AWARD_SUM: "Zqxji the court says that Zoe-Marker pays",
    Trigger.CLOSE_ACCOUNT: "Zqxjj Zoe-Marker leaves",
    Trigger.KEEP_ACCOUNT: "Zqxjk Zoe-Marker stays",
    Trigger.FIND_JUST_CAUSE: "Zqxjl Zoe-Marker got a brick",
    Trigger.DENY_JUST_CAUSE: "Zqxjm Zoe-Marker got a kettle",
    Trigger.REFUSE_SERVICE: "Zqxjo nothing more for Zoe-Marker",
    Trigger.DISPOSE_GOODS: "Zqxjp what Zoe-Marker left is sold",
}
ELSEWHERE = {Trigger.RECOVER_ACCOUNT, Trigger.REQUEST_FREEZE}
"""What takes an account that slept for half a year, or terms that freeze none unasked: its words go
the way of those that lift a freeze."""


class _Story:
    """Everything that is said of an account, in a house whose days are short."""

    def __init__(self, house: House, client: App) -> None:
        self._house = house
        self._client = client
        self._disputes = 0
        self.subjects: list[str] = []

    async def happens(self) -> None:
        town = self._house.town
        async with (
            self._house.edge.client(self._client) as client,
            self._house.edge.client(town.provider) as provider,
            self._house.edge.client(town.platform) as platform,
        ):
            # The account has nothing, so that what is charged back stays owed.
            unbought, bought, excused = [
                await self._paid(client, provider, purchased=purchased)
                for purchased in (False, True, True)
            ]
            await self._freezes(client, provider, platform, bought)
            owed = [await self._charged_back(platform, each) for each in (unbought, bought)]
            just = await self._charged_back(platform, excused, judged=False)
            await platform.deny_just_cause(
                just, key=a_key(), head=Head.OTHER, note=SAID[Trigger.DENY_JUST_CAUSE]
            )
            await platform.stage_evidence(just, key=a_key())
            await platform.find_just_cause(just, key=a_key(), note=SAID[Trigger.FIND_JUST_CAUSE])
            for chargeback in owed:
                while (await platform.chargeback(chargeback)).state != State.OWING:
                    await asyncio.sleep(LOOK_SECONDS)
            note = SAID[Trigger.REFUSE_SERVICE]
            await provider.command(unbought, Trigger.REFUSE_SERVICE, {"note": note}, key=a_key())
            await provider.dispose_goods(
                bought,
                key=a_key(),
                proceeds=Money(1_00),
                storage_costs=Money(0),
                external_ref="buyer-1",
                note=SAID[Trigger.DISPOSE_GOODS],
            )

    async def _paid(self, client: DaigouClient, provider: DaigouClient, *, purchased: bool) -> str:
        order = (await client.place(kettles(), key=a_key())).receipt.id
        await provider.accept(order, key=a_key())
        await client.command(order, Trigger.PAY, BY_CARD, key=a_key())
        if purchased:
            await provider.command(order, Trigger.PURCHASE, {}, key=a_key())
        self.subjects.append(order)
        return order

    async def _freezes(
        self, client: DaigouClient, provider: DaigouClient, platform: DaigouClient, order: str
    ) -> None:
        lost = await client.place_freeze(
            CLIENT,
            key=a_key(),
            reason=FreezeReason.LOST_CREDENTIAL,
            note=SAID[Trigger.PLACE_FREEZE],
        )
        broken = await provider.place_freeze(
            CLIENT, key=a_key(), reason=FreezeReason.BREACH, order_id=order, amount=Money(1)
        )
        suspected = await platform.place_freeze(
            CLIENT, key=a_key(), reason=FreezeReason.SUSPICION, blocks=[Block.WITHDRAWAL]
        )
        for freeze in (lost.receipt.id, suspected.receipt.id):
            await platform.lift_freeze(freeze, key=a_key(), note=SAID[Trigger.LIFT_FREEZE])
        broken_id = broken.receipt.id
        await client.contest_restriction(
            broken_id, key=a_key(), note=SAID[Trigger.CONTEST_RESTRICTION]
        )
        await platform.award_sum(broken_id, key=a_key(), note=SAID[Trigger.AWARD_SUM])
        closing = await client.close_account(
            CLIENT, key=a_key(), payment_method="pm_ok", note=SAID[Trigger.CLOSE_ACCOUNT]
        )
        await client.keep_account(closing.receipt.id, key=a_key(), note=SAID[Trigger.KEEP_ACCOUNT])
        self.subjects += [each.receipt.id for each in (lost, broken, suspected, closing)]

    async def _charged_back(
        self, platform: DaigouClient, order: str, *, judged: bool = True
    ) -> str:
        self._disputes += 1
        movements = (await platform.statement(order)).movements
        done = await platform.report_chargeback(
            order,
            key=a_key(),
            dispute=f"dp-zoe-{self._disputes}",
            payment=next(each.reference for each in movements if each.kind == "capture"),
            amount=Money(KETTLES_FEN),
            reason=DisputeReason.CHANGED_MIND if judged else DisputeReason.NOT_AS_DESCRIBED,
            evidence_due=datetime.now(UTC) + timedelta(days=10),
        )
        self.subjects.append(done.receipt.id)
        return done.receipt.id


def test_everything_that_may_be_said_of_accounts_is_said_here() -> None:
    commands = marked.noted_triggers(CHARGEBACK, FREEZE, CLOSURE) | marked.FOR_A_DEBT
    opened_by = {Trigger.PLACE_FREEZE, Trigger.CLOSE_ACCOUNT}

    assert commands | opened_by == SAID.keys() | ELSEWHERE


@pytest.mark.clause("PSR-23")
async def test_words_of_accounts_and_of_evidence_stand_apart_and_are_erased() -> None:
    async with open_house(time_scale=TIME_SCALE) as house:
        Registry(house.engine).register_party(
            id=CLIENT,
            role=Role.CLIENT,
            country="DE",
            agreement_version="2026-11",
            agreed_at=AGREED,
            contact_name=marked.NAME,
            email=marked.EMAIL,
        )
        story = _Story(house, house.town.application(CLIENT, Role.CLIENT))
        await story.happens()
        books = house.audit()

        before = await _everywhere(house, story.subjects)
        async with house.edge.client(house.town.platform) as eraser:
            erased = await eraser.erase_personal_data(CLIENT, force=True)
            timelines = [(await eraser.timeline(each)).data for each in story.subjects]
        after = await _everywhere(house, story.subjects)
        audited = house.audit()

    said = set(SAID.values())
    assert before.keys() == {"note", "contact", "evidence_bundle"}
    assert (before["note"], before["contact"]) == (said, {marked.NAME, marked.EMAIL})
    assert before["evidence_bundle"] == {SAID[Trigger.DENY_JUST_CAUSE]}
    assert after == {}
    # Two freezes were lifted in words.
    assert (erased.notes, erased.evidence) == (len(SAID) + 1, 1)
    assert not any(step.note for steps in timelines for step in steps)
    assert (books.ok, audited) == (True, books), str(books)


async def _everywhere(house: House, subjects: list[str]) -> dict[str, set[str]]:
    seen = {"description", "event 1", "chargeback", "evidence_bundle"}
    return await marked.where(house, subjects, SAID.values(), clue="dp-zoe", seen=seen)
