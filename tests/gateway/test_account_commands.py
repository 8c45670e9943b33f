"""`daigou account` and `daigou chargeback` over real HTTP: what support reads, what clients do."""

from daigou.domain.money import Money
from daigou.domain.order import Role
from tests.gateway.account_road import disputed, paid_partly_by_card
from tests.gateway.house import House, a_key
from tests.gateway.test_case_commands import row_of, said_by, served

at = served
"""Where a gateway of the house is served."""


async def test_support_reads_what_is_frozen_why_and_what_releases_it(house: House, at: str) -> None:
    client, order = await paid_partly_by_card(house, deposit=Money(100_00))
    chargeback = await disputed(house, order)
    support, platform = house.apps[Role.SUPPORT], house.apps[Role.PLATFORM]
    placing = (
        "account", "freeze", client.party, "--reason", "suspicion", "--key", a_key(),
        "--block", "recharge", "--block", "service", "--note", "three cards in one hour",
        "--report", "PSB-7",
    )  # fmt: skip
    placed, receipt = await said_by(at, platform, *placing)
    again, same = await said_by(at, platform, *placing)

    shown, said = await said_by(at, support, "account", "show", client.party)
    story, told = await said_by(at, support, "chargeback", "show", chargeback)
    freeze = receipt.split()[0]
    one, frozen = await said_by(at, support, "freeze", "show", freeze)

    assert (placed, again, shown, story, one) == (0, 0, 0, 0, 0), receipt + same
    assert " is placed; it is the turn of the platform until 20" in receipt
    assert "It was before, and is done once." in same
    assert f"{client.party}: the account is open" in said
    assert "in the deposit: ¥100.00; owes ¥731.23" in said
    assert "FROZEN: taking money out, paying from the deposit, putting money in, new orders" in said
    assert "1. for a payment that was charged back (PSR-22-1: " in said
    assert (
        "   released when: the debt is paid, the institution decides against the client's" in said
    )
    assert f"   about: {order}, ¥731.23" in said
    assert f"   {chargeback} is demanded: no just cause" in said
    assert "; it is the turn of the client until 20" in said
    assert f"   its history in the Temporal UI: order/{order}/chargeback/dp-key" in said
    assert "2. for suspicion (UA-1-9: " in said
    assert "   forbids: putting money in, new orders" in said
    assert "   in words: three cards in one hour" in said
    assert f"placed by platform {platform.party} at 20" in said
    assert "PSB-7" not in said
    assert row_of(said, "charged back", "¥731.23", chargeback)
    assert row_of(said, order, "effective")
    assert "no just cause: the reason is not the provider's (PSR-22-4, head 2)" in told
    assert "the institution's verdict: none yet" in told
    assert row_of(told, "still owed", "¥731.23")
    assert row_of(told, "client", "pay-chargeback", "PSR-22-1")
    assert "released when: the platform has looked into it" in frozen
    assert row_of(frozen, "platform", "lift-freeze", "UA-1-9")


async def test_a_client_moves_its_money_and_closes_its_account(house: House, at: str) -> None:
    client = await house.rich_client(Money(300_00))
    key = a_key()

    ran = [
        await said_by(at, client, *words)
        for words in (
            ("account", "recharge", "5000", "--from", "pm_ok", "--key", a_key()),
            ("account", "withdraw", "12345", "--to", "pm_ok", "--key", key),
            ("account", "withdraw", "12345", "--to", "pm_ok", "--key", key),
            ("account", "close", client.party, "--to", "pm_ok", "--key", a_key()),
            ("account", "recharge", "5000", "--from", "pm_ok", "--key", a_key()),
            ("account", "show", client.party),
            ("account", "show", "ord_2026_0001"),
            ("account", "freeze", client.party, "--reason", "closing", "--key", a_key()),
            ("account", "show", house.new_client().party),
        )
    ]
    (recharged, withdrawn, again, closing, refused, shown, usage, reason, hidden) = ran

    assert [code for code, _ in ran] == [0, 0, 0, 0, 1, 0, 2, 2, 1]
    assert "is credited" in recharged[1]
    assert "is paid_out" in withdrawn[1]
    assert "It was before, and is done once." in again[1]
    assert "is winding_up" in closing[1]
    assert "Refused (account_frozen, UA-1-20)" in refused[1]
    assert "`daigou account show` tells what freezes it" in refused[1]
    assert "in the deposit: ¥226.55" in shown[1]
    assert "the account is being closed: nothing new is taken" in shown[1]
    assert "1. for the closing of the account (UA-1-20: " in shown[1]
    assert "is no client id" in usage[1]
    assert "--reason is suspicion, lost_credential, breach, not closing" in reason[1]
    assert "Check the id" in hidden[1]
