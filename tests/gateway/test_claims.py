"""Claims through the API, on real servers: sums by hand, who sees them, what is refused and why."""

import asyncio
from typing import Any

import pytest

from daigou.domain.commands import Basis, Ground, Loss, LossHead, Opponent
from daigou.domain.ids import PartyId
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from gateway.client import DaigouClient, Done, RefusalError
from tests.gateway.house import PROVIDER, WHOLE, App, House, a_key
from tests.gateway.road import blame_logistics, by_method, deliver, losses, no, proof

DIRECT = LossHead.DIRECT_LOSS


async def _sold_out(house: House, client: App) -> str:
    """An order that was paid, could not be bought and ended: its ¥1,231.23 are in the deposit."""
    order = await house.paid(client)
    await house.do(order, Trigger.REPORT_UNREALIZABLE, Role.PROVIDER, {"reason": "sold_out"})
    return order


async def _blamed_on_logistics(house: House, client: App) -> str:
    order = await house.bought(client)
    await deliver(house, order)
    await blame_logistics(house, order, client)
    return order


async def of_provider(client: DaigouClient, order: str, fen: int, **changes: Any) -> Done:
    """A claim of its provider's fault."""
    said = {
        "key": a_key(),
        "against": Opponent.PROVIDER,
        "basis": Basis.PROVIDERS_FAULT,
        "losses": losses(fen),
    }
    return await client.make_claim(order, **said | changes)


# ---- from the claim to the payment ---------------------------------------------------------------


@pytest.mark.clause("PSR-24")
@pytest.mark.clause("PSR-25")
async def test_a_provider_pays_what_it_admits_of_a_claim_on_an_order_that_ended(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await _sold_out(house, client)
    invoice = await proof(house, order, client, b"an invoice")

    async with (
        house.client(client) as buyer,
        house.client(Role.PROVIDER) as provider,
        house.client(Role.PLATFORM) as platform,
    ):
        two = (Loss(head=DIRECT, amount=Money(400_00)), Loss(head=DIRECT, amount=Money(99_50)))
        made = await of_provider(
            buyer, order, 0, losses=two, evidence=[invoice], note="the box was empty"
        )
        claim = made.receipt.id
        seen = await buyer.claim(claim)
        await provider.admit_claim(claim, key=a_key(), amount=Money(310_07), note="some of it")
        paid = await platform.record_compensation(
            claim, key=a_key(), amount=Money(310_07), external_ref="wire-77"
        )
        over, statement = await buyer.claim(claim), await buyer.claim_statement(claim)
        timeline, whole = await buyer.timeline(claim), await buyer.order(order)
        entries = await buyer.deposit_entries(client.party)

    assert (made.receipt.state, seen.next_actor) == (State.MADE, Role.PROVIDER)
    assert made.receipt.due_at == seen.due_at
    assert (seen.against, seen.basis, seen.asked.money) == ("provider", "PSR-24", Money(499_50))
    assert seen.evidence == (invoice,)
    assert "direct" in seen.basis_says
    assert (paid.receipt.state, over.state) == (State.COMPENSATED, State.COMPENSATED)
    assert over.admitted is not None
    assert (over.admitted.money, over.external_ref) == (Money(310_07), "wire-77")
    # 1,231.23 came back with the order, 310.07 with the claim.
    assert await house.balance(client) == Money(1_541_30)
    assert (entries.data[0].subject, entries.data[0].kind) == (claim, "compensation")
    assert entries.data[0].change.money == Money(310_07)
    (journal,) = statement.journals
    assert {leg.account: leg.amount.money for leg in journal.legs} == {
        "bank": Money(310_07),
        f"deposit:{client.party}": Money(-310_07),
    }
    assert [(each.trigger, each.clause, each.note) for each in timeline.data] == [
        ("make-claim", "PSR-24", "the box was empty"),
        ("admit-claim", "PSR-25", "some of it"),
        ("record-compensation", "PSR-24", None),
    ]
    assert [each.id for each in whole.claims] == [claim]
    assert (whole.state, whole.refunded.money) == (State.UNREALIZABLE, WHOLE)


@pytest.mark.clause("PSR-17-2")
async def test_a_cause_with_logistics_closes_the_dissolution_and_opens_the_claim(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await _blamed_on_logistics(house, client)

    async with (
        house.client(client) as buyer,
        house.client(Role.LOGISTICS) as logistics,
        house.client(Role.PROVIDER) as provider,
        house.client(Role.PLATFORM) as platform,
    ):
        closed = await no(
            buyer.request_dissolution(
                order, key=a_key(), ground=Ground.DEFECTIVE, inspected=True, evidence=[]
            )
        )
        offered = by_method(await buyer.allowed_actions(order))["claims"]
        made = await buyer.make_claim(
            order,
            key=a_key(),
            against=Opponent.LOGISTICS,
            basis=Basis.CAUSE_WITH_LOGISTICS,
            losses=(*losses(1_231_23), *losses(88_00, LossHead.PAID_TO_OTHERS)),
        )
        claim = made.receipt.id
        theirs = await no(provider.admit_claim(claim, key=a_key(), amount=Money(1)))
        await logistics.admit_claim(claim, key=a_key(), amount=Money(1_300_00))
        await platform.record_compensation(
            claim, key=a_key(), amount=Money(1_300_00), external_ref="ins-4"
        )
        seen, statement = await logistics.claim(claim), await logistics.claim_statement(claim)

    assert "cause_with_logistics" in {fault.code for fault in closed.errors}
    assert (offered.trigger, offered.allowed, offered.leads_to) == ("make-claim", True, "made")
    assert made.receipt.next_actor == Role.LOGISTICS
    assert (theirs.code, theirs.clause) == ("not_your_role", "PSR-17-2")
    assert (seen.state, seen.asked.money) == (State.COMPENSATED, Money(1_319_23))
    assert statement.journals == ()
    assert await house.balance(client) == Money(0), "it was paid outside the platform"


@pytest.mark.clause("PSR-13-4")
async def test_after_the_sellers_refusal_the_client_claims_and_assistance_is_recorded(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    await deliver(house, order)
    photograph = await proof(house, order, client)

    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        early = await no(
            buyer.make_claim(
                order,
                key=a_key(),
                against=Opponent.SELLER,
                basis=Basis.SELLER_REFUSED_DISSOLUTION,
                losses=losses(500_00),
            )
        )
        await buyer.request_dissolution(
            order, key=a_key(), ground=Ground.DEFECTIVE, inspected=True, evidence=[photograph]
        )
        asked = (await buyer.order(order)).dissolutions[0].gives_claim
        await provider.apply_to_seller(order, key=a_key())
        await provider.refuse_dissolution(order, key=a_key(), note="it works, it says")
        (refusal,) = (await buyer.order(order)).dissolutions
        claim = (
            await buyer.make_claim(
                order,
                key=a_key(),
                against=Opponent.SELLER,
                basis=Basis.SELLER_REFUSED_DISSOLUTION,
                losses=losses(500_00),
            )
        ).receipt.id
        await provider.record_assistance(claim, key=a_key(), note="we wrote to the seller")
        await provider.reject_claim(claim, key=a_key(), note="it says it is not its fault")
        timeline, over = await buyer.timeline(claim), await buyer.claim(claim)

    assert (early.status, early.code, early.clause) == (409, "no_basis", "PSR-13-4")
    assert (refusal.state, asked, refusal.gives_claim) == (State.REFUSED, None, "PSR-13-4")
    assert [(each.trigger, each.note) for each in timeline.data] == [
        ("make-claim", None),
        ("record-assistance", "we wrote to the seller"),
        ("reject-claim", "it says it is not its fault"),
    ]
    assert (over.state, over.admitted, over.due_at) == (State.REJECTED, None, None)


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.clause("PSR-24")
@pytest.mark.clause("PSR-25")
async def test_everything_that_is_wrong_with_a_claim_is_named_at_once(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)

    async with house.client(client) as buyer:
        problem = await no(
            buyer.make_claim(
                order,
                key=a_key(),
                against=Opponent.PROVIDER,
                basis=Basis.CAUSE_WITH_LOGISTICS,
                losses=losses(5, LossHead.COST_OF_DISPUTE),
            )
        )
        none = await buyer.claims(order)

    assert (problem.status, problem.code, problem.clause) == (
        409, "not_in_this_state", "PSR-25"
    )  # fmt: skip
    assert [(fault.code, fault.clause) for fault in problem.errors] == [
        ("not_in_this_state", "PSR-25"),
        ("no_basis", "PSR-17-2"),
        ("no_basis", "PSR-17-2"),
        ("loss_not_covered", "PSR-24"),
        ("claim_too_high", "PSR-24"),
    ]
    assert none.data == ()


async def test_evidence_is_that_of_the_order(house: House) -> None:
    client = await house.rich_client()
    order = await _sold_out(house, client)

    async with house.client(client) as buyer:
        problem = await no(of_provider(buyer, order, 1, evidence=["evd_unknown", "evd_another"]))

    assert problem.status == 422
    assert [(fault.pointer, fault.code, fault.clause) for fault in problem.errors] == [
        ("/evidence/0", "wrong_reference", "PSR-25"),
        ("/evidence/1", "wrong_reference", "PSR-25"),
    ]


@pytest.mark.clause("PSR-24")
async def test_claims_at_once_never_pass_the_order_amount(house: House) -> None:
    client = await house.rich_client()
    order = await _sold_out(house, client)

    async with house.client(client) as buyer:
        outcomes = await asyncio.gather(
            *(of_provider(buyer, order, 300_00) for _ in range(8)), return_exceptions=True
        )
        made = (await buyer.claims(order)).data
        last = await of_provider(buyer, order, 31_23)
        full = await no(of_provider(buyer, order, 1))
        await buyer.withdraw_claim(last.receipt.id, key=a_key())
        again = await of_provider(buyer, order, 31_23)

    refusals = [each.problem for each in outcomes if isinstance(each, RefusalError)]
    # ¥1,231.23 are four claims of ¥300.00, and ¥31.23.
    assert (len(made), len(refusals)) == (4, 4)
    assert {(each.code, each.clause) for each in refusals} == {("claim_too_high", "PSR-24")}
    assert (full.code, full.status) == ("claim_too_high", 409)
    assert again.receipt.state == State.MADE


async def test_a_claim_is_made_once_a_key_and_once_an_id(house: House) -> None:
    client = await house.rich_client()
    order = await _sold_out(house, client)
    key, id_ = a_key(), f"clm_{a_key()}"

    async with house.client(client) as buyer:
        first = await of_provider(buyer, order, 1_000_00, key=key, claim_id=id_)
        again = await of_provider(buyer, order, 1_000_00, key=key, claim_id=id_)
        other_key = await of_provider(buyer, order, 1_000_00, claim_id=id_)
        taken = await no(of_provider(buyer, order, 5, claim_id=id_))
        only = (await buyer.claims(order)).data

    assert (first.replayed, again.replayed) == (False, True)
    assert first.receipt == again.receipt
    assert other_key.receipt.id == id_, "the very same claim is found again, cap or no cap"
    assert (taken.status, taken.code) == (409, "id_taken")
    assert [each.id for each in only] == [id_]


async def test_what_is_allowed_and_what_forbids_the_rest_is_told_of_a_claim(house: House) -> None:
    client = await house.rich_client()
    order = await _sold_out(house, client)

    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        claim = (await of_provider(buyer, order, 1_00)).receipt.id
        mine = by_method(await buyer.allowed_actions(claim))
        theirs = by_method(await provider.allowed_actions(claim))
        await provider.admit_claim(claim, key=a_key(), amount=Money(1_00))
        late = await no(buyer.withdraw_claim(claim, key=a_key()))
        wrong = await no(
            provider.record_compensation(claim, key=a_key(), amount=Money(1_00), external_ref="x")
        )

    assert {name for name, action in mine.items() if action.allowed} == {"withdraw-claim"}
    assert {name for name, action in theirs.items() if action.allowed} == {
        "admit-claim",
        "reject-claim",
    }
    assert (theirs["record-assistance"].code, theirs["record-assistance"].clause) == (
        "no_basis",
        "PSR-13-4",
    )
    assert (late.code, late.clause) == ("not_in_this_state", "PSR-25")
    assert (wrong.code, wrong.clause) == ("not_your_role", "PSR-24")


async def test_an_order_offers_a_claim_once_there_is_an_agreement(house: House) -> None:
    client = await house.rich_client()
    order = await house.placed(client)

    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        before = by_method(await buyer.allowed_actions(order))["claims"]
        await provider.accept(order, key=a_key())
        await buyer.pay(order, key=a_key(), from_deposit=WHOLE)
        after = by_method(await buyer.allowed_actions(order))["claims"]
        theirs = by_method(await provider.allowed_actions(order))["claims"]

    assert (before.allowed, before.code, before.clause) == (False, "not_in_this_state", "PSR-25")
    assert after.allowed
    assert (theirs.allowed, theirs.code) == (False, "not_your_role")


# ---- who sees them -------------------------------------------------------------------------------


@pytest.mark.clause("OP-7-5-4")
async def test_a_claim_is_seen_by_those_between_whom_it_is_and_by_nobody_else(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await _blamed_on_logistics(house, client)
    async with house.client(client) as buyer:
        mine = (await of_provider(buyer, order, 1_00)).receipt.id
        theirs = (
            await buyer.make_claim(
                order,
                key=a_key(),
                against=Opponent.LOGISTICS,
                basis=Basis.CAUSE_WITH_LOGISTICS,
                losses=losses(2_00),
                note="for logistics",
            )
        ).receipt.id
    stranger = PartyId(f"prv_{a_key()}")
    house.registry.register_party(id=stranger, role=Role.PROVIDER, country="CN", name="Other")
    both, only_theirs, none = {mine, theirs}, {theirs}, set[str]()

    for app, expected in (
        (client, both),
        (Role.PROVIDER, both),
        (Role.PLATFORM, both),
        (Role.SUPPORT, both),
        (Role.LOGISTICS, only_theirs),
        (Role.STORAGE, none),
        (Role.PAYMENT_INSTITUTION, none),
    ):
        async with house.client(app) as reader:
            listed = {each.id for each in (await reader.claims(order)).data}
            shown = {each.id for each in (await reader.order(order)).claims}
            paged = {
                each.id
                async for found in reader.all_orders(client=client.party)
                for each in found.claims
            }
            assert listed == shown == paged == expected, app
            for claim in both - expected:
                for reading in (reader.claim, reader.timeline, reader.claim_statement):
                    assert (await no(reading(claim))).status == 404
    for app in (house.new_client(), house.application(stranger, Role.PROVIDER)):
        async with house.client(app) as reader:
            assert (await no(reader.claim(mine))).status == 404
            assert (await no(reader.withdraw_claim(mine, key=a_key()))).status == 404
            assert (await no(of_provider(reader, order, 1))).status == 404
    async with house.client(Role.LOGISTICS) as logistics:
        (step,) = (await logistics.timeline(theirs)).data
    assert step.note == "for logistics"
    assert step.facts["grounds"]["claimed"]["amount"] == 0, "what others owe is not its business"


async def test_a_claim_is_found_in_temporal_by_what_it_is(house: House) -> None:
    client = await house.rich_client()
    order = await _sold_out(house, client)
    async with house.client(client) as buyer:
        claim = await buyer.claim((await of_provider(buyer, order, 310_00)).receipt.id)

    told = await house.temporal.get_workflow_handle(claim.workflow_id).describe()

    said = {pair.key.name: pair.value for pair in told.typed_search_attributes}
    assert await told.static_summary() == f"claim of ¥310.00 of the provider · {order} · PSR-24"
    assert "direct loss: ¥310.00" in (await told.static_details() or "")
    assert {name: said.get(name) for name in ("ClientId", "ProviderId", "AmountFen")} == {
        "ClientId": client.party,
        "ProviderId": PROVIDER,
        "AmountFen": 310_00,
    }
