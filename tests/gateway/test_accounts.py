"""Clients' accounts through the API, on real servers: money out, freezes, closing, who sees it."""

import asyncio

import anyio
import pytest
from temporalio.service import RPCError

from daigou.domain.commands import Block, FreezeReason
from daigou.domain.ids import PartyId
from daigou.domain.money import Money
from daigou.domain.order import Role, State
from daigou.ledger.account_views import AccountState
from gateway.client import DaigouClient
from tests.gateway.house import PROVIDER, App, House, a_key, an_order
from tests.gateway.listed import Listed
from tests.gateway.road import by_method, no

LOST, SUSPECTED, BREACH = (
    FreezeReason.LOST_CREDENTIAL,
    FreezeReason.SUSPICION,
    FreezeReason.BREACH,
)


async def frozen(
    house: House, client: App, by: App | Role, reason: FreezeReason, **said: object
) -> str:
    """A freeze that somebody placed on a client's account; its id."""
    async with house.client(by) as author:
        done = await author.place_freeze(client.party, key=a_key(), reason=reason, **said)  # type: ignore[arg-type]
    return done.receipt.id


# ---- withdrawals ---------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-8")
async def test_what_a_client_takes_out_is_paid_to_it_and_gone_from_its_deposit(
    house: House,
) -> None:
    client = await house.rich_client(Money(500_00))
    key = a_key()

    async with house.client(client) as buyer:
        done = await buyer.request_withdrawal(key=key, amount=Money(120_50), payment_method="pm_ok")
        again = await buyer.request_withdrawal(
            key=key, amount=Money(120_50), payment_method="pm_ok"
        )
        seen = await buyer.withdrawal(done.receipt.id)
        listed = await buyer.withdrawals(client.party)
        timeline = await buyer.timeline(done.receipt.id)
        entries = await buyer.deposit_entries(client.party)

    assert (done.receipt.state, again.replayed) == (State.PAID_OUT, True)
    assert (seen.amount.money, seen.says) == (Money(120_50), "paid to the client")
    assert [each.id for each in listed.data] == [seen.id]
    assert [each.trigger for each in timeline.data] == ["request-withdrawal", "confirm-withdrawal"]
    assert entries.data[0].change.money == -Money(120_50)
    assert await house.balance(client) == Money(379_50)


@pytest.mark.clause("UA-1-8")
async def test_what_cannot_be_paid_is_in_the_deposit_again(house: House) -> None:
    client = await house.rich_client(Money(500_00))

    async with house.client(client) as buyer:
        done = await buyer.request_withdrawal(
            key=a_key(), amount=Money(500_00), payment_method="pm_ok_refund_fails"
        )
        little = await no(
            buyer.request_withdrawal(key=a_key(), amount=Money(99), payment_method="pm_ok")
        )
        much = await no(
            buyer.request_withdrawal(key=a_key(), amount=Money(500_01), payment_method="pm_ok")
        )

    assert done.receipt.state == State.RETURNED
    assert (little.status, little.code, little.clause) == (422, "invalid_request", "UA-1-8")
    assert (much.status, much.code, much.clause) == (409, "deposit_too_small", "UA-1-8")
    assert await house.balance(client) == Money(500_00)


@pytest.mark.clause("OP-7-5-4")
async def test_a_withdrawal_is_its_clients_business(house: House) -> None:
    client = await house.rich_client(Money(500_00))
    async with house.client(client) as buyer:
        mine = (
            await buyer.request_withdrawal(
                key=a_key(), amount=Money(1_00), payment_method="pm_ok_refund_silent"
            )
        ).receipt.id
        actions = by_method(await buyer.allowed_actions(mine))

    for reader, sees in (
        (Role.PLATFORM, True),
        (Role.SUPPORT, True),
        (Role.PAYMENT_INSTITUTION, True),
        (Role.PROVIDER, False),
        (house.new_client(), False),
    ):
        async with house.client(reader) as other:
            if sees:
                assert (await other.withdrawal(mine)).state == State.DUE
            else:
                assert (await no(other.withdrawal(mine))).status == 404
                assert (await no(other.withdrawals(client.party))).status == 404
                assert (await no(other.account(client.party))).status == 404
    async with house.client(Role.PAYMENT_INSTITUTION) as institution:
        paid = await institution.confirm_withdrawal(mine, key=a_key(), reference=f"{mine}/1")
    assert not actions["confirm-withdrawal"].allowed
    assert paid.receipt.state == State.PAID_OUT


# ---- freezes -------------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-2")
@pytest.mark.clause("UA-1-9")
async def test_freezes_stack_and_the_account_is_free_when_none_is_left(house: House) -> None:
    client = await house.rich_client(Money(500_00))
    lost = await frozen(house, client, client, LOST, note="somebody has my key")
    suspected = await frozen(
        house, client, Role.PLATFORM, SUSPECTED,
        blocks=[Block.RECHARGE], report="PSB-7", note="many cards",
    )  # fmt: skip

    async with house.client(client) as buyer, house.client(Role.PLATFORM) as platform:
        recharge = await no(
            buyer.request_recharge(key=a_key(), amount=Money(10_00), payment_method="pm_ok")
        )
        withdrawal = await no(
            buyer.request_withdrawal(key=a_key(), amount=Money(10_00), payment_method="pm_ok")
        )
        order = await no(buyer.place(an_order(order_id=f"ord_{a_key()}"), key=a_key()))
        account = await buyer.account(client.party)
        lifting = await no(buyer.lift_freeze(lost, key=a_key(), note="it is me"))
        await platform.lift_freeze(lost, key=a_key(), note="it was called back")
        half = await platform.account(client.party)
        out = await buyer.request_withdrawal(
            key=a_key(), amount=Money(10_00), payment_method="pm_ok"
        )
        still = await no(
            buyer.request_recharge(key=a_key(), amount=Money(10_00), payment_method="pm_ok")
        )
        await platform.lift_freeze(suspected, key=a_key(), note="nothing was found")
        free = await buyer.account(client.party)
        listed = await buyer.freezes(client.party)

    assert (recharge.status, recharge.code, recharge.clause) == (409, "account_frozen", "UA-1-2")
    assert "for a lost or misused credential (UA-1-2), until the client" in recharge.detail
    assert "for suspicion (UA-1-9), until the platform" in recharge.detail
    assert (withdrawal.code, withdrawal.clause) == ("account_frozen", "UA-1-2")
    assert (order.status, order.code, order.clause) == (409, "service_refused", "UA-1-2")
    first, second = account.freezes
    assert (first.subject, first.note, first.until) == (
        lost, "somebody has my key",
        "the client has proved who it is, and the platform says so",
    )  # fmt: skip
    assert (first.placed_by_role, first.placed_by) == (Role.CLIENT, client.party)
    assert first.workflow_id == f"freeze/{lost}"
    assert (second.blocks, second.note) == ((Block.RECHARGE,), "many cards")
    assert account.blocked == tuple(Block)
    assert lifting.code == "not_your_role"
    assert (half.blocked, [each.subject for each in half.freezes]) == (
        (Block.RECHARGE,), [suspected],
    )  # fmt: skip
    assert out.receipt.state == State.PAID_OUT
    assert (still.code, still.clause) == ("account_frozen", "UA-1-9")
    assert (free.freezes, free.blocked, free.unfinished) == ((), (), ())
    assert {each.id for each in listed.data} == {lost, suspected}


@pytest.mark.clause("UA-1-9")
async def test_what_is_forbidden_begins_no_workflow_and_what_was_begun_is_found_again(
    house: House,
) -> None:
    client = await house.rich_client(Money(500_00))
    before, key = f"ord_{a_key()}", a_key()
    async with house.client(client) as buyer:
        await buyer.place(an_order(order_id=before), key=key)
        await frozen(house, client, Role.PLATFORM, SUSPECTED)
        again = await buyer.place(an_order(order_id=before), key=a_key())
        after = f"ord_{a_key()}"
        await no(buyer.place(an_order(order_id=after), key=a_key()))

    assert again.receipt.id == before
    with pytest.raises(RPCError, match="not found"):
        await house.temporal.get_workflow_handle(f"order/{after}").describe()


@pytest.mark.clause("UA-1-9")
async def test_a_report_to_the_authorities_is_for_those_who_filed_it(house: House) -> None:
    client = await house.rich_client(Money(500_00))
    suspected = await frozen(house, client, Role.PLATFORM, SUSPECTED, report="PSB-8")

    told = {}
    for reader in (client, Role.PLATFORM, Role.SUPPORT, Role.PAYMENT_INSTITUTION):
        async with house.client(reader) as who:
            (step,) = (await who.timeline(suspected)).data
        told[reader if isinstance(reader, Role) else Role.CLIENT] = step.facts.get("report")

    assert told == {
        Role.CLIENT: None,
        Role.PLATFORM: "PSB-8",
        Role.SUPPORT: "PSB-8",
        Role.PAYMENT_INSTITUTION: None,
    }


@pytest.mark.clause("UA-4-5")
@pytest.mark.clause("OP-7-5-4")
async def test_whom_a_contract_was_broken_with_sees_its_own_freeze_and_no_other(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.paid(client)
    async with house.client(client) as buyer:
        await buyer.request_recharge(key=a_key(), amount=Money(80_00), payment_method="pm_ok")
    said = {"order_id": order, "amount": Money(60_00), "note": "it never paid the storage"}
    theirs = await frozen(house, client, Role.PROVIDER, BREACH, **said)
    of_logistics = await frozen(house, client, Role.LOGISTICS, BREACH, **said)
    suspected = await frozen(house, client, Role.PLATFORM, SUSPECTED)
    stranger = PartyId(f"prv_{a_key()}")
    house.registry.register_party(id=stranger, role=Role.PROVIDER, country="CN", name="Other")
    other = house.application(stranger, Role.PROVIDER)

    everyone = {theirs, of_logistics, suspected}
    for reader, sees in (
        (client, everyone),
        (Role.PLATFORM, everyone),
        (Role.SUPPORT, everyone),
        (Role.PROVIDER, {theirs}),
        (Role.LOGISTICS, {of_logistics}),
        (Role.STORAGE, set()),
        (other, set()),
        (house.new_client(), set()),
    ):
        async with house.client(reader) as who:
            for freeze in everyone:
                if freeze in sees:
                    assert (await who.freeze(freeze)).id == freeze
                else:
                    for reading in (who.freeze, who.timeline, who.allowed_actions):
                        assert (await no(reading(freeze))).status == 404, (reader, freeze)
    async with (
        house.client(other) as foreign,
        house.client(Role.PROVIDER) as provider,
        house.client(Role.STORAGE) as storage,
    ):
        hidden = await no(
            foreign.place_freeze(
                client.party, key=a_key(), reason=BREACH, order_id=order, amount=Money(1)
            )
        )
        nameless = await no(provider.place_freeze(client.party, key=a_key(), reason=BREACH))
        suspicious = await no(
            provider.place_freeze(
                client.party, key=a_key(), reason=SUSPECTED, order_id=order, amount=Money(1)
            )
        )
        role = await no(storage.place_freeze(client.party, key=a_key(), reason=BREACH))
        elsewhere = await no(
            provider.place_freeze(
                house.new_client().party, key=a_key(), reason=BREACH, order_id=order,
                amount=Money(1),
            )
        )  # fmt: skip
        (step,) = (await provider.timeline(theirs)).data

    assert hidden.status == elsewhere.status == 404
    assert (nameless.status, nameless.errors[0].pointer) == (422, "/order_id")
    assert (suspicious.status, suspicious.clause) == (403, "UA-1-9")
    assert role.code == "not_your_role"
    assert step.note == "it never paid the storage"


@pytest.mark.clause("UA-4-5")
async def test_a_broken_contract_is_contested_and_then_passed_on_as_the_court_says(
    house: House,
) -> None:
    client = await house.rich_client()
    order = await house.paid(client)
    async with house.client(client) as buyer:
        await buyer.request_recharge(key=a_key(), amount=Money(45_00), payment_method="pm_ok")
    freeze = await frozen(house, client, Role.PROVIDER, BREACH, order_id=order, amount=Money(60_00))

    async with (
        house.client(client) as buyer,
        house.client(Role.PLATFORM) as platform,
        house.client(Role.PROVIDER) as provider,
    ):
        placed = await buyer.freeze(freeze)
        account = await buyer.account(client.party)
        early = await no(platform.award_sum(freeze, key=a_key(), note="at once"))
        await buyer.contest_restriction(freeze, key=a_key(), note="case 12 of the court")
        asked = (await provider.timeline(freeze)).data[-1]
        passed = await platform.award_sum(freeze, key=a_key(), note="it decided")
        over = await provider.freeze(freeze)
        free = await buyer.account(client.party)

    assert (placed.provider_id, placed.amount and placed.amount.money) == (PROVIDER, Money(60_00))
    assert (account.freezes[0].order_id, account.blocked) == (
        order, (Block.WITHDRAWAL, Block.USE),
    )  # fmt: skip
    assert (early.code, early.clause) == ("not_in_this_state", "UA-4-5")
    assert asked.note == "case 12 of the court"
    assert passed.receipt.state == State.TRANSFERRED
    # There were 45.00 in the deposit: what there is passes on.
    assert over.transferred is not None
    assert over.transferred.money == Money(45_00)
    assert (free.balance.money, free.freezes) == (Money(0), ())


async def test_a_freeze_is_placed_once_a_key_and_once_an_id(house: House) -> None:
    client = await house.rich_client(Money(500_00))
    key, id_ = a_key(), f"frz_{a_key()}"

    async with house.client(Role.PLATFORM) as platform:
        first = await platform.place_freeze(client.party, key=key, reason=SUSPECTED, freeze_id=id_)
        again = await platform.place_freeze(client.party, key=key, reason=SUSPECTED, freeze_id=id_)
        other_key = await platform.place_freeze(
            client.party, key=a_key(), reason=SUSPECTED, freeze_id=id_
        )
        taken = await no(
            platform.place_freeze(client.party, key=a_key(), reason=LOST, freeze_id=id_)
        )
        by_nobody = await no(
            platform.place_freeze(client.party, key=a_key(), reason=FreezeReason.CHARGEBACK)
        )
        wrong = await no(
            platform.place_freeze(client.party, key=a_key(), reason=SUSPECTED, amount=Money(5))
        )
        listed = await platform.freezes(client.party)

    assert (first.receipt, again.replayed) == (again.receipt, True)
    assert other_key.receipt.id == id_
    assert (taken.status, taken.code) == (409, "id_taken")
    assert (by_nobody.status, by_nobody.clause) == (403, "PSR-22-1")
    assert (wrong.status, wrong.code, wrong.clause) == (422, "invalid_request", "UA-1-9")
    assert [each.id for each in listed.data] == [id_]


# ---- closing -------------------------------------------------------------------------------------


@pytest.mark.clause("UA-1-20")
async def test_an_account_that_is_closing_takes_nothing_new_and_can_be_kept(house: House) -> None:
    client = await house.rich_client(Money(2_000_00))
    order = await house.paid(client)

    async with house.client(client) as buyer:
        done = await buyer.close_account(client.party, key=a_key(), payment_method="pm_ok")
        closing = await buyer.closure_of(client.party)
        account = await buyer.account(client.party)
        refused = await no(buyer.place(an_order(), key=a_key()))
        recharge = await no(
            buyer.request_recharge(key=a_key(), amount=Money(1_00), payment_method="pm_ok")
        )
        second = await no(buyer.close_account(client.party, key=a_key(), payment_method="pm_other"))
        actions = by_method(await buyer.allowed_actions(closing.id))
        kept = await buyer.keep_account(closing.id, key=a_key())
        after = await buyer.account(client.party)
        placed = await house.placed(client)

    assert (done.receipt.state, closing.state) == (State.WINDING_UP, State.WINDING_UP)
    assert (account.state, account.closure_id) == (AccountState.WINDING_UP, closing.id)
    assert {each.id for each in account.unfinished} == {order, closing.id}
    assert {each.kind for each in account.unfinished} == {"order", "closure"}
    assert (refused.code, refused.clause) == ("service_refused", "UA-1-20")
    assert (recharge.code, recharge.clause) == ("account_frozen", "UA-1-20")
    assert (second.status, second.code, second.clause) == (409, "already_recorded", "UA-1-20")
    assert {name for name, each in actions.items() if each.allowed} == {"keep-account"}
    assert kept.receipt.state == State.WITHDRAWN
    assert (after.state, after.freezes) == (AccountState.OPEN, ())
    assert placed


@pytest.mark.clause("UA-1-20")
async def test_the_rest_is_paid_out_where_the_client_says_at_last(house: House) -> None:
    fast = house.another(time_scale=86_400 * 30)
    client = await house.rich_client(Money(300_00))

    async with house.client(client, transport=Listed(fast)) as buyer:
        closing = (
            await buyer.close_account(
                client.party, key=a_key(), payment_method="pm_ok_refund_fails"
            )
        ).receipt.id
        await _until(buyer, closing, State.AWAITING_METHOD)
        await buyer.name_payout_method(closing, key=a_key(), payment_method="pm_ok")
        await _until(buyer, closing, State.CLOSED)
        seen, account = await buyer.closure(closing), await buyer.account(client.party)
        again = await no(buyer.close_account(client.party, key=a_key(), payment_method="pm_ok"))

    assert seen.paid_out is not None
    assert seen.paid_out.money == Money(300_00)
    assert (account.state, account.balance.money, account.unfinished) == (
        AccountState.CLOSED, Money(0), (),
    )  # fmt: skip
    assert account.freezes[0].until == "nothing: the account is closed"
    assert again.code == "already_recorded"


async def test_only_the_client_itself_closes_its_account(house: House) -> None:
    client = await house.rich_client(Money(300_00))

    async with house.client(Role.PLATFORM) as platform, house.client(client) as buyer:
        role = await no(platform.close_account(client.party, key=a_key(), payment_method="pm_ok"))
        never = await no(buyer.closure_of(client.party))
    async with house.client(house.new_client()) as other:
        hidden = await no(other.close_account(client.party, key=a_key(), payment_method="pm_ok"))

    assert role.code == "not_your_role"
    assert never.status == hidden.status == 404


async def test_many_withdrawals_at_once_never_take_more_than_there_is(house: House) -> None:
    client = await house.rich_client(Money(500_00))

    async with house.client(client) as buyer:
        outcomes = await asyncio.gather(
            *(
                buyer.request_withdrawal(key=a_key(), amount=Money(60_00), payment_method="pm_ok")
                for _ in range(12)
            ),
            return_exceptions=True,
        )

    paid = [each for each in outcomes if not isinstance(each, BaseException)]
    assert len(paid) == 8
    assert await house.balance(client) == Money(20_00)


async def _until(client: DaigouClient, closing: str, state: State) -> None:
    with anyio.fail_after(20):
        while (await client.closure(closing)).state != state:
            await anyio.sleep(0.05)
