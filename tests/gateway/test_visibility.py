"""What is not yours is not there: on real servers, at every endpoint of an order (OP-7-5-4)."""

import pytest

from daigou.domain.ids import PartyId
from daigou.domain.order import Role, Trigger
from daigou.domain.terms import current
from gateway.client import RefusalError
from gateway.placing import summary_of
from tests.gateway.fakes import REQUEST
from tests.gateway.house import WHOLE, House, a_key, an_order
from tests.gateway.paths import GETS, POSTS, real, valid_body

OF_AN_ORDER = [
    (method, path)
    for method, paths in (("get", GETS), ("post", POSTS))
    for path in paths
    if "{order_id}" in path
]


@pytest.mark.clause("OP-7-5-4")
async def test_an_order_of_others_is_not_there_at_any_endpoint(house: House) -> None:
    order = await house.placed(house.new_client())
    other_provider = PartyId(f"prv_{a_key()}")
    house.registry.register_party(id=other_provider, role=Role.PROVIDER, country="CN", name="Other")
    strangers = (house.new_client(), house.application(other_provider, Role.PROVIDER))

    for stranger in strangers:
        async with house.http(stranger) as http:
            for method, path in OF_AN_ORDER:
                at = real(path, order_id=order, number="1")
                body = valid_body(path) if method == "post" else None
                answer = await http.request(
                    method, at, json=body, headers={"Idempotency-Key": a_key()}
                )

                assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


@pytest.mark.clause("OP-7-5-4")
async def test_a_promoter_sees_the_orders_that_it_won_and_no_others(house: House) -> None:
    promoter = PartyId(f"pro_{a_key()}")
    house.registry.register_party(id=promoter, role=Role.PROMOTER, country="CN", name="Mia")
    client = house.new_client()
    won = await house.placed(client, promoter_id=promoter)
    other = await house.placed(client)

    async with house.client(house.application(promoter, Role.PROMOTER)) as promoting:
        seen = [each.id async for each in promoting.all_orders()]
        (told,) = (await promoting.allowed_actions(won)).roles
        with pytest.raises(RefusalError) as lost:
            await promoting.order(other)

    assert seen == [won]
    assert not any(each.allowed for each in told.actions)
    assert lost.value.problem.status == 404


@pytest.mark.clause("OP-7-5-4")
async def test_every_party_of_an_order_and_every_overseer_sees_it(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)

    for app in (client, *house.apps.values()):
        async with house.client(app) as reader:
            assert (await reader.order(order)).id == order
            assert order in [each.id async for each in reader.all_orders(client=client.party)]


async def test_support_reads_and_commands_nothing(house: House) -> None:
    order = await house.placed(house.new_client())

    async with house.client(Role.SUPPORT) as support:
        await support.timeline(order)
        (told,) = (await support.allowed_actions(order)).roles
        with pytest.raises(RefusalError) as refused:
            await support.withdraw(order, key=a_key())

    assert not any(each.allowed for each in told.actions)
    assert refused.value.problem.code == "not_your_role"


@pytest.mark.clause("OP-7-5-4")
async def test_a_deposit_is_its_clients_and_the_overseers(house: House) -> None:
    client, stranger = house.new_client(), house.new_client()

    async with house.client(client) as own, house.client(Role.SUPPORT) as support:
        assert (await own.deposit(client.party)) == (await support.deposit(client.party))
    for app in (stranger, Role.PROVIDER):
        async with house.http(app) as http:
            paths = [
                f"/v1/deposits/{client.party}",
                f"/v1/deposits/{client.party}/entries",
                f"/v1/parties/{client.party}",
            ]
            assert {(await http.get(path)).status_code for path in paths} == {404}
            assert (await http.get("/v1/deposits/prv_kai")).status_code == 404
            assert (await http.get("/v1/parties/sto_yiwu")).status_code == 200


@pytest.mark.clause("UA-1-1")
async def test_a_client_without_the_agreement_cannot_ask(house: House) -> None:
    newcomer = house.new_client(agreed=False)

    async with house.client(newcomer) as client:
        with pytest.raises(RefusalError) as refused:
            await client.place(an_order(), key=a_key())

    problem = refused.value.problem
    assert (problem.status, problem.code, problem.clause) == (422, "not_registered", "UA-1-1")


@pytest.mark.clause("OP-4-5")
async def test_a_rotated_or_revoked_secret_lets_nobody_in(house: House) -> None:
    client = house.new_client()
    key = house.registry.application(client.key).key  # type: ignore[arg-type]

    house.registry.rotate(key)
    async with house.http(client) as http:
        rotated = await http.get("/v1/orders")
    house.registry.revoke(key)
    async with house.http(client) as http:
        revoked = await http.get("/v1/orders")

    assert rotated.status_code == revoked.status_code == 401


async def test_support_finds_the_order_in_temporal_by_what_it_is(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)

    told = await house.temporal.get_workflow_handle(f"order/{order}").describe()

    said = {pair.key.name: pair.value for pair in told.typed_search_attributes}
    assert await told.static_summary() == "¥1,231.23 · 300 × kettle · Yiwu Kitchenware"
    assert "900000000001" in (await told.static_details() or "")
    wanted = {
        "OrderCase": "none",
        "PaymentHold": "none",
        "ClientId": client.party,
        "ProviderId": "prv_kai",
    }
    assert {name: said.get(name) for name in wanted} == wanted
    assert said["OrderState"] in ("new", "requested")


@pytest.mark.parametrize("title", ["kettle", "开水壶" * 90, "🫖" * 300])
async def test_a_summary_fits_into_temporals_bounds(house: House, title: str) -> None:
    client = house.new_client()

    order = await house.placed(client, title=title, seller_name="义" * 120)

    told = await house.temporal.get_workflow_handle(f"order/{order}").describe()
    assert (await told.static_summary() or "").startswith("¥1,231.23 · 300 × " + title[:5])
    assert summary_of(REQUEST, WHOLE) == "¥1,231.23 · 300 × kettle · Yiwu Kitchenware"


async def test_the_order_keeps_the_terms_that_it_began_with(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)

    async with house.client(client) as buyer:
        seen, terms = await buyer.order(order), await buyer.terms()
        (deadline,) = (await buyer.deadlines(order)).data

    window = terms.durations_seconds["acceptance"]
    assert seen.terms_version == terms.version == current().version
    assert (deadline.due_at - seen.placed_at).total_seconds() == window
    assert deadline.trigger == Trigger.LAPSE
    assert deadline.ends_the_state
