"""For whom the purchasing person acts: read before paying, and as it was shown ever after."""

from typing import Any

import pytest

from daigou.domain.ids import PartyId
from daigou.domain.order import Role, Trigger
from daigou.domain.principal import FACTS
from gateway.client import RefusalError
from tests.gateway.house import House, a_key

PRINCIPAL = {
    "legal_name": "Kai Purchasing Co., Ltd.",
    "registration_number": "91110000600037341L",
    "registered_address": "Room 1, 1 Example Road, Yiwu",
    "business_email": "office@example.com",
    "business_phone": "+86 579 0000 0000",
    "purchasing_person": "Kai Example",
}


async def _provider(house: House, **said: Any) -> PartyId:
    party = PartyId(f"prv_{a_key()}")
    body = {"role": "provider", "party_id": party, "name": "Kai Purchasing", **said}
    async with house.client(Role.PLATFORM) as platform:
        await platform.register(body, key=a_key())
    return party


@pytest.mark.clause("PSR-4")
async def test_a_client_reads_before_paying_for_whom_the_person_acts(house: House) -> None:
    provider, client = await _provider(house, principal=PRINCIPAL), house.new_client()
    order = await house.placed(client, provider_id=provider)

    async with house.client(client) as buyer:
        shown = await buyer.principal(order)

    assert shown.model_dump(include=set(PRINCIPAL)) == PRINCIPAL
    assert (shown.version, shown.missing) == (1, ())
    assert shown.says == (
        "The purchasing person acts for Kai Purchasing Co., Ltd., "
        "registered under 91110000600037341L, and not in an own name."
    )


@pytest.mark.clause("PSR-4")
async def test_an_order_shows_the_version_that_was_in_force_when_it_was_accepted(
    house: House,
) -> None:
    provider, client = await _provider(house, principal=PRINCIPAL), house.new_client()
    acting = house.application(provider, Role.PROVIDER)
    before = await house.placed(client, provider_id=provider)
    await house.do(before, Trigger.ACCEPT, acting)
    asked = await house.placed(client, provider_id=provider)

    async with house.client(acting) as self_, house.client(client) as buyer:
        moved = {**PRINCIPAL, "registered_address": "2 Other Road, Yiwu"}
        second = await self_.declare_principal(provider, moved, key=a_key())
        again = await self_.declare_principal(provider, moved, key=a_key())
        shown = [(await buyer.principal(order)).version for order in (before, asked)]

    assert again == second
    assert shown == [1, 2]


@pytest.mark.clause("PSR-4")
async def test_what_a_provider_has_not_declared_is_named_as_missing(house: House) -> None:
    provider, client = await _provider(house), house.new_client()
    order = await house.placed(client, provider_id=provider)
    await house.do(order, Trigger.ACCEPT, house.application(provider, Role.PROVIDER))

    async with house.client(client) as buyer, house.client(Role.PLATFORM) as platform:
        none = await buyer.principal(order)
        await platform.declare_principal(provider, PRINCIPAL, key=a_key())
        since = await buyer.principal(order)

    assert (none.version, none.missing) == (None, FACTS)
    assert since.version == 1


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"registration_number": "911100006000373410"}, ["/registration_number"]),
        ({"registration_number": "9111"}, ["/registration_number"]),
        (
            {"legal_name": "", "business_email": "x", "business_phone": "1"},
            ["/legal_name", "/business_email", "/business_phone"],
        ),
    ],
)
async def test_every_fault_of_a_declaration_is_named(
    house: House, changes: dict[str, Any], pointers: list[str]
) -> None:
    async with house.client(Role.PLATFORM) as platform:
        with pytest.raises(RefusalError) as refused:
            await platform.declare_principal("prv_kai", {**PRINCIPAL, **changes}, key=a_key())

    assert [fault.pointer for fault in refused.value.problem.errors] == pointers
    assert refused.value.problem.clause == "PSR-4"


async def test_a_part_of_a_principal_is_none(house: House) -> None:
    with pytest.raises(RefusalError) as refused:
        await _provider(house, principal={"legal_name": "Kai"})

    assert {fault.pointer for fault in refused.value.problem.errors} == {
        f"/principal/{name}" for name in PRINCIPAL if name != "legal_name"
    }


async def test_a_principal_is_its_own_providers_or_the_platforms_to_declare(house: House) -> None:
    other = house.application(await _provider(house), Role.PROVIDER)

    for app, code in ((other, "not_your_role"), (Role.SUPPORT, "not_your_role")):
        async with house.client(app) as stranger:
            with pytest.raises(RefusalError) as refused:
                await stranger.declare_principal("prv_kai", PRINCIPAL, key=a_key())
        assert refused.value.problem.code == code


async def test_registering_again_with_another_principal_is_a_conflict(house: House) -> None:
    provider = await _provider(house, principal=PRINCIPAL)
    body = {"role": "provider", "party_id": provider, "name": "Kai Purchasing"}

    async with house.client(Role.PLATFORM) as platform:
        await platform.register({**body, "principal": PRINCIPAL}, key=a_key())
        other = {**PRINCIPAL, "legal_name": "Other"}
        with pytest.raises(RefusalError) as refused:
            await platform.register({**body, "principal": other}, key=a_key())

    assert refused.value.problem.code == "id_taken"


@pytest.mark.clause("PSR-23")
async def test_who_buys_is_in_no_answer_that_is_kept_with_its_key(house: House) -> None:
    provider = await _provider(house, principal=PRINCIPAL)

    async with house.http(Role.PLATFORM) as http:
        answer = await http.post(
            f"/v1/parties/{provider}/principal",
            json=PRINCIPAL,
            headers={"Idempotency-Key": a_key()},
        )

    assert answer.status_code == 200
    assert "Kai Example" not in answer.text
