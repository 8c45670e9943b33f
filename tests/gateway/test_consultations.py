"""Questions to the platform through the API, on real servers: counted, answered, read by whom."""

from datetime import UTC, datetime, timedelta

import pytest

from daigou.domain.commands import Calendar, Topic
from daigou.domain.order import Role, State
from gateway.business_days import business_days_after
from gateway.client import DaigouClient, Done
from tests.gateway.house import App, House, a_key
from tests.gateway.road import by_method, no

QUESTION = "For how long are goods stored?"


async def _ask(client: DaigouClient, question: str = QUESTION, **changes: str) -> Done:
    return await client.consult(key=a_key(), topic=Topic.SERVICES, question=question, **changes)


@pytest.mark.clause("UA-4-6")
async def test_a_question_is_answered_and_its_due_date_was_shown_from_the_first(
    house: House,
) -> None:
    client = house.new_client()
    before = datetime.now(UTC)

    async with house.client(client) as asker, house.client(Role.PLATFORM) as platform:
        asked = await _ask(asker)
        id_ = asked.receipt.id
        seen = await asker.consultation(id_)
        answered = await platform.answer_consultation(id_, key=a_key(), note="Ninety days.")
        over, timeline = await asker.consultation(id_), await asker.timeline(id_)

    counted = {business_days_after(at, days=15).at for at in (before, datetime.now(UTC))}
    assert (asked.receipt.state, asked.receipt.next_actor) == (State.ASKED, Role.PLATFORM)
    assert seen.answer_by in counted
    assert seen.calendar in (Calendar.STATE_COUNCIL, Calendar.WEEKDAYS)
    assert seen.due_at == seen.asked_at + timedelta(days=10)  # The platform is reminded first.
    assert (seen.asker_id, seen.asker_role, seen.topic) == (client.party, "client", "services")
    assert (answered.receipt.state, over.state, over.next_actor) == (
        State.ANSWERED,
        State.ANSWERED,
        None,
    )
    assert [(each.trigger, each.note) for each in timeline.data] == [
        ("consult", QUESTION),
        ("answer-consultation", "Ninety days."),
    ]


@pytest.mark.clause("UA-4-6")
async def test_whoever_is_registered_may_ask_and_reads_the_answer(house: House) -> None:
    for role in (Role.PROVIDER, Role.STORAGE, Role.LOGISTICS):
        async with house.client(role) as asker, house.client(Role.PLATFORM) as platform:
            id_ = (await _ask(asker)).receipt.id
            await platform.answer_consultation(id_, key=a_key(), note="Read the terms.")
            timeline = await asker.timeline(id_)
            seen = await asker.consultation(id_)

        assert seen.asker_role == role
        assert [each.note for each in timeline.data] == [QUESTION, "Read the terms."]


@pytest.mark.clause("OP-7-5-4")
async def test_a_question_is_between_its_asker_and_the_platform(house: House) -> None:
    client, other = house.new_client(), house.new_client()
    async with house.client(client) as asker:
        id_ = (await _ask(asker)).receipt.id

    for reader in (other, Role.PROVIDER, Role.STORAGE, Role.PAYMENT_INSTITUTION):
        async with house.client(reader) as stranger:
            assert (await no(stranger.consultation(id_))).code == "not_found"
            assert (await no(stranger.withdraw_consultation(id_, key=a_key()))).code == "not_found"
    async with house.client(Role.SUPPORT) as support:
        assert (await support.consultation(id_)).id == id_
        problem = await no(support.answer_consultation(id_, key=a_key(), note="?"))
    assert (problem.code, problem.clause) == ("not_your_role", "UA-4-6")


async def test_ones_own_questions_are_listed_the_newest_first_and_by_pages(house: House) -> None:
    client = house.new_client()

    async with house.client(client) as asker, house.client(Role.PLATFORM) as platform:
        ids = [(await _ask(asker, f"question {number}")).receipt.id for number in range(3)]
        await asker.withdraw_consultation(ids[1], key=a_key())
        first = await asker.consultations(limit=2)
        rest = await asker.consultations(limit=2, starting_after=first.data[-1].id)
        open_ones = await asker.consultations(state=State.ASKED)
        lost = await no(asker.consultations(starting_after="cns_nowhere"))
        everybodys = await platform.consultations(limit=100)
    async with house.client(Role.PAYMENT_INSTITUTION) as institution:
        nobodys = await institution.consultations()

    assert ([each.id for each in first.data], first.has_more) == ([ids[2], ids[1]], True)
    assert ([each.id for each in rest.data], rest.has_more) == ([ids[0]], False)
    assert [each.id for each in open_ones.data] == [ids[2], ids[0]]
    assert lost.code == "invalid_request"
    assert set(ids) <= {each.id for each in everybodys.data}
    assert nobodys.data == ()


@pytest.mark.clause("UA-4-6")
async def test_a_question_is_asked_once_and_only_with_words(house: House) -> None:
    client = house.new_client()
    key = a_key()

    async with house.client(client) as asker:
        first = await asker.consult(
            key=key, topic=Topic.AGREEMENT, question=QUESTION, consultation_id="cns_mine_0001"
        )
        again = await asker.consult(
            key=key, topic=Topic.AGREEMENT, question=QUESTION, consultation_id="cns_mine_0001"
        )
        taken = await no(_ask(asker, consultation_id="cns_mine_0001"))
        empty = await no(_ask(asker, ""))
        actions = by_method(await asker.allowed_actions("cns_mine_0001"))
    async with house.http(client) as http:
        wordless = await http.post(
            "/v1/consultations",
            json={"topic": "services"},
            headers={"Idempotency-Key": a_key()},
        )

    assert (again.receipt, again.replayed) == (first.receipt, True)
    assert (taken.code, taken.clause) == ("id_taken", "UA-4-6")
    assert empty.code == "invalid_request"
    assert wordless.status_code == 422
    assert actions["withdraw-consultation"].allowed
    assert not actions["answer-consultation"].allowed


@pytest.mark.clause("UA-4-6")
async def test_where_days_are_short_so_is_the_time_to_answer(house: House) -> None:
    client = house.new_client()
    fast = house.another(time_scale=86_400)

    async with house.http(client, on=fast) as http:
        made = await http.post(
            "/v1/consultations",
            json={"topic": "services", "question": QUESTION},
            headers={"Idempotency-Key": a_key()},
        )
        seen = (await http.get(f"/v1/consultations/{made.json()['id']}")).json()

    left = datetime.fromisoformat(seen["answer_by"]) - datetime.fromisoformat(seen["asked_at"])
    assert timedelta(seconds=15) < left < timedelta(seconds=35)


async def test_a_question_is_found_by_its_search_attributes_without_its_words(
    house: House,
) -> None:
    client = house.new_client()

    async with house.client(client) as asker:
        id_ = (await _ask(asker)).receipt.id
    handle = house.temporal.get_workflow_handle(f"consultation/{id_}")
    described = await handle.describe()
    history = await handle.fetch_history()

    found = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert found["ClientId"] == client.party
    assert {"NextActor", "OrderState", "DueAt"} <= found.keys()
    assert found["NextActor"] == "platform"
    assert "stored" not in history.to_json()


async def test_an_unregistered_client_asks_in_vain(house: House) -> None:
    client: App = house.new_client(agreed=False)

    async with house.client(client) as asker:
        problem = await no(_ask(asker))

    assert (problem.code, problem.clause) == ("not_registered", "UA-1-1")
