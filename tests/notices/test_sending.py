"""Notices go out: to every channel, once per id, in order, whatever the receivers do meanwhile."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.money import Money
from daigou.domain.notices import NOT_OUT, back_off
from daigou.domain.order import State, Trigger
from daigou.simulator.receiver import Mood, Receiver
from tests.ledger.road import ANNA, YIWU, World, ask_to_cancel
from tests.notices.post import EMAIL, NAME, Post

HOUR = timedelta(hours=1)


@pytest.mark.clause("PSR-27")
async def test_a_party_is_told_on_every_channel_that_it_registered(
    post: Post, world: World
) -> None:
    post.email()
    inbox = post.endpoint(ANNA)
    world.accepted()

    await post.tell()

    assert [each["type"] for each in inbox.taken.values()] == [
        "order.accepted",
        "order.payment_due",
    ]
    assert [letter["To"] for letter in post.mail.letters] == [EMAIL, EMAIL]
    assert {(each.channel, each.state) for each in post.log()} == {
        ("email", "out"),
        ("webhook", "out"),
    }
    assert all(each.out_at and each.sent_at and each.attempts == 1 for each in post.log())


@pytest.mark.clause("PSR-27")
async def test_a_notice_counts_as_sent_when_the_first_channel_took_it(
    post: Post, world: World
) -> None:
    post.email()
    post.endpoint(ANNA)
    post.receiver.mood = Mood.BROKEN
    world.accepted()

    await post.tell()

    assert {(each.channel.value, each.state.value) for each in post.log()} == {
        ("email", "out"),
        ("webhook", "waiting"),
    }
    mailed = {each.event: each.out_at for each in post.log() if each.channel == "email"}
    assert {each.event: each.sent_at for each in post.log()} == mailed


@pytest.mark.clause("PSR-27")
async def test_a_receiver_that_was_down_gets_everything_once_and_in_order(
    post: Post, world: World
) -> None:
    inbox = post.endpoint(YIWU)
    await post.receiver.switch_off()
    orders = [world.effective() for _ in range(3)]
    await post.tell()
    for order in orders:
        order.pull(Trigger.PURCHASE, commands.Purchase())
        order.answer(Trigger.FAIL_PURCHASE)
        order.pull(Trigger.ESCALATE)
    await post.tell()
    assert inbox.taken == {}

    await post.receiver.switch_on()
    await post.tell()
    assert inbox.taken == {}, "it is not tried before its back-off is over"
    post.ahead = back_off(2)
    await post.tell()

    assert len(inbox.taken) == 12
    assert set(inbox.copies.values()) == {1}
    assert inbox.subjects_out_of_order == inbox.gaps == []
    assert {each.state.value for each in post.log(YIWU)} == {"out"}
    for order in orders:
        assert [each["data"]["order_sequence"] for each in inbox.of(order.id)] == [1, 2, 3, 4]


async def test_a_receiver_that_is_down_is_asked_by_one_message_and_not_by_all(
    post: Post, world: World
) -> None:
    post.endpoint(YIWU)
    await post.receiver.switch_off()
    world.order()
    await post.tell()
    for _ in range(5):
        world.order()

    post.ahead = back_off(1)
    await post.tell()

    assert sorted(each.attempts for each in post.log(YIWU)) == [0, 0, 0, 0, 0, 2]
    assert post.notices.endpoints(party=YIWU, limit=1)[0].failures == 2


@pytest.mark.parametrize(
    ("mood", "code", "refused"),
    [
        (Mood.BROKEN, "http_500", False),
        (Mood.BUSY, "http_503", False),
        (Mood.SILENT, "timeout", False),
        (Mood.ELSEWHERE, "http_307", True),
        (Mood.DISAGREES, "http_400", True),
    ],
)
@pytest.mark.clause("PSR-27")
async def test_what_is_not_taken_is_logged_and_sent_again(
    post: Post, world: World, mood: Mood, code: str, refused: bool
) -> None:
    inbox = post.endpoint(YIWU)
    post.receiver.mood = mood
    world.order()
    await post.tell(senders=post.impatient)
    (told,) = post.log(YIWU)

    post.receiver.mood = Mood.WELL
    post.ahead = back_off(2)
    await post.tell()

    assert (told.state.value, told.last_error, told.refused) == ("waiting", code, refused)
    assert told.next_try_at is not None
    (told,) = post.log(YIWU)
    assert (told.state.value, told.attempts, told.last_error) == ("out", 2, None)
    assert [each.code for each in told.tries] == [None, code]
    assert list(inbox.copies.values()) == [1]


async def test_a_body_without_an_end_is_not_read(post: Post, world: World) -> None:
    inbox = post.endpoint(YIWU)
    post.receiver.mood = Mood.CHATTY
    world.order()

    await post.tell()

    assert list(inbox.copies.values()) == [1]
    assert post.log(YIWU)[0].state.value == "out"


async def test_a_retry_after_is_waited_for(post: Post, world: World) -> None:
    post.endpoint(YIWU)
    post.receiver.mood = Mood.BUSY
    world.order()

    begins = post.now()
    await post.tell()

    next_try_at = post.log(YIWU)[0].next_try_at
    assert next_try_at is not None
    assert next_try_at - begins >= timedelta(seconds=7)


async def test_a_dead_endpoint_holds_up_no_other(post: Post, world: World) -> None:
    alive = post.endpoint(ANNA)
    async with Receiver() as other:
        other.mood = Mood.SILENT
        stuck = post.endpoint(YIWU, at=other)
        world.accepted()

        await post.tell(senders=post.impatient)

    assert len(alive.taken) == 2
    assert (stuck.taken, post.log(YIWU)[0].last_error) == ({}, "timeout")


async def test_a_message_that_is_refused_does_not_hold_up_those_after_it(
    post: Post, world: World
) -> None:
    inbox = post.endpoint(ANNA)
    post.receiver.mood = Mood.DISAGREES
    order = world.accepted()
    await post.tell()
    post.receiver.mood = Mood.WELL
    order.pull(Trigger.LAPSE)

    await post.tell()

    assert [each["type"] for each in inbox.taken.values()] == ["order.lapsed"]
    post.ahead = back_off(2)
    await post.tell()
    assert len(inbox.taken) == 3
    assert inbox.subjects_out_of_order == [order.id], "which the receiver mends by the number"


async def test_an_endpoint_that_takes_nothing_is_marked_and_still_tried(
    post: Post, world: World
) -> None:
    inbox = post.endpoint(YIWU)
    post.receiver.mood = Mood.BROKEN
    world.order()
    for failures in range(1, 6):
        await post.tell()
        post.ahead += back_off(failures)

    (troubled,) = post.notices.endpoints(party=YIWU, limit=1)
    assert (troubled.failures, troubled.troubled_at is None) == (5, False)

    post.receiver.mood = Mood.WELL
    post.ahead = min(post.ahead, timedelta(minutes=4))  # what the signature's time allows
    post.notices.replay(post.log(YIWU)[0].message_id, now=post.now())
    await post.tell()

    assert len(inbox.taken) == 1
    assert post.notices.endpoints(party=YIWU, limit=1)[0].troubled_at is None


@pytest.mark.clause("PSR-27")
async def test_an_endpoint_is_told_what_it_asked_for(post: Post, world: World) -> None:
    some, family = post.endpoint(ANNA, "order.payment_due"), post.endpoint(ANNA, "recharge.*")
    world.accepted()
    world.recharged(1_000)

    await post.tell()

    assert [each["type"] for each in some.taken.values()] == ["order.payment_due"]
    assert [each["type"] for each in family.taken.values()] == ["recharge.credited"]


# ---- no channel --------------------------------------------------------------------------------


@pytest.mark.clause("PSR-27")
async def test_a_party_without_a_channel_is_noted_and_told_once_it_has_one(
    post: Post, world: World
) -> None:
    world.accepted()
    await post.tell()
    assert post.states() == [
        ("order.accepted", "none", "no_channel"),
        ("order.payment_due", "none", "no_channel"),
    ]
    assert len(post.log(None, states=NOT_OUT)) == 3, "the platform sees them, too"

    post.email()
    await post.tell()

    assert len(post.mail.letters) == 2
    assert post.states() == [
        ("order.accepted", "email", "out"),
        ("order.accepted", "none", "rerouted"),
        ("order.payment_due", "email", "out"),
        ("order.payment_due", "none", "rerouted"),
    ]


async def test_what_waits_for_a_disabled_endpoint_goes_to_another_channel(
    post: Post, world: World
) -> None:
    post.endpoint(ANNA)
    await post.receiver.switch_off()
    world.accepted()
    await post.tell()
    (endpoint,) = post.notices.endpoints(party=ANNA, limit=1)
    post.notices.disable_endpoint(endpoint.id, party=ANNA, now=post.now())
    await post.tell()
    assert {each.state.value for each in post.log()} == {"withdrawn", "no_channel"}

    post.email()
    await post.tell()

    assert len(post.mail.letters) == 2
    assert {each.state.value for each in post.log()} == {"withdrawn", "rerouted", "out"}


async def test_what_can_reach_nobody_is_not_said_to_be_sent_again(post: Post, world: World) -> None:
    world.accepted()
    await post.tell()
    post.endpoint(YIWU)
    endpoint = post.notices.endpoints(party=YIWU, limit=1)[0].id
    await post.tell()
    post.notices.disable_endpoint(endpoint, party=YIWU, now=post.now())

    again = {
        (each.channel.value, post.notices.replay(each.message_id, now=post.now()))
        for each in post.log(None)
    }

    assert again == {("none", False), ("webhook", False)}


@pytest.mark.clause("PSR-23")
async def test_an_address_that_was_erased_is_not_written_to(
    post: Post, world: World, engine: Engine
) -> None:
    post.email()
    post.mail.answer = "451 later"
    world.accepted()
    await post.tell()
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM contact")

    post.mail.answer = ""
    post.ahead = HOUR
    await post.tell()

    assert list(post.mail.letters) == []
    assert {each.state.value for each in post.log()} == {"withdrawn", "no_channel"}


# ---- e-mail ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code", "refused"),
    [("451 later", "smtp_451", False), ("550 nobody of this name", "smtp_550", True)],
)
@pytest.mark.clause("PSR-27")
async def test_a_letter_that_is_not_taken_is_sent_again(
    post: Post, world: World, answer: str, code: str, refused: bool
) -> None:
    post.email()
    post.mail.answer = answer
    world.recharged(1_000)
    await post.tell()
    (told,) = post.log()
    assert (told.state.value, told.last_error, told.refused) == ("waiting", code, refused)

    post.mail.answer = ""
    post.ahead = back_off(1)
    await post.tell()

    (told,) = post.log()
    assert (told.state.value, told.attempts) == ("out", 2)
    assert told.external_ref == f"<{told.message_id}@daigou.example>"


async def test_a_mail_server_that_is_down_is_waited_for(post: Post, world: World) -> None:
    post.email()
    await post.mail.close()
    world.recharged(1_000)
    await post.tell()
    assert post.log()[0].last_error == "unreachable"

    await post.mail.open()
    post.ahead = back_off(1)
    await post.tell()

    assert len(post.mail.letters) == 1


@pytest.mark.clause("UA-4-7")
async def test_an_accounts_own_notices_go_the_same_way(post: Post, world: World) -> None:
    post.email()
    inbox = post.endpoint(ANNA)
    recharge = world.recharged(1_000)

    await post.tell()

    (letter,) = post.mail.letters
    assert letter["Subject"] == f"Your deposit was recharged: {recharge.id}"
    (said,) = inbox.taken.values()
    assert said["type"] == "recharge.credited"
    assert said["data"]["recharge_id"] == recharge.id
    assert {each.state.value for each in post.log()} == {"out"}


@pytest.mark.clause("PSR-23")
async def test_no_personal_data_leaves_but_the_name_in_a_letters_greeting(
    post: Post, world: World
) -> None:
    post.email()
    post.email(YIWU, "yiwu@example.org", "")
    anna, yiwu = post.endpoint(ANNA), post.endpoint(YIWU)
    order = world.effective(title="a present for Anna")
    order.pull(Trigger.PURCHASE, commands.Purchase())
    order.answer(Trigger.REJECT_PURCHASE, reason="sold_out")
    assert order.state == State.UNREALIZABLE

    await post.tell()

    said = json.dumps([list(inbox.taken.values()) for inbox in (anna, yiwu)]).lower()
    for personal in ("anna", "example.org", "present", "kettle", "harbour", "cli_"):
        assert personal not in said
    assert {key for inbox in (anna, yiwu) for each in inbox.taken.values() for key in each} == {
        "type",
        "timestamp",
        "data",
    }
    for letter in post.mail.letters:
        text = letter.get_content()
        greeted = NAME if letter["To"] == EMAIL else YIWU
        assert text.count(greeted) == 1, text
        assert "present" not in text.lower()
    assert EMAIL not in str(post.log(None))


async def test_a_letter_says_what_happened_what_to_do_by_when_and_the_clause(
    post: Post, world: World
) -> None:
    post.email()
    order = world.accepted()

    await post.tell()

    due = {letter["Subject"]: letter.get_content() for letter in post.mail.letters}
    text = due[f"Your payment is due: {order.id}"].replace("\r\n", "\n")
    assert text.startswith(f"Dear {NAME},\n\nYour order is accepted and waits for your payment")
    assert "the order lapses and nothing is owed: 23 November 2026, 12:02 UTC." in text
    assert "PSR-2-1" in text


@pytest.mark.clause("PSR-12-5")
@pytest.mark.clause("PSR-27")
async def test_a_letter_about_a_case_says_until_when_that_case_waits(
    post: Post, world: World
) -> None:
    post.email()
    order = world.purchased()
    case = ask_to_cancel(order)
    terms = commands.SellerConsent(refund=order.facts.price, penalty=Money(150))
    order.pull(Trigger.CONSENT_TO_CANCELLATION, terms, item=case)

    await post.tell()

    texts = {letter["Subject"]: letter.get_content() for letter in post.mail.letters}
    text = texts[f"The seller agrees on terms: {order.id}"].replace("\r\n", "\n")
    (clock,) = order.items[case].running()
    assert f"the order goes on: {clock.due:%-d %B %Y, %H:%M} UTC." in text
    assert "PSR-12-5" in text


# ---- replay ------------------------------------------------------------------------------------


@pytest.mark.clause("PSR-27")
async def test_a_replay_sends_the_same_message_again(post: Post, world: World) -> None:
    inbox = post.endpoint(YIWU)
    world.order()
    await post.tell()
    (told,) = post.log(YIWU)

    post.notices.replay(told.message_id, now=post.now())
    await post.tell()

    assert inbox.copies == {told.message_id: 2}
    (again,) = post.log(YIWU)
    assert (again.message_id, again.replays, again.attempts) == (told.message_id, 1, 2)
    assert again.sent_at == told.sent_at


async def test_a_new_endpoint_can_have_all_that_its_party_was_told(
    post: Post, world: World
) -> None:
    post.endpoint(ANNA)
    orders = [world.accepted(), world.accepted()]
    await post.tell()
    late = post.endpoint(ANNA)
    (endpoint,) = [
        each.id
        for each in post.notices.endpoints(party=ANNA, limit=9)
        if each.url == post.receiver.url(next(reversed(post.receiver.inboxes)))
    ]
    await post.tell()
    assert late.taken == {}

    one = post.notices.replay_to(
        endpoint, now=post.now(), subject=orders[0].id, from_order_sequence=2
    )
    await post.tell()
    first = [each["type"] for each in late.taken.values()]
    rest = post.notices.replay_to(endpoint, now=post.now(), since=orders[0].steps[0].at)
    await post.tell()

    assert (one.notices, rest.notices, rest.has_more) == (1, 4, False)
    assert first == ["order.payment_due"]
    assert len(late.taken) == 4
    assert sorted(late.copies.values()) == [1, 1, 1, 2]


async def test_a_replay_hurries_what_still_waits(post: Post, world: World) -> None:
    inbox = post.endpoint(YIWU)
    await post.receiver.switch_off()
    world.order()
    await post.tell()
    await post.receiver.switch_on()

    post.notices.replay(post.log(YIWU)[0].message_id, now=post.now())
    await post.tell()

    assert list(inbox.copies.values()) == [1]
    assert post.log(YIWU)[0].replays == 0
