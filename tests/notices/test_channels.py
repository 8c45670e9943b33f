"""The adapters by themselves: what they sign, where they will not go, what they make of a no."""

import json
import ssl
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from daigou.adapters import webhooks
from daigou.adapters.smtp import Encryption, MailServer, Smtp, text_of
from daigou.adapters.webhooks import Webhooks, body_of, is_public, signed_headers
from daigou.domain.ids import SubjectId
from daigou.domain.lifecycle import TABLES
from daigou.domain.notice_words import WORDS, words_for
from daigou.domain.notices import FIRST_RETRY, RETRY_MOST, back_off
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.ports.notices import Endpoint, Later, Mailbox, Message, Rejected, Taken
from daigou.simulator import mailbox
from daigou.simulator.receiver import Receiver
from tests.notices.post import a_secret

NOW = datetime.now(UTC)
MESSAGE = Message(
    id=f"msg_{'1' * 32}",
    event="order.payment_due",
    subject=SubjectId("ord_kettles"),
    table=TableName.FULFILMENT,
    sequence=2,
    number=2,
    order_sequence=2,
    trigger=Trigger.ACCEPT,
    state=State.ACCEPTED,
    clause="PSR-2-1",
    at=NOW,
    recipient_role=Role.CLIENT,
)


@pytest.mark.parametrize(
    ("subject", "kind"),
    [("ord_kettles", "order"), ("rch_kettles", "recharge"), ("clm_kettles", "claim")],
)
def test_a_message_calls_by_its_name_what_it_is_about(subject: str, kind: str) -> None:
    message = replace(MESSAGE, subject=SubjectId(subject))

    data = json.loads(body_of(message))["data"]

    assert {name: value for name, value in data.items() if name.endswith("_id")} == {
        f"{kind}_id": subject
    }
    assert f"\n{kind.capitalize()}: {subject}\n" in text_of(message, name="Anna")
    assert f"2 of this {kind}," in text_of(message, name="Anna")


# ---- back-off ----------------------------------------------------------------------------------


@pytest.mark.clause("PSR-27")
@given(st.integers(min_value=1, max_value=10**9))
def test_a_back_off_is_bounded_grows_and_is_always_the_same(failures: int) -> None:
    wait = back_off(failures)

    assert FIRST_RETRY <= wait <= RETRY_MOST
    assert wait == back_off(failures)
    assert wait <= back_off(failures + 1) <= 2 * wait
    assert (failures >= 11) == (wait == RETRY_MOST)


# ---- webhooks ----------------------------------------------------------------------------------


@pytest.mark.clause("PSR-27")
def test_a_message_is_verified_by_the_specs_own_library() -> None:
    secret, body = a_secret(), body_of(MESSAGE)
    headers = signed_headers(
        MESSAGE,
        Endpoint(url="https://x.example", secrets=(secret,)),
        body=body,
        now=datetime.now(UTC),
    )

    payload = Webhook(secret).verify(body, headers)

    assert payload["type"] == "order.payment_due"
    assert payload["data"]["order_id"] == "ord_kettles"
    assert headers["webhook-id"] == MESSAGE.id
    for secret_, said in ((a_secret(2), body), (secret, body.replace(b"ord_", b"ort_"))):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret_).verify(said, headers)


def test_while_a_secret_is_replaced_both_verify() -> None:
    old, new, body = a_secret(1), a_secret(2), body_of(MESSAGE)
    headers = signed_headers(
        MESSAGE,
        Endpoint(url="https://x.example", secrets=(new, old)),
        body=body,
        now=datetime.now(UTC),
    )

    for secret in (old, new):
        assert Webhook(secret).verify(body, headers)["type"] == MESSAGE.event


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
    ],
)
def test_only_public_addresses_are_written_to(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://shop.example.org/", "not_https"),
        ("https://127.0.0.1/", "address_not_public"),
        ("https://[::1]/", "address_not_public"),
        ("https://localhost/", "address_not_public"),
    ],
)
async def test_a_private_or_open_address_is_refused(url: str, code: str) -> None:
    async with Webhooks() as channel:
        outcome = await channel.send(
            MESSAGE, Endpoint(url=url, secrets=(a_secret(),)), now=datetime.now(UTC)
        )

    assert outcome == Rejected(code=code)


async def test_a_name_is_asked_for_once_and_reached_at_the_address_that_was_checked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = receiver.expect("in", a_secret())
    asked = []

    async def answer(self: Webhooks, url: object) -> str:
        asked.append(str(url))
        return "127.0.0.1"

    monkeypatch.setattr(Webhooks, "_address_of", answer)
    url = f"http://shop.example.org:{receiver.port}/in"
    async with Webhooks(allow_insecure=True) as channel:
        outcome = await channel.send(
            MESSAGE, Endpoint(url=url, secrets=(a_secret(),)), now=datetime.now(UTC)
        )

    assert (outcome, asked) == (Taken(external_ref="http_204"), [url])
    assert len(inbox.taken) == 1


async def test_a_name_that_nobody_knows_is_asked_for_again_later() -> None:
    async with Webhooks() as channel:
        outcome = await channel.send(
            MESSAGE,
            Endpoint(url="https://nobody.invalid/", secrets=(a_secret(),)),
            now=datetime.now(UTC),
        )

    assert outcome == Later(code="name_unknown")


def test_nothing_waits_longer_than_a_lease_lasts() -> None:
    from daigou.adapters import smtp
    from daigou.ledger.outbox import LEASE

    assert 2 * max(webhooks.ANSWER_SECONDS_MAX, smtp.ANSWER_SECONDS_MAX) < LEASE.total_seconds()


# ---- letters -----------------------------------------------------------------------------------


def told() -> set[tuple[str, Role]]:
    return {
        (notice.event, notice.to)
        for table in TABLES.values()
        for row in table.rows
        for notice in row.notices
    }


@pytest.mark.clause("PSR-27")
def test_every_event_of_the_tables_has_words() -> None:
    assert {event for event, _ in told()} == set(WORDS)


@pytest.mark.parametrize(("event", "role"), sorted(told()))
def test_words_are_whole_sentences(event: str, role: Role) -> None:
    words = words_for(event, role)

    assert 0 < len(words.subject) <= 50
    assert not words.subject.endswith(".")
    assert words.what.endswith(".")
    assert words.next.endswith(".")
    assert not words.by.endswith((".", ":"))


def test_an_event_without_words_is_told_all_the_same() -> None:
    assert words_for("order.goods_vanished", Role.CLIENT).subject == "Order goods vanished"


def test_a_deadline_that_runs_is_told_and_one_that_does_not_is_not() -> None:
    assert "the order lapses" not in text_of(MESSAGE, name="")
    assert text_of(MESSAGE, name="").startswith("Good day,")


@pytest.mark.parametrize(
    ("email", "code"),
    [("no address", "address_invalid"), ("a@b\r\nBcc: c@d", "address_invalid")],
)
async def test_an_address_that_is_none_is_refused(
    mail: mailbox.MailServer, email: str, code: str
) -> None:
    smtp = Smtp(_server(mail, Encryption.NONE))

    assert await smtp.send(MESSAGE, Mailbox(email=email), now=datetime.now(UTC)) == Rejected(
        code=code
    )
    assert not mail.letters


async def test_a_name_cannot_add_a_header(mail: mailbox.MailServer) -> None:
    smtp = Smtp(_server(mail, Encryption.NONE))

    await smtp.send(
        MESSAGE, Mailbox(email="a@b.example", name="A\r\nBcc: c@d"), now=datetime.now(UTC)
    )

    assert "Bcc" not in mail.letters[0]


async def test_a_server_without_the_wanted_encryption_is_handed_nothing(
    mail: mailbox.MailServer,
) -> None:
    for encryption in (Encryption.STARTTLS, Encryption.TLS):
        smtp = Smtp(_server(mail, encryption), answer_seconds_max=2)

        outcome = await smtp.send(MESSAGE, Mailbox(email="a@b.example"), now=datetime.now(UTC))

        assert not isinstance(outcome, Taken)
    assert not mail.letters


def test_certificates_are_checked() -> None:
    smtp = Smtp(MailServer(host="mail.example", sender="a@b.example"))

    assert smtp._tls.verify_mode == ssl.CERT_REQUIRED
    assert smtp._tls.check_hostname


def _server(mail: mailbox.MailServer, encryption: Encryption) -> MailServer:
    return MailServer(
        host=mailbox.HOST, port=mail.port, encryption=encryption, sender="a@daigou.example"
    )
