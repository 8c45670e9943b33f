"""Promoters by the word of their promotion provider, and invitations, through the API on real
servers. Every sum is done by hand: a fifth of the fee of 1.23 is 0.246, so 0.25.
"""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from daigou.domain.engagements import EngagementReason
from daigou.domain.ids import PartyId
from daigou.domain.order import Role, State, Trigger
from daigou.ledger.engine import make_engine
from daigou.ledger.invitations import Invitations
from gateway.client import DaigouClient, RefusalError
from tests.gateway.engaged import a_promotion_provider, engaged
from tests.gateway.house import AGREED, PROVIDER, WHOLE, App, House, a_key
from tests.gateway.road import in_state


async def register(platform: DaigouClient, role: str, prefix: str, **more: Any) -> PartyId:
    body = {"role": role, "party_id": f"{prefix}_{a_key()[4:]}", "name": "Invented", **more}
    return PartyId((await platform.register(body, key=a_key())).id)


async def a_promoter(house: House, account: App | None = None) -> PartyId:
    """A promoter with a contract with the provider over a fifth, from a minute ago."""
    more = {"client_id": account.party} if account else {}
    async with house.client(Role.PLATFORM) as platform:
        promoter = await register(platform, "promoter", "pro", **more)
        await platform.sign_contract(
            key=a_key(),
            promoter_id=promoter,
            provider_id=PROVIDER,
            rate=Fraction(1, 5),
            begins_at=datetime.now(UTC) - timedelta(minutes=1),
        )
    return promoter


async def paid(house: House, client: App, **named: Any) -> str:
    """An order of the client, paid now from a deposit that was filled for it."""
    async with house.client(client) as buyer:
        await buyer.request_recharge(key=a_key(), amount=WHOLE, payment_method="pm_ok")
    return await house.paid(client, **named)


def a_clients_body(party: str, **more: Any) -> dict[str, Any]:
    return {
        "role": "client",
        "party_id": party,
        "country": "KR",
        "agreement": {"version": "2026-11", "agreed_at": AGREED.isoformat()},
        "contact": {"name": "Carl Example", "email": "carl@example.org"},
        **more,
    }


@pytest.mark.clause("UA-1-11-13")
@pytest.mark.clause("PSR-19")
async def test_a_promoter_earns_between_the_words_of_its_promotion_provider(house: House) -> None:
    client, promoter = house.new_client(), await a_promoter(house)
    provider = await a_promotion_provider(house)
    rates = []

    async def pay() -> None:
        order = await paid(house, client, promoter_id=promoter)
        rates.append((await house.order(order)).brokerage_rate)

    async with house.client(provider) as daigou, house.client(Role.PLATFORM) as platform:
        key = a_key()
        proposed, again = [
            await daigou.propose_engagement(key=key, promoter_id=promoter) for _ in range(2)
        ]
        await pay()
        for speaker, word, reason in (
            (daigou, "activate", EngagementReason.AGREED),
            (daigou, "suspend", EngagementReason.BREACH),
            (platform, "activate", EngagementReason.CLEARED),
            (daigou, "end", EngagementReason.NOTICE_GIVEN),
        ):
            say = getattr(speaker, f"{word}_engagement")
            await say(proposed.id, key=a_key(), reason=reason)
            await pay()
        seen = await daigou.engagement(proposed.id)
        won = (await daigou.brokerage(proposed.id)).data

    assert proposed == again
    assert rates == [None, "1/5", None, "1/5", None]
    assert [(each.state, each.reason, each.author) for each in seen.changes] == [
        ("proposed", "agreed", provider.party),
        ("active", "agreed", provider.party),
        ("suspended", "breach", provider.party),
        ("active", "cleared", "plt_platform"),
        ("ended", "notice_given", provider.party),
    ]
    # Nothing was bought yet: both orders that count have earned nothing so far.
    assert [(each.rate, each.brokerage.amount) for each in won] == [("1/5", 0)] * 2


@pytest.mark.clause("UA-1-11-13")
async def test_an_engagement_is_seen_and_changed_by_its_own_alone(house: House) -> None:
    promoter = await a_promoter(house)
    provider, stranger = await a_promotion_provider(house), await a_promotion_provider(house)
    own = house.application(promoter, Role.PROMOTER)
    agreed = EngagementReason.AGREED
    async with (
        house.client(provider) as daigou,
        house.client(stranger) as other,
        house.client(own) as promoting,
        house.client(Role.PROVIDER) as purchasing,
        house.client(Role.PLATFORM) as platform,
    ):
        proposed = await daigou.propose_engagement(key=a_key(), promoter_id=promoter)
        said = []
        for attempt in (
            other.propose_engagement(key=a_key(), promoter_id=promoter),
            other.activate_engagement(proposed.id, key=a_key(), reason=agreed),
            other.engagement(proposed.id),
            other.engagements(promotion_provider=provider.party),
            other.propose_engagement(
                key=a_key(), promoter_id=promoter, promotion_provider_id=provider.party
            ),
            promoting.activate_engagement(proposed.id, key=a_key(), reason=agreed),
            purchasing.propose_engagement(key=a_key(), promoter_id=promoter),
            purchasing.engagements(),
            purchasing.brokerage(proposed.id),
            platform.propose_engagement(key=a_key(), promoter_id=promoter),
            daigou.suspend_engagement(proposed.id, key=a_key(), reason=EngagementReason.BREACH),
            daigou.activate_engagement(proposed.id, key=a_key(), reason=EngagementReason.CLEARED),
        ):
            with pytest.raises(RefusalError) as refused:
                await attempt
            said.append((refused.value.problem.status, refused.value.problem.code))
        pages = [
            await promoting.engagements(),
            await daigou.engagements(),
            await platform.engagements(promoter=promoter),
        ]
        theirs = await other.engagements()

    assert said == [
        (409, "engagement_not_possible"),
        (404, "not_found"),
        (404, "not_found"),
        (403, "not_your_role"),
        (403, "not_your_role"),
        (403, "not_your_role"),
        (403, "not_your_role"),
        (403, "not_your_role"),
        (404, "not_found"),
        (422, "invalid_request"),
        (409, "not_in_this_state"),
        (422, "reason_not_allowed"),
    ]
    assert [page.data for page in pages] == [(proposed,)] * 3
    assert theirs.data == ()


@pytest.mark.clause("UA-1-14")
@pytest.mark.clause("PSR-19")
async def test_what_an_invited_client_orders_is_won_by_who_invited_it(
    house: House, in_haste: None
) -> None:
    inviter = house.new_client()
    promoter = await a_promoter(house, inviter)
    engagement = await engaged(house, promoter)
    other = await a_promoter(house)
    party = f"cli_{a_key()[4:]}"
    async with house.client(Role.PLATFORM) as platform, house.client(inviter) as inviting:
        code = (await inviting.invitation_code()).code
        body = a_clients_body(party, invitation_code=f" {code.lower()} ")
        registered = await platform.register(body, key=a_key())
        invited = (await inviting.invitations()).data
    carl = house.application(PartyId(party), Role.CLIENT)

    order = await paid(house, carl)
    await house.do(order, Trigger.PURCHASE, Role.PROVIDER)
    named = await house.order(await house.placed(carl, promoter_id=other))
    async with house.client(Role.STORAGE) as storage:
        await storage.warehouse_receipt(order, key=a_key(), parcel_ref="YW-1")
    seen = await in_state(house, order, State.STORED)
    async with house.client(Role.PLATFORM) as platform:
        won = (await platform.brokerage(engagement.id)).data

    assert [(each.invitee_id, each.ended_at) for each in invited] == [(party, None)]
    assert invited[0].registered_at == registered.registered_at
    assert invited[0].benefit_until > registered.registered_at
    assert (seen.promoter_id, seen.brokerage_rate) == (promoter, "1/5")
    assert named.promoter_id == other
    assert [(each.order_id, each.fee_earned.amount, each.brokerage.amount) for each in won] == [
        (order, 123, 25)
    ]


@pytest.mark.clause("UA-1-14")
async def test_an_order_that_was_won_is_found_again_after_the_benefit_ended(house: House) -> None:
    inviter, party = house.new_client(), PartyId(f"cli_{a_key()[4:]}")
    promoter = await a_promoter(house, inviter)
    await engaged(house, promoter)
    async with house.client(Role.PLATFORM) as platform:
        code = (await platform.invitation_code(client=inviter.party)).code
        await platform.register(a_clients_body(party, invitation_code=code), key=a_key())
    carl = house.application(party, Role.CLIENT)
    order = f"ord_{a_key()[4:]}"
    await house.placed(carl, order_id=order)
    engine = make_engine(house.settings.database_url, connections_max=1)
    ended = Invitations(engine).end_invitation(party, at=datetime.now(UTC))
    engine.dispose()

    again = await house.placed(carl, order_id=order)
    later = await house.placed(carl)

    assert ended
    assert again == order
    assert (await house.order(order)).promoter_id == promoter
    assert (await house.order(later)).promoter_id is None


@pytest.mark.clause("UA-1-14")
async def test_who_invited_a_client_is_said_at_its_registration_or_never(house: House) -> None:
    inviter, party = house.new_client(), f"cli_{a_key()[4:]}"
    said = []
    async with house.client(Role.PLATFORM) as platform:
        code = (await platform.invitation_code(client=inviter.party)).code
        await platform.register(a_clients_body(party), key=a_key())
        for body in (
            a_clients_body(party, invitation_code=code),
            a_clients_body("cli_dora", invitation_code="ZZZZZ-ZZZZZ"),
            a_clients_body("cli_dora", invitation_code="K0O1I"),
        ):
            with pytest.raises(RefusalError) as refused:
                await platform.register(body, key=a_key())
            said.append(refused.value.problem)

    assert [(problem.status, problem.code, problem.clause) for problem in said] == [
        (409, "id_taken", "UA-1-1"),
        (422, "unknown_invitation", "UA-1-14"),
        (422, "invalid_request", "UA-1-1"),
    ]
    assert [fault.pointer for fault in said[2].errors] == ["/invitation_code"]


@pytest.mark.clause("UA-1-14")
async def test_a_code_is_seen_by_its_client_and_those_who_see_all(house: House) -> None:
    anna, ben = house.new_client(), house.new_client()
    async with (
        house.client(anna) as own,
        house.client(ben) as other,
        house.client(Role.SUPPORT) as support,
        house.client(Role.PROVIDER) as provider,
    ):
        code = await own.invitation_code()
        same = await support.invitation_code(client=anna.party)
        with pytest.raises(RefusalError) as hidden:
            await other.invitation_code(client=anna.party)
        with pytest.raises(RefusalError) as secret:
            await other.invitations(client=anna.party)
        with pytest.raises(RefusalError) as whose:
            await provider.invitations()

    assert code == same
    assert [each.value.problem.status for each in (hidden, secret, whose)] == [404, 404, 422]


@pytest.mark.clause("PSR-19")
async def test_a_rate_that_changes_counts_for_what_is_paid_from_then_on(house: House) -> None:
    client, promoter = house.new_client(), await a_promoter(house)
    await engaged(house, promoter)
    orders = [await paid(house, client, promoter_id=promoter)]
    async with house.client(Role.PLATFORM) as platform:
        (first,) = (await platform.contracts(promoter=promoter)).data
        second = await platform.change_rate(
            first.id, key=a_key(), rate=Fraction(1, 2), since=datetime.now(UTC)
        )
        orders.append(await paid(house, client, promoter_id=promoter))
        with pytest.raises(RefusalError) as twice:
            await platform.change_rate(
                first.id, key=a_key(), rate=Fraction(1, 3), since=datetime.now(UTC)
            )
        with pytest.raises(RefusalError) as lost:
            await platform.change_rate(
                999_999, key=a_key(), rate=Fraction(1, 3), since=datetime.now(UTC)
            )

    assert [(await house.order(order)).brokerage_rate for order in orders] == ["1/5", "1/2"]
    assert (second.replaces, second.rate) == (first.id, "1/2")
    assert [each.value.problem.status for each in (twice, lost)] == [409, 404]
