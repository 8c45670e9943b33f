"""Who may erase personal data, and when it is still needed."""

import pytest

from daigou.domain.ids import PartyId
from daigou.domain.order import Role, Trigger
from gateway.client import RefusalError
from tests.gateway.house import AGREED, App, House, a_key


def _named_client(house: House) -> App:
    party = PartyId(f"cli_{a_key()}")
    house.registry.register_party(
        id=party,
        role=Role.CLIENT,
        country="DE",
        agreement_version="2026-11",
        agreed_at=AGREED,
        contact_name="Anna Example",
        email="anna@example.org",
    )
    return house.application(party, Role.CLIENT)


@pytest.mark.clause("PSR-23")
async def test_a_client_whose_orders_have_ended_erases_itself(house: House) -> None:
    client = _named_client(house)
    order = await house.placed(client)

    async with house.client(client) as buyer:
        with pytest.raises(RefusalError) as early:
            await buyer.erase_personal_data(client.party)
        await buyer.withdraw(order, key=a_key(), note="changed my mind")
        erased = await buyer.erase_personal_data(client.party)
        told = (await buyer.timeline(order)).data[-1]

    problem = early.value.problem
    assert (problem.status, problem.code, problem.clause) == (409, "still_running", "PSR-27")
    assert problem.detail == (f"{order} have not ended, and notices on them need the contact")
    assert (erased.contacts, erased.notes, erased.forced) == (1, 1, False)
    assert (told.trigger, told.note, told.note_erased) == (Trigger.WITHDRAW, None, True)


@pytest.mark.clause("PSR-23")
async def test_nobody_else_erases_but_the_platform_and_it_alone_by_force(house: House) -> None:
    client = _named_client(house)
    order = await house.placed(client)
    refusals = []

    for app, force in ((Role.PROVIDER, False), (Role.SUPPORT, False), (client, True)):
        async with house.client(app) as caller:
            with pytest.raises(RefusalError) as refused:
                await caller.erase_personal_data(client.party, force=force)
        refusals.append((refused.value.problem.status, refused.value.problem.code))
    async with house.client(Role.PLATFORM) as platform:
        with pytest.raises(RefusalError) as early:
            await platform.erase_personal_data(client.party)
        erased = await platform.erase_personal_data(client.party, force=True)

    assert refusals == [(404, "not_found"), (403, "not_your_role"), (403, "not_your_role")]
    assert early.value.problem.detail.startswith(order)
    assert "force" in early.value.problem.detail
    assert (erased.contacts, erased.forced) == (1, True)


async def test_what_is_no_party_or_no_query_is_told_so(house: House) -> None:
    async with house.http(Role.PLATFORM) as http:
        nobody = await http.delete("/v1/parties/cli_nobody/personal-data")
        junk = await http.delete("/v1/parties/x/personal-data")
        wrong = await http.delete("/v1/parties/prv_kai/personal-data", params={"force": "perhaps"})

    assert (nobody.status_code, junk.status_code, wrong.status_code) == (404, 404, 422)
