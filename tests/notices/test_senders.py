"""Several senders, and senders that die: nothing is sent twice at once, and nothing is lost."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from daigou.domain.notices import Channel
from daigou.ledger.engine import make_engine
from daigou.ledger.outbox import LEASE, PostgresOutbox
from daigou.ports.notices import Batch, Due, LeaseLostError, Outcome, Taken
from tests.ledger.road import ANNA, YIWU, World
from tests.notices.post import Post

CHANNELS = tuple(each for each in Channel if each != Channel.NONE)


@pytest.mark.clause("PSR-27")
async def test_many_senders_at_once_send_each_message_once_and_in_order(
    post: Post, world: World
) -> None:
    anna, yiwu = post.endpoint(ANNA), post.endpoint(YIWU)
    post.email()
    for _ in range(8):
        world.effective()

    await asyncio.gather(*(post.tell(pass_seconds=0.5) for _ in range(4)))

    assert (len(anna.taken), len(yiwu.taken)) == (24, 16)
    assert set(anna.copies.values()) == set(yiwu.copies.values()) == {1}
    assert anna.subjects_out_of_order == yiwu.subjects_out_of_order == []
    assert len(post.mail.letters) == 24


class DyingOutbox(PostgresOutbox):
    """Its process dies after a message was sent, and before that is noted."""

    def record(self, batch: Batch, due: Due, outcome: Outcome, **_: Any) -> None:
        raise KeyboardInterrupt


@pytest.mark.clause("PSR-27")
async def test_a_sender_that_dies_before_it_noted_has_the_same_message_sent_again(
    post: Post, world: World, engine: Engine
) -> None:
    inbox = post.endpoint(YIWU)
    world.order()
    dying = DyingOutbox(engine)
    dying.route(now=post.now())
    (batch,) = dying.claim(now=post.now(), lease="dies", channels=CHANNELS, targets_max=9)
    await post.senders[batch.channel].send(batch.due[0].message, batch.address, now=post.now())
    with pytest.raises(KeyboardInterrupt):
        dying.record(batch, batch.due[0], Taken(external_ref="http_204"))

    await post.tell()
    assert list(inbox.copies.values()) == [1], "its lease still runs"
    post.ahead = LEASE
    await post.tell()

    assert list(inbox.copies.values()) == [2], "twice, under one id"
    assert len(inbox.taken) == 1
    assert [each.attempts for each in post.log(YIWU)] == [1]


async def test_a_sender_that_comes_too_late_notes_nothing(post: Post, world: World) -> None:
    post.endpoint(YIWU)
    world.order()
    post.outbox.route(now=post.now())
    (late,) = post.outbox.claim(now=post.now(), lease="late", channels=CHANNELS, targets_max=9)
    post.ahead = LEASE
    (other,) = post.outbox.claim(now=post.now(), lease="next", channels=CHANNELS, targets_max=9)

    with pytest.raises(LeaseLostError):
        post.outbox.record(late, late.due[0], Taken(external_ref="x"), now=post.now())
    post.outbox.release(late, now=post.now())

    assert post.outbox.claim(now=post.now(), lease="third", channels=CHANNELS, targets_max=9) == ()
    post.outbox.record(other, other.due[0], Taken(external_ref="x"), now=post.now())


async def test_what_is_given_out_while_a_target_is_let_go_is_not_forgotten(
    post: Post, world: World
) -> None:
    inbox = post.endpoint(YIWU)
    world.order()
    post.outbox.route(now=post.now())
    (batch,) = post.outbox.claim(now=post.now(), lease="one", channels=CHANNELS, targets_max=9)
    world.order()
    post.outbox.route(now=post.now())
    post.outbox.release(batch, now=post.now())

    await post.tell()

    assert len(inbox.taken) == 2


async def test_a_channel_that_this_sender_lacks_is_left_to_others(post: Post, world: World) -> None:
    post.email()
    world.recharged(1_000)

    await post.tell(senders={Channel.WEBHOOK: post.senders[Channel.WEBHOOK]})
    assert [each.state.value for each in post.log()] == ["waiting"]
    await post.tell()

    assert len(post.mail.letters) == 1


async def test_books_that_do_not_answer_end_the_pass_to_be_tried_again(post: Post) -> None:
    nowhere = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")

    with pytest.raises(ApplicationError) as ended:
        await post.tell(outbox=PostgresOutbox(nowhere))

    assert (ended.value.type, ended.value.non_retryable) == ("BooksUnavailable", False)


async def test_more_than_a_batch_goes_out_in_one_pass(post: Post, world: World) -> None:
    inbox = post.endpoint(YIWU)
    for _ in range(60):
        world.order()

    await post.tell(pass_seconds=1.0)

    assert len(inbox.taken) == 60
    assert set(inbox.copies.values()) == {1}
    assert post.now() - post.log(YIWU)[0].routed_at < timedelta(minutes=1)
