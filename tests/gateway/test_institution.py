"""The institution's signed messages: forged, stale, replayed, reordered, twice, of other types."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from standardwebhooks import Webhook

from daigou.domain.money import Money
from daigou.domain.order import Role, State
from daigou.domain.sweeps import SweepName
from daigou.ledger.engine import make_engine
from daigou.ledger.watch import PostgresWatch
from daigou.settings import Settings, SettingsError, load_settings
from gateway.answers import FindingAnswer
from tests.gateway.account_road import CHARGED, paid_partly_by_card, payment_of, reported
from tests.gateway.fakes import a_gateway
from tests.gateway.house import BASE, INSTITUTION, House, a_key
from tests.gateway.listed import Listed

PATH = "/v1/webhooks/payment-institution"
OLD = "whsec_" + base64.b64encode(b"the one that they had before").decode()
NEW = "whsec_" + base64.b64encode(b"the one that they have chosen").decode()
FOREIGN = "whsec_" + base64.b64encode(b"the one of somebody elsewhere").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The institution, as it sends."""

    app: FastAPI

    async def send(
        self,
        said: Any,
        *,
        id_: str = "",
        secret: str = NEW,
        at: datetime | None = None,
        **headers: str,
    ) -> httpx.Response:
        """A message, signed as Standard Webhooks has it."""
        body = said if isinstance(said, str) else json.dumps(said)
        now, id_ = at or datetime.now(UTC), id_ or f"msg-{a_key()}"
        signed = {
            "webhook-id": id_,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(id_, now, body),
            "content-type": "application/json",
        }
        async with httpx.AsyncClient(transport=Listed(self.app), base_url=BASE) as http:
            return await http.post(PATH, content=body.encode(), headers={**signed, **headers})


@pytest.fixture
async def sender(house: House) -> AsyncIterator[Sender]:
    """A gateway that knows the institution's secrets, the old and the new."""
    app = house.another(
        institution_webhook_secret=SecretStr(f"{OLD} {NEW}"), institution_party=INSTITUTION
    )
    yield Sender(app=app)
    await app.state.backend.close()


def opened(dispute: str, payment: str, amount: Money = CHARGED, **changes: Any) -> dict[str, Any]:
    """A dispute that was opened."""
    return {
        "type": "dispute.opened",
        "timestamp": datetime.now(UTC).isoformat(),
        "data": {
            "dispute_id": dispute,
            "payment": payment,
            "amount": {"amount": amount.amount, "currency": "CNY"},
            "reason": "changed_mind",
            "evidence_due": (datetime.now(UTC) + timedelta(days=10)).isoformat(),
            **changes,
        },
    }


def decided(dispute: str, how: str, decision: str = "vd-1") -> dict[str, Any]:
    """A verdict."""
    return {
        "type": f"dispute.{how}",
        "timestamp": datetime.now(UTC).isoformat(),
        "data": {"dispute_id": dispute, "decision": decision},
    }


async def findings(house: House, dispute: str) -> list[FindingAnswer]:
    """What a person is to look at of a dispute."""
    async with house.client(Role.PLATFORM) as platform:
        found = (await platform.findings(sweep=SweepName.DISPUTES, open=True, limit=100)).data
    return [each for each in found if each.subject == dispute]


# ---- what is taken -------------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
async def test_a_dispute_is_opened_and_won_by_messages_alone(house: House, sender: Sender) -> None:
    client, order = await paid_partly_by_card(house)
    dispute = f"dp-{a_key()}"

    told = await sender.send(opened(dispute, await payment_of(house, order)))
    async with house.client(client) as buyer:
        (seen,) = (await buyer.chargebacks(order)).data
        (step,) = (await buyer.timeline(seen.id)).data
    won = await sender.send(decided(dispute, "won"), secret=OLD)
    async with house.client(client) as buyer:
        over = await buyer.chargeback(seen.id)

    assert told.status_code == won.status_code == 200, told.text
    assert (
        told.json()
        == won.json()
        == {
            "outcome": "recorded",
            "detail": None,
            "chargeback_id": seen.id,
        }
    )
    assert (seen.state, seen.amount.money, seen.dispute) == (State.DEMANDED, CHARGED, dispute)
    assert (step.role, step.party, step.app) == (Role.PAYMENT_INSTITUTION, INSTITUTION, None)
    assert (over.state, over.verdict) == (State.WON, "won")


async def test_the_same_message_is_answered_the_same_under_its_id_and_under_another(
    house: House, sender: Sender
) -> None:
    _, order = await paid_partly_by_card(house)
    dispute, id_ = f"dp-{a_key()}", f"msg-{a_key()}"
    message = opened(dispute, await payment_of(house, order))

    at_once = await asyncio.gather(
        *(sender.send(message, id_=id_) for _ in range(4)),
        *(sender.send(message) for _ in range(4)),
    )
    later = await sender.send(message, id_=id_, at=datetime.now(UTC) + timedelta(minutes=2))
    by_hand = await reported(house, order, dispute=dispute)
    verdict = decided(dispute, "lost")
    lost = [await sender.send(verdict, id_=f"{id_}-l{n % 2}") for n in range(3)]
    async with house.client(Role.PLATFORM) as platform:
        (only,) = (await platform.chargebacks(order)).data
        timeline = (await platform.timeline(only.id)).data

    answers = {each.text for each in (*at_once, later)}
    assert len(answers) == 1, answers
    assert by_hand.receipt.id == only.id
    assert {each.text for each in lost} == answers
    assert [each.trigger for each in timeline] == ["report-chargeback", "lose-chargeback"]
    assert await findings(house, dispute) == []


async def test_a_verdict_before_its_dispute_is_to_come_again(house: House, sender: Sender) -> None:
    _, order = await paid_partly_by_card(house)
    dispute, id_ = f"dp-{a_key()}", f"msg-{a_key()}"
    verdict = decided(dispute, "lost")

    early = await sender.send(verdict, id_=id_)
    told = await sender.send(opened(dispute, await payment_of(house, order)))
    again = await sender.send(verdict, id_=id_)

    assert (early.status_code, early.json()["code"]) == (503, "unavailable")
    assert int(early.headers["retry-after"]) > 0
    assert told.json()["outcome"] == again.json()["outcome"] == "recorded"
    async with house.client(Role.PLATFORM) as platform:
        assert (await platform.chargeback(again.json()["chargeback_id"])).verdict == "lost"


async def test_what_does_not_concern_us_is_taken_and_passed_over(
    house: House, sender: Sender
) -> None:
    for kind in ("payout.paid", "dispute.funds_withdrawn", "x" * 300, "späť"):
        answer = await sender.send({"type": kind, "data": {"anything": [1, None]}})
        assert (answer.status_code, answer.json()["outcome"]) == (200, "ignored"), kind
    _, order = await paid_partly_by_card(house)
    dispute = f"dp-{a_key()}"
    more = opened(dispute, await payment_of(house, order), reason="a_new_one", livemode=True)
    told = await sender.send(more | {"api_version": "9"})
    async with house.client(Role.PLATFORM) as platform:
        seen = await platform.chargeback(told.json()["chargeback_id"])
    assert (seen.reason, seen.state) == ("other", State.EXAMINING)


# ---- what a person looks at ----------------------------------------------------------------------


async def test_a_dispute_of_what_we_do_not_know_is_taken_and_shown_to_a_person(
    house: House, sender: Sender
) -> None:
    client, order = await paid_partly_by_card(house)
    payment, fresh = await payment_of(house, order), f"dp-{a_key()}"
    async with house.client(client) as buyer:
        recharge = await buyer.request_recharge(
            key=a_key(), amount=Money(10_00), payment_method="pm_ok"
        )

    answers = {}
    for name, unknown, amount in (
        ("nothing", "ord_nobody/3", CHARGED),
        ("recharge", f"{recharge.receipt.id}/1", Money(10_00)),
        ("more", payment, CHARGED + Money(1)),
    ):
        answers[name] = await sender.send(opened(f"{fresh}-{name}", unknown, amount))
    found = {name: await findings(house, f"{fresh}-{name}") for name in answers}
    lost = await sender.send(decided(f"{fresh}-nothing", "lost"))
    won = await sender.send(decided(f"{fresh}-recharge", "won"))
    async with house.client(client) as buyer:
        none = (await buyer.chargebacks(order)).data

    assert {each.status_code for each in answers.values()} == {200}
    assert {each.json()["outcome"] for each in answers.values()} == {"for_a_person"}
    assert {name: [each.detail for each in said] for name, said in found.items()} == {
        "nothing": ["unknown_payment:ord_nobody/3:73123fen"],
        "recharge": [f"unknown_payment:{recharge.receipt.id}/1:1000fen"],
        "more": [f"refused_invalid_request:{payment}:73124fen"],
    }
    assert lost.json()["outcome"] == "for_a_person"
    assert won.json()["outcome"] == "ignored"
    assert none == ()


async def test_what_a_person_has_placed_is_found_no_more(house: House, sender: Sender) -> None:
    _, order = await paid_partly_by_card(house)
    placed, given_back = f"dp-{a_key()}", f"dp-{a_key()}"
    for dispute in (placed, given_back):
        await sender.send(opened(dispute, "ord_nobody/3"))
    before = _late(house)
    await reported(house, order, dispute=placed, by=Role.PLATFORM)
    await sender.send(decided(given_back, "won"))
    after = _late(house)

    assert {placed, given_back} <= before
    assert not {placed, given_back} & after


async def test_a_verdict_that_contradicts_the_first_is_shown_to_a_person(
    house: House, sender: Sender
) -> None:
    _, order = await paid_partly_by_card(house)
    dispute = f"dp-{a_key()}"
    payment = await payment_of(house, order)
    await sender.send(opened(dispute, payment))
    await sender.send(decided(dispute, "lost"))

    other = await sender.send(decided(dispute, "won", "vd-9"))
    otherwise = await sender.send(opened(dispute, payment, Money(1_00)))

    assert other.json()["outcome"] == otherwise.json()["outcome"] == "for_a_person"
    assert {each.detail for each in await findings(house, dispute)} == {
        "contradicts_the_verdict:dispute.won:vd-9",
        f"opened_otherwise:{payment}:100fen",
    }


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.clause("PSR-22-1")
async def test_what_the_institution_did_not_sign_now_changes_nothing(
    house: House, sender: Sender
) -> None:
    client, order = await paid_partly_by_card(house)
    message, now = opened(f"dp-{a_key()}", await payment_of(house, order)), datetime.now(UTC)
    good = Webhook(NEW).sign("msg-1", now, json.dumps(message))

    refused = [
        await sender.send(message, secret=FOREIGN),
        await sender.send(message, at=now - timedelta(minutes=6)),
        await sender.send(message, at=now + timedelta(minutes=6)),
        await sender.send(message, **{"webhook-signature": good}),
        await sender.send(message, **{"webhook-id": ""}),
        await sender.send(message, **{"webhook-timestamp": "soon"}),
        await sender.send(message, **{"webhook-signature": "v1"}),
        await sender.send(message, **{"webhook-signature": "v1,!!!,v1a,x"}),
        await sender.send(message, **{"webhook-signature": "v2," + good[3:]}),
    ]
    async with httpx.AsyncClient(transport=Listed(sender.app), base_url=BASE) as http:
        refused.append(await http.post(PATH, json=message))
        refused.append(await http.post(PATH, content=b"\xff", headers={"webhook-id": "x"}))

    for number, answer in enumerate(refused):
        assert answer.status_code == 401, (number, answer.text)
        assert answer.json()["code"] == "unauthenticated"
    async with house.client(client) as buyer:
        assert (await buyer.chargebacks(order)).data == ()


async def test_another_body_under_a_known_id_is_refused(house: House, sender: Sender) -> None:
    _, order = await paid_partly_by_card(house)
    dispute, id_ = f"dp-{a_key()}", f"msg-{a_key()}"
    payment = await payment_of(house, order)
    await sender.send(opened(dispute, payment, Money(1_00)), id_=id_)

    other = await sender.send(opened(f"{dispute}-2", payment, Money(2_00)), id_=id_)

    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "reused")
    async with house.client(Role.PLATFORM) as platform:
        assert [each.dispute for each in (await platform.chargebacks(order)).data] == [dispute]


async def test_everything_that_is_wrong_with_a_message_is_named(sender: Sender) -> None:
    for said, status, code in (
        ("{", 400, "malformed_json"),
        ("[]", 422, "invalid_request"),
        ({"data": {}}, 422, "invalid_request"),
        ({"type": 7}, 422, "invalid_request"),
    ):
        answer = await sender.send(said)
        assert (answer.status_code, answer.json()["code"]) == (status, code), said
    wrong = await sender.send(opened("no id!", "ord_x/3", Money(0), evidence_due="tomorrow"))

    assert {each["pointer"] for each in wrong.json()["errors"]} == {
        "/data/dispute_id",
        "/data/amount",
        "/data/evidence_due",
    }


async def test_without_a_secret_no_message_is_taken() -> None:
    answer = await Sender(app=a_gateway()).send({"type": "payout.paid"})

    assert answer.status_code == 401


def test_secrets_are_whole_and_have_their_party(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAIGOU_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1/nothing")
    assert load_settings().institution_webhook_secrets == ()
    monkeypatch.setenv("DAIGOU_INSTITUTION_WEBHOOK_SECRET", f"{OLD} {NEW}")
    with pytest.raises(SettingsError, match="DAIGOU_INSTITUTION_PARTY"):
        load_settings()
    monkeypatch.setenv("DAIGOU_INSTITUTION_PARTY", "pin_pay")
    known: Settings = load_settings()
    assert known.institution_webhook_secrets == (OLD, NEW)
    assert OLD not in repr(known)
    for wrong in ("whsec_c2hvcnQ=", "whsec_!!!"):
        monkeypatch.setenv("DAIGOU_INSTITUTION_WEBHOOK_SECRET", wrong)
        with pytest.raises(SettingsError, match="whsec_"):
            load_settings()


def _late(house: House) -> set[str]:
    """The disputes that the sweep finds amiss now."""
    engine = make_engine(house.settings.database_url, connections_max=1)
    try:
        page = PostgresWatch(engine).late(
            SweepName.DISPUTES, before=datetime.now(UTC) + timedelta(seconds=5), limit=500
        )
        return {each.subject for each in page.found}
    finally:
        engine.dispose()
