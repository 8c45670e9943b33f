"""Personal data stands apart and nowhere else; erased, it is gone, and the books stay whole."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from daigou.domain.evidence import MediaType
from daigou.domain.ids import PartyId, SubjectId, case_workflow_id, workflow_id
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.screening import RuleKind, Verdict
from gateway.client import RefusalError
from tests.chaos.house import House, open_house
from tests.chaos.town import AGREED, ALL_FROM_DEPOSIT, KETTLES_FEN, App, a_key, fen, kettles
from tests.privacy import marked

CLIENT = PartyId("cli_zoe")
BOUGHT = "kettle"
Do = Callable[..., Awaitable[None]]
"""Gives a command on an order, with words if it may carry some."""


@dataclass(kw_only=True)
class Lived:
    """A house in which orders went every way that carries free words."""

    house: House
    client: App
    orders: dict[Trigger, str] = field(default_factory=dict)
    notes: int = 0
    recharge: str = ""
    evidence: str = ""
    cancelled: str = ""
    dissolved: str = ""

    @property
    def workflows(self) -> list[str]:
        """The ids of the workflows that they lived in: the subjects' own, and the cases'."""
        subjects = (*self.orders.values(), self.recharge)
        cases = (
            (self.cancelled, TableName.CANCELLATION),
            (self.dissolved, TableName.DISSOLUTION),
        )
        return [
            *(workflow_id(SubjectId(subject)) for subject in subjects),
            *(
                case_workflow_id(SubjectId(order), case, number)
                for order, case in cases
                for number in (1, 2, 3)
            ),
        ]


@pytest.fixture(scope="module")
async def lived() -> AsyncIterator[Lived]:
    async with open_house() as house:
        await _register(house)
        lived = Lived(house=house, client=house.town.application(CLIENT, Role.CLIENT))
        await _live(lived)
        yield lived


async def _register(house: House) -> None:
    async with house.edge.client(house.town.platform) as registrar:
        await registrar.register(
            {
                "role": "client",
                "party_id": CLIENT,
                "country": "DE",
                "agreement": {"version": "2026-11", "agreed_at": AGREED.isoformat()},
                "contact": {"name": marked.NAME, "email": marked.EMAIL, "phone": marked.PHONE},
            },
            key=a_key(),
        )
        await registrar.declare_principal(
            house.town.provider.party,
            {
                "legal_name": "Yiwu Purchasing Co., Ltd.",
                "registration_number": "91110000600037341L",
                "registered_address": "1 Example Road, Yiwu",
                "business_email": "office@example.com",
                "business_phone": "+86 579 0000 0000",
                "purchasing_person": marked.PERSON,
            },
            key=a_key(),
        )


async def _live(lived: Lived) -> None:
    house, town = lived.house, lived.house.town

    async def do(order: str, trigger: Trigger, by: App, **body: object) -> None:
        if trigger in marked.noted_of_orders():
            body["note"] = marked.note_of(trigger)
            lived.orders[trigger] = order
            lived.notes += 1
        async with house.edge.client(by) as actor:
            await actor.command(order, trigger, body, key=a_key())

    async def placed(*, paid: bool = False, **request: object) -> str:
        async with house.edge.client(lived.client) as buyer:
            order = (await buyer.place(kettles() | request, key=a_key())).receipt.id
        if paid:
            await do(order, Trigger.ACCEPT, town.provider)
            await do(order, Trigger.PAY, lived.client, **ALL_FROM_DEPOSIT)
        return order

    async with house.edge.client(lived.client) as buyer:
        body = {"amount": {"amount": 3 * KETTLES_FEN, "currency": "CNY"}, "payment_method": "pm_ok"}
        lived.recharge = (await buyer._command("/v1/recharges", body, key=a_key())).receipt.id

    async def placed_paid_and_bought(**request: object) -> str:
        order = await placed(paid=True, **request)
        await do(order, Trigger.PURCHASE, town.provider)
        return order

    async with house.edge.client(town.platform) as platform:
        await platform.add_screening_rule(
            key=a_key(),
            kind=RuleKind.WORD,
            pattern="doubtful",
            verdict=Verdict.DOUBTFUL,
            reason="a person looks",
        )
    for verdict in (Trigger.PERMIT_GOODS, Trigger.PROHIBIT_GOODS):
        await do(await placed(title=f"{BOUGHT} doubtful"), verdict, town.platform)
    order = await placed()
    await do(order, Trigger.RAISE_CAUTION, town.provider, caution="customised")
    await do(order, Trigger.ACKNOWLEDGE_CAUTION, lived.client, caution="customised")
    await do(order, Trigger.REQUIRE, lived.client)
    await do(order, Trigger.AGREE_REQUIREMENT, town.provider)
    await do(order, Trigger.REQUIRE, lived.client)
    await do(order, Trigger.DECLINE_REQUIREMENT, town.provider)
    await do(order, Trigger.ASK_QUESTION, lived.client)
    await do(order, Trigger.ANSWER_QUESTION, town.provider)
    await do(order, Trigger.GIVE_OPINION, town.platform)
    await do(await placed(), Trigger.REFUSE, town.provider, reason="no_capacity")
    await do(await placed(), Trigger.WITHDRAW, lived.client)
    await do(await placed(paid=True), Trigger.REPORT_UNREALIZABLE, town.provider, reason="sold_out")
    order = await placed_paid_and_bought()
    await do(order, Trigger.REPORT_PROGRESS, town.provider)
    await do(order, Trigger.DISPATCH, town.provider, tracking_ref="T-1")
    await do(order, Trigger.REPORT_LOST, town.provider)
    await do(order, Trigger.WAREHOUSE_RECEIPT, town.storage, parcel_ref="P-1")
    await do(order, Trigger.OBJECT_TO_GOODS, town.logistics, reason="damaged")
    await do(order, Trigger.RESOLVE_OBJECTION, town.logistics)
    await do(order, Trigger.ABANDON_GOODS, lived.client)
    order = await placed_paid_and_bought()
    await do(order, Trigger.WAREHOUSE_RECEIPT, town.storage, parcel_ref="P-2")
    await do(order, Trigger.OBJECT_TO_GOODS, town.logistics, reason="damaged")
    await do(order, Trigger.RESOLVE_OBJECTION, town.logistics)
    await do(order, Trigger.CLEAR_CUSTOMS, town.logistics, tracking_ref="T-2")
    await do(order, Trigger.REFUSE_PACKAGE, lived.client, reason="damaged")
    await do(order, Trigger.SETTLE_PACKAGE, town.platform, cause="none_found")
    await do(order, Trigger.DELIVER, town.logistics, tracking_ref="T-2")
    await do(order, Trigger.OBJECT_TO_RECEIPT, lived.client, reason="not_as_promised")
    await do(order, Trigger.SETTLE_OBJECTION, town.platform, cause="seller")
    async with house.edge.client(town.logistics) as logistics:
        given = await logistics.add_evidence(
            order, marked.EVIDENCE, key=a_key(), media_type=MediaType.TEXT
        )
    lived.evidence = given.id
    lived.dissolved = order
    await _dissolve(lived, order, do)
    lived.cancelled = await placed_paid_and_bought()
    await _cancel(lived, lived.cancelled, do)
    # A new command with free words is to be given here, too: else nobody looks where they go.
    assert lived.orders.keys() == marked.noted_of_orders()


async def _cancel(lived: Lived, order: str, do: Do) -> None:
    """An order's cancellation, with every word that may be said of it; the third one succeeds."""
    house, town = lived.house, lived.house.town
    await do(order, Trigger.DISPATCH, town.provider, tracking_ref="T-3")
    await do(order, Trigger.REQUEST_CANCELLATION, lived.client)
    await do(order, Trigger.WITHDRAW_CANCELLATION, lived.client)
    await do(order, Trigger.REQUEST_CANCELLATION, lived.client)
    await do(order, Trigger.REFUSE_CANCELLATION, town.provider)
    await do(order, Trigger.REQUEST_CANCELLATION, lived.client)
    price = fen(KETTLES_FEN - 123)
    await do(order, Trigger.CONSENT_TO_CANCELLATION, town.provider, refund=price)
    await do(order, Trigger.SEND_BACK, town.provider, tracking_ref="T-4")
    await do(order, Trigger.HAND_BACK, town.provider)
    await do(order, Trigger.PROCEED_WITHOUT_REFUND, town.platform)
    said = {"note": marked.note_of(Trigger.SETTLE_CANCELLATION)}
    async with house.edge.client(town.provider) as provider:
        shown = await provider.preview(order, Trigger.SETTLE_CANCELLATION, said)
    await do(order, Trigger.SETTLE_CANCELLATION, town.provider, digest=shown.digest)


async def _dissolve(lived: Lived, order: str, do: Do) -> None:
    """An order's dissolution, with every word that may be said of it; the third one succeeds."""
    provider, price = lived.house.town.provider, fen(KETTLES_FEN - 123)
    asked = {"ground": "defective", "inspected": True, "evidence": [lived.evidence]}
    await do(order, Trigger.REQUEST_DISSOLUTION, lived.client, **asked)
    await do(order, Trigger.WITHDRAW_DISSOLUTION, lived.client)
    await do(order, Trigger.REQUEST_DISSOLUTION, lived.client, **asked)
    await do(order, Trigger.ASK_FOR_EVIDENCE, provider)
    await do(order, Trigger.SUPPLEMENT_EVIDENCE, lived.client, evidence=[lived.evidence])
    await do(order, Trigger.APPLY_TO_SELLER, provider)
    await do(order, Trigger.REFUSE_DISSOLUTION, provider)
    await do(order, Trigger.REQUEST_DISSOLUTION, lived.client, **asked)
    await do(order, Trigger.APPLY_TO_SELLER, provider)
    await do(order, Trigger.CONSENT_TO_DISSOLUTION, provider, refund=price, remedy="return")
    proof = {"remedy": "return", "evidence": [lived.evidence]}
    await do(order, Trigger.PROVE_DISPOSAL, lived.client, **proof)
    await do(order, Trigger.CLOSE_DISSOLUTION, lived.house.town.platform)


async def _everywhere(lived: Lived) -> dict[str, set[str]]:
    """Which markers stand where: in the tables, by their names, and anywhere else."""
    stack, found = lived.house.stack, defaultdict(set)
    temporal = await stack.connect_temporal()
    places = [each async for each in marked.of_temporal(temporal, lived.workflows)]
    places += [*marked.of_the_logs(stack), *marked.of_the_database(stack.database_url)]
    seen = {place.partition(": ")[2] or place for place, text in places if BOUGHT in text}
    # What is bought is no secret: where it is not seen, nobody has looked.
    assert seen >= {"description", "summary", "event 1", "purchase_request", "transition"}
    assert {"worker.log", "gateway.log"} <= {place for place, text in places if text}
    for place, text in places:
        for marker in marked.found_in(text):
            found[place].add(marker)
    return dict(found)


@pytest.mark.clause("PSR-23")
async def test_personal_data_stands_in_its_own_tables_and_nowhere_else(lived: Lived) -> None:
    found = await _everywhere(lived)

    assert found.keys() == marked.APART
    assert set().union(*found.values()) == set(marked.markers())


@pytest.mark.clause("PSR-23")
async def test_what_is_erased_is_nowhere_and_the_books_stay_whole(lived: Lived) -> None:
    house, town = lived.house, lived.house.town
    order = lived.orders[Trigger.OBJECT_TO_GOODS]
    before = house.audit()

    async with house.edge.client(lived.client) as buyer, house.edge.client(town.platform) as erase:
        with pytest.raises(RefusalError) as refused:
            await buyer.erase_personal_data(CLIENT)
        erased = await erase.erase_personal_data(CLIENT, force=True)
        again = await erase.erase_personal_data(CLIENT, force=True)
        others = await erase.erase_personal_data(town.provider.party, force=True)
        timeline = (await buyer.timeline(order)).data
        principal = await buyer.principal(order)
        (piece,) = (await buyer.evidence(order)).data
        with pytest.raises(RefusalError) as gone:
            await buyer.evidence_bytes(order, lived.evidence)
        seen = await buyer.order(order)

    assert (refused.value.problem.code, refused.value.problem.clause) == ("still_running", "PSR-27")
    assert lived.orders[Trigger.AGREE_REQUIREMENT] in refused.value.problem.detail
    assert await _everywhere(lived) == {}
    assert (erased.contacts, erased.notes, erased.evidence) == (1, lived.notes, 1)
    assert erased.forced
    assert (again.contacts, again.notes, again.evidence) == (0, 0, 0)
    assert (others.purchasing_persons, others.notes) == (1, 0)
    assert {step.trigger for step in timeline if step.note_erased} >= {Trigger.OBJECT_TO_GOODS}
    assert not any(step.note for step in timeline)
    assert (principal.version, principal.purchasing_person, principal.missing) == (1, None, ())
    assert piece.erased_at is not None
    assert (gone.value.problem.status, gone.value.problem.code) == (410, "erased")
    assert piece.sha256 in gone.value.problem.detail
    assert seen.state == State.DISSOLVED
    assert before.ok
    assert house.audit() == before
