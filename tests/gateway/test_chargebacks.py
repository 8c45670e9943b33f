"""Chargebacks through the API, on real servers: reported, paid, seen, and the evidence on them."""

import hashlib
import json
from datetime import timedelta

import anyio
import pytest

from daigou.domain.commands import DisputeReason, Head
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from gateway.client import Done
from tests.gateway.account_road import (
    CHARGED,
    disputed,
    paid_partly_by_card,
    payment_of,
    reported,
    until_heeded,
)
from tests.gateway.house import House, a_key
from tests.gateway.road import by_method, deliver, no, proof


@pytest.mark.clause("PSR-22-1")
async def test_a_payment_that_is_charged_back_holds_its_order_until_it_is_paid(
    house: House,
) -> None:
    client, order = await paid_partly_by_card(house, deposit=Money(800_00))
    chargeback = await disputed(house, order)
    await until_heeded(house, order, held=True)

    async with house.client(client) as buyer, house.client(Role.PROVIDER) as provider:
        seen, whole = await buyer.chargeback(chargeback), await provider.order(order)
        account = await buyer.account(client.party)
        waits = await no(provider.purchase(order, key=a_key()))
        withdrawal = await no(
            buyer.request_withdrawal(key=a_key(), amount=Money(1_00), payment_method="pm_ok")
        )
        part = await no(buyer.pay_chargeback(chargeback, key=a_key(), from_deposit=Money(1_00)))
        mine = by_method(await buyer.allowed_actions(chargeback))
        theirs = by_method(await provider.allowed_actions(chargeback))
        paid = await buyer.pay_chargeback(chargeback, key=a_key(), from_deposit=CHARGED)
        await until_heeded(house, order, held=False)
        bought = await provider.purchase(order, key=a_key())
        free, after = await buyer.account(client.party), await buyer.order(order)
        statement = await buyer.chargeback_statement(chargeback)

    assert (seen.state, seen.head, seen.owed.money) == (
        State.DEMANDED, Head.NOT_THE_PROVIDERS, CHARGED,
    )  # fmt: skip
    assert seen.workflow_id == f"order/{order}/chargeback/{seen.dispute}"
    assert (whole.payment_hold, [each.id for each in whole.chargebacks]) == ("held", [chargeback])
    (debt,), (freeze,) = account.debts, account.freezes
    assert (debt.account, debt.amount.money) == (f"charged_back:{chargeback}", CHARGED)
    assert (freeze.clause, freeze.subject, freeze.placed_by_role) == (
        "PSR-22-1", chargeback, Role.PAYMENT_INSTITUTION,
    )  # fmt: skip
    assert (freeze.next_actor, freeze.due_at) == (Role.CLIENT, seen.due_at)
    assert (waits.status, waits.code, waits.clause) == (409, "payment_held", "PSR-22-1")
    assert (withdrawal.code, withdrawal.clause) == ("account_frozen", "PSR-22-1")
    assert (part.status, part.code) == (422, "part_payment")
    assert {name for name, each in mine.items() if each.allowed} == {"pay-chargeback"}
    assert "stage-evidence" in {name for name, each in theirs.items() if each.allowed}
    assert paid.receipt.state == State.COVERED
    assert bought.receipt.state == State.PURCHASED
    assert (free.freezes, free.owed.money, free.balance.money) == (
        (), Money(0), Money(800_00) - CHARGED,
    )  # fmt: skip
    assert after.payment_hold == "none"
    assert [each.kind for each in statement.journals] == ["chargeback", "chargeback_paid"]


@pytest.mark.clause("PSR-22-4")
async def test_what_facts_do_not_settle_is_examined_by_the_platform(house: House) -> None:
    client, order = await paid_partly_by_card(house)
    chargeback = await disputed(house, order, reason=DisputeReason.NOT_RECEIVED)

    async with (
        house.client(client) as buyer,
        house.client(Role.PLATFORM) as platform,
        house.client(Role.PROVIDER) as provider,
    ):
        examined, free = await buyer.chargeback(chargeback), await buyer.account(client.party)
        role = await no(
            provider.deny_just_cause(chargeback, key=a_key(), head=Head.OTHER, note="no")
        )
        await platform.deny_just_cause(
            chargeback, key=a_key(), head=Head.OTHER, note="nothing was promised for today"
        )
        demanded, frozen = await buyer.chargeback(chargeback), await buyer.account(client.party)
        cause = await platform.find_just_cause(chargeback, key=a_key(), note="it was lost")
        # Its money pays the debt: nothing was bought, and the order is at its end.
        with anyio.fail_after(10):
            while (over := await buyer.account(client.party)).owed.amount:
                await anyio.sleep(0.05)

    assert (examined.state, examined.head, free.freezes) == (State.EXAMINING, None, ())
    assert (examined.next_actor, role.code) == (Role.PLATFORM, "not_your_role")
    assert (demanded.state, demanded.head) == (State.DEMANDED, Head.OTHER)
    assert frozen.freezes[0].note == "nothing was promised for today"
    assert cause.receipt.state == State.JUSTIFIED
    assert (over.freezes, over.owed.money) == ((), Money(0))


@pytest.mark.clause("PSR-22-4")
async def test_what_was_received_normally_is_no_just_cause(house: House) -> None:
    client, order = await paid_partly_by_card(house)
    await house.do(order, Trigger.PURCHASE, Role.PROVIDER)
    await deliver(house, order)

    chargeback = await disputed(house, order, reason=DisputeReason.NOT_RECEIVED)

    async with house.client(client) as buyer:
        seen = await buyer.chargeback(chargeback)
    assert (seen.state, seen.head) == (State.DEMANDED, Head.RECEIVED_NORMALLY)
    assert (seen.footing.received, seen.footing.providers_fault) == (True, False)


@pytest.mark.clause("PSR-22-1")
async def test_a_payment_is_charged_back_once_and_never_by_more_than_it_was(
    house: House,
) -> None:
    _, order = await paid_partly_by_card(house)
    _, other = await paid_partly_by_card(house)
    dispute = f"dp-{a_key()}"

    first = await reported(house, order, dispute=dispute, amount=Money(500_00))
    same = await reported(house, order, dispute=dispute, amount=Money(500_00))
    otherwise = await no(reported(house, order, dispute=dispute, amount=Money(1_00)))
    elsewhere = await no(reported(house, other, dispute=dispute))
    more = await no(reported(house, order, dispute=f"{dispute}-2", amount=Money(231_24)))
    rest = await reported(house, order, dispute=f"{dispute}-2", amount=Money(231_23))
    nothing = await no(reported(house, other, dispute=f"{dispute}-3", amount=Money(0)))
    payment = await payment_of(house, order)
    async with house.client(Role.PLATFORM) as platform:
        foreign = await no(
            platform.report_chargeback(
                other, key=a_key(), dispute=f"{dispute}-4", payment=payment, amount=CHARGED,
                reason=DisputeReason.OTHER, evidence_due=(await platform.order(order)).placed_at,
            )
        )  # fmt: skip
        listed = (await platform.chargebacks(order)).data

    assert first.receipt.id == same.receipt.id == f"cbk_{order.removeprefix('ord_')}.{dispute}"
    assert (otherwise.status, otherwise.code) == (409, "id_taken")
    assert (elsewhere.status, elsewhere.code, elsewhere.clause) == (
        409, "already_recorded", "PSR-22-1",
    )  # fmt: skip
    assert (more.status, more.code, more.clause) == (422, "invalid_request", "PSR-22-1")
    assert rest.receipt.state == State.DEMANDED
    assert (nothing.status, nothing.errors[0].pointer) == (422, "/amount")
    assert (foreign.status, foreign.code) == (422, "wrong_reference")
    assert [each.amount.money for each in listed] == [Money(500_00), Money(231_23)]


@pytest.mark.clause("OP-7-5-4")
async def test_a_chargeback_is_seen_by_the_parties_of_its_order_and_by_nobody_else(
    house: House,
) -> None:
    client, order = await paid_partly_by_card(house)
    chargeback = await disputed(house, order)

    for reader, sees, account in (
        (client, True, True),
        (Role.PROVIDER, True, False),
        (Role.STORAGE, True, False),
        (Role.LOGISTICS, True, False),
        (Role.PLATFORM, True, True),
        (Role.SUPPORT, True, True),
        (Role.PAYMENT_INSTITUTION, True, True),
        (house.new_client(), False, False),
    ):
        async with house.client(reader) as who:
            if not sees:
                for reading in (who.chargeback, who.timeline, who.chargeback_statement):
                    assert (await no(reading(chargeback))).status == 404, reader
                assert (await no(who.chargebacks(order))).status == 404
                continue
            assert (await who.chargeback(chargeback)).id == chargeback
            assert [each.id for each in (await who.chargebacks(order)).data] == [chargeback]
            if account:
                page = await who.chargebacks_of_account(client.party)
                assert [each.id for each in page.data] == [chargeback]
            else:
                assert (await no(who.chargebacks_of_account(client.party))).status == 404


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-23")
async def test_evidence_is_staged_frozen_and_read_by_the_institution_once_it_is_submitted(
    house: House,
) -> None:
    client, order = await paid_partly_by_card(house)
    async with house.client(client) as buyer:
        await buyer.ask_question(order, key=a_key(), note="will it come in blue, Ms. Example?")
    piece = await proof(house, order, client)
    chargeback = await disputed(house, order)

    async with (
        house.client(client) as buyer,
        house.client(Role.PROVIDER) as provider,
        house.client(Role.PAYMENT_INSTITUTION) as institution,
        house.client(Role.PLATFORM) as platform,
        house.client(Role.STORAGE) as storage,
    ):
        unstaged = await no(provider.submit_evidence(chargeback, key=a_key(), digest="0" * 64))
        key = a_key()
        await provider.stage_evidence(chargeback, key=key)
        assert (await provider.stage_evidence(chargeback, key=key)).replayed
        digest = (await provider.chargeback(chargeback)).staged
        assert digest is not None
        bundle = await provider.bundle(chargeback, digest)
        unseen = await no(institution.bundle(chargeback, digest))
        wrong = await no(provider.submit_evidence(chargeback, key=a_key(), digest="0" * 64))
        await platform.submit_evidence(chargeback, key=a_key(), digest=digest)
        theirs = await institution.bundle(chargeback, digest)
        listed = await institution.bundles(chargeback)
        twice = await no(provider.stage_evidence(chargeback, key=a_key()))
        hidden = [await no(who.bundle(chargeback, digest)) for who in (buyer, storage)]
        timeline = await provider.timeline(chargeback)

    assert unstaged.code == "no_evidence"
    assert hashlib.sha256(bundle.content.encode()).hexdigest() == digest
    assert bundle.words is not None
    said = json.loads(bundle.content)
    assert said["words_digest"] == hashlib.sha256(bundle.words.encode()).hexdigest()
    assert bundle.content == json.dumps(
        said, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert (said["order"]["id"], said["chargeback"]["amount"]["amount"]) == (order, 731_23)
    assert set(said["mandate"]) >= {"version", "digest", "agreed_at"}
    assert [each["id"] for each in said["evidence"]] == [piece]
    assert [each["trigger"] for each in said["timeline"]][:3] == ["request", "accept", "pay"]
    assert {each["kind"] for each in said["ledger"]} >= {"payment", "chargeback"}
    assert {each["kind"] for each in said["movements"]} == {"capture"}
    assert "chargeback.demanded" in {each for step in said["timeline"] for each in step["told"]}
    (message,) = said["messages"]
    assert json.loads(bundle.words)["messages"] == {
        message["note"]: "will it come in blue, Ms. Example?"
    }
    assert "Example" not in bundle.content, "words stand apart"
    assert (unseen.status, wrong.code) == (404, "wrong_reference")
    assert (theirs.content, theirs.submitted) == (bundle.content, True)
    assert [each.digest for each in listed.data] == [digest]
    assert (twice.status, twice.code) == (409, "already_recorded")
    assert {each.status for each in hidden} == {404}
    told = {event for step in timeline.data for event in step.notices}
    assert "chargeback.evidence_submitted" in told


@pytest.mark.clause("PSR-22-1")
async def test_evidence_that_comes_too_late_is_refused_and_nothing_is_kept(house: House) -> None:
    _, order = await paid_partly_by_card(house)
    chargeback = await disputed(house, order, due=timedelta(seconds=-1))

    async with house.client(Role.PROVIDER) as provider:
        late = await no(provider.stage_evidence(chargeback, key=a_key()))
        none = await provider.bundles(chargeback)

    assert (late.status, late.code, late.clause) == (409, "too_late", "PSR-22-1")
    assert none.data == ()


@pytest.mark.clause("PSR-23")
async def test_the_words_of_a_bundle_are_erased_with_the_clients_data_and_its_digest_stays(
    house: House,
) -> None:
    client, order = await paid_partly_by_card(house)
    async with house.client(client) as buyer:
        await buyer.ask_question(order, key=a_key(), note="for Ms. Example")
    chargeback = await disputed(house, order)
    async with house.client(Role.PROVIDER) as provider, house.client(Role.PLATFORM) as platform:
        await provider.stage_evidence(chargeback, key=a_key())
        digest = (await provider.chargeback(chargeback)).staged
        assert digest is not None
        async with house.http(Role.PLATFORM) as http:
            erased = await http.delete(f"/v1/parties/{client.party}/personal-data?force=true")
        bundle = await platform.bundle(chargeback, digest)

    assert erased.is_success, erased.text
    assert (bundle.words, bundle.erased_at is None) == (None, False)
    assert hashlib.sha256(bundle.content.encode()).hexdigest() == digest


@pytest.mark.clause("PSR-22-1")
async def test_a_verdict_gives_back_what_was_paid_and_is_given_once(house: House) -> None:
    client, order = await paid_partly_by_card(house, deposit=CHARGED)
    chargeback = await disputed(house, order)

    async with (
        house.client(client) as buyer,
        house.client(Role.PAYMENT_INSTITUTION) as institution,
    ):
        await buyer.pay_chargeback(chargeback, key=a_key(), from_deposit=CHARGED)
        done: Done = await institution.win_chargeback(chargeback, key=a_key(), external_ref="vd-1")
        again = await no(institution.lose_chargeback(chargeback, key=a_key(), external_ref="vd-2"))
        seen = await buyer.chargeback(chargeback)

    assert (done.receipt.state, seen.verdict) == (State.WON, "won")
    assert again.status == 409
    assert await house.balance(client) == CHARGED


async def test_a_chargeback_is_found_in_temporal_by_what_it_is(house: House) -> None:
    client, order = await paid_partly_by_card(house)
    chargeback = await disputed(house, order)
    async with house.client(Role.PLATFORM) as platform:
        found = await platform.chargeback(chargeback)

    told = await house.temporal.get_workflow_handle(found.workflow_id).describe()

    said = {pair.key.name: pair.value for pair in told.typed_search_attributes}
    assert await told.static_summary() == f"chargeback of ¥731.23 · {order} · changed mind"
    assert {name: said.get(name) for name in ("ClientId", "AmountFen")} == {
        "ClientId": client.party,
        "AmountFen": 731_23,
    }
