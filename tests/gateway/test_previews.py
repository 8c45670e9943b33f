"""What a command would come to is shown before it, kept, and shown to all alike (PSR-12-3).

300 kettles for 4.00 each and 30.00 of freight make 1,230.00; a thousandth of it is 1.23 of fee;
that is 1,231.23 in whole. Every sum is done by hand.
"""

import pytest

from daigou.domain.book import HELD_FOR_A_SUBJECT, AccountKind
from daigou.domain.commands import Cost, CostKind, FeeChoice, LineCode
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, Trigger
from gateway.answers import PreviewAnswer
from gateway.answers.previews import _PURSES, LINE_CLAUSES
from gateway.client import RefusalError
from gateway.previewing import PREVIEWS
from tests.gateway.house import ADDRESS, PROVIDER, STORAGE, App, House, a_key
from tests.gateway.road import HELD, rows_of, to_settle

PENDING = "https://detail.1688.com/offer/900900000001.html"
"""Goods whose purchase is pending until a person decides."""


async def told(house: House, by: App | Role, path: str) -> tuple[int, bytes]:
    """What a reading is answered."""
    async with house.http(by) as http:
        answer = await http.get(path)
    return answer.status_code, answer.content


# ---- the settlement ----------------------------------------------------------------------------


@pytest.mark.clause("PSR-12-3")
async def test_a_preview_writes_nothing_and_is_kept_as_it_was_shown(house: House) -> None:
    client = await house.rich_client()
    order = await to_settle(house, client)
    async with house.client(Role.PROVIDER) as provider:
        before, journals = await provider.timeline(order), await provider.statement(order)

        first = await provider.preview_settlement(order)
        again = await provider.preview_settlement(order)
        waived = await provider.preview_settlement(order, fee=FeeChoice.WAIVED)

        assert await provider.timeline(order) == before
        assert await provider.statement(order) == journals
        assert await house.balance(client) == ZERO
        await provider.settle_cancellation(order, key=a_key(), digest=first.digest)
        kept = await provider.shown(order, first.digest)
        page = await provider.previews(order)

    assert again == first == kept
    assert page.data == (waived, first)
    assert first.sequence == len(before.data) + 1
    assert (first.asker_role, first.asker_id) == (Role.PROVIDER, PROVIDER)
    for preview in page.data:
        for journal in preview.journals:
            assert sum(leg.amount.amount for leg in journal.legs) == 0


@pytest.mark.clause("PSR-12-3")
@pytest.mark.clause("OP-7-5-4")
async def test_all_who_may_see_it_see_the_same_and_others_see_none(house: House) -> None:
    client, stranger = await house.rich_client(), house.new_client()
    order = await to_settle(house, client)
    async with house.client(Role.PROVIDER) as provider:
        preview = await provider.preview_settlement(order, fee=FeeChoice.WAIVED)
    one, all_ = f"/v1/orders/{order}/previews/{preview.digest}", f"/v1/orders/{order}/previews"

    seen = [
        (await told(house, by, one), await told(house, by, all_))
        for by in (client, Role.PROVIDER, Role.PLATFORM, Role.SUPPORT)
    ]
    unseen = [
        await told(house, by, path)
        for by in (stranger, Role.STORAGE, Role.LOGISTICS, Role.PAYMENT_INSTITUTION)
        for path in (one, all_)
    ]
    lost = await told(house, client, f"/v1/orders/{order}/previews/{'0' * 64}")
    elsewhere = await told(house, client, one.replace(order, await house.placed(client)))

    assert len(set(seen)) == 1
    (status, body), (listed, _) = seen[0]
    assert (status, listed) == (200, 200)
    assert PreviewAnswer.model_validate_json(body) == preview
    assert {status for status, _ in unseen} == {lost[0], elsewhere[0]} == {404}


@pytest.mark.clause("PSR-12-3")
async def test_a_client_sees_what_the_terms_do_and_it_is_what_the_provider_sees(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await to_settle(house, client)
    cost = Cost(cost=CostKind.OTHER, amount=Money(1), payee=STORAGE, evidence=("evd_any_at_all",))
    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        mine = await buyer.preview_settlement(order)
        theirs = await provider.preview_settlement(order)
        with pytest.raises(RefusalError) as waived:
            await buyer.preview_settlement(order, fee=FeeChoice.WAIVED)
        with pytest.raises(RefusalError) as costs:
            await buyer.preview_settlement(order, costs=[cost])
        done = await provider.settle_cancellation(order, key=a_key(), digest=mine.digest)

    assert theirs == mine
    assert (mine.asker_role, mine.asker_id) == (Role.CLIENT, client.party)
    assert rows_of(mine) == [
        ("provider", PROVIDER, "gets", Money(1_23), "PSR-12-3"),
        ("deposit", client.party, "gets", HELD, "PSR-12-1-A"),
    ]
    for refused in (waived, costs):
        problem = refused.value.problem
        assert (problem.status, problem.code, problem.clause) == (403, "not_your_role", "PSR-12-3")
    assert done.receipt.state == State.CANCELLED


async def test_those_who_only_look_after_orders_may_ask_as_well(house: House) -> None:
    order = await to_settle(house, await house.rich_client())

    previews = []
    for role in (Role.SUPPORT, Role.PLATFORM):
        async with house.client(role) as asker:
            previews.append(await asker.preview_settlement(order, fee=FeeChoice.WAIVED))
    for role in (Role.STORAGE, Role.LOGISTICS, Role.PAYMENT_INSTITUTION):
        async with house.client(role) as other:
            with pytest.raises(RefusalError) as refused:
                await other.preview_settlement(order)
        assert (refused.value.problem.status, refused.value.problem.code) == (403, "not_your_role")

    # What is shown is shown once: support asked first.
    assert previews[0] == previews[1]
    assert previews[0].asker_role == Role.SUPPORT


async def test_a_preview_is_shown_once_a_key(house: House) -> None:
    order = await to_settle(house, await house.rich_client())
    at, key = f"/v1/orders/{order}/previews/settle-cancellation", a_key()
    async with house.http(Role.PROVIDER) as http:
        keyless = await http.post(at, json={})
        first = await http.post(at, json={}, headers={"Idempotency-Key": key})
        async with house.client(Role.PROVIDER) as provider:
            digest = first.json()["digest"]
            await provider.settle_cancellation(order, key=a_key(), digest=digest)
        again = await http.post(at, json={}, headers={"Idempotency-Key": key})
        other = await http.post(at, json={"fee": "waived"}, headers={"Idempotency-Key": key})
        late = await http.post(at, json={}, headers={"Idempotency-Key": a_key()})

    assert keyless.json()["code"] == "idempotency_key_missing"
    assert first.status_code == again.status_code == 200
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.json()["code"] == "idempotency_key_reused"
    assert (late.status_code, late.json()["code"], late.json()["clause"]) == (
        409,
        "not_in_this_state",
        "PSR-12-3",
    )


async def test_a_command_is_previewed_by_its_own_body_too(house: House) -> None:
    order = await to_settle(house, await house.rich_client())
    body = {"fee": "kept", "digest": "0" * 64, "note": "as agreed"}

    async with house.client(Role.PROVIDER) as provider:
        with_all = await provider.preview(order, Trigger.SETTLE_CANCELLATION, body)
        bare = await provider.preview(order, Trigger.SETTLE_CANCELLATION)
        timeline = await provider.timeline(order)

    assert with_all == bare
    assert not any(step.note for step in timeline.data)


async def test_what_cannot_be_done_is_not_previewed_but_refused_alike(house: House) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        with pytest.raises(RefusalError) as none:
            await provider.preview_settlement(order)
        await buyer.request_cancellation(order, key=a_key())
        with pytest.raises(RefusalError) as early:
            await provider.preview_settlement(order)
        with pytest.raises(RefusalError) as other:
            await provider.preview(order, "purchase")

    for refused in (none, early):
        problem = refused.value.problem
        assert (problem.status, problem.code, problem.clause) == (
            409,
            "not_in_this_state",
            "PSR-12-3",
        )
    assert other.value.problem.status == 405


async def test_previews_are_listed_by_pages_the_newest_first(house: House) -> None:
    client = await house.rich_client()
    order = await house.paid(client)
    async with house.client(Role.PROVIDER) as provider:
        shown = [
            await provider.preview(
                order,
                Trigger.REPORT_PRICE,
                {
                    "goods": {"amount": fen, "currency": "CNY"},
                    "freight": {"amount": 30_00, "currency": "CNY"},
                    "quantity": 300,
                },
            )
            for fen in (1_100_00, 1_000_00, 900_00)
        ]
        first = await provider.previews(order, limit=2)
        rest = await provider.previews(order, limit=2, starting_after=first.data[-1].digest)
        with pytest.raises(RefusalError) as unknown:
            await provider.previews(order, starting_after="0" * 64)

    assert (first.data, first.has_more) == ((shown[2], shown[1]), True)
    assert (rest.data, rest.has_more) == ((shown[0],), False)
    assert [each.pointer for each in unknown.value.problem.errors] == ["/starting_after"]


# ---- the price ---------------------------------------------------------------------------------


@pytest.mark.clause("PSR-10-1")
@pytest.mark.clause("PSR-10-2")
async def test_a_price_that_fell_is_previewed_with_its_fee_and_reported_as_shown(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.paid(client)
    price = {"goods": Money(1_100_00), "freight": Money(30_00), "quantity": 300}
    async with house.client(Role.PROVIDER) as provider:
        preview = await provider.preview(
            order,
            Trigger.REPORT_PRICE,
            {
                "goods": {"amount": 1_100_00, "currency": "CNY"},
                "freight": {"amount": 30_00, "currency": "CNY"},
                "quantity": 300,
            },
        )
        with pytest.raises(RefusalError) as other:
            await provider.report_price(
                order, key=a_key(), **{**price, "goods": Money(1_050_00)}, digest=preview.digest
            )
        done = await provider.report_price(order, key=a_key(), **price, digest=preview.digest)
        seen = await provider.order(order)

    # 1,130.00 and its fee of 1.13: 100.10 less than was paid.
    assert (preview.trigger, preview.leads_to, preview.item) == (
        Trigger.REPORT_PRICE,
        State.EFFECTIVE,
        None,
    )
    assert [(line.code, line.amount.money, line.clause) for line in preview.lines] == [
        ("goods", Money(1_100_00), "PSR-10-2"),
        ("freight", Money(30_00), "PSR-10-2"),
        ("service_fee", Money(1_13), "PSR-10-1"),
    ]
    assert preview.fee is not None
    assert (preview.fee.base.money, preview.fee.rate, preview.fee.rounding) == (
        Money(1_130_00),
        "1/1000",
        "half_up",
    )
    assert (preview.fee.amount.money, preview.fee.clause) == (Money(1_13), "PSR-10-1")
    assert rows_of(preview) == [("deposit", client.party, "gets", Money(100_10), "PSR-10-2")]
    assert preview.gets[0].says == f"{client.party}'s deposit gets ¥100.10"
    problem = other.value.problem
    assert (problem.status, problem.code, problem.clause) == (409, "stale_preview", "PSR-10-2")
    assert done.receipt.sequence == preview.sequence
    assert seen.refunded.money == Money(100_10)


@pytest.mark.clause("PSR-10-2")
async def test_a_rise_that_the_deposit_cannot_pay_is_previewed_and_reported_as_such(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.paid(client, price_drift={"any": True})
    price = {"goods": Money(1_260_00), "freight": Money(30_00), "quantity": 300}
    async with house.client(Role.PROVIDER) as provider:
        preview = await provider.preview(
            order,
            Trigger.REPORT_PRICE,
            {
                "goods": {"amount": 1_260_00, "currency": "CNY"},
                "freight": {"amount": 30_00, "currency": "CNY"},
                "quantity": 300,
            },
        )
        done = await provider.report_price(order, key=a_key(), **price, digest=preview.digest)

    assert (preview.leads_to, preview.gets) == (State.AWAITING_TOP_UP, ())
    assert done.receipt.state == State.AWAITING_TOP_UP


@pytest.mark.clause("PSR-8")
async def test_a_purchase_is_previewed_with_what_the_seller_gets(house: House) -> None:
    client = await house.rich_client()
    order = await house.paid(client, product_link=PENDING)
    async with house.client(Role.PROVIDER) as provider:
        pending = await provider.purchase(order, key=a_key())
        body = {
            "seller_order_no": "900000000000000001",
            "goods": {"amount": 1_190_00, "currency": "CNY"},
            "freight": {"amount": 30_00, "currency": "CNY"},
            "delivery_address": ADDRESS,
        }
        preview = await provider.preview(order, Trigger.RECORD_PURCHASE, body)
        with pytest.raises(RefusalError) as dear:
            await provider.preview(
                order,
                Trigger.RECORD_PURCHASE,
                {**body, "goods": {"amount": 1_200_01, "currency": "CNY"}},
            )
        done = await provider.record_purchase(
            order,
            key=a_key(),
            seller_order_no="900000000000000001",
            goods=Money(1_190_00),
            freight=Money(30_00),
            delivery_address=ADDRESS,
            digest=preview.digest,
        )

    # The seller takes 1,220.00 of 1,230.00; the fee on it is 1.22: 10.01 go back.
    assert pending.receipt.state == State.PURCHASING
    assert rows_of(preview) == [
        ("seller", None, "gets", Money(1_220_00), "PSR-8"),
        ("deposit", client.party, "gets", Money(10_01), "PSR-10-2"),
    ]
    assert preview.gets[0].says == "the seller gets ¥1,220.00"
    assert dear.value.problem.code == "price_changed"
    assert done.receipt.state == State.PURCHASED
    assert await house.balance(client) == Money(10_01)


# ---- what may be previewed at all --------------------------------------------------------------


def test_the_commands_that_can_name_a_preview_are_those_that_have_one() -> None:
    assert set(PREVIEWS) == {
        Trigger.SETTLE_CANCELLATION,
        Trigger.RECORD_CANCELLATION_REFUND,
        Trigger.RECORD_DISSOLUTION_REFUND,
        Trigger.REPORT_PRICE,
        Trigger.QUOTE_ANEW,
        Trigger.RECORD_PURCHASE,
    }


def test_every_line_has_its_clause_and_every_account_its_purse_or_is_the_orders_own() -> None:
    without = set(AccountKind) - set(_PURSES)

    assert set(LINE_CLAUSES) == set(LineCode)
    # What a refund is on its way to is the client's; cash of the institution never moves here.
    # No preview sells goods; a withdrawal and a tip are no orders' own.
    of_others = {AccountKind.WITHDRAWAL_TRANSIT, AccountKind.TIP_HELD}
    assert without == {
        *HELD_FOR_A_SUBJECT,
        *of_others,
        AccountKind.DISPOSAL,
        AccountKind.PAYMENT_INSTITUTION,
        # A tip's own: no order moves it.
        AccountKind.TIP_HELD,
    } - {AccountKind.REFUND_TRANSIT}
