"""Orders whose delivered goods are given back, through the API, on real servers (PSR-13).

300 kettles for 4.00 each and 30.00 of freight make 1,230.00; a thousandth of it is 1.23 of fee;
that is 1,231.23 in whole. Every sum is done by hand.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from daigou.domain.commands import (
    Basis,
    CautionKind,
    Ground,
    LossHead,
    Opponent,
    Remedy,
)
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from gateway.answers.money import JournalAnswer
from gateway.problems import Problem
from tests.gateway.house import WHOLE, App, House, a_key
from tests.gateway.road import (
    PARTLY,
    blame_logistics,
    by_method,
    claim_by_dissolution,
    deliver,
    dissolved,
    in_state,
    losses,
    no,
    paid_back,
    paid_from_both,
    proof,
    requested,
    rows_of,
    to_prove,
)

PRICE = Money(1_230_00)
"""What the seller was paid: goods and freight."""


def moved(journals: Iterable[JournalAnswer]) -> dict[str, int]:
    """What every kind of account gave, or got if negative, in fen."""
    sums: Counter[str] = Counter()
    for journal in journals:
        for leg in journal.legs:
            sums[leg.account.partition(":")[0]] += leg.amount.amount
    return {account: fen for account, fen in sums.items() if fen}


# ---- the whole way -----------------------------------------------------------------------------


@pytest.mark.clause("PSR-13-1")
@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
@pytest.mark.clause("PSR-13-7")
async def test_goods_are_returned_and_all_that_the_seller_pays_goes_on_to_the_client(
    house: House,
) -> None:
    client, order = await paid_from_both(house)
    await house.do(order, Trigger.PURCHASE, Role.PROVIDER)
    await deliver(house, order)
    photograph = await requested(house, order, client)
    sharper, film, label = [
        await proof(house, order, client, words)
        for words in (b"a sharper photograph", b"a film", b"the label of the parcel")
    ]
    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        held = await buyer.order(order)
        await provider.ask_for_evidence(order, key=a_key(), note="it is blurred")
        await buyer.supplement_evidence(order, key=a_key(), evidence=[sharper])
        await provider.apply_to_seller(order, key=a_key())
        await buyer.supplement_evidence(order, key=a_key(), evidence=[film])
        agreed = await provider.consent_to_dissolution(
            order,
            key=a_key(),
            refund=Money(1_180_00),
            remedy=Remedy.RETURN,
            note="1 Kettle Road, Yiwu",
        )
        proved = await buyer.prove_disposal(
            order,
            key=a_key(),
            remedy=Remedy.RETURN,
            evidence=[label],
            cost=Money(48_00),
        )
        some = await provider.record_dissolution_refund(
            order, key=a_key(), amount=Money(700_00), external_ref="SR-1"
        )
        twice = await no(
            provider.record_dissolution_refund(
                order, key=a_key(), amount=Money(480_00), external_ref="SR-1"
            )
        )
        between = (await buyer.order(order)).dissolutions[0]
        rest = await provider.record_dissolution_refund(
            order, key=a_key(), amount=Money(480_00), external_ref="SR-2"
        )
        chased = await buyer.order(order)
        left = by_method(await provider.allowed_actions(order))
        cost = await provider.record_return_cost(
            order, key=a_key(), amount=Money(48_00), external_ref="SR-3"
        )
        after = await paid_back(house, order)
        statement, timeline = await buyer.statement(order), await buyer.timeline(order)
        svg = await buyer.diagram(order)

    assert (held.held, held.state, held.dissolutions[0].ground) == (
        True,
        State.DELIVERED,
        Ground.DEFECTIVE,
    )
    assert (agreed.receipt.state, proved.receipt.state) == (
        State.AWAITING_PROOF,
        State.AWAITING_REFUND,
    )
    assert (some.receipt.state, rest.receipt.state) == (State.AWAITING_REFUND, State.CHASING)
    assert (twice.status, twice.code, twice.clause) == (409, "already_recorded", "PSR-13-6")
    assert between.received is not None
    assert between.received.money == Money(700_00)
    # The order is over, but what the return cost is still asked of the seller.
    assert (chased.state, chased.dissolutions[0].gives_claim) == (State.DISSOLVED, "PSR-13-7")
    at = f"dissolutions/{between.number}"
    assert {path for path, each in left.items() if each.allowed} == {
        f"{at}/record-dissolution-refund",
        f"{at}/record-return-cost",
    }
    assert (cost.receipt.state, after.state) == (State.DISSOLVED, State.DISSOLVED)
    (case,) = after.dissolutions
    assert (case.evidence, case.late_evidence) == ((photograph, sharper), (film,))
    assert (case.granted, case.remedy, case.ended_at is None) == (True, Remedy.RETURN, False)
    assert [
        each and each.money for each in (case.expected, case.received, case.cost, case.cost_paid)
    ] == [Money(1_180_00), Money(1_180_00), Money(48_00), Money(48_00)]
    assert (case.workflow_id, after.cancellations) == (f"order/{order}/dissolution/1", ())
    assert f"Dissolution {case.item}" in svg
    told = await house.temporal.get_workflow_handle(case.workflow_id).result()
    assert told["state"] == State.DISSOLVED
    # Of 700.00 the deposit gets the 500.00 that it paid, the institution's payment 200.00, and
    # then 480.00; the 48.00 are in the deposit. The seller keeps 2.00 of 1,230.00 in the end.
    assert await house.balance(client) == PARTLY + Money(48_00)
    assert (after.refunded.money, after.fee_earned.money) == (Money(1_180_00), Money(1_23))
    assert [each.amount.money for each in after.refunds] == [Money(200_00), Money(480_00)]
    assert moved(statement.journals) == {
        "payment_institution": 731_23 - 200_00 - 480_00,
        "deposit": 500_00 - 500_00 - 48_00,
        "provider": -1_23,
        "bank": -1_230_00 + 1_180_00 + 48_00,
    }
    passed_on = [each for each in statement.journals if each.clause in ("PSR-13-5", "PSR-13-6")]
    assert [
        [(leg.account.partition(":")[0], leg.amount.amount) for leg in each.legs]
        for each in passed_on
    ] == [
        [("bank", 700_00), ("escrow", -700_00)],
        [("escrow", 700_00), ("deposit", -500_00), ("refund_transit", -200_00)],
        [("bank", 480_00), ("escrow", -480_00)],
        [("escrow", 480_00), ("refund_transit", -480_00)],
        [("bank", 48_00), ("deposit", -48_00)],
    ]
    assert [step.note for step in timeline.data if step.note] == [
        "it is blurred",
        "1 Kettle Road, Yiwu",
    ]


@pytest.mark.clause("PSR-13-7")
@pytest.mark.clause("PSR-24")
@pytest.mark.clause("PSR-25")
async def test_what_a_dissolution_by_the_providers_fault_leaves_is_claimed_up_to_the_order_amount(
    house: House,
) -> None:
    client, order = await dissolved(house)

    async with (
        house.client(client) as buyer,
        house.client(Role.PROVIDER) as provider,
        house.client(Role.PLATFORM) as platform,
    ):
        offered = (await buyer.order(order)).dissolutions[0].gives_claim
        dispute = losses(1, LossHead.COST_OF_DISPUTE)
        greedy = await no(claim_by_dissolution(buyer, order, *losses(1_231_24), *dispute))
        # 50.00 that the seller kept, and the fee.
        claim = (await claim_by_dissolution(buyer, order, *losses(50_00), *losses(1_23))).receipt.id
        beside = await no(claim_by_dissolution(buyer, order, *losses(1_180_01)))
        await provider.admit_claim(claim, key=a_key(), amount=Money(51_23))
        await platform.record_compensation(
            claim, key=a_key(), amount=Money(51_23), external_ref="wire-9"
        )
        over, statement = await buyer.claim(claim), await buyer.claim_statement(claim)

    assert offered == "PSR-13-7"
    assert [(each.code, each.clause) for each in greedy.errors] == [
        ("loss_not_covered", "PSR-24"),
        ("claim_too_high", "PSR-24"),
    ]
    # 51.23 and 1,180.01 are a fen more than 1,231.23.
    assert (beside.status, beside.code, beside.clause) == (409, "claim_too_high", "PSR-24")
    assert (over.state, over.basis) == (State.COMPENSATED, "PSR-13-7")
    assert moved(statement.journals) == {"bank": 51_23, "deposit": -51_23}
    assert await house.balance(client) == WHOLE


@pytest.mark.clause("PSR-17-2")
async def test_a_cause_that_is_found_with_logistics_closes_an_open_dissolution_and_opens_a_claim(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    await deliver(house, order)
    await requested(house, order, client)
    await house.do(order, Trigger.APPLY_TO_SELLER, Role.PROVIDER)
    await blame_logistics(house, order, client)
    photograph = await proof(house, order, client)

    async with house.client(client) as buyer, house.client(Role.LOGISTICS) as logistics:
        (case,) = (seen := await buyer.order(order)).dissolutions
        again = await no(
            buyer.request_dissolution(
                order, key=a_key(), ground=Ground.DEFECTIVE, inspected=True, evidence=[photograph]
            )
        )
        told = by_method(await buyer.allowed_actions(order))["request-dissolution"]
        made = await buyer.make_claim(
            order,
            key=a_key(),
            against=Opponent.LOGISTICS,
            basis=Basis.CAUSE_WITH_LOGISTICS,
            losses=losses(1_231_23),
            evidence=[photograph],
        )
        theirs = await logistics.claim(made.receipt.id)

    assert (case.state, case.gives_claim, seen.held) == (State.OVERTAKEN, "PSR-17-2", False)
    for problem in (again, told):
        assert (problem.code, problem.clause) == ("cause_with_logistics", "PSR-17-2")
    assert (theirs.state, theirs.next_actor, theirs.evidence) == (
        State.MADE,
        Role.LOGISTICS,
        (photograph,),
    )


@pytest.mark.clause("PSR-13-4")
async def test_one_that_was_taken_back_leaves_the_order_where_it_was(house: House) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    await deliver(house, order)
    async with house.client(client) as buyer:
        before = {each.term for each in (await buyer.deadlines(order)).data}
        await requested(house, order, client)
        during = (await buyer.deadlines(order)).data
        done = await buyer.withdraw_dissolution(order, key=a_key(), note="it works now")
        after = {each.term for each in (await buyer.deadlines(order)).data}
        second = await requested(house, order, client)
        first, last = (await buyer.order(order)).dissolutions

    assert (done.receipt.state, done.receipt.order_state) == (State.WITHDRAWN, State.DELIVERED)
    assert [(each.term, each.clause) for each in during] == [("formal_check", "PSR-13-4")]
    assert before == after == {"receipt_advice", "receipt"}
    assert (first.state, first.gives_claim, first.expected) == (State.WITHDRAWN, None, None)
    assert (last.state, last.evidence) == (State.CHECKING, (second,))
    assert last.workflow_id == f"order/{order}/dissolution/2"


# ---- what is shown before ----------------------------------------------------------------------


@pytest.mark.clause("PSR-13-6")
async def test_what_a_payment_comes_to_is_shown_to_all_alike_and_stale_once_another_came(
    house: House,
) -> None:
    client, order = await paid_from_both(house)
    await house.do(order, Trigger.PURCHASE, Role.PROVIDER)
    await deliver(house, order)
    await to_prove(house, order, client, refund=PRICE)
    most = {"amount": Money(1_200_00), "external_ref": "SR-1"}
    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        told = by_method(await provider.allowed_actions(order))
        theirs = await provider.preview_dissolution_refund(order, **most)
        mine = await buyer.preview_dissolution_refund(order, **most)
        kept = await buyer.shown(order, theirs.digest)
        other = await no(
            provider.record_dissolution_refund(
                order, key=a_key(), amount=Money(1), external_ref="SR-1", digest=theirs.digest
            )
        )
        await provider.record_dissolution_refund(
            order, key=a_key(), amount=Money(30_00), external_ref="SR-0"
        )
        stale = await no(
            provider.record_dissolution_refund(order, key=a_key(), **most, digest=theirs.digest)
        )
        too_much = await no(
            provider.preview_dissolution_refund(order, amount=Money(1_200_01), external_ref="SR-1")
        )
        anew = await provider.preview_dissolution_refund(order, **most)
        done = await provider.record_dissolution_refund(
            order, key=a_key(), **most, digest=anew.digest
        )
        statement = await buyer.statement(order)

    number = theirs.item and theirs.item.rpartition("/")[2]
    record = told[f"dissolutions/{number}/record-dissolution-refund"]
    assert record.preview == f"POST /v1/orders/{order}/previews/record-dissolution-refund"
    assert theirs == mine == kept
    assert (theirs.leads_to, theirs.clause) == (State.AWAITING_PROOF, "PSR-13-6")
    assert rows_of(theirs) == [
        ("seller", None, "pays", Money(1_200_00), "PSR-13-6"),
        ("deposit", client.party, "gets", PARTLY, "PSR-13-6"),
        ("institution", client.party, "gets", Money(700_00), "PSR-13-6"),
    ]
    for problem in (other, stale):
        assert (problem.status, problem.code, problem.clause) == (409, "stale_preview", "PSR-13-6")
    assert (too_much.status, too_much.code, too_much.clause) == (
        422,
        "invalid_request",
        "PSR-13-6",
    )
    assert rows_of(anew)[1:] == [
        ("deposit", client.party, "gets", Money(470_00), "PSR-13-6"),
        ("institution", client.party, "gets", Money(730_00), "PSR-13-6"),
    ]
    # What was written is what was shown, to the leg.
    assert done.receipt.sequence >= anew.sequence
    assert [
        [(leg.account, leg.amount) for leg in each.legs]
        for each in statement.journals
        if each.sequence == anew.sequence
    ] == [[(leg.account, leg.amount) for leg in each.legs] for each in anew.journals]


# ---- what is refused ---------------------------------------------------------------------------


@pytest.mark.clause("PSR-13-1")
@pytest.mark.clause("PSR-13-3")
@pytest.mark.clause("PSR-17-2")
async def test_all_that_stands_in_the_way_is_named_at_once_each_by_its_clause(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.placed(client)
    low = CautionKind.LOW_REPUTATION
    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        await provider.raise_caution(order, key=a_key(), caution=low)
        await buyer.acknowledge_caution(order, key=a_key(), caution=low)
        await provider.accept(order, key=a_key())
        await buyer.pay(order, key=a_key(), from_deposit=WHOLE)
        await provider.purchase(order, key=a_key())

    early = await asked_badly(house, order, client)
    await deliver(house, order)
    await blame_logistics(house, order, client)
    late = await asked_badly(house, order, client)

    assert [(each.code, each.clause) for each in early.errors] == [
        ("not_in_this_state", "PSR-13-1"),
        ("not_inspected", "PSR-13-1"),
        ("no_evidence", "PSR-13-1"),
        ("excluded_by_caution", "PSR-13-3"),
    ]
    assert (early.status, early.code, early.clause) == (409, "not_in_this_state", "PSR-13-1")
    assert [(each.code, each.clause) for each in late.errors] == [
        ("not_inspected", "PSR-13-1"),
        ("no_evidence", "PSR-13-1"),
        ("excluded_by_caution", "PSR-13-3"),
        ("cause_with_logistics", "PSR-17-2"),
    ]
    assert all(each.detail in late.detail for each in late.errors)


async def asked_badly(house: House, order: str, client: App) -> Problem:
    """What a request is answered whose client looked at nothing and proves nothing."""
    async with house.http(client) as http:
        answer = await http.post(
            f"/v1/orders/{order}/request-dissolution",
            json={"ground": "not_as_promised", "inspected": False},
            headers={"Idempotency-Key": a_key()},
        )
    return Problem.model_validate_json(answer.content)


@pytest.mark.clause("PSR-13-2")
async def test_once_the_statutory_period_has_ended_nothing_is_given_back(
    house: House, in_passing: None
) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    await deliver(house, order)
    photograph = await proof(house, order, client)
    async with house.client(client) as buyer:
        await buyer.confirm_receipt(order, key=a_key())
        await in_state(house, order, State.CLOSED)

        late = await no(
            buyer.request_dissolution(
                order, key=a_key(), ground=Ground.DEFECTIVE, inspected=True, evidence=[photograph]
            )
        )
        seen = await buyer.order(order)

    assert (late.status, late.code, late.clause) == (409, "too_late", "PSR-13-2")
    assert seen.dissolutions == ()


@pytest.mark.clause("PSR-13-4")
async def test_while_one_is_open_there_is_no_other_and_what_it_does_not_allow_is_told(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    await deliver(house, order)
    elsewhere = await house.bought(await house.rich_client())
    strange = await proof(house, elsewhere, Role.PROVIDER)
    await to_prove(house, order, client, refund=PRICE)
    photograph = await proof(house, order, client)
    asking: dict[str, Any] = {"ground": Ground.INFRINGING, "inspected": True}
    proving: dict[str, Any] = {"evidence": [photograph], "cost": Money(1)}

    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        second = await no(
            buyer.request_dissolution(order, key=a_key(), **asking, evidence=[photograph])
        )
        unknown = await no(
            buyer.request_dissolution(order, key=a_key(), **asking, evidence=[photograph, strange])
        )
        await provider.record_dissolution_refund(
            order, key=a_key(), amount=Money(1), external_ref="SR-1"
        )
        late = await no(buyer.withdraw_dissolution(order, key=a_key()))
        other = await no(buyer.prove_disposal(order, key=a_key(), remedy=Remedy.DESTROY, **proving))
        theirs = await no(
            provider.prove_disposal(order, key=a_key(), remedy=Remedy.RETURN, **proving)
        )
        mine = by_method(await buyer.allowed_actions(order))
        deadlines = (await buyer.deadlines(order)).data

    assert (second.status, second.code, second.clause) == (409, "case_open", "PSR-13-4")
    assert [(each.pointer, each.code) for each in unknown.errors] == [
        ("/evidence/1", "wrong_reference")
    ]
    assert (late.status, late.code, late.clause) == (409, "not_in_this_state", "PSR-13-6")
    assert (other.status, other.code, other.clause) == (422, "reason_not_allowed", "PSR-13-5")
    assert (theirs.status, theirs.code, theirs.clause) == (403, "not_your_role", "PSR-13-5")
    (prove,) = (each for path, each in mine.items() if path.endswith("prove-disposal"))
    assert (prove.allowed, prove.clause) == (True, "PSR-13-5")
    assert {each.term for each in deadlines} == {"disposal", "disposal_most"}
    assert prove.until == max(each.due_at for each in deadlines)


@pytest.mark.clause("PSR-13-6")
async def test_the_platform_goes_on_without_a_refund_and_what_comes_late_is_the_clients(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    await deliver(house, order)
    await to_prove(house, order, client, refund=PRICE)
    label = await proof(house, order, client)
    async with (
        house.client(client) as buyer,
        house.client(Role.PROVIDER) as provider,
        house.client(Role.PLATFORM) as platform,
    ):
        await buyer.prove_disposal(order, key=a_key(), remedy=Remedy.RETURN, evidence=[label])
        theirs = await no(provider.close_dissolution(order, key=a_key()))
        closed = await platform.close_dissolution(order, key=a_key(), note="it does not answer")
        case = (await buyer.order(order)).dissolutions[0]
        late = await provider.record_dissolution_refund(
            order, key=a_key(), amount=PRICE, external_ref="SR-1", case=case.item
        )

    assert (theirs.code, theirs.clause) == ("not_your_role", "PSR-13-6")
    assert (closed.receipt.state, closed.receipt.order_state) == (State.CHASING, State.DISSOLVED)
    assert (case.state, case.gives_claim) == (State.CHASING, "PSR-13-7")
    assert late.receipt.state == State.DISSOLVED
    assert await house.balance(client) == PRICE
